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
    let (name, onclick) = (gesture.name(), gives::<MouseEvent>(scene, gesture));
    // Each class is written out: one that is worked out would bring Yew's `Classes`, 1 KB.
    match weight {
        Weight::Loud => {
            html! { <button type="button" class="button loud" part="button" data-gesture={name} {onclick}>{ text }</button> }
        }
        Weight::Plain => html! { <button type="button" class="button" data-gesture={name} {onclick}>{ text }</button> },
        Weight::Quiet => html! { <button type="button" class="quiet" data-gesture={name} {onclick}>{ text }</button> },
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
