//! Decides what is written down of a checkout, so that it can be played again: each event, its bare facts, its phase.
//!
//! Nothing of the shopper, the order or the payment is in it: ids, addresses, codes and texts stay out. It is bounded.
//! [`super::replay`] reads it.

use super::json::Json;
use super::machine::{Acting, Attempt, Event, Gesture, Millis, Order, Phase, State, What};
use super::method::Flow;
use super::offer::Offer;
use super::wire::{Answer, Payment};
use crate::action::{Seconds, Standing};

/// How many entries are kept; beyond it the oldest goes, and what is left can't be played again.
const LONGEST: usize = 200;

/// Says of an offer that its page is in a frame of another origin; no id of a method is this.
pub(super) const FRAMED: &str = "^";

/// What happened to a checkout, in order.
///
/// An answer that changed nothing takes the place of the one before, and its question goes, so that waiting for hours,
/// which is all that goes on for long, does not fill it.
#[derive(Clone, Debug, Default)]
pub struct Log(Vec<Entry>);

/// One event.
#[derive(Clone, Debug)]
struct Entry {
    at: Millis,
    event: &'static str,
    /// Its facts, as words.
    with: String,
    /// The server's clock, if it told it.
    clock: Option<Seconds>,
    /// Whether the server said something that begins the waiting anew.
    news: bool,
    /// The phase that it led to, and what the shopper is at in it.
    phase: &'static str,
    at_what: Option<Acting>,
}

impl Log {
    /// Writes down what is about to happen to this state; [`Log::led_to`] completes it.
    pub fn note(&mut self, state: &State, event: &Event) {
        if self.0.is_empty() {
            let mut words = Words(String::new(), false);
            words.add(state.chosen.as_ref().map_or("-", |id| id.as_str()));
            words.order(&state.order, &state.offer);
            self.add(event.at, "begun", words, None, state);
        }
        let mut words = Words(String::new(), false);
        let clock = words.event(state, &event.what);
        self.add(event.at, event.what.name(), words, clock, state);
    }

    fn add(&mut self, at: Millis, event: &'static str, words: Words, clock: Option<Seconds>, state: &State) {
        if self.0.len() == LONGEST {
            self.0.remove(0);
        }
        let Words(with, news) = words;
        self.0.push(Entry { at, event, with, clock, news, phase: state.phase.word(), at_what: None });
    }

    /// The state that it led to.
    pub fn led_to(&mut self, state: &State) {
        if let Some(entry) = self.0.last_mut() {
            entry.phase = state.phase.word();
            entry.at_what = if let Phase::Acting { at, .. } = &state.phase { Some(*at) } else { None };
        }
        self.fold();
    }

    /// Lets the last entries take the place of those they repeat: a ping of the stream, or a question and its answer.
    fn fold(&mut self) {
        let log = &mut self.0;
        let count = match log.last().map(|entry| entry.event) {
            Some("heard") => 1,
            Some("answered") => 2,
            _ => return,
        };
        let kept = log.len() - log.len().min(count);
        let repeats =
            |at: usize| matches!((log.get(at.wrapping_sub(count)), log.get(at)), (Some(a), Some(b)) if a.is_like(b));
        let asked = count == 1 || log.get(kept).is_some_and(|entry| entry.event == "time_came");
        let news = log.last().is_none_or(|entry| entry.news);
        if asked && !news && (kept..log.len()).all(repeats) {
            // The first question stays with the last answer: what went between may have moved a code's end, by which the
            // second question was judged.
            log.swap(kept - 1, kept + count - 1);
            log.truncate(kept);
        }
    }

    /// A list of `{ at, event, with, clock, phase }`: times in milliseconds of the page's clock, `clock` in seconds of the
    /// server's.
    pub fn to_json(&self) -> Json {
        let told = |entry: &Entry| {
            Json::object([
                ("at", entry.at.into()),
                ("event", entry.event.into()),
                ("with", entry.with.as_str().into()),
                ("clock", entry.clock.map_or(Json::Null, |clock| clock.unsigned_abs().into())),
                ("phase", entry.phase.into()),
            ])
        };
        Json::List(self.0.iter().map(told).collect())
    }
}

impl Entry {
    /// Whether it says the same, but for the time; the first word of a thing is not like those that repeat it.
    fn is_like(&self, other: &Self) -> bool {
        (self.event, &self.with, self.phase, self.at_what) == (other.event, &other.with, other.phase, other.at_what)
            && self.news == other.news
    }
}

/// Facts as words, with a space between; `-` for what is not there. And whether they are news.
struct Words(String, bool);

impl Words {
    fn add(&mut self, word: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word);
    }

    fn number(&mut self, number: u64) {
        self.add(&number.to_string());
    }

    fn time(&mut self, seconds: Option<Seconds>) {
        match seconds {
            Some(seconds) => self.number(seconds.unsigned_abs()),
            None => self.add("-"),
        }
    }

    /// The sum, and each method that can be picked: its id, its total, and whether a page can pay it.
    fn order(&mut self, order: &Order, offer: &Offer) {
        self.number(order.amount.minor());
        self.add(order.amount.currency().code());
        if offer.environment.framed {
            self.add(FRAMED);
        }
        for row in offer.shown.iter().filter(|row| row.works()) {
            self.add(row.method.id.as_str());
            self.number(row.total.minor());
            self.number(u64::from(row.flows.contains(&Flow::Redirect)));
        }
    }

    /// Whose answer or message it is, and to what, follows from what was sent and listened to. An id only spreads the
    /// asking in time: the number that it does so by is all that is told of it. Gives the server's clock.
    fn event(&mut self, state: &State, what: &What) -> Option<Seconds> {
        match what {
            What::Shopper(Gesture::Choose(id), _) => self.add(id.as_str()),
            What::Shopper(_, fresh) | What::HostPaid(fresh) => self.number(fresh.spread()),
            What::Found(attempt) => {
                self.number(attempt.origin as u64);
                self.add(attempt.method.as_str());
                self.number(attempt.total.minor());
                self.number(attempt.id.spread());
            }
            What::Answered(_, _, Answer::Payment(payment)) | What::Heard(_, Some(payment)) => {
                self.payment(state.phase.attempt(), payment);
                return payment.now;
            }
            What::Answered(_, _, answer) => self.refusal(answer),
            What::Updated(next) => {
                self.number(u64::from(next.0.id == state.order.id));
                self.order(&next.0, &next.1);
            }
            What::SubmitDecided(_)
            | What::ActionDecided(_)
            | What::Heard(_, None)
            | What::StreamLost(_)
            | What::TimeCame
            | What::Woke
            | What::Hid
            | What::BridgeSaid(_)
            | What::Hinted => (),
        }
        None
    }

    fn refusal(&mut self, answer: &Answer) {
        match answer {
            Answer::Fault(fault) => self.add(fault.code()),
            Answer::Lost(lost) => self.add(lost.word()),
            Answer::Busy(seconds) => self.number(u64::from(*seconds)),
            Answer::SignIn(_) => self.add("sign_in"),
            Answer::Unsupported | Answer::Payment(_) => self.add("-"),
        }
    }

    /// How it stands, its method, another attempt's id, its action, both expiries, whether it is pushed.
    fn payment(&mut self, attempt: Option<&Attempt>, payment: &Payment) {
        let before = attempt.and_then(|attempt| attempt.payment.as_ref());
        let known = before.and_then(|before| before.action.as_ref());
        self.add(if payment.refunded { "-" } else { payment.status.word() });
        self.add(payment.method.as_ref().map_or("-", |method| method.as_str()));
        match &payment.attempt {
            Some(id) if attempt.is_some_and(|attempt| attempt.id != *id) => self.number(id.spread()),
            _ => self.add("-"),
        }
        let action = payment.action.as_ref();
        let told = match action {
            None => "-",
            same if same == known => "=",
            Some(Err(_)) => "!",
            Some(Ok(action)) => action.step.word(),
        };
        self.add(told);
        let known_work = payment.status == Standing::Processing
            && before.is_some_and(|before| before.status == Standing::Processing);
        self.1 = payment.status != Standing::Pending && !known_work || !matches!(told, "-" | "=");
        let action = action.and_then(|action| action.as_ref().ok());
        self.number(u64::from(action.is_some_and(|action| action.step.fallback().is_some())));
        self.time(payment.expires);
        self.time(action.and_then(|action| action.expires));
        self.number(u64::from(payment.events.is_some()));
    }
}
