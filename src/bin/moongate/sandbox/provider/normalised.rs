//! Decides how a merchant's server that normalises by itself answers: the contract's own form of an action.
//!
//! It leaves `provider` and absent optional keys out, as the contract allows, so that reading those is tried too.

use super::Ask;
use super::wallet::{join, wechat_bridge};
use crate::sandbox::clock::rfc3339;
use moongate::checkout::method::Flow;
use serde_json::{Value, json};

/// The action of the payment's flow; a page to pay on for whatever has no other.
pub(super) fn raw(ask: &Ask<'_>) -> Value {
    let mut action = match (ask.method(), ask.flow()) {
        (_, Flow::Qr) => json!({ "type": "qr", "payload": ask.code(), "fallback": ask.page() }),
        ("wechatpay", Flow::InApp) => inapp("wechat_jsapi", &wechat_bridge(ask)),
        ("alipay", Flow::InApp) => inapp("alipay_jsapi", &json!({ "tradeNO": ask.tokens.trade_no() })),
        ("unionpay", Flow::InApp) => inapp("unionpay_upsdk", &json!({ "tn": ask.tokens.tn() })),
        ("alipay", Flow::Deeplink) => json!({ "type": "deeplink", "url": app_link(ask), "fallback": ask.page() }),
        ("unionpay", Flow::Redirect) => form(ask),
        _ => json!({ "type": "redirect", "url": ask.page(), "method": "GET" }),
    };
    if matches!(ask.method(), "alipay" | "wechatpay" | "unionpay" | "hebao") {
        join(&mut action, &json!({ "wallet": ask.method() }));
    }
    join(&mut action, &json!({ "expires": rfc3339(ask.told(ask.payment.expires())) }));
    action
}

fn inapp(bridge: &str, params: &Value) -> Value {
    json!({ "type": "inapp", "bridge": bridge, "params": params })
}

fn form(ask: &Ask<'_>) -> Value {
    let fields = super::wallet::unionpay_fields(ask);
    let fields: serde_json::Map<_, _> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let url = format!("{}/sandbox/unionpay/frontTransReq.do", ask.place.origin);
    json!({ "type": "redirect", "url": url, "method": "POST", "fields": fields })
}

/// An app link: an address that an installed app would take over, and that shows a page where there is none. The real
/// wallets' own schemes lead out of the sandbox, which test mode does not allow.
pub(super) fn app_link(ask: &Ask<'_>) -> String {
    format!("{}&app=1", ask.page())
}
