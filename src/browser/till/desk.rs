//! Does what the till is told: calls [`advance`] and performs the effects.
//!
//! It decides nothing about payments, only what must wait for a part of the wasm that is not here yet.

mod report;
mod server;

use super::{Link, Notice, early};
use crate::browser::announce::{self, Word};
use crate::browser::lookout::{self, Lookout};
use crate::browser::page::{self, Listener, Timer};
use crate::browser::setup::{self, Setup};
use crate::browser::stream::Stream;
use crate::browser::transport::Pending;
use crate::browser::{attention, clipboard, hand_off, keep, save};
use crate::checkout::json::Json;
use crate::checkout::machine::{Announcement, Effect, Event, Gesture, Phase, State, What, advance};
use crate::checkout::method::MethodId;
use crate::checkout::wire;
use crate::words::Key;
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// What one checkout stands on, and whatever is under way for it; given up when it is dropped.
pub(super) struct Desk {
    link: Link,
    setup: Rc<Setup>,
    state: Option<Rc<State>>,
    timer: Option<Timer>,
    telling: Option<Timer>,
    stream: Option<Stream>,
    lookout: Option<Lookout>,
    request: Option<Pending>,
    paying: Vec<Function>,
    /// How many submissions the page was asked about. Two may be of one attempt, so its key does not tell them apart.
    asked: u32,
    untold: bool,
    /// Whether the part `pay` is here; until then, what leads there waits.
    whole: bool,
    waiting: Vec<What>,
    listeners: Vec<Listener>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.decided();
    }
}

impl Desk {
    pub(super) fn open(setup: Rc<Setup>, link: Link) -> Self {
        let state = setup.options.as_ref().map(|options| Rc::new(setup::first_state(options, &setup.before)));
        setup.mirror.state.replace(state.clone());
        Self {
            listeners: attention::listeners(&link),
            link,
            setup,
            state,
            timer: None,
            telling: None,
            stream: None,
            lookout: None,
            request: None,
            paying: Vec::new(),
            asked: 0,
            untold: false,
            whole: false,
            waiting: Vec::new(),
        }
    }

    pub(super) fn serve(&mut self, notice: Notice) {
        match notice {
            Notice::Begin(first) => {
                self.untold = first;
                self.begin();
            }
            Notice::Whole => self.become_whole(),
            Notice::Happened(what) => self.happened(what),
            // What an earlier press was held for decides nothing about a later one.
            Notice::Decided(of, passes) if of == self.asked => self.happened(What::SubmitDecided(passes)),
            Notice::Decided(..) => (),
            Notice::Pressed(sum) => self.pressed(sum),
            Notice::Changed(setup) => self.changed(&setup),
            Notice::Pay(done) => {
                self.paying.push(done);
                let right = self.setup.mirror.broken.get().is_none();
                if right {
                    self.happened(What::HostPaid(page::fresh_attempt()));
                } else {
                    self.decided();
                }
            }
            Notice::Shared => setup::shared(&self.setup).into_iter().for_each(|found| self.happened(found)),
            Notice::Relieved => {
                self.happened(What::Hid);
                lookout::wait(&mut self.lookout, self.state.as_deref(), &self.setup, &self.link);
            }
            Notice::Copied => self.copied(),
            Notice::Told => self.setup.mirror.notice.set(None),
        }
    }

    /// The page's address is on the clipboard: it is said for a while.
    #[inline(never)]
    fn copied(&mut self) {
        let (link, state) = (self.link.clone(), self.state.as_ref());
        self.setup.mirror.notice.set(state.map(|state| Key::copied(state.offer.environment.app)));
        self.telling = Some(Timer::after(8_000, move || link.tell(Notice::Told)));
    }

    fn begin(&mut self) {
        self.report(&self.setup.faults);
        self.report_no_method(false);
        let (Some(options), Some(state)) = (self.setup.options.clone(), self.state.clone()) else { return };
        if std::mem::take(&mut self.untold) {
            announce::dispatch(&self.setup.host, &Announcement::ready(&state));
        }
        if page::is_hidden() {
            self.happened(What::Hid);
        }
        let first = options.methods.first().map(|method| method.id.clone());
        if let Some(attempt) = first.and_then(|method| keep::unfinished(&options, &method)) {
            self.happened(What::Found(Box::new(attempt)));
        } else if let Some(sum) = self.setup.before.pressed.filter(|_| self.setup.before.selected == state.chosen) {
            self.pressed(sum);
        }
    }

    /// Honours a press in the shell, unless another sum would be paid than was seen there: the page may have changed an option
    /// where nobody is told, and the core knows rules that the shell does not.
    fn pressed(&mut self, sum: u64) {
        let state = self.state.as_ref();
        if state.and_then(|state| state.picked()).is_some_and(|(_, total)| total.minor() == sum) {
            self.happened(What::Shopper(Gesture::Pay, page::fresh_attempt()));
        }
    }

    #[inline(never)]
    fn become_whole(&mut self) {
        // It is told so again with each drawing in other words.
        if std::mem::replace(&mut self.whole, true) {
            return;
        }
        self.listeners.extend(attention::other_tabs(&self.link));
        self.report_within(None);
        self.report(setup::unnamed_page(&self.setup).as_slice());
        for what in std::mem::take(&mut self.waiting) {
            self.happened(what);
        }
        // Kept for an order that the page named since it began.
        self.link.tell(Notice::Shared);
    }

    fn happened(&mut self, what: What) {
        let Some(state) = self.state.clone() else { return };
        if !(self.whole || self.waiting.is_empty() && early::takes(&state.phase, &what)) {
            self.setup.carrier.parts.want();
            self.waiting.push(what);
            return;
        }
        let hid = matches!(what, What::Hid);
        let at = page::now();
        let event = Event { at, what };
        self.setup.mirror.log.borrow_mut().note(&state, &event);
        let before = state.order.id.clone();
        let (state, effects) = advance((*state).clone(), event);
        self.setup.mirror.log.borrow_mut().led_to(&state);
        let state = Rc::new(state);
        self.state = Some(state.clone());
        self.setup.mirror.state.replace(Some(state.clone()));
        for effect in effects {
            self.perform(&state, effect);
        }
        if self.whole {
            lookout::follow(&mut self.lookout, &state, hid, &self.setup, &self.link);
            if before != state.order.id {
                self.link.tell(Notice::Shared);
            }
        }
        if !matches!(state.phase, Phase::Sending { .. } | Phase::Canceling { .. }) {
            self.decided();
        }
    }

    /// Answers every call of `pay()`.
    fn decided(&mut self) {
        for done in self.paying.drain(..) {
            let _called = done.call0(&JsValue::UNDEFINED);
        }
    }

    fn changed(&mut self, setup: &Rc<Setup>) {
        let old = std::mem::replace(&mut self.setup, setup.clone());
        if old.faults != setup.faults {
            setup.mirror.fault.take();
            self.report(&setup.faults);
        }
        if self.whole {
            self.report_within(Some(&old));
        }
        let Some(options) = &setup.options else {
            // What is under way goes on by the options that it began with, until the page has mended its own.
            if self.state.is_some() {
                self.setup = old;
            }
            return;
        };
        match &self.state {
            None => {
                let state = Rc::new(setup::first_state(options, &setup.before));
                setup.mirror.state.replace(Some(state.clone()));
                self.state = Some(state);
                self.begin();
            }
            Some(state) => {
                let worked = !state.offer.shown.is_empty();
                let next = Box::new((setup::order(options), Rc::new(setup::offer(options))));
                self.happened(What::Updated(next));
                self.report_no_method(!worked);
            }
        }
    }

    fn perform(&mut self, state: &Rc<State>, effect: Effect) {
        let link = self.link.clone();
        let Some(options) = &self.setup.options else { return };
        match effect {
            Effect::Announce(announcement) => self.announce(&announcement),
            Effect::Send(request, attempt) => self.send(state, request, &attempt),
            Effect::Keep(attempt) => keep::attempt(options, &state.order.id, &attempt),
            Effect::Wake(at) => {
                let came = move || link.tell(Notice::Happened(What::TimeCame));
                self.timer = at.map(|at| Timer::after(at.saturating_sub(page::now()) + 1, came));
            }
            Effect::HandOff(_)
            | Effect::Open(_)
            | Effect::SignIn(..)
            | Effect::Listen(_)
            | Effect::Forget(..)
            | Effect::SaveCode
            | Effect::CopyLink => self.carry_out(state, effect),
        }
    }

    /// What is ordered only once the server has answered, or the view draws.
    #[inline(never)]
    fn carry_out(&mut self, state: &State, effect: Effect) {
        let link = self.link.clone();
        let Some(options) = &self.setup.options else { return };
        match effect {
            Effect::HandOff(action) => hand_off::carry_out(&action, &self.setup, link),
            Effect::Open(url) => hand_off::open(&url),
            Effect::SignIn(url, attempt) => {
                keep::attempt(options, &state.order.id, &attempt);
                let joint = if url.contains('?') { "&return_url=" } else { "?return_url=" };
                let back = js_sys::encode_uri_component(&wire::way_back(&options.return_url, &attempt.id));
                hand_off::open(&[&url, joint, &String::from(back)].concat());
            }
            Effect::Listen(to) => self.stream = to.map(|(url, id)| self.listen(url, id)),
            Effect::CopyLink => wasm_bindgen_futures::spawn_local(async move {
                if clipboard::copy_address().await {
                    link.tell(Notice::Copied);
                }
            }),
            Effect::Forget(order, id) => keep::forget_attempt(options, &order, &id),
            Effect::SaveCode => {
                let saved = state.phase.attempt().map(|attempt| save::code(&self.setup, state, attempt));
                debug_assert!(saved.is_some(), "only a code on screen is saved");
            }
            Effect::Announce(_) | Effect::Send(..) | Effect::Keep(_) | Effect::Wake(_) => (),
        }
    }

    /// Dispatches it, and brings the host page's decision back where it has one.
    fn announce(&mut self, announcement: &Announcement) {
        if let (Some(options), Announcement::SELECT) = (&self.setup.options, announcement.name)
            && let Some(id) = announcement.detail.get("method").and_then(Json::text).and_then(MethodId::parse)
        {
            keep::method(options, &id);
        }
        if announcement.name == Announcement::COMPLETE && keep::was_told(announcement) {
            return;
        }
        let Word { passes, until } = announce::dispatch(&self.setup.host, announcement);
        self.asked += u32::from(announcement.name == Announcement::SUBMIT);
        let (link, of) = (self.link.clone(), self.asked);
        match (announcement.name, until) {
            (Announcement::SUBMIT, Some(until)) if passes => {
                announce::settled(until, move |passes| link.tell(Notice::Decided(of, passes)));
            }
            (Announcement::SUBMIT, _) if passes => link.tell(Notice::Happened(What::SubmitDecided(true))),
            // Before what the listener itself called: its `pay()` is another press.
            (Announcement::SUBMIT, _) => link.tell_first(Notice::Happened(What::SubmitDecided(false))),
            (Announcement::ACTION, _) => link.tell(Notice::Happened(What::ActionDecided(!passes))),
            _ => (),
        }
    }
}
