//! That a wallet pays inside its own app, by its bridge, whose answer is only a hint.

use crate::harness::{ALIPAY, Browser, Checkout, DESK, PHONE, Shop, Trial, UNIONPAY, WECHAT, untroubled};
use crate::paying::paid;
use serde_json::{Value, json};

/// The web-view of a WeChat mini program on a phone.
pub const MINI_PROGRAM: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
    Chrome/130.0.0.0 Mobile Safari/537.36 XWEB/1300 MicroMessenger/8.0.56.2800(0x2800385B) WeChat/arm64 Weixin NetType/WIFI \
    Language/zh_CN ABI/arm64 miniProgram/wx2c1c63e28bb33be1";

/// WeChat's bridge, as its app would put it into the page: it keeps what it was called with and answers when told.
pub const WECHAT_BRIDGE: &str = "window.bridge = () => {
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

/// Answers like WeChat's bridge with this word, and gives the screen it leads to.
async fn answered(browser: &Browser, shop: &Shop, app: (&str, &str), word: Value) -> String {
    let (method, bridge) = app;
    begun(browser, shop, &shop.order(), method, bridge).await;
    browser.run("answer(arguments[0])", &[word]).await;
    let checkout = Checkout::on(browser);
    let settled =
        "const { phase, at } = section?.dataset ?? {}; return ['said', 'not_paid'].includes(at) && `${phase} ${at}`";
    checkout.until("the word is heard", settled).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_word_of_wechats_bridge_is_a_hint_and_leads_to_asking_or_to_ways_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let bridge = format!("{WECHAT_BRIDGE}; bridge()");
    for (word, screen) in [
        ("ok", "confirming said"),
        ("cancel", "acting not_paid"),
        ("fail", "acting not_paid"),
        ("fail:the permission value is offline verifying", "acting not_paid"),
    ] {
        assert_eq!(answered(&browser, &shop, ("wechatpay", &bridge), json!(word)).await, screen, "{word}");
    }
}

#[tokio::test]
async fn every_result_code_of_trade_pay_is_a_hint_as_text_or_number() {
    let (shop, browser) = (Shop::open(), DESK.phone(ALIPAY).open().await);
    let bridge = format!("{ALIPAY_BRIDGE}; bridge()");
    for (code, screen) in [
        (json!("9000"), "confirming said"),
        (json!(8000), "confirming said"),
        (json!("6004"), "confirming said"),
        (json!("4000"), "acting not_paid"),
        (json!(6001), "acting not_paid"),
        (json!("6002"), "acting not_paid"),
        (json!("99"), "acting not_paid"),
        (json!(null), "acting not_paid"),
    ] {
        assert_eq!(answered(&browser, &shop, ("alipay", &bridge), code.clone()).await, screen, "{code}");
    }
}

#[tokio::test]
async fn upsdk_that_fails_or_is_left_leads_to_the_ways_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(UNIONPAY).open().await);
    for (word, screen) in [("ok", "confirming said"), ("用户取消", "acting not_paid")] {
        assert_eq!(answered(&browser, &shop, ("unionpay", UPSDK), json!(word)).await, screen, "{word}");
    }
}

#[tokio::test]
async fn a_bridge_that_throws_leads_to_a_way_on() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let throws = "window.WeixinJSBridge = { invoke() { throw new Error('system:access_denied') } }";
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(throws))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting not_paid").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_bridge_that_answers_twice_is_heard_once() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    begun(&browser, &shop, &order, "wechatpay", &format!("{WECHAT_BRIDGE}; bridge()")).await;
    browser.run("answer('cancel'); answer('ok'); answer('cancel')", &[]).await;
    let checkout = Checkout::on(&browser);
    checkout.shows("acting not_paid").await;
    let log = checkout.state().await["log"].clone();
    let words: Vec<&str> = log.as_array().unwrap().iter().filter_map(|entry| entry["event"].as_str()).collect();
    let words: Vec<&&str> = words.iter().filter(|word| word.starts_with("bridge")).collect();
    assert_eq!(words, [&"bridge_not_paid"], "{log}");
    shop.wallet(&order, "pay").await;
    paid(&shop, &order, &checkout).await;
}

#[tokio::test]
async fn a_bridge_that_never_answers_holds_nobody() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    begun(&browser, &shop, &order, "wechatpay", &format!("{WECHAT_BRIDGE}; bridge()")).await;
    let checkout = Checkout::on(&browser);
    checkout.press("ask_now").await.shows("acting not_paid").await.press("go_on").await.shows("acting in_app").await;
    browser.until("the bridge is called again", "return window.calls.length === 2", &[]).await;
    shop.wallet(&order, "pay").await;
    assert_eq!(paid(&shop, &order, &checkout).await["requests"]["create"], 1, "the shop's own word is enough");
}

/// The web-view of a mini program, with WeChat's own script as the page loads it.
const MINI: &str = "window.calls = []
window.wx = { miniProgram: { navigateTo: (there) => { calls.push(there.url); there.success?.({ errMsg: 'navigateTo:ok' }) } } }";

#[tokio::test]
async fn in_a_mini_program_the_shopper_is_led_to_its_own_page_that_pays() {
    let (shop, browser) = (Shop::open(), DESK.phone(MINI_PROGRAM).open().await);
    let order = shop.order();
    let trial = Trial::of(&order).with("mini-program-page", "/pages/pay/pay").script(MINI);
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting in_app").await;
    let url = browser.until("the page is named", "return calls[0]", &[]).await;
    let url = url::Url::parse(&format!("weapp:{}", url.as_str().unwrap())).unwrap();
    assert_eq!(url.path(), "/pages/pay/pay");
    let action = &shop.payment(&order).await["action"];
    for key in ["timeStamp", "nonceStr", "package", "signType", "paySign"] {
        let given = url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
        assert_eq!(given.as_deref(), action[key].as_str(), "{key}: {url}");
    }
    shop.wallet(&order, "pay").await;
    assert_eq!(paid(&shop, &order, &checkout).await["flow"], "inapp");
    assert_eq!(browser.run("return calls.length", &[]).await, 1);
}

#[tokio::test]
async fn in_a_mini_program_whose_page_is_not_named_the_host_is_told_what_to_do() {
    let (shop, browser) = (Shop::open(), DESK.phone(MINI_PROGRAM).open().await);
    browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(checkout.see("return root.querySelector('[data-method=wechatpay]').dataset.works").await, "false");
    let fault = checkout.hears_fault("missing_option").await;
    assert_eq!(fault["kind"], "page");
    assert!(fault["message"].as_str().unwrap().contains("miniProgramPage"), "{fault}");
    assert_eq!(checkout.text("[role=alert]").await, "", "a shopper can do nothing about it");
}

#[tokio::test]
async fn a_page_of_a_mini_program_that_is_none_is_named() {
    let (shop, browser) = (Shop::open(), DESK.phone(MINI_PROGRAM).open().await);
    for page in ["pages/pay", "//evil.example/pay", "https://evil.example/"] {
        browser.goto(&shop.page(&Trial::of(&shop.order()).with("mini-program-page", page))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        let fault = checkout.hears_fault("wrong_option").await;
        assert!(fault["message"].as_str().unwrap().contains("miniProgramPage"), "{page}: {fault}");
    }
}

/// The links of wallets' apps, as a shop's server may give them.
async fn app_links(shop: &Shop) {
    shop.provider(json!({ "provider": "normalised", "flow": "deeplink" })).await;
}

#[tokio::test]
async fn an_app_is_opened_by_the_shoppers_own_press_and_by_nothing_else() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    app_links(&shop).await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await.shows("acting app_link").await;
    let link =
        checkout.see("const link = root.querySelector('a[data-gesture=go_on]'); return [link.target, link.href]").await;
    assert_eq!(link[0], "_top");
    assert!(link[1].as_str().unwrap().contains("app=1"), "{link}");
    assert!(!browser.url().await.contains("/sandbox/"), "nothing was opened yet");
    checkout.press("go_on").await;
    crate::paying::approve(&browser).await;
    assert_eq!(paid(&shop, &order, &checkout).await["flow"], "deeplink");
}

#[tokio::test]
async fn an_app_that_does_not_open_leaves_its_page_and_another_try_and_takes_neither_by_itself() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    app_links(&shop).await;
    let order = shop.order();
    // As on a phone without the app: the press leads nowhere.
    let nowhere = "addEventListener('click', (event) => { if (event.composedPath()[0].closest?.('a')) { event.preventDefault(); window.pressed = (window.pressed ?? 0) + 1 } })";
    browser.goto(&shop.page(&Trial::of(&order).script(nowhere))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await.shows("acting app_link").await;
    checkout.press("go_on").await.shows("acting still_here").await;
    let ways = "return [...root.querySelectorAll('.ways [data-gesture]')].map((way) => way.dataset.gesture)";
    assert_eq!(checkout.see(ways).await, json!(["go_on", "use_fallback", "ask_now", "change_method"]));
    checkout.press("go_on").await.shows("acting leaving").await.shows("acting still_here").await;
    assert_eq!(browser.run("return [window.pressed, history.length]", &[]).await[0], 2);
    assert_eq!(checkout.heard("action").await.len(), 1, "the same action is announced once");
    checkout.press("use_fallback").await;
    crate::paying::approve(&browser).await;
    assert_eq!(paid(&shop, &order, &checkout).await["requests"]["create"], 1);
}

#[tokio::test]
async fn the_shoppers_answer_about_a_method_is_told_to_the_page() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let methods = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = { methods: [{ id: 'wechatpay', feedback: true }, 'alipay'] } })";
    browser.goto(&shop.page(&Trial::of(&order).script(methods))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert!(checkout.text("[data-question]").await.contains("顺利吗"), "one question");
    checkout.press("feedback_bad").await;
    let told = checkout.hears("feedback").await;
    assert_eq!(told, json!({ "method": "wechatpay", "answer": "bad", "test": true }));
    assert!(checkout.find("[data-question]").await.is_none());
    assert_eq!(checkout.text("[role=status]").await, "已告诉商家，谢谢。");
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_demo_shop_plays_each_app_and_its_wallet() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (app, method) in
        [("wechat", "wechatpay"), ("wechat_miniprogram", "wechatpay"), ("alipay", "alipay"), ("unionpay", "unionpay")]
    {
        let order = shop.order();
        browser.goto(&shop.at(&format!("/?order={order}"))).await;
        browser.element("#app").await;
        browser.run("const app = document.getElementById('app'); app.value = arguments[0]; app.dispatchEvent(new Event('change'))", &[json!(app)]).await;
        browser.until_at(&format!("app={app}")).await;
        let checkout = Checkout::on(&browser);
        checkout.until("the widget is there", "return host.state?.offer != null").await;
        checkout.ready().await;
        assert_eq!(checkout.state().await["offer"]["environment"]["app"], app);
        checkout.pay_with(method).await.shows("acting in_app").await;
        browser.press("[data-way=pay]").await;
        checkout.shows("ended succeeded").await;
        assert_eq!(shop.payment(&order).await["flow"], "inapp", "{app}");
    }
}

#[tokio::test]
async fn a_saved_code_carries_its_sum_its_order_and_its_time() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    shop.provider(json!({ "provider": "wallet", "flow": "qr" })).await;
    let watch = "HTMLAnchorElement.prototype.click = function () { window.saved = this.href }
      window.written = []; const { fillText } = CanvasRenderingContext2D.prototype
      CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { written.push(text); return fillText.call(this, text, ...at) }";
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).script(watch))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("alipay").await.shows("acting code").await.press("save_code").await;
    browser.until("a picture is saved", "return window.saved ?? null", &[]).await;
    let written = browser.run("return written", &[]).await;
    let until = checkout.see("return root.querySelector('[data-qr]').dataset.until").await;
    assert_eq!(written, json!(["¥128.00", order, until]));
    assert!(until.as_str().unwrap().ends_with(" 前有效"), "{until}");
}

#[tokio::test]
async fn on_the_way_to_a_wallets_page_the_referrer_is_kept() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for (method, provider) in [("wechatpay", "wallet"), ("hebao", "wallet"), ("alipay", "normalised")] {
        shop.provider(json!({ "provider": provider, "flow": "redirect" })).await;
        let page = shop.page(&Trial::of(&shop.order()));
        browser.goto(&page).await;
        Checkout::on(&browser).ready().await.pay_with(method).await;
        browser.until_at("/sandbox/wallet").await;
        let referrer = browser.run("return document.referrer", &[]).await;
        assert_eq!(referrer, page, "{method}: WeChat's H5 page refuses who comes from nowhere");
    }
}
