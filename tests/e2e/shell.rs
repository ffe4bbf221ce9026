//! What a shopper can do before the WebAssembly is there, and that the widget takes over without a seam.

use crate::harness::{Browser, Checkout, DESK, Feat, PHONE, Shop, Trial, WECHAT, can, untroubled};
use crate::paying::approve;
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

/// Holds the wasm back until `release()` is called; `window.built` says when the browser has made a module of it.
const HELD: &str = "{
  const fetched = window.fetch
  const held = new Promise((go) => { window.release = go })
  window.fetch = async (...all) => {
    if (String(all[0]?.url ?? all[0]).endsWith('.wasm')) await held
    return fetched(...all)
  }
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const made = WebAssembly[name]
    WebAssembly[name] = async (...all) => { const it = await made.apply(WebAssembly, all); window.built = true; return it }
  }
}";

/// Counts how far what was drawn is pushed about.
const SHIFTS: &str = "window.shifts = []
if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) new PerformanceObserver((list) => { for (const { value, sources } of list.getEntries())
  window.shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? '')]) })
  .observe({ type: 'layout-shift', buffered: true })";

async fn release(browser: &Browser) {
    browser.run("release()", &[]).await;
}

/// Whether the rows are the shell's: it names its radio group otherwise than the widget.
const IS_SHELL: &str = "return root?.querySelector('input')?.name === 'moongate-shell'";

pub async fn held(browser: &Browser, shop: &Shop, trial: Trial) {
    browser.goto(&shop.page(&trial.script(HELD))).await;
    Checkout::on(browser).until("the shell has drawn rows", IS_SHELL).await;
}

/// What has the focus: inside the widget its gesture and value, else the tag.
const FOCUSED: &str = "const at = root?.activeElement; return at ? [at.dataset.gesture ?? at.tagName, at.value ?? ''].join(' ').trim() : document.activeElement.tagName";

#[tokio::test]
async fn rows_and_button_are_drawn_and_usable_before_the_wasm_is_there() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    held(&browser, &shop, Trial::of(&shop.order())).await;
    let checkout = Checkout::on(&browser);
    let rows =
        checkout.see("return [...root.querySelectorAll('[data-method]')].map(({ dataset }) => dataset.method)").await;
    assert_eq!(rows, json!(["alipay", "wechatpay", "unionpay", "hebao"]));
    // The sums come a frame after the rows.
    let says = "return root.querySelector('[data-gesture=pay]').innerText.trim() === '支付 ¥128.00'";
    checkout.until("the button says the sum", says).await;
    checkout.choose("unionpay").await;
    let picked = checkout.see("return root.querySelector('input:checked').value").await;
    assert_eq!(picked, "unionpay");
    assert_eq!(checkout.hears("select").await, json!({ "method": "unionpay", "test": true }));
    assert!(checkout.heard("ready").await.is_empty(), "ready is said when pay is sent at once, not before");
    assert_eq!(checkout.state().await["phase"], "choosing");
    untroubled(&browser).await;
}

#[tokio::test]
async fn choice_and_focus_made_before_the_wasm_are_kept() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    held(&browser, &shop, Trial::of(&shop.order())).await;
    let checkout = Checkout::on(&browser);
    checkout.choose("wechatpay").await;
    // By keys, as a native group of radios is used.
    let down = KeyAction::Down { value: fantoccini::key::Key::Down.into() };
    let up = KeyAction::Up { value: fantoccini::key::Key::Down.into() };
    browser.act(KeyActions::new("keys".to_owned()).then(down).then(up)).await;
    checkout.until("the next row is picked", "return root.querySelector('input:checked').value === 'unionpay'").await;
    assert_eq!(checkout.see(FOCUSED).await, "choose unionpay");
    let kept = browser.run("return sessionStorage.getItem('moongate:method')", &[]).await;
    assert_eq!(kept, "unionpay", "a reload before the wasm picks it again");
    checkout.press("toggle_large").await;
    checkout.see("root.querySelector('[value=unionpay]').focus()").await;
    release(&browser).await;
    checkout.ready().await;
    assert_eq!(checkout.see(IS_SHELL).await, json!(false));
    assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, "unionpay");
    assert_eq!(checkout.see(FOCUSED).await, "choose unionpay");
    assert_eq!(checkout.see("return section.dataset.size").await, "large");
    let told = checkout.heard("select").await;
    assert_eq!(told.len(), 2, "once for each choice, none for the takeover: {told:?}");
    assert_eq!(checkout.state().await["method"], "unionpay");
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_press_on_pay_before_the_wasm_is_sent_exactly_once() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    held(&browser, &shop, Trial::of(&order)).await;
    let checkout = Checkout::on(&browser);
    checkout.pay_with("wechatpay").await.shows("sending").await;
    assert_eq!(checkout.see(FOCUSED).await, "H2", "the heading says the phase and takes the focus");
    assert!(shop.payments(&order).await.is_empty(), "nobody can send it yet");
    release(&browser).await;
    checkout.shows("acting code").await;
    let payment = shop.payment(&order).await;
    assert_eq!((&payment["method"], &payment["requests"]["create"]), (&json!("wechatpay"), &json!(1)));
    assert_eq!(checkout.heard("submit").await.len(), 1);
    assert_eq!(checkout.heard("ready").await.len(), 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn nothing_moves_while_the_widget_takes_over() {
    // Where shifts are not told, the place of what is below still is.
    let _told = can(Feat::LayoutShifts);
    let shop = Shop::open();
    for kind in [DESK, DESK.phone(PHONE)] {
        let browser = kind.open().await;
        let below = "{tag}<p id='below'>below</p>";
        held(&browser, &shop, Trial::of(&shop.order()).body(below).script(SHIFTS)).await;
        let checkout = Checkout::on(&browser);
        let place = "return JSON.stringify(document.getElementById('below').getBoundingClientRect())";
        // The rows push down what is below the tag: a page that minds gives the tag a height. The takeover pushes nothing.
        let before = browser.run(&format!("window.shifts.length = 0; {place}"), &[]).await;
        release(&browser).await;
        checkout.ready().await;
        // Two frames later whatever moved has been reported.
        let shifts = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); return window.shifts";
        assert_eq!(browser.run(&format!("return (async () => {{ {shifts} }})()"), &[]).await, json!([]));
        assert_eq!(browser.run(place, &[]).await, before);
    }
}

#[tokio::test]
async fn rows_that_a_country_a_version_or_a_rollout_leaves_out_are_left_out_before_the_wasm_too() {
    let shop = Shop::open();
    let browser = DESK.phone(WECHAT).open().await;
    let offers = json!([
        { "countries": ["CN"] }, { "countries": ["HK", "SG"] }, { "countries": "HK CN" }, { "countries": ["cn"] },
        { "apps": { "wechat": "8.0.56" } }, { "apps": { "wechat": "8.0.57" } }, { "apps": { "wechat": "8.0.56.2801" } },
        { "apps": { "wechat": 9 } }, { "apps": { "wechat": "latest" } }, { "apps": { "alipay": "99" } },
        { "rollout": 0.5 }, { "rollout": "0.25" }, { "rollout": 0.75 }, { "rollout": 0.0001 }, { "rollout": 0.9999 },
        { "rollout": 1 }, { "rollout": 1.5 }, { "rollout": "1e-1" },
    ]);
    let count = offers.as_array().map_or(0, Vec::len);
    // Some with a shopper of the page's, and some with the id that this browser is given.
    let script = format!(
        "customElements.whenDefined('moongate-checkout').then(() => {offers}.forEach((offer, at) => {{
           const one = document.createElement('moongate-checkout')
           const methods = ['alipay', {{ id: 'wechatpay', ...offer }}, {{ id: 'own', label: 'Own', ...offer }}, 'unionpay']
           one.options = {{ endpoint: '/checkout', order: `T-${{at}}`, amount: 12800, currency: 'CNY', testMode: true, methods,
             shopper: at % 2 ? `shopper-${{at}}` : undefined }}
           document.body.append(one)
         }}))"
    );
    held(&browser, &shop, Trial::of(&shop.order()).script(&script)).await;
    let rows = "return [...document.querySelectorAll('moongate-checkout')].map(({ shadowRoot }) => [...shadowRoot.querySelectorAll('[data-method]')].map((row) => [row.dataset.method, row.dataset.works, row.innerText]))";
    let drawn = format!(
        "const all = [...document.querySelectorAll('moongate-checkout')]
         return all.length === {} && all.every(({{ shadowRoot }}) => shadowRoot?.querySelector('[data-method]'))",
        count + 1
    );
    browser.until("all are drawn", &drawn, &[]).await;
    let before = browser.run(rows, &[]).await;
    release(&browser).await;
    let over = "return [...document.querySelectorAll('moongate-checkout')].every(({ state }) => state.offer)";
    browser.until("the widgets are there", over, &[]).await;
    let after = browser.run(rows, &[]).await;
    assert_eq!(before, after);
    let numbers: Vec<usize> =
        after.as_array().into_iter().flatten().map(|rows| rows.as_array().map_or(0, Vec::len)).collect();
    assert!(numbers.contains(&2) && numbers.contains(&4), "some are in and some are out: {numbers:?}");
}

/// Puts a finger on the last row and lets the wasm come: it is built, and what waits for it has had its time. Only the finger
/// is still in the way.
async fn finger_down_while_the_wasm_comes(browser: &Browser) {
    let checkout = Checkout::on(browser);
    let row = checkout.find("[data-method='hebao'] label").await.expect("a row");
    let press = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveToElement { element: row, duration: None, x: 0.0, y: 0.0 })
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
    browser.act(press).await;
    release(browser).await;
    let settled =
        "return window.built && new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 300))";
    browser.until("the wasm is built", settled, &[]).await;
}

/// Lifts it. Not by releasing all actions, at which WebKit lifts no finger.
async fn finger_up(browser: &Browser) {
    let lift = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
    browser.act(MouseActions::new("mouse".to_owned()).then(lift)).await;
}

#[tokio::test]
async fn the_widget_does_not_take_over_under_a_finger() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    held(&browser, &shop, Trial::of(&shop.order())).await;
    let checkout = Checkout::on(&browser);
    finger_down_while_the_wasm_comes(&browser).await;
    assert_eq!(checkout.see(IS_SHELL).await, json!(true), "the widget took over under a finger");
    finger_up(&browser).await;
    checkout.ready().await;
    assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, "hebao", "the click counts");
    untroubled(&browser).await;
}

#[tokio::test]
async fn calls_of_the_page_made_before_the_wasm_are_kept_in_their_order() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    held(&browser, &shop, Trial::of(&order)).await;
    let checkout = Checkout::on(&browser);
    checkout.see("host.select('wechatpay'); window.paid = host.pay().then(() => host.state.phase)").await;
    release(&browser).await;
    checkout.shows("acting code").await;
    assert_eq!(browser.run("return window.paid", &[]).await, "acting");
    assert_eq!(shop.payment(&order).await["method"], "wechatpay");
    assert!(checkout.heard("submit").await.is_empty(), "pay() announces no submission");
}

#[tokio::test]
async fn a_press_before_the_wasm_outlives_what_does_not_change_its_sum() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    held(&browser, &shop, Trial::of(&shop.order())).await;
    let checkout = Checkout::on(&browser);
    checkout.see("host.options = { methods: ['alipay', { id: 'wechatpay', fee: { fixed: 100 } }] }").await;
    checkout.until("there are two rows", "return root.querySelectorAll('[data-method]').length === 2").await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    checkout.see("host.setAttribute('theme', 'dark')").await;
    assert_eq!(checkout.see("return [section.dataset.theme, section.dataset.phase]").await, json!(["dark", "sending"]));
    checkout.see("host.setAttribute('amount', '500')").await;
    checkout.shows("choosing").await;
}

#[tokio::test]
async fn a_press_before_the_wasm_is_sent_for_no_other_sum_than_was_seen() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("amount").script(HELD))).await;
    let checkout = Checkout::on(&browser);
    checkout.until("the shell is there", "return root !== null").await;
    checkout.see("window.given = { amount: 12800 }; host.options = given").await;
    checkout.until("there are rows", IS_SHELL).await;
    checkout.pay_with("wechatpay").await.shows("sending").await;
    // Inside the object that the page gave: nobody is told.
    checkout.see("given.amount = 25600").await;
    release(&browser).await;
    checkout.ready().await.shows("choosing").await;
    assert_eq!(checkout.text("[data-gesture=pay]").await, "支付 ¥256.00");
    assert!(checkout.heard("submit").await.is_empty() && shop.payments(&order).await.is_empty());
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_call_of_the_page_before_the_wasm_pays_no_other_sum_and_lapses_with_the_element() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    held(&browser, &shop, Trial::of(&order)).await;
    let checkout = Checkout::on(&browser);
    checkout.see("window.paid = host.pay().then(() => 'settled'); host.update({ amount: 25600 })").await;
    release(&browser).await;
    checkout.ready().await;
    assert_eq!(browser.run("return window.paid", &[]).await, "settled");
    assert!(shop.payments(&order).await.is_empty(), "it was called for another sum");

    held(&browser, &shop, Trial::of(&order)).await;
    let gone = "const place = host.parentNode; const paid = host.pay().then(() => 'settled'); host.remove()
      return paid.then((said) => (place.append(host), said))";
    assert_eq!(checkout.see(gone).await, "settled");
    release(&browser).await;
    checkout.ready().await;
    assert!(shop.payments(&order).await.is_empty(), "it was called before the element went");
}

#[tokio::test]
async fn a_row_that_only_the_core_can_judge_is_not_taken_away_under_a_finger() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let few = "customElements.whenDefined('moongate-checkout').then(() => { document.querySelector('moongate-checkout').options = {
      methods: [{ id: 'alipay', rollout: 0.0001 }, 'wechatpay', 'hebao'] } })";
    held(&browser, &shop, Trial::of(&shop.order()).with("remember", "none").script(few)).await;
    let checkout = Checkout::on(&browser);
    let rows = "return root.querySelectorAll('.method').length";
    checkout.until("its outline is there", "return root.querySelectorAll('.method').length === 3").await;
    finger_down_while_the_wasm_comes(&browser).await;
    assert_eq!(checkout.see(rows).await, 3, "a row went from under a finger");
    finger_up(&browser).await;
    checkout.ready().await;
    assert_eq!(checkout.see("return root.querySelector('input:checked').value").await, "hebao", "the click counts");
    assert_eq!(checkout.see(rows).await, 2);
}

#[tokio::test]
async fn a_page_whose_sum_comes_late_hears_that_it_is_ready_whatever_comes_before() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    browser.goto(&shop.page(&Trial::of(&shop.order()).without("amount"))).await;
    let checkout = Checkout::on(&browser);
    checkout.hears_fault("missing_option").await;
    checkout.see("host.setAttribute('locale', 'en')").await;
    checkout.until("it speaks English", "return section?.lang === 'en'").await;
    checkout.see("host.setAttribute('amount', '12800')").await;
    checkout.ready().await;
    assert_eq!(checkout.heard("ready").await.len(), 1);
}

#[tokio::test]
async fn options_that_are_none_are_named_and_a_checkout_comes_of_the_rest() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    for odd in
        ["amount: 12800n", "methods: [{ id: 'alipay', countries: true }, { id: 'hebao', fee: { fixed: 10n ** 20n } }]"]
    {
        let set = format!(
            "customElements.whenDefined('moongate-checkout').then(() => {{ document.querySelector('moongate-checkout').options = {{ {odd} }} }})"
        );
        browser.goto(&shop.page(&Trial::of(&shop.order()).script(&set))).await;
        Checkout::on(&browser).ready().await.pay_with("hebao").await;
        approve(&browser).await;
    }
}

#[tokio::test]
async fn a_press_before_the_wasm_for_what_is_not_offered_any_more_ends_in_a_word() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).without("amount").script(HELD))).await;
    let checkout = Checkout::on(&browser);
    checkout.until("the shell is there", "return root !== null").await;
    checkout
        .see("window.given = { amount: 12800, methods: [{ id: 'alipay', max: 20000 }] }; host.options = given")
        .await;
    checkout.until("there are rows", IS_SHELL).await;
    checkout.pay_with("alipay").await.shows("sending").await;
    checkout.see("given.amount = 25600").await;
    release(&browser).await;
    checkout.until("it is said", "return root.querySelector('[role=alert]') !== null").await;
    assert!(shop.payments(&order).await.is_empty());
}
