//! Decides what the shopper is offered: options x catalog x environment x rollout, with a reason for all that is not shown.
//!
//! It does not know what the page looks like, nor whether a payment is under way.

use super::environment::{Device, Environment};
use super::json::Json;
use super::method::{Flow, Hint, Method, MethodId, Placement, placement};
use super::money::Amount;
use super::options::Options;

/// What is shown, in order, and why the rest is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Where it was made for.
    pub environment: Environment,
    /// The rows, in order.
    pub shown: Vec<Offered>,
    /// The methods that are not shown, in the merchant's order.
    pub left_out: Vec<(MethodId, Reason)>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The method as the merchant described it.
    pub method: Method,
    /// How it can be paid here, best first; empty when it can't work in this app and shows the way out.
    pub flows: Vec<Flow>,
    /// The line under its name.
    pub hint: Hint,
    /// What is paid this way: the order's amount with the method's fee.
    pub total: Amount,
}

impl Offered {
    /// Whether it can be picked; otherwise the row is quiet and says why.
    pub fn works(&self) -> bool {
        !self.flows.is_empty()
    }
}

/// Why a method is not shown. The words are those of `offer` output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Below the method's `min`.
    AmountTooLow,
    /// Above the method's `max`.
    AmountTooHigh,
    /// Not one of its currencies.
    Currency,
    /// Not one of its countries.
    Country,
    /// The merchant, or the catalog, leaves it out in this app.
    App,
    /// The app is older than the method's lowest version.
    AppVersion,
    /// This shopper is not in its rollout yet.
    Rollout,
    /// No flow of it works here.
    Environment,
}

impl Reason {
    /// Its word in `offer` output.
    pub fn word(self) -> &'static str {
        match self {
            Self::AmountTooLow => "amount_too_low",
            Self::AmountTooHigh => "amount_too_high",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::App => "app",
            Self::AppVersion => "app_version",
            Self::Rollout => "rollout",
            Self::Environment => "environment",
        }
    }
}

impl Offer {
    /// Makes the offer. `shopper` is the stable id that rollout buckets are taken from, if any method has a rollout;
    /// without one, nobody is in.
    ///
    /// The merchant's order is kept, but for two things: on a phone, a method that has only a code comes after those
    /// that can be paid on it; and rows that only show the way to a browser come last.
    pub fn make(options: &Options, environment: Environment, shopper: &str) -> Self {
        let (mut shown, mut left_out) = (Vec::new(), Vec::new());
        for method in &options.methods {
            match offered(method, options, &environment, shopper) {
                Ok(row) => shown.push(row),
                Err(reason) => left_out.push((method.id.clone(), reason)),
            }
        }
        let phone = environment.device == Device::Phone;
        shown.sort_by_key(|row| match row.flows.as_slice() {
            [] => 2,
            [Flow::Qr] if phone => 1,
            _ => 0,
        });
        Self { environment, shown, left_out }
    }

    /// The row of this method, if it is shown and can be picked.
    pub fn row(&self, id: &MethodId) -> Option<&Offered> {
        self.shown.iter().find(|row| row.works() && row.method.id == *id)
    }

    /// As `moongate offer` prints it and `explain()` gives it: `{ environment, offer: [{ method, flows, hint }],
    /// left_out: [{ method, reason }] }`.
    pub fn to_json(&self) -> Json {
        let shown = self.shown.iter().map(|row| {
            let flows = row.flows.iter().map(|flow| flow.word().into()).collect();
            Json::object([
                ("method", row.method.id.as_str().into()),
                ("flows", Json::List(flows)),
                ("hint", row.hint.word().into()),
            ])
        });
        let left_out = self
            .left_out
            .iter()
            .map(|(id, reason)| Json::object([("method", id.as_str().into()), ("reason", reason.word().into())]));
        Json::object([
            ("environment", self.environment.to_json()),
            ("offer", Json::List(shown.collect())),
            ("left_out", Json::List(left_out.collect())),
        ])
    }
}

/// The method's row, or the first reason against it: what holds for every shopper first, the rollout last, so that
/// "not in the rollout" is said only of those who would see the method otherwise.
fn offered(method: &Method, options: &Options, environment: &Environment, shopper: &str) -> Result<Offered, Reason> {
    let total = affordable(method, &options.amount)?;
    if !method.countries.is_empty() && region(&options.locale).is_some_and(|region| !lists(&method.countries, region)) {
        return Err(Reason::Country);
    }
    admitted(method, environment)?;
    let (flows, hint) = match method.id.wallet().map(|wallet| placement(wallet, environment)) {
        None => (vec![Flow::Redirect, Flow::Qr], Hint::Plain),
        Some(Placement::Works(flows, hint)) => (flows, hint),
        Some(Placement::OpenBrowser) => (Vec::new(), Hint::Browser),
    };
    if method.rollout < EVERYBODY && (shopper.is_empty() || bucket(&method.id, shopper) >= method.rollout) {
        return Err(Reason::Rollout);
    }
    Ok(Offered { method: method.clone(), flows, hint, total })
}

/// The total, if the method takes this sum; its limits are about the order's own amount, without the fee.
fn affordable(method: &Method, amount: &Amount) -> Result<Amount, Reason> {
    if !method.currencies.is_empty() && !method.currencies.contains(&amount.currency()) {
        return Err(Reason::Currency);
    }
    if method.min.is_some_and(|min| amount.minor() < min) {
        return Err(Reason::AmountTooLow);
    }
    if method.max.is_some_and(|max| amount.minor() > max) {
        return Err(Reason::AmountTooHigh);
    }
    method.fee.as_ref().map_or(Ok(*amount), |fee| fee.added_to(amount)).map_err(|_| Reason::AmountTooHigh)
}

/// Whether the merchant lets the method into this app. An app that does not tell its version is older than any.
fn admitted(method: &Method, environment: &Environment) -> Result<(), Reason> {
    match method.apps.iter().find(|(app, _)| *app == environment.app) {
        Some((_, None)) => Err(Reason::App),
        Some((_, lowest)) if environment.version < *lowest => Err(Reason::AppVersion),
        _ => Ok(()),
    }
}

fn lists(countries: &[String], region: &str) -> bool {
    countries.iter().any(|country| country.eq_ignore_ascii_case(region))
}

/// The region of a BCP 47 tag: `CN` of `zh-Hans-CN`. A page's country is taken to be this; a tag without a region says
/// nothing, and then no method is left out for its countries.
///
/// # Source
/// RFC 5646 2.2.4, read 2026-11-22: two letters or three digits, before any extension.
fn region(locale: &str) -> Option<&str> {
    let subtags = locale.split('-').skip(1).take_while(|subtag| subtag.len() > 1);
    subtags.filter(|subtag| subtag.len() == 2).find(|subtag| subtag.bytes().all(|b| b.is_ascii_alphabetic()))
}

const EVERYBODY: u32 = 10_000;

/// The bucket of this shopper for this method, from 0 to 9999; who is in a bucket below the rollout's share, in
/// ten-thousandths, sees the method. So raising the share only adds shoppers, and each method draws anew.
///
/// It is the 32-bit FNV-1a hash of the UTF-8 bytes of `{method}:{shopper}`, modulo 10000:
///
/// | method | shopper | hash | bucket |
/// | --- | --- | --- | --- |
/// VECTORS
///
/// # Source
/// FNV-1a: draft-eastlake-fnv, offset basis 811c9dc5, prime 01000193, read 2026-11-22.
pub fn bucket(method: &MethodId, shopper: &str) -> u32 {
    fnv(&[method.as_str(), ":", shopper]) % EVERYBODY
}

fn fnv(texts: &[&str]) -> u32 {
    let bytes = texts.iter().flat_map(|text| text.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
