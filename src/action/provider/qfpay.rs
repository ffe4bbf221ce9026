//! Decides what QFPay's answers ask for.
//!
//! It does not say when a code ends: its life is set in the request, and the answer does not repeat it.
//!
//! # Source
//! QFPay's "MPM" and "WeChat JSAPI Payment", as section 1.16 of the payload reference cites the first, read 2026-11-22.

use super::aggregator::{ANY_CODE, wechat};
use super::{Draft, Recogniser, has, listed, need, need_object, word};
use crate::action::{Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "qfpay",
    hosts: "*",
    codes: ANY_CODE,
    matches: |json| has(json, "respcd") && has(json, "syssn"),
    read,
}];

/// `respcd`s that say nothing yet: ask.
const UNCLEAR: &str = "1143|1145";

/// How a `pay_type` begins, by wallet.
const METHODS: [(&str, &str); 5] =
    [("8001", "alipay"), ("8011", "alipay"), ("8015", "alipay"), ("8002", "wechatpay"), ("8007", "unionpay")];

fn read(json: &Json) -> Result<Draft, Refusal> {
    let code = need(json, "respcd")?;
    let draft = match code {
        "0000" if has(json, "pay_params") => wechat(need_object(json, "pay_params")?)?,
        "0000" => Draft::qr(Some(need(json, "qrcode")?)),
        _ if listed(UNCLEAR, code) => Draft::nothing(Standing::Pending, code),
        _ => Draft::nothing(Standing::Failed, code),
    };
    let method = word(json, "pay_type");
    Ok(match METHODS.iter().find(|(start, _)| method.starts_with(start)) {
        Some((_, wallet)) => draft.wallet(*wallet),
        None => draft,
    })
}
