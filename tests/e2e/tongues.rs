//! That every language is whole, fits, and comes in time or gives way to English; and that 中文 is one tap away.

use crate::harness::{Browser, Checkout, DESK, PHONE, Shop, Trial, untroubled};
use crate::looks::screenshots;
use crate::scenes::{Place, Scene, visit};
use moongate::checkout::money::{Amount, Currency, KNOWN_BY_HEART};
use moongate::words::{Key, Language};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// What a page asks for of ours beside the script: the last part of each address.
const ASKED: &str = "{ window.asked = []; const fetched = window.fetch
  window.fetch = (...all) => { window.asked.push(String(all[0]?.url ?? all[0]).split('/moongate/').at(-1)); return fetched(...all) } }";

/// A trial page in this language.
fn trial(shop: &Shop, language: &str) -> Trial {
    Trial::of(&shop.order()).language(language).with("locale", language)
}

/// The choosing screen in this language, before a wasm is there or after.
async fn drawn<'a>(browser: &'a Browser, shop: &Shop, trial: &Trial) -> Checkout<'a> {
    browser.goto(&shop.page(trial)).await;
    let checkout = Checkout::on(browser);
    checkout.until("rows are drawn", "return root?.querySelector('section:not([inert]) [data-method]') != null").await;
    checkout
}

/// The language that the screen is in, by its own word.
async fn spoken(checkout: &Checkout<'_>) -> Value {
    checkout.see("return [section.lang, section.dir, root.querySelector('.heading').innerText]").await
}

fn expected(tag: &str) -> Value {
    let language = Language::find(tag);
    json!([language.tag, language.dir, language.text(Key::Choose)])
}

/// Scenes that between them have most words: rows, a code, how it ends, what is not known.
fn telling(scene: &Scene) -> bool {
    ["choosing", "choosing-fees", "code", "code-abroad", "not-paid", "unknown", "paid", "failed"].contains(&scene.name)
}

/// What is wider than the page, or stands out of what it is in.
const OVERFLOWING: &str = "const out = [...root.querySelectorAll('section, section *')].filter((part) => {
    const { left, right, width } = part.getBoundingClientRect()
    return width > 1.5 && !part.closest('.unseen, .total') && (left < -.5 || right > innerWidth + .5 || part.scrollWidth > part.clientWidth + 1 && /hidden|clip/.test(getComputedStyle(part).overflowX) && part.clientWidth > 1)
  }).map((part) => part.outerHTML.slice(0, 120))
  return document.documentElement.scrollWidth > innerWidth ? ['the page', ...out] : out";

async fn fits(tags: &[&'static str]) {
    let folder = screenshots().join("languages");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    for language in tags {
        for large in [false, true] {
            let place = Place { phone: true, language, large, dark: false };
            visit(place, telling, async |scene, checkout| {
                let browser = checkout.browser();
                browser.resize(|_| (320, 1400)).await;
                let out = checkout.see(OVERFLOWING).await;
                assert_eq!(out, json!([]), "{} in {language}, large: {large}", scene.name);
                let tag = checkout.see("return section.lang").await;
                assert_eq!(tag, json!(*language));
                let png = browser.picture(&browser.element("main").await).await.expect("a picture");
                let size = if large { "-large" } else { "" };
                fs::write(folder.join(format!("{language}-{}{size}.png", scene.name)), png).expect("a picture");
            })
            .await;
        }
    }
}

#[tokio::test]
async fn chinese_japanese_and_korean_fit_a_narrow_phone() {
    fits(&["zh-CN", "zh-TW", "zh-HK", "ja", "ko"]).await;
}

#[tokio::test]
async fn the_languages_of_south_east_asia_fit_a_narrow_phone() {
    fits(&["th", "vi", "ms", "id"]).await;
}

#[tokio::test]
async fn the_languages_of_europe_fit_a_narrow_phone() {
    fits(&["en", "fr", "de", "es", "pt-BR", "ru"]).await;
}

#[tokio::test]
async fn arabic_fits_a_narrow_phone() {
    fits(&["ar"]).await;
}

#[tokio::test]
async fn the_pages_language_is_fetched_alone_and_spoken_before_the_wasm_and_after() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    for (asked, tag) in [("ja-JP", "ja"), ("zh-Hant-HK", "zh-HK"), ("pt-PT", "pt-BR"), ("pl", "en"), ("zh-SG", "zh-CN")]
    {
        let checkout = drawn(&browser, &shop, &trial(&shop, asked).script(ASKED)).await;
        assert_eq!(spoken(&checkout).await, expected(tag), "{asked}");
        checkout.ready().await;
        assert_eq!(spoken(&checkout).await, expected(tag), "{asked}");
        let files = browser.run("return asked.filter((name) => name.startsWith('words/'))", &[]).await;
        let files: BTreeSet<&str> = files.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(files.len(), 1, "{asked}: {files:?}");
        assert!(files.iter().all(|file| file.starts_with(&format!("words/{tag}-"))), "{asked}: {files:?}");
        untroubled(&browser).await;
    }
}

#[tokio::test]
async fn a_language_asked_for_while_another_is_on_its_way_is_the_one_that_is_spoken() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let turn = "customElements.whenDefined('moongate-checkout').then(() => {
      document.querySelector('moongate-checkout').options = { locale: 'ko' } })";
    let trial = Trial::of(&shop.order()).language("ja").script(turn);
    let checkout = drawn(&browser, &shop, &trial).await;
    assert_eq!(spoken(&checkout).await, expected("ko"));
    checkout.ready().await;
    assert_eq!(spoken(&checkout).await, expected("ko"));
    untroubled(&browser).await;
}

#[tokio::test]
async fn rows_are_drawn_once_and_in_the_pages_language_only() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    // Every language that a screen was ever in, from the first drawing on.
    let watch = "window.spoken = []; customElements.whenDefined('moongate-checkout').then(() => {
      const look = () => { const { lang } = document.querySelector('moongate-checkout')?.shadowRoot?.querySelector('section') ?? {}
        if (lang && window.spoken.at(-1) !== lang) window.spoken.push(lang); requestAnimationFrame(look) }; look() })";
    let late = "{ const fetched = window.fetch; window.fetch = async (...all) => {
      if (String(all[0]?.url ?? all[0]).includes('/words/')) await new Promise((done) => setTimeout(done, 700)); return fetched(...all) } }";
    let checkout = drawn(&browser, &shop, &trial(&shop, "ko").script(watch).script(late)).await;
    checkout.ready().await;
    assert_eq!(browser.run("return window.spoken", &[]).await, json!(["ko"]));
    assert_eq!(checkout.heard("ready").await.len(), 1);
    untroubled(&browser).await;
}

#[tokio::test]
async fn until_the_words_are_here_outlines_hold_the_place_of_the_rows_and_nobody_can_press_them() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let late = "{ const fetched = window.fetch; const held = new Promise((go) => { window.release = go })
      window.fetch = async (...all) => { if (String(all[0]?.url ?? all[0]).includes('/words/')) await held; return fetched(...all) } }";
    for language in ["vi", "ar"] {
        browser.goto(&shop.page(&trial(&shop, language).script(late))).await;
        let checkout = Checkout::on(&browser);
        checkout.until("there are outlines", "return section?.inert && section.offsetHeight > 300").await;
        let seen = "return [section.lang, section.dir, root.querySelectorAll('[data-method]').length, root.querySelector('.methods').innerText.replace(/[支微云和]/g, '').trim()]";
        let dir = Language::find(language).dir;
        assert_eq!(checkout.see(seen).await, json!(["", dir, 4, ""]), "{language}: no word of another language");
        let height = checkout.see("return section.offsetHeight").await;
        let pressed = "const { x, y, width, height } = root.querySelector('.pay').getBoundingClientRect()
          return root.elementFromPoint(x + width / 2, y + height / 2)?.closest('button') ?? null";
        assert_eq!(checkout.see(pressed).await, json!(null), "{language}: what can't be read can't be pressed");
        browser.run("release()", &[]).await;
        checkout.until("the words came", "return section && !section.inert").await;
        assert_eq!(spoken(&checkout).await, expected(language));
        assert_eq!(checkout.see("return section.offsetHeight").await, height, "{language}: nothing moves");
        checkout.ready().await;
    }
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_language_that_can_t_be_fetched_is_english_from_the_first_row_on_and_pays() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    for language in ["ja", "ar"] {
        let order = shop.order();
        let refused = format!("/words/{language}-");
        let trial = Trial::of(&order).language(language).with("locale", language).refused(&refused);
        let checkout = drawn(&browser, &shop, &trial).await;
        assert_eq!(spoken(&checkout).await, expected("en"));
        assert!(checkout.heard("error").await.is_empty());
        checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
        assert_eq!(checkout.see("return [section.lang, section.dir]").await, json!(["en", "ltr"]));
        assert_eq!(shop.payment(&order).await["method"], "wechatpay");
        assert_eq!(checkout.see("return root.querySelectorAll('[role=alert]').length").await, 0);
    }
}

#[tokio::test]
async fn a_language_that_does_not_come_in_time_is_english_and_stays_english() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let late = "{ const fetched = window.fetch; const held = new Promise((go) => { window.release = go })
      window.fetch = async (...all) => { if (String(all[0]?.url ?? all[0]).includes('/words/th-')) await held; return fetched(...all) } }";
    let checkout = drawn(&browser, &shop, &trial(&shop, "th").script(late)).await;
    assert_eq!(spoken(&checkout).await, expected("en"));
    browser.run("release()", &[]).await;
    checkout.ready().await;
    assert_eq!(spoken(&checkout).await, expected("en"));
    assert!(checkout.heard("error").await.is_empty());
}

#[tokio::test]
async fn without_wasm_the_form_way_speaks_the_pages_language() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let checkout = drawn(&browser, &shop, &trial(&shop, "fr").refused(".wasm")).await;
    checkout.hears("ready").await;
    assert_eq!(spoken(&checkout).await, expected("fr"));
    checkout.press("pay").await;
    crate::paying::approve(&browser).await;
    checkout.shows("ended succeeded").await;
    let heading = checkout.text(".heading").await;
    let (before, after) = Language::find("fr").text(Key::Succeeded).unwrap().split_once("{sum}").unwrap();
    assert!(heading.starts_with(before) && heading.ends_with(after), "{heading}");
}

#[tokio::test]
async fn without_wasm_the_form_way_says_in_english_that_it_is_paid() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let checkout = drawn(&browser, &shop, &trial(&shop, "en").refused(".wasm")).await;
    checkout.hears("ready").await;
    checkout.press("pay").await;
    crate::paying::approve(&browser).await;
    checkout.shows("ended succeeded").await;
    assert!(checkout.text(".heading").await.starts_with("Paid "));
}

#[tokio::test]
async fn any_word_of_any_language_can_be_replaced() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let texts = "document.addEventListener('DOMContentLoaded', () => {
      document.querySelector('moongate-checkout').options = { texts: { choose: 'So zahlen', code: 'Los: {app}' } } })";
    let checkout = drawn(&browser, &shop, &trial(&shop, "de").script(texts)).await;
    assert_eq!(checkout.text(".heading").await, "So zahlen");
    checkout.ready().await;
    assert_eq!(checkout.text(".heading").await, "So zahlen");
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    assert_eq!(checkout.text(".heading").await, "Los: WeChat 微信");
    assert_eq!(checkout.see("return section.lang").await, "de");
    untroubled(&browser).await;
}

#[tokio::test]
async fn a_sum_in_yuan_is_not_taken_for_yen_in_japanese() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let checkout = drawn(&browser, &shop, &trial(&shop, "ja")).await;
    checkout.until("the sum is there", "return /元\\s?128.00/.test(root.querySelector('.pay').innerText)").await;
    checkout.ready().await;
    let button = checkout.text(".pay").await;
    assert!(button.contains('元') && !button.contains(['¥', '￥']), "{button}");
}

#[tokio::test]
async fn sums_known_by_heart_are_written_as_the_browser_writes_them() {
    let browser = DESK.open().await;
    let written = "const [locale, decimal] = arguments
      const form = { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol', numberingSystem: 'latn', minimumFractionDigits: 2 }
      return new Intl.NumberFormat(locale, form).format(decimal)";
    for locale in KNOWN_BY_HEART {
        for minor in [1, 100, 12_800, 99_999, 100_000, 123_456_789, 999_999_999_999] {
            let sum = Amount::new(minor, Currency::parse("CNY").expect("a currency")).expect("a sum");
            let asked = browser.run(written, &[json!(locale), json!(sum.decimal())]).await;
            assert_eq!(Some(asked.as_str().unwrap_or_default()), sum.by_heart(locale).as_deref(), "{locale}");
        }
    }
}

/// Counts what is asked of the browser's `Intl`.
const COUNTED: &str = "{
  const { NumberFormat } = Intl
  window.formats = 0
  Intl.NumberFormat = class extends NumberFormat { constructor (...how) { super(...how); window.formats += 1 } }
}";

#[tokio::test]
async fn a_sum_known_by_heart_is_there_with_the_rows_and_the_browser_is_never_asked() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let trial = Trial::of(&shop.order()).script(COUNTED).with("amount", "128000");
    let checkout = drawn(&browser, &shop, &trial).await;
    checkout.ready().await;
    let sums = "return [root.querySelector('.sum').lastChild.data, root.querySelector('.pay').innerText]";
    assert_eq!(checkout.see(sums).await, json!(["¥1,280.00", "支付 ¥1,280.00"]));
    assert_eq!(checkout.see("return formats").await, 0);
    untroubled(&browser).await;
}

#[tokio::test]
async fn arabic_is_mirrored_and_codes_are_not() {
    let shop = Shop::open();
    let browser = DESK.phone(PHONE).open().await;
    let trial = trial(&shop, "ar").with("support", "+86 10 5555 0100");
    let checkout = drawn(&browser, &shop, &trial).await;
    let sides = "const x = (css) => root.querySelector(css).getBoundingClientRect()
      return [section.dir, x('.tile').left > x('.name').right, x('.size').right < x('.payee').right, x('input').left < x('.name').left]";
    assert_eq!(checkout.see(sides).await, json!(["rtl", true, true, true]));
    // The order's number reads from left to right: its first letter is the leftmost.
    let number = "const [text] = root.querySelector('.order').childNodes
      const at = (from) => { const range = document.createRange(); range.setStart(text, from); range.setEnd(text, from + 1); return range.getBoundingClientRect().left }
      return at(0) < at(text.length - 1)";
    assert_eq!(checkout.see(number).await, json!(true));
    // Sums are in the digits that the wallets show.
    checkout.until("the sum is there", "return /128[.,]00/.test(root.querySelector('.sum').innerText)").await;
    checkout.ready().await;
    assert_eq!(checkout.see(sides).await, json!(["rtl", true, true, true]));
    assert_eq!(checkout.see(number).await, json!(true));
    let sum = checkout.text(".sum").await;
    assert!(sum.contains("128.00") && !sum.contains("CN"), "{sum}");
    // Beside Arabic letters as well the sign stands where it does alone. Firefox leaves such marks out of `innerText`.
    let button = checkout.see("return root.querySelector('.pay').textContent").await;
    assert!(button.as_str().is_some_and(|button| button.contains("\u{2066}¥128.00\u{2069}")), "{button}");
    untroubled(&browser).await;
}

#[tokio::test]
async fn numbers_are_said_in_the_forms_that_the_browser_knows_for_the_language() {
    let browser = DESK.open().await;
    for language in Language::ALL {
        let categories = "const rules = new Intl.PluralRules(arguments[0])
          return [...new Set(Array.from({ length: 1000 }, (_, number) => rules.select(number)))].sort()";
        let known = browser.run(categories, &[json!(language.tag)]).await;
        let known: BTreeSet<&str> = known.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let own: BTreeSet<&str> = language.forms.split_whitespace().collect();
        assert!(own.is_subset(&known), "{}: {own:?} of {known:?}", language.tag);
        let last: BTreeSet<&str> = known.difference(&own).copied().collect();
        // What the last form serves: all numbers without a form of their own.
        let served: &[&str] = match language.tag {
            "ru" => &["many"],
            "ar" => &["many", "other", "zero"],
            _ => &["other"],
        };
        assert_eq!(last, served.iter().copied().collect(), "{}", language.tag);
    }
}

/// A browser whose reader lists Chinese too.
const READS_CHINESE: &str = "Object.defineProperty(navigator, 'languages', { get: () => ['de-DE', 'zh-TW', 'en'] })";

/// Presses the switch and waits for the language.
async fn turns(checkout: &Checkout<'_>, tag: &str) {
    checkout.press("switch_language").await;
    checkout.until(&format!("it speaks {tag}"), &format!("return section.lang === '{tag}'")).await;
}

#[tokio::test]
async fn chinese_is_one_tap_away_and_back_and_nothing_else_changes() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    let order = shop.order();
    let texts = "document.addEventListener('DOMContentLoaded', () => {
      document.querySelector('moongate-checkout').options = { texts: { choose: 'So zahlen' } } })";
    let trial = Trial::of(&order).language("de").with("locale", "de").script(READS_CHINESE).script(texts);
    let checkout = drawn(&browser, &shop, &trial).await;
    checkout.until("the switch is there", "return root.querySelector('[data-gesture=switch_language]') != null").await;
    let label = "const one = root.querySelector('[data-gesture=switch_language]'); return [one.lang, one.innerText]";
    assert_eq!(checkout.see(label).await, json!(["zh-TW", "中文"]));
    turns(&checkout, "zh-TW").await;
    assert_eq!(spoken(&checkout).await, expected("zh-TW"), "words of the page are in the page's language");
    checkout.ready().await;
    assert_eq!(spoken(&checkout).await, expected("zh-TW"));
    checkout.choose("unionpay").await.press("toggle_large").await;
    assert_eq!(checkout.see(label).await, json!(["de", "Deutsch"]));
    turns(&checkout, "de").await;
    let state =
        "return [root.querySelector('input:checked').value, section.dataset.size, root.activeElement?.dataset.gesture]";
    assert_eq!(checkout.see(state).await, json!(["unionpay", "large", "switch_language"]));
    checkout.press("toggle_large").await;
    assert_eq!(checkout.text(".heading").await, "So zahlen");
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    turns(&checkout, "zh-TW").await;
    assert_eq!(checkout.text(".heading").await, "用微信掃一掃");
    assert_eq!(checkout.state().await["phase"], "acting");
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    assert!(checkout.text(".lead").await.contains('年'), "the time is said in the words' language");
    turns(&checkout, "de").await;
    assert!(checkout.text(".heading").await.ends_with(" bezahlt"));
    assert!(!checkout.text(".lead").await.contains('年'), "and so again");
    assert_eq!(shop.payments(&order).await.len(), 1);
    assert_eq!((checkout.heard("ready").await.len(), checkout.heard("complete").await.len()), (1, 1));
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_switch_is_not_there_for_who_reads_no_chinese_or_reads_it_already() {
    let shop = Shop::open();
    let browser = DESK.open().await;
    for (language, listed) in
        [("de", "['de', 'en']"), ("en", "['en-GB']"), ("zh-TW", "['zh-CN', 'en']"), ("zh-CN", "['zh-TW']")]
    {
        let languages = format!("Object.defineProperty(navigator, 'languages', {{ get: () => {listed} }})");
        let checkout = drawn(&browser, &shop, &trial(&shop, language).script(&languages).script(ASKED)).await;
        checkout.ready().await;
        let count = "return root.querySelectorAll('[data-gesture=switch_language]').length";
        assert_eq!(checkout.see(count).await, json!(0), "{language} {listed}");
    }
}

#[tokio::test]
async fn another_language_of_the_page_changes_the_words_and_nothing_of_a_payment() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let (order, next) = (shop.order(), shop.order());
    browser.goto(&shop.page(&Trial::of(&order))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    checkout.see("host.setAttribute('locale', 'ja')").await;
    checkout.until("it speaks Japanese", "return section.lang === 'ja'").await;
    checkout.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    checkout.see("host.setAttribute('locale', 'en')").await;
    checkout.until("it speaks English", "return section.lang === 'en'").await;
    assert_eq!(checkout.see("return section.dataset.at").await, "succeeded", "a paid order is not offered again");

    checkout.see(&format!("host.update({{ order: '{next}' }})")).await;
    checkout.shows("choosing").await.pay_with("wechatpay").await.shows("acting code").await;
    let last = shop.order();
    checkout.see(&format!("host.update({{ locale: 'zh-CN', order: '{last}' }})")).await;
    checkout
        .until("it speaks Chinese", "return section.lang === 'zh-CN' && section.dataset.phase === 'choosing'")
        .await;
    assert_eq!(shop.payment(&next).await["status"], "canceled", "the order before is closed first");
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_pages_own_language_may_change_and_the_switch_to_chinese_stays() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let reads = "Object.defineProperty(navigator, 'languages', { get: () => ['en', 'zh-CN'] })";
    browser.goto(&shop.page(&Trial::of(&shop.order()).with("currency", "USD").script(reads))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    for (tag, sum) in [("de", "128,00"), ("en", "$128.00"), ("zh-CN", "$128.00"), ("en", "$128.00")] {
        checkout.see(&format!("document.documentElement.lang = '{tag}'; host.update({{ theme: 'dark' }})")).await;
        let said = format!("return section.lang === '{tag}' && root.querySelector('.sum').innerText.includes('{sum}')");
        checkout.until(&format!("words and sum are of {tag}"), &said).await;
    }
    assert_eq!(checkout.text("[data-gesture=switch_language]").await, "中文");
}
