//! The sandbox: a simulated merchant and simulated wallets.

use axum::Router;
use std::path::PathBuf;

/// What the sandbox is told at its start.
#[derive(Debug)]
#[expect(dead_code, reason = "until the sandbox is there")]
pub(crate) struct Settings {
    /// The file that keeps its payments; none keeps them in memory.
    pub(crate) store: Option<PathBuf>,
    /// The origin it is served at.
    pub(crate) origin: String,
}

/// The routes `/checkout/*` and `/sandbox/*`.
pub(crate) fn router(_settings: Settings) -> Result<Router, String> {
    Ok(Router::new())
}
