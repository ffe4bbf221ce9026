//! Decides what ChinaUMS's (银联商务's) answers ask for, and its signed addresses.
//!
//! It does not sign them. Public copies agree on the shapes (C); its code host, the wallets of its paths and the codes that
//! decide nothing are from memory (D).
//!
//! # Source
//! Section 1.16 of the payload reference, read 2026-11-22.

use super::aggregator::{ANY_CODE, mini};
use super::{ADDRESS, Draft, Recogniser, Words, address_on, has, listed, need, need_object, wechatpay, word};
use crate::action::{Refusal, Standing, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("chinaums", |json| has(json, "errCode") && (has(json, "miniPayRequest") || has(json, "merOrderId")), reply),
    row("chinaums address", is_address, address),
];

const HOSTS: &str = "api-mop.chinaums.com qr.chinaums.com ?test-api-open.chinaums.com ?qr-test2.chinaums.com";

/// `status`.
const WORDS: Words = Words {
    succeeded: "TRADE_SUCCESS|TRADE_REFUND",
    pending: "NEW_ORDER|WAIT_BUYER_PAY|UNKNOWN",
    failed: "",
    canceled: "TRADE_CLOSED",
    expired: "",
};

/// `errCode`s that decide nothing.
const UNCLEAR: &str = "INTERNAL_ERROR|NO_ORDER";

/// The part of an address's path that says the wallet.
const PATHS: [(&str, &str); 3] =
    [("/netpay/trade/", "alipay"), ("/netpay/wxpay/", "wechatpay"), ("/netpay/uac/", "unionpay")];

const fn row(name: &'static str, matches: fn(&Json) -> bool, read: fn(&Json) -> Result<Draft, Refusal>) -> Recogniser {
    Recogniser { name, hosts: HOSTS, codes: ANY_CODE, matches, read }
}

fn reply(json: &Json) -> Result<Draft, Refusal> {
    let (code, status) = (need(json, "errCode")?, word(json, "status"));
    match (WORDS.end(status), code) {
        (Some(end), "SUCCESS") => Ok(end),
        (None, "SUCCESS") if has(json, "miniPayRequest") => {
            wechatpay::bridge(need_object(json, "miniPayRequest")?).map(mini)
        }
        (None, "SUCCESS") if has(json, "appPayRequest") => Err(Refusal::AppSdkOnly),
        (None, "SUCCESS") => Ok(WORDS.stands(status)),
        (_, code) if listed(UNCLEAR, code) => Ok(Draft::nothing(Standing::Pending, code)),
        (_, code) => Ok(Draft::nothing(Standing::Failed, code)),
    }
}

/// One of its hosts', or, wherever it leads, one with its way of signing.
fn is_address(json: &Json) -> bool {
    let signed = |pair| pair == "authorization=OPEN-FORM-PARAM";
    address_on(json, HOSTS) || url::query(word(json, ADDRESS)).split('&').any(signed)
}

/// The page; one on the host of its codes is a code's text as well.
fn address(json: &Json) -> Result<Draft, Refusal> {
    let address = need(json, ADDRESS)?;
    let code = url::host(address).is_ok_and(|host| host.starts_with("qr"));
    let draft = if code { Draft::qr(Some(address)).fallback(Some(address)) } else { Draft::get(address) };
    let path = address.split('?').next().unwrap_or_default();
    Ok(draft.wallet(PATHS.iter().find(|(part, _)| path.contains(part)).map(|(_, wallet)| *wallet)))
}
