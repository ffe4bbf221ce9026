//! Calls the reader's module, which is fetched with the first request: a provider's response in, a checked action out.
//!
//! It understands neither; both sides of the way across are in [`crate::action::crossing`].

use crate::action::crossing::{self, Terms};
use crate::action::{Action, Refusal, Seconds};
use crate::checkout::json::Json;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The reader, once it is loaded.
#[derive(Clone, Debug)]
pub(super) struct Reader(Function);

impl Reader {
    /// Loads it by the function that the element gave; it is loaded once for the page.
    ///
    /// # Errors
    /// `None` if it could not be fetched.
    pub(super) async fn load(reading: &JsValue) -> Option<Self> {
        let promise = reading.dyn_ref::<Function>()?.call0(&JsValue::UNDEFINED).ok()?;
        JsFuture::from(Promise::resolve(&promise)).await.ok()?.dyn_into().ok().map(Self)
    }

    /// Reads a response and holds it against the terms.
    ///
    /// # Errors
    /// The refusal of the module.
    pub(super) fn read(&self, response: &str, now: Seconds, terms: &Terms) -> Result<Action, Refusal> {
        #[expect(clippy::cast_precision_loss, reason = "a time in seconds, far below 2^53")]
        let (response, now, terms) =
            (response.into(), JsValue::from_f64(now as f64), terms.to_json().to_string().into());
        let said = self.0.call3(&JsValue::UNDEFINED, &response, &now, &terms).ok().and_then(|said| said.as_string());
        said.and_then(|said| Json::read(&said).ok()).map_or(Err(Refusal::Malformed), |said| crossing::inward(&said))
    }
}
