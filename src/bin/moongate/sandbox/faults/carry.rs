//! Decides how a planned fault is done to a request and its answer.
//!
//! It does not decide which requests: [`super::Faults`] does. The preflights of browsers never meet a fault.

use super::{Events, Plan, Shape};
use crate::sandbox::Shop;
use crate::sandbox::clock::http_date;
use crate::sandbox::gate::Asker;
use crate::sandbox::problem::Problem;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::io::{Error, ErrorKind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio_stream::StreamExt;

const LARGEST: usize = 1 << 20;

/// Faults of the stream that [`crate::sandbox::push`] sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct StreamFaults {
    pub(in crate::sandbox) events: Events,
    /// Each message is sent twice.
    pub(in crate::sandbox) duplicate: bool,
    pub(in crate::sandbox) malformed: bool,
}

/// Does what the rules plan for a request. The server goes on when the shopper's browser has given up waiting, as a
/// real one does; meanwhile the same key is in flight.
pub(in crate::sandbox) async fn meet(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let plan = shop.faults.lock().unwrap_or_else(PoisonError::into_inner).strike(method.as_str(), &path);
    let key =
        (method == Method::POST && path == "/checkout/payments").then(|| request.headers().get("idempotency-key"));
    let flight = match key.flatten().map(|key| Flight::begin(&shop, key)) {
        Some(None) => {
            let detail = "The same creation is still being worked on.";
            return Problem::new(StatusCode::CONFLICT, "in_flight", detail).retry_after(1).into_response();
        }
        flight => flight.flatten(),
    };
    let work = tokio::spawn(async move {
        let response = carry_out(plan, &shop, request, next).await;
        drop(flight);
        response
    });
    work.await.unwrap_or_else(|error| Problem::broken(format!("The sandbox stumbled: {error}.")).into_response())
}

async fn carry_out(plan: Plan, shop: &Shop, mut request: Request, next: Next) -> Response {
    tokio::time::sleep(Duration::from_millis(plan.latency)).await;
    if plan.drop_before {
        return cut();
    }
    if let Some((status, retry)) = plan.status {
        return refused(status, retry);
    }
    if let Some(asker) = request.extensions_mut().get_mut::<Asker>() {
        asker.place.skew = plan.skew;
    }
    let (events, duplicate, malformed) = (plan.events, plan.duplicate, plan.malformed.is_some());
    request.extensions_mut().insert(StreamFaults { events, duplicate, malformed });
    let twice = duplicate && request.method() == Method::POST;
    let mut response = if twice { run_twice(request, next).await } else { next.run(request).await };
    if plan.skew != 0 {
        let date = http_date(shop.clock.now().saturating_add(plan.skew));
        response.headers_mut().extend(HeaderValue::from_str(&date).map(|date| (header::DATE, date)));
    }
    match plan.malformed {
        _ if plan.drop_after => cut(),
        Some(shape) => deformed(response, shape).await,
        None => response,
    }
}

/// The headers of an answer and a few bytes, then nothing: the connection is cut. Cut before the first byte, a browser
/// would send the request again by itself on a connection it had used before, and no test could count on it.
fn cut() -> Response {
    let parts = [Ok(Bytes::from_static(b"{")), Err(Error::from(ErrorKind::ConnectionReset))];
    let stream = tokio_stream::iter(parts).throttle(Duration::from_millis(20));
    ([(header::CONTENT_LENGTH, "512")], Body::from_stream(stream)).into_response()
}

fn refused(status: u16, retry: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = Problem::new(status, "sandbox_fault", "A fault set by PUT /sandbox/faults; nothing was done.");
    match retry {
        Some(seconds) => problem.retry_after(seconds).into_response(),
        None => problem.into_response(),
    }
}

/// Delivers a request twice, as a proxy that lost the first answer would, and gives the second answer.
async fn run_twice(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let first = Request::from_parts(parts.clone(), Body::from(body.clone()));
    drop(next.clone().run(first).await);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

async fn deformed(response: Response, shape: Shape) -> Response {
    let (mut parts, body) = response.into_parts();
    let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    if stream {
        return Response::from_parts(parts, body); // its messages are malformed, one by one
    }
    let whole = to_bytes(body, LARGEST).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = match shape {
        Shape::Truncated => whole.slice(..whole.len() / 2),
        Shape::Html => Bytes::from_static(b"<!doctype html><title>Gateway</title><p>Something went wrong.</p>"),
        Shape::Empty => Bytes::new(),
        Shape::WrongTypes => Bytes::from_static(
            br#"{"id":{"no":81},"order":7,"status":["pending"],"amount":"12800","currency":156,"action":"soon"}"#,
        ),
    };
    if shape == Shape::Html {
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    Response::from_parts(parts, Body::from(body))
}

/// A key whose creation is being worked on.
struct Flight {
    shop: Arc<Shop>,
    key: String,
}

impl Flight {
    /// `None` if it is already.
    fn begin(shop: &Arc<Shop>, key: &HeaderValue) -> Option<Self> {
        let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let begun = shop.in_flight.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        begun.then(|| Self { shop: Arc::clone(shop), key })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.shop.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
