//! The fault matrix: each way that a payment takes × each thing that goes wrong, played to its end by a shopper who does what
//! the screen offers. None is lost, none is made twice.
//!
//! It does not say what a screen must look like meanwhile; the other stories do.

use crate::apps::WECHAT_BRIDGE;
use crate::harness::wait::{LIMIT, until};
use crate::harness::{Browser, Checkout, DESK, Engine, Feat, Kind, PHONE, Shop, Trial, WECHAT, can};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const CREATION: &str = "/checkout/payments";

/// A way to pay.
struct Flow {
    name: &'static str,
    kind: Kind,
    method: &'static str,
    script: String,
}

/// What goes wrong.
enum Fault {
    /// In the server or before it, as `PUT /sandbox/faults` has it.
    Server(Value),
    /// In the network of the browser, from the press until that is noticed.
    Offline,
    /// The page is loaded again while the payment is being made.
    Reload,
    /// The shopper leaves, and comes back by the back button.
    Back,
    TwoTabs,
    DoubleClick,
    /// The server is killed in the middle and started again.
    Fall,
}

/// Some strike the first two creations, and of all else a few, by their seed; others never end.
fn faults() -> Vec<(&'static str, Fault)> {
    let some = |rule: Value, seed: u64| {
        let (mut first, mut more) = (rule.clone(), rule);
        (first["path"], first["method"], first["times"]) = (json!(CREATION), json!("POST"), json!(2));
        (more["rate"], more["times"], more["seed"], more["method"]) = (json!(0.6), json!(4), json!(seed), json!("GET"));
        Fault::Server(json!([first, more]))
    };
    let malformed = |shape: &str| json!({ "kind": "malformed", "as": shape });
    vec![
        ("slow", Fault::Server(json!([{ "kind": "latency", "ms": 900 }]))),
        ("dropped before the server acted", some(json!({ "kind": "drop-before" }), 1)),
        ("dropped after the server acted", some(json!({ "kind": "drop-after" }), 2)),
        ("500", some(json!({ "kind": "status", "status": 500 }), 3)),
        ("503, Retry-After", some(json!({ "kind": "status", "status": 503, "retry_after": 1 }), 4)),
        ("an answer cut off", some(malformed("truncated"), 5)),
        ("a page for an answer", some(malformed("html"), 6)),
        ("members of other types", some(malformed("wrong-types"), 7)),
        ("each request twice", Fault::Server(json!([{ "kind": "duplicate" }]))),
        ("push cut", Fault::Server(json!([{ "kind": "disconnect-events" }]))),
        ("push silent", Fault::Server(json!([{ "kind": "silent-events" }]))),
        ("clock 10 minutes fast", Fault::Server(json!([{ "kind": "clock-skew", "ms": 600_000 }]))),
        ("clock 10 minutes slow", Fault::Server(json!([{ "kind": "clock-skew", "ms": -600_000 }]))),
        ("offline in the middle", Fault::Offline),
        ("reload", Fault::Reload),
        ("back button", Fault::Back),
        ("two tabs", Fault::TwoTabs),
        ("double click", Fault::DoubleClick),
        ("server killed and started again", Fault::Fall),
    ]
}

/// Where the shopper is, in words.
async fn place(checkout: &Checkout<'_>) -> String {
    if checkout.browser().url().await.contains("/sandbox/wallet") {
        return "wallet".to_owned();
    }
    let script = "const { phase, at } = section?.dataset ?? {}; return [phase, at].filter(Boolean).join(' ')";
    checkout.looks(script).await.as_str().unwrap_or_default().to_owned()
}

/// Presses the first of these, if it is there. Whoever presses too late sees another screen, and does what that offers.
async fn tries(checkout: &Checkout<'_>, css: &str) {
    if let Some(button) = checkout.find(css).await {
        let _pressed = button.click().await;
    }
}

/// What a shopper does here who wants to pay, once.
async fn acts(shop: &Shop, order: &str, checkout: &Checkout<'_>, at: &str) {
    let gesture = |name: &str| format!("[data-gesture={name}]:not(:disabled)");
    match at {
        "wallet" => {
            let press = "document.querySelector('#approve')?.click()";
            let _pressed = checkout.browser().try_run(press, &[]).await;
        }
        "choosing" => tries(checkout, &gesture("pay")).await,
        "acting code" => shop.wallet_if_pending(order).await,
        "acting in_app" => {
            shop.wallet_if_pending(order).await;
            let _answered = checkout.browser().try_run("window.answer?.('ok')", &[]).await;
        }
        "acting code_over" => tries(checkout, &gesture("new_code")).await,
        "acting not_paid" | "acting app_link" => tries(checkout, &gesture("go_on")).await,
        "unknown" => tries(checkout, &gesture("ask_now")).await,
        _ => (),
    }
}

/// Pays on, from wherever the shopper is, to the end; gives what was seen last.
async fn to_the_end(shop: &Shop, order: &str, checkout: &Checkout<'_>) -> String {
    let mut at = String::new();
    let ended = until(LIMIT * 2, async || {
        at = place(checkout).await;
        if at.starts_with("ended") {
            return Some(());
        }
        acts(shop, order, checkout, &at).await;
        None
    });
    let _in_time = ended.await;
    at
}

/// Waits until the shopper is on the way: at the wallet, with a code, in the app.
async fn on_the_way(checkout: &Checkout<'_>) {
    let there = until(LIMIT, async || {
        let at = place(checkout).await;
        (at == "wallet" || at == "acting code" || at == "acting in_app").then_some(())
    });
    assert!(there.await.is_some(), "not on the way: {}", checkout.browser().account().await);
}

/// The trouble, up to where all that is left is to pay on.
async fn gets_into_trouble(shop: &mut Shop, browser: &Browser, checkout: &Checkout<'_>, flow: &Flow, fault: &Fault) {
    let pay = "[data-gesture=pay]:not(:disabled)";
    checkout.choose(flow.method).await;
    match fault {
        Fault::Server(rules) => {
            shop.faults(rules.clone()).await;
            checkout.press("pay").await;
        }
        Fault::Offline => {
            browser.offline(true).await;
            checkout.press("pay").await;
            let lost = "return host.state.log.some(({ event }) => event === 'lost')";
            checkout.until("it is noticed", lost).await;
            browser.offline(false).await;
        }
        Fault::Reload => {
            shop.faults(json!([{ "kind": "latency", "ms": 700, "method": "POST", "path": CREATION, "times": 1 }]))
                .await;
            checkout.press("pay").await.shows("sending").await;
            browser.reload().await;
        }
        Fault::Back => {
            checkout.press("pay").await;
            on_the_way(checkout).await;
            if place(checkout).await != "wallet" {
                browser.goto(&shop.at("/guide/")).await;
            }
            while browser.url().await.contains("/sandbox/") || browser.url().await.contains("/guide/") {
                browser.back().await;
            }
        }
        Fault::TwoTabs => {
            let (page, here) = (browser.url().await, browser.client().window().await.expect("a window"));
            let other = browser.client().new_window(true).await.expect("a second tab").handle;
            browser.client().switch_to_window(other).await.expect("the second tab");
            browser.goto(&page).await;
            checkout.ready().await.choose(flow.method).await;
            // Both are on their way before either is answered.
            shop.faults(json!([{ "kind": "latency", "ms": 700, "method": "POST", "path": CREATION }])).await;
            checkout.see(&format!("root.querySelector('{pay}').click()")).await;
            browser.client().switch_to_window(here).await.expect("the first tab");
            checkout.press("pay").await;
        }
        Fault::DoubleClick => {
            checkout.see(&format!("const next = root.querySelector('{pay}'); next.click(); next.click()")).await;
        }
        Fault::Fall => {
            checkout.press("pay").await;
            on_the_way(checkout).await;
            shop.close();
            shop.reopen();
        }
    }
}

/// What became of an order's money.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// One payment was made, and the shopper saw it.
    Paid,
    /// None was made, or the shopper does not know of it.
    Lost,
    /// A second one was made, or can still be.
    Twice,
}

fn judged(payments: &[Value], seen: &str) -> Verdict {
    let count = |of: &[&str]| payments.iter().filter(|pay| of.iter().any(|status| pay["status"] == *status)).count();
    match (count(&["succeeded"]), count(&["succeeded", "pending", "processing"])) {
        (1, 1) if seen == "ended succeeded" => Verdict::Paid,
        (_, 2..) => Verdict::Twice,
        _ => Verdict::Lost,
    }
}

#[test]
fn what_is_lost_or_paid_twice_is_told_from_what_is_paid() {
    for (standings, seen, verdict) in [
        (&["succeeded"][..], "ended succeeded", Verdict::Paid),
        (&["canceled", "expired", "succeeded"], "ended succeeded", Verdict::Paid),
        (&["succeeded"], "acting code", Verdict::Lost),
        (&["succeeded"], "ended expired", Verdict::Lost),
        (&["pending"], "ended succeeded", Verdict::Lost),
        (&[], "ended succeeded", Verdict::Lost),
        (&["succeeded", "succeeded"], "ended succeeded", Verdict::Twice),
        (&["succeeded", "pending"], "ended succeeded", Verdict::Twice),
        (&["processing", "pending"], "unknown", Verdict::Twice),
    ] {
        let payments: Vec<Value> = standings.iter().map(|status| json!({ "status": status })).collect();
        assert_eq!(judged(&payments, seen), verdict, "{standings:?}, {seen}");
    }
}

/// Plays one flow against every fault and holds that each time one payment is made and seen. The guide's table names them.
async fn played(flow: Flow) {
    let (mut shop, browser) = (Shop::lasting(), flow.kind.open().await);
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/twice.html")).unwrap();
    assert!(guide.contains(&format!("<th scope=\"col\">{}</th>", flow.name)), "the guide knows no {}", flow.name);
    let (mut paid, mut lost, mut twice) = (0, Vec::new(), Vec::new());
    for (name, fault) in faults() {
        assert!(guide.contains(&format!("<th scope=\"row\">{name}</th>")), "the guide knows no {name}");
        if matches!(fault, Fault::Offline) && !can(Feat::CutNetwork) {
            continue;
        }
        let order = format!("{}-{}", shop.order(), std::process::id());
        browser.goto(&shop.page(&Trial::of(&order).script(&flow.script))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        gets_into_trouble(&mut shop, &browser, &checkout, &flow, &fault).await;
        let seen = to_the_end(&shop, &order, &checkout).await;
        assert!(shop.was_struck().await, "{name}: no request met it");
        shop.faults(json!([])).await;
        let payments = shop.payments(&order).await;
        match judged(&payments, &seen) {
            Verdict::Paid => paid += 1,
            Verdict::Twice => twice.push(format!("{name}: {payments:#?}")),
            Verdict::Lost => lost.push(format!("{name}: {seen}: {payments:#?}\n{}", browser.account().await)),
        }
    }
    println!("{} in {:?}: paid {paid}, lost {}, twice {}", flow.name, Engine::of_this_run(), lost.len(), twice.len());
    assert!(lost.is_empty() && twice.is_empty(), "lost: {}\ntwice: {}", lost.join("\n"), twice.join("\n"));
}

fn flow(name: &'static str, kind: Kind, method: &'static str) -> Flow {
    Flow { name, kind, method, script: String::new() }
}

#[tokio::test]
async fn a_code_is_paid_once_whatever_goes_wrong() {
    played(flow("a code", DESK, "wechatpay")).await;
}

#[tokio::test]
async fn a_wallets_page_is_paid_on_once_whatever_goes_wrong() {
    played(flow("a page", DESK.phone(PHONE), "alipay")).await;
}

#[tokio::test]
async fn a_form_to_a_wallet_is_paid_once_whatever_goes_wrong() {
    played(flow("a form", DESK.phone(PHONE), "unionpay")).await;
}

#[tokio::test]
async fn a_wallets_own_app_pays_once_whatever_goes_wrong() {
    let script = format!("{WECHAT_BRIDGE}; bridge()");
    played(Flow { script, ..flow("its own app", DESK.phone(WECHAT), "wechatpay") }).await;
}
