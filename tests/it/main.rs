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
mod fuzz;
mod look;
mod machine;
mod replay;
mod schedules;
mod tidy;
mod work;

// What needs the program. Without it (`--no-default-features`) the rest is built in seconds, and tried on each mutant.
#[cfg(feature = "program")]
mod bundle;
#[cfg(feature = "program")]
mod cdn;
#[cfg(feature = "program")]
mod guide;
#[cfg(feature = "program")]
mod input;
#[cfg(feature = "program")]
mod offer;
#[cfg(feature = "program")]
mod package;
#[cfg(feature = "program")]
mod sandbox;
#[cfg(feature = "program")]
mod serve;
#[cfg(feature = "program")]
mod servers;
#[cfg(feature = "program")]
mod verify;
#[cfg(feature = "program")]
mod view;
