//! Decides what WeChat Pay's responses ask for: v3, v2 (XML, or the JSON made from it), bridge parameters.
//!
//! It does not sign: a bare `prepay_id` is refused, since only the merchant's server holds the key.
//!
//! # Source
//! TheNorthMemory/wechatpay-openapi and wechatpay-apiv3/wechatpay-skills, as section 1.1, 1.2 and 3.4 of the payload
//! reference cite them, read 2026-11-22. The body of a v3 refusal is from memory (D). wechatpay-go `services/payments/jsapi`
//! and `app`, wechatpay-java `PrepayWithRequestPaymentResponse`, WxJava `WxPayAppOrderResult`, read 2026-11-29.

use super::{ADDRESS, Draft, Recogniser, Words, address_on, has, listed, need, text, word};
use crate::action::url::has_scheme;
use crate::action::{Bridge, Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("wechatpay v2", |json| has(inner(json), "return_code"), v2),
    row("wechatpay v3", is_v3, v3),
    row("wechatpay bridge", is_bridge, bridge),
    row("wechatpay app", is_app, |_| Err(Refusal::AppSdkOnly)),
    row("wechatpay refusal", is_refusal, |json| Ok(refused(word(json, "code")))),
    row("wechatpay address", is_address, address),
];

const HOSTS: &str = "wx.tenpay.com";

/// `trade_state` is not in the table of signatures: it is what a v3 query answers with. Two are the names that the fields
/// of the Java library have, which other writers of JSON give them.
const V3: [&str; 7] = ["code_url", "codeUrl", "h5_url", "h5Url", "mweb_url", "prepay_id", "trade_state"];

/// `trade_state`; `CLOSED` says only that it can no longer be paid.
const WORDS: Words = Words {
    succeeded: "SUCCESS|REFUND",
    pending: "NOTPAY|USERPAYING|ACCEPT",
    failed: "PAYERROR",
    canceled: "CLOSED|REVOKED",
    expired: "",
};

/// Refusals that say paid, unclear or not there yet; the longer spellings are v3's.
const UNCLEAR: &str = "ORDERPAID|SYSTEMERROR|SYSTEM_ERROR|ORDERNOTEXIST|ORDER_NOT_EXIST|USERPAYING|BANKERROR";

/// What v3 refuses a creation with.
const REFUSALS: &str = "PARAM_ERROR|SIGN_ERROR|NO_AUTH|INVALID_REQUEST|MCH_NOT_EXISTS|APPID_MCHID_NOT_MATCH|OPENID_MISMATCH|\
OUT_TRADE_NO_USED|ORDER_CLOSED|ORDERCLOSED|TRADE_ERROR|RULE_LIMIT|RULELIMIT|FREQUENCY_LIMITED|NOT_ENOUGH|ACCOUNT_ERROR";

type Read = fn(&Json) -> Result<Draft, Refusal>;

const fn row(name: &'static str, matches: fn(&Json) -> bool, read: Read) -> Recogniser {
    Recogniser { name, hosts: HOSTS, codes: "weixin:", matches, read }
}

/// The libraries give the `prepay_id` beside what they signed with it, for the bridge as for the app.
fn is_v3(json: &Json) -> bool {
    !has(json, "return_code") && !has(json, "paySign") && !is_app(json) && V3.iter().any(|key| has(json, key))
}

fn is_bridge(json: &Json) -> bool {
    (has(json, "paySign") || has(json, "nonceStr") && has(json, "timeStamp")) && !is_app(json)
}

fn is_app(json: &Json) -> bool {
    has(json, "partnerid") || has(json, "partnerId")
}

/// Readers of XML put everything under the name of the root.
fn inner(json: &Json) -> &Json {
    json.get("xml").unwrap_or(json)
}

fn refused(code: &str) -> Draft {
    let status = if listed(UNCLEAR, code) { Standing::Pending } else { Standing::Failed };
    Draft::nothing(status, code).wallet("wechatpay")
}

fn v2(json: &Json) -> Result<Draft, Refusal> {
    let json = inner(json);
    for key in ["return_code", "result_code"] {
        match need(json, key)? {
            "SUCCESS" => {}
            // A call that did not get through has no code of its own.
            "FAIL" => {
                return Ok(refused(Some(word(json, "err_code")).filter(|code| !code.is_empty()).unwrap_or("FAIL")));
            }
            _ => return Err(Refusal::BadType),
        }
    }
    if let Some(end) = WORDS.end(word(json, "trade_state")) {
        return Ok(end.wallet("wechatpay"));
    }
    // A query names the way to pay only once somebody paid.
    if has(json, "trade_state") {
        return Ok(Draft::nothing(Standing::Pending, "").wallet("wechatpay"));
    }
    let draft = match need(json, "trade_type")? {
        "NATIVE" => Draft::qr(Some(need(json, "code_url")?)),
        "MWEB" => Draft::get(need(json, "mweb_url")?),
        "JSAPI" => return Err(Refusal::NeedsSignature),
        "APP" => return Err(Refusal::AppSdkOnly),
        _ => return Err(Refusal::UnsupportedAction),
    };
    Ok(draft.wallet("wechatpay"))
}

fn v3(json: &Json) -> Result<Draft, Refusal> {
    let state = text(json, "trade_state")?;
    if let Some(end) = WORDS.end(state.unwrap_or_default()) {
        return Ok(end.wallet("wechatpay"));
    }
    let page = named(json, &["h5_url", "h5Url", "mweb_url"])?;
    let draft = match (named(json, &["code_url", "codeUrl"])?, page) {
        (Some(code), page) => Draft::qr(Some(code)).fallback(page),
        (None, Some(page)) => Draft::get(page),
        // A word that is not known decides nothing.
        (None, None) if state.is_some() => Draft::nothing(Standing::Pending, ""),
        (None, None) if text(json, "prepay_id")?.is_some() => return Err(Refusal::NeedsSignature),
        (None, None) => return Err(Refusal::MissingField),
    };
    Ok(draft.wallet("wechatpay"))
}

/// `{"code","message"}` with a code of WeChat Pay's: many servers' own faults look like it otherwise.
fn is_refusal(json: &Json) -> bool {
    let code = word(json, "code");
    has(json, "message") && (listed(UNCLEAR, code) || listed(REFUSALS, code))
}

/// The parameters of the page's bridge, or, without `appId`, of the mini program's. Also what aggregators pass on.
pub(super) fn bridge(json: &Json) -> Result<Draft, Refusal> {
    let app = named(json, &["appId", "appid"])?;
    let mut params = Vec::new();
    let bridge = if app.is_some() { Bridge::WechatJsapi } else { Bridge::WechatMini };
    params.extend(app.map(|app| ("appId".to_owned(), app.to_owned())));
    for (key, names) in [
        ("timeStamp", &["timeStamp", "timestamp"][..]),
        ("nonceStr", &["nonceStr"]),
        ("package", &["package", "packageValue", "packageVal"]),
        ("signType", &["signType"]),
        ("paySign", &["paySign"]),
    ] {
        params.push((key.to_owned(), named(json, names)?.ok_or(Refusal::MissingField)?.to_owned()));
    }
    Ok(Draft::inapp(bridge, params).wallet("wechatpay"))
}

/// The text of a member that some libraries call by other names.
fn named<'a>(json: &'a Json, names: &[&str]) -> Result<Option<&'a str>, Refusal> {
    names.iter().find_map(|name| text(json, name).transpose()).transpose()
}

fn is_address(json: &Json) -> bool {
    has_scheme(word(json, ADDRESS), "weixin") || address_on(json, HOSTS)
}

fn address(json: &Json) -> Result<Draft, Refusal> {
    let url = need(json, ADDRESS)?;
    Ok(if has_scheme(url, "weixin") { Draft::qr(Some(url)) } else { Draft::get(url) }.wallet("wechatpay"))
}
