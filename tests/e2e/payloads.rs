//! That the widget makes of a provider's response what the library makes of it natively: every payload, both ways to pass
//! one on, held against the machine's own announcements.
//!
//! It reads nothing of the wasm: a `transport` of the page answers with the payload, and what the page hears is compared.

use crate::harness::{Browser, DESK, Shop, Trial, untroubled};
use moongate::action::terms::Terms;
use moongate::action::{Action, Seconds, Trust};
use moongate::checkout::environment::{Environment, Facts};
use moongate::checkout::json::Json;
use moongate::checkout::machine::{Effect, Event, Order, Request, State, What, advance};
use moongate::checkout::method::MethodId;
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::offer::Offer;
use moongate::checkout::options::Options;
use moongate::checkout::wire::{self, AttemptId, Expected, Reply};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::rc::Rc;

/// The server's clock when it answers: 2027-01-15, as for the native tests of the payloads.
const NOW: Seconds = 1_800_000_000;
const METHOD: &str = "wechatpay";
/// How many checkouts are on the page at once.
const BATCH: usize = 30;

/// Each payload by its name, and the one that it is said to be.
fn payloads() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/payloads");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("payloads").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let read = |file: &Path| -> Value {
        serde_json::from_str(&fs::read_to_string(file).expect("a payload")).expect("a payload is JSON")
    };
    let name = |file: &Path| file.file_stem().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), read(file))).collect()
}

/// How a payload is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As the whole answer to the creation.
    Bare,
    /// As the action of a payment.
    Inside,
    /// As the whole answer to a question about a payment that is being worked on.
    Asked,
}

impl Way {
    /// The bodies that answer the creation and, if one is asked, the question.
    fn bodies(self, response: &Value, order: &str, attempt: &str) -> [String; 2] {
        let text = response.as_str().map_or_else(|| response.to_string(), str::to_owned);
        let payment = |status: &str, action: Value| {
            let mut payment = json!({ "id": "pay_1", "attempt": attempt, "order": order, "method": METHOD, "amount": 12_800,
                "currency": "CNY", "status": status, "now": "2027-01-15T08:00:00Z" });
            if !action.is_null() {
                payment["action"] = action;
            }
            payment.to_string()
        };
        match self {
            Self::Bare => [text, String::new()],
            Self::Inside => [payment("pending", response.clone()), String::new()],
            Self::Asked => [payment("processing", Value::Null), text],
        }
    }
}

/// A native checkout, and what a page would have heard of it.
struct Native {
    order: String,
    state: State,
    heard: Vec<Value>,
}

impl Native {
    fn new(order: &str) -> Self {
        let raw = Json::read(r#"{"order":"T-1","amount":12800,"currency":"CNY"}"#).expect("JSON");
        let options = Options::from_file(&raw).0.expect("options");
        let offer = Offer::make(&options, Environment::read(&Facts::default()), "");
        let whole = Order { id: order.to_owned(), amount: amount(), test: false };
        let chosen = MethodId::parse(METHOD);
        let state = State::new(whole, Rc::new(offer), chosen, false);
        Self { order: order.to_owned(), state, heard: Vec::new() }
    }

    fn happens(&mut self, what: What) {
        let (state, effects) = advance(self.state.clone(), Event { at: 0, what });
        self.state = state;
        for effect in effects {
            if let Effect::Announce(said) = effect {
                let detail: Value = serde_json::from_str(&said.detail.to_string()).expect("a detail is JSON");
                self.heard.push(json!([said.name, detail]));
                if said.name == "moongate-action" {
                    self.happens(What::ActionDecided(true));
                }
            }
        }
    }

    fn answers(&mut self, request: Request, attempt: &AttemptId, body: String) {
        let device = self.state.offer.environment.device;
        let reads = |response: &str, now: Seconds, amount: &Amount| {
            let terms = Terms { trust: Trust::default(), amount: *amount, methods: METHOD.to_owned(), device };
            Action::checked(response, now, &terms)
        };
        let totals = self.state.offer.shown.iter().map(|row| (row.method.id.clone(), row.total)).collect();
        let expected = Expected {
            order: &self.order,
            amount: amount(),
            asked: amount(),
            totals,
            attempt,
            origin: "",
            reads: &reads,
        };
        let reply = Reply { status: 200, body, date: NOW, ..Reply::default() };
        let answer = wire::read(request, &reply, &expected);
        self.happens(What::Answered(request, attempt.clone(), answer));
    }

    /// All that a page hears, and how it stands in the end.
    fn plays(way: Way, response: &Value, order: &str, attempt: &str) -> Value {
        let id = AttemptId::parse(attempt).expect("an attempt");
        let [created, asked] = way.bodies(response, order, attempt);
        let mut native = Self::new(order);
        native.happens(What::HostPaid(id.clone()));
        native.answers(Request::Create, &id, created);
        if way == Way::Asked {
            native.happens(What::Hinted);
            native.answers(Request::Ask, &id, asked);
        }
        json!({ "heard": native.heard, "phase": native.state.phase.word() })
    }
}

fn amount() -> Amount {
    Amount::new(12_800, Currency::parse("CNY").expect("yuan")).expect("a sum")
}

/// Mounts a checkout for each of `bodies`, pays, asks if there is something to answer that with, and gives what was heard.
const STAGE: &str = "window.play = (all) => Promise.all(all.map(async ([order, [created, asked]]) => {
  await customElements.whenDefined('moongate-checkout')
  const host = document.createElement('moongate-checkout')
  // Nobody looks at them.
  host.hidden = true
  const heard = []
  for (const name of ['status', 'action', 'complete', 'error']) {
    host.addEventListener(`moongate-${name}`, (event) => {
      if (event.cancelable) event.preventDefault()
      heard.push([event.type, event.detail])
    })
  }
  let attempt
  const answer = (body) => new Response(body.replaceAll('ATTEMPT', attempt), { headers: { Date: 'Fri, 15 Jan 2027 08:00:00 GMT' } })
  const transport = {
    create: async (request) => { attempt = request.attempt; return answer(created) },
    status: () => asked ? Promise.resolve(answer(asked)) : new Promise(() => {}),
    cancel: () => new Promise(() => {}),
  }
  host.options = { order, amount: 12800, currency: 'CNY', selected: 'wechatpay', remember: 'none', transport }
  document.body.append(host)
  await host.pay()
  const answered = () => host.state.log.filter(({ event }) => event === 'answered' || event === 'refused').length
  const until = async (sees) => { while (!sees()) await new Promise((done) => setTimeout(done)) }
  if (asked) {
    host.hint('returned')
    await until(() => answered() > 1)
  }
  const { phase } = host.state
  host.remove()
  return { attempt, heard, phase }
}))";

async fn play(browser: &Browser, way: Way, payloads: &[(String, Value)], wrong: &mut Vec<String>) {
    for batch in payloads.chunks(BATCH) {
        // An order each, or one would take up another's attempt.
        let order = |name: &str| format!("{}-{way:?}", name.get(..50).unwrap_or(name));
        let bodies = |(name, payload): &(String, Value)| {
            json!([order(name), way.bodies(&payload["response"], &order(name), "ATTEMPT")])
        };
        let bodies: Vec<Value> = batch.iter().map(bodies).collect();
        let played = browser.run("return play(arguments[0])", &[json!(bodies)]).await;
        for ((name, payload), seen) in batch.iter().zip(played.as_array().expect("one of each")) {
            let attempt = seen["attempt"].as_str().expect("it was sent");
            let native = Native::plays(way, &payload["response"], &order(name), attempt);
            let seen = json!({ "heard": seen["heard"], "phase": seen["phase"] });
            if seen != native {
                wrong.push(format!("{name} {way:?}\n  in the browser {seen}\n  natively       {native}"));
            }
        }
    }
}

#[tokio::test]
async fn every_payload_gives_the_same_in_the_browser_as_natively_whichever_way_it_is_passed_on() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of("T-0").body("").script(STAGE))).await;
    let (mut payloads, mut wrong) = (payloads(), Vec::new());
    assert!(payloads.len() >= 400, "{} payloads", payloads.len());
    for way in [Way::Bare, Way::Inside] {
        play(&browser, way, &payloads, &mut wrong).await;
    }
    // How a payment stands is heard of an answer to a question; to a creation it is no outcome.
    payloads.retain(|(_, payload)| payload["expect"]["type"] == "none");
    play(&browser, Way::Asked, &payloads, &mut wrong).await;
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    untroubled(&browser).await;
}
