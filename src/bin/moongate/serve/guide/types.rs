//! Decides how the guide tells what the page can set, call and hear: by `www/moongate.d.ts`, so that none is missing.
//!
//! It reads our own declarations by their layout (an interface ends at the first `}` of a line) and is no reader of TypeScript.

use super::Say;
use crate::escape::escaped;
use anyhow::{Context, Result};
use std::fmt::Write;

/// What an interface or a class says of one of its members.
#[derive(Debug, PartialEq, Eq)]
struct Member {
    name: String,
    kind: String,
    needed: bool,
    about: String,
}

/// Every option: those of an interface, and the two of which one is needed.
///
/// # Errors
/// If the declarations are not laid out as this file reads them.
pub(super) fn options(text: &str, say: Say<'_>) -> Result<String> {
    let either = text.split_once("export type Options =").context("no Options are declared")?.1;
    let about =
        either.split_once("/** ").and_then(|(_, rest)| rest.split_once(" */")).context("endpoint is not told")?.0;
    let endpoint = Member {
        name: "endpoint".to_owned(),
        kind: "string".to_owned(),
        needed: true,
        about: format!("{about} https, unless in test mode. Not needed with a `transport`."),
    };
    let transport = Member {
        name: "transport".to_owned(),
        kind: "Transport".to_owned(),
        needed: false,
        about: "Carries the requests in the page's own way, in place of `endpoint`.".to_owned(),
    };
    let attributes: Vec<Member> = read(inside(text, "interface MoongateAttributes")?);
    let mut list = "<dl class=\"fields\">\n".to_owned();
    for member in [endpoint].into_iter().chain(read(inside(text, "interface Settings")?)).chain([transport]) {
        let attribute = dashed(&member.name);
        let shown = if attributes.iter().any(|known| known.name == attribute) {
            let other = if attribute == member.name { String::new() } else { format!(" <code>{attribute}</code>") };
            format!("<span class=\"as\">{}{other}</span>", say("attribute"))
        } else {
            format!("<span class=\"as\">{}</span>", say("property only"))
        };
        entry(&mut list, "option", &member, &shown, say);
    }
    Ok(list + "</dl>")
}

/// The members of an interface.
///
/// # Errors
/// If there is no such interface.
pub(super) fn members(text: &str, interface: &str, say: Say<'_>) -> Result<String> {
    let mut list = "<dl class=\"fields\">\n".to_owned();
    let opening = declared(text, interface)?;
    let own = read(inside(text, &opening)?);
    let parents = opening.split_once(" extends ").map_or("", |(_, rest)| rest);
    let parents = parents
        .split(',')
        .map(|parent| parent.trim().trim_end_matches(['{', '}', ' ']))
        .filter(|name| !["", "Detail"].contains(name));
    for parent in parents {
        for member in read(inside(text, &declared(text, parent)?)?) {
            entry(&mut list, interface, &member, "", say);
        }
    }
    for member in own {
        entry(&mut list, interface, &member, "", say);
    }
    Ok(list + "</dl>")
}

/// What the element can be told: its methods, then its properties.
///
/// # Errors
/// If the class is not declared.
pub(super) fn methods(text: &str, say: Say<'_>) -> Result<String> {
    let mut list = "<dl class=\"fields\">\n".to_owned();
    for member in read(inside(text, "class MoongateCheckout")?) {
        // The setter beside the getter says nothing more.
        if !member.name.starts_with("set ") {
            entry(&mut list, "method", &member, "", say);
        }
    }
    Ok(list + "</dl>")
}

/// A type by its declaration, as code.
///
/// # Errors
/// If there is no such type.
pub(super) fn alias(text: &str, name: &str) -> Result<String> {
    let opening = format!("export type {name} =");
    let (_, rest) = text.split_once(&opening).with_context(|| format!("no type {name} is declared"))?;
    let declared = rest.split("\n\n").next().unwrap_or(rest);
    Ok(format!("<pre><code class=\"language-ts\">type {name} ={}</code></pre>", escaped(declared)))
}

/// What the page can hear: each event, when, and its detail.
///
/// # Errors
/// If an event has no detail that is declared.
pub(super) fn events(text: &str, say: Say<'_>) -> Result<String> {
    let mut list = String::new();
    for event in read(inside(text, "interface MoongateEventMap")?) {
        // The one event that has a method beside its detail.
        let detail = event
            .kind
            .trim_start_matches("CustomEvent<")
            .trim_end_matches('>')
            .replace("MoongateSubmitEvent", "SubmitDetail");
        let told = about(text, &detail)?;
        let Member { name, .. } = &event;
        let cancelable = if told.contains("ancelable") || event.about.contains("ancelable") {
            format!("<span class=\"as\">{}</span>", say("cancelable"))
        } else {
            String::new()
        };
        let more = if event.about.is_empty() { String::new() } else { format!(" {}", marked(&say(&event.about))) };
        let _ = writeln!(
            list,
            "<section class=\"event\"><h3 id=\"{name}\"><code>{name}</code> {cancelable}</h3>\n<p>{}{more}</p>\n{}</section>",
            marked(&say(&told)),
            members(text, &detail, say)?
        );
    }
    Ok(list)
}

fn entry(list: &mut String, group: &str, member: &Member, more: &str, say: Say<'_>) {
    let Member { name, kind, needed, about } = member;
    let id = [group, "-", name.split(['(', '<']).next().unwrap_or(name)].concat();
    let needed = match *needed && group == "option" {
        true => format!(" <span class=\"needed\">{}</span>", say("required")),
        false => String::new(),
    };
    let about = if about.is_empty() { String::new() } else { format!("<p>{}</p>", marked(&say(about))) };
    let _ = writeln!(
        list,
        "<div id=\"{}\"><dt><code>{}</code>{needed} <span class=\"kind\">{}</span> {more}</dt><dd>{}</dd></div>",
        id,
        escaped(name),
        escaped(kind),
        about
    );
}

/// `textSize` as an attribute: `text-size`.
fn dashed(name: &str) -> String {
    name.chars().fold(String::new(), |made, letter| {
        if letter.is_uppercase() { made + "-" + &letter.to_lowercase().to_string() } else { made + &letter.to_string() }
    })
}

/// The line that opens the interface of this name: `interface ReadyDetail extends Detail {`.
fn declared(text: &str, name: &str) -> Result<String> {
    let opens = |line: &&str| {
        line.trim_start_matches("export ").strip_prefix("interface ").and_then(|rest| rest.split([' ', '<']).next())
            == Some(name)
    };
    text.lines().find(opens).map(str::to_owned).with_context(|| format!("no interface {name} is declared"))
}

/// What stands in the comment before an interface.
fn about(text: &str, name: &str) -> Result<String> {
    let (before, _) = text.split_once(&declared(text, name)?).context("just found")?;
    Ok(before.trim_end().rsplit_once("/**").map_or(String::new(), |(_, comment)| sentence(comment)))
}

/// The lines of what this opens, up to the line that begins with `}`. One on a single line has none.
fn inside<'a>(text: &'a str, opening: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(opening).with_context(|| format!("nothing opens with {opening}"))?;
    let (head, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    if head.trim_end().ends_with("{}") || opening.trim_end().ends_with("{}") {
        return Ok("");
    }
    Ok(rest.split_once("\n}").map_or(rest, |(inside, _)| inside))
}

/// The members, each with the comment before it.
fn read(inside: &str) -> Vec<Member> {
    let (mut found, mut comment, mut open) = (Vec::new(), String::new(), false);
    for line in inside.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("/**") {
            comment.clear();
        }
        if open || line.starts_with("/**") {
            comment.extend([line, "\n"]);
            open = !line.contains("*/");
            continue;
        }
        let line = line.trim_start_matches("readonly ").trim_start_matches("get ").trim_end_matches(';');
        let (name, kind) = halves(line);
        found.push(Member {
            needed: !name.ends_with('?'),
            name: name.trim_end_matches('?').trim_matches('\'').replace("?(", "(").replace("options()", "options"),
            kind: kind.to_owned(),
            about: sentence(&std::mem::take(&mut comment)),
        });
    }
    found
}

/// A member's name and its type: at the first colon that is outside brackets.
fn halves(line: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, letter) in line.char_indices() {
        match letter {
            '(' | '<' | '{' => depth += 1,
            ')' | '>' | '}' => depth -= 1,
            ':' if depth == 0 => return (line.get(..at).unwrap_or(line), line.get(at + 1..).unwrap_or("").trim()),
            _ => {}
        }
    }
    (line, "")
}

/// A comment's words on one line.
fn sentence(comment: &str) -> String {
    let strip = |line: &str| {
        line.trim()
            .trim_start_matches("/**")
            .trim_end_matches("*/")
            .trim()
            .trim_start_matches("* ")
            .trim_matches('*')
            .trim()
            .to_owned()
    };
    comment.lines().map(strip).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The words as HTML: what stands between backticks is code.
fn marked(words: &str) -> String {
    let part =
        |(at, part): (usize, &str)| if at % 2 == 0 { escaped(part) } else { format!("<code>{}</code>", escaped(part)) };
    words.split('`').enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use moongate::checkout::options::KEYS;

    const TYPES: &str = include_str!("../../../../../www/moongate.d.ts");

    #[test]
    fn every_option_of_the_core_is_told_and_none_is_invented() {
        let told = options(TYPES, &str::to_owned).unwrap();
        for key in KEYS {
            assert!(told.contains(&format!("<div id=\"option-{key}\"><dt><code>{key}</code>")), "{key}");
        }
        assert_eq!(told.matches("<dt>").count(), KEYS.len());
        assert_eq!(told.matches("required").count(), 4, "endpoint, order, amount, currency");
        assert!(
            told.contains("attribute <code>text-size</code>")
                && told.contains("attribute <code>done-url</code>")
                && told.contains(">attribute</span>")
        );
        assert!(!told.contains("<dd></dd>"), "each is told in words");
    }

    #[test]
    fn every_method_and_event_is_told_with_its_detail() {
        let told = methods(TYPES, &str::to_owned).unwrap();
        for name in ["pay()", "select(method: MethodId)", "explain()", "forget()", "state", "options"] {
            assert!(told.contains(&format!("<dt><code>{name}</code>")), "{name}: {told}");
        }
        let told = events(TYPES, &str::to_owned).unwrap();
        assert_eq!(told.matches("<h3 id=\"moongate-").count(), TYPES.matches("\n  'moongate-").count());
        assert!(told.contains("<code>moongate-submit</code> <span class=\"as\">cancelable</span>"));
        assert!(told.contains("<div id=\"ErrorDetail-code\">"), "what it inherits is told too: {told}");
    }

    #[test]
    fn a_name_that_is_not_declared_is_said() {
        assert!(members(TYPES, "Nothing", &str::to_owned).is_err());
        assert!(options("", &str::to_owned).is_err());
    }
}
