//! The root component: holds the state, calls [`advance`], performs the effects. The only component with an `update`.
//!
//! It decides nothing about payments.

use super::announce::Word;
use super::page::{self, Listener, Timer};
use super::setup::{self, Props, Setup};
use super::stream::{Message, Stream};
use super::transport::Pending;
use super::{announce, attention, hand_off, hearing, keep, save};
use crate::checkout::fault::{Fault, NetworkFault, PageCode, PageFault};
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
    /// The widget is on the page, and the host page may still have to hear that it is ready.
    Begin(bool),
    /// The part of the wasm that pays is here, with all words: take up what is unfinished, honour what was pressed.
    Whole(Rc<Setup>),
    /// That part can't be had now.
    Lost,
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
    pressed: bool,
    whole: bool,
    waiting: Vec<What>,
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
            pressed: setup.before.pressed,
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
            whole: false,
            waiting: Vec::new(),
            _listeners: listeners,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Notice) -> bool {
        match message {
            Notice::Begin(first) => {
                self.untold = first;
                self.begin(ctx);
            }
            Notice::Whole(setup) => self.become_whole(ctx, setup),
            Notice::Lost => self.lose(ctx),
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
        let Some(state) = &self.state else {
            return view::broken(&self.setup.face, &self.setup.faults, self.setup.before.large);
        };
        let on = ctx.link().callback(|gesture| Notice::Happened(What::Shopper(gesture, page::fresh_attempt())));
        let face = self.setup.face.clone();
        let held = self.waiting.iter().any(is_press);
        let props = PanelProps { state: state.clone(), face, now: page::now(), on, notice: self.notice, held };
        view::draw(&props, &self.shown)
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
        let Some(state) = self.state.clone() else { return };
        if std::mem::take(&mut self.untold) {
            announce::dispatch(&setup.host, &Announcement::ready(&state));
        }
        if page::is_hidden() {
            self.happened(ctx, What::Hid);
        }
        if self.whole {
            self.take_up(ctx);
        }
    }

    fn become_whole(&mut self, ctx: &Context<Self>, setup: Rc<Setup>) {
        (self.setup, self.whole) = (setup, true);
        self.take_up(ctx);
        for what in std::mem::take(&mut self.waiting) {
            self.happened(ctx, what);
        }
    }

    /// What waited can't be done: the shopper is told, and may press again.
    fn lose(&mut self, ctx: &Context<Self>) {
        let test = self.setup.options.as_ref().is_some_and(|options| options.test_mode);
        let fault = Fault::Network(NetworkFault::Unreachable);
        announce::dispatch(&self.setup.host, &Announcement::error(&fault, test));
        self.waiting.clear();
        self.settle();
        self.tell(ctx, Key::fault(&fault));
    }

    /// Tells something that is no phase, for a while.
    fn tell(&mut self, ctx: &Context<Self>, key: Key) {
        let link = ctx.link().clone();
        self.notice = Some(key);
        self.tick = Some(Timer::after(4_000, move || link.send_message(Notice::Tick)));
    }

    /// Keeps the promises of `pay()`.
    fn settle(&mut self) {
        for done in self.paying.drain(..) {
            let _called = done.call0(&JsValue::UNDEFINED);
        }
    }

    /// Asks about an unfinished attempt; if there is none, honours a press on pay from before the wasm was here.
    #[inline(never)]
    fn take_up(&mut self, ctx: &Context<Self>) {
        let setup = self.setup.clone();
        let Some(options) = &setup.options else { return };
        let first = options.methods.first().map(|method| method.id.clone());
        if let Some(attempt) = first.and_then(|method| keep::unfinished(options, &method)) {
            self.happened(ctx, What::Found(Box::new(attempt)));
        } else if std::mem::take(&mut self.pressed) {
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
        if !(self.whole || self.waiting.is_empty() && is_early(&what)) {
            return self.wait(what);
        }
        let at = page::now();
        let name = what.name();
        let (state, effects) = advance((*state).clone(), Event { at, what });
        self.setup.mirror.log(at, name, &state);
        let state = Rc::new(state);
        self.state = Some(state.clone());
        self.setup.mirror.state.replace(Some(state.clone()));
        self.shown.follow(&state.phase);
        for effect in effects {
            self.perform(ctx, &state, effect);
        }
        if !matches!(state.phase, Phase::Sending { .. } | Phase::Canceling { .. }) {
            self.settle();
        }
    }

    /// Keeps it until the part that pays is here, in order; a press is told to the element, which may give up waiting.
    fn wait(&mut self, what: What) {
        if is_press(&what) {
            self.setup.carrier.parts.expect_paying();
        }
        self.waiting.push(what);
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
        match effect {
            Effect::Announce(announcement) => self.announce(ctx, &announcement),
            Effect::CopyLink => {
                page::copy(&page::address());
                self.tell(ctx, Key::LinkCopied);
            }
            effect => self.carry_out(ctx, state, effect),
        }
    }

    /// What no screen orders before the part that pays is here.
    #[inline(never)]
    fn carry_out(&mut self, ctx: &Context<Self>, state: &Rc<State>, effect: Effect) {
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
            Effect::Announce(_) | Effect::CopyLink => (),
        }
    }

    #[inline(never)]
    fn send(&mut self, ctx: &Context<Self>, state: &Rc<State>, request: Request, attempt: &Attempt) {
        let (link, setup, state) = (ctx.link().clone(), self.setup.clone(), state.clone());
        let Some(options) = &setup.options else { return };
        let way_back = wire::way_back(&options.return_url, &attempt.id);
        let body = (request == Request::Create).then(|| wire::creation(&state, attempt, &way_back, &options.locale));
        let (asked, hearing) = (attempt.clone(), setup.clone());
        let done = move |reply: Result<Reply, Answer>, loaded: bool| {
            if loaded {
                hearing.mirror.reading.set(true);
            }
            let answer = match reply {
                Ok(reply) => hearing::answer(&hearing, &state, &asked, request, &reply),
                Err(answer) => Some(answer),
            };
            let Some(answer) = answer else { return };
            link.send_message(Notice::Happened(What::Answered(request, asked.id, answer)));
        };
        self.request = setup.carrier.send(request, attempt, body, done);
    }

    #[inline(never)]
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

    fn announce(&self, ctx: &Context<Self>, announcement: &Announcement) {
        if let (Some(options), "moongate-select") = (&self.setup.options, announcement.name)
            && let Some(id) = announcement.detail.get("method").and_then(Json::text).and_then(MethodId::parse)
        {
            keep::method(options, &id);
        }
        let word = announce::dispatch(&self.setup.host, announcement);
        if matches!(announcement.name, "moongate-submit" | "moongate-action") {
            self.decide(ctx, announcement.name, word);
        }
    }

    /// Brings the host page's decision back.
    #[inline(never)]
    fn decide(&self, ctx: &Context<Self>, name: &str, word: Word) {
        let link = ctx.link().clone();
        match (name, word.until) {
            ("moongate-submit", Some(until)) if word.passes => wasm_bindgen_futures::spawn_local(async move {
                let passes = JsFuture::from(until).await.is_ok();
                link.send_message(Notice::Happened(What::SubmitDecided(passes)));
            }),
            ("moongate-submit", _) => link.send_message(Notice::Happened(What::SubmitDecided(word.passes))),
            _ => link.send_message(Notice::Happened(What::ActionDecided(!word.passes))),
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

fn is_press(what: &What) -> bool {
    matches!(what, What::Shopper(Gesture::Pay, _) | What::HostPaid(_))
}

/// What the first part of the wasm can take by itself: all that a shopper does before they pay. Everything else waits for
/// the part that pays, which is fetched as soon as this one is ready.
fn is_early(what: &What) -> bool {
    matches!(
        what,
        What::Hid
            | What::Woke
            | What::Updated(_)
            | What::Shopper(Gesture::Choose(_) | Gesture::ShowMore | Gesture::ToggleLarge | Gesture::CopyLink, _)
    )
}
