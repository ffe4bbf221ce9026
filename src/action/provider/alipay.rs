//! Decides what the Alipay gateway's responses ask for: v2 and v3 JSON, its form, its address, its order string.
//!
//! It does not verify signatures: the merchant's server did, or must. Antom, today's international product, is apart.
//!
//! # Source
//! go-pay/gopay, jeequan/jeepay and PingPlusPlus/pingpp-js, as section 1.3 of the payload reference cites them, read
//! 2026-11-22. The signatures of gateway v3 are one excerpt's (D).

use super::{
    ADDRESS, Draft, FORM, Recogniser, TEXT, Words, address_on, form, has, listed, need, need_object, text, word,
};
use crate::action::{Bridge, Refusal, Seconds, Standing, text::decode, time, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("alipay v2", |json| wrapped(json).is_some(), v2),
    row("alipay v3", is_v3, |json| paid_or_payable(json, "")),
    row(
        "alipay refusal",
        |json| word(json, "code").starts_with("ACQ.") && has(json, "message"),
        |json| Ok(refused(json)),
    ),
    row("alipay form", is_form, read_form),
    row("alipay address", is_address, address),
    row("alipay order string", |json| has(json, TEXT) && is_method(word(json, "method")), order_string),
];

const HOSTS: &str = "openapi.alipay.com mapi.alipay.com mclient.alipay.com excashier.alipay.com cashier.alipay.com \
unitradeprod.alipay.com intlmapi.alipay.com globalmapi.alipay.com qr.alipay.com ulink.alipay.com render.alipay.com \
?openapi-sandbox.dl.alipaydev.com ?openapi.alipaydev.com";

/// `trade_status`; `TRADE_CLOSED` is closed unpaid, or paid and wholly given back.
const WORDS: Words = Words {
    succeeded: "TRADE_SUCCESS|TRADE_FINISHED",
    pending: "WAIT_BUYER_PAY",
    failed: "",
    canceled: "TRADE_CLOSED",
    expired: "",
};

/// Codes that say paid, unclear or not there yet.
const UNCLEAR: &str = "ACQ.TRADE_HAS_SUCCESS|ACQ.SYSTEM_ERROR|20000|ACQ.TRADE_NOT_EXIST|10003";

type Read = fn(&Json) -> Result<Draft, Refusal>;

const fn row(name: &'static str, matches: fn(&Json) -> bool, read: Read) -> Recogniser {
    Recogniser { name, hosts: HOSTS, codes: "qr.alipay.com", matches, read }
}

/// The call's name and what the gateway answered it, from `alipay_trade_…_response`.
fn wrapped(json: &Json) -> Option<(&str, &Json)> {
    json.members().iter().find_map(|(key, inner)| {
        let call = key.strip_prefix("alipay_trade_").and_then(|key| key.strip_suffix("_response"));
        call.or((key == "error_response").then_some("")).map(|call| (call, inner))
    })
}

fn v2(json: &Json) -> Result<Draft, Refusal> {
    let (call, inner) = wrapped(json).filter(|(_, inner)| inner.is_object()).ok_or(Refusal::BadType)?;
    match need(inner, "code")? {
        "10000" => paid_or_payable(inner, call),
        // That asking failed says nothing of the payment.
        _ if call == "query" => Ok(Draft::nothing(Standing::Pending, code(inner)).wallet("alipay")),
        _ => Ok(refused(inner)),
    }
}

/// The code that says most: one of the unclear ones, else the business code, else the gateway's.
fn code(json: &Json) -> &str {
    let (code, sub_code) = (word(json, "code"), word(json, "sub_code"));
    if sub_code.is_empty() || listed(UNCLEAR, code) && !listed(UNCLEAR, sub_code) { code } else { sub_code }
}

fn refused(json: &Json) -> Draft {
    let code = code(json);
    let status = if listed(UNCLEAR, code) { Standing::Pending } else { Standing::Failed };
    Draft::nothing(status, code).wallet("alipay")
}

fn is_v3(json: &Json) -> bool {
    has(json, "out_trade_no") && (has(json, "qr_code") || has(json, "trade_no")) && !has(json, "respcd")
}

/// What an accepted call gives: how it stands, a code, or a trade number for the bridge. `call` is empty for v3.
fn paid_or_payable(json: &Json, call: &str) -> Result<Draft, Refusal> {
    let status = text(json, "trade_status")?;
    if let Some(end) = WORDS.end(status.unwrap_or_default()) {
        return Ok(end.wallet("alipay"));
    }
    let draft = match (status, text(json, "qr_code")?) {
        (_, Some(code)) => Draft::qr(Some(code)),
        // A word that is not known decides nothing.
        (Some(_), None) => Draft::nothing(Standing::Pending, ""),
        (None, None) if matches!(call, "" | "create") => {
            Draft::inapp_with(Bridge::AlipayJsapi, "tradeNO", need(json, "trade_no")?)
        }
        (None, None) if matches!(call, "close" | "cancel") => Draft::nothing(Standing::Canceled, ""),
        (None, None) if call == "precreate" => return Err(Refusal::MissingField),
        (None, None) => return Err(Refusal::UnsupportedAction),
    };
    Ok(draft.wallet("alipay"))
}

fn is_method(method: &str) -> bool {
    method.starts_with("alipay.trade.")
}

/// The pairs of an address's query that say which call it is.
fn calls(address: &str) -> bool {
    url::query(address).split('&').filter_map(|pair| pair.split_once('=')).any(|(key, value)| match key {
        "method" => is_method(value),
        "service" => value == "create_direct_pay_by_user" || value == "alipay.wap.create.direct.pay.by.user",
        _ => false,
    })
}

fn is_form(json: &Json) -> bool {
    let Some(form) = json.get(FORM) else { return false };
    let action = word(form, "action");
    matches!(word(form, "name"), "punchout_form" | "alipaysubmit")
        || form.at(&["fields", "biz_content"]).is_some()
        || calls(action)
        || url::host(action).is_ok_and(|host| url::Hosts(HOSTS).name(host))
}

fn read_form(json: &Json) -> Result<Draft, Refusal> {
    let sent = need_object(json, FORM)?;
    let expires = match sent.at(&["fields", "biz_content"]).and_then(Json::text) {
        Some(content) => time_expire(content),
        None => expiry(url::query(word(sent, "action"))),
    };
    Ok(form(sent)?.wallet("alipay").expires(expires))
}

fn is_address(json: &Json) -> bool {
    calls(word(json, ADDRESS)) || address_on(json, HOSTS)
}

fn address(json: &Json) -> Result<Draft, Refusal> {
    let address = need(json, ADDRESS)?;
    let code = url::host(address).is_ok_and(|host| host.eq_ignore_ascii_case("qr.alipay.com"));
    let draft = if code { Draft::qr(Some(address)) } else { Draft::get(address) };
    Ok(draft.wallet("alipay").expires(expiry(url::query(address))))
}

fn order_string(json: &Json) -> Result<Draft, Refusal> {
    if word(json, "method") != "alipay.trade.app.pay" {
        return Err(Refusal::UnsupportedAction);
    }
    let _signed = need(json, "sign")?;
    let draft = Draft::inapp_with(Bridge::AlipayJsapi, "orderStr", need(json, TEXT)?);
    Ok(draft.wallet("alipay").expires(time_expire(word(json, "biz_content"))))
}

/// When the order of this query ends, if its `biz_content` says so.
fn expiry(query: &str) -> Option<Seconds> {
    let content = query.split('&').find_map(|pair| pair.strip_prefix("biz_content="))?;
    time_expire(&decode(content))
}

/// `time_expire` of a `biz_content`, in Beijing's time. The relative `timeout_express` states no instant.
fn time_expire(content: &str) -> Option<Seconds> {
    let content = Json::read(content).ok()?;
    time::beijing(word(&content, "time_expire"))
}
