//! Decides what crosses to and from the merchant's server: requests as bodies, answers as [`Answer`].
//!
//! It sends nothing. An answer for another order or sum never leaves it as this order's payment.

use super::fault::{Fault, NetworkFault};
use super::method::MethodId;
use crate::action::{Action, Refusal, Seconds, Standing};

/// The id of one try at paying one order with one method: `mg_` and at least 128 random bits. The idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptId(std::rc::Rc<str>);

impl AttemptId {
    /// Made of 16 random bytes: `mg_` and 32 hexadecimal digits.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut id = String::from("mg_");
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                id.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Self(id.into())
    }

    /// The id as given, if it has the form of one: `mg_`, then 22 to 61 of `A-Z a-z 0-9 _ -`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let random = text.strip_prefix("mg_")?;
        ((22..=61).contains(&random.len()) && random.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A payment as the server tells it, for this order and sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// The server's id; absent when it passed on a bare provider response.
    pub id: Option<String>,
    /// The attempt it belongs to.
    pub attempt: Option<AttemptId>,
    /// The method it is paid with.
    pub method: Option<MethodId>,
    /// How it stands.
    pub status: Standing,
    /// The next step, or why the one that came can't be carried out.
    pub action: Option<Result<Action, Refusal>>,
    /// When it can no longer be paid, by the server's clock.
    pub expires: Option<Seconds>,
    /// The server's clock when it answered.
    pub now: Option<Seconds>,
    /// Where its events are pushed; on the endpoint's origin.
    pub events: Option<String>,
    /// A short machine-readable reason.
    pub reason: Option<String>,
    /// Whether it was paid and given back.
    pub refunded: bool,
    /// Whether it is a test.
    pub test: bool,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This order's payment.
    Payment(Box<Payment>),
    /// Sign in first, at this address; nothing was created.
    SignIn(String),
    /// The server can't do this (`501`).
    Unsupported,
    /// The same request is still being worked on (`409 in_flight`): ask again after so many seconds.
    Busy(u32),
    /// Somebody must act.
    Fault(Fault),
    /// Nothing came back.
    Lost(NetworkFault),
}
