//! Decides what Jeepay's unified orders ask for, by their `payDataType`.
//!
//! It does not know where it is installed: beside the wallets' own pages any host may be given, which the merchant then
//! names. A query's `state` for `orderState` is from memory (D).
//!
//! # Source
//! jeequan/jeepay `UnifiedOrderRS.java`, `CommonPayDataRS.java`, `CS.java` and `PayOrder.java`, as section 1.15 of the
//! payload reference cites them, read 2026-11-22.

use super::aggregator::{ANY_CODE, parsed, shown, wechat};
use super::{Draft, FORM, Recogniser, Words, form, has, need, need_object, word};
use crate::action::{Bridge, Refusal, text, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "jeepay",
    hosts: "* wx.tenpay.com openapi.alipay.com mapi.alipay.com ?openapi-sandbox.dl.alipaydev.com ?openapi.alipaydev.com \
gateway.95516.com ?gateway.test.95516.com",
    codes: ANY_CODE,
    matches: |json| {
        has(json, "payDataType") && has(json, "payData")
            || has(json, "payOrderId") && (has(json, "orderState") || has(json, "state"))
    },
    read,
}];

/// `orderState`: new, being paid, paid, failed, revoked, given back, closed.
const WORDS: Words = Words { succeeded: "2|5", pending: "0|1", failed: "3", canceled: "4|6", expired: "" };

fn read(json: &Json) -> Result<Draft, Refusal> {
    let state = ["orderState", "state"].iter().map(|key| word(json, key)).find(|word| !word.is_empty());
    match (WORDS.end(state.unwrap_or_default()), word(json, "payDataType")) {
        (Some(end), _) => Ok(end.code(word(json, "errCode"))),
        (None, "" | "none") => Ok(WORDS.stands(state.unwrap_or_default())),
        (None, "payurl") => Ok(Draft::get(need(json, "payData")?)),
        (None, "form") => page(need(json, "payData")?),
        (None, "codeUrl") => shown(Some(need(json, "payData")?), None),
        (None, "codeImgUrl") => shown(None, Some(need(json, "payData")?)),
        (None, kind @ ("wxapp" | "aliapp" | "ysfapp")) => {
            inapp(kind, json.get("payData").ok_or(Refusal::MissingField)?)
        }
        (None, _) => Err(Refusal::UnsupportedAction),
    }
}

/// A form as HTML, or an address in its place.
fn page(given: &str) -> Result<Draft, Refusal> {
    match text::read(given)? {
        sent if has(&sent, FORM) => form(need_object(&sent, FORM)?),
        _ => Ok(Draft::get(given)),
    }
}

/// What an app's own browser takes: JSON as a text, or Alipay's order string, or UnionPay's page.
fn inapp(kind: &str, given: &Json) -> Result<Draft, Refusal> {
    let bare = given.text().filter(|text| !text.trim_start().starts_with('{'));
    let alipay = |key, value| Draft::inapp_with(Bridge::AlipayJsapi, key, value).wallet("alipay");
    Ok(match (kind, bare) {
        ("wxapp", _) => wechat(&parsed(given)?)?,
        ("aliapp", Some(order)) => alipay("orderStr", order),
        ("aliapp", None) => alipay("tradeNO", need(&parsed(given)?, "alipayTradeNo")?),
        (_, Some(page)) if url::has_scheme(page, "https") => Draft::get(page).wallet("unionpay"),
        (_, Some(_)) => return Err(Refusal::UnsupportedAction),
        (_, None) => Draft::get(need(&parsed(given)?, "redirectUrl")?).wallet("unionpay"),
    })
}
