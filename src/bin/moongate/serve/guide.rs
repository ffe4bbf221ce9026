//! Decides what the guide answers at which address: its pages in their frame, the recipes, and the files beside them.
//!
//! It decides nothing of what a page says: prose lies in `www/guide`, facts are read from the code by the rooms below,
//! each time a page is asked for, so that no table can be older than the program.

mod colour;
mod faults;
mod folders;
mod frame;
mod list;
mod look;
mod markup;
mod money;
mod providers;
mod schema;
mod tongue;
mod types;
mod words;

use super::{places, policy, shop};
use crate::escape::escaped;
use crate::sandbox::PROVIDERS;
use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::extract::{Path as InPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use list::{PAGES, Page};
use moongate::words::Language;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower_http::services::ServeDir;

/// Where the guide's facts are read from.
#[derive(Debug)]
struct Guide {
    /// `www` of the sources.
    www: PathBuf,
    /// The providers' responses that the tests hold.
    fixtures: PathBuf,
}

/// How a page was asked for.
#[derive(Debug)]
struct Asked {
    /// `en`, or `zh-CN`.
    tag: &'static str,
    /// The app that the page plays, as in the demo shop.
    app: &'static str,
    /// For example `127.0.0.1:8080`.
    host: String,
}

/// How a fact says what the code says in English, in the language of its page.
type Say<'a> = &'a dyn Fn(&str) -> String;

type Shared = State<Arc<Guide>>;
type Said = Query<HashMap<String, String>>;

/// The guide at `/guide/`.
pub(super) fn router(www: &Path, fixtures: &Path) -> Router {
    let guide = Guide { www: www.to_owned(), fixtures: fixtures.to_owned() };
    // Their addresses begin as their paths below `www` do.
    let files = ServeDir::new(www).append_index_html_on_directories(false);
    let pages = PAGES.iter().fold(Router::new(), |router, page| {
        let show = move |State(guide): Shared, Query(query): Said, headers: HeaderMap| async move {
            answer(shown(&guide, page, &Asked::of(&query, &headers)))
        };
        let here = page.address();
        let file = format!("/guide/{}.html", page.file());
        router.route(&here, get(show)).route(&file, get(move || async move { Redirect::permanent(&page.address()) }))
    });
    let shelves = folders::SHELVES.iter().fold(pages, |router, shelf| {
        router
            .route(
                &format!("/guide/{shelf}/{{name}}/"),
                get(move |guide, name, query, headers| shelved(shelf, guide, name, query, headers)),
            )
            .route(&format!("/guide/{shelf}/{{name}}/{{*file}}"), get(move |guide, path| beside(shelf, guide, path)))
    });
    shelves
        .route("/guide", get(|| async { Redirect::permanent("/guide/") }))
        .route("/guide/openapi.yaml", get(openapi))
        .route_service("/guide/{*file}", files)
        .with_state(Arc::new(guide))
}

impl Asked {
    fn of(query: &HashMap<String, String>, headers: &HeaderMap) -> Self {
        let tag = query.get("lang").map_or("en", |tag| Language::find(tag).tag);
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        Self { tag: if tag == "zh-CN" { tag } else { "en" }, app: shop::app(query), host: host.to_owned() }
    }
}

fn answer(made: Result<Option<String>>) -> Response {
    match made {
        Ok(Some(page)) => Html(page).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "This page of the guide is not written yet.\n").into_response(),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{fault:#}\n")).into_response(),
    }
}

/// The page in its frame; `None` if nobody has written it yet.
fn shown(guide: &Guide, page: &Page, asked: &Asked) -> Result<Option<String>> {
    let Some((file, tag)) = page.source(&guide.www, asked.tag) else { return Ok(None) };
    let text = read(&file)?;
    let say = tongue::of(&guide.www, tag)?;
    let body = markup::filled(&text, &mut |name| fact(guide, asked, tag, &say, name))
        .with_context(|| format!("in {}", file.display()))?;
    frame::around(guide, asked, &frame::Content { address: page.address(), title: page.title(tag), tag, body })
        .map(Some)
}

/// What stands for a name in a page of this language.
fn fact(guide: &Guide, asked: &Asked, tag: &str, say: Say<'_>, name: &str) -> Result<String> {
    let types = || read(&guide.www.join("moongate.d.ts"));
    Ok(match name.split_once(' ').unwrap_or((name, "")) {
        ("apps", _) => places::tables(tag),
        ("errors", who) => faults::table(who, say)?,
        ("options", _) => types::options(&types()?, say)?,
        ("members", interface) => types::members(&types()?, interface, say)?,
        ("methods", _) => types::methods(&types()?, say)?,
        ("events", _) => types::events(&types()?, say)?,
        ("texts", _) => words::table(say),
        ("look", _) => look::table(&read(&guide.www.join("moongate.css"))?, say)?,
        ("requests", _) => schema::requests(&read(&guide.www.join("openapi.yaml"))?, say)?,
        ("providers", _) => providers::table(&guide.fixtures, say)?,
        ("decimals", _) => money::table(say),
        ("recipes" | "servers", _) => folders::shelf(&guide.www, name, tag)?,
        ("contents", _) => frame::contents(&guide.www, tag),
        ("order", _) => format!("GUIDE-{}", shop::random(8)),
        ("sandbox", _) => choices(PROVIDERS.into_iter().map(|name| (name, name))),
        ("units", _) => providers::units(say),
        ("actions", _) => types::alias(&types()?, "Action")?,
        ("policy", _) => escaped(policy::PAGES),
        ("host", _) => escaped(&asked.host),
        ("languages", _) => choices(Language::ALL.iter().map(|language| (language.tag, language.name))),
        ("version", _) => env!("CARGO_PKG_VERSION").to_owned(),
        ("file", path) => folders::code(&guide.www.join("guide").join(path))?,
        _ => return Err(anyhow!("nothing is called {name}")),
    })
}

/// A choice among these: a value and its name each.
fn choices<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    all.map(|(value, name)| format!("<option value=\"{value}\">{name}</option>")).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// The description of the merchant's server, as it is.
async fn openapi(State(guide): Shared) -> Response {
    match read(&guide.www.join("openapi.yaml")) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        Err(fault) => answer(Err(fault)),
    }
}

/// A recipe or a server: its README and its files.
async fn shelved(
    shelf: &str,
    State(guide): Shared,
    InPath(name): InPath<String>,
    Query(query): Said,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::of(&query, &headers);
    answer((|| {
        let Some(page) = folders::page(&guide.www, shelf, &name, asked.tag)? else { return Ok(None) };
        let content = frame::Content {
            address: format!("/guide/{shelf}/{name}/"),
            title: &page.title,
            tag: page.tag,
            body: page.body,
        };
        frame::around(&guide, &asked, &content).map(Some)
    })())
}

/// A file of a recipe or a server, always as text: none of it is a page of ours.
async fn beside(shelf: &str, State(guide): Shared, InPath((name, file)): InPath<(String, String)>) -> Response {
    match folders::file(&guide.www, shelf, &name, &file) {
        Some(text) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such file in the guide.\n").into_response(),
    }
}
