//! Whole checkouts played through `advance`, without a browser: stories, and what must hold in every one of them.

use moongate::action::{Action, Method, Refusal, Standing, Step};
use moongate::checkout::environment::{Environment, Facts};
use moongate::checkout::fault::{Fault, NetworkFault, ServerCode, ServerFault};
use moongate::checkout::json::Json;
use moongate::checkout::machine::*;
use moongate::checkout::method::MethodId;
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::offer::Offer;
use moongate::checkout::options::Options;
use moongate::checkout::patience;
use moongate::checkout::wire::{Answer, AttemptId, Payment};
use proptest::prelude::*;
use std::rc::Rc;

/// A checkout and the list of what it ordered last.
pub(crate) struct Play {
    pub(crate) state: State,
    effects: Vec<Effect>,
    pub(crate) now: Millis,
    ids: u8,
    /// What the one timer is set to.
    timer: Option<Millis>,
}

pub(crate) fn id(number: u8) -> AttemptId {
    AttemptId::from_random([number; 16])
}

fn method(name: &str) -> MethodId {
    MethodId::parse(name).unwrap()
}

fn amount(minor: u64) -> Amount {
    Amount::new(minor, Currency::parse("CNY").unwrap()).unwrap()
}

pub(crate) fn order() -> Order {
    Order { id: "SO-1001".into(), amount: amount(12800), test: false }
}

pub(crate) fn offer() -> Rc<Offer> {
    let raw = Json::read(r#"{"endpoint":"/checkout","order":"SO-1001","amount":12800,"currency":"CNY"}"#).unwrap();
    let (options, faults) = Options::from_file(&raw);
    assert_eq!(faults, []);
    let desktop =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36";
    let facts = Facts { user_agent: desktop.into(), ..Facts::default() };
    Rc::new(Offer::make(&options.unwrap(), Environment::read(&facts), ""))
}

fn action(step: Step) -> Action {
    Action {
        provider: "wechatpay".into(),
        wallet: None,
        expires: None,
        step,
        any_host: None,
        refused: false,
        test: false,
        readers: String::new(),
    }
}

pub(crate) fn code() -> Action {
    let payload = Some("weixin://wxpay/bizpayurl?pr=Zt4kQ8b".to_owned());
    action(Step::Qr { payload, image: None, fallback: None })
}

fn page() -> Action {
    action(Step::Redirect { url: "https://wx.tenpay.com/x".into(), method: Method::Get, fields: vec![] })
}

fn app() -> Action {
    action(Step::Deeplink {
        url: "alipays://platformapi/startapp".into(),
        fallback: Some("https://openapi.alipay.com/x".into()),
    })
}

pub(crate) fn payment(status: Standing, action: Option<Action>) -> Payment {
    Payment {
        id: Some("pay_1".into()),
        attempt: None,
        method: None,
        status,
        action: action.map(Ok),
        expires: Some(1_000_600),
        now: Some(1_000_000),
        events: None,
        reason: None,
        refunded: false,
        test: false,
    }
}

pub(crate) fn answer(status: Standing, action: Option<Action>) -> Answer {
    Answer::Payment(Box::new(payment(status, action)))
}

fn server_fault(code: ServerCode) -> Answer {
    Answer::Fault(Fault::Server(ServerFault { code, about: String::new() }))
}

impl Play {
    pub(crate) fn new() -> Self {
        let state = State::new(order(), offer(), Some(method("wechatpay")), false);
        Self { state, effects: vec![], now: 0, ids: 0, timer: None }
    }

    pub(crate) fn happens(&mut self, what: What) -> &mut Self {
        let (state, effects) = advance(self.state.clone(), Event { at: self.now, what });
        self.state = state;
        self.effects = effects;
        for effect in &self.effects {
            if let Effect::Wake(at) = effect {
                self.timer = *at;
            }
        }
        self
    }

    /// Whether it ordered to listen, or to listen no more.
    fn listens(&self) -> Option<bool> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Listen(to) => Some(to.is_some()),
            _ => None,
        })
    }

    fn does(&mut self, gesture: Gesture) -> &mut Self {
        self.ids += 1;
        let fresh = id(self.ids);
        self.happens(What::Shopper(gesture, fresh))
    }

    pub(crate) fn after(&mut self, millis: Millis) -> &mut Self {
        self.now += millis;
        self
    }

    fn answers(&mut self, request: Request, answer: Answer) -> &mut Self {
        let attempt = self.attempt().id.clone();
        self.happens(What::Answered(request, attempt, answer))
    }

    pub(crate) fn attempt(&self) -> &Attempt {
        self.state.phase.attempt().expect("an attempt")
    }

    fn phase(&self) -> &'static str {
        self.state.phase.word()
    }

    fn sent(&self) -> Vec<Request> {
        let request = |effect: &Effect| if let Effect::Send(request, _) = effect { Some(*request) } else { None };
        self.effects.iter().filter_map(request).collect()
    }

    fn announced(&self) -> Vec<&'static str> {
        let name = |effect: &Effect| if let Effect::Announce(said) = effect { Some(said.name) } else { None };
        self.effects.iter().filter_map(name).collect()
    }

    /// As far as the code on screen.
    fn showing_a_code() -> Self {
        let mut play = Self::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, answer(Standing::Pending, Some(code()))).happens(What::ActionDecided(false));
        play
    }

    /// As far as the wallet's page, and back.
    fn back_from_the_wallet() -> Self {
        let mut play = Self::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, answer(Standing::Pending, Some(page()))).happens(What::ActionDecided(false));
        play.after(3_000).happens(What::Woke);
        play
    }
}

#[test]
fn a_code_is_shown_and_paid() {
    let mut play = Play::new();
    assert_eq!(play.does(Gesture::Pay).announced(), ["moongate-submit", "moongate-status"]);
    assert_eq!(play.happens(What::SubmitDecided(true)).sent(), [Request::Create]);
    play.answers(Request::Create, answer(Standing::Pending, Some(code())));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
    assert!(play.announced().contains(&"moongate-action"));
    play.happens(What::ActionDecided(false)).after(2_800).happens(What::TimeCame);
    assert_eq!(play.sent(), [Request::Ask]);
    play.answers(Request::Ask, answer(Standing::Succeeded, None));
    assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
    assert!(play.announced().contains(&"moongate-complete"));
    assert!(
        play.effects.iter().any(|effect| matches!(effect, Effect::Forget(..))),
        "the attempt is forgotten once it has ended"
    );
}

#[test]
fn after_the_servers_own_word_that_it_expired_one_press_begins_another_attempt() {
    let mut play = Play::showing_a_code();
    let old = play.attempt().id.clone();
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Expired, None));
    assert_eq!(play.phase(), "ended");
    assert_eq!(play.does(Gesture::Pay).announced(), ["moongate-submit", "moongate-status"]);
    assert_eq!(play.happens(What::SubmitDecided(true)).sent(), [Request::Create]);
    assert!(play.attempt().id != old && play.attempt().method == method("wechatpay"));
}

/// An attempt of which a new code was asked for, by this page or by one before it, and that has expired since.
fn expired_and_renewed() -> [Play; 2] {
    let mut asked = Play::showing_a_code();
    asked.after(601_000).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, Some(code())));
    assert_eq!(asked.does(Gesture::NewCode).sent(), [Request::Refresh]);
    let kept = asked.effects.iter().find_map(|effect| match effect {
        Effect::Keep(attempt) => Some(attempt.origin),
        _ => None,
    });
    assert_eq!(kept, Some(Origin::Renewed), "what a reload must know is kept before it is asked");
    asked.answers(Request::Refresh, Answer::Lost(NetworkFault::Timeout)).does(Gesture::AskNow);
    let mut loaded = Play::new();
    let kept = Attempt::new(id(9), method("wechatpay"), amount(12800), Origin::Renewed, 0);
    loaded.happens(What::Found(Box::new(kept)));
    [asked, loaded].map(|mut play| {
        play.answers(Request::Ask, answer(Standing::Expired, None));
        play
    })
}

#[test]
fn what_a_late_new_code_may_bring_back_to_life_is_closed_before_it_has_ended() {
    for mut play in expired_and_renewed() {
        let old = play.attempt().id.clone();
        assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
        play.answers(Request::Cancel, answer(Standing::Canceled, None));
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Expired, when: Some(1_000_000), .. }));
        assert!(play.announced().contains(&"moongate-complete"), "as the server said");
        play.does(Gesture::Pay);
        assert_eq!(play.happens(What::SubmitDecided(true)).sent(), [Request::Create], "one press is enough");
        assert!(play.attempt().id != old);
    }
}

#[test]
fn what_came_back_to_life_is_waited_for_and_not_paid_beside() {
    for mut play in expired_and_renewed() {
        play.answers(Request::Cancel, answer(Standing::Pending, Some(code())));
        assert_eq!((play.phase(), play.sent()), ("confirming", vec![]));
        play.does(Gesture::AskNow).answers(Request::Ask, answer(Standing::Pending, Some(code())));
        assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }), "{:?}", play.state.phase);
    }
}

#[test]
fn what_was_paid_before_it_could_be_closed_is_paid() {
    for mut play in expired_and_renewed() {
        play.answers(Request::Cancel, answer(Standing::Succeeded, None));
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
    }
}

#[test]
fn a_server_that_closes_nothing_is_believed_that_it_expired() {
    for mut play in expired_and_renewed() {
        play.answers(Request::Cancel, Answer::Unsupported);
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Expired, .. }), "{:?}", play.state.phase);
    }
}

#[test]
fn another_cart_that_came_while_it_was_closed_takes_its_place() {
    let next = (Order { amount: amount(9900), ..order() }, offer());
    for mut play in expired_and_renewed() {
        play.happens(What::Updated(Box::new(next.clone()))).answers(Request::Cancel, answer(Standing::Canceled, None));
        assert_eq!((play.phase(), play.state.order.amount), ("choosing", amount(9900)));
    }
}

#[test]
fn no_other_end_is_left_by_a_press_on_pay() {
    for status in [Standing::Succeeded, Standing::Failed, Standing::Canceled] {
        let mut play = Play::showing_a_code();
        play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(status, None));
        assert_eq!((play.does(Gesture::Pay).phase(), play.sent()), ("ended", vec![]), "{status:?}");
    }
}

#[test]
fn how_long_a_code_lives_in_all_is_the_same_after_a_reload_and_new_with_a_new_code() {
    let told = |now: i64, code: Action| {
        Answer::Payment(Box::new(Payment { now: Some(now), ..payment(Standing::Pending, Some(code)) }))
    };
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true)).answers(Request::Create, told(1_000_000, code()));
    assert_eq!(play.attempt().lifetime(), Some(600));
    let kept = |play: &Play| play.effects.iter().any(|effect| matches!(effect, Effect::Keep(_)));
    assert!(kept(&play), "what a reload must know is kept");
    play.happens(What::ActionDecided(false)).after(2_800).happens(What::TimeCame);
    play.answers(Request::Ask, told(1_000_003, code()));
    assert_eq!((play.attempt().lifetime(), kept(&play)), (Some(600), false));

    let begun = play.attempt().begun;
    let known = Attempt { begun, ..Attempt::new(id(5), method("wechatpay"), amount(12800), Origin::Kept, 0) };
    let mut play = Play::new();
    play.happens(What::Found(Box::new(known))).answers(Request::Ask, told(1_000_400, code()));
    assert_eq!(play.attempt().lifetime(), Some(600), "after a reload");

    let another =
        action(Step::Qr { payload: Some("weixin://wxpay/bizpayurl?pr=n".into()), image: None, fallback: None });
    play.happens(What::ActionDecided(false)).after(2_800).happens(What::TimeCame);
    play.answers(Request::Ask, told(1_000_500, another));
    assert_eq!((play.attempt().lifetime(), kept(&play)), (Some(100), true), "another code");
}

#[test]
fn a_second_press_begins_nothing() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let before = play.state.clone();
    play.does(Gesture::Pay);
    assert_eq!((play.state.clone(), play.effects.clone()), (before, vec![]));
}

#[test]
fn the_host_page_may_stop_the_sending() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(false));
    assert_eq!((play.phase(), play.sent()), ("choosing", vec![]));
    assert!(play.state.phase.attempt().is_none(), "nothing was sent, so nothing is pending");
}

#[test]
fn pay_called_by_the_host_announces_no_submission() {
    let mut play = Play::new();
    play.happens(What::HostPaid(id(9)));
    assert_eq!(play.sent(), [Request::Create]);
    assert!(!play.announced().contains(&"moongate-submit"));
}

#[test]
fn a_lost_creation_is_sent_again_with_its_key_and_then_left_pending() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let key = play.attempt().id.clone();
    for _ in 0..patience::RESENDS {
        play.answers(Request::Create, Answer::Lost(NetworkFault::Unreachable));
        assert_eq!((play.phase(), play.sent()), ("sending", vec![]));
        assert_eq!(play.after(5_001).happens(What::TimeCame).sent(), [Request::Create]);
    }
    play.answers(Request::Create, Answer::Lost(NetworkFault::Unreachable));
    assert_eq!(play.phase(), "choosing");
    assert_eq!(play.state.phase.fault().unwrap().code(), "unreachable");
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    assert_eq!(play.attempt().id, key, "the same try keeps its key");
}

#[test]
fn another_method_after_a_lost_creation_closes_the_key_first() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let key = play.attempt().id.clone();
    play.answers(Request::Create, server_fault(ServerCode::MalformedAnswer));
    play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay);
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
    play.answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!(play.phase(), "sending");
    assert_ne!(play.attempt().id, key);
    assert_eq!(play.attempt().method, method("alipay"));
}

#[test]
fn a_reload_takes_the_attempt_up_and_shows_the_code_again() {
    let known = Attempt::new(id(5), method("alipay"), amount(12800), Origin::Kept, 0);
    let mut play = Play::new();
    play.happens(What::Found(Box::new(known)));
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]));
    play.answers(Request::Ask, answer(Standing::Pending, Some(code())));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
    assert_eq!(play.state.chosen, Some(method("alipay")));
}

#[test]
fn not_found_proves_nothing_so_the_key_stays_pending() {
    let known = Attempt::new(id(5), method("wechatpay"), amount(12800), Origin::Kept, 0);
    let mut play = Play::new();
    play.happens(What::Found(Box::new(known))).answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!(play.phase(), "choosing");
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    assert_eq!(play.attempt().id, id(5));
}

#[test]
fn somebody_elses_link_is_dropped_in_silence() {
    for code in [ServerCode::NotFound, ServerCode::AnotherOrder, ServerCode::NotAllowed] {
        let linked = Attempt::new(id(5), method("wechatpay"), amount(12800), Origin::Link, 0);
        let mut play = Play::new();
        play.happens(What::Found(Box::new(linked))).answers(Request::Ask, server_fault(code));
        assert_eq!((play.phase(), play.state.phase.fault()), ("choosing", None));
        assert!(play.state.phase.attempt().is_none());
    }
}

#[test]
fn signing_in_sends_the_same_creation_again_once() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    assert!(play.effects.iter().any(|effect| matches!(effect, Effect::SignIn(..))));
    let back = Attempt::new(id(1), method("wechatpay"), amount(12800), Origin::SignIn, 0);
    let mut play = Play::new();
    play.happens(What::Found(Box::new(back))).answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!((play.phase(), play.sent()), ("sending", vec![Request::Create]));
    assert_eq!(play.attempt().id, id(1));
    // Its session does not stick: nobody is sent to sign in without end.
    play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    let told =
        Fault::Server(ServerFault { code: ServerCode::NotAllowed, about: "sign_in again after signing in".into() });
    assert!(matches!(&play.state.phase, Phase::Choosing { fault: Some(fault), .. } if *fault == told));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::SignIn(..))));
    // Where the answer to a creation was lost before, the key may live: a press uses it again, and may lead to signing in again.
    assert_eq!(play.attempt().id, id(1));
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    assert!(play.effects.iter().any(|effect| matches!(effect, Effect::SignIn(..))));
}

#[test]
fn a_code_that_runs_out_while_it_is_asked_about_is_over_and_still_waited_for() {
    let over = || {
        Answer::Payment(Box::new(Payment { action: Some(Err(Refusal::Expired)), ..payment(Standing::Pending, None) }))
    };
    let ends = |play: &mut Play| {
        assert!(matches!(play.state.phase, Phase::Acting { at: Acting::CodeOver, .. }), "{:?}", play.state.phase);
        assert!(play.timer.is_some(), "asked about still");
        play.answers(Request::Ask, answer(Standing::Succeeded, None));
        assert_eq!(play.phase(), "ended", "paid in the last second");
    };
    let mut shown = Play::showing_a_code();
    ends(shown.happens(What::Woke).answers(Request::Ask, over()));

    let mut reloaded = Play::new();
    let kept = Attempt::new(id(1), method("wechatpay"), amount(12800), Origin::Kept, 0);
    ends(reloaded.happens(What::Found(Box::new(kept))).answers(Request::Ask, over()));

    let mut again = Play::new();
    again.does(Gesture::Pay).happens(What::SubmitDecided(true));
    again.answers(Request::Create, over());
    assert_eq!(again.phase(), "choosing", "a creation whose code is over is the server's fault");
    again.does(Gesture::Pay).happens(What::SubmitDecided(true)).answers(Request::Create, over());
    ends(&mut again);
}

#[test]
fn another_order_never_gets_the_key_of_one_that_could_not_be_closed() {
    let lost = || Answer::Lost(NetworkFault::Unreachable);
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    for _ in 0..=3 {
        play.after(30_000).happens(What::TimeCame).answers(Request::Create, lost());
    }
    assert_eq!(play.phase(), "choosing");
    let first = play.attempt().id.clone();
    let next = Order { id: "SO-2002".into(), ..order() };
    play.happens(What::Updated(Box::new((next.clone(), offer()))));
    for _ in 0..=3 {
        play.after(30_000).happens(What::TimeCame).answers(Request::Cancel, lost());
    }
    assert_eq!((play.phase(), &play.state.order.id), ("unknown", &order().id), "asked about for its own order");
    // The server never heard of it: it is closed before the next order is there to be paid.
    play.answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
    assert_eq!(play.attempt().id, first);
    play.answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!((&play.state.phase, &play.state.order.id), (&Phase::Choosing { fault: None, pending: None }, &next.id));
}

#[test]
fn a_change_of_the_look_alone_takes_nothing_from_what_is_under_way() {
    let same = |rows| What::Updated(Box::new((order(), Rc::new(Offer { shown: rows, ..(*offer()).clone() }))));
    let mut sending = Play::new();
    sending.does(Gesture::Pay).happens(What::SubmitDecided(true)).happens(same(Vec::new()));
    assert_eq!((sending.phase(), sending.state.offer.shown.len()), ("sending", 0), "the offer is the new one");

    let mut closing = Play::showing_a_code();
    closing.does(Gesture::ChangeMethod).answers(Request::Cancel, answer(Standing::Canceled, None));
    closing
        .does(Gesture::Pay)
        .happens(What::SubmitDecided(true))
        .answers(Request::Create, server_fault(ServerCode::ServerError));
    for _ in 0..3 {
        closing.after(30_000).happens(What::TimeCame).answers(Request::Create, server_fault(ServerCode::ServerError));
    }
    closing.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay);
    assert_eq!(closing.phase(), "canceling");
    closing.happens(same(offer().shown.clone())).answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!(closing.phase(), "sending", "the press is kept");
}

#[test]
fn back_without_payment_has_three_ways_on() {
    let mut play = Play::back_from_the_wallet();
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]));
    play.answers(Request::Ask, answer(Standing::Pending, Some(page())));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::NotPaid, .. }));
    let not_paid = play.state.clone();

    play.does(Gesture::AskNow);
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]));

    play.state = not_paid.clone();
    play.does(Gesture::GoOn).happens(What::ActionDecided(false));
    assert!(play.effects.iter().any(|effect| matches!(effect, Effect::HandOff(_))), "the same action again");

    play.state = not_paid;
    play.does(Gesture::ChangeMethod);
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
}

fn at(play: &Play) -> Option<Acting> {
    if let Phase::Acting { at, .. } = play.state.phase { Some(at) } else { None }
}

fn hands_off(play: &Play) -> bool {
    play.effects.iter().any(|effect| matches!(effect, Effect::HandOff(_) | Effect::Open(_)))
}

#[test]
fn an_app_is_opened_by_the_shoppers_press_and_if_the_page_is_still_seen_ways_on_are_offered_and_not_taken() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(app()))).happens(What::ActionDecided(false));
    assert_eq!((at(&play), hands_off(&play)), (Some(Acting::AppLink), false), "only a press opens an app");
    play.after(4_000).does(Gesture::GoOn);
    assert_eq!((at(&play), hands_off(&play)), (Some(Acting::Leaving), false), "the link itself does");
    assert_eq!(play.announced(), Vec::<&str>::new(), "the same action is not announced again");
    play.after(1_499).happens(What::TimeCame);
    assert_eq!(at(&play), Some(Acting::Leaving));
    play.after(1).happens(What::TimeCame);
    assert_eq!((at(&play), hands_off(&play)), (Some(Acting::StillHere), false), "nothing is opened by itself");
    play.does(Gesture::GoOn);
    assert_eq!(at(&play), Some(Acting::Leaving), "open again");
    play.after(1_500).happens(What::TimeCame).does(Gesture::UseFallback);
    assert!(play.effects.contains(&Effect::Open("https://openapi.alipay.com/x".into())));
}

#[test]
fn an_app_that_took_over_is_asked_about_on_return_and_not_said_to_be_missing() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(app()))).happens(What::ActionDecided(false));
    play.does(Gesture::GoOn).after(300).happens(What::Hid);
    assert!(play.effects.contains(&Effect::Wake(None)), "nothing is timed out of sight: {:?}", play.effects);
    play.after(60_000).happens(What::Woke);
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]));
    play.answers(Request::Ask, answer(Standing::Pending, None));
    assert_eq!(at(&play), Some(Acting::NotPaid));
}

#[test]
fn in_a_frame_of_another_origin_the_page_is_left_by_a_press_on_a_link_and_by_nothing_else() {
    let mut play = Play::new();
    let mut offer = (*offer()).clone();
    offer.environment.framed = true;
    play.state.offer = Rc::new(offer);
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(page()))).happens(What::ActionDecided(false));
    assert_eq!((at(&play), hands_off(&play)), (Some(Acting::AppLink), false));
    play.after(60_000).happens(What::Woke);
    assert_eq!(at(&play), Some(Acting::AppLink), "the link stays under the finger");
    play.does(Gesture::GoOn);
    assert_eq!((at(&play), hands_off(&play)), (Some(Acting::Leaving), false), "one navigation: the link's");
}

fn in_the_app() -> Play {
    let mut play = Play::new();
    let call = action(Step::InApp { bridge: moongate::action::Bridge::WechatJsapi, params: vec![] });
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(call))).happens(What::ActionDecided(false));
    play
}

#[test]
fn a_bridge_that_never_answers_leaves_the_ways_on() {
    let mut play = in_the_app();
    assert!(hands_off(&play));
    play.after(30_000).does(Gesture::AskNow);
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]));
    play.answers(Request::Ask, answer(Standing::Pending, None));
    assert_eq!(at(&play), Some(Acting::NotPaid));
    play.does(Gesture::GoOn).happens(What::ActionDecided(false));
    assert!(hands_off(&play), "the same call again");
}

#[test]
fn a_bridge_that_says_paid_late_still_keeps_the_shopper_from_paying_again() {
    let mut play = in_the_app();
    play.does(Gesture::AskNow).answers(Request::Ask, answer(Standing::Pending, None));
    play.happens(What::BridgeSaid(BridgeWord::NotPaid));
    assert_eq!(at(&play), Some(Acting::NotPaid), "that it is not paid is known");
    play.happens(What::BridgeSaid(BridgeWord::Paid));
    assert!(matches!(play.state.phase, Phase::Confirming { why: Confirming::Said, .. }));
    let before = play.state.clone();
    play.happens(What::BridgeSaid(BridgeWord::NotPaid));
    assert_eq!(play.state, before, "a second answer changes nothing");
}

#[test]
fn events_say_in_or_out_of_a_rollout_and_never_the_bucket() {
    let raw = r#"{"endpoint":"/checkout","order":"SO-1001","amount":12800,"currency":"CNY",
        "methods":[{"id":"wechatpay","rollout":0.9999},{"id":"alipay","rollout":0},"hebao"]}"#;
    let (options, faults) = Options::from_file(&Json::read(raw).unwrap());
    assert_eq!(faults, []);
    let offer = Rc::new(Offer::make(&options.unwrap(), offer().environment.clone(), "shopper-1"));
    let mut play = Play { state: State::new(order(), offer, Some(method("wechatpay")), false), ..Play::new() };
    play.does(Gesture::Pay);
    let told = |effect: &Effect| if let Effect::Announce(said) = effect { Some(said.clone()) } else { None };
    let status = play.effects.iter().filter_map(told).find(|said| said.name == "moongate-status").expect("a status");
    let bucket = moongate::checkout::offer::bucket(&method("wechatpay"), "shopper-1").to_string();
    let text = status.detail.to_string();
    assert!(text.contains(r#""in":["wechatpay"],"out":["alipay"]"#) && !text.contains(&bucket), "{text}");
    for word in ["rollout", "shopper", "bucket"] {
        assert!(!text.contains(word), "{text}");
    }
}

#[test]
fn a_code_that_the_shop_gives_only_later_is_shown_then() {
    let mut play = Play::new();
    let found = Attempt::new(id(7), method("wechatpay"), amount(12800), Origin::Kept, 0);
    play.happens(What::Found(Box::new(found))).answers(Request::Ask, answer(Standing::Pending, None));
    assert_eq!(at(&play), Some(Acting::NotPaid));
    play.does(Gesture::AskNow).answers(Request::Ask, answer(Standing::Pending, None)).happens(What::Woke);
    play.answers(Request::Ask, answer(Standing::Pending, Some(code())));
    assert_eq!(at(&play), Some(Acting::Code));
}

#[test]
fn the_shoppers_answer_about_a_method_is_told_once() {
    let mut play = Play::showing_a_code();
    assert!(play.does(Gesture::Feedback(Feedback::Bad)).effects.is_empty(), "not before the end");
    play.does(Gesture::AskNow).answers(Request::Ask, answer(Standing::Succeeded, None));
    play.does(Gesture::Feedback(Feedback::Bad));
    let told: Vec<_> = play.effects.iter().collect();
    let [Effect::Announce(said)] = told[..] else { panic!("{told:?}") };
    let detail = r#"{"method":"wechatpay","answer":"bad"}"#;
    assert_eq!((said.name, said.cancelable, said.detail.to_string().as_str()), ("moongate-feedback", false, detail));
    assert!(play.does(Gesture::Feedback(Feedback::Good)).effects.is_empty(), "nor twice");
    assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
}

#[test]
fn an_attempt_that_can_not_be_closed_allows_no_other() {
    let mut play = Play::showing_a_code();
    play.does(Gesture::ChangeMethod).answers(Request::Cancel, answer(Standing::Pending, None));
    assert!(matches!(play.state.phase, Phase::Confirming { why: Confirming::Processing, .. }));
    play.does(Gesture::Pay);
    assert_eq!(play.sent(), []);
}

#[test]
fn canceling_what_was_paid_meanwhile_ends_as_paid() {
    let mut play = Play::showing_a_code();
    play.does(Gesture::ChangeMethod).answers(Request::Cancel, answer(Standing::Succeeded, None));
    assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
}

#[test]
fn a_timer_ends_nothing_but_leads_to_a_last_check_and_a_new_code() {
    let mut play = Play::showing_a_code();
    play.after(600_001).happens(What::TimeCame);
    assert!(matches!(play.state.phase, Phase::Confirming { why: Confirming::LastCheck, .. }));
    assert_eq!(play.sent(), [Request::Ask]);
    play.answers(Request::Ask, answer(Standing::Pending, None));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::CodeOver, .. }));
    assert_eq!(play.does(Gesture::NewCode).sent(), [Request::Refresh]);
    play.answers(Request::Refresh, answer(Standing::Pending, Some(code())));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
    assert_eq!(play.attempt().id, id(1), "a new code is the same attempt");
}

#[test]
fn a_server_that_can_not_refresh_closes_first_and_then_makes_another_attempt() {
    let mut play = Play::showing_a_code();
    play.after(600_001).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, None));
    play.does(Gesture::NewCode).answers(Request::Refresh, Answer::Unsupported);
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
    play.answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!(play.phase(), "sending");
    assert_ne!(play.attempt().id, id(1));
}

#[test]
fn a_late_success_wins_over_any_other_outcome() {
    for status in [Standing::Expired, Standing::Canceled, Standing::Failed] {
        let mut play = Play::showing_a_code();
        play.happens(What::Woke).answers(Request::Ask, answer(status, None));
        assert_eq!(play.phase(), "ended");
        play.after(60_000).happens(What::Woke);
        assert_eq!(play.sent(), [Request::Ask], "whoever comes back is asked for");
        play.answers(Request::Ask, answer(Standing::Succeeded, None));
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
        let complete = play.effects.iter().find_map(|effect| match effect {
            Effect::Announce(said) if said.name == "moongate-complete" => said.detail.get("late").cloned(),
            _ => None,
        });
        assert_eq!(complete, Some(Json::Bool(true)));
    }
}

#[test]
fn success_is_for_ever() {
    let mut play = Play::showing_a_code();
    play.happens(What::Woke).answers(Request::Ask, answer(Standing::Succeeded, None));
    let paid = play.state.clone();
    for what in [
        What::Shopper(Gesture::TryAgain, id(8)),
        What::Shopper(Gesture::Pay, id(8)),
        What::Answered(Request::Ask, id(1), answer(Standing::Failed, None)),
        What::TimeCame,
        What::Woke,
    ] {
        assert_eq!(play.happens(what).state, paid);
    }
}

#[test]
fn the_wallets_word_is_only_a_hint() {
    let bridge = moongate::action::Bridge::WechatJsapi;
    let call = action(Step::InApp { bridge, params: vec![] });
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(call.clone()))).happens(What::ActionDecided(false));
    play.happens(What::BridgeSaid(BridgeWord::Paid));
    assert!(matches!(play.state.phase, Phase::Confirming { why: Confirming::Said, .. }));
    play.answers(Request::Ask, answer(Standing::Pending, Some(call)));
    assert!(
        matches!(play.state.phase, Phase::Confirming { why: Confirming::Said, .. }),
        "paid, says the wallet: no other way"
    );
    play.after(patience::CALL_AFTER + 1).happens(What::TimeCame);
    assert!(matches!(play.state.phase, Phase::Unknown { call: true, .. }));
}

#[test]
fn no_usable_answer_is_unknown_and_is_resumed() {
    let mut play = Play::back_from_the_wallet();
    for _ in 0..patience::MISSES {
        play.answers(Request::Ask, Answer::Lost(NetworkFault::Timeout));
        play.after(40_000).happens(What::TimeCame);
    }
    assert_eq!(play.phase(), "unknown");
    play.answers(Request::Ask, answer(Standing::Succeeded, None));
    assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
}

#[test]
fn a_transient_error_never_ends_a_wait_for_a_code() {
    let mut play = Play::showing_a_code();
    for _ in 0..20 {
        play.after(15_000).happens(What::TimeCame).answers(Request::Ask, server_fault(ServerCode::ServerError));
        assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
    }
}

#[test]
fn a_hidden_page_asks_nobody_and_asks_at_once_when_seen() {
    let mut play = Play::showing_a_code();
    play.happens(What::Hid);
    assert!(play.effects.contains(&Effect::Wake(None)));
    play.after(60_000).happens(What::Woke);
    assert_eq!(play.sent(), [Request::Ask]);
}

/// Whether each thing that was announced says that it is a test, by its name.
fn marks(play: &Play) -> Vec<(&'static str, bool)> {
    let marked = |said: &Announcement| said.detail.get("test").and_then(Json::flag) == Some(true);
    let told = |effect: &Effect| match effect {
        Effect::Announce(said) => Some((said.name, marked(said))),
        _ => None,
    };
    play.effects.iter().filter_map(told).collect()
}

/// All that is announced from the press to the end, of an order or a payment that is a test or is not.
fn announced_with_marks(order: bool, payment_is: bool) -> Vec<(&'static str, bool)> {
    let mut play = Play::new();
    play.state.order.test = order;
    let told = |standing, action: Option<Action>| {
        Answer::Payment(Box::new(Payment { test: payment_is, ..payment(standing, action) }))
    };
    let mut all = marks(play.does(Gesture::Choose(method("alipay"))));
    all.extend(marks(play.does(Gesture::Pay)));
    all.extend(marks(play.happens(What::SubmitDecided(true))));
    all.extend(marks(play.answers(Request::Create, told(Standing::Pending, Some(code())))));
    all.extend(marks(play.after(2_800).happens(What::TimeCame).answers(Request::Ask, told(Standing::Succeeded, None))));
    all.extend(marks(play.does(Gesture::Feedback(Feedback::Good))));
    all
}

#[test]
fn all_that_a_test_announces_says_so_and_nothing_else_does() {
    let names = |all: &[(&'static str, bool)]| all.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let live = announced_with_marks(false, false);
    assert!(live.iter().all(|(_, marked)| !marked), "{live:?}");
    let tested = announced_with_marks(true, false);
    assert!(tested.iter().all(|(_, marked)| *marked), "{tested:?}");
    for name in ["moongate-select", "moongate-submit", "moongate-action", "moongate-complete", "moongate-feedback"] {
        assert!(names(&live).contains(&name) && names(&tested).contains(&name), "{name}");
    }
    // The server says so of the payment: from then on.
    let server: Vec<_> = announced_with_marks(false, true).into_iter().filter(|(_, marked)| *marked).collect();
    assert_eq!(names(&server), ["moongate-status", "moongate-status", "moongate-complete", "moongate-feedback"]);
}

#[test]
fn requests_name_a_payment_by_the_servers_id_once_it_has_told_one() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    assert_eq!(play.attempt().key(), play.attempt().id.as_str());
    play.answers(Request::Create, answer(Standing::Pending, Some(code())));
    assert_eq!(play.attempt().key(), "pay_1");
}

#[test]
fn two_attempts_ask_at_different_times() {
    let due = |number: u8| {
        let mut play = Play::new();
        play.happens(What::HostPaid(id(number))).answers(Request::Create, answer(Standing::Pending, Some(code())));
        play.timer
    };
    assert_ne!(due(1), due(2));
}

#[test]
fn a_method_that_is_not_offered_can_not_be_picked() {
    let mut play = Play::new();
    play.does(Gesture::Choose(method("bitcoin")));
    assert_eq!((play.state.chosen.clone(), play.announced()), (Some(method("wechatpay")), vec![]));
    assert_eq!(play.does(Gesture::Choose(method("alipay"))).announced(), ["moongate-select"]);
}

#[test]
fn another_offer_leaves_a_key_that_may_be_alive_alone_and_another_order_closes_it_first() {
    let pending = || {
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, server_fault(ServerCode::MalformedAnswer));
        assert_eq!((play.phase(), play.state.phase.attempt().is_some()), ("choosing", true));
        play
    };
    let mut play = pending();
    play.happens(What::Updated(Box::new((order(), offer()))));
    assert_eq!((play.phase(), play.sent(), play.state.phase.attempt().is_some()), ("choosing", vec![], true));
    let mut play = pending();
    play.happens(What::Updated(Box::new((Order { amount: amount(9900), ..order() }, offer()))));
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
}

#[test]
fn another_order_takes_the_place_of_a_press_that_was_not_sent_and_another_offer_does_not() {
    let held = || {
        let mut play = Play::new();
        play.does(Gesture::Pay);
        play
    };
    let mut play = held();
    play.happens(What::Updated(Box::new((order(), offer()))));
    assert_eq!((play.phase(), play.sent()), ("sending", vec![]));
    let mut play = held();
    play.happens(What::Updated(Box::new((Order { amount: amount(9900), ..order() }, offer()))));
    assert_eq!((play.phase(), play.sent(), play.state.order.amount), ("choosing", vec![], amount(9900)));
    let mut play = held();
    play.happens(What::SubmitDecided(true)).happens(What::Updated(Box::new((order(), offer()))));
    assert_eq!((play.phase(), play.sent()), ("sending", vec![]));
}

#[test]
fn a_server_that_asks_for_time_gets_it_between_one_second_and_thirty() {
    for (asked, given) in [(0, 1_000), (7, 7_000), (3_600, 30_000)] {
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true)).after(500);
        play.answers(Request::Create, Answer::Busy(asked));
        assert_eq!((play.phase(), play.timer), ("sending", Some(500 + given)), "{asked}");
        play.now = 500 + given - 1;
        assert_eq!(play.happens(What::TimeCame).sent(), []);
        play.now = 500 + given;
        assert_eq!(play.happens(What::TimeCame).sent(), [Request::Create]);

        let mut play = Play::showing_a_code();
        play.does(Gesture::ChangeMethod).after(500).answers(Request::Cancel, Answer::Busy(asked));
        assert_eq!((play.phase(), play.timer), ("canceling", Some(500 + given)), "{asked}");
        play.now = 500 + given - 1;
        assert_eq!(play.happens(What::TimeCame).sent(), []);
        play.now = 500 + given;
        assert_eq!(play.happens(What::TimeCame).sent(), [Request::Cancel]);
    }
}

/// A cancelation that is under way gets no answer, as often as it is sent; gives when it was sent again.
fn never_closed(play: &mut Play) -> Vec<Millis> {
    let mut pauses = Vec::new();
    for _ in 0..3 {
        assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
        let lost = play.now;
        play.answers(Request::Cancel, Answer::Lost(NetworkFault::Timeout));
        if play.phase() == "canceling" {
            play.now = play.timer.expect("it is sent again");
            pauses.push(play.now - lost);
            play.happens(What::TimeCame);
        }
    }
    pauses
}

#[test]
fn a_cancelation_without_an_answer_is_sent_again_twice_and_then_nobody_knows() {
    let mut play = Play::showing_a_code();
    play.after(9_000).does(Gesture::ChangeMethod);
    assert_eq!(never_closed(&mut play), [1_000, 3_000]);
    assert!(matches!(play.state.phase, Phase::Unknown { call: false, .. }), "{:?}", play.state.phase);
}

#[test]
fn what_was_never_shown_and_can_not_be_closed_lets_the_shopper_pick_again_and_keeps_its_key() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let key = play.attempt().id.clone();
    play.answers(Request::Create, server_fault(ServerCode::MalformedAnswer));
    play.does(Gesture::Choose(method("alipay"))).after(9_000).does(Gesture::Pay);
    assert_eq!(never_closed(&mut play), [1_000, 3_000]);
    assert_eq!((play.phase(), &play.attempt().id), ("choosing", &key));
    assert_eq!(play.state.phase.fault().map(Fault::code), Some("timeout"));
}

#[test]
fn what_the_provider_refused_as_perhaps_paid_is_asked_about_for_as_long_as_it_takes_and_no_other_way_is_offered() {
    let unclear = || action(Step::Nothing { status: Standing::Pending, code: Some("ORDERPAID".to_owned()) });
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(unclear())));
    for again in [Some(unclear()), None] {
        play.now = play.timer.expect("it is asked");
        assert_eq!(play.happens(What::TimeCame).sent(), [Request::Ask]);
        play.answers(Request::Ask, answer(Standing::Pending, again));
        assert!(matches!(play.state.phase, Phase::Confirming { .. }), "{:?}", play.state.phase);
        for gesture in [Gesture::ChangeMethod, Gesture::TryAgain, Gesture::Pay, Gesture::GoOn] {
            assert_eq!(play.does(gesture.clone()).sent(), [], "{gesture:?}");
        }
    }
}

#[test]
fn what_stays_unclear_for_ten_minutes_is_for_the_shop_until_there_is_news_and_is_asked_about_meanwhile() {
    let unclear = |code: &str| action(Step::Nothing { status: Standing::Pending, code: Some(code.to_owned()) });
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(unclear("ORDERPAID"))));
    let (begun, mut asked) = (play.now, 0);
    while play.now < begun + 1_200_000 {
        play.now = play.timer.expect("it is asked");
        let asks = play.happens(What::TimeCame).sent() == [Request::Ask];
        if asks {
            let again = [Some(unclear("ORDERPAID")), Some(unclear("SYSTEMERROR")), None][asked % 3].clone();
            play.answers(Request::Ask, answer(Standing::Pending, again));
            asked += 1;
        }
        let call = matches!(play.state.phase, Phase::Unknown { call: true, .. });
        assert_eq!(call, play.now >= begun + 600_000, "after {} s: {:?}", (play.now - begun) / 1000, play.state.phase);
        assert!(
            !call || play.now == begun + 600_000 || play.announced().is_empty(),
            "and the page is told of no change"
        );
    }
    assert!(asked > 60, "asked {asked} times");
    for (news, phase) in [
        (answer(Standing::Processing, None), "confirming"),
        (answer(Standing::Succeeded, None), "ended"),
        (answer(Standing::Pending, Some(code())), "acting"),
        (answer(Standing::Pending, Some(page())), "acting"),
    ] {
        let state = play.state.clone();
        let mut told = Play { state, effects: vec![], ..play };
        told.now = told.timer.expect("it is asked");
        assert_eq!(told.happens(What::TimeCame).sent(), [Request::Ask]);
        assert_eq!(told.answers(Request::Ask, news).phase(), phase);
    }
}

#[test]
fn a_code_is_checked_at_its_end_to_the_millisecond_also_while_a_stream_talks() {
    let mut play = with_a_stream();
    let (attempt, end) = (play.attempt().id.clone(), play.attempt().deadline.expect("it has one"));
    play.now = end - 5_000;
    play.happens(What::Heard(attempt, None));
    assert_eq!(play.timer, Some(end));
    play.now = end;
    assert_eq!((play.happens(What::TimeCame).phase(), play.sent()), ("confirming", vec![Request::Ask]));
}

#[test]
fn another_offer_for_the_same_order_changes_nothing_of_what_is_waited_for() {
    let mut play = Play::showing_a_code();
    let next = Offer { left_out: vec![], shown: vec![], ..(*offer()).clone() };
    play.happens(What::Updated(Box::new((order(), Rc::new(next)))));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
    assert!(play.state.offer.shown.is_empty(), "but it is taken");
}

#[test]
fn a_shopper_who_says_i_have_paid_beside_a_code_keeps_the_code_and_has_it_asked_about() {
    let mut play = Play::showing_a_code();
    play.after(500).does(Gesture::AskNow);
    assert_eq!(play.sent(), [Request::Ask]);
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
}

#[test]
fn no_other_way_is_taken_while_the_page_is_being_left_or_an_app_is_open() {
    let mut leaving = Play::new();
    leaving.does(Gesture::Pay).happens(What::SubmitDecided(true));
    leaving.answers(Request::Create, answer(Standing::Pending, Some(page()))).happens(What::ActionDecided(false));
    assert!(matches!(leaving.state.phase, Phase::Acting { at: Acting::Leaving, .. }));
    for gesture in [Gesture::ChangeMethod, Gesture::UseFallback] {
        assert_eq!((leaving.does(gesture.clone()).phase(), leaving.sent()), ("acting", vec![]), "{gesture:?}");
    }
}

#[test]
fn a_server_that_asks_a_waiting_page_for_time_gets_it() {
    let mut play = Play::showing_a_code();
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, Answer::Busy(20));
    assert_eq!(play.timer, Some(22_800));
    assert_eq!(play.after(10_000).does(Gesture::AskNow).sent(), []);
    assert_eq!(play.after(10_000).does(Gesture::AskNow).sent(), [Request::Ask]);
}

#[test]
fn another_code_from_the_server_is_announced_and_the_same_one_is_not() {
    let mut play = Play::showing_a_code();
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, Some(code())));
    assert!(!play.announced().contains(&"moongate-action"));
    let other = Step::Qr { payload: Some("weixin://wxpay/bizpayurl?pr=other".into()), image: None, fallback: None };
    play.after(3_000).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, Some(action(other))));
    assert!(play.announced().contains(&"moongate-action"));
}

#[test]
fn an_answer_about_another_attempt_is_nobodys_success() {
    let mut play = Play::showing_a_code();
    play.does(Gesture::ChangeMethod);
    play.happens(What::Answered(Request::Ask, id(200), answer(Standing::Succeeded, None)));
    assert_eq!(play.phase(), "canceling");
    let attempt = play.attempt().id.clone();
    play.happens(What::Heard(attempt, Some(Box::new(payment(Standing::Pending, Some(code()))))));
    assert_eq!(play.phase(), "canceling", "and pending is none");
}

#[test]
fn after_a_reload_an_old_code_is_not_shown_again() {
    let mut play = Play::new();
    let kept = Attempt::new(id(9), method("wechatpay"), amount(12800), Origin::Kept, 0);
    play.happens(What::Found(Box::new(kept)));
    let late = Payment { now: Some(1_000_700), ..payment(Standing::Pending, Some(code())) };
    play.answers(Request::Ask, Answer::Payment(Box::new(late)));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::CodeOver, .. }), "{:?}", play.state.phase);
}

#[test]
fn the_page_may_stop_a_submission_and_take_an_action_on_and_nothing_else() {
    let mut play = Play::new();
    let mut all = vec![];
    let mut note = |play: &Play| {
        all.extend(play.effects.iter().filter_map(|effect| match effect {
            Effect::Announce(said) => Some((said.name, said.cancelable)),
            _ => None,
        }));
    };
    note(play.does(Gesture::Pay));
    note(play.happens(What::SubmitDecided(true)));
    note(play.answers(Request::Create, answer(Standing::Pending, Some(code()))));
    note(play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Succeeded, None)));
    for (name, may) in all {
        assert_eq!(may, ["moongate-submit", "moongate-action"].contains(&name), "{name}");
    }
}

#[test]
fn what_has_ended_is_not_paid_by_another_attempts_success_nor_changed_by_less_than_a_success() {
    for outcome in [Standing::Failed, Standing::Canceled, Standing::Expired] {
        let mut play = Play::showing_a_code();
        play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(outcome, None));
        let (ended, own) = (play.state.phase.clone(), play.attempt().id.clone());
        let paid = || Box::new(payment(Standing::Succeeded, None));
        play.happens(What::Answered(Request::Ask, id(200), Answer::Payment(paid())));
        play.happens(What::Heard(id(200), Some(paid())));
        play.happens(What::Heard(own.clone(), Some(Box::new(payment(Standing::Pending, Some(code()))))));
        assert_eq!(play.state.phase, ended);
        play.happens(What::Answered(Request::Ask, own, answer(Standing::Pending, Some(code()))));
        assert_eq!(play.phase(), "ended");
    }
}

#[test]
fn less_than_a_success_of_an_older_question_changes_nothing_while_something_else_is_asked() {
    let mut play = Play::showing_a_code();
    play.does(Gesture::ChangeMethod).answers(Request::Ask, answer(Standing::Pending, Some(code())));
    assert_eq!(play.phase(), "canceling");
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.happens(What::Answered(Request::Ask, id(200), answer(Standing::Succeeded, None)));
    assert_eq!(play.phase(), "sending", "and another attempt's success is not this one's");
}

#[test]
fn a_stream_that_talks_is_not_doubled_by_asking_after_it_told_of_another_code_or_of_work() {
    let other = Step::Qr { payload: Some("weixin://wxpay/bizpayurl?pr=other".into()), image: None, fallback: None };
    for told in [payment(Standing::Processing, None), payment(Standing::Pending, Some(action(other)))] {
        let mut play = with_a_stream();
        let attempt = play.attempt().id.clone();
        let events = Some("https://shop.example/events".to_owned());
        play.after(500).happens(What::Heard(attempt.clone(), None));
        play.happens(What::Heard(attempt, Some(Box::new(Payment { events, ..told }))));
        let due = play.timer.expect("its silence is watched");
        assert!(due - play.now > 30_000, "asked again after {} ms", due - play.now);
    }
}

#[test]
fn large_print_is_on_after_one_press_and_off_after_two() {
    let mut play = Play::new();
    assert!(play.does(Gesture::ToggleLarge).state.large);
    assert!(!play.does(Gesture::ToggleLarge).state.large);
}

/// As far as a code of which the server also tells by a stream.
fn with_a_stream() -> Play {
    let events = Some("https://shop.example/events".to_owned());
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let payment = Payment { events, ..payment(Standing::Pending, Some(code())) };
    play.answers(Request::Create, Answer::Payment(Box::new(payment)));
    assert!(play.listens() == Some(true), "the stream is opened with the code");
    play.happens(What::ActionDecided(false));
    play
}

#[test]
fn a_stream_is_left_while_the_page_is_hidden_and_for_as_long_as_it_fails() {
    let mut play = with_a_stream();
    assert_eq!(play.happens(What::Hid).listens(), Some(false), "hidden");
    assert_eq!(play.happens(What::Woke).listens(), Some(true), "seen again");
    let attempt = play.attempt().id.clone();
    assert_eq!(play.happens(What::StreamLost(attempt)).listens(), Some(false), "lost");
    assert_eq!(play.happens(What::Hid).listens(), None, "still none");
    assert_eq!(play.happens(What::Woke).listens(), Some(true), "tried again when the shopper looks");
}

/// How often the server is asked while a code is on screen for five minutes and nobody pays; with or without what its stream
/// says: how it stands, at once, and then a ping each 15 seconds.
fn asked_in_five_minutes(mut play: Play, pings: bool) -> usize {
    let (mut asks, mut ping) = (0, 15_000);
    if pings {
        let attempt = play.attempt().id.clone();
        play.after(80).happens(What::Heard(attempt, Some(Box::new(payment(Standing::Pending, Some(code()))))));
    }
    while play.now < 300_000 {
        let due = play.timer.unwrap_or(Millis::MAX);
        if pings && ping < due {
            play.now = ping;
            ping += 15_000;
            let attempt = play.attempt().id.clone();
            play.happens(What::Heard(attempt, None));
        } else {
            play.now = due + 1;
            play.happens(What::TimeCame);
        }
        if play.sent().contains(&Request::Ask) {
            asks += 1;
            play.after(80).answers(Request::Ask, answer(Standing::Pending, Some(code())));
        }
    }
    asks
}

#[test]
fn five_minutes_of_a_code_take_at_most_forty_questions_or_with_a_stream_that_talks_three() {
    let (polling, push) =
        (asked_in_five_minutes(Play::showing_a_code(), false), asked_in_five_minutes(with_a_stream(), true));
    println!("polling {polling}, push {push}");
    assert!((20..=40).contains(&polling), "{polling}");
    assert!(push <= 3, "{push}");
}

#[test]
fn a_stream_that_falls_silent_is_noticed_and_made_up_for_by_asking() {
    let asks = asked_in_five_minutes(with_a_stream(), false);
    assert!((15..=40).contains(&asks), "{asks}");
}

#[test]
fn the_shopper_is_told_to_call_the_shop_after_ten_minutes_and_not_before() {
    let mut play = Play::back_from_the_wallet();
    play.answers(Request::Ask, answer(Standing::Processing, None));
    let (begun, until) = (play.now, |play: &Play| matches!(play.state.phase, Phase::Unknown { call: true, .. }));
    while play.now < begun + 599_000 {
        play.now = play.timer.expect("somebody asks").min(begun + 599_000);
        play.happens(What::TimeCame);
        assert!(!until(&play), "after {} s", (play.now - begun) / 1000);
        if play.sent().contains(&Request::Ask) {
            play.answers(Request::Ask, Answer::Lost(NetworkFault::Timeout));
        }
    }
    play.now = begun + 600_000;
    assert!(until(play.happens(What::TimeCame)));
}

#[test]
fn an_order_that_is_paid_elsewhere_is_taken_up() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let theirs =
        Payment { attempt: Some(id(77)), method: Some(method("alipay")), ..payment(Standing::Pending, Some(code())) };
    play.answers(Request::Create, Answer::Payment(Box::new(theirs)));
    assert_eq!((play.attempt().id.clone(), play.attempt().method.clone()), (id(77), method("alipay")));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Code, .. }));
}

#[test]
fn an_action_that_can_not_be_carried_out_is_the_servers_fault_and_its_key_stays_pending() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let refused = Some(Err(Refusal::UntrustedHost("evil.example".into())));
    play.answers(
        Request::Create,
        Answer::Payment(Box::new(Payment { action: refused, ..payment(Standing::Pending, None) })),
    );
    let fault = play.state.phase.fault().unwrap();
    assert_eq!((fault.kind(), fault.code()), ("server", "bad_action"));
    assert!(fault.to_string().contains("evil.example"));
    play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay);
    assert_eq!(play.phase(), "canceling");
}

#[test]
fn a_code_that_can_not_be_scanned_is_closed_before_a_page_is_opened_instead() {
    let mut play = Play::new();
    play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(code()))).happens(What::ActionDecided(false));
    play.does(Gesture::UseFallback);
    assert_eq!(play.phase(), "canceling");
    play.answers(Request::Cancel, answer(Standing::Canceled, None)).happens(What::SubmitDecided(true));
    assert!(play.attempt().by_page);
}

#[test]
fn another_sum_closes_a_live_attempt_first() {
    let next = Box::new((Order { amount: amount(9900), ..order() }, offer()));
    let mut play = Play::showing_a_code();
    play.happens(What::Updated(next.clone()));
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
    play.answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!((play.phase(), play.state.order.amount), ("choosing", amount(9900)));
}

#[test]
fn what_another_order_closed_is_forgotten_at_its_own_order() {
    let mut play = Play::showing_a_code();
    let next = (Order { id: "SO-1002".into(), ..order() }, offer());
    play.happens(What::Updated(Box::new(next))).answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!(play.state.order.id, "SO-1002");
    let forgotten = play.effects.iter().find_map(|effect| match effect {
        Effect::Forget(order, id) => Some((order.as_str(), id.clone())),
        _ => None,
    });
    assert_eq!(forgotten, Some(("SO-1001", id(1))));
}

#[test]
fn a_stream_that_says_processing_without_its_address_is_still_listened_to() {
    let mut play = with_a_stream();
    let attempt = play.attempt().id.clone();
    let said = payment(Standing::Processing, None);
    play.after(5_000).happens(What::Heard(attempt.clone(), Some(Box::new(said))));
    assert_eq!((play.phase(), play.listens()), ("confirming", None), "the stream is not closed");
    let paid = payment(Standing::Succeeded, None);
    play.after(1_000).happens(What::Heard(attempt, Some(Box::new(paid))));
    assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
}

#[test]
fn a_key_that_may_be_alive_is_asked_about_when_the_shopper_comes_back_to_picking() {
    let picking = || {
        let known = Attempt::new(id(5), method("wechatpay"), amount(12800), Origin::Kept, 0);
        let mut play = Play::new();
        play.happens(What::Found(Box::new(known))).answers(Request::Ask, server_fault(ServerCode::NotFound));
        assert_eq!(play.phase(), "choosing");
        play.after(4_000);
        play
    };
    for back in [What::Woke, What::Hinted] {
        let mut play = picking();
        assert_eq!(play.happens(back.clone()).sent(), [Request::Ask]);
        assert_eq!((play.happens(back.clone()).sent(), play.phase()), (vec![], "choosing"), "asked once");
        play.answers(Request::Ask, answer(Standing::Pending, None));
        assert_eq!((play.phase(), play.happens(back).sent()), ("choosing", vec![Request::Ask]), "and the next time");
        play.answers(Request::Ask, answer(Standing::Succeeded, None));
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. }));
    }
    let mut play = picking();
    play.happens(What::Woke).answers(Request::Ask, answer(Standing::Processing, None));
    assert_eq!(play.phase(), "confirming", "no other way is offered while it is worked on");
}

#[test]
fn what_is_being_worked_on_is_asked_about_ever_less_and_its_stream_is_not_opened_again_each_time() {
    let working = || answer(Standing::Processing, None);
    let mut play = with_a_stream();
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, working());
    let attempt = play.attempt().id.clone();
    assert_eq!(play.happens(What::StreamLost(attempt)).listens(), Some(false));
    let mut asks = [0; 4];
    while let Some(count) = asks.get_mut(usize::try_from(play.now / 300_000).unwrap()) {
        play.now = play.timer.unwrap() + 1;
        play.happens(What::TimeCame);
        if play.sent() == [Request::Ask] {
            *count += 1;
            play.after(80).answers(Request::Ask, working());
        }
        assert_eq!((play.phase(), play.listens()), ("confirming", None), "what is worked on is no silence");
    }
    assert!(asks.iter().all(|asks| (20..=40).contains(asks)), "{asks:?}");
}

#[test]
fn an_answer_that_is_older_than_the_news_of_work_does_not_undo_it() {
    let working = || Some(Box::new(payment(Standing::Processing, None)));
    let mut play = Play::showing_a_code();
    let attempt = play.attempt().id.clone();
    assert_eq!(play.after(2_800).happens(What::TimeCame).sent(), [Request::Ask]);
    play.happens(What::Heard(attempt.clone(), working())).answers(Request::Ask, still_unpaid());
    assert_eq!(play.phase(), "confirming", "the code is not shown again");
    for late in [Answer::Lost(NetworkFault::Timeout), Answer::Busy(1), Answer::Unsupported] {
        let mut play = at_a_code_that_is_over();
        assert_eq!(play.does(Gesture::NewCode).sent(), [Request::Refresh]);
        let attempt = play.attempt().id.clone();
        play.happens(What::Heard(attempt, working())).answers(Request::Refresh, late);
        assert_eq!((play.phase(), play.sent()), ("confirming", vec![]), "no other way is offered");
    }
}

#[test]
fn ten_minutes_out_of_sight_are_no_silence_of_the_shop() {
    let mut play = Play::back_from_the_wallet();
    assert_eq!(play.phase(), "confirming");
    play.happens(What::Hid).after(patience::CALL_AFTER + 60_000).happens(What::Woke);
    assert!(play.timer.is_some_and(|at| at >= play.now), "{:?} at {}", play.timer, play.now);
    play.after(3_000).happens(What::TimeCame);
    assert_eq!(play.phase(), "confirming", "asked first");
}

#[test]
fn what_the_host_page_holds_without_end_can_be_left() {
    let mut play = Play::new();
    play.does(Gesture::Pay).does(Gesture::ChangeMethod);
    assert_eq!((play.phase(), play.sent(), play.state.phase.attempt()), ("choosing", vec![], None));
    play.does(Gesture::Pay);
    assert_eq!(play.happens(What::SubmitDecided(true)).sent(), [Request::Create]);
    assert_eq!(play.does(Gesture::ChangeMethod).phase(), "sending", "what was sent is not left so");
}

#[test]
fn another_payment_that_is_taken_up_has_nothing_of_the_code_before_it() {
    let mut play = at_a_code_that_is_over();
    play.does(Gesture::NewCode);
    let other = Payment { id: Some("pay_2".into()), attempt: Some(id(9)), ..payment(Standing::Pending, None) };
    play.answers(Request::Refresh, Answer::Payment(Box::new(other)));
    assert_eq!((play.attempt().id.clone(), play.attempt().action(), play.attempt().begun), (id(9), None, None));
    assert_eq!(play.phase(), "confirming", "no code of another payment is shown for it");
}

#[test]
fn no_action_is_taken_over_from_another_payment_wherever_news_of_it_comes() {
    let told =
        |action| Payment { id: Some("pay_2".into()), attempt: Some(id(9)), ..payment(Standing::Pending, action) };
    let tell = |play: &mut Play, asked: bool, action: Option<Action>| {
        let (attempt, payment) = (play.attempt().id.clone(), told(action));
        if asked {
            play.after(5_000).happens(What::TimeCame);
            play.answers(Request::Ask, Answer::Payment(Box::new(Payment { attempt: None, ..payment })));
        } else {
            play.happens(What::Heard(attempt, Some(Box::new(payment))));
        }
    };
    let said = || {
        let mut play = in_the_app();
        play.happens(What::BridgeSaid(BridgeWord::Paid));
        play
    };
    let starts: [fn() -> Play; 5] =
        [Play::showing_a_code, Play::back_from_the_wallet, at_a_code_that_is_over, in_the_app, said];
    for (start, asked) in starts.iter().flat_map(|start| [(start, true), (start, false)]) {
        let mut play = start();
        tell(&mut play, asked, None);
        assert_eq!((play.attempt().key(), play.attempt().action(), play.attempt().begun), ("pay_2", None, None));
        assert_eq!(
            (at(&play), play.attempt().said),
            (Some(Acting::NotPaid), false),
            "it is not paid and may be gone on with"
        );
        assert!(!play.attempt().watch.asking && can_go_on(&play.state), "and it is asked about");
        let mut play = start();
        tell(&mut play, asked, Some(page()));
        assert_eq!(
            (at(&play), play.sent(), hands_off(&play)),
            (Some(Acting::NotPaid), vec![], false),
            "by a press only"
        );
        let mut play = start();
        tell(&mut play, asked, Some(code()));
        assert_eq!(
            (at(&play), play.announced().contains(&"moongate-action")),
            (Some(Acting::Code), true),
            "its own code"
        );
    }
}

#[test]
fn a_key_that_may_be_alive_takes_over_no_action_of_another_payment() {
    let mut play = at_a_code_that_is_over();
    play.does(Gesture::NewCode).answers(Request::Refresh, server_fault(ServerCode::PaymentInProgress));
    assert_eq!((play.phase(), play.attempt().action().is_some()), ("choosing", true));
    play.after(5_000).happens(What::Woke);
    let other = Payment { id: Some("pay_2".into()), ..payment(Standing::Pending, None) };
    play.answers(Request::Ask, Answer::Payment(Box::new(other)));
    assert_eq!((play.attempt().key(), play.attempt().action()), ("pay_2", None));
}

#[test]
fn what_comes_back_by_its_address_alone_has_the_method_and_the_sum_that_it_is_paid_by() {
    let raw = r#"{"endpoint":"/checkout","order":"SO-1001","amount":12800,"currency":"CNY",
        "methods":[{"id":"wechatpay","fee":{"fixed":100}},{"id":"alipay","fee":{"fixed":200}}]}"#;
    let (options, faults) = Options::from_file(&Json::read(raw).unwrap());
    assert_eq!(faults, []);
    let fees = Rc::new(Offer::make(&options.unwrap(), offer().environment.clone(), ""));
    for (paid_by, sum) in [("wechatpay", 12900), ("alipay", 13000)] {
        let mut play = Play::new();
        play.state.offer = fees.clone();
        let linked = Attempt::new(id(5), method("wechatpay"), amount(12800), Origin::Link, 0);
        let told = Payment { method: Some(method(paid_by)), ..payment(Standing::Pending, Some(code())) };
        play.happens(What::Found(Box::new(linked))).answers(Request::Ask, Answer::Payment(Box::new(told)));
        assert_eq!((play.attempt().method.as_str(), play.attempt().total), (paid_by, amount(sum)));
        let keeps = |effect: &Effect| matches!(effect, Effect::Keep(kept) if kept.total == amount(sum));
        assert!(play.effects.iter().any(keeps), "and is kept so");
    }
}

#[test]
fn the_host_page_may_take_the_action_on_itself() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(page()))).happens(What::ActionDecided(true));
    assert!(matches!(play.state.phase, Phase::Acting { at: Acting::Host, .. }));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HandOff(_))));
    play.happens(What::Hinted);
    assert_eq!(play.sent(), [Request::Ask]);
}

// What must hold whatever happens, in whatever order.

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        4 => Just(Standing::Pending),
        1 => Just(Standing::Processing),
        1 => Just(Standing::Succeeded),
        1 => Just(Standing::Failed),
        1 => Just(Standing::Canceled),
        1 => Just(Standing::Expired),
    ]
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let bad = Payment { action: Some(Err(Refusal::UnsafeUrl)), ..payment(Standing::Pending, None) };
    prop_oneof![
        4 => (standing(), prop_oneof![Just(None), Just(Some(code())), Just(Some(page())), Just(Some(app()))]).prop_map(|(s, a)| answer(s, a)),
        1 => Just(Answer::Payment(Box::new(bad))),
        1 => Just(Answer::Lost(NetworkFault::Unreachable)),
        1 => Just(Answer::Unsupported),
        1 => Just(Answer::Busy(3)),
        1 => Just(Answer::SignIn("https://shop.example/login".into())),
        1 => Just(server_fault(ServerCode::ServerError)),
        1 => Just(server_fault(ServerCode::NotFound)),
        1 => Just(server_fault(ServerCode::NotAllowed)),
        1 => Just(server_fault(ServerCode::KeyReused)),
        1 => Just(server_fault(ServerCode::AmountChanged)),
    ]
}

/// What a schedule does next; answers go to whatever was asked last.
#[derive(Clone, Debug)]
enum Move {
    Gesture(Gesture),
    Happens(What),
    Answer(Answer),
    Reload,
}

fn any_move() -> impl Strategy<Value = Move> {
    let gestures = prop_oneof![
        4 => Just(Gesture::Pay),
        1 => Just(Gesture::Choose(method("alipay"))),
        1 => Just(Gesture::Choose(method("wechatpay"))),
        1 => Just(Gesture::AskNow),
        1 => Just(Gesture::GoOn),
        1 => Just(Gesture::ChangeMethod),
        1 => Just(Gesture::NewCode),
        1 => Just(Gesture::UseFallback),
        1 => Just(Gesture::TryAgain),
        1 => Just(Gesture::Feedback(Feedback::Bad)),
    ];
    prop_oneof![
        4 => gestures.prop_map(Move::Gesture),
        8 => any_answer().prop_map(Move::Answer),
        2 => any::<bool>().prop_map(|pass| Move::Happens(What::SubmitDecided(pass))),
        2 => any::<bool>().prop_map(|taken| Move::Happens(What::ActionDecided(taken))),
        4 => Just(Move::Happens(What::TimeCame)),
        2 => Just(Move::Happens(What::Woke)),
        1 => Just(Move::Happens(What::Hid)),
        1 => Just(Move::Happens(What::Hinted)),
        1 => Just(Move::Happens(What::BridgeSaid(BridgeWord::Paid))),
        1 => Just(Move::Happens(What::BridgeSaid(BridgeWord::NotPaid))),
        1 => Just(Move::Happens(What::Updated(Box::new((Order { amount: amount(9900), ..order() }, offer()))))),
        1 => Just(Move::Reload),
    ]
}

/// A server as far as it matters here: which keys may be payable.
#[derive(Default)]
struct Ledger {
    alive: Vec<AttemptId>,
    asked: Option<(Request, AttemptId)>,
}

impl Ledger {
    fn hears(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Send(request, attempt) = effect {
                self.asked = Some((*request, attempt.id.clone()));
                if *request == Request::Create && !self.alive.contains(&attempt.id) {
                    self.alive.push(attempt.id.clone());
                }
            }
        }
    }

    /// The server's word ends a key: an outcome, or a refusal that made nothing.
    fn says(&mut self, request: Request, id: &AttemptId, answer: &Answer) {
        let over = match answer {
            Answer::Payment(payment) => !matches!(payment.status, Standing::Pending | Standing::Processing),
            // Contract 6: an attempt that this session may no longer ask about is dropped; the server's own rule of one
            // live payment for each order stands behind it.
            Answer::Fault(Fault::Server(fault)) if fault.code == ServerCode::NotAllowed => true,
            Answer::Fault(Fault::Server(fault)) => {
                fault.code == ServerCode::AmountChanged && request == Request::Create
            }
            _ => false,
        };
        if over {
            self.alive.retain(|alive| alive != id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn never_two_attempts_that_could_be_paid_and_no_dead_end(moves in prop::collection::vec((any_move(), 0u64..20_000), 1..60)) {
        let mut play = Play::new();
        let mut ledger = Ledger::default();
        for (step, wait) in moves {
            play.after(wait);
            let ended_paid = matches!(play.state.phase, Phase::Ended { outcome: Outcome::Succeeded, .. });
            match step {
                Move::Gesture(gesture) => { play.does(gesture); }
                Move::Happens(what) => { play.happens(what); }
                Move::Answer(answer) => {
                    let Some((request, id)) = ledger.asked.take() else { continue };
                    ledger.says(request, &id, &answer);
                    play.happens(What::Answered(request, id, answer));
                }
                Move::Reload => {
                    let kept = play.state.phase.attempt().filter(|a| a.sent && play.phase() != "ended").cloned();
                    let fresh = Play { ids: play.ids, now: play.now, ..Play::new() };
                    let order = play.state.order.clone();
                    play = fresh;
                    play.state.order = order;
                    ledger.asked = None;
                    if let Some(kept) = kept {
                        let found = Attempt::new(kept.id, kept.method, kept.total, Origin::Kept, play.now);
                        play.happens(What::Found(Box::new(found)));
                    }
                }
            }
            ledger.hears(&play.effects);
            prop_assert!(ledger.alive.len() <= 1, "two payable attempts: {:?} in {:?}", ledger.alive, play.state.phase);
            if ended_paid {
                prop_assert!(play.phase() == "ended" || play.phase() == "choosing", "something happened after it was paid");
            }
            prop_assert!(can_go_on(&play.state), "nobody will ever move {:?}", play.state.phase);
        }
    }

    #[test]
    fn a_recorded_schedule_replays_to_the_same_states(moves in prop::collection::vec(any_answer(), 1..30)) {
        let run = || {
            let mut play = Play::new();
            play.does(Gesture::Pay).happens(What::SubmitDecided(true));
            for answer in moves.clone() {
                if play.state.phase.attempt().is_some() { play.answers(Request::Create, answer.clone()); }
                if play.state.phase.attempt().is_some() { play.after(3_000).happens(What::TimeCame).answers(Request::Ask, answer); }
            }
            play.state
        };
        prop_assert_eq!(run(), run());
    }
}

/// Whether somebody can still move it: the shopper, a timer, or an answer on its way.
fn can_go_on(state: &State) -> bool {
    let watched = |attempt: &Attempt| attempt.watch.asking || state.hidden || attempt.watch.next_ask(0).is_some();
    match &state.phase {
        Phase::Choosing { .. } | Phase::Ended { .. } | Phase::Sending { held: true, .. } => true,
        Phase::Sending { .. } | Phase::Canceling { .. } => true,
        Phase::Acting { attempt, .. } | Phase::Confirming { attempt, .. } | Phase::Unknown { attempt, .. } => {
            watched(attempt)
        }
    }
}

#[test]
fn an_attempt_whose_method_is_not_offered_any_more_is_closed_if_the_sum_is_another() {
    for (total, sent, phase) in
        [(amount(12_800), Request::Ask, "confirming"), (amount(9_900), Request::Cancel, "canceling")]
    {
        let mut play = Play::new();
        let kept = Attempt::new(id(9), method("octopus"), total, Origin::Kept, 0);
        play.happens(What::Found(Box::new(kept)));
        assert_eq!((play.phase(), play.sent()), (phase, vec![sent]), "{total:?}");
    }
    // The same number of another currency is another sum.
    let hkd = Amount::new(12_800, Currency::parse("HKD").unwrap()).unwrap();
    let mut play = Play::new();
    play.happens(What::Found(Box::new(Attempt::new(id(9), method("wechatpay"), hkd, Origin::Kept, 0))));
    assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
}

/// The same order, whose WeChat Pay costs something now.
fn dearer() -> Box<(Order, Rc<Offer>)> {
    let mut offer = (*offer()).clone();
    let row = offer.shown.iter_mut().find(|row| row.method.id == method("wechatpay")).unwrap();
    row.total = amount(12_900);
    Box::new((order(), Rc::new(offer)))
}

#[test]
fn a_press_to_pay_anew_pays_what_was_seen_and_shows_any_other_sum_first() {
    let expired = || {
        let mut play = Play::showing_a_code();
        play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Expired, None));
        assert!(matches!(play.state.phase, Phase::Ended { outcome: Outcome::Expired, .. }));
        play
    };
    assert_eq!(expired().does(Gesture::Pay).phase(), "sending");
    let mut play = expired();
    play.happens(What::Updated(dearer())).does(Gesture::Pay);
    assert_eq!((play.phase(), play.sent()), ("choosing", vec![]), "another fee");
    assert_eq!(play.does(Gesture::Pay).phase(), "sending", "it is seen now");

    // Another cart came, but the code could not be closed; then it expired.
    let next = (Order { amount: amount(9_900), ..order() }, offer());
    let mut play = Play::showing_a_code();
    play.happens(What::Updated(Box::new(next))).answers(Request::Cancel, answer(Standing::Pending, None));
    play.after(60_000).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Expired, None));
    play.does(Gesture::Pay);
    assert_eq!((play.phase(), play.sent(), play.state.order.amount), ("choosing", vec![], amount(9_900)));
}

#[test]
fn a_press_for_another_way_pays_no_sum_that_came_while_the_first_was_closed() {
    let lost = || {
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        for _ in 0..3 {
            play.answers(Request::Create, Answer::Lost(NetworkFault::Timeout));
            play.now = play.timer.unwrap_or(play.now);
            play.happens(What::TimeCame);
        }
        play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay);
        assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]));
        play
    };
    assert_eq!(lost().answers(Request::Cancel, answer(Standing::Canceled, None)).phase(), "sending");
    let mut changed = dearer();
    let mut offer = (*changed.1).clone();
    offer.shown.iter_mut().for_each(|row| row.total = amount(13_000));
    changed.1 = Rc::new(offer);
    let mut play = lost();
    play.happens(What::Updated(changed)).answers(Request::Cancel, answer(Standing::Canceled, None));
    assert_eq!((play.phase(), play.sent()), ("choosing", vec![]));
}

#[test]
fn a_page_to_sign_in_that_is_slow_to_come_is_not_taken_for_signed_in() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!((at(&play), play.sent()), (Some(Acting::Leaving), vec![]));
    play.after(5_000).happens(What::TimeCame);
    assert_eq!(at(&play), Some(Acting::Leaving), "it may take as long as a wallet's page");
    play.answers(Request::Ask, server_fault(ServerCode::NotFound)).happens(What::Woke);
    assert_eq!((play.phase(), play.sent()), ("confirming", vec![Request::Ask]), "back from it");
    play.answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!((play.phase(), play.sent()), ("sending", vec![Request::Create]));
}

/// Sent to sign in, and nothing came of it.
fn still_here_to_sign_in() -> Play {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.after(20_000).answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    play.after(7_999).happens(What::TimeCame);
    assert_eq!(at(&play), Some(Acting::Leaving), "however long the creation took");
    play.answers(Request::Ask, server_fault(ServerCode::NotFound)).after(1).happens(What::TimeCame);
    assert_eq!((at(&play), play.sent()), (Some(Acting::StillHere), vec![Request::Ask]));
    play.answers(Request::Ask, server_fault(ServerCode::NotFound));
    play
}

#[test]
fn who_does_not_get_to_sign_in_goes_on_with_the_same_key_or_another_way_once_it_is_closed() {
    let (signs_in, again) = (|effect: &Effect| matches!(effect, Effect::SignIn(..)), id(1));
    let mut play = still_here_to_sign_in();
    for code in [ServerCode::NotFound, ServerCode::NotAllowed] {
        play.now = play.timer.expect("it is asked");
        assert_eq!(play.happens(What::TimeCame).sent(), [Request::Ask]);
        play.answers(Request::Ask, server_fault(code));
        assert_eq!((at(&play), play.sent()), (Some(Acting::StillHere), vec![]), "the ways on stay");
    }
    for _ in 0..2 {
        play.does(Gesture::GoOn);
        assert_eq!((play.phase(), play.sent(), &play.attempt().id), ("sending", vec![Request::Create], &again));
        play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
        assert!(play.effects.iter().any(signs_in), "a press leads there again");
        play.after(8_000).happens(What::TimeCame);
    }
    play.does(Gesture::GoOn).answers(Request::Create, answer(Standing::Pending, Some(code())));
    assert_eq!((at(&play), &play.attempt().id), (Some(Acting::Code), &again), "signed in elsewhere");

    let mut play = still_here_to_sign_in();
    assert_eq!(play.does(Gesture::ChangeMethod).sent(), [Request::Cancel]);
    assert_eq!((play.phase(), &play.attempt().id), ("canceling", &again));

    let mut play = still_here_to_sign_in();
    play.now = play.timer.expect("it is asked");
    play.happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, Some(page())));
    assert_eq!((at(&play), play.sent()), (Some(Acting::NotPaid), vec![]), "begun in another tab that had signed in");
}

#[test]
fn what_is_pressed_on_the_way_to_sign_in_spends_nothing() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, Answer::SignIn("https://shop.example/login".into()));
    for gesture in [Gesture::GoOn, Gesture::AskNow, Gesture::UseFallback, Gesture::ChangeMethod] {
        play.does(gesture.clone());
        assert_eq!((at(&play), play.effects.len()), (Some(Acting::Leaving), 0), "{gesture:?}");
    }
    play.after(5_000).happens(What::Woke).answers(Request::Ask, server_fault(ServerCode::NotFound));
    assert_eq!((play.phase(), play.sent()), ("sending", vec![Request::Create]), "the one more is still there");
}

#[test]
fn the_page_behind_a_code_is_opened_again_by_another_press_and_nothing_else_is() {
    let step = Step::Qr {
        payload: Some("weixin://wxpay/bizpayurl?pr=Zt4kQ8b".to_owned()),
        image: None,
        fallback: Some("https://wx.tenpay.com/x".to_owned()),
    };
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(action(step)))).happens(What::ActionDecided(false));
    for _ in 0..2 {
        play.does(Gesture::UseFallback);
        assert_eq!(at(&play), Some(Acting::Leaving));
        assert!(play.effects.iter().any(|effect| matches!(effect, Effect::Open(_))), "{:?}", play.effects);
        assert!(!play.announced().contains(&"moongate-action"), "it is the same action");
    }
    // Another attempt that is paid by a page takes the place of none that may be under way.
    let mut play = Play::new();
    play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay).happens(What::SubmitDecided(true));
    play.answers(Request::Create, answer(Standing::Pending, Some(page()))).happens(What::ActionDecided(false));
    play.does(Gesture::UseFallback);
    assert_eq!((at(&play), play.sent()), (Some(Acting::Leaving), vec![]));
}

/// That it is not paid, once its code is over on the server's clock as well.
fn still_unpaid() -> Answer {
    Answer::Payment(Box::new(Payment { now: Some(1_000_700), ..payment(Standing::Pending, None) }))
}

/// As far as a code whose time is over.
fn at_a_code_that_is_over() -> Play {
    let mut play = Play::showing_a_code();
    play.after(600_001).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Pending, None));
    assert_eq!(at(&play), Some(Acting::CodeOver));
    play
}

#[test]
fn who_says_to_have_paid_an_old_code_sees_that_it_is_asked_about() {
    let mut play = at_a_code_that_is_over();
    play.after(700_000).does(Gesture::AskNow);
    assert!(matches!(play.state.phase, Phase::Confirming { why: Confirming::Returned, .. }));
    assert_eq!(play.sent(), [Request::Ask]);
    play.after(10).happens(What::TimeCame);
    assert!(matches!(play.state.phase, Phase::Confirming { .. }), "the waiting began anew: {:?}", play.state.phase);
    play.answers(Request::Ask, still_unpaid());
    assert_eq!(at(&play), Some(Acting::CodeOver));
}

#[test]
fn a_new_code_that_does_not_come_is_a_fault_until_the_shopper_asks_again() {
    let server = || server_fault(ServerCode::ServerError);
    for failed in [Answer::Lost(NetworkFault::Unreachable), server()] {
        let mut play = at_a_code_that_is_over();
        play.does(Gesture::NewCode).answers(Request::Refresh, failed);
        assert_eq!((at(&play), play.announced()), (Some(Acting::CodeOver), vec!["moongate-error"]));
        assert!(play.attempt().next.is_some(), "it was asked for in vain");
        play.does(Gesture::NewCode).answers(Request::Refresh, server());
        assert_eq!(play.announced(), ["moongate-error"], "again");
        play.does(Gesture::AskNow).answers(Request::Ask, still_unpaid());
        assert_eq!((at(&play), play.attempt().next.is_some()), (Some(Acting::CodeOver), false));
        play.does(Gesture::NewCode).answers(Request::Refresh, answer(Standing::Pending, Some(code())));
        assert_eq!((at(&play), play.attempt().next.is_some()), (Some(Acting::Code), false));
    }
}

#[test]
fn the_time_of_a_payment_is_told_only_where_it_was_seen_unpaid_or_begun_just_before() {
    let when = |play: &Play| match &play.state.phase {
        Phase::Ended { outcome: Outcome::Succeeded, when, .. } => *when,
        phase => panic!("{phase:?}"),
    };
    let mut play = Play::showing_a_code();
    play.after(2_800).happens(What::TimeCame).answers(Request::Ask, answer(Standing::Succeeded, None));
    assert_eq!(when(&play), Some(1_000_000));
    for (begun, told) in [(None, None), (Some(999_100), None), (Some(999_101), Some(1_000_000))] {
        let kept = Attempt::new(id(9), method("wechatpay"), amount(12800), Origin::Kept, 0);
        let mut play = Play::new();
        play.happens(What::Found(Box::new(Attempt { begun, ..kept })));
        play.answers(Request::Ask, answer(Standing::Succeeded, None));
        assert_eq!(when(&play), told, "begun at {begun:?}, paid while nobody looked");
    }
}

#[test]
fn a_server_that_asks_for_time_without_end_is_asked_ever_less_and_at_last_no_more() {
    let mut play = Play::new();
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    let mut pauses = Vec::new();
    while play.phase() == "sending" {
        let told = play.now;
        play.answers(Request::Create, Answer::Busy(1));
        if play.phase() == "sending" {
            play.now = play.timer.expect("it is sent again");
            pauses.push(play.now - told);
            play.happens(What::TimeCame);
        }
    }
    assert_eq!((pauses.len(), &pauses[..4]), (20, &[1_000, 3_000, 5_000, 5_000][..]));
    assert!(
        matches!(&play.state.phase, Phase::Choosing { fault: Some(_), pending: Some(_) }),
        "{:?}",
        play.state.phase
    );

    let mut play = Play::showing_a_code();
    play.does(Gesture::ChangeMethod);
    while play.phase() == "canceling" {
        play.answers(Request::Cancel, Answer::Busy(1));
        if play.phase() == "canceling" {
            play.now = play.timer.expect("it is sent again");
            play.happens(What::TimeCame);
        }
    }
    assert!(matches!(play.state.phase, Phase::Unknown { .. }), "what was shown may be paid: {:?}", play.state.phase);
}

/// A plain refusal of the provider, which the server told as a payment that is pending.
fn refused() -> Action {
    action(Step::Nothing { status: Standing::Failed, code: Some("NOAUTH".into()) })
}

#[test]
fn what_the_provider_refused_is_picked_anew_and_closed_before_another_way() {
    for status in [Standing::Failed, Standing::Canceled, Standing::Expired] {
        let refused = Some(action(Step::Nothing { status, code: Some("NOAUTH".into()) }));
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, answer(Standing::Pending, refused));
        let fault = play.state.phase.fault().map(|fault| (fault.code(), fault.to_string()));
        assert!(fault.is_some_and(|(code, said)| code == "refused" && said.contains("NOAUTH")), "{status:?}");
        play.does(Gesture::Choose(method("alipay"))).does(Gesture::Pay);
        assert_eq!((play.phase(), play.sent()), ("canceling", vec![Request::Cancel]), "{status:?}");
    }
    for perhaps in [Standing::Pending, Standing::Processing, Standing::Succeeded] {
        let word = Some(action(Step::Nothing { status: perhaps, code: Some("ORDERPAID".into()) }));
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, answer(Standing::Pending, word));
        assert_eq!(play.phase(), "confirming", "{perhaps:?}: perhaps it is paid");
    }
}

#[test]
fn what_the_provider_refused_is_picked_anew_after_a_reload_too() {
    let mut play = Play::new();
    let kept = Attempt::new(id(9), method("wechatpay"), amount(12800), Origin::Kept, 0);
    play.happens(What::Found(Box::new(kept))).answers(Request::Ask, answer(Standing::Pending, Some(refused())));
    assert_eq!(play.state.phase.fault().map(Fault::code), Some("refused"));
    assert!(play.attempt().id == id(9), "its key stays");
}

#[test]
fn an_attempt_that_the_shop_does_not_let_this_shopper_close_is_dropped() {
    let kept = Attempt::new(id(9), method("hebao"), amount(9900), Origin::Kept, 0);
    let mut play = Play::new();
    play.happens(What::Found(Box::new(kept.clone())));
    assert_eq!(play.sent(), [Request::Cancel], "of another cart");
    play.answers(Request::Cancel, server_fault(ServerCode::NotAllowed));
    assert!(matches!(play.state.phase, Phase::Choosing { pending: None, fault: Some(_) }), "{:?}", play.state.phase);
    assert!(play.effects.iter().any(|effect| matches!(effect, Effect::Forget(..))));

    let mut play = Play::new();
    play.happens(What::Found(Box::new(kept)));
    let next = (Order { id: "SO-1002".into(), ..order() }, offer());
    play.happens(What::Updated(Box::new(next))).answers(Request::Cancel, server_fault(ServerCode::NotAllowed));
    assert_eq!(play.phase(), "canceling", "no other order begins beside it");
}

#[test]
fn the_pages_own_pay_announces_no_submission_after_another_attempt_was_closed() {
    for (by_page, announced) in [(true, 0), (false, 1)] {
        let mut play = Play::new();
        play.does(Gesture::Pay).happens(What::SubmitDecided(true));
        play.answers(Request::Create, server_fault(ServerCode::MalformedAnswer));
        play.does(Gesture::Choose(method("alipay")));
        if by_page {
            play.happens(What::HostPaid(id(8)));
        } else {
            play.does(Gesture::Pay);
        }
        assert_eq!(play.sent(), [Request::Cancel]);
        play.answers(Request::Cancel, answer(Standing::Canceled, None));
        let submits = play.announced().into_iter().filter(|name| *name == "moongate-submit").count();
        assert_eq!(submits, announced, "{by_page}");
        assert_eq!(play.sent().len(), usize::from(by_page), "what nobody may stop is sent at once");
    }
}

#[test]
fn the_servers_clock_goes_on_by_the_pages_steady_one_between_its_words() {
    let told = |now: Option<i64>, expires| Payment { now, expires, ..payment(Standing::Pending, None) };
    let mut play = Play::new();
    play.now = 12_500;
    play.does(Gesture::Pay).happens(What::SubmitDecided(true));
    assert_eq!(play.attempt().server_clock(play.now), None, "nobody told it");
    play.answers(Request::Create, answer(Standing::Pending, Some(code())));
    assert_eq!(play.attempt().server_clock(play.now), Some(1_000_000));
    play.after(20_000);
    let (attempt, now) = (play.attempt().id.clone(), play.attempt().server_clock(play.now));
    assert_eq!(now, Some(1_000_020));
    let deadline = play.attempt().deadline;
    play.happens(What::Heard(attempt.clone(), Some(Box::new(told(now, Some(1_000_600))))));
    assert_eq!((play.attempt().deadline, play.attempt().server_clock(play.now)), (deadline, now));
    play.happens(What::Heard(attempt, Some(Box::new(told(None, Some(1_000_600))))));
    assert_eq!((play.attempt().deadline, play.attempt().server_clock(play.now)), (deadline, now));
}
