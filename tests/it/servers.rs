//! That each server of the guide keeps the contract, ships only on a notification that is the provider's, and once.

#[path = "servers/program.rs"]
mod program;

use program::{GO, JAVA, Kind, NODE, PYTHON, RUST};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Those that push, refresh and answer pages of other origins as well.
const WHOLE: [&str; 2] = ["go", "java"];

/// A page of the merchant's that is not on the server's own origin.
const PAGES: &str = "https://www.shop.example";

static SHOPS: AtomicU32 = AtomicU32::new(0);

/// A guide's server with a store of its own; both go with the test.
struct Shop {
    kind: Kind,
    port: u16,
    data: PathBuf,
    /// Seconds that a code can be paid.
    life: u32,
    child: Child,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.end();
        let _removed = fs::remove_dir_all(&self.data);
    }
}

impl Shop {
    fn open(kind: Kind) -> Self {
        Self::with_codes_of(kind, 900)
    }

    fn with_codes_of(kind: Kind, life: u32) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let number = SHOPS.fetch_add(1, Ordering::Relaxed);
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shop-{}-{number}", std::process::id()));
        fs::create_dir_all(&data).unwrap();
        let child = start(kind, port, &data, life);
        Self { kind, port, data, life, child }
    }

    fn end(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }

    fn restart(&mut self) {
        self.end();
        self.child = start(self.kind, self.port, &self.data, self.life);
    }

    /// Asks as a browser of this session would: the status, the headers and the body.
    fn ask(&self, method: &str, path: &str, kind: &str, body: &str, session: &str) -> (u16, String, Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let key = serde_json::from_str::<Value>(body).ok().and_then(|body| body["attempt"].as_str().map(str::to_owned));
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Cookie: shop_session={session}\r\nIdempotency-Key: {}\r\n\r\n{body}",
            self.port,
            body.len(),
            key.unwrap_or_default()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn create(&self, order: &str, attempt: &str, session: &str) -> (u16, Value) {
        let home = format!("http://127.0.0.1:{}/", self.port);
        let wish = serde_json::json!({ "version": 1, "order": order, "method": "wechatpay", "attempt": attempt,
            "amount": if order == "SO-1001" { 12800 } else { 4500 }, "currency": "CNY", "flows": ["qr"], "return_url": home,
            "locale": "en", "environment": { "app": "browser", "version": null, "os": "linux", "device": "desktop" } });
        let (status, _, told) = self.ask("POST", "/checkout/payments", "application/json", &wish.to_string(), session);
        (status, told)
    }

    /// Does in the simulated wallet what these fields say; what the shop answered to the notification.
    fn wallet(&self, fields: &str) -> u64 {
        let (status, _, told) = self.ask("POST", "/wallet/pay", "application/x-www-form-urlencoded", fields, "");
        assert_eq!(status, 200, "{fields}: {told}");
        told["answered"].as_u64().unwrap()
    }

    fn codes(&self) -> Vec<Value> {
        self.ask("GET", "/wallet/codes", "", "", "").2.as_array().unwrap().clone()
    }

    /// Whether the order's page says that it was shipped.
    fn shipped(&self, order: &str) -> bool {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET /orders/{order} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        assert!(page.contains("<moongate-checkout"), "{page}");
        page.contains("Shipped")
    }
}

fn start(kind: Kind, port: u16, data: &Path, life: u32) -> Child {
    let mut command = program::command(kind, port, data);
    command.env("SHOP_PAGES", PAGES).env("SHOP_CODE_SECONDS", life.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap_or_else(|| panic!("{kind:?} ended at once")).unwrap();
    assert_eq!(first, format!("http://127.0.0.1:{port}/orders/SO-1001"));
    // Read to its end, or the server would stop at a full pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    // It says where it will listen before it does.
    let listens = (0..400).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(listens, "{kind:?} does not listen");
    child
}

/// `verify`, with a restart in the middle and the payment paid: all that can be checked holds.
fn keeps_every_rule(kind: Kind) {
    let mut shop = Shop::open(kind);
    let url = format!("http://127.0.0.1:{}/checkout", shop.port);
    let mut verify = Command::new(env!("CARGO_BIN_EXE_moongate"));
    verify
        .args(["verify", &url, "--order", "SO-1002"])
        .args(if WHOLE.contains(&kind.0) { &["--origin", PAGES][..] } else { &[] })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut player = verify.spawn().unwrap();
    let mut press = player.stdin.take().unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(player.stdout.take().unwrap()).lines().map(Result::unwrap) {
        if line.contains("twice at the same time") {
            shop.restart();
            writeln!(press).unwrap();
        }
        if line.contains("a restart of the server") {
            let live = shop.codes().into_iter().find(|code| code["state"] == "NOTPAY").expect("a code to pay");
            assert_eq!(shop.wallet(&format!("id={}", live["id"].as_str().unwrap())), 204);
            writeln!(press).unwrap();
        }
        lines.push(line);
    }
    assert_eq!(player.wait().unwrap().code(), Some(0), "{}", lines.join("\n"));
    let unchecked: Vec<_> = lines.iter().filter(|line| line.starts_with('-')).collect();
    let left_out =
        |line: &&&String| !WHOLE.contains(&kind.0) && (line.contains("stream") || line.contains("another origin"));
    assert_eq!(unchecked.iter().filter(left_out).count(), unchecked.len(), "{unchecked:#?}");
    let least = if WHOLE.contains(&kind.0) { 37 } else { 29 };
    assert!(lines.iter().filter(|line| line.starts_with("ok")).count() >= least, "{}", lines.join("\n"));
    assert!(shop.shipped("SO-1002"));
}

const MINE: &str = "0123456789012345678901234567890123456789012";
const THEIRS: &str = "9876543210987654321098765432109876543210987";
const FIRST: &str = "mg_00000000000000000000000000000001";
const SECOND: &str = "mg_00000000000000000000000000000002";

/// Nothing but the provider's own notification, of the right sum, ships.
fn believes_no_lie(kind: Kind) {
    let shop = Shop::open(kind);
    let (status, payment) = shop.create("SO-1001", FIRST, MINE);
    assert_eq!(status, 201, "{payment}");
    let id = payment["id"].as_str().unwrap();
    let stands = || shop.ask("GET", &format!("/checkout/payments/{id}"), "", "", MINE).2["status"].clone();
    assert_eq!(shop.wallet(&format!("id={id}&forged=1")), 401, "signed by somebody else");
    assert_eq!(shop.wallet(&format!("id={id}&total=1")), 401, "of another sum");
    assert_eq!(shop.ask("POST", "/notify/wechatpay", "application/json", "{}", "").0, 401, "without a signature");
    assert_eq!((stands(), shop.shipped("SO-1001")), ("pending".into(), false));
    assert_eq!(shop.wallet(&format!("id={id}")), 204);
    assert_eq!((stands(), shop.shipped("SO-1001")), ("succeeded".into(), true));
    assert_eq!(shop.wallet(&format!("id={id}")), 204, "told twice, it is the same payment");
    assert_eq!(shop.codes()[0]["state"], "SUCCESS", "and is not refunded");
}

/// Paid in the moment in which it was closed, and paid again: shipped once, and one of the two is paid back.
fn refunds_a_second_payment(kind: Kind) {
    let shop = Shop::open(kind);
    let first = shop.create("SO-1001", FIRST, MINE).1;
    let closed = shop.ask("POST", &format!("/checkout/payments/{FIRST}/cancel"), "", "", MINE).2;
    assert_eq!(closed["status"], "canceled");
    let second = shop.create("SO-1001", SECOND, MINE).1;
    assert_eq!(shop.wallet(&format!("id={}", second["id"].as_str().unwrap())), 204);
    assert_eq!(shop.wallet(&format!("id={}", first["id"].as_str().unwrap())), 204);
    let states: Vec<_> = shop.codes().iter().map(|code| code["state"].clone()).collect();
    assert_eq!(states, ["REFUND", "SUCCESS"]);
    let told = shop.ask("GET", &format!("/checkout/payments/{FIRST}"), "", "", MINE).2;
    assert_eq!((&told["status"], &told["refunded"]), (&"succeeded".into(), &true.into()), "{told}");
}

/// A late success ships, and what else could be paid for the order is closed.
fn closes_the_rest_when_one_is_paid(kind: Kind) {
    let shop = Shop::open(kind);
    let first = shop.create("SO-1001", FIRST, MINE).1;
    shop.ask("POST", &format!("/checkout/payments/{FIRST}/cancel"), "", "", MINE);
    shop.create("SO-1001", SECOND, MINE);
    assert_eq!(shop.wallet(&format!("id={}", first["id"].as_str().unwrap())), 204);
    assert!(shop.shipped("SO-1001"));
    let states: Vec<_> = shop.codes().iter().map(|code| code["state"].clone()).collect();
    assert_eq!(states, ["SUCCESS", "CLOSED"]);
}

/// Whoever is not the order's session can't see its code, begin its payment or cancel it.
fn shows_nobody_else_the_code(kind: Kind) {
    let shop = Shop::open(kind);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    let id = payment["id"].as_str().unwrap();
    let told = shop.ask("GET", &format!("/checkout/payments/{id}"), "", "", THEIRS).2;
    assert_eq!(told["status"], "pending");
    assert!(told.get("action").is_none() && told.get("attempt").is_none(), "{told}");
    assert_eq!(shop.ask("GET", &format!("/pay/{id}"), "", "", MINE).0, 200);
    assert_eq!(shop.ask("GET", &format!("/pay/{id}"), "", "", THEIRS).0, 404);
    let (status, refused) = shop.create("SO-1001", SECOND, THEIRS);
    assert_eq!((status, &refused["code"]), (403, &"not_allowed".into()));
    assert!(refused.get("payment").is_none());
    assert_eq!(shop.ask("POST", &format!("/checkout/payments/{id}/cancel"), "", "", THEIRS).0, 403);
    assert_eq!(shop.ask("GET", &format!("/checkout/payments/{id}"), "", "", MINE).2["status"], "pending");
}

/// A code whose time is over is made unpayable before another is made for the same attempt; one that was paid all the same ships,
/// and what was paid twice is paid back.
fn makes_a_code_anew(kind: Kind) {
    let shop = Shop::with_codes_of(kind, 0);
    let first = shop.create("SO-1001", FIRST, MINE).1;
    let anew = |session| shop.ask("POST", &format!("/checkout/payments/{FIRST}/refresh"), "", "", session);
    assert_eq!(anew(THEIRS).0, 403);
    let second = anew(MINE).2;
    assert_eq!((&second["id"], &second["status"]), (&first["id"], &"pending".into()), "{second}");
    assert_ne!(second["action"], first["action"]);
    let states = || shop.codes().iter().map(|code| code["state"].clone()).collect::<Vec<_>>();
    assert_eq!(states(), ["CLOSED", "NOTPAY"]);
    let pay = |at: usize| shop.wallet(&format!("id={}", shop.codes()[at]["id"].as_str().unwrap()));
    assert_eq!(pay(0), 204);
    assert!(shop.shipped("SO-1001"));
    assert_eq!(states(), ["SUCCESS", "CLOSED"]);
    assert_eq!(pay(1), 204);
    assert_eq!(states(), ["SUCCESS", "REFUND"]);
    let told = anew(MINE).2;
    assert_eq!((&told["status"], told.get("refunded")), (&"succeeded".into(), None), "one of the two was kept: {told}");
}

/// What was canceled after its time stays closed.
fn makes_no_code_for_what_was_canceled(kind: Kind) {
    let shop = Shop::with_codes_of(kind, 0);
    shop.create("SO-1001", FIRST, MINE);
    let ask = |deed: &str| shop.ask("POST", &format!("/checkout/payments/{FIRST}/{deed}"), "", "", MINE).2;
    assert_eq!(shop.ask("GET", &format!("/checkout/payments/{FIRST}"), "", "", MINE).2["status"], "expired");
    assert_eq!(ask("cancel")["status"], "canceled");
    assert_eq!(ask("refresh")["status"], "canceled");
    assert_eq!(shop.codes().len(), 1);
}

/// The fenced blocks of the page about providers that are in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let page = include_str!("../../www/guide/servers/providers.md");
    let open = format!("```{language}\n");
    page.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Says that a command must succeed with this on its standard input.
fn takes(command: &mut Command, text: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}{}{text}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_answers_on_the_page_about_providers_are_read_and_its_calls_parse() {
    let kinds = ["qr", "qr", "qr", "qr", "redirect"];
    assert_eq!(blocks("json").len(), kinds.len());
    for (answer, kind) in blocks("json").into_iter().zip(kinds) {
        let action = takes(Command::new(env!("CARGO_BIN_EXE_moongate")).arg("action"), answer);
        assert_eq!(serde_json::from_str::<Value>(&action).unwrap()["type"], kind, "{answer}");
    }
    assert_eq!(blocks("python").len(), kinds.len());
    for calls in blocks("python") {
        takes(Command::new("python3").args(["-c", "import ast, sys; ast.parse(sys.stdin.read())"]), calls);
    }
}

macro_rules! servers {
    ($($name:ident $kind:ident $($ignored:literal)?;)*) => { $(mod $name {
        $(#[ignore = $ignored])? #[test] fn it_keeps_every_rule() { super::keeps_every_rule(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_believes_no_lie() { super::believes_no_lie(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_refunds_a_second_payment() { super::refunds_a_second_payment(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_closes_the_rest_when_one_is_paid() { super::closes_the_rest_when_one_is_paid(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_shows_nobody_else_the_code() { super::shows_nobody_else_the_code(super::$kind); }
    })* };
}

#[test]
fn the_checks_on_the_page_about_providers_open_what_the_provider_signed_and_nothing_else() {
    let python = program::installed("python").join("bin/python");
    let page = serde_json::json!(blocks("python")).to_string();
    let said = takes(Command::new(python).args(["-c", include_str!("servers/signed.py")]), &page);
    assert_eq!(said, "alipay 4\nstripe 5\nadyen 3\nping++ 3\n");
}

/// The rules of those that make codes anew.
macro_rules! whole {
    ($($name:ident $kind:ident $ignored:literal;)*) => { $(mod $name {
        #[ignore = $ignored] #[test] fn it_makes_a_code_anew() { super::makes_a_code_anew(super::$kind); }
        #[ignore = $ignored] #[test]
        fn it_makes_no_code_for_what_was_canceled() { super::makes_no_code_for_what_was_canceled(super::$kind); }
    })* };
}

servers! {
    python PYTHON;
    node NODE;
    rust RUST "is built with axum and SQLite: tests/run --all";
    go GO "is built with Go: tests/run --all";
    java JAVA "is built with Maven: tests/run --all";
}

whole! {
    go_anew GO "is built with Go: tests/run --all";
    java_anew JAVA "is built with Maven: tests/run --all";
}
