//! Decides how the guide shows what a page can set of the widget's look: the custom properties that its style reads.
//!
//! It does not know them; `www/moongate.css` does.

use super::Say;
use super::markup::head;
use crate::escape::escaped;
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What each is for. A property without words is still shown, so that none is missing.
const WORDS: &[(&str, &str)] = &[
    ("accent", "The one loud colour: button, chosen row, links"),
    ("on-accent", "Text on it"),
    ("ink", "Text"),
    ("soft", "Text that may be overlooked"),
    ("line", "Hairlines"),
    ("edge", "Edges of controls"),
    ("ground", "The panel"),
    ("well", "What lies in it"),
    ("fault", "Faults"),
    ("radius", "Corners"),
    ("pad", "The panel's margin inside"),
    ("text", "Size of text"),
    ("sum", "Size of the sum"),
    ("width", "Widest panel"),
    ("font", "Typeface"),
];

/// Every property, what it is for, and its defaults in light and dark.
///
/// # Errors
/// If the style holds none, so that no empty table is shown.
pub(super) fn table(css: &str, say: Say<'_>) -> Result<String> {
    let found = properties(css);
    ensure!(!found.is_empty(), "the style has no custom property");
    let mut table = head(&["Property", "For", "Light", "Dark"].map(say));
    for (name, default) in found {
        let words = WORDS.iter().find(|(known, _)| *known == name).map_or_else(String::new, |(_, words)| say(words));
        let (light, dark) = both(&default);
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\"><code>--moongate-{name}</code></th><td>{words}</td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            escaped(&light),
            escaped(&dark)
        );
    }
    Ok(table + "</tbody>\n</table>")
}

/// The properties that are read, by name, with what counts where they are not set.
fn properties(css: &str) -> BTreeMap<&str, String> {
    let mut found = BTreeMap::new();
    for rest in css.split("var(--moongate-").skip(1) {
        let end = rest.find([',', ')']).unwrap_or(rest.len());
        let Some((name, rest)) = rest.split_at_checked(end) else { continue };
        found.entry(name).or_insert_with(|| fallback(rest));
    }
    found
}

/// What stands between the comma and the bracket that closes.
fn fallback(rest: &str) -> String {
    let mut depth = 1;
    let inside = rest.chars().take_while(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth > 0
    });
    let text: String = inside.collect();
    text.trim_start_matches(',').split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `var(--l, A) var(--d, B)` in light and in dark; anything else is the same in both.
fn both(default: &str) -> (String, String) {
    let part = |name: &str| {
        let open = format!("var(--{name}, ");
        default.split_once(&open).and_then(|(_, rest)| rest.split_once(')')).map(|(value, _)| value.to_owned())
    };
    match (part("l"), part("d")) {
        (Some(light), Some(dark)) => (light, dark),
        _ => (default.to_owned(), default.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_that_the_style_reads_is_told_with_words() {
        let css = include_str!("../../../../../www/moongate.css");
        let found = properties(css);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), {
            let mut known: Vec<_> = WORDS.iter().map(|(name, _)| *name).collect();
            known.sort_unstable();
            known
        });
        assert!(table(css, &str::to_owned).unwrap().contains("<code>#0b6e4f</code></td><td><code>#2fb58a</code>"));
        assert!(table("", &str::to_owned).is_err());
    }

    #[test]
    fn what_follows_the_page_is_the_same_light_and_dark_as_what_is_set() {
        let coloured = properties(include_str!("../../../../../www/moongate.css")).into_iter();
        let coloured: Vec<_> = coloured.filter(|(_, default)| default.contains("var(--l, ")).collect();
        assert_eq!(coloured.len(), 9);
        for (name, default) in coloured {
            let (light, dark) = both(&default);
            assert!(default.ends_with(&format!("var(--m, light-dark({light}, {dark}))")), "{name}: {default}");
        }
    }
}
