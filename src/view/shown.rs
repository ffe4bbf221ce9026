//! Keeps what a drawing stands on and the state does not tell: the picture of a code, worked out once and not again with every
//! second of the countdown, and a heading that is heard although the focus is elsewhere.
//!
//! It does not decide which code is shown or where the focus goes, and draws nothing.

use super::code;
use super::picture::Drawing;
use crate::action::Step;
use crate::checkout::machine::{Acting, Phase};
use std::fmt;

/// What is kept between two drawings.
#[derive(Default)]
pub struct Shown {
    payload: Option<String>,
    drawing: Option<Drawing>,
    /// The present screen's heading, if the focus did not go there since the shopper is busy elsewhere: the status says it.
    pub unfocused: Option<String>,
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
