//! Decides what the providers that answer with a charge or an order say: Ping++, Checkout.com, Omise, Jeepay, Xendit,
//! `QFPay` and `ChinaUMS`.
//!
//! It does not choose the flow. The shapes are those of the payload reference, sections 1.11 and 1.13 to 1.16.

use super::wallet::{alipay_form, wechat_bridge};
use super::{Ask, picture};
use crate::sandbox::clock::{beijing_text, rfc3339};
use crate::sandbox::dice::{ALNUM, DIGITS, LOWER};
use moongate::checkout::method::Flow;
use serde_json::{Value, json};

/// The raw answer; `None` where the merchant's server must normalise by itself, or for another provider.
pub(super) fn raw(ask: &Ask<'_>) -> Option<Value> {
    match ask.payment.terms.provider.as_str() {
        "pingpp" => Some(pingpp(ask)),
        "checkout" => Some(checkout(ask)),
        "omise" => Some(omise(ask)),
        "jeepay" => Some(jeepay(ask)),
        "xendit" => Some(xendit(ask)),
        "qfpay" if ask.flow() == Flow::Qr => Some(qfpay(ask)),
        // Its pages have no response at all: the merchant's server redirects to an address that it signed itself.
        "chinaums" if ask.flow() == Flow::InApp => Some(chinaums(ask)),
        _ => None,
    }
}

/// Ping++'s own `upacp` channels post to UnionPay's live host, wherever they run; the sandbox's pages are reached by
/// the channel whose credential is an address.
fn pingpp(ask: &Ask<'_>) -> Value {
    let phone = ask.payment.wish.device == "phone";
    let (channel, credential) = match (ask.method(), ask.flow()) {
        ("wechatpay", Flow::Qr) => ("wx_pub_qr", json!(ask.code())),
        ("wechatpay", Flow::InApp) => ("wx_pub", wechat_bridge(ask)),
        ("wechatpay", _) => ("wx_wap", json!({ "url": ask.page() })),
        ("alipay", Flow::Qr) => ("alipay_qr", json!(ask.code())),
        ("alipay", Flow::InApp) => ("alipay_lite", json!(ask.tokens.trade_no())),
        ("alipay", _) => (if phone { "alipay_wap" } else { "alipay_pc_direct" }, pingpp_alipay(ask)),
        _ => ("isv_wap", json!({ "url": ask.page() })),
    };
    json!({
        "id": format!("ch_{}", ask.tokens.draw("charge", ALNUM, 24)), "object": "charge",
        "created": ask.told(ask.payment.created) / 1_000, "livemode": true, "paid": false, "refunded": false,
        "app": format!("app_{}", ask.tokens.draw("app", ALNUM, 16)), "channel": channel,
        "order_no": ask.tokens.reference(), "client_ip": "127.0.0.1", "amount": ask.payment.amount,
        "amount_settle": ask.payment.amount, "currency": ask.payment.currency.to_lowercase(), "subject": "demo",
        "body": "demo", "extra": {}, "time_paid": null, "time_expire": ask.told(ask.payment.expires()) / 1_000,
        "transaction_no": null, "failure_code": null, "failure_msg": null, "metadata": {},
        "credential": { "object": "credential", channel: credential }, "description": null,
    })
}

fn pingpp_alipay(ask: &Ask<'_>) -> Value {
    json!({
        "channel_url": format!("{}/sandbox/alipay/gateway.do", ask.place.origin), "service": "create_direct_pay_by_user",
        "_input_charset": "utf-8", "out_trade_no": ask.tokens.reference(), "total_fee": ask.decimal(),
        "return_url": ask.payment.wish.return_url, "sign": ask.tokens.signature(), "sign_type": "RSA",
    })
}

fn checkout(ask: &Ask<'_>) -> Value {
    let mut link = json!({ "href": ask.page() });
    if ask.flow() == Flow::Qr {
        let code = json!({ "qr_code": { "text": ask.code(), "image": picture::base64(&ask.code()) } });
        super::wallet::join(&mut link, &code);
    }
    json!({
        "id": format!("pay_{}", ask.tokens.draw("payment", LOWER, 26)), "status": "Pending",
        "reference": ask.tokens.reference(), "amount": ask.payment.amount, "currency": ask.payment.currency,
        "source": { "type": if ask.method() == "alipay" { "alipay_cn" } else { ask.method() } },
        "_links": { "redirect": link },
    })
}

fn omise(ask: &Ask<'_>) -> Value {
    let qr = ask.flow() == Flow::Qr;
    let kind = match (ask.method(), qr) {
        ("wechatpay", true) => "wechat_pay_mpm",
        ("wechatpay", false) => "wechat_pay",
        ("alipay", true) => "alipayplus_mpm",
        ("alipay", false) => "alipay_cn",
        (other, _) => other,
    };
    let picture = json!({ "object": "barcode", "type": "qr",
        "image": { "object": "document", "download_uri": picture::data_url(&ask.code()) } });
    let uri = if qr { Value::Null } else { json!(ask.page()) };
    json!({
        "object": "charge", "id": format!("chrg_test_{}", ask.tokens.draw("charge", LOWER, 19)), "livemode": false,
        "status": "pending", "amount": ask.payment.amount, "currency": ask.payment.currency, "paid": false,
        "authorized": false, "authorize_uri": uri, "return_uri": ask.payment.wish.return_url, "failure_code": null,
        "failure_message": null, "expires_at": rfc3339(ask.told(ask.payment.expires())),
        "source": {
            "object": "source", "id": format!("src_test_{}", ask.tokens.draw("source", LOWER, 19)), "type": kind,
            "flow": if qr { "offline" } else { "redirect" }, "amount": ask.payment.amount,
            "currency": ask.payment.currency, "scannable_code": if qr { picture } else { Value::Null },
            "references": null,
        },
    })
}

fn jeepay(ask: &Ask<'_>) -> Value {
    let (kind, data) = match (ask.method(), ask.flow()) {
        (_, Flow::Qr) => ("codeUrl", ask.code()),
        ("wechatpay", Flow::InApp) => ("wxapp", wechat_bridge(ask).to_string()),
        ("alipay", Flow::InApp) => ("aliapp", json!({ "alipayTradeNo": ask.tokens.trade_no() }).to_string()),
        ("alipay", _) => ("form", alipay_form(ask)),
        _ => ("payurl", ask.page()),
    };
    json!({
        "code": 0, "msg": "SUCCESS", "sign": ask.tokens.draw("sign", b"0123456789ABCDEF", 32),
        "data": {
            "payOrderId": format!("P{}", ask.tokens.draw("order", DIGITS, 20)), "mchOrderNo": ask.tokens.reference(),
            "orderState": 1, "payDataType": kind, "payData": data,
        },
    })
}

fn xendit(ask: &Ask<'_>) -> Value {
    let step = match ask.flow() {
        Flow::Qr => json!({ "type": "PRESENT_TO_CUSTOMER", "descriptor": "QR_STRING", "value": ask.code() }),
        Flow::InApp | Flow::Deeplink | Flow::Redirect => {
            json!({ "type": "REDIRECT_CUSTOMER", "descriptor": "WEB_URL", "value": ask.page() })
        }
    };
    json!({
        "payment_request_id": format!("pr-{}", ask.tokens.draw("request", LOWER, 24)), "status": "REQUIRES_ACTION",
        "reference_id": ask.tokens.reference(), "channel_code": ask.method().to_uppercase(),
        "request_amount": ask.payment.amount, "currency": ask.payment.currency, "actions": [step],
    })
}

fn qfpay(ask: &Ask<'_>) -> Value {
    let kind = match ask.method() {
        "alipay" => "800101",
        "wechatpay" => "800201",
        _ => "800701",
    };
    json!({
        "respcd": "0000", "resperr": "success", "respmsg": "", "pay_type": kind, "qrcode": ask.code(),
        "syssn": format!("{}{}", ask.tokens.draw("syssn", DIGITS, 16), "01"), "out_trade_no": ask.tokens.reference(),
        "txamt": ask.payment.amount.to_string(), "txcurrcd": ask.payment.currency,
        "txdtm": beijing_text(ask.told(ask.payment.issued)),
    })
}

fn chinaums(ask: &Ask<'_>) -> Value {
    json!({
        "errCode": "SUCCESS", "errMsg": "", "merOrderId": ask.tokens.reference(), "status": "WAIT_BUYER_PAY",
        "totalAmount": ask.payment.amount, "miniPayRequest": wechat_bridge(ask),
    })
}
