//! That a press is sent by the first part of the wasm, while the view and all that comes later are still on their way.

use crate::harness::{Browser, Checkout, DESK, Shop, Trial, untroubled, wait};
use crate::paying::approve;
use serde_json::json;
use std::process::Command;

/// Holds back what comes after the first part, until `release()` is called.
const HELD: &str = "{
  const fetched = window.fetch
  const held = new Promise((go) => { window.release = go })
  window.asked = []
  window.fetch = async (...all) => {
    if (/\\/pay-/.test(all[0]?.url ?? all[0])) window.asked.push(performance.now())
    if (/\\/(pay|read)-\\w+\\.wasm/.test(all[0]?.url ?? all[0])) await held
    return fetched(...all)
  }
}";

/// Whether the shell still draws.
const IS_SHELL: &str = "return root?.querySelector('input')?.name === 'moongate-shell'";

/// A page on which the first part is ready and nothing more comes.
pub async fn held<'a>(browser: &'a Browser, shop: &Shop, trial: Trial) -> Checkout<'a> {
    browser.goto(&shop.page(&trial.script(HELD))).await;
    let checkout = Checkout::on(browser);
    checkout.hears("ready").await;
    checkout
}

async fn release(browser: &Browser) {
    browser.run("release()", &[]).await;
}

#[tokio::test]
async fn a_press_is_sent_at_once_although_the_view_is_not_here() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let checkout = held(&browser, &shop, Trial::of(&order)).await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    let sent = wait::until(wait::LIMIT, async || (shop.payments(&order).await.len() == 1).then_some(()));
    assert!(sent.await.is_some(), "nothing was sent");
    assert_eq!(shop.payment(&order).await["method"], "wechatpay");
    assert_eq!(checkout.see(IS_SHELL).await, json!(true));
    assert_eq!(checkout.state().await["phase"], "sending");
    release(&browser).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    assert_eq!((checkout.heard("submit").await.len(), checkout.heard("ready").await.len()), (1, 1));
    untroubled(&browser).await;
}

#[tokio::test]
async fn what_only_a_press_needs_is_fetched_when_a_shopper_comes_near_or_has_looked_for_a_while() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let checkout = held(&browser, &shop, Trial::of(&shop.order())).await;
    let near = "const before = asked.length; host.dispatchEvent(new PointerEvent('pointerenter'))
        await null; await new Promise((done) => queueMicrotask(done)); return [before, performance.now()]";
    let seen = checkout.see(&format!("return (async () => {{ {near} }})()")).await;
    if seen[1].as_f64().unwrap() < 5000.0 {
        assert_eq!(seen[0], 0, "nothing was fetched in advance");
    }
    checkout.until("it is fetched", "return asked.length > 0").await;
    let again = held(&browser, &shop, Trial::of(&shop.order())).await;
    again.until("it is fetched all the same", "return asked.length > 0").await;
    let at = again.see("return asked[0]").await.as_f64().unwrap();
    assert!(at >= 5000.0, "fetched after {at} ms although nobody came near");
}

#[tokio::test]
async fn what_is_picked_before_the_view_is_here_is_told_once_and_kept() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let checkout = held(&browser, &shop, Trial::of(&shop.order())).await;
    checkout.choose("unionpay").await.press("toggle_large").await;
    checkout.see("host.select('hebao')").await;
    assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, "hebao");
    assert_eq!(checkout.state().await["method"], "hebao");
    checkout.see("root.querySelector('[value=hebao]').focus()").await;
    release(&browser).await;
    checkout.ready().await;
    let seen = "return [root.querySelector('input:checked').value, root.activeElement.value, section.dataset.size]";
    assert_eq!(checkout.see(seen).await, json!(["hebao", "hebao", "large"]));
    let picked = [json!({ "method": "unionpay", "test": true }), json!({ "method": "hebao", "test": true })];
    assert_eq!(checkout.heard("select").await, picked);
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_submission_that_the_page_stops_leaves_the_shopper_choosing() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let stop = "document.addEventListener('moongate-submit', (event) => event.preventDefault())";
    let checkout = held(&browser, &shop, Trial::of(&order).script(stop)).await;
    checkout.pay_with("alipay").await.hears("submit").await;
    checkout.shows("choosing").await;
    checkout.choose("hebao").await;
    assert_eq!(checkout.state().await["method"], "hebao");
    assert!(shop.payments(&order).await.is_empty());
}

#[tokio::test]
async fn an_unfinished_attempt_is_asked_about_before_anything_else_is_sent() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let page = shop.page(&Trial::of(&order).script("if (window.name === 'again') {").script(HELD).script("}"));
    browser.goto(&page).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    browser.run("window.name = 'again'; location.reload()", &[]).await;
    browser.until("the page is loaded again", "return window.release && document.readyState === 'complete'", &[]).await;
    checkout.hears("ready").await;
    checkout.shows("confirming").await;
    // The page insists; nothing is sent until it is known how the attempt stands.
    checkout.see("host.pay()").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    release(&browser).await;
    checkout.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn without_the_later_parts_a_press_takes_the_form_way_and_a_sent_one_is_asked_about() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).refused("/pay-"))).await;
    let checkout = Checkout::on(&browser);
    checkout.hears("ready").await;
    // Sent by the first part; its answer is for parts that never come.
    checkout.pay_with("hebao").await.shows("sending").await;
    checkout.hears_fault("load_failed").await;
    assert_eq!(shop.payment(&order).await["requests"]["create"], 1);
    // The server knows of it, unpaid: the same attempt is paid by the form.
    checkout.shows("choosing").await.press("pay").await;
    approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let payments = shop.payments(&order).await;
    assert_eq!((payments.len(), &payments[0]["status"]), (1, &json!("succeeded")), "{payments:#?}");
}

#[tokio::test]
async fn options_that_change_before_the_view_is_here_count() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let checkout = held(&browser, &shop, Trial::of(&order)).await;
    checkout.see("host.setAttribute('amount', '25600'); host.setAttribute('methods', 'hebao wechatpay')").await;
    checkout
        .until("the shell says the new sum", "return root.querySelector('.pay')?.innerText.includes('256.00')")
        .await;
    release(&browser).await;
    checkout.ready().await;
    let rows = "return [...root.querySelectorAll('[data-method]')].map(({ dataset }) => dataset.method)";
    assert_eq!(checkout.see(rows).await, json!(["hebao", "wechatpay"]));
    assert!(checkout.text(".pay").await.contains("256.00"));
    untroubled(&browser).await;
}

/// Counts the codes that are drawn, wherever that is, and looks at what is beside the checkout when the first one is.
const COUNTED: &str = "{
  const { setAttribute } = Element.prototype
  window.codes = 0
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'data-qr' && (window.codes += 1) === 1) queueMicrotask(() => (window.behind = looked()))
    return setAttribute.call(this, name, value)
  }
  const looked = () => {
    const root = document.querySelector('moongate-checkout').shadowRoot
    const [stage, ...others] = [...root.children].filter((part) => part.shadowRoot)
    if (!stage) return 'nowhere'
    const parts = [...stage.shadowRoot.querySelectorAll('*')]
    const focused = parts.some((part) => (part.focus?.(), stage.shadowRoot.activeElement))
    return {
      others: others.map((part) => part.outerHTML), focused,
      seen: parts.filter((part) => part.checkVisibility({ visibilityProperty: true })).map((part) => part.localName),
      // As wide as the checkout is, and yet nothing that could stand out of a page made narrower.
      laidOut: stage.shadowRoot.querySelector('section').clientWidth === root.querySelector('section.moongate').clientWidth,
      room: [stage.clientWidth, stage.clientHeight, getComputedStyle(stage).contain],
    }
  }
}";

#[tokio::test]
async fn a_code_is_rehearsed_where_nobody_sees_it_and_nothing_comes_of_it() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).script(COUNTED))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    checkout.choose("unionpay").await;
    let seen = "return [root.activeElement?.value, host.state.log.length, { ...localStorage }, { ...sessionStorage }, section.outerHTML,
      host.clientHeight, document.documentElement.scrollHeight]";
    let before = checkout.see(seen).await;
    checkout.until("a code was drawn", "return codes === 1").await;
    let behind = checkout.see("return behind").await;
    assert_eq!(
        behind,
        json!({ "others": [], "focused": false, "seen": [], "laidOut": true, "room": [0, 0, "strict"] })
    );
    checkout.until("it is cleared away", "return root.children.length === 1").await;
    assert_eq!(checkout.see(seen).await, before);
    assert!(shop.payments(&order).await.is_empty(), "something was sent");
    assert!(checkout.heard("submit").await.is_empty() && checkout.heard("status").await.is_empty());
    // What is shown is the server's.
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(checkout.see("return codes").await, 2);
    untroubled(&browser).await;
}

#[tokio::test]
#[ignore = "builds the standard library and the wasm from nothing: tests/run --all"]
async fn a_bundle_made_small_pays_by_code_and_by_a_providers_own_answer() {
    let shop = Shop::open();
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let made = moongate.args(["bundle", "--small", "--out"]).arg(shop.pages().join("small")).output();
    let made = made.expect("the program starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let browser = DESK.open().await;
    let small = "<script type=\"module\" src=\"small/moongate.js\"></script>";
    for provider in ["normalised", "wallet"] {
        shop.provider(json!({ "provider": provider, "flow": "qr" })).await;
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order).bare().strict().head(small))).await;
        let checkout = Checkout::on(&browser);
        checkout.hears("ready").await;
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        shop.approve_code(&checkout.scanned().await).await;
        checkout.shows("ended succeeded").await;
        untroubled(&browser).await;
    }
}
