//! Writes sums for people in the page's language, times and numbers in that of the words: by the browser's `Intl`, but for
//! yuan known by heart.
//!
//! The digits of a currency come from [`crate::checkout::money`]: `Intl` differs from ISO 4217 for some.

use crate::checkout::money::Amount;
use crate::view::Intl;
use js_sys::{Array, Function, Object, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// The browser's own words for numbers.
#[derive(Debug)]
pub(super) struct BrowserIntl {
    /// BCP 47 tag, as the page asked for it.
    pub(super) locale: String,
}

impl Intl for BrowserIntl {
    fn sum(&self, amount: &Amount) -> String {
        if let Some(sum) = amount.by_heart(&self.locale) {
            return sum;
        }
        // In Japanese ¥ is the yen, and the yuan 元.
        let display = if self.locale.starts_with("ja") { "symbol" } else { "narrowSymbol" };
        let digits = f64::from(u8::try_from(amount.currency().digits()).unwrap_or(2));
        let options = [
            ("style", "currency".into()),
            ("currency", amount.currency().code().into()),
            ("currencyDisplay", display.into()),
            ("minimumFractionDigits", digits.into()),
            ("maximumFractionDigits", digits.into()),
        ];
        let text = amount.decimal().into();
        // In Arabic the yuan's sign has letters, which would be torn off the sum: it is written as in English, from left to
        // right.
        let arabic = self.locale.starts_with("ar");
        let locale = if arabic { "en" } else { &self.locale };
        let sum = said(("NumberFormat", "format"), locale, &options, &text).unwrap_or_else(|| amount.text());
        if arabic { ["\u{2066}", &sum, "\u{2069}"].concat() } else { sum }
    }

    fn plural(&self, lang: &str, count: u64) -> String {
        let count = u32::try_from(count).unwrap_or(u32::MAX).into();
        said(("PluralRules", "select"), lang, &[], &count).unwrap_or_default()
    }

    fn moment(&self, lang: &str, seconds: i64) -> String {
        // The page's own region has its say where it speaks the same language: month and day change places.
        let locale = if self.locale.get(..2) == lang.get(..2) { &self.locale } else { lang };
        let options = [("dateStyle", "medium".into()), ("timeStyle", "short".into())];
        #[expect(clippy::cast_precision_loss, reason = "a time in milliseconds, far below 2^53")]
        let time = JsValue::from_f64((seconds * 1000) as f64);
        said(("DateTimeFormat", "format"), locale, &options, &time).unwrap_or_default()
    }
}

thread_local! {
    /// Formatters, each with its method, by kind, language and options. Making one takes a phone longer than drawing a screen,
    /// and a screen is drawn anew with every second of a countdown.
    static MADE: RefCell<Vec<(String, Formatter)>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone)]
struct Formatter {
    own: JsValue,
    method: Function,
}

/// What `new Intl[kind](locale, options)[method](value)` gives.
fn said((kind, method): (&str, &str), locale: &str, options: &[(&str, JsValue)], value: &JsValue) -> Option<String> {
    let mut name = [kind, locale].concat();
    options.iter().filter_map(|(_, option)| option.as_string()).for_each(|text| name.push_str(&text));
    let known = MADE.with_borrow(|all| all.iter().find(|(known, _)| *known == name).map(|(_, made)| made.clone()));
    let formatter = known.or_else(|| {
        let made = make((kind, method), locale, options)?;
        MADE.with_borrow_mut(|all| all.push((name, made.clone())));
        Some(made)
    })?;
    formatter.method.call1(&formatter.own, value).ok()?.as_string()
}

/// A new one; a locale that `Intl` does not know falls back to the browser's own. Digits are those that the wallets show,
/// whatever the language: sums are compared.
fn make((kind, method): (&str, &str), locale: &str, options: &[(&str, JsValue)]) -> Option<Formatter> {
    let constructor: Function = super::page::member(&super::page::global("Intl")?, kind)?.dyn_into().ok()?;
    let bag = Object::new();
    for (key, option) in options.iter().chain(&[("numberingSystem", "latn".into())]) {
        let _set = Reflect::set(&bag, &JsValue::from_str(key), option);
    }
    let make = |locale: JsValue| Reflect::construct(&constructor, &Array::of2(&locale, &bag));
    let own = make(JsValue::from_str(locale)).or_else(|_| make(JsValue::UNDEFINED)).ok()?;
    let method = super::page::member(&own, method)?.dyn_into().ok()?;
    Some(Formatter { own, method })
}
