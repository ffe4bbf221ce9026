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
    let text = scene.text(text);
    // Each class is written out: one that is worked out would bring Yew's `Classes`, 1 KB.
    match weight {
        Weight::Loud => {
            html! { <button type="button" class="button loud" part="button" data-gesture={name} {onclick}>{ text }</button> }
        }
        Weight::Plain => html! { <button type="button" class="button" data-gesture={name} {onclick}>{ text }</button> },
        Weight::Quiet => html! { <button type="button" class="quiet" data-gesture={name} {onclick}>{ text }</button> },
    }
}

/// A link that leads away, from the press itself, and gives this gesture. The whole window leaves, also from a frame.
pub(super) fn link(scene: &Scene<'_>, gesture: Gesture, url: &str, text: &str) -> Html {
    let (name, onclick) = (gesture.name(), gives::<MouseEvent>(scene, gesture));
    html! {
        <a class="button loud" part="button" href={url.to_owned()} target="_top" data-gesture={name} {onclick}>{ scene.text(text) }</a>
    }
}

/// The same, where the wallet's page takes a form.
pub(super) fn form(scene: &Scene<'_>, gesture: Gesture, url: &str, fields: &[(String, String)], text: &str) -> Html {
    let (name, onsubmit) = (gesture.name(), gives::<SubmitEvent>(scene, gesture));
    let field =
        |(name, value): &(String, String)| html! { <input type="hidden" name={name.clone()} value={value.clone()} /> };
    html! {
        <form method="post" action={url.to_owned()} target="_top" {onsubmit}>
            { for fields.iter().map(field) }
            <button class="button loud" part="button" data-gesture={name}>{ scene.text(text) }</button>
        </form>
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

/// The heading of a screen, which says its phase and takes the focus when the phase changes. Each phase has one of its own:
/// an element that has the focus already can't take it, and what is written into it is not read out.
pub(super) fn heading(scene: &Scene<'_>, text: &str) -> Html {
    let phase = &scene.state.phase;
    let key = super::at(phase).unwrap_or(phase.word());
    html! { <h2 {key} class="heading" tabindex="-1" data-heading="">{ scene.text(text) }</h2> }
}
