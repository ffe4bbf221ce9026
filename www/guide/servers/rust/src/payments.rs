//! Decides when a payment begins, how it is closed, and what ships: one live payment for each order, one shipment.
//!
//! It does not decide who is asked for a code: `wallet` stands for that.

use crate::answer::Problem;
use crate::store::{self, Payment};
use crate::{Shop, now, wallet};
use rusqlite::{Connection, params};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

/// Seconds that a code can be paid.
const LIFE: i64 = 15 * 60;

/// What a creation asks for. A form says no sum: the order does.
pub(crate) struct Wish {
    pub(crate) order: String,
    pub(crate) method: String,
    pub(crate) attempt: String,
    pub(crate) return_url: String,
    pub(crate) sum: Option<(i64, String)>,
}

/// Whether this is the id of an attempt.
pub(crate) fn is_attempt(key: &str) -> bool {
    let digits = key.strip_prefix("mg_").unwrap_or_default();
    (22..=61).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl Shop {
    /// Makes the payment and its code, and says whether it is new. The provider is asked outside of any transaction: it may take
    /// seconds.
    pub(crate) async fn create(&self, wish: &Wish, session: &str) -> Result<(Payment, bool), Problem> {
        let (payment, new) = self.begin(wish, session)?;
        if payment.status != "pending" || payment.action.is_some() {
            return Ok((payment, new));
        }
        let made = self
            .wallet
            .native(&payment.id, payment.amount.unwrap_or(0), payment.currency.as_deref().unwrap_or(""))
            .await;
        let kept = made.and_then(|action| self.keep(&payment.id, &action));
        self.busy().remove(&wish.attempt);
        kept?.map(|payment| (payment, new)).ok_or_else(|| Problem::of(404, "not_found"))
    }

    fn keep(&self, id: &str, action: &Value) -> rusqlite::Result<Option<Payment>> {
        self.store.change(|store| {
            store.execute("UPDATE payments SET action = ?1 WHERE id = ?2", [&action.to_string(), id])?;
            store::payment(store, id)
        })
    }

    /// The payment of this attempt, busy from now on if its code is still to be made.
    fn begin(&self, wish: &Wish, session: &str) -> Result<(Payment, bool), Problem> {
        let mut busy = self.busy();
        if busy.contains(&wish.attempt) {
            return Err(Problem::of(409, "in_flight"));
        }
        let (payment, new) = self.store.change(|store| begun(store, wish, session, &self.home))?;
        if payment.status == "pending" && payment.action.is_none() {
            busy.insert(wish.attempt.clone());
        }
        Ok((payment, new))
    }

    /// Attempts whose code the provider is being asked for; more than one process would keep this in the store.
    fn busy(&self) -> MutexGuard<'_, HashSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes it at the provider. If that can't be done it was paid, and the notification is on its way.
    pub(crate) async fn close(&self, payment: Payment, outcome: &str) -> Result<Payment, Problem> {
        if payment.status != "pending" || self.busy().contains(&payment.attempt) {
            return Ok(payment);
        }
        let status = if self.wallet.close(&payment.id).await? { outcome } else { "processing" };
        let closed = self.store.change(|store| {
            store.execute(
                "UPDATE payments SET status = ?1 WHERE id = ?2 AND status = 'pending'",
                [status, &payment.id],
            )?;
            store::payment(store, &payment.id)
        })?;
        Ok(closed.unwrap_or(payment))
    }

    /// The payment to be canceled. A key that was never seen is recorded, so that a late creation with it makes nothing.
    pub(crate) fn to_cancel(&self, key: &str, session: &str) -> Result<Payment, Problem> {
        let found = self.store.change::<_, Problem>(|store| {
            if store::payment(store, key)?.is_none() && is_attempt(key) {
                let made = params![key, new_id(), session];
                store.execute(
                    "INSERT INTO payments (attempt, id, status, session) VALUES (?1, ?2, 'canceled', ?3)",
                    made,
                )?;
            }
            Ok(store::payment(store, key)?)
        })?;
        let found = found.ok_or_else(|| Problem::of(404, "not_found"))?;
        if found.session == session { Ok(found) } else { Err(Problem::of(403, "not_allowed")) }
    }

    /// What a checked notification says: ships the order once, for the first payment of it; whatever was paid for it besides is
    /// refunded. False if it is of another merchant, payment or sum.
    pub(crate) async fn settle(&self, told: &Value) -> Result<bool, Problem> {
        let Some(others) = self.store.change(|store| settled(store, told))? else { return Ok(false) };
        for other in others {
            self.close(other, "canceled").await?;
        }
        self.refund_what_is_due().await?;
        Ok(true)
    }

    /// If the provider can't be reached, it stays due.
    pub(crate) async fn refund_what_is_due(&self) -> Result<(), Problem> {
        for payment in self.store.change(|store| store::payments(store, "refund = ?1", "due"))? {
            self.wallet.refund(&payment.id).await?;
            self.store
                .change(|store| store.execute("UPDATE payments SET refund = 'done' WHERE id = ?1", [&payment.id]))?;
            println!("refunded {}", payment.id);
        }
        Ok(())
    }
}

fn new_id() -> String {
    format!("pay_{}", wallet::random(8))
}

/// The payment of this attempt, and whether it is new.
fn begun(store: &Connection, wish: &Wish, session: &str, home: &str) -> Result<(Payment, bool), Problem> {
    let order = store::order(store, &wish.order)?.ok_or_else(|| Problem::of(404, "not_found"))?;
    if order.session.as_deref().is_some_and(|own| own != session) {
        return Err(Problem::of(403, "not_allowed"));
    }
    let (amount, currency) = wish.sum.clone().unwrap_or_else(|| (order.amount, order.currency.clone()));
    if let Some(known) = store::payment(store, &wish.attempt)? {
        return Ok((again(store, known, wish, amount, &currency)?, false));
    }
    if wish.method != "wechatpay" {
        return Err(Problem::of(422, "refused").with("detail", "This shop takes WeChat Pay."));
    }
    if (amount, &currency) != (order.amount, &order.currency) {
        return Err(Problem::of(409, "amount_changed").with("amount", order.amount).with("currency", order.currency));
    }
    if !url::Url::parse(&wish.return_url).is_ok_and(|url| url.origin().ascii_serialization() == home) {
        return Err(Problem::of(422, "bad_return_url"));
    }
    in_the_way(store, &order.id, session)?;
    store.execute("UPDATE orders SET session = ?1 WHERE id = ?2", [session, &order.id])?;
    let made = params![
        wish.attempt,
        new_id(),
        order.id,
        wish.method,
        amount,
        currency,
        now() + LIFE,
        wish.return_url,
        session
    ];
    store.execute(
        "INSERT INTO payments (attempt, id, order_id, method, amount, currency, status, expires, return_url, session)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?8, ?9)",
        made,
    )?;
    store::payment(store, &wish.attempt)?.map(|payment| (payment, true)).ok_or_else(|| Problem::of(500, "server_error"))
}

/// The same key again. One that was canceled before it came makes nothing.
fn again(store: &Connection, known: Payment, wish: &Wish, amount: i64, currency: &str) -> Result<Payment, Problem> {
    if known.order.is_none() {
        let made = params![wish.order, wish.method, amount, currency, wish.attempt];
        store.execute(
            "UPDATE payments SET order_id = ?1, method = ?2, amount = ?3, currency = ?4 WHERE attempt = ?5",
            made,
        )?;
        return Ok(store::payment(store, &wish.attempt)?.unwrap_or(known));
    }
    let sum = known.amount == Some(amount) && known.currency.as_deref() == Some(currency);
    let same = known.order.as_ref() == Some(&wish.order) && known.method.as_ref() == Some(&wish.method) && sum;
    if same { Ok(known) } else { Err(Problem::of(422, "key_reused")) }
}

/// One live payment for each order: what stops a second tab from paying twice.
fn in_the_way(store: &Connection, order: &str, session: &str) -> Result<(), Problem> {
    let live = "order_id = ?1 AND refund IS NULL AND status IN ('pending', 'processing', 'succeeded')";
    let Some(live) = store::payments(store, live, order)?.into_iter().next() else { return Ok(()) };
    let code = if live.status == "succeeded" { "order_paid" } else { "payment_in_progress" };
    Err(Problem::of(409, code).with("payment", live.shown(session, "")))
}

/// The order's other payments that are alive, after this one was paid.
fn settled(store: &Connection, told: &Value) -> rusqlite::Result<Option<Vec<Payment>>> {
    let text = |name: &str| told.pointer(name).and_then(Value::as_str);
    let found = store::payment(store, text("/out_trade_no").unwrap_or_default())?;
    let sum = |paid: &Payment| told.pointer("/amount/total").and_then(Value::as_i64) == paid.amount;
    let same =
        |paid: &Payment| sum(paid) && paid.amount.is_some() && text("/amount/currency") == paid.currency.as_deref();
    let ours = text("/mchid") == Some(wallet::MERCHANT) && text("/appid") == Some(wallet::APP);
    let Some(payment) = found.filter(|payment| ours && same(payment)) else { return Ok(None) };
    if text("/trade_state") != Some("SUCCESS") || payment.status == "succeeded" {
        return Ok(Some(Vec::new()));
    }
    let order = payment.order.unwrap_or_default();
    let ships = store
        .execute("UPDATE orders SET shipped_for = ?1 WHERE id = ?2 AND shipped_for IS NULL", [&payment.id, &order])?
        > 0;
    let refund = (!ships).then_some("due");
    store
        .execute("UPDATE payments SET status = 'succeeded', refund = ?1 WHERE id = ?2", params![refund, payment.id])?;
    if ships {
        println!("ship order {order}");
    }
    store::payments(store, "order_id = ?1 AND status = 'pending'", &order).map(Some)
}
