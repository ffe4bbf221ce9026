//! Reads the page into plain facts: clock, random numbers, user agent, address; and listens and waits on it.
//!
//! It judges none of them.

use crate::checkout::environment::Facts;
use crate::checkout::machine::Millis;
use crate::checkout::options::Page;
use crate::checkout::wire::AttemptId;
use js_sys::{Date, Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, EventTarget, Window};

/// The window; a widget without one was never mounted.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// A new element of no kind, on no page.
pub(super) fn element() -> Option<Element> {
    window()?.document()?.create_element("div").ok()
}

/// Milliseconds on the page's steady clock.
pub(super) fn now() -> Millis {
    let now = window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now());
    whole(now)
}

/// Seconds since 1970 by the browser's own clock, for servers that hide theirs.
pub(super) fn wall() -> i64 {
    whole(Date::now() / 1000.0).cast_signed()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time or a sum: positive and far below 2^53"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// A new attempt's id, from the browser's own source of random numbers.
pub(super) fn fresh_attempt() -> AttemptId {
    AttemptId::from_random(random())
}

/// 16 random bytes. A browser without such a source can't load WebAssembly either.
fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        let _filled = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

/// What the environment is read from.
pub(super) fn facts() -> Facts {
    let Some(window) = window() else { return Facts::default() };
    let navigator = window.navigator();
    Facts {
        user_agent: navigator.user_agent().unwrap_or_default(),
        touch_points: u32::try_from(navigator.max_touch_points()).unwrap_or(0),
        upsdk: global("upsdk").is_some(),
        // Another origin's window does not tell its origin.
        framed: global("top").is_some_and(|top| member(&top, "origin").is_none()),
    }
}

/// A global of the page, if it is there.
pub(super) fn global(name: &str) -> Option<JsValue> {
    member(window()?.as_ref(), name)
}

/// A member that is neither undefined nor null.
pub(super) fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// The function of this name that it has.
pub(super) fn function(object: &JsValue, name: &str) -> Option<Function> {
    member(object, name)?.dyn_into().ok()
}

/// What options depend on.
pub(super) fn page(language: &str, transport: bool) -> Page {
    Page { url: address(), language: language.to_owned(), transport }
}

/// The page's address.
pub(super) fn address() -> String {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// Replaces the page's address without loading it; what the page's router keeps with it stays.
pub(super) fn replace_address(url: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let kept = member(&history, "state").unwrap_or(JsValue::NULL);
        let _replaced = history.replace_state_with_url(&kept, "", Some(url));
    }
}

/// Whether the page can be seen.
pub(super) fn is_hidden() -> bool {
    window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// A listener that is taken off when it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    target: EventTarget,
    event: &'static str,
    heard: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    /// Calls `heard` at each of these events.
    pub(super) fn new(target: &EventTarget, event: &'static str, heard: impl FnMut(JsValue) + 'static) -> Self {
        let heard = Closure::<dyn FnMut(JsValue)>::new(heard);
        let _added = target.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        Self { target: target.clone(), event, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _removed = self.target.remove_event_listener_with_callback(self.event, self.heard.as_ref().unchecked_ref());
    }
}

/// How long what an answer leads to is drawn before anything else is begun that it asks for, in milliseconds. Opening a stream and
/// asking for a lock take a phone a fifth of the time between the server's answer and its code.
pub(super) const DRAWN: Millis = 100;

/// A timer that is cleared when it is dropped.
#[derive(Debug)]
pub(super) struct Timer {
    id: i32,
    _came: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `came` once, after this many milliseconds.
    pub(super) fn after(delay: Millis, came: impl FnMut() + 'static) -> Self {
        let came = Closure::<dyn FnMut()>::new(came);
        let delay = i32::try_from(delay).unwrap_or(i32::MAX);
        let set = |window: Window| {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(came.as_ref().unchecked_ref(), delay).ok()
        };
        Self { id: window().and_then(set).unwrap_or(0), _came: came }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
