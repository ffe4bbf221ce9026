//! Decides how `moongate.js`, `form.js` and `tongues.js` become one file each: what they import replaced by what it names,
//! and the whole made short.
//!
//! It does not decide what the tables say, where files are found or what the script does.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;

const BANNER: &str = concat!("/*! Moongate ", env!("CARGO_PKG_VERSION"), " | MIT OR Apache-2.0 */\n");

/// Tells V8 to compile all functions at once, off the page's thread, since nearly all are called while the page loads: found
/// one by one, each would be read twice there. Other engines see a comment. (v8.dev/features/explicit-compile-hints, 2025-04.)
const COMPILE: &str = "//# allFunctionsCalledOnLoad\n";

/// The script with the tables and the way to the other files inside, made short.
///
/// # Errors
/// When it imports anything else, or is not a module that parses.
pub(super) fn assemble(text: &str, generated: &Value, files: &str) -> Result<String> {
    let mut whole = String::with_capacity(text.len() + 65_536);
    for line in text.lines() {
        match line.strip_prefix("import ") {
            Some(import) => whole.push_str(&inside(import, generated, files)?),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok([BANNER, &called(&whole)?].concat())
}

/// What stands in the place of an import.
fn inside(import: &str, generated: &Value, files: &str) -> Result<String> {
    match import.trim_end_matches(';').replace('"', "'").as_str() {
        "{ generated } from './generated.js'" => Ok(format!("const generated = {generated};")),
        "{ beside, script } from './files.js'" if !files.is_empty() => Ok(files.replace("\nexport ", "\n")),
        _ => bail!(
            "a script of the bundle imports {import}, and may import nothing but its tables and, in www/moongate.js, its files"
        ),
    }
}

/// A script all of whose functions are called soon, in fewer bytes.
pub(super) fn called(text: &str) -> Result<String> {
    Ok([COMPILE, &short(text)?].concat())
}

/// The same script in fewer bytes: short local names, no comments, no dead code.
fn short(text: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    if let Some(fault) = parsed.diagnostics.first() {
        bail!("a script of the bundle is not a module that parses: {fault}");
    }
    let mut program = parsed.program;
    let options = MinifierOptions { compress: Some(CompressOptions::smallest()), ..MinifierOptions::default() };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let form = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    let printer = Codegen::new().with_options(form).with_scoping(minified.scoping);
    Ok(printer.with_private_member_mappings(minified.class_private_mappings).build(&program).code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_file_imports_nothing_and_keeps_what_it_defines() {
        let text = "import { generated } from './generated.js'\n\
                    import { beside, script } from './files.js'\n\
                    customElements.define('moongate-checkout', class extends HTMLElement {});\n\
                    globalThis.shown = [generated.css, beside, script];\n";
        let files = "// Files.\nexport const beside = 'here'\nexport function script() { return 'there' }\n";
        let script = assemble(text, &json!({ "css": ":host{color:red}" }), files).unwrap();
        assert!(!script.contains("import "), "{script}");
        assert!(!script.contains("export"), "{script}");
        for kept in ["moongate-checkout", ":host{color:red}", "Moongate 0", "here", "there"] {
            assert!(script.contains(kept), "{kept} is not in {script}");
        }
    }

    #[test]
    fn another_import_is_refused() {
        for text in [
            "import x from './other.js';",
            "import { paint } from './glue.js';",
            "import {a,\nb} from './generated.js';",
        ] {
            assert!(assemble(text, &json!({}), "").is_err(), "{text}");
        }
    }

    #[test]
    fn a_script_that_does_not_parse_is_refused() {
        assert!(assemble("const = 1;", &json!({}), "").is_err());
    }

    #[test]
    fn what_a_module_exports_keeps_its_name() {
        let script =
            short("function longName() { return 1 }\nexport { longName as mount, longName as default };\n").unwrap();
        assert!(script.contains("as mount") && script.contains("as default"), "{script}");
    }
}
