//! Decides how the time left is told: to the second for the eye, seldom for the ear, as a bar.
//!
//! It does not end anything: at zero the machine asks the server.

use super::scene::Scene;
use crate::checkout::machine::Attempt;
use crate::words::Key;
use yew::prelude::*;

/// Seconds left until the code stops being usable; none if nobody said when.
pub(super) fn left(scene: &Scene<'_>, attempt: &Attempt) -> Option<u64> {
    attempt.deadline.map(|end| end.saturating_sub(scene.now).div_ceil(1000))
}

/// Seconds that it had at first, as far as anybody knows: the bar is full then.
fn whole(attempt: &Attempt, left: u64) -> u64 {
    attempt.lifetime().unwrap_or(0).max(left)
}

/// The bar and the time under it.
pub(super) fn draw(scene: &Scene<'_>, attempt: &Attempt) -> Html {
    let Some(seconds) = left(scene, attempt) else { return Html::default() };
    let whole = whole(attempt, seconds).max(1);
    let time = scene.face.words.fill(Key::ExpiresIn, &[("time", &clock(seconds))]);
    let text = if scene.state.large { plainly(scene, seconds) } else { time };
    html! {
        <div class="time" aria-hidden="true" data-time="">
            <progress max={whole.to_string()} value={seconds.to_string()}></progress>
            <p>{ text }</p>
        </div>
    }
}

/// What the polite region says. It changes every ten minutes, then every minute, then at thirty and ten seconds, and is
/// true at each change.
pub(super) fn spoken(scene: &Scene<'_>, attempt: &Attempt) -> String {
    let mut text = scene.say(Key::CodeWaiting).to_owned();
    if let Some(seconds) = left(scene, attempt) {
        text.push_str(" · ");
        text.push_str(&plainly(scene, step(seconds).min(whole(attempt, seconds))));
    }
    text
}

/// The time left in words, without abbreviations.
fn plainly(scene: &Scene<'_>, seconds: u64) -> String {
    match seconds {
        0..=60 => scene.say_count(Key::SecondsLeft, seconds),
        _ => scene.say_count(Key::MinutesLeft, seconds.div_ceil(60)),
    }
}

/// The last moment worth telling, in seconds left.
fn step(seconds: u64) -> u64 {
    match seconds {
        0..=10 => 10,
        11..=30 => 30,
        31..=600 => seconds.next_multiple_of(60),
        _ => seconds.next_multiple_of(600),
    }
}

/// `9:59`, or `1:21:07` from an hour on.
fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let mut text = String::new();
    if hours > 0 {
        text.push_str(&hours.to_string());
        text.push(':');
    }
    if hours > 0 && minutes < 10 {
        text.push('0');
    }
    text.push_str(&minutes.to_string());
    text.push_str(if seconds % 60 < 10 { ":0" } else { ":" });
    text.push_str(&(seconds % 60).to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_hours_only_from_an_hour_on() {
        let shown = [0, 9, 61, 599, 3599, 3600, 4867].map(clock);
        assert_eq!(shown, ["0:00", "0:09", "1:01", "9:59", "59:59", "1:00:00", "1:21:07"]);
    }

    #[test]
    fn the_ear_is_told_seldom_and_never_less_than_there_is() {
        let mut told = (1..=7200).rev().map(step).collect::<Vec<_>>();
        assert!((1..=7200).all(|seconds| step(seconds) >= seconds));
        told.dedup();
        assert_eq!(told.len(), 12 + 9 + 2);
    }
}
