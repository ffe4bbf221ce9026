//! Decides whose raw response a creation is answered with, by which flow, and how long its code lives.
//!
//! It does not decide whether a payment may begin ([`super::ledger`]). Each shape is in a file below.

mod charge;
mod intent;
mod normalised;
mod picture;
mod token;
mod wallet;

use super::clock::Millis;
use super::payment::{Payment, Terms};
use crate::escape::percent;
use moongate::checkout::method::Flow;
use moongate::checkout::money::{Amount, Currency};
use serde_json::{Value, json};
pub(super) use token::{Tokens, named_in};

const MINUTE: Millis = 60_000;

/// Who answers in whose name; `PUT /sandbox/provider` sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// `wallet`, `normalised` or a name of [`PROVIDERS`].
    pub(super) provider: String,
    /// The flow to answer with where the provider has it, whatever the request prefers.
    pub(super) flow: Option<Flow>,
    /// A creation answers with the raw response alone.
    pub(super) bare: bool,
    /// The provider refuses to create, with this code.
    pub(super) refuse: Option<String>,
}

impl Default for Setting {
    fn default() -> Self {
        Self { provider: "wallet".to_owned(), flow: None, bare: false, refuse: None }
    }
}

impl Setting {
    /// As the control tells it.
    pub(super) fn to_json(&self) -> Value {
        json!({ "provider": self.provider, "flow": self.flow.map(Flow::word), "bare": self.bare, "refuse": self.refuse })
    }
}

/// Everything a creation can be answered in.
pub(crate) const PROVIDERS: [&str; 14] = [
    "wallet",
    "normalised",
    "stripe",
    "adyen",
    "antom",
    "airwallex",
    "pingpp",
    "hyperswitch",
    "checkout",
    "omise",
    "jeepay",
    "xendit",
    "qfpay",
    "chinaums",
];

/// Where the asking page sees the sandbox, and how wrong the server's clock is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// For example `http://127.0.0.1:8080`, without a path.
    pub(super) origin: String,
    /// Added to each time that is told.
    pub(super) skew: Millis,
}

/// What an answer is made from.
#[derive(Clone, Copy, Debug)]
struct Ask<'a> {
    payment: &'a Payment,
    place: &'a Place,
    tokens: Tokens<'a>,
}

impl Ask<'_> {
    fn method(&self) -> &str {
        &self.payment.wish.method
    }

    fn flow(&self) -> Flow {
        self.payment.terms.flow
    }

    fn told(&self, time: Millis) -> Millis {
        time.saturating_add(self.place.skew)
    }

    /// The sum in the currency's main unit, as text: `128.00`.
    fn decimal(&self) -> String {
        let amount = Currency::parse(&self.payment.currency).and_then(|c| Amount::new(self.payment.amount, c).ok());
        amount.map(|amount| amount.decimal()).unwrap_or_default()
    }

    /// The text of the code that the method's wallet scans.
    fn code(&self) -> String {
        match self.method() {
            "wechatpay" => format!("weixin://wxpay/bizpayurl?pr={}", self.tokens.pr()),
            "alipay" => format!("https://qr.alipay.com/{}", self.tokens.bax()),
            _ => format!("https://qr.95516.com/00010001/{}", self.tokens.unionpay_code()),
        }
    }

    /// The page that is opened by GET: the simulated wallet's, on the sandbox's own origin.
    fn page(&self) -> String {
        let origin = &self.place.origin;
        if self.method() == "wechatpay" && self.payment.terms.provider == "wallet" {
            let (prepay, package) = (self.tokens.prepay_id(), self.tokens.draw("package", super::dice::DIGITS, 10));
            return format!("{origin}/sandbox/wechatpay/checkmweb?prepay_id={prepay}&package={package}");
        }
        format!("{origin}/sandbox/wallet?code={}&page=1", percent(&self.tokens.reference()))
    }

    /// Where a provider would send its signed notification.
    fn notify(&self) -> String {
        format!("{}/sandbox/notify/{}", self.place.origin, self.payment.id)
    }
}

/// The terms of a new payment: the first flow of the request's that the provider has for the method.
pub(super) fn terms(setting: &Setting, method: &str, flows: &[Flow], lifetime: Option<Millis>) -> Terms {
    let has = flows_of(&setting.provider, method);
    let wanted = setting.flow.iter().chain(flows).find(|flow| has.contains(flow));
    let flow = wanted.or(has.first()).copied().unwrap_or(Flow::Redirect);
    Terms {
        provider: setting.provider.clone(),
        flow,
        refuse: setting.refuse.clone(),
        lifetime: lifetime.unwrap_or(usual_lifetime(method, flow)),
    }
}

/// How long the wallet's own codes and pages live.
///
/// # Source
/// `research/provider-payloads.md` 1.1 and 1.3, read 2026-11-22; half an hour where it says nothing.
fn usual_lifetime(method: &str, flow: Flow) -> Millis {
    match (method, flow) {
        ("wechatpay", Flow::Redirect) => 5 * MINUTE,
        ("wechatpay", _) | ("alipay", Flow::Qr) => 120 * MINUTE,
        _ => 30 * MINUTE,
    }
}

/// What a provider has for a method; the first counts where the request names none of them.
pub(super) fn flows_of(provider: &str, method: &str) -> &'static [Flow] {
    use Flow::{Deeplink, InApp, Qr, Redirect};
    match (provider, method) {
        ("wallet" | "jeepay" | "pingpp" | "normalised", "wechatpay") | ("wallet" | "jeepay" | "pingpp", "alipay") => {
            &[Qr, InApp, Redirect]
        }
        ("wallet" | "normalised", "unionpay") => &[Redirect, InApp, Qr],
        ("normalised", "alipay") => &[Qr, InApp, Deeplink, Redirect],
        ("adyen", "wechatpay") => &[Qr, InApp, Redirect],
        ("stripe" | "airwallex" | "hyperswitch" | "checkout" | "omise" | "xendit", "wechatpay")
        | ("hyperswitch" | "checkout" | "omise" | "xendit", "alipay")
        | ("jeepay", "unionpay") => &[Qr, Redirect],
        ("antom" | "airwallex", "alipay") => &[Qr, Deeplink, Redirect],
        ("qfpay", "wechatpay" | "alipay" | "unionpay") => &[Qr],
        ("chinaums", "wechatpay") => &[InApp, Redirect],
        _ => &[Redirect],
    }
}

/// The raw response to a payment's creation, the same each time it is told.
pub(super) fn raw(payment: &Payment, place: &Place) -> Value {
    let ask = Ask { payment, place, tokens: Tokens::of(payment) };
    if let Some(code) = &payment.terms.refuse {
        return wallet::refusal(&ask, code);
    }
    let raw = match payment.terms.provider.as_str() {
        "wallet" => wallet::raw(&ask),
        "normalised" => None,
        "stripe" | "adyen" | "antom" | "airwallex" | "hyperswitch" => intent::raw(&ask),
        _ => charge::raw(&ask),
    };
    raw.unwrap_or_else(|| normalised::raw(&ask))
}

/// The normalised form of a page to pay on, for a browser that runs no script: address, method and fields.
pub(super) fn page_to_pay(payment: &Payment, place: &Place) -> (String, Vec<(&'static str, String)>) {
    let ask = Ask { payment, place, tokens: Tokens::of(payment) };
    match (ask.method(), payment.terms.provider.as_str()) {
        ("unionpay", "wallet") => {
            (format!("{}/sandbox/unionpay/frontTransReq.do", place.origin), wallet::unionpay_fields(&ask))
        }
        _ => (ask.page(), Vec::new()),
    }
}

/// The text of a payment's code, for the merchant's own page that shows it.
pub(super) fn code(payment: &Payment, place: &Place) -> String {
    Ask { payment, place, tokens: Tokens::of(payment) }.code()
}

/// Where a provider that returns by a form posts to: the merchant's server, which leads on to the shop's page.
pub(super) fn return_address(payment: &Payment, origin: &str) -> String {
    format!("{origin}/sandbox/return/{}", payment.wish.attempt)
}
