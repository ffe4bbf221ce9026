//! Moongate: the checkout that opens to every wallet.

pub mod checkout;

pub mod action;

pub mod words;

pub mod view;

#[cfg(all(target_arch = "wasm32", not(feature = "reader")))]
pub mod browser;

#[cfg(all(target_arch = "wasm32", feature = "reader"))]
pub mod reader;
