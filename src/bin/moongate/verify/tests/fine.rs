//! What the contract allows is not called broken, however a server uses it.

use super::*;
use crate::sandbox::PROVIDERS;
use std::sync::atomic::{AtomicUsize, Ordering};

fn all_hold(play: &Played) -> bool {
    play.ended.is_ok() && play.broken().is_empty() && play.unchecked().is_empty()
}

#[test]
fn whoever_answers_bare_or_in_a_payment_every_rule_holds() {
    for bare in [true, false] {
        let plays = PROVIDERS.into_iter().map(|provider| {
            let setting = json!({ "provider": provider, "bare": bare });
            let one: Against = Box::new(move || play(fault(|_, _| ()), &setting, |_| ()));
            (provider, one, all_hold as Right)
        });
        all(plays.collect());
    }
}

#[test]
fn what_the_contract_leaves_to_a_server_breaks_no_rule() {
    all(vec![
        ("a foreign page finds nothing", against(fault(hides_from_foreign_pages)), all_hold),
        ("events only for who listens", against(fault(events_by_accept)), all_hold),
        ("paid, but not known yet", against(fault(knows_late)), all_hold),
        ("its clock is years behind, as it says itself", against(fault(says_it_is_2020)), all_hold),
        ("its clock is years behind, by its Date", against(fault(is_dated_2020)), all_hold),
        (
            "worked on, and no code yet",
            against(Fault { garbles: |piece| piece.replace("\"pending\"", "\"processing\""), ..fault(works) }),
            |play| play.broken().is_empty() && play.unchecked() == [Rule::Action],
        ),
        ("it can not close", against(bent(asks_instead, |_, _| ())), |play| {
            let after = [Rule::Cancel, Rule::StreamOutcome, Rule::StreamOver, Rule::StaysCanceled, Rule::NextAttempt];
            play.ended.is_ok() && play.broken().is_empty() && after.iter().all(|rule| play.unchecked().contains(rule))
        }),
    ]);
}

fn hides_from_foreign_pages(_: &Asked, answer: &mut Answered) {
    if answer.is("code", "bad_origin") {
        answer.becomes(404, refusal("not_found"));
    }
}

fn events_by_accept(asked: &Asked, answer: &mut Answered) {
    let listens = asked.headers.get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
    if asked.path.ends_with("/events") && !listens {
        answer.becomes(406, refusal("not_acceptable"));
    }
}

/// The provider's notification comes a little after the shopper has paid.
fn knows_late(asked: &Asked, answer: &mut Answered) {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    if asked.method == Method::GET && answer.is("status", "succeeded") && ASKED.fetch_add(1, Ordering::Relaxed) < 2 {
        answer.body["status"] = json!("processing");
    }
}

fn says_it_is_2020(_: &Asked, answer: &mut Answered) {
    if answer.body.get("action").is_some() {
        answer.body["now"] = json!("2020-01-01T00:00:00Z");
        answer.body["action"] = code_until("2020-01-01T00:05:00Z");
    }
}

fn is_dated_2020(asked: &Asked, answer: &mut Answered) {
    says_it_is_2020(asked, answer);
    answer.headers.insert(header::DATE, HeaderValue::from_static("Wed, 01 Jan 2020 00:00:00 GMT"));
    answer.body.as_object_mut().map(|members| members.remove("now"));
}

pub(super) fn code_until(expires: &str) -> Value {
    json!({ "type": "qr", "payload": "weixin://wxpay/bizpayurl?pr=a", "expires": expires })
}

fn works(_: &Asked, answer: &mut Answered) {
    if answer.is("status", "pending") {
        answer.body["status"] = json!("processing");
        answer.body.as_object_mut().map(|members| members.remove("action"));
    }
}

/// Of a payment that was made, a cancelation says no more than how it stands.
fn asks_instead(asked: &Asked, parts: &mut Parts, _: &mut String) {
    let made = asked.path.contains("/pay_") || asked.first.as_ref().is_some_and(|first| asked.path.contains(first));
    if asked.posts("/cancel") && made {
        parts.method = Method::GET;
        parts.uri = asked.path.trim_end_matches("/cancel").parse().unwrap();
    }
}
