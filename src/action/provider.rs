//! Decides whose response an object is: the table of signatures, one file a provider, and the accessors they share.
//!
//! It does not check addresses, sizes or times: a provider's file says what the response asks for as a [`Draft`],
//! and [`super::check`] lets it through or refuses it.
//!
//! # Adding a provider
//! 1. Write `provider/NAME.rs` with `pub(super) const ROWS: &[Recogniser]`: one row for each signature, its `hosts` and
//!    `codes`, a `matches` that looks at keys only, and a `read` that builds a [`Draft`] (`Draft::qr`, `get`, `post`,
//!    `inapp`, `deeplink`, `nothing`, then `.wallet`, `.expires`, `.fallback`, `.image`).
//! 2. Name it in `mod` and in [`TABLE`] below.
//! 3. Put a fixture into `tests/fixtures/payloads`.
//!
//! What the aggregators share (names of methods, passed-on parameters) lies in `provider/aggregator.rs`.
//!
//! In `read`: status first ([`Words::end`] gives a terminal status, which beats any left-over action), then the action.
//! Text bodies arrive as objects too: `k=v` text and XML as their pairs, a form under the key [`FORM`], a bare address
//! under [`ADDRESS`], and the text itself under [`TEXT`]. Kept here as they are given; no file decodes anything.
//! In test mode forms and addresses lead to the test origin, so recognise them by names and fields, not by host alone.

mod adyen;
mod aggregator;
mod airwallex;
mod alipay;
mod antom;
mod checkout_com;
mod chinaums;
mod hebao;
mod hyperswitch;
mod jeepay;
mod normalised;
mod omise;
mod pingpp;
mod qfpay;
mod stripe;
mod unionpay;
mod wechatpay;
mod xendit;

use super::{Bridge, Method, Refusal, Seconds, Standing, Step, time, url};
use crate::checkout::json::Json;

/// One signature of one provider.
#[derive(Debug)]
pub(super) struct Recogniser {
    /// The provider, then, after a space, which of its shapes this is: `wechatpay v2`.
    pub(super) name: &'static str,
    /// Where its pages lie, see [`url::Hosts`].
    pub(super) hosts: &'static str,
    /// What its codes say, see [`super::code::fits`].
    pub(super) codes: &'static str,
    /// Whether an object has the signature.
    pub(super) matches: fn(&Json) -> bool,
    /// What such an object asks for.
    pub(super) read: fn(&Json) -> Result<Draft, Refusal>,
}

/// Every signature, provider by provider. Section 1.0 of the payload reference.
pub(super) const TABLE: &[&[Recogniser]] = &[
    normalised::ROWS,
    wechatpay::ROWS,
    alipay::ROWS,
    unionpay::ROWS,
    hebao::ROWS,
    stripe::ROWS,
    adyen::ROWS,
    antom::ROWS,
    airwallex::ROWS,
    pingpp::ROWS,
    hyperswitch::ROWS,
    checkout_com::ROWS,
    omise::ROWS,
    jeepay::ROWS,
    xendit::ROWS,
    qfpay::ROWS,
    chinaums::ROWS,
];

/// The name of the normalised form's row; no provider has it.
pub(super) const NORMALISED: &str = normalised::NAME;

/// The providers that are wallets themselves, whose host lists the normalised form goes by.
pub(super) const WALLETS: [&str; 4] = ["wechatpay", "alipay", "unionpay", "hebao"];

/// The key of a form that came as HTML: an object of `name`, `action`, `method` and `fields`.
pub(super) const FORM: &str = "<form>";
/// The key of a bare address.
pub(super) const ADDRESS: &str = "<address>";
/// The key of the text that `k=v` pairs were read from.
pub(super) const TEXT: &str = "<text>";

impl Recogniser {
    /// The provider's name.
    pub(super) fn provider(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or_default()
    }
}

/// The rows whose signature this object has.
pub(super) fn matching(json: &Json) -> impl Iterator<Item = &'static Recogniser> {
    TABLE.iter().copied().flatten().filter(move |row| (row.matches)(json))
}

/// The first row of the provider of this name.
pub(super) fn named(provider: &str) -> Option<&'static Recogniser> {
    TABLE.iter().copied().flatten().find(|row| row.provider() == provider)
}

/// What a response asks for, unchecked.
#[derive(Debug)]
pub(super) struct Draft {
    /// The provider, where the response itself says it: only the normalised form does.
    pub(super) provider: Option<&'static str>,
    /// The wallet, if the response's own method field says it; else the addresses do.
    pub(super) wallet: Option<&'static str>,
    /// When it stops being usable, if the response says so.
    pub(super) expires: Option<Seconds>,
    /// Whether it is the call that was refused, which says nothing of a payment made before.
    pub(super) refused: bool,
    /// The step.
    pub(super) step: Step,
}

impl Draft {
    /// A step and nothing else known.
    pub(super) fn new(step: Step) -> Self {
        Self { provider: None, wallet: None, expires: None, refused: false, step }
    }

    /// Go to this page.
    pub(super) fn get(url: &str) -> Self {
        Self::new(Step::Redirect { url: url.to_owned(), method: Method::Get, fields: Vec::new() })
    }

    /// Post these fields to this page.
    pub(super) fn post(url: &str, fields: Vec<(String, String)>) -> Self {
        Self::new(Step::Redirect { url: url.to_owned(), method: Method::Post, fields })
    }

    /// Show this code.
    pub(super) fn qr(payload: Option<&str>) -> Self {
        Self::new(Step::Qr { payload: payload.map(str::to_owned), image: None, fallback: None })
    }

    /// Call this bridge.
    pub(super) fn inapp(bridge: Bridge, params: Vec<(String, String)>) -> Self {
        Self::new(Step::InApp { bridge, params })
    }

    /// Call this bridge with one parameter.
    pub(super) fn inapp_with(bridge: Bridge, key: &str, value: &str) -> Self {
        Self::inapp(bridge, vec![(key.to_owned(), value.to_owned())])
    }

    /// Open this app.
    pub(super) fn deeplink(url: &str) -> Self {
        Self::new(Step::Deeplink { url: url.to_owned(), fallback: None })
    }

    /// Nothing to do: it stands so. A failure with a code is a refused call's; that of a payment gets its code by `code`.
    pub(super) fn nothing(status: Standing, code: &str) -> Self {
        let code = Some(code).filter(|code| !code.is_empty()).map(str::to_owned);
        let refused = status == Standing::Failed && code.is_some();
        Self { refused, ..Self::new(Step::Nothing { status, code }) }
    }

    /// For this wallet.
    pub(super) fn wallet(self, wallet: impl Into<Option<&'static str>>) -> Self {
        Self { wallet: wallet.into(), ..self }
    }

    /// Until then.
    pub(super) fn expires(self, expires: Option<Seconds>) -> Self {
        Self { expires, ..self }
    }

    /// With a page that leads to the same payment, for a code or an app link.
    pub(super) fn fallback(mut self, page: Option<&str>) -> Self {
        if let Step::Qr { fallback, .. } | Step::Deeplink { fallback, .. } = &mut self.step {
            *fallback = page.map(str::to_owned);
        }
        self
    }

    /// With a picture of the code.
    pub(super) fn image(mut self, picture: Option<&str>) -> Self {
        if let Step::Qr { image, .. } = &mut self.step {
            *image = picture.map(str::to_owned);
        }
        self
    }
}

/// A provider's words for how a payment stands, each list divided by `|`. Table 1.17.
#[derive(Debug)]
pub(super) struct Words {
    /// Paid, also if it was given back since.
    pub(super) succeeded: &'static str,
    /// Not decided.
    pub(super) pending: &'static str,
    /// Refused.
    pub(super) failed: &'static str,
    /// Closed, so that it can no longer be paid.
    pub(super) canceled: &'static str,
    /// Its time ran out.
    pub(super) expired: &'static str,
}

impl Words {
    /// What this word says, if it is one of them.
    pub(super) fn standing(&self, word: &str) -> Option<Standing> {
        [
            (self.succeeded, Standing::Succeeded),
            (self.pending, Standing::Pending),
            (self.failed, Standing::Failed),
            (self.canceled, Standing::Canceled),
            (self.expired, Standing::Expired),
        ]
        .into_iter()
        .find(|(words, _)| listed(words, word))
        .map(|(_, standing)| standing)
    }

    /// The end that this word says, if it says one: nothing left over in the response counts then.
    pub(super) fn end(&self, word: &str) -> Option<Draft> {
        self.standing(word).filter(|standing| *standing != Standing::Pending).map(|end| Draft::nothing(end, ""))
    }
}

/// Whether a list divided by `|` has this word.
pub(super) fn listed(words: &str, word: &str) -> bool {
    !word.is_empty() && words.split('|').any(|known| known == word)
}

/// Whether the member is there, and not `null`.
pub(super) fn has(json: &Json, key: &str) -> bool {
    json.get(key).is_some()
}

/// The member's text or number as written, or nothing: for signatures and status words, where any other type is no match.
pub(super) fn word<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::scalar).unwrap_or_default()
}

/// The text of a member that may be absent, `null` or empty.
pub(super) fn text<'a>(json: &'a Json, key: &str) -> Result<Option<&'a str>, Refusal> {
    match json.get(key) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(Refusal::BadType),
    }
}

/// The text of a member that must be there.
pub(super) fn need<'a>(json: &'a Json, key: &str) -> Result<&'a str, Refusal> {
    text(json, key)?.ok_or(Refusal::MissingField)
}

/// The object of a member that must be there.
pub(super) fn need_object<'a>(json: &'a Json, key: &str) -> Result<&'a Json, Refusal> {
    let value = json.get(key).ok_or(Refusal::MissingField)?;
    if value.is_object() { Ok(value) } else { Err(Refusal::BadType) }
}

/// The instant of a member that may be absent: RFC 3339 text.
pub(super) fn instant(json: &Json, key: &str) -> Result<Option<Seconds>, Refusal> {
    text(json, key)?.map(|text| time::instant(text).ok_or(Refusal::BadType)).transpose()
}

/// The members of an object as form fields: texts only, since what a number would be sent as is anybody's guess.
pub(super) fn fields(json: &Json) -> Result<Vec<(String, String)>, Refusal> {
    if !json.is_object() {
        return Err(Refusal::BadType);
    }
    let field = |(name, value): &(String, Json)| match value.text() {
        Some(value) => Ok((name.clone(), value.to_owned())),
        None => Err(Refusal::BadType),
    };
    json.members().iter().map(field).collect()
}

/// Whether a bare address lies on these hosts.
pub(super) fn address_on(json: &Json, hosts: &str) -> bool {
    url::host(word(json, ADDRESS)).is_ok_and(|host| url::Hosts(hosts).name(host))
}

/// The redirect that a form asks for.
///
/// A GET form sends its fields as the query, in the place of the action's own, as a browser does.
pub(super) fn form(form: &Json) -> Result<Draft, Refusal> {
    let action = need(form, "action")?;
    let fields = form.get("fields").map_or_else(|| Ok(Vec::new()), fields)?;
    match word(form, "method") {
        "POST" => Ok(Draft::post(action, fields)),
        "GET" if fields.is_empty() => Ok(Draft::get(action)),
        "GET" => Ok(Draft::get(&url::with_query(action.split('?').next().unwrap_or_default(), &fields))),
        _ => Err(Refusal::Malformed),
    }
}
