//! Settles which of several windows of this browser looks out for an order's payment: the one that was looked at last asks
//! the server and listens to it, by the Web Locks API; the others sleep, as if nobody saw them, until it is done.
//!
//! It does not decide what a window does meanwhile. Where there are no locks each looks out for itself.

use super::keep;
use super::page::{self, Timer};
use super::setup::Setup;
use super::till::{Link, Notice};
use crate::checkout::machine::{State, What};
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// A window's turn to look out, or its place in the queue for it; given back when it is dropped, since a page that holds a
/// lock, or waits for one, is not kept for the shopper who goes back.
pub(super) struct Lookout {
    /// Asks for it.
    _soon: Timer,
    /// Ends the turn.
    resign: Function,
    /// Leaves the queue.
    leave: AbortController,
    /// Whether it is this window's turn.
    held: Rc<Cell<bool>>,
}

/// Takes the turn while the payment is waited for and this window is seen; gives it back when it is not seen any more (`hid`),
/// or when the waiting is over.
pub(super) fn follow(turn: &mut Option<Lookout>, state: &State, hid: bool, setup: &Setup, link: &Link) {
    if hid || state.phase.waited_for().is_none() {
        *turn = None;
    } else if !state.hidden && !turn.as_ref().is_some_and(|turn| turn.held.get()) {
        *turn = Lookout::ask(state, setup, link, true);
    }
}

/// Waits for the turn that another window took, and wakes up when it is given back.
pub(super) fn wait(turn: &mut Option<Lookout>, state: Option<&State>, setup: &Setup, link: &Link) {
    if let Some(state) = state.filter(|state| state.phase.waited_for().is_some() && !page::is_hidden()) {
        *turn = Lookout::ask(state, setup, link, false);
    }
}

impl Lookout {
    /// Asks for the turn: takes it from whoever has it (`steal`), or stands in the queue.
    fn ask(state: &State, setup: &Setup, link: &Link, steal: bool) -> Option<Self> {
        let name = keep::place_of(setup.options.as_ref()?, &state.order.id);
        let locks = page::member(&page::global("navigator")?, "locks")?;
        let request = page::function(&locks, "request")?;
        let leave = AbortController::new().ok()?;
        let (key, value) = if steal { ("steal", JsValue::TRUE) } else { ("signal", leave.signal().into()) };
        let options = Object::new();
        Reflect::set(&options, &JsValue::from_str(key), &value).ok()?;
        let mut resign = None;
        let until = Promise::new(&mut |done, _| resign = Some(done));
        let held = Rc::new(Cell::new(steal));
        let (granted, woken) = (Rc::downgrade(&held), link.clone());
        let granted = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| {
            if let Some(held) = granted.upgrade()
                && !held.replace(true)
            {
                woken.tell(Notice::Happened(What::Woke));
            }
            until.clone().into()
        });
        let (mine, link) = (Rc::downgrade(&held), link.clone());
        let mut asking = Some((name, granted));
        let soon = Timer::after(page::DRAWN, move || {
            let Some((name, granted)) = asking.take() else { return };
            let asked = request.call3(&locks, &JsValue::from_str(&name), &options, granted.as_ref());
            let (mine, link) = (mine.clone(), link.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let Ok(asked) = asked else { return };
                let over = JsFuture::from(Promise::from(asked)).await;
                // Kept until here: a turn that is on its way when this window gives it back still calls for it.
                drop(granted);
                // Refused where the page may have no locks, and taken away by another window.
                if let (Err(why), Some(held)) = (over, mine.upgrade())
                    && held.get()
                    && page::member(&why, "name").is_some_and(|name| name == "AbortError")
                {
                    link.tell(Notice::Relieved);
                }
            });
        });
        Some(Self { _soon: soon, resign: resign?, leave, held })
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        let _resigned = self.resign.call0(&JsValue::UNDEFINED);
        self.leave.abort();
    }
}
