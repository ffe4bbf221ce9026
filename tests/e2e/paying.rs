//! That every wallet pays by each of its flows: by a code, by a page, by a form, in its own app.

use crate::harness::{Browser, Checkout, DESK, Kind, PHONE, Shop, Trial, UNIONPAY, untroubled};
use serde_json::{Value, json};

/// Goes through the simulated wallet's page, and back.
pub async fn approve(browser: &Browser) {
    browser.until_at("/sandbox/wallet").await;
    browser.press("#approve").await;
}

/// Holds that the order was paid, once, and that the page shows it and has tidied its address.
pub async fn paid(shop: &Shop, order: &str, checkout: &Checkout<'_>) -> Value {
    checkout.shows("ended succeeded").await;
    assert!(checkout.heading().await.contains("¥128.00"), "{}", checkout.heading().await);
    let payment = shop.payment(order).await;
    assert_eq!(payment["status"], "succeeded", "{payment:#}");
    let told = checkout.heard("complete").await;
    assert_eq!(told.len(), 1, "{told:?}");
    let expected = json!({
        "outcome": "succeeded", "method": payment["method"], "attempt": payment["attempt"], "payment": payment["id"],
        "amount": 12_800, "currency": "CNY", "test": true,
    });
    assert_eq!(told[0], expected);
    assert!(!checkout.browser().url().await.contains("moongate_attempt"), "{}", checkout.browser().url().await);
    untroubled(checkout.browser()).await;
    payment
}

/// Pays with this method where the wallet's page takes over, and holds which flow it was.
async fn by_page(kind: Kind, method: &str, trial: impl FnOnce(Trial) -> Trial) -> Value {
    let shop = Shop::open();
    let browser = kind.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&trial(Trial::of(&order)))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with(method).await;
    approve(&browser).await;
    paid(&shop, &order, &checkout).await
}

/// Pays by the code on screen: reads it from a screenshot, opens it as a phone would, approves there.
async fn by_code(kind: Kind, method: &str) -> Value {
    let shop = Shop::open();
    let browser = kind.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with(method).await.shows("acting code").await;
    let text = checkout.scanned().await;
    shop.approve_code(&text).await;
    paid(&shop, &order, &checkout).await
}

#[tokio::test]
async fn wechatpay_pays_by_a_code_on_a_desk() {
    assert_eq!(by_code(DESK, "wechatpay").await["flow"], "qr");
}

#[tokio::test]
async fn alipay_pays_by_a_code_on_a_desk() {
    assert_eq!(by_code(DESK, "alipay").await["flow"], "qr");
}

#[tokio::test]
async fn unionpay_pays_by_a_code_on_a_desk() {
    assert_eq!(by_code(DESK, "unionpay").await["flow"], "qr");
}

#[tokio::test]
async fn wechatpay_pays_by_its_h5_page_on_a_phone() {
    assert_eq!(by_page(DESK.phone(PHONE), "wechatpay", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn alipay_pays_by_its_page_on_a_phone() {
    assert_eq!(by_page(DESK.phone(PHONE), "alipay", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn unionpay_pays_by_its_gateways_form_on_a_phone() {
    assert_eq!(by_page(DESK.phone(PHONE), "unionpay", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn hebao_pays_by_its_page_on_a_phone() {
    assert_eq!(by_page(DESK.phone(PHONE), "hebao", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn hebao_pays_by_its_page_on_a_desk() {
    assert_eq!(by_page(DESK, "hebao", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn unionpay_without_its_script_pays_by_its_form_in_its_own_app() {
    assert_eq!(by_page(DESK.phone(UNIONPAY), "unionpay", |trial| trial).await["flow"], "redirect");
}

#[tokio::test]
async fn the_page_comes_back_to_its_own_query_and_fragment() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&format!("{}?a=1&b=%E8%8C%B6#part", shop.page(&Trial::of(&order)))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("hebao").await;
    approve(&browser).await;
    paid(&shop, &order, &checkout).await;
    let url = browser.url().await;
    assert!(url.contains("?a=1&b=%E8%8C%B6") && url.ends_with("#part"), "{url}");
}

/// A code has a second way on a desk: the same method by its page, after the code was closed.
async fn by_second_way(method: &str) {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with(method).await.shows("acting code").await.press("use_fallback").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let payments = shop.payments(&order).await;
    let paid: Vec<&Value> = payments.iter().filter(|payment| payment["status"] == "succeeded").collect();
    assert_eq!((paid.len(), &paid[0]["flow"]), (1, &json!("redirect")), "{payments:#?}");
    let others = payments.iter().filter(|payment| payment["status"] != "succeeded");
    for other in others {
        assert_eq!((&other["flow"], &other["status"]), (&json!("qr"), &json!("canceled")), "{other:#}");
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn alipays_code_gives_way_to_its_page_form() {
    by_second_way("alipay").await;
}

#[tokio::test]
async fn unionpays_code_gives_way_to_its_gateways_form() {
    by_second_way("unionpay").await;
}

/// A signature covers the fields as they are in UTF-8.
#[tokio::test]
async fn a_wallets_form_is_posted_in_utf_8_from_a_page_in_another_charset() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let tag = Trial::of(&shop.order()).without("shop").tag();
    let posted = "HTMLFormElement.prototype.submit = function () {
      window.posted = [document.characterSet, this.method, this.acceptCharset, this.elements.length > 0] }";
    let script = "<script type='module' src='/moongate/moongate.js'></script>";
    shop.write("gbk.html", &format!("<meta charset='gbk'><script>{posted}</script>{script}{tag}"));
    browser.goto(&shop.at("/pages/gbk.html")).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("unionpay").await;
    let sent = checkout.until("a form is posted", "return window.posted").await;
    assert_eq!(sent, json!(["GBK", "post", "utf-8", true]));
}

#[tokio::test]
async fn a_code_that_comes_first_by_the_stream_is_shown() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    // The shop has the code made after its answer.
    let later = "{ const fetched = window.fetch
      window.fetch = async (...all) => {
        const response = await fetched(...all)
        if (!String(all[0]?.url ?? all[0]).endsWith('/checkout/payments')) return response
        const { action, ...rest } = await response.json()
        return new Response(JSON.stringify(rest), { status: 201, headers: response.headers })
      } }";
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).script(later))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
}
