//! That a shopper who comes back finds the payment again: after a wallet's page, a reload, the back button, an expired code.

use crate::harness::{Browser, Checkout, DESK, Feat, PHONE, Shop, Trial, can, untroubled};
use crate::paying::{approve, paid};
use serde_json::{Value, json};

/// On the way to the wallet's page of this method, on a phone.
async fn left<'a>(browser: &'a Browser, shop: &Shop, order: &str, method: &str) -> Checkout<'a> {
    browser.goto(&shop.page(&Trial::of(order))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await.pay_with(method).await;
    browser.until_at("/sandbox/wallet").await;
    checkout
}

/// Back from the wallet without having paid.
async fn unpaid<'a>(browser: &'a Browser, shop: &Shop, order: &str, method: &str) -> Checkout<'a> {
    let checkout = left(browser, shop, order, method).await;
    browser.press("#leave").await;
    checkout.shows("acting not_paid").await;
    checkout
}

#[tokio::test]
async fn back_without_payment_the_page_says_so_and_offers_three_ways_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let checkout = unpaid(&browser, &shop, &shop.order(), "alipay").await;
    assert_eq!(checkout.heading().await, "还没收到付款");
    let ways =
        "return [...root.querySelectorAll('.ways [data-gesture]')].map((way) => [way.dataset.gesture, way.innerText])";
    let expected = json!([["go_on", "继续付"], ["ask_now", "我已付款"], ["change_method", "换一种方式"]]);
    assert_eq!(checkout.see(ways).await, expected);
    assert!(!browser.url().await.contains("moongate_attempt"), "{}", browser.url().await);
    assert!(checkout.heard("complete").await.is_empty());
    untroubled(&browser).await;
}

#[tokio::test]
async fn going_on_leads_to_the_same_payment_again() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for method in ["wechatpay", "alipay", "unionpay", "hebao"] {
        let order = shop.order();
        let checkout = unpaid(&browser, &shop, &order, method).await;
        checkout.press("go_on").await;
        approve(&browser).await;
        checkout.shows("ended succeeded").await;
        assert_eq!(shop.payment(&order).await["requests"]["create"], 1, "{method}");
    }
}

#[tokio::test]
async fn having_paid_is_asked_about_again() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    // So that the answer comes of the asking.
    shop.faults(json!([{ "kind": "silent-events" }])).await;
    let checkout = unpaid(&browser, &shop, &order, "wechatpay").await;
    checkout.press("ask_now").await.shows("acting not_paid").await;
    shop.wallet(&order, "pay").await;
    checkout.press("ask_now").await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn another_way_is_taken_only_after_the_first_is_closed() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let checkout = unpaid(&browser, &shop, &order, "alipay").await;
    checkout.press("change_method").await.shows("choosing").await;
    assert_eq!(shop.payment(&order).await["status"], "canceled");
    checkout.pay_with("hebao").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let payments = shop.payments(&order).await;
    let standing: Vec<&Value> = payments.iter().map(|payment| &payment["status"]).collect();
    assert_eq!(standing, ["canceled", "succeeded"]);
}

#[tokio::test]
async fn a_refusal_in_the_wallet_is_an_outcome_with_a_way_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let checkout = left(&browser, &shop, &order, "alipay").await;
    browser.press("#refuse").await;
    checkout.shows("ended canceled").await;
    let told = checkout.hears("complete").await;
    assert_eq!(told["outcome"], "canceled", "{told}");
    checkout.press("try_again").await.shows("choosing").await.press("pay").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payments(&order).await.len(), 2);
}

#[tokio::test]
async fn the_back_button_leads_to_the_payment_and_not_to_a_second_one() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for method in ["wechatpay", "unionpay"] {
        let order = shop.order();
        let checkout = left(&browser, &shop, &order, method).await;
        // UnionPay's form makes two entries of the history: the form's page and the wallet's.
        while browser.url().await.contains("/sandbox/") {
            browser.back().await;
        }
        checkout.shows("acting not_paid").await.press("go_on").await;
        approve(&browser).await;
        checkout.shows("ended succeeded").await;
        assert_eq!(shop.payment(&order).await["requests"]["create"], 1, "{method}");
    }
}

#[tokio::test]
async fn a_reload_shows_the_same_code_again() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    browser.reload().await;
    checkout.shows("acting code").await;
    assert_eq!(checkout.scanned().await, text);
    shop.approve_code(&text).await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn what_was_paid_while_the_page_was_closed_is_shown() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await.shows("acting code").await;
    browser.goto("about:blank").await;
    shop.wallet(&order, "pay").await;
    browser.goto(&page).await;
    paid(&shop, &order, &checkout).await;
    assert!(checkout.text(".lead").await.starts_with("支付宝 · "), "with the time: it was begun just before");
}

#[tokio::test]
async fn a_link_with_somebody_elses_attempt_is_dropped_in_silence() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let theirs = shop.order();
    browser.goto(&shop.page(&Trial::of(&theirs))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let attempt = shop.payment(&theirs).await["attempt"].as_str().expect("text").to_owned();
    shop.wallet(&theirs, "pay").await;
    checkout.shows("ended succeeded").await;
    let mine = shop.order();
    for (order, attempt) in [(&mine, attempt.as_str()), (&mine, "mg_0123456789abcdef0123456789abcdef")] {
        browser.run("sessionStorage.clear(); localStorage.clear()", &[]).await;
        let router = "history.replaceState({ router: 7 }, '')";
        browser.goto(&format!("{}?moongate_attempt={attempt}&a=1", shop.page(&Trial::of(order).script(router)))).await;
        checkout.shows("choosing").await.ready().await;
        assert!(browser.url().await.ends_with("?a=1"), "{}", browser.url().await);
        assert_eq!(browser.run("return history.state.router", &[]).await, 7, "it is the page's");
        assert_eq!((checkout.heard("complete").await.len(), checkout.heard("error").await.len()), (0, 0));
        assert_eq!(checkout.text("[role=alert]").await, "");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_code_that_the_shop_lets_expire_is_an_outcome_and_can_be_paid_anew() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    shop.set_order_with(&order, json!({ "amount": 12_800, "currency": "CNY", "expires_in": 5 })).await;
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.shows("ended expired").await;
    let first = checkout.state().await["attempt"].clone();
    // One press for a new code; another for another way.
    checkout.press("pay").await.shows("acting code").await;
    assert_ne!(checkout.state().await["attempt"], first, "the first has surely ended, so this is another attempt");
    assert_eq!(checkout.heard("submit").await.len(), 2);
    checkout.shows("ended expired").await;
    checkout.press("try_again").await.shows("choosing").await.pay_with("alipay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
}

/// A server of the page's own, whose clock is 100 seconds later each time the page is loaded.
const LATER: &str = "const loads = +(sessionStorage.loads ?? -1) + 1
sessionStorage.loads = loads
const time = (seconds) => new Date(Date.parse('2031-01-05T10:00:00Z') + seconds * 1000).toISOString()
const known = () => ({ ...JSON.parse(sessionStorage.known), status: 'pending', now: time(loads * 100), expires_at: time(400),
  action: { type: 'qr', payload: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' } })
const transport = {
  create: async ({ order, method, attempt, amount, currency }) => {
    sessionStorage.known = JSON.stringify({ id: 'pay_1', order, method, attempt, amount, currency })
    return known()
  },
  status: async () => known(),
  cancel: async () => ({ ...known(), status: 'canceled' }),
}
customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { transport } })";

#[tokio::test]
async fn the_bar_under_a_code_goes_on_after_a_reload_from_where_it_was() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let trial = Trial::of(&shop.order()).without("endpoint").without("test-mode").script(LATER);
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let bar = "const { max, value } = root.querySelector('progress'); return [max, Math.ceil(value / 100)]";
    assert_eq!(checkout.see(bar).await, json!([400, 4]));
    for left in [3, 2] {
        browser.reload().await;
        checkout.shows("acting code").await;
        assert_eq!(checkout.see(bar).await, json!([400, left]));
    }
}

/// The page's own way to the server, whose codes are said to live for three seconds only; the server does not mind.
pub const SHORT: &str = "window.called = []
const short = async (path, method = 'GET', body, key) => {
  const headers = { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) }
  const response = await fetch(`/checkout/payments${path}`, { method, body, headers })
  const payment = await response.json()
  if (window.long || !payment.now) return payment
  window.end = window.end ?? new Date(Date.parse(payment.now) + 3000).toISOString()
  return { ...payment, expires_at: window.end }
}
window.transport = {
  create: (request) => { called.push('create'); return short('', 'POST', JSON.stringify(request), request.attempt) },
  status: (key) => { called.push('status'); return short(`/${key}`) },
  cancel: (key) => { called.push('cancel'); return short(`/${key}/cancel`, 'POST') },
  refresh: (key) => { called.push('refresh'); window.long = true; return short(`/${key}/refresh`, 'POST') },
}
customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { transport } })";

#[tokio::test]
async fn a_code_whose_time_is_over_is_checked_once_more_and_renewed_by_one_press() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("endpoint").script(SHORT))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let first = checkout.state().await["attempt"].clone();
    checkout.shows("acting code_over").await;
    let phases: Vec<Value> = checkout.heard("status").await.iter().map(|status| status["phase"].clone()).collect();
    assert_eq!(phases, ["sending", "acting", "confirming", "acting"], "a last check, then the way on");
    assert_eq!(checkout.heading().await, "二维码已失效");
    assert!(checkout.find("[data-qr]").await.is_none(), "an old code, however pale, could still be scanned");
    checkout.press("new_code").await.shows("acting code").await;
    assert_eq!(checkout.state().await["attempt"], first, "a new code for the same attempt");
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["requests"]["refresh"], 1);
}

#[tokio::test]
async fn money_that_comes_after_the_end_is_still_told() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "expire").await;
    checkout.shows("ended expired").await;
    shop.wallet(&order, "pay").await;
    browser.run("window.dispatchEvent(new Event('focus'))", &[]).await;
    checkout.shows("ended succeeded").await;
    let told = checkout.heard("complete").await;
    let told: Vec<(&Value, &Value)> = told.iter().map(|one| (&one["outcome"], &one["late"])).collect();
    assert_eq!(told, [(&json!("expired"), &Value::Null), (&json!("succeeded"), &json!(true))]);
}

#[tokio::test]
async fn a_tab_that_was_killed_is_made_up_for_by_another() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    let second = browser.client().new_window(true).await.expect("a second tab").handle;
    browser.client().clone().close_window().await.expect("the first tab is closed");
    browser.client().switch_to_window(second).await.expect("the second tab");
    browser.goto(&page).await;
    checkout.shows("acting code").await;
    assert_eq!(checkout.scanned().await, text, "nothing is pressed, and the payment is there again");
    shop.approve_code(&text).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
}

#[tokio::test]
async fn two_tabs_share_one_attempt_and_its_end() {
    if !can(Feat::HideTabs) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.shows("choosing").await;
    let first = browser.client().window().await.expect("a window");
    let second = browser.client().new_window(true).await.expect("a second tab").handle;
    browser.client().switch_to_window(second.clone()).await.expect("the second tab");
    browser.goto(&page).await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let attempt = checkout.state().await["attempt"].clone();
    browser.client().switch_to_window(first).await.expect("the first tab");
    checkout.shows("acting code").await;
    assert_eq!(checkout.state().await["attempt"], attempt, "taken up without a press");
    checkout.press("change_method").await.shows("choosing").await;
    assert_eq!(shop.payment(&order).await["status"], "canceled");
    browser.client().switch_to_window(second).await.expect("the second tab");
    checkout.shows("ended canceled").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
}

#[tokio::test]
async fn the_link_that_a_wallet_opens_in_another_browser_asks_and_does_not_pay() {
    let shop = Shop::open();
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    let attempt = {
        let browser = DESK.phone(PHONE).open().await;
        left(&browser, &shop, &order, "alipay").await;
        shop.payment(&order).await["attempt"].as_str().expect("text").to_owned()
    };
    let other = DESK.phone(PHONE).open().await;
    other.goto(&format!("{page}?moongate_attempt={attempt}")).await;
    let checkout = Checkout::on(&other);
    checkout.shows("acting not_paid").await;
    let ways = "return [...root.querySelectorAll('.ways [data-gesture]')].map((way) => way.dataset.gesture)";
    assert_eq!(checkout.see(ways).await, json!(["ask_now"]), "enough to ask, not to pay or to close");
    assert!(checkout.text(".lead").await.contains("回到下单时的浏览器"));
    assert!(checkout.heard("action").await.is_empty());
    shop.wallet(&order, "pay").await;
    checkout.press("ask_now").await.shows("ended succeeded").await;
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn a_page_that_comes_back_as_it_was_left_asks_at_once() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let kept = "addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted })";
    browser.goto(&shop.page(&Trial::of(&order).script(kept))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await;
    browser.until_at("/sandbox/wallet").await;
    shop.wallet(&order, "pay").await;
    while browser.url().await.contains("/sandbox/") {
        browser.back().await;
    }
    checkout.shows("ended succeeded").await;
    println!("from the back/forward cache: {}", browser.run("return window.persisted", &[]).await);
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
}

#[tokio::test]
async fn a_provider_that_returns_by_a_form_leads_back_to_the_page_by_the_servers_answer() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let posted = "addEventListener('pageshow', () => { window.redirects = performance.getEntriesByType('navigation')[0].redirectCount })";
    let checkout = {
        browser.goto(&shop.page(&Trial::of(&order).script(posted))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("unionpay").await;
        checkout
    };
    approve(&browser).await;
    paid(&shop, &order, &checkout).await;
    assert_eq!(browser.run("return window.redirects", &[]).await, 1, "a form to the server, then 303 to the page");
}

#[tokio::test]
async fn two_tabs_that_are_pressed_at_once_make_one_payment() {
    if !can(Feat::HideTabs) {
        return;
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    let checkout = Checkout::on(&browser);
    let first = browser.client().window().await.expect("a window");
    browser.goto(&page).await;
    checkout.ready().await;
    let second = browser.client().new_window(true).await.expect("a second tab").handle;
    browser.client().switch_to_window(second.clone()).await.expect("the second tab");
    browser.goto(&page).await;
    checkout.ready().await;
    // Both are on their way before either is answered.
    shop.faults(json!([{ "kind": "latency", "ms": 1500, "method": "POST", "path": "/checkout/payments" }])).await;
    let press = "const button = root.querySelector('[data-gesture=pay]'); button.click(); return true";
    checkout.see(press).await;
    browser.client().switch_to_window(first).await.expect("the first tab");
    checkout.press("pay").await.shows("acting code").await;
    let shown = checkout.scanned().await;
    browser.client().switch_to_window(second).await.expect("the second tab");
    checkout.shows("acting code").await;
    assert_eq!(checkout.scanned().await, shown, "both show the same");
    shop.approve_code(&shown).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payments(&order).await.len(), 1);
}

#[tokio::test]
async fn what_the_address_brought_back_is_asked_about_by_its_own_order_only() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (first, next) = (shop.order(), shop.order());
    let checkout = left(&browser, &shop, &first, "hebao").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let asked =
        "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('/payments/mg_')).length";
    let before = browser.run(asked, &[]).await;
    let shown =
        format!("const other = host.cloneNode(); other.setAttribute('order', '{next}'); host.replaceWith(other)");
    checkout.see(&shown).await;
    checkout.ready().await.shows("choosing").await;
    assert_eq!(browser.run(asked, &[]).await, before, "an order was asked about that is another's");
    // Put in again, the order itself asks again: nothing is kept of what has ended.
    let again =
        format!("const first = host.cloneNode(); first.setAttribute('order', '{first}'); host.replaceWith(first)");
    checkout.see(&again).await;
    checkout.shows("ended succeeded").await;
}

/// This page, as a wallet returns to it with this attempt.
fn brought_back(page: &str, attempt: &Value) -> String {
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}moongate_attempt={}", attempt.as_str().expect("an attempt"))
}

#[tokio::test]
async fn what_the_address_brought_back_is_over_once_another_was_paid_and_no_outcome_is_told_twice() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await.shows("acting code").await;
    let first = checkout.state().await["attempt"].clone();
    checkout.press("change_method").await.shows("choosing").await;

    let anew = "host.replaceWith(host.cloneNode())";
    browser.goto(&brought_back(&page, &first)).await;
    checkout.ready().await.shows("ended canceled").await;
    checkout.see(anew).await;
    checkout.ready().await.shows("ended canceled").await;
    assert_eq!(checkout.heard("complete").await.len(), 1, "told once");

    checkout.press("try_again").await.shows("choosing").await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    checkout.see(anew).await;
    checkout.ready().await.shows("choosing").await;
    let told: Vec<Value> = checkout.heard("complete").await.iter().map(|told| told["outcome"].clone()).collect();
    assert_eq!(told, ["canceled", "succeeded"], "nobody reads of a paid order that it was canceled");
}

#[tokio::test]
async fn the_unfinished_attempt_of_another_order_is_taken_up_when_the_page_turns_to_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (one, two) = (shop.order(), shop.order());
    let checkout = Checkout::on(&browser);
    browser.goto(&shop.page(&Trial::of(&one))).await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let attempt = checkout.state().await["attempt"].clone();
    browser.goto(&shop.page(&Trial::of(&two))).await;
    checkout.ready().await.shows("choosing").await;
    checkout.see(&format!("host.update({{ order: '{one}' }})")).await;
    checkout.shows("acting code").await;
    assert_eq!(checkout.state().await["attempt"], attempt);
    // What was closed on the way to another order is not told of later.
    checkout.see(&format!("host.update({{ order: '{two}' }})")).await;
    checkout.until("it was closed", "return host.state.phase === 'choosing'").await;
    assert_eq!(shop.payment(&one).await["status"], "canceled");
    checkout.see(&format!("host.update({{ order: '{one}' }})")).await;
    checkout.shows("choosing").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    checkout.shows("choosing").await;
    assert!(checkout.heard("complete").await.is_empty());
}
