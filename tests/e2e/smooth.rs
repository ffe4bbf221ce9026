//! That nothing is done but what is seen to change: with each second of a countdown.

use crate::harness::{Checkout, DESK, Shop, Trial, untroubled};
use serde_json::{Value, json};

/// Counts what is made to write numbers and times.
const MADE: &str = "window.made = 0
for (const kind of ['NumberFormat', 'PluralRules', 'DateTimeFormat']) {
  Intl[kind] = new Proxy(Intl[kind], { construct: (...all) => { made += 1; return Reflect.construct(...all) } })
}";

/// Notes where the tree below the shadow root changes.
const WATCH: &str = "window.changes = []
  const place = (at) => (at.closest('[data-time]') ? at.localName : at.className || at.localName)
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
