//! That each recipe of the guide works as it stands there: built with the package that npm packs, and paid once.

use crate::harness::process::{Program, free_port};
use crate::harness::recipe::copy;
use crate::harness::trial::STRICT;
use crate::harness::{Checkout, DESK, Recipe, Shop, untroubled};
use std::fs;
use std::path::Path;
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

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

/// Builds a recipe of files, which any server can serve, and pays on it under the strictest policy.
async fn built_pays_once(name: &str) {
    let shop = Shop::open();
    let order = shop.order();
    let folder = shop.pages().join(name);
    copy(&Recipe::of(name).build(&[]).folder.join("dist"), &folder);
    let page = fs::read_to_string(folder.join("index.html")).expect("the page that was built");
    let policy = format!("<head><meta http-equiv=\"Content-Security-Policy\" content=\"{STRICT}\">");
    assert!(page.contains("<head>"), "{page}");
    fs::write(folder.join("index.html"), page.replacen("<head>", &policy, 1)).expect("the page under its policy");
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

/// Builds the app of tests/yew, and writes it into this folder as a page of static files.
fn yew_app(folder: &Path) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yew");
    // The same versions as ours: cargo leaves out what the app does not need.
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), app.join("Cargo.lock")).expect("the lock file");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--target", "wasm32-unknown-unknown"]).current_dir(&app);
    let built = cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "false").status();
    assert!(built.expect("cargo starts").success(), "the app does not build");
    let module = target.join("wasm32-unknown-unknown/debug/moongate-yew-shop.wasm");
    let mut glue = Bindgen::new();
    let glue = glue.input_path(module).web(true).expect("a web page").omit_default_module_path(false);
    glue.out_name("app").generate(folder).expect("its script");
    fs::write(folder.join("start.js"), "import start from './app.js'\nstart()\n").expect("the page's script");
    let page = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Yew</title>\
        <script type=\"module\" src=\"start.js\"></script><body></body></html>";
    fs::write(folder.join("index.html"), page).expect("the page");
}

#[tokio::test]
#[ignore = "builds a Yew app: tests/run --all"]
async fn a_yew_app_pays_once_with_the_checkout_as_one_of_its_components() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let folder = shop.pages().join("yew");
    fs::create_dir_all(&folder).expect("a folder");
    yew_app(&folder);
    browser.goto(&shop.at("/pages/yew/")).await;
    let host = "[...document.querySelectorAll('main > div')].find((element) => element.shadowRoot)";
    let checkout = Checkout::at(&browser, host);
    checkout.until("it is drawn", "return section").await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let told = "return document.getElementById('outcome').textContent === 'There is an outcome.'";
    browser.until("the app heard of it", told, &[]).await;
    assert_eq!(shop.payment("SO-1001").await["status"], "succeeded");
    untroubled(&browser).await;
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
