//! Loads the parts of the wasm that come after the first: what reads providers' responses, once somebody pays.
//!
//! It does not decide what is in a part: `bundle/parts.rs` does, when the bundle is made.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The element's function that loads a part by its name, and gives a promise. Each is loaded once for the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(JsValue);

impl Parts {
    pub(super) fn by(loading: JsValue) -> Self {
        Self(loading)
    }

    /// Loads the part that reads providers' responses; whether it is here. Nothing of it may be called before.
    pub(super) async fn reading(&self) -> bool {
        let Some(promise) = self.0.dyn_ref::<Function>().and_then(|load| load.call0(&JsValue::UNDEFINED).ok()) else {
            return false;
        };
        JsFuture::from(Promise::resolve(&promise)).await.is_ok()
    }
}
