//! Puts the page's address on the clipboard, in whichever way the browser has.

use super::page::{self, Listener};
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Event;

/// Copies it, and says whether it is there. Apps' browsers often refuse what is written, and let a copy be made.
#[inline(never)]
pub(super) async fn copy_address() -> bool {
    let address = JsValue::from_str(&page::address());
    let written = match write(&address) {
        Some(written) => JsFuture::from(written).await.is_ok(),
        None => false,
    };
    written || copy(address) == Some(true)
}

fn write(text: &JsValue) -> Option<Promise> {
    let clipboard = page::member(&page::global("navigator")?, "clipboard")?;
    let write = page::function(&clipboard, "writeText")?;
    Some(Promise::resolve(&write.call1(&clipboard, text).ok()?))
}

/// As if the shopper had marked the text and copied it.
fn copy(text: JsValue) -> Option<bool> {
    let document = page::window()?.document()?;
    let copied = Rc::new(Cell::new(false));
    let done = copied.clone();
    let _once = Listener::new(&document, "copy", move |event| done.set(fill(&event, &text).is_some()));
    let run = page::function(&document, "execCommand")?;
    run.call1(&document, &"copy".into()).ok()?;
    Some(copied.get())
}

/// Gives what is being copied this text.
fn fill(event: &JsValue, text: &JsValue) -> Option<()> {
    let data = page::member(event, "clipboardData")?;
    let set = page::function(&data, "setData")?;
    set.call2(&data, &"text/plain".into(), text).ok()?;
    event.dyn_ref::<Event>()?.prevent_default();
    Some(())
}
