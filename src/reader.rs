//! The reader's module: what a provider's response becomes, in a wasm of its own that is fetched with the first press.
//!
//! It decides nothing itself; [`crate::action`] does. Apart from the widget, since nobody needs it before paying.

use crate::action::crossing::{self, Terms};
use crate::action::{Action, Refusal, Seconds};
use crate::checkout::json::Json;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads and checks a response. `now` is the server's clock in seconds since 1970; `terms` and the answer are JSON text,
/// as [`crate::action::crossing`] writes them.
#[wasm_bindgen(skip_typescript)]
pub fn read(response: &str, now: f64, terms: &str) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a time in seconds, far below 2^53")]
    let now = now as Seconds;
    let terms = Json::read(terms).ok().as_ref().and_then(Terms::from_json);
    let read = terms.map_or(Err(Refusal::Malformed), |terms| Action::checked(response, now, &terms));
    crossing::outward(&read).to_string()
}
