//! Knows whether the shopper looks at the page, and leads them to what is new on the present screen.
//!
//! It does not decide what waking up or going to sleep means.

use super::page::{self, Listener};
use super::till::{Link, Notice};
use crate::checkout::machine::{Phase, State, What};
use crate::view;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement};

/// The present screen's heading.
pub(super) const HEADING: &str = "h2[tabindex]";

/// Gives the focus to the first of these, unless the shopper is busy elsewhere on the page, or on the page around its frame:
/// then the text of it, which nobody has heard.
pub(super) fn lead_to(host: &Element, css: &str) -> Option<String> {
    let window = page::window()?;
    let page = window.document()?;
    let framed = window.top().ok().flatten().as_ref() != Some(&window);
    let root = host.shadow_root();
    // In a shadow root of the page's own, the page sees the focus on that root's host.
    let inside = root.as_ref().is_some_and(|root| root.active_element().is_some());
    let elsewhere = !inside
        && page.active_element().is_some_and(|active| {
            active != *host
                && !host.contains(Some(&active))
                && page.body().is_none_or(|body| active != Element::from(body))
        });
    let place = root?.query_selector(css).ok()??.dyn_into::<HtmlElement>().ok()?;
    if elsewhere || framed && !page.has_focus().unwrap_or(true) {
        return place.text_content();
    }
    let _focused = place.focus();
    None
}

/// What wakes the page up and puts it to sleep.
pub(super) fn listeners(link: &Link) -> Vec<Listener> {
    let Some(window) = page::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    // A window out of sight may come online or be restored, too: it would take the turn from the one that is looked at.
    let look = |target: &EventTarget, event| {
        let link = link.clone();
        Listener::new(target, event, move |_| {
            link.tell(Notice::Happened(if page::is_hidden() { What::Hid } else { What::Woke }));
        })
    };
    let mut listeners: Vec<_> = ["focus", "online", "pageshow"].map(|event| look(&window, event)).into();
    listeners.push(look(&document, "visibilitychange"));
    let left = link.clone();
    listeners.push(Listener::new(&window, "pagehide", move |_| left.tell(Notice::Happened(What::Hid))));
    listeners
}

/// What another tab of this browser did, once somebody looks at this one: it keeps an attempt.
#[inline(never)]
pub(super) fn other_tabs(link: &Link) -> Vec<Listener> {
    let Some(window) = page::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    let look = |target: &EventTarget, event| {
        let link = link.clone();
        Listener::new(target, event, move |_| {
            if !page::is_hidden() {
                link.tell(Notice::Shared);
            }
        })
    };
    vec![look(&window, "storage"), look(&document, "visibilitychange")]
}

/// What a shopper takes for another screen, whose heading then takes the focus: another phase or face, or the question that
/// had the focus is answered and gone.
pub(super) fn screen(state: &State) -> (&'static str, Option<&'static str>, bool) {
    let judged = matches!(&state.phase, Phase::Ended { attempt, .. } if attempt.judged.is_some());
    (state.phase.word(), view::at(&state.phase), judged)
}
