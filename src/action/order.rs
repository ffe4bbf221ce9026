//! Decides in which order a response is looked at: its signature, then what it wraps, at most twice.
//!
//! It does not read any provider's fields; [`super::provider`] does.

use super::provider::{Draft, Recogniser, matching};
use super::{Refusal, text};
use crate::checkout::json::Json;

/// How often what a response wraps is taken out.
pub(super) const MAX_UNWRAPS: usize = 2;

/// The members that servers wrap a provider's response in.
const WRAPPERS: [&str; 7] = ["data", "result", "response", "payload", "charge", "payment", "body"];

/// A response whose signature is known.
#[derive(Debug)]
pub(super) struct Found {
    /// The row it matched.
    pub(super) row: &'static Recogniser,
    /// What it was taken out of, innermost first.
    pub(super) wrappers: Vec<&'static str>,
    /// What it asks for.
    pub(super) draft: Result<Draft, Refusal>,
}

/// The one response in this value.
///
/// # Errors
/// [`Refusal::Unrecognised`], [`Refusal::Ambiguous`], and what [`text::read`] refuses.
pub(super) fn find(json: &Json, unwraps: usize) -> Result<Found, Refusal> {
    if let Json::Text(body) = json {
        let inner = text::read(body)?;
        // A text in a text counts as wrapped, or there would be no end.
        return match (inner.text(), unwraps.checked_sub(1)) {
            (None, _) => find(&inner, unwraps),
            (Some(_), Some(left)) => find(&inner, left),
            (Some(_), None) => Err(Refusal::Unrecognised),
        };
    }
    let mut rows = matching(json);
    match (rows.next(), rows.next()) {
        (Some(row), None) => Ok(Found { row, wrappers: Vec::new(), draft: (row.read)(json) }),
        (Some(_), Some(_)) => Err(Refusal::Ambiguous),
        (None, _) => unwrapped(json, unwraps.checked_sub(1).ok_or(Refusal::Unrecognised)?),
    }
}

/// The one response in what this object wraps.
fn unwrapped(json: &Json, left: usize) -> Result<Found, Refusal> {
    let mut found = Err(Refusal::Unrecognised);
    for wrapper in WRAPPERS {
        let Some(inner) = json.get(wrapper) else { continue };
        found = match (found, find(inner, left)) {
            (Ok(_), Ok(_)) | (_, Err(Refusal::Ambiguous)) => return Err(Refusal::Ambiguous),
            (_, Ok(mut one)) => {
                one.wrappers.push(wrapper);
                Ok(one)
            }
            (Err(Refusal::Unrecognised), Err(refusal)) => Err(refusal),
            (before, Err(_)) => before,
        };
    }
    found
}
