//! Every screen there is, and how a shopper comes to it: what axe judges and what pictures are made of.
//!
//! The server is the page's own `transport`, which says what the scene needs; nothing of the widget is skipped.

use crate::harness::{Browser, Checkout, DESK, Kind, PHONE, Shop, Trial, WECHAT};
use serde_json::{Value, json};

/// A screen: its name, what the page's server says, what the shopper presses, and where that leads.
pub struct Scene {
    /// Its name, of letters and dashes.
    pub name: &'static str,
    says: Value,
    wechat: bool,
    presses: &'static [&'static str],
    /// The screen that it is: a phase, or a phase and its face.
    pub leads_to: &'static str,
}

fn scene(name: &'static str, says: Value, presses: &'static [&'static str], leads_to: &'static str) -> Scene {
    Scene { name, says, wechat: false, presses, leads_to }
}

fn in_wechat(scene: Scene) -> Scene {
    Scene { wechat: true, ..scene }
}

const CODE: &str = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz";

/// A provider's picture of a code, as far as its size: one white pixel.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjVJwAAAABJRU5ErkJggg==";

fn code(more: &Value) -> Value {
    with(json!({ "status": "pending", "action": { "type": "qr", "payload": CODE }, "code_in": 4867 }), more)
}

fn with(mut object: Value, more: &Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.extend(more.as_object().cloned().unwrap_or_default());
    object
}

fn bridge() -> Value {
    let params = json!({ "appId": "wx2421b1c4370ec43b", "timeStamp": "1925500000", "nonceStr": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
        "package": "prepay_id=wx201410272009395522657a690389285100", "signType": "RSA", "paySign": "oR9d8PuhnIc+YZ8cBHFCwfgpaK9gd7va" });
    json!({ "status": "pending", "action": { "type": "inapp", "bridge": "wechat_jsapi", "params": params } })
}

fn leaving() -> Value {
    let url = "https://gateway.95516.com/gateway/api/frontTransReq.do";
    json!({ "status": "pending", "action": { "type": "redirect", "method": "POST", "url": url, "fields": { "orderId": "1" } } })
}

fn app_link() -> Value {
    json!({ "status": "pending", "action": { "type": "deeplink", "url": "alipays://platformapi/startapp?saId=10000007",
        "fallback": "https://openapi.alipay.com/gateway.do?x=1" } })
}

/// All of them, in the order of a payment.
pub fn all() -> Vec<Scene> {
    let outcome = |status: &str| json!({ "create": { "status": status } });
    let asked = |status: &str| {
        let mut scene = outcome(status);
        scene["options"] = json!({ "methods": [{ "id": "wechatpay", "feedback": true }, "alipay"] });
        scene
    };
    let fees = json!({ "options": { "methods": [{ "id": "alipay", "fee": 0 }, { "id": "wechatpay", "fee": { "percent": "0.6" } },
        { "id": "card", "label": "Own 银行卡", "description": "各家银行 Any bank" }, "unionpay", "hebao"], "collapseAfter": 4 } });
    let more = json!({ "options": { "methods": fees["options"]["methods"], "collapseAfter": 2, "testMode": true } });
    let scanned = json!({ "status": "pending", "code_in": 299, "action": { "type": "qr", "image": PICTURE } });
    vec![
        scene("loading", json!({ "hold": true }), &[], "choosing"),
        scene("loading-sending", json!({ "hold": true }), &["wechatpay", "pay"], "sending"),
        scene("choosing-more", more, &["show_more"], "choosing"),
        scene("choosing", json!({}), &[], "choosing"),
        scene("choosing-none", json!({ "options": { "selected": "none" } }), &[], "choosing"),
        scene("choosing-fees", fees, &[], "choosing"),
        in_wechat(scene("choosing-in-wechat", json!({}), &[], "choosing")),
        scene("choosing-after-a-fault", json!({ "create": 400 }), &["wechatpay", "pay"], "choosing"),
        scene(
            "no-method",
            json!({ "options": { "methods": [{ "id": "alipay", "min": 99_999_999 }] } }),
            &[],
            "choosing",
        ),
        scene("broken", json!({ "options": { "currency": "RMB" } }), &[], "broken"),
        scene("sending", json!({ "create": "never" }), &["wechatpay", "pay"], "sending"),
        scene("code", json!({ "all": code(&json!({})) }), &["wechatpay", "pay"], "acting code"),
        scene(
            "code-abroad",
            json!({ "all": code(&json!({})), "options": { "amount": 1800, "currency": "EUR" } }),
            &["wechatpay", "pay"],
            "acting code",
        ),
        scene(
            "code-for-several",
            json!({ "all": code(&json!({})), "options": { "methods": [{ "id": "wechatpay", "scannableBy": ["alipay", "unionpay"] }] } }),
            &["wechatpay", "pay"],
            "acting code",
        ),
        scene(
            "code-with-page",
            json!({ "all": code(&json!({ "action": { "type": "qr", "payload": "https://qr.alipay.com/bax00000000000000000000001", "fallback": null } })) }),
            &["alipay", "pay"],
            "acting code",
        ),
        scene("code-picture", json!({ "all": scanned }), &["wechatpay", "pay"], "acting code"),
        scene("code-over", json!({ "all": code(&json!({ "code_in": 1 })) }), &["wechatpay", "pay"], "acting code_over"),
        scene(
            "refreshing",
            json!({ "all": code(&json!({ "code_in": 1 })), "refresh": "never" }),
            &["wechatpay", "pay", "new_code"],
            "acting refreshing",
        ),
        scene("leaving", json!({ "all": leaving(), "stay": true }), &["unionpay", "pay"], "acting leaving"),
        in_wechat(scene(
            "in-app",
            json!({ "all": bridge(), "bridge": "silent" }),
            &["wechatpay", "pay"],
            "acting in_app",
        )),
        scene("app-link", json!({ "all": app_link() }), &["alipay", "pay"], "acting app_link"),
        scene(
            "still-here",
            json!({ "all": app_link(), "stay": true }),
            &["alipay", "pay", "go_on"],
            "acting still_here",
        ),
        in_wechat(scene(
            "not-paid",
            json!({ "all": bridge(), "bridge": "cancel" }),
            &["wechatpay", "pay"],
            "acting not_paid",
        )),
        scene("host", json!({ "all": leaving(), "taken": true }), &["unionpay", "pay"], "acting host"),
        in_wechat(scene(
            "returned",
            json!({ "create": bridge(), "status": "never", "bridge": "cancel" }),
            &["wechatpay", "pay"],
            "confirming returned",
        )),
        in_wechat(scene("said", json!({ "all": bridge(), "bridge": "ok" }), &["wechatpay", "pay"], "confirming said")),
        scene(
            "processing",
            json!({ "all": { "status": "processing" } }),
            &["wechatpay", "pay"],
            "confirming processing",
        ),
        scene(
            "last-check",
            json!({ "create": code(&json!({ "code_in": 1 })), "status": "never" }),
            &["wechatpay", "pay"],
            "confirming last_check",
        ),
        scene(
            "canceling",
            json!({ "all": code(&json!({})), "cancel": "never" }),
            &["wechatpay", "pay", "change_method"],
            "canceling",
        ),
        scene(
            "unknown",
            json!({ "create": { "status": "processing" }, "status": "lost", "speed": 6 }),
            &["wechatpay", "pay"],
            "unknown",
        ),
        scene(
            "unknown-call",
            json!({ "create": { "status": "processing" }, "status": "lost", "speed": 150 }),
            &["wechatpay", "pay"],
            "unknown call",
        ),
        scene("paid", outcome("succeeded"), &["wechatpay", "pay"], "ended succeeded"),
        scene(
            "refunded",
            json!({ "create": { "status": "succeeded", "refunded": true } }),
            &["wechatpay", "pay"],
            "ended refunded",
        ),
        scene("failed", outcome("failed"), &["wechatpay", "pay"], "ended failed"),
        scene("canceled", outcome("canceled"), &["wechatpay", "pay"], "ended canceled"),
        scene("expired", outcome("expired"), &["wechatpay", "pay"], "ended expired"),
        scene("question", asked("succeeded"), &["wechatpay", "pay"], "ended succeeded"),
        scene("question-answered", asked("failed"), &["wechatpay", "pay", "feedback_bad"], "ended failed"),
    ]
}

/// A code of three minutes on a page whose clock runs twenty times as fast: no screen to look at, but one to listen to.
pub fn counting() -> Scene {
    let says = json!({ "all": code(&json!({ "code_in": 180 })), "speed": 20 });
    scene("code-counting", says, &["wechatpay", "pay"], "acting code")
}

/// Where screens are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// On a phone, else on a desk.
    pub phone: bool,
    /// The page's language.
    pub language: &'static str,
    /// In large print.
    pub large: bool,
    /// In dark colours.
    pub dark: bool,
}

impl Place {
    /// Its name: `phone-zh-CN-large`.
    pub fn name(self) -> String {
        let device = if self.phone { "phone" } else { "desk" };
        format!("{device}-{}{}", self.language, if self.large { "-large" } else { "" })
    }

    fn kind(self, wechat: bool) -> Kind {
        let kind = match (self.phone, wechat) {
            // On a desk no app's bridge is promised, so WeChat is a phone there as well.
            (_, true) => DESK.phone(WECHAT),
            (true, false) => DESK.phone(PHONE),
            (false, false) => DESK,
        };
        let kind = kind.language(self.language).still();
        if self.dark { kind.dark() } else { kind }
    }
}

/// Column and colours of a shop's page around the widget.
const STYLE: &str =
    "<style>body { margin: 0; font-family: system-ui, sans-serif } h1 { font-size: 1rem; margin: 0 0 .75rem }
  main { box-sizing: border-box; max-width: 34rem; margin: 0 auto; padding: 1.25rem } main > h1 { position: absolute; clip-path: inset(50%) }
  @media (prefers-color-scheme: dark) { body { background: #0d0f11; color: #eee } }</style>";

/// Visits every screen at this place, and calls `look` with each.
pub async fn visit(place: Place, only: impl Fn(&Scene) -> bool, look: impl AsyncFnMut(&Scene, &Checkout<'_>)) {
    visit_with(place, "", only, look).await;
}

/// The same, where each page first runs this script.
pub async fn visit_with(
    place: Place,
    script: &str,
    only: impl Fn(&Scene) -> bool,
    look: impl AsyncFnMut(&Scene, &Checkout<'_>),
) {
    visit_these(place, script, &all().into_iter().filter(only).collect::<Vec<_>>(), look).await;
}

/// The same of these.
pub async fn visit_these(place: Place, script: &str, all: &[Scene], mut look: impl AsyncFnMut(&Scene, &Checkout<'_>)) {
    let shop = Shop::open();
    for wechat in [false, true] {
        let scenes: Vec<&Scene> = all.iter().filter(|scene| scene.wechat == wechat).collect();
        if scenes.is_empty() {
            continue;
        }
        let browser = place.kind(wechat).open().await;
        for (number, scene) in scenes.iter().enumerate() {
            // An order each, or the next scene would take the last one's payment up.
            let order = format!("SO-{}", 1001 + number);
            look(scene, &shown(&shop, &browser, place, script, scene, &order).await).await;
        }
    }
}

async fn shown<'a>(
    shop: &Shop,
    browser: &'a Browser,
    place: Place,
    script: &str,
    scene: &Scene,
    order: &str,
) -> Checkout<'a> {
    let mut says = scene.says.clone();
    // A desk goes by the page at once where there is one.
    if let Some(link) = says.pointer_mut("/all/action").filter(|action| !place.phone && action["type"] == "deeplink") {
        link["fallback"] = Value::Null;
    }
    // Each scene is seen by somebody who has picked nothing before.
    let stage = format!("sessionStorage.clear(); {script}; window.scene = {says}; {{ {} }}", include_str!("stage.js"));
    let size = if place.large { "large" } else { "normal" };
    // Not in test mode, since the wallets' own addresses are shown; nobody goes there.
    let trial = Trial::of(order).without("endpoint").without("test-mode").with("text-size", size);
    let trial = trial.with("locale", place.language).language(place.language).head(STYLE).script(&stage);
    browser.goto(&shop.page(&trial)).await;
    let checkout = Checkout::on(browser);
    if scene.says["hold"] == true {
        checkout
            .until("the rows are there", "return root?.querySelector('section:not([inert]) [data-method]') != null")
            .await;
    } else if scene.leads_to != "broken" {
        checkout.until("the widget is there", "return host.state?.offer != null").await;
    }
    for press in scene.presses {
        match *press {
            "alipay" | "wechatpay" | "unionpay" => checkout.choose(press).await,
            gesture => checkout.press(gesture).await,
        };
    }
    if scene.name == "choosing-after-a-fault" {
        checkout.hears("error").await;
    }
    checkout.shows(scene.leads_to).await;
    checkout
}
