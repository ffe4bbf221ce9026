//! Decides which states stand for a place, and which events for what can happen there.
//!
//! It runs nothing: [`super::table`] does.

use moongate::action::{Action, Bridge, Method as Via, Refusal, Standing, Step};
use moongate::checkout::fault::{Fault, NetworkFault, ServerCode, ServerFault};
use moongate::checkout::json::Json;
use moongate::checkout::machine::{
    Acting, Attempt, BridgeWord, Confirming, Event, Gesture, Millis, Order, Origin, Outcome, Phase, Request, State,
    Then, What,
};
use moongate::checkout::method::{MethodId, Wallet};
use moongate::checkout::replay::Replay;
use moongate::checkout::wire::{Answer, AttemptId, Payment};
use std::rc::Rc;

/// When things happen: while the code lives, and after its time.
const SOON: Millis = 60_000;
const LATE: Millis = 700_000;

/// A checkout of two methods, at its start.
pub(super) fn start() -> Option<State> {
    let with = "wechatpay 12800 CNY wechatpay 12800 1 alipay 12800 1";
    let entry = Json::object([("at", 0.into()), ("event", "begun".into()), ("with", with.into())]);
    Replay::begin(&entry).ok().map(|replay| replay.state().clone())
}

pub(super) fn id(number: u8) -> AttemptId {
    AttemptId::from_random([number; 16])
}

pub(super) fn code(number: u64) -> Step {
    Step::Qr { payload: Some(format!("weixin://wxpay/bizpayurl?pr={number}")), image: None, fallback: None }
}

fn page() -> Step {
    Step::Redirect { url: "https://pay.example/".to_owned(), method: Via::Get, fields: Vec::new() }
}

fn call() -> Step {
    Step::InApp { bridge: Bridge::WechatJsapi, params: Vec::new() }
}

fn app() -> Step {
    Step::Deeplink { url: "https://pay.example/app".to_owned(), fallback: Some("https://pay.example/".to_owned()) }
}

pub(super) fn action(step: Step) -> Action {
    Action {
        provider: "example".to_owned(),
        wallet: None,
        expires: None,
        step,
        any_host: None,
        refused: false,
        readers: String::new(),
        test: false,
    }
}

pub(super) fn payment(status: Standing, action: Option<Result<Action, Refusal>>) -> Payment {
    Payment {
        id: Some("pay_1".to_owned()),
        attempt: None,
        method: None,
        status,
        action,
        expires: Some(600),
        now: Some(0),
        events: Some("https://shop.example/events".to_owned()),
        reason: None,
        refunded: false,
        test: false,
    }
}

/// An attempt under way that was given this step.
fn attempt(start: &State, step: Step) -> Box<Attempt> {
    let mut attempt = Attempt::new(id(1), Wallet::Wechatpay.into(), start.order.amount, Origin::Press, 0);
    attempt.payment = Some(Rc::new(payment(Standing::Pending, Some(Ok(action(step))))));
    (attempt.deadline, attempt.sent, attempt.watch.asking) = (Some(600_000), true, true);
    Box::new(attempt)
}

/// A state for each place, in the order of a payment.
pub(super) fn places() -> Vec<State> {
    let Some(start) = start() else { return Vec::new() };
    let with = |step: Step| attempt(&start, step);
    let unheard = || Box::new(Attempt { payment: None, deadline: None, ..*with(page()) });
    let renewed = || Box::new(Attempt { origin: Origin::Renewed, ..*with(code(1)) });
    let lost = Some(Fault::Network(NetworkFault::Unreachable));
    let mut phases = vec![
        Phase::Choosing { fault: None, pending: None },
        Phase::Choosing { fault: lost, pending: Some(unheard()) },
        Phase::Sending { attempt: Box::new(Attempt { sent: false, ..*unheard() }), held: true },
        Phase::Sending { attempt: unheard(), held: false },
    ];
    phases.extend([
        Phase::Acting { attempt: with(code(1)), at: Acting::Code },
        Phase::Acting { attempt: with(code(1)), at: Acting::CodeOver },
        Phase::Acting { attempt: renewed(), at: Acting::Refreshing },
        Phase::Acting { attempt: with(page()), at: Acting::Leaving },
        Phase::Acting { attempt: with(call()), at: Acting::InApp },
        Phase::Acting { attempt: with(app()), at: Acting::AppLink },
        Phase::Acting { attempt: with(app()), at: Acting::StillHere },
        Phase::Acting { attempt: with(page()), at: Acting::NotPaid },
        Phase::Acting { attempt: with(page()), at: Acting::Host },
    ]);
    let why = [Confirming::Returned, Confirming::Said, Confirming::Processing, Confirming::LastCheck];
    phases.extend(why.map(|why| {
        let said = why == Confirming::Said;
        Phase::Confirming { attempt: Box::new(Attempt { said, ..*with(code(1)) }), why }
    }));
    phases.push(Phase::Canceling { attempt: with(code(1)), then: Then::Choose(None) });
    phases.push(Phase::Canceling { attempt: renewed(), then: Then::End });
    phases.extend([false, true].map(|call| Phase::Unknown { attempt: with(code(1)), call }));
    let outcomes = [Outcome::Succeeded, Outcome::Refunded, Outcome::Failed, Outcome::Canceled, Outcome::Expired];
    phases.extend(outcomes.map(|outcome| Phase::Ended { attempt: with(code(1)), outcome, when: Some(0) }));
    phases.into_iter().map(|phase| State { phase, ..start.clone() }).collect()
}

/// Everything that can happen, in words.
pub(super) fn events(places: &[State]) -> Vec<(String, Event)> {
    let Some(start) = places.first() else { return Vec::new() };
    let mut all = Vec::new();
    let mut add = |name: &str, at: Millis, what: What| all.push((name.to_owned(), Event { at, what }));
    for gesture in gestures() {
        add(&format!("the shopper: {}", gesture.name()), SOON, What::Shopper(gesture, id(2)));
    }
    add("the page: pay()", SOON, What::HostPaid(id(2)));
    add("the page lets the submission pass", SOON, What::SubmitDecided(true));
    add("the page stops the submission", SOON, What::SubmitDecided(false));
    add("the page leaves the action to us", SOON, What::ActionDecided(false));
    add("the page takes the action on", SOON, What::ActionDecided(true));
    add("the page: hint()", SOON, What::Hinted);
    let other = Order { id: "another".to_owned(), ..start.order.clone() };
    add("the page: update(), same order", SOON, What::Updated(Box::new((start.order.clone(), start.offer.clone()))));
    add("the page: update(), another order", SOON, What::Updated(Box::new((other, start.offer.clone()))));
    for (name, origin) in
        [("kept", Origin::Kept), ("of a link", Origin::Link), ("back from signing in", Origin::SignIn)]
    {
        let found = Attempt::new(id(3), Wallet::Alipay.into(), start.order.amount, origin, SOON);
        add(&format!("found: an attempt {name}"), SOON, What::Found(Box::new(found)));
    }
    for (name, answer) in answers() {
        add(&format!("answer: {name}"), SOON, What::Answered(Request::Ask, id(1), answer));
    }
    add("answer: about another attempt", SOON, What::Answered(Request::Ask, id(9), Answer::Unsupported));
    for (name, status) in
        [("pending", Standing::Pending), ("succeeded", Standing::Succeeded), ("failed", Standing::Failed)]
    {
        add(&format!("stream: {name}"), SOON, What::Heard(id(1), Some(Box::new(payment(status, None)))));
    }
    add("stream: a ping", SOON, What::Heard(id(1), None));
    add("stream: lost", SOON, What::StreamLost(id(1)));
    add("the timer", SOON, What::TimeCame);
    add("the timer, after the code's time", LATE, What::TimeCame);
    add("the page is seen again", SOON, What::Woke);
    add("the page is out of sight", SOON, What::Hid);
    for (name, word) in
        [("paid", BridgeWord::Paid), ("not paid", BridgeWord::NotPaid), ("not there", BridgeWord::Absent)]
    {
        add(&format!("the wallet's bridge: {name}"), SOON, What::BridgeSaid(word));
    }
    all
}

fn gestures() -> Vec<Gesture> {
    [Gesture::Choose(MethodId::from(Wallet::Alipay))].into_iter().chain(Gesture::PLAIN).collect()
}

fn answers() -> Vec<(String, Answer)> {
    let told =
        |status, action: Option<Step>| Answer::Payment(Box::new(payment(status, action.map(self::action).map(Ok))));
    let nothing = Step::Nothing { status: Standing::Pending, code: Some("ORDERPAID".to_owned()) };
    let refunded = Payment { refunded: true, ..payment(Standing::Succeeded, None) };
    let bad = payment(Standing::Pending, Some(Err(Refusal::UnsafeUrl)));
    let mut all = vec![
        ("pending".to_owned(), told(Standing::Pending, None)),
        ("pending, a new code".to_owned(), told(Standing::Pending, Some(code(2)))),
        ("pending, a page".to_owned(), told(Standing::Pending, Some(page()))),
        ("pending, a call".to_owned(), told(Standing::Pending, Some(call()))),
        ("pending, an app".to_owned(), told(Standing::Pending, Some(app()))),
        ("pending, perhaps paid already".to_owned(), told(Standing::Pending, Some(nothing))),
        ("pending, an action that is refused".to_owned(), Answer::Payment(Box::new(bad))),
        ("processing".to_owned(), told(Standing::Processing, None)),
        ("succeeded".to_owned(), told(Standing::Succeeded, None)),
        ("refunded".to_owned(), Answer::Payment(Box::new(refunded))),
        ("failed".to_owned(), told(Standing::Failed, None)),
        ("canceled".to_owned(), told(Standing::Canceled, None)),
        ("expired".to_owned(), told(Standing::Expired, None)),
        ("sign in".to_owned(), Answer::SignIn("https://shop.example/login".to_owned())),
        ("501".to_owned(), Answer::Unsupported),
        ("in flight, or Retry-After".to_owned(), Answer::Busy(3)),
        ("none came".to_owned(), Answer::Lost(NetworkFault::Timeout)),
    ];
    let fault = |code: ServerCode| Answer::Fault(Fault::Server(ServerFault { code, about: String::new() }));
    all.extend(ServerCode::ALL.map(|code| (code.word().to_owned(), fault(code))));
    all
}
