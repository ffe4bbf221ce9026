//! Decides what the text of a code is, who made it, and which wallets' apps read it.
//!
//! It does not draw it, and does not say more of it than is known: an order's code is named with its own wallet alone.

use super::emv::{self, Emv};
use super::text::{cut, decode_all};
use super::{Refusal, Trust, url};
use crate::checkout::method::Wallet;

/// Longest text of a code, in bytes: what a symbol that a phone still reads can hold.
const MAX_CODE: usize = 2048;

/// What a code's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One order of WeChat Pay.
    Wechat,
    /// A person's or shop's standing code of WeChat Pay.
    WechatStanding,
    /// One order of Alipay.
    Alipay,
    /// A person's or shop's standing code of Alipay.
    AlipayStanding,
    /// An order or entry code of Alipay+.
    AlipayPlus,
    /// A code of UnionPay's.
    Unionpay,
    /// An EMV text that UnionPay's apps read.
    EmvUnionpay,
    /// An EMV text that names WeChat Pay, as Singapore's do.
    EmvWechat,
    /// An EMV text that has both in it.
    EmvBoth,
    /// Any other EMV text.
    Emv,
    /// A page, which picks the wallet itself.
    Page,
}

/// Which of the four wallets' apps read what, beside the merchant's word.
///
/// # Source
/// Section 2.3 of the payload reference, read 2026-11-22. 云闪付 reads WeChat's collection codes since 2021-09-30 in
/// provincial capitals and since June 2024 everywhere (China UnionPay's statements), Alipay's since 2021-12 (Caixin).
/// Nobody says so of an order's code, and reports of WeChat and Alipay reading UnionPay's contradict: left out.
const READERS: [(Kind, &[Wallet]); 8] = [
    (Kind::Wechat, &[Wallet::Wechatpay]),
    (Kind::WechatStanding, &[Wallet::Wechatpay, Wallet::Unionpay]),
    (Kind::Alipay, &[Wallet::Alipay]),
    (Kind::AlipayStanding, &[Wallet::Alipay, Wallet::Unionpay]),
    (Kind::Unionpay, &[Wallet::Unionpay]),
    (Kind::EmvUnionpay, &[Wallet::Unionpay]),
    (Kind::EmvWechat, &[Wallet::Wechatpay]),
    (Kind::EmvBoth, &[Wallet::Unionpay, Wallet::Wechatpay]),
];

/// What this text is, if it is one of a code we know.
pub fn kind(text: &str) -> Option<Kind> {
    match url::scheme(text).to_ascii_lowercase().as_str() {
        _ if text.starts_with(emv::START) => Some(emv_kind(&Emv::read(text)?)),
        _ if is_bare(text) => Some(Kind::AlipayPlus),
        "weixin" => Some(Kind::Wechat),
        "wxp" => Some(Kind::WechatStanding),
        "https" => page_kind(text),
        _ => None,
    }
}

fn page_kind(text: &str) -> Option<Kind> {
    let path = text.splitn(4, '/').nth(3).unwrap_or_default();
    Some(match url::host(text).ok()?.to_ascii_lowercase().as_str() {
        "qr.alipay.com" if is_collection(path) => Kind::AlipayStanding,
        "qr.alipay.com" => Kind::Alipay,
        "qr.95516.com" => Kind::Unionpay,
        "global.alipay.com" if path.starts_with("28") => Kind::AlipayPlus,
        _ => Kind::Page,
    })
}

/// Whether a part of this path of `qr.alipay.com` is a standing code, however it is spelled.
fn is_collection(path: &str) -> bool {
    let path = decode_all(path).to_ascii_lowercase();
    path.split(['/', '\\']).any(|part| part.starts_with("fkx") || part.starts_with("tsx"))
}

fn emv_kind(emv: &Emv<'_>) -> Kind {
    let wechat = emv.networks().any(|network| network.eq_ignore_ascii_case("COM.QQ.WEIXIN.PAY"));
    match (emv.has_unionpay(), wechat) {
        (true, true) => Kind::EmvBoth,
        (true, false) => Kind::EmvUnionpay,
        (false, true) => Kind::EmvWechat,
        (false, false) => Kind::Emv,
    }
}

/// A bare code of Alipay+: `28` and more letters and digits.
fn is_bare(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.starts_with("28") && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The methods whose apps read a code, none twice, with spaces between: those of the table and those of `methods`, where
/// the method that the code is shown for stands first and after it those that the merchant adds (`scannableBy`).
///
/// The method that it is shown for comes first; a code that is another wallet's is that one's, whatever it is shown for.
/// Nobody where neither the text nor the merchant says anything: it is the method's own, then.
pub fn read_by(text: Option<&str>, methods: &str) -> String {
    let kind = text.and_then(kind);
    let known = || READERS.iter().filter(|(known, _)| Some(*known) == kind).flat_map(|(_, readers)| *readers);
    let known = || known().map(|wallet| wallet.id());
    let (own, more) = methods.split_once(' ').unwrap_or((methods, ""));
    let adds = || more.split_whitespace();
    let all = || known().chain(adds());
    let first = known().next().is_none() && !more.is_empty() || all().any(|method| method == own);
    let mut readers = Vec::new();
    for method in first.then_some(own).into_iter().chain(all()) {
        if !readers.contains(&method) {
            readers.push(method);
        }
    }
    readers.join(" ")
}

/// Whether it is a personal or standing collection code, which pays anything to whoever made it.
pub fn collects(text: &str) -> bool {
    match kind(text) {
        Some(Kind::WechatStanding | Kind::AlipayStanding) => true,
        Some(Kind::Emv | Kind::EmvUnionpay | Kind::EmvWechat | Kind::EmvBoth) => {
            Emv::read(text).is_none_or(|emv| emv.is_standing())
        }
        _ => false,
    }
}

/// Whether an address leads to such a code: itself, or as what an app link or a page is given to open.
pub(super) fn leads_to_collection(address: &str) -> bool {
    let inner = decode_all(address).to_ascii_lowercase();
    // Without the `/` after it, since a port may stand between.
    let named = cut(&inner, "qr.alipay.com").is_some_and(|(_, path)| is_collection(path));
    collects(address) || named || cut(&inner, "wxp://").is_some()
}

/// The wallet that an address or a code's text is for, as the payload reference's section 0 says.
pub(super) fn wallet(text: &str) -> Option<&'static str> {
    match kind(text) {
        Some(Kind::Wechat | Kind::WechatStanding) => Some("wechatpay"),
        Some(Kind::Alipay | Kind::AlipayStanding) => Some("alipay"),
        Some(Kind::AlipayPlus) => Some("alipay_plus"),
        Some(Kind::Unionpay) => Some("unionpay"),
        _ => match url::scheme(text) {
            "alipays" | "alipay" | "alipayqr" => Some("alipay"),
            "alipayhk" => Some("alipay_hk"),
            "upwrp" | "uppaywallet" => Some("unionpay"),
            "cmpay" => Some("hebao"),
            _ => None,
        },
    }
}

/// Checks a code's text against what this provider's codes say: a list divided by spaces, of schemes (`weixin:`), hosts,
/// `[28]` for bare Alipay+ codes, `[emv]` for EMV, `*` for any https page.
///
/// # Errors
/// [`Refusal::Malformed`] for a wrong EMV text, [`Refusal::UntrustedHost`], [`Refusal::UnsafeUrl`] for anything else that
/// is not on the list, [`Refusal::TooLarge`].
pub(super) fn fits(text: &str, codes: &str, trust: &Trust) -> Result<(), Refusal> {
    let codes = url::Hosts(codes);
    if text.starts_with(emv::START) && codes.says("[emv]") {
        Emv::read(text).ok_or(Refusal::Malformed)?;
    } else if url::has_scheme(text, "https") {
        let host = url::host(text)?;
        let any = codes.says("*") && url::ordinary(host);
        if !codes.name(host) && !any && !trust.names(host) {
            return Err(Refusal::UntrustedHost(host.to_owned()));
        }
    } else {
        url::app(text)?;
        let scheme = [&url::scheme(text).to_ascii_lowercase(), ":"].concat();
        if !(codes.says(&scheme) || codes.says("[28]") && is_bare(text)) {
            return Err(Refusal::UnsafeUrl);
        }
    }
    if text.len() > MAX_CODE { Err(Refusal::TooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMV: &str = "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412";

    #[test]
    fn a_code_is_told_by_its_text() {
        for (text, known, collection) in [
            ("weixin://wxpay/bizpayurl?pr=a", Some(Kind::Wechat), false),
            ("wxp://f2f0abc", Some(Kind::WechatStanding), true),
            ("https://qr.alipay.com/bax1", Some(Kind::Alipay), false),
            ("HTTPS://QR.ALIPAY.COM/FKX1", Some(Kind::AlipayStanding), true),
            ("https://qr.alipay.com:443//%66kx1", Some(Kind::AlipayStanding), true),
            ("https://qr.alipay.com/tsx1", Some(Kind::AlipayStanding), true),
            ("https://qr.alipay.com/%66kx1?%FF", Some(Kind::AlipayStanding), true),
            ("https://qr.95516.com/00010001/6", Some(Kind::Unionpay), false),
            ("https://global.alipay.com/281002", Some(Kind::AlipayPlus), false),
            ("281002040092exAmPLe0000", Some(Kind::AlipayPlus), false),
            ("https://pay.example/", Some(Kind::Page), false),
            (EMV, Some(Kind::EmvUnionpay), false),
            ("00020199", None, false),
            ("28", None, false),
            ("hello", None, false),
            ("", None, false),
        ] {
            assert_eq!((kind(text), collects(text)), (known, collection), "{text}");
        }
    }

    #[test]
    fn an_orders_code_is_read_by_its_own_wallet_and_those_the_merchant_adds() {
        let both = "0002010102121531260003442600034477729005811004827210017COM.QQ.WEIXIN.PAY5303344";
        let both = emv::signed(both);
        for (text, own, more, readers) in [
            (Some("weixin://wxpay/bizpayurl?pr=a"), "wechatpay", "", "wechatpay"),
            (Some("weixin://wxpay/bizpayurl?pr=a"), "wechatpay", "unionpay wechatpay", "wechatpay unionpay"),
            (Some("weixin://wxpay/bizpayurl?pr=a"), "unionpay", "", "wechatpay"),
            (Some("weixin://wxpay/bizpayurl?pr=a"), "unionpay", "unionpay", "unionpay wechatpay"),
            (Some("wxp://f2f0abc"), "wechatpay", "", "wechatpay unionpay"),
            (Some("https://qr.alipay.com/fkx1"), "unionpay", "", "unionpay alipay"),
            (Some(EMV), "sgqr", "paynow", "unionpay paynow"),
            (Some(both.as_str()), "wechatpay", "", "wechatpay unionpay"),
            (Some("281002040092exAmPLe0000"), "alipay", "", ""),
            (Some("https://pay.example/"), "hebao", "my-bank", "hebao my-bank"),
            (None, "alipay", "", ""),
        ] {
            let methods = [own, more].join(" ");
            assert_eq!(read_by(text, methods.trim_end()), readers, "{text:?} {methods}");
        }
    }

    #[test]
    fn a_providers_codes_are_its_own() {
        let trust = Trust::default();
        let own = |text: &str| fits(text, "weixin: [28] [emv] qr.alipay.com", &trust);
        for right in
            ["weixin://wxpay/x", "WEIXIN://wxpay/x", "https://qr.alipay.com/bax1", "281002040092exAmPLe0000", EMV]
        {
            assert_eq!(own(right), Ok(()), "{right}");
        }
        for (wrong, refusal) in [
            ("wxp://f2f0", Refusal::UnsafeUrl),
            ("javascript:alert(1)", Refusal::UnsafeUrl),
            ("http://qr.alipay.com/bax1", Refusal::UnsafeUrl),
            ("https://qr.alipay.com@evil.example/", Refusal::UnsafeUrl),
            ("https://qr.alipay.com.evil.example/", Refusal::UntrustedHost("qr.alipay.com.evil.example".to_owned())),
            ("00020101", Refusal::Malformed),
            ("weixin://a b", Refusal::UnsafeUrl),
            ("weixin://wx\"pay/x", Refusal::UnsafeUrl),
            ("https://28/", Refusal::UntrustedHost("28".to_owned())),
            ("", Refusal::UnsafeUrl),
            (":", Refusal::UnsafeUrl),
        ] {
            assert_eq!(own(wrong), Err(refusal), "{wrong}");
        }
        assert_eq!(fits(EMV, "weixin:", &trust), Err(Refusal::UnsafeUrl));
        assert_eq!(fits("https://pay.example/", "*", &trust), Ok(()));
        for disguised in ["127.0.0.1", "xn--80ak6aa92e.com"] {
            let refusal = Refusal::UntrustedHost(disguised.to_owned());
            assert_eq!(fits(&["https://", disguised].concat(), "*", &trust), Err(refusal));
        }
        let trust = Trust { hosts: vec!["pay.example".to_owned()], ..Trust::default() };
        assert_eq!(fits("https://PAY.example/", "weixin:", &trust), Ok(()));
        assert_eq!(fits(&["weixin://", &"a".repeat(2048)].concat(), "weixin:", &trust), Err(Refusal::TooLarge));
    }
}
