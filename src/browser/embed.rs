//! What the custom element calls: `mount`, and a [`Widget`] to update, ask and take away again.
//!
//! It passes things on; `www/moongate.js` is its only caller, and `www/moongate.d.ts` what page authors read instead.

use super::app::{App, Notice};
use super::intl::BrowserIntl;
use super::setup::{Before, Mirror, Props, Setup};
use super::transport::Carrier;
use super::{border, keep, page};
use crate::checkout::fault::{PageCode, PageFault};
use crate::checkout::json::Json;
use crate::checkout::machine::{Gesture, State, What};
use crate::checkout::method::MethodId;
use crate::checkout::options::Options;
use crate::view::Face;
use crate::words::{Key, Words};
use js_sys::{Function, Promise};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;
use yew::AppHandle;

/// A mounted checkout.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Widget {
    handle: Option<AppHandle<App>>,
    host: Element,
    words: Json,
    language: String,
    mirror: Rc<Mirror>,
    reading: JsValue,
}

/// Draws a checkout into `root` for the element `host`; [`Widget::begin`] then sets it going.
///
/// `options` is the raw object of the contract, `words` a language file, `before` what the shopper did already:
/// `{ selected, pressed, large, expanded, language }`, `reading` a function that loads the reader's module.
#[wasm_bindgen(skip_typescript)]
pub fn mount(
    host: Element,
    root: Element,
    options: &JsValue,
    words: &JsValue,
    before: &JsValue,
    reading: JsValue,
) -> Widget {
    let flag = |name| page::member(before, name).is_some_and(|value| value.is_truthy());
    let text = |name| page::member(before, name).and_then(|value| value.as_string());
    let before_us = Before {
        selected: text("selected").as_deref().and_then(MethodId::parse),
        pressed: flag("pressed"),
        large: flag("large"),
        expanded: flag("expanded"),
    };
    let words = border::inward(words).unwrap_or(Json::Null);
    let language = text("language").unwrap_or_default();
    let mut widget = Widget { handle: None, host, words, language, mirror: Rc::default(), reading };
    let setup = widget.setup(options, before_us);
    widget.handle = Some(yew::Renderer::<App>::with_root_and_props(root, Props { setup }).render());
    widget
}

#[wasm_bindgen]
impl Widget {
    /// Sets it going, once it is on the page: reports what is wrong, takes up what is unfinished, honours a press.
    ///
    /// `first` says that the page is still to hear `moongate-ready`.
    pub fn begin(&self, first: bool) {
        self.tell(Notice::Begin(first));
    }

    /// The page changed its options.
    pub fn update(&self, options: &JsValue) {
        let large = self.state_now().is_some_and(|state| state.large);
        let setup = self.setup(options, Before { large, ..Before::default() });
        self.tell(Notice::Changed(setup));
    }

    /// Takes it away and leaves nothing behind.
    pub fn unmount(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
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
        let state = self.state_now().map_or(Json::Null, |state| state.report(log));
        border::outward(&state)
    }
}

impl Widget {
    fn tell(&self, notice: Notice) {
        if let Some(handle) = &self.handle {
            handle.send_message(notice);
        }
    }

    fn state_now(&self) -> Option<Rc<State>> {
        self.mirror.state.borrow().clone()
    }

    fn setup(&self, options: &JsValue, before: Before) -> Rc<Setup> {
        let function = |name| page::member(options, name);
        let transport = function("transport");
        let (read, faults) = Options::read(&border::members(options), &page::page(&self.language, transport.is_some()));
        let read = read.map(Rc::new);
        let texts = read.as_ref().map(|options| options.texts.as_slice()).unwrap_or_default();
        let words = Words::read(&self.words, texts);
        let unknown = texts.iter().filter(|(name, _)| Key::parse(name).is_none());
        let unknown =
            unknown.map(|(name, _)| PageFault { code: PageCode::UnknownOption, about: ["texts.", name].concat() });
        let faults = faults.into_iter().chain(unknown).collect();
        let locale = read.as_ref().map_or_else(|| self.language.clone(), |options| options.locale.clone());
        let face = Rc::new(Face::new(read.as_deref(), words, &self.language, Rc::new(BrowserIntl { locale })));
        let carrier = Carrier {
            endpoint: read.as_ref().map(|options| options.endpoint.clone()).unwrap_or_default(),
            include_credentials: read.as_ref().is_some_and(|options| options.include_credentials),
            headers: function("headers"),
            transport,
            reading: self.reading.clone(),
        };
        self.mirror.options.replace(read.clone());
        let (host, mirror) = (self.host.clone(), self.mirror.clone());
        Rc::new(Setup { host, options: read, faults, face, carrier, before, mirror })
    }
}
