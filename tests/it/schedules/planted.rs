//! Bugs to be found: each is the real machine, or the model's server, misbehaving in one way.
//!
//! The rows are those of contract 3.4, the ways to pay twice, from the top.

use super::{Flaw, Invariant};
use moongate::action::{Standing, Step};
use moongate::checkout::fault::{Fault, ServerCode};
use moongate::checkout::machine::*;
use moongate::checkout::replay::Machine;
use moongate::checkout::wire::Answer;
use std::sync::atomic::{AtomicU64, Ordering};

/// A bug.
pub(super) struct Planted {
    pub(super) name: &'static str,
    pub(super) machine: Machine,
    pub(super) flaw: Option<Flaw>,
    /// Any of which it may be found by.
    pub(super) breaks: &'static [Invariant],
    /// The row of contract 3.4 that stops it.
    pub(super) row: Option<u8>,
}

use Invariant::{
    EndsOnce, GetsThere, NobodyIsStuck, OnePayable, OnlyTheServersWord, Replays, StrangersLinks, SuccessIsShown,
};

pub(super) fn all() -> Vec<Planted> {
    let bug = |row, name, breaks, machine| Planted { name, machine, flaw: None, breaks, row };
    let flaw =
        |row, name, flaw| Planted { name, machine: advance, flaw: Some(flaw), breaks: &[OnePayable], row: Some(row) };
    vec![
        bug(Some(1), "another method without closing the code first", &[OnePayable], changes_without_closing),
        bug(Some(1), "what could not be closed counts as closed", &[OnePayable, GetsThere], takes_pending_for_closed),
        bug(
            Some(1),
            "a cancelation whose answer was lost counts as done",
            &[OnePayable, GetsThere],
            takes_lost_for_closed,
        ),
        flaw(1, "the server says canceled and leaves the code payable", Flaw::CancelOnlySays),
        bug(Some(2), "a creation whose answer was lost is forgotten", &[OnePayable], forgets_lost_creations),
        bug(Some(2), "not found proves that there is nothing", &[OnePayable, GetsThere], believes_not_found),
        bug(Some(2), "a lost creation is sent again with another key", &[OnePayable], resends_with_another_key),
        flaw(2, "the server makes a payment of a late creation", Flaw::LateCreationMakesOne),
        flaw(3, "the server makes a second live payment", Flaw::ManyLivePayments),
        bug(Some(3), "the order's own payment is not taken up", &[GetsThere, SuccessIsShown], leaves_the_payment),
        bug(Some(4), "a refusal that may mean paid ends the attempt", &[OnlyTheServersWord], takes_unclear_for_failed),
        bug(Some(5), "a new code is a new attempt", &[OnePayable, GetsThere], renews_by_another_attempt),
        bug(Some(5), "no refresh at this server, so another attempt at once", &[OnePayable], renews_without_closing),
        bug(Some(5), "what a late new code may bring back is not closed first", &[OnePayable], trusts_every_expiry),
        flaw(5, "the server leaves the old code payable", Flaw::RefreshKeepsTheOldCode),
        bug(Some(6), "a second press is a second attempt", &[OnePayable], presses_twice),
        bug(Some(6), "a reload forgets the attempt", &[OnePayable], keeps_nothing),
        bug(Some(7), "the time that is over ends the attempt", &[OnlyTheServersWord], ends_by_the_clock),
        bug(Some(7), "a late success is not believed", &[SuccessIsShown], ends_for_good),
        bug(Some(8), "another cart takes the place without closing", &[OnePayable], replaces_without_closing),
        flaw(8, "the server leaves a code of the old sum payable", Flaw::OldSumStaysPayable),
        bug(Some(9), "somebody else's link is kept", &[StrangersLinks], keeps_strangers),
        bug(Some(9), "somebody else's link is complained about", &[StrangersLinks], complains_of_strangers),
        bug(None, "the wallet's word ends the attempt", &[OnlyTheServersWord], believes_the_bridge),
        bug(None, "a server's stumble ends the wait", &[OnePayable, GetsThere], gives_up_at_a_stumble),
        bug(None, "no timer is ever set", &[NobodyIsStuck], sets_no_timer),
        bug(None, "no timer while the stream talks", &[NobodyIsStuck], trusts_the_stream),
        bug(None, "what is paid can be paid again", &[EndsOnce], pays_again),
        bug(None, "a failure follows the success", &[EndsOnce], unpays),
        bug(None, "a second look at the same event gives another state", &[Replays], rolls_dice),
        bug(None, "nobody can get out of a lost creation", &[GetsThere], sticks_at_a_fault),
    ]
}

type Turn = (State, Vec<Effect>);

fn choosing() -> Phase {
    Phase::Choosing { fault: None, pending: None }
}

/// The same state in another phase; the effects of getting there are those of forgetting the attempt.
fn falls(state: State, phase: Phase) -> Turn {
    let forgotten = state.phase.attempt().map(|attempt| Effect::Forget(state.order.id.clone(), attempt.id.clone()));
    let effects = forgotten.into_iter().chain([Effect::Listen(None), Effect::Wake(None)]).collect();
    (State { phase, ..state }, effects)
}

fn forgets(state: State) -> Turn {
    falls(state, choosing())
}

fn ends(state: State, outcome: Outcome) -> Turn {
    let attempt = Box::new(state.phase.attempt().unwrap().clone());
    falls(state, Phase::Ended { attempt, outcome, when: None })
}

fn is_ours(state: &State, id: &moongate::checkout::wire::AttemptId) -> bool {
    state.phase.attempt().is_some_and(|attempt| attempt.id == *id)
}

fn changes_without_closing(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Acting { at: Acting::Code | Acting::NotPaid, .. }, What::Shopper(Gesture::ChangeMethod, _)) => {
            forgets(state)
        }
        _ => advance(state, event),
    }
}

fn takes_pending_for_closed(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Canceling { .. }, What::Answered(Request::Cancel, id, Answer::Payment(payment)))
            if is_ours(&state, id) && payment.status == Standing::Pending =>
        {
            forgets(state)
        }
        _ => advance(state, event),
    }
}

fn takes_lost_for_closed(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Canceling { .. }, What::Answered(Request::Cancel, id, Answer::Lost(_))) if is_ours(&state, id) => {
            forgets(state)
        }
        _ => advance(state, event),
    }
}

fn forgets_lost_creations(state: State, event: Event) -> Turn {
    let lost = matches!(&event.what, What::Answered(Request::Create, _, Answer::Lost(_) | Answer::Fault(_)));
    let (state, effects) = advance(state, event);
    match &state.phase {
        Phase::Choosing { pending: Some(_), .. } if lost => forgets(state),
        _ => (state, effects),
    }
}

fn not_found(what: &What) -> bool {
    matches!(what, What::Answered(Request::Ask, _, Answer::Fault(Fault::Server(fault))) if fault.code == ServerCode::NotFound)
}

fn believes_not_found(state: State, event: Event) -> Turn {
    let none = not_found(&event.what);
    let (state, effects) = advance(state, event);
    match &state.phase {
        Phase::Choosing { pending: Some(_), .. } if none => forgets(state),
        _ => (state, effects),
    }
}

fn resends_with_another_key(state: State, event: Event) -> Turn {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    let again = matches!((&state.phase, &event.what), (Phase::Sending { held: false, .. }, What::TimeCame));
    let (mut state, mut effects) = advance(state, event);
    for effect in effects.iter_mut().filter(|_| again) {
        if let (Effect::Send(Request::Create, sent), Phase::Sending { attempt, .. }) = (effect, &mut state.phase) {
            sent.id = super::id((1 << 40) + KEYS.fetch_add(1, Ordering::Relaxed));
            attempt.id = sent.id.clone();
        }
    }
    (state, effects)
}

fn leaves_the_payment(state: State, event: Event) -> Turn {
    match &event.what {
        What::Answered(Request::Create, id, Answer::Payment(payment))
            if is_ours(&state, id) && payment.attempt.as_ref().is_some_and(|other| other != id) =>
        {
            forgets(state)
        }
        _ => advance(state, event),
    }
}

fn takes_unclear_for_failed(state: State, event: Event) -> Turn {
    match &event.what {
        What::Answered(Request::Create, id, Answer::Payment(payment))
            if is_ours(&state, id)
                && matches!(&payment.action, Some(Ok(action)) if matches!(action.step, Step::Nothing { .. })) =>
        {
            ends(state, Outcome::Failed)
        }
        _ => advance(state, event),
    }
}

/// A fresh attempt in the place of the present one, as if the shopper had pressed pay.
fn begins_anew(state: State, at: Millis, fresh: &moongate::checkout::wire::AttemptId) -> Turn {
    let state = State { phase: choosing(), ..state };
    advance(state, Event { at, what: What::HostPaid(fresh.clone()) })
}

fn renews_by_another_attempt(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Acting { at: Acting::CodeOver | Acting::Code, .. }, What::Shopper(Gesture::NewCode, fresh)) => {
            let fresh = fresh.clone();
            begins_anew(state, event.at, &fresh)
        }
        _ => advance(state, event),
    }
}

/// The code's last second: the server may still take it for payable.
fn renews_without_closing(state: State, event: Event) -> Turn {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    match &event.what {
        What::Answered(Request::Refresh, id, Answer::Unsupported) if is_ours(&state, id) => {
            let fresh = super::id((1 << 41) + KEYS.fetch_add(1, Ordering::Relaxed));
            begins_anew(state, event.at, &fresh)
        }
        _ => advance(state, event),
    }
}

fn trusts_every_expiry(mut state: State, event: Event) -> Turn {
    if let Phase::Acting { attempt, .. } | Phase::Confirming { attempt, .. } | Phase::Unknown { attempt, .. } =
        &mut state.phase
        && attempt.origin == Origin::Renewed
    {
        attempt.origin = Origin::Kept;
    }
    advance(state, event)
}

fn presses_twice(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Sending { held: false, .. }, What::Shopper(Gesture::Pay, fresh)) => {
            let fresh = fresh.clone();
            begins_anew(state, event.at, &fresh)
        }
        _ => advance(state, event),
    }
}

fn keeps_nothing(state: State, event: Event) -> Turn {
    let (state, mut effects) = advance(state, event);
    effects.retain(|effect| !matches!(effect, Effect::Keep(_)));
    (state, effects)
}

fn ends_by_the_clock(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Acting { attempt, at: Acting::Code }, What::TimeCame)
            if attempt.deadline.is_some_and(|deadline| event.at >= deadline) =>
        {
            ends(state, Outcome::Expired)
        }
        _ => advance(state, event),
    }
}

fn ends_for_good(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Ended { .. }, What::Answered(..) | What::Heard(..)) => (state, vec![]),
        _ => advance(state, event),
    }
}

fn replaces_without_closing(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Acting { .. } | Phase::Sending { .. }, What::Updated(next)) => {
            let (order, offer) = (**next).clone();
            forgets(State { order, offer, ..state })
        }
        _ => advance(state, event),
    }
}

fn is_strange(state: &State, what: &What) -> bool {
    let linked =
        state.phase.attempt().is_some_and(|attempt| attempt.origin == Origin::Link && attempt.payment.is_none());
    linked && matches!(what, What::Answered(Request::Ask, id, Answer::Fault(Fault::Server(_))) if is_ours(state, id))
}

fn keeps_strangers(state: State, event: Event) -> Turn {
    let attempt = state.phase.attempt().filter(|_| is_strange(&state, &event.what)).cloned();
    let (state, effects) = advance(state, event);
    match attempt {
        Some(attempt) => falls(state, Phase::Choosing { fault: None, pending: Some(Box::new(attempt)) }),
        None => (state, effects),
    }
}

fn complains_of_strangers(state: State, event: Event) -> Turn {
    let fault = match &event.what {
        What::Answered(_, _, Answer::Fault(fault)) if is_strange(&state, &event.what) => Some(fault.clone()),
        _ => None,
    };
    let (state, effects) = advance(state, event);
    if fault.is_some() { falls(state, Phase::Choosing { fault, pending: None }) } else { (state, effects) }
}

fn believes_the_bridge(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Acting { at: Acting::InApp, .. }, What::BridgeSaid(BridgeWord::Paid)) => {
            ends(state, Outcome::Succeeded)
        }
        _ => advance(state, event),
    }
}

fn gives_up_at_a_stumble(state: State, event: Event) -> Turn {
    match &event.what {
        What::Answered(Request::Ask, id, Answer::Fault(Fault::Server(fault)))
            if is_ours(&state, id)
                && fault.code == ServerCode::ServerError
                && !matches!(state.phase, Phase::Ended { .. }) =>
        {
            forgets(state)
        }
        _ => advance(state, event),
    }
}

fn sets_no_timer(state: State, event: Event) -> Turn {
    let (state, mut effects) = advance(state, event);
    effects.retain(|effect| !matches!(effect, Effect::Wake(Some(_))));
    (state, effects)
}

fn trusts_the_stream(state: State, event: Event) -> Turn {
    let (state, mut effects) = advance(state, event);
    if state.phase.attempt().is_some_and(|attempt| attempt.watch.heard.is_some()) {
        for effect in &mut effects {
            if let Effect::Wake(at) = effect {
                *at = None;
            }
        }
    }
    (state, effects)
}

fn pays_again(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Ended { outcome: Outcome::Succeeded, .. }, What::Shopper(Gesture::TryAgain, _)) => forgets(state),
        _ => advance(state, event),
    }
}

fn unpays(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Ended { outcome: Outcome::Succeeded, .. }, What::Woke) => ends(state, Outcome::Failed),
        _ => advance(state, event),
    }
}

fn rolls_dice(state: State, event: Event) -> Turn {
    static THROWN: AtomicU64 = AtomicU64::new(0);
    match &event.what {
        What::Shopper(Gesture::Pay, _) if THROWN.fetch_add(1, Ordering::Relaxed) % 3 == 1 => (state, vec![]),
        _ => advance(state, event),
    }
}

fn sticks_at_a_fault(state: State, event: Event) -> Turn {
    match (&state.phase, &event.what) {
        (Phase::Choosing { fault: Some(_), .. }, What::Shopper(Gesture::Pay, _)) => (state, vec![]),
        _ => advance(state, event),
    }
}
