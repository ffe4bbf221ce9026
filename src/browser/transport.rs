//! Carries requests to the merchant's server and answers back: by `fetch`, or by the host page's own `transport`.
//!
//! It never panics, whatever a page's wrapped `fetch` does, and leaves the meaning of answers to [`wire::read`].

use super::page::{self, Timer};
use super::parts::Parts;
use super::{announce, border};
use crate::checkout::fault::{Fault, NetworkFault, PageCode, PageFault};
use crate::checkout::json::Json;
use crate::checkout::machine::{Attempt, Request};
use crate::checkout::wire::{Answer, Reply};
use gloo_net::http::{Method, RequestBuilder};
use js_sys::{Array, Date, Function, Object, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCredentials, Response};

/// Longest wait for the answer to a creation, in milliseconds; providers may take long to make a payment.
const CREATE_LIMIT: u64 = 25_000;
/// Longest wait for any other answer.
const LIMIT: u64 = 10_000;

/// How this page reaches its server.
#[derive(Clone, Debug, Default)]
pub(super) struct Carrier {
    /// Base URL of the server's API.
    pub(super) endpoint: String,
    /// Whether credentials go to another origin.
    pub(super) include_credentials: bool,
    /// The host page's further headers: an object, or a function giving one.
    pub(super) headers: Option<JsValue>,
    /// The host page's own transport.
    pub(super) transport: Option<JsValue>,
    /// The further parts of the wasm.
    pub(super) parts: Parts,
}

/// A request under way; given up when it is dropped.
#[derive(Debug)]
pub(super) struct Pending(AbortController);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Carrier {
    /// Begins a request and calls `done` with its reply, or with the answer that stands for none, and with whether the part
    /// that reads providers' responses was loaded for it.
    pub(super) fn send(
        &self,
        request: Request,
        attempt: &Attempt,
        body: Option<Json>,
        done: impl FnOnce(Result<Reply, Answer>, bool) + 'static,
    ) -> Option<Pending> {
        let abort = AbortController::new().ok()?;
        let (carrier, attempt, signal) = (self.clone(), attempt.clone(), abort.clone());
        if request == Request::Create {
            // Fetched while the server makes the payment, so that nobody waits for it.
            let parts = self.parts.clone();
            wasm_bindgen_futures::spawn_local(async move {
                parts.load("read").await;
            });
        }
        wasm_bindgen_futures::spawn_local(async move {
            let late = Rc::new(Cell::new(false));
            let (mark, stop) = (late.clone(), signal.clone());
            let limit = if request == Request::Create { CREATE_LIMIT } else { LIMIT };
            let timer = Timer::after(limit, move || {
                mark.set(true);
                stop.abort();
            });
            let reply = carrier.reply(request, &attempt, body.as_ref(), &signal).await;
            drop(timer);
            // Nothing after the first answer is in the first part.
            if !carrier.parts.load("pay").await {
                return;
            }
            let mut reading = false;
            let reply = match reply {
                Ok(reply) if reply.may_hold_an_action() => {
                    reading = carrier.parts.load("read").await;
                    if reading { Ok(reply) } else { Err(lost()) }
                }
                reply => reply,
            };
            done(
                reply.map_err(|answer| if late.get() { Answer::Lost(NetworkFault::Timeout) } else { answer }),
                reading,
            );
        });
        Some(Pending(abort))
    }

    /// All that is waited for, in one future: each further one would cost the shopper its own machinery.
    async fn reply(
        &self,
        request: Request,
        attempt: &Attempt,
        body: Option<&Json>,
        abort: &AbortController,
    ) -> Result<Reply, Answer> {
        let called = match &self.transport {
            Some(transport) => by_host(transport, request, attempt, body)?,
            None => {
                let further = JsFuture::from(Promise::resolve(&self.further_headers()?)).await;
                let further = further.map_err(|_| host_failed("headers"))?;
                self.fetch(request, attempt, body, abort, &further)?
            }
        };
        let given = match called {
            Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await,
            Err(thrown) => Err(thrown),
        };
        let value = match given {
            Ok(value) => value,
            Err(thrown) if self.transport.is_some() => return rejected(&thrown),
            Err(_) => return Err(lost()),
        };
        match value.dyn_ref::<Response>() {
            Some(response) => {
                let body = JsFuture::from(response.text().map_err(|_| lost())?).await.map_err(|_| lost())?;
                Ok(read(response, &body))
            }
            None if self.transport.is_some() => Ok(reply(200, announce::text_of(&value))),
            None => Err(lost()),
        }
    }

    fn address(&self, request: Request, attempt: &Attempt) -> String {
        let payments = [&self.endpoint, "/payments"].concat();
        match request {
            Request::Create => payments,
            Request::Ask => [&payments, "/", attempt.key()].concat(),
            Request::Cancel => [&payments, "/", attempt.key(), "/cancel"].concat(),
            Request::Refresh => [&payments, "/", attempt.key(), "/refresh"].concat(),
        }
    }

    /// Begins a `fetch`: its promise, or what it threw.
    ///
    /// # Errors
    /// When the host page's headers are none.
    fn fetch(
        &self,
        request: Request,
        attempt: &Attempt,
        body: Option<&Json>,
        abort: &AbortController,
        further: &JsValue,
    ) -> Result<Result<JsValue, JsValue>, Answer> {
        let method = if request == Request::Ask { Method::GET } else { Method::POST };
        let credentials =
            if self.include_credentials { RequestCredentials::Include } else { RequestCredentials::SameOrigin };
        let mut builder = RequestBuilder::new(&self.address(request, attempt))
            .method(method)
            .credentials(credentials)
            .abort_signal(Some(&abort.signal()));
        for pair in Object::entries(further.dyn_ref().ok_or(host_failed("headers"))?) {
            let pair = Array::from(&pair);
            if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
                builder = builder.header(&name, &value);
            }
        }
        if request == Request::Create {
            builder = builder.header("Idempotency-Key", attempt.id.as_str()).header("Content-Type", "application/json");
        }
        let built = match body {
            Some(body) => builder.body(body.written()),
            None => builder.build(),
        };
        let request: web_sys::Request = built.map_err(|_| host_failed("headers"))?.into();
        // Called by hand, since gloo-net panics when a page's wrapped `fetch` throws, or gives something that is no
        // `Response` or no `Error`.
        let fetch = page::global("fetch").and_then(|fetch| fetch.dyn_into::<Function>().ok()).ok_or(lost())?;
        Ok(fetch.call1(&JsValue::UNDEFINED, &request))
    }

    /// The host page's further headers, or a promise of them.
    fn further_headers(&self) -> Result<JsValue, Answer> {
        let Some(headers) = &self.headers else { return Ok(Object::new().into()) };
        match headers.dyn_ref::<Function>() {
            Some(function) => function.call0(&JsValue::UNDEFINED).map_err(|_| host_failed("headers")),
            None => Ok(headers.clone()),
        }
    }
}

fn lost() -> Answer {
    Answer::Lost(NetworkFault::Unreachable)
}

fn host_failed(what: &str) -> Answer {
    Answer::Fault(Fault::Page(PageFault { code: PageCode::HostFailed, about: what.to_owned() }))
}

/// What a response with this body says.
fn read(response: &Response, body: &JsValue) -> Reply {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    Reply {
        status: response.status(),
        redirected: response.redirected(),
        body: body.as_string().unwrap_or_default(),
        date: header("date").and_then(|date| seconds(&date)).unwrap_or_else(page::wall),
        retry_after: header("retry-after").and_then(|after| after.parse().ok()),
    }
}

fn seconds(date: &str) -> Option<i64> {
    let time = Date::parse(date);
    #[expect(clippy::cast_possible_truncation, reason = "a time in seconds, far below 2^53")]
    (time.is_finite()).then_some((time / 1000.0) as i64)
}

/// Calls the host page's own function for this request: the promise of a `Response`, an object or a text, or what it threw.
///
/// # Errors
/// When it has none for this request.
fn by_host(
    transport: &JsValue,
    request: Request,
    attempt: &Attempt,
    body: Option<&Json>,
) -> Result<Result<JsValue, JsValue>, Answer> {
    let name = match request {
        Request::Create => "create",
        Request::Ask => "status",
        Request::Cancel => "cancel",
        Request::Refresh => "refresh",
    };
    let function = page::member(transport, name).and_then(|function| function.dyn_into::<Function>().ok());
    let argument = body.map_or_else(|| attempt.key().into(), border::outward);
    Ok(function.ok_or(Answer::Unsupported)?.call1(transport, &argument))
}

fn reply(status: u16, body: String) -> Reply {
    Reply { status, redirected: false, body, date: page::wall(), retry_after: None }
}

/// A rejection `{ status, code }` is what a server would have answered; any other is a lost request.
fn rejected(thrown: &JsValue) -> Result<Reply, Answer> {
    let status = page::member(thrown, "status").and_then(|status| status.as_f64()).filter(|status| *status >= 400.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an HTTP status")]
    status.map(|status| reply(status.min(599.0) as u16, announce::text_of(thrown))).ok_or(lost())
}
