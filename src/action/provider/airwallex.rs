//! Decides what Airwallex's payment intents ask for.
//!
//! It does not do 3-D Secure. The name of the method in the latest attempt is from memory (D), as are its status words
//! but one.
//!
//! # Source
//! Airwallex's pages "Pay with QR Code" and "Mobile Browser (H5)", as section 1.10 of the payload reference cites them,
//! read 2026-11-22.

use super::aggregator::{ANY_CODE, first, mini, next_action, wechat, word_at};
use super::{Draft, Recogniser, Words, has, need, need_object, text, word};
use crate::action::Refusal;
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "airwallex",
    hosts: "*.airwallex.com ?api-demo.airwallex.com",
    codes: ANY_CODE,
    matches: |json| word(json, "id").starts_with("int_") && !has(json, "object"),
    read,
}];

/// `status`, but for those that ask for something.
const WORDS: Words =
    Words { succeeded: "SUCCEEDED", pending: "PENDING", failed: "", canceled: "CANCELLED", expired: "" };

fn read(json: &Json) -> Result<Draft, Refusal> {
    let draft = match need(json, "status")? {
        "REQUIRES_CUSTOMER_ACTION" => {
            let (kind, next) = next_action(json)?;
            action(kind, next)?
        }
        // The server has not confirmed it: there is nothing yet that a shopper could do.
        "REQUIRES_PAYMENT_METHOD" => return Err(Refusal::MissingField),
        status => WORDS.stands(status),
    };
    Ok(draft.method(word_at(json, &["latest_payment_attempt", "payment_method", "type"])))
}

fn action(kind: &str, next: &Json) -> Result<Draft, Refusal> {
    match kind {
        "render_qrcode" => {
            let code = first(next, ["qrcode", "qrcode_url"])?.ok_or(Refusal::MissingField)?;
            Ok(Draft::qr(Some(code)).fallback(text(next, "url")?))
        }
        "redirect" => redirect(next),
        "call_sdk" => {
            let data = need_object(next, "data")?;
            if has(data, "paymentUrl") { Err(Refusal::UnsupportedAction) } else { wechat(data).map(mini) }
        }
        _ => Err(Refusal::UnsupportedAction),
    }
}

/// The app, where its scheme is given, else the page. What is posted is 3-D Secure's.
fn redirect(next: &Json) -> Result<Draft, Refusal> {
    if !matches!(text(next, "method")?, None | Some("GET")) {
        return Err(Refusal::UnsupportedAction);
    }
    match next.get("data").map_or(Ok(None), |data| text(data, "scheme_url"))? {
        Some(scheme) => Ok(Draft::deeplink(scheme).fallback(text(next, "url")?)),
        None => Ok(Draft::get(need(next, "url")?)),
    }
}
