//! Decides what every answer has: a browser's session, a refusal's form, and that nothing of a payment is kept in a cache.
//!
//! It does not decide what is refused, but for pages of other origins.

use crate::Shop;
use crate::wallet::Unclear;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

const COOKIE: &str = "shop_session=";
const DIGITS: usize = 43;

/// The browser that asks.
#[derive(Clone)]
pub(crate) struct Session(pub(crate) String);

/// A refusal: its status, and a body with a stable `code`.
pub(crate) struct Problem(pub(crate) StatusCode, pub(crate) Value);

impl Problem {
    pub(crate) fn of(status: u16, code: &str) -> Self {
        Self(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), json!({ "code": code }))
    }

    /// The same with another member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.1[name] = value.into();
        self
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(fault: rusqlite::Error) -> Self {
        eprintln!("the store: {fault}");
        Self::of(500, "server_error")
    }
}

impl From<Unclear> for Problem {
    fn from(fault: Unclear) -> Self {
        eprintln!("the provider: {fault}");
        Self::of(500, "server_error")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let waits = self.1["code"] == "in_flight";
        let mut response =
            (self.0, [(header::CONTENT_TYPE, "application/problem+json")], self.1.to_string()).into_response();
        if waits {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// An answer of JSON.
pub(crate) fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Goes around every request but the widget's files.
pub(crate) async fn around(State(shop): State<Arc<Shop>>, mut request: Request, next: Next) -> Response {
    let known = text(&request, header::COOKIE).and_then(session).map(str::to_owned);
    let foreign = text(&request, header::ORIGIN).is_some_and(|origin| origin != shop.home);
    let id = known.clone().unwrap_or_else(|| crate::wallet::random(22).chars().take(DIGITS).collect());
    let refused = foreign && request.uri().path().starts_with("/checkout/");
    request.extensions_mut().insert(Session(id.clone()));
    let mut response = if refused { Problem::of(403, "not_allowed").into_response() } else { next.run(request).await };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if known.is_none() {
        let secure = if shop.home.starts_with("https:") { "; Secure" } else { "" };
        let cookie = HeaderValue::try_from(format!("{COOKIE}{id}; Path=/; HttpOnly; SameSite=Lax{secure}"));
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
    response
}

fn text(request: &Request, name: HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn session(cookies: &str) -> Option<&str> {
    let value = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE))?;
    Some(value).filter(|value| {
        value.len() == DIGITS && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}
