//! Decides what the shop keeps, in SQLite, and how it is read.
//!
//! It does not decide what a payment may become.

use rusqlite::{Connection, OptionalExtension, Result, Row, Transaction, TransactionBehavior};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    session TEXT,      -- who may pay it
    shipped_for TEXT,  -- the payment that it is shipped for
    shipment TEXT);    -- 'due', then 'done'
CREATE TABLE IF NOT EXISTS payments (attempt TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT, method TEXT,
    amount INTEGER, currency TEXT, status TEXT NOT NULL, action TEXT, expires INTEGER, return_url TEXT, session TEXT,
    refund TEXT);      -- 'due', then 'done'
-- One live payment for each order: what stops a second tab from paying twice.
CREATE UNIQUE INDEX IF NOT EXISTS live ON payments (order_id) WHERE status IN ('pending', 'processing');
INSERT OR IGNORE INTO orders (id, amount, currency) VALUES ('SO-1001', 12800, 'CNY'), ('SO-1002', 4500, 'CNY');
";

/// The shop's store.
pub(crate) struct Store(Mutex<Connection>);

/// An order.
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Who may pay it, once somebody began to.
    pub(crate) session: Option<String>,
    pub(crate) shipped: bool,
}

/// A payment. One that was canceled before it came has no order.
#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) attempt: String,
    pub(crate) id: String,
    pub(crate) order: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) status: String,
    /// What the provider answered.
    pub(crate) action: Option<String>,
    pub(crate) expires: Option<i64>,
    pub(crate) return_url: Option<String>,
    pub(crate) session: String,
    pub(crate) refund: Option<String>,
}

impl Store {
    /// The store in this file, made if it is not there.
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// One change as a whole: nothing of it stays if it fails. Whoever else wants to change something waits.
    pub(crate) fn change<T, E: From<rusqlite::Error>>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let made = change(&transaction)?;
        transaction.commit()?;
        Ok(made)
    }

    /// The payment of this id or attempt.
    pub(crate) fn payment(&self, key: &str) -> Result<Option<Payment>> {
        self.change(|store| payment(store, key))
    }
}

/// The payment of this id or attempt.
pub(crate) fn payment(store: &Connection, key: &str) -> Result<Option<Payment>> {
    store.query_row("SELECT * FROM payments WHERE ?1 IN (id, attempt)", [key], Payment::read).optional()
}

/// Every payment of which this holds, an expression of SQL that knows `?1`.
pub(crate) fn payments(store: &Connection, holds: &str, value: &str) -> Result<Vec<Payment>> {
    let mut asked = store.prepare(&format!("SELECT * FROM payments WHERE {holds} ORDER BY status DESC"))?;
    asked.query_map([value], Payment::read)?.collect()
}

/// The orders that are still to be shipped.
pub(crate) fn shipments(store: &Connection) -> Result<Vec<String>> {
    store.prepare("SELECT id FROM orders WHERE shipment = 'due'")?.query_map([], |row| row.get(0))?.collect()
}

/// The order of this id.
pub(crate) fn order(store: &Connection, id: &str) -> Result<Option<Order>> {
    let read = |row: &Row<'_>| {
        let shipped = row.get::<_, Option<String>>("shipped_for")?.is_some();
        Ok(Order {
            id: row.get("id")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            session: row.get("session")?,
            shipped,
        })
    };
    store.query_row("SELECT * FROM orders WHERE id = ?1", [id], read).optional()
}

impl Payment {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            attempt: row.get("attempt")?,
            id: row.get("id")?,
            order: row.get("order_id")?,
            method: row.get("method")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            status: row.get("status")?,
            action: row.get("action")?,
            expires: row.get("expires")?,
            return_url: row.get("return_url")?,
            session: row.get("session")?,
            refund: row.get("refund")?,
        })
    }

    /// Whether it can still become paid, as far as the shop knows.
    pub(crate) fn is_live(&self) -> bool {
        self.status == "pending" || self.status == "processing"
    }

    /// Whether its time is over, and nothing said how it ended.
    pub(crate) fn is_over(&self) -> bool {
        self.is_live() && self.expires.is_some_and(|expires| expires <= crate::now())
    }

    /// As the widget reads it. Whoever is not the order's session sees how it stands, and no code.
    pub(crate) fn shown(&self, session: &str, key: &str) -> Value {
        let own = self.session == session;
        let mut told = json!({ "id": self.id, "status": self.status });
        if self.order.is_some() {
            (told["order"], told["method"]) = (self.order.clone().into(), self.method.clone().into());
            (told["amount"], told["currency"]) = (self.amount.into(), self.currency.clone().into());
        }
        if own || key == self.attempt {
            told["attempt"] = self.attempt.clone().into();
        }
        if own && self.status == "pending" {
            // What the provider answered, untouched.
            let action = self.action.as_deref().and_then(|action| serde_json::from_str(action).ok());
            action.into_iter().for_each(|action: Value| told["action"] = action);
        }
        let expires = self.expires.and_then(|expires| OffsetDateTime::from_unix_timestamp(expires).ok());
        if let Some(expires) = expires.and_then(|expires| expires.format(&Rfc3339).ok()) {
            told["expires_at"] = expires.into();
        }
        if self.refund.is_some() {
            told["refunded"] = true.into();
        }
        told
    }
}
