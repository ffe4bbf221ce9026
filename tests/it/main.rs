//! The native tests through the public API and the program, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    missing_docs
)]

// Shared with the fuzzers.
#[allow(unreachable_pub)]
#[path = "../fuzz/entries.rs"]
mod entries;

mod action;
mod bundle;
mod fuzz;
mod machine;
mod offer;
mod sandbox;
mod serve;
mod tidy;
mod view;
mod work;
