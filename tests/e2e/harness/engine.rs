//! Decides in which engine the stories of this run are told, and what each engine can't be made to do.
//!
//! How an engine is started and made to look like a phone is its own file's. `MOONGATE_ENGINE=firefox cargo test --test e2e`
//! tells all stories in Firefox; `webkit` in WebKitGTK; without it they are told in Chromium.

pub mod chromium;
pub mod firefox;
pub mod webkit;

use super::process::Program;
use axum::http::Method;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use serde_json::Value;
use std::io::Write;
use std::sync::OnceLock;
use url::{ParseError, Url};

/// A browser's engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox ESR, by geckodriver.
    Firefox,
    /// WebKitGTK's own small browser, by WebKitWebDriver, on a screen that nobody sees.
    WebKit,
}

/// What some stories ask of a browser and not every engine can be made to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feat {
    /// To cut the network while the server stands.
    CutNetwork,
    /// To hide a tab while another is looked at.
    HideTabs,
    /// To refuse a page one of its files, a script too.
    RefuseFiles,
    /// To take `shop.example` for this machine.
    LiveName,
    /// To tell how far what was drawn is pushed about.
    LayoutShifts,
    /// To be of another language than the machine.
    Language,
    /// To tell how many nodes and listeners a page holds.
    CountNodes,
    /// To take its colours from a system that forces its own.
    ForceColours,
}

/// A driver that runs for one browser, and what it is to be asked for.
#[derive(Debug)]
pub struct Driver {
    /// What ends with the browser, in this order.
    pub programs: Vec<Program>,
    /// Where it listens: `http://127.0.0.1:40123`.
    pub address: String,
    /// What the new session is to be.
    pub capabilities: Capabilities,
}

impl Engine {
    /// The engine of this run.
    pub fn of_this_run() -> Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        *ENGINE.get_or_init(|| match std::env::var("MOONGATE_ENGINE").as_deref() {
            Err(_) | Ok("" | "chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("MOONGATE_ENGINE is chromium, firefox or webkit, not {other}"),
        })
    }

    /// Why it can't do this; `None` if it can.
    fn lacks(self, feat: Feat) -> Option<&'static str> {
        match (self, feat) {
            (Self::Chromium, _) | (Self::Firefox, Feat::HideTabs | Feat::LiveName | Feat::Language) => None,
            (Self::Firefox, Feat::CutNetwork) => Some("its offline mode spares this machine's own addresses"),
            (Self::WebKit, Feat::CutNetwork) => Some("its driver can't cut the network"),
            (Self::WebKit, Feat::HideTabs) => Some("all its tabs count as looked at"),
            (Self::WebKit, Feat::LiveName) => Some("it knows no names but the machine's"),
            (Self::WebKit, Feat::Language) => Some("its language is the machine's"),
            (_, Feat::RefuseFiles) => Some("its driver can't refuse a page one of its files"),
            (_, Feat::LayoutShifts) => Some("it does not tell layout shifts"),
            (_, Feat::CountNodes) => Some("it does not count what a page holds"),
            (_, Feat::ForceColours) => Some("its colours can't be forced while it runs"),
        }
    }
}

/// Whether this run's engine can do this. If not, the rest of the test is skipped: that is said past the capture of output,
/// by the test's name, and `tests/run` counts it.
#[must_use]
pub fn can(feat: Feat) -> bool {
    let engine = Engine::of_this_run();
    engine.lacks(feat).inspect(|why| skipped(&format!("in {engine:?}: {why}"))).is_none()
}

/// Says that the rest of this test is skipped.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let _told = writeln!(std::io::stderr(), "\nSKIPPED {} {why}", thread.name().unwrap_or("a test"));
}

/// A command that only one driver knows.
#[derive(Debug)]
pub struct Vendor {
    /// Below the session: `goog/cdp/execute`.
    pub path: &'static str,
    /// What is sent.
    pub body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// A question to the driver about the session.
#[derive(Debug)]
pub struct Asked {
    /// Below the session: `element/…/computedrole`.
    pub path: String,
}

impl WebDriverCompatibleCommand for Asked {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}
