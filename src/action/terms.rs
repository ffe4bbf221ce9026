//! Decides what a response is held against, and that it is read and held in one: nothing unchecked comes out.
//!
//! It does not decide what a response means ([`super::provider`] does), nor where it leads.

use super::{Action, Refusal, Seconds, Trust};
use crate::checkout::json::Json;
use crate::checkout::money::Amount;

/// What a response is held against: what the merchant allows, the order's sum, whether collection codes were asked for.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What actions may lead to.
    pub trust: Trust,
    /// The sum that is to be paid.
    pub amount: Amount,
    /// Whether the merchant asked for collection codes of this method.
    pub collection: bool,
}

impl Action {
    /// Reads a response, given as text or as a JSON value's text, and holds it against the terms: both checks in one.
    ///
    /// # Errors
    /// As [`Action::read`] and [`Action::allowed`].
    // The door of a part of the wasm (`bundle/parts.rs`).
    #[inline(never)]
    pub fn checked(response: &str, now: Seconds, terms: &Terms) -> Result<Self, Refusal> {
        let action = match Json::read(response) {
            Ok(json) => Self::read_json(&json, now, &terms.trust),
            Err(_) => Self::read(response, now, &terms.trust),
        }?;
        action.allowed(&terms.amount, &terms.trust, terms.collection)?;
        Ok(action)
    }
}
