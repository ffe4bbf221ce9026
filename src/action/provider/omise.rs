//! Decides what Omise's (Opn's) charges ask for.
//!
//! It does not choose by `source.flow`: the page that `authorize_uri` leads to opens the app itself.
//!
//! # Source
//! omise/omise-go `charge.go`, `source.go` and `scannable_code.go`, as section 1.14 of the payload reference cites them,
//! read 2026-11-22.

use super::aggregator::{ANY_CODE, shown, word_at};
use super::{Draft, Recogniser, Words, instant, need, text, word};
use crate::action::Refusal;
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "omise",
    hosts: "pay.omise.co api.omise.co",
    codes: ANY_CODE,
    matches: |json| word(json, "object") == "charge" && word(json, "id").starts_with("chrg_"),
    read,
}];

const WORDS: Words =
    Words { succeeded: "successful", pending: "pending", failed: "failed", canceled: "reversed", expired: "expired" };

fn read(json: &Json) -> Result<Draft, Refusal> {
    let status = need(json, "status")?;
    let page = text(json, "authorize_uri")?;
    let picture = json.at(&["source", "scannable_code", "image"]);
    let draft = match (WORDS.end(status), picture, page) {
        (Some(end), ..) => end.code(word(json, "failure_code")),
        (None, Some(picture), page) => shown(None, Some(need(picture, "download_uri")?))?.fallback(page),
        (None, None, Some(page)) => Draft::get(page),
        (None, None, None) => WORDS.stands(status),
    };
    Ok(draft.method(word_at(json, &["source", "type"])).expires(instant(json, "expires_at")?))
}
