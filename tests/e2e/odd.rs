//! That a page which does odd things is reported and breaks nothing: unknown options, a wrapped `fetch`, its own transport.

use crate::harness::{Checkout, DESK, Shop, Trial, untroubled};
use crate::wrong::{messages, one_message, told};

#[tokio::test]
async fn options_with_unknown_keys_are_reported_and_break_nothing() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let odd = "customElements.whenDefined('moongate-checkout').then(() => {
      const circle = {}; circle.self = circle
      document.querySelector('moongate-checkout').options = {
        mystery: 1, 'data-x': null, nested: { deep: [undefined, Symbol('s'), 10n, () => {}, circle] }, '': '', '__proto__x': 1,
        when: new Date(0), map: new Map([[1, 2]]), node: document.body, nothing: undefined,
        methods: ['wechatpay', { id: 'alipay', feee: 0, apps: { nowhere: false } }, null, 7, { label: 'no id' }, circle],
        texts: { no_such_word: 'x', pay: '现在付 {sum}' },
      }
    })";
    browser.goto(&shop.page(&Trial::of(&order).script(odd))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    for key in ["mystery", "nested", "when", "map", "node"] {
        let script = format!(
            "return heard('error').some(({{ detail }}) => detail.kind === 'page' && detail.code === 'unknown_option' && detail.message.includes('{key}'))"
        );
        checkout.until(&format!("{key} is named"), &script).await;
    }
    assert_eq!(checkout.text("[data-gesture=pay]").await, "现在付 ¥128.00");
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.payment(&order).await;
    untroubled(&browser).await;
}

/// A page that wraps `fetch` and gets it wrong, for the widget's requests only.
fn wrapped(body: &str) -> String {
    format!(
        "{{ const fetched = window.fetch; window.fetch = (...all) => {{
          const address = String(all[0]?.url ?? all[0])
          if (!address.includes('/checkout/payments') || window.mended) return fetched(...all)
          window.odd = (window.odd ?? 0) + 1
          {body}
        }} }}"
    )
}

#[tokio::test]
async fn a_wrapped_fetch_that_fails_in_odd_ways_is_reported_and_breaks_nothing() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for odd in [
        "return Promise.reject('a text')",
        "return Promise.reject(undefined)",
        "return Promise.reject(null)",
        "return Promise.reject({ no: 'error' })",
        "return Promise.reject(7)",
        "throw 'a text'",
        "throw undefined",
        "throw new Error('at once')",
        "return undefined",
        "return null",
        "return 7",
        "return Promise.resolve(undefined)",
        "return Promise.resolve({ ok: true })",
        "return Promise.resolve('a text')",
        "return { then: (go, stop) => stop(Symbol('s')) }",
    ] {
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order).script(&wrapped(odd)))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await;
        told(&checkout, "network", "unreachable", "network").await;
        checkout.shows("choosing").await;
        one_message(&checkout, "网络断了").await;
        browser.run("window.mended = true", &[]).await;
        checkout.press("pay").await.shows("acting code").await;
        shop.payment(&order).await;
    }
    let trouble = browser.console().await;
    assert!(
        !trouble.iter().any(|line| line.contains("panicked") || line.contains("unreachable executed")),
        "{trouble:#?}"
    );
}

#[tokio::test]
async fn a_transport_that_fails_in_odd_ways_is_reported_and_breaks_nothing() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (create, kind) in [
        ("() => { throw new Error('at once') }", "network"),
        ("async () => { throw 'a text' }", "network"),
        ("async () => undefined", "server"),
        ("() => null", "server"),
        ("async () => 7", "server"),
        ("async () => ({})", "server"),
        ("async () => '<html>login</html>'", "server"),
        ("async () => { const circle = {}; circle.self = circle; return circle }", "server"),
        ("async () => { throw { status: 500 } }", "server"),
        ("async () => { throw { status: 403, code: 'not_yours' } }", "server"),
        ("async () => ({ type: 'redirect', method: 'GET', url: 'javascript:alert(1)' })", "server"),
        ("async () => ({ type: 'redirect', method: 'GET', url: 'https://evil.example/' })", "server"),
    ] {
        let script = format!(
            "customElements.whenDefined('moongate-checkout').then(() => {{ document.querySelector('moongate-checkout').options = {{ transport: {{ create: {create}, status: async () => ({{}}), cancel: async () => ({{}}) }} }} }})"
        );
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order).without("endpoint").script(&script))).await;
        let page = browser.url().await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with("wechatpay").await;
        let fault = checkout.hears("error").await;
        assert_eq!(fault["kind"], kind, "{create}: {fault}");
        checkout.shows("choosing").await;
        assert_eq!(messages(&checkout).await.len(), 1, "{create}");
        assert_eq!(browser.url().await, page, "{create}: nothing is opened");
    }
    let console = browser.console().await;
    assert!(!console.iter().any(|line| line.contains("panicked")), "{console:#?}");
}

#[tokio::test]
async fn a_transport_without_what_is_required_of_it_is_named_before_a_press() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let script = "customElements.whenDefined('moongate-checkout').then(() => {
        document.querySelector('moongate-checkout').options = { transport: { create: 'no function', status: async () => ({}) } }
      })";
    browser.goto(&shop.page(&Trial::of(&shop.order()).without("endpoint").script(script))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    for name in ["transport.create", "transport.cancel"] {
        told(&checkout, "page", "wrong_option", name).await;
    }
    assert_eq!(checkout.heard("error").await.len(), 2);
    let state = checkout.state().await;
    assert_eq!(state["fault"]["code"], "wrong_option", "whoever listens late misses nothing: {state}");
    checkout.see("host.setAttribute('locale', 'ja')").await;
    checkout.until("the words are Japanese", "return section.lang === 'ja'").await;
    assert_eq!(checkout.heard("error").await.len(), 2, "other words are no other mistake");
}
