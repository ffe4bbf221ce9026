//! Decides what the reasons are called for which a response gives no action.
//!
//! It does not decide when one applies; who finds it does.

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

/// What can be done about a host that is not trusted.
const CURE: &str = " (name it in the page's option hosts, or let the server answer with another address)";

impl Refusal {
    /// For the developer: its code, and where a host is not trusted, which one and what can be done.
    pub(crate) fn about(&self) -> String {
        let mut about = self.code().to_owned();
        if let Self::UntrustedHost(host) = self {
            for part in [": ", host, CURE] {
                about.push_str(part);
            }
        }
        about
    }

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
