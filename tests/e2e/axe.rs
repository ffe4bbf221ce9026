//! That every screen can be used by everyone, as axe judges: each of them, in each look and four languages.
//!
//! What axe can't judge (where the focus goes, what is heard, how large a target is) is told elsewhere.

use crate::eyes::{CONTRAST, weigh};
use crate::harness::{Browser, Checkout, DESK, Engine, Shop, Trial, skipped};
use crate::looks::target;
use crate::scenes::{Place, all, visit_with};
use serde_json::Value;
use std::fs;
use std::io::Write;

/// axe-core, where `tests/run` puts it. Without it these tests are skipped, and say so past the capture of output.
pub fn axe() -> Option<String> {
    let file = target().join("axe/node_modules/axe-core/axe.min.js");
    let text = fs::read_to_string(&file).ok();
    if text.is_none() {
        skipped("as axe-core is not there; tests/run installs it");
    }
    text
}

/// What axe finds wrong on the page, each as rule, target and advice.
pub async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    judge(browser, axe, "document").await
}

/// The same of what this expression or selector names. There must have been something to judge.
async fn judge(browser: &Browser, axe: &str, what: &str) -> Vec<String> {
    browser.run(&format!("if (!window.axe) {{ {axe} }}"), &[]).await;
    let judge = format!(
        "window.judged = null
        const told = ({{ id, nodes }}) => nodes.map(({{ target, failureSummary }}) => `${{id}} ${{JSON.stringify(target)}} ${{failureSummary}}`)
        axe.run({what}, {{ resultTypes: ['violations'] }}).then(({{ violations, passes }}) => {{
          window.judged = [passes.length, violations.flatMap(told)]
        }})"
    );
    browser.run(&judge, &[]).await;
    // Asked for, not returned as a promise: WebKit's driver now and then never hears of one that takes so long.
    let judged = browser.until("axe has judged", "return window.judged", &[]).await;
    assert!(judged[0].as_u64() > Some(3), "hardly anything was judged: {judged}");
    judged[1].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The widget, for [`judge`].
const WIDGET: &str = "'moongate-checkout'";

/// A browser whose reader lists Chinese too, so that it is one press away.
pub const READS_CHINESE: &str =
    "Object.defineProperty(navigator, 'languages', { get: () => ['de-DE', 'zh-CN', 'en'] })";

/// How a screen looks when it is judged.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    name: &'static str,
    dark: bool,
    large: bool,
}

/// In this order, so that little changes from one to the next.
const LOOKS: [Look; 4] = [
    Look { name: "light", dark: false, large: false },
    Look { name: "dark", dark: true, large: false },
    Look { name: "dark in large print", dark: true, large: true },
    Look { name: "large print", dark: false, large: true },
];

/// Turns the screen to this size or language by its own button; one that has none is another element with this attribute.
async fn turned(checkout: &Checkout<'_>, told: &str, value: &str, gesture: &str, attribute: &str) {
    let turn = format!(
        "if ({told} === '{value}') return
        const own = root.querySelector('[data-gesture={gesture}]')
        if (own) return own.click()
        host.setAttribute('{attribute}', '{value}')
        const next = host.cloneNode()
        next.options = host.options
        host.replaceWith(next)"
    );
    checkout.see(&turn).await;
    checkout.until(&format!("{told} is {value}"), &format!("return section && {told} === '{value}'")).await;
}

/// Turns the screen to this size.
pub async fn sized(checkout: &Checkout<'_>, large: bool) {
    let size = if large { "large" } else { "normal" };
    turned(checkout, "section.dataset.size", size, "toggle_large", "text-size").await;
}

/// Turns the screen to this language.
pub async fn spoken(checkout: &Checkout<'_>, language: &str) {
    turned(checkout, "section.lang", language, "switch_language", "locale").await;
}

/// Judges every screen in these languages, the first of them the page's, in each look; and says how many that were.
async fn judged(phone: bool, languages: &[&'static str]) {
    let Some(axe) = axe() else { return };
    let changes = Engine::of_this_run() != Engine::WebKit;
    let (mut count, mut texts, mut wrong) = (0, 0, Vec::new());
    for dark in [false, true].into_iter().take(if changes { 1 } else { 2 }) {
        let looks: Vec<Look> = LOOKS.into_iter().filter(|look| changes || look.dark == dark).collect();
        let place = Place { phone, language: languages[0], large: false, dark };
        let script = if languages.len() > 1 { READS_CHINESE } else { "" };
        visit_with(
            place,
            script,
            |_| true,
            async |scene, checkout| {
                for language in languages {
                    spoken(checkout, language).await;
                    for look in &looks {
                        sized(checkout, look.large).await;
                        if changes {
                            checkout.browser().colours(look.dark).await;
                        }
                        checkout.shows(scene.leads_to).await;
                        for violation in judge(checkout.browser(), &axe, WIDGET).await {
                            wrong.push(format!("{} in {language}, {}: {violation}", scene.name, look.name));
                        }
                        // Axe gives up where something lies over a text, as the edge of a row does over its words.
                        let of = format!("{} in {language}, {}", scene.name, look.name);
                        weigh(&checkout.see(CONTRAST).await, &of, &mut texts, &mut wrong);
                        count += 1;
                    }
                }
            },
        )
        .await;
    }
    let whole = all().len() * LOOKS.len() * languages.len();
    let (engine, bad) = (Engine::of_this_run(), wrong.len());
    let told = format!(
        "axe judged {count} screens of {whole} in {engine:?}, {texts} texts and edges were weighed: {bad} violations"
    );
    let _told = writeln!(std::io::stderr(), "\n{told}");
    assert_eq!(count, whole, "each screen is judged in each look and language");
    assert!(texts > 10 * count as u64, "{texts} texts and edges");
    assert!(wrong.is_empty(), "{told}\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_wrong_and_every_text_stands_out_in_german_and_chinese_on_a_desk() {
    judged(false, &["de", "zh-CN"]).await;
}

#[tokio::test]
async fn axe_finds_nothing_wrong_and_every_text_stands_out_in_english_on_a_phone() {
    judged(true, &["en"]).await;
}

#[tokio::test]
async fn axe_finds_nothing_wrong_and_every_text_stands_out_in_arabic_on_a_phone() {
    judged(true, &["ar"]).await;
}

#[tokio::test]
async fn axe_finds_what_is_wrong() {
    let Some(axe) = axe() else { return };
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of("T-1").strict())).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(judge(&browser, &axe, WIDGET).await, Vec::<String>::new());
    checkout.see("root.querySelector('.sum').style.color = '#999'").await;
    let seen = checkout.see(CONTRAST).await;
    assert!(seen[1].to_string().contains("sum"), "a pale sum is seen: {seen}");
    let plant = "root.querySelector('input').removeAttribute('aria-label'); root.querySelector('label').replaceWith(root.querySelector('input'))
      root.querySelector('.pay').textContent = ''";
    checkout.see(plant).await;
    let found = judge(&browser, &axe, WIDGET).await;
    for rule in ["label", "color-contrast", "button-name"] {
        assert!(found.iter().any(|one| one.starts_with(rule)), "it sees into the shadow root: {rule} of {found:?}");
    }
}
