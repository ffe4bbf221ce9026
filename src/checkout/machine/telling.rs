//! Decides what the server's word makes of an attempt: an end, work under way, or an action to show.
//!
//! It does not decide when to ask, nor what the shopper may do meanwhile.

use super::announcement::Announcement;
use super::attempt::{Attempt, Origin};
use super::event::{Effect, Request, What};
use super::state::{Acting, Confirming, Millis, Outcome, Phase, Then};
use super::{Turn, closing, waiting};
use crate::action::{Refusal, Seconds, Standing, Step};
use crate::checkout::fault::{Fault, ServerCode, ServerFault};
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::{Answer, Payment};
use std::rc::Rc;

/// How long an attempt that was begun counts as of just now, in seconds: as long as most codes live.
const LATELY: Seconds = 900;

/// What the server says of the payment, whatever was before: an end, work under way, or an action to show.
pub(super) fn take(turn: &mut Turn, mut attempt: Box<Attempt>, payment: &Payment) -> Phase {
    // What was found to be paid was paid now only if the page was left for the wallet just before.
    let lately = |now| attempt.begun.is_some_and(|begun| now - begun < LATELY);
    let when = payment.now.filter(|now| attempt.payment.is_some() || lately(*now));
    let (status, refunded) = (payment.status, payment.refunded);
    adopt(turn, &mut attempt, payment);
    let known = attempt.payment.as_ref().map(|known| known.status);
    note(turn.at, &mut attempt, payment);
    // The one end that is undone, by a wish for a new code that arrives only now: so it is closed, and then it has ended.
    if status == Standing::Expired && !refunded && attempt.origin == Origin::Renewed {
        return closing::cancel(turn, attempt, Then::End);
    }
    let outcome = match status {
        _ if refunded => Outcome::Refunded,
        Standing::Succeeded => Outcome::Succeeded,
        Standing::Failed => Outcome::Failed,
        Standing::Canceled => Outcome::Canceled,
        Standing::Expired => Outcome::Expired,
        Standing::Processing => {
            match known {
                Some(Standing::Processing) => attempt.watch.worked_on(turn.at),
                _ => attempt.watch = Watch { heard: attempt.watch.heard, ..Watch::from(turn.at) },
            }
            return Phase::Confirming { attempt, why: Confirming::Processing };
        }
        Standing::Pending => return show(turn, attempt),
    };
    Phase::Ended { attempt, outcome, when }
}

/// Takes over the payment's method, and what it comes to with it. Of a link neither is known, so the first word of it counts
/// also where the method guessed was right.
pub(super) fn adopt(turn: &mut Turn, attempt: &mut Attempt, payment: &Payment) {
    let hearsay = attempt.is_hearsay();
    if let Some(method) = payment.method.clone().filter(|method| hearsay || *method != attempt.method) {
        attempt.total = turn.state.offer.row(&method).map_or(turn.state.order.amount, |row| row.total);
        turn.state.chosen = turn.state.offer.row(&method).map(|row| row.method.id.clone()).or(turn.state.chosen.take());
        attempt.method = method;
    }
}

/// That an attempt is paid counts whenever it is heard, also while something else is asked of the server: the phase after it.
///
/// # Errors
/// The phase as it was, if this is nothing of the kind.
#[inline(never)]
pub(super) fn paid(turn: &mut Turn, phase: Phase, what: &What) -> Result<Phase, Phase> {
    let (id, payment) = match what {
        What::Answered(Request::Ask | Request::Refresh, id, Answer::Payment(payment)) if payment.is_paid() => {
            (id, payment)
        }
        What::Heard(id, Some(payment)) if payment.is_paid() => (id, payment),
        _ => return Err(phase),
    };
    match phase {
        Phase::Choosing { pending: Some(attempt), .. } | Phase::Sending { attempt, .. } if attempt.id == *id => {
            Ok(take(turn, attempt, payment))
        }
        Phase::Canceling { attempt, then } if attempt.id == *id => {
            if let Then::Replace(next) = then {
                turn.state.next = Some(next);
            }
            Ok(take(turn, attempt, payment))
        }
        phase => Err(phase),
    }
}

/// While the shopper picks, what is perhaps alive at the server is asked about when they come back: they may have paid it.
#[inline(never)]
pub(super) fn pending(turn: &mut Turn, fault: Option<Fault>, mut attempt: Box<Attempt>, what: &What) -> Phase {
    match what {
        What::Woke | What::Hinted => waiting::ask(turn, &mut attempt),
        What::Answered(Request::Ask, id, answer) if *id == attempt.id => {
            attempt.watch.answered(turn.at, matches!(answer, Answer::Payment(_)));
            match answer {
                Answer::Payment(payment) if payment.status == Standing::Processing => {
                    return take(turn, attempt, payment);
                }
                Answer::Payment(payment) if payment.status == Standing::Pending => {
                    note(turn.at, &mut attempt, payment);
                }
                Answer::Busy(seconds) => attempt.watch.not_before = turn.at + patience::busy_for(*seconds, 1),
                _ => (),
            }
        }
        _ => (),
    }
    Phase::Choosing { fault, pending: Some(attempt) }
}

/// Whether this is of another payment than the attempt's, which the server has taken for it.
pub(super) fn is_another(attempt: &Attempt, payment: &Payment) -> bool {
    let other_id = |known: &Rc<Payment>| known.id.is_some() && payment.id.is_some() && known.id != payment.id;
    attempt.payment.as_ref().is_some_and(other_id) || payment.attempt.as_ref().is_some_and(|id| *id != attempt.id)
}

/// Keeps what the server said; an answer without an action leaves the one that is known, unless it was another payment's.
pub(super) fn note(at: Millis, attempt: &mut Attempt, payment: &Payment) {
    // Another payment has its own code, stream and time, and what was asked before is not of it.
    if is_another(attempt, payment) {
        (attempt.payment, attempt.deadline, attempt.begun, attempt.said) = (None, None, None, false);
        attempt.watch = Watch { heard: attempt.watch.heard, ..Watch::from(at) };
    }
    attempt.id = payment.attempt.clone().unwrap_or_else(|| attempt.id.clone());
    let mut payment = payment.clone();
    let known = attempt.payment.take();
    let other = |known: &Rc<Payment>| known.action.is_some() && known.action != payment.action;
    if payment.action.is_some() && (attempt.begun.is_none() || known.as_ref().is_some_and(other)) {
        attempt.begun = payment.now;
    }
    // Whoever listens goes on listening, also when nothing is left to do but to wait.
    payment.events = payment.events.or_else(|| known.as_ref()?.events.clone());
    if let Some(known) = known.as_ref().filter(|_| payment.status == Standing::Pending) {
        payment.action = payment.action.or_else(|| known.action.clone());
        payment.expires = payment.expires.or(known.expires);
    }
    payment.id = payment.id.or_else(|| known.and_then(|known| known.id.clone()));
    attempt.epoch = payment.now.map(|now| now - (at / 1000).cast_signed()).or(attempt.epoch);
    attempt.deadline = payment.deadline(at).or(attempt.deadline.filter(|_| payment.action.is_some()));
    attempt.payment = Some(Rc::new(payment));
}

/// Begins what the action asks for; the host page hears of it first and may take it on itself.
pub(super) fn show(turn: &mut Turn, mut attempt: Box<Attempt>) -> Phase {
    let link = attempt.is_link(turn.state.offer.environment.framed);
    let known = attempt.payment.as_ref().and_then(|payment| payment.action.clone());
    let at = match known {
        Some(Err(refusal)) => {
            let fault = Fault::Server(ServerFault { code: ServerCode::BadAction, about: refusal.about() });
            return Phase::Choosing { fault: Some(fault), pending: Some(attempt) };
        }
        Some(Ok(action)) => match action.step {
            Step::Qr { .. } => Acting::Code,
            Step::Redirect { .. } | Step::Deeplink { .. } if link => Acting::AppLink,
            Step::Redirect { .. } | Step::Deeplink { .. } => Acting::Leaving,
            Step::InApp { .. } => Acting::InApp,
            Step::Nothing { status, code } => return nothing(attempt, status, code.unwrap_or_default()),
        },
        None => return Phase::Confirming { attempt, why: Confirming::Processing },
    };
    attempt.watch = Watch { heard: attempt.watch.heard, ..Watch::from(turn.at) };
    let action = Announcement::action(&attempt, turn.state.order.test);
    turn.order(Effect::Announce(action));
    Phase::Acting { attempt, at }
}

/// Back without payment: the code again while it lives, else 还没收到付款 with its three ways on.
pub(super) fn back(turn: &mut Turn, attempt: Box<Attempt>) -> Phase {
    if attempt.payment.as_deref().is_some_and(is_over) {
        return Phase::Acting { attempt, at: Acting::CodeOver };
    }
    match attempt.action().map(|action| &action.step) {
        Some(Step::Qr { .. }) if attempt.deadline.is_none_or(|deadline| turn.at < deadline) => show(turn, attempt),
        Some(Step::Qr { .. }) => Phase::Acting { attempt, at: Acting::CodeOver },
        Some(Step::Nothing { status, code }) => {
            let (status, code) = (*status, code.clone().unwrap_or_default());
            nothing(attempt, status, code)
        }
        _ => Phase::Acting { attempt, at: Acting::NotPaid },
    }
}

/// There is nothing to do about a payment that is pending: the provider refused, and the shopper picks again, where another
/// way closes this attempt first. Or perhaps it is paid, and no other way is offered beside the asking.
fn nothing(attempt: Box<Attempt>, status: Standing, about: String) -> Phase {
    match status {
        Standing::Failed | Standing::Canceled | Standing::Expired => {
            let fault = Fault::Server(ServerFault { code: ServerCode::Refused, about });
            Phase::Choosing { fault: Some(fault), pending: Some(attempt) }
        }
        Standing::Pending | Standing::Processing | Standing::Succeeded => {
            Phase::Confirming { attempt, why: Confirming::Processing }
        }
    }
}

/// Whether what was to be paid by has run out, by the server's own word and clock.
pub(super) fn is_over(payment: &Payment) -> bool {
    matches!(payment.action, Some(Err(Refusal::Expired)))
}
