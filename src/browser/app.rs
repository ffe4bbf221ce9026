//! The root component of the view: draws the checkout as it is, whenever the till says that it may have changed.
//!
//! It holds nothing of a payment. What it looks after is looks: seconds that pass, and where the focus goes.

use super::attention;
use super::intl::BrowserIntl;
use super::page::{self, Timer};
use super::setup::Mirror;
use super::till::{Link, Notice, Screen, Till};
use crate::checkout::json::Json;
use crate::checkout::machine::{Acting, Phase, State};
use crate::checkout::options::Options;
use crate::view::{self, Face, PanelProps, Shown};
use crate::words::{Key, Words};
use std::rc::Rc;
use web_sys::Element;
use yew::{AppHandle, Component, Context, Html, Properties};

/// Draws this checkout into `root` from now on, in the words of a language's file.
#[inline(never)]
pub(super) fn draw(till: &Till, host: Element, root: Element, words: Json, language: &str) {
    let (mirror, link) = (till.mirror().clone(), till.link());
    let play = Rc::new(Play { mirror, link, host, words, language: language.to_owned() });
    let handle = yew::Renderer::<App>::with_root_and_props(root, Props { play }).render();
    till.draw_by(Box::new(View(Some(handle))));
    till.tell(Notice::Whole);
}

struct View(Option<AppHandle<App>>);

impl Screen for View {
    fn redraw(&self) {
        if let Some(handle) = &self.0 {
            handle.send_message(Look::Redraw);
        }
    }

    fn take_away(&mut self) {
        if let Some(handle) = self.0.take() {
            handle.destroy();
        }
    }
}

/// What one drawing needs, the same for as long as the widget is mounted.
#[derive(Debug)]
pub(super) struct Play {
    mirror: Rc<Mirror>,
    link: Link,
    host: Element,
    words: Json,
    language: String,
}

#[derive(Clone, Properties)]
pub(super) struct Props {
    play: Rc<Play>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.play, &other.play)
    }
}

/// Why it looks again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    /// The checkout may have changed.
    Redraw,
    /// A second went by while a code is shown.
    Tick,
}

/// The component.
#[derive(Debug)]
pub(super) struct App {
    options: Option<Rc<Options>>,
    face: Rc<Face>,
    screen: Option<(&'static str, Option<Acting>)>,
    shown: Shown,
    tick: Option<Timer>,
}

impl Component for App {
    type Message = Look;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let play = &ctx.props().play;
        let options = play.mirror.options.borrow().clone();
        let mut app = Self {
            face: play.face(options.as_deref()),
            options,
            screen: play.state().as_deref().map(attention::screen),
            shown: Shown::default(),
            tick: None,
        };
        app.follow(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, look: Look) -> bool {
        if matches!(look, Look::Tick) {
            self.tick = None;
        }
        let play = &ctx.props().play;
        let options = play.mirror.options.borrow().clone();
        if options.as_ref().map(Rc::as_ptr) != self.options.as_ref().map(Rc::as_ptr) {
            self.face = play.face(options.as_deref());
            self.options = options;
        }
        self.follow(ctx);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let play = &ctx.props().play;
        let Some(state) = play.state() else {
            let (key, large) = play.mirror.broken.get().unwrap_or((Key::FaultMissingOption, false));
            return view::broken(&self.face, key, large);
        };
        let link = play.link.clone();
        let on = yew::Callback::from(move |gesture| link.gesture(gesture));
        let (face, notice) = (self.face.clone(), play.mirror.notice.get());
        view::draw(&PanelProps { state, face, now: page::now(), on, notice }, &self.shown)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let play = &ctx.props().play;
        let now = play.state().as_deref().map(attention::screen);
        if now != self.screen && !first {
            attention::focus_heading(&play.host);
        }
        self.screen = now;
    }
}

impl App {
    /// Works out what the next drawing stands on, and looks again every second while a countdown is shown.
    fn follow(&mut self, ctx: &Context<Self>) {
        let Some(state) = ctx.props().play.state() else { return };
        self.shown.follow(&state.phase);
        if !is_counting(&state) {
            self.tick = None;
        } else if self.tick.is_none() {
            let link = ctx.link().clone();
            self.tick = Some(Timer::after(1000, move || link.send_message(Look::Tick)));
        }
    }
}

fn is_counting(state: &State) -> bool {
    let Phase::Acting { attempt, at: Acting::Code } = &state.phase else { return false };
    attempt.deadline.is_some() && !state.hidden
}

impl Play {
    fn state(&self) -> Option<Rc<State>> {
        self.mirror.state.borrow().clone()
    }

    fn face(&self, options: Option<&Options>) -> Rc<Face> {
        let texts = options.map(|options| options.texts.as_slice()).unwrap_or_default();
        let words = Words::read(&self.words, texts);
        let locale = options.map_or_else(|| self.language.clone(), |options| options.locale.clone());
        Rc::new(Face::new(options, words, &self.language, Rc::new(BrowserIntl { locale })))
    }
}
