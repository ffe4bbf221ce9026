//! Whether the harness itself can be believed: what it must see it sees, and what it must refuse it refuses.

use crate::harness::{ALIPAY, Checkout, DESK, Engine, Feat, PHONE, Shop, Trial, WECHAT, can, decode, untroubled};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use std::fmt::Write;

fn code_page(text: &str, ink: &str, paper: &str) -> String {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
    let mut path = String::new();
    for (x, y) in (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y))) {
        if code.get_module(x, y) {
            write!(path, "M{} {}h1v1h-1z", x + 4, y + 4).unwrap();
        }
    }
    let side = code.size() + 8;
    format!(
        "<body><svg id=code width=240 height=240 shape-rendering=crispEdges viewBox='0 0 {side} {side}'>\
         <path fill='{paper}' d='M0 0h99v99H0z'/><path fill='{ink}' d='{path}'/></svg></body>"
    )
}

#[tokio::test]
async fn a_code_is_read_from_a_screenshot_and_an_inverted_one_is_not() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let text = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz&x=1";
    for (ink, paper, readable) in [("#000", "#fff", true), ("#fff", "#000", false)] {
        shop.write("code.html", &format!("<!doctype html><meta charset=utf-8>{}", code_page(text, ink, paper)));
        browser.goto(&shop.at("/pages/code.html")).await;
        let picture = browser.picture(&browser.element("#code").await).await.unwrap();
        if readable {
            assert_eq!(decode::read(&picture), text);
        } else {
            assert!(!decode::reads(&picture));
        }
    }
}

#[tokio::test]
async fn a_browser_is_as_its_kind_says() {
    let shop = Shop::open();
    let page = shop.page(&Trial::of("T-1").body("<p>nothing</p>"));
    let own = match Engine::of_this_run() {
        Engine::Chromium => "Chrome/",
        Engine::Firefox => "Firefox/",
        Engine::WebKit => "Safari/605",
    };
    let languages = can(Feat::Language);
    for (kind, agent, width, scheme, language) in [
        (DESK, own, "1280 × 1", "light", "zh-CN"),
        (DESK.phone(WECHAT), "MicroMessenger/8", "390 × 2", "light", "zh-CN"),
        (DESK.phone(ALIPAY).dark(), "AlipayClient/10", "390 × 2", "dark", "zh-CN"),
        (DESK.phone(PHONE).language("en"), "Pixel 8", "390 × 2", "light", "en"),
    ] {
        let browser = kind.open().await;
        browser.goto(&page).await;
        let script = "return [navigator.userAgent, `${innerWidth} × ${devicePixelRatio}`, matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', navigator.language]";
        let seen = browser.run(script, &[]).await;
        assert!(seen[0].as_str().unwrap().contains(agent), "{seen}");
        assert_eq!((&seen[1], &seen[2]), (&json!(width), &json!(scheme)));
        assert!(!languages || seen[3] == language, "{seen}");
    }
}

#[tokio::test]
async fn what_goes_wrong_in_a_page_fails_its_test() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let quiet = shop.page(&Trial::of("T-1").strict().body("<p>quiet</p>").bare());
    browser.goto(&quiet).await;
    untroubled(&browser).await;
    let loud = Trial::of("T-1").strict().body("<p style='color:red'>loud</p>").bare();
    let loud = loud.script("try { document.createElement('p').innerHTML = '<b>' } catch {}");
    browser.goto(&shop.page(&loud.script("setTimeout(() => { throw new Error('loud') })"))).await;
    let trouble = browser.until("all are kept", "return window.trouble.length > 2 && window.trouble", &[]).await;
    let trouble = trouble.to_string();
    for kept in ["policy: style-src-attr", "policy: require-trusted-types-for", "loud"] {
        assert!(trouble.contains(kept), "{trouble}");
    }
}

#[tokio::test]
async fn events_and_shadow_roots_are_seen() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let element = "customElements.define('moongate-checkout', class extends HTMLElement {
      connectedCallback() {
        const root = this.attachShadow({ mode: 'open' })
        root.innerHTML = '<section class=moongate data-phase=acting data-at=code><button data-gesture=pay>Pay</button></section>'
        root.querySelector('button').onclick = () => {
          const event = new CustomEvent('moongate-submit', { bubbles: true, composed: true, detail: { method: 'alipay' } })
          this.dispatchEvent(event)
        }
      }
    })";
    browser.goto(&shop.page(&Trial::of("T-1").bare().script(element))).await;
    let checkout = Checkout::on(&browser);
    checkout.shows("acting code").await.press("pay").await;
    assert_eq!(checkout.hears("submit").await, json!({ "method": "alipay" }));
    assert_eq!(checkout.heard("action").await.len(), 0);
}
