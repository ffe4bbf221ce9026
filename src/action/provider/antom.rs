//! Decides what the answers of Antom and Alipay+ ask for: every kind of URL, the code forms, the older forms.
//!
//! It does not know the wallets' domains: a page may lie on any host, which the merchant then names.
//!
//! # Source
//! alipay/global-open-sdk-java and Antom's "URLs for payment redirection", as section 1.7 of the payload reference cites
//! them, read 2026-11-22; the answer of a cancel: <https://global.alipay.com/docs/ac/apo/cancel_api>, read 2026-11-29. How `parameters` is written is not stated there (D): taken as a JSON object.

use super::aggregator::{ANY_CODE, first, parsed, shown, word_at};
use super::{Draft, Recogniser, Words, fields, has, instant, listed, need, need_object, text, word};
use crate::action::{Refusal, Standing, code};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "antom",
    hosts: "*",
    codes: ANY_CODE,
    matches: |json| listed("S|F|U", word_at(json, &["result", "resultStatus"])),
    read,
}];

/// `paymentStatus` of an inquiry.
const WORDS: Words =
    Words { succeeded: "SUCCESS", pending: "PROCESSING|PENDING", failed: "FAIL", canceled: "CANCELLED", expired: "" };

/// Refusals that say not there yet (D).
const UNCLEAR: &str = "ORDER_NOT_EXIST|UNKNOWN_EXCEPTION";

/// What an answer says where nothing went wrong.
const GOING_ON: &str = "SUCCESS|PAYMENT_IN_PROCESS";

/// Pictures of a code, the best first.
const PICTURES: [&str; 4] = ["BIGIMAGE", "MIDDLEIMAGE", "IMAGE", "SMALLIMAGE"];

fn read(json: &Json) -> Result<Draft, Refusal> {
    let result = need_object(json, "result")?;
    let said = word(result, "resultCode");
    let session = ["paymentSessionData", "paymentSessionExpiryTime"].iter().any(|key| has(json, key));
    match (text(json, "paymentStatus")?, need(result, "resultStatus")?) {
        (Some(status), "S") if WORDS.end(status).is_some() => Ok(WORDS.stands(status)),
        // Said of the canceling, which went well.
        (None, "S") if has(json, "cancelTime") => Ok(Draft::nothing(Standing::Canceled, "")),
        (None, "S") if !session => Ok(Draft::nothing(Standing::Succeeded, "")),
        (_, "F") if listed(UNCLEAR, said) || has(json, "paymentStatus") => Ok(Draft::nothing(Standing::Pending, said)),
        (_, "F") => Ok(Draft::nothing(Standing::Failed, said)),
        _ => action(json),
    }
}

/// A code, else an app link, else a page; with none of them it is to be waited for.
fn action(json: &Json) -> Result<Draft, Refusal> {
    let page = first(json, ["normalUrl", "url"])?;
    let expires = instant(json, "paymentSessionExpiryTime")?;
    if has(json, "orderCodeForm") {
        return Ok(scanned(need_object(json, "orderCodeForm")?)?.fallback(page));
    }
    if let Some(link) = first(json, ["applinkUrl", "schemeUrl"])? {
        // An app link does not say the wallet; the scheme beside it does.
        let wallet = code::wallet(word(json, "schemeUrl"));
        return Ok(Draft::deeplink(link).fallback(page).expires(expires).wallet(wallet));
    }
    if let Some(page) = page {
        return Ok(Draft::get(page).expires(expires));
    }
    match ["redirectActionForm", "paymentActionForm"].iter().find_map(|key| json.get(key)) {
        Some(form) => older(&parsed(form)?),
        // For the provider's own kit.
        None if has(json, "paymentSessionData") => Err(Refusal::UnsupportedAction),
        None => {
            let said = word(need_object(json, "result")?, "resultCode");
            Ok(Draft::nothing(Standing::Pending, if listed(GOING_ON, said) { "" } else { said }))
        }
    }
}

fn scanned(form: &Json) -> Result<Draft, Refusal> {
    let details = form.get("codeDetails").map(Json::items).unwrap_or_default();
    let value = |display: &str| {
        let fits =
            |detail: &&Json| word(detail, "displayType") == display && word(detail, "codeValueType") != "BARCODE";
        details.iter().find(fits).map_or(Ok(None), |detail| need(detail, "codeValue").map(Some))
    };
    let picture = PICTURES.iter().find_map(|display| value(display).transpose()).transpose()?;
    let draft = shown(value("TEXT")?, picture)?.expires(instant(form, "expireTime")?);
    Ok(draft.method(word(form, "paymentMethodType")))
}

/// A form as older versions give it; `parameters` is sent by POST only.
fn older(form: &Json) -> Result<Draft, Refusal> {
    match (word(form, "actionFormType"), text(form, "method")?) {
        ("OrderCodeForm", _) => scanned(form),
        ("RedirectActionForm" | "", None | Some("GET")) => Ok(Draft::get(need(form, "redirectUrl")?)),
        ("RedirectActionForm" | "", Some("POST")) => {
            let sent = form.get("parameters").map_or_else(|| Ok(Vec::new()), |sent| fields(&parsed(sent)?))?;
            Ok(Draft::post(need(form, "redirectUrl")?, sent))
        }
        ("RedirectActionForm" | "", Some(_)) => Err(Refusal::BadType),
        _ => Err(Refusal::UnsupportedAction),
    }
}
