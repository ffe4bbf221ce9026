//! Decides what a body that came as text is: JSON, a form, XML, pairs or a bare address; each becomes an object.
//!
//! It does not decide whose it is, and it trusts nothing in it. Every reader here takes linear time.

mod html;
mod pairs;
mod xml;

use super::Refusal;
use super::provider::ADDRESS;
use crate::checkout::json::Json;

pub(super) use pairs::{decode, decode_all};

/// Largest body, in bytes: 256 KiB.
pub(super) const MAX_BODY: usize = 256 * 1024;

/// Most pairs of one text: each is compared with each.
const MAX_PAIRS: usize = 400;

/// How addresses begin that come bare.
const ADDRESSES: [&str; 4] = ["https", "http", "weixin", "wxp"];

/// The body as an object (or a text, if it is JSON that holds one).
///
/// # Errors
/// [`Refusal::TooLarge`]; [`Refusal::Malformed`] for what begins as one of the forms and is none;
/// [`Refusal::Unrecognised`] for any other text.
pub(super) fn read(text: &str) -> Result<Json, Refusal> {
    if text.len() > MAX_BODY {
        return Err(Refusal::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.as_bytes().first() {
        Some(b'{' | b'[' | b'"') => Json::read(text).map_err(|_| Refusal::Malformed),
        Some(b'<') => xml::read(text).unwrap_or_else(|| html::read(text)),
        _ if ADDRESSES.iter().any(|scheme| super::url::has_scheme(text, scheme)) => {
            Ok(Json::object([(ADDRESS, text.into())]))
        }
        _ if text.contains('=') => pairs::read(text),
        _ => Err(Refusal::Unrecognised),
    }
}

/// What stands before and after the first such mark: `split_once`, in one place for every mark, which is much smaller.
pub(super) fn cut<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (bytes, mark) = (text.as_bytes(), mark.as_bytes());
    let at = (0..bytes.len()).find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark)))?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// What follows the first such mark, or nothing.
pub(super) fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    cut(text, mark).map_or("", |(_, rest)| rest)
}

/// The text from its first character on that is not white space of HTML and XML.
fn trimmed(text: &str) -> &str {
    let at = text.bytes().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    text.get(at..).unwrap_or_default()
}

/// The pairs as an object of texts.
///
/// # Errors
/// [`Refusal::TooLarge`]; [`Refusal::Malformed`] if one name is there twice: which counts would depend on the reader.
fn object(pairs: Vec<(String, String)>) -> Result<Json, Refusal> {
    if pairs.len() > MAX_PAIRS {
        return Err(Refusal::TooLarge);
    }
    if pairs.iter().enumerate().any(|(at, (name, _))| pairs.iter().take(at).any(|(other, _)| other == name)) {
        return Err(Refusal::Malformed);
    }
    Ok(Json::Object(pairs.into_iter().map(|(name, value)| (name, Json::Text(value))).collect()))
}

/// Decodes references that end in `;`, and only those: an address has `&notify_url=` and `&timestamp=`, which decoders
/// that are kinder to missing semicolons turn into `¬` and `×`. An unknown name stays as it is.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = cut(rest, "&") {
        plain.push_str(before);
        // The longest reference we know is `&#1114111;`: looking no further keeps this linear.
        let end = reference.bytes().take(9).position(|byte| byte == b';');
        let letter = end.and_then(|end| Some((reference.get(end + 1..)?, named(reference.get(..end)?)?)));
        let (after, letter) = letter.unwrap_or((reference, '&'));
        plain.push(letter);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn named(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        let digit = |sum: u32, c: char| Some(sum * radix + c.to_digit(radix)?);
        digits.chars().try_fold(0, digit).and_then(char::from_u32).filter(|c| *c != '\0')
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(digits) => number(digits, 16),
            None => number(name.strip_prefix('#')?, 10),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_that_end_in_a_semicolon_are_decoded() {
        assert_eq!(unescape("a&notify_url=b&timestamp=c"), "a&notify_url=b&timestamp=c");
        assert_eq!(unescape("&quot;x&quot; &amp;&amp; &#39;&#x4E2D;&lt;&gt;&apos;"), "\"x\" && '中<>'");
        assert_eq!(
            unescape("&amp;quot; &bogus; &#0; &#xD800; &#+5; &; & &#9999999999; &amp"),
            "&quot; &bogus; &#0; &#xD800; &#+5; &; & &#9999999999; &amp"
        );
    }

    #[test]
    fn a_body_is_told_by_how_it_begins() {
        assert!(read("\u{feff} {\"a\":1}").is_ok_and(|json| json.is_object()));
        assert!(read("https://x.example/?a=b").is_ok_and(|json| json.get(ADDRESS).is_some()));
        assert!(read("a=b&c=d").is_ok_and(|json| json.get("c").and_then(Json::text) == Some("d")));
        for (wrong, refusal) in [
            ("", Refusal::Unrecognised),
            ("paid", Refusal::Unrecognised),
            ("{", Refusal::Malformed),
            ("{\"a\":1,\"a\":2}", Refusal::Malformed),
            ("<", Refusal::Malformed),
            ("a=1&a=2", Refusal::Malformed),
        ] {
            assert_eq!(read(wrong), Err(refusal), "{wrong}");
        }
        assert_eq!(read(&"x".repeat(MAX_BODY + 1)), Err(Refusal::TooLarge));
    }
}
