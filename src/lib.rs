//! Moongate: the checkout that opens to every wallet.

pub mod checkout;

pub mod action;

pub mod words;

pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod browser;
