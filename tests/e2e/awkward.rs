//! That a page which does several things at once, changes its mind or never answers loses nothing, and nobody's payment.

use crate::harness::{Checkout, DESK, Shop, Trial, untroubled};
use serde_json::{Value, json};

#[tokio::test]
async fn a_promise_of_the_page_that_never_settles_is_given_up_and_asked_for_again() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let script = "
        const never = new Promise(() => {})
        const ask = async (path, init) => (await fetch('/checkout/payments' + path, init)).json()
        window.asked = 0
        const transport = {
            create: (request) => ask('', { method: 'POST', body: JSON.stringify(request),
                headers: { 'Content-Type': 'application/json', 'Idempotency-Key': request.attempt } }),
            status: (key) => window.asked++ ? ask(`/${key}`) : never,
            cancel: (key) => ask(`/${key}/cancel`, { method: 'POST' }),
        }
        customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { transport } })";
    browser.goto(&shop.page(&Trial::of(&order).script(script))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    browser.until("the first question is asked, and never answered", "return window.asked === 1 || null", &[]).await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn options_that_are_wrong_for_a_moment_lose_nothing_of_a_payment_under_way() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let headers = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { headers: {} } })";
    browser.goto(&shop.page(&Trial::of(&order).script(headers))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.see("host.update({ amount: 0 })").await;
    checkout.hears_fault("wrong_option").await;
    let asks = |payment: &Value| payment["requests"]["status"].as_u64().unwrap_or_default();
    let before = asks(&shop.payment(&order).await);
    let asked = async {
        while asks(&shop.payment(&order).await) == before {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), asked).await.expect("it is asked about meanwhile");
    checkout.see("host.update({ amount: 12800 })").await;
    checkout.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert_eq!(checkout.heard("complete").await.len(), 1);
}

/// What the page fixed, as the screen has it: the shop, its number, the way back to it, and our own pay button.
const FIXED: &str =
    "return ['.shop', '.support', '[data-done]', '[data-gesture=pay]'].map((part) => root.querySelector(part) != null)";

#[tokio::test]
async fn options_that_are_wrong_for_a_moment_take_nothing_off_the_screen() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let trial = Trial::of(&order).with("button", "host").with("shop", "山茶咖啡");
    let trial = trial.with("support", "+86 571 8888 6666").with("done-url", "/orders");
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.choose("wechatpay").await;
    let wrong = async || {
        checkout.see("host.update({ amount: 0 })").await;
        checkout.hears_fault("wrong_option").await;
        checkout.see("return new Promise((done) => setTimeout(done, 200))").await;
    };
    wrong().await;
    assert_eq!(checkout.see(FIXED).await, json!([true, false, false, false]), "the page's own button pays");
    checkout.see("host.update({ amount: 12800 })").await;
    checkout.see("host.pay()").await;
    checkout.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert_eq!(checkout.see(FIXED).await, json!([true, false, true, false]));
    wrong().await;
    assert_eq!(checkout.see(FIXED).await, json!([true, false, true, false]), "a page that empties its cart");
}

#[tokio::test]
async fn another_language_and_a_call_in_the_middle_of_an_event_are_both_heard() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let script = "document.addEventListener('moongate-ready', ({ target }) => {
        target.update({ locale: 'en' })
        window.selected = target.select('hebao')
    })";
    browser.goto(&shop.page(&Trial::of(&order).script(script))).await;
    let checkout = Checkout::on(&browser);
    checkout
        .until(
            "it speaks English",
            "return section?.lang === 'en' && root.querySelector('input:checked')?.value === 'hebao' || null",
        )
        .await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_page_that_stops_a_submission_and_pays_itself_pays_once() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let own = "document.addEventListener('moongate-submit', (event) => { event.preventDefault(); event.target.pay() })";
    browser.goto(&shop.page(&Trial::of(&order).script(own))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_promise_of_pay_settles_where_nothing_can_be_paid_any_more() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).with("button", "host"))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.choose("wechatpay").await;
    checkout.see("host.update({ amount: 0 })").await;
    checkout.hears_fault("wrong_option").await;
    let settled = "return host.pay().then(() => 'settled')";
    assert_eq!(checkout.see(settled).await, json!("settled"), "the options are wrong");
    checkout.see("host.update({ amount: 12800 })").await;
    let removed = "window.fetch = () => new Promise(() => {}); const paying = host.pay(); host.remove(); return paying.then(() => 'settled')";
    assert_eq!(checkout.see(removed).await, json!("settled"), "the element is gone");
    untroubled(&browser).await;
}
