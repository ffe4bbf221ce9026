//! Decides what WeChat's flat XML says: one `<xml>` with texts in it.
//!
//! It reads no document type, no entity but the five of XML, no attribute and no nesting: nothing can grow or reach out.

use super::{after, cut, object, trimmed, unescape};
use crate::action::Refusal;
use crate::checkout::json::Json;

/// The members of `<xml>` as an object of texts; `None` if the text is no such XML from its first tag on.
pub(super) fn read(text: &str) -> Option<Result<Json, Refusal>> {
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => trimmed(after(rest, "?>")),
        None => text,
    };
    let body = text.strip_prefix("<xml>")?;
    Some(members(body).ok_or(Refusal::Malformed).and_then(object))
}

fn members(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut members = Vec::new();
    loop {
        rest = trimmed(rest).strip_prefix('<')?;
        if let Some(end) = rest.strip_prefix("/xml>") {
            return trimmed(end).is_empty().then_some(members);
        }
        let (name, after) = cut(rest, ">")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(plain) {
            return None;
        }
        let (value, after) = content(after)?;
        rest = after.strip_prefix(name)?.strip_prefix('>')?;
        members.push((name.to_owned(), value));
    }
}

/// The text up to the next closing tag, and what follows its `</`.
fn content(mut rest: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    loop {
        let (plain, after) = cut(rest, "<")?;
        value.push_str(&unescape(plain));
        if let Some(after) = after.strip_prefix('/') {
            return Some((value.trim().to_owned(), after));
        }
        let (raw, after) = cut(after.strip_prefix("![CDATA[")?, "]]>")?;
        value.push_str(raw);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_cdata_are_read() {
        let json = read("<?xml version=\"1.0\"?>\n<xml>\n<a><![CDATA[x<&y]]></a><b>1 &amp; 2</b>\n<c></c></xml>\n")
            .unwrap()
            .unwrap();
        for (key, value) in [("a", "x<&y"), ("b", "1 & 2"), ("c", "")] {
            assert_eq!(json.get(key).and_then(Json::text), Some(value), "{key}");
        }
    }

    #[test]
    fn anything_beyond_flat_texts_is_refused() {
        for wrong in [
            "<xml>",
            "<xml><a>1</a>",
            "<xml><a>1</b></xml>",
            "<xml><a>1</a></xml>x",
            "<xml><a><b>1</b></a></xml>",
            "<xml><a x=\"1\">1</a></xml>",
            "<xml><!DOCTYPE a><a>1</a></xml>",
            "<xml><a><![CDATA[x</a></xml>",
            "<xml><a>1</a><a>2</a></xml>",
            "<xml><a/></xml>",
            "<xml><>1</></xml>",
        ] {
            assert_eq!(read(wrong), Some(Err(Refusal::Malformed)), "{wrong}");
        }
        assert_eq!(read("<!DOCTYPE xml [<!ENTITY a \"b\">]><xml></xml>"), None);
        assert_eq!(read("<html></html>"), None);
    }

    #[test]
    fn an_unknown_entity_stays_text() {
        assert_eq!(read("<xml><a>&lol;</a></xml>").unwrap().unwrap().get("a").and_then(Json::text), Some("&lol;"));
    }
}
