//! That the host page is in charge: it hears everything, may stop a submission or carry an action out itself, holds the
//! sending, brings its own headers and transport.

use crate::harness::{Browser, Checkout, DESK, PHONE, Shop, Trial, untroubled};
use crate::paying::approve;
use serde_json::{Value, json};

/// Opens a page whose own script is this, with the widget ready.
async fn opened<'a>(browser: &'a Browser, shop: &Shop, order: &str, script: &str) -> Checkout<'a> {
    browser.goto(&shop.page(&Trial::of(order).script(script))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    checkout
}

#[tokio::test]
async fn the_page_hears_each_event_with_its_details() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order, "").await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    let payment = shop.payment(&order).await;
    let (attempt, id) = (&payment["attempt"], &payment["id"]);
    let methods = json!(["alipay", "wechatpay", "unionpay", "hebao"]);
    assert_eq!(checkout.heard("ready").await, [json!({ "methods": methods, "test": true })]);
    assert_eq!(checkout.heard("select").await, [json!({ "method": "wechatpay", "test": true })]);
    let submit = json!({ "method": "wechatpay", "order": order, "amount": 12_800, "currency": "CNY", "test": true });
    assert_eq!(checkout.heard("submit").await, [submit]);
    let names = browser.run("return window.heard.map(({ name, detail }) => detail.phase ?? name)", &[]).await;
    assert_eq!(names, json!(["ready", "select", "submit", "sending", "acting", "action", "ended", "complete"]));
    let status = |phase: &str, payment: Value| json!({ "phase": phase, "method": "wechatpay", "attempt": attempt, "payment": payment, "in": [], "out": [], "test": true });
    let expected = [status("sending", Value::Null), status("acting", id.clone()), status("ended", id.clone())];
    assert_eq!(checkout.heard("status").await, expected);
    let actions = checkout.heard("action").await;
    assert_eq!(actions.len(), 1);
    assert_eq!((&actions[0]["attempt"], &actions[0]["payment"]), (attempt, id));
    let action = &actions[0]["action"];
    assert_eq!((&action["type"], &action["provider"]), (&json!("qr"), &json!("wechatpay")));
    let code = action["payload"].as_str().unwrap_or_default();
    assert!(code.starts_with("weixin://wxpay/bizpayurl?pr="), "{action:#}");
    assert_eq!(checkout.heard("complete").await.len(), 1);
    let kinds = "return window.heard.map(({ name, cancelable, bubbles, composed, waits }) => [name, cancelable, bubbles && composed, waits])";
    let kinds = browser.run(kinds, &[]).await;
    for kind in kinds.as_array().into_iter().flatten() {
        let stoppable = kind[0] == "submit" || kind[0] == "action";
        assert_eq!((&kind[1], &kind[2]), (&json!(stoppable), &json!(true)), "{kind}");
        assert!(kind[0] != "submit" || kind[3] == "function", "submit can be waited for: {kind}");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_state_is_current_in_the_middle_of_each_event() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let watch = "window.states = []; document.addEventListener('moongate-status', ({ target, detail }) =>
      states.push([detail.phase, target.state.phase, target.state.attempt === detail.attempt]))";
    let checkout = opened(&browser, &shop, &order, watch).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    let expected = json!([["sending", "sending", true], ["acting", "acting", true], ["ended", "ended", true]]);
    assert_eq!(browser.run("return window.states", &[]).await, expected);
    let state = checkout.state().await;
    for (key, value) in [("phase", json!("ended")), ("order", json!(order)), ("outcome", json!("succeeded"))] {
        assert_eq!(state[key], value, "{state:#}");
    }
    let keys = ["attempt", "fault", "log", "method", "offer", "order", "outcome", "payment", "phase"];
    let mut names: Vec<&str> = state.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, keys);
}

#[tokio::test]
async fn a_submission_that_the_page_cancels_sends_nothing() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let stop =
        "document.addEventListener('moongate-submit', (event) => { if (!window.agreed) event.preventDefault() })";
    let checkout = opened(&browser, &shop, &order, stop).await;
    checkout.pay_with("wechatpay").await.hears("submit").await;
    checkout.shows("choosing").await;
    assert!(shop.payments(&order).await.is_empty());
    browser.run("window.agreed = true", &[]).await;
    checkout.press("pay").await.shows("acting code").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn a_submission_waits_for_the_page_and_a_rejection_stops_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let hold = "document.addEventListener('moongate-submit', (event) => event.waitUntil(new Promise((go, stop) => { window.go = go; window.stop = stop })))";
    let checkout = opened(&browser, &shop, &order, hold).await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    assert!(shop.payments(&order).await.is_empty(), "held");
    browser.run("stop('no stock')", &[]).await;
    checkout.shows("choosing").await;
    assert!(shop.payments(&order).await.is_empty(), "a rejection stops it");
    checkout.press("pay").await.shows("sending").await;
    assert!(shop.payments(&order).await.is_empty(), "held again");
    browser.run("go()", &[]).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn what_held_an_earlier_press_neither_sends_nor_stops_a_later_one() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let hold = "window.held = []
        document.addEventListener('moongate-submit', (event) => event.waitUntil(new Promise((go, stop) => held.push({ go, stop }))))";
    let checkout = opened(&browser, &shop, &order, hold).await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    shop.set_order(&order, 9_900, "CNY").await;
    checkout.see("host.update({ amount: 9900 })").await;
    checkout.shows("choosing").await.press("pay").await.shows("sending").await;
    browser.run("held[0].go()", &[]).await;
    browser.run("return new Promise((done) => setTimeout(done, 300))", &[]).await;
    assert!(shop.payments(&order).await.is_empty(), "the second press is held still");
    browser.run("held[1].go()", &[]).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["amount"], 9_900);
    untroubled(&browser).await;
}

#[tokio::test]
async fn what_held_a_press_that_restart_left_decides_nothing_about_the_next_with_the_same_key() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let hold = "window.held = []
        document.addEventListener('moongate-submit', (event) => event.waitUntil(new Promise((go, stop) => held.push({ go, stop }))))";
    let checkout = opened(&browser, &shop, &order, hold).await;
    let pause = || browser.run("return new Promise((done) => setTimeout(done, 300))", &[]);
    shop.faults(json!([{ "kind": "status", "path": "/checkout/payments", "status": 500 }])).await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    browser.run("held[0].go()", &[]).await;
    checkout.shows("choosing").await;
    shop.faults(json!([])).await;
    let key = checkout.see("return host.state.attempt").await;
    for (left, word) in [(1, "go"), (3, "stop")] {
        checkout.press("pay").await.shows("sending").await;
        checkout.see("host.restart()").await;
        checkout.shows("choosing").await.press("pay").await.shows("sending").await;
        browser.run(&format!("held[{left}].{word}()"), &[]).await;
        pause().await;
        assert!(shop.payments(&order).await.is_empty(), "the next press is held still");
        checkout.shows("sending").await;
        checkout.see("host.restart()").await;
        checkout.shows("choosing").await;
    }
    checkout.press("pay").await.shows("sending").await;
    browser.run("held.at(-1).go()", &[]).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["attempt"], key, "the key that may have lived all along");
}

#[tokio::test]
async fn a_page_that_asks_too_late_for_its_promise_to_be_waited_for_is_told_so_and_the_shopper_pays() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let late = "document.addEventListener('moongate-submit', async (event) => {
        await null
        await 0
        try { event.waitUntil(new Promise(() => {})) } catch (wrong) { window.wrong = `${wrong}` }
    })";
    let checkout = opened(&browser, &shop, &order, late).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let wrong = browser.run("return window.wrong", &[]).await;
    assert!(wrong.as_str().is_some_and(|text| text.contains("before its listener returns or awaits")), "{wrong}");
    untroubled(&browser).await;
}

#[tokio::test]
async fn an_action_that_the_page_takes_is_not_carried_out_here_and_its_outcome_is_shown() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let take = "document.addEventListener('moongate-action', (event) => { event.preventDefault(); window.taken = event.detail.action })";
    let checkout = opened(&browser, &shop, &order, take).await;
    let here = browser.url().await;
    checkout.pay_with("alipay").await.shows("acting host").await;
    let action = browser.run("return window.taken", &[]).await;
    assert_eq!((&action["type"], &action["method"]), (&json!("redirect"), &json!("POST")), "{action:#}");
    assert_eq!(browser.url().await, here);
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn the_pages_headers_go_with_each_request_to_the_endpoint() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let script = "window.sent = []
      const fetched = window.fetch
      window.fetch = (to, how, ...rest) => { if (how?.headers) sent.push([how.method, how.headers.get('X-Shop'), how.headers.get('Idempotency-Key'), how.headers.get('X-Till')]); return fetched(to, how, ...rest) }
      customElements.whenDefined('moongate-checkout').then(() => {
        let n = 0
        document.querySelector('moongate-checkout').options = { headers: async () => {
          const headers = { 'X-Shop': `tea-${n += 1}`, 'X-Till': 7 }
          return n % 2 ? new Headers(headers) : headers
        } }
      })";
    let checkout = opened(&browser, &shop, &order, script).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await.press("change_method").await;
    checkout.shows("choosing").await;
    let payment = shop.payment(&order).await;
    let sent = browser.run("return window.sent", &[]).await;
    let sent: Vec<&Value> = sent.as_array().into_iter().flatten().collect();
    assert_eq!(sent[0], &json!(["POST", "tea-1", payment["attempt"], "7"]), "{sent:?}");
    assert!(
        sent.len() >= 2
            && sent.iter().all(|one| one[3] == "7" && one[1].as_str().is_some_and(|shop| shop.starts_with("tea-"))),
        "{sent:?}"
    );
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_the_pages_fault_and_the_next_press_can_pay() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let script = "window.further = { 'X-Shop': '山茶' }
      customElements.whenDefined('moongate-checkout').then(() => {
        document.querySelector('moongate-checkout').options = { headers: () => window.further }
      })";
    let checkout = opened(&browser, &shop, &order, script).await;
    checkout.pay_with("wechatpay").await.hears("error").await;
    let fault = &checkout.heard("error").await[0];
    assert_eq!((&fault["kind"], &fault["code"]), (&json!("page"), &json!("host_failed")), "{fault:#}");
    assert!(shop.payments(&order).await.is_empty(), "nothing was sent");
    browser.run("window.further = { 'X-Shop': 'camellia' }", &[]).await;
    checkout.press("pay").await.shows("acting code").await;
    shop.payment(&order).await;
}

/// The page's own way to the server, which notes each call.
pub const TRANSPORT: &str = "window.called = []
const json = async (path, method = 'GET', body, key) => {
  const headers = { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) }
  return fetch(`/checkout/payments${path}`, { method, body, headers })
}
window.transport = {
  create: (request) => { called.push(['create', request]); return json('', 'POST', JSON.stringify(request), request.attempt) },
  status: async (key) => { called.push(['status', key]); return (await json(`/${key}`)).json() },
  cancel: async (key) => { called.push(['cancel', key]); return (await json(`/${key}/cancel`, 'POST')).text() },
}
customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { transport } })";

#[tokio::test]
async fn a_transport_of_the_page_carries_everything() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("endpoint").script(TRANSPORT))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let called = browser.run("return window.called", &[]).await;
    let request = called.as_array().into_iter().flatten().rfind(|call| call[0] == "create").map(|call| &call[1]);
    let request = request.expect("a creation");
    for (key, value) in [
        ("version", json!(1)),
        ("order", json!(order)),
        ("method", json!("wechatpay")),
        ("amount", json!(12_800)),
        ("currency", json!("CNY")),
        ("flows", json!(["qr"])),
        ("locale", json!("zh-CN")),
    ] {
        assert_eq!(request[key], value, "{request:#}");
    }
    let environment = &request["environment"];
    assert_eq!((&environment["app"], &environment["device"]), (&json!("browser"), &json!("desktop")));
    let back = request["return_url"].as_str().expect("text");
    assert!(back.contains(&format!("moongate_attempt={}", request["attempt"].as_str().expect("text"))), "{back}");
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    let called = browser.run("return window.called.map(([name]) => name)", &[]).await.to_string();
    assert!(called.contains("status"), "{called}");
}

#[tokio::test]
async fn a_transport_that_can_be_subscribed_to_is_and_not_asked_until_it_says_how_it_ended() {
    let subscribe = "transport.subscribe = async (key, listener) => {
        called.push(['subscribe', key])
        window.tells = async (as) => listener(await as(await json(`/${key}`)))
        return () => called.push(['end', key])
      }";
    for (asks, said) in [("(answer) => answer", "a response"), ("async (answer) => answer.json()", "an object")] {
        let (shop, browser) = (Shop::open(), DESK.open().await);
        let order = shop.order();
        let trial = Trial::of(&order).without("endpoint").script(TRANSPORT).script(subscribe);
        browser.goto(&shop.page(&trial)).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        checkout.until("it is subscribed to", "return window.tells != null").await;
        let names = "return window.called.map(([name]) => name).join(' ')";
        let before = browser.run(names, &[]).await;
        let told = format!("return window.tells({asks})");
        shop.wallet(&order, "process").await;
        browser.run(&told, &[]).await;
        checkout.shows("confirming processing").await;
        shop.wallet(&order, "pay").await;
        browser.run(&told, &[]).await;
        checkout.shows("ended succeeded").await;
        checkout.until("the subscription is ended", "return window.called.at(-1)[0] === 'end'").await;
        let after = browser.run(names, &[]).await;
        assert_eq!(after.as_str(), Some(&*format!("{} end", before.as_str().unwrap())), "nothing was asked for {said}");
        let keys = browser.run("return window.called.slice(-2).map(([, key]) => key)", &[]).await;
        assert!(keys[0] == keys[1] && keys[0].as_str().unwrap().starts_with("mg_"), "{keys}");
    }
}

#[tokio::test]
async fn a_redirect_through_a_wallet_is_announced_before_the_page_is_left() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order, "").await;
    checkout.pay_with("wechatpay").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let action = checkout.heard("action").await;
    assert_eq!((action.len(), &action[0]["action"]["type"]), (1, &json!("redirect")), "{action:?}");
    let phases: Vec<Value> = checkout.heard("status").await.iter().map(|status| status["phase"].clone()).collect();
    assert_eq!(phases, ["sending", "acting", "confirming", "ended"]);
}
