//! Draws how it ended: a mark, the sum, the wallet, the time, and the way back to the shop or to another try.
//!
//! It does not judge an outcome; only the merchant's server does.

use super::control::{Weight, says};
use super::picture::Mark;
use super::scene::Scene;
use super::waiting::screen;
use crate::checkout::machine::{Attempt, Feedback, Gesture, Outcome};
use crate::checkout::method::Flow;
use crate::words::Key;
use yew::prelude::*;

/// The end.
#[inline(never)]
pub(super) fn draw(scene: &Scene<'_>, attempt: &Attempt, outcome: Outcome, when: Option<i64>) -> Html {
    let again = || vec![says(scene, Weight::Loud, Gesture::TryAgain, Key::TryAgain), question(scene, attempt)];
    match outcome {
        Outcome::Succeeded => {
            let ways = vec![done(scene), question(scene, attempt)];
            screen(scene, Mark::Done, &scene.say_sum(Key::Succeeded), &paid_with(scene, attempt, when), ways)
        }
        Outcome::Refunded => {
            let text = scene.say_app(Key::RefundedDo, &attempt.method);
            let back = if scene.face.words.dir == "rtl" { Mark::BackInRtl } else { Mark::Back };
            screen(scene, back, &scene.say_sum(Key::Refunded), &text, vec![done(scene)])
        }
        Outcome::Failed => screen(scene, Mark::Stop, scene.say(Key::Failed), scene.say(Key::FailedDo), again()),
        Outcome::Canceled => screen(scene, Mark::Stop, scene.say(Key::Canceled), scene.say(Key::CanceledDo), again()),
        Outcome::Expired => expired(scene, attempt),
    }
}

/// The same way to pay at once, with another attempt; or another way. Only who saw a code hears of an old one.
fn expired(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let code = scene.row(&attempt.method).is_some_and(|row| row.flows.first() == Some(&Flow::Qr));
    let (text, again) = if code { (Key::ExpiredDo, Key::NewCode) } else { (Key::CanceledDo, Key::TryAgain) };
    let ways = vec![
        says(scene, Weight::Loud, Gesture::Pay, again),
        says(scene, Weight::Quiet, Gesture::TryAgain, Key::ChangeMethod),
        question(scene, attempt),
    ];
    screen(scene, Mark::Clock, scene.say(Key::Expired), scene.say(text), ways)
}

/// The one question about a method that the merchant wants to hear of, until it is answered.
fn question(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    if attempt.judged.is_some() || !scene.row(&attempt.method).is_some_and(|row| row.method.feedback) {
        return Html::default();
    }
    let name = scene.name(&attempt.method);
    let text = scene.face.words.fill(Key::FeedbackAsk, &[("method", name)]);
    html! {
        <div role="group" aria-label={text.clone()} data-question="">
            <p class="note">{ scene.text(&text) }</p>
            <div class="pair">
                { says(scene, Weight::Quiet, Gesture::Feedback(Feedback::Good), Key::FeedbackGood) }
                { says(scene, Weight::Quiet, Gesture::Feedback(Feedback::Bad), Key::FeedbackBad) }
            </div>
        </div>
    }
}

/// The wallet and the time: `微信支付 · 2026-11-22 10:02`.
fn paid_with(scene: &Scene<'_>, attempt: &Attempt, when: Option<i64>) -> String {
    let mut text = scene.name(&attempt.method).to_owned();
    if let Some(seconds) = when {
        // From right to left, a mark keeps the time's first digits from joining the wallet's name.
        text.push_str(if scene.face.words.dir == "rtl" { "\u{200f} · \u{200f}" } else { " · " });
        text.push_str(&scene.moment(seconds));
    }
    text
}

fn done(scene: &Scene<'_>) -> Html {
    match &scene.face.done_url {
        Some(url) => html! { <a class="button loud" href={url.clone()} data-done="">{ scene.say(Key::Done) }</a> },
        None => Html::default(),
    }
}
