//! That two of the ways to pay twice which no other story goes are closed: a refusal that means paid, a new code too late.

use crate::harness::{Checkout, DESK, Shop, Trial, untroubled};
use crate::paying::paid;
use crate::returning::SHORT;
use serde_json::{Value, json};

#[tokio::test]
async fn a_refusal_that_may_mean_paid_is_asked_about_and_not_paid_again() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (method, code) in [("wechatpay", "ORDERPAID"), ("alipay", "ACQ.TRADE_HAS_SUCCESS")] {
        let order = shop.order();
        shop.provider(json!({ "provider": "wallet", "refuse": code })).await;
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await.shows("confirming processing").await;
        let again = "return host.state.log.filter(({ event }) => event === 'answered' || event === 'heard').length > 1";
        checkout.until("it was asked about once more", again).await;
        checkout.shows("confirming processing").await;
        let ways = "return [...root.querySelectorAll('[data-gesture]')].map((way) => way.dataset.gesture)";
        let ways = checkout.see(ways).await;
        let ways: Vec<&str> = ways.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(ways.contains(&"ask_now"), "{ways:?}");
        assert!(!ways.iter().any(|way| ["pay", "change_method", "try_again"].contains(way)), "{code}: {ways:?}");
        shop.wallet(&order, "pay").await;
        paid(&shop, &order, &checkout).await;
    }
    untroubled(&browser).await;
}

/// The first wish for a new code stays on its way until it is let go.
const LATE: &str = "const asked = transport.refresh
transport.refresh = (key) => { window.late = () => asked(key); return Promise.reject(new TypeError('lost')) }";

#[tokio::test]
async fn a_new_code_that_is_asked_for_too_late_is_none() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("endpoint").script(&format!("{SHORT}\n{LATE}")))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code_over").await;
    checkout.press("new_code").await.until("it is on its way", "return window.late != null").await;
    shop.wallet(&order, "expire").await;
    checkout.shows("ended expired").await;
    let standing = async || {
        let payments = shop.payments(&order).await;
        payments.iter().map(|payment| payment["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(standing().await, ["canceled"], "closed, before it has ended");
    let told = checkout.heard("complete").await;
    assert_eq!(told.iter().map(|one| &one["outcome"]).collect::<Vec<_>>(), ["expired"]);
    let late = browser.run("return late()", &[]).await;
    assert_eq!(late["status"], "canceled", "{late}");
    checkout.press("pay").await.shows("acting code").await;
    assert_eq!(standing().await, ["canceled", "pending"]);
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
}
