//! That the keyboard alone is enough: each flow from the first Tab to its end, where the focus is after each key, and that it
//! is seen.
//!
//! No story here presses anything with a pointer, and each holds at its end that none was used.

use crate::apps::WECHAT_BRIDGE;
use crate::harness::{Browser, Checkout, DESK, Engine, Kind, PHONE, Shop, Trial, WECHAT, untroubled};
use crate::scenes::{Place, visit};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};

/// Keeps each use of a pointer; a click that a key makes has no detail.
const WATCH: &str = "window.pointed = []
  for (const name of ['pointerdown', 'pointerenter', 'mousedown', 'touchstart', 'click']) {
    addEventListener(name, (event) => { if (event.isTrusted && (name !== 'click' || event.detail > 0)) window.pointed.push(name) }, true)
  }";

/// What a focus is called: the heading, a gesture's word with the method of a radio, `done`, `support`; else nothing.
const CALLED: &str = "const called = (at) => !at ? 'nothing' : at.matches('[data-heading]') ? 'heading' : at.matches('[data-done]') ? 'done'
  : at.matches('.support') ? 'support' : at.type === 'radio' ? at.value : at.dataset.gesture ?? at.localName;";

/// Whether the focus can be seen: in the window, uncovered, with an outline of at least two pixels. A heading takes the focus
/// to be read, and has none.
const SEEN: &str = "const WEBKIT = !window.chrome && !('MozAppearance' in document.documentElement.style); const seen = (at) => {
    if (!at) return 'nothing has the focus'
    const part = at.type === 'radio' ? at.parentNode.querySelector('.about') : at
    const { left, right, top, bottom } = at.type === 'radio' ? at.closest('.method').getBoundingClientRect() : at.getBoundingClientRect()
    if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) return `out of sight: ${[left, top, right, bottom]} of ${innerWidth} × ${innerHeight}`
    const over = root.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    if (!over || !(at.contains(over) || over.contains(at) || over.closest('.method')?.contains(at))) return `covered by ${over?.outerHTML.slice(0, 60)}`
    if (at.matches('[data-heading]')) return ''
    // WebKit does not take an arrow key for one that shows the focus: there it is the picked row's edge that moves with it.
    if (WEBKIT && at.checked && parseFloat(getComputedStyle(part, '::after').borderTopWidth) >= 2) return ''
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(part, at.type === 'radio' ? '::after' : null)
    return at.matches(':focus-visible') && outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 && !/, 0\\)$/.test(outlineColor) ? '' : `outline ${outlineStyle} ${outlineWidth}`
  };";

/// Somebody with a keyboard and nothing else, at a checkout.
struct Hands<'a> {
    browser: &'a Browser,
    checkout: Checkout<'a>,
}

impl<'a> Hands<'a> {
    /// On this page, before the first key.
    async fn on(browser: &'a Browser, page: &str) -> Self {
        browser.goto(page).await;
        let checkout = Checkout::on(browser);
        checkout
            .until("the rows are there", "return host?.state?.offer != null && root.querySelector('input') != null")
            .await;
        Self { browser, checkout }
    }

    async fn press(&self, key: Key) -> &Self {
        type_key(self.browser, char::from(key)).await;
        self
    }

    /// Holds that the focus comes to this control, and is seen there.
    async fn is_at(&self, stop: &str) -> &Self {
        let script = format!(
            "{CALLED} {SEEN} return called(root?.activeElement) === '{stop}' && seen(root.activeElement) === ''"
        );
        let account = format!("{CALLED} {SEEN} return [called(root?.activeElement), seen(root?.activeElement)]");
        let there = crate::harness::wait::until(crate::harness::wait::LIMIT, async || {
            (self.checkout.looks(&script).await == json!(true)).then_some(())
        });
        if there.await.is_none() {
            let seen = self.checkout.see(&account).await;
            panic!("the focus is at {seen}, not at {stop}\n{}", self.browser.account().await);
        }
        self
    }

    /// Tab by Tab past these, in this order.
    async fn tabs(&self, stops: &[&str]) -> &Self {
        for stop in stops {
            self.press(Key::Tab).await.is_at(stop).await;
        }
        self
    }

    /// Enter, here.
    async fn enter(&self) -> &Self {
        self.press(Key::Enter).await
    }

    /// Waits for this screen, whose heading has the focus.
    async fn comes_to(&self, screen: &str) -> &Self {
        self.checkout.shows(screen).await;
        self.is_at("heading").await
    }

    /// The method that is picked.
    async fn picked(&self) -> Value {
        self.checkout.see("return root.querySelector('input:checked')?.value ?? null").await
    }

    /// On a wallet's page: to this button, and Enter.
    async fn decides(&self, button: &str) -> &Self {
        self.browser.until_at("/sandbox/wallet").await;
        for _ in 0..12 {
            self.press(Key::Tab).await;
            if self.browser.run("return document.activeElement?.id", &[]).await == json!(button) {
                return self.press(Key::Enter).await;
            }
        }
        panic!("{button} can't be reached\n{}", self.browser.account().await);
    }

    /// Holds that no pointer was used on this page, and that nothing went wrong.
    async fn untouched(&self) {
        assert_eq!(self.browser.run("return window.pointed", &[]).await, json!([]), "a pointer was used");
        untroubled(self.browser).await;
    }
}

async fn type_key(browser: &Browser, value: char) {
    let (down, up) = (KeyAction::Down { value }, KeyAction::Up { value });
    browser.act(KeyActions::new("keys".to_owned()).then(down).then(up)).await;
}

fn trial(order: &str) -> Trial {
    Trial::of(order).script(WATCH)
}

async fn at_a_shop(kind: Kind, story: impl AsyncFnOnce(&Shop, &Browser, String)) {
    let (shop, browser) = (Shop::open(), kind.open().await);
    let order = shop.order();
    story(&shop, &browser, order).await;
}

#[tokio::test]
async fn by_keyboard_alone_arrow_keys_pick_a_method_and_the_group_is_one_stop() {
    at_a_shop(DESK, async |shop, browser, order| {
        let hands = Hands::on(browser, &shop.page(&trial(&order))).await;
        hands.tabs(&["toggle_large", "alipay"]).await;
        // WebKit's groups have two ends; the others' lead from the last to the first and back.
        let around = [(Key::Down, "alipay"), (Key::Up, "hebao")];
        let around = if Engine::of_this_run() == Engine::WebKit { &[][..] } else { &around };
        let down = [(Key::Down, "wechatpay"), (Key::Right, "unionpay"), (Key::Down, "hebao")];
        for (key, method) in down.iter().chain(around).chain(&[(Key::Left, "unionpay")]) {
            hands.press(*key).await.is_at(method).await;
            assert_eq!(hands.picked().await, *method);
        }
        hands.tabs(&["pay"]).await;
        let back = KeyActions::new("keys".to_owned());
        let shift = char::from(Key::Shift);
        let back = back.then(KeyAction::Down { value: shift }).then(KeyAction::Down { value: char::from(Key::Tab) });
        let back = back.then(KeyAction::Up { value: char::from(Key::Tab) }).then(KeyAction::Up { value: shift });
        browser.act(back).await;
        hands.is_at("unionpay").await;
        hands.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_the_language_large_print_and_more_rows_are_had_and_the_focus_stays_near() {
    at_a_shop(DESK.language("de"), async |shop, browser, order| {
        let chinese = "Object.defineProperty(navigator, 'languages', { get: () => ['de-DE', 'zh-CN'] })";
        let page = trial(&order).language("de").with("locale", "de").with("collapse-after", "2").script(chinese);
        let hands = Hands::on(browser, &shop.page(&page)).await;
        let checkout = &hands.checkout;
        checkout
            .until("the switch is there", "return root.querySelector('[data-gesture=switch_language]') != null")
            .await;
        hands.tabs(&["switch_language"]).await.enter().await;
        checkout.until("it speaks Chinese", "return section.lang === 'zh-CN'").await;
        hands.is_at("switch_language").await.tabs(&["toggle_large"]).await;
        for (key, size) in [(Key::Enter, "large"), (Key::Space, "normal")] {
            hands.press(key).await;
            checkout.until("the size changes", &format!("return section.dataset.size === '{size}'")).await;
            hands.is_at("toggle_large").await;
        }
        hands.tabs(&["alipay", "show_more"]).await.enter().await;
        // Where the eye must go: to the first of the rows that came. None is picked by that.
        hands.is_at("unionpay").await;
        assert_eq!(hands.picked().await, "alipay");
        hands.press(Key::Down).await.is_at("hebao").await;
        assert_eq!(hands.picked().await, "hebao");
        hands.tabs(&["pay"]).await;
        hands.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_a_switch_that_comes_late_leaves_the_focus_where_it_is() {
    at_a_shop(DESK, async |shop, browser, order| {
        let page = trial(&order).language("en").with("locale", "en").refused(".wasm").script(
            "window.heard = ['en-US']; Object.defineProperty(navigator, 'languages', { get: () => window.heard })",
        );
        browser.goto(&shop.page(&page)).await;
        let hands = Hands { browser, checkout: Checkout::on(browser) };
        let checkout = &hands.checkout;
        checkout.until("the rows are there", "return root?.querySelector('input') != null").await;
        hands.tabs(&["toggle_large"]).await;
        // Of these two languages the first words are at hand; the switch comes with a file.
        checkout.see("window.heard = ['en-US', 'zh-CN']; host.setAttribute('locale', 'zh-CN')").await;
        checkout.until("it speaks Chinese", "return section.lang === 'zh-CN'").await;
        checkout.see("host.setAttribute('locale', 'en')").await;
        checkout
            .until("the switch is there", "return root.querySelector('[data-gesture=switch_language]') != null")
            .await;
        hands.is_at("toggle_large").await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_quiet_rows_that_come_before_the_widget_have_the_focus_at_their_way_out() {
    at_a_shop(DESK.phone(WECHAT), async |shop, browser, order| {
        let page = trial(&order).with("collapse-after", "3").refused(".wasm");
        browser.goto(&shop.page(&page)).await;
        let hands = Hands { browser, checkout: Checkout::on(browser) };
        hands.checkout.until("the rows are there", "return root?.querySelector('input') != null").await;
        hands.tabs(&["toggle_large", "wechatpay", "show_more"]).await.enter().await.is_at("copy_link").await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_rows_that_come_before_the_widget_have_the_focus_too() {
    at_a_shop(DESK, async |shop, browser, order| {
        let page = trial(&order).with("collapse-after", "2").refused(".wasm");
        browser.goto(&shop.page(&page)).await;
        let hands = Hands { browser, checkout: Checkout::on(browser) };
        hands.checkout.until("the rows are there", "return root?.querySelector('input') != null").await;
        hands.tabs(&["toggle_large", "alipay", "show_more"]).await.enter().await.is_at("unionpay").await;
        assert_eq!(hands.picked().await, "alipay");
        hands.press(Key::Down).await.is_at("hebao").await.tabs(&["pay"]).await;
        hands.checkout.hears("ready").await;
        hands.enter().await.decides("approve").await.comes_to("ended succeeded").await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_a_code_is_saved_left_for_another_way_and_paid() {
    at_a_shop(DESK, async |shop, browser, order| {
        let keep = "HTMLAnchorElement.prototype.click = function () { window.saved = this.download }";
        let hands = Hands::on(browser, &shop.page(&trial(&order).script(keep))).await;
        hands.tabs(&["toggle_large", "alipay"]).await.press(Key::Down).await.is_at("wechatpay").await;
        hands.tabs(&["pay"]).await.enter().await.comes_to("acting code").await;
        hands.tabs(&["change_method", "save_code"]).await.enter().await;
        browser.until("the picture is saved", "return window.saved ?? null", &[]).await;
        hands.is_at("save_code").await;
        let back = "root.querySelector('[data-gesture=change_method]').focus()";
        hands.checkout.see(back).await;
        hands.enter().await.comes_to("choosing").await;
        // The same way again, by another attempt; then it is paid.
        hands.tabs(&["wechatpay"]).await.press(Key::Up).await.is_at("alipay").await;
        hands.tabs(&["pay"]).await.press(Key::Space).await.comes_to("acting code").await;
        shop.wallet(&order, "pay").await;
        hands.comes_to("ended succeeded").await.tabs(&["done"]).await;
        let attempts = shop.payments(&order).await;
        assert_eq!(attempts.iter().filter(|payment| payment["status"] == "succeeded").count(), 1);
        hands.untouched().await;
        hands.enter().await;
        browser.until_at("/orders/done").await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_who_can_t_scan_pays_on_the_page_and_a_new_code_is_had() {
    at_a_shop(DESK, async |shop, browser, order| {
        let page = trial(&order).without("endpoint").script(crate::returning::SHORT);
        let hands = Hands::on(browser, &shop.page(&page)).await;
        hands.tabs(&["toggle_large", "alipay", "pay"]).await.enter().await.comes_to("acting code").await;
        hands.comes_to("acting code_over").await.tabs(&["new_code", "ask_now", "change_method"]).await;
        hands.checkout.see("root.querySelector('[data-gesture=new_code]').focus()").await;
        hands.enter().await.comes_to("acting code").await;
        shop.wallet(&order, "pay").await;
        hands.comes_to("ended succeeded").await.untouched().await;
        let order = shop.order();
        let hands = Hands::on(browser, &shop.page(&trial(&order))).await;
        hands.tabs(&["toggle_large", "alipay", "pay"]).await.enter().await.comes_to("acting code").await;
        hands.tabs(&["use_fallback"]).await.enter().await.decides("approve").await;
        hands.comes_to("ended succeeded").await.tabs(&["done"]).await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_a_wallets_page_is_paid_refused_and_come_back_from() {
    at_a_shop(DESK, async |shop, browser, order| {
        // A page by GET, left unpaid and gone back to; then a gateway's form by POST.
        let hands = Hands::on(browser, &shop.page(&trial(&order))).await;
        hands.tabs(&["toggle_large", "alipay"]).await;
        for method in ["wechatpay", "unionpay", "hebao"] {
            hands.press(Key::Down).await.is_at(method).await;
        }
        hands.tabs(&["pay"]).await.enter().await.decides("refuse").await.comes_to("ended canceled").await;
        hands.tabs(&["try_again"]).await.enter().await.comes_to("choosing").await;
        hands.tabs(&["hebao", "pay"]).await.enter().await.decides("approve").await;
        hands.comes_to("ended succeeded").await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_a_gateways_form_is_paid() {
    at_a_shop(DESK, async |shop, browser, order| {
        shop.provider(json!({ "provider": "normalised", "flow": "redirect" })).await;
        let hands = Hands::on(browser, &shop.page(&trial(&order).with("selected", "unionpay"))).await;
        hands.tabs(&["toggle_large", "unionpay", "pay"]).await.enter().await.decides("approve").await;
        hands.comes_to("ended succeeded").await.tabs(&["done"]).await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_an_outcome_of_each_kind_leads_on_and_a_question_is_answered() {
    at_a_shop(DESK, async |shop, browser, _| {
        for (deed, screen, ways) in [
            ("fail", "ended failed", &["try_again", "feedback_good", "feedback_bad"][..]),
            ("expire", "ended expired", &["pay", "try_again", "feedback_good", "feedback_bad"]),
            ("cancel", "ended canceled", &["try_again", "feedback_good", "feedback_bad"]),
            ("pay", "ended succeeded", &["done", "feedback_good", "feedback_bad"]),
        ] {
            let order = shop.order();
            let asks = "document.addEventListener('DOMContentLoaded', () => {
              document.querySelector('moongate-checkout').options = { methods: [{ id: 'wechatpay', feedback: true }] } })";
            let hands = Hands::on(browser, &shop.page(&trial(&order).script(asks))).await;
            hands.tabs(&["toggle_large", "wechatpay", "pay"]).await.enter().await.comes_to("acting code").await;
            shop.wallet(&order, deed).await;
            hands.comes_to(screen).await.tabs(ways).await.enter().await;
            hands.checkout.hears("feedback").await;
            hands.checkout.until("it is thanked for", "return root.querySelector('[role=status]').innerText !== ''").await;
            // What was pressed is gone; the focus is at the heading, from where the other ways are the next.
            hands.is_at("heading").await.tabs(&ways[..1]).await;
            if deed != "pay" {
                hands.enter().await;
                let next = if deed == "expire" { "acting code" } else { "choosing" };
                hands.comes_to(next).await;
            }
            hands.untouched().await;
        }
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_one_pays_in_wechat_and_goes_on_where_it_was_not_paid() {
    at_a_shop(DESK.phone(WECHAT), async |shop, browser, order| {
        let hands = Hands::on(browser, &shop.page(&trial(&order).script(&format!("{WECHAT_BRIDGE}; bridge()")))).await;
        hands.tabs(&["toggle_large", "wechatpay", "copy_link"]).await;
        // What the rows before the widget say does not outlive them.
        hands
            .checkout
            .until("the view is there", "return root.querySelector('input').name === 'moongate-method'")
            .await;
        hands.is_at("copy_link").await.enter().await;
        hands.checkout.until("it is said", "return root.querySelector('[role=status]').innerText !== ''").await;
        hands.is_at("copy_link").await.tabs(&["pay"]).await.enter().await.comes_to("acting in_app").await;
        browser.until("the bridge is called", "return window.answer != null", &[]).await;
        browser.run("answer('cancel')", &[]).await;
        hands.comes_to("acting not_paid").await.tabs(&["go_on"]).await.enter().await.comes_to("acting in_app").await;
        browser.until("the bridge is called again", "return window.calls.length === 2", &[]).await;
        browser.run("answer('cancel')", &[]).await;
        hands.comes_to("acting not_paid").await.tabs(&["go_on", "ask_now", "change_method"]).await.enter().await;
        hands.comes_to("choosing").await.tabs(&["wechatpay", "copy_link", "pay"]).await.enter().await;
        browser.until("the bridge is called once more", "return window.calls.length === 3", &[]).await;
        shop.wallet(&order, "pay").await;
        browser.run("answer('ok')", &[]).await;
        hands.comes_to("ended succeeded").await.untouched().await;
    })
    .await;
}

/// The controls of a screen in reading order; the radios of a group are one, at the picked or the first.
const CONTROLS: &str = "const all = [...root.querySelectorAll('button, a[href], input')].filter((part) => !part.disabled && part.type !== 'hidden')
  const radios = all.filter(({ type }) => type === 'radio')
  const stop = radios.find(({ checked }) => checked) ?? radios[0];";

#[tokio::test]
async fn by_keyboard_alone_every_control_of_every_screen_is_reached_in_reading_order_and_seen_there() {
    let (mut stops, mut wrong) = (0, Vec::new());
    visit(Place { phone: false, language: "zh-CN", large: false, dark: false }, |_| true, async |scene, checkout| {
        let expected = checkout
            .see(&format!("{CONTROLS} {CALLED} return all.filter((part) => part.type !== 'radio' || part === stop).map(called)"))
            .await;
        // From before the widget on, whatever had the focus.
        checkout.see("getSelection().removeAllRanges(); host.ownerDocument.activeElement.blur(); host.tabIndex = 0; host.focus()").await;
        let mut reached = Vec::new();
        for _ in 0..expected.as_array().map_or(0, Vec::len) {
            type_key(checkout.browser(), char::from(Key::Tab)).await;
            let at = checkout.see(&format!("{CALLED} {SEEN} return [called(root.activeElement), seen(root.activeElement)]")).await;
            if at[1] != json!("") {
                wrong.push(format!("{}: {at}", scene.name));
            }
            reached.push(at[0].clone());
            stops += 1;
        }
        if json!(reached) != expected {
            wrong.push(format!("{}: {} instead of {expected}", scene.name, json!(reached)));
        }
    })
    .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(stops >= 98, "{stops}");
}

#[tokio::test]
async fn by_keyboard_alone_an_app_is_opened_by_its_link() {
    at_a_shop(DESK.phone(PHONE), async |shop, browser, order| {
        shop.provider(json!({ "provider": "normalised", "flow": "deeplink" })).await;
        let hands = Hands::on(browser, &shop.page(&trial(&order))).await;
        hands.tabs(&["toggle_large", "alipay", "pay"]).await.enter().await.comes_to("acting app_link").await;
        hands.tabs(&["go_on"]).await.enter().await.decides("approve").await;
        hands.comes_to("ended succeeded").await.tabs(&["done"]).await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_an_app_that_does_not_open_is_tried_again_and_left_for_its_page() {
    at_a_shop(DESK.phone(PHONE), async |shop, browser, order| {
        shop.provider(json!({ "provider": "normalised", "flow": "deeplink" })).await;
        // As on a phone without the app: the press leads nowhere.
        let nowhere = "addEventListener('click', (event) => { if (event.composedPath()[0].closest?.('a')) event.preventDefault() })";
        let hands = Hands::on(browser, &shop.page(&trial(&order).script(nowhere))).await;
        hands.tabs(&["toggle_large", "alipay", "pay"]).await.enter().await.comes_to("acting app_link").await;
        hands.tabs(&["go_on"]).await.enter().await.comes_to("acting still_here").await;
        hands.tabs(&["go_on"]).await.enter().await.comes_to("acting leaving").await;
        hands.comes_to("acting still_here").await.tabs(&["go_on", "use_fallback"]).await.enter().await;
        hands.decides("approve").await.comes_to("ended succeeded").await.untouched().await;
    })
    .await;
}

#[tokio::test]
async fn by_keyboard_alone_one_comes_to_a_page_on_a_phone() {
    at_a_shop(DESK.phone(PHONE), async |shop, browser, order| {
        let hands = Hands::on(browser, &shop.page(&trial(&order))).await;
        hands.tabs(&["toggle_large", "alipay", "pay"]).await.enter().await.decides("approve").await;
        hands.comes_to("ended succeeded").await.tabs(&["done"]).await.untouched().await;
    })
    .await;
}
