//! That the shell draws what the view draws: markup by markup, against the natively rendered view.
//!
//! Only the name of the radio group may differ, so that the two never uncheck each other in one shadow root.

use crate::harness::{ALIPAY, Browser, DESK, Kind, PHONE, Shop, Trial, UNIONPAY, WECHAT};
use moongate::checkout::environment::{Environment, Facts};
use moongate::checkout::json::Json;
use moongate::checkout::machine::{Attempt, Confirming, Order, Origin, Phase, State};
use moongate::checkout::offer::Offer;
use moongate::checkout::options::{Options, Page, Selected};
use moongate::checkout::wire::AttemptId;
use moongate::view::intl::Plain;
use moongate::view::{Face, Panel, PanelProps};
use moongate::words::{Language, Words};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::{Callback, LocalServerRenderer};

/// Makes a tree of lines of some markup: attributes sorted, text joined, comments gone; a flag is one whatever its value.
const LINES: &str = "const lines = (node, depth = 0) => {
  const pad = ' '.repeat(depth)
  if (node.nodeType === 3) return node.data ? [pad + JSON.stringify(node.data)] : []
  if (node.nodeType !== 1) return []
  const own = [...node.attributes].map(({ name, value }) => /^(checked|disabled)$/.test(name) ? name : `${name}=${JSON.stringify(value)}`).sort()
  node.normalize()
  return [`${pad}<${[node.localName, ...own].join(' ')}>`, ...[...node.childNodes].flatMap((child) => lines(child, depth + 1))]
};";

/// Where a checkout is when it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The shopper picks.
    Choosing,
    /// Pay was pressed.
    Sending,
    /// An attempt was found, and is asked about.
    Returned,
}

impl Moment {
    /// What the shopper does on a page to come to it, given the checkout's `element`.
    fn act(self) -> &'static str {
        match self {
            Self::Sending => "element.shadowRoot.querySelector('[data-gesture=pay]').click()",
            Self::Choosing | Self::Returned => "",
        }
    }

    fn phase(self, state: &State) -> Phase {
        let attempt = |origin| {
            let row = state.chosen.as_ref().and_then(|id| state.offer.row(id)).expect("a method is picked");
            Box::new(Attempt::new(AttemptId::from_random([7; 16]), row.method.id.clone(), row.total, origin, 0))
        };
        match self {
            Self::Choosing => Phase::Choosing { fault: None, pending: None },
            Self::Sending => Phase::Sending { attempt: attempt(Origin::Press), held: true },
            Self::Returned => Phase::Confirming { attempt: attempt(Origin::Kept), why: Confirming::Returned },
        }
    }
}

/// The view as Rust renders it for these options in this environment.
async fn native(raw: &Value, moment: Moment, page: &Page, facts: &Facts, tag: &str) -> String {
    let raw = Json::read(&raw.to_string()).expect("options are JSON");
    let (options, faults) = Options::read(&raw, page);
    let options = options.unwrap_or_else(|| panic!("{faults:?}"));
    let offer = Rc::new(Offer::make(&options, Environment::read(facts), ""));
    let first = offer.shown.iter().find(|row| row.works()).map(|row| row.method.id.clone());
    let chosen = match &options.selected {
        Selected::Method(id) if offer.row(id).is_some() => Some(id.clone()),
        Selected::Method(_) | Selected::Usual => first,
        Selected::Nothing => None,
    };
    let order = Order { id: options.order.clone(), amount: options.amount, test: options.test_mode };
    let large = raw.get("textSize").and_then(Json::text) == Some("large");
    let words = Words::of(Language::find(tag), &options.texts);
    let face = Rc::new(Face::new(Some(&options), words, Rc::new(Plain)));
    let mut state = State::new(order, offer, chosen, large);
    state.phase = moment.phase(&state);
    let state = Rc::new(state);
    let props = move || PanelProps { state, face, now: 0, on: Callback::noop(), notice: None };
    LocalServerRenderer::<Panel>::with_props(props()).hydratable(false).render().await
}

/// Sets of options, as a page would write them; everything but order, sum and currency.
fn variants() -> Vec<(&'static str, Value)> {
    let rows: Vec<Value> = (1..=9).map(|n| json!({ "id": format!("own{n}"), "label": format!("Own {n}") })).collect();
    vec![
        ("plain", json!({})),
        ("in test mode", json!({ "testMode": true })),
        ("english", json!({ "locale": "en" })),
        ("large", json!({ "textSize": "large" })),
        ("large english", json!({ "textSize": "large", "locale": "en" })),
        ("dark", json!({ "theme": "dark" })),
        ("shop", json!({ "shop": "山茶咖啡 <b>&amp;</b>" })),
        ("order of methods", json!({ "methods": ["hebao", "alipay"] })),
        ("methods as text", json!({ "methods": "unionpay  wechatpay" })),
        ("selected", json!({ "selected": "unionpay" })),
        ("none selected", json!({ "selected": "none" })),
        ("host's button", json!({ "button": "host" })),
        ("free", json!({ "methods": [{ "id": "alipay", "fee": 0 }, { "id": "wechatpay", "fee": 0 }] })),
        ("not all free", json!({ "methods": [{ "id": "alipay", "fee": 0 }, { "id": "wechatpay" }] })),
        ("a fixed fee", json!({ "methods": [{ "id": "alipay", "fee": { "fixed": 250 } }, "wechatpay"] })),
        ("a share", json!({ "methods": [{ "id": "alipay", "fee": { "percent": "0.6" } }, "wechatpay"] })),
        (
            "an own method",
            json!({ "methods": [{ "id": "card", "label": "银行卡", "description": "各家银行" }, "alipay"] }),
        ),
        ("an icon", json!({ "methods": [{ "id": "alipay", "icon": "data:image/png;base64,iVBORw0KGgo=" }, "hebao"] })),
        ("too small a sum", json!({ "methods": [{ "id": "alipay", "min": 12_801 }, "hebao"] })),
        ("too large a sum", json!({ "methods": [{ "id": "alipay", "max": 12_799 }, "hebao"] })),
        ("another currency's", json!({ "methods": [{ "id": "alipay", "currencies": ["HKD"] }, "hebao"] })),
        (
            "named twice",
            json!({ "methods": [{ "id": "alipay", "max": 9999 }, { "id": "alipay", "fee": { "percent": "1" } }, "hebao"] }),
        ),
        ("many", json!({ "methods": rows })),
        ("a mini program's page", json!({ "miniProgramPage": "/pages/pay/pay" })),
        ("many, few shown", json!({ "methods": rows, "collapseAfter": 2, "selected": "own7" })),
        ("own words", json!({ "texts": { "pay": "现在付 {sum}", "choose": "请选" } })),
        (
            "not in this app",
            json!({ "methods": [{ "id": "alipay", "apps": { "wechat": false, "browser": false } }, "hebao"] }),
        ),
    ]
}

async fn same_markup(kind: Kind, upsdk: bool) {
    let upsdk_there = if upsdk { "window.upsdk = { pay() {} }" } else { "" };
    let variants = variants().into_iter().map(|(name, raw)| (name.to_owned(), raw)).collect();
    compare(kind, upsdk, upsdk_there, Moment::Choosing, variants).await;
}

/// Compares all these, on a page with this script.
async fn compare(kind: Kind, upsdk: bool, script: &str, moment: Moment, variants: Vec<(String, Value)>) {
    let shop = Shop::open();
    let browser = kind.open().await;
    // Blocked for good: what is compared is the shell's alone.
    let hold = "{ const fetched = window.fetch; window.fetch = (...all) =>
      String(all[0]?.url ?? all[0]).endsWith('.wasm') ? new Promise(() => {}) : fetched(...all) }";
    let page = shop.page(&Trial::of("T").body("<div id='all'></div>").script(hold).script(script));
    browser.goto(&page).await;
    let facts = browser.run("return [navigator.userAgent, navigator.maxTouchPoints]", &[]).await;
    let facts = Facts {
        user_agent: facts[0].as_str().expect("text").to_owned(),
        touch_points: u32::try_from(facts[1].as_u64().expect("a number")).expect("few"),
        upsdk,
        framed: false,
    };
    let mut different = Vec::new();
    for (name, mut raw) in variants {
        for (key, value) in
            [("endpoint", "https://shop.example/pay"), ("order", "T-1"), ("amount", "12800"), ("currency", "CNY")]
        {
            raw[key] = json!(value);
        }
        let drawn = drawn(&browser, &raw, moment).await;
        let tag = raw["locale"].as_str().unwrap_or("zh-CN").to_owned();
        let language = Page { url: page.clone(), language: "zh-CN".to_owned(), transport: false };
        let expected = lines_of(&browser, &native(&raw, moment, &language, &facts, &tag).await).await;
        if drawn != expected {
            different.push(format!("{name}:\n{}", difference(&expected, &drawn)));
        }
    }
    assert!(different.is_empty(), "the shell differs from the view (- view, + shell)\n{}", different.join("\n"));
}

/// What the shell draws for these options, as lines; without what keeps a sum from left to right in Arabic, which plain text has not.
async fn drawn(browser: &Browser, raw: &Value, moment: Moment) -> Vec<String> {
    let act = moment.act();
    let script = format!(
        "{LINES} const [raw, found] = arguments
        const key = `moongate:attempt:${{raw.endpoint}}:${{raw.order}}`
        found ? localStorage.setItem(key, JSON.stringify({{ id: 'mg_' + '07'.repeat(16), at: Date.now() / 1000 }})) : localStorage.removeItem(key)
        await customElements.whenDefined('moongate-checkout')
        const element = document.createElement('moongate-checkout')
        element.options = raw
        document.getElementById('all').replaceChildren(element)
        await null
        while (element.shadowRoot.querySelector('section').inert) await new Promise((done) => setTimeout(done, 20))
        {act}
        return lines(element.shadowRoot.querySelector('section')).map((line) => line.replaceAll('moongate-shell', 'moongate-method').replace(/[\\u2066\\u2069]/g, ''))"
    );
    text_lines(
        &browser
            .run(
                &format!("return (async function () {{ {script} }})(...arguments)"),
                &[raw.clone(), json!(moment == Moment::Returned)],
            )
            .await,
    )
}

async fn lines_of(browser: &Browser, html: &str) -> Vec<String> {
    let script = format!(
        "{LINES} const page = new DOMParser().parseFromString(arguments[0], 'text/html'); return lines(page.querySelector('section'))"
    );
    text_lines(&browser.run(&script, &[json!(html)]).await)
}

fn text_lines(lines: &Value) -> Vec<String> {
    lines.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn difference(expected: &[String], drawn: &[String]) -> String {
    let only = |sign: &str, these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).map(|line| format!("  {sign} {line}\n")).collect::<String>()
    };
    let text = only("-", expected, drawn) + &only("+", drawn, expected);
    if text.is_empty() { "  the same lines in another order".to_owned() } else { text }
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_on_a_desk() {
    same_markup(DESK, false).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_in_every_language_and_text_size() {
    // Sums as the natively rendered view has them; and nobody reads Chinese, or there would be a switch to it.
    let script = "Intl.NumberFormat = class { format = (decimal) => `¥${decimal}` }
      Object.defineProperty(navigator, 'languages', { get: () => ['de'] })";
    let methods = json!([{ "id": "alipay", "fee": 0 }, { "id": "wechatpay", "fee": 0 }, { "id": "unionpay", "fee": { "fixed": 250 } }, "hebao"]);
    let variants = Language::ALL.iter().flat_map(|language| {
        let variant = |size: &str, methods: &Value| {
            let raw = json!({ "locale": language.tag, "textSize": size, "methods": methods, "collapseAfter": 3, "testMode": true });
            (format!("{} {size}", language.tag), raw)
        };
        let free = json!([methods[0], methods[1]]);
        [variant("normal", &methods), variant("large", &methods), variant("large", &free)]
    });
    compare(DESK, false, script, Moment::Choosing, variants.collect()).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_while_a_press_is_sent_and_when_an_attempt_is_found() {
    let variants = || {
        let plain = [
            ("chinese", "zh-CN", "normal"),
            ("large", "zh-CN", "large"),
            ("english", "en", "normal"),
            ("arabic", "ar", "normal"),
        ];
        let plain = plain
            .map(|(name, tag, size)| (name, json!({ "locale": tag, "textSize": size, "methods": "alipay wechatpay" })));
        let others = [
            ("test mode", json!({ "testMode": true, "shop": "山茶咖啡" })),
            ("a fee", json!({ "methods": [{ "id": "alipay", "fee": { "fixed": 250 } }, { "id": "hebao", "fee": 0 }] })),
            ("few shown", json!({ "collapseAfter": 2 })),
        ];
        plain.into_iter().chain(others).map(|(name, raw)| (name.to_owned(), raw)).collect()
    };
    let script = "Intl.NumberFormat = class { format = (decimal) => `¥${decimal}` }
      Object.defineProperty(navigator, 'languages', { get: () => ['de'] })";
    for moment in [Moment::Sending, Moment::Returned] {
        compare(DESK, false, script, moment, variants()).await;
    }
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_on_a_phone() {
    same_markup(DESK.phone(PHONE), false).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_in_a_mini_program() {
    same_markup(DESK.phone(crate::apps::MINI_PROGRAM), false).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_in_wechat() {
    same_markup(DESK.phone(WECHAT), false).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_in_alipay() {
    same_markup(DESK.phone(ALIPAY), false).await;
}

#[tokio::test]
async fn the_shell_draws_what_the_view_draws_in_the_unionpay_app() {
    same_markup(DESK.phone(UNIONPAY), true).await;
    same_markup(DESK.phone(UNIONPAY), false).await;
}
