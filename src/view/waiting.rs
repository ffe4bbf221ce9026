//! Draws the calm screens: with the wallet, back without payment, being confirmed, being closed, not known.
//!
//! It does not decide when one gives way to another; no screen here ever says that money moved.

use super::control::{self, Weight, button, heading, says};
use super::picture::{Mark, mark};
use super::scene::Scene;
use super::{code, shop};
use crate::action::{Method, Step};
use crate::checkout::machine::{Acting, Attempt, Confirming, Gesture, Origin};
use crate::words::Key;
use yew::prelude::*;

/// The action is with the shopper, away from here.
#[inline(never)]
pub(super) fn acting(scene: &Scene<'_>, attempt: &Attempt, at: Acting) -> Html {
    let id = &attempt.method;
    let open = || go_on(scene, attempt, &scene.say_app(Key::OpenApp, id));
    let (title, text, ways) = match at {
        // To sign in: nothing was created that could be opened or asked about.
        Acting::Leaving if attempt.payment.is_none() => (Key::Sending, Key::SendingDo, Vec::new()),
        Acting::Leaving => (Key::Leaving, Key::LeavingDo, vec![open(), paid(scene)]),
        Acting::AppLink => (Key::AppLink, Key::AppLinkDo, vec![open(), change(scene)]),
        Acting::StillHere if attempt.payment.is_none() => {
            let again = go_on(scene, attempt, scene.say(Key::GoOn));
            (Key::Sending, Key::FaultNotAllowed, vec![again, change(scene)])
        }
        Acting::StillHere => {
            (Key::AppLink, Key::LeavingDo, vec![open(), page(scene, attempt), paid(scene), change(scene)])
        }
        // The link alone brought the shopper to another browser: it is enough to ask, not to pay or to close.
        Acting::NotPaid if attempt.origin == Origin::Link && attempt.action().is_none() => {
            (Key::NotPaid, Key::NotPaidElsewhere, vec![paid(scene)])
        }
        Acting::NotPaid => {
            let go_on = go_on(scene, attempt, scene.say(Key::GoOn));
            (Key::NotPaid, Key::NotPaidDo, vec![go_on, page(scene, attempt), paid(scene), change(scene)])
        }
        Acting::Host => (Key::Host, Key::HostDo, vec![paid(scene), change(scene)]),
        Acting::InApp | Acting::Code | Acting::CodeOver | Acting::Refreshing => {
            (Key::InApp, Key::InAppDo, vec![paid(scene)])
        }
    };
    screen(scene, Mark::Phone, &scene.say_app(title, id), scene.say(text), ways)
}

/// What leads to the wallet again. Where only a press may lead there, it is the link or form itself, at the same place in
/// each of these screens: a form that is taken out while it is sent is not sent.
fn go_on(scene: &Scene<'_>, attempt: &Attempt, text: &str) -> Html {
    let framed = scene.state.offer.environment.framed;
    match code::step(attempt) {
        Some(Step::Deeplink { url, .. }) => control::link(scene, Gesture::GoOn, url, text),
        Some(Step::Redirect { url, method: Method::Get, .. }) if framed => {
            control::link(scene, Gesture::GoOn, url, text)
        }
        Some(Step::Redirect { url, method: Method::Post, fields }) if framed => {
            control::form(scene, Gesture::GoOn, url, fields, text)
        }
        // The page behind a code, which was left for it.
        Some(Step::Qr { .. }) => says(scene, Weight::Loud, Gesture::UseFallback, Key::UsePage),
        _ => button(scene, Weight::Loud, Gesture::GoOn, text),
    }
}

/// Being worked on, or said to be paid: no other way to pay is offered.
#[inline(never)]
pub(super) fn confirming(scene: &Scene<'_>, why: Confirming) -> Html {
    let title = match why {
        Confirming::Returned => Key::Returned,
        Confirming::Said => Key::Said,
        Confirming::Processing => Key::Processing,
        Confirming::LastCheck => Key::LastCheck,
    };
    screen(scene, Mark::Clock, scene.say(title), scene.say(Key::ConfirmingDo), vec![ask(scene)])
}

/// Being closed at the provider.
#[inline(never)]
pub(super) fn canceling(scene: &Scene<'_>) -> Html {
    screen(scene, Mark::Clock, scene.say(Key::Canceling), scene.say(Key::CancelingDo), Vec::new())
}

/// No usable answer. After ten minutes the shop is to be asked, with the order's number at hand.
#[inline(never)]
pub(super) fn unknown(scene: &Scene<'_>, call: bool) -> Html {
    if !call {
        let rest = vec![ask(scene), shop::contact(scene)];
        return screen(scene, Mark::Clock, scene.say(Key::Unknown), scene.say(Key::UnknownDo), rest);
    }
    let phone = scene.face.support.as_deref().is_some_and(shop::is_phone);
    let title = if phone { Key::UnknownCall } else { Key::UnknownContact };
    let rest = vec![shop::contact(scene), ask(scene)];
    screen(scene, Mark::Phone, scene.say(title), scene.say(Key::UnknownCallDo), rest)
}

/// A mark, a heading, a sentence, and what can be done.
pub(super) fn screen(scene: &Scene<'_>, sign: Mark, title: &str, text: &str, rest: Vec<Html>) -> Html {
    html! {
        <>
            { mark(sign) }
            { heading(scene, title) }
            <p class="lead">{ scene.text(text) }</p>
            <div class="ways">{ for rest }</div>
        </>
    }
}

fn ask(scene: &Scene<'_>) -> Html {
    says(scene, Weight::Plain, Gesture::AskNow, Key::AskNow)
}

fn paid(scene: &Scene<'_>) -> Html {
    says(scene, Weight::Plain, Gesture::AskNow, Key::Paid)
}

fn change(scene: &Scene<'_>) -> Html {
    says(scene, Weight::Quiet, Gesture::ChangeMethod, Key::ChangeMethod)
}

fn page(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    match code::step(attempt) {
        Some(Step::Deeplink { fallback: Some(_), .. }) => {
            says(scene, Weight::Plain, Gesture::UseFallback, Key::UsePage)
        }
        _ => Html::default(),
    }
}
