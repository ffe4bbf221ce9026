//! Decides what each wallet's own API answers to a creation, field by field.
//!
//! It does not choose the flow. The shapes are those of the payload reference; every address is the sandbox's own.

use super::{Ask, return_address};
use crate::escape::{escaped, percent};
use crate::sandbox::clock::{beijing_digits, beijing_text};
use crate::sandbox::dice::{ALNUM, DIGITS};
use moongate::checkout::method::Flow;
use serde_json::{Value, json};

/// An application of nobody's; the id has the form of a real one.
const WECHAT_APP: &str = "wx7c1e5a90b3d4f682";
const ALIPAY_APP: &str = "2021004100112233";
const UNIONPAY_MERCHANT: &str = "777290058110097";

/// The raw answer; `None` for a method that is not one of the four wallets, or a flow its API does not have.
pub(super) fn raw(ask: &Ask<'_>) -> Option<Value> {
    match (ask.method(), ask.flow()) {
        ("wechatpay", Flow::Qr) => Some(json!({ "code_url": ask.code() })),
        ("wechatpay", Flow::Redirect) => Some(json!({ "h5_url": ask.page() })),
        ("wechatpay", Flow::InApp) => Some(wechat_bridge(ask)),
        ("alipay", Flow::Qr) => Some(alipay("precreate", ask, &json!({ "qr_code": ask.code() }))),
        ("alipay", Flow::Redirect) => Some(alipay_form(ask).into()),
        ("alipay", Flow::InApp) => Some(alipay("create", ask, &json!({ "trade_no": ask.tokens.trade_no() }))),
        ("unionpay", Flow::Qr) => Some(unionpay(ask, "07", &json!({ "qrCode": ask.code() }))),
        ("unionpay", Flow::Redirect) => Some(unionpay_form(ask).into()),
        ("unionpay", Flow::InApp) => Some(unionpay(ask, "01", &json!({ "tn": ask.tokens.tn() }))),
        ("hebao", Flow::Redirect) => Some(hebao(ask)),
        _ => None,
    }
}

/// WeChat's six bridge parameters, signed by the merchant's server: all text.
pub(super) fn wechat_bridge(ask: &Ask<'_>) -> Value {
    json!({
        "appId": WECHAT_APP,
        "timeStamp": (ask.told(ask.payment.issued) / 1_000).to_string(),
        "nonceStr": ask.tokens.draw("nonce", ALNUM, 32),
        "package": format!("prepay_id={}", ask.tokens.prepay_id()),
        "signType": "RSA",
        "paySign": ask.tokens.signature(),
    })
}

fn alipay(call: &str, ask: &Ask<'_>, more: &Value) -> Value {
    let mut inner = json!({ "code": "10000", "msg": "Success", "out_trade_no": ask.tokens.reference() });
    join(&mut inner, more);
    json!({ format!("alipay_trade_{call}_response"): inner, "sign": ask.tokens.signature() })
}

/// Adds the members of `more` to an object.
pub(super) fn join(object: &mut Value, more: &Value) {
    if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
        object.extend(more.clone());
    }
}

/// What Alipay's `pageExecute` returns: a form that a browser posts. Its address holds a raw `&notify_url` on purpose:
/// the real one does, and a decoder that takes `&not` for an entity breaks the signature.
pub(super) fn alipay_form(ask: &Ask<'_>) -> String {
    let (call, product) = match ask.payment.wish.device.as_str() {
        "phone" => ("wap", "QUICK_WAP_WAY"),
        _ => ("page", "FAST_INSTANT_TRADE_PAY"),
    };
    let content = json!({
        "out_trade_no": ask.tokens.reference(), "total_amount": ask.decimal(), "subject": ask.payment.wish.order,
        "product_code": product, "time_expire": beijing_text(ask.told(ask.payment.expires())),
    });
    let timestamp = percent(&beijing_text(ask.told(ask.payment.issued))).replace("%20", "+");
    format!(
        "<form name=\"punchout_form\" method=\"post\" action=\"{}/sandbox/alipay/gateway.do?charset=utf-8\
         &method=alipay.trade.{call}.pay&sign={}&return_url={}&notify_url={}&version=1.0&app_id={ALIPAY_APP}\
         &sign_type=RSA2&timestamp={timestamp}&alipay_sdk=alipay-sdk-java-4.39.0&format=json\">\n\
         <input type=\"hidden\" name=\"biz_content\" value=\"{}\">\n\
         <input type=\"submit\" value=\"立即支付\" style=\"display:none\" >\n</form>\n\
         <script>document.forms[0].submit();</script>",
        ask.place.origin,
        percent(&ask.tokens.signature()),
        percent(&ask.payment.wish.return_url),
        percent(&ask.notify()),
        escaped(&content.to_string()),
    )
}

fn unionpay(ask: &Ask<'_>, subtype: &str, more: &Value) -> Value {
    let mut answer = json!({
        "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "txnType": "01", "txnSubType": subtype,
        "bizType": if subtype == "07" { "000000" } else { "000201" }, "accessType": "0", "merId": UNIONPAY_MERCHANT,
        "orderId": ask.tokens.reference(), "txnTime": beijing_digits(ask.told(ask.payment.issued)),
        "respCode": "00", "respMsg": "成功[0000000]",
    });
    join(&mut answer, more);
    join(&mut answer, &json!({ "signature": ask.tokens.signature() }));
    answer
}

/// The fields of UnionPay's gateway form. The wallet returns by a form POST, so `frontUrl` is the merchant's server.
pub(super) fn unionpay_fields(ask: &Ask<'_>) -> Vec<(&'static str, String)> {
    let channel = if ask.payment.wish.device == "phone" { "08" } else { "07" };
    vec![
        ("version", "5.1.0".to_owned()),
        ("encoding", "UTF-8".to_owned()),
        ("certId", "68759663125".to_owned()),
        ("signMethod", "01".to_owned()),
        ("txnType", "01".to_owned()),
        ("txnSubType", "01".to_owned()),
        ("bizType", "000201".to_owned()),
        ("channelType", channel.to_owned()),
        ("accessType", "0".to_owned()),
        ("merId", UNIONPAY_MERCHANT.to_owned()),
        ("orderId", ask.tokens.reference()),
        ("txnTime", beijing_digits(ask.told(ask.payment.issued))),
        ("payTimeout", beijing_digits(ask.told(ask.payment.expires()))),
        ("txnAmt", ask.payment.amount.to_string()),
        ("currencyCode", numeric_currency(&ask.payment.currency).to_owned()),
        ("frontUrl", return_address(ask.payment, &ask.place.origin)),
        ("backUrl", ask.notify()),
        ("signature", ask.tokens.signature()),
    ]
}

fn unionpay_form(ask: &Ask<'_>) -> String {
    let field = |(name, value): &(&str, String)| {
        format!("<input type=\"hidden\" name=\"{name}\" id=\"{name}\" value=\"{}\"/>", escaped(value))
    };
    let fields: String = unionpay_fields(ask).iter().map(field).collect();
    format!(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"/></head><body>\
         <form id = \"pay_form\" action=\"{}/sandbox/unionpay/frontTransReq.do\" method=\"post\">{fields}</form></body>\
         <script type=\"text/javascript\">document.all.pay_form.submit();</script></html>",
        ask.place.origin
    )
}

/// ISO 4217's number, for the currencies UnionPay settles most; `000` for the rest, which it would refuse.
fn numeric_currency(code: &str) -> &'static str {
    match code {
        "CNY" => "156",
        "HKD" => "344",
        "MOP" => "446",
        "JPY" => "392",
        "SGD" => "702",
        "THB" => "764",
        "USD" => "840",
        "EUR" => "978",
        _ => "000",
    }
}

fn hebao(ask: &Ask<'_>) -> Value {
    let page = format!("{}/sandbox/hebao/index.xhtml", ask.place.origin);
    let call = if ask.payment.wish.device == "phone" { "WAPDirectPayConfirm" } else { "DirectPayConfirm" };
    json!({
        "merchantId": "888009900000123", "requestId": ask.tokens.reference(), "signType": "MD5", "type": call,
        "version": "2.0.0", "returnCode": "000000", "message": "SUCCESS",
        "payUrl": format!("url<hi:=>{page}<hi:$$>method<hi:=>POST<hi:$$>sessionId<hi:=>{}", ask.tokens.hebao_session()),
        "hmac": ask.tokens.draw("hmac", b"0123456789abcdef", 32),
    })
}

/// What the wallet's API answers when it refuses to create, with this code.
pub(super) fn refusal(ask: &Ask<'_>, code: &str) -> Value {
    match ask.method() {
        "wechatpay" => json!({
            "return_code": "SUCCESS", "return_msg": "OK", "appid": WECHAT_APP, "mch_id": "1612345678",
            "nonce_str": ask.tokens.draw("nonce", ALNUM, 16), "sign": ask.tokens.draw("sign", b"0123456789ABCDEF", 32),
            "result_code": "FAIL", "err_code": code, "err_code_des": "模拟的拒绝",
        }),
        "unionpay" => {
            let mut answer = unionpay(ask, "07", &json!({ "respCode": code, "respMsg": "模拟的拒绝" }));
            join(&mut answer, &json!({ "traceNo": ask.tokens.draw("trace", DIGITS, 6) }));
            answer
        }
        "hebao" => json!({
            "merchantId": "888009900000123", "requestId": ask.tokens.reference(), "signType": "MD5", "version": "2.0.0",
            "returnCode": code, "message": "模拟的拒绝", "payUrl": "", "hmac": ask.tokens.draw("hmac", DIGITS, 32),
        }),
        "alipay" if code.bytes().all(|b| b.is_ascii_digit()) => {
            json!({ "alipay_trade_precreate_response": { "code": code, "msg": "Service Currently Unavailable" },
                    "sign": ask.tokens.signature() })
        }
        "alipay" => json!({
            "alipay_trade_precreate_response":
                { "code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": "模拟的拒绝" },
            "sign": ask.tokens.signature(),
        }),
        _ => json!({ "type": "none", "status": "failed", "code": code }),
    }
}
