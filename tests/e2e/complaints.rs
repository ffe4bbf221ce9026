//! What every thread about Chinese wallets complains of, one story each: what goes right here.
//!
//! The complaints and their threads are rows 11 to 18 of `research/peers.md`, section 3; other stories go into each further.

use crate::harness::{Checkout, DESK, PHONE, Shop, Trial, WECHAT, untroubled};
use crate::paying::{approve, paid};
use serde_json::{Value, json};

#[tokio::test]
async fn complaint_11_on_a_bad_network_one_question_is_asked_at_a_time_and_no_failed_one_ends_a_payment() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let watch = "{ const fetched = window.fetch; window.most = 0; let now = 0; window.fetch = async (...all) => {
      now += 1; window.most = Math.max(window.most, now); try { return await fetched(...all) } finally { now -= 1 } } }";
    browser.goto(&shop.page(&Trial::of(&order).script(watch))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    browser.run("window.most = 0", &[]).await;
    shop.faults(json!([
        { "kind": "silent-events" },
        { "kind": "status", "status": 503, "method": "GET", "path": "/checkout/payments", "times": 2 },
        { "kind": "latency", "ms": 400, "method": "GET", "path": "/checkout/payments" },
    ]))
    .await;
    browser.run("for (let n = 0; n < 5; n += 1) window.dispatchEvent(new Event('focus'))", &[]).await;
    checkout
        .until(
            "a question failed",
            "return host.state.log.some(({ event }) => event === 'refused' || event === 'lost')",
        )
        .await;
    checkout.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert_eq!(browser.run("return window.most", &[]).await, 1, "never two questions at once");
}

#[tokio::test]
async fn complaint_12_a_code_that_is_over_is_no_dead_end_and_its_new_one_is_no_new_order() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    shop.faults(json!([{ "kind": "clock-skew", "ms": -600_000 }])).await;
    shop.set_order_with(&order, json!({ "amount": 12_800, "currency": "CNY", "expires_in": 3 })).await;
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.shows("ended expired").await.press("pay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let payments = shop.payments(&order).await;
    assert!(payments.iter().all(|payment| payment["order"] == json!(order)), "{payments:#?}");
    let standing: Vec<&Value> = payments.iter().map(|payment| &payment["status"]).collect();
    assert_eq!(standing, ["expired", "succeeded"]);
}

#[tokio::test]
async fn complaint_13_in_wechat_alipay_shows_the_way_to_a_browser_and_what_works_comes_first() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    let rows =
        "return [...root.querySelectorAll('[data-method]')].map((row) => [row.dataset.method, row.dataset.works])";
    let expected = json!([["wechatpay", "true"], ["unionpay", "true"], ["hebao", "true"], ["alipay", "false"]]);
    assert_eq!(checkout.see(rows).await, expected);
    let row = checkout.text("[data-method=alipay]").await;
    assert!(row.contains("微信里打不开") && row.contains("复制网址"), "{row}");
    checkout.press("copy_link").await;
    checkout.until("it is said", "return root.querySelector('[role=status]').innerText.includes('浏览器')").await;
    checkout.pay_with("unionpay").await;
    approve(&browser).await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn complaint_14_wechats_bridge_is_called_once_it_is_there_however_late() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting in_app").await;
    let bridge = "window.calls = 0; window.WeixinJSBridge = { invoke: (name, parameters, answer) => { calls += 1; answer({ err_msg: `${name === 'getBrandWCPayRequest' && 'get_brand_wcpay_request'}:ok` }) } }
      document.dispatchEvent(new Event('WeixinJSBridgeReady')); document.dispatchEvent(new Event('WeixinJSBridgeReady'))";
    browser.run(bridge, &[]).await;
    checkout.shows("confirming said").await;
    assert_eq!(browser.run("return calls", &[]).await, 1);
    shop.wallet(&order, "pay").await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn complaint_15_a_phone_that_must_show_a_code_says_what_can_read_it_and_offers_another_way() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for (method, tip, saves) in [("wechatpay", "从相册选都不行", false), ("alipay", "从相册选", true)] {
        let order = shop.order();
        shop.provider(json!({ "provider": "wallet", "flow": "qr" })).await;
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await.shows("acting code").await;
        let tips = checkout.text(".tips").await;
        assert!(tips.contains("另一台设备") && tips.contains(tip), "{tips}");
        assert_eq!(checkout.find("[data-gesture=save_code]").await.is_some(), saves, "{method}");
        assert!(checkout.find("[data-gesture=use_fallback]").await.is_some(), "{method}: a page instead");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn complaint_16_what_is_only_a_test_is_said_to_be_one_with_every_wallet() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for method in ["alipay", "wechatpay", "unionpay"] {
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await.shows("acting code").await;
        assert_eq!(checkout.text("[data-test]").await, "测试，不会扣款");
        shop.wallet(&order, "pay").await;
        assert_eq!(checkout.hears("complete").await["test"], true, "{method}");
    }
}

#[tokio::test]
async fn complaint_17_a_language_that_is_not_there_falls_back_to_its_parent_and_never_to_an_error() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (locale, script) in [
        ("zh-HK", "[\u{4e00}-\u{9fff}]"),
        ("zh-Hant-MO", "[\u{4e00}-\u{9fff}]"),
        ("en-ZA", "[A-Za-z]"),
        ("tlh", "[A-Za-z]"),
    ] {
        browser.goto(&shop.page(&Trial::of(&shop.order()).with("locale", locale))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        let reads = format!("return new RegExp('^{script}').test(root.querySelector('[data-heading]').innerText)");
        assert_eq!(checkout.see(&reads).await, true, "{locale}: {}", checkout.heading().await);
        assert!(checkout.heard("error").await.is_empty(), "{locale}");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn complaint_18_back_from_the_wallets_app_in_another_browser_the_payment_is_seen() {
    let shop = Shop::open();
    let order = shop.order();
    let page = shop.page(&Trial::of(&order));
    let back = {
        let browser = DESK.phone(PHONE).open().await;
        browser.goto(&page).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("alipay").await;
        browser.until_at("/sandbox/wallet").await;
        let attempt = shop.payment(&order).await["attempt"].as_str().expect("text").to_owned();
        format!("{page}?moongate_attempt={attempt}")
    };
    shop.wallet(&order, "pay").await;
    let other = DESK.phone(PHONE).open().await;
    other.goto(&back).await;
    let checkout = Checkout::on(&other);
    checkout.shows("ended succeeded").await;
    assert_eq!(checkout.hears("complete").await["outcome"], "succeeded");
    assert!(!other.url().await.contains("moongate_attempt"));
    shop.payment(&order).await;
}
