//! Decides what the host page hears: the contract's events and their details.
//!
//! It dispatches nothing; names and details leave here as data.

use super::attempt::Attempt;
use super::event::Feedback;
use super::state::{Outcome, Phase, State};
use crate::checkout::fault::Fault;
use crate::checkout::json::Json;
use crate::checkout::offer::Reason;

/// An event on the host element.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    /// Its name, for example `moongate-status`.
    pub name: &'static str,
    /// Its `detail`.
    pub detail: Json,
    /// Whether the host page may cancel it.
    pub cancelable: bool,
}

impl Announcement {
    /// A press on pay is now sent at once.
    pub const READY: &'static str = "moongate-ready";
    /// Another method is chosen.
    pub const SELECT: &'static str = "moongate-select";
    /// The shopper pressed pay.
    pub const SUBMIT: &'static str = "moongate-submit";
    /// An action arrived.
    pub const ACTION: &'static str = "moongate-action";
    /// The phase or the payment is another.
    pub const STATUS: &'static str = "moongate-status";
    /// The payment ended.
    pub const COMPLETE: &'static str = "moongate-complete";
    /// The shopper's answer about the method.
    pub const FEEDBACK: &'static str = "moongate-feedback";
    /// A fault, with who must act.
    pub const ERROR: &'static str = "moongate-error";

    /// Every name that an announcement can have.
    pub const NAMES: [&'static str; 8] = [
        Self::READY,
        Self::SELECT,
        Self::SUBMIT,
        Self::ACTION,
        Self::STATUS,
        Self::COMPLETE,
        Self::FEEDBACK,
        Self::ERROR,
    ];

    fn plain(name: &'static str, detail: Json) -> Self {
        Self { name, detail, cancelable: false }
    }

    /// `moongate-ready`: a press on pay is now sent at once.
    pub fn ready(state: &State) -> Self {
        let shown = state.offer.shown.iter().map(|row| Json::from_text(row.method.id.as_str())).collect();
        Self::plain(Self::READY, tested(Json::object([("methods", Json::List(shown))]), state.order.test))
    }

    /// `moongate-error`: a fault, with who must act.
    pub fn error(fault: &Fault, test: bool) -> Self {
        Self::plain(Self::ERROR, tested(fault.to_json(), test))
    }

    /// `moongate-submit`: the shopper pressed pay.
    pub(super) fn submit(state: &State, attempt: &Attempt) -> Self {
        let detail = Json::object([
            ("method", attempt.method.as_str().into()),
            ("order", state.order.id.as_str().into()),
            ("amount", attempt.total.minor().into()),
            ("currency", attempt.total.currency().code().into()),
        ]);
        Self { cancelable: true, ..Self::plain(Self::SUBMIT, tested(detail, state.order.test)) }
    }

    /// `moongate-action`: an action arrived.
    pub(super) fn action(attempt: &Attempt, test: bool) -> Self {
        let action = attempt.action();
        let detail = Json::object([
            ("attempt", attempt.id.as_str().into()),
            ("payment", payment_id(Some(attempt))),
            ("action", action.map_or(Json::Null, |action| action.to_json())),
        ]);
        let test = test || action.is_some_and(|action| action.test);
        Self { cancelable: true, ..Self::plain(Self::ACTION, tested(detail, test)) }
    }

    /// `moongate-feedback`: the shopper's answer about the method.
    pub(super) fn feedback(state: &State, attempt: &Attempt, answer: Feedback) -> Self {
        let word = if answer == Feedback::Good { "good" } else { "bad" };
        let detail = Json::object([("method", attempt.method.as_str().into()), ("answer", word.into())]);
        Self::plain(Self::FEEDBACK, tested(detail, state.order.test || tests(attempt)))
    }

    fn select(state: &State) -> Self {
        let detail = Json::object([("method", chosen(state))]);
        Self::plain(Self::SELECT, tested(detail, state.order.test))
    }

    fn status(state: &State) -> Self {
        let attempt = state.phase.attempt();
        let under_rollout = |ids: Vec<&str>| Json::List(ids.into_iter().map(Json::from_text).collect());
        let shown =
            state.offer.shown.iter().filter(|row| row.method.rollout < 10_000).map(|row| row.method.id.as_str());
        let left_out = state.offer.left_out.iter().filter(|(_, reason)| *reason == Reason::Rollout);
        let detail = Json::object([
            ("phase", state.phase.word().into()),
            ("method", attempt.map_or_else(|| chosen(state), |attempt| attempt.method.as_str().into())),
            ("attempt", Json::from_option(attempt.map(|attempt| attempt.id.as_str()))),
            ("payment", payment_id(attempt)),
            ("in", under_rollout(shown.collect())),
            ("out", under_rollout(left_out.map(|(id, _)| id.as_str()).collect())),
        ]);
        Self::plain(Self::STATUS, tested(detail, is_test(state)))
    }

    fn complete(state: &State, attempt: &Attempt, outcome: Outcome, late: bool) -> Self {
        let reason = attempt.payment.as_ref().and_then(|payment| payment.reason.as_deref());
        let reason = if outcome == Outcome::Refunded { Some("refunded") } else { reason };
        let mut members = vec![("outcome".to_owned(), Json::from_text(outcome.word()))];
        members.extend(reason.map(|reason| ("reason".to_owned(), Json::from_text(reason))));
        let more = Json::object([
            ("method", attempt.method.as_str().into()),
            ("attempt", attempt.id.as_str().into()),
            ("payment", payment_id(Some(attempt))),
            ("amount", attempt.total.minor().into()),
            ("currency", attempt.total.currency().code().into()),
        ]);
        members.extend_from_slice(more.members());
        if late {
            members.push(("late".to_owned(), Json::Bool(true)));
        }
        Self::plain(Self::COMPLETE, tested(Json::Object(members), is_test(state)))
    }
}

/// Says what a change of state is announced as: the choice, the phase, an outcome, a fault, in this order.
pub(super) fn of_change(before: &State, after: &State, mut say: impl FnMut(Announcement)) {
    if before.chosen != after.chosen {
        say(Announcement::select(after));
    }
    if marks(before) != marks(after) {
        say(Announcement::status(after));
    }
    if let Phase::Ended { attempt, outcome, .. } = &after.phase {
        let earlier = if let Phase::Ended { outcome, .. } = &before.phase { Some(*outcome) } else { None };
        if earlier != Some(*outcome) {
            say(Announcement::complete(after, attempt, *outcome, earlier.is_some()));
        }
    }
    if let Some(fault) = after.phase.fault().filter(|fault| before.phase.fault() != Some(*fault)) {
        say(Announcement::error(fault, after.order.test));
    }
}

/// What makes two states differ in their status.
fn marks(state: &State) -> (&'static str, Option<&str>, Option<&str>) {
    let attempt = state.phase.attempt();
    let payment = attempt.and_then(|attempt| attempt.payment.as_ref()).and_then(|payment| payment.id.as_deref());
    (state.phase.word(), attempt.map(|attempt| attempt.id.as_str()), payment)
}

fn chosen(state: &State) -> Json {
    Json::from_option(state.chosen.as_ref().map(|id| id.as_str()))
}

fn payment_id(attempt: Option<&Attempt>) -> Json {
    Json::from_option(attempt.and_then(|attempt| attempt.payment.as_ref()).and_then(|payment| payment.id.as_deref()))
}

fn is_test(state: &State) -> bool {
    state.order.test || state.phase.attempt().is_some_and(tests)
}

fn tests(attempt: &Attempt) -> bool {
    attempt.payment.as_ref().is_some_and(|payment| payment.test) || attempt.action().is_some_and(|action| action.test)
}

/// The detail, marked as a test if it is one.
fn tested(detail: Json, test: bool) -> Json {
    match detail {
        Json::Object(mut members) if test => {
            members.push(("test".to_owned(), Json::Bool(true)));
            Json::Object(members)
        }
        detail => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_page_have_each_event_and_no_other() {
        let types = include_str!("../../../www/moongate.d.ts");
        let map = types.split("interface MoongateEventMap").nth(1).unwrap().split("\n}").next().unwrap();
        let names: Vec<_> = map.lines().filter_map(|line| line.strip_prefix("  '")?.split('\'').next()).collect();
        assert_eq!(names, Announcement::NAMES);
    }
}
