//! Decides what Xendit's payment requests ask for.
//!
//! It does not add a scheme where an action's `value` has none, as in the document's own sample.
//!
//! # Source
//! Xendit's "Get payment request", as section 1.16 of the payload reference cites it, read 2026-11-22. Every descriptor
//! but `WEB_URL`, and every status but `REQUIRES_ACTION`, are from memory (D).

use super::aggregator::ANY_CODE;
use super::{Draft, Recogniser, Words, has, need, word};
use crate::action::Refusal;
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "xendit",
    hosts: "*",
    codes: ANY_CODE,
    matches: |json| has(json, "payment_request_id") && matches!(json.get("actions"), Some(Json::List(_))),
    read,
}];

const WORDS: Words = Words {
    succeeded: "SUCCEEDED|AUTHORIZED",
    pending: "PENDING|ACCEPTING_PAYMENTS",
    failed: "FAILED",
    canceled: "CANCELED|CANCELLED",
    expired: "EXPIRED",
};

fn read(json: &Json) -> Result<Draft, Refusal> {
    let status = need(json, "status")?;
    let draft = match (WORDS.end(status), status) {
        (Some(end), _) => end.code(word(json, "failure_code")),
        (None, "REQUIRES_ACTION") => action(json.get("actions").map(Json::items).unwrap_or_default())?,
        (None, _) => WORDS.stands(status),
    };
    Ok(draft.method(word(json, "channel_code")))
}

/// A code, else an app link, else a page.
fn action(actions: &[Json]) -> Result<Draft, Refusal> {
    let value = |descriptor: &str| {
        let action = actions.iter().find(|action| word(action, "descriptor") == descriptor);
        action.map(|action| need(action, "value")).transpose()
    };
    match (value("QR_STRING")?, value("DEEPLINK_URL")?, value("WEB_URL")?) {
        (Some(code), _, page) => Ok(Draft::qr(Some(code)).fallback(page)),
        (None, Some(link), page) => Ok(Draft::deeplink(link).fallback(page)),
        (None, None, Some(page)) => Ok(Draft::get(page)),
        (None, None, None) if actions.is_empty() => Err(Refusal::MissingField),
        (None, None, None) => Err(Refusal::UnsupportedAction),
    }
}
