//! Works out the picture of a code once, and not again with every second of the countdown.
//!
//! It does not decide which code is shown, and draws nothing.

use super::code;
use super::picture::Drawing;
use crate::action::Step;
use crate::checkout::machine::{Acting, Phase};
use std::fmt;

/// What is worked out of a state once, and not again with every second of the countdown: the code's picture.
#[derive(Default)]
pub struct Shown {
    payload: Option<String>,
    drawing: Option<Drawing>,
}

impl Shown {
    /// The code's picture, if a code with a text is on screen.
    pub(super) fn drawing(&self) -> Option<&Drawing> {
        self.drawing.as_ref()
    }

    /// Follows the checkout: works it out anew if another code is shown.
    pub fn follow(&mut self, phase: &Phase) {
        let payload = shown_code(phase);
        if self.payload.as_deref() == payload {
            return;
        }
        self.drawing = payload.filter(|text| !text.is_empty()).and_then(Drawing::of);
        self.payload = payload.map(str::to_owned);
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("payload", &self.payload).finish_non_exhaustive()
    }
}

/// The text of the code on screen, if there is a code on screen; empty for a picture without a text.
fn shown_code(phase: &Phase) -> Option<&str> {
    let Phase::Acting { attempt, at: Acting::Code } = phase else { return None };
    let Some(Step::Qr { payload: Some(payload), .. }) = code::step(attempt) else { return Some("") };
    Some(payload)
}
