//! Reads what came back to a request as the core's [`Reply`]: its status, its body, the server's clock.
//!
//! What a reply means is the business of [`crate::checkout::wire`].

use super::{announce, page};
use crate::checkout::fault::{Fault, NetworkFault, PageCode, PageFault};
use crate::checkout::wire::{Answer, Reply};
use gloo_net::http::Response;
use js_sys::Date;
use wasm_bindgen::JsValue;

/// What came back.
#[derive(Debug)]
pub(super) enum Came {
    /// The server's response, and its body.
    Response(web_sys::Response, JsValue),
    /// What the host page's transport gave in its place.
    Given(JsValue),
    /// What the transport was rejected with.
    Thrown(JsValue),
    /// Nothing: the network, or a page's wrapped `fetch`, failed.
    Nothing,
    /// The host page's further headers are none.
    NoHeaders,
    /// The host page's transport has no function for this request.
    Unsupported,
}

/// The reply in it, or the answer that stands for none; `late` if it was given up for taking too long.
#[inline(never)]
pub(super) fn read(came: Came, late: bool) -> Result<Reply, Answer> {
    match came {
        Came::Response(response, body) => Ok(of_server(&response.into(), &body)),
        Came::Given(value) => Ok(of_host(200, announce::text_of(&value))),
        Came::Thrown(thrown) if !late => rejected(&thrown),
        Came::Thrown(_) | Came::Nothing if late => Err(Answer::Lost(NetworkFault::Timeout)),
        Came::Thrown(_) | Came::Nothing => Err(lost()),
        Came::NoHeaders => {
            Err(Answer::Fault(Fault::Page(PageFault { code: PageCode::HostFailed, about: "headers".to_owned() })))
        }
        Came::Unsupported => Err(Answer::Unsupported),
    }
}

/// Whether the part that reads providers' responses must be here to make sense of it.
#[inline(never)]
pub(super) fn takes_the_reader(reply: &Result<Reply, Answer>) -> bool {
    reply.as_ref().is_ok_and(Reply::may_hold_an_action)
}

/// As if it had never come: what can't be read is asked for again.
#[inline(never)]
pub(super) fn lost() -> Answer {
    Answer::Lost(NetworkFault::Unreachable)
}

fn of_server(response: &Response, body: &JsValue) -> Reply {
    let header = |name: &str| response.headers().get(name);
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

fn of_host(status: u16, body: String) -> Reply {
    Reply { status, redirected: false, body, date: page::wall(), retry_after: None }
}

/// A rejection `{ status, code }` is what a server would have answered; any other is a lost request.
fn rejected(thrown: &JsValue) -> Result<Reply, Answer> {
    let status = page::member(thrown, "status").and_then(|status| status.as_f64()).filter(|status| *status >= 400.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an HTTP status")]
    status.map(|status| of_host(status.min(599.0) as u16, announce::text_of(thrown))).ok_or(lost())
}
