//! Decides every change of a payment: who may begin one, how it ends, and that an order is not paid twice in silence.
//!
//! It knows no HTTP, no file and no clock: the time comes in, and what changed is named in `take_changed`.

use super::clock::Millis;
use super::payment::{Grave, Order, Payment, Requests, Terms, Wish};
use super::verdict::{Closing, Deed, Made, Refusal};
use moongate::action::Standing;
use std::collections::{BTreeMap, BTreeSet};

/// What the shop holds of all its orders.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    payments: BTreeMap<String, Payment>,
    ids: BTreeMap<String, String>,
    orders: BTreeMap<String, Order>,
    graves: BTreeMap<String, Grave>,
    serial: u64,
    changed: BTreeSet<Entry>,
}

/// Something that was written into the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    /// A payment, by id.
    Payment(String),
    /// An order, by id.
    Order(String),
    /// A key canceled before use, by attempt.
    Grave(String),
}

impl Ledger {
    /// The ledger as it was written down.
    pub(super) fn restored(payments: Vec<Payment>, orders: Vec<Order>, graves: Vec<Grave>) -> Self {
        Self {
            serial: payments.iter().map(|payment| payment.serial).max().unwrap_or(0),
            ids: payments.iter().map(|payment| (payment.wish.attempt.clone(), payment.id.clone())).collect(),
            payments: payments.into_iter().map(|payment| (payment.id.clone(), payment)).collect(),
            orders: orders.into_iter().map(|order| (order.id.clone(), order)).collect(),
            graves: graves.into_iter().map(|grave| (grave.attempt.clone(), grave)).collect(),
            changed: BTreeSet::new(),
        }
    }

    /// What was written since this was last asked.
    pub(super) fn take_changed(&mut self) -> BTreeSet<Entry> {
        std::mem::take(&mut self.changed)
    }

    /// Counts as written since then what was taken and could not be kept.
    pub(super) fn put_back(&mut self, changed: BTreeSet<Entry>) {
        self.changed.extend(changed);
    }

    /// The order, or the usual one if nobody told of it.
    pub(super) fn order(&self, id: &str) -> Order {
        self.orders.get(id).cloned().unwrap_or_else(|| Order::usual(id))
    }

    /// Makes an order known, or changes it.
    pub(super) fn set_order(&mut self, order: Order) {
        self.changed.insert(Entry::Order(order.id.clone()));
        self.orders.insert(order.id.clone(), order);
    }

    /// The payment of this id or attempt.
    pub(super) fn find(&self, key: &str) -> Option<&Payment> {
        self.payments.get(self.ids.get(key).map_or(key, String::as_str))
    }

    /// The canceled key of this attempt or id.
    pub(super) fn grave(&self, key: &str) -> Option<&Grave> {
        self.graves.get(key).or_else(|| self.graves.values().find(|grave| grave.id == key))
    }

    /// Every payment, oldest first.
    pub(super) fn payments(&self) -> Vec<&Payment> {
        let mut all: Vec<_> = self.payments.values().collect();
        all.sort_by_key(|payment| payment.serial);
        all
    }

    /// Counts a request. It changes nothing that must outlive a restart at once.
    pub(super) fn count(&mut self, id: &str, kind: impl Fn(&mut Requests) -> &mut u64) {
        if let Some(payment) = self.payments.get_mut(id) {
            *kind(&mut payment.requests) += 1;
        }
    }

    /// Lets this session pay the payment too.
    pub(super) fn admit(&mut self, id: &str, session: &str) {
        if let Some(payment) = self.payments.get_mut(id)
            && !payment.belongs_to(session)
        {
            payment.sessions.push(session.to_owned());
            self.changed.insert(Entry::Payment(id.to_owned()));
        }
    }

    /// Ends what nobody paid in time. What is being worked on does not end by a timer.
    pub(super) fn settle(&mut self, now: Millis) {
        for payment in self.payments.values_mut() {
            if payment.status == Standing::Pending && payment.expires() <= now {
                payment.status = Standing::Expired;
                self.changed.insert(Entry::Payment(payment.id.clone()));
            }
        }
    }

    /// Begins a payment, unless the key, the order or its price stand against it. `id` is used only if one is made.
    ///
    /// # Errors
    /// [`Refusal`], the order's payment first: a shop that is paid has nothing else to say.
    pub(super) fn create(&mut self, wish: Wish, terms: Terms, id: &str, now: Millis) -> Result<Made, Refusal> {
        self.settle(now);
        if let Some(grave) = self.graves.get(&wish.attempt) {
            return Ok(Made::Nothing(grave.clone()));
        }
        if let Some(known) = self.find(&wish.attempt) {
            let (id, same) = (known.id.clone(), same_wish(known, &wish));
            return if same { Ok(Made::Same(id)) } else { Err(Refusal::KeyReused) };
        }
        let order = self.order(&wish.order);
        self.may_begin(&wish, &order, None)?;
        self.close_outdated(&order);
        self.open(wish, terms, &order, id, now);
        Ok(Made::New(id.to_owned()))
    }

    fn open(&mut self, wish: Wish, terms: Terms, order: &Order, id: &str, now: Millis) {
        self.serial += 1;
        self.ids.insert(wish.attempt.clone(), id.to_owned());
        let payment = Payment {
            id: id.to_owned(),
            serial: self.serial,
            amount: order.price(&wish.method),
            currency: order.currency.clone(),
            status: Standing::Pending,
            closed: false,
            refunded: false,
            reason: None,
            terms,
            generation: 0,
            created: now,
            issued: now,
            sessions: vec![wish.session.clone()],
            requests: Requests::default(),
            wish,
        };
        self.write(payment);
    }

    /// Whether a payment like this may become payable beside what the order has. `own` is left out of account.
    fn may_begin(&self, wish: &Wish, order: &Order, own: Option<&str>) -> Result<(), Refusal> {
        let others = || self.payments.values().filter(|p| p.wish.order == order.id && Some(p.id.as_str()) != own);
        if let Some(paid) = others().find(|payment| payment.paid()) {
            return Err(Refusal::OrderPaid(paid.id.clone()));
        }
        let price = (order.price(&wish.method), order.currency.clone());
        if wish.sum.as_ref().is_some_and(|sum| *sum != price) {
            return Err(Refusal::AmountChanged(price.0, price.1));
        }
        match others().find(|payment| payment.live() && !outdated(payment, order)) {
            Some(live) => Err(Refusal::InProgress(live.id.clone())),
            None => Ok(()),
        }
    }

    /// A code for a sum that the order no longer has must not be paid: the shop closes it before another begins.
    fn close_outdated(&mut self, order: &Order) {
        for payment in self.payments.values_mut() {
            if payment.wish.order == order.id && outdated(payment, order) {
                close(payment, "amount_changed");
                self.changed.insert(Entry::Payment(payment.id.clone()));
            }
        }
    }

    /// Closes a payment at the provider, or records a key that no payment was made with yet. `id` is the record's.
    pub(super) fn cancel(&mut self, key: &str, id: &str, now: Millis) -> Closing {
        self.settle(now);
        if let Some(grave) = self.grave(key) {
            return Closing::Grave(grave.clone());
        }
        let Some(payment) = self.find(key).cloned() else { return self.bury(key, id) };
        if !matches!(payment.status, Standing::Processing | Standing::Succeeded) && !payment.closed {
            let mut payment = payment.clone();
            close(&mut payment, "closed_by_shop");
            self.write(payment);
        }
        Closing::Payment(payment.id)
    }

    fn bury(&mut self, attempt: &str, id: &str) -> Closing {
        if moongate::checkout::wire::AttemptId::parse(attempt).is_none() {
            return Closing::Unknown;
        }
        let grave = Grave { id: id.to_owned(), attempt: attempt.to_owned() };
        self.changed.insert(Entry::Grave(grave.attempt.clone()));
        self.graves.insert(grave.attempt.clone(), grave.clone());
        Closing::Grave(grave)
    }

    /// Gives an expired payment a new code and makes the old one void; leaves every other as it is.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or what would stand against beginning the payment anew.
    pub(super) fn refresh(&mut self, key: &str, now: Millis) -> Result<String, Refusal> {
        self.settle(now);
        let payment = self.find(key).ok_or(Refusal::NotFound)?;
        let id = payment.id.clone();
        if payment.status != Standing::Expired || payment.closed {
            return Ok(id);
        }
        let order = self.order(&payment.wish.order);
        let sum = Some((payment.amount, payment.currency.clone()));
        self.may_begin(&Wish { sum, ..payment.wish.clone() }, &order, Some(&id))?;
        let mut payment = payment.clone();
        payment.generation += 1;
        payment.issued = now;
        payment.status = Standing::Pending;
        payment.reason = None;
        self.close_outdated(&order);
        self.write(payment);
        Ok(id)
    }

    /// Does to a payment what a wallet's app would. Paying succeeds late too; a second payment of an order is given back.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Closed`], or [`Refusal::Ended`] if it ended in another way.
    pub(super) fn act(&mut self, key: &str, deed: Deed, reason: Option<&str>, now: Millis) -> Result<String, Refusal> {
        self.settle(now);
        let mut payment = self.find(key).ok_or(Refusal::NotFound)?.clone();
        let id = payment.id.clone();
        let status = deed.leads_to();
        if payment.status == status {
            return Ok(id);
        }
        deed.may_happen_to(&payment)?;
        let paid_already = self
            .payments
            .values()
            .any(|other| other.wish.order == payment.wish.order && other.id != payment.id && other.paid());
        payment.refunded = deed == Deed::Pay && paid_already;
        payment.status = status;
        payment.reason = reason.or(deed.usual_reason()).map(str::to_owned);
        self.write(payment);
        Ok(id)
    }

    fn write(&mut self, payment: Payment) {
        self.changed.insert(Entry::Payment(payment.id.clone()));
        self.payments.insert(payment.id.clone(), payment);
    }
}

/// Whether a creation says the same about money as the payment it made; where the shopper returns to may differ after
/// a reload, and the form way says no sum.
fn same_wish(known: &Payment, wish: &Wish) -> bool {
    let same_sum = wish.sum.as_ref().is_none_or(|sum| sum.0 == known.amount && sum.1 == known.currency);
    known.wish.order == wish.order && known.wish.method == wish.method && same_sum
}

/// Whether it is payable with a sum that its order no longer has.
fn outdated(payment: &Payment, order: &Order) -> bool {
    let price = order.price(&payment.wish.method);
    payment.status == Standing::Pending && (payment.amount != price || payment.currency != order.currency)
}

fn close(payment: &mut Payment, reason: &str) {
    payment.closed = true;
    payment.status = Standing::Canceled;
    payment.reason = Some(reason.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use moongate::checkout::method::Flow;
    use proptest::prelude::*;

    const LIFETIME: Millis = 1_000;

    fn wish(attempt: u8, order: u8) -> Wish {
        Wish {
            attempt: format!("mg_{attempt:032}"),
            order: format!("SO-{order}"),
            method: "alipay".to_owned(),
            sum: Some((12_800, "CNY".to_owned())),
            return_url: "http://127.0.0.1/".to_owned(),
            device: "desktop".to_owned(),
            session: "s".to_owned(),
        }
    }

    fn terms() -> Terms {
        Terms { provider: "wallet".to_owned(), flow: Flow::Qr, refuse: None, lifetime: LIFETIME }
    }

    fn create(ledger: &mut Ledger, attempt: u8, order: u8, now: Millis) -> Result<Made, Refusal> {
        ledger.create(wish(attempt, order), terms(), &format!("pay_{attempt}"), now)
    }

    fn status(ledger: &Ledger, attempt: u8) -> Standing {
        ledger.find(&wish(attempt, 0).attempt).unwrap().status
    }

    #[test]
    fn a_payment_expires_at_its_time_and_not_before() {
        let mut ledger = Ledger::default();
        create(&mut ledger, 1, 1, 0).unwrap();
        ledger.settle(LIFETIME - 1);
        assert_eq!(status(&ledger, 1), Standing::Pending);
        ledger.settle(LIFETIME);
        assert_eq!(status(&ledger, 1), Standing::Expired);
    }

    #[test]
    fn every_deed_on_every_standing_does_what_the_table_says() {
        use Deed::{Cancel, Expire, Fail, Pay, Process};
        let all = [Pay, Cancel, Fail, Expire, Process];
        // A row is what was done before; a column what is tried then: y it happens, = it is so already, n it has ended.
        for (before, row) in [
            (None, "yyyyy"),
            (Some(Process), "yyyy="),
            (Some(Pay), "=nnnn"),
            (Some(Cancel), "y=nnn"),
            (Some(Fail), "yn=nn"),
            (Some(Expire), "ynn=y"),
        ] {
            for (deed, expected) in all.into_iter().zip(row.chars()) {
                let mut ledger = Ledger::default();
                create(&mut ledger, 1, 1, 0).unwrap();
                if let Some(before) = before {
                    ledger.act("pay_1", before, None, 0).unwrap();
                }
                let stood = status(&ledger, 1);
                let done = ledger.act("pay_1", deed, None, 0);
                let stands = if expected == 'n' { stood } else { deed.leads_to() };
                assert_eq!((done.is_ok(), status(&ledger, 1)), (expected != 'n', stands), "{before:?} then {deed:?}");
            }
        }
    }

    #[test]
    fn what_the_shop_closed_is_never_touched_again() {
        for deed in [Deed::Pay, Deed::Fail, Deed::Expire, Deed::Process] {
            let mut ledger = Ledger::default();
            create(&mut ledger, 1, 1, 0).unwrap();
            ledger.cancel("pay_1", "pay_x", 0);
            assert_eq!(ledger.act("pay_1", deed, None, 0), Err(Refusal::Closed));
            assert_eq!(ledger.refresh("pay_1", 9 * LIFETIME), Ok("pay_1".to_owned()));
            assert_eq!(status(&ledger, 1), Standing::Canceled);
        }
    }

    #[test]
    fn only_what_changed_is_written_down() {
        let mut ledger = Ledger::default();
        create(&mut ledger, 1, 1, 0).unwrap();
        assert_eq!(ledger.take_changed().len(), 1);
        ledger.count("pay_1", |requests| &mut requests.status);
        ledger.settle(1);
        ledger.refresh("pay_1", 1).unwrap();
        assert!(create(&mut ledger, 2, 1, 1).is_err());
        create(&mut ledger, 1, 1, 1).unwrap();
        assert!(ledger.take_changed().is_empty());
    }

    /// Anything that can happen to a shop.
    #[derive(Clone, Copy, Debug)]
    enum Happening {
        Create(u8, u8),
        Cancel(u8),
        Refresh(u8),
        Act(u8, Deed),
        Reprice(u8, u64),
        Wait(Millis),
        Restart,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let deed = prop::sample::select(vec![Deed::Pay, Deed::Cancel, Deed::Fail, Deed::Expire, Deed::Process]);
        prop_oneof![
            4 => (0..6_u8, 0..2_u8).prop_map(|(attempt, order)| Happening::Create(attempt, order)),
            1 => (0..6_u8).prop_map(Happening::Cancel),
            2 => (0..6_u8).prop_map(Happening::Refresh),
            4 => (0..6_u8, deed).prop_map(|(attempt, deed)| Happening::Act(attempt, deed)),
            1 => (0..2_u8, prop::sample::select(vec![12_800, 9_900])).prop_map(|(order, sum)| Happening::Reprice(order, sum)),
            2 => (1..LIFETIME).prop_map(Happening::Wait),
            1 => Just(Happening::Restart),
        ]
    }

    fn happen(ledger: &mut Ledger, now: &mut Millis, what: Happening) {
        let key = |attempt: u8| wish(attempt, 0).attempt;
        match what {
            Happening::Create(attempt, order) => drop(create(ledger, attempt, order, *now)),
            Happening::Cancel(attempt) => drop(ledger.cancel(&key(attempt), "pay_grave", *now)),
            Happening::Refresh(attempt) => drop(ledger.refresh(&key(attempt), *now)),
            Happening::Act(attempt, deed) => drop(ledger.act(&key(attempt), deed, None, *now)),
            Happening::Reprice(order, amount) => {
                ledger.set_order(Order { amount, ..Order::usual(&format!("SO-{order}")) });
            }
            Happening::Wait(time) => *now += time,
            Happening::Restart => {
                let payments = ledger.payments().into_iter().cloned().collect();
                let (orders, graves) = (ledger.orders.values().cloned(), ledger.graves.values().cloned());
                *ledger = Ledger::restored(payments, orders.collect(), graves.collect());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_happens_an_order_has_one_code_at_its_price_and_keeps_one_payments_money(
            happenings in prop::collection::vec(happening(), 1..40),
        ) {
            let (mut ledger, mut now) = (Ledger::default(), 0);
            for what in happenings {
                let before: Vec<_> = ledger.payments().into_iter().cloned().collect();
                happen(&mut ledger, &mut now, what);
                for old in before {
                    let new = ledger.find(&old.id).unwrap();
                    prop_assert!(old.status != Standing::Succeeded || new.status == Standing::Succeeded, "{what:?}");
                    prop_assert!(!old.closed || (new.closed && new.status == Standing::Canceled), "{what:?}");
                    prop_assert!(new.generation == old.generation || new.status == Standing::Pending, "{what:?}");
                }
                for order in ["SO-0", "SO-1"] {
                    let of_order = || ledger.payments().into_iter().filter(|payment| payment.wish.order == order);
                    let live = of_order().filter(|payment| payment.live() && !outdated(payment, &ledger.order(order)));
                    let paid = of_order().filter(|payment| payment.paid()).count();
                    let succeeded = of_order().filter(|payment| payment.status == Standing::Succeeded).count();
                    // A code revived by the wallet itself, `process` after expiry, is not of the shop's making.
                    prop_assert!(live.filter(|payment| payment.status == Standing::Pending).count() <= 1, "{what:?}");
                    prop_assert!(paid == usize::from(succeeded > 0), "{what:?}");
                }
            }
        }
    }
}
