//! Decides who must act when something is wrong: the page's author, the merchant's server, or the network.
//!
//! It does not hold the shopper's words ([`crate::words`] does): `message` is for the developer, and says what to change.

use super::json::Json;
use std::fmt;

/// Something that somebody must act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The page's author.
    Page(PageFault),
    /// Whoever runs the merchant's server.
    Server(ServerFault),
    /// Nobody but the network.
    Network(NetworkFault),
}

/// What the page's author must change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFault {
    /// Which rule was broken.
    pub code: PageCode,
    /// The key, method or address it is about.
    pub about: String,
}

/// The rules for pages. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCode {
    /// A required key is absent.
    MissingOption,
    /// A key has a value that is not allowed.
    WrongOption,
    /// A key that does not exist.
    UnknownOption,
    /// A method that is neither a wallet nor described with a `label`.
    UnknownMethod,
    /// `test-mode` on a page that is not on a loopback or private address.
    TestModeOnLivePage,
    /// A warning: `hosts` holds `*`, so that actions may lead to any https host. Nothing is stopped.
    AnyHost,
    /// No method can be shown here.
    NoMethod,
    /// The host page's `headers` failed, or are none that can be sent.
    HostFailed,
    /// A language file or the wasm did not load.
    LoadFailed,
}

impl PageCode {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::MissingOption,
        Self::WrongOption,
        Self::UnknownOption,
        Self::UnknownMethod,
        Self::TestModeOnLivePage,
        Self::AnyHost,
        Self::NoMethod,
        Self::HostFailed,
        Self::LoadFailed,
    ];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::MissingOption => "missing_option",
            Self::WrongOption => "wrong_option",
            Self::UnknownOption => "unknown_option",
            Self::UnknownMethod => "unknown_method",
            Self::TestModeOnLivePage => "test_mode_on_live_page",
            Self::AnyHost => "any_host",
            Self::NoMethod => "no_method",
            Self::HostFailed => "host_failed",
            Self::LoadFailed => "load_failed",
        }
    }
}

/// What the merchant's server must change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFault {
    /// Which promise was broken.
    pub code: ServerCode,
    /// The server's own `title` and `detail`, or what was seen: for the developer.
    pub about: String,
}

/// The promises of servers. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerCode {
    /// It answered 5xx, or another status that the contract does not have.
    ServerError,
    /// It answered something that is not a payment: HTML, nothing, another shape.
    MalformedAnswer,
    /// Larger than 256 KiB.
    AnswerTooLarge,
    /// An answer for another order, amount or currency.
    AnotherOrder,
    /// `409 amount_changed`: the order is not what the shopper saw.
    AmountChanged,
    /// `409 payment_in_progress` without the payment: it is being paid elsewhere.
    PaymentInProgress,
    /// `409 order_paid` without the payment.
    OrderPaid,
    /// `422 key_reused`.
    KeyReused,
    /// `422 bad_return_url`.
    BadReturnUrl,
    /// `401`, `403`: this shopper may not pay this order.
    NotAllowed,
    /// `404`, `410`: it does not know the payment any more.
    NotFound,
    /// It refused for a reason of its own; `about` holds its code.
    Refused,
    /// Its action cannot be carried out; `about` holds the action's error code and the host, if one is not trusted.
    BadAction,
}

impl ServerCode {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::ServerError,
        Self::MalformedAnswer,
        Self::AnswerTooLarge,
        Self::AnotherOrder,
        Self::AmountChanged,
        Self::PaymentInProgress,
        Self::OrderPaid,
        Self::KeyReused,
        Self::BadReturnUrl,
        Self::NotAllowed,
        Self::NotFound,
        Self::Refused,
        Self::BadAction,
    ];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::ServerError => "server_error",
            Self::MalformedAnswer => "malformed_answer",
            Self::AnswerTooLarge => "answer_too_large",
            Self::AnotherOrder => "another_order",
            Self::AmountChanged => "amount_changed",
            Self::PaymentInProgress => "payment_in_progress",
            Self::OrderPaid => "order_paid",
            Self::KeyReused => "key_reused",
            Self::BadReturnUrl => "bad_return_url",
            Self::NotAllowed => "not_allowed",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::BadAction => "bad_action",
        }
    }
}

/// How no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFault {
    /// The request could not be made or its answer was lost.
    Unreachable,
    /// No answer within the time limit.
    Timeout,
}

impl NetworkFault {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
        }
    }
}

impl Fault {
    /// Who must act: `page`, `server` or `network`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Server(_) => "server",
            Self::Network(_) => "network",
        }
    }

    /// The stable word for programs, for example `amount_changed`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Page(fault) => fault.code.word(),
            Self::Server(fault) => fault.code.word(),
            Self::Network(fault) => fault.word(),
        }
    }
}

impl Fault {
    /// A whole sentence for the developer, with the value in it.
    pub fn message(&self) -> String {
        let (who, about) = match self {
            Self::Page(fault) if fault.code == PageCode::AnyHost => ("The page takes a risk: ", fault.about.as_str()),
            Self::Page(fault) => ("The page must be changed: ", fault.about.as_str()),
            Self::Server(fault) => ("The merchant's server must be changed: ", fault.about.as_str()),
            Self::Network(_) => ("No answer came over the network: ", ""),
        };
        [who, self.code(), if about.is_empty() { "" } else { ": " }, about].concat()
    }

    /// As events and the state carry it: `{ kind, code, message }`.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("kind", self.kind().into()),
            ("code", self.code().into()),
            ("message", Json::Text(self.message())),
        ])
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_must_act_is_said_first_and_a_risk_is_told_from_a_mistake() {
        let page = |code, about: &str| Fault::Page(PageFault { code, about: about.to_owned() }).message();
        assert_eq!(page(PageCode::AnyHost, "hosts"), "The page takes a risk: any_host: hosts");
        assert_eq!(page(PageCode::MissingOption, "order"), "The page must be changed: missing_option: order");
        assert!(Fault::Network(NetworkFault::Timeout).message().starts_with("No answer came over the network: "));
    }
}
