//! The root component: holds the state, calls [`advance`], performs the effects. The only component with an `update`.
//!
//! It decides nothing about payments.

use super::page::{self, Listener, Timer};
use super::reading::Reader;
use super::setup::{self, Props, Setup};
use super::stream::{Message, Stream};
use super::transport::Pending;
use super::{announce, attention, hand_off, hearing, keep, save};
use crate::checkout::fault::{Fault, PageCode, PageFault};
use crate::checkout::json::Json;
use crate::checkout::machine::{
    Acting, Announcement, Attempt, Effect, Event, Gesture, Phase, Request, State, What, advance,
};
use crate::checkout::method::MethodId;
use crate::checkout::wire::{self, Answer, Reply};
use crate::view::{self, PanelProps, Shown};
use crate::words::Key;
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use yew::{Component, Context, Html};

/// What the component is told.
pub(super) enum Notice {
    /// The widget is on the page: take up what is unfinished, honour what was pressed.
    Begin(bool),
    /// Something happened.
    Happened(What),
    /// A second went by while a code is shown.
    Tick,
    /// The page changed its options.
    Changed(Rc<Setup>),
    /// `pay()`, with what to call when it is decided.
    Pay(Function),
}

/// The component.
#[derive(Debug)]
pub(super) struct App {
    setup: Rc<Setup>,
    state: Option<Rc<State>>,
    screen: Option<(&'static str, Option<Acting>)>,
    timer: Option<Timer>,
    tick: Option<Timer>,
    shown: Shown,
    stream: Option<Stream>,
    request: Option<Pending>,
    paying: Vec<Function>,
    notice: Option<Key>,
    untold: bool,
    _listeners: Vec<Listener>,
}

impl Component for App {
    type Message = Notice;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let setup = ctx.props().setup.clone();
        let state = setup.options.as_ref().map(|options| Rc::new(setup::first_state(options, &setup.before)));
        setup.mirror.state.replace(state.clone());
        let screen = state.as_ref().map(|state| attention::screen(state));
        let listeners = attention::listeners(&ctx.link().callback(Notice::Happened));
        Self {
            setup,
            state,
            screen,
            timer: None,
            tick: None,
            shown: Shown::default(),
            stream: None,
            request: None,
            paying: Vec::new(),
            notice: None,
            untold: false,
            _listeners: listeners,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Notice) -> bool {
        match message {
            Notice::Begin(first) => {
                self.untold = first;
                self.begin(ctx);
            }
            Notice::Happened(what) => self.happened(ctx, what),
            Notice::Tick => (self.tick, self.notice) = (None, None),
            Notice::Changed(setup) => self.changed(ctx, &setup),
            Notice::Pay(done) => {
                self.paying.push(done);
                self.happened(ctx, What::HostPaid(page::fresh_attempt()));
            }
        }
        self.keep_ticking(ctx);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Some(state) = &self.state else { return view::broken(&self.setup.face) };
        let on = ctx.link().callback(|gesture| Notice::Happened(What::Shopper(gesture, page::fresh_attempt())));
        let face = self.setup.face.clone();
        view::draw(&PanelProps { state: state.clone(), face, now: page::now(), on, notice: self.notice }, &self.shown)
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        let now = self.state.as_ref().map(|state| attention::screen(state));
        if now != self.screen && !first {
            attention::focus_heading(&self.setup.host);
        }
        self.screen = now;
    }
}

impl App {
    fn begin(&mut self, ctx: &Context<Self>) {
        let setup = self.setup.clone();
        self.report(&setup.faults);
        let (Some(options), Some(state)) = (&setup.options, self.state.clone()) else { return };
        if std::mem::take(&mut self.untold) {
            announce::dispatch(&setup.host, &Announcement::ready(&state));
        }
        if page::is_hidden() {
            self.happened(ctx, What::Hid);
        }
        let first = options.methods.first().map(|method| method.id.clone());
        if let Some(attempt) = first.and_then(|method| keep::unfinished(options, &method)) {
            self.happened(ctx, What::Found(Box::new(attempt)));
        } else if setup.before.pressed {
            self.happened(ctx, What::Shopper(Gesture::Pay, page::fresh_attempt()));
        }
    }

    /// Names every wrong key to the host page.
    fn report(&self, faults: &[PageFault]) {
        let test = self.setup.options.as_ref().is_some_and(|options| options.test_mode);
        for fault in faults {
            announce::dispatch(&self.setup.host, &Announcement::error(&Fault::Page(fault.clone()), test));
        }
        if let Some(state) = self.state.as_ref().filter(|state| state.offer.shown.is_empty()) {
            let about = state.offer.left_out.iter().map(|(id, why)| [id.as_str(), ": ", why.word()].concat());
            let about = about.collect::<Vec<_>>().join(", ");
            let fault = Fault::Page(PageFault { code: PageCode::NoMethod, about });
            announce::dispatch(&self.setup.host, &Announcement::error(&fault, test));
        }
    }

    fn happened(&mut self, ctx: &Context<Self>, what: What) {
        let Some(state) = self.state.clone() else { return };
        let at = page::now();
        let event = Event { at, what };
        self.setup.mirror.log.borrow_mut().note(&state, &event);
        let (state, effects) = advance((*state).clone(), event);
        self.setup.mirror.log.borrow_mut().led_to(&state);
        let state = Rc::new(state);
        self.state = Some(state.clone());
        self.setup.mirror.state.replace(Some(state.clone()));
        self.shown.follow(&state.phase, at);
        for effect in effects {
            self.perform(ctx, &state, effect);
        }
        if !matches!(state.phase, Phase::Sending { .. } | Phase::Canceling { .. }) {
            for done in self.paying.drain(..) {
                let _called = done.call0(&JsValue::UNDEFINED);
            }
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, setup: &Rc<Setup>) {
        let old = std::mem::replace(&mut self.setup, setup.clone());
        if old.faults != setup.faults {
            self.report(&setup.faults);
        }
        let Some(options) = &setup.options else { return };
        match &self.state {
            None => {
                let state = Rc::new(setup::first_state(options, &setup.before));
                setup.mirror.state.replace(Some(state.clone()));
                self.state = Some(state);
                self.begin(ctx);
            }
            Some(_) => {
                let next = Box::new((setup::order(options), Rc::new(setup::offer(options))));
                self.happened(ctx, What::Updated(next));
            }
        }
    }

    fn perform(&mut self, ctx: &Context<Self>, state: &Rc<State>, effect: Effect) {
        let link = ctx.link().clone();
        let Some(options) = &self.setup.options else { return };
        match effect {
            Effect::Send(request, attempt) => self.send(ctx, state, request, &attempt),
            Effect::HandOff(action) => {
                hand_off::carry_out(&action, move |word| link.send_message(Notice::Happened(What::BridgeSaid(word))));
            }
            Effect::Open(url) => hand_off::open(&url),
            Effect::SignIn(url, attempt) => {
                keep::attempt(options, Some(&attempt));
                let joint = if url.contains('?') { "&return_url=" } else { "?return_url=" };
                let back = js_sys::encode_uri_component(&wire::way_back(&options.return_url, &attempt.id));
                hand_off::open(&[&url, joint, &String::from(back)].concat());
            }
            Effect::Announce(announcement) => self.announce(ctx, &announcement),
            Effect::Wake(at) => {
                let came = move || link.send_message(Notice::Happened(What::TimeCame));
                self.timer = at.map(|at| Timer::after(at.saturating_sub(page::now()) + 1, came));
            }
            Effect::Listen(to) => self.stream = to.and_then(|(url, id)| self.listen(ctx, &url, id)),
            Effect::Keep(attempt) => keep::attempt(options, attempt.as_deref()),
            Effect::SaveCode => {
                let saved =
                    state.phase.attempt().map(|a| save::code(&self.setup.host, state, a, &*self.setup.face.intl));
                debug_assert!(saved.is_some(), "only a code on screen is saved");
            }
            Effect::CopyLink => {
                page::copy(&page::address());
                self.notice = Some(Key::LinkCopied);
                self.tick = Some(Timer::after(4_000, move || link.send_message(Notice::Tick)));
            }
        }
    }

    fn send(&mut self, ctx: &Context<Self>, state: &Rc<State>, request: Request, attempt: &Attempt) {
        let (link, setup, state) = (ctx.link().clone(), self.setup.clone(), state.clone());
        let Some(options) = &setup.options else { return };
        let way_back = wire::way_back(&options.return_url, &attempt.id);
        let body = (request == Request::Create).then(|| wire::creation(&state, attempt, &way_back, &options.locale));
        let (asked, reading) = (attempt.clone(), setup.clone());
        let done = move |reply: Result<(Reply, Option<Reader>), Answer>| {
            let answer = match reply {
                Ok((reply, reader)) => {
                    let _first = reader.map(|reader| reading.mirror.reader.replace(Some(reader)));
                    hearing::answer(&reading, &state, &asked, request, &reply)
                }
                Err(answer) => Some(answer),
            };
            let Some(answer) = answer else { return };
            link.send_message(Notice::Happened(What::Answered(request, asked.id, answer)));
        };
        self.request = setup.carrier.send(request, attempt, body, done);
    }

    fn listen(&self, ctx: &Context<Self>, url: &str, id: wire::AttemptId) -> Option<Stream> {
        let (link, setup) = (ctx.link().clone(), self.setup.clone());
        // A stream can't carry the page's own headers, and a transport has no address to listen to.
        if setup.carrier.headers.is_some() || setup.carrier.transport.is_some() {
            link.send_message(Notice::Happened(What::StreamLost(id)));
            return None;
        }
        let heard = move |message| {
            let what = match message {
                Message::Lost => What::StreamLost(id.clone()),
                Message::Ping => What::Heard(id.clone(), None),
                Message::Said(text) => What::Heard(id.clone(), hearing::payment(&setup, &id, &text).map(Box::new)),
            };
            link.send_message(Notice::Happened(what));
        };
        Stream::open(url, self.setup.carrier.include_credentials, heard)
    }

    /// Dispatches it, and brings the host page's decision back where it has one.
    fn announce(&self, ctx: &Context<Self>, announcement: &Announcement) {
        let link = ctx.link().clone();
        if let (Some(options), "moongate-select") = (&self.setup.options, announcement.name)
            && let Some(id) = announcement.detail.get("method").and_then(Json::text).and_then(MethodId::parse)
        {
            keep::method(options, &id);
        }
        let word = announce::dispatch(&self.setup.host, announcement);
        match (announcement.name, word.until) {
            ("moongate-submit", Some(until)) if word.passes => wasm_bindgen_futures::spawn_local(async move {
                let passes = JsFuture::from(until).await.is_ok();
                link.send_message(Notice::Happened(What::SubmitDecided(passes)));
            }),
            ("moongate-submit", _) => link.send_message(Notice::Happened(What::SubmitDecided(word.passes))),
            ("moongate-action", _) => link.send_message(Notice::Happened(What::ActionDecided(!word.passes))),
            _ => (),
        }
    }

    /// Draws again every second while a countdown is shown.
    fn keep_ticking(&mut self, ctx: &Context<Self>) {
        let counting = self.state.as_ref().is_some_and(|state| {
            !state.hidden
                && matches!(&state.phase, Phase::Acting { attempt, at: Acting::Code } if attempt.deadline.is_some())
        });
        if !counting && self.notice.is_none() {
            self.tick = None;
        } else if counting && self.tick.is_none() {
            let link = ctx.link().clone();
            self.tick = Some(Timer::after(1000, move || link.send_message(Notice::Tick)));
        }
    }
}
