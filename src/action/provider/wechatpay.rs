//! Decides what WeChat Pay's responses ask for: v3, v2 (XML, or the JSON made from it), bridge parameters.
//!
//! It does not sign: a bare `prepay_id` is refused, since only the merchant's server holds the key.
//!
//! # Source
//! TheNorthMemory/wechatpay-openapi and wechatpay-apiv3/wechatpay-skills, as section 1.1, 1.2 and 3.4 of the payload
//! reference cite them, read 2026-11-22. The body of a v3 refusal is from memory (D).

use super::{ADDRESS, Draft, Recogniser, Words, address_on, has, listed, need, text, word};
use crate::action::url::has_scheme;
use crate::action::{Bridge, Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("wechatpay v2", |json| has(inner(json), "return_code"), v2),
    row("wechatpay v3", |json| !has(json, "return_code") && V3.iter().any(|key| has(json, key)), v3),
    row("wechatpay bridge", |json| has(json, "paySign") || has(json, "nonceStr") && has(json, "timeStamp"), bridge),
    row("wechatpay app", |json| has(json, "partnerid") || has(json, "partnerId"), |_| Err(Refusal::AppSdkOnly)),
    row("wechatpay refusal", is_refusal, |json| Ok(refused(word(json, "code")))),
    row("wechatpay address", is_address, address),
];

const HOSTS: &str = "wx.tenpay.com";

/// `trade_state` is not in the table of signatures: it is what a v3 query answers with.
const V3: [&str; 5] = ["code_url", "h5_url", "mweb_url", "prepay_id", "trade_state"];

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
    let draft = match need(json, "trade_type")? {
        _ if has(json, "trade_state") => Draft::nothing(Standing::Pending, ""),
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
    let page = match text(json, "h5_url")? {
        None => text(json, "mweb_url")?,
        page => page,
    };
    let draft = match (text(json, "code_url")?, page) {
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
    let app = named(json, "appId", "appid")?;
    let mut params = Vec::new();
    let bridge = if app.is_some() { Bridge::WechatJsapi } else { Bridge::WechatMini };
    params.extend(app.map(|app| ("appId".to_owned(), app.to_owned())));
    for (key, alias) in [
        ("timeStamp", "timestamp"),
        ("nonceStr", "nonceStr"),
        ("package", "packageValue"),
        ("signType", "signType"),
        ("paySign", "paySign"),
    ] {
        params.push((key.to_owned(), named(json, key, alias)?.ok_or(Refusal::MissingField)?.to_owned()));
    }
    Ok(Draft::inapp(bridge, params).wallet("wechatpay"))
}

/// The text of a member that some libraries call by another name.
fn named<'a>(json: &'a Json, key: &str, alias: &str) -> Result<Option<&'a str>, Refusal> {
    match text(json, key)? {
        None => text(json, alias),
        found => Ok(found),
    }
}

fn is_address(json: &Json) -> bool {
    has_scheme(word(json, ADDRESS), "weixin") || address_on(json, HOSTS)
}

fn address(json: &Json) -> Result<Draft, Refusal> {
    let url = need(json, ADDRESS)?;
    Ok(if has_scheme(url, "weixin") { Draft::qr(Some(url)) } else { Draft::get(url) }.wallet("wechatpay"))
}
