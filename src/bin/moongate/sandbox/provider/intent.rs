//! Decides what the providers that answer with a "next action" say: Stripe, Adyen, Antom, Airwallex, Hyperswitch.
//!
//! It does not choose the flow. The shapes are those of the payload reference, sections 1.7 to 1.12.

use super::wallet::{join, wechat_bridge};
use super::{Ask, normalised, picture};
use crate::sandbox::clock::{beijing_offset, rfc3339};
use crate::sandbox::dice::{ALNUM, DIGITS, HEX};
use moongate::checkout::method::Flow;
use serde_json::{Value, json};

/// The raw answer; `None` for another provider.
pub(super) fn raw(ask: &Ask<'_>) -> Option<Value> {
    match ask.payment.terms.provider.as_str() {
        "stripe" => Some(stripe(ask)),
        "adyen" => Some(adyen(ask)),
        "antom" => Some(antom(ask)),
        "airwallex" => Some(airwallex(ask)),
        "hyperswitch" => Some(hyperswitch(ask)),
        _ => None,
    }
}

fn stripe(ask: &Ask<'_>) -> Value {
    let back = &ask.payment.wish.return_url;
    let (kind, step) = match (ask.flow(), ask.method()) {
        (Flow::Qr, _) => (
            "wechat_pay_display_qr_code",
            json!({ "data": ask.code(), "image_data_url": picture::data_url(&ask.code()),
                    "hosted_instructions_url": ask.page() }),
        ),
        (_, "alipay") => (
            "alipay_handle_redirect",
            json!({ "url": ask.page(), "return_url": back, "native_data": null, "native_url": null }),
        ),
        _ => ("redirect_to_url", json!({ "url": ask.page(), "return_url": back })),
    };
    let kinds = match ask.method() {
        "wechatpay" => "wechat_pay",
        other => other,
    };
    json!({
        "id": format!("pi_{}", ask.tokens.draw("intent", ALNUM, 24)), "object": "payment_intent",
        "amount": ask.payment.amount, "currency": ask.payment.currency.to_lowercase(), "status": "requires_action",
        "payment_method_types": [kinds], "next_action": { "type": kind, kind: step },
    })
}

fn adyen(ask: &Ask<'_>) -> Value {
    let expires = rfc3339(ask.told(ask.payment.expires()));
    let kind = match (ask.method(), ask.flow()) {
        ("wechatpay", Flow::Qr) => "wechatpayQR",
        ("wechatpay", Flow::InApp) => "wechatpaySDK",
        ("wechatpay", _) => "wechatpayWeb",
        (method, _) => method,
    };
    let (result, action) = match ask.flow() {
        Flow::Qr => (
            "PresentToShopper",
            json!({ "type": "qrCode", "qrCodeData": ask.code(), "expiresAt": expires,
                    "paymentData": ask.tokens.draw("data", ALNUM, 22) }),
        ),
        Flow::InApp => ("RedirectShopper", json!({ "type": "sdk", "sdkData": wechat_bridge(ask) })),
        Flow::Deeplink | Flow::Redirect => {
            ("RedirectShopper", json!({ "type": "redirect", "method": "GET", "url": ask.page() }))
        }
    };
    let mut answer = json!({
        "pspReference": ask.tokens.draw("psp", b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16), "resultCode": result,
        "merchantReference": ask.tokens.reference(), "action": action,
    });
    if let Some(action) = answer.get_mut("action") {
        join(action, &json!({ "paymentMethodType": kind }));
    }
    answer
}

fn antom(ask: &Ask<'_>) -> Value {
    let mut answer = json!({
        "result": { "resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U", "resultMessage": "payment in process" },
        "paymentRequestId": ask.tokens.reference(), "paymentId": ask.tokens.draw("payment", DIGITS, 32),
        "paymentAmount": { "currency": ask.payment.currency, "value": ask.payment.amount.to_string() },
        "paymentCreateTime": beijing_offset(ask.told(ask.payment.issued)),
    });
    let step = match ask.flow() {
        Flow::Qr => json!({ "orderCodeForm": antom_code(ask) }),
        Flow::Deeplink => json!({ "normalUrl": ask.page(), "applinkUrl": normalised::app_link(ask),
                                  "appIdentifier": "com.eg.android.AlipayGphone" }),
        Flow::InApp | Flow::Redirect => json!({ "normalUrl": ask.page() }),
    };
    join(&mut answer, &step);
    answer
}

fn antom_code(ask: &Ask<'_>) -> Value {
    json!({
        "paymentMethodType": "ALIPAY_CN", "expireTime": beijing_offset(ask.told(ask.payment.expires())),
        "codeDetails": [{ "codeValueType": "QRCODE", "displayType": "TEXT", "codeValue": ask.code() }],
    })
}

fn airwallex(ask: &Ask<'_>) -> Value {
    let step = match (ask.flow(), ask.method()) {
        (Flow::Qr, "wechatpay") => {
            let code = format!("weixin://wxpay/s/{}", ask.tokens.pr());
            json!({ "type": "render_qrcode", "qrcode": code, "qrcode_url": code })
        }
        (Flow::Qr, _) => json!({ "type": "render_qrcode", "qrcode": ask.tokens.bare_code(), "url": ask.page() }),
        (Flow::Deeplink, _) => json!({
            "type": "redirect", "method": "GET", "url": ask.page(),
            "data": { "scheme_url": normalised::app_link(ask), "package_name": "com.eg.android.AlipayGphone" },
        }),
        _ => json!({ "type": "redirect", "method": "GET", "url": ask.page() }),
    };
    json!({
        "id": format!("int_{}", ask.tokens.draw("intent", b"abcdefghijklmnopqrstuvwxyz0123456789", 18)),
        "request_id": ask.payment.wish.attempt, "amount": major(ask), "currency": ask.payment.currency,
        "merchant_order_id": ask.payment.wish.order, "status": "REQUIRES_CUSTOMER_ACTION", "next_action": step,
    })
}

/// Airwallex writes sums in the main unit, as a number.
fn major(ask: &Ask<'_>) -> Value {
    ask.decimal().parse::<f64>().map_or(Value::Null, Value::from)
}

fn hyperswitch(ask: &Ask<'_>) -> Value {
    let step = match ask.flow() {
        Flow::Qr => json!({
            "type": "qr_code_information", "image_data_url": picture::data_url(&ask.code()), "raw_qr_data": ask.code(),
            "display_to_timestamp": ask.told(ask.payment.expires()), "qr_code_url": null, "display_text": null,
            "border_color": null,
        }),
        Flow::InApp | Flow::Deeplink | Flow::Redirect => {
            json!({ "type": "redirect_to_url", "redirect_to_url": ask.page() })
        }
    };
    let kind = match ask.method() {
        "wechatpay" => "we_chat_pay",
        "alipay" => "ali_pay",
        other => other,
    };
    let id = format!("pay_{}", ask.tokens.draw("payment", HEX, 20));
    json!({
        "payment_id": id, "merchant_id": "merchant_demo", "status": "requires_customer_action",
        "amount": ask.payment.amount, "currency": ask.payment.currency, "client_secret": format!("{id}_secret_demo"),
        "payment_method": "wallet", "payment_method_type": kind, "next_action": step,
    })
}
