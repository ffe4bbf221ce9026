//! Decides what Stripe's payment intents ask for.
//!
//! It does not use the addresses for native apps that stand beside the pages. In test mode the text of a code need not
//! be WeChat Pay's (D).
//!
//! # Source
//! stripe/stripe-go `paymentintent.go`, as section 1.8 of the payload reference cites it, read 2026-11-22.

use super::aggregator::{ANY_CODE, first, next_action, shown, wallet_of};
use super::{Draft, Recogniser, Words, need, need_object, text, word};
use crate::action::{Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "stripe",
    hosts: "*.stripe.com",
    codes: ANY_CODE,
    matches: |json| word(json, "object") == "payment_intent",
    read,
}];

/// `status`, but for those that ask for something.
const WORDS: Words =
    Words { succeeded: "succeeded", pending: "processing", failed: "", canceled: "canceled", expired: "" };

fn read(json: &Json) -> Result<Draft, Refusal> {
    let mut wallet = method(json);
    let draft = match (need(json, "status")?, json.get("last_payment_error")) {
        ("requires_action", _) => {
            let (kind, next) = next_action(json)?;
            wallet = wallet_of(kind).or(wallet);
            action(kind, next)?
        }
        ("requires_payment_method", Some(error)) => Draft::nothing(Standing::Failed, "").code(word(error, "code")),
        // The server has not confirmed it: there is nothing yet that a shopper could do.
        ("requires_payment_method" | "requires_confirmation", _) => return Err(Refusal::MissingField),
        (status, _) => WORDS.stands(status),
    };
    Ok(draft.wallet(wallet))
}

/// The wallet of the only method that the intent allows.
fn method(json: &Json) -> Option<&'static str> {
    match json.get("payment_method_types").map(Json::items) {
        Some([only]) => only.text().and_then(wallet_of),
        _ => None,
    }
}

fn action(kind: &str, next: &Json) -> Result<Draft, Refusal> {
    match kind {
        "wechat_pay_display_qr_code" => code(need_object(next, kind)?),
        "alipay_handle_redirect" | "redirect_to_url" => Ok(Draft::get(need(need_object(next, kind)?, "url")?)),
        "wechat_pay_redirect_to_ios_app" | "wechat_pay_redirect_to_android_app" => Err(Refusal::AppSdkOnly),
        _ => Err(Refusal::UnsupportedAction),
    }
}

fn code(given: &Json) -> Result<Draft, Refusal> {
    let picture = first(given, ["image_data_url", "image_url_png"])?;
    Ok(shown(text(given, "data")?, picture)?.fallback(text(given, "hosted_instructions_url")?))
}
