//! Decides which requests go wrong, and how: rules set by a test, that strike by their seed alone.
//!
//! It does not carry a fault out ([`carry`] and [`super::push`] do).

pub(super) mod carry;

use super::clock::YEAR_SECONDS;
use super::dice::fraction;
use serde_json::{Map, Value, json};

/// What a rule does to a request it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Milliseconds before the server acts.
    Latency(u64),
    DropBefore,
    DropAfter,
    /// The status it answers instead of acting, and seconds for `Retry-After`.
    Status(u16, Option<u64>),
    Malformed(Shape),
    DisconnectEvents,
    SilentEvents,
    Duplicate,
    /// Milliseconds that the server's clock is ahead.
    ClockSkew(i64),
}

/// How an answer is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Cut off in the middle.
    Truncated,
    /// A page, as a proxy in between would send.
    Html,
    /// Nothing.
    Empty,
    /// JSON whose members are of other types.
    WrongTypes,
}

/// One rule of `PUT /sandbox/faults`.
#[derive(Clone, Debug)]
struct Rule {
    kind: Kind,
    path: String,
    method: Option<String>,
    rate: f64,
    seed: u64,
    /// How often it may still strike.
    times: Option<u64>,
    /// How many requests it was asked about.
    seen: u64,
    told: Value,
}

/// What is to be done to one request; all rules that strike it together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) latency: u64,
    pub(super) drop_before: bool,
    pub(super) drop_after: bool,
    pub(super) status: Option<(u16, Option<u64>)>,
    pub(super) malformed: Option<Shape>,
    pub(super) events: Events,
    pub(super) duplicate: bool,
    pub(super) skew: i64,
}

/// What is to be done to an event stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Events {
    #[default]
    Healthy,
    /// It ends after its first message.
    Disconnect,
    /// It opens, and says nothing at all.
    Silent,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Rule>);

impl Faults {
    /// Reads the rules of a control's body.
    ///
    /// # Errors
    /// A sentence naming what is wrong: a rule that is not understood must not pass for one that never strikes.
    pub(super) fn read(body: &Value) -> Result<Self, String> {
        let rules = body.as_array().ok_or("Faults are an array of rules; [] clears them.")?;
        rules.iter().map(rule).collect::<Result<_, _>>().map(Self)
    }

    /// The rules as they were given, with how many requests each was asked about.
    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(|rule| json!({ "rule": rule.told, "seen": rule.seen })).collect()
    }

    /// What happens to this request. Each rule counts the requests it covers, so the same requests in the same order
    /// meet the same faults.
    pub(super) fn strike(&mut self, method: &str, path: &str) -> Plan {
        let mut plan = Plan::default();
        for rule in &mut self.0 {
            if rule.covers(method, path) && rule.strikes() {
                plan.add(rule.kind);
            }
        }
        plan
    }
}

impl Rule {
    fn covers(&self, method: &str, path: &str) -> bool {
        path.starts_with(&self.path) && self.method.as_ref().is_none_or(|only| only == method) && self.times != Some(0)
    }

    fn strikes(&mut self) -> bool {
        let struck = fraction(&format!("{}/{}", self.seed, self.seen)) < self.rate;
        self.seen += 1;
        if struck {
            self.times = self.times.map(|times| times.saturating_sub(1));
        }
        struck
    }
}

impl Plan {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Latency(ms) => self.latency = self.latency.saturating_add(ms),
            Kind::DropBefore => self.drop_before = true,
            Kind::DropAfter => self.drop_after = true,
            Kind::Status(status, retry) => self.status = Some((status, retry)),
            Kind::Malformed(shape) => self.malformed = Some(shape),
            Kind::DisconnectEvents => self.events = Events::Disconnect,
            Kind::SilentEvents => self.events = Events::Silent,
            Kind::Duplicate => self.duplicate = true,
            Kind::ClockSkew(ms) => self.skew = self.skew.saturating_add(ms),
        }
    }
}

/// Where requests meet faults.
const STRUCK: &str = "/checkout/payments";

const KEYS: [&str; 10] = ["kind", "path", "method", "rate", "seed", "times", "ms", "status", "retry_after", "as"];

fn rule(told: &Value) -> Result<Rule, String> {
    let members = told.as_object().ok_or("A fault is an object with a kind.")?;
    if let Some(key) = members.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("A fault has no key \u{201c}{key}\u{201d}; it has {}.", KEYS.join(", ")));
    }
    let rate = members.get("rate").map_or(Some(1.0), Value::as_f64).filter(|rate| (0.0..=1.0).contains(rate));
    Ok(Rule {
        kind: kind(members)?,
        path: path(members)?,
        method: method(members)?,
        rate: rate.ok_or("\u{201c}rate\u{201d} must be a number from 0 to 1.")?,
        seed: number(members, "seed")?.unwrap_or(0),
        times: number(members, "times")?,
        seen: 0,
        told: told.clone(),
    })
}

fn kind(members: &Map<String, Value>) -> Result<Kind, String> {
    let ms = members.get("ms").and_then(Value::as_i64);
    let needed = |key: &str| format!("This kind of fault needs \u{201c}{key}\u{201d}, a whole number.");
    match word(members, "kind")?.unwrap_or_default() {
        "latency" => ms.and_then(|ms| ms.try_into().ok()).map(Kind::Latency).ok_or_else(|| needed("ms")),
        "drop-before" => Ok(Kind::DropBefore),
        "drop-after" => Ok(Kind::DropAfter),
        "status" => {
            let status = number(members, "status")?.and_then(|status| u16::try_from(status).ok());
            let status = status.filter(|status| (400..600).contains(status)).ok_or_else(|| needed("status"))?;
            Ok(Kind::Status(status, number(members, "retry_after")?))
        }
        "malformed" => shape(word(members, "as")?.unwrap_or("truncated")).map(Kind::Malformed),
        "disconnect-events" => Ok(Kind::DisconnectEvents),
        "silent-events" => Ok(Kind::SilentEvents),
        "duplicate" => Ok(Kind::Duplicate),
        "clock-skew" => {
            let ms = ms.filter(|ms| ms.unsigned_abs() <= YEAR_SECONDS * 1_000);
            ms.map(Kind::ClockSkew).ok_or_else(|| needed("ms") + " It is a year at most.")
        }
        other => Err(format!("There is no kind of fault \u{201c}{other}\u{201d}.")),
    }
}

fn shape(word: &str) -> Result<Shape, String> {
    match word {
        "truncated" => Ok(Shape::Truncated),
        "html" => Ok(Shape::Html),
        "empty" => Ok(Shape::Empty),
        "wrong-types" => Ok(Shape::WrongTypes),
        other => Err(format!(
            "An answer is malformed as truncated, html, empty or wrong-types, not \u{201c}{other}\u{201d}."
        )),
    }
}

/// The prefix of the paths it covers. Faults strike what begins with [`STRUCK`] and nothing else.
fn path(members: &Map<String, Value>) -> Result<String, String> {
    let path = word(members, "path")?.unwrap_or(STRUCK);
    if STRUCK.starts_with(path) || path.strip_prefix(STRUCK).is_some_and(|rest| rest.starts_with('/')) {
        return Ok(path.to_owned());
    }
    Err(format!("Faults strike {STRUCK} and what is below it; \u{201c}{path}\u{201d} is no prefix of such a path."))
}

/// The only method it covers, where it names one.
fn method(members: &Map<String, Value>) -> Result<Option<String>, String> {
    let method = word(members, "method")?.map(str::to_uppercase);
    if method.as_ref().is_none_or(|method| ["GET", "POST"].contains(&method.as_str())) {
        return Ok(method);
    }
    Err(format!("\u{201c}method\u{201d} must be GET or POST: {STRUCK} has no other."))
}

fn word<'a>(members: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    let wrong = || format!("\u{201c}{key}\u{201d} must be a text.");
    members.get(key).map(|value| value.as_str().ok_or_else(wrong)).transpose()
}

fn number(members: &Map<String, Value>, key: &str) -> Result<Option<u64>, String> {
    let wrong = || format!("\u{201c}{key}\u{201d} must be a whole number, 0 or more.");
    members.get(key).map(|value| value.as_u64().ok_or_else(wrong)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(rules: &Value, count: usize) -> Vec<bool> {
        let mut faults = Faults::read(rules).unwrap();
        (0..count).map(|_| faults.strike("GET", "/checkout/payments/pay_1") != Plan::default()).collect()
    }

    #[test]
    fn a_rule_strikes_the_same_requests_each_time_for_its_seed() {
        let rules = |seed: u64| json!([{ "kind": "drop-after", "path": "/checkout", "rate": 0.5, "seed": seed }]);
        assert_eq!(struck(&rules(7), 64), struck(&rules(7), 64));
        assert_ne!(struck(&rules(7), 64), struck(&rules(8), 64));
        let share = struck(&rules(7), 400).into_iter().filter(|struck| *struck).count();
        assert!((150..250).contains(&share), "{share}");
    }

    #[test]
    fn a_rule_covers_its_path_its_method_and_its_number_of_times() {
        assert_eq!(struck(&json!([{ "kind": "duplicate", "path": "/checkout/payments/pay_2" }]), 2), [false, false]);
        for path in ["", "/", "/checkout", "/checkout/payments", "/checkout/payments/pay_1"] {
            assert_eq!(struck(&json!([{ "kind": "duplicate", "path": path }]), 2), [true, true], "{path}");
        }
        assert_eq!(struck(&json!([{ "kind": "duplicate", "method": "post" }]), 2), [false, false]);
        assert_eq!(struck(&json!([{ "kind": "duplicate", "method": "get" }]), 2), [true, true]);
        assert_eq!(struck(&json!([{ "kind": "duplicate", "times": 1 }]), 3), [true, false, false]);
        assert_eq!(struck(&json!([{ "kind": "duplicate", "rate": 0 }]), 2), [false, false]);
    }

    #[test]
    fn every_kind_does_what_its_name_says() {
        let plan = |rule: Value| Faults::read(&json!([rule])).unwrap().strike("GET", "/checkout/payments");
        let usual = Plan::default();
        assert_eq!(plan(json!({ "kind": "latency", "ms": 9 })), Plan { latency: 9, ..usual });
        assert_eq!(plan(json!({ "kind": "drop-before" })), Plan { drop_before: true, ..usual });
        assert_eq!(plan(json!({ "kind": "drop-after" })), Plan { drop_after: true, ..usual });
        let status = json!({ "kind": "status", "status": 503, "retry_after": 2 });
        assert_eq!(plan(status), Plan { status: Some((503, Some(2))), ..usual });
        let html = json!({ "kind": "malformed", "as": "html" });
        assert_eq!(plan(html), Plan { malformed: Some(Shape::Html), ..usual });
        assert_eq!(plan(json!({ "kind": "disconnect-events" })), Plan { events: Events::Disconnect, ..usual });
        assert_eq!(plan(json!({ "kind": "silent-events" })), Plan { events: Events::Silent, ..usual });
        assert_eq!(plan(json!({ "kind": "duplicate" })), Plan { duplicate: true, ..usual });
        assert_eq!(plan(json!({ "kind": "clock-skew", "ms": -600_000 })), Plan { skew: -600_000, ..usual });
    }

    #[test]
    fn a_rule_that_is_not_understood_is_refused() {
        for wrong in [
            json!({}),
            json!([{}]),
            json!([{ "kind": "earthquake" }]),
            json!([{ "kind": "latency" }]),
            json!([{ "kind": "latency", "ms": -1 }]),
            json!([{ "kind": "status", "status": 200 }]),
            json!([{ "kind": "duplicate", "rate": 2 }]),
            json!([{ "kind": "duplicate", "rat": 0.5 }]),
            json!([{ "kind": "malformed", "as": "xml" }]),
            json!([{ "kind": ["duplicate"] }]),
            json!([{ "kind": "malformed", "as": 7 }]),
            json!([{ "kind": "duplicate", "path": 7 }]),
            json!([{ "kind": "duplicate", "path": null }]),
            json!([{ "kind": "duplicate", "path": "/sandbox/orders" }]),
            json!([{ "kind": "duplicate", "path": "/checkout/orders" }]),
            json!([{ "kind": "duplicate", "path": "/checkout/payment/" }]),
            json!([{ "kind": "duplicate", "path": "http://127.0.0.1:8080/checkout" }]),
            json!([{ "kind": "duplicate", "method": ["POST"] }]),
            json!([{ "kind": "duplicate", "method": "PSOT" }]),
            json!([{ "kind": "clock-skew", "ms": i64::MAX }]),
            json!([{ "kind": "clock-skew", "ms": i64::MIN }]),
        ] {
            assert!(Faults::read(&wrong).is_err(), "{wrong}");
        }
    }
}
