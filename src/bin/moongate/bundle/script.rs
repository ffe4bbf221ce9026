//! Decides how `moongate.js`, `form.js` and `tongues.js` become one file each: the modules that they import taken over, and the
//! whole made short.
//!
//! It does not decide what the tables say, where files are found or what the script does.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;
use std::collections::BTreeSet;

const BANNER: &str = concat!("/*! Moongate ", env!("CARGO_PKG_VERSION"), " | MIT OR Apache-2.0 */\n");

/// Tells V8 to compile all functions at once, off the page's thread, since nearly all are called as soon as it is here: found
/// one by one, each would be read twice. Other engines see a comment. (v8.dev/features/explicit-compile-hints, 2025-04.)
const COMPILE: &str = "//# allFunctionsCalledOnLoad\n";

/// What every script may import, and finds in its place: the tables that it is made with.
const TABLES: &str = "www/generated.js";

/// The script at this path and all modules that it imports, as one file: each at the first import of it, the tables inside, and the
/// whole made short. `read` gives the text of a module.
///
/// # Errors
/// When a module can't be read, imports something in another way, or the whole is not a module that parses.
pub(super) fn assemble(entry: &str, generated: &Value, read: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut assembly = Assembly { generated, read, taken: BTreeSet::new(), whole: String::with_capacity(131_072) };
    assembly.take(entry, "")?;
    Ok([BANNER, &called(&assembly.whole)?].concat())
}

struct Assembly<'a> {
    generated: &'a Value,
    read: &'a dyn Fn(&str) -> Result<String>,
    taken: BTreeSet<String>,
    whole: String,
}

impl Assembly<'_> {
    /// Takes a module over, unless it is here already, after those that it imports. In one file nobody imports: `dropped` is what
    /// its lines begin with where they would export.
    fn take(&mut self, path: &str, dropped: &str) -> Result<()> {
        if !self.taken.insert(path.to_owned()) {
            return Ok(());
        }
        let text = match path {
            TABLES => format!("const generated = {};", self.generated),
            path => (self.read)(path)?,
        };
        for line in text.lines() {
            match line.strip_prefix("import ") {
                Some(import) => self.take(&imported(path, import)?, "export ")?,
                None => {
                    self.whole.push_str(line.strip_prefix(dropped).unwrap_or(line));
                    self.whole.push('\n');
                }
            }
        }
        Ok(())
    }
}

/// The path of what a module imports, for example `www/files.js` of `{ beside } from '../files.js'` in `www/shell/loading.js`.
fn imported(by: &str, import: &str) -> Result<String> {
    let named = import.trim_end_matches(';').replace('"', "'");
    let from = named.strip_prefix("{ ").and_then(|names| names.split_once(" } from '"));
    let Some(target) = from.and_then(|(_, from)| from.strip_suffix('\'')).filter(|target| target.starts_with('.'))
    else {
        bail!("{by} imports {import}; a script of the bundle imports names of modules beside it, in one line each");
    };
    let mut folders: Vec<&str> = by.split('/').collect();
    folders.pop();
    for step in target.split('/') {
        match step {
            "." => {}
            ".." => drop(folders.pop()),
            name => folders.push(name),
        }
    }
    Ok(folders.join("/"))
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
    use anyhow::Context;
    use serde_json::json;

    /// Modules by their paths.
    fn assembled(modules: &[(&str, &str)]) -> Result<String> {
        let read = |path: &str| {
            let found = modules.iter().find(|(known, _)| *known == path);
            found.map(|(_, text)| (*text).to_owned()).with_context(|| format!("there is no {path}"))
        };
        assemble("www/entry.js", &json!({ "css": ":host{color:red}" }), &read)
    }

    #[test]
    fn one_file_imports_nothing_and_keeps_what_it_defines() {
        let entry = "import { generated } from './generated.js'\n\
                     import { beside, script } from './files.js'\n\
                     import { told } from './shell/told.js'\n\
                     customElements.define('moongate-checkout', class extends HTMLElement {});\n\
                     globalThis.shown = [generated.css, beside, script, told];\n\
                     export { told };\n";
        let files = "// Files.\nexport const beside = 'here'\nexport function script() { return 'there' }\n";
        let told = "import { generated } from '../generated.js'\n\
                    import { beside } from '../files.js'\n\
                    export const told = [generated.css, beside]\n";
        let script =
            assembled(&[("www/entry.js", entry), ("www/files.js", files), ("www/shell/told.js", told)]).unwrap();
        assert!(!script.contains("import "), "{script}");
        assert_eq!(script.matches("export").count(), 1, "{script}");
        for once in ["moongate-checkout", ":host{color:red}", "Moongate 0", "here", "there", "as told"] {
            assert!(script.contains(once), "{once} is not in {script}");
        }
        assert_eq!(script.matches(":host").count(), 1, "the tables are taken over once: {script}");
    }

    #[test]
    fn another_import_is_refused() {
        for text in
            ["import x from './other.js';", "import { paint } from 'glue';", "import {a,\nb} from './generated.js';"]
        {
            let fault = assembled(&[("www/entry.js", text)]).unwrap_err().to_string();
            assert!(fault.contains("www/entry.js imports"), "{fault}");
        }
        let missing = assembled(&[("www/entry.js", "import { a } from './shell/other.js'")]);
        assert_eq!(missing.unwrap_err().to_string(), "there is no www/shell/other.js");
    }

    #[test]
    fn a_script_that_does_not_parse_is_refused() {
        assert!(assembled(&[("www/entry.js", "const = 1;")]).is_err());
    }

    #[test]
    fn what_a_module_exports_keeps_its_name() {
        let script =
            short("function longName() { return 1 }\nexport { longName as mount, longName as default };\n").unwrap();
        assert!(script.contains("as mount") && script.contains("as default"), "{script}");
    }
}
