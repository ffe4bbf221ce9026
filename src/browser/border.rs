//! Carries plain data across: events and state out with `serde-wasm-bindgen`, options and words in as JSON text.
//!
//! Inward the one reader of the core serves, natively and here alike: every unknown key is still there to be named, which
//! serde's `deny_unknown_fields` would not do on this border, and numbers stay the text they were. Deserializing with
//! `serde-wasm-bindgen` instead would cost each shopper the formatter and the parser of floats.

use crate::checkout::json::Json;
use js_sys::{Array, Object};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use wasm_bindgen::{JsCast, JsValue};

/// A JavaScript value as plain data. Functions and what is undefined are left out, as `JSON.stringify` does.
///
/// # Errors
/// `None` if it is no data: a circle, a `BigInt`, an object that throws.
pub(super) fn inward(value: &JsValue) -> Option<Json> {
    let text = js_sys::JSON::stringify(value).ok()?;
    Json::read(&text.as_string()?).ok()
}

/// The members of an object as plain data. One that is no data is null, so that it is named and the rest still works.
pub(super) fn members(object: &JsValue) -> Json {
    let member = |pair: JsValue| {
        let pair = Array::from(&pair);
        let value = pair.get(1);
        let data = || inward(&value).unwrap_or(Json::Null);
        pair.get(0).as_string().filter(|_| !value.is_undefined()).map(|key| (key, data()))
    };
    Json::Object(
        object.dyn_ref().map(|object| Object::entries(object).iter().filter_map(member).collect()).unwrap_or_default(),
    )
}

/// Plain data as a JavaScript value: objects are plain objects.
pub(super) fn outward(json: &Json) -> JsValue {
    json.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            // As JavaScript's own kind of number: an integer would bring the formatter of one that is too large for it.
            Self::Number(text) => match text.parse::<i64>() {
                #[expect(clippy::cast_precision_loss, reason = "below 2^53 nothing is lost")]
                Ok(number) if number.unsigned_abs() < 1 << 53 => serializer.serialize_f64(number as f64),
                _ => serializer.serialize_str(text),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
                object.end()
            }
        }
    }
}
