//! That a wallet pays inside its own app, by its bridge, whose answer is only a hint.

use crate::harness::{ALIPAY, Browser, Checkout, DESK, Shop, Trial, UNIONPAY, WECHAT};
use crate::paying::paid;
use serde_json::{Value, json};

/// WeChat's bridge, as its app would put it into the page: it keeps what it was called with and answers when told.
const WECHAT_BRIDGE: &str = "window.bridge = () => {
  window.calls = window.calls ?? []
  window.WeixinJSBridge = { invoke: (name, parameters, answer) => { calls.push([name, parameters]); window.answer = (word) => answer({ err_msg: `get_brand_wcpay_request:${word}` }) } }
  document.dispatchEvent(new Event('WeixinJSBridgeReady'))
}";

const ALIPAY_BRIDGE: &str = "window.bridge = () => {
  window.calls = window.calls ?? []
  window.AlipayJSBridge = { call: (name, parameters, answer) => { calls.push([name, parameters]); window.answer = (word) => answer({ resultCode: word }) } }
  document.dispatchEvent(new Event('AlipayJSBridgeReady'))
}";

/// UnionPay's script, as a page loads and configures it.
const UPSDK: &str = "window.calls = []
window.upsdk = { pay: (parameters) => { const { success, fail, ...rest } = parameters; calls.push(['pay', rest]); window.answer = (word) => word === 'ok' ? success() : fail({ msg: word }) } }";

async fn called(browser: &Browser) -> Value {
    browser.until("the bridge is called", "return window.answer && window.calls", &[]).await
}

/// Begins a payment with this method in this app and gives what the bridge was called with.
async fn begun(browser: &Browser, shop: &Shop, order: &str, method: &str, bridge: &str) -> Value {
    browser.goto(&shop.page(&Trial::of(order).script(bridge))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await.pay_with(method).await.shows("acting in_app").await;
    let calls = called(browser).await;
    assert_eq!(calls.as_array().map(Vec::len), Some(1), "called once: {calls}");
    calls[0].clone()
}

#[tokio::test]
async fn wechatpay_pays_by_wechats_bridge() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    let call = begun(&browser, &shop, &order, "wechatpay", &format!("{WECHAT_BRIDGE}; bridge()")).await;
    assert_eq!(call[0], "getBrandWCPayRequest");
    let action = &shop.payment(&order).await["action"];
    let keys = ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"];
    for key in keys {
        assert!(call[1][key].is_string(), "{key} is text: {call}");
        assert_eq!(call[1][key], action[key], "{key} is the provider's, untouched");
    }
    shop.wallet(&order, "pay").await;
    browser.run("answer('ok')", &[]).await;
    assert_eq!(paid(&shop, &order, &Checkout::on(&browser)).await["flow"], "inapp");
}

#[tokio::test]
async fn a_bridge_that_comes_late_is_waited_for() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).script(WECHAT_BRIDGE))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting in_app").await;
    browser.run("bridge()", &[]).await;
    let calls = called(&browser).await;
    assert_eq!(calls.as_array().map(Vec::len), Some(1));
    shop.wallet(&order, "pay").await;
    browser.run("answer('ok')", &[]).await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn alipay_pays_by_trade_pay_in_alipay() {
    let (shop, browser) = (Shop::open(), DESK.phone(ALIPAY).open().await);
    let order = shop.order();
    let call = begun(&browser, &shop, &order, "alipay", &format!("{ALIPAY_BRIDGE}; bridge()")).await;
    let action = &shop.payment(&order).await["action"]["alipay_trade_create_response"];
    assert_eq!(call, json!(["tradePay", { "tradeNO": action["trade_no"] }]));
    shop.wallet(&order, "pay").await;
    browser.run("answer('9000')", &[]).await;
    assert_eq!(paid(&shop, &order, &Checkout::on(&browser)).await["flow"], "inapp");
}

#[tokio::test]
async fn unionpay_pays_by_upsdk_in_the_unionpay_app() {
    let (shop, browser) = (Shop::open(), DESK.phone(UNIONPAY).open().await);
    let order = shop.order();
    let call = begun(&browser, &shop, &order, "unionpay", UPSDK).await;
    let action = &shop.payment(&order).await["action"];
    assert_eq!(call, json!(["pay", { "tn": action["tn"] }]));
    shop.wallet(&order, "pay").await;
    browser.run("answer('ok')", &[]).await;
    assert_eq!(paid(&shop, &order, &Checkout::on(&browser)).await["flow"], "inapp");
}

#[tokio::test]
async fn a_bridge_that_says_paid_is_not_believed_before_the_shop_says_so() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    begun(&browser, &shop, &order, "wechatpay", &format!("{WECHAT_BRIDGE}; bridge()")).await;
    browser.run("answer('ok')", &[]).await;
    let checkout = Checkout::on(&browser);
    checkout.shows("confirming said").await;
    assert!(checkout.heard("complete").await.is_empty());
    let ways =
        checkout.see("return root.querySelectorAll('[data-gesture=change_method], [data-gesture=pay]').length").await;
    assert_eq!(ways, 0, "no other way to pay while the wallet says that it is paid");
    shop.wallet(&order, "pay").await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn a_bridge_that_says_canceled_leads_to_the_three_ways_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    begun(&browser, &shop, &order, "wechatpay", &format!("{WECHAT_BRIDGE}; bridge()")).await;
    browser.run("answer('cancel')", &[]).await;
    let checkout = Checkout::on(&browser);
    checkout.shows("acting not_paid").await.press("go_on").await.shows("acting in_app").await;
    browser.until("the bridge is called again", "return window.calls.length === 2", &[]).await;
    shop.wallet(&order, "pay").await;
    browser.run("answer('ok')", &[]).await;
    assert_eq!(paid(&shop, &order, &checkout).await["requests"]["create"], 1);
}

#[tokio::test]
async fn an_app_without_its_bridge_leads_to_a_way_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting not_paid").await;
    assert_eq!(checkout.heading().await, "还没收到付款");
    checkout.press("change_method").await.shows("choosing").await;
    assert_eq!(shop.payment(&order).await["status"], "canceled");
}
