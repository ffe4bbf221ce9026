//! Decides whether the body of a creation says all that contract 3.2 asks for.
//!
//! It does not decide whether a payment begins: [`super::ledger`] does.

use super::gate::Asker;
use super::payment::{Wish, flow};
use super::problem::Problem;
use axum::http::{HeaderMap, StatusCode};
use moongate::checkout::method::{Flow, MethodId};
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::options::is_order;
use moongate::checkout::wire::AttemptId;
use serde_json::Value;

/// A creation whose form is right.
#[derive(Clone, Debug)]
pub(super) struct Creation {
    pub(super) wish: Wish,
    /// What works in the shopper's browser, best first.
    pub(super) flows: Vec<Flow>,
}

/// Reads the JSON body and the key of a creation.
///
/// # Errors
/// `400` for what is not JSON or not the same key, `422` for a value that is not allowed, by its key.
pub(super) fn read(body: &[u8], headers: &HeaderMap, asker: &Asker) -> Result<Creation, Problem> {
    let bad = |code, detail: &str| Problem::new(StatusCode::BAD_REQUEST, code, detail);
    let body: Value = serde_json::from_slice(body).map_err(|_| bad("bad_json", "The body is not JSON."))?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let key = key.ok_or_else(|| bad("missing_key", "The Idempotency-Key header is missing: it is the attempt."))?;
    if text(&body, "attempt")? != key {
        return Err(bad("key_mismatch", "The Idempotency-Key header and \u{201c}attempt\u{201d} differ."));
    }
    if body.get("version") != Some(&Value::from(1)) {
        return Err(Problem::bad_value("version", "1"));
    }
    let wish = Wish { sum: Some(sum(&body)?), device: device(&body), ..wish(&|key| text(&body, key), asker)? };
    Ok(Creation { wish, flows: flows(&body)? })
}

/// Reads what the form way and the JSON way have in common.
///
/// # Errors
/// `422`, by key.
pub(super) fn wish<'a>(
    field: &dyn Fn(&'static str) -> Result<&'a str, Problem>,
    asker: &Asker,
) -> Result<Wish, Problem> {
    let (order, method, attempt) = (field("order")?, field("method")?, field("attempt")?);
    let return_url = field("return_url").map_err(|_| bad_return_url())?;
    if !is_order(order) {
        return Err(Problem::bad_value("order", "1 to 64 of A-Z a-z 0-9 . _ -"));
    }
    MethodId::parse(method).ok_or_else(|| Problem::bad_value("method", "1 to 32 of a-z 0-9 _ -"))?;
    AttemptId::parse(attempt).ok_or_else(|| {
        Problem::bad_value("attempt", "mg_ and 22 to 61 of A-Z a-z 0-9 _ -: 128 random bits at least")
    })?;
    if !asker.returns_to(return_url) {
        return Err(bad_return_url());
    }
    Ok(Wish {
        attempt: attempt.to_owned(),
        order: order.to_owned(),
        method: method.to_owned(),
        sum: None,
        return_url: return_url.to_owned(),
        device: "desktop".to_owned(),
        session: asker.session.clone(),
    })
}

fn bad_return_url() -> Problem {
    let detail =
        "\u{201c}return_url\u{201d} must be an absolute address on a loopback origin: it is the list of this server.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_return_url", detail)
}

fn text<'a>(body: &'a Value, key: &'static str) -> Result<&'a str, Problem> {
    body.get(key).and_then(Value::as_str).ok_or_else(|| Problem::bad_value(key, "a text"))
}

/// The sum of a body: minor units and currency.
///
/// # Errors
/// `422` for what is not a sum that can be paid.
pub(super) fn sum(body: &Value) -> Result<(u64, String), Problem> {
    let code = text(body, "currency")?;
    let currency = Currency::parse(code).ok_or_else(|| Problem::bad_value("currency", "an ISO 4217 code"))?;
    let amount = body.get("amount").and_then(Value::as_u64).and_then(|minor| Amount::new(minor, currency).ok());
    let amount = amount.ok_or_else(|| Problem::bad_value("amount", "a whole number from 1 to 999999999999"))?;
    Ok((amount.minor(), code.to_owned()))
}

/// An unknown flow is skipped: a later widget may know more.
fn flows(body: &Value) -> Result<Vec<Flow>, Problem> {
    let flows = match body.get("flows") {
        None => return Ok(Vec::new()),
        Some(flows) => flows.as_array().ok_or_else(|| Problem::bad_value("flows", "a list of texts"))?,
    };
    Ok(flows.iter().filter_map(Value::as_str).filter_map(flow).collect())
}

fn device(body: &Value) -> String {
    let device = body.get("environment").and_then(|environment| environment.get("device")).and_then(Value::as_str);
    device.unwrap_or("desktop").to_owned()
}
