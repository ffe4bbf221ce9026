//! That the widget is at home in the look of any page: what a page sets on purpose counts, what it sets by accident does not,
//! and nothing of ours reaches the page.

use crate::axe::{axe, violations};
use crate::harness::engine::chromium;
use crate::harness::{Browser, Checkout, DESK, Engine, Kind, PHONE, Shop, Trial, skipped, untroubled};
use crate::scenes::{Place, visit};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Each property, a value that it does not have by itself, where that is seen, and what is seen there.
const TOKENS: &[(&str, &str, &str, &str)] = &[
    ("accent", "#7a2e8e", "style('.pay').backgroundColor", "rgb(122, 46, 142)"),
    ("on-accent", "#fffaf0", "style('.pay').color", "rgb(255, 250, 240)"),
    ("ink", "#010203", "style('section').color", "rgb(1, 2, 3)"),
    ("soft", "#040506", "style('.payee').color", "rgb(4, 5, 6)"),
    ("line", "#070809", "style('.method:last-child .about', '::after').borderTopColor", "rgb(7, 8, 9)"),
    ("edge", "#0a0b0c", "style('.method:last-child input').borderTopColor", "rgb(10, 11, 12)"),
    ("ground", "#f0f1f2", "style('section').backgroundColor", "rgb(240, 241, 242)"),
    ("radius", "3px", "style('.pay').borderTopLeftRadius", "3px"),
    ("pad", "33px", "style('section').paddingLeft", "33px"),
    ("text", "18px", "style('section').fontSize", "18px"),
    ("sum", "31px", "style('.sum').fontSize", "31px"),
    ("width", "444px", "style('section').maxWidth", "444px"),
    ("font", "monospace", "style('.name').fontFamily", "monospace"),
    // These two are seen where nothing is picked, and where something is wrong.
    ("well", "#f5f6f7", "style('.pay').backgroundColor", "rgb(245, 246, 247)"),
    ("fault", "#660000", "style('.alert').color", "rgb(102, 0, 0)"),
];

const STYLE: &str = "const style = (css, of) => getComputedStyle(root.querySelector(css), of);";

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

async fn seen(checkout: &Checkout<'_>, (name, _, place, expected): &(&str, &str, &str, &str)) {
    let place = format!("{STYLE} return {place} === '{expected}'");
    checkout.until(&format!("--moongate-{name} shows"), &place).await;
}

async fn opened<'a>(browser: &'a Browser, shop: &Shop, trial: &Trial) -> Checkout<'a> {
    browser.goto(&shop.page(trial)).await;
    Checkout::on(browser)
}

#[tokio::test]
async fn every_property_of_the_style_changes_what_it_is_for() {
    let sheet = source("www/moongate.css");
    let read: BTreeSet<&str> =
        sheet.split("var(--moongate-").skip(1).filter_map(|rest| rest.split([',', ')']).next()).collect();
    let tried: BTreeSet<&str> = TOKENS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(read, tried, "each is tried here");
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let set: String = TOKENS.iter().map(|(name, value, ..)| format!("--moongate-{name}: {value};")).collect();
    // Above the element, as a shop's own design system would have them.
    let trial = Trial::of(&shop.order()).head(&format!("<style>main {{ {set} }}</style>"));
    let checkout = opened(&browser, &shop, &trial).await;
    checkout.ready().await;
    let (choosing, other) = TOKENS.split_at(TOKENS.len() - 2);
    for token in choosing {
        seen(&checkout, token).await;
    }
    let checkout = opened(&browser, &shop, &trial.clone().with("selected", "none")).await;
    checkout.ready().await;
    seen(&checkout, &other[0]).await;
    let checkout = opened(&browser, &shop, &trial.with("currency", "RMB")).await;
    checkout.shows("broken").await;
    seen(&checkout, &other[1]).await;
}

#[tokio::test]
async fn every_part_can_be_styled_from_the_page() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let parts = ["method", "method-selected", "button", "status", "qr"];
    let rule =
        |(at, part): (usize, &&str)| format!("moongate-checkout::part({part}) {{ outline-offset: {}px }}", at + 40);
    let rules: String = parts.iter().enumerate().map(rule).collect();
    let order = shop.order();
    let checkout = opened(&browser, &shop, &Trial::of(&order).head(&format!("<style>{rules}</style>"))).await;
    checkout.ready().await;
    let offset = |css: &str| format!("{STYLE} return style('{css}').outlineOffset");
    let places =
        [(".method:last-child", "40px"), (".method:first-child", "41px"), (".pay", "42px"), ("[role=status]", "43px")];
    for (css, expected) in places {
        assert_eq!(checkout.see(&offset(css)).await, expected, "{css}");
    }
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    assert_eq!(checkout.see(&offset("[data-qr]")).await, "44px");
}

/// The panel's ground: `light` or `dark`.
async fn ground(checkout: &Checkout<'_>) -> String {
    let ground = format!("{STYLE} return style('section').backgroundColor + style('section').colorScheme");
    match checkout.see(&ground).await.as_str() {
        Some(said) if said.starts_with("rgb(255, 255, 255)") => "light".to_owned(),
        Some(said) if said.starts_with("rgb(21, 24, 27)") => "dark".to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn the_automatic_theme_follows_the_page_and_through_it_the_system() {
    let shop = Shop::open();
    for (kind, system) in [(DESK, "light"), (DESK.dark(), "dark")] {
        let browser = kind.open().await;
        let trial = Trial::of(&shop.order()).head("<style>:root { color-scheme: light }</style>");
        let checkout = opened(&browser, &shop, &trial).await;
        checkout.ready().await;
        assert_eq!(ground(&checkout).await, "light", "a light page, the system {system}");
        // As a page's own switch does it, while the widget is there.
        for (said, expected) in [("dark", "dark"), ("light dark", system), ("light", "light")] {
            browser.run(&format!("document.documentElement.style.colorScheme = '{said}'"), &[]).await;
            assert_eq!(ground(&checkout).await, expected, "{said}, the system {system}");
        }
        for (theme, expected) in [("dark", "dark"), ("light", "light")] {
            checkout.see(&format!("host.setAttribute('theme', '{theme}')")).await;
            checkout.until("the theme is taken", &format!("return section.dataset.theme === '{theme}'")).await;
            browser.run(&format!("document.documentElement.style.colorScheme = '{system}'"), &[]).await;
            assert_eq!(ground(&checkout).await, expected, "theme={theme}, whatever the page");
        }
    }
}

#[tokio::test]
async fn in_forced_colours_what_is_chosen_and_what_is_left_can_still_be_seen() {
    if Engine::of_this_run() != Engine::Chromium {
        return skipped("as only Chromium's colours can be forced");
    }
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = opened(&browser, &shop, &Trial::of(&order)).await;
    checkout.ready().await;
    let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    chromium::devtools(browser.client(), "Emulation.setEmulatedMedia", forced).await;
    let borders = format!(
        "{STYLE} const width = (css, of) => parseFloat(style(css, of).borderTopWidth)
        return [matchMedia('(forced-colors: active)').matches, width('.method:first-child .about', '::after') > width('.method:last-child .about', '::after'),
          style('input').appearance === 'auto', width('.tile') > 0, width('.pay') > 0]"
    );
    assert_eq!(checkout.see(&borders).await, json!([true, true, true, true, true]));
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    let code = format!(
        "{STYLE} return [style('.card').backgroundColor, style('.paper').fill, parseFloat(style('progress').borderTopWidth) > 0]"
    );
    assert_eq!(checkout.see(&code).await, json!(["rgb(255, 255, 255)", "rgb(255, 255, 255)", true]));
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let mark = format!("{STYLE} return parseFloat(style('.mark').borderTopWidth) > 0");
    assert_eq!(checkout.see(&mark).await, json!(true));
}

/// How long anything on screen moves, in seconds: transitions and animations.
const MOTION: &str = "const long = (text) => Math.max(...text.split(',').map(parseFloat))
  return [...root.querySelectorAll('section, section *')].flatMap((part) => [null, '::after'].map((of) => {
    const { transitionDuration, animationDuration, animationName } = getComputedStyle(part, of)
    return Math.max(long(transitionDuration), animationName === 'none' ? 0 : long(animationDuration))
  })).reduce((one, other) => Math.max(one, other), 0)";

#[tokio::test]
async fn what_moves_is_short_and_nothing_moves_for_who_wants_it_still() {
    let shop = Shop::open();
    for still in [false, true] {
        let browser = if still { DESK.still() } else { DESK }.open().await;
        let order = shop.order();
        let checkout = opened(&browser, &shop, &Trial::of(&order)).await;
        checkout.ready().await;
        let mut moves = vec![checkout.see(MOTION).await];
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        moves.push(checkout.see(MOTION).await);
        shop.wallet(&order, "pay").await;
        checkout.shows("ended succeeded").await;
        moves.push(checkout.see(MOTION).await);
        let moves: Vec<f64> = moves.iter().map(|time| time.as_f64().expect("a time")).collect();
        let longest = moves.iter().copied().fold(0.0, f64::max);
        assert!(if still { longest == 0.0 } else { longest > 0.0 && longest < 0.2 }, "still {still}: {moves:?}");
    }
}

/// What of the widget is cut off by the column that it is in, or can't be met by a finger.
const CUT: &str = "const column = host.getBoundingClientRect()
  const parts = [...root.querySelectorAll('section *')].map((part) => [part, part.getBoundingClientRect()]).filter(([, { width }]) => width > 1)
  const cut = parts.filter(([, { left, right }]) => left < column.left - .5 || right > column.right + .5)
  const small = parts.filter(([part, { width, height }]) => part.matches('button, a, label') && Math.min(width, height) < 43.5)
  return [...cut, ...small].map(([part]) => part.outerHTML.slice(0, 80))";

#[tokio::test]
async fn a_column_of_280_pixels_on_a_wide_page_holds_every_screen() {
    for (language, large) in [("zh-CN", false), ("en", true)] {
        let mut wrong = Vec::new();
        visit(
            Place { phone: false, language, large, dark: false },
            |_| true,
            async |scene, checkout| {
                checkout.browser().run("document.querySelector('main').style = 'width: 280px; padding: 0'", &[]).await;
                assert_eq!(checkout.see("return host.getBoundingClientRect().width").await, json!(280));
                let found = checkout.see(CUT).await;
                if found != json!([]) {
                    wrong.push(format!("{}: {found}", scene.name));
                }
            },
        )
        .await;
        assert!(wrong.is_empty(), "{language}\n{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn in_a_dialog_it_fits_keeps_the_focus_inside_and_pays() {
    let shop = Shop::open();
    for kind in [DESK, DESK.phone(PHONE)] {
        let browser = kind.open().await;
        let order = shop.order();
        let body = "<dialog id='own'>{tag}</dialog>";
        let open = "addEventListener('DOMContentLoaded', () => document.getElementById('own').showModal())";
        let checkout = opened(&browser, &shop, &Trial::of(&order).body(body).script(open)).await;
        checkout.ready().await;
        assert_eq!(checkout.see(CUT).await, json!([]));
        if kind.is_phone() {
            continue;
        }
        checkout.pay_with("wechatpay").await.shows("acting code").await;
        assert_eq!(checkout.see(CUT).await, json!([]));
        let inside = "document.getElementById('own').contains(document.activeElement) && root.activeElement?.matches('[data-heading]')";
        checkout.until("the heading has the focus", &format!("return {inside}")).await;
        shop.approve_code(&checkout.scanned().await).await;
        checkout.shows("ended succeeded").await;
        untroubled(&browser).await;
    }
}

#[tokio::test]
async fn alone_on_a_page_it_is_in_the_middle_and_no_wider_than_is_read_with_ease() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &Trial::of(&shop.order()).head("<style>body { margin: 0 }</style>")).await;
    checkout.ready().await;
    let place = "const { left, right, width } = section.getBoundingClientRect(); return [width, Math.round(left - (innerWidth - right))]";
    // A scrollbar is not counted: the page is shorter than its window.
    assert_eq!(checkout.see(place).await, json!([640, 0]));
}

/// A page whose author styled everything there is.
const HOSTILE: &str = "<style>:root { font-size: 40px }
  body, * { letter-spacing: 9px !important; word-spacing: 20px !important; text-transform: uppercase !important; text-align: right !important;
    text-indent: 50px !important; font: italic 900 40px/4 serif !important; font-variant: small-caps !important; white-space: nowrap !important; color: red !important;
    text-shadow: 2px 2px red !important; text-decoration: underline !important; cursor: wait !important; line-break: anywhere !important; hyphens: auto !important;
    writing-mode: horizontal-tb !important; box-sizing: content-box !important; -webkit-text-fill-color: red !important; -webkit-text-stroke: 1px red !important;
    transition: all 3s !important; list-style: square !important; caret-color: red !important; all: revert-layer }
  button, input, label, a { display: none !important; padding: 90px !important; border: 9px dotted red !important }
  svg, img, progress, section, header, h2, p, dl, dd { display: none !important; margin: 90px !important; fill: red !important }</style>";

/// Place and style of everything in the widget.
const WHOLE: &str = "const column = host.getBoundingClientRect()
  return [...root.querySelectorAll('section, section *')].map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect()
    const all = getComputedStyle(part)
    // A row that is pointed at looks otherwise.
    const kept = ['color', 'font-style', 'font-weight', 'font-size', 'font-family', 'font-variant', 'line-height', 'letter-spacing', 'word-spacing', 'text-transform',
      'text-align', 'text-indent', 'text-shadow', 'white-space', 'hyphens', 'line-break', 'box-sizing', 'display', 'margin-top', 'padding-left', 'background-color',
      '-webkit-text-fill-color', '-webkit-text-stroke-width', 'transition-duration', 'visibility']
    return [part.localName + '.' + part.getAttribute('class'), [x - column.x, y - column.y, width, height].map((side) => side.toFixed(1)).join(' '),
      ...kept.map((name) => `${name}: ${all.getPropertyValue(name)}`)]
  })";

#[tokio::test]
async fn styles_of_the_page_that_reach_for_everything_change_nothing() {
    let (shop, browser) = (Shop::open(), DESK.still().open().await);
    let column =
        "<style>main { position: absolute; left: 0; width: 400px !important } main > h1 { position: absolute }</style>";
    let mut pages: Vec<Value> = Vec::new();
    let order = shop.order();
    for style in ["", HOSTILE] {
        let trial =
            Trial::of(&order).with("text-size", "normal").with("methods", "wechatpay alipay").head(column).head(style);
        let checkout = opened(&browser, &shop, &trial).await;
        checkout.ready().await;
        // The rows' own shade follows them in a moment where the page makes everything slow.
        pages.push(checkout.see(WHOLE).await);
        if !style.is_empty() {
            assert_eq!(checkout.see("return getComputedStyle(host).textDecorationLine").await, "none");
            assert_eq!(
                checkout.see("return getComputedStyle(host).textTransform").await,
                "uppercase",
                "the page did reach for it"
            );
        }
    }
    let (plain, hostile) = (pages[0].as_array().expect("parts"), pages[1].as_array().expect("parts"));
    let differ: Vec<_> = plain.iter().zip(hostile).filter(|(plain, hostile)| plain != hostile).collect();
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(plain.len() == hostile.len() && plain.len() > 20, "{}", plain.len());
    // And it can be used there.
    let checkout = Checkout::on(&browser);
    checkout.see("host.pay()").await;
    checkout.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
}

#[tokio::test]
async fn a_page_that_is_zoomed_zooms_the_widget_with_it_and_cuts_nothing() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let checkout = opened(&browser, &shop, &Trial::of(&shop.order()).head("<style>:root { zoom: 2 }</style>")).await;
    checkout.ready().await;
    assert_eq!(checkout.see(CUT).await, json!([]));
    assert_eq!(browser.run("return document.documentElement.scrollWidth <= innerWidth", &[]).await, json!(true));
}

#[tokio::test]
async fn a_browser_without_constructed_sheets_is_styled_by_a_pinned_file_under_a_strict_policy() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let older = "delete CSSStyleSheet.prototype.replaceSync";
    let checkout = opened(&browser, &shop, &Trial::of(&shop.order()).strict().script(older)).await;
    checkout.ready().await;
    let link = "const link = root.querySelector('link'); return [link.integrity.slice(0, 7), link.sheet !== null, root.adoptedStyleSheets?.length ?? 0]";
    assert_eq!(checkout.see(link).await, json!(["sha256-", true, 0]));
    let seen = "return getComputedStyle(root.querySelector('.pay')).backgroundColor";
    assert_ne!(checkout.see(seen).await, json!("rgba(0, 0, 0, 0)"));
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    untroubled(&browser).await;
}

/// What the page's own elements look like, and what its window holds beside the driver's own names.
const PAGE: &str = "const own = [document.documentElement, ...document.querySelectorAll('body, body *')].filter((part) => !part.matches('script, moongate-checkout'))
  const looks = own.map((part) => [part.localName, ...['color', 'font', 'margin', 'padding', 'display', 'border', 'background', 'letter-spacing', 'line-height', 'box-sizing',
    'outline', 'cursor', 'list-style', 'animation-name', 'transition'].map((name) => getComputedStyle(part).getPropertyValue(name))].join('|'))
  return { looks, sheets: document.styleSheets.length + document.adoptedStyleSheets.length, window: Object.keys(window).filter((name) => !/^(cdc_|ret_nodes|se_)/.test(name)).sort() }";

#[tokio::test]
async fn nothing_of_ours_reaches_the_page() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let body = "<h2 class='heading'>Heading</h2><p class='lead'>Text</p><ul><li>One</ul><button class='button loud'>Button</button><label class='row'><input type='radio'>Radio</label>\
      <progress class='qr'></progress><svg class='mark' width='20' height='20'></svg><section class='moongate' data-theme='dark' data-size='large'><div class='alert'>x</div></section><a href='#'>Link</a>{tag}";
    let load = "window.load = () => { const script = document.createElement('script'); script.type = 'module'; script.src = '/moongate/moongate.js'; document.head.append(script) }";
    let checkout = opened(&browser, &shop, &Trial::of(&order).bare().body(body).script(load)).await;
    let before = browser.run(PAGE, &[]).await;
    assert!(before["looks"].as_array().is_some_and(|looks| looks.len() > 12), "{before}");
    browser.run("load()", &[]).await;
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    shop.approve_code(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    let after = browser.run(PAGE, &[]).await;
    for what in ["looks", "sheets", "window"] {
        assert_eq!(before[what], after[what], "{what}");
    }
}

#[tokio::test]
async fn each_ready_theme_is_taken_light_and_dark_and_can_be_read() {
    let shop = Shop::open();
    for (kind, dark) in [(DESK, false), (DESK.dark(), true)] {
        let kind: Kind = kind.still();
        let browser = kind.open().await;
        let mut grounds = BTreeSet::new();
        for theme in ["ink", "paper", "harbour"] {
            // A dark page has a ground of its own: Firefox's axe takes one without for white.
            let ground = "@media (prefers-color-scheme: dark) { body { background: #0d0f11; color: #eee } }";
            let link = format!("<style>{ground}</style><link rel='stylesheet' href='/guide/themes/{theme}.css'>");
            let order = shop.order();
            let checkout = opened(&browser, &shop, &Trial::of(&order).head(&link)).await;
            checkout.ready().await;
            let look = format!(
                "{STYLE} return style('.pay').backgroundColor + style('section').backgroundColor + style('.pay').borderTopLeftRadius"
            );
            let look = checkout.see(&look).await;
            let own = look
                .as_str()
                .is_some_and(|look| !look.contains("rgb(11, 110, 79)") && !look.contains("rgb(47, 181, 138)"));
            assert!(own && grounds.insert(look.to_string()), "{theme}, dark {dark}: {look}");
            if let Some(axe) = axe() {
                assert_eq!(violations(&browser, &axe).await, Vec::<String>::new(), "{theme}, dark {dark}");
                checkout.pay_with("wechatpay").await.shows("acting code").await;
                assert_eq!(violations(&browser, &axe).await, Vec::<String>::new(), "{theme}, dark {dark}, its code");
            }
        }
    }
}
