//! Decides what the sandbox remembers of one payment and of one order, and how that is written down.
//!
//! It does not decide how a payment changes ([`super::ledger`]) nor what a shopper's page is told ([`super::view`]).

use super::clock::Millis;
use moongate::action::Standing;
use moongate::checkout::method::Flow;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const STANDINGS: [Standing; 6] = [
    Standing::Pending,
    Standing::Processing,
    Standing::Succeeded,
    Standing::Failed,
    Standing::Canceled,
    Standing::Expired,
];
const FLOWS: [Flow; 4] = [Flow::InApp, Flow::Qr, Flow::Deeplink, Flow::Redirect];

/// The flow of this word, for example `qr`.
pub(super) fn flow(word: &str) -> Option<Flow> {
    FLOWS.into_iter().find(|flow| flow.word() == word)
}

/// How many requests reached a payment, by kind; a fault that drops a request before the server acts is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    pub(super) create: u64,
    pub(super) status: u64,
    pub(super) events: u64,
    pub(super) refresh: u64,
    pub(super) cancel: u64,
}

impl Requests {
    pub(super) fn to_json(self) -> Value {
        json!({ "create": self.create, "status": self.status, "events": self.events,
                "refresh": self.refresh, "cancel": self.cancel })
    }

    fn read(record: &Value) -> Self {
        let count = |key: &str| record.get(key).and_then(Value::as_u64).unwrap_or(0);
        Self {
            create: count("create"),
            status: count("status"),
            events: count("events"),
            refresh: count("refresh"),
            cancel: count("cancel"),
        }
    }
}

/// Whose raw response a payment was created with, and by which flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// `wallet`, `normalised` or a provider's name.
    pub(super) provider: String,
    pub(super) flow: Flow,
    /// A provider's code: it refuses to create, and answers with this instead of an action.
    pub(super) refuse: Option<String>,
    /// How long a code lives, in milliseconds.
    pub(super) lifetime: Millis,
}

/// What a creation asked for, checked for form only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) attempt: String,
    pub(super) order: String,
    pub(super) method: String,
    /// What the shopper saw, in minor units; `None` by the form way, which has no script to show a sum.
    pub(super) sum: Option<(u64, String)>,
    pub(super) return_url: String,
    /// `phone`, `tablet` or `desktop`.
    pub(super) device: String,
    /// The browser session that asks; it may pay the order from now on.
    pub(super) session: String,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) id: String,
    /// Counts creations, so that listings keep their order.
    pub(super) serial: u64,
    pub(super) wish: Wish,
    /// Minor units.
    pub(super) amount: u64,
    pub(super) currency: String,
    pub(super) status: Standing,
    /// Closed at the provider: it can never be paid again, not even late.
    pub(super) closed: bool,
    pub(super) refunded: bool,
    pub(super) reason: Option<String>,
    pub(super) terms: Terms,
    /// How many codes it had before the present one.
    pub(super) generation: u32,
    pub(super) created: Millis,
    /// When the present code was made.
    pub(super) issued: Millis,
    /// Sessions that may pay it.
    pub(super) sessions: Vec<String>,
    pub(super) requests: Requests,
}

impl Payment {
    /// When its present code stops being payable.
    pub(super) fn expires(&self) -> Millis {
        self.issued.saturating_add(self.terms.lifetime)
    }

    /// Whether it may still be paid in the usual way: no other payment of its order may begin.
    pub(super) fn live(&self) -> bool {
        matches!(self.status, Standing::Pending | Standing::Processing)
    }

    /// Whether it holds the order's money.
    pub(super) fn paid(&self) -> bool {
        self.status == Standing::Succeeded && !self.refunded
    }

    /// Whether this session may be told everything about it.
    pub(super) fn belongs_to(&self, session: &str) -> bool {
        self.sessions.iter().any(|known| known == session)
    }

    /// The record kept in the store.
    pub(super) fn to_record(&self) -> Value {
        json!({
            "id": self.id, "serial": self.serial, "amount": self.amount, "currency": self.currency,
            "status": self.status.word(), "closed": self.closed, "refunded": self.refunded, "reason": self.reason,
            "generation": self.generation, "created": self.created, "issued": self.issued, "sessions": self.sessions,
            "requests": self.requests.to_json(),
            "terms": { "provider": self.terms.provider, "flow": self.terms.flow.word(), "refuse": self.terms.refuse,
                       "lifetime": self.terms.lifetime },
            "wish": { "attempt": self.wish.attempt, "order": self.wish.order, "method": self.wish.method,
                      "sum": self.wish.sum, "return_url": self.wish.return_url, "device": self.wish.device,
                      "session": self.wish.session },
        })
    }

    /// The payment of a record, if it is one.
    pub(super) fn from_record(record: &Value) -> Option<Self> {
        Some(Self {
            id: text(record, "id")?,
            serial: record.get("serial")?.as_u64()?,
            wish: wish(record.get("wish")?)?,
            amount: record.get("amount")?.as_u64()?,
            currency: text(record, "currency")?,
            status: STANDINGS.into_iter().find(|s| Some(s.word()) == record.get("status").and_then(Value::as_str))?,
            closed: record.get("closed")?.as_bool()?,
            refunded: record.get("refunded")?.as_bool()?,
            reason: text(record, "reason"),
            terms: terms(record.get("terms")?)?,
            generation: record.get("generation")?.as_u64()?.try_into().ok()?,
            created: record.get("created")?.as_i64()?,
            issued: record.get("issued")?.as_i64()?,
            sessions: record.get("sessions")?.as_array()?.iter().filter_map(owned).collect(),
            requests: Requests::read(record.get("requests")?),
        })
    }
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn text(record: &Value, key: &str) -> Option<String> {
    record.get(key).and_then(owned)
}

fn terms(record: &Value) -> Option<Terms> {
    Some(Terms {
        provider: text(record, "provider")?,
        flow: flow(record.get("flow")?.as_str()?)?,
        refuse: text(record, "refuse"),
        lifetime: record.get("lifetime")?.as_i64()?,
    })
}

fn wish(record: &Value) -> Option<Wish> {
    let sum = record.get("sum").and_then(Value::as_array).map(Vec::as_slice);
    Some(Wish {
        attempt: text(record, "attempt")?,
        order: text(record, "order")?,
        method: text(record, "method")?,
        sum: if let Some([amount, currency]) = sum { amount.as_u64().zip(owned(currency)) } else { None },
        return_url: text(record, "return_url")?,
        device: text(record, "device")?,
        session: text(record, "session")?,
    })
}

/// An order as the merchant knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) id: String,
    /// Minor units, without any method's fee.
    pub(super) amount: u64,
    pub(super) currency: String,
    /// Seconds that a code of this order lives; else as long as the wallet's own do.
    pub(super) expires_in: Option<u64>,
    /// Whether the shopper must sign in before paying it.
    pub(super) sign_in: bool,
    /// What a method costs on top, in minor units.
    pub(super) fees: BTreeMap<String, u64>,
}

impl Order {
    /// An order nobody told the sandbox about.
    pub(super) fn usual(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            amount: 12_800,
            currency: "CNY".to_owned(),
            expires_in: None,
            sign_in: false,
            fees: BTreeMap::new(),
        }
    }

    /// What it costs by this method, in minor units.
    pub(super) fn price(&self, method: &str) -> u64 {
        self.amount.saturating_add(self.fees.get(method).copied().unwrap_or(0))
    }

    /// The record kept in the store, and the answer of the control that sets it.
    pub(super) fn to_record(&self) -> Value {
        json!({ "id": self.id, "amount": self.amount, "currency": self.currency, "expires_in": self.expires_in,
                "sign_in": self.sign_in, "fees": self.fees })
    }

    /// The order of a record, if it is one.
    pub(super) fn from_record(record: &Value) -> Option<Self> {
        let fees = record.get("fees").and_then(Value::as_object).into_iter().flatten();
        Some(Self {
            id: text(record, "id")?,
            amount: record.get("amount")?.as_u64()?,
            currency: text(record, "currency")?,
            expires_in: record.get("expires_in").and_then(Value::as_u64),
            sign_in: record.get("sign_in").and_then(Value::as_bool).unwrap_or(false),
            fees: fees.filter_map(|(method, fee)| Some((method.clone(), fee.as_u64()?))).collect(),
        })
    }
}

/// A key that was canceled before any payment was made with it: a late creation with it makes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grave {
    pub(super) id: String,
    pub(super) attempt: String,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn sample() -> Payment {
        Payment {
            id: "pay_1".to_owned(),
            serial: 1,
            wish: Wish {
                attempt: "mg_0123456789abcdef012345".to_owned(),
                order: "SO-1001".to_owned(),
                method: "wechatpay".to_owned(),
                sum: Some((12_800, "CNY".to_owned())),
                return_url: "http://127.0.0.1:8080/".to_owned(),
                device: "desktop".to_owned(),
                session: "s1".to_owned(),
            },
            amount: 12_800,
            currency: "CNY".to_owned(),
            status: Standing::Processing,
            closed: true,
            refunded: true,
            reason: Some("why".to_owned()),
            terms: Terms {
                provider: "wallet".to_owned(),
                flow: Flow::Qr,
                refuse: Some("ORDERPAID".to_owned()),
                lifetime: 60_000,
            },
            generation: 2,
            created: 1_000,
            issued: 2_000,
            sessions: vec!["s1".to_owned(), "s2".to_owned()],
            requests: Requests { create: 1, status: 2, events: 3, refresh: 4, cancel: 5 },
        }
    }

    #[test]
    fn a_payment_is_the_same_after_being_written_down() {
        let mut payment = sample();
        assert_eq!(Payment::from_record(&payment.to_record()), Some(payment.clone()));
        (payment.wish.sum, payment.reason, payment.terms.refuse) = (None, None, None);
        assert_eq!(Payment::from_record(&payment.to_record()), Some(payment));
    }

    #[test]
    fn an_order_is_the_same_after_being_written_down() {
        let mut order = Order::usual("SO-1");
        (order.expires_in, order.sign_in) = (Some(9), true);
        order.fees.insert("alipay".to_owned(), 128);
        assert_eq!(Order::from_record(&order.to_record()), Some(order.clone()));
        assert_eq!((order.price("alipay"), order.price("hebao")), (12_928, 12_800));
    }

    #[test]
    fn a_record_with_a_status_nobody_knows_is_not_read_as_a_payment() {
        let mut record = sample().to_record();
        record["status"] = json!("lost");
        assert_eq!(Payment::from_record(&record), None);
    }
}
