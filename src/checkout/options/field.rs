//! Decides how a key of an object is read: its value, or its name among the faults.
//!
//! It does not know the keys; the one style of reading keeps the widget small.

use crate::checkout::fault::{PageCode, PageFault};
use crate::checkout::json::Json;

/// Longest text that is shown, in characters.
const MAX_TEXT: usize = 200;

/// Most items of a list: ids are compared with each other.
const MAX_ITEMS: usize = 400;

/// Reads the members of one object and collects what is wrong with them.
pub(super) struct Fields<'a> {
    /// The object.
    pub(super) raw: &'a Json,
    /// What stands before a key in a fault, for example `methods.alipay.`.
    pub(super) path: String,
    /// What was wrong so far.
    pub(super) faults: Vec<PageFault>,
}

impl<'a> Fields<'a> {
    /// The members of the whole.
    pub(super) fn of(raw: &'a Json) -> Self {
        Self { raw, path: String::new(), faults: Vec::new() }
    }

    /// Reads an inner object, whose keys are named after this one.
    pub(super) fn inner<T>(&mut self, raw: &Json, name: &str, read: impl FnOnce(&mut Fields<'_>) -> T) -> T {
        let path = [&self.path, name, "."].concat();
        let mut fields = Fields { raw, path, faults: std::mem::take(&mut self.faults) };
        let value = read(&mut fields);
        self.faults = fields.faults;
        value
    }

    /// Names a key among the faults: `key: value rule`.
    pub(super) fn fault(&mut self, code: PageCode, key: &str, value: Option<&Json>, rule: &str) {
        let mut about = [&self.path, key].concat();
        if let Some(value) = value {
            about.push_str(": ");
            about.push_str(&shortened(value));
            about.push(' ');
            about.push_str(rule);
        }
        self.faults.push(PageFault { code, about });
    }

    /// The value of this key as `read` gives it; absent if there is none, and named if it is wrong.
    pub(super) fn field<T>(&mut self, key: &str, rule: &str, read: impl FnOnce(&Json) -> Option<T>) -> Option<T> {
        let value = self.raw.get(key)?;
        let found = read(value);
        if found.is_none() {
            self.fault(PageCode::WrongOption, key, Some(value), rule);
        }
        found
    }

    /// As [`Fields::field`], of a key that must be there and not be empty.
    pub(super) fn required<T>(&mut self, key: &str, rule: &str, read: impl FnOnce(&Json) -> Option<T>) -> Option<T> {
        if self.raw.get(key).is_none_or(|value| value.text() == Some("")) {
            self.fault(PageCode::MissingOption, key, None, rule);
            return None;
        }
        self.field(key, rule, read)
    }

    /// A text to be shown; an empty one counts as absent.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.field(key, TEXT_RULE, text).filter(|text| !text.is_empty())
    }

    /// Which of these words the value is; the first is the default.
    pub(super) fn choice(&mut self, key: &str, words: &str) -> usize {
        let position = |value: &Json| words.split(' ').position(|word| value.text() == Some(word));
        self.field(key, &["is not one of: ", words].concat(), position).unwrap_or(0)
    }

    /// A flag; an attribute without a value is `true`, as in HTML.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        let read = |value: &Json| match value.text() {
            None => value.flag(),
            Some("" | "true") => Some(true),
            Some(word) => (word == "false").then_some(false),
        };
        self.field(key, "is not true or false", read).unwrap_or(false)
    }

    /// The words of a list or of a text with spaces between, each as `read` gives it; what is wrong is named and left out.
    pub(super) fn list<T>(&mut self, key: &str, rule: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let words = self.field(key, "is not a list of at most 400", items).unwrap_or_default();
        let mut list = Vec::new();
        for word in &words {
            match word.text().and_then(&read) {
                Some(value) => list.push(value),
                None => self.fault(PageCode::WrongOption, key, Some(word), rule),
            }
        }
        list
    }

    /// Names every key that is not one of these.
    pub(super) fn only(&mut self, keys: &[&str]) {
        for (key, value) in self.raw.members() {
            if !keys.contains(&key.as_str()) {
                self.fault(PageCode::UnknownOption, key, Some(value), "is not an option");
            }
        }
    }
}

/// What a text must be.
pub(super) const TEXT_RULE: &str = "is not a text of at most 200 characters without control or bidi characters";

/// A text that can be shown: at most 200 characters, nothing that hides or turns it round. Numbers count as written.
pub(super) fn text(value: &Json) -> Option<String> {
    let text = value.scalar()?;
    let fit = text.chars().count() <= MAX_TEXT && !text.chars().any(is_hidden);
    fit.then(|| text.to_owned())
}

/// A whole number from 0 on, written in digits alone, as a number or as the text of an attribute.
pub(super) fn whole(value: &Json) -> Option<u64> {
    value.scalar().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// The items of a list, or the words of a text, unless there are more than a page can mean.
pub(super) fn items(value: &Json) -> Option<Vec<Json>> {
    let items: Vec<Json> = match value {
        Json::List(items) => items.iter().take(MAX_ITEMS + 1).cloned().collect(),
        Json::Text(text) => text.split_ascii_whitespace().take(MAX_ITEMS + 1).map(Json::from_text).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => return None,
    };
    (items.len() <= MAX_ITEMS).then_some(items)
}

/// Whether a character is unseen and changes how its neighbours look: control, line and bidi characters.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value as JSON for the developer, cut after 60 characters.
fn shortened(value: &Json) -> String {
    let mut text = value.written();
    if let Some((end, _)) = text.char_indices().nth(60) {
        text.truncate(end);
        text.push('…');
    }
    text
}
