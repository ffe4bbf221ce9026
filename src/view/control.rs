//! Decides how a shopper gives a gesture: buttons, each with exactly one, named in `data-gesture`.
//!
//! It does not decide what a gesture does; the machine does.

use super::scene::Scene;
use crate::checkout::machine::Gesture;
use crate::words::Key;
use yew::prelude::*;

/// How loud a button is; a screen has at most one that is loud.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    Loud,
    Plain,
    Quiet,
}

/// A button that gives this gesture.
pub(super) fn button(scene: &Scene<'_>, weight: Weight, gesture: Gesture, text: &str) -> Html {
    let (class, part) = match weight {
        Weight::Loud => ("button loud", Some("button")),
        Weight::Plain => ("button", None),
        Weight::Quiet => ("quiet", None),
    };
    html! {
        <button type="button" {class} {part} data-gesture={gesture.name()} onclick={gives(scene, gesture)}>
            { text }
        </button>
    }
}

/// A button that gives this gesture and says this word.
pub(super) fn says(scene: &Scene<'_>, weight: Weight, gesture: Gesture, key: Key) -> Html {
    button(scene, weight, gesture, scene.say(key))
}

/// Gives this gesture at each call.
pub(super) fn gives<E: 'static>(scene: &Scene<'_>, gesture: Gesture) -> Callback<E> {
    let on = scene.on.clone();
    Callback::from(move |_| on.emit(gesture.clone()))
}

/// The heading of a screen, which says its phase and takes the focus when the phase changes.
pub(super) fn heading(text: &str) -> Html {
    html! { <h2 class="heading" tabindex="-1" data-heading="">{ text }</h2> }
}
