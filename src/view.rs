//! Draws a checkout: props in, one callback of gestures out, no state of its own.
//!
//! It decides nothing about a payment and knows no browser: it renders natively to text in tests. Every phase is a plain
//! function below [`draw`], since each component would cost the shopper bytes; only a row is one, so that a pick draws two.
//!
//! What styles, tests and the shell rely on: the root is `section.moongate[data-phase]`, with `data-at` where a phase has
//! several faces (`code`, `not_paid`, `last_check`, `succeeded`, …); its heading is `[data-heading]`; whatever gives a
//! gesture has that gesture's word in `data-gesture`; rows are `[data-method]`; the parts are `method`,
//! `method-selected`, `button`, `qr` and `status`.

mod choosing;
mod code;
mod control;
mod countdown;
mod ended;
mod face;
pub mod intl;
pub mod naming;
pub mod picture;
mod row;
mod scene;
mod script;
mod shop;
mod shown;
mod waiting;

pub use face::Face;
pub use intl::Intl;
pub use shown::Shown;

use crate::checkout::machine::{Acting, Attempt, Confirming, Gesture, Millis, Outcome, Phase, State};
use crate::checkout::options::Theme;
use crate::words::Key;
use scene::Scene;
use std::rc::Rc;
use yew::prelude::*;

/// What [`Panel`] draws.
#[derive(Clone, Debug, Properties)]
pub struct PanelProps {
    /// The checkout.
    pub state: Rc<State>,
    /// What stays.
    pub face: Rc<Face>,
    /// The page's steady clock, for the countdown.
    pub now: Millis,
    /// Takes what the shopper does.
    pub on: Callback<Gesture>,
    /// Something to tell that is no phase, for example that the link was copied.
    #[prop_or_default]
    pub notice: Option<Key>,
}

/// Compared by pointer: the machine makes a new state for every change, and comparing a hundred rows costs time.
impl PartialEq for PanelProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
            && self.face == other.face
            && self.now == other.now
            && self.on == other.on
            && self.notice == other.notice
    }
}

/// The whole widget as a component, for whoever has a state and no [`Shown`] to keep; the browser's own root component
/// calls [`draw`].
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let shown = use_mut_ref(Shown::default);
    let mut shown = shown.borrow_mut();
    shown.follow(&props.state.phase);
    draw(props, &shown)
}

/// The whole widget, in whatever phase it is.
pub fn draw(props: &PanelProps, shown: &Shown) -> Html {
    let PanelProps { state, face, now, on, notice } = props;
    let (drawing, unfocused) = (shown.drawing(), shown.unfocused.as_deref());
    let scene = Scene { state, face, now: *now, on, drawing, notice: *notice, unfocused };
    html! {
        <section class="moongate" lang={face.words.lang.clone()} dir={face.words.dir} data-theme={theme(face.theme)}
            data-size={size(state.large)} data-phase={state.phase.word()}
            data-at={at(&state.phase)}>
            { ribbon(&scene) }
            { bill(&scene) }
            { body(&scene) }
            { status(&scene) }
        </section>
    }
}

/// What is shown when the page's options can't be worked with: that the shop must act, and nothing that could be pressed.
/// `key` is what [`Key::broken`] says of them.
pub fn broken(face: &Face, key: Key, large: bool) -> Html {
    html! {
        <section class="moongate" lang={face.words.lang.clone()} dir={face.words.dir} data-theme={theme(face.theme)} data-size={size(large)}
            data-phase="broken">
            <div class="alert" role="alert" data-fault={key.name()}>
                <p>{ face.words.say(key) }</p>
            </div>
        </section>
    }
}

fn body(scene: &Scene<'_>) -> Html {
    match &scene.state.phase {
        Phase::Choosing { fault, .. } => choosing::draw(scene, fault.as_ref()),
        Phase::Sending { .. } => choosing::sending(scene),
        Phase::Acting { attempt, at: Acting::Code } => code::living(scene, attempt),
        Phase::Acting { attempt, at: Acting::CodeOver } => code::over(scene, attempt),
        Phase::Acting { at: Acting::Refreshing, .. } => code::refreshing(scene),
        Phase::Acting { attempt, at } => waiting::acting(scene, attempt, *at),
        Phase::Confirming { why, .. } => waiting::confirming(scene, *why),
        Phase::Canceling { .. } => waiting::canceling(scene),
        Phase::Unknown { call, .. } => waiting::unknown(scene, *call),
        Phase::Ended { attempt, outcome, when } => ended::draw(scene, attempt, *outcome, *when),
    }
}

fn ribbon(scene: &Scene<'_>) -> Html {
    if !scene.face.test_mode {
        return Html::default();
    }
    html! { <p class="ribbon" data-test="">{ scene.say(Key::Test) }</p> }
}

/// Who is paid and how much: the same in every phase, so that nothing jumps and the sum can be compared with the wallet's.
fn bill(scene: &Scene<'_>) -> Html {
    let large = if scene.state.large { "true" } else { "false" };
    html! {
        <header class="bill">
            <p class="payee">
                { scene.face.shop.as_ref().map(|shop| html! { <span class="shop">{ shop }</span> }) }
                <span class="order">{ &scene.state.order.id }</span>
            </p>
            { sum(scene) }
            { other_language(scene) }
            <button type="button" class="size" aria-pressed={large} data-gesture="toggle_large"
                onclick={control::gives(scene, Gesture::ToggleLarge)}>{ scene.say(Key::LargePrint) }</button>
        </header>
    }
}

/// The way to 中文 and back. `www/tongues.js` hears the press: another language is other words, and no other checkout.
fn other_language(scene: &Scene<'_>) -> Html {
    let Some((tag, name)) = &scene.face.words.other else { return Html::default() };
    html! { <button type="button" class="size" lang={tag.clone()} data-gesture="switch_language">{ name }</button> }
}

fn sum(scene: &Scene<'_>) -> Html {
    if matches!(scene.state.phase, Phase::Ended { outcome: Outcome::Succeeded | Outcome::Refunded, .. }) {
        return Html::default();
    }
    html! {
        <p class="sum" data-sum="">
            <span class="total">{ scene.say(Key::Total) }{ " " }</span>{ scene.sum() }
        </p>
    }
}

/// The one polite region. It is in every phase, empty if need be: a region that comes with its text is not read out.
fn status(scene: &Scene<'_>) -> Html {
    let (text, seen) = match &scene.state.phase {
        _ if scene.notice.is_some() => (scene.notice.map_or("", |key| scene.say(key)).to_owned(), true),
        Phase::Sending { .. } => (scene.say(Key::SendingDo).to_owned(), !scene.face.button),
        Phase::Acting { attempt, at: Acting::Code } => (countdown::spoken(scene, attempt), false),
        Phase::Confirming { .. } | Phase::Unknown { .. } => (scene.say(Key::Asking).to_owned(), true),
        Phase::Ended { attempt, .. } if attempt.judged.is_some() => (scene.say(Key::FeedbackThanks).to_owned(), true),
        Phase::Choosing { .. } | Phase::Acting { .. } | Phase::Canceling { .. } | Phase::Ended { .. } => {
            (scene.unfocused.unwrap_or_default().to_owned(), scene.unfocused.is_none())
        }
    };
    match seen {
        true => html! { <p class="status" part="status" role="status">{ text }</p> },
        false => html! { <p class="status unseen" part="status" role="status">{ text }</p> },
    }
}

/// The word of `data-at`.
pub(crate) fn at(phase: &Phase) -> Option<&'static str> {
    match phase {
        Phase::Acting { at, .. } => Some(acting(*at)),
        Phase::Confirming { why, .. } => Some(confirming(*why)),
        Phase::Unknown { call, .. } => call.then_some("call"),
        Phase::Ended { outcome: Outcome::Refunded, .. } => Some("refunded"),
        Phase::Ended { outcome, .. } => Some(outcome.word()),
        Phase::Choosing { .. } | Phase::Sending { .. } | Phase::Canceling { .. } => None,
    }
}

fn acting(at: Acting) -> &'static str {
    match at {
        Acting::Code => "code",
        Acting::CodeOver => "code_over",
        Acting::Refreshing => "refreshing",
        Acting::Leaving => "leaving",
        Acting::InApp => "in_app",
        Acting::AppLink => "app_link",
        Acting::StillHere => "still_here",
        Acting::NotPaid => "not_paid",
        Acting::Host => "host",
    }
}

fn confirming(why: Confirming) -> &'static str {
    match why {
        Confirming::Returned => "returned",
        Confirming::Said => "said",
        Confirming::Processing => "processing",
        Confirming::LastCheck => "last_check",
    }
}

fn size(large: bool) -> &'static str {
    if large { "large" } else { "normal" }
}

fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

/// The attempt that the screen is about; while choosing, one that may still be alive is not.
fn attempt(phase: &Phase) -> Option<&Attempt> {
    if matches!(phase, Phase::Choosing { .. }) { None } else { phase.attempt() }
}
