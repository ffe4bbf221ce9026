//! Formats sums and times for people with the browser's `Intl`, in the page's language.
//!
//! The digits of a currency come from [`crate::checkout::money`]: `Intl` differs from ISO 4217 for some.

use crate::checkout::money::Amount;
use crate::view::Intl;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The browser's own words for numbers.
#[derive(Debug)]
pub(super) struct BrowserIntl {
    /// BCP 47 tag, as the page asked for it.
    pub(super) locale: String,
}

impl Intl for BrowserIntl {
    fn sum(&self, amount: &Amount) -> String {
        let digits = f64::from(u8::try_from(amount.currency().digits()).unwrap_or(2));
        let options = [
            ("style", "currency".into()),
            ("currency", amount.currency().code().into()),
            ("currencyDisplay", "narrowSymbol".into()),
            ("minimumFractionDigits", digits.into()),
            ("maximumFractionDigits", digits.into()),
        ];
        self.format("NumberFormat", &options, &amount.decimal().into()).unwrap_or_else(|| amount.text())
    }

    fn moment(&self, seconds: i64) -> String {
        let options = [("dateStyle", "medium".into()), ("timeStyle", "short".into())];
        #[expect(clippy::cast_precision_loss, reason = "a time in milliseconds, far below 2^53")]
        let time = JsValue::from_f64((seconds * 1000) as f64);
        self.format("DateTimeFormat", &options, &time).unwrap_or_default()
    }
}

impl BrowserIntl {
    /// What `new Intl[kind](locale, options).format(value)` gives; a locale that `Intl` does not know falls back to the
    /// browser's own.
    fn format(&self, kind: &str, options: &[(&str, JsValue)], value: &JsValue) -> Option<String> {
        let constructor: Function = super::page::member(&super::page::global("Intl")?, kind)?.dyn_into().ok()?;
        let bag = Object::new();
        for (key, option) in options {
            let _set = Reflect::set(&bag, &JsValue::from_str(key), option);
        }
        let make = |locale: JsValue| Reflect::construct(&constructor, &Array::of2(&locale, &bag));
        let formatter = make(JsValue::from_str(&self.locale)).or_else(|_| make(JsValue::UNDEFINED)).ok()?;
        let format: Function = super::page::member(&formatter, "format")?.dyn_into().ok()?;
        format.call1(&formatter, value).ok()?.as_string()
    }
}
