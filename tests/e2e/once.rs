//! That one order is paid once, however often it is pressed, sent, reloaded or opened.

use crate::harness::{Checkout, DESK, Engine, PHONE, Shop, Trial, untroubled};
use crate::paying::{approve, paid};
use crate::returning::SHORT;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

#[tokio::test]
async fn a_double_click_on_pay_makes_one_payment() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for method in ["wechatpay", "alipay"] {
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.choose(method).await;
        let button = checkout.find("[data-gesture=pay]").await.expect("the button");
        let (down, up) =
            (PointerAction::Down { button: MOUSE_BUTTON_LEFT }, PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        let there = PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 };
        let clicks = [there, down.clone(), up.clone(), down, up];
        let mouse = clicks.into_iter().fold(MouseActions::new("mouse".to_owned()), InputSource::then);
        browser.act(mouse).await;
        checkout.shows("acting code").await;
        assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
        assert_eq!(checkout.heard("submit").await.len(), 1);
    }
}

#[tokio::test]
async fn many_presses_in_one_task_make_one_payment() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.choose("wechatpay").await;
    checkout.see("const button = root.querySelector('[data-gesture=pay]'); for (let n = 0; n < 9; n += 1) { button.click(); host.pay() }").await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_reload_while_the_creation_is_under_way_makes_no_second_one() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    shop.faults(json!([{ "kind": "latency", "ms": 1500, "method": "POST", "path": "/checkout/payments", "times": 1 }]))
        .await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    browser.reload().await;
    checkout.ready().await;
    checkout.until("it is known how it stands", "return ['acting', 'choosing'].includes(section?.dataset.phase)").await;
    if checkout.state().await["phase"] == "choosing" {
        // The server had not heard of it yet: the press is made again, with the same key.
        checkout.press("pay").await;
    }
    checkout.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_with_the_same_key() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for kind in ["drop-after", "drop-before", "duplicate"] {
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        shop.faults(json!([{ "kind": kind, "method": "POST", "path": "/checkout/payments", "times": 1 }])).await;
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        shop.payment(&order).await;
        assert!(checkout.heard("error").await.is_empty(), "{kind}: it mends itself");
    }
}

#[tokio::test]
async fn a_second_tab_that_knows_nothing_of_the_first_takes_the_same_payment_up() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    let first = browser.client().window().await.expect("a window");
    // WebKit draws nothing in a tab behind another, whichever its driver speaks to; a window is a tab as well.
    let tab = Engine::of_this_run() != Engine::WebKit;
    let second = browser.client().new_window(tab).await.expect("a second tab").handle;
    browser.client().switch_to_window(second).await.expect("the second tab");
    let blocked = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked') } })";
    browser.goto(&shop.page(&Trial::of(&order).script(blocked))).await;
    checkout.ready().await.pay_with("alipay").await.shows("acting code").await;
    assert_eq!(checkout.scanned().await, text, "the payment that lives is shown, whichever wallet was picked");
    assert_eq!(checkout.state().await["method"], "wechatpay");
    shop.approve_code(&text).await;
    checkout.shows("ended succeeded").await;
    browser.client().switch_to_window(first).await.expect("the first tab");
    checkout.shows("ended succeeded").await;
    shop.payment(&order).await;
}

/// The locks of this browser that Moongate has, and waits for.
const LOCKS: &str = "return navigator.locks.query().then(({ held, pending }) => [held, pending].map((locks) => locks.filter(({ name }) => name.startsWith('moongate:')).length))";

#[tokio::test]
async fn of_two_windows_that_wait_for_one_payment_the_one_looked_at_last_asks_and_the_other_sleeps() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    assert_eq!(browser.run(LOCKS, &[]).await, json!([0, 0]), "nothing is waited for");
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    // It is asked for once the code is drawn.
    checkout.until("it is this window's turn", &format!("{LOCKS}.then((locks) => `${{locks}}` === '1,0')")).await;
    let first = browser.client().window().await.expect("a window");
    let second = browser.client().new_window(false).await.expect("a second window").handle;
    browser.client().switch_to_window(second.clone()).await.expect("the second window");
    browser.goto(&page).await;
    checkout.shows("acting code").await;
    checkout
        .until(
            "it is this window's turn, and at most the other waits",
            &format!("{LOCKS}.then(([held]) => held === 1)"),
        )
        .await;
    browser.client().switch_to_window(first.clone()).await.expect("the first window");
    // A driver that gives a window the focus has woken it by now.
    let told = |word| format!("return host.state.log.some(({{ event }}) => event === '{word}')");
    checkout.until("the first slept", &told("hid")).await;
    checkout.shows("acting code").await;
    browser.run("window.dispatchEvent(new Event('focus'))", &[]).await;
    checkout.until("it woke", &told("woke")).await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    browser.client().switch_to_window(second).await.expect("the second window");
    checkout.shows("ended succeeded").await;
    checkout.until("no lock is left", &format!("{LOCKS}.then(([held, pending]) => held + pending === 0)")).await;
    shop.payment(&order).await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_window_that_sleeps_shows_no_code_whose_time_is_over() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let short = SHORT.replace("3000", "6000");
    let page = shop.page(&Trial::of(&shop.order()).without("endpoint").script(&short));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let first = browser.client().window().await.expect("a window");
    let second = browser.client().new_window(false).await.expect("a second window").handle;
    browser.client().switch_to_window(second).await.expect("the second window");
    browser.goto(&page).await;
    checkout.shows("acting code").await;
    browser.client().switch_to_window(first).await.expect("the first window");
    let told = "return host.state.log.some(({ event }) => event === 'hid')";
    checkout.until("the first slept", told).await;
    checkout.until("no old code can be scanned", "return root.querySelector('[data-qr]') == null").await;
    assert!(checkout.find("[data-gesture=ask_now], [data-phase=confirming]").await.is_some());
    untroubled(&browser).await;
}

#[tokio::test]
async fn two_checkouts_of_one_order_on_a_page_end_alike() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let body = format!("{{tag}}{}", Trial::of(&order).tag().replace("id=\"checkout\"", "id=\"other\""));
    browser.goto(&shop.page(&Trial::of(&order).body(&body))).await;
    let one = Checkout::at(&browser, "document.getElementById('checkout')");
    let other = Checkout::at(&browser, "document.getElementById('other')");
    other.ready().await;
    one.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    other.pay_with("alipay").await.shows("acting code").await;
    assert_eq!(one.state().await["attempt"], other.state().await["attempt"]);
    shop.wallet(&order, "pay").await;
    other.shows("ended succeeded").await;
    one.shows("ended succeeded").await;
    assert_eq!(browser.run(LOCKS, &[]).await, json!([0, 0]));
    untroubled(&browser).await;
}

#[tokio::test]
async fn without_locks_each_window_waits_for_itself() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for locks in [
        "undefined",
        "{ request: () => Promise.reject(new DOMException('not here', 'SecurityError')) }",
        "{ request() { throw new TypeError('no') } }",
    ] {
        let order = shop.order();
        let without = format!("Object.defineProperty(navigator, 'locks', {{ value: {locks} }})");
        browser.goto(&shop.page(&Trial::of(&order).script(&without))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        shop.wallet(&order, "pay").await;
        paid(&shop, &order, &checkout).await;
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_turn_that_comes_once_all_is_over_is_given_back_in_silence() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let late = "
        const { locks } = navigator, { request } = locks
        const given = []
        const shown = (turn, lock) => { try { return turn(lock) } catch (wrong) { reportError(wrong) } }
        locks.request = (name, options, turn) => {
            const now = new Promise((done) => given.push(done))
            return request.call(locks, name, options, (lock) => now.then(() => shown(turn, lock)))
        }
        window.grant = () => given.forEach((done) => done())";
    browser.goto(&shop.page(&Trial::of(&order).script(late))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    browser.run("window.grant()", &[]).await;
    checkout.until("no lock is left", &format!("{LOCKS}.then(([held, pending]) => held + pending === 0)")).await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn an_order_that_is_paid_is_shown_as_paid_and_not_paid_again() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    browser.goto(&page).await;
    checkout.ready().await.pay_with("hebao").await.shows("ended succeeded").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn a_wallets_page_that_is_opened_twice_pays_once() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    while !browser.url().await.contains("/sandbox/") {
        browser.back().await;
    }
    // As it was left, or loaded anew without anything to approve.
    browser.run("document.getElementById('approve')?.click()", &[]).await;
    browser.goto(&page).await;
    checkout.ready().await;
    assert_eq!(shop.payment(&order).await["status"], "succeeded");
}

#[tokio::test]
async fn an_end_forgets_its_own_attempt_and_not_one_that_another_tab_keeps() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    // As another tab does, which closed this attempt and began its own.
    let other = "const key = Object.keys(localStorage).find((key) => key.startsWith('moongate:attempt:'))
        const kept = JSON.parse(localStorage[key])
        localStorage[key] = JSON.stringify({ ...kept, id: 'mg_' + '07'.repeat(16) })";
    checkout.see(other).await;
    shop.wallet(&order, "cancel").await;
    checkout.shows("ended canceled").await;
    let left = "return Object.entries(localStorage).filter(([key]) => key.startsWith('moongate:attempt:')).map(([, kept]) => JSON.parse(kept).id)";
    assert_eq!(checkout.see(left).await, json!([format!("mg_{}", "07".repeat(16))]));
}

#[tokio::test]
async fn what_is_canceled_for_another_order_is_not_kept_at_the_one_it_was_for() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (order, next) = (shop.order(), shop.order());
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.see(&format!("host.update({{ order: '{next}' }})")).await;
    checkout
        .until("the other order", &format!("return host.state.phase == 'choosing' && host.state.order == '{next}'"))
        .await;
    assert_eq!(shop.payment(&order).await["status"], "canceled");
    let left = "return Object.keys(localStorage).filter((key) => key.startsWith('moongate:attempt:'))";
    assert_eq!(checkout.see(left).await, json!([]));
}

#[tokio::test]
async fn a_window_out_of_sight_that_comes_online_sleeps_on() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let hide = "Object.defineProperty(document, 'hidden', { configurable: true, value: true })
        document.dispatchEvent(new Event('visibilitychange'))";
    checkout.see(hide).await;
    checkout.until("it sleeps", "return host.state.log.at(-1).event == 'hid'").await;
    for event in ["online", "pageshow"] {
        checkout.see(&format!("host.before = host.state.log.length; dispatchEvent(new Event('{event}'))")).await;
        checkout.until("it heard of it", "return host.state.log.length > host.before").await;
        let woken = "return host.state.log.slice(host.before).map((entry) => entry.event)";
        assert_eq!(checkout.see(woken).await, json!(["hid"]), "{event}");
    }
}
