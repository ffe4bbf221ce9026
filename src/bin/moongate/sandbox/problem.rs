//! Decides how a refusal looks over HTTP: `application/problem+json` of RFC 9457, with a stable `code`.
//!
//! It does not decide when to refuse.

use super::verdict::Refusal;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal with its code, sentence and further members.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    /// A whole sentence for the developer.
    pub(super) detail: String,
    /// Further members, an object or `null`.
    pub(super) members: Value,
    /// Seconds to wait before asking again.
    pub(super) retry_after: Option<u64>,
}

impl Problem {
    /// A problem without further members.
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), members: Value::Null, retry_after: None }
    }

    /// The same with these members.
    pub(super) fn with(self, members: Value) -> Self {
        Self { members, ..self }
    }

    /// The same, to be asked again after so many seconds.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// A value that is not allowed, by its key.
    pub(super) fn bad_value(key: &str, must: &str) -> Self {
        let detail = format!("\u{201c}{key}\u{201d} must be {must}.");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_value", detail).with(json!({ "key": key }))
    }

    /// No payment of this id or attempt.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no payment of this id or attempt.")
    }

    /// Something on the sandbox's own machine failed.
    pub(super) fn broken(detail: String) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "sandbox_failed", detail)
    }

    /// What the ledger refused; `payment` is the order's payment where the refusal is about one.
    pub(super) fn of(refusal: Refusal, payment: &Value) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match refusal {
            Refusal::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_reused",
                "This Idempotency-Key came before with another order, method or sum.",
            ),
            Refusal::InProgress(_) => {
                conflict("payment_in_progress", "Another payment of this order is live; take that one up.")
                    .with(json!({ "payment": payment }))
            }
            Refusal::OrderPaid(_) => {
                conflict("order_paid", "The order is paid already.").with(json!({ "payment": payment }))
            }
            Refusal::AmountChanged(amount, currency) => {
                conflict("amount_changed", "The order costs something else than the shopper saw.")
                    .with(json!({ "amount": amount, "currency": currency }))
            }
            Refusal::NotFound => Self::not_found(),
            Refusal::Closed => conflict("closed", "The shop closed the payment; it can't be paid any more."),
            Refusal::Ended => conflict("ended", "The payment has ended in another way."),
        }
    }

    /// The body.
    fn to_json(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:moongate:problem:{}", self.code), "status": self.status.as_u16(),
            "title": self.status.canonical_reason().unwrap_or("Problem"), "detail": self.detail, "code": self.code,
        });
        if let (Some(body), Some(members)) = (body.as_object_mut(), self.members.as_object()) {
            body.extend(members.clone());
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.to_json())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
