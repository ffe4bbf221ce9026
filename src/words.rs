//! Decides the words a shopper reads: one [`Key`] for each, one file a language under `words/`, and which language it is.
//!
//! It does not format sums or dates, which are put in where a text says `{sum}`, and it does not know where a word stands.

pub mod en;
pub mod key;
pub mod language;
pub mod zh_cn;

pub use key::Key;
pub use language::Language;

use crate::checkout::json::Json;

/// The words of one language, with those that the page replaced.
///
/// In the browser they come from a file of the bundle, so that a shopper downloads one language only.
///
/// # Example
/// ```
/// use moongate::words::{Key, Language, Words};
/// let words = Words::of(Language::find("zh-Hans-SG"), &[]);
/// assert_eq!(words.fill(Key::Pay, &[("sum", "¥128.00")]), "支付 ¥128.00");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    texts: Vec<String>,
}

impl Words {
    /// The words of a language file, whose keys are those of [`Key::name`]; `replaced` counts before it (option `texts`).
    ///
    /// A key that is in neither shows its own name, which a shopper can at least read out to the shop.
    pub fn read(file: &Json, replaced: &[(String, String)]) -> Self {
        Self::gather(replaced, |key| file.get(key.name()).and_then(Json::text))
    }

    /// The words of a language that this program carries; the widget calls [`Words::read`] instead and so carries none.
    pub fn of(language: &Language, replaced: &[(String, String)]) -> Self {
        let table = language.table();
        Self::gather(replaced, |key| table.iter().find(|(name, _)| *name == key).map(|(_, text)| *text))
    }

    fn gather<'a>(replaced: &'a [(String, String)], text: impl Fn(Key) -> Option<&'a str>) -> Self {
        let own = |key: Key| replaced.iter().find(|(name, _)| name == key.name()).map(|(_, text)| text.as_str());
        let word = |key: &Key| own(*key).or_else(|| text(*key)).unwrap_or(key.name()).to_owned();
        Self { texts: Key::ALL.iter().map(word).collect() }
    }

    /// The text of this key, its placeholders still in it.
    pub fn say(&self, key: Key) -> &str {
        self.texts.get(key as usize).map_or("", String::as_str)
    }

    /// The text of this key with each `{name}` replaced by its value; a name that is not given stays as it is.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = self.say(key);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}').and_then(|(name, tail)| Some((value(values, name)?, tail))) {
                Some((value, tail)) => {
                    filled.push_str(value);
                    rest = tail;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

fn value<'a>(values: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

/// A language's file of the bundle: an object with every key of [`Key::ALL`], in that order.
pub fn to_json(language: &Language) -> Json {
    let words = Words::of(language, &[]);
    Json::Object(Key::ALL.iter().map(|key| (key.name().to_owned(), Json::from_text(words.say(*key)))).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_key_has_a_text_in_every_language_and_none_has_two() {
        for language in Language::ALL {
            for key in Key::ALL {
                let texts: Vec<_> = language.table().iter().filter(|(name, _)| name == key).collect();
                assert_eq!(texts.len(), 1, "{} in {}", key.name(), language.tag);
                assert!(!texts[0].1.trim().is_empty(), "{} in {}", key.name(), language.tag);
            }
            assert_eq!(language.table().len(), Key::ALL.len(), "{}", language.tag);
        }
    }

    #[test]
    fn a_text_has_the_same_placeholders_in_every_language() {
        let first = Words::of(Language::find("zh-CN"), &[]);
        for language in Language::ALL {
            let words = Words::of(language, &[]);
            for key in Key::ALL {
                let (one, other) = (placeholders(words.say(*key)), placeholders(first.say(*key)));
                assert_eq!(one, other, "{} in {}", key.name(), language.tag);
            }
        }
    }

    #[test]
    fn no_text_shouts_begs_or_holds_markup() {
        for language in Language::ALL {
            for (key, text) in language.table() {
                for banned in ["!", "！", "<", ">", "  ", "Please wait", "please wait", "请稍"] {
                    assert!(!text.contains(banned), "{} in {}: {text}", key.name(), language.tag);
                }
                assert!(text.chars().count() <= 200, "{} in {}", key.name(), language.tag);
            }
        }
    }

    #[test]
    fn names_are_snake_case_differ_and_find_their_key_again() {
        for key in Key::ALL {
            let name = key.name();
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert_eq!(Key::parse(name), Some(*key));
        }
        assert_eq!(Key::parse("nothing_of_ours"), None);
    }

    #[test]
    fn a_word_of_the_page_counts_before_the_language_and_a_lost_one_shows_its_name() {
        let file = Json::object([("pay", Json::from_text("支付 {sum}")), ("large_print", Json::Null)]);
        let words = Words::read(&file, &[("change_method".to_owned(), "别的".to_owned())]);
        assert_eq!(words.say(Key::Pay), "支付 {sum}");
        assert_eq!(words.say(Key::ChangeMethod), "别的");
        assert_eq!(words.say(Key::LargePrint), "large_print");
    }

    #[test]
    fn the_file_of_a_language_reads_back_to_the_same_words() {
        for language in Language::ALL {
            let file = Json::read(&to_json(language).to_string()).unwrap();
            assert_eq!(Words::read(&file, &[]), Words::of(language, &[]));
        }
    }

    #[test]
    fn braces_that_name_nothing_stay_and_values_are_not_filled_again() {
        let own = [("pay".to_owned(), "{ {sum} {tip} {".to_owned())];
        let words = Words::of(Language::find("en"), &own);
        assert_eq!(words.fill(Key::Pay, &[("sum", "{sum}")]), "{ {sum} {tip} {");
    }
}
