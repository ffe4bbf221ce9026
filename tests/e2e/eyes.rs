//! That nothing is lost to weak eyes or unsteady hands: contrast, forced colours, large print, zoom, still pictures, and
//! targets large enough, in every screen.
//!
//! What is heard and what keys do are told elsewhere.

use crate::axe::{READS_CHINESE, sized, spoken};
use crate::harness::{Browser, Checkout, DESK, Feat, PHONE, Shop, Trial, can};
use crate::scenes::{Place, all, visit, visit_with};
use serde_json::{Value, json};

/// Contrast by WCAG: of each text with what is behind it, of each control's edge with what it stands on. Layers are blended as
/// they are painted, with opacity; what is disabled needs none.
pub const CONTRAST: &str = "const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a] }
const over = ([r, g, b, a], under) => [r, g, b].map((part, at) => part * a + under[at] * (1 - a))
const behind = (part) => {
  const layers = []
  for (let at = part; at; at = at.parentElement ?? at.getRootNode().host) layers.push(parse(getComputedStyle(at).backgroundColor))
  return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255])
}
const light = (colour) => { const [r, g, b] = colour.map((part) => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b }
const ratio = (one, two) => { const [low, high] = [light(one), light(two)].sort((a, b) => a - b); return (high + .05) / (low + .05) }
const faint = (part) => { let share = 1; for (let at = part; at; at = at.parentElement) share *= getComputedStyle(at).opacity; return share }
const off = (part) => part.closest(':disabled, [data-works=false] .row, [data-phase=sending] .method')
const wrong = []
let judged = 0
const judge = (what, colour, under, least) => {
  judged += 1
  const is = ratio(over(colour, under), under)
  if (is < least) wrong.push(`${what}: ${is.toFixed(2)} < ${least}`)
}
for (const part of root.querySelectorAll('section *')) {
  const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  if (!part.checkVisibility() || off(part)) continue
  const style = getComputedStyle(part)
  const size = parseFloat(style.fontSize)
  const under = behind(part)
  if (own && !part.closest('svg, .unseen')) {
    const [r, g, b, a] = parse(style.color)
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700)
    judge(`${part.className || part.localName} ${part.textContent.trim().slice(0, 24)}`, [r, g, b, a * faint(part)], under, large ? 3 : 4.5)
  }
  if (part.matches('input[type=radio], .button:not(.loud)')) judge(`edge of ${part.className || 'a radio'}`, parse(style.borderColor), behind(part.parentElement), 3)
  if (part.matches('.size')) judge('edge of .size', parse(getComputedStyle(part, '::before').borderColor), under, 3)
  if (part.matches('.loud')) judge('the loud button', [...under, 1], behind(part.parentElement), 3)
  if (part.matches(':checked')) judge('the chosen row', parse(getComputedStyle(part.parentElement.querySelector('.about'), '::after').borderColor), behind(part.parentElement), 3)
  if (part.matches('.mark')) judge('mark', parse(style.stroke), under, 3)
}
return [judged, wrong]";

/// Counts what was judged and adds what is wrong, by the name of what was looked at.
pub fn weigh(seen: &Value, of: &str, judged: &mut u64, wrong: &mut Vec<String>) {
    *judged += seen[0].as_u64().expect("a count");
    let lines = seen[1].as_array().into_iter().flatten().filter_map(Value::as_str);
    wrong.extend(lines.map(|line| format!("{of}: {line}")));
}

/// What can be pressed and is smaller than 44 pixels one way or the other, and what is cut off or wider than the page.
const ROOM: &str = "const wrong = []
let judged = 0
for (const part of root.querySelectorAll('button, a[href], label')) {
  if (!part.checkVisibility()) continue
  judged += 1
  const { width, height } = part.getBoundingClientRect()
  if (Math.min(width, height) < 43.9) wrong.push(`${part.innerText} is ${width} × ${height}`)
}
for (const part of root.querySelectorAll('section *')) {
  const { left, right, width } = part.getBoundingClientRect()
  if (width > 1.5 && !part.closest('.unseen, .total') && (left < -.5 || right > innerWidth + .5)) wrong.push(`cut: ${part.outerHTML.slice(0, 80)}`)
}
if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page is wider than the window')
return [judged, wrong]";

#[tokio::test]
async fn every_target_has_44_pixels_and_nothing_is_cut_on_a_desk_on_320_pixels_and_at_400_per_cent() {
    let (mut judged, mut wrong, mut looks) = (0, Vec::new(), 0);
    // 1280 × 1024 at 400 % are 320 × 256 pixels of the page's.
    let sizes = [(1280, 1000), (320, 640), (320, 256)];
    let place = Place { phone: false, language: "de", large: false, dark: false };
    visit_with(
        place,
        READS_CHINESE,
        |_| true,
        async |scene, checkout| {
            for language in ["de", "zh-CN"] {
                spoken(checkout, language).await;
                for large in [false, true] {
                    sized(checkout, large).await;
                    for (width, height) in sizes {
                        checkout.browser().resize(|_| (width, height)).await;
                        let of = format!("{} in {language}, {width} × {height}, large: {large}", scene.name);
                        weigh(&checkout.see(ROOM).await, &of, &mut judged, &mut wrong);
                        looks += 1;
                    }
                }
            }
        },
    )
    .await;
    assert_eq!(looks, all().len() * 2 * 2 * sizes.len());
    assert!(wrong.is_empty(), "{} of {judged}\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged > 2_000, "{judged}");
}

/// How a text of this size on the page, and this attribute, is shown before the wasm and after.
async fn size_of(shop: &Shop, browser: &Browser, style: &str, text_size: &str) -> (Value, Value) {
    let trial = Trial::of(&shop.order()).head(&format!("<style>body {{ font-size: {style} }}</style>"));
    browser.goto(&shop.page(&trial.with("text-size", text_size))).await;
    let checkout = Checkout::on(browser);
    let size = "return root?.querySelector('[data-method]') ? section.dataset.size : null";
    let first = checkout.until("rows are drawn", size).await;
    checkout.ready().await;
    (first, checkout.see(size).await)
}

#[tokio::test]
async fn text_is_large_where_the_pages_own_is_or_where_it_is_asked_for() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for (style, text_size, size) in [
        ("16px", "auto", "normal"),
        ("19.9px", "auto", "normal"),
        ("20px", "auto", "large"),
        ("1.5rem", "auto", "large"),
        ("24px", "normal", "normal"),
        ("16px", "large", "large"),
    ] {
        let seen = size_of(&shop, &browser, style, text_size).await;
        assert_eq!(seen, (json!(size), json!(size)), "{style} and {text_size}");
    }
}

#[tokio::test]
async fn text_is_large_as_the_page_asks_later_and_else_as_the_shopper_has_it() {
    let (shop, browser) = (Shop::open(), DESK.phone(PHONE).open().await);
    for wasm in [true, false] {
        let trial = Trial::of(&shop.order());
        browser.goto(&shop.page(&if wasm { trial } else { trial.refused(".wasm") })).await;
        let checkout = Checkout::on(&browser);
        let is = async |size: &str| {
            let drawn = format!("return root?.querySelector('[data-method]') && section.dataset.size === '{size}'");
            checkout.until(size, &drawn).await;
        };
        is("normal").await;
        if wasm {
            checkout.ready().await;
        }
        checkout.see("host.setAttribute('text-size', 'large')").await;
        is("large").await;
        checkout.press("toggle_large").await;
        is("normal").await;
        checkout.see("host.setAttribute('theme', 'dark')").await;
        checkout.until("the page is heard", "return section.dataset.theme === 'dark'").await;
        is("normal").await;
        checkout.see("host.setAttribute('text-size', 'normal')").await;
        checkout.see("host.setAttribute('text-size', 'large')").await;
        is("large").await;
        checkout.see("host.setAttribute('text-size', 'normal')").await;
        is("normal").await;
    }
}

#[tokio::test]
async fn large_print_is_a_design_of_its_own_with_larger_letters_and_targets_and_fewer_words() {
    let place = Place { phone: true, language: "zh-CN", large: false, dark: false };
    let measures = "const height = (css) => Math.round(root.querySelector(css)?.getBoundingClientRect().height ?? 0)
      const shown = (css) => root.querySelector(css)?.checkVisibility() ?? false
      return [parseFloat(getComputedStyle(section).fontSize), height('.button'), shown('.order'), root.querySelector('.total')?.clientWidth > 1]";
    let mut seen = 0;
    visit(
        place,
        |scene| ["choosing", "code-with-page"].contains(&scene.name),
        async |_, checkout| {
            sized(checkout, false).await;
            assert_eq!(checkout.see(measures).await, json!([15, 52, true, false]));
            sized(checkout, true).await;
            assert_eq!(checkout.see(measures).await, json!([20, 68, false, true]));
            seen += 1;
        },
    )
    .await;
    assert_eq!(seen, 2);
}

#[tokio::test]
async fn in_forced_colours_the_choice_the_marks_and_the_codes_are_still_seen() {
    if !can(Feat::ForceColours) {
        return;
    }
    // What is drawn must stand out from the ground, whatever colours the shopper's system has.
    let seen = "const colour = (part, name, pseudo) => getComputedStyle(part, pseudo)[name]
      const wrong = []
      const ground = colour(section, 'backgroundColor')
      if (!matchMedia('(forced-colors: active)').matches) wrong.push('colours are not forced')
      for (const mark of root.querySelectorAll('.mark')) {
        if (colour(mark, 'stroke') === colour(mark, 'backgroundColor')) wrong.push(`a mark is ${colour(mark, 'stroke')} on itself`)
      }
      for (const input of root.querySelectorAll('[data-works=true] input')) {
        const edge = getComputedStyle(input.parentElement.querySelector('.about'), '::after')
        if (edge.borderTopWidth !== (input.checked ? '3px' : '1px') || edge.borderTopColor === ground) wrong.push(`a row's edge is ${edge.borderTopWidth} ${edge.borderTopColor}`)
        if (colour(input, 'appearance') !== 'auto') wrong.push('a radio is not the system\\'s')
      }
      for (const button of root.querySelectorAll('.button')) {
        if (colour(button, 'borderTopWidth') === '0px' || colour(button, 'borderTopStyle') !== 'solid') wrong.push('a button has no edge')
      }
      const [paper, ink] = ['.paper', '.ink'].map((css) => root.querySelector(css)).map((part) => part && colour(part, 'fill'))
      if (paper && !(paper === 'rgb(255, 255, 255)' && ink === 'rgb(0, 0, 0)')) wrong.push(`a code is ${ink} on ${paper}`)
      const bar = root.querySelector('progress')
      if (bar && colour(bar, 'borderTopWidth') === '0px') wrong.push('the bar has no edge')
      return [1, wrong]";
    let names = ["choosing", "choosing-in-wechat", "code", "code-over", "unknown", "paid", "refunded", "failed"];
    let (mut judged, mut wrong) = (0, Vec::new());
    visit(
        Place { phone: false, language: "en", large: false, dark: false },
        |scene| names.contains(&scene.name),
        async |scene, checkout| {
            for dark in [false, true] {
                checkout.browser().force_colours(dark).await;
                weigh(&checkout.see(seen).await, &format!("{}, dark: {dark}", scene.name), &mut judged, &mut wrong);
            }
        },
    )
    .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(judged, names.len() as u64 * 2);
}

#[tokio::test]
async fn nothing_moves_for_who_wants_nothing_to_move() {
    let moving = "const moves = (part, pseudo) => { const { animationName, animationDuration, transitionDuration } = getComputedStyle(part, pseudo)
        return animationName !== 'none' && parseFloat(animationDuration) > 0 || transitionDuration.split(',').some((time) => parseFloat(time) > 0) }
      return [...root.querySelectorAll('section, section *')].filter((part) => moves(part) || moves(part, '::after')).length";
    let shop = Shop::open();
    let mut counts = Vec::new();
    for kind in [DESK, DESK.still()] {
        let browser = kind.open().await;
        let order = shop.order();
        browser.goto(&shop.page(&Trial::of(&order))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await;
        counts.push(checkout.see(moving).await.as_u64().expect("a count"));
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        shop.wallet(&order, "pay").await;
        checkout.shows("ended succeeded").await;
        counts.push(checkout.see(moving).await.as_u64().expect("a count"));
    }
    assert!(counts[0] > 0 && counts[1] > 0, "what may move does: {counts:?}");
    assert_eq!(counts[2..], [0, 0]);
}

#[tokio::test]
async fn the_wallets_names_stand_in_their_own_script_beside_the_pages_marked_as_chinese() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let marked = "return [...root.querySelectorAll('.name')].map((name) => [name.innerText, ...[...name.querySelectorAll('[lang=zh-CN]')].map((own) => own.innerText)])";
    // Chinese that stands unmarked in a text of another language.
    let unmarked = "const walk = document.createTreeWalker(section, NodeFilter.SHOW_TEXT), found = []
      while (walk.nextNode()) { const { data, parentElement } = walk.currentNode; if (/[一-鿿]/.test(data) && !/^zh/.test(parentElement.closest('[lang]').lang) && !parentElement.closest('.shop, .tile')) found.push(data) }
      return found";
    let names = json!([
        ["Alipay 支付宝", "支付宝"],
        ["WeChat Pay 微信支付", "微信支付"],
        ["UnionPay 云闪付", "云闪付"],
        ["Hebao 和包支付", "和包支付"]
    ]);
    for language in ["en", "de", "ar", "ko", "th", "ru"] {
        let trial = Trial::of(&shop.order()).language(language).with("locale", language);
        browser.goto(&shop.page(&trial)).await;
        let checkout = Checkout::on(&browser);
        checkout
            .until("rows are drawn", "return root?.querySelector('section:not([inert]) [data-method]') != null")
            .await;
        assert_eq!(checkout.see(marked).await, names, "{language}, before the wasm");
        checkout.ready().await;
        assert_eq!(checkout.see(marked).await, names, "{language}");
        assert_eq!(checkout.see(unmarked).await, json!([]), "{language}");
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        assert_eq!(checkout.see(unmarked).await, json!([]), "{language}, with a code");
    }
    browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(
        checkout.see("return root.querySelectorAll('.name [lang]').length").await,
        0,
        "Chinese in Chinese is not marked"
    );
}

#[tokio::test]
async fn a_code_has_a_second_way_for_who_can_t_aim_a_camera() {
    let shop = Shop::open();
    shop.provider(json!({ "provider": "wallet", "flow": "qr" })).await;
    let ways = "return [...root.querySelectorAll('.beside [data-gesture]')].map(({ dataset }) => dataset.gesture)";
    for (kind, method, expected) in [
        // On a desk WeChat Pay has its code alone: it is saved, or another wallet's page taken.
        (DESK, "wechatpay", json!(["change_method", "save_code"])),
        (DESK, "alipay", json!(["use_fallback", "change_method", "save_code"])),
        (DESK, "unionpay", json!(["use_fallback", "change_method", "save_code"])),
        // On a phone WeChat reads none from its album, so there is its page.
        (DESK.phone(PHONE), "wechatpay", json!(["use_fallback", "change_method"])),
        (DESK.phone(PHONE), "alipay", json!(["use_fallback", "change_method", "save_code"])),
        (DESK.phone(PHONE), "unionpay", json!(["use_fallback", "change_method", "save_code"])),
    ] {
        let browser = kind.open().await;
        browser.goto(&shop.page(&Trial::of(&shop.order()))).await;
        let checkout = Checkout::on(&browser);
        checkout.ready().await.pay_with(method).await.shows("acting code").await;
        assert_eq!(checkout.see(ways).await, expected, "{method}");
    }
}
