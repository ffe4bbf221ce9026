//! Draws a code: what to do with it, the code, how long it lives, and the ways out.
//!
//! It does not decide which code may be shown, nor when it is over.

use super::control::{Weight, heading, says};
use super::countdown;
use super::picture::{Mark, mark};
use super::scene::Scene;
use super::shop;
use crate::action::Step;
use crate::checkout::environment::Device;
use crate::checkout::machine::{Attempt, Gesture};
use crate::checkout::method::{Flow, MethodId, Wallet};
use crate::words::Key;
use yew::prelude::*;

/// The step that the server's action asks for.
pub(super) fn step(attempt: &Attempt) -> Option<&Step> {
    attempt.action().map(|action| &action.step)
}

/// The method whose app a sentence names: the first that reads the code, else the attempt's own.
fn reader(attempt: &Attempt) -> MethodId {
    let first = attempt.action().and_then(|action| MethodId::parse(action.readers.split(' ').next()?));
    first.unwrap_or_else(|| attempt.method.clone())
}

/// Its time is over: a new one can be had, and what was just paid can be said.
#[inline(never)]
pub(super) fn over(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    // A new code was asked for, and none came.
    let trouble = attempt.next.as_ref().map(|_| shop::alert(scene, Key::NoNewCode));
    let ways = html! {
        <div class="ways">
            { trouble }
            { says(scene, Weight::Loud, Gesture::NewCode, Key::NewCode) }
            { says(scene, Weight::Plain, Gesture::AskNow, Key::Paid) }
            { says(scene, Weight::Quiet, Gesture::ChangeMethod, Key::ChangeMethod) }
        </div>
    };
    gone(scene, scene.say(Key::CodeOver), scene.say(Key::CodeOverDo), ways)
}

/// A new one is being made.
#[inline(never)]
pub(super) fn refreshing(scene: &Scene<'_>) -> Html {
    gone(scene, scene.say(Key::Refreshing), "", Html::default())
}

/// The code, while it can be scanned.
#[inline(never)]
pub(super) fn living(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let id = &reader(attempt);
    // Another window looks out for it, and this one sleeps.
    if countdown::left(scene, attempt) == Some(0) {
        return over(scene, attempt);
    }
    html! {
        <>
            { heading(scene, &scene.say_app(Key::Code, id)) }
            <p class="lead">{ scene.text(&scene.say_app(Key::CodeDo, id)) }</p>
            { limit(scene, attempt) }
            <div class="scan">
                <figure class="code">
                    <div class="card">{ picture(scene, attempt) }</div>
                    { who(scene, attempt) }
                </figure>
                <div class="beside">
                    { countdown::draw(scene, attempt) }
                    { tips(scene, attempt) }
                    { ways(scene, attempt) }
                </div>
            </div>
        </>
    }
}

/// The code, drawn from its text; the provider's picture only where there is no text.
fn picture(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let reader = reader(attempt);
    let app = scene.app(&reader);
    let name = scene.face.words.fill(Key::CodeName, &[("app", app), ("sum", &scene.sum())]);
    match (scene.drawing, step(attempt)) {
        (Some(drawing), _) => drawing.draw(&name, until(scene, attempt)),
        (None, Some(Step::Qr { payload: None, image: Some(image), .. })) => {
            html! { <img class="qr" part="qr" src={image.clone()} alt={name} referrerpolicy="no-referrer" data-qr="" /> }
        }
        _ => shop::alert(scene, Key::FaultBadAction),
    }
}

/// The line under the code: whose apps read it. In large print, only if there is more to say than the heading does.
fn who(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let mut apps = scene.app(&reader(attempt)).to_owned();
    let others = attempt.action().and_then(|action| action.readers.split_once(' '));
    let mut others = others.map_or("", |(_, others)| others);
    if scene.state.large && others.is_empty() {
        return Html::default();
    }
    while !others.is_empty() {
        let (id, rest) = others.split_once(' ').unwrap_or((others, ""));
        apps.push_str(scene.say(if rest.is_empty() { Key::ListLast } else { Key::ListNext }));
        apps.push_str(MethodId::parse(id).as_ref().map_or(id, |id| scene.app(id)));
        others = rest;
    }
    html! { <figcaption>{ scene.text(&scene.face.words.fill(Key::HintScan, &[("app", &apps)])) }</figcaption> }
}

/// In large print a time limit is said before the code, not only under it.
fn limit(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let minutes = countdown::left(scene, attempt).map_or(0, |seconds| seconds.div_ceil(60));
    if !scene.state.large || minutes == 0 {
        return Html::default();
    }
    html! { <p class="limit">{ scene.say_count(Key::CodeLimit, minutes) }</p> }
}

fn tips(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let phone = scene.state.offer.environment.device == Device::Phone;
    let abroad = attempt.total.currency().code() != "CNY" && reader(attempt).wallet().is_some();
    let scanner = match phone {
        true if worth_saving(scene, attempt) => Key::CodeAlbum,
        true => Key::CodeOtherDevice,
        false => Key::CodeScanner,
    };
    let tip = |key| html! { <p>{ scene.text(&scene.say_app(key, &reader(attempt))) }</p> };
    html! {
        <div class="tips">
            { (phone || !scene.state.large).then(|| tip(scanner)) }
            { abroad.then(|| tip(Key::CodeYuan)) }
        </div>
    }
}

fn ways(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let page = second_way(scene, attempt).then(|| says(scene, Weight::Plain, Gesture::UseFallback, Key::CodePage));
    let save = worth_saving(scene, attempt).then(|| says(scene, Weight::Quiet, Gesture::SaveCode, Key::SaveCode));
    html! {
        <>
            { page }
            <div class="pair">{ says(scene, Weight::Quiet, Gesture::ChangeMethod, Key::ChangeMethod) }{ save }</div>
        </>
    }
}

/// Whether a page leads to the same payment, or the method can be paid by one.
fn second_way(scene: &Scene<'_>, attempt: &Attempt) -> bool {
    let page = matches!(step(attempt), Some(Step::Qr { fallback: Some(_), .. }));
    page || scene.row(&attempt.method).is_some_and(|row| row.flows.contains(&Flow::Redirect))
}

/// WeChat reads no code from the album, so on a phone a saved one would lead nowhere; a provider's picture is not ours to draw on.
///
/// # Source
/// `research/provider-payloads.md` 2.1, read 2026-11-22.
fn worth_saving(scene: &Scene<'_>, attempt: &Attempt) -> bool {
    scene.drawing.is_some() && (scene.state.offer.environment.device != Device::Phone || from_album(attempt))
}

fn from_album(attempt: &Attempt) -> bool {
    reader(attempt).wallet() != Some(Wallet::Wechatpay)
}

/// What is printed under a saved code beside sum and order: until when it is good, if that is known.
fn until(scene: &Scene<'_>, attempt: &Attempt) -> Option<String> {
    let time = scene.moment(attempt.payment.as_ref()?.expires?);
    Some(scene.face.words.fill(Key::CodeUntil, &[("time", &time)]))
}

/// The code's place without a code: an old one, however pale, could still be scanned.
fn gone(scene: &Scene<'_>, title: &str, text: &str, ways: Html) -> Html {
    html! {
        <>
            { heading(scene, title) }
            <p class="lead">{ text.to_owned() }</p>
            <div class="scan"><div class="code"><div class="card empty">{ mark(Mark::Clock) }</div></div></div>
            { ways }
        </>
    }
}
