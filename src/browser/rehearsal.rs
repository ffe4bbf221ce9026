//! Plays a payment up to its code once, unseen, so that the one that counts is not the first.
//!
//! A browser compiles each function when it is first called, and looks for letters of a size when they are first laid out.
//! Between a press and its code there are some hundred functions and a screen of letters, and a phone takes longer for that
//! than for the work itself. Nothing is performed: the machine only says what it would do, its server is made up here, and
//! what is drawn is behind the checkout, where it can be neither seen nor heard.

use super::app::{self, Play};
use super::parts::Parts;
use super::setup::{Before, Mirror, Setup};
use super::till::Screen;
use super::transport::Carrier;
use super::{hearing, page};
use crate::checkout::json::Json;
use crate::checkout::machine::{Attempt, Event, Gesture, Phase, Request, State, What, advance};
use crate::checkout::wire::{self, Reply};
use js_sys::{Date, Object, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Node};

/// How long after the parts are here it begins, in milliseconds, so that the view's first frame is not held up.
const REST: i32 = 60;
/// How long the made-up code can be paid, in milliseconds.
const LIFE: f64 = 600_000.0;

thread_local! {
    /// Once for the page: what is compiled stays so.
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// Rehearses, once all that a press leads to is here. In steps: a press in between waits for one of them at most, and its
/// work would have been that press's own.
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
    let screens = played(&setup, &state)?;
    setup.mirror.state.replace(Some(state));
    let mut view = app::unseen(play, setup.mirror.clone())?;
    let stage = view.root().and_then(|root| behind(play.host(), root));
    for screen in screens {
        pause(0).await;
        // Whoever pays meanwhile needs no rehearsal, and no time spent on it.
        if !play.mirror.state.borrow().as_deref().is_some_and(is_idle) {
            break;
        }
        setup.mirror.state.replace(Some(Rc::new(screen)));
        view.redraw();
        pause(0).await;
        // Asked for its height, it is laid out.
        let _height = view.root().map(Element::client_height);
    }
    view.take_away();
    stage.as_ref().inspect(|stage| stage.remove());
    Some(())
}

/// A place of the checkout's own width and look for `root`, out of sight and reach: in a shadow root of its own, so that
/// nobody finds it who looks for the checkout's parts. It is a point that clips: however narrow the
/// window becomes, nothing stands out of it. None where the look is a file, which can't be shared.
fn behind(host: &Element, root: &Element) -> Option<Element> {
    let (front, point, wide) = (host.shadow_root()?, page::element()?, page::element()?);
    let sheets = page::member(&front, "adoptedStyleSheets")?;
    styled(&point, "position:absolute;visibility:hidden;contain:strict;width:0;height:0")?;
    styled(&wide, &["width:", &host.client_width().to_string(), "px"].concat())?;
    point.set_attribute("inert", "").ok()?;
    let mode = Object::new();
    Reflect::set(&mode, &"mode".into(), &"open".into()).ok()?;
    let attach = page::function(&point, "attachShadow")?;
    let back: Node = attach.call1(&point, &mode).ok()?.dyn_into().ok()?;
    Reflect::set(&back, &"adoptedStyleSheets".into(), &sheets).ok()?;
    wide.append_child(root).ok()?;
    back.append_child(&wide).ok()?;
    // Not last: that is the checkout itself.
    front.insert_before(&point, front.first_child().as_ref()).ok()?;
    Some(point)
}

/// Gives an element a style of its own, in the way that no policy minds.
fn styled(element: &Element, rules: &str) -> Option<bool> {
    Reflect::set(&page::member(element, "style")?, &"cssText".into(), &rules.into()).ok()
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

/// Whether a press would begin something.
fn is_idle(state: &State) -> bool {
    matches!(state.phase, Phase::Choosing { pending: None, .. })
}

/// What a press now would lead to, if the server answered with a code: while it is sent, and then; `None` where none can be
/// pressed.
fn played(setup: &Setup, state: &State) -> Option<[State; 2]> {
    if !is_idle(state) {
        return None;
    }
    let next = |state, what| advance(state, Event { at: page::now(), what }).0;
    let pressed = next(state.clone(), What::Shopper(Gesture::Pay, page::fresh_attempt()));
    let sent = next(pressed, What::SubmitDecided(true));
    let attempt = sent.phase.attempt()?;
    let answer = hearing::answer(setup, &sent, attempt, Request::Create, &reply(&sent, attempt))?;
    let answered = What::Answered(Request::Create, attempt.id.clone(), answer);
    Some([sent.clone(), next(sent, answered)])
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
