//! Decides what is served at which path.
//!
//! It does not decide what the sandbox answers or what the shop's pages say.

use super::{guide, policy, shop};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::Redirect;
use axum::routing::get;
use std::path::PathBuf;
use tower_http::services::ServeDir;

/// The folders that files come from.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    /// The widget's bundle.
    pub(super) bundle: PathBuf,
    /// `www` of the sources: shop and guide.
    pub(super) www: PathBuf,
    /// The providers' responses that the tests hold, which the guide shows.
    pub(super) fixtures: PathBuf,
    /// A merchant's trial pages.
    pub(super) pages: Option<PathBuf>,
}

/// The whole site. Trial pages are the merchant's, with whatever policy they set themselves; the rest has ours.
pub(super) fn router(folders: &Folders, sandbox: Router) -> Router {
    let widget = ServeDir::new(&folders.bundle).precompressed_br().precompressed_gzip();
    let ours = shop::router(&folders.www.join("shop"))
        .merge(guide::router(&folders.www, &folders.fixtures))
        .merge(sandbox)
        .layer(map_response(policy::ours));
    let widget = folder("/moongate", widget).layer(map_response(policy::widget));
    ours.merge(widget).merge(pages(folders)).layer(map_response(policy::everywhere))
}

fn pages(folders: &Folders) -> Router {
    let hint = || async { (StatusCode::NOT_FOUND, "Start with --pages DIR to serve your own trial pages here.\n") };
    match &folders.pages {
        Some(pages) => folder("/pages", ServeDir::new(pages)),
        None => Router::new().route("/pages/", get(hint)).route("/pages/{*path}", get(hint)),
    }
}

/// A folder's files below a path; the path itself leads to the one with a slash, from which pages name what is beside them.
fn folder(path: &str, files: ServeDir) -> Router {
    let below = format!("{path}/");
    let redirect = Redirect::permanent(&below);
    Router::new().nest_service(&below, files).route(path, get(|| async { redirect }))
}
