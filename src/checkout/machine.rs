//! Decides every change of a checkout: `advance(State, Event) -> (State, Vec<Effect>)`, total and replayable.
//!
//! It performs nothing and reads nothing: each effect is an order to the edge, and ends in an event. The timer, the
//! event stream and what is kept are derived from the state, so that no transition can forget them.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what means nothing in a phase changes nothing: that is the last arm of every transition"
)]

mod announcement;
mod attempt;
mod choosing;
mod closing;
mod event;
mod state;
mod telling;
mod waiting;

pub use announcement::Announcement;
pub use attempt::{Attempt, Origin};
pub use event::{BridgeWord, Effect, Event, Feedback, Gesture, Request, What};
pub use state::{Acting, Confirming, Millis, Order, Outcome, Phase, State, Then};

use super::offer::Offer;
use super::wire::AttemptId;
use std::mem;
use std::rc::Rc;

/// One step under way: the state without its phase, and what has been ordered so far.
struct Turn {
    at: Millis,
    state: State,
    effects: Vec<Effect>,
    /// The submission to announce before anything else: the host page hears of it before it hears of its phase.
    submit: Option<Announcement>,
    /// Whether the timer went off, so that it must be set again even to the same time.
    fired: bool,
}

impl Turn {
    fn order(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn send(&mut self, request: Request, attempt: &mut Attempt) {
        attempt.watch.asked(self.at);
        attempt.sent |= request == Request::Create;
        self.order(Effect::Send(request, Box::new(attempt.clone())));
    }

    /// What waited for an attempt that could not be closed takes its place now.
    fn replace_if_due(&mut self) {
        if let Some(next) = self.state.next.take() {
            self.replace(&next);
        }
    }

    /// Another order or another offer takes the place of the present one.
    fn replace(&mut self, (order, offer): &(Order, Rc<Offer>)) {
        let chosen = self.state.chosen.take().filter(|id| offer.row(id).is_some());
        self.state.chosen =
            chosen.or_else(|| offer.shown.iter().find(|row| row.works()).map(|row| row.method.id.clone()));
        self.state.order = order.clone();
        self.state.offer = offer.clone();
    }
}

/// Takes one step: what the checkout becomes, and what must now be done about it.
///
/// Total: an event that means nothing in this state (a second click, an answer to an abandoned attempt) returns the
/// state unchanged and no effects. Effects are performed in the order given.
///
/// # Example
/// ```
/// use moongate::checkout::machine::{advance, Event, Gesture, State, What};
/// # use moongate::checkout::{machine::Order, money::{Amount, Currency}, offer::Offer, wire::AttemptId};
/// # use moongate::checkout::environment::{Environment, Facts};
/// # let amount = Amount::new(12800, Currency::parse("CNY").unwrap()).unwrap();
/// # let offer = Offer { environment: Environment::read(&Facts::default()), shown: vec![], left_out: vec![] };
/// # let order = Order { id: "SO-1001".into(), amount, test: false };
/// # let state = State::new(order, offer.into(), None, false);
/// # let fresh = AttemptId::from_random([7; 16]);
/// let (state, effects) = advance(state, Event { at: 0, what: What::Shopper(Gesture::Pay, fresh) });
/// assert_eq!(state.phase.word(), "choosing"); // nothing was picked
/// assert!(effects.is_empty());
/// ```
#[must_use = "the effects do nothing unless performed"]
pub fn advance(state: State, Event { at, what }: Event) -> (State, Vec<Effect>) {
    let before = state.clone();
    let fired = matches!(what, What::TimeCame);
    let mut turn = Turn { at, state, effects: Vec::new(), submit: None, fired };
    match &what {
        What::Shopper(Gesture::ToggleLarge, _) => turn.state.large = !turn.state.large,
        What::Shopper(Gesture::ShowMore, _) => turn.state.expanded = true,
        What::Hid => turn.state.hidden = true,
        what => step(&mut turn, what),
    }
    if let What::Woke = what {
        turn.state.hidden = false;
    }
    settle(&before, turn)
}

/// The transition proper, by the phase it starts from. What happened is borrowed all the way down: taken apart and dropped
/// on each path, it would cost the shopper 1 KB.
fn step(turn: &mut Turn, what: &What) {
    if let What::Updated(_) = what {
        turn.state.next = None;
    }
    let mut phase = mem::replace(&mut turn.state.phase, Phase::choosing(None));
    if matches!(what, What::Answered(..) | What::Heard(..)) {
        match telling::paid(turn, phase, what) {
            Ok(ended) => {
                turn.state.phase = ended;
                return;
            }
            Err(same) => phase = same,
        }
    }
    turn.state.phase = match phase {
        Phase::Choosing { fault, pending } => choosing::choosing(turn, fault, pending, what),
        Phase::Sending { attempt, held } => choosing::sending(turn, attempt, held, what),
        Phase::Acting { .. } | Phase::Confirming { .. } | Phase::Unknown { .. } => waiting::waiting(turn, phase, what),
        Phase::Canceling { attempt, then } => closing::canceling(turn, attempt, then, what),
        Phase::Ended { attempt, outcome, when } => closing::ended(turn, attempt, outcome, when, what),
    };
    if let Phase::Choosing { pending, .. } = &mut turn.state.phase
        && turn.state.next.is_some()
    {
        match pending.take() {
            Some(attempt) => turn.state.phase = closing::close_for_next(turn, attempt),
            None => turn.replace_if_due(),
        }
    }
}

/// Adds what follows from the state alone: what is kept, the stream, the timer, and the announcements of a change.
fn settle(before: &State, Turn { state, effects: ordered, submit, fired, .. }: Turn) -> (State, Vec<Effect>) {
    let mut effects = Vec::new();
    if let Some(submit) = submit {
        effects.push(Effect::Announce(submit));
    }
    announcement::of_change(before, &state, |said| effects.push(Effect::Announce(said)));
    let what = |attempt: &Attempt| (attempt.origin, attempt.begun);
    let (was, is) = (kept(before), kept(&state));
    if was.map(|attempt| &attempt.id) != is.map(|attempt| &attempt.id) || was.map(what) != is.map(what) {
        effects.extend(match (kept(&state), was) {
            (Some(attempt), _) => Some(Effect::Keep(Box::new(attempt.clone()))),
            (None, Some(attempt)) => Some(Effect::Forget(before.order.id.clone(), attempt.id.clone())),
            (None, None) => None,
        });
    }
    effects.extend(ordered);
    if stream(before) != stream(&state) {
        effects.push(Effect::Listen(stream(&state)));
    }
    if fired || wake(before) != wake(&state) {
        effects.push(Effect::Wake(wake(&state)));
    }
    (state, effects)
}

/// The attempt that must survive a reload: any of ours that may still be alive.
fn kept(state: &State) -> Option<&Attempt> {
    let alive = |attempt: &&Attempt| attempt.sent && !attempt.is_hearsay();
    state.phase.attempt().filter(alive).filter(|_| !matches!(state.phase, Phase::Ended { .. }))
}

/// The stream to listen to: while an outcome is waited for, in a page that can be seen.
fn stream(state: &State) -> Option<(String, AttemptId)> {
    let attempt = state.phase.waited_for().filter(|attempt| !state.hidden && !attempt.watch.deaf)?;
    let events = attempt.payment.as_ref()?.events.clone()?;
    Some((events, attempt.id.clone()))
}

/// When the next thing is due that only time brings.
fn wake(state: &State) -> Option<Millis> {
    match &state.phase {
        Phase::Sending { attempt, held: false } | Phase::Canceling { attempt, .. } if !attempt.watch.asking => {
            Some(attempt.watch.not_before)
        }
        phase => waiting::due(phase.waited_for().filter(|_| !state.hidden)?, phase),
    }
}
