//! The root component of the view: draws the checkout as it is, whenever the till says that it may have changed.
//!
//! It holds nothing of a payment. What it looks after is looks: seconds that pass, and where the focus goes.

use super::intl::BrowserIntl;
use super::page::{self, Timer};
use super::parts::Parts;
use super::setup::Mirror;
use super::till::{Link, Notice, Screen, Till};
use super::{attention, border, embed, rehearsal};
use crate::checkout::json::Json;
use crate::checkout::machine::{Acting, Gesture, Phase, State};
use crate::checkout::options::Options;
use crate::view::{self, Face, PanelProps, Shown};
use crate::words::{Key, Words};
use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::{AppHandle, Callback, Component, Context, Html, Properties};

/// Draws this checkout from now on, in the words of a language's file and looking as it did `before`, if it was drawn by
/// somebody else: the element that it is drawn in.
#[inline(never)]
pub(super) fn draw(
    till: &Till,
    parts: &Parts,
    host: &Element,
    words: &JsValue,
    before: &JsValue,
    locale: &str,
) -> Option<Element> {
    let (mirror, link) = (till.mirror().clone(), till.link());
    let state = mirror.state.borrow().clone();
    if let Some(state) = state.filter(|_| before.is_truthy()) {
        let before = embed::earlier(before);
        let looks =
            [(state.large, before.large, Gesture::ToggleLarge), (state.expanded, before.expanded, Gesture::ShowMore)];
        looks.into_iter().filter(|(is, was, _)| is != was).for_each(|(_, _, gesture)| link.gesture(gesture));
    }
    let (host, words) = (host.clone(), border::inward(words).unwrap_or(Json::Null));
    let play = Rc::new(Play { mirror, link, host, words, locale: locale.to_owned() });
    let stage = Stage::with(Props { play: Some(play.clone()) })?;
    let root = stage.root.clone();
    till.draw_by(Box::new(View(Some(stage))));
    till.tell(Notice::Whole);
    rehearsal::soon(play, parts.clone());
    Some(root)
}

/// Draws what another mirror shows, on a stage that is not the checkout's and whose buttons lead nowhere.
pub(super) fn unseen(play: &Play, mirror: Rc<Mirror>) -> Option<View> {
    let host = page::element()?;
    let play = Play { mirror, link: Link::default(), host, words: play.words.clone(), locale: play.locale.clone() };
    Some(View(Some(Stage::with(Props { play: Some(Rc::new(play)) })?)))
}

thread_local! {
    /// Stages that nobody draws on any more. Yew never takes back what it listens by at a root, so roots are used again.
    static EMPTY: RefCell<Vec<Stage>> = const { RefCell::new(Vec::new()) };
}

/// An element that Yew draws in.
struct Stage {
    root: Element,
    handle: AppHandle<App>,
}

impl Stage {
    /// An empty one, or a new one. What was on a stage is cleared away when Yew comes to it, which may be some frames later; drawn
    /// on before, it would change what is there, and nobody sees it begin.
    fn with(props: Props) -> Option<Self> {
        let empty = EMPTY.with_borrow_mut(|stages| {
            let at = stages.iter().position(|stage| stage.root.first_child().is_none())?;
            Some(stages.swap_remove(at))
        });
        if let Some(mut stage) = empty {
            stage.handle.update(props);
            return Some(stage);
        }
        let root = page::element()?;
        let handle = yew::Renderer::<App>::with_root_and_props(root.clone(), props).render();
        Some(Self { root, handle })
    }
}

/// A stage that is drawn on, until it is taken away.
pub(super) struct View(Option<Stage>);

impl View {
    /// What it is drawn in.
    pub(super) fn root(&self) -> Option<&Element> {
        self.0.as_ref().map(|stage| &stage.root)
    }
}

impl Screen for View {
    fn redraw(&self) {
        if let Some(stage) = &self.0 {
            stage.handle.send_message(());
        }
    }

    fn take_away(&mut self) {
        if let Some(mut stage) = self.0.take() {
            stage.handle.update(Props { play: None });
            EMPTY.with_borrow_mut(|empty| empty.push(stage));
        }
    }
}

/// What one drawing needs, the same for as long as the widget is mounted.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) mirror: Rc<Mirror>,
    link: Link,
    host: Element,
    words: Json,
    locale: String,
}

#[derive(Clone, Properties)]
pub(super) struct Props {
    /// None on an empty stage.
    play: Option<Rc<Play>>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.play.as_ref().map(Rc::as_ptr) == other.play.as_ref().map(Rc::as_ptr)
    }
}

/// The component. On an empty stage it draws nothing.
#[derive(Debug)]
pub(super) struct App(Option<Drawing>);

/// What is drawn for one checkout.
#[derive(Debug)]
struct Drawing {
    play: Rc<Play>,
    on: Callback<Gesture>,
    options: Option<Rc<Options>>,
    face: Rc<Face>,
    screen: Option<(&'static str, Option<&'static str>, bool)>,
    expanded: bool,
    shown: Shown,
    tick: Option<Timer>,
}

impl Component for App {
    /// It looks again.
    type Message = ();
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        Self(ctx.props().play.clone().map(|play| Drawing::of(play, ctx)))
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &Props) -> bool {
        *self = Self::create(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, (): ()) -> bool {
        if let Some(drawing) = &mut self.0 {
            drawing.look(ctx);
        }
        self.0.is_some()
    }

    fn view(&self, _: &Context<Self>) -> Html {
        self.0.as_ref().map_or_else(Html::default, Drawing::draw)
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        if self.0.as_mut().is_some_and(Drawing::lead) {
            ctx.link().send_message(());
        }
    }
}

impl Drawing {
    fn of(play: Rc<Play>, ctx: &Context<App>) -> Self {
        let options = play.mirror.options.borrow().clone();
        let link = play.link.clone();
        let mut drawing = Self {
            on: Callback::from(move |gesture| link.gesture(gesture)),
            face: play.face(options.as_deref()),
            options,
            screen: play.state().as_deref().map(attention::screen),
            expanded: play.state().is_some_and(|state| state.expanded),
            shown: Shown::default(),
            tick: None,
            play,
        };
        drawing.follow(ctx);
        drawing
    }

    fn look(&mut self, ctx: &Context<App>) {
        let options = self.play.mirror.options.borrow().clone();
        if options.as_ref().map(Rc::as_ptr) != self.options.as_ref().map(Rc::as_ptr) {
            self.face = self.play.face(options.as_deref());
            self.options = options;
        }
        self.follow(ctx);
    }

    /// Works out what the next drawing stands on, and looks again every second while a countdown is shown.
    fn follow(&mut self, ctx: &Context<App>) {
        let Some(state) = self.play.state() else { return };
        self.shown.follow(&state.phase);
        let link = ctx.link().clone();
        self.tick = is_counting(&state).then(|| Timer::after(1000, move || link.send_message(())));
    }

    fn draw(&self) -> Html {
        let play = &self.play;
        let Some(state) = play.state() else {
            let (key, large) = play.mirror.broken.get().unwrap_or((Key::FaultMissingOption, false));
            return view::broken(&self.face, key, large);
        };
        let (face, on, notice) = (self.face.clone(), self.on.clone(), play.mirror.notice.get());
        view::draw(&PanelProps { state, face, now: page::now(), on, notice }, &self.shown)
    }

    /// Leads the shopper to another screen's heading, or to the first of the rows that came; whether another heading is to be
    /// heard without the focus.
    fn lead(&mut self) -> bool {
        let state = self.play.state();
        let screen = mem::replace(&mut self.screen, state.as_deref().map(attention::screen));
        let expanded = mem::replace(&mut self.expanded, state.is_some_and(|state| state.expanded));
        if screen.is_none() {
            // What comes where nothing could be drawn before is nothing that the shopper did.
            return false;
        }
        if screen != self.screen {
            let heading = attention::lead_to(&self.play.host, attention::HEADING);
            return mem::replace(&mut self.shown.unfocused, heading) != self.shown.unfocused;
        }
        if !expanded && self.expanded {
            let next = self.face.collapse_after + 1;
            let row = [".method:nth-child(n+", &next.to_string(), ") :is(input:enabled:not(:checked),button)"].concat();
            let _unheard = attention::lead_to(&self.play.host, &row);
        }
        false
    }
}

fn is_counting(state: &State) -> bool {
    let Phase::Acting { attempt, at: Acting::Code } = &state.phase else { return false };
    attempt.deadline.is_some() && !page::is_hidden()
}

impl Play {
    /// The custom element.
    pub(super) fn host(&self) -> &Element {
        &self.host
    }

    fn state(&self) -> Option<Rc<State>> {
        self.mirror.state.borrow().clone()
    }

    fn face(&self, options: Option<&Options>) -> Rc<Face> {
        let texts = options.map(|options| options.texts.as_slice()).unwrap_or_default();
        let words = Words::read(&self.words, texts);
        let locale = options.map_or_else(|| self.locale.clone(), |options| options.locale.clone());
        Rc::new(Face::new(options, words, Rc::new(BrowserIntl { locale })))
    }
}
