//! Carries requests to the merchant's server and answers back: by `fetch`, or by the host page's own `transport`.
//!
//! It never panics, whatever a page's wrapped `fetch` does, and reads nothing of what comes back: [`super::reply`] does.

use super::border;
use super::page::{self, Timer};
use super::parts::Parts;
use super::reply::{self, Came};
use crate::checkout::json::Json;
use crate::checkout::machine::{Attempt, Request};
use crate::checkout::patience::{ANSWER_LIMIT, CREATION_LIMIT};
use crate::checkout::wire::{Answer, Reply};
use js_sys::{Array, Function, Object, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

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
            let limit = if request == Request::Create { CREATION_LIMIT } else { ANSWER_LIMIT };
            let timer = Timer::after(limit, move || {
                mark.set(true);
                stop.abort();
            });
            let came = carrier.carry(request, &attempt, body.as_ref(), &signal).await.unwrap_or_else(|none| none);
            drop(timer);
            // Another request took its place, whose answer is waited for now.
            if signal.signal().aborted() && !late.get() {
                return;
            }
            // Nothing after the first answer is in the first part.
            if !carrier.parts.load("pay").await {
                return;
            }
            let mut reply = reply::read(came, late.get());
            let mut reading = reply::takes_the_reader(&reply);
            if reading && !carrier.parts.load("read").await {
                (reply, reading) = (Err(reply::lost()), false);
            }
            done(reply, reading);
        });
        Some(Pending(abort))
    }

    /// All that is waited for, in one future: each further one would cost the shopper its own machinery.
    async fn carry(
        &self,
        request: Request,
        attempt: &Attempt,
        body: Option<&Json>,
        abort: &AbortController,
    ) -> Result<Came, Came> {
        let called = match &self.transport {
            Some(transport) => by_host(transport, request, attempt, body)?,
            None => {
                let further = match &self.headers {
                    // Without a wait the request goes out before the press is drawn, and the server works meanwhile.
                    None => Ok(Object::new().into()),
                    Some(headers) => JsFuture::from(within(&further_headers(headers)?, abort)).await,
                };
                let further =
                    further.map_err(|_| if abort.signal().aborted() { Came::Nothing } else { Came::NoHeaders })?;
                self.fetch(request, attempt, body, abort, &further)?
            }
        };
        let given = match called {
            Ok(promise) => JsFuture::from(within(&promise, abort)).await,
            Err(thrown) => Err(thrown),
        };
        let by_host = self.transport.is_some();
        let thrown = by_host && !abort.signal().aborted();
        let value = given.map_err(|said| if thrown { Came::Thrown(said) } else { Came::Nothing })?;
        match value.dyn_into::<Response>() {
            Ok(response) => {
                let body = response.text().map_err(|_| Came::Nothing)?;
                let body = JsFuture::from(within(&body, abort)).await;
                Ok(Came::Response(response, body.map_err(|_| Came::Nothing)?))
            }
            Err(value) if by_host => Ok(Came::Given(value)),
            Err(_) => Err(Came::Nothing),
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
    ) -> Result<Result<JsValue, JsValue>, Came> {
        let headers = headers(request, attempt, further).ok_or(Came::NoHeaders)?;
        let init = RequestInit::new();
        init.set_method(if request == Request::Ask { "GET" } else { "POST" });
        init.set_credentials(if self.include_credentials {
            RequestCredentials::Include
        } else {
            RequestCredentials::SameOrigin
        });
        init.set_signal(Some(&abort.signal()));
        init.set_headers(&headers);
        if let Some(body) = body {
            init.set_body(&body.written().into());
        }
        // Called by hand, since gloo-net panics when a page's wrapped `fetch` throws, or gives something that is no
        // `Response` or no `Error`.
        let fetch = page::global("fetch").and_then(|fetch| fetch.dyn_into::<Function>().ok()).ok_or(Came::Nothing)?;
        Ok(fetch.call2(&JsValue::UNDEFINED, &self.address(request, attempt).into(), &init))
    }
}

/// The host page's further headers, or a promise of them.
fn further_headers(headers: &JsValue) -> Result<JsValue, Came> {
    match headers.dyn_ref::<Function>() {
        Some(function) => function.call0(&JsValue::UNDEFINED).map_err(|_| Came::NoHeaders),
        None => Ok(headers.clone()),
    }
}

/// This promise, or a rejection once the request is given up: what a host page promises may never come, and only `fetch`
/// hears of the signal.
fn within(promise: &JsValue, abort: &AbortController) -> Promise {
    let given_up = Promise::new(&mut |_, reject| abort.signal().set_onabort(Some(&reject)));
    Promise::race(&Array::of2(promise, &given_up))
}

/// What a request carries; `None` if the host page's headers are no object, or one of them can't be sent. They are read as
/// `fetch` reads them: an object whose values become texts, pairs, or `Headers`.
fn headers(request: Request, attempt: &Attempt, further: &JsValue) -> Option<Headers> {
    let headers = Headers::new_with_record_from_str_to_str(further.dyn_ref()?).ok()?;
    if request == Request::Create {
        headers.set("Idempotency-Key", attempt.id.as_str()).ok()?;
        headers.set("Content-Type", "application/json").ok()?;
    }
    Some(headers)
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
) -> Result<Result<JsValue, JsValue>, Came> {
    let name = match request {
        Request::Create => "create",
        Request::Ask => "status",
        Request::Cancel => "cancel",
        Request::Refresh => "refresh",
    };
    let function = page::function(transport, name);
    let argument = body.map_or_else(|| attempt.key().into(), border::outward);
    Ok(function.ok_or(Came::Unsupported)?.call1(transport, &argument))
}
