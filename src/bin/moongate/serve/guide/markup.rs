//! Decides how a page's text becomes markup: names filled in, headings that can be pointed at, code in colours.
//!
//! It knows nothing of what a page is about.

use super::colour;
use crate::escape::plain;
use anyhow::{Context, Result};

/// A page's inside, finished.
#[derive(Debug)]
pub(super) struct Finished {
    /// As HTML.
    pub(super) body: String,
    /// Its headings of the second rank: id and text.
    pub(super) headings: Vec<(String, String)>,
}

/// Chinese prose without the spaces that its line ends would become: between two characters that are not Latin there is none.
pub(super) fn joined(body: &str) -> String {
    let mut made = String::with_capacity(body.len());
    for (at, part) in body.split("</pre>").enumerate() {
        made.push_str(if at == 0 { "" } else { "</pre>" });
        let (prose, code) = part.split_once("<pre>").map_or((part, None), |(prose, code)| (prose, Some(code)));
        let mut lines = prose.split('\n');
        made.push_str(lines.next().unwrap_or_default());
        for line in lines {
            let next = line.trim_start();
            let is_wide = |letter: Option<char>| letter.is_some_and(|letter| !letter.is_ascii());
            let runs_on = is_wide(made.trim_end().chars().next_back()) && is_wide(next.chars().next());
            made.push_str(if runs_on { "" } else { "\n" });
            made.push_str(next);
        }
        made.extend(code.into_iter().flat_map(|code| ["<pre>", code]));
    }
    made
}

/// The links to other pages of the guide, each with the language that is wanted. What has an ending is a file, in none.
pub(super) fn kept(body: &str, tag: &str) -> String {
    const LINK: &str = " href=\"/guide/";
    let mut parts = body.split(LINK);
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (address, rest) = part.split_once('"').unwrap_or((part, ""));
        let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
        let is_page = !path.contains('?') && !path.rsplit('/').next().unwrap_or_default().contains('.');
        let asked = if is_page { ["?lang=", tag].concat() } else { String::new() };
        let anchor = if anchor.is_empty() { String::new() } else { ["#", anchor].concat() };
        made.extend([LINK, path, &asked, &anchor, "\"", rest]);
    }
    made
}

/// The opening of a table with these columns.
pub(super) fn head(columns: &[String]) -> String {
    let columns: String = columns.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    format!("<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n")
}

/// Each `{{name}}` replaced by what it stands for; that is not looked through again.
///
/// # Errors
/// When a name stands for nothing, so that no page is shown with a hole in it.
pub(super) fn filled(page: &str, fact: &mut dyn FnMut(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::with_capacity(page.len() * 2);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").context("a name in a page of the guide does not end")?;
        filled.push_str(before);
        filled.push_str(&fact(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Gives every heading of the second rank an id, every table room to scroll in, every piece of code its colours.
/// And every piece of code a button to copy it, here and not by script, so that nothing moves when the script comes.
pub(super) fn finished(body: &str, copy: &str) -> Finished {
    let (body, headings) = with_ids(body);
    let button = format!("</pre><button class=\"copy\" type=\"button\">{copy}</button></div>");
    let body = body.replace("<pre>", "<div class=\"block\"><pre>").replace("</pre>", &button);
    let body = body.replace("<table", "<div class=\"scroll\"><table").replace("</table>", "</table></div>");
    Finished { body: coloured(&body), headings }
}

fn with_ids(body: &str) -> (String, Vec<(String, String)>) {
    let (mut made, mut headings) = (String::with_capacity(body.len()), Vec::new());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("<h2") {
        let Some((attributes, after)) = after.split_once('>') else { break };
        let Some((text, after)) = after.split_once("</h2>") else { break };
        let own = attributes.split_once("id=\"").and_then(|(_, rest)| rest.split('"').next());
        let id = own.map_or_else(|| slug(&without_tags(text)), str::to_owned);
        let attributes = if own.is_some() { attributes.to_owned() } else { format!("{attributes} id=\"{id}\"") };
        made.extend([before, "<h2", &attributes, ">", text, "</h2>"]);
        headings.push((id, without_tags(text)));
        rest = after;
    }
    made.push_str(rest);
    (made, headings)
}

/// Text without its markup.
pub(super) fn without_tags(html: &str) -> String {
    let mut parts = html.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('>').map_or("", |(_, rest)| rest))
}

/// A heading as the end of an address: letters and digits, the rest as dashes.
pub(super) fn slug(text: &str) -> String {
    let plain = plain(text).to_lowercase();
    plain.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Every `<pre><code class="language-…">`, in colours.
fn coloured(body: &str) -> String {
    const OPEN: &str = "<code class=\"language-";
    let mut made = String::with_capacity(body.len() * 2);
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((language, after)) = after.split_once("\">") else { break };
        let Some((code, after)) = after.split_once("</code>") else { break };
        made.extend([before, OPEN, language, "\">", &colour::of(&plain(code), language), "</code>"]);
        rest = after;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_a_hole_is_not_shown() {
        let mut nothing = |name: &str| Err(anyhow::anyhow!("{name}"));
        assert!(filled("a {{b}}", &mut nothing).is_err());
        assert!(filled("a {{b", &mut |_| Ok(String::new())).is_err());
        assert_eq!(filled("a {{b}}", &mut |_| Ok("{{b}}".to_owned())).unwrap(), "a {{b}}");
    }

    #[test]
    fn a_heading_can_be_pointed_at_and_keeps_the_id_it_has() {
        let made = finished("<h2>Paid <b>twice</b></h2><h2 id=\"own\">分 &amp; 元</h2>", "Copy");
        assert_eq!(
            made.headings,
            [("paid-twice", "Paid twice"), ("own", "分 &amp; 元")].map(|(a, b)| (a.into(), b.into()))
        );
        assert!(made.body.starts_with("<h2 id=\"paid-twice\">Paid <b>twice</b></h2><h2 id=\"own\">"));
    }

    #[test]
    fn a_line_end_between_chinese_words_is_no_space_and_one_in_code_stays() {
        let page = "<p>一行，\n  又一行\n  <code>x</code>\n的 y\nz</p><pre>甲\n  乙</pre>\n<p>丙\n丁</p>";
        let read = "<p>一行，又一行\n<code>x</code>\n的 y\nz</p><pre>甲\n  乙</pre>\n<p>丙丁</p>";
        assert_eq!(joined(page), read);
    }

    #[test]
    fn the_language_goes_on_to_the_next_page_and_to_no_file() {
        let link = |address: &str| format!("<a href=\"{address}\">x</a>");
        for (before, after) in [
            ("/guide/server#cancel", "/guide/server?lang=zh-CN#cancel"),
            ("/guide/recipes/react/", "/guide/recipes/react/?lang=zh-CN"),
            ("/guide/openapi.yaml", "/guide/openapi.yaml"),
            ("/guide/?lang=zh-CN", "/guide/?lang=zh-CN"),
            ("/moongate/moongate.d.ts", "/moongate/moongate.d.ts"),
        ] {
            assert_eq!(kept(&link(before), "zh-CN"), link(after));
        }
    }
}
