//! Decides what the one form of an HTML body sends, and where to.
//!
//! It runs nothing and draws nothing. What a browser would send only after a person chose it (`select`, `textarea`) is refused.

use super::{after, cut, object, trimmed, unescape};
use crate::action::Refusal;
use crate::action::provider::FORM;
use crate::checkout::json::Json;

/// The form as an object of `name`, `action`, `method` (upper case) and `fields`, under [`FORM`].
pub(super) fn read(text: &str) -> Result<Json, Refusal> {
    let mut page = Page { rest: text };
    let (mut form, mut fields, mut open) = (None, Vec::new(), false);
    while let Some(tag) = page.tag() {
        match tag.name.as_str() {
            "form" if form.is_some() => return Err(Refusal::Malformed),
            "form" => (form, open) = (Some(tag), true),
            "/form" => open = false,
            "input" if open => fields.extend(field(&tag)),
            "select" | "textarea" if open => return Err(Refusal::Malformed),
            "script" | "style" | "title" | "textarea" => page.skip(&tag.name),
            _ => {}
        }
    }
    let form = form.filter(|_| !open).ok_or(Refusal::Malformed)?;
    let name = form.value("name").or_else(|| form.value("id"));
    let method = form.value("method").map_or("GET".to_owned(), |method| method.to_ascii_uppercase());
    Ok(Json::object([(
        FORM,
        Json::object([
            ("name", Json::from_option(name.as_deref())),
            ("action", Json::from_option(form.value("action").as_deref())),
            ("method", Json::Text(method)),
            ("fields", object(fields)?),
        ]),
    )]))
}

/// What this input sends without anybody pressing it.
fn field(input: &Tag<'_>) -> Option<(String, String)> {
    let kind = input.value("type").unwrap_or_default().to_ascii_lowercase();
    let pressed = matches!(kind.as_str(), "submit" | "button" | "image" | "reset" | "file");
    let unchecked = matches!(kind.as_str(), "checkbox" | "radio") && input.raw("checked").is_none();
    let name = input.value("name").filter(|name| !name.is_empty())?;
    let sent = !pressed && !unchecked && input.raw("disabled").is_none();
    sent.then(|| (name, input.value("value").unwrap_or_default()))
}

/// A tag's name in lower case, with `/` before it if it closes, and its attributes as they are written.
struct Tag<'a> {
    name: String,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The first attribute of this name, as browsers take it.
    fn raw(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The same with its references decoded.
    fn value(&self, name: &str) -> Option<String> {
        self.raw(name).map(unescape)
    }
}

struct Page<'a> {
    rest: &'a str,
}

impl<'a> Page<'a> {
    /// The next tag; comments and declarations are stepped over. An unfinished one ends the page.
    fn tag(&mut self) -> Option<Tag<'a>> {
        loop {
            self.rest = cut(self.rest, "<")?.1;
            if let Some(comment) = self.rest.strip_prefix("!--") {
                self.rest = after(comment, "-->");
            } else if self.rest.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'/') {
                let name = self.until(|b| b.is_ascii_whitespace() || b == b'>').to_ascii_lowercase();
                let attributes = self.attributes()?;
                return Some(Tag { name: name.strip_suffix('/').unwrap_or(&name).to_owned(), attributes });
            }
        }
    }

    /// What comes before the first such character, stepping over it all but that character.
    fn until(&mut self, stop: fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(stop).unwrap_or(self.rest.len());
        let (before, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        before
    }

    /// The attributes up to `>`, which is stepped over.
    fn attributes(&mut self) -> Option<Vec<(&'a str, &'a str)>> {
        let mut attributes = Vec::new();
        loop {
            let _space = self.until(|b| !(b.is_ascii_whitespace() || b == b'/'));
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                return Some(attributes);
            }
            let name = self.until(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'>' | b'/'));
            self.rest = trimmed(self.rest);
            let value = match self.rest.strip_prefix('=') {
                Some(rest) => {
                    self.rest = trimmed(rest);
                    self.value()?
                }
                None => "",
            };
            if name.is_empty() && value.is_empty() && self.rest.is_empty() {
                return None;
            }
            attributes.push((name, value));
        }
    }

    fn value(&mut self) -> Option<&'a str> {
        let quote = self.rest.get(..1).filter(|quote| matches!(*quote, "\"" | "'"));
        let Some(quote) = quote else { return Some(self.until(|b| b.is_ascii_whitespace() || b == b'>')) };
        let (value, rest) = cut(self.rest.get(1..)?, quote)?;
        self.rest = rest;
        Some(value)
    }

    /// Steps over the raw text of this element.
    fn skip(&mut self, name: &str) {
        while let Some((_, rest)) = cut(self.rest, "</") {
            self.rest = rest;
            if rest.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
                return;
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Json {
        read(text).unwrap().get(FORM).unwrap().clone()
    }

    #[test]
    fn a_form_sends_what_a_browser_would_send_unasked() {
        let form = form(
            "<!doctype html><title><form></title><!-- <form> --><FORM ID=pay METHOD='post' ACTION=https://a.example/?x&notify=1>\
             <input name=a value=\"1 &amp; 2\"/><input type=hidden name='b' value='<form>'><input type=submit name=c value=d>\
             <input type=checkbox name=e><input type=checkbox name=f checked value=on><input name=g disabled><input value=h>\
             <script>document.write('<form>')</script></form>",
        );
        assert_eq!(form.get("method").and_then(Json::text), Some("POST"));
        assert_eq!(form.get("name").and_then(Json::text), Some("pay"));
        assert_eq!(form.get("action").and_then(Json::text), Some("https://a.example/?x&notify=1"));
        assert_eq!(form.get("fields").unwrap().to_string(), r#"{"a":"1 & 2","b":"<form>","f":"on"}"#);
    }

    #[test]
    fn an_attribute_without_a_name_ends_nothing() {
        assert_eq!(form("<form><input ='' name=a value=1></form>").get("fields").unwrap().to_string(), r#"{"a":"1"}"#);
    }

    #[test]
    fn what_is_not_exactly_one_whole_form_is_malformed() {
        for wrong in [
            "<html></html>",
            "<form action=a>",
            "<form></form><form></form>",
            "<form><form></form></form>",
            "<form><input name=a",
            "<form><input name=\"a></form>",
            "<form><select name=a></select></form>",
            "<form><textarea name=a></textarea></form>",
            "<form><input name=a value=1><input name=a value=2></form>",
            "<form <",
            "<!-- <form></form> -->",
            "<form",
            "<form =",
        ] {
            assert_eq!(read(wrong), Err(Refusal::Malformed), "{wrong}");
        }
    }

    #[test]
    fn a_page_of_a_quarter_megabyte_is_read_in_linear_time() {
        for piece in
            ["<", "<!--", "<a ", "<a b=\"", "<script>", "</", "&#", "<form>", "<a a=b ", "='", "<script></scrip"]
        {
            assert!(read(&["<form></form>", &piece.repeat(200_000 / piece.len())].concat()).is_ok() || piece != "<");
        }
    }
}
