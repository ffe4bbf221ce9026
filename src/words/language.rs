//! Decides which language a shopper reads: the languages there are, and the rule from a BCP 47 tag to one of them.
//!
//! It does not load words; in the widget only the tags and the rule are kept, never another language's texts.

use super::key::Key;
use super::{en, zh_cn};

/// A language of the widget.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// Its BCP 47 tag, which names its file too: `zh-CN`.
    pub tag: &'static str,
    /// The direction it is written in: `ltr` or `rtl`.
    pub dir: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
}

const ZH_CN: Language = Language { tag: "zh-CN", dir: "ltr", name: "中文" };
const EN: Language = Language { tag: "en", dir: "ltr", name: "English" };

/// From the start of a tag to a language's tag: the first line whose start is the whole tag, or is followed by `-` in it,
/// counts; letter case does not. The empty start, last, fits every tag.
///
/// `moongate.js` chooses a file by the same lines before the wasm arrives.
pub const RULES: [(&str, &str); 2] = [("zh", "zh-CN"), ("", "en")];

impl Language {
    /// Every language, in the order they are listed to people.
    pub const ALL: &'static [Self] = &[ZH_CN, EN];

    /// The language for a BCP 47 tag, by [`RULES`]: `zh-Hans-SG` is `zh-CN`, an unknown one is `en`.
    pub fn find(tag: &str) -> &'static Self {
        let rule = RULES.iter().find(|(start, _)| starts(tag, start));
        let named = |(_, name): &(&str, &str)| Self::ALL.iter().find(|language| language.tag == *name);
        rule.and_then(named).unwrap_or(&EN)
    }

    /// Its texts. Only the native program and tests call this; the linker leaves the tables out of the widget.
    pub fn table(&self) -> &'static [(Key, &'static str)] {
        if self.tag == ZH_CN.tag { zh_cn::TEXTS } else { en::TEXTS }
    }
}

fn starts(tag: &str, start: &str) -> bool {
    let fits = tag.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    start.is_empty() || (fits && matches!(tag.as_bytes().get(start.len()), None | Some(b'-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_parent_and_an_unknown_one_finds_english() {
        for tag in ["zh", "zh-CN", "ZH-hans", "zh-Hans-SG", "zh-SG", "zh-HK", "zh-TW"] {
            assert_eq!(Language::find(tag).tag, "zh-CN", "{tag}");
        }
        for tag in ["en", "en-GB", "", "fr", "zha", "z", "中文", "x-zh"] {
            assert_eq!(Language::find(tag).tag, "en", "{tag}");
        }
    }

    #[test]
    fn every_rule_leads_to_a_language_and_the_last_fits_everything() {
        for (_, tag) in RULES {
            assert!(Language::ALL.iter().any(|language| language.tag == tag), "{tag}");
        }
        assert_eq!(RULES.last().map(|(start, _)| *start), Some(""));
    }
}
