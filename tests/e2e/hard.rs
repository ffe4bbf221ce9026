//! That hard circumstances change nothing: a server that falls, a stream that is cut, a clock that is wrong, another origin,
//! a frame, a sign-in.

use crate::harness::{Browser, Checkout, DESK, PHONE, Shop, Trial, untroubled};
use crate::hosts::{VERSION, caddy, nginx};
use crate::paying::{approve, paid};
use serde_json::{Value, json};

#[tokio::test]
async fn a_server_that_falls_and_rises_again_loses_no_payment() {
    let (mut shop, browser) = (Shop::lasting(), DESK.open().await);
    let order = format!("{}-{}", shop.order(), std::process::id());
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    shop.close();
    checkout
        .until(
            "the fall is noticed",
            "return host.state.log.some(({ event }) => event === 'stream_lost' || event === 'lost')",
        )
        .await;
    assert_eq!(checkout.scanned().await, text, "the code can still be paid, so it stays");
    shop.reopen();
    shop.approve_code(&text).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
}

#[tokio::test]
async fn a_stream_that_is_cut_or_silent_is_made_up_for_by_asking() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for kind in ["disconnect-events", "silent-events"] {
        shop.faults(json!([{ "kind": kind }])).await;
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        shop.wallet(&order, "pay").await;
        paid(&shop, &order, &checkout).await;
    }
}

#[tokio::test]
async fn a_code_lives_by_the_servers_clock_however_wrong_it_is() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for skew in [600_000, -600_000] {
        shop.faults(json!([{ "kind": "clock-skew", "ms": skew }])).await;
        let order = shop.order();
        shop.set_order_with(&order, json!({ "amount": 12_800, "currency": "CNY", "expires_in": 300 })).await;
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        let beside = checkout.text(".beside").await;
        assert!(beside.contains("4:5") || beside.contains("5:00"), "about five minutes: {beside}");
        shop.wallet(&order, "pay").await;
        checkout.shows("ended succeeded").await;
    }
}

#[tokio::test]
async fn a_server_of_another_origin_serves_as_well() {
    let (page, server) = (Shop::open(), Shop::open());
    for (kind, method) in [(DESK, "wechatpay"), (DESK.phone(PHONE), "alipay")] {
        let browser = kind.open().await;
        let order = server.order();
        let trial = Trial::of(&order).with("endpoint", &server.at("/checkout")).with("credentials", "include");
        browser.goto(&page.page(&trial)).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await;
        if method == "wechatpay" {
            checkout.shows("acting code").await;
            server.approve_code(&checkout.scanned().await).await;
        } else {
            approve(&browser).await;
        }
        paid(&server, &order, &checkout).await;
    }
}

#[tokio::test]
async fn who_must_sign_in_first_comes_back_and_pays_with_the_same_attempt() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    shop.set_order_with(&order, json!({ "amount": 12_800, "currency": "CNY", "sign_in": true })).await;
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await;
    browser.until_at("/sandbox/sign-in").await;
    assert!(shop.payments(&order).await.is_empty(), "nothing was created");
    browser.press("#sign-in").await;
    checkout.shows("acting code").await;
    let submitted = checkout.heard("status").await;
    let attempts: Vec<&Value> = submitted.iter().map(|status| &status["attempt"]).collect();
    assert!(attempts.windows(2).all(|pair| pair[0] == pair[1]), "{attempts:?}");
    shop.approve_code(&checkout.scanned().await).await;
    paid(&shop, &order, &checkout).await;
}

/// The way to sign in leads nowhere, as an address that has nothing to show: the page stays.
#[tokio::test]
async fn who_does_not_get_to_sign_in_has_a_way_on_and_pays_with_the_same_attempt() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (before, order) = (shop.order(), shop.order());
    browser.goto(&shop.page(&Trial::of(&before))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&before, "pay").await;
    checkout.shows("ended succeeded").await;
    let nowhere = format!("/checkout/payments/{}/events", checkout.state().await["payment"].as_str().expect("text"));
    let unknown = format!(
        "{{ const fetched = window.fetch
          window.fetch = async (...all) => window.known || !String(all[0]?.url ?? all[0]).endsWith('/checkout/payments') ? fetched(...all)
            : Response.json({{ code: 'sign_in', url: '{nowhere}' }}, {{ status: 401, headers: {{ 'Content-Type': 'application/problem+json' }} }}) }}"
    );
    browser.goto(&shop.page(&Trial::of(&order).script(&unknown))).await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting still_here").await;
    let attempt = checkout.state().await["attempt"].clone();
    let ways = "return [...root.querySelectorAll('.ways [data-gesture]')].map(({ dataset }) => dataset.gesture)";
    assert_eq!(checkout.see(ways).await, json!(["go_on", "change_method"]));
    browser.run("window.known = true", &[]).await;
    checkout.press("go_on").await.shows("acting code").await;
    assert_eq!(checkout.state().await["attempt"], attempt);
    shop.approve_code(&checkout.scanned().await).await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn a_checkout_in_a_frame_of_the_shops_own_leaves_in_the_whole_window() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let inner = shop.page(&Trial::of(&order));
    let frame = format!("<iframe id='frame' src='{inner}' width='480' height='720'></iframe>");
    browser.goto(&shop.page(&Trial::of(&order).bare().body(&frame))).await;
    in_frame(&browser, "hebao").await;
    browser.client().enter_parent_frame().await.expect("back to the page");
    approve(&browser).await;
    let checkout = Checkout::on(&browser);
    checkout.shows("ended succeeded").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn a_bundle_that_lies_with_the_guides_nginx_or_caddy_pays_on_a_page_of_another_origin() {
    for host in [nginx(), caddy()] {
        let (shop, browser) = (Shop::open(), DESK.open().await);
        let order = shop.order();
        let from = format!("http://127.0.0.1:{}", host.port);
        let head = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {from} 'wasm-unsafe-eval'; \
             connect-src 'self' {from}; style-src {from}; img-src data:; require-trusted-types-for 'script'\">\
             <script type=\"module\" src=\"{from}/moongate/{VERSION}/moongate.js\"></script>"
        );
        browser.goto(&shop.page(&Trial::of(&order).bare().head(&head))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        shop.approve_code(&checkout.scanned().await).await;
        checkout.shows("ended succeeded").await;
        shop.payment(&order).await;
        untroubled(&browser).await;
    }
}

#[tokio::test]
async fn a_checkout_in_a_frame_of_another_origin_leaves_by_one_press_on_a_link_or_form_and_never_by_itself() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    // A page by GET; a gateway's form by POST.
    for (method, control) in [("hebao", "a"), ("unionpay", "form button")] {
        let order = shop.order();
        shop.provider(json!({ "provider": "normalised", "flow": "redirect" })).await;
        let inner = shop.page(&Trial::of(&order));
        let frame = format!("<iframe id='frame' src='{inner}' width='480' height='720'></iframe>");
        let outer = shop.page(&Trial::of(&order).bare().body(&frame)).replace("127.0.0.1", "localhost");
        browser.goto(&outer).await;
        let before = browser.run("return history.length", &[]).await;
        in_frame(&browser, method).await;
        let checkout = Checkout::on(&browser);
        checkout.shows("acting app_link").await;
        let target = format!(
            "const next = root.querySelector('{control}[data-gesture=go_on]'); return (next.form ?? next).target"
        );
        assert_eq!(checkout.see(&target).await, "_top", "{method}");
        browser.client().clone().enter_parent_frame().await.expect("back to the page");
        assert_eq!(browser.url().await, outer, "{method}: nothing leaves by itself");
        browser.element("#frame").await.enter_frame().await.expect("a frame");
        checkout.press("go_on").await;
        browser.client().clone().enter_parent_frame().await.expect("back to the page");
        browser.until_at("/sandbox/wallet").await;
        assert_eq!(
            browser.run("return history.length - arguments[0]", &[before]).await,
            1,
            "{method}: exactly one navigation"
        );
        approve(&browser).await;
        Checkout::on(&browser).shows("ended succeeded").await;
        assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    }
}

#[tokio::test]
async fn a_host_that_wants_more_in_a_frame_of_another_origin_takes_the_action_itself() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let take = "document.addEventListener('moongate-action', (event) => { event.preventDefault(); parent.postMessage(event.detail.action.url, '*') })";
    let inner = shop.page(&Trial::of(&order).script(take));
    let frame = format!("<iframe id='frame' src='{inner}' width='480' height='720'></iframe>");
    let listen = "addEventListener('message', ({ data }) => { window.asked = data })";
    let outer = shop.page(&Trial::of(&format!("{order}-outer")).bare().body(&frame).script(listen));
    browser.goto(&outer.replace("127.0.0.1", "localhost")).await;
    in_frame(&browser, "hebao").await;
    Checkout::on(&browser).shows("acting host").await;
    browser.client().clone().enter_parent_frame().await.expect("back to the page");
    let url = browser.until("the host is asked", "return window.asked", &[]).await;
    assert!(url.as_str().unwrap().starts_with("http"), "{url}");
    shop.payment(&order).await;
}

/// Pays with this method in the page's frame.
async fn in_frame(browser: &Browser, method: &str) {
    let frame = browser.element("#frame").await;
    frame.enter_frame().await.expect("a frame");
    Checkout::on(browser).ready().await.pay_with(method).await;
}
