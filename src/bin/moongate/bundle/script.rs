//! Decides how `moongate.js` becomes one file: its two imports replaced by what they name, and the whole made short.
//!
//! It does not decide what the tables say or what the script does.

use super::glue;
use anyhow::{Context, Result, bail, ensure};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;
use std::fmt::Write;

const BANNER: &str = concat!("/*! Moongate ", env!("CARGO_PKG_VERSION"), " | MIT OR Apache-2.0 */\n");

/// The script with the tables and the wasm's script inside, made short.
///
/// # Errors
/// When it imports anything else, or is not a module that parses.
pub(super) fn assemble(text: &str, generated: &Value, glues: &[(&str, glue::Script)]) -> Result<String> {
    let mut whole = String::with_capacity(text.len() + 131_072);
    for line in text.lines() {
        match line.strip_prefix("import ") {
            Some(import) => whole.push_str(&inside(import, generated, glues)?),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok([BANNER, &short(&whole)?].concat())
}

/// What stands in the place of an import.
fn inside(import: &str, generated: &Value, glues: &[(&str, glue::Script)]) -> Result<String> {
    let (names, from) = import.split_once(" from ").with_context(|| format!("no import on one line: {import}"))?;
    match from.trim_end_matches(';').trim_matches(['\'', '"']) {
        "./generated.js" => Ok(format!("const {} = {generated};", generated_name(names)?)),
        from => match glues.iter().find(|(name, _)| *name == from) {
            Some((_, glue)) => scope(names, glue),
            None => bail!("www/moongate.js imports {from}, which the bundle does not have"),
        },
    }
}

fn generated_name(names: &str) -> Result<&str> {
    let name = names.trim().trim_start_matches('{').trim_end_matches('}').trim();
    ensure!(
        name == "generated",
        "./generated.js exports `generated` and nothing else, www/moongate.js asks for {name}"
    );
    Ok(name)
}

/// The wasm's script in a scope of its own, so that no name of it meets one of ours; out of it come the names asked for.
fn scope(names: &str, glue: &glue::Script) -> Result<String> {
    let mut taken = String::new();
    let mut given = String::new();
    for (exported, ours) in wanted(names) {
        let local = glue.exports.iter().find(|(name, _)| *name == exported).map(|(_, local)| local);
        let local =
            local.with_context(|| format!("www/moongate.js imports {exported}, which the wasm does not export"))?;
        write!(taken, "{exported}: {ours}, ")?;
        write!(given, "{exported}: {local}, ")?;
    }
    Ok(format!("const {{ {taken} }} = (() => {{\n{}return {{ {given} }};\n}})();", glue.body))
}

/// Pairs of the exported name and ours, of `a, { b, c as d }`.
fn wanted(names: &str) -> Vec<(&str, &str)> {
    let (default, named) = names.split_once('{').unwrap_or((names, ""));
    let default = default.trim().trim_end_matches(',').trim();
    let named = named.trim().trim_end_matches('}').split(',').map(str::trim).filter(|name| !name.is_empty());
    let named = named.map(|name| name.split_once(" as ").map_or((name, name), |(from, to)| (from.trim(), to.trim())));
    Some(("default", default)).filter(|_| !default.is_empty()).into_iter().chain(named).collect()
}

/// The same script in fewer bytes: short local names, no comments, no dead code.
fn short(text: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    if let Some(fault) = parsed.diagnostics.first() {
        bail!("www/moongate.js is not a module that parses: {fault}");
    }
    let mut program = parsed.program;
    let options = MinifierOptions { compress: Some(CompressOptions::smallest()), ..MinifierOptions::default() };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let form = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Ok(Codegen::new().with_options(form).with_scoping(minified.scoping).build(&program).code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn glue() -> [(&'static str, glue::Script); 1] {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let body = "let generated = 'the glue\\'s own';\nfunction mount() { return generated; }\nfunction start() {}\n";
        let exports = vec![pair("mount", "mount"), pair("default", "start")];
        [("./glue.js", glue::Script { body: body.to_owned(), exports })]
    }

    #[test]
    fn one_file_imports_nothing_and_keeps_what_it_defines() {
        let text = "import { generated } from './generated.js';\nimport wasm, { mount } from './glue.js'\n\
                    customElements.define('moongate-checkout', class extends HTMLElement {});\n\
                    globalThis.shown = [generated.css, wasm, mount()];\n";
        let script = assemble(text, &json!({ "css": ":host{color:red}" }), &glue()).unwrap();
        assert!(!script.contains("import "), "{script}");
        for kept in ["moongate-checkout", ":host{color:red}", "the glue's own", "Moongate 0"] {
            assert!(script.contains(kept), "{kept} is not in {script}");
        }
    }

    #[test]
    fn another_import_or_a_name_that_is_not_there_is_refused() {
        for text in
            ["import x from './other.js';", "import { paint } from './glue.js';", "import {a,\nb} from './glue.js';"]
        {
            assert!(assemble(text, &json!({}), &glue()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_script_that_does_not_parse_is_refused() {
        assert!(assemble("const = 1;", &json!({}), &glue()).is_err());
    }

    #[test]
    fn names_can_be_taken_under_others() {
        assert_eq!(wanted("wasm, { mount, a as b }"), [("default", "wasm"), ("mount", "mount"), ("a", "b")]);
        assert_eq!(wanted("{ mount }"), [("mount", "mount")]);
        assert_eq!(wanted("wasm"), [("default", "wasm")]);
    }
}
