//! Decides what an answer of the merchant's server means: a payment of this order, a fault, or nothing usable.
//!
//! It believes nothing about another order, amount or currency, and reads text as an action only where text counts.

use super::{Answer, AttemptId, Payment};
use crate::action::{Action, Refusal, Seconds, Standing, Step, Trust, time};
use crate::checkout::fault::{Fault, ServerCode, ServerFault};
use crate::checkout::json::Json;
use crate::checkout::machine::Request;
use crate::checkout::method::MethodId;
use crate::checkout::money::Amount;

/// Largest body that is read: 256 KiB.
const MAX_BODY: usize = 256 * 1024;

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Whether it was redirected on its way: then text does not count, a login page is not a form.
    pub redirected: bool,
    /// The body.
    pub body: String,
    /// The server's clock: its `Date` header, or the page's own clock where that is hidden.
    pub date: Seconds,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

/// What an answer must agree with to be believed.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The order's id.
    pub order: &'a str,
    /// The order's sum.
    pub amount: Amount,
    /// The sum for each method that is shown, with its fee.
    pub totals: Vec<(MethodId, Amount)>,
    /// The attempt that was asked about.
    pub attempt: &'a AttemptId,
    /// Origin of the endpoint, which `events` and `sign_in` addresses must have.
    pub origin: &'a str,
    /// What actions may lead to.
    pub trust: &'a Trust,
    /// Whether the merchant asked for collection codes of this method.
    pub collection: bool,
}

/// Reads an answer to this request.
pub fn read(request: Request, reply: &Reply, expected: &Expected<'_>) -> Answer {
    if reply.body.len() > MAX_BODY {
        return server(ServerCode::AnswerTooLarge, u64::from(reply.status).to_string());
    }
    let json = Json::read(&reply.body).ok().filter(Json::is_object);
    match (reply.status, json) {
        (200..=299, Some(json)) => success(request, &json, reply, expected),
        (200..=299, None) if !reply.redirected => {
            bare(request, Action::read(&reply.body, reply.date, expected.trust), reply)
        }
        (200..=299, None) => malformed(reply),
        (501, _) => Answer::Unsupported,
        (status, json) => refusal(status, &json.unwrap_or(Json::Null), reply, expected),
    }
}

fn server(code: ServerCode, about: String) -> Answer {
    Answer::Fault(Fault::Server(ServerFault { code, about }))
}

fn malformed(reply: &Reply) -> Answer {
    let start: String = reply.body.chars().take(60).collect();
    server(ServerCode::MalformedAnswer, [&u64::from(reply.status).to_string(), " ", start.trim()].concat())
}

fn success(request: Request, json: &Json, reply: &Reply, expected: &Expected<'_>) -> Answer {
    if json.get("status").is_some() && (json.get("attempt").is_some() || json.get("order").is_some()) {
        return match payment(json, reply.date, expected) {
            Some(payment) if payment.attempt.as_ref().is_none_or(|id| id == expected.attempt) => {
                Answer::Payment(Box::new(payment))
            }
            _ => server(ServerCode::AnotherOrder, echo(json)),
        };
    }
    bare(request, Action::read_json(json, reply.date, expected.trust), reply)
}

/// The order, sum and attempt that an answer names, for the developer.
fn echo(json: &Json) -> String {
    let said = |key| json.get(key).and_then(Json::scalar).unwrap_or("?");
    [said("order"), " ", said("amount"), " ", said("currency"), " ", said("attempt")].concat()
}

/// A provider's response without the payment around it: the widget then asks by the attempt.
fn bare(request: Request, action: Result<Action, Refusal>, reply: &Reply) -> Answer {
    let status = match &action {
        Ok(Action { step: Step::Nothing { status: Standing::Failed, code }, .. }) if request == Request::Create => {
            return server(ServerCode::Refused, code.clone().unwrap_or_default());
        }
        // A creation's word that it is paid is asked about first; a status answer's is the server's own.
        Ok(Action { step: Step::Nothing { status, .. }, .. }) if request != Request::Create => *status,
        Err(Refusal::Unrecognised | Refusal::Malformed) => return malformed(reply),
        Err(refusal) if request != Request::Create => return server(ServerCode::BadAction, refusal.code().to_owned()),
        _ => Standing::Pending,
    };
    let payment = Payment {
        id: None,
        attempt: None,
        method: None,
        status,
        expires: None,
        now: Some(reply.date),
        events: None,
        reason: None,
        refunded: false,
        test: action.as_ref().is_ok_and(|action| action.test),
        action: Some(action),
    };
    Answer::Payment(Box::new(payment))
}

/// Reads a payment, if it is of this order and sum. Also what the event stream says.
pub fn payment(json: &Json, date: Seconds, expected: &Expected<'_>) -> Option<Payment> {
    let text = |key: &str| json.get(key).and_then(Json::text);
    let method = text("method").and_then(MethodId::parse);
    let total = method.as_ref().and_then(|method| expected.totals.iter().find(|(id, _)| id == method));
    let total = total.map_or(expected.amount, |(_, total)| *total);
    let same_sum = json.get("amount").and_then(Json::integer) == Some(total.minor())
        && text("currency") == Some(total.currency().code());
    if text("order") != Some(expected.order) || !same_sum {
        return None;
    }
    let now = text("now").and_then(time::instant).unwrap_or(date);
    let id = text("id").filter(|id| is_payment_id(id)).map(str::to_owned);
    Some(Payment {
        events: text("events").and_then(|url| on_origin(url, expected.origin)),
        id,
        attempt: text("attempt").and_then(AttemptId::parse),
        method,
        status: standing(text("status").unwrap_or_default()),
        action: json.get("action").map(|action| action_of(action, &total, now, expected)),
        expires: text("expires_at").and_then(time::instant),
        now: Some(now),
        reason: text("reason").map(|reason| reason.chars().take(64).collect()),
        refunded: json.get("refunded").and_then(Json::flag) == Some(true),
        test: json.get("test").and_then(Json::flag) == Some(true),
    })
}

fn action_of(action: &Json, total: &Amount, now: Seconds, expected: &Expected<'_>) -> Result<Action, Refusal> {
    let action = Action::read_json(action, now, expected.trust)?;
    action.allowed(total, expected.trust, expected.collection)?;
    Ok(action)
}

fn is_payment_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=64).contains(&id.len()) && id.bytes().all(plain)
}

/// The address made absolute, if it lies on this origin.
fn on_origin(url: &str, origin: &str) -> Option<String> {
    let path = url.strip_prefix(origin).unwrap_or(url);
    (path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')).then(|| [origin, path].concat())
}

/// An unknown word counts as pending.
fn standing(word: &str) -> Standing {
    let all = [Standing::Processing, Standing::Succeeded, Standing::Failed, Standing::Canceled, Standing::Expired];
    all.into_iter().find(|standing| standing.word() == word).unwrap_or(Standing::Pending)
}

/// What an answer other than 2xx means, by its `code`.
fn refusal(status: u16, json: &Json, reply: &Reply, expected: &Expected<'_>) -> Answer {
    let text = |key: &str| json.get(key).and_then(Json::text);
    let code = text("code").unwrap_or_default();
    let known = json.get("payment").and_then(|known| payment(known, reply.date, expected));
    match (status, code) {
        (409, "payment_in_progress" | "order_paid") if known.is_some() => {
            known.map_or(Answer::Unsupported, |known| Answer::Payment(Box::new(known)))
        }
        (401, "sign_in") => match text("url").and_then(|url| on_origin(url, expected.origin)) {
            Some(url) => Answer::SignIn(url),
            None => server(ServerCode::NotAllowed, "sign_in without a url on the endpoint's origin".to_owned()),
        },
        (409, "in_flight") | (429, _) => Answer::Busy(reply.retry_after.unwrap_or(1)),
        (503, _) if reply.retry_after.is_some() => Answer::Busy(reply.retry_after.unwrap_or(1)),
        _ => server(meaning(status, code), about(status, code, json)),
    }
}

fn meaning(status: u16, code: &str) -> ServerCode {
    match (status, code) {
        (409, "amount_changed") => ServerCode::AmountChanged,
        (409, "payment_in_progress") => ServerCode::PaymentInProgress,
        (409, "order_paid") => ServerCode::OrderPaid,
        (422, "key_reused") => ServerCode::KeyReused,
        (422, "bad_return_url") => ServerCode::BadReturnUrl,
        (401 | 403, _) => ServerCode::NotAllowed,
        (404 | 410, _) => ServerCode::NotFound,
        (400..=499, _) => ServerCode::Refused,
        _ => ServerCode::ServerError,
    }
}

/// What the server said, for the developer.
fn about(status: u16, code: &str, json: &Json) -> String {
    let mut about = u64::from(status).to_string();
    for part in [
        code,
        json.get("title").and_then(Json::text).unwrap_or_default(),
        json.get("detail").and_then(Json::text).unwrap_or_default(),
    ] {
        if !part.is_empty() {
            about.push_str(" · ");
            about.extend(part.chars().take(200));
        }
    }
    about
}
