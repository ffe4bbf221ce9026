//! Decides how the wasm is wrapped for a page: wasm-bindgen's script for it, a module beside ours.
//!
//! It does not decide when the wasm is fetched or what is called.

use super::links::Links;
use super::names::{self, Names, is_name};
use super::parts::PARTS;
use super::split::Weight;
use super::{order, split, trap, unread};
use anyhow::{Context, Result, ensure};
use std::collections::HashSet;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// The wasm as a page gets it, and the script that binds it.
#[derive(Debug)]
pub(super) struct Glue {
    /// The modules, by the names of their parts.
    pub(super) modules: Vec<(&'static str, Vec<u8>)>,
    /// The script: a module that exports what the wasm does, `start`, which begins with the first part, and `more`, which
    /// adds another.
    pub(super) script: String,
    /// What each function of the modules weighs.
    pub(super) weights: Vec<Weight>,
}

/// What loads the parts, in the place of wasm-bindgen's own loader: that knows other ways to be called, and explains itself.
/// A part finds in `earlier` what the parts before it export.
const LOADER: &str = r"
const earlier = {};
async function load(source, imports) {
    const streams = WebAssembly.instantiateStreaming && source.headers.get('Content-Type') == 'application/wasm';
    return streams ? WebAssembly.instantiateStreaming(source, imports) : WebAssembly.instantiate(await source.arrayBuffer(), imports);
}
export async function start(source) {
    const { instance, module } = await load(await source, __wbg_get_imports());
    __wbg_finalize_init(instance, module);
}
export async function more(source) {
    const { instance } = await load(await source, { ...__wbg_get_imports(), earlier: Object.assign(earlier, wasm) });
    Object.assign(earlier, instance.exports);
}
";

/// What wasm-bindgen's loader begins with; it stands last in the script.
const THEIR_LOADER: &str = "async function __wbg_load(";

/// Runs wasm-bindgen over the module that cargo made.
///
/// # Errors
/// When it is not such a module, or a crate in it brings scripts of its own, which the bundle does not hold.
pub(super) fn generate(module: &Path) -> Result<Glue> {
    let links = Links::read(module)?;
    let mut output = Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        // The linker's record knows the functions by these names.
        .demangle(false)
        .omit_default_module_path(true)
        // Until it is cut.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen refused the module")?;
    let foreign = output.snippets().values().map(Vec::len).sum::<usize>() + output.local_modules().len();
    ensure!(foreign == 0 && output.npm_dependencies().is_empty(), "a crate in the widget brings a script of its own");
    let (mut sources, mut imports, mut exports) = (Names::default(), Names::default(), Names::default());
    let module = output.wasm_mut();
    links.name(module)?;
    trap::trim(module);
    unread::blank(module);
    links.clean(module);
    let used: HashSet<String> = module.imports.iter().map(|import| import.name.clone()).collect();
    for import in module.imports.iter_mut() {
        import.name = imports.short(&import.name);
        import.module = sources.short(&import.module);
    }
    module.exports.iter_mut().for_each(|export| export.name = exports.short(&export.name));
    let whole = module.emit_wasm();
    let (modules, weights) = split::split(&whole, &links, &PARTS)?;
    let modules = PARTS.iter().zip(&modules).map(|(part, module)| Ok((part.name, order::arrange(module)?)));
    let modules = modules.collect::<Result<Vec<_>>>()?;
    let script = without_unused(output.js(), &used);
    let (script, _) =
        script.split_once(THEIR_LOADER).context("wasm-bindgen's script ends otherwise than with its loader")?;
    let script = [script, LOADER].concat();
    let script = names::shorten(&sources.in_quotes(&script), &imports, &exports);
    ensure!(!script.lines().any(|line| line.starts_with("import ")), "the wasm's script imports another");
    Ok(Glue { modules, script, weights })
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
