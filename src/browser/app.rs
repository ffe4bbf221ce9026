//! The root component: holds the state, calls [`advance`], performs the effects. The only component with an `update`.
//!
//! It decides nothing about payments.

use super::hand_off;
use super::page::{self, Listener, Timer};
use super::stream::{Message, Stream};
use super::transport::{Carrier, Pending};
use super::{announce, keep, save};
use crate::action::Trust;
use crate::checkout::environment::Environment;
use crate::checkout::fault::{Fault, PageCode, PageFault};
use crate::checkout::json::Json;
use crate::checkout::machine::{
    Acting, Announcement, Attempt, Effect, Event, Gesture, Order, Phase, Request, State, What, advance,
};
use crate::checkout::method::MethodId;
use crate::checkout::offer::Offer;
use crate::checkout::options::{Options, Selected};
use crate::checkout::wire::{self, Answer, Expected, Reply};
use crate::view::{self, Face, PanelProps, Shown};
use js_sys::Function;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};
use yew::{Callback, Component, Context, Html, Properties};

/// How many events the log keeps.
const LOG: usize = 100;

/// What one mounting stands on: what the page said, and how to reach its server.
#[derive(Debug)]
pub(super) struct Setup {
    /// The custom element.
    pub(super) host: Element,
    /// What the page said, if it can be worked with.
    pub(super) options: Option<Rc<Options>>,
    /// What the page's author must change.
    pub(super) faults: Vec<PageFault>,
    /// What is constant in the drawing.
    pub(super) face: Rc<Face>,
    /// How to reach the server.
    pub(super) carrier: Carrier,
    /// What the shopper did before the wasm was there.
    pub(super) before: Before,
    /// What others may read of the state at any time.
    pub(super) mirror: Rc<Mirror>,
}

/// What the shopper did before the wasm was there.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// The method picked.
    pub(super) selected: Option<MethodId>,
    /// Whether pay was pressed.
    pub(super) pressed: bool,
    /// Whether large print is on.
    pub(super) large: bool,
    /// Whether all rows are shown.
    pub(super) expanded: bool,
}

/// The present state and the log, for whoever asks in the middle of an event.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    /// The state, once there is one.
    pub(super) state: RefCell<Option<Rc<State>>>,
    /// What the page said last.
    pub(super) options: RefCell<Option<Rc<Options>>>,
    /// The last events: when, what, and the phase they led to.
    pub(super) log: RefCell<Vec<Json>>,
}

#[derive(Clone, Properties)]
pub(super) struct Props {
    pub(super) setup: Rc<Setup>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.setup, &other.setup)
    }
}

/// What the component is told.
pub(super) enum Notice {
    /// The widget is on the page: take up what is unfinished, honour what was pressed.
    Begin,
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
    _listeners: Vec<Listener>,
}

impl Component for App {
    type Message = Notice;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let setup = ctx.props().setup.clone();
        let state = setup.options.as_ref().map(|options| Rc::new(first_state(options, &setup.before)));
        setup.mirror.state.replace(state.clone());
        let screen = state.as_ref().map(|state| screen(state));
        let listeners = listeners(&ctx.link().callback(Notice::Happened));
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
            _listeners: listeners,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Notice) -> bool {
        match message {
            Notice::Begin => self.begin(ctx),
            Notice::Happened(what) => self.happened(ctx, what),
            Notice::Tick => self.tick = None,
            Notice::Changed(setup) => self.changed(ctx, setup),
            Notice::Pay(done) => {
                self.paying.push(done);
                self.happened(ctx, What::HostPaid(page::fresh_attempt()));
            }
        }
        if let Some(state) = &self.state {
            self.shown.follow(&state.phase, page::now());
        }
        self.keep_ticking(ctx);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Some(state) = &self.state else { return view::broken(&self.setup.face) };
        let on = ctx.link().callback(|gesture| Notice::Happened(What::Shopper(gesture, page::fresh_attempt())));
        let face = self.setup.face.clone();
        view::draw(&PanelProps { state: state.clone(), face, now: page::now(), on, notice: None }, &self.shown)
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        let now = self.state.as_ref().map(|state| screen(state));
        if now != self.screen && !first {
            focus_heading(&self.setup.host);
        }
        self.screen = now;
    }
}

impl App {
    fn begin(&mut self, ctx: &Context<Self>) {
        let setup = self.setup.clone();
        self.report(&setup.faults);
        let (Some(options), Some(state)) = (&setup.options, self.state.clone()) else { return };
        announce::dispatch(&setup.host, &Announcement::ready(&state));
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
        let name = what.name();
        let (state, effects) = advance((*state).clone(), Event { at, what });
        self.log(at, name, &state);
        let state = Rc::new(state);
        self.state = Some(state.clone());
        self.setup.mirror.state.replace(Some(state.clone()));
        for effect in effects {
            self.perform(ctx, &state, effect);
        }
        if !matches!(state.phase, Phase::Sending { .. } | Phase::Canceling { .. }) {
            for done in self.paying.drain(..) {
                let _called = done.call0(&JsValue::UNDEFINED);
            }
        }
    }

    fn log(&self, at: u64, name: &'static str, state: &State) {
        let mut log = self.setup.mirror.log.borrow_mut();
        if log.len() == LOG {
            log.remove(0);
        }
        log.push(Json::object([("at", at.into()), ("event", name.into()), ("phase", state.phase.word().into())]));
    }

    fn changed(&mut self, ctx: &Context<Self>, setup: Rc<Setup>) {
        let old = std::mem::replace(&mut self.setup, setup.clone());
        if old.faults != setup.faults {
            self.report(&setup.faults);
        }
        let Some(options) = &setup.options else { return };
        match &self.state {
            None => {
                let state = Rc::new(first_state(options, &setup.before));
                setup.mirror.state.replace(Some(state.clone()));
                self.state = Some(state);
                self.begin(ctx);
            }
            Some(_) => {
                let next = Box::new((order(options), Rc::new(offer(options))));
                self.happened(ctx, What::Updated(next));
            }
        }
    }

    fn perform(&mut self, ctx: &Context<Self>, state: &Rc<State>, effect: Effect) {
        let link = ctx.link().clone();
        let Some(options) = &self.setup.options else { return };
        match effect {
            Effect::Send(request, attempt) => self.send(ctx, state, request, *attempt),
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
            Effect::CopyLink => copy(&page::address()),
        }
    }

    fn send(&mut self, ctx: &Context<Self>, state: &Rc<State>, request: Request, attempt: Attempt) {
        let (link, setup, state) = (ctx.link().clone(), self.setup.clone(), state.clone());
        let Some(options) = &setup.options else { return };
        let way_back = wire::way_back(&options.return_url, &attempt.id);
        let body = (request == Request::Create).then(|| wire::creation(&state, &attempt, &way_back, &options.locale));
        let asked = attempt.clone();
        let reading = setup.clone();
        let done = move |reply: Result<Reply, Answer>| {
            let answer = match (reply, &reading.options) {
                (Ok(reply), Some(options)) => {
                    let mut answer = Answer::Unsupported;
                    hold(options, &state, &asked, &mut |expected| answer = wire::read(request, &reply, expected));
                    answer
                }
                (Ok(_), None) => return,
                (Err(answer), _) => answer,
            };
            link.send_message(Notice::Happened(What::Answered(request, asked.id, answer)));
        };
        self.request = setup.carrier.send(request, &attempt, body, done);
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
                Message::Said(text) => What::Heard(id.clone(), told(&setup, &id, &text).map(Box::new)),
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
        if !counting {
            self.tick = None;
        } else if self.tick.is_none() {
            let link = ctx.link().clone();
            self.tick = Some(Timer::after(1000, move || link.send_message(Notice::Tick)));
        }
    }
}

/// What is paid for.
fn order(options: &Options) -> Order {
    Order { id: options.order.clone(), amount: options.amount, test: options.test_mode }
}

/// What is offered here.
fn offer(options: &Options) -> Offer {
    Offer::make(options, Environment::read(&page::facts()), &keep::shopper(options))
}

/// The checkout at its start: the method picked before, else as the page says, else the last one, else the first.
fn first_state(options: &Options, before: &Before) -> State {
    let offer = offer(options);
    let usual = match &options.selected {
        Selected::Method(id) => Some(id.clone()),
        Selected::Usual => keep::last_method(options),
        Selected::Nothing => None,
    };
    let first = offer.shown.iter().find(|row| row.works()).map(|row| row.method.id.clone());
    let first = first.filter(|_| options.selected != Selected::Nothing);
    let chosen = [before.selected.clone(), usual, first].into_iter().flatten().find(|id| offer.row(id).is_some());
    let state = State::new(order(options), Rc::new(offer), chosen, before.large);
    State { expanded: before.expanded, ..state }
}

/// Holds something the server said, as it is read, against what it must agree with.
fn hold(options: &Options, state: &State, attempt: &Attempt, reading: &mut dyn FnMut(&Expected<'_>)) {
    let origin = origin(&options.endpoint);
    let trust = Trust { hosts: options.hosts.clone(), test_origin: options.test_mode.then(|| origin.clone()) };
    let row = state.offer.shown.iter().find(|row| row.method.id == attempt.method);
    reading(&Expected {
        order: &options.order,
        amount: options.amount,
        totals: state.offer.shown.iter().map(|row| (row.method.id.clone(), row.total)).collect(),
        attempt: &attempt.id,
        origin: &origin,
        trust: &trust,
        collection: !options.hosts.is_empty() || row.is_some_and(|row| !row.method.scannable_by.is_empty()),
    });
}

/// A payment that came through the stream, if it is this order's.
fn told(setup: &Setup, id: &wire::AttemptId, text: &str) -> Option<wire::Payment> {
    let (options, state) = (setup.options.as_ref()?, setup.mirror.state.borrow().clone()?);
    let attempt = state.phase.attempt().filter(|attempt| attempt.id == *id)?;
    let json = Json::read(text).ok()?;
    let mut payment = None;
    hold(options, &state, attempt, &mut |expected| payment = wire::payment(&json, page::wall(), expected));
    payment
}

/// Scheme, host and port of an absolute address.
fn origin(url: &str) -> String {
    let after = url.find("//").map_or(0, |at| at + 2);
    let end = url.get(after..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| after + at);
    url.get(..end).unwrap_or(url).to_owned()
}

/// What a shopper takes for another screen, whose heading then takes the focus.
fn screen(state: &State) -> (&'static str, Option<Acting>) {
    let at = if let Phase::Acting { at, .. } = &state.phase { Some(*at) } else { None };
    (state.phase.word(), at)
}

/// Gives the focus to the present screen's heading, unless the shopper is busy elsewhere on the page.
fn focus_heading(host: &Element) {
    let Some(page) = page::window().and_then(|window| window.document()) else { return };
    let elsewhere = page.active_element().is_some_and(|active| {
        active != *host && !host.contains(Some(&active)) && page.body().is_none_or(|body| active != Element::from(body))
    });
    let heading = host.shadow_root().and_then(|root| root.query_selector("h2[tabindex]").ok().flatten());
    if let Some(heading) = heading.filter(|_| !elsewhere).and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _focused = heading.focus();
    }
}

fn copy(text: &str) {
    let clipboard = page::global("navigator").and_then(|navigator| page::member(&navigator, "clipboard"));
    let write = clipboard.as_ref().and_then(|clipboard| page::member(clipboard, "writeText"));
    if let (Some(clipboard), Some(Ok(write))) = (clipboard, write.map(|write| write.dyn_into::<Function>())) {
        let _copied = write.call1(&clipboard, &JsValue::from_str(text));
    }
}

/// What wakes the page up and puts it to sleep.
fn listeners(happened: &Callback<What>) -> Vec<Listener> {
    let Some(window) = page::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    let mut listeners: Vec<_> = ["focus", "online", "pageshow"]
        .into_iter()
        .map(|event| {
            let happened = happened.clone();
            Listener::new(&window, event, move |_| happened.emit(What::Woke))
        })
        .collect();
    let (seen, left) = (happened.clone(), happened.clone());
    listeners.push(Listener::new(&document, "visibilitychange", move |_| {
        seen.emit(if page::is_hidden() { What::Hid } else { What::Woke });
    }));
    listeners.push(Listener::new(&window, "pagehide", move |_| left.emit(What::Hid)));
    listeners
}
