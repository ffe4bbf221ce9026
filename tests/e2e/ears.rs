//! That a screen reader hears what the eye sees: every screen as each engine's own accessibility tree has it, and each flow as
//! it is told from its first word to its last.
//!
//! `tests/fixtures/heard` holds what is heard of every screen; the test writes what it heard below the target folder, and who
//! changes a screen or a word copies that file, read.

use crate::apps::WECHAT_BRIDGE;
use crate::axe::{READS_CHINESE, spoken};
use crate::harness::engine::chromium::devtools;
use crate::harness::engine::{Asked, Engine};
use crate::harness::wait::{LIMIT, until};
use crate::harness::{Browser, Checkout, DESK, Shop, Trial, WECHAT};
use crate::looks::target;
use crate::returning::SHORT;
use crate::scenes::{Place, all, counting, visit_these, visit_with};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What is said of an element by its role alone; its name is what is in it.
const UNNAMED: [&str; 2] = ["status", "alert"];

/// One word for a role that engines call differently.
fn role(word: &str) -> &str {
    match word {
        "image" => "img",
        "contentinfo" | "banner" | "generic" | "none" | "presentation" => "",
        other => other,
    }
}

/// A node of Chromium's own tree.
struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    fn role(&self) -> &'a str {
        role(self.0["role"]["value"].as_str().unwrap_or_default())
    }

    fn name(&self) -> &'a str {
        self.0["name"]["value"].as_str().unwrap_or_default().trim()
    }

    fn state(&self, name: &str) -> &'a Value {
        let found = self.0["properties"].as_array().into_iter().flatten().find(|state| state["name"] == name);
        found.map_or(&Value::Null, |state| &state["value"]["value"])
    }

    /// As it is written in the fixtures: `radio "支付宝" checked, 扫码`.
    fn line(&self) -> String {
        let mut line = self.role().to_owned();
        if !self.name().is_empty() {
            line.push_str(&format!(" \"{}\"", self.name()));
        }
        if self.role() == "heading" {
            line.push_str(&format!(" {}", self.state("level")));
        }
        for (state, word) in [("checked", "checked"), ("pressed", "pressed")] {
            match self.state(state) {
                Value::String(value) if value == "true" => line.push_str(&format!(" {word}")),
                Value::String(value) if value == "false" => line.push_str(&format!(" not {word}")),
                _ => {}
            }
        }
        for (state, word) in [("disabled", "disabled"), ("busy", "busy"), ("focused", "focused")] {
            let is = self.state(state);
            if is == &json!(true) || is == &json!(1) {
                line.push_str(&format!(" {word}"));
            }
        }
        if let Some(live) = self.state("live").as_str() {
            line.push_str(&format!(" {live}"));
        }
        let description = self.0["description"]["value"].as_str().unwrap_or_default();
        if !description.is_empty() {
            line.push_str(&format!(", {description}"));
        }
        line
    }
}

/// What is heard of the widget, in order, by Chromium's own tree: what is named by its text is not said twice.
async fn tree(browser: &Browser) -> Vec<String> {
    let tree = devtools(browser.client(), "Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let by_id = |id: &Value| nodes.iter().find(|node| node["nodeId"] == *id);
    let mut lines = Vec::new();
    // Depth first; beside each node what was already said of those around it.
    let mut rest: Vec<(&Value, String)> = nodes.first().map(|root| (root, String::new())).into_iter().collect();
    while let Some((value, around)) = rest.pop() {
        let node = Node(value);
        let mut said = around.clone();
        let silent = [
            "",
            "InlineTextBox",
            "RootWebArea",
            "main",
            "paragraph",
            "sectionheader",
            "LabelText",
            "DescriptionListTerm",
            "DescriptionListDetail",
        ];
        let is_said = value["ignored"] != json!(true) && !silent.contains(&node.role());
        if is_said && !(node.role() == "StaticText" && (around.contains(node.name()) || node.name().is_empty())) {
            lines.push(node.line());
            said = format!("{around}\n{} {}", node.name(), value["description"]["value"].as_str().unwrap_or_default());
        }
        let children = value["childIds"].as_array().into_iter().flatten().filter_map(by_id);
        let at = rest.len();
        rest.extend(children.map(|child| (child, said.clone())));
        rest[at..].reverse();
    }
    // The page's own heading stands before the widget.
    let own = lines.iter().position(|line| line.starts_with("heading \"Trial\"")).map_or(0, |at| at + 1);
    lines.split_off(own)
}

/// What each engine itself computes of the elements that count, in order.
async fn computed(browser: &Browser, checkout: &Checkout<'_>) -> Vec<String> {
    let parts = "return [...root.querySelectorAll('h2, [role], button, a[href], input[type=radio], img.qr')].filter((part) => part.checkVisibility())";
    let parts = checkout.see(parts).await;
    let mut lines = Vec::new();
    for part in parts.as_array().into_iter().flatten() {
        let id = part.as_object().and_then(|part| part.values().next()).and_then(Value::as_str).expect("an element");
        let ask = async |what: &str| {
            let asked = browser.client().issue_cmd(Asked { path: format!("element/{id}/{what}") }).await;
            asked.unwrap_or_else(|fault| panic!("{what}: {fault}")).as_str().unwrap_or_default().trim().to_owned()
        };
        let is = ask("computedrole").await;
        let is = role(&is).to_owned();
        lines.push(if UNNAMED.contains(&is.as_str()) {
            is
        } else {
            format!("{is} \"{}\"", ask("computedlabel").await)
        });
    }
    lines
}

/// The part of a fixture's line that every engine computes; none for what only Chromium's tree has.
fn common(line: &str) -> Option<String> {
    let is = line.split(' ').next()?;
    if UNNAMED.contains(&is) {
        return Some(is.to_owned());
    }
    let named = ["heading", "radiogroup", "radio", "button", "link", "img", "group"].contains(&is);
    named.then(|| line.rsplit_once('"').map(|(start, _)| format!("{start}\"")))?
}

/// Without the time of day and the order's number, which are others each time.
fn timeless(line: String) -> String {
    if line.starts_with("StaticText \"SO-") {
        return "StaticText \"SO-#\"".to_owned();
    }
    match line.split_once("· ") {
        Some((name, time)) if time.contains(':') => format!("{name}· #\""),
        _ => line,
    }
}

/// The fixture of a language, as scenes with their lines.
fn fixture(language: &str) -> Vec<(String, Vec<String>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/heard/{language}.txt"));
    let text = fs::read_to_string(file).unwrap_or_default();
    let scene = |part: &str| {
        let mut lines = part.lines().map(str::to_owned);
        Some((lines.next()?, lines.collect()))
    };
    text.split("\n\n").filter_map(scene).collect()
}

#[tokio::test]
async fn every_screen_is_heard_as_its_words_say_in_english_and_chinese() {
    let languages = ["en", "zh-CN"];
    let chromium = Engine::of_this_run() == Engine::Chromium;
    let fixtures = languages.map(fixture);
    let (mut heard, mut wrong) = ([String::new(), String::new()], Vec::new());
    let place = Place { phone: false, language: "en", large: false, dark: false };
    visit_with(
        place,
        READS_CHINESE,
        |_| true,
        async |scene, checkout| {
            for (at, language) in languages.into_iter().enumerate() {
                spoken(checkout, language).await;
                checkout.shows(scene.leads_to).await;
                let expected = fixtures[at].iter().find(|(name, _)| name == scene.name);
                let expected = expected.map(|(_, lines)| lines.clone()).unwrap_or_default();
                if chromium {
                    let lines: Vec<String> = tree(checkout.browser()).await.into_iter().map(timeless).collect();
                    heard[at].push_str(&format!("{}\n{}\n\n", scene.name, lines.join("\n")));
                    if lines != expected {
                        wrong.push(format!("{} in {language}:\n{}", scene.name, lines.join("\n")));
                    }
                }
                let own = computed(checkout.browser(), checkout).await;
                let said: Vec<String> = expected.iter().filter_map(|line| common(line)).collect();
                if own != said {
                    wrong.push(format!(
                        "{} in {language}, computed:\n{}\ninstead of\n{}",
                        scene.name,
                        own.join("\n"),
                        said.join("\n")
                    ));
                }
            }
        },
    )
    .await;
    if chromium {
        let folder = target().join("heard");
        fs::create_dir_all(&folder).expect("a folder for what was heard");
        for (text, language) in heard.iter().zip(languages) {
            fs::write(folder.join(format!("{language}.txt")), text).expect("what was heard is written");
        }
    }
    assert!(fixtures.iter().all(|fixture| fixture.len() == all().len()), "the fixtures hold every screen");
    assert!(wrong.is_empty(), "{} screens\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Keeps what is told: where the focus goes, what the polite region says, what an alert says. A region that comes with its text
/// is not read out, and kept as such.
const LISTEN: &str = "window.told = []; customElements.whenDefined('moongate-checkout').then(() => {
  const host = document.querySelector('moongate-checkout'), root = host.shadowRoot
  let region = root.querySelector('[role=status]'), status = region?.textContent ?? '', alert = ''
  const tell = (what) => window.told.push(what)
  const look = () => {
    const now = root.querySelector('[role=status]')
    const text = now?.textContent ?? ''
    if (text && text !== status) tell(`${now === region ? 'says' : 'UNHEARD'} ${text}`)
    region = now
    status = text
    const fault = root.querySelector('[role=alert]')?.textContent ?? ''
    if (fault && fault !== alert) tell(`alert ${fault}`)
    alert = fault
  }
  new MutationObserver(look).observe(root, { subtree: true, childList: true, characterData: true })
  root.addEventListener('focusin', ({ target }) => {
    look()
    if (target.matches('[data-heading]')) tell(`heading ${target.textContent}`)
  })
})";

/// What was told so far.
async fn told(browser: &Browser) -> Value {
    browser.run("return window.told", &[]).await
}

/// Holds that this is told by now, or soon, and nothing else; what comes is told from here on.
async fn tells(browser: &Browser, expected: Value) {
    let same = until(LIMIT, async || (told(browser).await == expected).then_some(())).await;
    assert!(same.is_some(), "{} is told, not {expected}", told(browser).await);
    browser.run("window.told = []", &[]).await;
}

/// Shows the code of an order, as far as it is told.
async fn at_a_code<'a>(shop: &Shop, browser: &'a Browser, page: Trial) -> Checkout<'a> {
    let checkout = telling(browser, &shop.page(&page)).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    checkout.until("its heading is heard", "return root.activeElement?.matches('[data-heading]')").await;
    browser.run("window.told = []", &[]).await;
    checkout
}

async fn telling<'a>(browser: &'a Browser, page: &str) -> Checkout<'a> {
    browser.goto(page).await;
    let checkout = Checkout::on(browser);
    checkout.ready().await;
    checkout
}

fn trial(order: &str) -> Trial {
    Trial::of(order).script(LISTEN)
}

/// Each answer takes its time, so that what is said meanwhile can be heard.
async fn slow(shop: &Shop) {
    shop.faults(json!([{ "kind": "latency", "ms": 400, "path": "/checkout/payments" }])).await;
}

#[tokio::test]
async fn one_hears_that_a_code_waits_and_that_it_is_paid() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    slow(&shop).await;
    let order = shop.order();
    let checkout = telling(&browser, &shop.page(&trial(&order))).await;
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    let expected = json!([
        "says 正在联系商家",
        "heading 正在准备付款",
        "says 等待付款 · 还剩 120 分钟",
        "heading 用微信扫一扫",
        "heading 已支付 ¥128.00",
    ]);
    tells(&browser, expected).await;
}

#[tokio::test]
async fn one_hears_that_another_way_is_taken_up_only_once_the_first_is_closed() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    slow(&shop).await;
    let order = shop.order();
    let checkout = at_a_code(&shop, &browser, trial(&order)).await;
    checkout.press("change_method").await.shows("choosing").await;
    tells(&browser, json!(["heading 正在关闭这笔付款", "heading 选择付款方式"])).await;
}

#[tokio::test]
async fn one_hears_the_wallets_page_come_and_what_came_of_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = telling(&browser, &shop.page(&trial(&order))).await;
    checkout.pay_with("hebao").await;
    browser.until_at("/sandbox/wallet").await;
    slow(&shop).await;
    browser.press("#approve").await;
    checkout.shows("ended succeeded").await;
    checkout.until("the outcome is heard last", "return window.told.at(-1) === 'heading 已支付 ¥128.00'").await;
}

#[tokio::test]
async fn one_hears_in_wechat_that_it_was_not_paid_and_then_that_it_was() {
    let (shop, browser) = (Shop::open(), DESK.phone(WECHAT).open().await);
    let order = shop.order();
    let page = trial(&order).script(&format!("{WECHAT_BRIDGE}; bridge()"));
    let checkout = telling(&browser, &shop.page(&page)).await;
    checkout.pay_with("wechatpay").await.shows("acting in_app").await;
    browser.until("the bridge is called", "return window.answer != null", &[]).await;
    slow(&shop).await;
    checkout.until("its heading is heard", "return root.activeElement?.matches('[data-heading]')").await;
    browser.run("window.told = []; answer('cancel')", &[]).await;
    checkout.shows("acting not_paid").await;
    tells(&browser, json!(["says 正在问商家", "heading 正在查付款结果", "heading 还没收到付款"])).await;
    checkout.press("ask_now").await.shows("confirming").await;
    checkout.shows("acting not_paid").await;
    tells(&browser, json!(["says 正在问商家", "heading 正在查付款结果", "heading 还没收到付款"])).await;
    shop.wallet(&order, "pay").await;
    checkout.shows("ended succeeded").await;
    tells(&browser, json!(["heading 已支付 ¥128.00"])).await;
}

#[tokio::test]
async fn one_hears_a_fault_at_once_and_who_must_act() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = telling(&browser, &shop.page(&trial(&order))).await;
    shop.faults(json!([{ "kind": "status", "status": 400, "path": "/checkout/payments" }])).await;
    checkout.pay_with("wechatpay").await.hears("error").await;
    checkout.until("the heading is heard", "return window.told.includes('heading 选择付款方式')").await;
    let told = told(&browser).await;
    let told: Vec<&str> = told.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let alert = told.iter().filter(|told| told.starts_with("alert ")).count();
    assert_eq!(alert, 1, "{told:?}");
}

#[tokio::test]
async fn one_hears_each_end_and_what_comes_after_it() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    for (deed, screen, heading) in [
        ("fail", "ended failed", "heading 这次没有付成"),
        ("expire", "ended expired", "heading 付款时间已过"),
        ("cancel", "ended canceled", "heading 付款已取消"),
    ] {
        let order = shop.order();
        let asks = "document.addEventListener('DOMContentLoaded', () => {
          document.querySelector('moongate-checkout').options = { methods: [{ id: 'wechatpay', feedback: true }] } })";
        let checkout = at_a_code(&shop, &browser, trial(&order).script(asks)).await;
        shop.wallet(&order, deed).await;
        checkout.shows(screen).await;
        tells(&browser, json!([heading])).await;
        checkout.press("feedback_bad").await.hears("feedback").await;
        checkout.until("it is thanked for", "return root.querySelector('[role=status]').innerText !== ''").await;
        tells(&browser, json!(["says 已告诉商家，谢谢。", heading])).await;
    }
}

#[tokio::test]
async fn one_hears_what_came_of_having_paid_an_old_code_and_of_asking_for_a_new_one() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let page = trial(&order).without("endpoint").script(SHORT);
    let checkout = telling(&browser, &shop.page(&page)).await;
    checkout.pay_with("wechatpay").await.shows("acting code_over").await;
    slow(&shop).await;
    browser.run("window.told = []", &[]).await;
    checkout.press("ask_now").await.shows("confirming").await;
    checkout.shows("acting code_over").await;
    tells(&browser, json!(["says 正在问商家", "heading 正在查付款结果", "heading 二维码已失效"])).await;
    browser.run("transport.refresh = () => Promise.reject(new Error('down'))", &[]).await;
    checkout.press("new_code").await.hears("error").await;
    checkout.until("it is said", "return window.told.some((told) => told.startsWith('alert '))").await;
    assert!(checkout.find("[data-gesture=new_code]").await.is_some(), "and can be tried again");
}

#[tokio::test]
async fn one_hears_that_money_came_after_the_end() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    let checkout = at_a_code(&shop, &browser, trial(&order)).await;
    shop.wallet(&order, "expire").await;
    checkout.shows("ended expired").await;
    tells(&browser, json!(["heading 付款时间已过"])).await;
    shop.wallet(&order, "pay").await;
    browser.run("window.dispatchEvent(new Event('focus'))", &[]).await;
    checkout.shows("ended succeeded").await;
    tells(&browser, json!(["heading 已支付 ¥128.00"])).await;
}

#[tokio::test]
async fn the_countdown_is_told_seldom_and_the_bar_is_for_the_eye_alone() {
    let mut judged = 0;
    let place = Place { phone: false, language: "en", large: false, dark: false };
    visit_these(place, LISTEN, &[counting()], async |_, checkout| {
        let hidden = "return root.querySelector('progress').closest('[aria-hidden=true]') != null";
        assert_eq!(checkout.see(hidden).await, true);
        checkout.shows("acting code_over").await;
        let told = told(checkout.browser()).await;
        let said: Vec<&str> = told.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let said: Vec<&str> = said.into_iter().filter(|told| told.contains(" · ")).collect();
        assert!(said.len() <= 5 && said.len() >= 3, "three minutes: {said:?}");
        assert!(said[0].ends_with("3 minutes left") && said.iter().all(|told| told.starts_with("says ")), "{said:?}");
        assert!(said.iter().any(|told| told.ends_with("10 seconds left")), "{said:?}");
        judged += 1;
    })
    .await;
    assert_eq!(judged, 1);
}

#[tokio::test]
async fn one_hears_each_end_from_a_field_of_the_page_too_and_keeps_the_focus() {
    let (shop, browser) = (Shop::open(), DESK.open().await);
    let order = shop.order();
    browser.goto(&shop.page(&Trial::of(&order).body("<input id='note'>{tag}"))).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    browser.press("#note").await;
    shop.wallet(&order, "fail").await;
    checkout.shows("ended failed").await;
    let heard = "const said = root.querySelector('[role=status]').textContent
        return said !== '' && said === root.querySelector('[data-heading]').textContent";
    checkout.until("the heading is heard", heard).await;
    assert_eq!(browser.run("return document.activeElement.id", &[]).await, "note");
    checkout.press("try_again").await.shows("choosing").await;
    checkout.until("it is over", "return root.querySelector('[role=status]').textContent === ''").await;
}
