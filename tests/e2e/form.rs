//! That a shopper can pay where no WebAssembly comes, and where no script runs at all: by a form.

use crate::harness::{ALIPAY, Checkout, DESK, Feat, PHONE, Shop, Trial, WECHAT, can, decode, untroubled};
use crate::host::TRANSPORT;
use crate::paying::approve;
use serde_json::json;

/// A page to which no wasm comes.
fn without_wasm(order: &str) -> Trial {
    Trial::of(order).refused(".wasm")
}

/// The wasm never comes; what a press waits for at most, 20 s, is over soon.
const STALLED: &str = "{ const fetched = window.fetch; const set = window.setTimeout
  window.fetch = (...all) => (String(all[0]?.url ?? all[0]).endsWith('.wasm') ? new Promise(() => {}) : fetched(...all))
  window.setTimeout = (act, ms, ...more) => set(act, ms === 20000 ? 500 : ms, ...more) }";

/// Waits until the shell opens the form way.
async fn opened(checkout: &Checkout<'_>) {
    checkout.hears_fault("load_failed").await;
    checkout.hears("ready").await;
}

#[tokio::test]
async fn without_wasm_a_wallets_page_is_reached_by_a_form_and_the_outcome_is_shown() {
    let shop = Shop::open();
    for (kind, method) in [(DESK, "hebao"), (DESK.phone(PHONE), "alipay"), (DESK.phone(PHONE), "unionpay")] {
        let browser = kind.open().await;
        let order = shop.order();
        browser.goto(&shop.page(&without_wasm(&order))).await;
        let checkout = Checkout::on(&browser);
        opened(&checkout).await;
        checkout.pay_with(method).await;
        approve(&browser).await;
        checkout.shows("ended succeeded").await;
        assert!(checkout.heading().await.contains("¥128.00"));
        let payment = shop.payment(&order).await;
        assert_eq!((&payment["method"], &payment["status"]), (&json!(method), &json!("succeeded")));
        let told = checkout.heard("complete").await;
        assert_eq!((told.len(), &told[0]["outcome"]), (1, &json!("succeeded")), "{told:?}");
        let back = checkout.see("return root.querySelector('[data-done]').pathname").await;
        assert_eq!(back, "/orders/done", "the way back to the shop");
    }
}

#[tokio::test]
async fn without_wasm_the_way_back_from_the_wallet_is_the_page_or_a_host_that_is_listed() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let catch =
        "HTMLFormElement.prototype.submit = function () { window.sent = Object.fromEntries(new FormData(this)) }";
    for (address, accepted) in [
        ("http://shop.example/done", true),
        // Only a part of a name that is listed.
        ("http://op.example/done", false),
        ("http://pay.shop.example/done", false),
        ("javascript:alert(1)", false),
    ] {
        let order = shop.order();
        let trial = without_wasm(&order).script(catch).with("hosts", "pay.example SHOP.example");
        browser.goto(&shop.page(&trial.with("return-url", address))).await;
        let checkout = Checkout::on(&browser);
        opened(&checkout).await;
        checkout.pay_with("hebao").await;
        let sent = checkout.until("the form is sent", "return window.sent ?? null").await;
        let way = sent["return_url"].as_str().expect("an address");
        let expected = if accepted { address.to_owned() } else { browser.url().await };
        assert!(way.starts_with(&format!("{expected}?moongate_attempt=")), "{address}: {way}");
    }
}

#[tokio::test]
async fn without_wasm_a_code_is_shown_by_the_shops_own_page() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let elsewhere = without_wasm(&order).with("done-url", "http://shop.example/done").with("hosts", "pay.shop.example");
    browser.goto(&shop.page(&elsewhere)).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("wechatpay").await;
    browser.until_at("/sandbox/code/").await;
    let code = browser.element("svg.qr").await;
    let (_picture, read) = decode::watched(async || browser.picture(&code).await.expect("a picture")).await;
    shop.approve_code(&read.expect("a code")).await;
    browser.press("a[href*=moongate_attempt]").await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["status"], "succeeded");
    assert!(checkout.find("[data-done]").await.is_none(), "no way to a host that is not listed");
}

#[tokio::test]
async fn a_press_made_while_the_wasm_fails_is_sent_once_by_the_form() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&without_wasm(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("hebao").await.shows("sending").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    assert_eq!(checkout.heard("submit").await.len(), 1);
}

#[tokio::test]
async fn where_neither_the_widget_nor_a_form_can_be_had_the_shopper_hears_it_and_may_press_again() {
    if !can(Feat::RefuseFiles) {
        return;
    }
    let shop = Shop::open();
    let browser = DESK.open().await;
    browser.refuse(&["*.wasm", "*/form-*.js"]).await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("hebao").await.shows("sending").await;
    checkout.hears_fault("load_failed").await;
    checkout.shows("choosing").await;
    assert!(checkout.text("[role=status]").await.contains("网络"), "{}", checkout.text("[role=status]").await);
    browser.refuse(&["*.wasm"]).await;
    checkout.press("pay").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn where_neither_the_widget_nor_a_form_can_be_had_an_attempt_is_asked_about_once_one_can() {
    if !can(Feat::RefuseFiles) {
        return;
    }
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&without_wasm(&order))).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await;
    browser.until_at("/sandbox/wallet").await;
    shop.wallet(&order, "pay").await;
    browser.refuse(&["*.wasm", "*/form-*.js"]).await;
    browser.goto(&shop.page(&without_wasm(&order))).await;
    checkout.hears_fault("load_failed").await;
    checkout.shows("confirming").await;
    browser.refuse(&["*.wasm"]).await;
    checkout.shows("ended succeeded").await;
}

#[tokio::test]
async fn where_the_form_way_stalls_as_well_the_shopper_hears_it() {
    if !can(Feat::RefuseFiles) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    // The form way is asked for as well, and never comes.
    browser.stall("*/form-*.js").await;
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(STALLED))).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("hebao").await.shows("sending").await;
    checkout.hears_fault("load_failed").await;
    checkout.shows("choosing").await;
    assert!(checkout.text("[role=status]").await.contains("网络"), "{}", checkout.text("[role=status]").await);
}

#[tokio::test]
async fn a_widget_that_comes_after_all_pays_and_the_form_does_not() {
    if !can(Feat::RefuseFiles) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    // A press's patience is over soon, the form way does not come, and then the wasm does.
    let late = "{ const fetched = window.fetch; const set = window.setTimeout
      const held = new Promise((go) => { window.release = go })
      window.fetch = async (...all) => { if (String(all[0]?.url ?? all[0]).endsWith('.wasm')) await held; return fetched(...all) }
      window.setTimeout = (act, ms, ...more) => set(act, ms === 20000 && !window.patient ? ((window.patient = true), 500) : ms, ...more) }";
    browser.stall("*/form-*.js").await;
    browser.goto(&shop.page(&Trial::of(&order).script(late))).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("wechatpay").await.shows("sending").await;
    checkout.hears_fault("load_failed").await;
    browser.run("release()", &[]).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn where_only_the_widget_can_pay_a_press_tries_it_once_more() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let cut = "{ const fetched = window.fetch; window.cut = true
      window.fetch = (...all) => (window.cut && String(all[0]?.url ?? all[0]).endsWith('.wasm') ? Promise.reject(new TypeError('cut')) : fetched(...all)) }";
    browser.goto(&shop.page(&Trial::of(&order).without("endpoint").script(cut).script(TRANSPORT))).await;
    let checkout = Checkout::on(&browser);
    checkout.hears_fault("load_failed").await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    checkout.shows("choosing").await;
    assert!(checkout.text("[role=status]").await.contains("网络"), "{}", checkout.text("[role=status]").await);
    browser.run("window.cut = false", &[]).await;
    checkout.press("pay").await.shows("acting code").await;
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn the_page_can_stop_the_form_as_well() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let stop = "document.addEventListener('moongate-submit', (event) => event.preventDefault())";
    browser.goto(&shop.page(&without_wasm(&order).script(stop))).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await.hears("submit").await;
    checkout.shows("choosing").await;
    assert!(shop.payments(&order).await.is_empty());
}

#[tokio::test]
async fn the_widget_that_did_not_load_says_who_must_act() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    browser.goto(&shop.page(&without_wasm(&shop.order()))).await;
    let fault = Checkout::on(&browser).hears_fault("load_failed").await;
    assert_eq!(fault["kind"], "network", "{fault}");
    assert!(fault["message"].as_str().is_some_and(|message| !message.is_empty()));
}

/// Gives the tag these options as soon as it is one, in the same task.
fn optioned(options: &str) -> String {
    format!(
        "customElements.whenDefined('moongate-checkout').then(() => {{
           const set = () => {{ document.querySelector('moongate-checkout').options = {options} }}
           document.querySelector('moongate-checkout') ? set() : document.addEventListener('DOMContentLoaded', set) }})"
    )
}

#[tokio::test]
async fn without_wasm_an_order_that_the_page_gives_as_a_number_is_paid() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&without_wasm("SO-1").script(&optioned("{ order: 1001 }")))).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment("1001").await["status"], "succeeded");
    assert_eq!(checkout.heard("submit").await[0]["order"], "1001");
}

#[tokio::test]
async fn without_wasm_a_press_that_is_held_is_not_sent_for_another_sum_or_order() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let hold = "document.addEventListener('moongate-submit', (event) => event.waitUntil(new Promise((go) => { window.release = go })))
      HTMLFormElement.prototype.submit = function () { window.sent = Object.fromEntries(new FormData(this)) }";
    for change in ["{ amount: 500 }", "{ order: 'OTHER-1' }", "{ theme: 'dark' }"] {
        browser.goto(&shop.page(&without_wasm(&shop.order()).script(hold))).await;
        let checkout = Checkout::on(&browser);
        opened(&checkout).await;
        checkout.pay_with("hebao").await.hears("submit").await;
        checkout.see(&format!("host.update({change})")).await;
        checkout.see("release()").await;
        if change.contains("theme") {
            checkout.until("what is paid is as it was seen", "return window.sent ?? null").await;
        } else {
            checkout.shows("choosing").await;
            assert_eq!(checkout.see("return window.sent ?? null").await, json!(null), "{change}");
        }
    }
}

#[tokio::test]
async fn without_wasm_a_creation_that_was_lost_does_not_lock_the_order() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let lost =
        "if (!sessionStorage.lost) HTMLFormElement.prototype.submit = function () { sessionStorage.lost = 'yes' }";
    let page = shop.page(&without_wasm(&order).script(lost));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await;
    checkout.until("it is lost", "return sessionStorage.lost").await;
    browser.goto(&page).await;
    checkout.shows("choosing").await;
    checkout.pay_with("alipay").await;
    browser.until_at("/sandbox/").await;
    let made = shop.payments(&order).await;
    assert_eq!(made.iter().filter(|payment| payment["status"] == "pending").count(), 1, "{made:#?}");
}

#[tokio::test]
async fn without_wasm_a_way_back_that_did_not_pay_is_said_until_the_next_press() {
    let shop = Shop::open();
    for (act, status, said) in [("#refuse", "canceled", "付款已取消"), ("", "pending", "还没收到付款")] {
        let (browser, order) = (DESK.open().await, shop.order());
        let page = shop.page(&without_wasm(&order));
        browser.goto(&page).await;
        let checkout = Checkout::on(&browser);
        opened(&checkout).await;
        checkout.pay_with("hebao").await;
        browser.until_at("/sandbox/wallet").await;
        if act.is_empty() {
            browser.goto(&page).await;
        } else {
            browser.press(act).await;
        }
        checkout.until(said, &format!("return root.querySelector('[role=status]').innerText === '{said}'")).await;
        checkout.shows("choosing").await;
        assert_eq!(shop.payment(&order).await["status"], status);
        checkout.see("HTMLFormElement.prototype.submit = () => {}").await;
        checkout.press("pay").await;
        checkout.until("it is over", "return !root.querySelector('[role=status]').innerText.includes('付款')").await;
    }
}

#[tokio::test]
async fn without_wasm_an_attempt_at_the_order_that_the_page_turns_to_is_asked_about() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&without_wasm(&order))).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await;
    browser.until_at("/sandbox/wallet").await;
    shop.wallet(&order, "pay").await;
    browser.goto(&shop.page(&without_wasm(&shop.order()))).await;
    opened(&checkout).await;
    checkout.shows("choosing").await;
    checkout.see(&format!("host.update({{ order: '{order}' }})")).await;
    checkout.shows("ended succeeded").await;
}

#[tokio::test]
async fn an_attempt_that_the_page_forgets_while_it_is_asked_about_gives_way_to_the_rows() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&without_wasm(&order))).await;
    let checkout = Checkout::on(&browser);
    opened(&checkout).await;
    checkout.pay_with("hebao").await;
    browser.until_at("/sandbox/wallet").await;
    shop.wallet(&order, "process").await;
    browser.goto(&shop.page(&without_wasm(&order))).await;
    checkout.hears("ready").await;
    checkout.shows("confirming").await;
    checkout.see("host.forget()").await;
    checkout.shows("choosing").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn where_the_wasm_stalls_the_pages_own_pay_is_sent_by_the_form_as_well() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).with("button", "host").script(STALLED))).await;
    let checkout = Checkout::on(&browser);
    checkout.choose("hebao").await;
    checkout.see("host.pay()").await;
    browser.until_at("/sandbox/wallet").await;
    assert_eq!(shop.payment(&order).await["method"], "hebao");
}

#[tokio::test]
async fn a_page_without_script_pays_by_the_form_inside_the_tag() {
    let shop = Shop::open();
    let browser = DESK.scriptless().open().await;
    browser.goto(&shop.at("/?order=NOSCRIPT-1")).await;
    browser.press("moongate-checkout input[value=hebao]").await;
    browser.press("moongate-checkout button").await;
    browser.press("#approve").await;
    let paid = crate::harness::wait::until(crate::harness::wait::LIMIT, async || {
        let payments = shop.payments("NOSCRIPT-1").await;
        (payments.len() == 1 && payments[0]["status"] == "succeeded").then_some(())
    });
    assert!(paid.await.is_some(), "{:#?}", shop.payments("NOSCRIPT-1").await);
}

#[tokio::test]
async fn a_page_that_sends_no_referrer_pays_by_a_form_and_a_sandboxed_frame_does_not() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (order, framed) = (shop.order(), shop.order());
    let form = |order: &str| {
        format!(
            "<form method=\"post\" action=\"{}\" target=\"_top\"><input name=\"order\" value=\"{order}\">
             <input name=\"method\" value=\"wechatpay\"><input name=\"attempt\" value=\"mg_{order:0>32}\">
             <input name=\"return_url\" value=\"{}\"><button>Pay</button></form>",
            shop.at("/checkout/payments"),
            shop.at("/")
        )
    };
    let page = |inside: &str| format!("<!doctype html><meta name=\"referrer\" content=\"no-referrer\">{inside}");
    shop.write("quiet.html", &page(&form(&order)));
    browser.goto(&shop.at("/pages/quiet.html")).await;
    browser.press("button").await;
    browser.until_at("/sandbox/code/").await;
    shop.write("inner.html", &page(&form(&framed)));
    shop.write(
        "framed.html",
        &page("<iframe sandbox=\"allow-forms allow-top-navigation\" src=\"inner.html\"></iframe>"),
    );
    browser.goto(&shop.at("/pages/framed.html")).await;
    browser.client().enter_frame(0).await.expect("the frame is there");
    browser.press("button").await;
    browser.client().enter_parent_frame().await.expect("the page is there");
    browser.until_at("/checkout/payments").await;
    assert!(shop.payments(&framed).await.is_empty());
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn without_wasm_a_copied_link_is_said_as_in_the_app_around_the_page() {
    let shop = Shop::open();
    let clipboard = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text } } })";
    for (app, method, said) in [(WECHAT, "alipay", "在浏览器打开"), (ALIPAY, "wechatpay", "到浏览器里粘贴打开")]
    {
        let browser = DESK.phone(app).open().await;
        browser.goto(&shop.page(&without_wasm(&shop.order()).script(clipboard))).await;
        let checkout = Checkout::on(&browser);
        opened(&checkout).await;
        checkout.press_at(&format!("[data-method={method}] [data-gesture=copy_link]")).await;
        checkout.until(said, &format!("return root.querySelector('[role=status]').innerText.includes('{said}')")).await;
        assert_eq!(browser.run("return window.copied", &[]).await, browser.url().await);
    }
}
