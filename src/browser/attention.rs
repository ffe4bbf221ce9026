//! Knows whether the shopper looks at the page, and leads them to the present screen's heading.
//!
//! It does not decide what waking up or going to sleep means.

use super::page::{self, Listener};
use super::till::{Link, Notice};
use crate::checkout::machine::{Acting, Phase, State, What};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Gives the focus to the present screen's heading, unless the shopper is busy elsewhere on the page.
pub(super) fn focus_heading(host: &Element) {
    let Some(page) = page::window().and_then(|window| window.document()) else { return };
    let elsewhere = page.active_element().is_some_and(|active| {
        active != *host && !host.contains(Some(&active)) && page.body().is_none_or(|body| active != Element::from(body))
    });
    let heading = host.shadow_root().and_then(|root| root.query_selector("h2[tabindex]").ok().flatten());
    if let Some(heading) = heading.filter(|_| !elsewhere).and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _focused = heading.focus();
    }
}

/// What wakes the page up and puts it to sleep.
pub(super) fn listeners(link: &Link) -> Vec<Listener> {
    let Some(window) = page::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    let mut listeners: Vec<_> = ["focus", "online", "pageshow"]
        .into_iter()
        .map(|event| {
            let link = link.clone();
            Listener::new(&window, event, move |_| link.tell(Notice::Happened(What::Woke)))
        })
        .collect();
    let (seen, left) = (link.clone(), link.clone());
    listeners.push(Listener::new(&document, "visibilitychange", move |_| {
        seen.tell(Notice::Happened(if page::is_hidden() { What::Hid } else { What::Woke }));
    }));
    listeners.push(Listener::new(&window, "pagehide", move |_| left.tell(Notice::Happened(What::Hid))));
    listeners
}

/// What a shopper takes for another screen, whose heading then takes the focus.
pub(super) fn screen(state: &State) -> (&'static str, Option<Acting>) {
    let at = if let Phase::Acting { at, .. } = &state.phase { Some(*at) } else { None };
    (state.phase.word(), at)
}
