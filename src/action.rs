//! Decides what a provider's response asks for: any of sixteen providers' shapes becomes one [`Action`], checked.
//!
//! It does not carry anything out. Nothing from the outside is opened, posted or drawn before it has passed here.

mod check;
pub mod code;
pub mod emv;
mod order;
mod provider;
mod refusal;
pub mod terms;
mod text;
pub mod time;
mod url;

use crate::checkout::json::Json;
use crate::checkout::money::Amount;
use emv::Emv;

pub use refusal::Refusal;
pub(crate) use url::is_name;

/// Seconds since 1970-01-01 UTC.
pub type Seconds = i64;

/// The one next step that a response asks for. Section 0 of `research/provider-payloads.md` is its JSON form.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Whose response it was, for example `wechatpay` or `stripe`; empty for a normalised action that did not say.
    pub provider: String,
    /// The wallet it is for, as the payload reference names it, if that is known.
    pub wallet: Option<String>,
    /// When it stops being usable, if the response states an absolute time.
    pub expires: Option<Seconds>,
    /// The step itself.
    pub step: Step,
    /// The host that was let through only because any https host is allowed, for the stricter check.
    pub any_host: Option<String>,
    /// Whether it leads to a provider's test host.
    pub test: bool,
    /// Whether it says that the provider refused the call: of a payment that was made before, this says nothing.
    pub refused: bool,
    /// The methods whose apps read its code, with spaces between, the one to name first at the front; empty where nothing
    /// is said of it.
    pub readers: String,
}

/// The step of an [`Action`]. Every address in it has been checked, and is kept as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Go to this address, or post these fields to it.
    Redirect {
        /// Where to.
        url: String,
        /// `GET` or `POST`.
        method: Method,
        /// Fields of the form, in order; empty for GET.
        fields: Vec<(String, String)>,
    },
    /// Show this code.
    Qr {
        /// The text of the code, drawn as it is.
        payload: Option<String>,
        /// A picture of it, shown only when there is no text.
        image: Option<String>,
        /// A page that leads to the same payment.
        fallback: Option<String>,
    },
    /// Call the wallet's bridge.
    InApp {
        /// Which one.
        bridge: Bridge,
        /// What it takes, all text.
        params: Vec<(String, String)>,
    },
    /// Open the app.
    Deeplink {
        /// The app link or scheme.
        url: String,
        /// A page that leads to the same payment.
        fallback: Option<String>,
    },
    /// Nothing to do: the response says how it stands.
    Nothing {
        /// How it stands.
        status: Standing,
        /// The provider's code, if it gave one.
        code: Option<String>,
    },
}

impl Step {
    /// Its word in the normalised form.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Redirect { .. } => "redirect",
            Self::Qr { .. } => "qr",
            Self::InApp { .. } => "inapp",
            Self::Deeplink { .. } => "deeplink",
            Self::Nothing { .. } => "none",
        }
    }

    /// The page that leads to the same payment, where there is one beside it.
    pub fn fallback(&self) -> Option<&str> {
        match self {
            Self::Qr { fallback, .. } | Self::Deeplink { fallback, .. } => fallback.as_deref(),
            Self::Redirect { .. } | Self::InApp { .. } | Self::Nothing { .. } => None,
        }
    }
}

/// The method of a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A navigation.
    Get,
    /// A form.
    Post,
}

/// A wallet's bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bridge {
    /// `WeixinJSBridge`, `getBrandWCPayRequest`.
    WechatJsapi,
    /// `wx.requestPayment`, in a mini program.
    WechatMini,
    /// `AlipayJSBridge`, `tradePay`.
    AlipayJsapi,
    /// `upsdk.pay`.
    UnionpayUpsdk,
}

impl Bridge {
    /// The four.
    pub(crate) const ALL: [Self; 4] = [Self::WechatJsapi, Self::WechatMini, Self::AlipayJsapi, Self::UnionpayUpsdk];

    /// Its word in the normalised form.
    pub fn word(self) -> &'static str {
        match self {
            Self::WechatJsapi => "wechat_jsapi",
            Self::WechatMini => "wechat_mini",
            Self::AlipayJsapi => "alipay_jsapi",
            Self::UnionpayUpsdk => "unionpay_upsdk",
        }
    }
}

/// How a payment stands, as a provider or the merchant's server says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the word of the contract")]
pub enum Standing {
    Pending,
    Processing,
    Succeeded,
    Failed,
    Canceled,
    Expired,
}

impl Standing {
    /// The six.
    pub(crate) const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Succeeded, Self::Failed, Self::Canceled, Self::Expired];

    /// The standing of this word; an unknown word counts as pending.
    pub(crate) fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|standing| standing.word() == word).unwrap_or(Self::Pending)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

/// What actions may lead to, beyond the provider's own hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Further hosts, from `hosts`; `*` for any https host.
    pub hosts: Vec<String>,
    /// In test mode: the only origin an action may open, http or https, for example `http://127.0.0.1:8080`.
    /// The text of a code is not opened, so it stays under its provider's own rule.
    pub test_origin: Option<String>,
}

impl Trust {
    /// Whether the merchant named this host, or any; a host in disguise only by its own name.
    fn names(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host) || known == "*" && url::ordinary(host))
    }
}

impl Action {
    /// Reads a response given as text: JSON, an HTML form, XML, `k=v` text, or a bare address.
    ///
    /// # Errors
    /// The [`Refusal`] that section 0.1 names.
    ///
    /// # Example
    /// ```
    /// use moongate::action::{Action, Step, Trust};
    /// let action = Action::read(r#"{"code_url":"weixin://wxpay/bizpayurl?pr=Zt4kQ8b"}"#, 0, &Trust::default()).unwrap();
    /// assert!(matches!(action.step, Step::Qr { payload: Some(_), .. }));
    /// ```
    pub fn read(text: &str, now: Seconds, trust: &Trust) -> Result<Self, Refusal> {
        Self::read_json(&text::read(text)?, now, trust)
    }

    /// Reads a response that is already a JSON value: an object, or one of the text forms as a JSON text.
    ///
    /// # Errors
    /// As [`Action::read`].
    pub fn read_json(response: &Json, now: Seconds, trust: &Trust) -> Result<Self, Refusal> {
        let found = order::find(response, order::MAX_UNWRAPS)?;
        check::check(found.draft?, found.row, now, trust)
    }

    /// The stricter check before the hand-off: hosts that only the any-https rule let through, standing collection
    /// codes, and the sum inside an EMV code. `collection` says that the merchant asked for collection codes.
    ///
    /// # Errors
    /// [`Refusal::UntrustedHost`], [`Refusal::UnsupportedAction`], or [`Refusal::Malformed`] for another sum.
    pub fn allowed(&self, amount: &Amount, trust: &Trust, collection: bool) -> Result<(), Refusal> {
        if let Some(host) = self.any_host.as_deref().filter(|host| !trust.names(host)) {
            return Err(Refusal::UntrustedHost(host.to_owned()));
        }
        let collects =
            |text: &&String| code::leads_to_collection(text) && !url::host(text).is_ok_and(|host| trust.names(host));
        if !collection && self.addresses().any(|text| collects(&text)) {
            return Err(Refusal::UnsupportedAction);
        }
        let emv = self.addresses().find_map(|text| Emv::read(text));
        if emv.is_some_and(|emv| !emv.agrees(amount)) { Err(Refusal::Malformed) } else { Ok(()) }
    }

    /// Everything in it that leads somewhere: pages, app links, the text of a code.
    fn addresses(&self) -> impl Iterator<Item = &String> {
        let (first, second) = match &self.step {
            Step::Redirect { url, .. } => (Some(url), None),
            Step::Deeplink { url, fallback } => (Some(url), fallback.as_ref()),
            Step::Qr { payload, fallback, .. } => (payload.as_ref(), fallback.as_ref()),
            Step::InApp { .. } | Step::Nothing { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The normalised form: every key is there.
    pub fn to_json(&self) -> Json {
        let provider = Some(self.provider.as_str()).filter(|name| !name.is_empty());
        let mut members = vec![("type", self.step.word().into()), ("provider", Json::from_option(provider))];
        members.push(("wallet", Json::from_option(self.wallet.as_deref())));
        let optional = |text: &Option<String>| Json::from_option(text.as_deref());
        match &self.step {
            Step::Redirect { url, method, fields } => {
                let method = if *method == Method::Post { "POST" } else { "GET" };
                members.extend([("url", url.as_str().into()), ("method", method.into()), ("fields", texts(fields))]);
            }
            Step::Qr { payload, image, fallback } => {
                members.extend([("payload", optional(payload)), ("image", optional(image))]);
                members.push(("fallback", optional(fallback)));
            }
            Step::InApp { bridge, params } => {
                members.extend([("bridge", bridge.word().into()), ("params", texts(params))]);
            }
            Step::Deeplink { url, fallback } => {
                members.extend([("url", url.as_str().into()), ("fallback", optional(fallback))]);
            }
            Step::Nothing { status, code } => {
                members.extend([("status", status.word().into()), ("code", optional(code))]);
            }
        }
        if !matches!(self.step, Step::Nothing { .. }) {
            members.push(("expires", Json::from_option(self.expires.map(time::text).as_deref())));
        }
        Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// The name of the signature that a response has, and what it was wrapped in, outermost first: for people who ask why.
///
/// # Errors
/// As [`Action::read`], as far as recognition goes.
pub fn signature(response: &str) -> Result<(&'static str, Vec<&'static str>), Refusal> {
    let mut found = order::find(&text::read(response)?, order::MAX_UNWRAPS)?;
    found.wrappers.reverse();
    Ok((found.row.name, found.wrappers))
}

fn texts(pairs: &[(String, String)]) -> Json {
    Json::Object(pairs.iter().map(|(name, text)| (name.clone(), Json::from_text(text))).collect())
}
