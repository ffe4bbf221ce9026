//! Decides the short names by which the wasm and its script know each other's functions.
//!
//! wasm-bindgen names them `__wbg_append_4c1f…`, with a hash that no compressor can shrink, once in each file.
//! It does not decide what they do, nor the names that `moongate.js` calls.

use std::collections::HashMap;
use std::fmt::Write;

/// Long names and their short ones.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// The short name for a long one, the same each time. No keyword is among them: each begins with `$`.
    pub(super) fn short(&mut self, long: &str) -> String {
        let next = self.0.len();
        self.0.entry(long.to_owned()).or_insert_with(|| digits(next)).clone()
    }

    /// The script with the short names where the long ones stand in quotes.
    pub(super) fn in_quotes(&self, script: &str) -> String {
        let quoted = |name: &str| format!("\"{name}\"");
        self.0.iter().fold(script.to_owned(), |script, (long, short)| script.replace(&quoted(long), &quoted(short)))
    }

    fn known(&self, long: &str) -> Option<&str> {
        self.0.get(long).map(String::as_str)
    }
}

/// `$0`, `$1` … in base 36.
fn digits(number: usize) -> String {
    let mut text = String::new();
    let mut rest = number;
    loop {
        text.insert(0, char::from_digit((rest % 36) as u32, 36).unwrap_or('_'));
        rest /= 36;
        if rest == 0 {
            text.insert(0, '$');
            return text;
        }
    }
}

/// The script with short names: for imports where they are keys (`name:`), for exports where they are read (`wasm.name`).
/// Everything else that happens to have such a name stays.
pub(super) fn shorten(script: &str, imports: &Names, exports: &Names) -> String {
    let mut short = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (name, after) = from.split_at(from.find(|c| !is_name(c)).unwrap_or(from.len()));
        short.push_str(before);
        let known = if short.ends_with("wasm.") { exports.known(name) } else { None };
        let known = known.or_else(|| if after.starts_with(':') { imports.known(name) } else { None });
        let _ = short.write_str(known.unwrap_or(name));
        rest = after;
    }
    short.push_str(rest);
    short
}

/// Whether a character can be part of a name in JavaScript.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_and_reads_from_the_wasm_change() {
        let (mut imports, mut exports) = (Names::default(), Names::default());
        imports.short("__wbg_log_1f");
        exports.short("invoke__h2");
        let script = "{ __wbg_log_1f: function() { invoke__h2(__wbg_log_1f); } }\nfunction invoke__h2(a) { wasm.invoke__h2(a); }";
        let expected = "{ $0: function() { invoke__h2(__wbg_log_1f); } }\nfunction invoke__h2(a) { wasm.$0(a); }";
        assert_eq!(shorten(script, &imports, &exports), expected);
    }

    #[test]
    fn a_name_has_one_short_name_and_none_share_it() {
        let mut names = Names::default();
        let first = names.short("a");
        let all: std::collections::HashSet<String> = (0..2000).map(|n| names.short(&format!("n{n}"))).collect();
        assert_eq!((all.len(), all.contains(&first)), (2000, false));
        assert_eq!(names.short("a"), first);
    }

    #[test]
    fn a_module_is_renamed_where_it_is_quoted() {
        let mut modules = Names::default();
        modules.short("./moongate_bg.js");
        assert_eq!(modules.in_quotes("return { \"./moongate_bg.js\": import0 };"), "return { \"$0\": import0 };");
    }
}
