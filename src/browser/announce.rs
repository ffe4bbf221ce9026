//! Dispatches events on the host element, and asks the host page where it may refuse.
//!
//! Names and details come from the core.

use super::border;
use crate::checkout::machine::Announcement;
use js_sys::{Array, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CustomEvent, CustomEventInit, Element};

/// Whether the host page lets it pass, and what it wants to be waited for first.
#[derive(Debug)]
pub(super) struct Word {
    /// Not canceled.
    pub(super) passes: bool,
    /// The promises given to `waitUntil`, all in one.
    pub(super) until: Option<Promise>,
}

/// Dispatches the event; it bubbles and is composed.
pub(super) fn dispatch(host: &Element, announcement: &Announcement) -> Word {
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_cancelable(announcement.cancelable);
    init.set_detail(&border::outward(&announcement.detail));
    let Ok(event) = CustomEvent::new_with_event_init_dict(announcement.name, &init) else {
        return Word { passes: true, until: None };
    };
    let promises = Rc::new(RefCell::new(Some(Array::new())));
    if announcement.cancelable {
        let _set = Reflect::set(&event, &"waitUntil".into(), &wait(promises.clone()));
    }
    let passes = host.dispatch_event(&event).unwrap_or(true);
    let promises = promises.take().unwrap_or_default();
    Word { passes, until: (promises.length() > 0).then(|| Promise::all(&promises)) }
}

/// Tells whether the promise was kept, once it has settled.
pub(super) fn settled<T>(until: Promise, told: impl FnOnce(bool) -> T + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        told(JsFuture::from(until).await.is_ok());
    });
}

/// The function `waitUntil`: adds to the promises while they are there. The page may keep it for longer than the event lasts.
fn wait(promises: Rc<RefCell<Option<Array>>>) -> JsValue {
    let wait = Closure::<dyn FnMut(JsValue) -> Result<(), JsError>>::new(move |promise: JsValue| {
        let promises = promises.borrow();
        promises.as_ref().ok_or_else(|| JsError::new(LATE))?.push(&promise);
        Ok(())
    });
    wait.into_js_value()
}

/// What a page hears that calls `waitUntil` once it is too late for it.
const LATE: &str = "moongate: waitUntil must be called before its listener returns or awaits";

/// A value of the host page as the text that a server would have sent: texts as they are, objects as JSON, and nothing
/// for what is neither: `JSON.stringify` gives no text for `undefined` or a function.
pub(super) fn text_of(value: &JsValue) -> String {
    value.as_string().or_else(|| js_sys::JSON::stringify(value).ok()?.as_string()).unwrap_or_default()
}
