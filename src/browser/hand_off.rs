//! Carries an action out: leaves for the wallet's page, posts its form, calls its bridge.
//!
//! It opens no app: the shopper presses that link itself. Every address and field was checked by [`crate::action`]; a bridge's answer is only a hint.

use super::page::{self, Listener, Timer};
use super::setup::Setup;
use super::till::{Link, Notice};
use crate::action::{Action, Bridge, Method, Step};
use crate::checkout::environment::App;
use crate::checkout::machine::{BridgeWord, What};
use js_sys::{Function, Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlElement, HtmlInputElement, Window};

/// How long a bridge may take to appear, in milliseconds.
const BRIDGE_LIMIT: u64 = 6_000;

/// What waits for a bridge to appear; dropped once it has, or is given up.
type Waiting = Rc<RefCell<Option<(Listener, Timer)>>>;

/// Carries the action out. A bridge's word comes back by the link.
#[inline(never)]
pub(super) fn carry_out(action: &Action, setup: &Setup, link: Link) {
    let (mirror, of) = (setup.mirror.clone(), setup.mirror.attempt());
    let said = move |word| {
        // A late word about another attempt is none about this one.
        if mirror.attempt() == of {
            link.tell(Notice::Happened(What::BridgeSaid(word)));
        }
    };
    match (&action.step, mini_program_page(setup)) {
        (Step::Redirect { url, method: Method::Get, .. }, _) => open(url),
        (Step::Redirect { url, method: Method::Post, fields }, _) => {
            let _posted = page::window().and_then(|window| window.document()).and_then(|page| post(&page, url, fields));
        }
        (Step::InApp { bridge: Bridge::WechatMini | Bridge::WechatJsapi, params }, Some(page)) => {
            call(Call::to_page(page, params), said);
        }
        (Step::InApp { bridge, params }, _) => call(Call::of(*bridge, params), said),
        (Step::Qr { .. } | Step::Deeplink { .. } | Step::Nothing { .. }, _) => (),
    }
}

/// The page that pays, of the mini program around this one.
fn mini_program_page(setup: &Setup) -> Option<&str> {
    let around = setup.mirror.state.borrow().as_ref()?.offer.environment.app;
    setup.options.as_ref().filter(|_| around == App::WechatMiniprogram)?.mini_program_page.as_deref()
}

/// Leaves for this address, in the top window where the page is framed.
#[inline(never)]
pub(super) fn open(url: &str) {
    let Some(window) = page::window() else { return };
    let top = window.top().ok().flatten().filter(|top| *top != window);
    // Another origin's top window can't be read, but may be sent elsewhere after a press.
    let _left = match top {
        Some(top) if is_ours(&top) => top.location().assign(url),
        Some(_) => window.open_with_url_and_target(url, "_top").map(|_| ()),
        None => window.location().assign(url),
    };
}

/// Whether this window is of our own origin, and so may be sent elsewhere at any time.
fn is_ours(window: &Window) -> bool {
    window.location().href().is_ok()
}

/// Posts these fields to this address, as a form that the page never sees.
fn post(page: &Document, url: &str, fields: &[(String, String)]) -> Option<()> {
    let form = page.create_element("form").ok()?;
    // Signatures cover the fields in UTF-8, whatever the page around is written in.
    let charset = ("accept-charset", "utf-8");
    for (name, value) in [("method", "post"), ("action", url), ("target", "_top"), ("hidden", ""), charset] {
        form.set_attribute(name, value).ok()?;
    }
    for (name, value) in fields {
        let field = page.create_element("input").ok()?.dyn_into::<HtmlInputElement>().ok()?;
        field.set_type("hidden");
        field.set_name(name);
        field.set_value(value);
        form.append_child(&field).ok()?;
    }
    page.body()?.append_child(&form).ok()?;
    // From the prototype: a field may be called `submit`.
    let submit = page::member(&Object::get_prototype_of(&form), "submit")?.dyn_into::<Function>().ok()?;
    submit.call0(&form).ok()?;
    form.unchecked_into::<HtmlElement>().remove();
    Some(())
}

fn object(params: &[(String, String)]) -> Object {
    let object = Object::new();
    for (name, value) in params {
        let _set = Reflect::set(&object, &name.into(), &value.into());
    }
    object
}

/// A call to make: of which object in the page, which of its functions, with what.
#[derive(Clone)]
struct Call {
    bridge: Bridge,
    /// The global that is there once the bridge is.
    name: &'static str,
    /// The event that says so.
    ready: &'static str,
    /// The function, below the global.
    path: &'static [&'static str],
    /// Its first arguments, before what takes the answer; with none, the answer goes by `success` and `fail` of `params`.
    first: &'static str,
    params: Object,
}

impl Call {
    /// # Source
    /// `research/provider-payloads.md` 3.4, read 2026-11-22.
    fn of(bridge: Bridge, params: &[(String, String)]) -> Self {
        let (name, ready, path, first): (_, _, &[&str], _) = match bridge {
            Bridge::WechatJsapi => ("WeixinJSBridge", "WeixinJSBridgeReady", &["invoke"], "getBrandWCPayRequest"),
            Bridge::AlipayJsapi => ("AlipayJSBridge", "AlipayJSBridgeReady", &["call"], "tradePay"),
            Bridge::WechatMini => ("wx", "WeixinJSBridgeReady", &["requestPayment"], ""),
            Bridge::UnionpayUpsdk => ("upsdk", "upsdkReady", &["pay"], ""),
        };
        Self { bridge, name, ready, path, first, params: object(params) }
    }

    /// Leads to the mini program's own page, with the parameters in its query: a web-view can't call the wallet itself.
    ///
    /// # Source
    /// WeChat's web-view guide, `wx.miniProgram.navigateTo`; `research/provider-payloads.md` 3.3, read 2026-11-22.
    fn to_page(page: &str, params: &[(String, String)]) -> Self {
        let mut url = page.to_owned();
        for (at, (name, value)) in params.iter().enumerate() {
            url.push_str(if at == 0 && !page.contains('?') { "?" } else { "&" });
            url.push_str(name);
            url.push('=');
            url.push_str(&String::from(js_sys::encode_uri_component(value)));
        }
        let path = &["miniProgram", "navigateTo"];
        Self { path, params: object(&[("url".to_owned(), url)]), ..Self::of(Bridge::WechatMini, &[]) }
    }

    /// The object that the function is a member of, and the function.
    fn target(&self) -> Option<(JsValue, Function)> {
        let (last, before) = self.path.split_last()?;
        let target = before.iter().try_fold(page::global(self.name)?, |object, name| page::member(&object, name))?;
        let function = page::member(&target, last)?.dyn_into::<Function>().ok()?;
        Some((target, function))
    }

    /// Calls it. Whatever it answers first is its word; it may never answer, and may answer again.
    fn make(&self, said: impl Fn(BridgeWord) + 'static) {
        let unsaid = Rc::new(RefCell::new(Some(said)));
        let said = move |word| {
            if let Some(said) = unsaid.take() {
                said(word);
            }
        };
        let Some((target, function)) = self.target() else { return said(BridgeWord::Absent) };
        let (bridge, leads_on, heard) = (self.bridge, self.path.len() > 1, said.clone());
        let answered = Closure::<dyn FnMut(JsValue)>::new(move |result| {
            // Another page was opened, and no more: what becomes of the payment, it does not say.
            let word = if leads_on { left(&result) } else { Some(word(bridge, &result)) };
            word.into_iter().for_each(&heard);
        });
        let answered = answered.into_js_value();
        let called = if self.first.is_empty() {
            with_callbacks(&self.params, &answered);
            function.call1(&target, &self.params)
        } else {
            function.call3(&target, &self.first.into(), &self.params, &answered)
        };
        if called.is_err() {
            said(BridgeWord::Absent);
        }
    }
}

/// Makes the call as soon as its bridge is there.
fn call(call: Call, said: impl Fn(BridgeWord) + Clone + 'static) {
    let Some(page) = page::window().and_then(|window| window.document()) else { return };
    if page::global(call.name).is_some() {
        return call.make(said);
    }
    let waiting: Waiting = Rc::default();
    let (appeared, given_up) = (waiting.clone(), waiting.clone());
    let (ready, late) = (call.ready, said.clone());
    let ready = Listener::new(&page, ready, move |_| {
        if let Some(waited) = appeared.take() {
            call.make(said.clone());
            drop_later(waited);
        }
    });
    let limit = Timer::after(BRIDGE_LIMIT, move || {
        if let Some(waited) = given_up.take() {
            late(BridgeWord::Absent);
            drop_later(waited);
        }
    });
    waiting.replace(Some((ready, limit)));
}

/// Drops a closure after it has returned: it must not free itself while it runs.
fn drop_later(waited: (Listener, Timer)) {
    wasm_bindgen_futures::spawn_local(async move { drop(waited) });
}

fn with_callbacks(params: &Object, answered: &JsValue) {
    for name in ["success", "fail"] {
        let _set = Reflect::set(params, &name.into(), answered);
    }
}

fn said_as(result: &JsValue, key: &str) -> String {
    page::member(result, key).map(|value| super::announce::text_of(&value)).unwrap_or_default()
}

/// What became of leading on to another page.
fn left(result: &JsValue) -> Option<BridgeWord> {
    (!said_as(result, "errMsg").ends_with(":ok")).then_some(BridgeWord::Absent)
}

/// What the bridge's answer hints at.
///
/// # Source
/// `research/provider-payloads.md` 3.4, read 2026-11-22. A failure without a word of its own may still be paid, which
/// the server knows.
fn word(bridge: Bridge, result: &JsValue) -> BridgeWord {
    let paid = match bridge {
        Bridge::WechatJsapi => said_as(result, "err_msg").ends_with(":ok"),
        Bridge::WechatMini => said_as(result, "errMsg").ends_with(":ok"),
        Bridge::AlipayJsapi => ["9000", "8000", "6004"].contains(&said_as(result, "resultCode").as_str()),
        Bridge::UnionpayUpsdk => page::member(result, "msg").is_none(),
    };
    if paid { BridgeWord::Paid } else { BridgeWord::NotPaid }
}
