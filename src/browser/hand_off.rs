//! Carries an action out: leaves for the wallet's page, posts its form, calls its bridge, opens its app.
//!
//! Every address and field was checked by [`crate::action`]; a bridge's answer is only a hint.

use super::page::{self, Listener, Timer};
use crate::action::{Action, Bridge, Method, Step};
use crate::checkout::machine::BridgeWord;
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

/// Carries the action out. A bridge's word comes through `said`.
#[inline(never)]
pub(super) fn carry_out(action: &Action, said: impl Fn(BridgeWord) + Clone + 'static) {
    match &action.step {
        Step::Redirect { url, method: Method::Get, .. } | Step::Deeplink { url, .. } => open(url),
        Step::Redirect { url, method: Method::Post, fields } => {
            let _posted = page::window().and_then(|window| window.document()).and_then(|page| post(&page, url, fields));
        }
        Step::InApp { bridge, params } => call(*bridge, &object(params), said),
        Step::Qr { .. } | Step::Nothing { .. } => (),
    }
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

fn is_ours(top: &Window) -> bool {
    top.location().href().is_ok()
}

/// Posts these fields to this address, as a form that the page never sees.
fn post(page: &Document, url: &str, fields: &[(String, String)]) -> Option<()> {
    let form = page.create_element("form").ok()?;
    for (name, value) in [("method", "post"), ("action", url), ("target", "_top"), ("hidden", "")] {
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

/// Calls the bridge as soon as it is there.
fn call(bridge: Bridge, params: &Object, said: impl Fn(BridgeWord) + Clone + 'static) {
    let (name, event) = match bridge {
        Bridge::WechatJsapi => ("WeixinJSBridge", "WeixinJSBridgeReady"),
        Bridge::AlipayJsapi => ("AlipayJSBridge", "AlipayJSBridgeReady"),
        Bridge::WechatMini => ("wx", "WeixinJSBridgeReady"),
        Bridge::UnionpayUpsdk => ("upsdk", "upsdkReady"),
    };
    let Some(page) = page::window().and_then(|window| window.document()) else { return };
    if page::global(name).is_some() {
        return invoke(bridge, name, params, said);
    }
    let waiting: Waiting = Rc::default();
    let (appeared, given_up) = (waiting.clone(), waiting.clone());
    let (params, late) = (params.clone(), said.clone());
    let ready = Listener::new(&page, event, move |_| {
        if let Some(waited) = appeared.take() {
            invoke(bridge, name, &params, said.clone());
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

fn invoke(bridge: Bridge, name: &str, params: &Object, said: impl Fn(BridgeWord) + Clone + 'static) {
    let Some(target) = page::global(name) else { return said(BridgeWord::Absent) };
    let answer = said.clone();
    let answered = Closure::<dyn FnMut(JsValue)>::new(move |result| answer(word(bridge, &result))).into_js_value();
    let function = |name: &str| page::member(&target, name).and_then(|function| function.dyn_into::<Function>().ok());
    let called = match bridge {
        Bridge::WechatJsapi => {
            function("invoke").map(|invoke| invoke.call3(&target, &"getBrandWCPayRequest".into(), params, &answered))
        }
        Bridge::AlipayJsapi => function("call").map(|call| call.call3(&target, &"tradePay".into(), params, &answered)),
        Bridge::WechatMini => {
            with_callbacks(params, &answered);
            function("requestPayment").map(|pay| pay.call1(&target, params))
        }
        Bridge::UnionpayUpsdk => {
            with_callbacks(params, &answered);
            function("pay").map(|pay| pay.call1(&target, params))
        }
    };
    if !matches!(called, Some(Ok(_))) {
        said(BridgeWord::Absent);
    }
}

fn with_callbacks(params: &Object, answered: &JsValue) {
    for name in ["success", "fail"] {
        let _set = Reflect::set(params, &name.into(), answered);
    }
}

/// What the bridge's answer hints at.
///
/// # Source
/// `research/provider-payloads.md` 3.4, read 2026-11-22. A failure without a word of its own may still be paid, which
/// the server knows.
fn word(bridge: Bridge, result: &JsValue) -> BridgeWord {
    let text = |key: &str| page::member(result, key).map(|value| super::announce::text_of(&value)).unwrap_or_default();
    let paid = match bridge {
        Bridge::WechatJsapi => text("err_msg").ends_with(":ok"),
        Bridge::WechatMini => text("errMsg").ends_with(":ok"),
        Bridge::AlipayJsapi => ["9000", "8000", "6004"].contains(&text("resultCode").as_str()),
        Bridge::UnionpayUpsdk => page::member(result, "msg").is_none(),
    };
    if paid { BridgeWord::Paid } else { BridgeWord::NotPaid }
}
