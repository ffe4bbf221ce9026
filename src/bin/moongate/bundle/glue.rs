//! Decides how the wasm is wrapped for a page: wasm-bindgen's script for it, as a thing that fits inside ours.
//!
//! It does not decide when the wasm is fetched or what is called.

use super::links::Links;
use super::names::{self, Names, is_name};
use super::{order, trap};
use anyhow::{Context, Result, bail, ensure};
use std::collections::HashSet;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// The wasm as a page gets it, and the script that binds it.
#[derive(Debug)]
pub(super) struct Glue {
    /// The module.
    pub(super) module: Vec<u8>,
    /// The script.
    pub(super) script: Script,
}

/// A module's text without its exports, and what it exported.
#[derive(Debug)]
pub(super) struct Script {
    /// Statements for a scope of their own.
    pub(super) body: String,
    /// Pairs of the exported name and the local one.
    pub(super) exports: Vec<(String, String)>,
}

/// Runs wasm-bindgen over the module that cargo made.
///
/// # Errors
/// When it is not such a module, or a crate in it brings scripts of its own, which one file could not hold.
pub(super) fn generate(module: &Path) -> Result<Glue> {
    let links = Links::read(module)?;
    let mut output = Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen refused the module")?;
    let foreign = output.snippets().values().map(Vec::len).sum::<usize>() + output.local_modules().len();
    ensure!(foreign == 0 && output.npm_dependencies().is_empty(), "a crate in the widget brings a script of its own");
    let (mut modules, mut imports, mut exports) = (Names::default(), Names::default(), Names::default());
    let module = output.wasm_mut();
    trap::trim(module);
    links.clean(module);
    let used: HashSet<String> = module.imports.iter().map(|import| import.name.clone()).collect();
    for import in module.imports.iter_mut() {
        import.name = imports.short(&import.name);
        import.module = modules.short(&import.module);
    }
    module.exports.iter_mut().for_each(|export| export.name = exports.short(&export.name));
    let module = order::arrange(&module.emit_wasm())?;
    let script = without_unused(output.js(), &used);
    let text = names::shorten(&modules.in_quotes(&script), &imports, &exports);
    let script = Script::of_module(&text)?;
    Ok(Glue { module, script })
}

/// The script without the functions that the wasm imported before it was trimmed, and does not now. Each is a member of
/// an object, begins on a line of its own, and ends where its braces do.
fn without_unused(script: &str, used: &HashSet<String>) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut open = 0;
    for line in script.lines() {
        let name = line.trim_start().split_once(": function(").map(|(name, _)| name);
        let begins = name.is_some_and(|name| name.chars().all(is_name) && !used.contains(name));
        if open > 0 || begins {
            open += line.matches('{').count();
            open -= line.matches('}').count();
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

impl Script {
    /// Takes the exports off the lines that make them. The generator writes each at the start of a line.
    fn of_module(text: &str) -> Result<Self> {
        let mut script = Self { body: String::with_capacity(text.len()), exports: Vec::new() };
        for line in text.lines() {
            script.body.push_str(script_line(line, &mut script.exports)?);
            script.body.push('\n');
        }
        Ok(script)
    }
}

fn script_line<'a>(line: &'a str, exports: &mut Vec<(String, String)>) -> Result<&'a str> {
    if line.starts_with("import ") {
        bail!("the wasm's script imports another: {line}");
    }
    let Some(rest) = line.strip_prefix("export ") else { return Ok(line) };
    if let Some(names) = rest.strip_prefix('{').and_then(|names| names.strip_suffix("};")) {
        exports.extend(names.split(',').map(exported));
        return Ok("");
    }
    let declared = ["function ", "async function ", "class ", "const "].iter().find_map(|word| rest.strip_prefix(word));
    let name = declared.and_then(|rest| rest.split(|c: char| !is_name(c)).next()).filter(|name| !name.is_empty());
    let name = name.with_context(|| format!("the wasm's script exports in a way not known here: {line}"))?;
    exports.push((name.to_owned(), name.to_owned()));
    Ok(rest)
}

/// `local as exported`, or one name for both.
fn exported(pair: &str) -> (String, String) {
    let (local, exported) = pair.split_once(" as ").unwrap_or((pair, pair));
    (exported.trim().to_owned(), local.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_become_locals_and_are_remembered() {
        let text = "let wasm;\nexport function mount(a) {\n}\nexport class Held {}\nexport { initSync, __wbg_init as default };";
        let script = Script::of_module(text).unwrap();
        assert_eq!(script.body, "let wasm;\nfunction mount(a) {\n}\nclass Held {}\n\n");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected =
            [pair("mount", "mount"), pair("Held", "Held"), pair("initSync", "initSync"), pair("default", "__wbg_init")];
        assert_eq!(script.exports, expected);
    }

    #[test]
    fn a_script_that_imports_or_exports_otherwise_is_refused() {
        for text in ["import { a } from './snippets/a.js';", "export default 1;", "export * from './a.js';"] {
            assert!(Script::of_module(text).is_err(), "{text}");
        }
    }
}
