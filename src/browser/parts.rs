//! Asks the element for the parts of the wasm that come after the first.
//!
//! It does not decide what is in a part: `bundle/parts.rs` does, when the bundle is made.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The element's function that takes a part's name and gives a promise. Each part is loaded once for the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(JsValue);

impl Parts {
    pub(super) fn by(loading: JsValue) -> Self {
        Self(loading)
    }

    /// Loads a part; whether it is here. Nothing of it may be called before.
    ///
    /// - `pay`: all that comes after the server's first answer, and the view;
    /// - `read`: what reads providers' responses, which comes after `pay`.
    pub(super) async fn load(&self, part: &str) -> bool {
        match self.ask(part) {
            Some(promise) => JsFuture::from(Promise::resolve(&promise)).await.is_ok(),
            None => false,
        }
    }

    /// Says that the part which pays is needed now.
    pub(super) fn want(&self) {
        let _coming = self.ask("pay");
    }

    fn ask(&self, part: &str) -> Option<JsValue> {
        self.0.dyn_ref::<Function>()?.call1(&JsValue::UNDEFINED, &part.into()).ok()
    }
}
