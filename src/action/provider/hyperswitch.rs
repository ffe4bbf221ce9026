//! Decides what Hyperswitch's payments ask for.
//!
//! It does not fetch a code from elsewhere, and does no vouchers, transfers or 3-D Secure. The merchant names the host
//! of an installation of its own.
//!
//! # Source
//! juspay/hyperswitch-web `PaymentConfirmTypes.res` and `PaymentHelpers.res`, as section 1.12 of the payload reference
//! cites them, read 2026-11-22.

use super::aggregator::{ANY_CODE, epoch, first, next_action, shown};
use super::{Draft, Recogniser, Words, has, listed, need, text, word};
use crate::action::{Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "hyperswitch",
    hosts: "api.hyperswitch.io ?sandbox.hyperswitch.io",
    codes: ANY_CODE,
    matches: |json| has(json, "payment_id") && (has(json, "next_action") || is_status(word(json, "status"))),
    read,
}];

/// `status`, but for those that ask for something.
const WORDS: Words =
    Words { succeeded: "succeeded", pending: "processing", failed: "failed", canceled: "cancelled", expired: "" };

/// The other words: a `payment_id` beside a `status` of its own is any shop's server.
const ASKING: &str = "requires_customer_action|requires_capture|requires_payment_method|requires_confirmation";

fn is_status(word: &str) -> bool {
    WORDS.standing(word).is_some() || listed(ASKING, word)
}

fn read(json: &Json) -> Result<Draft, Refusal> {
    let draft = match need(json, "status")? {
        "requires_customer_action" => {
            let (kind, next) = next_action(json)?;
            action(kind, next)?
        }
        // The server has not confirmed it: there is nothing yet that a shopper could do.
        "requires_payment_method" | "requires_confirmation" => return Err(Refusal::MissingField),
        status => WORDS.stands(status).code(word(json, "error_code")),
    };
    Ok(draft.method(word(json, "payment_method_type")))
}

fn action(kind: &str, next: &Json) -> Result<Draft, Refusal> {
    match kind {
        "redirect_to_url" => Ok(Draft::get(need(next, kind)?)),
        "redirect_inside_popup" => Ok(Draft::get(need(next, "popup_url")?)),
        "qr_code_information" => {
            let picture = first(next, ["image_data_url", "qr_code_url"])?;
            Ok(shown(text(next, "raw_qr_data")?, picture)?.expires(epoch(next, "display_to_timestamp", 1000)?))
        }
        "wait_screen_information" => Ok(Draft::nothing(Standing::Pending, "")),
        _ => Err(Refusal::UnsupportedAction),
    }
}
