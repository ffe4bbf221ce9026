//! That the code on screen is the provider's, byte for byte, as readers see it that are not ours.

use crate::harness::{Browser, Checkout, DESK, Kind, PHONE, Shop, Trial, untroubled};
use crate::host::TRANSPORT;
use serde_json::{Value, json};
use std::time::Duration;

/// The text that the wallet's own API gave for the code.
fn given(payment: &Value) -> &str {
    let action = &payment["action"];
    let text = match payment["method"].as_str() {
        Some("wechatpay") => &action["code_url"],
        Some("alipay") => &action["alipay_trade_precreate_response"]["qr_code"],
        _ => &action["qrCode"],
    };
    text.as_str().unwrap_or_else(|| panic!("no code in {payment:#}"))
}

/// Shows the code of each wallet that has one and reads it off the screen.
async fn read_all(kind: Kind, change: impl Fn(Trial) -> Trial) {
    let shop = Shop::open();
    shop.provider(json!({ "provider": "wallet", "flow": "qr" })).await;
    let browser = kind.open().await;
    for method in ["wechatpay", "alipay", "unionpay"] {
        let order = shop.order();
        browser.goto(&shop.page(&change(Trial::of(&order)))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await.shows("acting code").await;
        let payment = shop.payment(&order).await;
        checkout.scans_as(given(&payment)).await;
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_code_is_the_providers_byte_for_byte_on_a_desk() {
    read_all(DESK, |trial| trial).await;
}

#[tokio::test]
async fn the_code_is_the_providers_byte_for_byte_on_a_desk_in_the_dark() {
    read_all(DESK.dark(), |trial| trial).await;
}

#[tokio::test]
async fn the_code_is_the_providers_byte_for_byte_on_a_phone() {
    read_all(DESK.phone(PHONE), |trial| trial).await;
}

#[tokio::test]
async fn the_code_is_the_providers_byte_for_byte_on_a_phone_in_the_dark_and_in_large_print() {
    read_all(DESK.phone(PHONE).dark(), |trial| trial.with("text-size", "large")).await;
}

#[tokio::test]
async fn the_code_is_the_providers_byte_for_byte_in_a_dark_theme_on_a_light_page() {
    read_all(DESK.language("en"), |trial| trial.with("theme", "dark").language("en")).await;
}

async fn paid_by_code(shop: &Shop, browser: &Browser, provider: &str, method: &str) {
    shop.provider(json!({ "provider": provider, "flow": "qr" })).await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await.pay_with(method).await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(shop.payment(&order).await["provider"], provider);
}

#[tokio::test]
async fn whichever_provider_stands_behind_it_its_code_is_read_and_pays() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    for (provider, method) in [
        ("normalised", "wechatpay"),
        ("normalised", "alipay"),
        ("normalised", "unionpay"),
        ("stripe", "wechatpay"),
        ("adyen", "wechatpay"),
        ("airwallex", "wechatpay"),
        ("hyperswitch", "wechatpay"),
        ("antom", "alipay"),
        ("pingpp", "wechatpay"),
        ("checkout", "wechatpay"),
        ("omise", "wechatpay"),
        ("jeepay", "unionpay"),
        ("xendit", "wechatpay"),
        ("qfpay", "alipay"),
    ] {
        paid_by_code(&shop, &browser, provider, method).await;
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_code_is_an_image_whose_name_says_what_to_do() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let code = "const code = root.querySelector('[data-qr]'); return [code.getAttribute('role'), code.getAttribute('aria-label'), code.getAttribute('part')]";
    let expected = json!(["img", "付款二维码，¥128.00。打开微信，点“扫一扫”，对准它。", "qr"]);
    assert_eq!(checkout.see(code).await, expected);
    let tips = checkout.text(".tips").await;
    assert!(tips.contains("不要用相机"), "{tips}");
}

#[tokio::test]
async fn the_line_under_a_code_names_its_wallet_and_those_the_merchant_adds() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let said = async |language: &str, methods: Value| {
        let add = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options";
        let trial =
            Trial::of(&shop.order()).language(language).script(&format!("{add} = {{ methods: {methods} }} }})"));
        browser.goto(&shop.page(&trial)).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        checkout.text("figcaption").await
    };
    assert_eq!(said("zh-CN", json!(["wechatpay"])).await, "用微信扫码");
    let more = json!([{ "id": "wechatpay", "scannableBy": ["unionpay"] }]);
    assert_eq!(said("zh-CN", more.clone()).await, "用微信或云闪付扫码");
    assert_eq!(said("en", more).await, "Scan with WeChat 微信 or UnionPay 云闪付");
    let most = json!([{ "id": "wechatpay", "scannableBy": ["alipay", "unionpay"] }]);
    assert_eq!(said("zh-CN", most).await, "用微信、支付宝或云闪付扫码");
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_code_that_is_saved_is_the_one_on_screen() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let keep = "HTMLAnchorElement.prototype.click = function () { window.saved = [this.download, this.href] }";
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).script(keep))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await.press("save_code").await;
    let saved = browser.until("a picture is saved", "return window.saved ?? null", &[]).await;
    assert_eq!(saved[0], format!("{order}.png"));
    let picture = saved[1].as_str().and_then(|url| url.strip_prefix("data:image/png;base64,")).expect("a PNG");
    let picture = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, picture).expect("base64");
    let read = crate::harness::decode::read(&picture);
    assert_eq!(read, given(&shop.payment(&order).await));
}

#[tokio::test]
async fn a_message_without_the_servers_clock_takes_no_code_from_a_phone_that_is_fast() {
    let subscribe = "transport.subscribe = async (key, listener) => { window.tells = async () => {
        const payment = await (await json(`/${key}`)).json()
        delete payment.now
        await listener(payment)
        return payment.expires_at
      } }
      const real = Date.now
      Date.now = () => real() + 3 * 3600 * 1000";
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let trial = Trial::of(&shop.order()).without("endpoint").script(TRANSPORT).script(subscribe);
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.until("it is subscribed to", "return window.tells != null").await;
    let expires = browser.run("return window.tells()", &[]).await;
    assert!(expires.is_string(), "{expires}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let phases: Vec<Value> = checkout.heard("status").await.iter().map(|status| status["phase"].clone()).collect();
    assert_eq!(phases, ["sending", "acting"], "nothing is asked once more");
}
