//! Judges an accepted action with another reader of addresses, the `url` crate: the rules browsers go by.
//!
//! Every list in it is written down a second time, apart from the library's.

use moongate::action::{Action, Seconds, Step, Trust};
use url::{Host, Url};

/// Hosts that the wallets' own documents name.
pub const OWN_HOSTS: [&str; 22] = [
    "wx.tenpay.com",
    "openapi.alipay.com",
    "mapi.alipay.com",
    "mclient.alipay.com",
    "excashier.alipay.com",
    "cashier.alipay.com",
    "unitradeprod.alipay.com",
    "intlmapi.alipay.com",
    "globalmapi.alipay.com",
    "qr.alipay.com",
    "ulink.alipay.com",
    "render.alipay.com",
    "openapi-sandbox.dl.alipaydev.com",
    "openapi.alipaydev.com",
    "gateway.95516.com",
    "cashier.95516.com",
    "mcashier.95516.com",
    "appcashier.95516.com",
    "qr.95516.com",
    "gateway.test.95516.com",
    "ipos.10086.cn",
    "p.10086.cn",
];

/// The domains that aggregators' pages lie on, beside [`OWN_HOSTS`]; `*` where any may be named by the merchant.
const DOMAINS: [(&str, &[&str]); 12] = [
    ("stripe", &[".stripe.com"]),
    ("adyen", &[".adyen.com"]),
    ("antom", &["*"]),
    ("airwallex", &[".airwallex.com"]),
    ("pingpp", &[".pingxx.com", "api-mop.chinaums.com"]),
    ("hyperswitch", &["api.hyperswitch.io", "sandbox.hyperswitch.io"]),
    ("checkout", &[".checkout.com"]),
    ("omise", &["pay.omise.co", "api.omise.co"]),
    ("jeepay", &["*"]),
    ("xendit", &["*"]),
    ("qfpay", &["*"]),
    ("chinaums", &["api-mop.chinaums.com", "qr.chinaums.com", "test-api-open.chinaums.com", "qr-test2.chinaums.com"]),
];

/// Schemes that open a wallet's app.
const SCHEMES: [&str; 8] = ["alipays", "alipay", "alipayqr", "alipayhk", "weixin", "upwrp", "uppaywallet", "cmpay"];

/// The wallets' Android packages.
const PACKAGES: [&str; 5] =
    ["com.eg.android.AlipayGphone", "com.tencent.mm", "com.unionpay", "hk.alipay.wallet", "com.cmcc.hebao"];

/// The pages that an action opens.
pub fn pages(action: &Action) -> Vec<&String> {
    match &action.step {
        Step::Redirect { url, .. } => vec![url],
        Step::Qr { fallback, .. } => fallback.iter().collect(),
        Step::Deeplink { url, fallback } => {
            let page = Some(url).filter(|url| url.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")));
            page.into_iter().chain(fallback).collect()
        }
        Step::InApp { .. } | Step::Nothing { .. } => Vec::new(),
    }
}

/// Panics if what an accepted action leads to is not what it should be.
pub fn judge(action: &Action, now: Seconds, trust: &Trust) {
    assert!(action.expires.is_none_or(|expires| expires > now), "over already: {action:?}");
    for page in pages(action) {
        match &trust.test_origin {
            Some(origin) => assert_eq!(&plain(page).origin().ascii_serialization(), origin, "{page}"),
            None => own(page, action, trust),
        }
        assert!(page.chars().count() <= 8192, "{page}");
    }
    match &action.step {
        Step::Deeplink { url, .. } if !pages(action).contains(&url) => link(url, trust),
        Step::Qr { payload, image, .. } => {
            assert!(payload.is_some() || image.is_some(), "nothing to show: {action:?}");
            payload.iter().for_each(|payload| code(payload, trust));
            image.iter().for_each(|image| picture(image, trust));
        }
        Step::Redirect { fields, .. } | Step::InApp { params: fields, .. } => {
            assert!(fields.len() <= 64, "{} fields", fields.len());
            assert!(fields.iter().all(|(name, value)| name.len() <= 16_384 && value.len() <= 16_384), "a long field");
        }
        Step::Deeplink { .. } | Step::Nothing { .. } => {}
    }
}

/// Panics if an action that passed the stricter check leads to a host that nobody named.
pub fn judge_allowed(action: &Action, trust: &Trust) {
    if trust.test_origin.is_none() {
        // A picture is drawn where there is no text.
        let drawn = match &action.step {
            Step::Qr { payload: None, image: Some(image), .. } if !image.starts_with("data:") => Some(image),
            _ => None,
        };
        for page in pages(action).into_iter().chain(drawn) {
            let host = secure(page);
            assert!(named(&host, trust) || aggregators(&host, &action.provider), "{page} of {}", action.provider);
        }
    }
}

/// An address in which a browser reads what stands there: nothing dropped, nothing turned round.
fn plain(address: &str) -> Url {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!address.contains(odd), "{address:?}");
    Url::parse(address).unwrap_or_else(|fault| panic!("{address}: {fault}"))
}

/// The host of an https address without user name or port, which stands there as the browser reads it.
fn secure(address: &str) -> String {
    let url = plain(address);
    assert_eq!(url.scheme(), "https", "{address}");
    assert!(url.username().is_empty() && url.password().is_none() && url.port().is_none(), "{address}");
    assert!(matches!(url.host(), Some(Host::Domain(_))), "{address} leads to a number");
    let host = url.host_str().unwrap_or_default().to_owned();
    let written = address.get("https://".len()..).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let written = written.strip_suffix(":443").unwrap_or(written);
    assert!(written.eq_ignore_ascii_case(&host), "{address} leads to {host}");
    host
}

fn own(page: &str, action: &Action, trust: &Trust) {
    let host = secure(page);
    let waiting = action.any_host.as_deref().is_some_and(|host| !host.is_empty());
    let aggregators = aggregators(&host, &action.provider) || anywhere(&action.provider) && waiting;
    assert!(named(&host, trust) || aggregators, "{page} of {}", action.provider);
    assert!(!host.split('.').any(|label| label.starts_with("xn--")) || by_name(&host, trust), "{page} is in disguise");
}

fn by_name(host: &str, trust: &Trust) -> bool {
    trust.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

/// Whether a wallet or the merchant names this host.
fn named(host: &str, trust: &Trust) -> bool {
    OWN_HOSTS.contains(&host) || by_name(host, trust) || trust.hosts.iter().any(|known| known == "*")
}

fn domains(provider: &str) -> &'static [&'static str] {
    DOMAINS.iter().find(|(name, _)| *name == provider).map_or(&[], |(_, domains)| domains)
}

fn anywhere(provider: &str) -> bool {
    domains(provider).contains(&"*")
}

/// Whether a host is this aggregator's own.
fn aggregators(host: &str, provider: &str) -> bool {
    let covers = |domain: &&str| if domain.starts_with('.') { host.ends_with(*domain) } else { host == *domain };
    domains(provider).iter().any(covers)
}

/// An app link: a wallet's scheme, or an intent that names a wallet's package and nothing else.
fn link(link: &str, trust: &Trust) {
    assert_eq!(trust.test_origin, None, "{link} in test mode");
    let url = plain(link);
    if url.scheme() != "intent" {
        assert!(SCHEMES.contains(&url.scheme()), "{link}");
        return;
    }
    let (_, intent) = link.split_once('#').unwrap_or_default();
    let inner = intent.strip_prefix("Intent;").and_then(|rest| rest.strip_suffix(";end"));
    let parts: Vec<_> = inner.unwrap_or_else(|| panic!("{link}")).split(';').collect();
    let of = |key: &str| parts.iter().filter_map(|part| part.strip_prefix(key)).collect::<Vec<_>>();
    let (scheme, package) = (of("scheme="), of("package="));
    assert!(matches!(scheme.as_slice(), [one] if SCHEMES.contains(&one.to_ascii_lowercase().as_str())), "{link}");
    assert!(matches!(package.as_slice(), [one] if PACKAGES.contains(one)), "{link}");
    let known = ["scheme", "package", "action", "category"];
    assert!(parts.iter().all(|part| part.split_once('=').is_some_and(|(key, _)| known.contains(&key))), "{link}");
    assert!(!link.contains("browser_fallback_url="), "{link}");
}

/// The text of a code: short, and a page in it is one a browser reads as it stands.
fn code(text: &str, trust: &Trust) {
    assert!(text.len() <= 2048, "a code of {} bytes", text.len());
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let bare = text.starts_with("28") && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match scheme.as_str() {
        _ if text.starts_with("000201") => assert!(text.contains("6304"), "{text}"),
        "https" => {
            let host = secure(text);
            assert!(host.contains('.') || by_name(&host, trust), "{text}");
        }
        "weixin" | "wxp" => assert_eq!(plain(text).scheme(), scheme, "{text}"),
        _ => assert!(bare, "{text}"),
    }
}

/// A picture: raster data, or a page's address.
fn picture(image: &str, trust: &Trust) {
    if let Some(data) = image.strip_prefix("data:image/") {
        let (kind, letters) = data.split_once(";base64,").unwrap_or_else(|| panic!("{image}"));
        assert!(["png", "jpeg", "gif", "webp"].contains(&kind), "{image}");
        assert!(letters.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)), "{image}");
    } else if let Some(origin) = &trust.test_origin {
        assert_eq!(&plain(image).origin().ascii_serialization(), origin, "{image}");
    } else {
        let url = plain(image);
        assert!(url.scheme() == "https" && url.username().is_empty() && url.port().is_none(), "{image}");
    }
}
