//! Decides when a payment begins, how it is closed, and what ships: one live payment for each order, one shipment.
//!
//! It does not decide who is asked for a code: `wallet` stands for that.

use crate::answer::Problem;
use crate::store::{self, Payment};
use crate::wallet::{self, Standing, Unclear};
use crate::{Shop, now};
use rusqlite::{Connection, params};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

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

/// Keeps an attempt busy until it is dropped, which also happens if the shopper goes away while the provider is asked.
struct Busy<'a>(&'a Shop, String);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy().remove(&self.1);
    }
}

impl Shop {
    /// Makes the payment and its code, and says whether it is new. The provider is asked outside of any transaction: it may take
    /// seconds.
    pub(crate) async fn create(&self, wish: &Wish, session: &str) -> Result<(Payment, bool), Problem> {
        let _busy = self.take(&wish.attempt)?;
        let (payment, new) = self.store.change(|store| begun(store, wish, session, self))?;
        if payment.status != "pending" || payment.action.is_some() {
            return Ok((payment, new));
        }
        let (total, currency) = (payment.amount.unwrap_or(0), payment.currency.as_deref().unwrap_or(""));
        let action = self.wallet.native(&payment.id, total, currency, payment.expires.unwrap_or(0)).await?;
        let kept = self.keep(&payment.id, &action)?;
        kept.map(|payment| (payment, new)).ok_or_else(|| Problem::of(404, "not_found"))
    }

    fn keep(&self, id: &str, action: &Value) -> rusqlite::Result<Option<Payment>> {
        self.store.change(|store| {
            store.execute("UPDATE payments SET action = ?1 WHERE id = ?2", [&action.to_string(), id])?;
            store::payment(store, id)
        })
    }

    fn take(&self, attempt: &str) -> Result<Busy<'_>, Problem> {
        let free = self.busy().insert(attempt.to_owned());
        if free { Ok(Busy(self, attempt.to_owned())) } else { Err(Problem::of(409, "in_flight")) }
    }

    /// Attempts whose code the provider is being asked for; more than one process would keep this in the store.
    fn busy(&self) -> MutexGuard<'_, HashSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The payment as it stands: one whose time is over is closed.
    pub(crate) async fn stands(&self, key: &str) -> Result<Payment, Problem> {
        let payment = self.store.payment(key)?.ok_or_else(|| Problem::of(404, "not_found"))?;
        if payment.is_over() { self.close(payment, "expired").await } else { Ok(payment) }
    }

    /// Closes it at the provider. What can't be closed was paid, or is over, or it is unclear: the provider is asked how it stands.
    pub(crate) async fn close(&self, payment: Payment, outcome: &str) -> Result<Payment, Problem> {
        if !payment.is_live() || self.busy().contains(&payment.attempt) {
            return Ok(payment);
        }
        match self.wallet.close(&payment.id).await {
            Ok(true) => return self.became(payment, outcome),
            Ok(false) => drop(self.became(payment.clone(), "processing")?),
            Err(fault) => eprintln!("{} could not be closed: {fault}", payment.id),
        }
        self.ask(payment, outcome).await
    }

    /// Asks the provider how it stands, for its notification may be lost. If nobody can say it stays as it is.
    async fn ask(&self, payment: Payment, outcome: &str) -> Result<Payment, Problem> {
        match self.wallet.query(&payment.id).await {
            Ok(Standing::Paid(told)) => {
                // It is its order's one live payment: there is no other to be closed.
                if self.settle(&told).await?.is_none() {
                    eprintln!("{} was paid, but to another merchant or with another sum: look at it", payment.id);
                }
            }
            Ok(Standing::Open) if !payment.is_over() => {}
            Ok(Standing::Open | Standing::Over) => return self.became(payment, outcome),
            Err(fault) => eprintln!("{} could not be asked about: {fault}", payment.id),
        }
        Ok(self.store.payment(&payment.id)?.unwrap_or(payment))
    }

    fn became(&self, payment: Payment, status: &str) -> Result<Payment, Problem> {
        let change = "UPDATE payments SET status = ?1 WHERE id = ?2 AND status IN ('pending', 'processing')";
        let became = self.store.change(|store| {
            store.execute(change, [status, &payment.id])?;
            store::payment(store, &payment.id)
        })?;
        Ok(became.unwrap_or(payment))
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

    /// What a checked notification says; false if it is of another merchant, payment or sum. Once it is in the store it was heard:
    /// what can't be done about it now, `tidy` does.
    pub(crate) async fn hears(&self, told: &Value) -> Result<bool, Problem> {
        let Some(others) = self.settle(told).await? else { return Ok(false) };
        for other in others {
            let _logged = self.close(other, "canceled").await;
        }
        Ok(true)
    }

    /// Ships the order once, for the first payment of it; whatever was paid for it besides is refunded. The payments to be closed
    /// then; none if it is of another merchant, payment or sum.
    async fn settle(&self, told: &Value) -> Result<Option<Vec<Payment>>, Problem> {
        let others = self.store.change(|store| settled(store, told))?;
        self.work_off().await;
        Ok(others)
    }

    /// Asks about what nobody told of, closes what nobody should pay any more, and works off what is due; each on its own.
    pub(crate) async fn tidy(&self) {
        let live = "status IN ('pending', ?1)";
        let live = self.store.change::<_, Problem>(|store| Ok(store::payments(store, live, "processing")?));
        for payment in live.unwrap_or_default() {
            let _logged = self.look_after(payment).await;
        }
        self.work_off().await;
    }

    async fn look_after(&self, payment: Payment) -> Result<Payment, Problem> {
        let order = payment.order.as_deref().unwrap_or_default();
        let shipped = self.store.change(|store| store::order(store, order))?.is_some_and(|order| order.shipped);
        if payment.is_over() {
            self.close(payment, "expired").await
        } else if shipped {
            self.close(payment, "canceled").await
        } else {
            self.ask(payment, "expired").await
        }
    }

    /// Ships and pays back what is due. What fails stays due.
    async fn work_off(&self) {
        let _alone = self.due.lock().await;
        let due = self.store.change::<_, Problem>(|store| {
            Ok((store::shipments(store)?, store::payments(store, "refund = ?1", "due")?))
        });
        let (orders, payments) = due.unwrap_or_default();
        for order in orders {
            let shipped = self.ship(&order).await;
            shipped.unwrap_or_else(|fault| eprintln!("order {order} is still to be shipped: {fault}"));
        }
        for payment in payments {
            let refunded = self.refund(&payment).await;
            refunded.unwrap_or_else(|fault| eprintln!("{} is still to be refunded: {fault}", payment.id));
        }
    }

    /// Stands for your warehouse. It may be told twice, if the store fails in between: the order's id is the idempotency key.
    async fn ship(&self, order: &str) -> Result<(), Unclear> {
        println!("ship order {order}");
        self.store.change(|store| store.execute("UPDATE orders SET shipment = 'done' WHERE id = ?1", [order]))?;
        Ok(())
    }

    async fn refund(&self, payment: &Payment) -> Result<(), Unclear> {
        let (total, currency) = (payment.amount.unwrap_or(0), payment.currency.as_deref().unwrap_or(""));
        self.wallet.refund(&payment.id, total, currency).await?;
        self.store.change(|store| store.execute("UPDATE payments SET refund = 'done' WHERE id = ?1", [&payment.id]))?;
        println!("refunded {}", payment.id);
        Ok(())
    }
}

fn new_id() -> String {
    format!("pay_{}", wallet::random(8))
}

/// The payment of this attempt, and whether it is new.
fn begun(store: &Connection, wish: &Wish, session: &str, shop: &Shop) -> Result<(Payment, bool), Problem> {
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
    if !url::Url::parse(&wish.return_url).is_ok_and(|url| url.origin().ascii_serialization() == shop.home) {
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
        now() + shop.life,
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

/// The order's other payments that are alive, if it is shipped. One whose price is another now is not shipped for what was paid.
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
    let ships = store.execute(
        "UPDATE orders SET shipped_for = ?1, shipment = 'due' WHERE id = ?2 AND shipped_for IS NULL AND amount = ?3 AND currency = ?4",
        params![payment.id, order, payment.amount, payment.currency],
    )? > 0;
    let refund = (!ships).then_some("due");
    store
        .execute("UPDATE payments SET status = 'succeeded', refund = ?1 WHERE id = ?2", params![refund, payment.id])?;
    let others = "order_id IN (SELECT id FROM orders WHERE id = ?1 AND shipped_for IS NOT NULL) AND status IN ('pending', 'processing')";
    store::payments(store, others, &order).map(Some)
}
