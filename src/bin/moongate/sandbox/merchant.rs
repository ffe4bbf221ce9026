//! Decides what the merchant's server answers to each request of contract 3.2.
//!
//! It does not decide how payments change ([`super::ledger`]) nor how they look ([`super::view`]).
//!
//! Who may pay an order here: whoever posts its creation from a loopback page, as if the order's page had asked for a
//! sign-in. The answer sets a session cookie; a `GET` without it hears status and echo only.

use super::clock::Millis;
use super::creation::{self, Creation};
use super::form;
use super::gate::{Asker, is_form};
use super::ledger::Ledger;
use super::payment::{Payment, Wish};
use super::problem::Problem;
use super::provider::{self, Setting};
use super::verdict::{Closing, Made, Refusal};
use super::view;
use super::{LARGEST, Shop};
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

type Shared = State<Arc<Shop>>;

/// `POST /checkout/payments`, as JSON or as a form.
pub(super) async fn create(shop: Shared, Extension(asker): Extension<Asker>, request: Request) -> Response {
    if is_form(request.headers()) {
        return form::create(&shop, &asker, request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return too_large().into_response() };
    create_json(&shop, &asker, &parts.headers, &body).unwrap_or_else(IntoResponse::into_response)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 64 KiB.")
}

fn create_json(shop: &Shop, asker: &Asker, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let json = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !json.is_some_and(|kind| kind.trim_start().starts_with("application/json")) {
        let detail = "The body must be application/json, or a form.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    let creation = creation::read(body, headers, asker)?;
    let wish = creation.wish.clone();
    let (made, setting) = begin(shop, asker, creation)?;
    let status = if matches!(made, Made::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    let told = shop.with(|ledger, now| match &made {
        Made::New(id) | Made::Same(id) => ledger.find(id).map(|payment| {
            let bare = setting.bare && payment.live();
            if bare { provider::raw(payment, &asker.place) } else { view::whole(payment, &asker.place, now) }
        }),
        Made::Nothing(grave) => Some(with_echo(view::grave(grave, &asker.place, now), &wish)),
    })?;
    Ok((status, body_of(told.unwrap_or(Value::Null))).into_response())
}

/// A payment is JSON; a bare response is whatever the provider's is, which may be a page.
fn body_of(told: Value) -> Response {
    if let Value::String(html) = told { Html(html).into_response() } else { Json(told).into_response() }
}

/// What a late creation with a canceled key said is echoed, so that its page recognises the answer.
fn with_echo(mut grave: Value, wish: &Wish) -> Value {
    if let (Some(members), Some((amount, currency))) = (grave.as_object_mut(), &wish.sum) {
        let echo = [("order", json!(wish.order)), ("method", json!(wish.method))];
        members.extend(echo.map(|(key, value)| (key.to_owned(), value)));
        members.extend([("amount".to_owned(), json!(amount)), ("currency".to_owned(), json!(currency))]);
    }
    grave
}

/// Begins a payment, or finds the one of the same key. The caller's session may pay it from now on.
///
/// # Errors
/// `401` before a sign-in, `409` and `422` as the contract has them.
pub(super) fn begin(shop: &Shop, asker: &Asker, creation: Creation) -> Result<(Made, Setting), Problem> {
    let setting = shop.setting.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Creation { wish, flows } = creation;
    let id = shop.dice.id("pay_");
    let made = shop.with(|ledger, now| {
        let order = ledger.order(&wish.order);
        if order.sign_in && !asker.signed_in && ledger.find(&wish.attempt).is_none() {
            return Err(sign_in(asker));
        }
        let lifetime = order.expires_in.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000));
        let terms = provider::terms(&setting, &wish.method, &flows, lifetime);
        let made =
            ledger.create(wish, terms, &id, now).map_err(|refusal| refused(ledger, refusal, asker, true, now))?;
        if let Some(id) = view::made_id(&made) {
            ledger.count(id, |requests| &mut requests.create);
            ledger.admit(id, &asker.session);
        }
        Ok(made)
    })??;
    Ok((made, setting))
}

/// The refusal with the payment it is about: all of it to those who may pay the order, who may pay this one from now
/// on, and the echo to everybody else.
fn refused(ledger: &mut Ledger, refusal: Refusal, asker: &Asker, may_pay: bool, now: Millis) -> Problem {
    let mut told = Value::Null;
    if let Refusal::InProgress(id) | Refusal::OrderPaid(id) = &refusal {
        if may_pay {
            ledger.admit(id, &asker.session);
        }
        told = ledger.find(id).map_or(Value::Null, |payment| told_to(asker, payment, now, id));
    }
    Problem::of(refusal, &told)
}

fn sign_in(asker: &Asker) -> Problem {
    let url = format!("{}/sandbox/sign-in", asker.place.origin);
    let detail = "The shopper must sign in first; nothing was created.";
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in", detail).with(json!({ "url": url }))
}

/// `GET /checkout/payments/{id or attempt}`.
pub(super) async fn status(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    let told = shop.with(|ledger, now| {
        let Some(payment) = ledger.find(&key) else {
            return ledger.grave(&key).map(|grave| view::grave(grave, &asker.place, now));
        };
        let view = told_to(&asker, payment, now, &key);
        let id = payment.id.clone();
        ledger.count(&id, |requests| &mut requests.status);
        Some(view)
    })?;
    told.map(Json).ok_or_else(Problem::not_found)
}

/// The payment as this caller may hear of it.
pub(super) fn told_to(asker: &Asker, payment: &Payment, now: Millis, key: &str) -> Value {
    if payment.belongs_to(&asker.session) {
        view::whole(payment, &asker.place, now)
    } else {
        view::echo(payment, &asker.place, now, key)
    }
}

/// The payment as it is told to whoever posted: all of it to those who know the attempt, which is the session's secret.
/// A page of another origin has no cookie unless it asks for `credentials`.
fn answered_to(asker: &Asker, payment: &Payment, now: Millis, key: &str) -> Value {
    if knows(asker, payment, key) {
        view::whole(payment, &asker.place, now)
    } else {
        view::echo(payment, &asker.place, now, key)
    }
}

fn knows(asker: &Asker, payment: &Payment, key: &str) -> bool {
    payment.wish.attempt == key || payment.belongs_to(&asker.session)
}

/// `POST /checkout/payments/{id or attempt}/cancel`. Knowing the key is enough: closing takes nobody's money.
pub(super) async fn cancel(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id = shop.dice.id("pay_");
    let told = shop.with(|ledger, now| match ledger.cancel(&key, &id, now) {
        Closing::Grave(grave) => Some(view::grave(&grave, &asker.place, now)),
        Closing::Unknown => None,
        Closing::Payment(id) => {
            ledger.count(&id, |requests| &mut requests.cancel);
            ledger.find(&id).map(|payment| answered_to(&asker, payment, now, &key))
        }
    })?;
    told.map(Json).ok_or_else(Problem::not_found)
}

/// `POST /checkout/payments/{id or attempt}/refresh`.
pub(super) async fn refresh(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    let told = shop.with(|ledger, now| match ledger.refresh(&key, now) {
        Ok(id) => {
            ledger.count(&id, |requests| &mut requests.refresh);
            Ok(ledger.find(&id).map(|payment| answered_to(&asker, payment, now, &key)))
        }
        Err(refusal) => {
            let may_pay = ledger.find(&key).is_some_and(|payment| knows(&asker, payment, &key));
            Err(refused(ledger, refusal, &asker, may_pay, now))
        }
    })??;
    told.map(Json).ok_or_else(Problem::not_found)
}
