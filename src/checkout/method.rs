//! Decides what is known of each wallet: the catalog, one row a wallet, and what a merchant may say about a method.
//!
//! It does not decide what a shopper sees: [`super::offer`] does, from these rows.

pub mod catalog;
mod version;

pub use version::Version;

use super::environment::{App, Environment};
use super::money::{Currency, Fee};
use std::fmt;
use std::rc::Rc;

/// The id of a method: one of the four wallets', or the merchant's own of 1 to 32 `a-z 0-9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MethodId(Rc<str>);

impl MethodId {
    /// The id as given, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        ((1..=32).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// The id as text, for example `wechatpay`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The wallet that this id names, unless the method is the merchant's own.
    pub fn wallet(&self) -> Option<Wallet> {
        Wallet::ALL.into_iter().find(|wallet| wallet.id() == self.as_str())
    }
}

impl fmt::Display for MethodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Wallet> for MethodId {
    fn from(wallet: Wallet) -> Self {
        Self(wallet.id().into())
    }
}

/// A wallet of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wallet {
    /// Alipay 支付宝.
    Alipay,
    /// WeChat Pay 微信支付.
    Wechatpay,
    /// UnionPay 云闪付.
    Unionpay,
    /// China Mobile's wallet 和包.
    Hebao,
}

impl Wallet {
    /// The four, in the order they are shown unless the merchant says otherwise.
    pub const ALL: [Self; 4] = [Self::Alipay, Self::Wechatpay, Self::Unionpay, Self::Hebao];

    /// Its method id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Alipay => "alipay",
            Self::Wechatpay => "wechatpay",
            Self::Unionpay => "unionpay",
            Self::Hebao => "hebao",
        }
    }
}

/// How a method can be paid here; the words of `flows` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A call to the wallet's bridge in its own app.
    InApp,
    /// A code that another device scans.
    Qr,
    /// An app link or scheme.
    Deeplink,
    /// A page of the wallet, by GET or by a form.
    Redirect,
}

impl Flow {
    /// Its word on the wire: `inapp`, `qr`, `deeplink` or `redirect`.
    pub fn word(self) -> &'static str {
        match self {
            Self::InApp => "inapp",
            Self::Qr => "qr",
            Self::Deeplink => "deeplink",
            Self::Redirect => "redirect",
        }
    }
}

/// A method as the merchant described it.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Its id.
    pub id: MethodId,
    /// Shown instead of the catalog's name; always there for the merchant's own methods.
    pub label: Option<String>,
    /// Shown instead of the line under the name.
    pub description: Option<String>,
    /// The merchant's licensed picture, https or a raster `data:` image.
    pub icon: Option<String>,
    /// What paying this way costs on top; `None` if the merchant said nothing.
    pub fee: Option<Fee>,
    /// Smallest sum, in the order's minor units.
    pub min: Option<u64>,
    /// Largest sum, in the order's minor units.
    pub max: Option<u64>,
    /// The only currencies it takes; empty for any.
    pub currencies: Vec<Currency>,
    /// The only countries it is offered in, ISO 3166 codes; empty for any.
    pub countries: Vec<String>,
    /// Per app, the lowest version it works in, or `None` where it does not work at all.
    pub apps: Vec<(App, Option<Version>)>,
    /// The share of shoppers who see it, in ten-thousandths; 10 000 is everybody.
    pub rollout: u32,
    /// Whether to ask the shopper about it after the outcome.
    pub feedback: bool,
    /// Further methods whose apps read its code.
    pub scannable_by: Vec<MethodId>,
}

impl Method {
    /// The wallet as the catalog has it, with nothing said by the merchant.
    pub fn plain(id: MethodId) -> Self {
        Self {
            id,
            label: None,
            description: None,
            icon: None,
            fee: None,
            min: None,
            max: None,
            currencies: Vec::new(),
            countries: Vec::new(),
            apps: Vec::new(),
            rollout: 10_000,
            feedback: false,
            scannable_by: Vec::new(),
        }
    }
}

/// What a wallet can do in an environment: one cell of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It works: the flows, best first, and the line under its name.
    Works(Vec<Flow>, Hint),
    /// It can't work in this app, but does in a browser: shown quietly with the way out.
    OpenBrowser,
}

/// The line under a method's name: what will happen here. Each is a key of [`crate::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// 用微信扫码: scan with the wallet's app.
    Scan,
    /// 扫码，或登录付款: scan, or pay on its page.
    ScanOrPage,
    /// 在微信里直接付款: paid right here, in the wallet's own app.
    Here,
    /// 打开支付宝付款: opens the app on this phone.
    OpensApp,
    /// 银联，支持各家银行 App.
    BankApps,
    /// 中国移动: opens its page.
    Page,
    /// The merchant's own method, without a description.
    Plain,
    /// 请在浏览器打开: works in a browser, not in this app.
    Browser,
}

impl Hint {
    /// Its word in `offer` output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::ScanOrPage => "scan_or_page",
            Self::Here => "here",
            Self::OpensApp => "opens_app",
            Self::BankApps => "bank_apps",
            Self::Page => "page",
            Self::Plain => "plain",
            Self::Browser => "open_in_browser",
        }
    }
}

/// What this wallet can do here: the first row of the [`catalog`] that is about this wallet, device and app.
pub fn placement(wallet: Wallet, environment: &Environment) -> Placement {
    match catalog::CATALOG.iter().find(|row| row.holds(wallet, environment)) {
        Some(row) if !row.flows.is_empty() => Placement::Works(row.flows.to_vec(), row.hint),
        _ => Placement::OpenBrowser,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchants_own_method_has_a_short_plain_id() {
        let longest = "m".repeat(32);
        for right in ["gift-card", "gift_card", "card2", "x", &longest] {
            assert_eq!(MethodId::parse(right).as_ref().map(MethodId::as_str), Some(right));
        }
        for wrong in ["", "Gift", "gift card", "gift/card", "gift.card", "卡", &"m".repeat(33)] {
            assert_eq!(MethodId::parse(wrong), None, "{wrong}");
        }
    }
}
