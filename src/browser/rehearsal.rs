//! Plays a payment up to its code once, unseen, so that the one that counts is not the first.
//!
//! A browser compiles each function when it is first called. Between a press and its code there are some hundred of them, and
//! a phone takes longer for that than for their work. Nothing is performed: the machine only says what it would do, its
//! server is made up here, and what is drawn is on no page.

use super::app::{self, Play};
use super::parts::Parts;
use super::setup::{Before, Mirror, Setup};
use super::till::Screen;
use super::transport::Carrier;
use super::{hearing, page};
use crate::checkout::json::Json;
use crate::checkout::machine::{Attempt, Event, Gesture, Phase, Request, State, What, advance};
use crate::checkout::wire::{self, Reply};
use js_sys::{Date, Promise};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// How long the view that was just drawn has for itself, in milliseconds.
const REST: i32 = 60;
/// How long the made-up code can be paid, in milliseconds.
const LIFE: f64 = 600_000.0;

thread_local! {
    /// Once for the page: what is compiled stays so.
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// Rehearses, once all that a press leads to is here. In steps, so that a press in between waits for one of them at most,
/// whose work it would have to do itself.
pub(super) fn soon(play: Rc<Play>, parts: Parts) {
    if BEGUN.replace(true) {
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        if parts.load("read").await {
            pause(REST).await;
            let _rehearsed = rehearse(&play).await;
        }
    });
}

async fn pause(delay: i32) {
    let over = Promise::new(&mut |done, _| {
        let window = page::window();
        let _timer = window.map(|window| window.set_timeout_with_callback_and_timeout_and_arguments_0(&done, delay));
    });
    let _over = JsFuture::from(over).await;
}

async fn rehearse(play: &Play) -> Option<()> {
    let setup = made_up(&play.mirror)?;
    let state = play.mirror.state.borrow().clone()?;
    let state = played(&setup, &state)?;
    setup.mirror.state.replace(Some(Rc::new(state)));
    pause(0).await;
    let mut view = app::unseen(play, setup.mirror)?;
    pause(0).await;
    view.take_away();
    Some(())
}

/// The page's own options, with a server that is never reached and a mirror that nobody else looks into.
fn made_up(mirror: &Mirror) -> Option<Setup> {
    let options = mirror.options.borrow().clone();
    let mirror = Mirror { options: RefCell::new(options.clone()), reading: Cell::new(true), ..Mirror::default() };
    Some(Setup {
        host: page::element()?,
        options,
        faults: Vec::new(),
        carrier: Carrier::default(),
        before: Before::default(),
        mirror: Rc::new(mirror),
    })
}

/// What a press now would lead to, if the server answered with a code; `None` where none can be pressed.
fn played(setup: &Setup, state: &State) -> Option<State> {
    if !matches!(state.phase, Phase::Choosing { pending: None, .. }) {
        return None;
    }
    let next = |state, what| advance(state, Event { at: page::now(), what }).0;
    let pressed = next(state.clone(), What::Shopper(Gesture::Pay, page::fresh_attempt()));
    let sent = next(pressed, What::SubmitDecided(true));
    let attempt = sent.phase.attempt()?;
    let answer = hearing::answer(setup, &sent, attempt, Request::Create, &reply(&sent, attempt))?;
    let answered = What::Answered(Request::Create, attempt.id.clone(), answer);
    Some(next(sent, answered))
}

/// What a server would answer: what it was asked for, and a code.
fn reply(state: &State, attempt: &Attempt) -> Reply {
    let code = Json::object([("type", "qr".into()), ("payload", "weixin://wxpay/bizpayurl?pr=rehearsed".into())]);
    let ends = Date::new(&JsValue::from_f64(Date::now() + LIFE)).to_iso_string();
    let further = [("status", "pending".into()), ("action", code), ("expires_at", Json::Text(ends.into()))];
    let mut payment = wire::creation(state, attempt, "", "").members().to_vec();
    payment.extend(further.map(|(key, value)| (key.to_owned(), value)));
    Reply { status: 201, body: Json::Object(payment).written(), date: page::wall(), ..Reply::default() }
}
