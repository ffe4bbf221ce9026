//! What the custom element calls: [`open`], and a [`Widget`] to begin, draw, update, ask and take away again.
//!
//! It passes things on. The scripts in `www` call it, and `component.rs` where there are none; page authors read
//! `www/moongate.d.ts` instead.

use super::parts::Parts;
use super::setup::{Before, Mirror, Setup};
use super::till::{Notice, Screen, Till};
use super::transport::Carrier;
use super::{app, border, keep, page};
use crate::checkout::json::Json;
use crate::checkout::machine::{Gesture, State, What};
use crate::checkout::method::MethodId;
use crate::checkout::options::{Options, TextSize};
use crate::words::Key;
use js_sys::{Function, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

/// A checkout on the page.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Widget {
    till: Option<Till>,
    host: Element,
    /// The tag of the language that is spoken where the page's options name none.
    language: RefCell<String>,
    mirror: Rc<Mirror>,
    parts: Parts,
}

/// Opens a checkout for the element `host`; [`Widget::begin`] then sets it going, [`Widget::draw`] puts the view in the
/// shell's place.
///
/// `options` is the raw object of the contract, `before` what the shopper did already: `{ selected, pressed, large, expanded,
/// language }`, of which `pressed` is the sum that was on the button. `shell` is called when something may have changed, with
/// the phase, the method picked and the methods offered; `loading` takes the name of a further part and gives a promise of it.
#[wasm_bindgen(skip_typescript)]
pub fn open(host: Element, options: &JsValue, before: &JsValue, shell: Function, loading: JsValue) -> Widget {
    let language = page::member(before, "language").and_then(|value| value.as_string()).unwrap_or_default();
    let language = RefCell::new(language);
    let mut widget = Widget { till: None, host, language, mirror: Rc::default(), parts: Parts::by(loading) };
    let setup = widget.setup(options, earlier(before));
    let shell = Shell { tell: shell, mirror: widget.mirror.clone() };
    widget.till = Some(Till::open(setup, Box::new(shell)));
    widget
}

/// What the shopper did before.
pub(super) fn earlier(before: &JsValue) -> Before {
    let flag = |name| page::member(before, name).is_some_and(|value| value.is_truthy());
    let selected = page::member(before, "selected").and_then(|value| value.as_string());
    Before {
        selected: selected.as_deref().and_then(MethodId::parse),
        pressed: page::member(before, "pressed").and_then(|sum| sum.as_f64()).map(page::whole),
        large: flag("large"),
        expanded: flag("expanded"),
    }
}

/// The script that draws until the view is here.
struct Shell {
    tell: Function,
    mirror: Rc<Mirror>,
}

impl Screen for Shell {
    fn redraw(&self) {
        let Some(state) = self.mirror.state.borrow().clone() else { return };
        let chosen = state.chosen.as_ref().map_or(JsValue::NULL, |id| id.as_str().into());
        let offered: Vec<&str> = state.offer.shown.iter().map(|row| row.method.id.as_str()).collect();
        let (phase, offered) = (state.phase.word().into(), offered.join(" ").into());
        let _drawn = self.tell.call3(&JsValue::UNDEFINED, &phase, &chosen, &offered);
    }

    fn take_away(&mut self) {}
}

#[wasm_bindgen]
impl Widget {
    /// Sets it going, once it is on the page: reports what is wrong, takes up what is unfinished, honours a press.
    ///
    /// `first` says that the page is still to hear `moongate-ready`.
    pub fn begin(&self, first: bool) {
        self.tell(Notice::Begin(first));
    }

    /// Draws it from now on, in the words of a language's file: the element that it is drawn in, in a microtask. The part
    /// `pay` must be here, and the shell at rest; `before` says how that looked. Without it, the words alone change.
    pub fn draw(&self, words: &JsValue, before: &JsValue) -> Option<Element> {
        app::draw(self.till.as_ref()?, &self.parts, &self.host, words, before, &self.language.borrow())
    }

    /// The page changed its options, or the tag of its language.
    pub fn update(&self, options: &JsValue, language: String) {
        self.language.replace(language);
        let (large, asked) = (self.is_large(), self.text_size());
        let setup = self.setup(options, Before { large, ..Before::default() });
        self.tell(Notice::Changed(setup));
        // Asked for anew it is as the page says; until then as the shopper has it.
        let anew = self.text_size();
        if anew != asked && anew != TextSize::Auto && (anew == TextSize::Large) != large {
            self.tell(Notice::Happened(What::Shopper(Gesture::ToggleLarge, page::fresh_attempt())));
        }
    }

    /// Takes it away and leaves nothing behind.
    pub fn unmount(&mut self) {
        if let Some(till) = self.till.take() {
            till.close();
        }
    }

    /// Pay was pressed in the shell, where this sum was on it, in minor units.
    pub fn press(&self, sum: f64) {
        self.tell(Notice::Pressed(page::whole(sum)));
    }

    /// Pays as if the button had been pressed, without announcing a submission.
    ///
    /// The promise is kept once the attempt is decided: an action is shown, or a fault.
    pub fn pay(&self) -> Promise {
        Promise::new(&mut |resolve: Function, _| self.tell(Notice::Pay(resolve)))
    }

    /// Picks a method.
    pub fn select(&self, id: &str) {
        if let Some(id) = MethodId::parse(id) {
            self.tell(Notice::Happened(What::Shopper(Gesture::Choose(id), page::fresh_attempt())));
        }
    }

    /// The host page believes that the shopper came back or gave up: the server is asked at once.
    pub fn hint(&self) {
        self.tell(Notice::Happened(What::Hinted));
    }

    /// Begins anew: closes a live attempt first.
    pub fn restart(&self) {
        let ended = self.state_now().is_some_and(|state| state.phase.word() == "ended");
        let gesture = if ended { Gesture::TryAgain } else { Gesture::ChangeMethod };
        self.tell(Notice::Happened(What::Shopper(gesture, page::fresh_attempt())));
    }

    /// Forgets all that is kept in the browser.
    pub fn forget(&self) {
        if let Some(options) = &*self.mirror.options.borrow() {
            keep::forget(options);
        }
    }

    /// The environment, the offer, and why the rest is not offered.
    pub fn explain(&self) -> JsValue {
        self.state_now().map_or(JsValue::NULL, |state| border::outward(&state.offer.to_json()))
    }

    /// The state as the host page reads it.
    pub fn state(&self) -> JsValue {
        let log = self.mirror.log.borrow().to_json();
        let fault = self.mirror.fault.borrow();
        let state = self.state_now().map_or(Json::Null, |state| state.report(log, fault.as_ref()));
        border::outward(&state)
    }
}

impl Widget {
    fn tell(&self, notice: Notice) {
        if let Some(till) = &self.till {
            till.tell(notice);
        }
    }

    /// Whether large print is on, in whatever is drawn.
    fn is_large(&self) -> bool {
        let broken = || self.mirror.broken.get().is_some_and(|(_, large)| large);
        self.state_now().map_or_else(broken, |state| state.large)
    }

    /// The size of text that the page asks for.
    fn text_size(&self) -> TextSize {
        self.mirror.options.borrow().as_ref().map(|options| options.text_size).unwrap_or_default()
    }

    fn state_now(&self) -> Option<Rc<State>> {
        self.mirror.state.borrow().clone()
    }

    fn setup(&self, options: &JsValue, before: Before) -> Rc<Setup> {
        let function = |name| page::member(options, name);
        let transport = function("transport");
        let (read, faults) =
            Options::read(&border::members(options), &page::page(&self.language.borrow(), transport.is_some()));
        let read = read.map(Rc::new);
        let carrier = Carrier {
            endpoint: read.as_ref().map(|options| options.endpoint.clone()).unwrap_or_default(),
            include_credentials: read.as_ref().is_some_and(|options| options.include_credentials),
            headers: function("headers"),
            transport,
            parts: self.parts.clone(),
        };
        let broken = if read.is_none() { Some((Key::broken(&faults), before.large)) } else { None };
        self.mirror.broken.set(broken);
        if broken.is_none() {
            self.mirror.options.replace(read.clone());
        }
        let (host, mirror) = (self.host.clone(), self.mirror.clone());
        Rc::new(Setup { host, options: read, faults, carrier, before, mirror })
    }
}
