//! That nothing is done but what is seen to change: with each second of a countdown, and with a pick among a hundred methods.

use crate::harness::{Browser, Checkout, DESK, Shop, Trial, untroubled};
use crate::{parts, shell};
use serde_json::{Value, json};

/// Counts what is made to write numbers and times.
const MADE: &str = "window.made = 0
for (const kind of ['NumberFormat', 'PluralRules', 'DateTimeFormat']) {
  Intl[kind] = new Proxy(Intl[kind], { construct: (...all) => { made += 1; return Reflect.construct(...all) } })
}";

/// Notes where the tree below the shadow root changes, and how often an element is told anything. The view rehearses a code
/// elsewhere meanwhile, while the shell first makes elsewhere what it draws.
const WATCH: &str = "window.changes = []
  window.touched = 0
  const everywhere = root.querySelector('input')?.name === 'moongate-shell'
  const count = (prototype, name, kind) => {
    const own = Object.getOwnPropertyDescriptor(prototype, name)
    const counted = function (...all) { touched += everywhere || root.contains(this); return own[kind].apply(this, all) }
    Object.defineProperty(prototype, name, { ...own, [kind]: counted })
  }
  count(Element.prototype, 'setAttribute', 'value')
  count(HTMLInputElement.prototype, 'checked', 'set')
  const place = (at) => {
    const { method, gesture } = { ...at.closest('[data-method]')?.dataset, ...at.closest('[data-gesture]')?.dataset }
    return method ?? gesture ?? (at.closest('[data-sum]') && 'sum') ?? (at.closest('[data-time]') && at.localName) ?? at.className
  }
  const noted = ({ target, attributeName }) => [place(target.closest ? target : target.parentElement), attributeName ?? 'text'].join(' ')
  new MutationObserver((records) => changes.push(...records.map(noted)))
    .observe(root, { childList: true, attributes: true, characterData: true, subtree: true })";

/// Where it changed, each once, in the order of the alphabet.
async fn changed(checkout: &Checkout<'_>) -> Value {
    checkout.see("return [...new Set(changes)].sort()").await
}

#[tokio::test]
async fn a_second_of_the_countdown_changes_the_time_left_and_nothing_else_and_is_written_by_what_is_there() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (size, more) in [("normal", None), ("large", Some("limit text"))] {
        let order = shop.order();
        shop.set_order_with(&order, json!({ "amount": 12_800, "currency": "CNY", "expires_in": 70 })).await;
        browser.goto(&shop.page(&Trial::of(&order).with("text-size", size).script(MADE))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        checkout.see(WATCH).await;
        // By then whatever the rows before the view had still to do is done.
        checkout.until("a second is over", "return changes.includes('progress value') && [window.before = made]").await;
        let passed = "return changes.includes('status unseen text') && changes.filter((change) => change === 'progress value').length > 6";
        checkout.until("a minute is left, and less", passed).await;
        let expected: Vec<&str> = more.into_iter().chain(["p text", "progress value", "status unseen text"]).collect();
        assert_eq!(changed(&checkout).await, json!(expected), "{size}");
        let seldom = "return changes.filter((change) => change === 'status unseen text').length";
        assert_eq!(checkout.see(seldom).await, 1, "the polite region is left alone");
        assert_eq!(checkout.see("return made - before").await, 0, "something is made anew with each second");
    }
    untroubled(&browser).await;
}

/// A page that lists a hundred methods, ninety-six of its own, each with a fee of its own.
fn hundred(order: &str) -> Trial {
    let own =
        (4..100).map(|at| json!({ "id": format!("own{at}"), "label": format!("Own {at}"), "fee": { "fixed": at } }));
    let wallets = ["alipay", "wechatpay", "unionpay", "hebao"].map(|id| json!({ "id": id }));
    let methods: Vec<Value> = wallets.into_iter().chain(own).collect();
    Trial::of(order).script(&format!(
        "addEventListener('DOMContentLoaded', () => {{
           document.querySelector('moongate-checkout').options = {{ methods: {}, collapseAfter: 100 }} }})",
        json!(methods)
    ))
}

const DRAWN: &str =
    "return root?.querySelectorAll('[data-method]').length === 100 && /128/.test(root.querySelector('.pay').innerText)";

/// What the shell and the view call their radios.
const SHELL: &str = "moongate-shell";
const VIEW: &str = "moongate-method";

/// Picks one, then another while it is watched.
async fn picks(browser: &Browser, drawer: &str) {
    let checkout = Checkout::on(browser);
    checkout.until("all are drawn", DRAWN).await;
    checkout.choose("own5").await;
    checkout.until("it says the sum", "return root.querySelector('.pay').innerText.includes('128.05')").await;
    checkout.see(WATCH).await;
    checkout.choose("own7").await;
    checkout.until("it says the other", "return root.querySelector('.pay').innerText.includes('128.07')").await;
    assert_eq!(checkout.see("return root.querySelector('input').name").await, drawer);
    // The shell also writes the attribute that says what is picked.
    let own = if drawer == SHELL { &["checked", "part"][..] } else { &["part"] };
    let rows = ["own5", "own7"].into_iter().flat_map(|id| own.iter().map(move |name| format!("{id} {name}")));
    let expected: Vec<String> = rows.chain(["pay text", "sum text"].map(str::to_owned)).collect();
    assert_eq!(changed(&checkout).await, json!(expected), "{drawer}");
    let seen = "return [...root.querySelectorAll('input:checked, [part~=method-selected]')].map((part) => part.value ?? part.dataset.method)";
    assert_eq!(checkout.see(seen).await, json!(["own7", "own7"]));
    let touched = checkout.see("return touched").await.as_u64().unwrap();
    let most = if drawer == SHELL { 200 } else { 4 };
    assert!(touched <= most, "{drawer}: elements are told {touched} things for a pick");
}

#[tokio::test]
async fn a_pick_among_a_hundred_before_the_wasm_changes_two_rows_and_the_sum() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    shell::held(&browser, &shop, hundred(&shop.order())).await;
    picks(&browser, SHELL).await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_pick_among_a_hundred_before_the_view_changes_two_rows_and_the_sum() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    parts::held(&browser, &shop, hundred(&shop.order())).await;
    picks(&browser, SHELL).await;
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_pick_among_a_hundred_in_the_view_changes_two_rows_and_the_sum() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&hundred(&shop.order()))).await;
    Checkout::on(&browser).ready().await;
    picks(&browser, VIEW).await;
    untroubled(&browser).await;
}
