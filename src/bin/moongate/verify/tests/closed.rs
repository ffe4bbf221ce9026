//! However wrong a server is, nothing that can be paid is left behind, and what is broken is said.

use super::*;
use crate::verify::Count;

/// Takes the header for the key, whatever the body says.
fn by_the_header(asked: &Asked, _: &mut Parts, body: &mut String) {
    if asked.creates() {
        change(body, |wish| wish["attempt"] = json!(asked.key()));
    }
}

/// Each attempt is of an order of its own: another live payment of the same order is not seen.
fn without_one_live(asked: &Asked, _: &mut Parts, body: &mut String) {
    if asked.creates() {
        change(body, |wish| wish["order"] = json!(wish["attempt"]));
    }
}

/// The second of two presses makes a payment of its own.
fn twice(asked: &Asked, parts: &mut Parts, body: &mut String) {
    if asked.creates() && asked.of_another_attempt() && asked.again == 1 {
        let other = asked.key().unwrap().replace("mg_", "mg_x");
        parts.headers.insert("idempotency-key", other.parse().unwrap());
        change(body, |wish| (wish["attempt"], wish["order"]) = (json!(other), json!(other)));
    }
}

fn change(body: &mut String, how: impl FnOnce(&mut Value)) {
    let mut wish: Value = serde_json::from_str(body).unwrap();
    how(&mut wish);
    *body = wish.to_string();
}

/// The order by its right name again.
fn named(_: &Asked, answer: &mut Answered) {
    if answer.body.get("order").is_some() {
        answer.body["order"] = json!("SO-1");
    }
}

/// Nothing is left, a rule is broken, and the program ends with 1.
fn clean(play: &Played, rule: Rule) -> bool {
    let mut count = Count::default();
    play.said.iter().for_each(|(_, verdict)| count.add(verdict));
    let live = play.payments.iter().any(|payment| payment["status"] == "pending");
    !play.payments.is_empty() && !live && play.broken().contains(&rule) && count.exit(play.ended.is_ok()) == 1
}

#[test]
fn a_wrong_server_has_no_payment_that_can_be_paid_after_the_play() {
    all(vec![
        ("the header is the key", against(bent(by_the_header, |_, _| ())), |play| {
            clean(play, Rule::KeyMismatch) && play.broken() == [Rule::KeyMismatch] && play.ended.is_ok()
        }),
        ("more than one live", against(bent(without_one_live, named)), |play| {
            clean(play, Rule::OneLive) && play.broken().contains(&Rule::OrderPaid)
        }),
        ("the second answer is of no use", against(fault(no_use)), |play| clean(play, Rule::NextAttempt)),
        ("two presses, two payments", against(bent(twice, named)), |play| clean(play, Rule::DoublePress)),
        ("a foreign page is refused too late", against(bent(lets_everybody_in, too_late)), |play| {
            clean(play, Rule::ForeignOrigin) && play.broken() == [Rule::ForeignOrigin]
        }),
    ]);
}

fn no_use(asked: &Asked, answer: &mut Answered) {
    if asked.creates() && asked.of_another_attempt() && answer.status < 300 {
        answer.body["status"] = json!("failed");
    }
}

fn too_late(asked: &Asked, answer: &mut Answered) {
    if asked.headers.get(header::ORIGIN).is_some_and(|origin| origin.to_str().unwrap().ends_with(".invalid")) {
        answer.becomes(403, refusal("bad_origin"));
    }
}

/// What is not told to be over is not taken for it, nor is a second payment then asked for.
#[test]
fn a_server_that_tells_nothing_of_its_payment_may_still_have_it() {
    let shut = against(fault(|asked, answer| {
        let about = |key: &String| asked.path.contains(key) || asked.path.contains("/pay_");
        if asked.first.as_ref().is_some_and(about) {
            answer.becomes(403, refusal("forbidden"));
        }
    }))();
    assert!(shut.broken().contains(&Rule::Cancel) && shut.unchecked().contains(&Rule::NextAttempt));
}

#[test]
fn a_play_that_could_not_go_on_ends_with_what_it_has_seen() {
    let mut count = Count::default();
    assert_eq!((count.exit(true), count.exit(false)), (0, 2));
    count.add(&Verdict::Broken(String::new()));
    assert_eq!((count.exit(true), count.exit(false)), (1, 1));
}

#[test]
fn an_order_that_was_paid_before_breaks_no_rule_and_is_of_no_use() {
    let paid = fault(|asked, answer| {
        if asked.creates() {
            answer.becomes(409, refusal("order_paid"));
        }
    });
    let play = against(paid)();
    assert!(play.ended.as_ref().unwrap_err().contains("has a payment already (order_paid)"), "{:?}", play.ended);
    assert_eq!((play.broken(), play.unchecked()), (Vec::new(), vec![Rule::AmountChanged]));
}
