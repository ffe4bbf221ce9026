//! What the guide promises: one navigation, every link leads somewhere, nothing inline, no option and no event left out.

use crate::serve::Server;
use moongate::checkout::options::KEYS;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide")
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn navigation(html: &str) -> String {
    let inside = html.split("<nav id=\"nav\"").nth(1).and_then(|rest| rest.split("</nav>").next()).unwrap();
    inside.replace(" aria-current=\"page\"", "").replace(" aria-current=\"true\"", "")
}

/// The addresses that a page of the guide shows in its navigation.
fn pages(server: &Server) -> Vec<String> {
    let nav = navigation(&server.text("/guide/"));
    let pages: Vec<String> = values(&nav, "href").into_iter().map(str::to_owned).collect();
    assert!(pages.len() >= 20, "{pages:?}");
    pages
}

/// What an address of a page means: path and fragment, if it lies on this server.
fn target(here: &str, address: &str) -> Option<(String, String)> {
    if address.starts_with("http") || address.starts_with("data:") || address.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
    let path = match path {
        "" => here.to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{}/{path}", here.rsplit_once('/').unwrap().0),
    };
    Some((path, fragment.to_owned()))
}

/// The links of these pages that lead nowhere.
fn dead(pages: &BTreeMap<String, String>, mut status: impl FnMut(&str) -> u16) -> Vec<String> {
    let mut known: BTreeMap<String, u16> = BTreeMap::new();
    let mut dead = Vec::new();
    for (here, html) in pages {
        let links = values(html, "href").into_iter().chain(values(html, "src"));
        for (path, fragment) in links.filter_map(|link| target(here, link)) {
            let found = *known.entry(path.clone()).or_insert_with(|| status(&path));
            let missing = pages
                .get(path.split('?').next().unwrap())
                .is_some_and(|page| !fragment.is_empty() && !values(page, "id").contains(&fragment.as_str()));
            if !(200..400).contains(&found) || missing {
                dead.push(format!("{here}: {path}#{fragment} ({found})"));
            }
        }
    }
    dead
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    let server = Server::start(&[]);
    let mut all: BTreeMap<String, String> =
        pages(&server).into_iter().map(|page| (page.clone(), server.text(&page))).collect();
    let shelved: BTreeSet<String> = all
        .iter()
        .filter(|(page, _)| page.ends_with("/recipes") || page.ends_with("/servers"))
        .flat_map(|(page, html)| {
            values(html, "href")
                .into_iter()
                .filter(|link| link.starts_with(&format!("{page}/")))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    for page in shelved {
        let html = server.text(&page);
        all.insert(page, html);
    }
    let dead = dead(&all, |path| server.get(path, &[]).status);
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "<a href=\"/there#here\"></a><a href=\"gone\"></a><p id=\"here\"></p><a href=\"#not\"></a>".to_owned();
    let pages = BTreeMap::from([("/there".to_owned(), page)]);
    let found = dead(&pages, |path| if path == "/there" { 200 } else { 404 });
    assert_eq!(found, ["/there: /gone# (404)", "/there: /there#not (200)"]);
}

#[test]
fn every_page_of_the_guide_has_the_same_navigation_and_nothing_inline() {
    let server = Server::start(&[]);
    let nav = navigation(&server.text("/guide/"));
    for page in pages(&server) {
        let answer = server.get(&page, &[]);
        let policy = answer.header("content-security-policy").to_owned();
        let html = String::from_utf8(answer.body).unwrap();
        assert_eq!(navigation(&html), nav, "{page}");
        assert!(html.contains(&format!("<a href=\"{page}\" aria-current=\"page\">")), "{page} marks itself");
        for inline in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
            let told_of = html.contains("<code>javascript:</code>") && inline == "javascript:";
            assert!(!html.contains(inline) || told_of, "{page} has {inline}");
        }
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{page}: {policy}");
        assert!(html.contains("<moongate-checkout") || page == "/guide/playground", "{page} has the widget");
        assert_eq!(html.matches("<h1").count(), 1, "{page} has one heading of the first rank");
        assert_eq!(html.matches("<main").count(), 1, "{page} is a piece, and its frame the document");
        let ids = values(&html, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{page} has an id twice: {ids:?}");
    }
}

#[test]
fn every_page_in_the_folder_is_in_the_navigation() {
    let server = Server::start(&[]);
    let pages = pages(&server);
    for entry in fs::read_dir(folder()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let Some(page) = name.strip_suffix(".html").map(|name| name.trim_end_matches(".zh-CN")) else { continue };
        let address = format!("/guide/{}", if page == "index" { "" } else { page });
        assert!(pages.contains(&address), "{name} is not in the list of pages");
    }
    assert_eq!(server.get("/guide/none", &[]).status, 404);
    assert_eq!(server.get("/guide/machine.html", &[]).header("location"), "/guide/machine");
}

#[test]
fn the_policy_that_the_guide_asks_for_is_the_one_that_it_has() {
    let server = Server::start(&[]);
    let answer = server.get("/guide/security", &[]);
    let policy = answer.header("content-security-policy").to_owned();
    let html = String::from_utf8(answer.body).unwrap();
    let text = html.replace("<span class=\"s\">", "").replace("</span>", "").replace("&#x27;", "'");
    assert!(text.contains(&policy), "{policy}");
}

#[test]
fn every_option_is_on_its_page_and_in_the_playground() {
    let server = Server::start(&[]);
    let (options, playground) = (server.text("/guide/options"), server.text("/guide/playground"));
    let controls = values(&playground, "name");
    for key in KEYS {
        assert!(values(&options, "id").contains(&format!("option-{key}").as_str()), "{key} is not on its page");
        assert!(controls.contains(key), "{key} can't be changed in the playground");
    }
}

#[test]
fn the_playground_plays_every_app_and_provider_that_the_demo_shop_plays() {
    let server = Server::start(&[]);
    let choices = |page: &str, select: &str| {
        let html = server.text(page);
        let inside = html.split(select).nth(1).and_then(|rest| rest.split("</select>").next()).unwrap();
        values(inside, "value")
            .into_iter()
            .filter(|value| !["", "here"].contains(value))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    for select in ["id=\"app\"", "id=\"provider\""] {
        let shop = choices("/?order=SO-1", select);
        assert!(shop.len() > 8 && choices("/guide/playground", select) == shop, "{select}: {shop:?}");
    }
}

#[test]
fn the_time_line_has_words_for_every_event_of_the_log() {
    let source =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checkout/machine/event.rs")).unwrap();
    let script = fs::read_to_string(folder().join("timeline.js")).unwrap();
    let names = source.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap()).filter(|name| *name != "-");
    let names: BTreeSet<&str> = names.chain(["begun"]).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(script.contains(&format!("\n  {name}: [")), "{name}");
    }
}

#[test]
fn the_guide_is_read_in_english_first_and_in_chinese_where_it_is_written() {
    let server = Server::start(&[]);
    let (english, chinese) = (server.text("/guide/"), server.text("/guide/?lang=zh-CN"));
    assert!(english.contains("<html lang=\"en\"") && english.contains("One tag."));
    assert!(chinese.contains("<html lang=\"zh-CN\"") && chinese.contains("一个标签"));
    assert!(navigation(&chinese).contains("href=\"/guide/options?lang=zh-CN\">选项"), "the language is kept");
    let only = server.text("/guide/security?lang=zh-CN");
    assert!(only.contains("<article lang=\"en\">") && only.contains("这一页目前只有英文"));
}
