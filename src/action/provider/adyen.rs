//! Decides what Adyen's `/payments` and `/payments/details` answers ask for.
//!
//! It does not do 3-D Secure, vouchers or transfers. Adyen's pages may lie on other hosts than its own: the merchant adds
//! those.
//!
//! # Source
//! Adyen/adyen-openapi `CheckoutService-v72.json` and Adyen/adyen-web, as section 1.9 of the payload reference cites
//! them, read 2026-11-22.

use super::aggregator::{ANY_CODE, mini, wechat, word_at};
use super::{Draft, Recogniser, Words, fields, has, instant, listed, need, need_object, text, word};
use crate::action::{Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "adyen",
    hosts: "*.adyen.com ?checkoutshopper-test.adyen.com",
    codes: ANY_CODE,
    matches,
    read,
}];

const WORDS: Words = Words {
    succeeded: "Authorised|Success",
    pending: "Pending|Received",
    failed: "Refused|Error",
    canceled: "Cancelled",
    expired: "",
};

/// Words that no other server has for a `resultCode`; `Error`, `Success`, `Pending` and `Received` are anybody's.
const OWN: &str = "Authorised|Refused|Cancelled";

/// `resultCode`s that come with an action.
const ASKING: &str = "RedirectShopper|PresentToShopper|IdentifyShopper|ChallengeShopper";

/// A `resultCode` beside no `result`, which is Antom's; and one of Adyen's, since many servers have one of their own: by the
/// word, or by what stands beside it.
fn matches(json: &Json) -> bool {
    let code = word(json, "resultCode");
    let own = has(json, "pspReference") || has(json, "action") || listed(OWN, code) || listed(ASKING, code);
    let antom = has(json, "resultStatus") || json.get("result").is_some_and(Json::is_object);
    has(json, "resultCode") && own && !antom
}

fn read(json: &Json) -> Result<Draft, Refusal> {
    let result = need(json, "resultCode")?;
    let draft = match (WORDS.end(result), has(json, "action")) {
        (Some(end), _) => end.code(word(json, "refusalReasonCode")),
        (None, true) => action(need_object(json, "action")?)?,
        (None, false) if listed(ASKING, result) => return Err(Refusal::MissingField),
        // A word that is not known decides nothing.
        (None, false) => Draft::nothing(Standing::Pending, ""),
    };
    Ok(draft.method(word_at(json, &["paymentMethod", "type"])).method(word_at(json, &["action", "paymentMethodType"])))
}

fn action(json: &Json) -> Result<Draft, Refusal> {
    match need(json, "type")? {
        "redirect" | "nativeRedirect" => redirect(json),
        "qrCode" => {
            let draft = Draft::qr(Some(need(json, "qrCodeData")?)).fallback(text(json, "url")?);
            Ok(draft.expires(instant(json, "expiresAt")?))
        }
        "await" => Ok(Draft::nothing(Standing::Pending, "")),
        "sdk" | "wechatpaySDK" => {
            let draft = wechat(need_object(json, "sdkData")?)?;
            Ok(if word(json, "paymentMethodType") == "wechatpayMiniProgram" { mini(draft) } else { draft })
        }
        _ => Err(Refusal::UnsupportedAction),
    }
}

/// `data` is sent by POST only.
fn redirect(json: &Json) -> Result<Draft, Refusal> {
    let url = need(json, "url")?;
    match text(json, "method")? {
        None | Some("GET") => Ok(Draft::get(url)),
        Some("POST") => Ok(Draft::post(url, json.get("data").map_or_else(|| Ok(Vec::new()), fields)?)),
        Some(_) => Err(Refusal::BadType),
    }
}
