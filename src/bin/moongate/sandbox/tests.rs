//! Decides how tests speak to the sandbox: through its router, with a clock set by hand and cookies kept by hand.
//!
//! The rules themselves are in the files below, one for each part of the contract.

mod events;
mod faults;
mod form;
mod kept;
mod providers;
mod requests;
mod setting;
mod twice;
mod wallet;

use super::clock::Clock;
use super::{Settings, Shop, routes};
use crate::escape::percent;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tower::ServiceExt;

const ORIGIN: &str = "http://127.0.0.1:8080";
const BACK: &str = "http://127.0.0.1:8080/shop?x=1#pay";
/// 2031-01-05T10:10:00Z.
const NOON: i64 = 1_925_374_200_000;

/// A sandbox under test, and one browser.
struct Trial {
    shop: Arc<Shop>,
    router: Router,
    hand: Arc<AtomicI64>,
    cookie: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// The body as text; `None` if it was cut.
    text: Option<String>,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(self.text.as_deref().unwrap()).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    #[track_caller]
    fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }
}

impl Trial {
    fn new() -> Self {
        Self::with(None)
    }

    fn with(store: Option<std::path::PathBuf>) -> Self {
        let hand = Arc::new(AtomicI64::new(NOON));
        let mut shop = Shop::open(Settings { store, origin: ORIGIN.to_owned() }).unwrap();
        shop.clock = Clock::by_hand(Arc::clone(&hand));
        shop.ping = Duration::from_millis(40);
        let shop = Arc::new(shop);
        Self { router: routes(&shop), shop, hand, cookie: None, headers: Vec::new() }
    }

    /// Another browser at the same sandbox.
    fn stranger(&self) -> Self {
        Self {
            shop: Arc::clone(&self.shop),
            router: self.router.clone(),
            hand: Arc::clone(&self.hand),
            cookie: None,
            headers: Vec::new(),
        }
    }

    fn pass(&self, seconds: i64) {
        self.hand.fetch_add(seconds * 1_000, Ordering::SeqCst);
        self.shop.changes.send_modify(|count| *count += 1);
    }

    fn request(&self, method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        request.body(body.into()).unwrap()
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let new = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = Some(self.cookie.take().map_or(new.clone(), |old| format!("{old}; {new}")));
        }
        let text = to_bytes(body, usize::MAX).await.ok().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path, ())).await
    }

    async fn post(&mut self, path: &str) -> Answer {
        self.send(self.request("POST", path, ())).await
    }

    async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.request("PUT", path, body.to_string())).await
    }

    async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={}", percent(value))).collect();
        let mut request = self.request("POST", path, body.join("&"));
        let form = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        self.send(request).await
    }

    fn creation(&self, body: &Value) -> Request<Body> {
        let mut request = self.request("POST", "/checkout/payments", body.to_string());
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        request.headers_mut().insert("idempotency-key", body["attempt"].as_str().unwrap().parse().unwrap());
        request
    }

    async fn create(&mut self, body: &Value) -> Answer {
        self.send(self.creation(body)).await
    }

    /// Creates a payment of the usual order, which must succeed.
    async fn made(&mut self, attempt: &str, method: &str) -> Value {
        self.create(&wish(attempt, method)).await.ok()
    }

    /// What a wallet's app does to a payment.
    async fn app(&mut self, id: &Value, deed: &str) -> Answer {
        self.post(&format!("/sandbox/payments/{}/{deed}", id.as_str().unwrap())).await
    }

    async fn listing(&mut self) -> Vec<Value> {
        self.get("/sandbox/payments").await.ok().as_array().unwrap().clone()
    }
}

/// An attempt's id that a test can read.
fn attempt(name: &str) -> String {
    format!("mg_{name:0>32}")
}

fn wish(name: &str, method: &str) -> Value {
    json!({
        "version": 1, "order": "SO-1001", "method": method, "attempt": attempt(name), "amount": 12800,
        "currency": "CNY", "flows": ["qr", "redirect"], "return_url": BACK, "locale": "zh-CN",
        "environment": { "app": "browser", "version": null, "os": "linux", "device": "desktop" },
    })
}

/// A wish with one member changed.
fn but(mut wish: Value, key: &str, value: Value) -> Value {
    wish[key] = value;
    wish
}
