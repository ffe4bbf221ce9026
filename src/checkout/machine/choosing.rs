//! Decides what happens while the shopper picks and while the creation is on its way.
//!
//! A new attempt begins only where the last has surely ended; until then its key is used again, or canceled first.

use super::announcement::Announcement;
use super::attempt::{Attempt, Origin};
use super::closing;
use super::event::{Effect, Gesture, Request, What};
use super::state::{Acting, Confirming, Phase, Then};
use super::{Turn, telling};
use crate::checkout::fault::{Fault, ServerCode, ServerFault};
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::{Answer, AttemptId};

/// From [`Phase::Choosing`].
pub(super) fn choosing(turn: &mut Turn, fault: Option<Fault>, pending: Option<Box<Attempt>>, what: &What) -> Phase {
    match what {
        What::Shopper(Gesture::Choose(id), _) if turn.state.offer.row(id).is_some() => {
            turn.state.chosen = Some(id.clone());
            Phase::Choosing { fault, pending }
        }
        What::Shopper(Gesture::Pay, fresh) => pay(turn, fault, pending, fresh, true),
        What::HostPaid(fresh) => pay(turn, fault, pending, fresh, false),
        What::Shopper(Gesture::CopyLink, _) => {
            turn.order(Effect::CopyLink);
            Phase::Choosing { fault, pending }
        }
        What::Found(attempt) => found(turn, attempt.clone()),
        What::Updated(next) => match pending {
            Some(attempt) if next.0 != turn.state.order => closing::cancel(turn, attempt, Then::Replace(next.clone())),
            pending => {
                turn.replace(next);
                Phase::Choosing { fault, pending }
            }
        },
        what => match pending {
            Some(attempt) => telling::pending(turn, fault, attempt, what),
            None => Phase::choosing(fault),
        },
    }
}

/// An unfinished attempt is taken up: asked about first, whatever it was. One that was kept from another cart is closed.
#[inline(never)]
fn found(turn: &mut Turn, mut attempt: Box<Attempt>) -> Phase {
    // Of a method that is not offered any more, what it adds is not known.
    let mut due = turn.state.order.amount;
    if let Some(row) = turn.state.offer.row(&attempt.method) {
        due = row.total;
        turn.state.chosen = Some(attempt.method.clone());
    }
    if attempt.origin != Origin::Link && due != attempt.total {
        return closing::cancel(turn, attempt, Then::Choose(None));
    }
    attempt.watch = Watch::from(turn.at);
    turn.send(Request::Ask, &mut attempt);
    Phase::Confirming { attempt, why: Confirming::Returned }
}

/// A press on pay: with the key of a pending attempt if it is the same try, after closing it if it is another.
#[inline(never)]
pub(super) fn pay(
    turn: &mut Turn,
    fault: Option<Fault>,
    pending: Option<Box<Attempt>>,
    fresh: &AttemptId,
    ask: bool,
) -> Phase {
    match (fresh_attempt(turn, fresh), pending) {
        (None, pending) => Phase::Choosing { fault, pending },
        (Some(new), Some(same)) if same.method == new.method && same.total == new.total => begin(turn, same, ask),
        (Some(_), Some(other)) => closing::cancel(turn, other, Then::Pay(fresh.clone(), ask)),
        (Some(new), None) => begin(turn, new, ask),
    }
}

/// A new attempt with the method picked, if one is.
pub(super) fn fresh_attempt(turn: &Turn, fresh: &AttemptId) -> Option<Box<Attempt>> {
    let (method, total) = turn.state.picked()?;
    Some(Box::new(Attempt::new(fresh.clone(), method.clone(), total, Origin::Press, turn.at)))
}

/// Begins an attempt: the host page is asked first, unless it asked itself.
pub(super) fn begin(turn: &mut Turn, mut attempt: Box<Attempt>, ask: bool) -> Phase {
    attempt.watch = Watch::from(turn.at);
    if ask {
        turn.submit = Some(Announcement::submit(&turn.state, &attempt));
    } else {
        turn.send(Request::Create, &mut attempt);
    }
    Phase::Sending { attempt, held: ask }
}

/// From [`Phase::Sending`].
#[inline(never)]
pub(super) fn sending(turn: &mut Turn, mut attempt: Box<Attempt>, held: bool, what: &What) -> Phase {
    match what {
        What::SubmitDecided(true) if held => {
            turn.send(Request::Create, &mut attempt);
            Phase::Sending { attempt, held: false }
        }
        // Nothing of a first press was sent, so it has ended; one that was sent earlier has not. The page's restart() may
        // leave what its own promise never lets go.
        What::SubmitDecided(false) | What::Shopper(Gesture::ChangeMethod, _) if held => {
            Phase::Choosing { fault: None, pending: Some(attempt).filter(|a| a.sent) }
        }
        What::Answered(Request::Create, id, answer) if *id == attempt.id && !held => {
            attempt.watch.answered(turn.at, matches!(answer, Answer::Payment(_)));
            created(turn, attempt, answer)
        }
        What::TimeCame if !held && !attempt.watch.asking && turn.at >= attempt.watch.not_before => {
            turn.send(Request::Create, &mut attempt);
            Phase::Sending { attempt, held }
        }
        What::Updated(next) if next.0 != turn.state.order && !attempt.sent => {
            turn.replace(next);
            Phase::choosing(None)
        }
        What::Updated(next) if next.0 != turn.state.order => {
            closing::cancel(turn, attempt, Then::Replace(next.clone()))
        }
        What::Updated(next) => {
            turn.state.offer = next.1.clone();
            Phase::Sending { attempt, held }
        }
        _ => Phase::Sending { attempt, held },
    }
}

/// What became of a creation.
#[inline(never)]
fn created(turn: &mut Turn, mut attempt: Box<Attempt>, answer: &Answer) -> Phase {
    match answer {
        // The same attempt again, whose code has run out meanwhile: another press of the same key would only bring it back.
        Answer::Payment(payment) if attempt.payment.is_some() && telling::is_over(payment) => {
            telling::note(turn.at, &mut attempt, payment);
            Phase::Acting { attempt, at: Acting::CodeOver }
        }
        Answer::Payment(payment) => telling::take(turn, attempt, payment),
        // Signed in, and asked to sign in: the shop does not know this shopper again, and will not by being asked once more.
        Answer::SignIn(_) if attempt.origin == Origin::SignIn => {
            attempt.origin = Origin::Press;
            refused(attempt, unknown_shopper())
        }
        Answer::SignIn(url) => {
            (attempt.origin, attempt.watch) = (Origin::SignIn, Watch::from(turn.at));
            turn.order(Effect::SignIn(url.clone(), attempt.clone()));
            Phase::Acting { attempt, at: Acting::Leaving }
        }
        Answer::Busy(seconds) if attempt.watch.misses <= patience::BUSY => {
            attempt.watch.not_before = turn.at + patience::busy_for(*seconds, attempt.watch.misses);
            Phase::Sending { attempt, held: false }
        }
        Answer::Busy(_) => refused(attempt, server_error("429, 409 or 503 without end")),
        Answer::Unsupported => refused(attempt, server_error("501 to a creation")),
        Answer::Lost(_) if attempt.watch.misses <= patience::RESENDS => again(turn, attempt),
        Answer::Fault(Fault::Server(fault))
            if fault.code == ServerCode::ServerError && attempt.watch.misses <= patience::RESENDS =>
        {
            again(turn, attempt)
        }
        Answer::Lost(lost) => refused(attempt, Fault::Network(*lost)),
        Answer::Fault(fault) => match fault {
            Fault::Server(server) if server.code == ServerCode::KeyReused => {
                closing::cancel(turn, attempt, Then::Choose(Some(fault.clone())))
            }
            Fault::Server(server) if nothing_created(server.code) => Phase::choosing(Some(fault.clone())),
            _ => refused(attempt, fault.clone()),
        },
    }
}

/// The same creation once more, with the same key, a little later.
fn again(turn: &Turn, mut attempt: Box<Attempt>) -> Phase {
    attempt.watch.not_before = turn.at + patience::resend_after(attempt.watch.misses);
    Phase::Sending { attempt, held: false }
}

/// The shopper picks again, but the attempt may be alive at the server.
fn refused(attempt: Box<Attempt>, fault: Fault) -> Phase {
    Phase::Choosing { fault: Some(fault), pending: Some(attempt) }
}

fn unknown_shopper() -> Fault {
    Fault::Server(ServerFault { code: ServerCode::NotAllowed, about: "sign_in again after signing in".to_owned() })
}

fn server_error(about: &str) -> Fault {
    Fault::Server(ServerFault { code: ServerCode::ServerError, about: about.to_owned() })
}

/// Whether this fault is the server's word that the creation made nothing, or the refresh no code.
pub(super) fn nothing_created(code: ServerCode) -> bool {
    matches!(
        code,
        ServerCode::AmountChanged
            | ServerCode::PaymentInProgress
            | ServerCode::OrderPaid
            | ServerCode::BadReturnUrl
            | ServerCode::NotAllowed
            | ServerCode::Refused
    )
}
