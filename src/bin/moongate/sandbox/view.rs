//! Decides what is told of a payment, and to whom: contract 3.1.
//!
//! It does not decide who asks ([`super::gate`]). Whoever does not belong to the payment hears how it stands and the
//! echo of order and sum, since wallets return shoppers to browsers without cookies.

use super::clock::{Millis, rfc3339};
use super::payment::{Grave, Payment};
use super::provider::{self, Place};
use super::verdict::Made;
use moongate::action::Standing;
use serde_json::{Map, Value, json};

/// The whole payment, for those it belongs to.
pub(super) fn whole(payment: &Payment, place: &Place, now: Millis) -> Value {
    let told = |time: Millis| rfc3339(time.saturating_add(place.skew));
    let mut view = known(payment, place, now);
    view.insert("attempt".to_owned(), json!(payment.wish.attempt));
    view.insert("expires_at".to_owned(), json!(told(payment.expires())));
    view.insert("events".to_owned(), json!(format!("/checkout/payments/{}/events", payment.id)));
    if payment.status == Standing::Pending {
        view.insert("action".to_owned(), provider::raw(payment, place));
    }
    Value::Object(view)
}

/// How the payment stands and the echo, for everybody else. `key` is what it was asked by: the attempt is told only to
/// those who know it.
pub(super) fn echo(payment: &Payment, place: &Place, now: Millis, key: &str) -> Value {
    let mut view = known(payment, place, now);
    if payment.wish.attempt == key {
        view.insert("attempt".to_owned(), json!(key));
    }
    Value::Object(view)
}

fn known(payment: &Payment, place: &Place, now: Millis) -> Map<String, Value> {
    let mut view = Map::new();
    let members = [
        ("id", json!(payment.id)),
        ("order", json!(payment.wish.order)),
        ("method", json!(payment.wish.method)),
        ("amount", json!(payment.amount)),
        ("currency", json!(payment.currency)),
        ("status", json!(payment.status.word())),
        ("now", json!(rfc3339(now.saturating_add(place.skew)))),
        ("test", json!(true)),
    ];
    view.extend(members.map(|(key, value)| (key.to_owned(), value)));
    if let Some(reason) = &payment.reason {
        view.insert("reason".to_owned(), json!(reason));
    }
    if payment.refunded {
        view.insert("refunded".to_owned(), json!(true));
    }
    view
}

/// A key canceled before any payment was made with it. There is no order to echo.
pub(super) fn grave(grave: &Grave, place: &Place, now: Millis) -> Value {
    json!({ "id": grave.id, "attempt": grave.attempt, "status": Standing::Canceled.word(),
            "reason": "canceled_before_creation", "now": rfc3339(now.saturating_add(place.skew)), "test": true })
}

/// A record of the listing: the whole payment, and what only a test wants to know.
pub(super) fn record(payment: &Payment, place: &Place, now: Millis) -> Value {
    let more = json!({
        "provider": payment.terms.provider, "flow": payment.terms.flow.word(), "created": rfc3339(payment.created),
        "requests": payment.requests.to_json(), "closed": payment.closed, "refreshed": payment.generation,
        "return_url": payment.wish.return_url,
    });
    let mut view = whole(payment, place, now);
    if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
        view.extend(more);
    }
    view
}

/// The id of the payment that came of a creation, if one did.
pub(super) fn made_id(made: &Made) -> Option<&str> {
    match made {
        Made::New(id) | Made::Same(id) => Some(id),
        Made::Nothing(_) => None,
    }
}
