//! Decides what in a piece of code is a comment, a text, a word of the language or a tag, for the eye.
//!
//! It understands no language; a wrong guess is a wrong colour and nothing else.

use crate::escape::escaped;

/// What begins and ends a comment, and the language's own words.
struct Rules {
    comments: &'static [(&'static str, &'static str)],
    quotes: &'static str,
    words: &'static str,
}

const SCRIPT: Rules = Rules {
    comments: &[("//", "\n"), ("/*", "*/")],
    quotes: "\"'`",
    words: "import from export default const let var function return if else for of in async await new throw try catch class \
            extends interface type true false null undefined this typeof pub fn use mod struct enum impl match move mut func \
            package defer go range public static final void int String private",
};
const MARKUP: Rules = Rules { comments: &[("<!--", "-->")], quotes: "\"", words: "" };
const DASHED: Rules = Rules {
    comments: &[("#", "\n")],
    quotes: "\"'",
    words: "import from def class return if elif else for in with as while try except raise not and or is None True False \
            lambda pass yield async await cargo curl cd mkdir python3 npm npx tests cp ln",
};
const LISTED: Rules = Rules {
    comments: &[("#", "\n")],
    quotes: "\"'",
    words: "server listen location root alias add_header gzip_static return try_files types map default_type http events \
            header file_server handle_path handle redir encode respond route precompressed true false null always include",
};
const PLAIN: Rules = Rules { comments: &[], quotes: "", words: "" };

fn rules(language: &str) -> &'static Rules {
    match language {
        "js" | "mjs" | "cjs" | "javascript" | "ts" | "typescript" | "jsx" | "tsx" | "json" | "rs" | "rust" | "go"
        | "java" | "css" => &SCRIPT,
        "html" | "vue" | "xml" => &MARKUP,
        "sh" | "bash" | "py" | "python" | "yaml" | "yml" | "toml" => &DASHED,
        "nginx" | "conf" | "Caddyfile" => &LISTED,
        _ => &PLAIN,
    }
}

/// The code as HTML, its parts in spans of class `c` (comment), `s` (text), `k` (word) and `t` (tag).
pub(super) fn of(code: &str, language: &str) -> String {
    let rules = rules(language);
    let tags = matches!(language, "html" | "vue" | "xml" | "jsx" | "tsx");
    let (mut made, mut rest, mut last) = (String::with_capacity(code.len() * 2), code, ' ');
    while let Some(letter) = rest.chars().next() {
        let (class, length) = piece(rest, rules, tags, last);
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match class {
            Some(class) => made.extend(["<span class=\"", class, "\">", &escaped(part), "</span>"]),
            None => made.push_str(&escaped(part)),
        }
        last = part.chars().next_back().unwrap_or(letter);
        rest = after;
    }
    made
}

/// The class of what stands at the beginning, and its length in bytes.
fn piece(rest: &str, rules: &Rules, tags: bool, last: char) -> (Option<&'static str>, usize) {
    // `https://` is no comment.
    let comment = rules.comments.iter().find(|(open, _)| rest.starts_with(open) && !(*open == "//" && last == ':'));
    if let Some((open, close)) = comment {
        let from = open.len();
        let end = rest.get(from..).and_then(|inside| inside.find(close)).map_or(rest.len(), |at| from + at);
        return (Some("c"), if *close == "\n" { end } else { (end + close.len()).min(rest.len()) });
    }
    let first = rest.chars().next().unwrap_or(' ');
    if rules.quotes.contains(first) {
        return (Some("s"), text(rest, first));
    }
    if tags
        && first == '<'
        && rest.get(1..).is_some_and(|after| after.starts_with(|next: char| next.is_alphabetic() || next == '/'))
    {
        return (Some("t"), rest.find([' ', '>', '\n']).map_or(rest.len(), |end| end.max(1)));
    }
    if first.is_alphanumeric() || first == '_' {
        let word = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or(rest);
        let known = !last.is_alphanumeric()
            && !"-.".contains(last)
            && rules.words.split_whitespace().any(|known| known == word);
        return (known.then_some("k"), word.len());
    }
    (None, first.len_utf8())
}

/// The length of a text in quotes. One that does not end on its line is an apostrophe.
fn text(rest: &str, quote: char) -> usize {
    let mut escape = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '\\' if !escape => escape = true,
            '\n' if quote != '`' => return 1,
            letter if letter == quote && !escape => return at + quote.len_utf8(),
            _ => escape = false,
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::super::markup::without_tags;
    use super::*;
    use crate::escape::plain;

    #[test]
    fn colours_change_no_letter() {
        let code = "<!-- a --><b c=\"d\">it's</b>\n// e 'f\nconst g = \"https://h\" # i\n\"open\n微";
        for language in ["html", "js", "py", "nginx", "none"] {
            let text = plain(&without_tags(&of(code, language)));
            assert_eq!(text, code, "{language}");
        }
    }

    #[test]
    fn a_comment_a_text_a_word_and_a_tag_are_told_apart() {
        assert_eq!(
            of("<i a=\"b\">", "html"),
            "<span class=\"t\">&lt;i</span> a=<span class=\"s\">&quot;b&quot;</span>&gt;"
        );
        assert_eq!(of("let x // y", "js"), "<span class=\"k\">let</span> x <span class=\"c\">// y</span>");
        assert_eq!(of("\"http://x\"", "json"), "<span class=\"s\">&quot;http://x&quot;</span>");
    }
}
