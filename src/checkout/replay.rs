//! Decides how a log is read back: each entry becomes its event again, with stand-ins for all that was never written down.
//!
//! It plays events through [`advance`] and judges nothing. The widget has no use for it: it is for `moongate replay`.

use super::environment::{Environment, Facts};
use super::fault::{Fault, NetworkFault, PageCode, PageFault, ServerCode, ServerFault};
use super::json::Json;
use super::machine::{
    Attempt, BridgeWord, Effect, Event, Gesture, Millis, Order, Origin, Request, State, What, advance,
};
use super::method::{Flow, Hint, Method, MethodId};
use super::money::{Amount, Currency};
use super::offer::{Offer, Offered};
use super::wire::{Answer, AttemptId, Payment};
use crate::action::{Action, Bridge, Method as Via, Refusal, Seconds, Standing, Step};
use std::rc::Rc;
use std::str::SplitAsciiWhitespace;

/// What an event makes of a state: [`advance`].
pub type Machine = fn(State, Event) -> (State, Vec<Effect>);

/// A checkout that is being played again.
#[derive(Debug)]
pub struct Replay {
    machine: Machine,
    state: State,
    /// What was asked last, and about which attempt: an answer is to it.
    asked: Option<(Request, AttemptId)>,
    /// The attempt whose stream is listened to.
    heard: Option<AttemptId>,
    /// The server's clock as the present entry has it.
    clock: Option<Seconds>,
    /// How many ids, orders and actions were made up until now, so that no two are alike.
    made_up: u64,
}

/// What an entry came to.
#[derive(Debug)]
pub struct Played {
    /// What was ordered.
    pub effects: Vec<Effect>,
    /// The phase that it led to now.
    pub phase: &'static str,
    /// The phase that it led to then.
    pub recorded: String,
}

/// The words of an entry, one after the other.
type Words<'a> = SplitAsciiWhitespace<'a>;

impl Replay {
    /// The checkout as it began: the log's first entry.
    ///
    /// # Errors
    /// A sentence, if the beginning is lost or is none.
    pub fn begin(entry: &Json) -> Result<Self, String> {
        Self::begin_by(advance, entry)
    }

    /// The same, played by another machine. The errors are those of [`Replay::begin`].
    pub fn begin_by(machine: Machine, entry: &Json) -> Result<Self, String> {
        if entry.get("event").and_then(Json::text) != Some("begun") {
            return Err("The log does not start with how it began: its oldest entries went.".to_owned());
        }
        let mut words = with(entry).split_ascii_whitespace();
        let chosen = words.next().and_then(MethodId::parse);
        let (amount, offer) = order(&mut words).ok_or_else(|| unread(entry))?;
        let order = Order { id: "order".to_owned(), amount, test: false };
        let state = State::new(order, Rc::new(offer), chosen, false);
        Ok(Self { machine, state, asked: None, heard: None, clock: None, made_up: 0 })
    }

    /// The checkout as it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Lets what an entry tells happen again.
    ///
    /// # Errors
    /// A sentence naming the entry, if it is none.
    pub fn play(&mut self, entry: &Json) -> Result<Played, String> {
        let at = entry.get("at").and_then(Json::integer).ok_or_else(|| unread(entry))?;
        self.clock = entry.get("clock").and_then(Json::integer).and_then(|clock| clock.try_into().ok());
        let what = self.what(at, entry).ok_or_else(|| unread(entry))?;
        let (state, effects) = (self.machine)(self.state.clone(), Event { at, what });
        self.state = state;
        for effect in &effects {
            if let Effect::Send(request, attempt) = effect {
                self.asked = Some((*request, attempt.id.clone()));
            } else if let Effect::Listen(Some((_, id))) = effect {
                self.heard = Some(id.clone());
            }
        }
        let recorded = entry.get("phase").and_then(Json::text).unwrap_or_default().to_owned();
        Ok(Played { effects, phase: self.state.phase.word(), recorded })
    }

    fn what(&mut self, at: Millis, entry: &Json) -> Option<What> {
        let words = &mut with(entry).split_ascii_whitespace();
        Some(match entry.get("event")?.text()? {
            "choose" => What::Shopper(Gesture::Choose(MethodId::parse(words.next()?)?), self.unheard_of()),
            "pay_called" => What::HostPaid(self.id(words)?),
            "submit_passed" => What::SubmitDecided(true),
            "submit_stopped" => What::SubmitDecided(false),
            "action_taken" => What::ActionDecided(true),
            "action_left" => What::ActionDecided(false),
            "found" => What::Found(Box::new(self.found(at, words)?)),
            "answered" => {
                let (request, id) = self.asked.clone()?;
                What::Answered(request, id, Answer::Payment(Box::new(self.payment(words)?)))
            }
            "lost" | "refused" => {
                let (request, id) = self.asked.clone()?;
                What::Answered(request, id, refusal(words.next()?)?)
            }
            "heard" => {
                let ping = words.clone().next().is_none();
                What::Heard(self.heard.clone()?, if ping { None } else { Some(Box::new(self.payment(words)?)) })
            }
            "stream_lost" => What::StreamLost(self.heard.clone()?),
            "time_came" => What::TimeCame,
            "woke" => What::Woke,
            "hid" => What::Hid,
            "bridge_paid" => What::BridgeSaid(BridgeWord::Paid),
            "bridge_not_paid" => What::BridgeSaid(BridgeWord::NotPaid),
            "bridge_absent" => What::BridgeSaid(BridgeWord::Absent),
            "hinted" => What::Hinted,
            "updated" => What::Updated(Box::new(self.updated(words)?)),
            word => What::Shopper(Gesture::PLAIN.into_iter().find(|gesture| gesture.name() == word)?, self.id(words)?),
        })
    }

    /// An id that spreads the asking as the one did that was not written down.
    fn id(&mut self, words: &mut Words<'_>) -> Option<AttemptId> {
        let spread: u64 = words.next()?.parse().ok().filter(|spread| *spread <= 100)?;
        loop {
            let id = self.unheard_of();
            if id.spread() == spread {
                return Some(id);
            }
        }
    }

    fn unheard_of(&mut self) -> AttemptId {
        self.made_up += 1;
        AttemptId::from_random(u128::from(self.made_up).to_be_bytes())
    }

    fn found(&mut self, at: Millis, words: &mut Words<'_>) -> Option<Attempt> {
        let origin = words.next()?.parse().ok().and_then(Origin::numbered)?;
        let method = MethodId::parse(words.next()?)?;
        let total = Amount::new(words.next()?.parse().ok()?, self.state.order.amount.currency()).ok()?;
        Some(Attempt::new(self.id(words)?, method, total, origin, at))
    }

    fn updated(&mut self, words: &mut Words<'_>) -> Option<(Order, Rc<Offer>)> {
        let same = words.next()? == "1";
        self.made_up += 1;
        let id = if same { self.state.order.id.clone() } else { ["order ", &self.made_up.to_string()].concat() };
        let (amount, offer) = order(words)?;
        Some((Order { id, amount, test: false }, Rc::new(offer)))
    }

    fn payment(&mut self, words: &mut Words<'_>) -> Option<Payment> {
        let status = words.next()?;
        let refunded = status == "-";
        let known = Standing::ALL.into_iter().find(|known| known.word() == status);
        let status = known.or_else(|| refunded.then_some(Standing::Succeeded))?;
        let method = words.next().filter(|word| *word != "-").and_then(MethodId::parse);
        let attempt = if words.clone().next()? == "-" { words.next().and(None) } else { Some(self.id(words)?) };
        let (action, with_page) = (words.next()?, words.next()? == "1");
        let (expires, ends) = (seconds(words)?, seconds(words)?);
        let events = (words.next()? == "1").then(|| "https://shop.example/events".to_owned());
        let action = self.action(action, with_page, ends)?;
        Some(Payment {
            id: Some("payment".to_owned()),
            attempt,
            method,
            status,
            action,
            expires,
            now: self.clock,
            events,
            reason: None,
            refunded,
            test: false,
        })
    }

    #[expect(clippy::option_option, reason = "an action that is no action, and none at all, are two things")]
    fn action(
        &mut self,
        word: &str,
        with_page: bool,
        expires: Option<Seconds>,
    ) -> Option<Option<Result<Action, Refusal>>> {
        self.made_up += 1;
        let url = ["https://pay.example/", &self.made_up.to_string()].concat();
        let fallback = with_page.then(|| url.clone());
        let step = match word {
            "-" => return Some(None),
            "=" => {
                return Some(
                    self.state.phase.attempt().and_then(|a| a.payment.as_ref()).and_then(|p| p.action.clone()),
                );
            }
            "!" => return Some(Some(Err(Refusal::UnsafeUrl))),
            "qr" => Step::Qr { payload: Some(url), image: None, fallback },
            "redirect" => Step::Redirect { url, method: Via::Get, fields: Vec::new() },
            "inapp" => Step::InApp { bridge: Bridge::WechatJsapi, params: vec![("at".to_owned(), url)] },
            "deeplink" => Step::Deeplink { url, fallback },
            "none" => Step::Nothing { status: Standing::Pending, code: Some(url) },
            _ => return None,
        };
        Some(Some(Ok(Action {
            provider: "replayed".to_owned(),
            wallet: None,
            expires,
            step,
            any_host: None,
            refused: false,
            readers: String::new(),
            test: false,
        })))
    }
}

fn with(entry: &Json) -> &str {
    entry.get("with").and_then(Json::text).unwrap_or_default()
}

fn unread(entry: &Json) -> String {
    ["This is no entry of a log: ", &entry.written()].concat()
}

/// A sum, then each method with its total and how it can be paid.
fn order(words: &mut Words<'_>) -> Option<(Amount, Offer)> {
    let minor = words.next()?.parse().ok()?;
    let currency = Currency::parse(words.next()?)?;
    let framed = words.clone().next() == Some(super::log::FRAMED) && words.next().is_some();
    let mut shown = Vec::new();
    while let Some(id) = words.next() {
        let total = Amount::new(words.next()?.parse().ok()?, currency).ok()?;
        let flows = if words.next()? == "1" { vec![Flow::Redirect, Flow::Qr] } else { vec![Flow::Qr] };
        shown.push(Offered { method: Method::plain(MethodId::parse(id)?), flows, hint: Hint::Plain, total });
    }
    let environment = Environment::read(&Facts { framed, ..Facts::default() });
    Some((Amount::new(minor, currency).ok()?, Offer { environment, shown, left_out: Vec::new() }))
}

/// A time by the server's clock, or that there was none.
#[expect(clippy::option_option, reason = "no word and no time are two things")]
fn seconds(words: &mut Words<'_>) -> Option<Option<Seconds>> {
    match words.next()? {
        "-" => Some(None),
        number => number.parse().ok().map(Some),
    }
}

/// What came instead of a payment.
fn refusal(word: &str) -> Option<Answer> {
    Some(match word {
        "sign_in" => Answer::SignIn("https://shop.example/".to_owned()),
        "-" => Answer::Unsupported,
        "unreachable" => Answer::Lost(NetworkFault::Unreachable),
        "timeout" => Answer::Lost(NetworkFault::Timeout),
        word => match word.parse() {
            Ok(seconds) => Answer::Busy(seconds),
            Err(_) => Answer::Fault(fault(word)?),
        },
    })
}

fn fault(word: &str) -> Option<Fault> {
    let about = String::new;
    let server = ServerCode::ALL.into_iter().find(|code| code.word() == word);
    let page = PageCode::ALL.into_iter().find(|code| code.word() == word);
    let server = server.map(|code| Fault::Server(ServerFault { code, about: about() }));
    server.or_else(|| page.map(|code| Fault::Page(PageFault { code, about: about() })))
}
