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
use std::sync::{Arc, Mutex};

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
    /// What it printed, also before a restart.
    said: Said,
}

type Said = Arc<Mutex<Vec<String>>>;

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
        let said = Said::default();
        let child = start(kind, port, &data, life, &said);
        Self { kind, port, data, life, child, said }
    }

    fn end(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }

    fn restart(&mut self) {
        self.restart_after("shop", "");
    }

    /// Changes what the server keeps, while it is away.
    fn restart_after(&mut self, store: &str, change: &str) {
        const CHANGE: &str =
            "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as store: store.execute(sys.argv[2])";
        self.end();
        if !change.is_empty() {
            let file = self.data.join(format!("{store}.db"));
            // A lock that a server left when it was killed.
            let _removed = fs::remove_dir_all(self.data.join(format!("{store}.db.lock")));
            takes(Command::new("python3").args(["-c", CHANGE, file.to_str().unwrap(), change]), "");
        }
        self.child = start(self.kind, self.port, &self.data, self.life, &self.said);
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
        self.create_at(if order == "SO-1001" { 12800 } else { 4500 }, order, attempt, session)
    }

    fn create_at(&self, amount: u32, order: &str, attempt: &str, session: &str) -> (u16, Value) {
        let home = format!("http://127.0.0.1:{}/", self.port);
        let wish = serde_json::json!({ "version": 1, "order": order, "method": "wechatpay", "attempt": attempt,
            "amount": amount, "currency": "CNY", "flows": ["qr"], "return_url": home,
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

    /// Lets these calls of the simulated wallet fail for this payment from now on.
    fn fail(&self, id: &str, calls: &str) {
        let fields = format!("id={id}&calls={calls}");
        assert_eq!(self.ask("POST", "/wallet/fail", "application/x-www-form-urlencoded", &fields, "").0, 200);
    }

    /// The payment of this key, as the order's own session is told.
    fn stands(&self, key: &str) -> Value {
        let (status, _, told) = self.ask("GET", &format!("/checkout/payments/{key}"), "", "", MINE);
        assert_eq!(status, 200, "{told}");
        told["status"].clone()
    }

    fn cancel(&self, key: &str) -> Value {
        let (status, _, told) = self.ask("POST", &format!("/checkout/payments/{key}/cancel"), "", "", MINE);
        assert_eq!(status, 200, "{told}");
        told
    }

    fn states(&self) -> Vec<Value> {
        self.codes().iter().map(|code| code["state"].clone()).collect()
    }

    /// How often the warehouse was told of this order.
    fn shipments(&self, order: &str) -> usize {
        let line = format!("ship order {order}");
        self.said.lock().unwrap().iter().filter(|said| **said == line).count()
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

/// Waits for what the server does beside its answers, right after its start or once every minute.
fn soon(is_so: impl Fn() -> bool) -> bool {
    (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        is_so()
    })
}

fn start(kind: Kind, port: u16, data: &Path, life: u32, said: &Said) -> Child {
    let mut command = program::command(kind, port, data);
    command.env("SHOP_PAGES", PAGES).env("SHOP_CODE_SECONDS", life.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().map(Result::unwrap);
    // Read to its end, or the server would stop at a full pipe.
    let said = Arc::clone(said);
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| said.lock().unwrap().push(line)));
    // It says where it will listen before it does.
    let is_told = first.as_deref() == Some(&format!("http://127.0.0.1:{port}/orders/SO-1001"));
    let listens = is_told
        && (0..400).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(25));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    if !listens {
        // It would outlive the test, and hold its output open.
        let _ended = child.kill();
    }
    assert!(listens, "{kind:?} does not listen at {port}; it said {first:?}");
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
const THIRD: &str = "mg_00000000000000000000000000000003";

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

/// The price changed after the code was made: what was paid at the old one is paid back, and no reason to close what is at the new one.
fn ships_nothing_at_an_old_price(kind: Kind) {
    let mut shop = Shop::open(kind);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    shop.restart_after("shop", "UPDATE orders SET amount = 15000 WHERE id = 'SO-1001'");
    assert_eq!(shop.wallet(&format!("id={}", payment["id"].as_str().unwrap())), 204);
    assert!(soon(|| shop.states() == ["REFUND"]), "{:?}", shop.states());
    assert!(!shop.shipped("SO-1001"));
    assert_eq!((shop.shipments("SO-1001"), shop.stands(FIRST)), (0, "succeeded".into()));
    let canceled = shop.create("SO-1002", SECOND, MINE).1;
    assert_eq!(shop.cancel(SECOND)["status"], "canceled");
    shop.restart_after("shop", "UPDATE orders SET amount = 5000 WHERE id = 'SO-1002'");
    let (status, live) = shop.create_at(5000, "SO-1002", THIRD, MINE);
    assert_eq!(status, 201, "{live}");
    assert_eq!(shop.wallet(&format!("id={}", canceled["id"].as_str().unwrap())), 204);
    assert!(soon(|| shop.states() == ["REFUND", "REFUND", "NOTPAY"]), "{:?}", shop.states());
    assert_eq!(shop.wallet(&format!("id={}", live["id"].as_str().unwrap())), 204);
    assert!(shop.shipped("SO-1002"));
}

/// What was to be shipped when the server was killed is shipped after it; what was shipped is not shipped again.
fn ships_what_was_still_due(kind: Kind) {
    let mut shop = Shop::open(kind);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    assert_eq!(shop.wallet(&format!("id={}", payment["id"].as_str().unwrap())), 204);
    assert!(soon(|| shop.shipments("SO-1001") == 1));
    shop.restart_after("shop", "UPDATE orders SET shipped_for = 'pay_1', shipment = 'due' WHERE id = 'SO-1002'");
    assert!(soon(|| shop.shipments("SO-1002") == 1), "it was killed before it told the warehouse");
    // Killed before it wrote down that it told the warehouse, it would rightly tell again.
    std::thread::sleep(std::time::Duration::from_secs(1));
    shop.restart();
    // Told again after this start, it had the time to ship once too often.
    assert_eq!(shop.wallet(&format!("id={}", payment["id"].as_str().unwrap())), 204);
    assert!(shop.shipped("SO-1001") && shop.shipped("SO-1002"));
    assert_eq!((shop.shipments("SO-1001"), shop.shipments("SO-1002")), (1, 1));
}

/// A notification that never came: the provider is asked once a minute, when the time is over, and when it can't be closed.
fn learns_of_a_payment_nobody_told_of(kind: Kind) {
    let mut shop = Shop::open(kind);
    let pay = |shop: &Shop, payment: &Value| {
        assert_eq!(shop.wallet(&format!("id={}&silent=1", payment["id"].as_str().unwrap())), 0);
    };
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    pay(&shop, &payment);
    assert_eq!(shop.stands(FIRST), "pending");
    shop.restart();
    assert!(soon(|| shop.stands(FIRST) == "succeeded"), "the job asks");
    assert!(soon(|| shop.shipments("SO-1001") == 1));
    let payment = shop.create("SO-1002", SECOND, MINE).1;
    pay(&shop, &payment);
    assert_eq!(shop.cancel(SECOND)["status"], "succeeded");
    assert!(soon(|| shop.shipments("SO-1002") == 1));
    let short = Shop::with_codes_of(kind, 0);
    let payment = short.create("SO-1001", FIRST, MINE).1;
    pay(&short, &payment);
    assert_eq!(short.stands(FIRST), "succeeded");
    assert!(soon(|| short.shipments("SO-1001") == 1));
}

/// What the provider answers is compared as a notification is.
fn believes_no_query_of_another_sum(kind: Kind) {
    let mut shop = Shop::open(kind);
    shop.create("SO-1001", FIRST, MINE);
    shop.restart_after("wallet", "UPDATE codes SET total = 1, state = 'SUCCESS'");
    assert_eq!(shop.cancel(FIRST)["status"], "processing");
    assert!(!shop.shipped("SO-1001"));
    assert_eq!(shop.states(), ["SUCCESS"]);
}

/// A provider that can't be reached: the payment is answered as it stands, and no other way is offered.
fn stays_pending_while_it_cannot_be_closed(kind: Kind) {
    let shop = Shop::with_codes_of(kind, 0);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    let id = payment["id"].as_str().unwrap();
    shop.fail(id, "close query");
    assert_eq!(shop.stands(FIRST), "pending");
    assert_eq!(shop.cancel(FIRST)["status"], "pending");
    let (status, refused) = shop.create("SO-1001", SECOND, MINE);
    assert_eq!((status, &refused["code"]), (409, &"payment_in_progress".into()));
    shop.fail(id, "");
    assert_eq!(shop.cancel(FIRST)["status"], "canceled");
    assert_eq!(shop.create("SO-1001", SECOND, MINE).0, 201);
}

/// What can't be closed, since the provider never saw it or has ended it, ends with its time; paid all the same, it ships.
fn ends_what_is_over_though_it_cannot_be_closed(kind: Kind) {
    let long = Shop::open(kind);
    let payment = long.create("SO-1001", FIRST, MINE).1;
    long.fail(payment["id"].as_str().unwrap(), "close");
    assert_eq!(long.cancel(FIRST)["status"], "pending", "it can still be paid");
    let shop = Shop::with_codes_of(kind, 0);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    let id = payment["id"].as_str().unwrap();
    shop.fail(id, "close");
    assert_eq!(shop.stands(FIRST), "expired");
    assert_eq!(shop.wallet(&format!("id={id}")), 204);
    assert_eq!((shop.stands(FIRST), shop.shipped("SO-1001")), ("succeeded".into(), true));
}

/// A refund that fails stops neither the others nor a notification, and is tried again.
fn goes_on_though_one_refund_fails(kind: Kind) {
    let mut shop = Shop::open(kind);
    let twice = |order: &str, attempts: [&str; 2], calls: &str| {
        let first = shop.create(order, attempts[0], MINE).1;
        let first = first["id"].as_str().unwrap();
        shop.fail(first, calls);
        assert_eq!(shop.cancel(attempts[0])["status"], "canceled");
        let second = shop.create(order, attempts[1], MINE).1;
        assert_eq!(shop.wallet(&format!("id={}", second["id"].as_str().unwrap())), 204);
        assert_eq!(shop.wallet(&format!("id={first}")), 204);
        first.to_owned()
    };
    let still_due = twice("SO-1001", [FIRST, SECOND], "refund");
    twice("SO-1002", [THIRD, "mg_00000000000000000000000000000004"], "");
    assert_eq!(shop.states(), ["SUCCESS", "SUCCESS", "REFUND", "SUCCESS"]);
    shop.fail(&still_due, "");
    shop.restart();
    assert!(soon(|| shop.states()[0] == "REFUND"), "{:?}", shop.states());
}

/// What else can be paid for an order that is shipped is closed, if not at once then later.
fn closes_later_what_could_not_be_closed(kind: Kind) {
    let mut shop = Shop::open(kind);
    let first = shop.create("SO-1001", FIRST, MINE).1;
    assert_eq!(shop.cancel(FIRST)["status"], "canceled");
    let second = shop.create("SO-1001", SECOND, MINE).1;
    let second = second["id"].as_str().unwrap();
    shop.fail(second, "close");
    assert_eq!(shop.wallet(&format!("id={}", first["id"].as_str().unwrap())), 204);
    assert!(soon(|| shop.shipments("SO-1001") == 1));
    assert_eq!(shop.states(), ["SUCCESS", "NOTPAY"]);
    shop.fail(second, "");
    shop.restart();
    assert!(soon(|| shop.states() == ["SUCCESS", "CLOSED"]), "{:?}", shop.states());
    assert!(soon(|| shop.stands(SECOND) == "canceled"));
}

/// By the form way too, a code that can't be paid any more is not shown: the shopper is sent back.
fn shows_no_dead_code(kind: Kind) {
    let shop = Shop::with_codes_of(kind, 0);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    let page = format!("/pay/{}", payment["id"].as_str().unwrap());
    let (status, head, _) = shop.ask("GET", &page, "", "", MINE);
    assert_eq!(status, 303);
    assert!(head.contains(&format!("moongate_attempt={FIRST}")), "{head}");
    assert_eq!((shop.stands(FIRST), shop.states()), ("expired".into(), vec!["CLOSED".into()]));
}

/// What was canceled before it came has no order to tell of, and nothing to pay on.
fn leaves_out_what_a_key_never_seen_has_not(kind: Kind) {
    let shop = Shop::open(kind);
    let told = shop.cancel(FIRST);
    assert_eq!((&told["attempt"], &told["status"]), (&FIRST.into(), &"canceled".into()));
    let extra: Vec<_> =
        ["order", "method", "amount", "currency"].iter().filter(|key| told.get(*key).is_some()).collect();
    assert!(extra.is_empty(), "{told}");
    assert_eq!(shop.ask("GET", &format!("/pay/{}", told["id"].as_str().unwrap()), "", "", MINE).0, 404);
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
    let numbers: Vec<_> = shop.codes().iter().map(|code| code["id"].as_str().unwrap().to_owned()).collect();
    let plain = |number: &String| number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    assert!(numbers.iter().all(plain), "Alipay takes no other: {numbers:?}");
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

/// A provider that can't be reached ends no event stream: it tells the end when there is one.
fn tells_on_while_it_cannot_be_closed(kind: Kind) {
    let shop = Shop::with_codes_of(kind, 0);
    let payment = shop.create("SO-1001", FIRST, MINE).1;
    let id = payment["id"].as_str().unwrap();
    shop.fail(id, "close query");
    let mut stream = TcpStream::connect(("127.0.0.1", shop.port)).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", payment["events"].as_str().unwrap()).unwrap();
    let mut told = BufReader::new(stream).lines().map_while(Result::ok).filter(|line| line.starts_with("data: {\""));
    let mut next = || told.next().unwrap_or_default();
    assert!(next().contains("\"status\":\"pending\""));
    shop.fail(id, "");
    assert_eq!(shop.cancel(FIRST)["status"], "canceled");
    assert!(next().contains("\"status\":\"canceled\""));
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
        $(#[ignore = $ignored])? #[test] fn it_ships_nothing_at_an_old_price() { super::ships_nothing_at_an_old_price(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_ships_what_was_still_due() { super::ships_what_was_still_due(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_learns_of_a_payment_nobody_told_of() { super::learns_of_a_payment_nobody_told_of(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_believes_no_query_of_another_sum() { super::believes_no_query_of_another_sum(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_stays_pending_while_it_cannot_be_closed() { super::stays_pending_while_it_cannot_be_closed(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_ends_what_is_over_though_it_cannot_be_closed() { super::ends_what_is_over_though_it_cannot_be_closed(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_goes_on_though_one_refund_fails() { super::goes_on_though_one_refund_fails(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_closes_later_what_could_not_be_closed() { super::closes_later_what_could_not_be_closed(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_shows_no_dead_code() { super::shows_no_dead_code(super::$kind); }
        $(#[ignore = $ignored])? #[test] fn it_leaves_out_what_a_key_never_seen_has_not() { super::leaves_out_what_a_key_never_seen_has_not(super::$kind); }
    })* };
}

#[test]
fn the_checks_on_the_page_about_providers_open_what_the_provider_signed_and_nothing_else() {
    let python = program::installed("python").join("bin/python");
    let page = serde_json::json!(blocks("python")).to_string();
    let said = takes(Command::new(python).args(["-c", include_str!("servers/signed.py")]), &page);
    assert_eq!(said, "alipay 4\nstripe 5\nadyen 3\nping++ 3\n");
}

#[test]
fn the_readmes_server_asks_for_each_payment_by_its_own_number_and_believes_the_close_call() {
    let (_, after) = include_str!("../../README.md").split_once("```python\n").unwrap();
    let server = after.split("```").next().unwrap();
    takes(Command::new("python3").args(["-c", include_str!("servers/readme.py")]), server);
}

/// The rules of those that make codes anew.
macro_rules! whole {
    ($($name:ident $kind:ident $ignored:literal;)*) => { $(mod $name {
        #[ignore = $ignored] #[test] fn it_makes_a_code_anew() { super::makes_a_code_anew(super::$kind); }
        #[ignore = $ignored] #[test]
        fn it_makes_no_code_for_what_was_canceled() { super::makes_no_code_for_what_was_canceled(super::$kind); }
        #[ignore = $ignored] #[test]
        fn it_tells_on_while_it_cannot_be_closed() { super::tells_on_while_it_cannot_be_closed(super::$kind); }
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
