//! The native tests through the public API and the program, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    missing_docs
)]

mod action;
mod bundle;
mod machine;
mod offer;
mod replay;
mod sandbox;
mod schedules;
mod serve;
mod tidy;
mod verify;
mod view;
