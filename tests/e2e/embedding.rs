//! That the widget can be embedded as pages are written: by one tag, twice, in a shadow root, moved about, under a strict
//! policy.

use crate::harness::engine::chromium;
use crate::harness::wait::{LIMIT, until};
use crate::harness::{Browser, Checkout, DESK, Feat, Shop, Trial, can, untroubled};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

async fn pays_by_code(checkout: &Checkout<'_>, shop: &Shop, order: &str) {
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    shop.payment(order).await;
}

#[tokio::test]
async fn one_tag_in_the_body_is_enough() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let trial = Trial::of(&order).bare();
    let tag = format!(
        "<p id='before'></p><script type='module' src='/moongate/moongate.js'{}></script><p>after</p>",
        trial.data_attributes()
    );
    browser.goto(&shop.page(&trial.body(&tag))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(checkout.see("return host.previousElementSibling.localName").await, "script", "right after the script");
    assert_eq!(checkout.text(".shop").await, "山茶咖啡");
    pays_by_code(&checkout, &shop, &order).await;
}

#[tokio::test]
async fn one_tag_in_the_head_puts_the_widget_at_the_start_of_the_body() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let trial = Trial::of(&order).bare().body("<p>text</p>");
    let tag = format!("<script type='module' src='/moongate/moongate.js'{}></script>", trial.data_attributes());
    browser.goto(&shop.page(&trial.head(&tag))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(checkout.see("return document.body.firstElementChild === host").await, json!(true));
    pays_by_code(&checkout, &shop, &order).await;
}

#[tokio::test]
async fn two_checkouts_on_a_page_do_not_disturb_each_other() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (first, second) = (shop.order(), shop.order());
    let body = format!("{{tag}}{}", Trial::of(&second).tag().replace("id=\"checkout\"", "id=\"other\""));
    browser.goto(&shop.page(&Trial::of(&first).body(&body))).await;
    let one = Checkout::at(&browser, "document.getElementById('checkout')");
    let other = Checkout::at(&browser, "document.getElementById('other')");
    one.ready().await.choose("wechatpay").await;
    other.ready().await.choose("hebao").await;
    let picked = "return root.querySelector('input:checked').value";
    assert_eq!((one.see(picked).await, other.see(picked).await), (json!("wechatpay"), json!("hebao")));
    one.press("pay").await.shows("acting code").await;
    other.pay_with("alipay").await.shows("acting code").await;
    assert_ne!(one.state().await["attempt"], other.state().await["attempt"]);
    shop.wallet(&second, "pay").await;
    other.shows("ended succeeded").await;
    one.shows("acting code").await;
    shop.wallet(&first, "pay").await;
    one.shows("ended succeeded").await;
    assert_eq!((one.heard("complete").await.len(), other.heard("complete").await.len()), (1, 1));
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_reload_takes_each_of_two_orders_up_again() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (first, second) = (shop.order(), shop.order());
    let body = format!("{{tag}}{}", Trial::of(&second).tag().replace("id=\"checkout\"", "id=\"other\""));
    browser.goto(&shop.page(&Trial::of(&first).body(&body))).await;
    let one = Checkout::at(&browser, "document.getElementById('checkout')");
    let other = Checkout::at(&browser, "document.getElementById('other')");
    one.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    other.ready().await.pay_with("alipay").await.shows("acting code").await;
    let attempts = (one.state().await["attempt"].clone(), other.state().await["attempt"].clone());
    browser.reload().await;
    one.shows("acting code").await;
    other.shows("acting code").await;
    assert_eq!((one.state().await["attempt"].clone(), other.state().await["attempt"].clone()), attempts);
}

#[tokio::test]
async fn a_checkout_works_inside_another_shadow_root() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let card = "customElements.define('shop-card', class extends HTMLElement {
      connectedCallback() { this.attachShadow({ mode: 'open' }).append(this.firstElementChild.content.cloneNode(true)) }
    })";
    let body = "<shop-card id='card'><template>{tag}</template></shop-card>";
    browser.goto(&shop.page(&Trial::of(&order).body(body).head(&script_after(card)))).await;
    let checkout =
        Checkout::at(&browser, "document.getElementById('card').shadowRoot.querySelector('moongate-checkout')");
    checkout.shows("choosing").await;
    checkout.until("it is ready", "return host.state.offer != null").await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let heard = browser.run("return window.heard.map(({ name, from }) => [name, from])", &[]).await;
    let composed = heard.as_array().into_iter().flatten().any(|one| *one == json!(["submit", "card"]));
    assert!(composed, "events leave the other shadow root: {heard}");
    checkout.see("root.querySelector('[data-gesture=toggle_large]').focus()").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let heading = "return root.activeElement?.matches('[data-heading]') || null";
    checkout.until("the heading has the focus, though the page sees only its own element there", heading).await;
}

/// A module script, run after the page is parsed.
fn script_after(text: &str) -> String {
    format!("<script type='module'>{text}</script>")
}

#[tokio::test]
async fn taken_out_and_put_in_again_it_goes_on_with_the_same_payment() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::at(&browser, "(window.kept ?? document.querySelector('moongate-checkout'))");
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    browser.run("window.kept = document.querySelector('moongate-checkout'); kept.remove()", &[]).await;
    browser.run("return new Promise((done) => setTimeout(done))", &[]).await;
    assert_eq!(checkout.see("return root.querySelector('section')").await, Value::Null, "nothing is left behind");
    browser.run("document.querySelector('main').append(kept)", &[]).await;
    checkout.shows("acting code").await;
    assert_eq!(checkout.scanned().await, text);
    shop.approve_code(&text).await;
    checkout.shows("ended succeeded").await;
    assert_eq!(checkout.heard("complete").await.len(), 1);
    shop.payment(&order).await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn moved_to_another_place_it_stays_as_it_is() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of(&shop.order()).body("<div id='a'>{tag}</div><div id='b'></div>"))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.see("window.was = section; document.getElementById('b').append(host)").await;
    checkout.shows("acting code").await;
    assert_eq!(checkout.see("return window.was === section && section.isConnected").await, json!(true));
}

#[tokio::test]
async fn a_tag_made_by_script_with_its_options_as_a_property_works() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    // Set before the element is defined, as a framework does.
    let make = format!(
        "addEventListener('DOMContentLoaded', () => {{ const tag = document.createElement('moongate-checkout'); tag.id = 'checkout'
        tag.options = {{ endpoint: '/checkout', order: '{order}', amount: 12800, currency: 'CNY', testMode: true, methods: ['wechatpay', {{ id: 'alipay', fee: 0 }}] }}
        document.querySelector('main').append(tag) }})"
    );
    browser.goto(&shop.page(&Trial::of(&order).body("").script(&make))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(checkout.heard("ready").await[0]["methods"], json!(["wechatpay", "alipay"]));
    pays_by_code(&checkout, &shop, &order).await;
}

#[tokio::test]
async fn the_children_of_the_tag_are_seen_until_it_is_there() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let trial = Trial::of(&shop.order()).inside("<p id='plain'>plain form</p>").bare();
    browser.goto(&shop.page(&trial)).await;
    let seen = "return document.getElementById('plain').checkVisibility()";
    assert_eq!(browser.run(seen, &[]).await, json!(true));
    browser.goto(&shop.page(&Trial::of(&shop.order()).inside("<p id='plain'>plain form</p>"))).await;
    Checkout::on(&browser).ready().await;
    assert_eq!(browser.run(seen, &[]).await, json!(false));
}

async fn strict(browser: &Browser, shop: &Shop, trial: Trial, order: &str) {
    browser.goto(&shop.page(&trial.strict())).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    // Styled, though the policy forbids every inline style.
    let styled =
        checkout.see("return getComputedStyle(root.querySelector('[data-gesture=pay]')).backgroundColor").await;
    assert_ne!(styled, "rgba(0, 0, 0, 0)");
    pays_by_code(&checkout, shop, order).await;
    untroubled(browser).await;
}

#[tokio::test]
async fn it_works_under_the_strictest_policy_and_breaks_none_of_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (language, size) in [("zh-CN", "normal"), ("en", "large")] {
        let order = shop.order();
        strict(&browser, &shop, Trial::of(&order).language(language).with("text-size", size), &order).await;
    }
}

/// Presses and lets go of these keys, one after the other.
async fn types(browser: &Browser, keys: &str) {
    for value in keys.chars() {
        browser
            .act(KeyActions::new("keys".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value }))
            .await;
    }
}

#[tokio::test]
async fn the_demo_shops_provider_is_chosen_by_keys_alone_in_either_language() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (language, provider, set) in [
        ("en", "stripe", "Set. From the next payment on, the server passes on its raw answers."),
        ("zh-CN", "jeepay", "已换。从下一笔付款起，服务器转发它的原始回应。"),
    ] {
        let order = shop.order();
        browser.goto(&shop.at(&format!("/?order={order}&lang={language}"))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        browser.until("the sandbox has told", "return !document.getElementById('provider').disabled", &[]).await;
        browser.run("document.getElementById('clear').focus(); document.getElementById('provider').focus()", &[]).await;
        types(&browser, provider.get(..3).expect("letters")).await;
        let note = "return document.getElementById('provider-note').textContent === arguments[0]";
        browser.until("it is said to be set", note, &[json!(set)]).await;
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        assert_eq!(shop.payment(&order).await["provider"], provider);
        browser.reload().await;
        let kept = "return document.getElementById('provider').value === arguments[0]";
        browser.until("the page shows what is set", kept, &[json!(provider)]).await;
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_demo_shop_sells_from_goods_to_thanks() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.at("/")).await;
    browser.until_at("order=SO-").await;
    let url = browser.url().await;
    let order = url.split_once("order=").map(|(_, order)| order.to_owned()).expect("an order");
    let checkout = Checkout::on(&browser);
    checkout.until("it is ready", "return host.state?.offer != null").await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let text = checkout.scanned().await;
    let phone =
        browser.run("return new URL(document.getElementById('phone').href).searchParams.get('code')", &[]).await;
    assert_eq!(phone, text, "the shop's simulated phone holds the same code");
    shop.approve_code(&text).await;
    checkout.shows("ended succeeded").await;
    checkout.press_at("[data-done]").await;
    browser.until_at(&format!("/orders/{order}")).await;
    browser.until("the order is paid", "return document.getElementById('done').dataset.standing === 'paid'", &[]).await;
    let console = browser.console().await;
    assert!(!console.iter().any(|line| line.contains("Refused") || line.contains("Uncaught")), "{console:#?}");
}

/// Keeps what is under way: timers, but the one by which a driver ends a script of ours, and streams.
const UNDER_WAY: &str = "window.underWay = new Set()
{
  const { setTimeout, clearTimeout, EventSource } = window
  window.setTimeout = (act, ...all) => {
    const id = setTimeout((...values) => { underWay.delete(id); act(...values) }, ...all)
    if (!String(act).includes('JavaScriptTimeout')) underWay.add(id)
    return id
  }
  window.clearTimeout = (id) => { underWay.delete(id); clearTimeout(id) }
  window.EventSource = class extends EventSource {
    constructor(...all) { super(...all); underWay.add(this) }
    close() { underWay.delete(this); super.close() }
  }
}";

#[tokio::test]
async fn taken_away_at_once_or_while_a_code_waits_it_leaves_no_timer_no_stream_and_no_lock() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let away = "host.remove(); return (async () => {
        for (let task = 0; task < 5; task++) await null
        return [underWay.size, (await navigator.locks.query()).held.length]
    })()";
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(UNDER_WAY))).await;
    let checkout = Checkout::on(&browser);
    checkout.hears("ready").await;
    checkout.until("nothing is waited for but interest", "return underWay.size <= 1").await;
    assert_eq!(checkout.see(away).await, json!([0, 0]), "while a shopper only looks");
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(UNDER_WAY))).await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    let waits = "const time = root.querySelector('[data-time]').innerText
        return time !== (window.time ??= time) && [...underWay].some((one) => one.readyState === 1)";
    checkout.until("the payment is heard of, and the time counted", waits).await;
    assert_eq!(checkout.see(away).await, json!([0, 0]), "while a code waits");
    untroubled(&browser).await;
}

/// Nodes and listeners that the page holds once what is garbage is gone.
async fn held(browser: &Browser) -> [f64; 2] {
    for _ in 0..3 {
        chromium::devtools(browser.client(), "HeapProfiler.collectGarbage", json!({})).await;
    }
    let told = chromium::devtools(browser.client(), "Performance.getMetrics", json!({})).await;
    let of = |name: &str| {
        let metrics = told["metrics"].as_array().expect("metrics");
        metrics
            .iter()
            .find(|metric| metric["name"] == name)
            .and_then(|metric| metric["value"].as_f64())
            .expect("a number")
    };
    [of("Nodes"), of("JSEventListeners")]
}

#[tokio::test]
async fn mounted_and_taken_away_fifty_times_it_leaves_no_node_and_no_listener() {
    if !can(Feat::CountNodes) {
        return;
    }
    let shop = Shop::open();
    let browser = DESK.open().await;
    browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    chromium::devtools(browser.client(), "Performance.enable", json!({})).await;
    let mounts = "const tag = document.querySelector('moongate-checkout')
        for (let mount = 0; mount < count; mount++) {
          const next = tag.cloneNode()
          next.setAttribute('order', `MOUNT-${mount}`)
          const ready = new Promise((done) => next.addEventListener('moongate-ready', done))
          document.body.append(next)
          await ready
          next.dispatchEvent(new PointerEvent('pointerenter'))
          while (next.shadowRoot.querySelector('input')?.name !== 'moongate-method') await new Promise((done) => setTimeout(done, 1))
          next.remove()
          await new Promise((done) => setTimeout(done))
        }";
    let mounts = format!("return (async (count) => {{ {mounts} }})(...arguments)");
    browser.run(&mounts, &[json!(5)]).await;
    let before = held(&browser).await;
    browser.run(&mounts, &[json!(50)]).await;
    let after = until(LIMIT, async || {
        let now = held(&browser).await;
        (now[0] <= before[0] + 50.0 && now[1] <= before[1] + 5.0).then_some(())
    });
    assert!(after.await.is_some(), "{before:?} became {:?}", held(&browser).await);
}

#[tokio::test]
async fn what_is_drawn_anew_before_the_old_is_cleared_away_is_seen() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    // As on a slow machine, Yew leaves off after a while, and goes on long after.
    let slow = "{ const now = Date.now; const set = window.setTimeout; let later = 0
      Date.now = () => now() + (window.slow ? (later += 20) : later)
      window.setTimeout = (act, ms, ...more) => set(act, ms === 0 && window.slow ? 2000 : ms, ...more) }";
    browser.goto(&shop.page(&Trial::of(&shop.order()).script(slow))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    checkout.until("a payment was rehearsed", "return root.children.length === 1 && performance.now() > 3000").await;
    let anew = "const place = host.parentNode
        window.slow = true
        root.querySelector('[value=hebao]').click()
        host.remove()
        return (async () => {
          for (let turn = 0; turn < 9; turn++) await null
          place.append(host)
          host.dispatchEvent(new PointerEvent('pointerenter'))
        })()";
    checkout.see(anew).await;
    checkout.until("the view draws", "return root.querySelector('input')?.name === 'moongate-method'").await;
}

#[tokio::test]
async fn a_checkout_in_a_pane_that_scrolls_stretches_nothing_around_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    // As in a shell of an app: the page itself never scrolls.
    let pane = "<style>html, body { height: 100%; margin: 0 } main { height: 100vh; overflow: auto } main p { height: 1500px }</style>
        <main><p></p>{tag}</main>";
    browser.goto(&shop.page(&Trial::of(&order).body(pane))).await;
    let checkout = Checkout::on(&browser);
    let high = "return document.documentElement.scrollHeight - innerHeight";
    for phase in ["choosing", "acting code"] {
        checkout.shows(phase).await;
        assert_eq!(checkout.see(high).await, json!(0), "{phase}");
        if phase == "choosing" {
            checkout.ready().await.see("host.scrollIntoView()").await;
            checkout.pay_with("wechatpay").await;
        }
    }
}

#[tokio::test]
async fn a_checkout_that_is_moved_into_a_frame_is_drawn_and_styled_there() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).body("{tag}<iframe srcdoc='<p>here</p>'></iframe>"))).await;
    Checkout::on(&browser).ready().await;
    browser.run("window.moved = document.querySelector('moongate-checkout'); window.moved.remove()", &[]).await;
    // Out of the page for a while, it is begun anew; at once, as at the end, it goes on.
    browser.run("return new Promise((done) => setTimeout(done, 50))", &[]).await;
    browser.run("document.querySelector('iframe').contentDocument.body.append(window.moved)", &[]).await;
    let frame = Checkout::at(&browser, "window.moved");
    frame.until("it draws", "return root.querySelector('input') != null").await;
    let styled = "return getComputedStyle(root.querySelector('[data-gesture=pay]')).minHeight === '52px'";
    frame.until("it is styled", styled).await;
    browser.run("document.body.append(window.moved)", &[]).await;
    frame.until("it is styled on the page again", styled).await;
}

#[tokio::test]
async fn a_checkout_in_a_frame_takes_no_focus_from_the_page_around_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let inner = shop.page(&Trial::of(&order));
    shop.write("outer.html", &format!("<input id='note'><iframe src='{inner}' width='600' height='900'></iframe>"));
    browser.goto(&shop.at("/pages/outer.html")).await;
    let checkout =
        Checkout::at(&browser, "document.querySelector('iframe').contentDocument.querySelector('moongate-checkout')");
    checkout.shows("choosing").await;
    checkout.until("it is ready", "return host.state.offer != null").await;
    // Begun by the page, while the shopper writes beside it.
    browser.press("#note").await;
    checkout.see("host.select('wechatpay'); host.pay()").await;
    checkout.shows("acting code").await;
    assert_eq!(browser.run("return document.activeElement.id", &[]).await, "note");
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert_eq!(browser.run("return document.activeElement.id", &[]).await, "note");
}
