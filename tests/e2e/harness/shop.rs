//! Decides how a test has a shop of its own: the real program, its sandbox's controls, and trial pages.
//!
//! It does not decide what a trial page says ([`super::trial`]). No test can disturb another's shop.

use super::process::Program;
use super::trial::Trial;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static SHOPS: AtomicU32 = AtomicU32::new(0);

/// A running shop with its own folder of trial pages; both go when it is dropped.
#[derive(Debug)]
pub struct Shop {
    program: Option<Program>,
    /// For example `http://127.0.0.1:40123`.
    pub origin: String,
    pages: PathBuf,
    forgetful: bool,
    number: u32,
    made: Cell<u32>,
}

impl Shop {
    /// Starts the program. The first one builds the widget's bundle if it is stale; the others wait for that.
    pub fn open() -> Self {
        Self::begin(true)
    }

    /// The same, but what it knows is kept in a file and outlives [`Shop::close`].
    pub fn lasting() -> Self {
        Self::begin(false)
    }

    fn begin(forgetful: bool) -> Self {
        let number = SHOPS.fetch_add(1, Ordering::Relaxed);
        let pages = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pages-{}-{number}", std::process::id()));
        fs::create_dir_all(&pages).expect("a folder for trial pages");
        let (program, origin) = serve(&pages, 0, forgetful);
        let shop = Self { program: Some(program), origin, pages, forgetful, number, made: Cell::new(0) };
        shop.write("heard.js", include_str!("heard.js"));
        shop
    }

    /// Ends the program as a crash would.
    pub fn close(&mut self) {
        drop(self.program.take());
    }

    /// Starts it again at the same address.
    pub fn reopen(&mut self) {
        let port = self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).expect("an address has a port");
        self.program = Some(serve(&self.pages, port, self.forgetful).0);
    }

    /// An order that nobody knows yet; the sandbox takes it for one of 128 yuan.
    pub fn order(&self) -> String {
        format!("T-{}-{}", self.number, self.next())
    }

    /// Makes an order known, of this sum.
    pub async fn set_order(&self, order: &str, amount: u64, currency: &str) {
        self.set_order_with(order, json!({ "amount": amount, "currency": currency })).await;
    }

    /// Makes an order known, as its JSON says.
    pub async fn set_order_with(&self, order: &str, body: Value) {
        self.control(Method::PUT, &format!("orders/{order}"), &body).await;
    }

    /// Every payment that was made for this order.
    pub async fn payments(&self, order: &str) -> Vec<Value> {
        let listed = self.control(Method::GET, &format!("payments?order={order}"), &Value::Null).await;
        listed.as_array().cloned().expect("a list of payments")
    }

    /// The one payment that was made for this order.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub async fn payment(&self, order: &str) -> Value {
        let payments = self.payments(order).await;
        assert_eq!(payments.len(), 1, "exactly one payment for {order}: {payments:#?}");
        payments.into_iter().next().expect("one")
    }

    /// Does to the order's latest payment what its wallet would: `pay`, `cancel`, `fail`, `expire` or `process`.
    pub async fn wallet(&self, order: &str, deed: &str) {
        let payments = self.payments(order).await;
        let id = payments.last().and_then(|payment| payment["id"].as_str()).expect("a payment was made").to_owned();
        self.control(Method::POST, &format!("payments/{id}/{deed}"), &Value::Null).await;
    }

    /// Pays the order's payment if there is one to pay, as somebody with a wallet in hand would.
    pub async fn wallet_if_pending(&self, order: &str) {
        if self.payments(order).await.last().is_some_and(|payment| payment["status"] == "pending") {
            self.wallet(order, "pay").await;
        }
    }

    /// Pays what this code is for, as the app that scanned it would.
    ///
    /// # Panics
    /// When no payment has this code, or it is not alive.
    pub async fn approve_code(&self, code: &str) {
        let body: String = serializer().append_pair("code", code).append_pair("decision", "approve").finish();
        let address = self.at("/sandbox/wallet");
        let (status, answer) = request(&Method::POST, &address, FORM, body).await;
        assert_eq!(status, 303, "the wallet does not take {code}: {answer}");
    }

    /// Sets what goes wrong from now on; `[]` for nothing.
    pub async fn faults(&self, rules: Value) {
        self.control(Method::PUT, "faults", &rules).await;
    }

    /// Whether each rule that was set was asked about a request at least once.
    pub async fn was_struck(&self) -> bool {
        let rules = self.control(Method::GET, "faults", &Value::Null).await;
        rules.as_array().is_some_and(|rules| rules.iter().all(|rule| rule["seen"].as_u64() > Some(0)))
    }

    /// Sets whose raw responses creations are answered with.
    pub async fn provider(&self, setting: Value) {
        self.control(Method::PUT, "provider", &setting).await;
    }

    /// The address of a trial page of this content.
    pub fn page(&self, trial: &Trial) -> String {
        let name = format!("trial-{}", self.next());
        let script = trial.script_text();
        if !script.is_empty() {
            self.write(&format!("{name}.js"), script);
        }
        self.write(&format!("{name}.html"), &trial.html(&format!("{name}.js")));
        self.at(&format!("/pages/{name}.html"))
    }

    /// Writes a file among the trial pages.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.pages.join(name), text).expect("the trial page is written");
    }

    /// Where trial pages lie that a tool writes.
    pub fn pages(&self) -> &Path {
        &self.pages
    }

    /// An address of this shop.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What any server answers to being asked for this address.
    pub async fn read(&self, address: &str) -> String {
        let (status, answer) = request(&Method::GET, address, JSON, String::new()).await;
        assert_eq!(status, 200, "{address}: {answer}");
        answer
    }

    fn next(&self) -> u32 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let address = self.at(&format!("/sandbox/{path}"));
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = request(&method, &address, JSON, text).await;
        assert_eq!(status, 200, "{method} {address} {body}: {answer}");
        serde_json::from_str(&answer).unwrap_or_else(|fault| panic!("{address}: {fault}: {answer}"))
    }
}

/// The type of JSON.
pub const JSON: &str = "application/json";
/// The type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

fn serializer() -> url::form_urlencoded::Serializer<'static, String> {
    url::form_urlencoded::Serializer::new(String::new())
}

/// Sends a request as a merchant's own server would, and gives status and body.
pub async fn request(method: &Method, address: &str, kind: &str, body: String) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let request = Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, kind);
    let request = request.body(Body::from(body)).expect("a request");
    let answer = client.request(request).await.unwrap_or_else(|fault| panic!("{address}: {fault:?}"));
    let status = answer.status().as_u16();
    let body = to_bytes(Body::new(answer.into_body()), usize::MAX).await.expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn serve(pages: &Path, port: u16, forgetful: bool) -> (Program, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moongate"));
    command.args(["serve", "--port", &port.to_string(), "--pages"]).arg(pages);
    command.args(forgetful.then_some("--memory"));
    Program::start(&mut command, |line| line.starts_with("http://").then(|| line.trim_end_matches('/').to_owned()))
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.close();
        let _removed = fs::remove_dir_all(&self.pages);
        if !self.forgetful {
            let kept = format!("../moongate/sandbox-{}.redb", self.origin.rsplit(':').next().unwrap_or_default());
            let _removed = fs::remove_file(Path::new(env!("CARGO_TARGET_TMPDIR")).join(kept));
        }
    }
}
