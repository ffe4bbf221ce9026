//! Decides what the responses of China Mobile's 和包 ask for.
//!
//! It does not know the newer open platform. What is here is old, and every public copy agrees (C, the spelling of the
//! session's key D): ask China Mobile for the current document before promising 和包.
//!
//! # Source
//! Section 1.5 of the payload reference, read 2026-11-22.

use super::{ADDRESS, Draft, FORM, Recogniser, Words, address_on, form, has, need, need_object, text, word};
use crate::action::{Method, Refusal, Standing, Step, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("hebao", |json| has(json, "returnCode") && has(json, "hmac"), reply),
    row("hebao form", is_form, |json| Ok(form(need_object(json, FORM)?)?.wallet("hebao"))),
    row("hebao address", |json| address_on(json, HOSTS), |json| Ok(Draft::get(need(json, ADDRESS)?).wallet("hebao"))),
];

/// Its own examples say `http`, which is upgraded.
const HOSTS: &str = "ipos.10086.cn p.10086.cn http";

/// `ordSts` of a query.
const WORDS: Words =
    Words { succeeded: "支付完成", pending: "等待付款", failed: "", canceled: "订单关闭", expired: "" };

type Read = fn(&Json) -> Result<Draft, Refusal>;

const fn row(name: &'static str, matches: fn(&Json) -> bool, read: Read) -> Recogniser {
    Recogniser { name, hosts: HOSTS, codes: HOSTS, matches, read }
}

fn reply(json: &Json) -> Result<Draft, Refusal> {
    let draft = match (need(json, "returnCode")?, text(json, "ordSts")?) {
        ("000000", Some(word)) => Draft::nothing(WORDS.standing(word).unwrap_or(Standing::Pending), ""),
        ("000000", None) => page(need(json, "payUrl")?, word(json, "type"))?,
        (code, Some(_)) | (code @ "CPS01134", None) => Draft::nothing(Standing::Pending, code),
        (code, None) => Draft::nothing(Standing::Failed, code),
    };
    Ok(draft.wallet("hebao"))
}

/// The page whose address 和包's own demo draws as a code (D).
const CODE: &str = "https://p.10086.cn/info/wap/qrcodepay/downloadclient.html?SESSIONID=";

/// The page that `payUrl`'s private list names: pairs divided by `<hi:$$>`, key and value by the first `<hi:=>`.
fn page(list: &str, kind: &str) -> Result<Draft, Refusal> {
    let member = |name: &str| {
        let pair = |pair: &&str| pair.split_once("<hi:=>").is_some_and(|(key, _)| key == name);
        list.split("<hi:$$>").find(pair).and_then(|pair| pair.split_once("<hi:=>")).map(|(_, value)| value)
    };
    let session = member("sessionId").or_else(|| member("tokenId"));
    match (kind, session) {
        ("CloudQuickPay", _) => return Err(Refusal::UnsupportedAction),
        ("CASDirectPayConfirm", session) => {
            return Ok(Draft::qr(Some(&[CODE, session.ok_or(Refusal::MissingField)?].concat())));
        }
        _ => {}
    }
    let mut url = member("url").filter(|url| !url.is_empty()).ok_or(Refusal::MissingField)?.to_owned();
    if let Some(session) = session {
        url.push_str(if url.contains('?') { "&SESSIONID=" } else { "?SESSIONID=" });
        url.push_str(session);
    }
    let method = match member("method").unwrap_or("GET") {
        "GET" | "get" => Method::Get,
        "POST" | "post" => Method::Post,
        _ => return Err(Refusal::Malformed),
    };
    Ok(Draft::new(Step::Redirect { url, method, fields: Vec::new() }))
}

fn is_form(json: &Json) -> bool {
    let action = json.get(FORM).map_or("", |form| word(form, "action"));
    url::host(&url::upgraded(action)).is_ok_and(|host| url::Hosts(HOSTS).name(host))
}
