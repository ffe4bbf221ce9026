//! [`Checkout`]: the whole checkout as one Yew component, for an app that is in Rust itself and needs no script of ours.
//!
//! It decides nothing of its own: it stands where the custom element stands, and is no part of the widget's bundle.

use super::border;
use super::embed::{self, Widget};
use super::page::{self, Listener};
use crate::checkout::json::Json;
use crate::checkout::machine::Announcement;
use crate::words::{self, Language};
use js_sys::{Array, Object, Reflect};
use std::fmt;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, Element, ShadowRoot};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, html};

/// What the script puts into its shadow root, too.
const STYLE: &str = include_str!("../../www/moongate.css");

// Declared here, since what web-sys would need for it is a part of every widget's build.
#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    type Host;
    #[wasm_bindgen(method, catch, js_name = attachShadow)]
    fn attach(this: &Host, init: &JsValue) -> Result<ShadowRoot, JsValue>;

    #[derive(Debug)]
    type Sheet;
    #[wasm_bindgen(constructor, catch, js_class = "CSSStyleSheet")]
    fn new() -> Result<Sheet, JsValue>;
    #[wasm_bindgen(method, catch, js_name = replaceSync)]
    fn fill(this: &Sheet, text: &str) -> Result<(), JsValue>;
}

/// What a [`Checkout`] is given.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct CheckoutProps {
    /// The options of `www/moongate.d.ts`, by the same names: an object that [`Json::object`] or [`Json::read`] makes. A change
    /// of them is a change of the element's options.
    pub options: Json,
    /// The options that are functions, `headers` and `transport`, in an object.
    #[prop_or(JsValue::UNDEFINED)]
    pub functions: JsValue,
    /// Hears every event, by its `type_()`; what `prevent_default()` does is in `www/moongate.d.ts`. They bubble as well.
    #[prop_or_default]
    pub on: Callback<CustomEvent>,
}

/// The checkout as a component of another Yew app. It draws in a shadow root, so that no style of the page's meets it.
///
/// The app's wasm then holds all of it, in every language. Whoever wants to be payable before their wasm is here takes the
/// script instead, which a Yew app can use like any other page.
///
/// # Example
/// On the crate's first page, which is `tests/yew`: a test builds it, and pays in it.
#[derive(Debug)]
pub struct Checkout {
    place: NodeRef,
    stand: Option<Stand>,
}

/// What holds a checkout once it is on the page.
struct Stand {
    widget: Widget,
    /// What the widget calls for drawing before the view is here, and for a further part: here all of it is, from the start.
    _called: Closure<dyn FnMut()>,
    _heard: Vec<Listener>,
}

impl fmt::Debug for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stand")
    }
}

impl Component for Checkout {
    type Message = ();
    type Properties = CheckoutProps;

    fn create(_: &Context<Self>) -> Self {
        Self { place: NodeRef::default(), stand: None }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        html! { <div ref={self.place.clone()}></div> }
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &CheckoutProps) -> bool {
        if let Some(stand) = &mut self.stand {
            stand.widget.update(&raw(ctx.props()), locale(&ctx.props().options));
            stand.hear(self.place.cast(), ctx.props());
        }
        false
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.stand = self.place.cast().and_then(|host| Stand::at(host, ctx.props()));
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(mut stand) = self.stand.take() {
            stand.widget.unmount();
        }
    }
}

impl Stand {
    fn at(host: Element, props: &CheckoutProps) -> Option<Self> {
        let open = border::outward(&Json::object([("mode", Json::from_text("open"))]));
        let shadow = host.unchecked_ref::<Host>().attach(&open).ok()?;
        let sheet = Sheet::new().ok()?;
        sheet.fill(STYLE).ok()?;
        Reflect::set(&shadow, &"adoptedStyleSheets".into(), &Array::of1(&sheet)).ok()?;
        let locale = locale(&props.options);
        let before = border::outward(&Json::object([("language", Json::from_text(&locale))]));
        let called = Closure::<dyn FnMut()>::new(|| ());
        let function: &js_sys::Function = called.as_ref().unchecked_ref();
        let widget = embed::open(host.clone(), &raw(props), &before, function.clone(), function.into());
        let mut stand = Self { widget, _called: called, _heard: Vec::new() };
        stand.hear(Some(host), props);
        stand.widget.begin(true);
        let words = border::outward(&words::to_json(Language::find(&locale)));
        shadow.append_child(&stand.widget.draw(&words, &before)?.into()).ok()?;
        Some(stand)
    }

    /// Tells the events to whoever is to hear them now.
    fn hear(&mut self, host: Option<Element>, props: &CheckoutProps) {
        let Some(host) = host else { return };
        let hear = |name| {
            let on = props.on.clone();
            Listener::new(&host, name, move |event| event.dyn_into().map_or((), |event| on.emit(event)))
        };
        self._heard = Announcement::NAMES.into_iter().map(hear).collect();
    }
}

/// The options as the element would hold them.
fn raw(props: &CheckoutProps) -> JsValue {
    let options = border::outward(&props.options);
    match (options.dyn_ref::<Object>(), props.functions.dyn_ref::<Object>()) {
        (Some(options), Some(functions)) => Object::assign(options, functions).into(),
        _ => options,
    }
}

/// The tag of the language asked for: by the options, the page, or the browser.
fn locale(options: &Json) -> String {
    let page = page::window().and_then(|window| window.document()?.document_element()?.get_attribute("lang"));
    let browser = || page::window().and_then(|window| window.navigator().language());
    let asked = options.get("locale").and_then(Json::text).map(str::to_owned);
    asked.or(page).filter(|tag| !tag.is_empty()).or_else(browser).unwrap_or_default()
}
