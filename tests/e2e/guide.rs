//! That the guide can be used by everyone and tells the truth: its pages are quiet and still, its playground gives tags that
//! work, and its quick start leads from an empty folder to a paid order.

use crate::axe::{axe, violations};
use crate::harness::process::Program;
use crate::harness::{Browser, Checkout, DESK, Engine, Kind, PHONE, Shop};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What has moved by itself since the page began, each with the engine's own measure; nothing where it has none.
const SHIFTS: &str = "
  if (!PerformanceObserver.supportedEntryTypes.includes('layout-shift')) return null
  const entries = []
  const watch = new PerformanceObserver((list) => entries.push(...list.getEntries()))
  watch.observe({ type: 'layout-shift', buffered: true })
  entries.push(...watch.takeRecords())
  const rect = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ')
  const what = ({ node, previousRect, currentRect }) =>
    `${(node?.outerHTML ?? node?.textContent ?? 'what is gone').slice(0, 80)} from ${rect(previousRect)} to ${rect(currentRect)}`
  const told = ({ value, startTime, sources }) => `it moves by ${value} after ${Math.round(startTime)} ms: ${sources.map(what).join('; ')}`
  return new Promise((drawn) => requestAnimationFrame(() => setTimeout(() => drawn(entries.filter((one) => !one.hadRecentInput).map(told)))))";

/// Every widget of the page has its offer and its view, or draws something else than rows.
const DRAWN: &str = "
  const all = [...document.querySelectorAll('moongate-checkout')]
  for (const one of all) one.dispatchEvent(new PointerEvent('pointerenter'))
  return document.readyState === 'complete' && all.length > 0 && all.every((one) => {
    const input = one.shadowRoot?.querySelector('input')
    return one.state?.offer && one.shadowRoot.querySelector('section') && input?.name !== 'moongate-shell'
  })";

/// The pages that the guide's navigation leads to, those of its two shelves, and those that are in Chinese too.
async fn pages(browser: &Browser, shop: &Shop) -> Vec<String> {
    let mut pages = Vec::new();
    for (address, links) in [("", "#nav a"), ("recipes", ".contents a"), ("servers", ".contents a")] {
        browser.goto(&shop.at(&format!("/guide/{address}"))).await;
        let found = "return [...document.querySelectorAll(arguments[0])].map((link) => link.getAttribute('href'))";
        let found = browser.run(found, &[json!(links)]).await;
        pages.extend(found.as_array().unwrap().iter().map(|page| page.as_str().unwrap().to_owned()));
    }
    assert!(pages.len() >= 30, "{pages:?}");
    let mut chinese = Vec::new();
    for page in pages.iter().map(|page| format!("{page}?lang=zh-CN")) {
        if shop.read(&shop.at(&page)).await.contains("<html lang=\"zh-CN\"") {
            chinese.push(page);
        }
    }
    assert!(chinese.len() >= 20, "{chinese:?}");
    pages.extend(chinese);
    pages
}

async fn settled(browser: &Browser, address: &str) {
    browser.goto(address).await;
    browser.until("the page's widget is drawn", DRAWN, &[]).await;
}

/// Visits every page; gives what is wrong with any.
async fn wrong_on(kind: Kind) -> Vec<String> {
    let Some(axe) = axe() else { return Vec::new() };
    let (shop, browser) = (Shop::open(), kind.open().await);
    let mut wrong = Vec::new();
    for page in pages(&browser, &shop).await {
        let _heard_before = browser.console().await;
        settled(&browser, &shop.at(&page)).await;
        wrong.extend(wrong_with(&browser, &axe).await.into_iter().map(|what| format!("{page}: {what}")));
    }
    wrong
}

/// What is wrong with the page that is open.
async fn wrong_with(browser: &Browser, axe: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    match browser.run(SHIFTS, &[]).await.as_array() {
        Some(shifts) => wrong.extend(shifts.iter().map(Value::to_string)),
        None => assert_ne!(Engine::of_this_run(), Engine::Chromium, "it tells what moves"),
    }
    if browser.run("return document.documentElement.scrollWidth > innerWidth", &[]).await == json!(true) {
        wrong.push("it is wider than the window".to_owned());
    }
    let said = browser.console().await;
    wrong.extend(said.into_iter().filter(|line| line.starts_with("SEVERE") || line.starts_with("error")));
    wrong.extend(violations(browser, axe).await);
    wrong
}

#[tokio::test]
async fn every_page_is_quiet_still_and_for_everyone_on_a_desk() {
    let wrong = wrong_on(DESK.language("en")).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_page_is_quiet_still_and_for_everyone_on_a_phone_in_the_dark() {
    let wrong = wrong_on(DESK.language("en").phone(PHONE).dark()).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_page_that_is_loud_moves_or_shuts_somebody_out_is_found() {
    let Some(axe) = axe() else { return };
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/privacy")).await;
    let spoil = "
      console.error('loud')
      const wide = document.createElement('p')
      wide.textContent = 'x'
      wide.style.width = '5000px'
      const button = document.createElement('button')
      document.querySelector('h1').before(wide, button)
      const high = document.createElement('p')
      high.style.height = '300px'
      return new Promise((done) => setTimeout(() => { document.querySelector('h1').before(high); requestAnimationFrame(() => setTimeout(done, 100)) }, 600))";
    browser.run(spoil, &[]).await;
    let wrong = wrong_with(&browser, &axe).await;
    let has = |part: &str| wrong.iter().any(|line| line.contains(part));
    assert!(has("wider") && has("button-name"), "{wrong:#?}");
    // The others' consoles are heard by a script that only trial pages have.
    assert!(Engine::of_this_run() != Engine::Chromium || has("loud"), "{wrong:#?}");
    assert!(Engine::of_this_run() != Engine::Chromium || has("moves by"), "{wrong:#?}");
}

/// What can be used on the page, in its order, each by its place among all elements: links, buttons, fields, the widget, and what
/// is wider than its place. Not what lies in a fold that is closed; of links with one way to go each.
const USABLE: &str = "
  const all = [...document.querySelectorAll('*')]
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')].filter(seen).map((one) => all.indexOf(one))";

/// Presses the tab key through the whole page and gives what had the focus, in order: its place among all elements, and
/// whether one sees that it has it.
async fn walked(browser: &Browser, presses: usize) -> Vec<(i64, bool)> {
    let listen = "
      const all = [...document.querySelectorAll('*')]
      window.walked = []
      document.addEventListener('focusin', ({ target }) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(target)
        const own = target.localName === 'moongate-checkout'
        walked.push([all.indexOf(target), own || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)])
      })";
    browser.run(listen, &[]).await;
    let mut keys = KeyActions::new("keys".to_owned());
    for _ in 0..presses {
        keys = keys.then(KeyAction::Down { value: '\u{e004}' }).then(KeyAction::Up { value: '\u{e004}' });
    }
    browser.act(keys).await;
    let walked = browser.run("return walked", &[]).await;
    let step = |step: &Value| (step[0].as_i64().unwrap(), step[1] == json!(true));
    walked.as_array().unwrap().iter().map(step).collect()
}

/// What the keyboard does not reach on the page that is open, or not in the order in which it is read, or unseen.
async fn unreached(browser: &Browser) -> Vec<String> {
    let usable = browser.run(USABLE, &[]).await;
    let usable: Vec<i64> = usable.as_array().unwrap().iter().map(|place| place.as_i64().unwrap()).collect();
    // The widget takes some steps of its own; what is in it has stories of its own.
    let steps = walked(browser, usable.len() + 24).await;
    let called = "const one = document.querySelectorAll('*')[arguments[0]]; return one.outerHTML.slice(0, 90)";
    let mut wrong = Vec::new();
    for place in usable.iter().filter(|place| !steps.iter().any(|(reached, _)| reached == *place)) {
        wrong.push(format!("never reached: {}", browser.run(called, &[json!(place)]).await));
    }
    for (place, _) in steps.iter().filter(|(place, seen)| *place >= 0 && !seen) {
        wrong.push(format!("has the focus, and one does not see it: {}", browser.run(called, &[json!(place)]).await));
    }
    // Until it begins anew at the top.
    let once = steps.iter().map(|(place, _)| *place).filter(|place| *place >= 0).collect::<Vec<_>>();
    let end = once.iter().skip(1).position(|place| *place == once[0]).map_or(once.len(), |at| at + 1);
    if !once[..end].is_sorted() {
        wrong.push(format!("in another order than it is read: {:?}", &once[..end]));
    }
    let first = browser.run("return document.querySelectorAll('*')[arguments[0]].className", &[json!(once[0])]).await;
    if first != "skip" {
        wrong.push(format!("begins with {first} and not with the way past the navigation"));
    }
    wrong
}

#[tokio::test]
async fn the_keyboard_alone_reaches_everything_in_the_order_it_is_read() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    let mut wrong = Vec::new();
    for page in pages(&browser, &shop).await {
        settled(&browser, &shop.at(&page)).await;
        wrong.extend(unreached(&browser).await.into_iter().map(|what| format!("{page}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_the_keyboard_does_not_reach_is_found() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/privacy")).await;
    let spoil = "
      const [unseen, sooner, trap, never] = ['unseen', 'sooner', 'trap', 'never'].map((id) => {
        const button = Object.assign(document.createElement('button'), { id, textContent: id })
        document.querySelector('.foot').append(button)
        return button
      })
      unseen.style.outline = 'none'
      sooner.tabIndex = 1
      trap.addEventListener('keydown', (event) => event.preventDefault())";
    browser.run(spoil, &[]).await;
    let wrong = unreached(&browser).await;
    let has = |part: &str| wrong.iter().any(|line| line.contains(part));
    let has_two = |what: &str, which: &str| wrong.iter().any(|line| line.starts_with(what) && line.contains(which));
    assert!(has_two("has the focus", "id=\\\"unseen"), "{wrong:#?}");
    assert!(has_two("never reached", "id=\\\"never") && has("begins with"), "{wrong:#?}");
}

#[tokio::test]
async fn the_way_past_the_navigation_leads_to_the_page() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/options")).await;
    browser.run("document.querySelector('.skip').focus()", &[]).await;
    browser
        .act(
            KeyActions::new("keys".to_owned())
                .then(KeyAction::Down { value: '\u{e007}' })
                .then(KeyAction::Up { value: '\u{e007}' }),
        )
        .await;
    browser.until("the page has the focus", "return document.activeElement.id === 'main'", &[]).await;
}

#[tokio::test]
async fn on_a_phone_the_navigation_opens_by_its_button() {
    let (shop, browser) = (Shop::open(), DESK.language("en").phone(PHONE).open().await);
    settled(&browser, &shop.at("/guide/options")).await;
    let shown = "return document.querySelector('#nav a').checkVisibility()";
    assert_eq!(browser.run(shown, &[]).await, json!(false));
    browser.press(".menu").await;
    browser.until("the navigation is there", shown, &[]).await;
    browser
        .run("[...document.querySelectorAll('#nav a')].find((link) => link.textContent === 'Errors').click()", &[])
        .await;
    browser.until_at("/guide/errors").await;
}

#[tokio::test]
async fn the_colours_that_are_chosen_hold_on_the_next_page_and_in_the_widget() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/options")).await;
    browser.press("[data-theme-choice='dark']").await;
    settled(&browser, &shop.at("/guide/errors")).await;
    let dark = "const [r] = getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g)
      return [Number(r) < 40, document.querySelector('moongate-checkout').getAttribute('theme')]";
    assert_eq!(browser.run(dark, &[]).await, json!([true, "dark"]));
}

/// Changes a control of the playground as a person does: the value, then the event.
async fn set(browser: &Browser, name: &str, value: &str) {
    let change = "
      const field = document.getElementById('controls').elements[arguments[0]]
      field.closest('details').open = true
      if (field.type === 'checkbox') field.checked = arguments[1] === 'true'
      else field.value = arguments[1]
      field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(change, &[json!(name), json!(value)]).await;
}

#[tokio::test]
async fn each_ready_theme_can_be_picked_in_the_playground_and_left_again() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/playground")).await;
    let accent = "return getComputedStyle(document.querySelector('#stage moongate-checkout').shadowRoot.querySelector('.pay')).backgroundColor === arguments[0]";
    let own = "rgb(11, 110, 79)";
    for (theme, colour) in
        [("ink", "rgb(22, 24, 26)"), ("paper", "rgb(154, 52, 18)"), ("harbour", "rgb(29, 78, 216)"), ("", own)]
    {
        set(&browser, "ready", theme).await;
        browser.until(&format!("the theme is {theme:?}"), accent, &[json!(colour)]).await;
        let linked = "return document.getElementById('tag-html').textContent.includes(arguments[0])";
        assert_eq!(
            browser.run(linked, &[json!(".css")]).await,
            json!(!theme.is_empty()),
            "the tag to copy links {theme}"
        );
    }
}

#[tokio::test]
async fn the_playgrounds_tag_works_when_it_is_copied_into_a_page() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/playground")).await;
    let methods = r#"["unionpay",{"id":"wechatpay","fee":{"percent":"0.6"}},{"id":"card","label":"Gift card"}]"#;
    for (name, value) in [
        ("shop", "Tea & \"Co\" <b>"),
        ("amount", "9900"),
        ("methods", methods),
        ("theme", "dark"),
        ("collapseAfter", "2"),
        ("--moongate-radius", "3px"),
    ] {
        set(&browser, name, value).await;
    }
    let ready = "const [one] = document.querySelectorAll('moongate-checkout')
      return one?.getAttribute('collapse-after') === '2' && one.style.getPropertyValue('--moongate-radius') === '3px' && one.state?.offer && true";
    browser.until("the playground shows it", ready, &[]).await;
    let told = browser.run("return [document.querySelector('#tag-html pre').textContent, document.querySelector('#tag-script pre').textContent, document.querySelector('#controls').elements.order.value]", &[]).await;
    let [html, script, order] = [0, 1, 2].map(|at| told[at].as_str().unwrap().to_owned());
    let (script, style) = script.split_once("/* shop.css */").expect("the looks are told");
    shop.write("shop.css", style);
    shop.write("copied.js", script);
    shop.write("copied.html", &format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>x</title><script src=\"heard.js\"></script>{html}<script type=\"module\" src=\"copied.js\"></script>"));
    browser.goto(&shop.at("/pages/copied.html")).await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await;
    assert_eq!(checkout.text(".shop").await, "Tea & \"Co\" <b>");
    assert_eq!(
        checkout.see("return [...root.querySelectorAll('[data-method]')].map((row) => row.dataset.method)").await,
        json!(["unionpay", "wechatpay"])
    );
    assert_eq!(
        checkout.see("return getComputedStyle(host).getPropertyValue('--moongate-radius').trim()").await,
        json!("3px")
    );
    assert_eq!(checkout.heard("error").await, Vec::<Value>::new());
    checkout.pay_with("wechatpay").await.shows("acting").await;
    let payment = shop.payment(&order).await;
    assert_eq!((&payment["amount"], &payment["currency"]), (&json!(9959), &json!("CNY")), "0.6 % of 99.00, half up");
}

#[tokio::test]
async fn the_playground_shows_what_is_heard_and_why_and_plays_the_wallet() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/playground")).await;
    let explained = browser.run("return document.querySelector('#explained tbody th').textContent", &[]).await;
    assert_eq!(explained, "wechatpay");
    let checkout = Checkout::on(&browser);
    checkout.pay_with("wechatpay").await.shows("acting code").await;
    browser.press("[data-deed='pay']").await;
    checkout.shows("ended succeeded").await;
    let heard = "return [...document.querySelectorAll('#heard li')].map((item) => item.dataset.event)";
    browser.until("the outcome is listed", &format!("{heard}.includes('moongate-complete')"), &[]).await;
    let heard = browser.run(heard, &[]).await;
    for name in ["moongate-ready", "moongate-submit", "moongate-action", "moongate-complete"] {
        assert!(heard.as_array().unwrap().contains(&json!(name)), "{heard}");
    }
    let line = "const log = document.querySelector('moongate-checkout').state.log
      return document.querySelectorAll('#timeline .moment').length === log.length && [...document.querySelectorAll('#timeline .run')].map((run) => run.textContent)";
    let runs = browser.until("the time line is whole", line, &[]).await;
    assert_eq!(runs, json!(["choosing", "sending", "acting", "ended"]));
}

#[tokio::test]
async fn a_fault_and_an_app_that_are_chosen_in_the_playground_are_met() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/playground")).await;
    let choose = "const field = document.getElementById('fault'); field.value = [...field.options].find((one) => one.textContent.startsWith('every answer is 500')).value; field.dispatchEvent(new Event('change'))";
    browser.run(choose, &[]).await;
    browser
        .until("it is set", "return document.getElementById('server-said').textContent.startsWith('Set, until')", &[])
        .await;
    Checkout::on(&browser).pay_with("wechatpay").await;
    browser.until("the fault is heard", "return [...document.querySelectorAll('[data-event=\"moongate-error\"] span')].some((span) => span.textContent.includes('server_error'))", &[]).await;
    shop.faults(json!([])).await;
    set(&browser, "app", "wechat").await;
    browser.until_at("app=wechat").await;
    browser
        .until(
            "the page's app is WeChat",
            "return document.querySelector('#explained .note')?.textContent.startsWith('wechat ')",
            &[],
        )
        .await;
    assert_eq!(
        browser.run("return document.getElementById('controls').elements.app.value", &[]).await,
        "wechat",
        "the address keeps it"
    );
}

#[tokio::test]
async fn the_support_view_draws_a_log_and_says_what_is_none() {
    let (shop, browser) = (Shop::open(), DESK.language("en").open().await);
    settled(&browser, &shop.at("/guide/support")).await;
    let draw = "document.getElementById('log').value = arguments[0]; document.getElementById('paste-form').requestSubmit()
      return [document.getElementById('log-said').textContent, document.querySelectorAll('.moment').length, document.getElementById('log').getAttribute('aria-invalid')]";
    for (text, said) in [("{", "This is no JSON"), ("{}", "no log"), ("[]", "empty"), ("[{}]", "no log")] {
        let told = browser.run(draw, &[json!(text)]).await;
        assert!(told[0].as_str().unwrap().contains(said) && told[2] == "true", "{text}: {told}");
    }
    let entry = |at: u64, event: &str, phase: &str, with: &str| json!({ "at": at, "event": event, "with": with, "clock": null, "phase": phase });
    let log = json!({ "log": [entry(0, "begun", "choosing", ""), entry(1500, "pay", "sending", "7"), entry(2000, "answered", "acting", "pending wechatpay - qr 0 - - 1"), entry(90_000, "none_of_ours", "ended", "<b>")] });
    let told = browser.run(draw, &[json!(log.to_string())]).await;
    assert_eq!(told, json!(["4 entries.", 4, null]));
    let text = browser.run("return document.getElementById('timeline').innerText.replace(/\\s+/g, ' ')", &[]).await;
    let text = text.as_str().unwrap();
    assert!(
        text.contains("+1.50 s shopper presses pay")
            && text.contains("pending · wechatpay · qr")
            && text.contains("<b>"),
        "{text}"
    );
    browser.press("#example").await;
    browser.until("the widget's own log is drawn", "return document.querySelector('.moment')?.dataset.event === 'begun' || document.getElementById('log-said').textContent.includes('empty')", &[]).await;
}

/// A folder of its own, that goes with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn the_quick_start_leads_from_an_empty_folder_to_a_paid_order() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/start");
    let folder = Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("start-{}", std::process::id())));
    fs::create_dir_all(folder.0.join("public")).unwrap();
    fs::copy(guide.join("index.html"), folder.0.join("public/index.html")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = fs::read_to_string(guide.join("shop.py")).unwrap().replace("PORT = 8000", &format!("PORT = {port}"));
    fs::write(folder.0.join("shop.py"), server).unwrap();
    let bundled = Command::new(env!("CARGO_BIN_EXE_moongate"))
        .args(["bundle", "--out"])
        .arg(folder.0.join("public/moongate"))
        .output()
        .unwrap();
    assert!(folder.0.join("public/moongate/manifest.json").is_file(), "{bundled:?}");
    let start = || Program::listening(Command::new("python3").arg("shop.py").current_dir(&folder.0), port);
    let running = start();
    let url = format!("http://127.0.0.1:{port}/checkout");
    let verified = Command::new(env!("CARGO_BIN_EXE_moongate"))
        .args(["verify", &url, "--order", "SO-1002", "--patience", "1"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(verified.stdout).unwrap();
    assert_eq!(verified.status.code(), Some(0), "{told}");
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/start.html")).unwrap();
    let count = told.lines().last().unwrap().split(", 12").next().unwrap();
    assert!(guide.contains(&format!("<code>{count}</code>")), "the guide says what one sees: {count}");
    drop(running);
    let _running = start();
    let browser = DESK.language("en").open().await;
    browser.goto(&format!("http://127.0.0.1:{port}/")).await;
    let checkout = Checkout::on(&browser);
    checkout.until("it is ready", "return host?.state?.offer && true").await;
    checkout.press("pay").await;
    browser.until_at("/wallet/").await;
    browser.press("button").await;
    browser.until_at("127.0.0.1").await;
    checkout.shows("ended succeeded").await;
}

#[tokio::test]
async fn the_guide_is_pictured_for_people_to_judge() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots/guide");
    fs::create_dir_all(&folder).unwrap();
    for (name, kind) in [("desk", DESK.language("en")), ("phone-dark", DESK.language("en").phone(PHONE).dark())] {
        let (shop, browser) = (Shop::open(), kind.open().await);
        for page in ["", "start", "playground", "support"] {
            settled(&browser, &shop.at(&format!("/guide/{page}"))).await;
            let png = browser.client().screenshot().await.unwrap();
            let page = if page.is_empty() { "index" } else { page };
            fs::write(folder.join(format!("{page}-{name}.png")), png).unwrap();
        }
    }
}
