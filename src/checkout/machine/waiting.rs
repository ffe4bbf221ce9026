//! Decides what happens while an action is with the shopper, while it is being confirmed, and while nobody knows.
//!
//! Only the server's word ends a wait. Time, the wallet's word and the network's silence lead to asking, never to an end.

use super::Turn;
use super::announcement::Announcement;
use super::closing;
use super::event::{BridgeWord, Effect, Gesture, Request, What};
use super::state::{Acting, Attempt, Confirming, Millis, Origin, Outcome, Phase, Then};
use crate::action::{Refusal, Standing, Step};
use crate::checkout::fault::{Fault, ServerCode, ServerFault};
use crate::checkout::method::Flow;
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::{Answer, AttemptId, Payment};
use std::rc::Rc;

/// When the next thing is due in one of these phases.
pub(super) fn due(attempt: &Attempt, phase: &Phase) -> Option<Millis> {
    let limit = match phase {
        Phase::Acting { at: Acting::Code, .. } => attempt.deadline,
        Phase::Acting { at: Acting::Leaving, .. } => Some(attempt.watch.since + patience::LEAVE_LIMIT),
        Phase::Confirming { .. } | Phase::Unknown { call: false, .. } => {
            Some(attempt.watch.since + patience::CALL_AFTER)
        }
        _ => None,
    };
    let ask = attempt.watch.next_ask(attempt.spread());
    [limit, ask].into_iter().flatten().min()
}

/// From [`Phase::Acting`], [`Phase::Confirming`] and [`Phase::Unknown`].
pub(super) fn waiting(turn: &mut Turn, phase: Phase, what: &What) -> Phase {
    let (attempt, place) = match phase {
        Phase::Acting { attempt, at } => (attempt, Place::Acting(at)),
        Phase::Confirming { attempt, why } => (attempt, Place::Confirming(why)),
        Phase::Unknown { attempt, call } => (attempt, Place::Unknown(call)),
        other => return other,
    };
    match what {
        What::Shopper(gesture, fresh) => match gesture {
            Gesture::NewCode if place == Place::Acting(Acting::CodeOver) => refresh(turn, attempt, fresh),
            Gesture::UseFallback if place.may_change() => second_way(turn, attempt, place, fresh),
            gesture => shopper(turn, attempt, place, gesture),
        },
        What::Answered(request, id, answer) if *id == attempt.id => answered(turn, attempt, place, *request, answer),
        What::Heard(id, payment) if *id == attempt.id => heard(turn, attempt, place, payment.as_deref()),
        What::StreamLost(id) if *id == attempt.id => stream_lost(attempt, place),
        What::ActionDecided(taken) if !matches!(place, Place::Unknown(_)) => decided(turn, attempt, place, *taken),
        What::BridgeSaid(word) if place == Place::Acting(Acting::InApp) => bridge_said(turn, attempt, *word),
        What::Woke | What::Hinted => woke(turn, attempt, place),
        What::TimeCame => time_came(turn, attempt, place),
        What::Updated(next) if next.0 != turn.state.order => {
            closing::cancel(turn, attempt, Then::Replace(next.clone()))
        }
        What::Updated(next) => {
            turn.state.offer = next.1.clone();
            place.of(attempt)
        }
        _ => place.of(attempt),
    }
}

/// Which of the three phases, apart from the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Acting(Acting),
    Confirming(Confirming),
    Unknown(bool),
}

impl Place {
    fn of(self, attempt: Box<Attempt>) -> Phase {
        match self {
            Self::Acting(at) => Phase::Acting { attempt, at },
            Self::Confirming(why) => Phase::Confirming { attempt, why },
            Self::Unknown(call) => Phase::Unknown { attempt, call },
        }
    }

    /// Whether another way may be offered here: never while the payment may be under way.
    fn may_change(self) -> bool {
        matches!(self, Self::Acting(at) if !matches!(at, Acting::Leaving | Acting::InApp | Acting::Refreshing))
    }
}

fn shopper(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, gesture: &Gesture) -> Phase {
    match (gesture, place) {
        (Gesture::AskNow, Place::Acting(Acting::NotPaid | Acting::AppLink | Acting::Leaving)) => {
            ask(turn, &mut attempt);
            Phase::Confirming { attempt, why: Confirming::Returned }
        }
        (Gesture::AskNow, place) => {
            ask(turn, &mut attempt);
            place.of(attempt)
        }
        (Gesture::GoOn, Place::Acting(Acting::NotPaid | Acting::AppLink | Acting::Leaving)) => show(turn, attempt),
        (Gesture::ChangeMethod, place) if place.may_change() => closing::cancel(turn, attempt, Then::Choose(None)),
        (Gesture::SaveCode, Place::Acting(Acting::Code)) => {
            turn.order(Effect::SaveCode);
            place.of(attempt)
        }
        _ => place.of(attempt),
    }
}

/// 扫不了？用网页付: the page behind the code, else another attempt that is paid by a page.
fn second_way(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, fresh: &AttemptId) -> Phase {
    let by_page = turn.state.offer.row(&attempt.method).is_some_and(|row| row.flows.contains(&Flow::Redirect));
    match fallback(&attempt) {
        Some(url) => {
            turn.order(Effect::Open(url));
            attempt.watch = Watch::from(turn.at);
            Phase::Acting { attempt, at: Acting::Leaving }
        }
        None if by_page => closing::cancel(turn, attempt, Then::PayByPage(fresh.clone())),
        None => place.of(attempt),
    }
}

fn fallback(attempt: &Attempt) -> Option<String> {
    match &attempt.action()?.step {
        Step::Qr { fallback, .. } | Step::Deeplink { fallback, .. } => fallback.clone(),
        Step::Redirect { .. } | Step::InApp { .. } | Step::Nothing { .. } => None,
    }
}

/// Asks the server now, unless it is being asked.
fn ask(turn: &mut Turn, attempt: &mut Attempt) {
    if !attempt.watch.asking && turn.at >= attempt.watch.not_before {
        turn.send(Request::Ask, attempt);
    }
}

fn woke(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place) -> Phase {
    attempt.watch.deaf = false;
    ask(turn, &mut attempt);
    match place {
        Place::Acting(Acting::Leaving) => {
            attempt.watch.since = turn.at;
            Phase::Confirming { attempt, why: Confirming::Returned }
        }
        place => place.of(attempt),
    }
}

fn time_came(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place) -> Phase {
    let limit = due(&attempt, &place.of(attempt.clone()));
    if limit.is_none_or(|limit| turn.at < limit) {
        return place.of(attempt);
    }
    if attempt.watch.heard.is_some() && attempt.watch.next_ask(attempt.spread()).is_some_and(|at| turn.at >= at) {
        attempt.watch.heard = None;
        attempt.watch.deaf = true;
    }
    ask(turn, &mut attempt);
    let waited = turn.at - attempt.watch.since.min(turn.at);
    match place {
        Place::Acting(Acting::Code) if attempt.deadline.is_some_and(|deadline| turn.at >= deadline) => {
            attempt.watch.since = turn.at;
            Phase::Confirming { attempt, why: Confirming::LastCheck }
        }
        Place::Acting(Acting::Leaving) if waited >= patience::LEAVE_LIMIT => {
            Phase::Confirming { attempt, why: Confirming::Returned }
        }
        Place::Confirming(_) | Place::Unknown(false) if waited >= patience::CALL_AFTER => {
            Phase::Unknown { attempt, call: true }
        }
        place => place.of(attempt),
    }
}

fn stream_lost(mut attempt: Box<Attempt>, place: Place) -> Phase {
    attempt.watch.heard = None;
    attempt.watch.deaf = true;
    place.of(attempt)
}

fn heard(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, payment: Option<&Payment>) -> Phase {
    attempt.watch.heard = Some(turn.at);
    attempt.watch.misses = 0;
    match payment {
        Some(payment) => told(turn, attempt, place, payment),
        None => place.of(attempt),
    }
}

/// The host page took the action on itself, or the widget carries it out.
fn decided(turn: &mut Turn, attempt: Box<Attempt>, place: Place, taken: bool) -> Phase {
    if taken {
        return Phase::Acting { attempt, at: Acting::Host };
    }
    if let (Place::Acting(Acting::Leaving | Acting::InApp), Some(action)) = (place, attempt.action().cloned()) {
        turn.order(Effect::HandOff(Box::new(action)));
    }
    place.of(attempt)
}

fn bridge_said(turn: &mut Turn, mut attempt: Box<Attempt>, word: BridgeWord) -> Phase {
    ask(turn, &mut attempt);
    attempt.watch.since = turn.at;
    attempt.said = word == BridgeWord::Paid;
    let why = if attempt.said { Confirming::Said } else { Confirming::Returned };
    Phase::Confirming { attempt, why }
}

fn refresh(turn: &mut Turn, mut attempt: Box<Attempt>, fresh: &AttemptId) -> Phase {
    turn.send(Request::Refresh, &mut attempt);
    attempt.next = Some(fresh.clone());
    Phase::Acting { attempt, at: Acting::Refreshing }
}

/// An answer to a question, or to a wish for a new code.
fn answered(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, request: Request, answer: &Answer) -> Phase {
    attempt.watch.answered(turn.at, matches!(answer, Answer::Payment(_)));
    match (request, answer) {
        (Request::Refresh, Answer::Payment(payment)) => take(turn, attempt, payment),
        (Request::Refresh, Answer::Unsupported) => {
            let then = attempt.next.take().map_or(Then::Choose(None), Then::Pay);
            closing::cancel(turn, attempt, then)
        }
        (Request::Refresh, _) => Phase::Acting { attempt, at: Acting::CodeOver },
        (_, Answer::Payment(payment)) => told(turn, attempt, place, payment),
        (_, Answer::Busy(seconds)) => {
            attempt.watch.not_before = turn.at + u64::from((*seconds).min(60)) * 1000;
            place.of(attempt)
        }
        (_, Answer::Fault(Fault::Server(fault))) if attempt.payment.is_none() && absent(fault.code) => {
            not_there(turn, attempt, fault)
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
fn not_there(turn: &mut Turn, mut attempt: Box<Attempt>, fault: &ServerFault) -> Phase {
    match attempt.origin {
        // Somebody else's link, or one of another order: dropped in silence.
        Origin::Link => Phase::choosing(None),
        Origin::SignIn if fault.code == ServerCode::NotFound => {
            attempt.origin = Origin::Press;
            attempt.watch = Watch::from(turn.at);
            turn.send(Request::Create, &mut attempt);
            Phase::Sending { attempt, held: false }
        }
        _ if fault.code == ServerCode::NotFound => Phase::Choosing { fault: None, pending: Some(attempt) },
        _ => Phase::choosing(None),
    }
}

/// News of the attempt that is waited for.
fn told(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, payment: &Payment) -> Phase {
    if payment.status != Standing::Pending {
        return take(turn, attempt, payment);
    }
    let new_action = payment.action.is_some() && !same_action(&attempt, &payment);
    note(turn.at, &mut attempt, payment);
    match place {
        Place::Acting(Acting::Code) if new_action => show(turn, attempt),
        Place::Acting(Acting::Leaving | Acting::InApp) | Place::Unknown(_) if attempt.said => place.of(attempt),
        Place::Confirming(Confirming::LastCheck) => Phase::Acting { attempt, at: Acting::CodeOver },
        Place::Confirming(_) if attempt.said => place.of(attempt),
        Place::Confirming(_) | Place::Unknown(_) => back(turn, attempt),
        place => place.of(attempt),
    }
}

fn same_action(attempt: &Attempt, payment: &Payment) -> bool {
    attempt.payment.as_ref().is_some_and(|known| known.action == payment.action)
}

/// Back without payment: the code again while it lives, else 还没收到付款 with its three ways on.
fn back(turn: &mut Turn, attempt: Box<Attempt>) -> Phase {
    match attempt.action().map(|action| &action.step) {
        Some(Step::Qr { .. }) if attempt.deadline.is_none_or(|deadline| turn.at < deadline) => show(turn, attempt),
        Some(Step::Qr { .. }) => Phase::Acting { attempt, at: Acting::CodeOver },
        _ => Phase::Acting { attempt, at: Acting::NotPaid },
    }
}

/// What the server says of the payment, whatever was before: an end, work under way, or an action to show.
pub(super) fn take(turn: &mut Turn, mut attempt: Box<Attempt>, payment: &Payment) -> Phase {
    let (status, refunded, when) = (payment.status, payment.refunded, payment.now);
    if let Some(method) = payment.method.clone().filter(|method| *method != attempt.method) {
        attempt.total = turn.state.offer.row(&method).map_or(turn.state.order.amount, |row| row.total);
        turn.state.chosen = turn.state.offer.row(&method).map(|row| row.method.id.clone()).or(turn.state.chosen.take());
        attempt.method = method;
    }
    if let Some(id) = payment.attempt.clone() {
        attempt.id = id;
    }
    note(turn.at, &mut attempt, payment);
    let outcome = match status {
        _ if refunded => Outcome::Refunded,
        Standing::Succeeded => Outcome::Succeeded,
        Standing::Failed => Outcome::Failed,
        Standing::Canceled => Outcome::Canceled,
        Standing::Expired => Outcome::Expired,
        Standing::Processing => {
            attempt.watch = Watch { heard: attempt.watch.heard, ..Watch::from(turn.at) };
            return Phase::Confirming { attempt, why: Confirming::Processing };
        }
        Standing::Pending => return show(turn, attempt),
    };
    Phase::Ended { attempt, outcome, when }
}

/// Keeps what the server said; an answer without an action leaves the one that is known.
fn note(at: Millis, attempt: &mut Attempt, payment: &Payment) {
    let mut payment = payment.clone();
    let known = attempt.payment.take();
    if let Some(known) = known.as_ref().filter(|_| payment.status == Standing::Pending) {
        payment.action = payment.action.or_else(|| known.action.clone());
        payment.events = payment.events.or_else(|| known.events.clone());
        payment.expires = payment.expires.or(known.expires);
    }
    payment.id = payment.id.or_else(|| known.and_then(|known| known.id.clone()));
    attempt.deadline = payment.deadline(at).or(attempt.deadline.filter(|_| payment.action.is_some()));
    attempt.payment = Some(Rc::new(payment));
}

/// Begins what the action asks for; the host page hears of it first and may take it on itself.
fn show(turn: &mut Turn, mut attempt: Box<Attempt>) -> Phase {
    let known = attempt.payment.as_ref().and_then(|payment| payment.action.clone());
    let at = match known {
        Some(Err(refusal)) => {
            let about = refusal_about(&refusal);
            let fault = Fault::Server(ServerFault { code: ServerCode::BadAction, about });
            return Phase::Choosing { fault: Some(fault), pending: Some(attempt) };
        }
        Some(Ok(action)) => match action.step {
            Step::Qr { .. } => Acting::Code,
            Step::Redirect { .. } => Acting::Leaving,
            Step::InApp { .. } => Acting::InApp,
            Step::Deeplink { .. } => Acting::AppLink,
            Step::Nothing { .. } => return Phase::Confirming { attempt, why: Confirming::Processing },
        },
        None => return Phase::Confirming { attempt, why: Confirming::Processing },
    };
    attempt.watch = Watch { heard: attempt.watch.heard, ..Watch::from(turn.at) };
    let action = Announcement::action(&attempt, turn.state.order.test);
    turn.order(Effect::Announce(action));
    Phase::Acting { attempt, at }
}

/// The action's error code, and the host to add if one is not trusted.
fn refusal_about(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UntrustedHost(host) => [refusal.code(), ": ", host].concat(),
        refusal => refusal.code().to_owned(),
    }
}
