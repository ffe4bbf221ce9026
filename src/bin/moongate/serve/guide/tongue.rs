//! Decides how a fact that the code tells in English is said in Chinese: by `www/guide/parts/zh-CN.json`, sentence for sentence.
//!
//! It translates nothing of a page's own prose, which is a file in each language. A sentence that is not in the list is said
//! in English, and fails the test below.

use super::read;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::path::Path;

/// What says a fact in a language.
type Tongue = Box<dyn Fn(&str) -> String>;

/// What says a fact in this language.
///
/// # Errors
/// If the list can't be read.
pub(super) fn of(www: &Path, tag: &str) -> Result<Tongue> {
    if tag == "en" {
        return Ok(Box::new(str::to_owned));
    }
    let file = www.join("guide/parts/zh-CN.json");
    let list: HashMap<String, String> =
        serde_json::from_str(&read(&file)?).with_context(|| format!("in {}", file.display()))?;
    Ok(Box::new(move |english| list.get(english).map_or(english, String::as_str).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, Guide, fact, markup};
    use super::*;
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::fs;

    /// What the facts of all pages ask to be said.
    fn asked(root: &Path) -> BTreeSet<String> {
        let guide = Guide { www: root.join("www"), fixtures: root.join("tests/fixtures/payloads") };
        let asked = Asked { tag: "en", app: "", host: String::new() };
        let said = RefCell::new(BTreeSet::new());
        let say = |english: &str| {
            said.borrow_mut().insert(english.to_owned());
            english.to_owned()
        };
        for entry in fs::read_dir(guide.www.join("guide")).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name.ends_with(".html") {
                let page = fs::read_to_string(entry.path()).unwrap();
                markup::filled(&page, &mut |name| fact(&guide, &asked, "en", &say, name)).unwrap();
            }
        }
        said.into_inner()
    }

    #[test]
    fn every_sentence_that_the_code_tells_is_said_in_chinese_and_none_is_left_over() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let list = fs::read_to_string(root.join("www/guide/parts/zh-CN.json")).unwrap();
        let list: HashMap<String, String> = serde_json::from_str(&list).unwrap();
        let (asked, there) = (asked(root), list.keys().cloned().collect::<BTreeSet<_>>());
        assert!(asked.len() > 150, "{}", asked.len());
        let missing: Vec<_> = asked.difference(&there).collect();
        let left_over: Vec<_> = there.difference(&asked).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "missing: {missing:#?}\nleft over: {left_over:#?}");
        for (english, chinese) in list {
            let code = |text: &str| {
                let parts = text.split('`').skip(1).step_by(2);
                parts.map(str::to_owned).collect::<BTreeSet<_>>()
            };
            assert_eq!(code(&english), code(&chinese), "{english}");
        }
    }
}
