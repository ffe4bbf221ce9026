//! Decides whether what a provider's file made of a response may pass: expiry, then addresses, then sizes.
//!
//! It does not know any provider: hosts and codes come from the row that recognised the response.

use super::provider::{self, Draft, Recogniser};
use super::text::{cut, decode};
use super::url::{self, Hosts};
use super::{Action, Bridge, Refusal, Seconds, Step, Trust, code};

/// Most fields of a form, or parameters of a bridge.
const MAX_FIELDS: usize = 64;
/// Longest value of one: 16 KiB.
const MAX_FIELD: usize = 16 * 1024;

/// The part of Alipay's app that opens the page in `url`. Payload reference 4.1, read 2026-11-29.
const BROWSER: &str = "20000067";
/// Alipay's pages that open the app link in `scheme`. Payload reference 4.2, read 2026-11-29.
const OPENERS: Hosts<'_> = Hosts("ulink.alipay.com render.alipay.com");

/// The action that a draft becomes.
///
/// # Errors
/// As section 0.1 of the payload reference says.
pub(super) fn check(mut draft: Draft, row: &Recogniser, now: Seconds, trust: &Trust) -> Result<Action, Refusal> {
    let normalised = row.provider() == provider::NORMALISED;
    let provider = if normalised { draft.provider.unwrap_or_default() } else { row.provider() };
    let ends = !matches!(draft.step, Step::Nothing { .. });
    let expires = draft.expires.filter(|_| ends);
    if expires.is_some_and(|expires| expires <= now) {
        return Err(Refusal::Expired);
    }
    let own = provider::named(provider).unwrap_or(row);
    let mut gate = Gate { own, normalised, trust, any_host: None, test: false };
    let wallet = draft.wallet.or_else(|| wallet(&draft.step)).map(str::to_owned);
    gate.step(&mut draft.step)?;
    Ok(Action {
        provider: provider.to_owned(),
        wallet,
        expires,
        step: draft.step,
        any_host: gate.any_host,
        test: gate.test,
        refused: draft.refused,
        readers: String::new(),
    })
}

/// The wallet that the chosen code or address says, else the other address.
fn wallet(step: &Step) -> Option<&'static str> {
    let (first, other) = match step {
        Step::Redirect { url, .. } => (Some(url), None),
        Step::Deeplink { url, fallback } => (Some(url), fallback.as_ref()),
        Step::Qr { payload, fallback, .. } => (payload.as_ref(), fallback.as_ref()),
        Step::InApp { .. } | Step::Nothing { .. } => (None, None),
    };
    first.and_then(|text| code::wallet(text)).or_else(|| other.and_then(|text| code::wallet(text)))
}

struct Gate<'a> {
    /// Whose hosts and codes count.
    own: &'a Recogniser,
    /// Whether the normalised form said it: then the wallets' hosts count as well, and never any host.
    normalised: bool,
    trust: &'a Trust,
    any_host: Option<String>,
    test: bool,
}

impl Gate<'_> {
    fn step(&mut self, step: &mut Step) -> Result<(), Refusal> {
        match step {
            Step::Redirect { url, fields, .. } => self.page(url).and_then(|()| sizes(fields)),
            Step::Qr { payload, image, fallback } => {
                if let Some(payload) = payload {
                    code::fits(payload, self.own.codes, self.trust)?;
                }
                if let Some(image) = image {
                    self.picture(image, payload.is_some())?;
                }
                self.second(fallback)
            }
            Step::InApp { bridge, params } => complete(*bridge, params).and_then(|()| sizes(params)),
            Step::Deeplink { url, fallback } => self.link(url).and_then(|()| self.second(fallback)),
            Step::Nothing { .. } => Ok(()),
        }
    }

    fn second(&mut self, page: &mut Option<String>) -> Result<(), Refusal> {
        page.as_mut().map_or(Ok(()), |page| self.page(page))
    }

    /// A page that may be opened: the test origin alone in test mode, else a host by name, else any if any may.
    fn page(&mut self, url: &mut String) -> Result<(), Refusal> {
        if let Some(origin) = &self.trust.test_origin {
            url::on_origin(url, origin)?;
        } else {
            if self.lists().any(|list| list.says("[http]")) {
                *url = url::upgraded(url);
            }
            let host = url::host(url)?;
            self.host(host)?;
            self.within(host, url)?;
        }
        sized(url)
    }

    /// What an app link inside a page's address has Alipay's app show, if the page is one that opens it.
    fn within(&mut self, host: &str, page: &str) -> Result<(), Refusal> {
        values(page, "scheme").filter(|_| OPENERS.name(host)).try_for_each(|link| self.shown(&link))
    }

    /// The page that an app link has Alipay's app show, by name or as the code that its scanner is given, which opens any page:
    /// one of Alipay's own, or one that could be opened here too.
    fn shown(&mut self, link: &str) -> Result<(), Refusal> {
        let shows = values(link, "appId").any(|part| part == BROWSER);
        values(link, "url").filter(|_| shows).chain(values(link, "qrcode")).try_for_each(|page| {
            let host = url::host(&page)?;
            if !provider::named("alipay").is_some_and(|alipay| Hosts(alipay.hosts).name(host)) {
                self.host(host)?;
            }
            self.within(host, &page)
        })
    }

    fn host(&mut self, host: &str) -> Result<(), Refusal> {
        let test = self.lists().any(|list| list.test(host));
        self.test |= test;
        if self.named(host) {
            return Ok(());
        }
        if self.normalised || !Hosts(self.own.hosts).says("*") || !url::ordinary(host) {
            return Err(Refusal::UntrustedHost(host.to_owned()));
        }
        self.any_host.get_or_insert_with(|| host.to_owned());
        Ok(())
    }

    fn named(&self, host: &str) -> bool {
        self.lists().any(|list| list.name(host)) || self.trust.names(host)
    }

    /// The host lists that count.
    fn lists(&self) -> impl Iterator<Item = Hosts<'static>> {
        let wallets = provider::WALLETS.iter().filter(|_| self.normalised).filter_map(|name| provider::named(name));
        wallets.map(|row| Hosts(row.hosts)).chain([Hosts(self.own.hosts)])
    }

    /// An app link; in test mode no app is opened, only the test origin.
    fn link(&mut self, url: &mut String) -> Result<(), Refusal> {
        if url::has_scheme(url, "https") || self.trust.test_origin.is_some() {
            return self.page(url);
        }
        *url = url::app_link(url)?;
        self.shown(url)?;
        sized(url)
    }

    /// A picture: raster data, or an https address. Drawn only where there is no text, so only then its host counts.
    fn picture(&mut self, url: &mut String, spare: bool) -> Result<(), Refusal> {
        if url::is_picture(url) {
            return Ok(());
        }
        if self.trust.test_origin.is_some() {
            return self.page(url);
        }
        let host = url::host(url)?;
        if !url::ordinary(host) && !self.named(host) {
            return Err(Refusal::UntrustedHost(host.to_owned()));
        }
        if !spare && self.host(host).is_err() {
            self.any_host.get_or_insert_with(|| host.to_owned());
        }
        sized(url)
    }
}

/// The decoded values that an address's query has under this name.
fn values<'a>(url: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let pairs = url::query(url).split('&').filter_map(|pair| cut(pair, "="));
    pairs.filter(move |(known, _)| decode(known) == name).map(|(_, value)| decode(value))
}

fn sized(url: &str) -> Result<(), Refusal> {
    if url.chars().nth(url::MAX_URL).is_some() { Err(Refusal::TooLarge) } else { Ok(()) }
}

fn sizes(fields: &[(String, String)]) -> Result<(), Refusal> {
    let large = |(name, value): &(String, String)| name.len() > MAX_FIELD || value.len() > MAX_FIELD;
    if fields.len() > MAX_FIELDS || fields.iter().any(large) { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Whether a bridge gets what it takes.
fn complete(bridge: Bridge, params: &[(String, String)]) -> Result<(), Refusal> {
    let value =
        |name: &str| params.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value);
    let needed: &[&str] = match bridge {
        Bridge::WechatJsapi => &["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"],
        Bridge::WechatMini => &["timeStamp", "nonceStr", "package", "signType", "paySign"],
        Bridge::AlipayJsapi if value("orderStr").is_some() => &[],
        Bridge::AlipayJsapi => &["tradeNO"],
        Bridge::UnionpayUpsdk => &["tn"],
    };
    match value("package") {
        _ if needed.iter().any(|name| value(name).is_none()) => Err(Refusal::MissingField),
        Some(package) if needed.contains(&"package") && !package.starts_with("prepay_id=") => Err(Refusal::Malformed),
        _ => Ok(()),
    }
}
