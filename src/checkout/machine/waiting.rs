//! Decides what happens while an action is with the shopper, while it is being confirmed, and while nobody knows.
//!
//! Only the server's word ends a wait. Time, the wallet's word and the network's silence lead to asking, never to an end.

mod news;
mod place;

use super::attempt::{Attempt, Origin};
use super::event::{BridgeWord, Effect, Gesture, Request, What};
use super::state::{Acting, Confirming, Millis, Phase, Then};
use super::{Turn, choosing, closing, telling};
use crate::checkout::method::Flow;
use crate::checkout::patience::{self, Watch};
use crate::checkout::wire::AttemptId;
use place::Place;

/// When the next thing is due in one of these phases.
#[inline(never)]
pub(super) fn due(attempt: &Attempt, phase: &Phase) -> Option<Millis> {
    let limit = match phase {
        Phase::Acting { at: Acting::Code, .. } => attempt.deadline,
        Phase::Acting { at: Acting::Leaving, .. } => Some(attempt.watch.since + leave_limit(attempt)),
        Phase::Confirming { .. } | Phase::Unknown { call: false, .. } => {
            Some(attempt.watch.since + patience::CALL_AFTER)
        }
        _ => None,
    };
    let ask = attempt.watch.next_ask(attempt.spread());
    [limit, ask].into_iter().flatten().min()
}

/// How long leaving may take: an app comes at once or not at all.
fn leave_limit(attempt: &Attempt) -> Millis {
    if attempt.is_link(false) { patience::APP_LIMIT } else { patience::LEAVE_LIMIT }
}

/// From [`Phase::Acting`], [`Phase::Confirming`] and [`Phase::Unknown`].
#[inline(never)]
pub(super) fn waiting(turn: &mut Turn, phase: Phase, what: &What) -> Phase {
    let (attempt, place) = match phase {
        Phase::Acting { attempt, at } => (attempt, Place::Acting(at)),
        Phase::Confirming { attempt, why } => (attempt, Place::Confirming(why)),
        Phase::Unknown { attempt, call } => (attempt, Place::Unknown(call)),
        other => return other,
    };
    match what {
        What::Shopper(gesture, fresh) => match gesture {
            Gesture::NewCode if place.is_code() => refresh(turn, attempt, fresh),
            Gesture::UseFallback => second_way(turn, attempt, place, fresh),
            gesture => shopper(turn, attempt, place, gesture),
        },
        What::Answered(request, id, answer) if *id == attempt.id => {
            news::answered(turn, attempt, place, *request, answer)
        }
        What::Heard(id, payment) if *id == attempt.id => news::heard(turn, attempt, place, payment.as_deref()),
        What::StreamLost(id) if *id == attempt.id => news::stream_lost(attempt, place),
        What::ActionDecided(taken) if !matches!(place, Place::Unknown(_)) => decided(turn, attempt, place, *taken),
        What::BridgeSaid(word) if place.hears(*word) => bridge_said(turn, attempt, *word),
        What::Woke | What::Hinted => woke(turn, attempt, place),
        What::TimeCame => time_came(turn, attempt, place),
        // Nobody closes what is perhaps somebody else's, nor judges it by another order than it was asked about for.
        What::Updated(next) if next.0 != turn.state.order && attempt.is_hearsay() => {
            turn.replace(next);
            Phase::choosing(None)
        }
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

fn shopper(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place, gesture: &Gesture) -> Phase {
    match (gesture, place) {
        // Away to sign in, with nothing created yet.
        (_, Place::Acting(Acting::Leaving)) if attempt.payment.is_none() => place.of(attempt),
        // Still here: the same creation leads to sign in again, or on, where the shopper has signed in elsewhere.
        (Gesture::GoOn, Place::Acting(Acting::StillHere)) if attempt.payment.is_none() => {
            attempt.origin = Origin::Press;
            choosing::begin(turn, attempt, false)
        }
        (Gesture::AskNow, place) if place.is_away() || place == Place::Acting(Acting::CodeOver) => {
            (attempt.watch.since, attempt.next) = (turn.at, None);
            ask(turn, &mut attempt);
            Phase::Confirming { attempt, why: Confirming::Returned }
        }
        (Gesture::AskNow, place) => {
            ask(turn, &mut attempt);
            place.of(attempt)
        }
        // The link itself leads away, from the press.
        (Gesture::GoOn, place) if place.is_away() && attempt.is_link(turn.state.offer.environment.framed) => {
            attempt.watch.since = turn.at;
            Phase::Acting { attempt, at: Acting::Leaving }
        }
        (Gesture::GoOn, place) if place.is_away() && place != Place::Acting(Acting::InApp) => {
            telling::show(turn, attempt)
        }
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
    let leaving = place == Place::Acting(Acting::Leaving);
    match attempt.action().and_then(|action| action.step.fallback()).map(str::to_owned) {
        Some(url) if leaving || place.may_change() => {
            turn.order(Effect::Open(url));
            attempt.watch = Watch::from(turn.at);
            Phase::Acting { attempt, at: Acting::Leaving }
        }
        None if by_page && place.may_change() => closing::cancel(turn, attempt, Then::PayByPage(fresh.clone())),
        _ => place.of(attempt),
    }
}

/// Asks the server now, unless it is being asked.
pub(super) fn ask(turn: &mut Turn, attempt: &mut Attempt) {
    if !attempt.watch.asking && turn.at >= attempt.watch.not_before {
        turn.send(Request::Ask, attempt);
    }
}

fn woke(turn: &mut Turn, mut attempt: Box<Attempt>, place: Place) -> Phase {
    attempt.watch.deaf = false;
    // Out of sight nobody asked, so nobody was silent.
    if turn.state.hidden || place == Place::Acting(Acting::Leaving) {
        attempt.watch.since = turn.at;
    }
    ask(turn, &mut attempt);
    match place {
        Place::Acting(Acting::Leaving) => Phase::Confirming { attempt, why: Confirming::Returned },
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
    let leaving = leave_limit(&attempt);
    match place {
        Place::Acting(Acting::Code) if attempt.deadline.is_some_and(|deadline| turn.at >= deadline) => {
            attempt.watch.since = turn.at;
            Phase::Confirming { attempt, why: Confirming::LastCheck }
        }
        Place::Acting(Acting::Leaving) if waited >= leaving => {
            match attempt.is_link(false) || attempt.payment.is_none() {
                true => Phase::Acting { attempt, at: Acting::StillHere },
                false => Phase::Confirming { attempt, why: Confirming::Returned },
            }
        }
        Place::Confirming(_) | Place::Unknown(false) if waited >= patience::CALL_AFTER => {
            Phase::Unknown { attempt, call: true }
        }
        place => place.of(attempt),
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
    attempt.origin = Origin::Renewed;
    turn.send(Request::Refresh, &mut attempt);
    attempt.next = Some(fresh.clone());
    Phase::Acting { attempt, at: Acting::Refreshing }
}
