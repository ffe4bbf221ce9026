//! Decides how the guide shows the words that a page can replace: by the core's own list of keys.
//!
//! It does not know them; `words` of the core does.

use super::Say;
use super::markup::head;
use crate::escape::escaped;
use moongate::words::{Key, Language};
use std::fmt::Write;

/// Every key of the option `texts`, with what is said in English and in Chinese.
pub(super) fn table(say: Say<'_>) -> String {
    let [english, chinese] = ["en", "zh-CN"].map(Language::find);
    let columns = head(&[say("Key"), english.name.to_owned(), chinese.name.to_owned()]);
    let mut table = format!("<details>\n<summary>{}</summary>\n{columns}", say("All keys"));
    for key in Key::ALL {
        let [said, chinese] = [english, chinese].map(|language| escaped(language.text(*key).unwrap_or_default()));
        let name = key.name();
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\"><code>{name}</code></th><td lang=\"en\">{said}</td><td lang=\"zh-CN\">{chinese}</td></tr>"
        );
    }
    table + "</tbody>\n</table>\n</details>"
}
