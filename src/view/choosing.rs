//! Draws the list of methods and the pay button, also while the payment is being created, so that nothing jumps.
//!
//! It does not decide what is offered, in which order, or what it costs. `www/shell/drawing.js` draws the same rows before
//! the wasm arrives; a test holds the two together.

use super::control::{Weight, gives, heading};
use super::scene::Scene;
use super::{row, shop};
use crate::checkout::fault::Fault;
use crate::checkout::machine::Gesture;
use crate::checkout::money::Fee;
use crate::checkout::offer::Offered;
use crate::words::Key;
use yew::prelude::*;

/// The shopper picks.
pub(super) fn draw(scene: &Scene<'_>, fault: Option<&Fault>) -> Html {
    let title = scene.say(if scene.state.large { Key::ChooseLarge } else { Key::Choose });
    let trouble = match fault {
        Some(fault) => shop::alert(scene, Key::fault(fault)),
        None if scene.state.offer.shown.is_empty() => shop::alert(scene, Key::FaultNoMethod),
        None => Html::default(),
    };
    html! {
        <>
            { heading(scene, title) }
            { methods(scene, title, false) }
            { trouble }
            { pay(scene, false) }
            { note(scene) }
        </>
    }
}

/// The creation is on its way: the same screen, held still.
pub(super) fn sending(scene: &Scene<'_>) -> Html {
    html! {
        <>
            { heading(scene, scene.say(Key::Sending)) }
            { methods(scene, scene.say(Key::Choose), true) }
            { pay(scene, true) }
            { note(scene) }
        </>
    }
}

fn methods(scene: &Scene<'_>, label: &str, held: bool) -> Html {
    let shown = &scene.state.offer.shown;
    if shown.is_empty() {
        return Html::default();
    }
    let limit = if scene.state.expanded { shown.len() } else { scene.face.collapse_after };
    let seen = (0..shown.len()).filter(|at| *at < limit || row::is_picked(scene.state, *at));
    let rows: Vec<Html> = seen.map(|at| row::draw(scene, at, held)).collect();
    let hidden = shown.len() - rows.len();
    let more = || {
        let text = scene.say_count(Key::More, hidden as u64);
        super::control::button(scene, Weight::Quiet, Gesture::ShowMore, &text)
    };
    html! {
        <>
            <div class="methods" role="radiogroup" aria-label={label.to_owned()}>{ for rows }</div>
            { if hidden > 0 && !held { more() } else { Html::default() } }
        </>
    }
}

fn pay(scene: &Scene<'_>, held: bool) -> Html {
    if !scene.face.button || scene.state.offer.shown.is_empty() {
        return Html::default();
    }
    let pickable = scene.state.chosen.as_ref().is_some_and(|id| scene.state.offer.row(id).is_some());
    let text = match (held, scene.state.large) {
        (true, _) => scene.say(Key::SendingDo).to_owned(),
        (_, true) => scene.say_sum(Key::PayLarge),
        (_, false) => scene.say_sum(Key::Pay),
    };
    html! {
        <button type="button" class="button loud pay" part="button" data-gesture="pay" disabled={held || !pickable}
            aria-busy={held.then_some("true")} onclick={gives::<MouseEvent>(scene, Gesture::Pay)}>{ text }</button>
    }
}

/// The merchant's word that paying costs nothing on top, only if it was given for every row.
fn note(scene: &Scene<'_>) -> Html {
    let shown = &scene.state.offer.shown;
    let free = |row: &Offered| matches!(row.method.fee, Some(Fee::Fixed(0) | Fee::Share(0)));
    if shown.is_empty() || !shown.iter().all(free) {
        return Html::default();
    }
    html! { <p class="note" data-no-fee="">{ scene.say(Key::NoFee) }</p> }
}
