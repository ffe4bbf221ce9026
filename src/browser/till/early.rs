//! Decides what the first part of the wasm takes by itself, before the rest is here.
//!
//! It fetches nothing.

use crate::checkout::machine::{Gesture, Phase, What};

/// Whether the first part of the wasm can take it by itself: all that a shopper does until the server answers. Whatever
/// leads on waits for the rest, and lets it be fetched.
pub(super) fn takes(phase: &Phase, what: &What) -> bool {
    let (picking, sending, unsent) = match phase {
        Phase::Choosing { pending, .. } => (pending.is_none(), false, true),
        Phase::Sending { attempt, .. } => (false, true, !attempt.sent),
        Phase::Acting { .. }
        | Phase::Confirming { .. }
        | Phase::Canceling { .. }
        | Phase::Unknown { .. }
        | Phase::Ended { .. } => (false, false, false),
    };
    match what {
        What::Hid | What::Woke | What::SubmitDecided(_) => true,
        What::Updated(_) => (picking || sending) && unsent,
        What::Shopper(Gesture::Choose(_) | Gesture::Pay | Gesture::ShowMore | Gesture::ToggleLarge, _)
        | What::HostPaid(_) => picking || sending,
        What::Shopper(..)
        | What::ActionDecided(_)
        | What::Found(_)
        | What::Answered(..)
        | What::Heard(..)
        | What::StreamLost(_)
        | What::TimeCame
        | What::BridgeSaid(_)
        | What::Hinted => false,
    }
}
