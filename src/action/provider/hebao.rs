//! Decides what the responses of China Mobile's 和包 ask for.
//!
//! It does not know the newer open platform. What is here is old, and every public copy agrees (C, the spelling of the
//! session's key D): ask China Mobile for the current document before promising 和包.
//!
//! # Source
//! Section 1.5 of the payload reference, read 2026-11-22.

use super::{ADDRESS, Draft, FORM, Recogniser, Words, address_on, form, has, need, need_object, text, word};
use crate::action::text::cut;
use crate::action::{Refusal, Standing, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("hebao", |json| has(json, "returnCode") && has(json, "hmac"), reply),
    row("hebao form", is_form, |json| Ok(form(need_object(json, FORM)?)?.wallet("hebao"))),
    row("hebao address", |json| address_on(json, HOSTS), |json| Ok(Draft::get(need(json, ADDRESS)?).wallet("hebao"))),
];

/// Its own examples say `http`, which is upgraded.
const HOSTS: &str = "ipos.10086.cn p.10086.cn [http]";

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

/// The page that `payUrl`'s private list names.
fn page(list: &str, kind: &str) -> Result<Draft, Refusal> {
    let session = member(list, "sessionId").or_else(|| member(list, "tokenId"));
    match kind {
        "CloudQuickPay" => return Err(Refusal::UnsupportedAction),
        "CASDirectPayConfirm" => return Ok(Draft::qr(Some(&[CODE, session.ok_or(Refusal::MissingField)?].concat()))),
        _ => {}
    }
    let mut url = member(list, "url").ok_or(Refusal::MissingField)?.to_owned();
    if let Some(session) = session {
        url.push_str(if url.contains('?') { "&SESSIONID=" } else { "?SESSIONID=" });
        url.push_str(session);
    }
    let posts = member(list, "method").unwrap_or("GET");
    match () {
        () if posts.eq_ignore_ascii_case("POST") => Ok(Draft::post(&url, Vec::new())),
        () if posts.eq_ignore_ascii_case("GET") => Ok(Draft::get(&url)),
        () => Err(Refusal::Malformed),
    }
}

/// A value of the list: pairs divided by `<hi:$$>`, key and value by the first `<hi:=>`, since a value may hold `=`.
fn member<'a>(mut list: &'a str, name: &str) -> Option<&'a str> {
    while !list.is_empty() {
        let (pair, rest) = cut(list, "<hi:$$>").unwrap_or((list, ""));
        match cut(pair, "<hi:=>") {
            Some((key, value)) if key == name && !value.is_empty() => return Some(value),
            _ => list = rest,
        }
    }
    None
}

fn is_form(json: &Json) -> bool {
    let action = json.get(FORM).map_or("", |form| word(form, "action"));
    url::host(&url::upgraded(action)).is_ok_and(|host| url::Hosts(HOSTS).name(host))
}
