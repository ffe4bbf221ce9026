//! Every screen there is, as states of a checkout: what the tests of the view look at.

use moongate::action::{Action, Standing, Step};
use moongate::checkout::environment::{App, Device, Environment, Os};
use moongate::checkout::fault::{Fault, NetworkFault, PageFault, ServerCode, ServerFault};
use moongate::checkout::machine::{Acting, Attempt, Confirming, Order, Origin, Outcome, Phase, State, Then};
use moongate::checkout::method::{Flow, Hint, Method, MethodId, Wallet};
use moongate::checkout::money::{Amount, Currency, Fee};
use moongate::checkout::offer::{Offer, Offered};
use moongate::checkout::options::Theme;
use moongate::checkout::wire::{AttemptId, Payment};
use moongate::view::intl::Plain;
use moongate::view::{Face, Panel, PanelProps};
use moongate::words::{Key, Language, Words};
use std::rc::Rc;

/// The clock when a scene is looked at.
pub(crate) const NOW: u64 = 1_000_000;

pub(crate) fn yuan(minor: u64) -> Amount {
    Amount::new(minor, Currency::parse("CNY").unwrap()).unwrap()
}

pub(crate) fn row(wallet: Wallet, hint: Hint, flows: &[Flow]) -> Offered {
    let method = Method { fee: Some(Fee::Fixed(0)), ..Method::plain(wallet.into()) };
    Offered { method, flows: flows.to_vec(), hint, total: yuan(12_800) }
}

pub(crate) fn desk() -> Environment {
    Environment {
        app: App::Browser,
        version: None,
        os: Os::Macos,
        device: Device::Desktop,
        upsdk: false,
        framed: false,
    }
}

/// The four wallets in a browser on a desk.
pub(crate) fn offer() -> Offer {
    Offer {
        environment: desk(),
        shown: vec![
            row(Wallet::Wechatpay, Hint::Scan, &[Flow::Qr]),
            row(Wallet::Alipay, Hint::ScanOrPage, &[Flow::Qr, Flow::Redirect]),
            row(Wallet::Unionpay, Hint::BankApps, &[Flow::Redirect]),
            row(Wallet::Hebao, Hint::Page, &[Flow::Redirect]),
        ],
        left_out: Vec::new(),
    }
}

/// Inside WeChat, where Alipay can't work.
pub(crate) fn offer_in_wechat() -> Offer {
    Offer {
        environment: Environment { app: App::Wechat, device: Device::Phone, os: Os::Android, ..desk() },
        shown: vec![
            row(Wallet::Wechatpay, Hint::Here, &[Flow::InApp]),
            row(Wallet::Unionpay, Hint::BankApps, &[Flow::Redirect]),
            row(Wallet::Alipay, Hint::Browser, &[]),
        ],
        left_out: Vec::new(),
    }
}

pub(crate) fn state(phase: Phase) -> State {
    State {
        order: Order { id: "SO-1001".to_owned(), amount: yuan(12_800), test: false },
        offer: Rc::new(offer()),
        chosen: Some(Wallet::Wechatpay.into()),
        large: false,
        expanded: false,
        hidden: false,
        phase,
        next: None,
    }
}

pub(crate) fn payment(step: Step) -> Rc<Payment> {
    let action = Action {
        provider: String::new(),
        wallet: None,
        expires: None,
        step,
        any_host: None,
        refused: false,
        test: false,
        readers: String::new(),
    };
    Rc::new(Payment {
        id: Some("pay_81".to_owned()),
        attempt: None,
        method: None,
        status: Standing::Pending,
        action: Some(Ok(action)),
        expires: None,
        now: None,
        events: None,
        reason: None,
        refunded: false,
        test: false,
    })
}

pub(crate) fn attempt(method: MethodId, step: Step, seconds: Option<u64>) -> Box<Attempt> {
    let id = AttemptId::from_random([7; 16]);
    Box::new(Attempt {
        payment: Some(payment(step)),
        deadline: seconds.map(|seconds| NOW + seconds * 1000),
        sent: true,
        ..Attempt::new(id, method, yuan(12_800), Origin::Press, NOW)
    })
}

/// The code, of which these methods' apps are known to read it.
pub(crate) fn read_by(readers: &str) -> State {
    let mut known = (*payment(code(None))).clone();
    if let Some(Ok(action)) = &mut known.action {
        action.readers = readers.to_owned();
    }
    let attempt = Attempt { payment: Some(Rc::new(known)), ..*attempt(Wallet::Wechatpay.into(), code(None), Some(95)) };
    state(Phase::Acting { attempt: Box::new(attempt), at: Acting::Code })
}

pub(crate) fn code(fallback: Option<&str>) -> Step {
    Step::Qr {
        payload: Some("weixin://wxpay/bizpayurl?pr=p4lpSuKzz".to_owned()),
        image: None,
        fallback: fallback.map(str::to_owned),
    }
}

pub(crate) fn with_code(at: Acting) -> Phase {
    Phase::Acting { attempt: attempt(Wallet::Wechatpay.into(), code(None), Some(4867)), at }
}

fn app_link() -> Box<Attempt> {
    let step = Step::Deeplink {
        url: "alipays://platformapi/startapp".to_owned(),
        fallback: Some("https://openapi.alipay.com/x".to_owned()),
    };
    attempt(Wallet::Alipay.into(), step, Some(900))
}

fn plain_attempt() -> Box<Attempt> {
    attempt(Wallet::Wechatpay.into(), Step::Nothing { status: Standing::Pending, code: None }, None)
}

/// Nothing is created of it yet: the shopper is sent to sign in.
fn unsent() -> Box<Attempt> {
    Box::new(Attempt { payment: None, ..*plain_attempt() })
}

pub(crate) fn choosing(fault: Option<Fault>) -> Phase {
    Phase::Choosing { fault, pending: None }
}

/// What no shopper reads.
pub(super) const DETAIL: &str = "a detail for the developer";

pub(crate) fn server_fault(code: ServerCode) -> Fault {
    Fault::Server(ServerFault { code, about: DETAIL.to_owned() })
}

fn acting_scenes() -> Vec<(&'static str, State)> {
    let acting = |attempt, at| state(Phase::Acting { attempt, at });
    let wechat = || State { offer: Rc::new(offer_in_wechat()), ..acting(plain_attempt(), Acting::InApp) };
    let page = code(Some("https://example.com/pay"));
    vec![
        ("code", state(with_code(Acting::Code))),
        ("code-page", acting(attempt(Wallet::Alipay.into(), page, Some(95)), Acting::Code)),
        ("code-over", state(with_code(Acting::CodeOver))),
        ("refreshing", state(with_code(Acting::Refreshing))),
        ("leaving", acting(app_link(), Acting::Leaving)),
        ("sign-in", acting(unsent(), Acting::Leaving)),
        ("in-app", wechat()),
        ("app-link", acting(app_link(), Acting::AppLink)),
        ("still-here", acting(app_link(), Acting::StillHere)),
        ("not-paid", acting(app_link(), Acting::NotPaid)),
        ("host", acting(plain_attempt(), Acting::Host)),
    ]
}

/// The four wallets, of which WeChat Pay is asked about.
fn asking() -> Offer {
    let mut offer = offer();
    offer.shown[0].method.feedback = true;
    offer
}

fn ended_scenes() -> Vec<(&'static str, State)> {
    let ended = |outcome| state(Phase::Ended { attempt: plain_attempt(), outcome, when: Some(1_795_341_720) });
    vec![
        ("succeeded", ended(Outcome::Succeeded)),
        ("refunded", ended(Outcome::Refunded)),
        ("failed", ended(Outcome::Failed)),
        ("canceled", ended(Outcome::Canceled)),
        ("expired", ended(Outcome::Expired)),
        ("question", State { offer: Rc::new(asking()), ..ended(Outcome::Succeeded) }),
        ("question-failed", State { offer: Rc::new(asking()), ..ended(Outcome::Failed) }),
    ]
}

fn confirming_scenes() -> Vec<(&'static str, State)> {
    let confirming = |why| state(Phase::Confirming { attempt: plain_attempt(), why });
    vec![
        ("returned", confirming(Confirming::Returned)),
        ("said", confirming(Confirming::Said)),
        ("processing", confirming(Confirming::Processing)),
        ("last-check", confirming(Confirming::LastCheck)),
        ("canceling", state(Phase::Canceling { attempt: plain_attempt(), then: Then::Choose(None) })),
        ("unknown", state(Phase::Unknown { attempt: plain_attempt(), call: false })),
        ("unknown-call", state(Phase::Unknown { attempt: plain_attempt(), call: true })),
    ]
}

/// Every screen, by name.
pub(crate) fn all() -> Vec<(&'static str, State)> {
    let wechat = State { offer: Rc::new(offer_in_wechat()), ..state(choosing(None)) };
    let lost = choosing(Some(Fault::Network(NetworkFault::Unreachable)));
    let mut scenes = vec![
        ("choosing", state(choosing(None))),
        ("choosing-wechat", wechat),
        ("choosing-nothing", State { chosen: None, ..state(choosing(None)) }),
        ("fault-network", state(lost)),
        ("fault-server", state(choosing(Some(server_fault(ServerCode::AmountChanged))))),
        ("sending", state(Phase::Sending { attempt: plain_attempt(), held: false })),
    ];
    scenes.extend(acting_scenes());
    scenes.extend(confirming_scenes());
    scenes.extend(ended_scenes());
    scenes
}

pub(crate) fn face(tag: &str) -> Face {
    Face {
        words: Words::of(Language::find(tag), &[]),
        shop: Some("山茶咖啡".to_owned()),
        support: Some("+86 571 8888 6666".to_owned()),
        done_url: Some("https://shop.example/orders/SO-1001".to_owned()),
        button: true,
        collapse_after: 6,
        theme: Theme::Auto,
        test_mode: false,
        intl: Rc::new(Plain),
    }
}

#[derive(Clone, PartialEq, yew::Properties)]
struct BrokenProps {
    face: Rc<Face>,
    faults: Rc<Vec<PageFault>>,
    large: bool,
}

#[yew::component]
fn Broken(props: &BrokenProps) -> yew::Html {
    moongate::view::broken(&props.face, Key::broken(&props.faults), props.large)
}

/// What stands where the page's options can't be worked with, as HTML text.
pub(crate) fn broken(face: Face, faults: Vec<PageFault>, large: bool) -> String {
    rendered::<Broken>(BrokenProps { face: Rc::new(face), faults: Rc::new(faults), large })
}

/// The panel as HTML text.
pub(crate) fn html(state: &State, face: Face) -> String {
    let props = PanelProps {
        state: Rc::new(state.clone()),
        face: Rc::new(face),
        now: NOW,
        on: yew::Callback::noop(),
        notice: None,
    };
    rendered::<Panel>(props)
}

fn rendered<C: yew::BaseComponent>(props: C::Properties) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let component = yew::LocalServerRenderer::<C>::with_props(props).hydratable(false);
    tokio::task::LocalSet::new().block_on(&runtime, component.render())
}
