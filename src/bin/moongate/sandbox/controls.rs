//! Decides what tests can set and see: contract section 5.
//!
//! It does not decide what follows: [`super::ledger`], [`super::faults`] and [`super::provider`] do.

use super::clock::YEAR_SECONDS;
use super::creation::sum;
use super::faults::Faults;
use super::gate::Asker;
use super::payment::{Order, flow};
use super::problem::Problem;
use super::provider::{PROVIDERS, Setting};
use super::verdict::Deed;
use super::{Shop, view};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use moongate::checkout::options::is_order;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

type Shared = State<Arc<Shop>>;
type Answer = Result<Json<Value>, Problem>;

fn parsed(body: &str) -> Result<Value, Problem> {
    serde_json::from_str(body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "bad_json", "The body is not JSON."))
}

/// `PUT /sandbox/orders/{order}`: `{ amount, currency, expires_in?, sign_in?, fees? }`.
pub(super) async fn set_order(shop: Shared, Path(id): Path<String>, body: String) -> Answer {
    if !is_order(&id) {
        return Err(Problem::bad_value("order", "1 to 64 of A-Z a-z 0-9 . _ -"));
    }
    let body = parsed(&body)?;
    let (amount, currency) = sum(&body)?;
    let order = Order {
        id,
        amount,
        currency,
        expires_in: optional(&body, "expires_in", "a whole number of seconds, a year at most", lifetime)?,
        sign_in: optional(&body, "sign_in", "true or false", Value::as_bool)?.unwrap_or(false),
        fees: optional(&body, "fees", "an object of minor units by method", fees)?.unwrap_or_default(),
    };
    let record = order.to_record();
    shop.with(|ledger, _| ledger.set_order(order))?;
    Ok(Json(record))
}

fn optional<T>(body: &Value, key: &str, must: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Problem> {
    let given = body.get(key).filter(|value| !value.is_null());
    given.map(|value| read(value).ok_or_else(|| Problem::bad_value(key, must))).transpose()
}

fn lifetime(value: &Value) -> Option<u64> {
    value.as_u64().filter(|seconds| *seconds <= YEAR_SECONDS)
}

fn fees(value: &Value) -> Option<BTreeMap<String, u64>> {
    value.as_object()?.iter().map(|(method, fee)| Some((method.clone(), fee.as_u64()?))).collect()
}

/// `GET /sandbox/orders/{order}`.
pub(super) async fn order(shop: Shared, Path(id): Path<String>) -> Answer {
    shop.with(|ledger, _| ledger.order(&id).to_record()).map(Json)
}

/// `GET /sandbox/payments[?order=…]`.
pub(super) async fn payments(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    let only = query.get("order");
    let listed = shop.with(|ledger, now| {
        let payments =
            ledger.payments().into_iter().filter(|payment| only.is_none_or(|only| payment.wish.order == *only));
        payments.map(|payment| view::record(payment, &asker.place, now)).collect()
    })?;
    Ok(Json(listed))
}

/// `POST /sandbox/payments/{id}/{pay|cancel|fail|expire|process}`; the payment's attempt, or any of its codes, will do
/// as well. An optional body `{ reason }`.
pub(super) async fn act(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Path((key, deed)): Path<(String, String)>,
    body: String,
) -> Answer {
    let deed = Deed::named(&deed).ok_or_else(|| Problem::bad_value("deed", "pay, cancel, fail, expire or process"))?;
    let body = if body.trim().is_empty() { Value::Null } else { parsed(&body)? };
    let reason = body.get("reason").and_then(Value::as_str);
    let record = shop.with(|ledger, now| {
        let id = match ledger.find(&key) {
            Some(payment) => payment.id.clone(),
            None => super::wallet::found(ledger, &key).map_or(key, |(payment, _)| payment.id.clone()),
        };
        ledger.act(&id, deed, reason, now).map_err(|refusal| Problem::of(refusal, &Value::Null))?;
        ledger.find(&id).map(|payment| view::record(payment, &asker.place, now)).ok_or_else(Problem::not_found)
    })??;
    Ok(Json(record))
}

/// `PUT /sandbox/faults`.
pub(super) async fn set_faults(shop: Shared, body: String) -> Answer {
    let wrong = |detail| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_fault", detail);
    let faults = Faults::read(&parsed(&body)?).map_err(wrong)?;
    let told = faults.to_json();
    *shop.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    Ok(Json(told))
}

/// `GET /sandbox/faults`: the rules, and how many requests each was asked about.
pub(super) async fn faults(shop: Shared) -> Json<Value> {
    Json(shop.faults.lock().unwrap_or_else(PoisonError::into_inner).to_json())
}

/// `PUT /sandbox/provider`: `{ provider, flow?, bare?, refuse? }`. It counts for payments made from now on.
pub(super) async fn set_provider(shop: Shared, body: String) -> Answer {
    let body = parsed(&body)?;
    let members = body.as_object().ok_or_else(|| Problem::bad_value("provider", "the name of one"))?;
    let setting = setting(members)?;
    let told = setting.to_json();
    *shop.setting.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    Ok(Json(told))
}

fn setting(members: &Map<String, Value>) -> Result<Setting, Problem> {
    if let Some(key) = members.keys().find(|key| !["provider", "flow", "bare", "refuse"].contains(&key.as_str())) {
        return Err(Problem::bad_value(key, "left out: it is none of provider, flow, bare, refuse"));
    }
    let body = Value::Object(members.clone());
    let provider = members.get("provider").and_then(Value::as_str).filter(|name| PROVIDERS.contains(name));
    let flow = |value: &Value| value.as_str().and_then(flow);
    Ok(Setting {
        provider: provider.ok_or_else(|| Problem::bad_value("provider", &PROVIDERS.join(", ")))?.to_owned(),
        flow: optional(&body, "flow", "inapp, qr, deeplink or redirect", flow)?,
        bare: optional(&body, "bare", "true or false", Value::as_bool)?.unwrap_or(false),
        refuse: optional(&body, "refuse", "a provider's code", |value| value.as_str().map(str::to_owned))?,
    })
}

/// `GET /sandbox/provider`.
pub(super) async fn provider(shop: Shared) -> Json<Value> {
    Json(shop.setting.lock().unwrap_or_else(PoisonError::into_inner).to_json())
}
