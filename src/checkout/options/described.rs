//! Decides what the page says about its methods: ids and method objects become [`Method`]s, in the merchant's order.
//!
//! It does not decide which of them are shown.

use super::address::Address;
use super::field::{Fields, items, whole};
use crate::checkout::environment::App;
use crate::checkout::fault::PageCode;
use crate::checkout::json::Json;
use crate::checkout::method::{Method, MethodId, Version, Wallet};
use crate::checkout::money::{Currency, Fee};

/// The keys of a method object.
const KEYS: &[&str] = &[
    "id",
    "label",
    "description",
    "icon",
    "fee",
    "min",
    "max",
    "currencies",
    "countries",
    "apps",
    "rollout",
    "feedback",
    "scannableBy",
];

const UNKNOWN: &str = "is not a wallet and has no label";

/// The methods of `methods`, or the four wallets if it is absent or wrong as a whole.
///
/// What is unknown, has no id or is named twice is left out and named among the faults.
pub(super) fn methods(fields: &mut Fields<'_>) -> Vec<Method> {
    let named = |value: &Json| items(value).filter(|items| !items.is_empty());
    let Some(items) = fields.field("methods", "is not a list of methods", named) else {
        return Wallet::ALL.into_iter().map(|wallet| Method::plain(wallet.into())).collect();
    };
    let mut methods: Vec<Method> = Vec::new();
    for item in &items {
        match one(item, fields) {
            Some(method) if methods.iter().any(|other| other.id == method.id) => {
                fields.fault(PageCode::WrongOption, "methods", Some(item), "is named twice");
            }
            method => methods.extend(method),
        }
    }
    methods
}

fn one(item: &Json, fields: &mut Fields<'_>) -> Option<Method> {
    let id = item.text().or_else(|| item.get("id")?.text());
    let code = if item.text().is_some() { PageCode::UnknownMethod } else { PageCode::WrongOption };
    let Some(id) = id.and_then(MethodId::parse) else {
        fields.fault(code, "methods", Some(item), "has no id of 1 to 32 a-z 0-9 _ -");
        return None;
    };
    let method = if item.is_object() {
        let name = ["methods.", id.as_str()].concat();
        fields.inner(item, &name, |fields| described(id, fields))
    } else {
        Method::plain(id)
    };
    if method.id.wallet().is_none() && method.label.is_none() {
        fields.fault(PageCode::UnknownMethod, "methods", Some(item), UNKNOWN);
        return None;
    }
    Some(method)
}

fn described(id: MethodId, fields: &mut Fields<'_>) -> Method {
    fields.only(KEYS);
    let whole_number = "is not a whole number of minor units";
    let min = fields.field("min", whole_number, whole);
    let above = |value: &Json| whole(value).filter(|max| *max >= min.unwrap_or(0));
    Method {
        id,
        label: fields.text("label"),
        description: fields.text("description"),
        icon: fields.field("icon", "is not an https or raster data: address", icon),
        fee: fields.field("fee", "is not 0, { fixed } in minor units or { percent }", fee),
        min,
        max: fields.field("max", "is not a whole number of minor units from min on", above),
        currencies: fields.list("currencies", "is not an ISO 4217 code", Currency::parse),
        countries: fields.list("countries", "is not an ISO 3166 code of two capital letters", country),
        apps: fields.field("apps", APPS_RULE, object).map_or_else(Vec::new, |raw| fields.inner(&raw, "apps", apps)),
        rollout: rollout(fields),
        feedback: fields.flag("feedback"),
        scannable_by: fields.list("scannableBy", "is not a method id", MethodId::parse),
    }
}

fn object(value: &Json) -> Option<Json> {
    value.is_object().then(|| value.clone())
}

/// An https address, or a raster picture in the address itself. An SVG is a document and is refused.
fn icon(value: &Json) -> Option<String> {
    let text = value.text()?;
    let raster = ["png", "jpeg", "gif", "webp", "avif"].into_iter().any(|kind| {
        let bytes = text.strip_prefix("data:image/").and_then(|rest| rest.strip_prefix(kind)?.strip_prefix(";base64,"));
        bytes.is_some_and(|bytes| bytes.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')))
    });
    (raster || Address::parse(text).is_some_and(|address| address.https)).then(|| text.to_owned())
}

fn fee(value: &Json) -> Option<Fee> {
    match value.members() {
        [(key, fixed)] if key == "fixed" => whole(fixed).map(Fee::Fixed),
        [(key, percent)] if key == "percent" => Fee::percent(percent.scalar()?),
        _ => (value.scalar() == Some("0")).then_some(Fee::Fixed(0)),
    }
}

fn country(code: &str) -> Option<String> {
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then(|| code.to_owned())
}

const APPS_RULE: &str = "is not an app's lowest version or false";

fn apps(fields: &mut Fields<'_>) -> Vec<(App, Option<Version>)> {
    let words: Vec<&str> = App::ALL.into_iter().map(App::word).collect();
    fields.only(&words);
    let lowest = |value: &Json| match value.flag() {
        Some(false) => Some(None),
        _ => Version::parse(value.scalar()?).map(Some),
    };
    App::ALL.into_iter().filter_map(|app| Some((app, fields.field(app.word(), APPS_RULE, lowest)?))).collect()
}

/// The share in ten-thousandths, everybody if nothing is said. A wrong share is nobody, not everybody: a slip of the
/// pen must not open a small batch to all.
fn rollout(fields: &mut Fields<'_>) -> u32 {
    match fields.raw.get("rollout") {
        None => 10_000,
        Some(_) => fields.field("rollout", "is not a share from 0 to 1", share).unwrap_or(0),
    }
}

/// Decimal text from 0 to 1 in ten-thousandths; further places are cut off.
fn share(value: &Json) -> Option<u32> {
    let (whole, part) = value.scalar()?.split_once('.').unwrap_or((value.scalar()?, "0"));
    let (mut share, mut unit) = (0, 1000);
    for digit in part.chars() {
        share += digit.to_digit(10)? * unit;
        unit /= 10;
    }
    match whole {
        _ if part.is_empty() => None,
        "0" => Some(share),
        "1" => part.bytes().all(|digit| digit == b'0').then_some(10_000),
        _ => None,
    }
}
