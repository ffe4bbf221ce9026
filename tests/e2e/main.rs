//! The whole product in a real browser, against the real program: each test is a story, and its name the rule it keeps.
//!
//! `cargo test --test e2e` tells them in Chromium; with `MOONGATE_ENGINE=firefox` or `=webkit` before it in Firefox ESR or
//! WebKitGTK. `tests/run` installs the browsers and their drivers, and says which stories are told in the latter two each
//! time. At most two browsers are open at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub
)]

mod apps;
mod awkward;
mod axe;
mod calls;
mod choices;
mod codes;
mod complaints;
mod ears;
mod embedding;
mod eyes;
mod form;
mod guide;
mod hands;
mod hard;
mod harness;
mod host;
mod instruments;
mod looks;
mod markup;
mod matrix;
mod odd;
mod once;
mod parts;
mod paying;
mod payloads;
mod recipes;
mod returning;
mod scenes;
mod servers;
mod shell;
mod smooth;
mod styles;
mod tongues;
mod twice;
mod wrong;

#[path = "../it/cdn/hosts.rs"]
mod hosts;
#[path = "../it/servers/program.rs"]
mod program;
