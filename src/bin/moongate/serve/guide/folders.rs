//! Decides how recipes and example servers are shown: a shelf of them, and a page for each, read from its folder.
//!
//! It decides nothing of what is in them, and copes with a shelf that is not there.

use super::markup::{slug, without_tags};
use super::read;
use crate::escape::{escaped, plain};
use anyhow::{Context, Result};
use pulldown_cmark::{Event, Options, Parser, Tag, html};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The two shelves.
pub(super) const SHELVES: [&str; 2] = ["recipes", "servers"];
/// What stands before the ending of a file that is in Chinese.
const CHINESE: &str = ".zh-CN";
/// What is made or fetched, and so not shown.
const MADE: [&str; 7] = ["node_modules", "target", "dist", "build", "__pycache__", "package-lock.json", "Cargo.lock"];
/// The longest file that is shown on the page, in bytes; a longer one is linked.
const LONGEST: usize = 48 * 1024;

/// A recipe or a server as a page.
#[derive(Debug)]
pub(super) struct Shelved {
    pub(super) title: String,
    /// The language that it is in.
    pub(super) tag: &'static str,
    pub(super) body: String,
}

/// What stands on a shelf, as a list of links, and what its own README says.
///
/// # Errors
/// If a README can't be read.
pub(super) fn shelf(www: &Path, shelf: &str, tag: &str) -> Result<String> {
    let folder = www.join("guide").join(shelf);
    let mut names: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(
            |name| if folder.join(&name).is_dir() { Some(name) } else { Some(name.strip_suffix(".md")?.to_owned()) },
        )
        .filter(|name| is_plain(name) && !name.starts_with("README") && !name.ends_with(CHINESE))
        .collect();
    names.sort_by_key(|name| (!folder.join(name).is_dir(), name.clone()));
    if names.is_empty() {
        return Ok("<p class=\"missing\">None is here yet.</p>".to_owned());
    }
    let mut list = "<ul class=\"contents\">\n".to_owned();
    for name in names {
        let (title, about) = headed(&words(&folder, &name, tag)?.0, &name);
        let _ = writeln!(
            list,
            "<li><a href=\"/guide/{shelf}/{name}/\"><strong>{title}</strong><span>{about}</span></a></li>"
        );
    }
    let own = words(&folder, "", tag)?.0;
    let own = rendered(&own, shelf, "");
    let own = own.split_once("</h1>").map_or(own.as_str(), |(_, rest)| rest);
    Ok([&list, "</ul>\n", own].concat())
}

/// What is written of one, in this language if it is, and the language: the README of its folder, or the file of its name.
fn words(shelf: &Path, name: &str, tag: &str) -> Result<(String, &'static str)> {
    let places = |ending: &str| [format!("{name}/README{ending}.md"), format!("{name}{ending}.md")];
    let chinese = places(CHINESE).map(|file| (file, "zh-CN"));
    let english = places("").map(|file| (file, "en"));
    let wanted = chinese.into_iter().filter(|_| tag == "zh-CN").chain(english);
    let found =
        wanted.map(|(file, tag)| (shelf.join(file.trim_start_matches('/')), tag)).find(|(file, _)| file.is_file());
    found.map_or_else(|| Ok((format!("# {name}\n"), "en")), |(file, tag)| Ok((read(&file)?, tag)))
}

/// The page of one: what is written of it, then every file.
///
/// # Errors
/// If a file can't be read.
pub(super) fn page(www: &Path, shelf: &str, name: &str, tag: &str) -> Result<Option<Shelved>> {
    let shelves = www.join("guide").join(shelf);
    let folder = shelves.join(name);
    let there = folder.is_dir() || shelves.join(format!("{name}.md")).is_file();
    if !SHELVES.contains(&shelf) || !is_plain(name) || !there {
        return Ok(None);
    }
    let (words, tag) = words(&shelves, name, tag)?;
    let (title, _) = headed(&words, name);
    let mut body = rendered(&words, shelf, name);
    let files = files(&folder, "");
    if !files.is_empty() {
        let files = if tag == "en" { "The files" } else { "文件" };
        let _ = writeln!(body, "\n<h2 id=\"files\">{files}</h2>");
    }
    for file in files {
        body.push_str(&shown(&folder, &file)?);
    }
    Ok(Some(Shelved { title: plain(&title), tag, body }))
}

/// The text of a file beside them.
pub(super) fn file(www: &Path, shelf: &str, name: &str, path: &str) -> Option<String> {
    let folder = www.join("guide").join(shelf).join(name);
    let known = SHELVES.contains(&shelf) && is_plain(name) && files(&folder, "").iter().any(|known| known == path);
    known.then(|| fs::read_to_string(folder.join(path)).ok()).flatten()
}

/// A file of the guide as a block of code with its name.
///
/// # Errors
/// If it can't be read.
pub(super) fn code(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Ok(block(name, &read(path)?))
}

fn block(name: &str, text: &str) -> String {
    let language = name.rsplit('.').next().unwrap_or_default();
    format!(
        "<figure class=\"code\" id=\"{}\"><figcaption>{name}</figcaption><pre><code class=\"language-{language}\">{}</code></pre></figure>\n",
        slug(name),
        escaped(text.trim_end())
    )
}

/// Its name and its first sentence.
fn headed(words: &str, name: &str) -> (String, String) {
    let html = rendered(words, "", "");
    let inside = |tag: &str| {
        let (_, rest) = html.split_once(&format!("<{tag}>"))?;
        Some(without_tags(rest.split_once(&format!("</{tag}>"))?.0))
    };
    let about = inside("p").unwrap_or_default();
    let sentence = about
        .split_once(". ")
        .or_else(|| about.split_once('。'))
        .map_or(about.as_str(), |(first, _)| first)
        .trim_end_matches(['.', ':', '。', '：'])
        .to_owned();
    (inside("h1").unwrap_or_else(|| escaped(name)), sentence)
}

/// Markdown as HTML, its links as the guide's. It is ours, but what it holds of HTML is shown as text all the same: nothing
/// inline runs here.
fn rendered(markdown: &str, shelf: &str, name: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| {
        if let Event::Html(text) | Event::InlineHtml(text) = event {
            return Event::Text(text);
        }
        if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
            let dest_url = address(shelf, name, &dest_url).into();
            return Event::Start(Tag::Link { link_type, dest_url, title, id });
        }
        event
    });
    let mut made = String::new();
    html::push_html(&mut made, events);
    made
}

/// Where a link of a README leads in the guide: `../providers.md` of `servers/node` to `/guide/servers/providers/`.
fn address(shelf: &str, name: &str, link: &str) -> String {
    if link.contains(':') || link.starts_with(['/', '#']) {
        return link.to_owned();
    }
    let mut parts: Vec<&str> = ["guide", shelf, name].into_iter().filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "README.md" => {}
            part => parts.push(part),
        }
    }
    let path = format!("/{}", parts.join("/"));
    match path.strip_suffix(".md") {
        Some(page) => format!("{page}/"),
        None if link.ends_with("README.md") => format!("{path}/"),
        None => path,
    }
}

/// The files below a folder, by their paths with `/`, in order.
fn files(folder: &Path, below: &str) -> Vec<String> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder.join(below))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    entries.sort_by_key(|path| (path.is_dir(), path.clone()));
    let mut found = Vec::new();
    for path in entries {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') || MADE.contains(&name) {
            continue;
        }
        let inner = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        match path.is_dir() {
            true => found.extend(files(folder, &inner)),
            false => found.push(inner),
        }
    }
    found
}

/// A file, folded; the README is on the page already, and what is no text or too long is left to its link.
fn shown(folder: &Path, path: &str) -> Result<String> {
    if path.starts_with("README.") {
        return Ok(String::new());
    }
    let bytes = fs::read(folder.join(path)).with_context(|| format!("could not read {path}"))?;
    let link = format!("<p><a href=\"{}\">{}</a></p>\n", escaped(path), escaped(path));
    Ok(match String::from_utf8(bytes) {
        Ok(text) if text.len() <= LONGEST => block(path, &text),
        _ => link,
    })
}

/// Letters, digits, dots and dashes: no way up or elsewhere.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own with one recipe in it.
    fn www(name: &str) -> PathBuf {
        let www = std::env::temp_dir().join(format!("moongate-{name}-{}", std::process::id()));
        let recipe = www.join("guide/recipes/plain");
        fs::create_dir_all(recipe.join("node_modules")).unwrap();
        fs::write(recipe.join("README.md"), "# Plain & simple\n\nOne tag. And more.\n\n<script>alert(1)</script>\n")
            .unwrap();
        fs::write(recipe.join("index.html"), "<p>{{not a hole}}</p>").unwrap();
        fs::write(recipe.join("node_modules/x.js"), "x").unwrap();
        www
    }

    #[test]
    fn a_recipe_is_shown_with_its_files_and_nothing_of_it_runs() {
        let www = www("shown");
        let page = page(&www, "recipes", "plain", "en").unwrap().unwrap();
        assert_eq!(page.title, "Plain & simple");
        assert!(
            page.body.contains("&lt;p&gt;{{not a hole}}&lt;/p&gt;") && !page.body.contains("<script>"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("x.js"));
        assert!(
            shelf(&www, "recipes", "en").unwrap().contains("<strong>Plain &amp; simple</strong><span>One tag</span>")
        );
        fs::remove_dir_all(www).unwrap();
    }

    #[test]
    fn a_link_between_readmes_leads_to_their_pages() {
        for (name, link, leads) in [
            ("", "node/README.md", "/guide/servers/node/"),
            ("node", "../providers.md", "/guide/servers/providers/"),
            ("node", "shop.mjs", "/guide/servers/node/shop.mjs"),
            ("node", "https://x.example/a.md", "https://x.example/a.md"),
        ] {
            assert_eq!(address("servers", name, link), leads);
        }
    }

    #[test]
    fn a_shelf_that_is_not_there_and_a_way_out_of_it_are_nothing() {
        let www = www("nothing");
        assert!(shelf(&www, "servers", "en").unwrap().contains("None is here yet"));
        assert!(
            page(&www, "recipes", "..", "en").unwrap().is_none()
                && page(&www, "parts", "plain", "en").unwrap().is_none()
        );
        for path in ["../plain/index.html", "node_modules/x.js", "none"] {
            assert_eq!(file(&www, "recipes", "plain", path), None, "{path}");
        }
        assert!(file(&www, "recipes", "plain", "index.html").is_some());
        fs::remove_dir_all(www).unwrap();
    }
}
