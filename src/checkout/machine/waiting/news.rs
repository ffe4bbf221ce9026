//! Decides what news of the attempt makes of a waiting: an answer, a word of the stream, or that the stream is lost.
//!
//! It does not decide when to ask.

use super::place::Place;
use crate::action::Standing;
use crate::checkout::fault::{Fault, ServerCode};
use crate::checkout::machine::announcement::Announcement;
use crate::checkout::machine::attempt::{Attempt, Origin};
use crate::checkout::machine::event::{Effect, Request};
use crate::checkout::machine::state::{Acting, Confirming, Phase, Then};
use crate::checkout::machine::{Turn, choosing, closing, telling};
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::{Answer, Payment};

/// An answer to a question, or to a wish for a new code.
pub(super) fn answered(
    turn: &mut Turn,
    mut attempt: Box<Attempt>,
    place: Place,
    request: Request,
    answer: &Answer,
) -> Phase {
    let late = !attempt.watch.asking;
    attempt.watch.answered(turn.at, matches!(answer, Answer::Payment(_)));
    match (request, answer) {
        (Request::Refresh, Answer::Payment(payment)) => {
            attempt.next = None;
            telling::take(turn, attempt, payment)
        }
        // What was asked before other news came undoes none of it.
        (Request::Refresh, _) if place != Place::Acting(Acting::Refreshing) => place.of(attempt),
        (_, Answer::Payment(payment)) if late && payment.status == Standing::Pending => place.of(attempt),
        (Request::Refresh, Answer::Unsupported) => {
            let then = attempt.next.take().map_or(Then::Choose(None), |next| Then::Pay(next, true));
            closing::cancel(turn, attempt, then)
        }
        // The order is paid elsewhere, or costs something else: no new code will ever come.
        (Request::Refresh, Answer::Fault(Fault::Server(fault))) if choosing::nothing_created(fault.code) => {
            Phase::Choosing { fault: Some(Fault::Server(fault.clone())), pending: Some(attempt) }
        }
        (Request::Refresh, answer) => {
            if let Some(fault) = closing::fault_of(answer) {
                turn.order(Effect::Announce(Announcement::error(&fault, turn.state.order.test)));
            }
            Phase::Acting { attempt, at: Acting::CodeOver }
        }
        (_, Answer::Payment(payment)) => told(turn, attempt, place, payment),
        (_, Answer::Busy(seconds)) => {
            attempt.watch.not_before = turn.at + u64::from((*seconds).min(60)) * 1000;
            place.of(attempt)
        }
        (_, Answer::Fault(Fault::Server(fault)))
            if attempt.payment.is_none() && absent(fault.code) && !place.is_leaving() =>
        {
            not_there(turn, attempt, fault.code)
        }
        _ if attempt.watch.misses >= patience::MISSES && !matches!(place, Place::Acting(_)) => {
            Phase::Unknown { attempt, call: matches!(place, Place::Unknown(true)) }
        }
        _ => place.of(attempt),
    }
}

fn absent(code: ServerCode) -> bool {
    matches!(code, ServerCode::NotFound | ServerCode::NotAllowed | ServerCode::AnotherOrder)
}

/// The server does not know an attempt that was taken up, or does not tell us: which proves nothing.
fn not_there(turn: &mut Turn, mut attempt: Box<Attempt>, code: ServerCode) -> Phase {
    match attempt.origin {
        // Somebody else's link, or one of another order: dropped in silence.
        Origin::Link => Phase::choosing(None),
        Origin::SignIn if code == ServerCode::NotFound => {
            attempt.watch = Watch::from(turn.at);
            turn.send(Request::Create, &mut attempt);
            Phase::Sending { attempt, held: false }
        }
        _ if code == ServerCode::NotFound => Phase::Choosing { fault: None, pending: Some(attempt) },
        _ => Phase::choosing(None),
    }
}

pub(super) fn heard(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, payment: Option<&Payment>) -> Phase {
    attempt.watch.heard = Some(turn.at);
    attempt.watch.misses = 0;
    match payment {
        Some(payment) => told(turn, attempt, place, payment),
        None => place.of(attempt),
    }
}

pub(super) fn stream_lost(mut attempt: Box<Attempt>, place: Place) -> Phase {
    attempt.watch.heard = None;
    attempt.watch.deaf = true;
    place.of(attempt)
}

/// News of the attempt that is waited for.
fn told(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, payment: &Payment) -> Phase {
    if payment.status != Standing::Pending {
        return telling::take(turn, attempt, payment);
    }
    let another = telling::is_another(&attempt, payment);
    let first_action = attempt.action().is_none() && payment.action.is_some();
    let same_action = attempt.payment.as_ref().is_some_and(|known| known.action == payment.action);
    let new_action = payment.action.is_some() && !same_action;
    telling::adopt(turn, &mut attempt, payment);
    telling::note(turn.at, &mut attempt, payment);
    match place {
        // Nothing of the one before it can be gone on with, and a page of it is left for from a press only.
        _ if another => telling::back(turn, attempt),
        // Asked about in the last second of its life, and answered after it.
        Place::Acting(Acting::Code) if telling::is_over(payment) => Phase::Acting { attempt, at: Acting::CodeOver },
        Place::Acting(Acting::Code) if new_action => telling::show(turn, attempt),
        // Asked for by another tab before the shop knew this shopper.
        Place::Acting(Acting::NotPaid | Acting::StillHere) if first_action => telling::back(turn, attempt),
        Place::Acting(Acting::Leaving | Acting::InApp) | Place::Unknown(_) if attempt.said => place.of(attempt),
        Place::Confirming(Confirming::LastCheck) => Phase::Acting { attempt, at: Acting::CodeOver },
        Place::Confirming(_) if attempt.said => place.of(attempt),
        Place::Unknown(true) => match telling::back(turn, attempt) {
            // As unpaid and as unclear as ten minutes ago: that is no news, and the shop is still to be called.
            Phase::Confirming { attempt, .. } => place.of(attempt),
            phase => phase,
        },
        Place::Confirming(_) | Place::Unknown(false) => telling::back(turn, attempt),
        place => place.of(attempt),
    }
}
