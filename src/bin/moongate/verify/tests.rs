//! The sandbox keeps every rule; broken on purpose in one way for each rule, it is found out, and for that rule alone.

mod closed;
mod fine;
mod wrong;

use super::rule::{Rule, Verdict};
use super::{Arguments, Wanted, line, verify};
use crate::sandbox::{self, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_stream::StreamExt;
use tower::ServiceExt;

/// The origin of a page that the sandbox lets in.
const PAGE: &str = "http://localhost:1";

/// What a fault sees of a request.
#[derive(Clone, Debug, Default)]
struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: String,
    /// How often this very body was posted before.
    again: usize,
    /// The attempt that a payment was first made for.
    first: Option<String>,
}

impl Asked {
    fn creates(&self) -> bool {
        self.method == Method::POST && self.path.ends_with("/payments") && !self.is_form()
    }

    fn is_form(&self) -> bool {
        self.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.to_str().unwrap().contains("form"))
    }

    fn posts(&self, what: &str) -> bool {
        self.method == Method::POST && self.path.ends_with(what)
    }

    fn key(&self) -> Option<String> {
        self.headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned())
    }

    fn of_another_attempt(&self) -> bool {
        self.first.is_some() && self.key() != self.first
    }
}

/// What a fault does to an answer.
#[derive(Debug)]
struct Answered {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answered {
    fn becomes(&mut self, status: u16, body: Value) {
        (self.status, self.body) = (status, body);
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.body[key] == value
    }
}

/// One way to break the sandbox.
struct Fault {
    /// Changes a request.
    bends: fn(&Asked, &mut Parts, &mut String),
    /// Changes an answer.
    spoils: fn(&Asked, &mut Answered),
    /// Changes a piece of an event stream.
    garbles: fn(String) -> String,
    ping: Duration,
    /// Whether a restart loses everything.
    forgets: bool,
    /// Whether event streams are never answered.
    hangs: bool,
}

fn fault(spoils: fn(&Asked, &mut Answered)) -> Fault {
    let ping = Duration::from_millis(40);
    Fault { bends: |_, _, _| (), spoils, garbles: |piece| piece, ping, forgets: false, hangs: false }
}

/// The same of requests.
fn bent(bends: fn(&Asked, &mut Parts, &mut String), spoils: fn(&Asked, &mut Answered)) -> Fault {
    Fault { bends, ..fault(spoils) }
}

fn refusal(code: &str) -> Value {
    json!({ "code": code })
}

/// A fault for every rule.
#[expect(clippy::too_many_lines, reason = "a table: one entry a rule")]
fn fault_of(rule: Rule) -> Fault {
    match rule {
        Rule::AmountChanged => fault(|_, answer| {
            if answer.is("code", "amount_changed") {
                answer.becomes(422, refusal("bad_value"));
            }
        }),
        Rule::UnknownKey => fault(|asked, answer| {
            if asked.method == Method::GET && answer.status == 404 {
                (answer.status, answer.body) = (200, json!({ "status": "pending" }));
            }
        }),
        Rule::KeyMismatch => fault(|_, answer| {
            if answer.status == 400 {
                answer.becomes(422, refusal("key_mismatch"));
            }
        }),
        Rule::ReturnUrl => fault(|_, answer| {
            if answer.is("code", "bad_return_url") {
                answer.becomes(400, refusal("bad_return_url"));
            }
        }),
        Rule::ForeignOrigin => bent(lets_everybody_in, |_, _| ()),
        Rule::Preflight => fault(|_, answer| {
            answer.headers.insert("access-control-allow-headers", HeaderValue::from_static("content-type"));
        }),
        Rule::Exposed => fault(|_, answer| {
            answer.headers.remove("access-control-expose-headers");
        }),
        Rule::NeverSeen => fault(|asked, answer| {
            if asked.posts("/cancel") && answer.is("reason", "canceled_before_creation") {
                answer.becomes(404, refusal("not_found"));
            }
        }),
        Rule::LateCreation => fault(|asked, answer| {
            if asked.creates() && answer.is("reason", "canceled_before_creation") {
                answer.body["status"] = json!("pending");
            }
        }),
        Rule::Created => fault(|asked, answer| {
            if asked.creates() && answer.status == 201 && !asked.of_another_attempt() {
                answer.status = 202;
            }
        }),
        Rule::Echo => fault(|asked, answer| {
            if answer.status == 201 && !asked.of_another_attempt() {
                answer.body["currency"] = json!("USD");
            }
        }),
        Rule::Action => fault(|_, answer| {
            if answer.status == 201 {
                answer.body["action"] = json!({ "type": "redirect", "url": "http://evil.example/", "method": "GET" });
            }
        }),
        Rule::SameKey => fault(|asked, answer| {
            if asked.creates() && answer.is("status", "pending") && asked.again == 1 && !asked.of_another_attempt() {
                answer.status = 201;
            }
        }),
        Rule::UnknownMember => fault(|asked, answer| {
            if asked.body.contains("moongate_verify") {
                answer.becomes(400, refusal("bad_json"));
            }
        }),
        Rule::KeyReused => fault(|_, answer| {
            if answer.is("code", "key_reused") {
                answer.becomes(409, refusal("payment_in_progress"));
            }
        }),
        Rule::IdAndAttempt => fault(|asked, answer| {
            let by_id = asked.method == Method::GET && asked.path.contains("/pay_");
            if by_id && asked.headers.contains_key(header::COOKIE) && !asked.path.ends_with("/events") {
                answer.becomes(404, refusal("not_found"));
            }
        }),
        Rule::Stranger => fault(|asked, answer| {
            if asked.method == Method::GET && !asked.headers.contains_key(header::COOKIE) && answer.status == 200 {
                answer.body["action"] = json!({ "code_url": "weixin://wxpay/bizpayurl?pr=1" });
            }
        }),
        Rule::OneLive => fault(|_, answer| {
            if answer.is("code", "payment_in_progress") {
                answer.body["payment"] = Value::Null;
            }
        }),
        Rule::StreamFirst => Fault { garbles: |piece| format!("event: payment\n{piece}"), ..fault(|_, _| ()) },
        Rule::StreamPing => Fault { ping: Duration::from_secs(3_600), ..fault(|_, _| ()) },
        Rule::Refresh => fault(|asked, answer| {
            if asked.posts("/refresh") && answer.is("status", "pending") {
                answer.body["id"] = json!("pay_another");
            }
        }),
        Rule::Form => fault(|asked, answer| {
            if asked.is_form() {
                answer.becomes(200, json!({ "id": "pay_1" }));
            }
        }),
        Rule::Cancel => fault(|asked, answer| {
            if asked.posts("/cancel") && answer.is("reason", "closed_by_shop") {
                answer.becomes(409, refusal("too_late"));
            }
        }),
        Rule::StreamOutcome => Fault { garbles: |piece| piece.replace("canceled", "pending"), ..fault(|_, _| ()) },
        Rule::StreamOver => fault(|asked, answer| {
            if asked.path.ends_with("/events") && answer.status == 204 {
                answer.status = 200;
            }
        }),
        Rule::StaysCanceled => fault(|asked, answer| {
            if asked.creates() && answer.is("reason", "closed_by_shop") {
                answer.body["status"] = json!("pending");
            }
        }),
        Rule::NextAttempt => fault(|asked, answer| {
            if asked.creates() && asked.of_another_attempt() && answer.status < 300 {
                answer.becomes(409, refusal("payment_in_progress"));
            }
        }),
        Rule::DoublePress => fault(|asked, answer| {
            if asked.creates() && asked.of_another_attempt() && asked.again == 1 {
                answer.becomes(201, answer.body.clone());
                answer.body["id"] = json!("pay_twice");
                answer.body["status"] = json!("pending");
            }
        }),
        Rule::Restart => Fault { forgets: true, ..fault(|_, _| ()) },
        Rule::Paid => fault(|asked, answer| {
            if asked.method == Method::GET && answer.is("status", "succeeded") {
                answer.body["status"] = json!("pending");
            }
        }),
        Rule::CancelPaid => fault(|asked, answer| {
            if asked.posts("/cancel") && answer.is("status", "succeeded") {
                answer.body["status"] = json!("canceled");
            }
        }),
        Rule::RefreshPaid => fault(|asked, answer| {
            if asked.posts("/refresh") && answer.is("status", "succeeded") {
                answer.body["status"] = json!("pending");
            }
        }),
        Rule::OrderPaid => fault(|_, answer| {
            if answer.is("code", "order_paid") {
                answer.becomes(409, refusal("conflict"));
            }
        }),
        Rule::PaidAgain => fault(|asked, answer| {
            if asked.creates() && answer.is("status", "succeeded") {
                answer.body["status"] = json!("expired");
            }
        }),
        Rule::Problems => fault(|_, answer| {
            if answer.status == 404 {
                answer.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            }
        }),
        Rule::NoStore => fault(|asked, answer| {
            if asked.posts("/cancel") {
                answer.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
            }
        }),
        Rule::Clock => fault(|_, answer| {
            answer.headers.insert(header::DATE, HeaderValue::from_static(""));
            answer.body.as_object_mut().map(|members| members.remove("now"));
        }),
    }
}

/// Takes the origin of a foreign page for none.
fn lets_everybody_in(_: &Asked, parts: &mut Parts, _: &mut String) {
    if parts.headers.get(header::ORIGIN).is_some_and(|origin| origin.to_str().unwrap().ends_with(".invalid")) {
        parts.headers.remove(header::ORIGIN);
    }
}

/// A sandbox behind a fault, or none, and what it was asked.
struct Broken {
    fault: Fault,
    shop: Mutex<Router>,
    posted: Mutex<Vec<Asked>>,
    first: Mutex<Option<String>>,
}

impl Broken {
    fn shop(fault: &Fault) -> Router {
        let settings = Settings { store: None, origin: "http://127.0.0.1".to_owned() };
        sandbox::pinging(settings, fault.ping).unwrap()
    }

    async fn answer(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let asked = self.note(&parts, &body);
        if self.fault.hangs && asked.path.ends_with("/events") {
            return std::future::pending().await;
        }
        let mut body = asked.body.clone();
        (self.fault.bends)(&asked, &mut parts, &mut body);
        parts.headers.remove(header::CONTENT_LENGTH);
        let shop = self.shop.lock().unwrap().clone();
        let response = shop.oneshot(Request::from_parts(parts, Body::from(body))).await.unwrap();
        let (mut parts, body) = response.into_parts();
        if parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
            let garbles = self.fault.garbles;
            let pieces = body.into_data_stream();
            let pieces =
                pieces.map(move |piece| piece.map(|piece| garbles(String::from_utf8(piece.to_vec()).unwrap())));
            return Response::from_parts(parts, Body::from_stream(pieces));
        }
        if parts.status == StatusCode::CREATED {
            self.first.lock().unwrap().get_or_insert(asked.key().unwrap());
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let read = serde_json::from_slice(&bytes).ok();
        let body = read.clone().unwrap_or(Value::Null);
        let mut answer = Answered { status: parts.status.as_u16(), headers: parts.headers, body };
        (self.fault.spoils)(&asked, &mut answer);
        answer.headers.remove(header::CONTENT_LENGTH);
        (parts.status, parts.headers) = (StatusCode::from_u16(answer.status).unwrap(), answer.headers);
        let unchanged = Some(&answer.body) == read.as_ref() || answer.body.is_null();
        Response::from_parts(parts, if unchanged { Body::from(bytes) } else { Body::from(answer.body.to_string()) })
    }

    fn note(&self, parts: &Parts, body: &[u8]) -> Asked {
        let mut asked = Asked {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            headers: parts.headers.clone(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            first: self.first.lock().unwrap().clone(),
            again: 0,
        };
        let mut posted = self.posted.lock().unwrap();
        asked.again = posted.iter().filter(|before| asked.creates() && before.body == asked.body).count();
        posted.push(asked.clone());
        asked
    }
}

/// What was said of each rule about a sandbox with this fault.
fn played(fault: Fault, amount: Option<u64>) -> Vec<(Rule, Verdict)> {
    let play = play(fault, &json!({ "provider": "wallet" }), |arguments| arguments.amount = amount);
    play.ended.unwrap();
    play.said
}

/// What came of a play.
struct Played {
    said: Vec<(Rule, Verdict)>,
    ended: Result<(), String>,
    /// Every payment that the sandbox has.
    payments: Vec<Value>,
}

impl Played {
    fn broken(&self) -> Vec<Rule> {
        let broken = self.said.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Broken(_)));
        broken.map(|(rule, _)| *rule).collect()
    }

    fn unchecked(&self) -> Vec<Rule> {
        let unchecked = self.said.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Unchecked(_)));
        unchecked.map(|(rule, _)| *rule).collect()
    }
}

/// Asks a sandbox without a browser or a play.
async fn control(shop: Router, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1");
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
    let response = shop.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Plays against a sandbox that answers by this provider and has this fault.
fn play(fault: Fault, provider: &Value, change: impl FnOnce(&mut Arguments)) -> Played {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = Broken::shop(&fault);
    let (set, told) = runtime.block_on(control(shop.clone(), "PUT", "/sandbox/provider", provider));
    assert_eq!(set, StatusCode::OK, "{told}");
    let shop = Mutex::new(shop);
    let broken = Arc::new(Broken { fault, shop, posted: Mutex::default(), first: Mutex::default() });
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let behind = Arc::clone(&broken);
    let router =
        Router::new().fallback(|| async {}).layer(from_fn(move |request: Request, _: axum::middleware::Next| {
            let behind = Arc::clone(&behind);
            async move { behind.answer(request).await }
        }));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let mut arguments = Arguments {
        url: format!("http://{address}/checkout"),
        order: "SO-1".to_owned(),
        amount: None,
        currency: "CNY".to_owned(),
        method: "wechatpay".to_owned(),
        scannable_by: Vec::new(),
        hosts: Vec::new(),
        return_url: None,
        origin: Some(PAGE.to_owned()),
        headers: Vec::new(),
        patience: 1,
    };
    change(&mut arguments);
    let mut said = Vec::new();
    let mut person = |wanted: &Wanted| {
        match wanted {
            Wanted::Restart if broken.fault.forgets => *broken.shop.lock().unwrap() = Broken::shop(&broken.fault),
            Wanted::Restart => (),
            Wanted::Pay(id, _) => {
                let (shop, path) = (broken.shop.lock().unwrap().clone(), format!("/sandbox/payments/{id}/pay"));
                return runtime.block_on(control(shop, "POST", &path, &Value::Null)).0 == StatusCode::OK;
            }
        }
        true
    };
    let ended = verify(&arguments, &mut person, &mut |rule, verdict| said.push((rule, verdict.clone())));
    let shop = broken.shop.lock().unwrap().clone();
    let (_, payments) = runtime.block_on(control(shop, "GET", "/sandbox/payments", &Value::Null));
    runtime.shutdown_background();
    Played { said, ended, payments: payments.as_array().unwrap().clone() }
}

/// A play that is still to be played.
type Against = Box<dyn FnOnce() -> Played + Send>;

/// Whether a play came to what it should.
type Right = fn(&Played) -> bool;

/// A play against the sandbox with its wallets.
fn against(fault: Fault) -> Against {
    Box::new(|| play(fault, &json!({ "provider": "wallet" }), |_| ()))
}

/// Plays several at the same time, and says of each by its name what it did not come to.
fn all(plays: Vec<(&str, Against, Right)>) {
    let wrong: String = std::thread::scope(|scope| {
        let plays: Vec<_> = plays.into_iter().map(|(name, play, right)| (name, scope.spawn(play), right)).collect();
        let ended = plays.into_iter().map(|(name, play, right)| (name, play.join().unwrap(), right));
        let wrong = ended.filter(|(_, play, right)| !right(play));
        wrong.map(|(name, play, _)| format!("{name}: {:?}\n{}\n", play.ended, in_words(&play.said))).collect()
    });
    assert!(wrong.is_empty(), "{wrong}");
}

fn in_words(said: &[(Rule, Verdict)]) -> String {
    said.iter().map(|(rule, verdict)| line(*rule, verdict) + "\n").collect()
}

#[test]
fn the_sandbox_keeps_every_rule() {
    let said = played(fault(|_, _| ()), None);
    assert!(said.iter().all(|(_, verdict)| *verdict == Verdict::Holds), "{}", in_words(&said));
    let rules: Vec<_> = said.iter().map(|(rule, _)| *rule).collect();
    assert!(Rule::ALL.iter().all(|rule| rules.iter().filter(|said| *said == rule).count() == 1), "{rules:?}");
}

#[test]
fn a_server_that_breaks_one_rule_is_found_out_for_that_rule_and_no_other() {
    // What needs the broken one is not checked, and is not called broken.
    let judged: Vec<_> = std::thread::scope(|scope| {
        let plays = Rule::ALL.map(|rule| scope.spawn(move || (rule, played(fault_of(rule), Some(12_800)))));
        plays.map(|play| play.join().unwrap()).into()
    });
    let mut wrong = String::new();
    for (rule, said) in judged {
        let broken: Vec<_> =
            said.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Broken(_))).map(|(rule, _)| *rule).collect();
        if broken != [rule] {
            wrong += &format!("{rule:?} was broken, found were {broken:?}\n{}\n", in_words(&said));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn without_a_person_what_only_a_person_can_do_is_not_called_right() {
    let words = line(Rule::Paid, &Verdict::Unchecked("nobody paid".to_owned()));
    assert!(words.starts_with("-     3.1  ") && words.ends_with(": not checked, nobody paid"), "{words}");
}
