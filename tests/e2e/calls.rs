//! That the element's methods do what a page's author expects of them.

use crate::harness::{Browser, Checkout, DESK, PHONE, Shop, Trial, WECHAT, untroubled};
use serde_json::{Value, json};

async fn opened<'a>(browser: &'a Browser, shop: &Shop, order: &str) -> Checkout<'a> {
    browser.goto(&shop.page(&Trial::of(order))).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    checkout
}

#[tokio::test]
async fn pay_pays_without_announcing_a_submission_and_tells_when_it_is_decided() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order).await;
    checkout.choose("wechatpay").await;
    let phase = checkout.see("return host.pay().then(() => host.state.phase)").await;
    assert_eq!(phase, "acting");
    assert!(checkout.heard("submit").await.is_empty());
    assert_eq!(shop.payment(&order).await["method"], "wechatpay");
}

#[tokio::test]
async fn a_button_of_the_pages_own_pays() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let body = "{tag}<button id='own'>Pay</button>";
    let own = "addEventListener('DOMContentLoaded', () => document.getElementById('own').onclick = () => document.querySelector('moongate-checkout').pay())";
    browser.goto(&shop.page(&Trial::of(&order).with("button", "host").body(body).script(own))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.choose("wechatpay").await;
    assert!(checkout.find("[data-gesture=pay]").await.is_none(), "the widget draws no button");
    browser.press("#own").await;
    checkout.shows("acting code").await;
    shop.payment(&order).await;
}

#[tokio::test]
async fn select_picks_what_can_be_picked_and_nothing_else() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &shop.order()).await;
    let picked = "return root.querySelector('input:checked')?.value";
    for (asked, expected) in [("hebao", "hebao"), ("no such", "hebao"), ("", "hebao"), ("unionpay", "unionpay")] {
        checkout.see(&format!("host.select('{asked}')")).await;
        checkout.until(&format!("select({asked:?})"), &format!("{picked} === '{expected}'")).await;
    }
    let told: Vec<Value> = checkout.heard("select").await.iter().map(|told| told["method"].clone()).collect();
    assert_eq!(told, ["hebao", "unionpay"]);
    checkout.see("host.select(null); host.select(7); host.select()").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn another_amount_while_a_code_is_shown_cancels_it_first() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.set_order(&order, 9_900, "CNY").await;
    checkout.see("host.update({ amount: 9900 })").await;
    checkout.shows("choosing").await;
    assert_eq!(checkout.text("[data-gesture=pay]").await, "支付 ¥99.00");
    assert_eq!(shop.payment(&order).await["status"], "canceled");
    checkout.press("pay").await.shows("acting code").await;
    let payments = shop.payments(&order).await;
    assert_eq!((payments.len(), &payments[1]["amount"]), (2, &json!(9_900)), "{payments:#?}");
}

#[tokio::test]
async fn attributes_that_change_are_followed() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &shop.order()).await;
    checkout.see("host.setAttribute('amount', '100'); host.setAttribute('currency', 'CNY')").await;
    checkout
        .until("the sum follows", "return root.querySelector('[data-gesture=pay]').innerText === '支付 ¥1.00'")
        .await;
    checkout.see("host.setAttribute('locale', 'en')").await;
    checkout.until("the language follows", "return section?.lang === 'en' && host.state.offer != null").await;
    assert_eq!(checkout.text("[data-gesture=pay]").await, "Pay ¥1.00");
    checkout.see("host.setAttribute('methods', 'hebao')").await;
    checkout.until("the rows follow", "return root.querySelectorAll('[data-method]').length === 1").await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_hint_asks_the_server_and_proves_nothing() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    let order = shop.order();
    let take = "document.addEventListener('moongate-action', (event) => event.preventDefault())";
    browser.goto(&shop.page(&Trial::of(&order).script(take))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting host").await;
    let asked = shop.payment(&order).await["requests"]["status"].as_u64().expect("a number");
    for word in ["returned", "canceled"] {
        checkout.see(&format!("host.hint('{word}')")).await;
    }
    let more = crate::harness::wait::until(crate::harness::wait::LIMIT, async || {
        (shop.payment(&order).await["requests"]["status"].as_u64() > Some(asked)).then_some(())
    });
    assert!(more.await.is_some(), "a hint asks at once");
    assert_eq!(checkout.state().await["outcome"], Value::Null);
}

#[tokio::test]
async fn explain_says_why_a_method_is_not_shown() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &shop.order()).await;
    checkout.see("host.update({ methods: [{ id: 'alipay', min: 100000 }, { id: 'hebao', currencies: ['HKD'] }, 'wechatpay'] })").await;
    checkout.until("the offer is made again", "return host.explain().offer.length === 1").await;
    let told = checkout.see("return host.explain()").await;
    assert_eq!(told["offer"][0]["method"], "wechatpay");
    let out: Vec<&Value> = told["left_out"].as_array().expect("a list").iter().map(|one| &one["method"]).collect();
    assert_eq!(out, ["alipay", "hebao"]);
    assert!(told["left_out"].as_array().into_iter().flatten().all(|one| one["reason"].is_string()), "{told:#}");
    assert_eq!(told["environment"]["device"], "desktop");
}

#[tokio::test]
async fn restart_closes_what_is_under_way_and_begins_anew() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    checkout.see("host.restart()").await;
    checkout.shows("choosing").await;
    assert_eq!(shop.payment(&order).await["status"], "canceled");
}

#[tokio::test]
async fn forget_leaves_nothing_in_the_browser() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &order).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let kept = "return [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((key) => key.startsWith('moongate'))";
    let before = browser.run(kept, &[]).await;
    assert_eq!(before.as_array().map(Vec::len), Some(2), "the attempt and the last method: {before}");
    checkout.see("host.forget()").await;
    assert_eq!(browser.run(kept, &[]).await, json!([]));
}

#[tokio::test]
async fn the_last_method_is_remembered_as_the_page_says() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (remember, store, expected) in
        [("session", "sessionStorage", "hebao"), ("device", "localStorage", "hebao"), ("none", "", "alipay")]
    {
        browser.goto(&shop.page(&Trial::of(&shop.order()).with("remember", remember))).await;
        // Or the ready that is heard below could be this page's, and the choice made before there is a widget to keep it.
        Checkout::on(&browser).ready().await;
        browser.run("sessionStorage.clear(); localStorage.clear()", &[]).await;
        browser.reload().await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.choose("hebao").await.hears("select").await;
        let kept = browser
            .run(
                "return ['sessionStorage', 'localStorage'].filter((name) => window[name].getItem('moongate:method'))",
                &[],
            )
            .await;
        assert_eq!(kept, if store.is_empty() { json!([]) } else { json!([store]) }, "{remember}");
        browser.reload().await;
        checkout.ready().await;
        assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, expected, "{remember}");
    }
}

#[tokio::test]
async fn a_link_is_said_to_be_copied_once_it_is() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let clipboard = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => {
      if (!window.free) throw new Error('not now')
      window.copied = text
    } } }); document.execCommand = () => false";
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(clipboard))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.press("copy_link").await;
    checkout.see("return new Promise((done) => setTimeout(done, 300))").await;
    assert_eq!(checkout.text("[role=status]").await, "", "nothing was copied");
    browser.run("window.free = true", &[]).await;
    checkout.press("copy_link").await;
    checkout.until("it is said", "return root.querySelector('[role=status]').innerText.includes('浏览器')").await;
    assert_eq!(browser.run("return window.copied", &[]).await, browser.url().await);
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_address_is_copied_where_the_app_refuses_what_is_written() {
    let shop = Shop::open();
    let browser = DESK.phone(WECHAT).open().await;
    let refused = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => { throw new Error('denied') } } })
      addEventListener('copy', (event) => { window.copied = event.clipboardData.getData('text/plain') })";
    for wasm in [true, false] {
        let trial = Trial::of(&shop.order()).script(refused);
        browser.goto(&shop.page(&if wasm { trial } else { trial.refused(".wasm") })).await;
        let checkout = Checkout::on(&browser);
        checkout.hears("ready").await;
        if wasm {
            checkout.until("the view draws", "host.dispatchEvent(new PointerEvent('pointerenter')); return root.querySelector('input')?.name === 'moongate-method'").await;
        }
        checkout.press("copy_link").await;
        checkout
            .until("it is said", "return root.querySelector('[role=status]').innerText.includes('在浏览器打开')")
            .await;
        assert_eq!(browser.run("return window.copied", &[]).await, browser.url().await, "{wasm}");
    }
}
