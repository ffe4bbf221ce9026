//! That each recipe of the guide works as it stands there: built with the package that npm packs, and paid once.

use crate::harness::process::{Program, free_port};
use crate::harness::recipe::copy;
use crate::harness::{Checkout, DESK, Recipe, Shop, untroubled};
use std::path::Path;

/// Pays the order on the page at this address, which then says so; the sandbox knows of one payment.
async fn pays_once(shop: &Shop, address: &str, order: &str) {
    let browser = DESK.open().await;
    browser.goto(address).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let told = "return document.getElementById('outcome').textContent === 'The payment succeeded.'";
    browser.until("the page heard of it", told, &[]).await;
    assert_eq!(shop.payment(order).await["status"], "succeeded");
    untroubled(&browser).await;
}

/// Builds a recipe of files, which any server can serve, and pays on it.
async fn built_pays_once(name: &str) {
    let shop = Shop::open();
    let order = shop.order();
    copy(&Recipe::of(name).build(&[]).folder.join("dist"), &shop.pages().join(name));
    pays_once(&shop, &shop.at(&format!("/pages/{name}/?order={order}")), &order).await;
}

#[tokio::test]
async fn a_plain_page_pays_once() {
    let shop = Shop::open();
    let order = shop.order();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/recipes/html"), &shop.pages().join("html"));
    pays_once(&shop, &shop.at(&format!("/pages/html/?order={order}")), &order).await;
}

#[tokio::test]
async fn react_in_strict_mode_pays_once() {
    built_pays_once("react").await;
}

#[tokio::test]
async fn vue_pays_once() {
    built_pays_once("vue").await;
}

#[tokio::test]
#[ignore = "needs Next, 340 MB: tests/run --all"]
async fn next_renders_the_tag_on_its_server_and_pays_once() {
    let shop = Shop::open();
    let (order, port) = (shop.order(), free_port());
    let recipe = Recipe::of("next");
    recipe.build(&[("CHECKOUT_API", &shop.origin)]);
    let start = ["run", "start", "--", "--hostname", "127.0.0.1", "--port", &port.to_string()];
    let _server = Program::listening(&mut recipe.npm(&start), port);
    let address = format!("http://127.0.0.1:{port}/orders/{order}");
    let rendered = shop.read(&address).await;
    assert!(rendered.contains("<moongate-checkout endpoint=\"/checkout\""), "{rendered}");
    pays_once(&shop, &address, &order).await;
}
