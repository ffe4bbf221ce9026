//! Holds what the server says against this order: what an answer or a message of the stream must agree with.
//!
//! It does not decide what either means; [`crate::checkout::wire`] does.

use super::page;
use super::setup::Setup;
use super::stream;
use crate::action::terms::Terms;
use crate::action::{Action, Refusal, Seconds, Trust};
use crate::checkout::json::Json;
use crate::checkout::machine::{Attempt, Request, State};
use crate::checkout::money::Amount;
use crate::checkout::options::Options;
use crate::checkout::wire::{self, Answer, AttemptId, Expected, Payment, Reply};

/// What an answer to this request means.
#[inline(never)]
pub(super) fn answer(
    setup: &Setup,
    state: &State,
    attempt: &Attempt,
    request: Request,
    reply: &Reply,
) -> Option<Answer> {
    let mut answer = hold(setup, state, attempt, |expected| wire::read(request, reply, expected))?;
    if let Answer::Payment(payment) = &mut answer {
        by_transport(setup, payment);
    }
    Some(answer)
}

/// What is subscribed to has no address; what can't be is asked.
fn by_transport(setup: &Setup, payment: &mut Payment) {
    if let Some(transport) = &setup.carrier.transport {
        payment.events = stream::subscribing(transport).map(|_| String::new());
    }
}

/// A payment that came through the stream, if it is this order's and of this attempt.
#[inline(never)]
pub(super) fn payment(setup: &Setup, id: &AttemptId, text: &str) -> Option<Payment> {
    let state = setup.mirror.state.borrow().clone()?;
    let attempt = state.phase.attempt().filter(|attempt| attempt.id == *id)?;
    let json = Json::read(text).ok()?;
    let now = attempt.server_clock(page::now()).unwrap_or_else(page::wall);
    let mut payment = hold(setup, &state, attempt, |expected| wire::payment(&json, now, expected))??;
    by_transport(setup, &mut payment);
    Some(payment)
}

fn hold<T>(setup: &Setup, state: &State, attempt: &Attempt, hear: impl FnOnce(&Expected<'_>) -> T) -> Option<T> {
    let options = setup.options.as_ref()?;
    let origin = origin(&options.endpoint);
    let reading = setup.mirror.reading.get();
    let reads = |response: &str, now: Seconds, amount: &Amount| {
        let terms = terms(options, state, attempt, *amount, &origin);
        if reading { Action::checked(response, now, &terms) } else { Err(Refusal::Unrecognised) }
    };
    let reads: &dyn Fn(&str, Seconds, &Amount) -> Result<Action, Refusal> = &reads;
    Some(hear(&Expected {
        // The state's, not the page's: while an attempt is closed because the order changed, it is still of the old one.
        order: &state.order.id,
        amount: state.order.amount,
        asked: attempt.total,
        totals: state.offer.shown.iter().map(|row| (row.method.id.clone(), row.total)).collect(),
        attempt: &attempt.id,
        origin: &origin,
        reads,
    }))
}

fn terms(options: &Options, state: &State, attempt: &Attempt, amount: Amount, origin: &str) -> Terms {
    let row = state.offer.shown.iter().find(|row| row.method.id == attempt.method);
    let trust = Trust { hosts: options.hosts.clone(), test_origin: options.test_mode.then(|| origin.to_owned()) };
    let mut methods = attempt.method.as_str().to_owned();
    for other in row.iter().flat_map(|row| &row.method.scannable_by) {
        methods.push(' ');
        methods.push_str(other.as_str());
    }
    Terms { trust, amount, methods, device: state.offer.environment.device }
}

/// Scheme, host and port of an absolute address.
fn origin(url: &str) -> String {
    let after = url.find("//").map_or(0, |at| at + 2);
    let end = url.get(after..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| after + at);
    url.get(..end).unwrap_or(url).to_owned()
}
