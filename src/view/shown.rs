//! Works out, once for each code, what must not be worked out again with every second of the countdown.
//!
//! It does not decide which code is shown, and draws nothing.

use super::picture::Drawing;
use super::{attempt, code};
use crate::action::Step;
use crate::checkout::machine::{Acting, Millis, Phase};
use std::fmt;

/// What is worked out of a state once, and not again with every second of the countdown: the code's picture, and how
/// long it had left when it was first drawn, since the bar is full then.
#[derive(Default)]
pub struct Shown {
    payload: Option<String>,
    drawing: Option<Drawing>,
    timed: bool,
    lifetime: Millis,
}

impl Shown {
    /// The code's picture, if a code with a text is on screen.
    pub(super) fn drawing(&self) -> Option<&Drawing> {
        self.drawing.as_ref()
    }

    /// How long the code on screen had left when it was first drawn.
    pub(super) fn lifetime(&self) -> Millis {
        self.lifetime
    }

    /// Follows the checkout: works it out anew if another code is shown, or one that now has an end.
    pub fn follow(&mut self, phase: &Phase, now: Millis) {
        let (payload, deadline) = (shown_code(phase), deadline(phase));
        if self.payload.as_deref() == payload && self.timed == deadline.is_some() {
            return;
        }
        self.drawing = payload.filter(|text| !text.is_empty()).and_then(Drawing::of);
        self.payload = payload.map(str::to_owned);
        self.timed = deadline.is_some();
        self.lifetime = deadline.map_or(0, |end| end.saturating_sub(now));
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("payload", &self.payload).finish_non_exhaustive()
    }
}

fn deadline(phase: &Phase) -> Option<Millis> {
    attempt(phase)?.deadline
}

/// The text of the code on screen, if there is a code on screen; empty for a picture without a text.
fn shown_code(phase: &Phase) -> Option<&str> {
    let Phase::Acting { attempt, at: Acting::Code } = phase else { return None };
    let Some(Step::Qr { payload: Some(payload), .. }) = code::step(attempt) else { return Some("") };
    Some(payload)
}
