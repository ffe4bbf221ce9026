//! Decides how the demo shop's pages come to be: a page of `www/shop` with its parts, the words of a language and this order
//! in it.
//!
//! It does not decide what they look like, and it knows nothing of payments: that is the sandbox's.

use crate::escape::escaped;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Path as InPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use moongate::checkout::options::is_order;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower_http::services::ServeDir;

/// The switches of the page: a key of the query, and its values, the first of which need not be said.
const SWITCHES: [(&str, &[&str]); 4] = [
    ("lang", &["zh-CN", "en"]),
    ("theme", &["auto", "light", "dark"]),
    ("text", &["auto", "large"]),
    // The app that the page plays; `play.js` has their user agents and bridges.
    ("app", APPS),
];

/// The apps that a page can play.
const APPS: &[&str] =
    &["here", "phone", "wechat", "wechat_miniprogram", "alipay", "unionpay", "taobao", "hebao", "qq", "douyin"];

/// The app that a page plays, as its query says.
pub(super) fn app(asked: &HashMap<String, String>) -> &'static str {
    APPS.iter().find(|app| asked.get("app").is_some_and(|said| said == *app)).unwrap_or(&"here")
}

/// The shop at `/` and `/orders/{order}`; its pictures, styles and scripts beside them.
pub(super) fn router(folder: &Path) -> Router {
    Router::new()
        .route("/", get(checkout))
        .route("/orders/{order}", get(order))
        // Browsers ask for it on pages that name no picture of their own.
        .route("/favicon.ico", get(|| async { Redirect::permanent("/camellia.svg") }))
        .fallback_service(ServeDir::new(folder).append_index_html_on_directories(false))
        .with_state(Arc::new(folder.to_owned()))
}

type Folder = State<Arc<PathBuf>>;
type Asked = Query<HashMap<String, String>>;

/// The page to pay on. Each visit without an order gets a new one, as a cart would; it stays in the address.
async fn checkout(State(folder): Folder, Query(asked): Asked, headers: HeaderMap) -> Response {
    let Some(order) = asked.get("order").filter(|order| is_order(order)) else {
        let order = format!("SO-{}", random(8));
        return Redirect::to(&address("/", Some(&order), &chosen(&asked))).into_response();
    };
    let mut values = values(&asked, "/", order);
    let here = address("/", Some(order), &chosen(&asked));
    values.insert("attempt".to_owned(), format!("mg_{}", random(32)));
    values.insert("return_url".to_owned(), format!("http://{}{here}", host(&headers)));
    page(&folder, "checkout.html", values)
}

/// The page after paying.
async fn order(State(folder): Folder, InPath(order): InPath<String>, Query(asked): Asked) -> Response {
    if !is_order(&order) {
        return (StatusCode::NOT_FOUND, "There is no such order.\n").into_response();
    }
    page(&folder, "order.html", values(&asked, &format!("/orders/{order}"), &order))
}

/// Hexadecimal digits that nobody can guess, from what the standard library draws for its maps.
pub(super) fn random(digits: usize) -> String {
    let mut text = String::new();
    while text.len() < digits {
        text.push_str(&format!("{:016x}", RandomState::new().build_hasher().finish()));
    }
    text.truncate(digits);
    text
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1")
}

/// The value of each switch.
fn chosen(asked: &HashMap<String, String>) -> Vec<(&'static str, &'static str)> {
    let value = |key: &str, values: &[&'static str]| {
        values.iter().find(|value| asked.get(key).is_some_and(|said| said == *value)).or(values.first()).copied()
    };
    SWITCHES.iter().filter_map(|(key, values)| Some((*key, value(key, values)?))).collect()
}

/// Where a page is, with the order if its path has none and the switches that are not as they are anyway. All of these
/// are plain letters.
fn address(path: &str, order: Option<&str>, chosen: &[(&str, &str)]) -> String {
    let usual = |(key, value): &&(&str, &str)| {
        SWITCHES.iter().any(|(name, values)| name == key && values.first() == Some(value))
    };
    let order = order.map(|order| format!("order={order}"));
    let switches = chosen.iter().filter(|pair| !usual(pair)).map(|(key, value)| format!("{key}={value}"));
    let query: Vec<String> = order.into_iter().chain(switches).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// What a page can name beside its words: the order, the other pages, each switch, and for each of its values the address
/// and whether it is on; and `dark`, the media that the dark colours are for.
fn values(asked: &HashMap<String, String>, path: &str, order: &str) -> BTreeMap<String, String> {
    let chosen = chosen(asked);
    let named = Some(order).filter(|_| path == "/");
    let mut values = BTreeMap::from([
        ("order".to_owned(), order.to_owned()),
        ("to.checkout".to_owned(), address("/", Some(order), &chosen)),
        ("to.order".to_owned(), address(&format!("/orders/{order}"), None, &chosen)),
        ("to.new".to_owned(), address("/", None, &chosen)),
    ]);
    for (key, choice) in SWITCHES.iter().flat_map(|(key, values)| values.iter().map(move |value| (*key, *value))) {
        let other = |&(name, value)| if name == key { (name, choice) } else { (name, value) };
        let with: Vec<_> = chosen.iter().map(other).collect();
        values.insert(format!("to.{key}.{choice}"), address(path, named, &with));
        values.insert(format!("on.{key}.{choice}"), chosen.contains(&(key, choice)).to_string());
    }
    values.extend(chosen.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
    let dark = match values.get("theme").map(String::as_str) {
        Some("dark") => "all",
        Some("light") => "not all",
        _ => "(prefers-color-scheme: dark)",
    };
    values.insert("dark".to_owned(), dark.to_owned());
    values
}

fn page(folder: &Path, name: &str, values: BTreeMap<String, String>) -> Response {
    match filled(folder, name, values) {
        Ok(page) => Html(page).into_response(),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{fault:#}\n")).into_response(),
    }
}

/// The page with its names filled in. Read each time: an edit shows on reload.
fn filled(folder: &Path, name: &str, values: BTreeMap<String, String>) -> Result<String> {
    let language = values.get("lang").map_or("zh-CN", String::as_str);
    let words = read(&folder.join("words").join(format!("{language}.json")))?;
    let mut names: BTreeMap<String, String> =
        serde_json::from_str(&words).context("the shop's words are no JSON object of texts")?;
    names.extend(values);
    fill(&whole(folder, name)?, &names)
}

/// The page with its parts, which other pages share: `{{> bar}}` stands for `bar.html`.
fn whole(folder: &Path, name: &str) -> Result<String> {
    let mut whole = read(&folder.join(name))?;
    while let Some((before, after)) = whole.split_once("{{> ") {
        let (part, after) = after.split_once("}}").context("a part in a page of the shop does not end")?;
        whole = [before, read(&folder.join(format!("{part}.html")))?.trim_end(), after].concat();
    }
    Ok(whole)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// Replaces each `{{name}}` by its text, as text.
///
/// # Errors
/// When a name is not known, so that no page is shown with a hole in it.
fn fill(page: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::with_capacity(page.len() * 2);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").context("a name in a page of the shop does not end")?;
        let text = names.get(name).with_context(|| format!("the shop has no words for {name}"))?;
        filled.push_str(before);
        filled.push_str(&escaped(text));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_switch_keeps_the_order_and_the_other_switches() {
        let values = values(&asked(&[("lang", "en"), ("theme", "dark"), ("moongate_attempt", "mg_1")]), "/", "SO-1");
        assert_eq!(values["to.theme.light"], "/?order=SO-1&lang=en&theme=light");
        assert_eq!(values["to.lang.zh-CN"], "/?order=SO-1&theme=dark");
        assert_eq!((values["on.theme.dark"].as_str(), values["on.theme.auto"].as_str()), ("true", "false"));
        assert_eq!(values["to.order"], "/orders/SO-1?lang=en&theme=dark");
        assert_eq!(values["to.new"], "/?lang=en&theme=dark");
    }

    #[test]
    fn dark_colours_are_for_the_scheme_that_the_page_is_in() {
        for (theme, media) in [("auto", "(prefers-color-scheme: dark)"), ("light", "not all"), ("dark", "all")] {
            assert_eq!(values(&asked(&[("theme", theme)]), "/", "SO-1")["dark"], media);
        }
    }

    #[test]
    fn a_value_that_is_none_of_a_switch_is_the_usual_one() {
        assert_eq!(
            chosen(&asked(&[("lang", "<script>")])),
            [("lang", "zh-CN"), ("theme", "auto"), ("text", "auto"), ("app", "here")]
        );
    }

    #[test]
    fn values_are_text_and_never_markup() {
        let names = BTreeMap::from([("a".to_owned(), "<b title=\"x\">&".to_owned())]);
        assert_eq!(fill("<p>{{a}}</p>", &names).unwrap(), "<p>&lt;b title=&quot;x&quot;&gt;&amp;</p>");
    }

    #[test]
    fn a_page_with_a_hole_is_not_shown() {
        assert!(fill("{{a}}", &BTreeMap::new()).is_err());
        assert!(fill("{{a", &BTreeMap::new()).is_err());
    }

    #[test]
    fn two_visits_have_two_attempts() {
        assert_ne!(random(32), random(32));
        assert_eq!(random(32).len(), 32);
    }
}
