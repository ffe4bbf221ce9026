//! A merchant's server as contract section 3 has it, as far as money goes: what is payable, what was paid, what is told.

use super::{Flaw, amount, id, method};
use moongate::action::{Action, Bridge, Method, Refusal, Standing, Step};
use moongate::checkout::fault::{Fault, ServerCode, ServerFault};
use moongate::checkout::machine::{Attempt, Millis, Request, State};
use moongate::checkout::method::MethodId;
use moongate::checkout::wire::{Answer, AttemptId, Payment};

/// How long a code lives, as the server says, and for how much longer the provider takes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    code: Millis,
    grace: Millis,
}

impl Life {
    /// As providers have it.
    pub(super) const USUAL: Self = Self { code: 600_000, grace: 40_000 };
    /// So short that codes are renewed all the time.
    pub(super) const SHORT: Self = Self { code: 4_000, grace: 12_000 };
}

/// The server's clock when the page's is at zero, in seconds since 1970.
const EPOCH: i64 = 1_925_374_200;

/// What the provider gives to pay by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    Page,
    InApp,
    App,
    /// No way to pay it: the provider says that it is paid already, or that it does not know.
    Unclear,
    /// One that the widget refuses to carry out.
    Bad,
}

const KINDS: [Kind; 8] =
    [Kind::Code, Kind::Code, Kind::Code, Kind::Page, Kind::InApp, Kind::App, Kind::Unclear, Kind::Bad];

/// One payment.
#[derive(Clone, Debug)]
pub(super) struct Pay {
    pub(super) key: AttemptId,
    pub(super) method: MethodId,
    pub(super) amount: u64,
    pub(super) status: Standing,
    /// Closed at the provider.
    pub(super) closed: bool,
    pub(super) refunded: bool,
    kind: Kind,
    /// The number of its code, and how many of its codes can be paid.
    code: u32,
    pub(super) codes: usize,
    expires: Millis,
    /// What was ever told of it.
    pub(super) told: Vec<Standing>,
}

impl Pay {
    pub(super) fn payable(&self) -> bool {
        matches!(self.status, Standing::Pending | Standing::Processing)
    }

    pub(super) fn paid(&self) -> bool {
        self.status == Standing::Succeeded && !self.refunded
    }
}

/// The server, of one order.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) price: u64,
    pub(super) pays: Vec<Pay>,
    canceled: Vec<AttemptId>,
    /// Whether it keeps to one live payment for the order.
    pub(super) guarded: bool,
    flaw: Option<Flaw>,
    life: Life,
    pub(super) now: Millis,
}

/// What the server answers, before anybody holds it against an order.
#[derive(Clone, Debug)]
pub(super) enum Word {
    Payment(Box<Pay>),
    Recorded,
    Conflict(ServerCode, Box<Pay>),
    Fault(ServerCode),
    Unsupported,
    SignIn,
    Busy(u32),
}

impl Server {
    pub(super) fn new(guarded: bool, flaw: Option<Flaw>, life: Life) -> Self {
        Self { price: 12_800, pays: vec![], canceled: vec![], guarded, flaw, life, now: 0 }
    }

    fn find(&mut self, key: &AttemptId) -> Option<&mut Pay> {
        self.pays.iter_mut().find(|pay| pay.key == *key)
    }

    /// Ends what nobody paid in time.
    pub(super) fn settle(&mut self, now: Millis) {
        self.now = now;
        let over = now.saturating_sub(self.life.grace);
        for pay in self.pays.iter_mut().filter(|pay| pay.status == Standing::Pending && pay.expires <= over) {
            pay.status = Standing::Expired;
        }
    }

    fn live(&self, but: Option<&AttemptId>) -> Option<Pay> {
        let price = self.price;
        let counts = |pay: &&Pay| pay.payable() && (pay.status == Standing::Processing || pay.amount == price);
        self.pays.iter().filter(|pay| Some(&pay.key) != but).find(counts).cloned()
    }

    fn paid(&self) -> Option<Pay> {
        self.pays.iter().find(|pay| pay.paid()).cloned()
    }

    /// Acts on a request.
    pub(super) fn act(&mut self, request: Request, key: &AttemptId, by: &MethodId, sum: u64, chance: u32) -> Word {
        match request {
            Request::Create => self.create(key, by, sum, chance),
            Request::Ask => match self.find(key).cloned() {
                Some(pay) => Word::Payment(Box::new(pay)),
                None if self.canceled.contains(key) => Word::Recorded,
                None => Word::Fault(ServerCode::NotFound),
            },
            Request::Cancel => self.cancel(key, chance),
            Request::Refresh => self.refresh(key, chance),
        }
    }

    fn create(&mut self, key: &AttemptId, by: &MethodId, sum: u64, chance: u32) -> Word {
        if self.canceled.contains(key) && self.flaw != Some(Flaw::LateCreationMakesOne) {
            let pay = self.pay(key, by, sum, chance);
            return Word::Payment(Box::new(Pay { status: Standing::Canceled, closed: true, codes: 0, ..pay }));
        }
        if let Some(pay) = self.find(key) {
            let same = pay.method == *by && pay.amount == sum;
            return if same { Word::Payment(Box::new(pay.clone())) } else { Word::Fault(ServerCode::KeyReused) };
        }
        if let Some(paid) = self.paid() {
            return Word::Conflict(ServerCode::OrderPaid, Box::new(paid));
        }
        if sum != self.price {
            return Word::Fault(ServerCode::AmountChanged);
        }
        if self.guarded && self.flaw != Some(Flaw::ManyLivePayments) {
            if let Some(live) = self.live(None) {
                return Word::Conflict(ServerCode::PaymentInProgress, Box::new(live));
            }
            if self.flaw != Some(Flaw::OldSumStaysPayable) {
                self.close_outdated();
            }
        }
        let pay = self.pay(key, by, sum, chance);
        self.pays.push(pay.clone());
        Word::Payment(Box::new(pay))
    }

    fn pay(&self, key: &AttemptId, by: &MethodId, amount: u64, chance: u32) -> Pay {
        Pay {
            key: key.clone(),
            method: by.clone(),
            amount,
            status: Standing::Pending,
            closed: false,
            refunded: false,
            kind: KINDS[chance as usize % KINDS.len()],
            code: 1,
            codes: 1,
            expires: self.now + self.life.code,
            told: vec![],
        }
    }

    fn close_outdated(&mut self) {
        let price = self.price;
        let old = self.pays.iter_mut().filter(|pay| pay.status == Standing::Pending && pay.amount != price);
        old.for_each(|pay| (pay.status, pay.closed, pay.codes) = (Standing::Canceled, true, 0));
    }

    fn cancel(&mut self, key: &AttemptId, chance: u32) -> Word {
        let flaw = self.flaw;
        match self.find(key) {
            None => {
                self.canceled.push(key.clone());
                Word::Recorded
            }
            Some(pay) => {
                // Now and then the provider can't close it.
                if !matches!(pay.status, Standing::Processing | Standing::Succeeded) && !chance.is_multiple_of(8) {
                    pay.closed = flaw != Some(Flaw::CancelOnlySays);
                    let told = Pay { status: Standing::Canceled, ..pay.clone() };
                    if pay.closed {
                        (pay.status, pay.codes) = (Standing::Canceled, 0);
                    }
                    return Word::Payment(Box::new(told));
                }
                // Expired, it says: closed it is from now on, for every later wish.
                if pay.status == Standing::Expired {
                    pay.closed = flaw != Some(Flaw::CancelOnlySays);
                    pay.codes = 0;
                }
                Word::Payment(Box::new(pay.clone()))
            }
        }
    }

    fn refresh(&mut self, key: &AttemptId, chance: u32) -> Word {
        if chance.is_multiple_of(4) {
            return Word::Unsupported;
        }
        let (expires, price) = (self.now + self.life.code, self.price);
        let other = self.paid().filter(|pay| pay.key != *key).or_else(|| self.live(Some(key)));
        let keeps = self.flaw == Some(Flaw::RefreshKeepsTheOldCode);
        let Some(pay) = self.find(key) else { return Word::Fault(ServerCode::NotFound) };
        if pay.status != Standing::Expired || pay.closed {
            return Word::Payment(Box::new(pay.clone()));
        }
        if let Some(other) = other {
            let code = if other.paid() { ServerCode::OrderPaid } else { ServerCode::PaymentInProgress };
            return Word::Conflict(code, Box::new(other));
        }
        if pay.amount != price {
            return Word::Fault(ServerCode::AmountChanged);
        }
        (pay.status, pay.expires, pay.code) = (Standing::Pending, expires, pay.code + 1);
        pay.codes = if keeps { pay.codes + 1 } else { 1 };
        Word::Payment(Box::new(pay.clone()))
    }

    /// What a wallet's app makes happen to a payment.
    pub(super) fn wallet(&mut self, at: usize, becomes: Standing) {
        let other = self.pays.iter().enumerate().any(|(index, pay)| index != at && pay.paid());
        let Some(pay) = self.pays.get_mut(at).filter(|pay| !pay.closed && pay.status != Standing::Succeeded) else {
            return;
        };
        match becomes {
            // Late, too; a second one is given back.
            Standing::Succeeded => (pay.status, pay.refunded, pay.codes) = (becomes, other, 0),
            _ if pay.payable() => {
                pay.status = becomes;
                pay.codes = usize::from(pay.payable());
            }
            _ => (),
        }
    }

    /// The answer as this tab's wire reads it: held against its order and sum.
    pub(super) fn read(&mut self, request: Request, asked: &Attempt, word: &Word, state: &State) -> Answer {
        let fault = |code| Answer::Fault(Fault::Server(ServerFault { code, about: String::new() }));
        match word {
            Word::Fault(code) => fault(*code),
            Word::Unsupported => Answer::Unsupported,
            Word::SignIn => Answer::SignIn("https://shop.example/login".to_owned()),
            Word::Busy(seconds) => Answer::Busy(*seconds),
            Word::Recorded if request == Request::Cancel => {
                Answer::Payment(Box::new(self.told(None, Standing::Canceled)))
            }
            Word::Recorded => fault(ServerCode::AnotherOrder),
            Word::Conflict(code, pay) if !ours(pay, asked, state) => fault(*code),
            Word::Payment(pay)
                if request == Request::Cancel && pay.key == asked.id && pay.status == Standing::Canceled =>
            {
                Answer::Payment(Box::new(self.told(None, Standing::Canceled)))
            }
            Word::Payment(pay) if !ours(pay, asked, state) || pay.key != asked.id => fault(ServerCode::AnotherOrder),
            Word::Payment(pay) | Word::Conflict(_, pay) => {
                if let Some(known) = self.find(&pay.key) {
                    known.told.push(pay.status);
                }
                Answer::Payment(Box::new(self.told(Some(pay), pay.status)))
            }
        }
    }

    /// What the event stream says of a payment now.
    pub(super) fn said(&mut self, asked: &Attempt, state: &State) -> Option<Payment> {
        let pay = self.find(&asked.id)?;
        pay.told.push(pay.status);
        let pay = pay.clone();
        ours(&pay, asked, state).then(|| self.told(Some(&pay), pay.status))
    }

    fn told(&self, pay: Option<&Pay>, status: Standing) -> Payment {
        let seconds = |at: Millis| EPOCH + i64::try_from(at / 1000).unwrap();
        Payment {
            id: pay.map(|pay| format!("pay_{}", pay.key.as_str())),
            attempt: pay.map(|pay| pay.key.clone()),
            method: pay.map(|pay| pay.method.clone()),
            status,
            action: pay.filter(|_| status == Standing::Pending).map(action),
            expires: pay.map(|pay| seconds(pay.expires)),
            now: Some(seconds(self.now)),
            events: pay.map(|_| "https://shop.example/events".to_owned()),
            reason: None,
            refunded: pay.is_some_and(|pay| pay.refunded),
            test: false,
        }
    }
}

fn ours(pay: &Pay, asked: &Attempt, state: &State) -> bool {
    if pay.key == asked.id && amount(pay.amount) == asked.total {
        return true;
    }
    let total = state.offer.row(&pay.method).map_or(state.order.amount, |row| row.total);
    amount(pay.amount) == total
}

fn action(pay: &Pay) -> Result<Action, Refusal> {
    let url = format!("https://pay.example/{}/{}", pay.key.as_str(), pay.code);
    let step = match pay.kind {
        Kind::Bad => return Err(Refusal::UnsafeUrl),
        Kind::Code => Step::Qr { payload: Some(url), image: None, fallback: None },
        Kind::Page => Step::Redirect { url, method: Method::Get, fields: vec![] },
        Kind::InApp => Step::InApp { bridge: Bridge::WechatJsapi, params: vec![("at".to_owned(), url)] },
        Kind::App => Step::Deeplink { url, fallback: Some("https://pay.example/".to_owned()) },
        Kind::Unclear => Step::Nothing { status: Standing::Pending, code: Some("ORDERPAID".to_owned()) },
    };
    Ok(Action {
        provider: "wechatpay".into(),
        wallet: None,
        expires: None,
        step,
        any_host: None,
        refused: false,
        readers: String::new(),
        test: false,
    })
}

/// A stranger's payment, of another order.
pub(super) fn strangers() -> (AttemptId, MethodId) {
    (id(u64::MAX), method("alipay"))
}
