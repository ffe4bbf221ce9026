//! Decides what happens while an attempt is being closed, and after it has ended.
//!
//! Only the server's word that it can no longer be paid lets another attempt begin.

use super::announcement::Announcement;
use super::attempt::Attempt;
use super::choosing;
use super::event::{Effect, Gesture, Request, What};
use super::state::{Confirming, Outcome, Phase, Then};
use super::{Turn, telling};
use crate::action::Standing;
use crate::checkout::fault::{Fault, ServerCode};
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::Answer;

/// Closes the attempt at the server before anything else is done.
#[inline(never)]
pub(super) fn cancel(turn: &mut Turn, mut attempt: Box<Attempt>, then: Then) -> Phase {
    attempt.watch = Watch::from(turn.at);
    turn.send(Request::Cancel, &mut attempt);
    Phase::Canceling { attempt, then }
}

/// Closes the attempt of an order whose successor waits: no other order gets its key.
pub(super) fn close_for_next(turn: &mut Turn, attempt: Box<Attempt>) -> Phase {
    let then = turn.state.next.take().map_or(Then::Choose(None), Then::Replace);
    cancel(turn, attempt, then)
}

/// From [`Phase::Canceling`].
#[inline(never)]
pub(super) fn canceling(turn: &mut Turn, mut attempt: Box<Attempt>, then: Then, what: &What) -> Phase {
    match what {
        What::Answered(Request::Cancel, id, answer) if *id == attempt.id => {
            attempt.watch.answered(turn.at, matches!(answer, Answer::Payment(_)));
            // What could not be closed keeps its order until it has ended.
            if let Then::Replace(next) = &then {
                turn.state.next = Some(next.clone());
            }
            closed(turn, attempt, then, answer)
        }
        What::TimeCame | What::Woke if !attempt.watch.asking && turn.at >= attempt.watch.not_before => {
            turn.send(Request::Cancel, &mut attempt);
            Phase::Canceling { attempt, then }
        }
        What::Updated(next) if next.0 == turn.state.order && !matches!(then, Then::Replace(_)) => {
            let before = std::mem::replace(&mut turn.state.offer, next.1.clone());
            let seen = turn.state.chosen.as_ref().and_then(|id| before.row(id)).map(|row| row.total);
            let then = match then {
                Then::Pay(..) | Then::PayByPage(_) if turn.state.picked().map(|(_, total)| total) != seen => {
                    Then::Choose(None)
                }
                then => then,
            };
            Phase::Canceling { attempt, then }
        }
        What::Updated(next) => Phase::Canceling { attempt, then: Then::Replace(next.clone()) },
        _ => Phase::Canceling { attempt, then },
    }
}

fn closed(turn: &mut Turn, mut attempt: Box<Attempt>, then: Then, answer: &Answer) -> Phase {
    match answer {
        Answer::Payment(payment) => match payment.status {
            Standing::Canceled | Standing::Expired | Standing::Failed if !payment.refunded => {
                follow(turn, attempt, then)
            }
            Standing::Pending => {
                attempt.payment = attempt.payment.or_else(|| Some(payment.clone().into()));
                Phase::Confirming { attempt, why: Confirming::Processing }
            }
            _ => telling::take(turn, attempt, payment),
        },
        Answer::Busy(seconds) if attempt.watch.misses <= patience::BUSY => {
            attempt.watch.not_before = turn.at + patience::busy_for(*seconds, attempt.watch.misses);
            Phase::Canceling { attempt, then }
        }
        // A server that closes nothing said that it has expired, and its word must do.
        Answer::Unsupported if then == Then::End => follow(turn, attempt, then),
        Answer::Unsupported => Phase::Confirming { attempt, why: Confirming::Processing },
        // It is not this shopper's, or no longer, and would be refused as often as it is asked: it is dropped.
        Answer::Fault(Fault::Server(fault))
            if fault.code == ServerCode::NotAllowed
                && attempt.payment.is_none()
                && !matches!(then, Then::Replace(_)) =>
        {
            Phase::choosing(Some(Fault::Server(fault.clone())))
        }
        Answer::Lost(_) | Answer::Fault(_) | Answer::SignIn(_) if attempt.watch.misses <= patience::RESENDS => {
            attempt.watch.not_before = turn.at + patience::resend_after(attempt.watch.misses);
            Phase::Canceling { attempt, then }
        }
        // Nothing was ever shown of it, so the shopper can't have paid: picking again is safe, the key stays pending.
        // Not for another order, which must not get this one's key.
        answer if attempt.payment.is_none() && !matches!(then, Then::Replace(_)) => {
            Phase::Choosing { fault: fault_of(answer), pending: Some(attempt) }
        }
        _ => {
            attempt.watch = Watch::from(turn.at);
            Phase::Unknown { attempt, call: false }
        }
    }
}

/// What a request failed by, as the shopper is told.
pub(super) fn fault_of(answer: &Answer) -> Option<Fault> {
    match answer {
        Answer::Lost(lost) => Some(Fault::Network(*lost)),
        Answer::Fault(fault) => Some(fault.clone()),
        Answer::Payment(_) | Answer::SignIn(_) | Answer::Unsupported | Answer::Busy(_) => None,
    }
}

/// What was waiting for the attempt to be closed.
fn follow(turn: &mut Turn, attempt: Box<Attempt>, then: Then) -> Phase {
    if then == Then::End {
        let when = attempt.payment.as_ref().and_then(|payment| payment.now);
        return Phase::Ended { attempt, outcome: Outcome::Expired, when };
    }
    match then {
        Then::Choose(fault) => Phase::choosing(fault),
        Then::Replace(_) | Then::End => Phase::choosing(None),
        // Another order took this one's place after the press.
        Then::Pay(..) | Then::PayByPage(_) if turn.state.next.is_some() => Phase::choosing(None),
        Then::Pay(ref fresh, _) | Then::PayByPage(ref fresh) => match choosing::fresh_attempt(turn, fresh) {
            Some(mut attempt) => {
                attempt.by_page = matches!(then, Then::PayByPage(_));
                choosing::begin(turn, attempt, !matches!(then, Then::Pay(_, false)))
            }
            None => Phase::choosing(None),
        },
    }
}

/// From [`Phase::Ended`]: only the server's `succeeded` still counts.
#[inline(never)]
pub(super) fn ended(turn: &mut Turn, attempt: Box<Attempt>, outcome: Outcome, when: Option<i64>, what: &What) -> Phase {
    let over = outcome != Outcome::Succeeded;
    match what {
        What::Answered(_, id, Answer::Payment(payment)) if over && *id == attempt.id && payment.is_paid() => {
            telling::take(turn, attempt, payment)
        }
        What::Heard(id, Some(payment)) if over && *id == attempt.id && payment.is_paid() => {
            telling::take(turn, attempt, payment)
        }
        // Its button says no sum: what was to be paid is paid anew, anything else is shown first.
        What::Shopper(Gesture::Pay, fresh) if outcome == Outcome::Expired => {
            let same = turn.state.next.is_none() && turn.state.picked() == Some((&attempt.method, attempt.total));
            if same { choosing::pay(turn, None, None, fresh, true) } else { Phase::choosing(None) }
        }
        What::Shopper(Gesture::TryAgain, _) if over => Phase::choosing(None),
        What::Shopper(Gesture::Feedback(answer), _) if attempt.judged.is_none() => {
            let mut judged = attempt;
            judged.judged = Some(*answer);
            let said = Announcement::feedback(&turn.state, &judged, *answer);
            turn.order(Effect::Announce(said));
            Phase::Ended { attempt: judged, outcome, when }
        }
        What::Answered(_, id, _) if *id == attempt.id => {
            let mut answered = attempt;
            answered.watch.answered(turn.at, true);
            Phase::Ended { attempt: answered, outcome, when }
        }
        What::Woke if over && !attempt.watch.asking => {
            let mut asked = attempt;
            turn.send(Request::Ask, &mut asked);
            Phase::Ended { attempt: asked, outcome, when }
        }
        What::Updated(next) if next.0 != turn.state.order => {
            turn.replace(next);
            Phase::choosing(None)
        }
        What::Updated(next) => {
            turn.state.offer = next.1.clone();
            Phase::Ended { attempt, outcome, when }
        }
        _ => Phase::Ended { attempt, outcome, when },
    }
}
