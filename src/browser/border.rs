//! Carries [`Json`] across to JavaScript and back with `serde-wasm-bindgen`: options in, events and state out.
//!
//! One plain value on both sides, so that every unknown key is still there to be named: serde's `deny_unknown_fields`
//! would be ignored on this border.

use crate::checkout::json::Json;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;
use wasm_bindgen::JsValue;

/// A JavaScript value as plain data.
///
/// # Errors
/// `None` if it holds something that is no data: a function, a symbol.
pub(super) fn inward(value: JsValue) -> Option<Json> {
    serde_wasm_bindgen::from_value(value).ok()
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
            Self::Number(text) => match text.parse() {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_str(text),
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

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Plain)
    }
}

struct Plain;

impl<'de> Visitor<'de> for Plain {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain data")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(fraction(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from_text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = object.next_entry::<String, Json>()? {
            members.push((key, value));
        }
        Ok(Json::Object(members))
    }
}

/// A fraction as decimal text with up to six places (shares and rates have fewer), without the float formatter, which
/// would cost the shopper more bytes than this file. What is no number or too large becomes a text that no rule takes.
fn fraction(number: f64) -> Json {
    let millionths = (number.abs() * 1e6).round();
    if !(millionths < 9e15) {
        return Json::from_text("not a number");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just above")]
    let millionths = millionths as u64;
    let (whole, part) = (millionths / 1_000_000, millionths % 1_000_000);
    let places = (1_000_000 + part).to_string();
    let sign = if number < 0.0 { "-" } else { "" };
    Json::Number([sign, &whole.to_string(), ".", places.get(1..).unwrap_or("0")].concat())
}
