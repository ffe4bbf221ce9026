//! Decides what crosses to and from the merchant's server: requests as bodies, answers as [`Answer`].
//!
//! It sends nothing. An answer for another order or sum never leaves it as this order's payment.

mod answer;

pub use answer::{Expected, Reply, has_action, is_payment, payment, read};

use super::fault::{Fault, NetworkFault};
use super::json::Json;
use super::machine::{Millis, State};
use super::method::{Flow, MethodId};
use super::patience;
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

    /// A number from 0 to 100 that follows from it: pages with different ids do not ask in step.
    pub(crate) fn spread(&self) -> u64 {
        self.0.bytes().fold(0, |sum, byte| sum * 31 % 9973 + u64::from(byte)) % 101
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

impl Payment {
    /// A payment of which nothing is known but how it stands, and perhaps its action.
    fn bare(status: Standing, action: Option<Result<Action, Refusal>>, now: Seconds) -> Self {
        Self {
            id: None,
            attempt: None,
            method: None,
            status,
            action,
            expires: None,
            now: Some(now),
            events: None,
            reason: None,
            refunded: false,
            test: false,
        }
    }

    /// Whether it is paid, and stays so.
    pub fn is_paid(&self) -> bool {
        self.status == Standing::Succeeded && !self.refunded
    }

    /// When its code stops being usable, on the server's clock: the earlier of the server's word and the provider's.
    pub fn ends(&self) -> Option<Seconds> {
        let stated = self.action.as_ref().and_then(|action| action.as_ref().ok()).and_then(|action| action.expires);
        [self.expires, stated].into_iter().flatten().min()
    }

    /// The same on the page's clock.
    pub fn deadline(&self, now: Millis) -> Option<Millis> {
        Some(patience::deadline(self.ends()?, self.now?, now))
    }
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
    /// The server can't say yet: the same request is being worked on (`409 in_flight`), it has too much to do (`429`), or it names a
    /// time (`503`). Ask again after so many seconds.
    Busy(u32),
    /// Somebody must act.
    Fault(Fault),
    /// Nothing came back.
    Lost(NetworkFault),
}

/// The body of a creation: what the shopper saw, what works here, and the way back.
pub fn creation(state: &State, attempt: &super::machine::Attempt, return_url: &str, locale: &str) -> Json {
    let flows = state.offer.row(&attempt.method).map(|row| row.flows.as_slice()).unwrap_or_default();
    let flows = flows.iter().filter(|flow| !(attempt.by_page && **flow == Flow::Qr)).map(|flow| flow.word().into());
    Json::object([
        ("version", 1.into()),
        ("order", state.order.id.as_str().into()),
        ("method", attempt.method.as_str().into()),
        ("attempt", attempt.id.as_str().into()),
        ("amount", attempt.total.minor().into()),
        ("currency", attempt.total.currency().code().into()),
        ("flows", Json::List(flows.collect())),
        ("return_url", return_url.into()),
        ("environment", state.offer.environment.to_json()),
        ("locale", locale.into()),
    ])
}

/// The return URL with the attempt in its query, before any `#`, in the place of one that it carried already: the page's own
/// address may be the one that another attempt came back to.
pub fn way_back(return_url: &str, attempt: &AttemptId) -> String {
    let clean = came_back(return_url).map(|(clean, _)| clean);
    let return_url = clean.as_deref().unwrap_or(return_url);
    let (page, fragment) = return_url.split_once('#').map_or((return_url, None), |(page, rest)| (page, Some(rest)));
    let joint = if page.contains('?') { "&" } else { "?" };
    let mut url = [page, joint, RETURN_KEY, "=", attempt.as_str()].concat();
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

/// The query key that carries the attempt back.
pub const RETURN_KEY: &str = "moongate_attempt";

/// The address without the attempt in its query, and the attempt, if it carries one: the last, which was added last.
pub fn came_back(url: &str) -> Option<(String, AttemptId)> {
    let (page, fragment) = url.split_once('#').map_or((url, None), |(page, rest)| (page, Some(rest)));
    let (path, query) = page.split_once('?')?;
    let ours = |pair: &&str| pair.split_once('=').is_some_and(|(key, _)| key == RETURN_KEY);
    let attempt = query.rsplit('&').find(ours).and_then(|pair| AttemptId::parse(pair.split_once('=')?.1))?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !ours(pair)).collect();
    let mut clean = path.to_owned();
    for (joint, part) in
        [("?", Some(rest.join("&")).filter(|query| !query.is_empty())), ("#", fragment.map(str::to_owned))]
    {
        if let Some(part) = part {
            clean.push_str(joint);
            clean.push_str(&part);
        }
    }
    Some((clean, attempt))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> AttemptId {
        AttemptId::from_random([0xab; 16])
    }

    #[test]
    fn an_attempt_has_128_random_bits_and_one_form() {
        assert_eq!(id().as_str(), "mg_abababababababababababababababab");
        assert_eq!(AttemptId::parse(id().as_str()), Some(id()));
        for wrong in
            ["", "mg_", "mg_short", "xx_abababababababababababababababab", "mg_abababababababababababababab/.."]
        {
            assert_eq!(AttemptId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_way_back_carries_the_attempt_before_the_fragment_and_loses_it_again() {
        for page in ["https://shop.example/pay", "https://shop.example/pay?a=1", "https://shop.example/pay?a=1&b=2#top"]
        {
            let url = way_back(page, &id());
            assert_eq!(came_back(&url), Some((page.to_owned(), id())), "{url}");
        }
        assert!(way_back("https://shop.example/#x", &id()).ends_with("#x"));
    }

    #[test]
    fn an_address_without_an_attempt_is_left_alone() {
        for page in [
            "https://shop.example/",
            "https://shop.example/?moongate_attempt=../x",
            "https://shop.example/?a#moongate_attempt=1",
        ] {
            assert_eq!(came_back(page), None, "{page}");
        }
    }

    #[test]
    fn the_way_back_carries_no_attempt_but_the_last() {
        let before = AttemptId::from_random([1; 16]);
        let page = "https://shop.example/pay?a=1";
        assert_eq!(way_back(&way_back(page, &before), &id()), way_back(page, &id()));
        let both = [&way_back(page, &before), "&moongate_attempt=", id().as_str()].concat();
        assert_eq!(came_back(&both), Some((page.to_owned(), id())), "of a page that put another there itself");
    }
}
