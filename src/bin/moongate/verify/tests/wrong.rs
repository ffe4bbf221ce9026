//! More ways to break a rule, each found out for that rule alone.

use super::fine::code_until;
use super::*;

/// Found out for this rule and no other.
fn only(rule: Rule, fault: Fault) {
    let play = against(fault)();
    assert_eq!(play.broken(), [rule], "{}", in_words(&play.said));
}

/// An action in the place of the sandbox's.
fn acts(answer: &mut Answered, action: Value) {
    if answer.body.get("action").is_some() {
        answer.body["action"] = action;
    }
}

#[test]
fn an_action_that_the_widget_would_not_hand_off() {
    only(Rule::Action, fault(|_, answer| acts(answer, json!({ "type": "qr", "payload": "wxp://f2f0abc" }))));
    only(Rule::Action, fault(|_, answer| acts(answer, page_anywhere())));
    only(Rule::Action, fault(|_, answer| acts(answer, code_of_another_sum())));
    only(Rule::Action, fault(|_, answer| acts(answer, code_until("2020-01-01T00:05:00Z"))));
}

#[test]
fn a_code_that_is_over_by_the_servers_clock() {
    only(
        Rule::Action,
        fault(|_, answer| {
            acts(answer, code_until("2040-01-01T00:05:00Z"));
            if answer.body.get("now").is_some() {
                answer.body["now"] = json!("2040-01-01T00:06:00Z");
            }
        }),
    );
}

/// A provider's raw response whose page lies on whatever host.
fn page_anywhere() -> Value {
    json!({ "result": { "resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U", "resultMessage": "x" },
            "paymentRequestId": "SHOP1", "paymentId": "2031110519401080", "normalUrl": "https://pay.example/x" })
}

/// A raw response with an EMV code of 588 Hong Kong dollars.
fn code_of_another_sum() -> Value {
    let code = "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412";
    json!({ "result": { "resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U", "resultMessage": "x" },
            "paymentRequestId": "SHOP1", "paymentId": "2031110519401080",
            "orderCodeForm": { "codeDetails": [{ "codeValueType": "QRCODE", "displayType": "TEXT", "codeValue": code }] } })
}

#[test]
fn what_the_merchant_trusts_is_told_to_the_play_as_to_the_widget() {
    let wallet = json!({ "provider": "wallet" });
    let host = play(fault(|_, answer| acts(answer, page_anywhere())), &wallet, |arguments| {
        arguments.hosts = vec!["pay.example".to_owned()];
    });
    assert_eq!(host.broken(), [], "{}", in_words(&host.said));
    let personal = fault(|_, answer| acts(answer, json!({ "type": "qr", "payload": "wxp://f2f0abc" })));
    let personal = play(personal, &wallet, |arguments| arguments.scannable_by = vec!["unionpay".to_owned()]);
    assert_eq!(personal.broken(), [], "{}", in_words(&personal.said));
}

/// Leads to where it was asked.
fn leads_home(asked: &Asked, answer: &mut Answered) {
    let host = asked.headers.get(header::HOST).unwrap().to_str().unwrap();
    acts(answer, json!({ "type": "redirect", "url": format!("http://{host}/pay"), "method": "GET" }));
}

/// 0.0.0.0 leads to this machine, but a page there can't be in test mode.
#[test]
fn only_near_may_an_action_lead_to_the_endpoint_itself() {
    let near = played(fault(leads_home), None);
    assert!(near.iter().all(|(_, verdict)| *verdict == Verdict::Holds), "{}", in_words(&near));
    let local: fn(&Asked, &mut Parts, &mut String) =
        |_, parts, _| drop(parts.headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1")));
    let far = play(bent(local, leads_home), &json!({ "provider": "wallet" }), |arguments| {
        arguments.url = arguments.url.replace("127.0.0.1", "0.0.0.0");
        arguments.return_url = Some("http://127.0.0.1/".to_owned());
    });
    assert_eq!(far.broken(), [Rule::Action], "{}", in_words(&far.said));
}

#[test]
fn a_conflict_that_names_no_whole_payment() {
    only(
        Rule::OneLive,
        fault(|_, answer| {
            if answer.is("code", "payment_in_progress") {
                answer.body["payment"] = json!({ "id": answer.body["payment"]["id"], "status": "pending" });
            }
        }),
    );
    only(
        Rule::OrderPaid,
        fault(|_, answer| {
            if answer.is("code", "order_paid") {
                answer.body["payment"]["currency"] = json!("USD");
            }
        }),
    );
}

#[test]
fn a_stranger_who_is_told_the_attempt_or_where_to_listen() {
    only(Rule::Stranger, fault(|asked, answer| tells(asked, answer, "attempt", "mg_secret")));
    only(Rule::Stranger, fault(|asked, answer| tells(asked, answer, "events", "/checkout/payments/pay_1/events")));
}

fn tells(asked: &Asked, answer: &mut Answered, key: &str, value: &str) {
    if asked.method == Method::GET && !asked.headers.contains_key(header::COOKIE) && answer.status == 200 {
        answer.body[key] = json!(value);
    }
}

#[test]
fn a_stream_of_another_currency_or_whose_outcome_nobody_hears() {
    let other = |piece: String| piece.replace("\"CNY\"", "\"USD\"");
    only(Rule::StreamFirst, Fault { garbles: other, ..fault(|_, _| ()) });
    let named = |piece: String| if piece.contains("\"canceled\"") { format!("event: payment\n{piece}") } else { piece };
    only(Rule::StreamOutcome, Fault { garbles: named, ..fault(|_, _| ()) });
}

#[test]
fn a_stream_whose_answer_never_begins_ends_the_play_no_less() {
    let (out, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let play = against(Fault { hangs: true, ..fault(|_, _| ()) })();
        out.send(play).unwrap();
    });
    let play = ended.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(play.broken(), [Rule::StreamFirst], "{}", in_words(&play.said));
}
