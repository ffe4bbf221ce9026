//! That whatever is wrong ends in one clear message, tells the host page who must act, and leaves a way on.

use crate::harness::{Browser, Checkout, DESK, Feat, PHONE, Shop, Trial, can, untroubled};
use serde_json::{Value, json};

/// Holds that the page was told this, by whom it must be mended, in a whole sentence that names it.
pub async fn told(checkout: &Checkout<'_>, kind: &str, code: &str, about: &str) {
    checkout.hears_fault(code).await;
    let told = checkout.heard("error").await;
    let names = |fault: &Value| fault["message"].as_str().is_some_and(|message| message.contains(about));
    let right = |fault: &Value| fault["kind"] == kind && fault["code"] == code && names(fault);
    assert!(told.iter().any(right), "no {kind} {code} that names {about}: {told:#?}");
}

pub async fn messages(checkout: &Checkout<'_>) -> Vec<Value> {
    let alerts =
        checkout.see("return [...root.querySelectorAll('[role=alert]')].map((alert) => alert.innerText)").await;
    alerts.as_array().cloned().unwrap_or_default()
}

/// Holds that the shopper reads one message, that says this.
pub async fn one_message(checkout: &Checkout<'_>, says: &str) {
    let script = "return root.querySelectorAll('[role=alert]').length > 0";
    checkout.until("a message is shown", script).await;
    let messages = messages(checkout).await;
    assert_eq!(messages.len(), 1, "one message: {messages:?}");
    assert!(messages[0].as_str().is_some_and(|message| message.contains(says)), "{messages:?} does not say {says}");
}

#[tokio::test]
async fn a_missing_or_wrong_required_attribute_is_named_and_the_shopper_told_to_ask_the_shop() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let trial = || Trial::of("T-1");
    for (trial, code, about) in [
        (trial().without("endpoint"), "missing_option", "endpoint"),
        (trial().without("order"), "missing_option", "order"),
        (trial().without("amount"), "missing_option", "amount"),
        (trial().without("currency"), "missing_option", "currency"),
        (trial().with("currency", "RMB"), "wrong_option", "RMB"),
        (trial().with("currency", "cny"), "wrong_option", "cny"),
        (trial().with("amount", "128.00"), "wrong_option", "128.00"),
        (trial().with("amount", "0"), "wrong_option", "amount"),
        (trial().with("amount", "-5"), "wrong_option", "-5"),
        (trial().with("amount", "1000000000000"), "wrong_option", "1000000000000"),
        (trial().with("order", "SO 1001"), "wrong_option", "SO 1001"),
        (trial().with("endpoint", "javascript:alert(1)"), "wrong_option", "javascript:alert(1)"),
        (
            trial().with("endpoint", "http://shop.example/checkout").without("test-mode"),
            "wrong_option",
            "http://shop.example",
        ),
    ] {
        browser.goto(&shop.page(&trial)).await;
        let checkout = Checkout::on(&browser);
        told(&checkout, "page", code, about).await;
        one_message(&checkout, if code == "missing_option" { "少了一项设置" } else { "有一项设置不对" }).await;
        assert!(checkout.find("[data-gesture=pay]").await.is_none(), "{about}: nothing that could be pressed");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_page_that_mends_its_mistake_gets_a_checkout() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let large = "<style>body { font-size: 20px }</style>";
    browser.goto(&shop.page(&Trial::of(&order).with("currency", "RMB").head(large))).await;
    let checkout = Checkout::on(&browser);
    told(&checkout, "page", "wrong_option", "RMB").await;
    checkout.until("the view says it", "return section?.dataset.phase === 'broken'").await;
    checkout.see("host.setAttribute('currency', 'CNY')").await;
    checkout.shows("choosing").await;
    assert_eq!(checkout.see("return section.dataset.size").await, "large", "as the page's own text");
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn a_sum_that_comes_late_takes_the_focus_from_nobody() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("amount"))).await;
    let checkout = Checkout::on(&browser);
    told(&checkout, "page", "missing_option", "amount").await;
    checkout
        .until("the view says it", "return section?.dataset.phase === 'broken' && root.activeElement == null")
        .await;
    checkout.see("host.setAttribute('amount', '12800')").await;
    checkout.shows("choosing").await;
    checkout.see("return new Promise((done) => setTimeout(done, 300))").await;
    assert_eq!(checkout.see("return root.activeElement == null").await, true, "nobody pressed anything");
    untroubled(&browser).await;
}

#[tokio::test]
async fn what_is_wrong_but_not_needed_is_named_and_the_rest_works() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (name, value, code, about) in [
        ("colour", "red", "unknown_option", "colour"),
        ("methods", "alipay bitcoin wechatpay", "unknown_method", "bitcoin"),
        ("theme", "purple", "wrong_option", "purple"),
        ("collapse-after", "many", "wrong_option", "many"),
        ("done-url", "https://elsewhere.example/", "wrong_option", "elsewhere.example"),
        ("return-url", "javascript:alert(1)", "wrong_option", "javascript"),
        ("support", "javascript:alert(1)", "wrong_option", "support"),
        ("remember", "for ever", "wrong_option", "for ever"),
    ] {
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order).with(name, value))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        told(&checkout, "page", code, about).await;
        assert!(messages(&checkout).await.is_empty(), "{name}: no business of the shopper's");
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        shop.payment(&order).await;
    }
    untroubled(&browser).await;
}

/// Presses pay while the server is struck by these faults, and holds what page and shopper are told; then all is well
/// again and the same press pays, once.
async fn struck(browser: &Browser, shop: &Shop, faults: Value, kind: &str, code: &str, says: &str) {
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    shop.faults(faults.clone()).await;
    checkout.pay_with("wechatpay").await;
    told(&checkout, kind, code, "").await;
    checkout.shows("choosing").await;
    one_message(&checkout, says).await;
    shop.faults(json!([])).await;
    checkout.press("pay").await.shows("acting code").await;
    assert!(messages(&checkout).await.is_empty(), "{faults}: the message is gone");
    shop.payment(&order).await;
    untroubled(browser).await;
}

#[tokio::test]
async fn a_server_that_answers_badly_is_named_and_the_same_press_pays_once_it_is_well() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (fault, kind, code, says) in [
        (json!({ "kind": "status", "status": 500 }), "server", "server_error", "商家的服务器出错了"),
        (json!({ "kind": "malformed", "as": "html" }), "server", "malformed_answer", "答得不完整"),
        (json!({ "kind": "malformed", "as": "empty" }), "server", "malformed_answer", "答得不完整"),
        (json!({ "kind": "malformed", "as": "truncated" }), "server", "malformed_answer", "答得不完整"),
        (json!({ "kind": "malformed", "as": "wrong-types" }), "server", "another_order", "另一个订单"),
        (json!({ "kind": "drop-before" }), "network", "unreachable", "网络断了"),
        (json!({ "kind": "drop-after" }), "network", "unreachable", "网络断了"),
    ] {
        struck(&browser, &shop, json!([fault]), kind, code, says).await;
    }
}

#[tokio::test]
async fn a_server_that_refuses_is_named_and_the_shopper_is_told_what_to_do() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (status, code, says) in [
        (403, "not_allowed", "下单的账号"),
        (404, "not_found", "查不到"),
        (410, "not_found", "查不到"),
        (418, "refused", "没有接受"),
    ] {
        struck(&browser, &shop, json!([{ "kind": "status", "status": status }]), "server", code, says).await;
    }
}

#[tokio::test]
async fn an_order_that_costs_something_else_is_not_paid() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    shop.set_order(&order, 9_900, "CNY").await;
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await;
    told(&checkout, "server", "amount_changed", "amount_changed").await;
    one_message(&checkout, "改了订单金额").await;
    assert!(shop.payments(&order).await.is_empty());
}

#[tokio::test]
async fn an_answer_about_another_order_sum_or_currency_is_never_shown_as_this_ones() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for change in
        ["order: 'SO-OTHER'", "amount: 1", "currency: 'HKD'", "attempt: 'mg_0123456789abcdef0123456789abcdef'"]
    {
        let order = shop.order();
        let transport = format!(
            "customElements.whenDefined('moongate-checkout').then(() => {{ document.querySelector('moongate-checkout').options = {{ transport: {{
              create: async (request) => ({{ id: 'pay_1', ...request, status: 'succeeded', ...(window.mended ? {{}} : {{ {change} }}) }}),
              status: async () => ({{}}), cancel: async () => ({{}}),
            }} }} }})"
        );
        browser.goto(&shop.page(&Trial::of(&order).script(&transport))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await;
        told(&checkout, "server", "another_order", "").await;
        one_message(&checkout, "另一个订单").await;
        assert!(checkout.heard("complete").await.is_empty(), "{change}");
    }
}

#[tokio::test]
async fn no_method_that_works_is_said_to_shopper_and_page() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let none = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { methods: [{ id: 'alipay', min: 99999999 }] } })";
    browser.goto(&shop.page(&Trial::of("T-1").without("methods").script(none))).await;
    let checkout = Checkout::on(&browser);
    told(&checkout, "page", "no_method", "alipay").await;
    one_message(&checkout, "没有能用的付款方式").await;
}

#[tokio::test]
async fn a_network_that_is_cut_while_a_wallet_is_waited_for_loses_nothing() {
    if !can(Feat::CutNetwork) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    shop.provider(json!({ "provider": "wallet", "flow": "qr" })).await;
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    browser.offline(true).await;
    shop.wallet(&order, "pay").await;
    browser.offline(false).await;
    checkout.shows("ended succeeded").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn a_page_that_lets_actions_lead_anywhere_is_warned_once_on_the_console_and_works() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (order, options) = (shop.order(), json!({ "hosts": ["pay.example", "*"] }));
    let set = "customElements.whenDefined('moongate-checkout').then(() => document.querySelectorAll('moongate-checkout').forEach((each) => { each.options";
    let two =
        format!("<div>{{tag}}</div>{}", Trial::of(&shop.order()).tag().replace("id=\"checkout\"", "id=\"other\""));
    let trial = Trial::of(&order).body(&two).script(&format!("{set} = {options} }}))"));
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    told(&checkout, "page", "any_host", "any https host").await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let warned = browser.console().await.into_iter().filter(|line| line.contains("hosts holds")).count();
    assert_eq!(warned, 1, "once for the page");
    untroubled(&browser).await;
}

#[tokio::test]
async fn test_mode_does_not_work_on_a_live_page_and_the_page_is_told() {
    if !can(Feat::LiveName) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let transport = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { transport: {
      create: async ({ order, method, attempt, amount, currency }) => ({ id: 'pay_1', order, method, attempt, amount, currency, status: 'pending', action: { type: 'redirect', method: 'GET', url: `${location.origin}/sandbox/wallet` } }),
      status: async () => ({}), cancel: async () => ({}) } } })";
    let page = shop.page(&Trial::of("T-1").without("endpoint").script(transport));
    browser.goto(&page.replace("127.0.0.1", "shop.example")).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    told(&checkout, "page", "test_mode_on_live_page", "").await;
    assert!(checkout.find(".ribbon").await.is_none(), "nothing says that no money is taken");
    checkout.pay_with("hebao").await;
    told(&checkout, "server", "bad_action", "").await;
    assert!(browser.url().await.contains("/pages/"), "and actions lead only where they may on a live page");
}

/// A page where time alone fetches nothing: the shell's own look at the clock never comes to an end.
const NO_TIME: &str = "{
  const set = window.setTimeout
  window.setTimeout = (act, ms, ...more) => (ms === 5000 ? 0 : set(act, ms, ...more))
}";

#[tokio::test]
async fn where_there_are_no_rows_the_message_comes_although_nobody_can_come_near() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of("T-1").without("amount").script(NO_TIME))).await;
    one_message(&Checkout::on(&browser), "少了一项设置").await;
    browser.goto(&shop.page(&Trial::of(&shop.order()).with("methods", "nothing_known").script(NO_TIME))).await;
    let checkout = Checkout::on(&browser);
    checkout.until("a message is shown", "return root.querySelectorAll('[role=alert]').length > 0").await;
    let told = checkout.heard("error").await;
    assert_eq!(told.iter().filter(|fault| fault["code"] == "no_method").count(), 1, "told once: {told:#?}");
    untroubled(&browser).await;
}

#[tokio::test]
async fn texts_that_are_none_are_named_also_when_they_come_later() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.see("host.update({ texts: { pay_now: 'Pay now' } })").await;
    told(&checkout, "page", "unknown_option", "texts.pay_now").await;
}
