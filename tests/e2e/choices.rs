//! That what a merchant chooses is what the shopper gets: rows, words, pictures, fees, the button, and where it leads.

use crate::harness::{Browser, Checkout, DESK, Shop, Trial, WECHAT, untroubled};
use serde_json::{Value, json};

/// A picture of one dot.
const DOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// A page whose tag is given this as its property `options` before the element is defined.
fn with(trial: Trial, options: &Value) -> Trial {
    trial.body(&format!("{{tag}}<script>document.querySelector('moongate-checkout').options = {options}</script>"))
}

async fn opened<'a>(browser: &'a Browser, shop: &Shop, trial: &Trial) -> Checkout<'a> {
    browser.goto(&shop.page(trial)).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    checkout
}

async fn rows(checkout: &Checkout<'_>) -> Value {
    checkout.see("return [...root.querySelectorAll('[data-method]')].map(({ dataset }) => dataset.method)").await
}

#[tokio::test]
async fn rows_stand_in_the_merchants_order_and_no_others() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for order in [["hebao", "unionpay", "alipay"], ["wechatpay", "hebao", "unionpay"]] {
        let checkout = opened(&browser, &shop, &Trial::of(&shop.order()).with("methods", &order.join(" "))).await;
        assert_eq!(rows(&checkout).await, json!(order));
        assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, order[0]);
    }
}

#[tokio::test]
async fn labels_descriptions_and_icons_are_the_merchants() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let methods = json!([{ "id": "alipay", "label": "支付宝花呗", "description": "分三期", "icon": DOT }, "wechatpay"]);
    let checkout = opened(&browser, &shop, &with(Trial::of(&shop.order()), &json!({ "methods": methods }))).await;
    let told = "const row = root.querySelector('[data-method=alipay]'); const icon = row.querySelector('img.tile')
      return [row.querySelector('.name').textContent, row.querySelector('.hint').textContent, row.querySelector('input').getAttribute('aria-label'),
        icon.alt, icon.complete && icon.naturalWidth, icon.getBoundingClientRect().width]";
    assert_eq!(checkout.see(told).await, json!(["支付宝花呗", "分三期", "支付宝花呗", "", 1, 36]));
    let other = "const row = root.querySelector('[data-method=wechatpay]'); return [row.querySelector('.name').textContent, row.querySelector('span.tile').textContent]";
    assert_eq!(checkout.see(other).await, json!(["微信支付", "微"]));
    untroubled(&browser).await;
}

#[tokio::test]
async fn no_extra_charge_is_said_only_where_the_merchant_says_0_of_every_row() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let free = json!({ "id": "alipay", "fee": 0 });
    let cases = [
        (json!([free, { "id": "wechatpay", "fee": 0 }]), true),
        (json!([free, { "id": "wechatpay", "fee": { "fixed": 0 } }]), true),
        (json!([free, "wechatpay"]), false),
        (json!([free, { "id": "wechatpay", "fee": { "fixed": 1 } }]), false),
        (json!([free, { "id": "wechatpay", "fee": { "percent": "0.01" } }]), false),
        (json!(["alipay", "wechatpay"]), false),
    ];
    for (methods, said) in cases {
        let checkout = opened(&browser, &shop, &with(Trial::of(&shop.order()), &json!({ "methods": methods }))).await;
        let note = checkout.text("[data-no-fee]").await;
        assert_eq!(note, if said { "无额外手续费" } else { "" }, "{methods}");
    }
}

#[tokio::test]
async fn a_fee_is_seen_before_paying_in_the_row_and_in_the_button_and_is_what_is_sent() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    shop.set_order(&order, 12_877, "CNY").await;
    let methods = json!(["alipay", { "id": "wechatpay", "fee": { "percent": "0.6" } }]);
    let checkout = opened(&browser, &shop, &with(Trial::of(&order), &json!({ "methods": methods }))).await;
    assert_eq!(checkout.text("[data-method=wechatpay] .fee").await, "手续费 ¥0.77");
    assert_eq!(checkout.text("[data-method=alipay] .fee").await, "");
    assert_eq!(checkout.text("[data-gesture=pay]").await, "支付 ¥128.00");
    checkout.choose("wechatpay").await;
    checkout
        .until("the button counts it", "return root.querySelector('[data-gesture=pay]').innerText === '支付 ¥128.77'")
        .await;
    assert!(checkout.text("[data-sum]").await.ends_with("¥128.77"), "above as well");
    checkout.press("pay").await.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["amount"], 12_877);
}

#[tokio::test]
async fn rows_beyond_the_merchants_number_wait_behind_more_and_the_chosen_one_does_not() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let trial = Trial::of(&shop.order()).with("methods", "alipay wechatpay unionpay hebao").with("collapse-after", "2");
    let checkout = opened(&browser, &shop, &trial).await;
    assert_eq!(rows(&checkout).await, json!(["alipay", "wechatpay"]));
    assert_eq!(checkout.text("[data-gesture=show_more]").await, "其他 2 种方式");
    checkout.press("show_more").await;
    checkout.until("all are there", "return root.querySelectorAll('[data-method]').length === 4").await;
    assert!(checkout.find("[data-gesture=show_more]").await.is_none());
    let checkout = opened(&browser, &shop, &trial.with("selected", "hebao").with("order", &shop.order())).await;
    assert_eq!(rows(&checkout).await, json!(["alipay", "wechatpay", "hebao"]));
    assert_eq!(checkout.text("[data-gesture=show_more]").await, "其他 1 种方式");
}

#[tokio::test]
async fn a_single_method_is_picked_already_and_pays_by_one_press() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &Trial::of(&order).with("methods", "wechatpay")).await;
    assert_eq!(rows(&checkout).await, json!(["wechatpay"]));
    checkout.press("pay").await.shows("acting code").await;
    assert_eq!(shop.payment(&order).await["method"], "wechatpay");
}

#[tokio::test]
async fn shop_done_url_and_support_are_shown_where_they_are_needed_and_not_without_being_said() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for said in [true, false] {
        let order = shop.order();
        let mut trial = Trial::of(&order);
        if !said {
            trial = trial.without("shop").without("done-url").without("support");
        }
        let checkout = opened(&browser, &shop, &trial).await;
        assert_eq!(checkout.text(".shop").await, if said { "山茶咖啡" } else { "" });
        // A refusal: the shopper needs the shop.
        shop.faults(json!([{ "kind": "status", "path": "/checkout/payments", "status": 400, "times": 1 }])).await;
        checkout.pay_with("wechatpay").await.hears("error").await;
        checkout.until("the fault is told", "return root.querySelector('[role=alert]') != null").await;
        let phone =
            checkout.see("return root.querySelector('[role=alert] .support')?.getAttribute('href') ?? null").await;
        assert_eq!(phone, if said { json!("tel:+861055550100") } else { Value::Null });
        assert!(checkout.text("[role=alert]").await.contains(&order) || !said, "the order's number goes with it");
        shop.faults(json!([])).await;
        checkout.press("pay").await.shows("acting code").await;
        shop.wallet(&order, "pay").await;
        checkout.shows("ended succeeded").await;
        let done = checkout.see("return root.querySelector('[data-done]')?.getAttribute('href') ?? null").await;
        assert_eq!(done.as_str().map(|href| href.ends_with("/orders/done")), said.then_some(true));
    }
}

#[tokio::test]
async fn a_method_of_the_merchants_own_is_a_row_like_any_other_and_goes_to_the_server_by_its_id() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let answer = "window.sent = []
      const transport = { create: async (request) => { sent.push(request); return { id: 'pay_1', attempt: request.attempt, order: request.order, method: request.method,
        amount: request.amount, currency: request.currency, status: 'succeeded' } }, status: async () => ({}), cancel: async () => ({}) }";
    let methods = json!(["alipay", { "id": "gift-card", "label": "礼品卡", "description": "卡号在卡背面" }]);
    let body = format!(
        "{{tag}}<script>document.querySelector('moongate-checkout').options = {{ methods: {methods}, transport }}</script>"
    );
    let checkout = opened(&browser, &shop, &Trial::of(&order).without("endpoint").script(answer).body(&body)).await;
    assert_eq!(rows(&checkout).await, json!(["alipay", "gift-card"]));
    assert_eq!(checkout.text("[data-method=gift-card] .name").await, "礼品卡");
    assert_eq!(checkout.text("[data-method=gift-card] .tile").await, "礼");
    checkout.pay_with("gift-card").await.shows("ended succeeded").await;
    let sent = browser.run("return sent.map(({ method, order, amount }) => [method, order, amount])", &[]).await;
    assert_eq!(sent, json!([["gift-card", order, 12_800]]));
    assert!(checkout.text("section").await.contains("礼品卡"), "the outcome names it");
}

#[tokio::test]
async fn the_state_can_be_read_and_not_written() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &Trial::of(&shop.order())).await;
    let write = "try { host.state = { phase: 'ended', outcome: 'succeeded' } } catch {}
      const { state } = host
      try { state.phase = 'ended'; state.offer.offer.length = 0; state.log.push({ forged: true }) } catch {}
      const { phase, outcome, offer, log } = host.state
      return [phase, outcome, offer.offer.length === 4, JSON.stringify(log).includes('forged')]";
    assert_eq!(checkout.see(write).await, json!(["choosing", null, true, false]));
    // And before there is a widget: what a page writes is not what the shopper sees.
    assert_eq!(checkout.see("return section.dataset.phase").await, "choosing");
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    assert_eq!(checkout.state().await["phase"], "acting");
}

#[tokio::test]
async fn where_all_rows_behind_more_are_quiet_the_eye_goes_on_at_their_way_out() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let trial = Trial::of(&shop.order()).with("methods", "wechatpay alipay").with("collapse-after", "1");
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.press("toggle_large").await;
    checkout.until("the view draws", "return root.querySelector('[name=moongate-method]') != null").await;
    checkout.press("show_more").await;
    checkout.until("there it goes on", "return root.activeElement?.dataset.gesture === 'copy_link'").await;
}
