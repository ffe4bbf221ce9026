//! Decides which language a shopper reads: the languages there are, and the rule from a BCP 47 tag to one of them.
//!
//! It does not load words; the widget has no table of languages, `moongate.js` chooses by the same rules.

use super::key::Key;
use super::{ar, de, en, es, fr, id, ja, ko, ms, pt_br, ru, th, vi, zh_cn, zh_hk, zh_tw};

/// A language of the widget.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// Its BCP 47 tag, which names its file too: `zh-CN`.
    pub tag: &'static str,
    /// The direction it is written in: `ltr` or `rtl`.
    pub dir: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// The forms that its texts may have for numbers, beside the last: plural categories of CLDR, with spaces between.
    pub forms: &'static str,
    /// Whose texts count where it has none of its own.
    parent: Option<&'static Self>,
    texts: &'static [(Key, &'static str)],
}

const fn language(tag: &'static str, name: &'static str, texts: &'static [(Key, &'static str)]) -> Language {
    Language { tag, dir: "ltr", name, forms: "", parent: None, texts }
}

static ZH_TW: Language = language("zh-TW", "中文", zh_tw::TEXTS);
static EN: Language = Language { forms: "one", ..language("en", "English", en::TEXTS) };

/// # Source
/// The forms are CLDR's for whole numbers; a test asks the browsers' `Intl.PluralRules` for them (2026-11-22). The last form
/// of a text serves all other numbers, such as French millions.
static LANGUAGES: [&Language; 16] = [
    &language("zh-CN", "中文", zh_cn::TEXTS),
    &ZH_TW,
    &Language { parent: Some(&ZH_TW), ..language("zh-HK", "中文", zh_hk::TEXTS) },
    &EN,
    &language("ja", "日本語", ja::TEXTS),
    &language("ko", "한국어", ko::TEXTS),
    &language("th", "ไทย", th::TEXTS),
    &language("vi", "Tiếng Việt", vi::TEXTS),
    &language("ms", "Bahasa Melayu", ms::TEXTS),
    &language("id", "Bahasa Indonesia", id::TEXTS),
    &Language { forms: "one", ..language("fr", "Français", fr::TEXTS) },
    &Language { forms: "one", ..language("de", "Deutsch", de::TEXTS) },
    &Language { forms: "one", ..language("es", "Español", es::TEXTS) },
    &Language { forms: "one", ..language("pt-BR", "Português", pt_br::TEXTS) },
    &Language { forms: "one few", ..language("ru", "Русский", ru::TEXTS) },
    &Language { dir: "rtl", forms: "one two few", ..language("ar", "العربية", ar::TEXTS) },
];

/// Each language with the starts of its tags, `|` between: the first line counts that has the whole tag, or what is followed by
/// `-` in it; letter case does not. A tag that none fits is English.
///
/// `moongate.js` chooses a file by the same lines before the wasm arrives. A script that is said counts more than a land:
/// `zh-Hant-MY` is in the letters of Taiwan. `in` is what Android called Indonesian.
pub const RULES: [(&str, &str); 15] = [
    ("zh-HK", "zh-hant-hk|zh-hant-mo|zh-hk|zh-mo|yue"),
    ("zh-TW", "zh-hant|zh-tw"),
    ("zh-CN", "zh"),
    ("pt-BR", "pt"),
    ("id", "id|in"),
    ("ja", "ja"),
    ("ko", "ko"),
    ("th", "th"),
    ("vi", "vi"),
    ("ms", "ms"),
    ("fr", "fr"),
    ("de", "de"),
    ("es", "es"),
    ("ru", "ru"),
    ("ar", "ar"),
];

impl Language {
    /// Every language, in the order they are listed to people.
    pub const ALL: &'static [&'static Self] = &LANGUAGES;

    /// The language for a BCP 47 tag, by [`RULES`]: `zh-Hans-SG` is `zh-CN`, an unknown one is `en`.
    pub fn find(tag: &str) -> &'static Self {
        let fits = |(_, starts): &&(&str, &str)| starts.split('|').any(|start| begins(tag, start));
        let name = RULES.iter().find(fits).map_or("en", |(name, _)| name);
        Self::ALL.iter().find(|language| language.tag == name).unwrap_or(&&EN)
    }

    /// Its text of this key: its own, else its parent's.
    ///
    /// Only the native program and tests call this; the linker leaves the tables out of the widget.
    pub fn text(&self, key: Key) -> Option<&'static str> {
        let own = self.texts.iter().find(|(name, _)| *name == key).map(|(_, text)| *text);
        own.or_else(|| self.parent?.text(key))
    }
}

#[cfg(test)]
impl Language {
    /// Its table, and its parent's.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static [(Key, &'static str)]> {
        [Some(self.texts), self.parent.map(|parent| parent.texts)].into_iter().flatten()
    }
}

fn begins(tag: &str, start: &str) -> bool {
    let fits = tag.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    fits && matches!(tag.as_bytes().get(start.len()), None | Some(b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_parent_and_an_unknown_one_finds_english() {
        for (language, tags) in [
            ("zh-CN", "zh zh-CN ZH-hans zh-Hans-SG zh-SG zh-Hans-HK zh-MY zh-cmn-Hans-CN"),
            ("zh-TW", "zh-TW zh-tw zh-Hant zh-Hant-TW zh-Hant-MY ZH-HANT-CN"),
            ("zh-HK", "zh-HK zh-MO zh-Hant-HK zh-Hant-MO zh-hk-x-shop yue yue-Hant-HK"),
            ("pt-BR", "pt pt-BR pt-PT pt-AO"),
            ("id", "id id-ID in in-ID"),
            ("ms", "ms ms-MY ms-Latn-SG"),
            ("de", "de de-CH de-1996"),
            ("es", "es es-419 es-MX"),
            ("ar", "ar ar-EG ar-AE"),
            ("en", "en en-GB pl zha z 中文 x-zh fil deu jav"),
        ] {
            for tag in tags.split(' ') {
                assert_eq!(Language::find(tag).tag, language, "{tag}");
            }
        }
        assert_eq!(Language::find("").tag, "en");
    }

    #[test]
    fn every_language_finds_itself_and_every_rule_leads_to_one() {
        for language in Language::ALL {
            assert_eq!(Language::find(language.tag), *language);
        }
        for (tag, _) in RULES {
            assert!(Language::ALL.iter().any(|language| language.tag == tag), "{tag}");
        }
    }

    #[test]
    fn only_hong_kong_borrows_words_and_only_where_taiwan_says_the_same() {
        for language in Language::ALL {
            assert_eq!(language.parent.map(|parent| parent.tag), (language.tag == "zh-HK").then_some("zh-TW"));
        }
        let taiwan = Language::find("zh-TW");
        for (key, text) in zh_hk::TEXTS {
            assert_ne!(Some(*text), taiwan.text(*key), "{} is said twice", key.name());
        }
    }
}
