//! Decides what Ping++'s charges ask for, channel by channel.
//!
//! It does not do banks' channels or instalments. Which hosts its bare addresses lie on is not documented: the wallets'
//! and its own (D).
//!
//! # Source
//! PingPlusPlus/pingpp-js `src/channels`, as section 1.11 of the payload reference cites it, read 2026-11-22.

use super::aggregator::{ANY_CODE, epoch, mini, wallet_of};
use super::{Draft, Recogniser, fields, has, need, need_object, text, wechatpay, word};
use crate::action::{Bridge, Refusal, Standing, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "pingpp",
    hosts: "wx.tenpay.com mapi.alipay.com openapi.alipay.com mclient.alipay.com intlmapi.alipay.com \
globalmapi.alipay.com ?openapi.alipaydev.com gateway.95516.com ?gateway.test.95516.com api-mop.chinaums.com *.pingxx.com",
    codes: ANY_CODE,
    matches: |json| word(json, "object") == "charge" && has(json, "channel") && has(json, "credential"),
    read,
}];

/// Where Alipay's fields go unless `channel_url` says otherwise.
const ALIPAY: &str = "https://mapi.alipay.com/gateway.do";
/// Where UnionPay's fields go.
const UNIONPAY: &str = "https://gateway.95516.com/gateway/api/frontTransReq.do";

fn read(json: &Json) -> Result<Draft, Refusal> {
    let channel = need(json, "channel")?;
    let draft = match (json.get("paid").map(Json::flag), text(json, "failure_code")?) {
        (Some(None), _) => return Err(Refusal::BadType),
        (Some(Some(true)), _) => Draft::nothing(Standing::Succeeded, ""),
        (_, Some(code)) => Draft::nothing(Standing::Failed, "").code(code),
        _ => action(channel, need_object(json, "credential")?)?.expires(epoch(json, "time_expire", 1)?),
    };
    Ok(draft.wallet(channel.split('_').find_map(wallet_of)))
}

fn action(channel: &str, credential: &Json) -> Result<Draft, Refusal> {
    let given = || credential.get(channel).ok_or(Refusal::MissingField);
    match channel {
        "wx_pub" | "cb_wx_pub" | "wx_pub_pab" => wechatpay::bridge(given()?),
        "wx_lite" => wechatpay::bridge(given()?).map(mini),
        "wx_pub_qr" | "cb_wx_pub_qr" => Ok(Draft::qr(Some(need(credential, channel)?))),
        "alipay_wap" | "alipay_pc_direct" => alipay(given()?),
        "alipay" => Ok(Draft::inapp_with(Bridge::AlipayJsapi, "orderStr", need(given()?, "orderInfo")?)),
        "alipay_qr" if given()?.is_object() => trade(need(given()?, "transaction_no")?),
        "alipay_qr" => Ok(Draft::qr(Some(need(credential, channel)?))),
        "alipay_lite" => trade(need(credential, channel)?),
        "upacp_wap" | "upacp_pc" => Ok(Draft::post(UNIONPAY, fields(given()?)?)),
        "wx" | "upacp" => Err(Refusal::AppSdkOnly),
        "wx_wap" | "isv_wap" | "paypal" => page(credential, channel),
        _ if channel.starts_with("chinaums_") => page(credential, channel),
        _ => Err(Refusal::UnsupportedAction),
    }
}

/// A page's address, bare or in an object.
fn page(credential: &Json, channel: &str) -> Result<Draft, Refusal> {
    let within = credential.get(channel).filter(|given| given.is_object());
    Ok(Draft::get(within.map_or_else(|| need(credential, channel), |given| need(given, "url"))?))
}

fn trade(number: &str) -> Result<Draft, Refusal> {
    Ok(Draft::inapp_with(Bridge::AlipayJsapi, "tradeNO", number))
}

/// Alipay's page with the fields as its query, in the order given. Its two old services need the character set said.
fn alipay(given: &Json) -> Result<Draft, Refusal> {
    let mut sent = fields(given)?;
    let page = text(given, "channel_url")?.unwrap_or(ALIPAY);
    sent.retain(|(name, _)| name != "channel_url");
    let old = matches!(word(given, "service"), "create_direct_pay_by_user" | "alipay.wap.create.direct.pay.by.user");
    if old && !has(given, "_input_charset") {
        sent.push(("_input_charset".to_owned(), "utf-8".to_owned()));
    }
    Ok(Draft::get(&url::with_query(page, &sent)))
}
