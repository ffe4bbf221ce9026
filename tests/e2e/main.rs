//! The whole product in a real browser, against the real program: each test is a story, and its name the rule it keeps.
//!
//! They need chromium and chromedriver on the path; `tests/run` installs them. At most two browsers are open at once.

mod apps;
mod calls;
mod codes;
mod embedding;
mod form;
mod harness;
mod host;
mod instruments;
mod looks;
mod markup;
mod once;
mod paying;
mod returning;
mod scenes;
mod shell;
mod wrong;
