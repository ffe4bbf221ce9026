//! Decides the words a shopper reads: one [`Key`] for each, one file a language under `words/`, and which language it is.
//!
//! It does not format sums or dates, which are put in where a text says `{sum}`, and it does not know where a word stands.

pub mod ar;
pub mod de;
pub mod en;
pub mod es;
pub mod fr;
pub mod id;
pub mod ja;
pub mod key;
pub mod ko;
pub mod language;
pub mod ms;
pub mod pt_br;
pub mod ru;
pub mod th;
pub mod vi;
pub mod zh_cn;
pub mod zh_hk;
pub mod zh_tw;

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
    /// BCP 47 tag of the language, for example `zh-CN`.
    pub lang: String,
    /// The direction it is written in: `ltr` or `rtl`.
    pub dir: &'static str,
    /// The tag and the own name of the language that one press leads to, if one does: `("zh-CN", "中文")`.
    pub other: Option<(String, String)>,
    texts: Vec<String>,
}

impl Words {
    /// The words of a language file, whose keys are those of [`Key::name`], with `lang`, `dir` if it is `rtl`, and
    /// `other: { lang, name }`. `replaced` counts before them (option `texts`), unless the shopper has `switched` to another
    /// language than the page's, which those are in.
    ///
    /// A key that is in neither shows its own name, which a shopper can at least read out to the shop.
    pub fn read(file: &Json, replaced: &[(String, String)]) -> Self {
        let member = |object: &Json, name| object.get(name).and_then(Json::text).map(str::to_owned);
        let replaced = if file.get("switched").is_some() { &[] } else { replaced };
        Self {
            lang: member(file, "lang").unwrap_or_default(),
            dir: if file.get("dir").is_some() { "rtl" } else { "ltr" },
            other: file.get("other").and_then(|other| Some((member(other, "lang")?, member(other, "name")?))),
            texts: Self::gather(replaced, |key| file.get(key.name()).and_then(Json::text)),
        }
    }

    /// The words of a language that this program carries; the widget calls [`Words::read`] instead and so carries none.
    pub fn of(language: &Language, replaced: &[(String, String)]) -> Self {
        let texts = Self::gather(replaced, |key| language.text(key));
        Self { lang: language.tag.to_owned(), dir: language.dir, other: None, texts }
    }

    fn gather<'a>(replaced: &'a [(String, String)], text: impl Fn(Key) -> Option<&'a str>) -> Vec<String> {
        let own = |key: Key| replaced.iter().find(|(name, _)| name == key.name()).map(|(_, text)| text.as_str());
        let word = |key: &Key| own(*key).or_else(|| text(*key)).unwrap_or(key.name()).to_owned();
        Key::ALL.iter().map(word).collect()
    }

    /// The text of this key, its placeholders still in it.
    pub fn say(&self, key: Key) -> &str {
        self.texts.get(key as usize).map_or("", String::as_str)
    }

    /// The text of this key with each `{name}` replaced by its value; a name that is not given stays as it is.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        filled(self.say(key), values)
    }

    /// The text of this key with a number in it, in the form for the number's plural `category` of CLDR (`one`, `few` …).
    ///
    /// # Example
    /// ```
    /// use moongate::words::{Key, Language, Words};
    /// let words = Words::of(Language::find("en"), &[]);
    /// assert_eq!(words.count(Key::MinutesLeft, "1", "one"), "1 minute left");
    /// assert_eq!(words.count(Key::MinutesLeft, "2", "other"), "2 minutes left");
    /// ```
    pub fn count(&self, key: Key, number: &str, category: &str) -> String {
        filled(form(self.say(key), category), &[("count", number)])
    }
}

/// Of the forms of a text, `category:text` with `|` between, the one of this category; else the last, which names none.
fn form<'a>(text: &'a str, category: &str) -> &'a str {
    let own = |form: &'a str| form.strip_prefix(category)?.strip_prefix(':');
    text.split('|').find_map(own).or_else(|| text.rsplit('|').next()).unwrap_or_default()
}

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
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

fn value<'a>(values: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

/// A language's file of the bundle: an object with `lang`, `dir` where it is `rtl`, and every key of [`Key::ALL`] in that order.
pub fn to_json(language: &Language) -> Json {
    let dir = (language.dir == "rtl").then_some(("dir", language.dir));
    let texts = Key::ALL.iter().map(|key| (key.name(), language.text(*key).unwrap_or_default()));
    let members = [("lang", language.tag)].into_iter().chain(dir).chain(texts);
    Json::Object(members.map(|(name, text)| (name.to_owned(), Json::from_text(text))).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::wildcard_enum_match_arm)]
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0).collect();
        names.sort_unstable();
        names
    }

    /// Every text of every language, and for people who it is.
    fn texts() -> impl Iterator<Item = (String, Key, &'static Language, &'static str)> {
        let all = Language::ALL.iter().flat_map(|language| Key::ALL.iter().map(move |key| (*language, *key)));
        all.map(|(language, key)| {
            let about = format!("{} in {}", key.name(), language.tag);
            let text = language.text(key).unwrap_or_else(|| panic!("{about} is not there"));
            (about, key, language, text)
        })
    }

    /// The texts that count something.
    const COUNTING: [Key; 3] = [Key::CodeLimit, Key::MinutesLeft, Key::SecondsLeft];

    /// Category and text of each form; the last has none.
    fn forms(key: Key, text: &str) -> Vec<(&str, &str)> {
        match COUNTING.contains(&key) {
            true => text.split('|').map(|form| form.split_once(':').unwrap_or(("", form))).collect(),
            false => vec![("", text)],
        }
    }

    #[test]
    fn every_key_has_a_text_in_every_language_and_none_has_two() {
        for (about, _, _, text) in texts() {
            assert!(!text.trim().is_empty(), "{about}");
        }
        let count = Language::ALL.len() * Key::ALL.len();
        assert_eq!((Language::ALL.len(), texts().count()), (16, count));
        for language in Language::ALL {
            assert!(
                language.tables().all(|table| Key::ALL.iter().all(|key| own(table, *key) <= 1)),
                "{}",
                language.tag
            );
        }
    }

    fn own(table: &[(Key, &str)], key: Key) -> usize {
        table.iter().filter(|(name, _)| *name == key).count()
    }

    #[test]
    fn a_text_has_the_same_placeholders_in_every_language_and_every_form() {
        let first = Language::find("en");
        for (about, key, language, text) in texts() {
            for (category, form) in forms(key, text) {
                // Arabic has words for one and two of a thing, without the number.
                if language.tag == "ar" && matches!(category, "one" | "two") {
                    continue;
                }
                let (_, english) = forms(key, first.text(key).unwrap()).pop().unwrap();
                assert_eq!(placeholders(form), placeholders(english), "{about} {category}");
            }
        }
    }

    #[test]
    fn what_counts_has_the_forms_of_its_language_and_at_last_one_for_all_other_numbers() {
        for (about, key, language, text) in texts() {
            let mut categories: Vec<&str> = forms(key, text).iter().map(|(category, _)| *category).collect();
            assert_eq!(categories.pop(), Some(""), "{about}: the last form serves every number");
            let known: Vec<&str> = language.forms.split_whitespace().collect();
            assert!(categories.iter().all(|category| known.contains(category)), "{about}: {categories:?}");
            // A Russian minute after "within" has the same form for 2 and for 5.
            let all = categories.len() == known.len() || (language.tag, key) == ("ru", Key::CodeLimit);
            assert!(all || !COUNTING.contains(&key), "{about}: {categories:?}");
            assert!(COUNTING.contains(&key) || !text.contains('|'), "{about}");
        }
    }

    #[test]
    fn a_number_takes_the_form_of_its_category_and_the_last_where_there_is_none() {
        let said = |tag, key, number, category| Words::of(Language::find(tag), &[]).count(key, number, category);
        assert_eq!(said("ru", Key::MinutesLeft, "21", "one"), "Осталась 21 минута");
        assert_eq!(said("ru", Key::MinutesLeft, "3", "few"), "Осталось 3 минуты");
        assert_eq!(said("ru", Key::MinutesLeft, "5", "many"), "Осталось 5 минут");
        assert_eq!(said("ar", Key::MinutesLeft, "2", "two"), "بقيت دقيقتان");
        assert_eq!(said("ar", Key::MinutesLeft, "3", "few"), "بقيت 3 دقائق");
        assert_eq!(said("ar", Key::MinutesLeft, "0", "zero"), "بقيت 0 دقيقة");
        assert_eq!(said("zh-CN", Key::MinutesLeft, "1", "other"), "还剩 1 分钟");
    }

    #[test]
    fn no_text_shouts_begs_or_holds_markup() {
        let banned =
            ["!", "！", "<", ">", "  ", "Please wait", "please wait", "请稍", "¡", "\u{200b}", " ,", " .", "\t"];
        for (about, _, _, text) in texts() {
            assert!(!banned.iter().any(|banned| text.contains(banned)), "{about}: {text}");
            assert!(text.chars().count() <= 200, "{about}");
        }
    }

    #[test]
    fn no_text_begins_or_ends_with_a_space_but_what_stands_in_a_list() {
        for (about, key, _, text) in texts() {
            assert!(text == text.trim() || matches!(key, Key::ListNext | Key::ListLast), "{about}");
        }
    }

    /// As wide as Latin letters are in all: those of Chinese, Japanese and Korean take the room of two.
    fn width(text: &str) -> usize {
        text.chars()
            .map(|letter| if letter >= '\u{1100}' && letter.len_utf8() > 2 && !is_thai(letter) { 2 } else { 1 })
            .sum()
    }

    fn is_thai(letter: char) -> bool {
        ('\u{e00}'..='\u{e7f}').contains(&letter)
    }

    #[test]
    fn what_is_pressed_is_short() {
        let short = |key| match key {
            Key::LargePrint => 18,
            Key::Pay | Key::PayLarge | Key::Paid | Key::GoOn | Key::AskNow | Key::TryAgain | Key::Done => 26,
            Key::NewCode | Key::ChangeMethod | Key::SaveCode | Key::CopyLink | Key::UsePage | Key::ContactShop => 30,
            Key::More | Key::CodePage => 48,
            _ => usize::MAX,
        };
        for (about, key, _, text) in texts() {
            for (_, form) in forms(key, text) {
                assert!(width(form) <= short(key), "{about}: {form} is {} wide", width(form));
            }
        }
    }

    #[test]
    fn wallets_are_named_in_their_own_script_in_every_language() {
        let wallets = [Key::MethodAlipay, Key::MethodWechatpay, Key::MethodUnionpay, Key::MethodHebao];
        let apps = [Key::AppAlipay, Key::AppWechatpay, Key::AppUnionpay, Key::AppHebao];
        for (about, key, language, text) in texts().filter(|(_, key, ..)| wallets.contains(key) || apps.contains(key)) {
            let own = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
            assert!(text.chars().any(own), "{about}: {text}");
            let beside = language.tag.starts_with("zh") || text.chars().any(|letter| letter.is_ascii_alphabetic());
            assert!(beside, "{about}: {text}");
            let english = Language::find("en").text(key);
            assert!(language.tag.starts_with("zh") || Some(text) == english, "{about}: {text}");
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
    fn words_of_the_page_do_not_count_where_the_shopper_switched_to_another_language() {
        let texts = [("pay".to_owned(), "Jetzt {sum}".to_owned())];
        let of = |more: &str| Json::read(&format!(r#"{{"lang":"zh-CN","pay":"支付 {{sum}}"{more}}}"#)).unwrap();
        assert_eq!(Words::read(&of(""), &texts).say(Key::Pay), "Jetzt {sum}");
        let back = Words::read(&of(r#","switched":true,"other":{"lang":"de","name":"Deutsch"}"#), &texts);
        assert_eq!(back.say(Key::Pay), "支付 {sum}");
        assert_eq!(back.other, Some(("de".to_owned(), "Deutsch".to_owned())));
        assert_eq!((back.lang.as_str(), back.dir), ("zh-CN", "ltr"));
    }

    #[test]
    fn braces_that_name_nothing_stay_and_values_are_not_filled_again() {
        let own = [("pay".to_owned(), "{ {sum} {tip} {".to_owned())];
        let words = Words::of(Language::find("en"), &own);
        assert_eq!(words.fill(Key::Pay, &[("sum", "{sum}")]), "{ {sum} {tip} {");
    }
}
