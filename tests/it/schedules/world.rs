//! The browser's edge as a model: tabs with their storage, timers and one request each, and how a life in it goes.

use super::server::{Life, Pay, Server, Word, strangers};
use super::{Broken, Flaw, Invariant, Machine, amount, id, method, offer};
use moongate::action::Standing;
use moongate::checkout::fault::{Fault, NetworkFault, ServerCode, ServerFault};
use moongate::checkout::json::Json;
use moongate::checkout::log::Log;
use moongate::checkout::machine::*;
use moongate::checkout::method::MethodId;
use moongate::checkout::replay::Replay;
use moongate::checkout::wire::{Answer, AttemptId};

/// What a server says of somebody else's payment.
const STRANGE: [ServerCode; 3] = [ServerCode::AnotherOrder, ServerCode::NotFound, ServerCode::NotAllowed];

/// A request on its way.
#[derive(Clone, Debug)]
struct Flight {
    request: Request,
    attempt: Box<Attempt>,
    /// What the server said, once it was reached.
    word: Option<Word>,
}

/// What the session's storage keeps.
type Kept = (AttemptId, MethodId, u64, Origin);

/// A page that shows the checkout.
#[derive(Debug)]
struct Tab {
    state: State,
    timer: Option<Millis>,
    flight: Option<Flight>,
    kept: Option<Kept>,
    /// Whether its storage forgets at once.
    blocked: bool,
    stream: Option<AttemptId>,
    /// Whether the host page still has to say whether a submission, or an action, passes.
    asked_host: Option<&'static str>,
    log: Log,
    linked: Option<AttemptId>,
    /// What the host page last said that the order costs.
    minor: u64,
    /// The phases it went through.
    phases: Vec<&'static str>,
}

/// All there is.
pub(super) struct World {
    machine: Machine,
    server: Server,
    tabs: Vec<Tab>,
    /// Requests whose page is gone: they may still arrive.
    strays: Vec<Flight>,
    now: Millis,
    ids: u64,
    /// Whether codes are over in no time, so that all is about new ones.
    short: bool,
    /// What happened in words, if somebody wants to read it.
    pub(super) story: Option<Vec<String>>,
}

impl Tab {
    fn new(minor: u64, kept: Option<Kept>, blocked: bool) -> Self {
        let order = Order { id: "SO-1001".into(), amount: amount(minor), test: false };
        let state = State::new(order, offer(minor), Some(method("wechatpay")), false);
        let log = Log::default();
        let phases = vec![];
        Self {
            state,
            minor,
            timer: None,
            flight: None,
            kept,
            blocked,
            stream: None,
            asked_host: None,
            log,
            linked: None,
            phases,
        }
    }

    fn attempt(&self) -> Option<&Attempt> {
        self.state.phase.attempt()
    }
}

/// A number that the tape gives, split up into what a step needs.
#[derive(Clone, Copy)]
struct Chance(u32);

impl Chance {
    fn of(&mut self, count: u32) -> u32 {
        let taken = self.0 % count;
        self.0 /= count;
        taken
    }
}

type Lived = Result<(), Broken>;

impl World {
    /// A world of one kind or the other: a server with its guard, two tabs, and anything can happen; or a server
    /// without, where the widget alone must keep to one payment: one tab, whose storage works. In half of them the codes
    /// are over in no time.
    pub(super) fn new(machine: Machine, flaw: Option<Flaw>, first: u32) -> Self {
        let guarded = first.is_multiple_of(2);
        let mut tabs = vec![Tab::new(12_800, None, guarded && first % 16 == 2)];
        if guarded {
            tabs.push(Tab::new(12_800, None, false));
        }
        let short = first >> 31 == 1;
        let life = if short { Life::SHORT } else { Life::USUAL };
        Self {
            machine,
            server: Server::new(guarded, flaw, life),
            tabs,
            strays: vec![],
            now: 0,
            ids: 0,
            short,
            story: None,
        }
    }

    pub(super) fn live(&mut self, tape: &[u32]) -> Lived {
        for number in tape.iter().skip(1) {
            let mut chance = Chance(*number);
            self.step(&mut chance)?;
            self.one_payable()?;
        }
        self.heal(tape.first().copied().unwrap_or(0))?;
        for tab in 0..self.tabs.len() {
            self.replays(tab)?;
        }
        Ok(())
    }

    fn fresh(&mut self) -> AttemptId {
        self.ids += 1;
        id(self.ids)
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(what());
        }
    }

    // ---- One step

    fn step(&mut self, chance: &mut Chance) -> Lived {
        let tab = chance.of(if self.tabs.len() == 2 && self.tabs[1].phases.is_empty() { 8 } else { 2 }) as usize;
        let tab = if tab == 1 { self.tabs.len() - 1 } else { 0 };
        self.pass([0, 20, 900, 3_000][chance.of(4) as usize])?;
        if self.tabs[tab].asked_host.is_some() && chance.of(4) != 0 {
            return self.host_decides(tab, chance.of(12) != 0);
        }
        let guarded = self.server.guarded;
        match chance.of(32) {
            0..7 => self.shopper(tab, chance),
            7..15 => self.answer(tab, chance),
            15 => self.fail(tab, chance),
            16..19 => self.wallet(chance),
            19 => self.stray(chance),
            20..23 => self.pass([2_500, 12_000, 45_000, 700_000][chance.of(4) as usize]),
            23 => self.sleep(tab, [1_000, 3_600_000, 599_000][chance.of(3) as usize]),
            24 => self.happen(tab, if chance.of(2) == 0 { What::Woke } else { What::Hinted }),
            25 => self.happen(tab, What::Hid),
            26 => self.reload(tab, chance),
            27 => self.pushed(tab, chance),
            28 => {
                let word = [BridgeWord::Paid, BridgeWord::NotPaid, BridgeWord::Absent][chance.of(3) as usize];
                self.happen(tab, What::BridgeSaid(word))
            }
            29 => self.happen(tab, What::TimeCame),
            30 if chance.of(3) == 0 => self.another_cart(tab),
            31 if guarded => self.strangers_link(tab, chance),
            31 if self.short => self.stray(chance),
            _ => self.answer(tab, chance),
        }
    }

    fn shopper(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        let fresh = self.fresh();
        let gesture = match chance.of(16) {
            0..7 => self.loud(tab),
            7 => Gesture::Choose(method("alipay")),
            8 => Gesture::Choose(method("wechatpay")),
            9 => Gesture::AskNow,
            10 => Gesture::GoOn,
            11 => Gesture::ChangeMethod,
            12 => Gesture::NewCode,
            13 => Gesture::UseFallback,
            14 => Gesture::TryAgain,
            _ => return self.happen(tab, What::HostPaid(fresh)),
        };
        self.happen(tab, What::Shopper(gesture, fresh))
    }

    /// The button that stands out.
    fn loud(&self, tab: usize) -> Gesture {
        let over = matches!(self.tabs[tab].state.phase, Phase::Acting { at: Acting::CodeOver, .. });
        if over && self.short { Gesture::NewCode } else { Gesture::Pay }
    }

    fn host_decides(&mut self, tab: usize, passes: bool) -> Lived {
        match self.tabs[tab].asked_host.take() {
            Some("moongate-submit") => self.happen(tab, What::SubmitDecided(passes)),
            Some(_) => self.happen(tab, What::ActionDecided(!passes)),
            None => Ok(()),
        }
    }

    /// The request reaches the server, if it has not, and its answer the page.
    fn answer(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        let Some(mut flight) = self.tabs[tab].flight.take() else { return Ok(()) };
        if flight.word.is_none() && chance.of(16) == 0 {
            // Instead of acting.
            flight.word = match (chance.of(3), flight.request, self.server.guarded) {
                (0, Request::Create, _) => Some(Word::SignIn),
                (1, _, true) => Some(Word::Fault(ServerCode::NotAllowed)),
                _ => Some(Word::Busy(2)),
            };
        }
        self.reach(&mut flight, chance);
        if chance.of(8) == 0 {
            // It stays on its way; the server has acted.
            self.tabs[tab].flight = Some(flight);
            return Ok(());
        }
        self.deliver(tab, flight)
    }

    fn reach(&mut self, flight: &mut Flight, chance: &mut Chance) {
        let Flight { request, attempt, word } = flight;
        if word.is_none() {
            let said = self.server.act(*request, &attempt.id, &attempt.method, attempt.total.minor(), chance.0);
            *word = Some(said);
        }
    }

    fn deliver(&mut self, tab: usize, flight: Flight) -> Lived {
        let Flight { request, attempt, word } = flight;
        let word = word.expect("the server was reached");
        let answer = self.server.read(request, &attempt, &word, &self.tabs[tab].state);
        self.happen(tab, What::Answered(request, attempt.id, answer))
    }

    /// Nothing usable comes back, whether or not the server acted.
    fn fail(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        let Some(mut flight) = self.tabs[tab].flight.take() else { return Ok(()) };
        if chance.of(2) == 0 {
            self.reach(&mut flight, chance);
        } else if flight.word.is_none() && chance.of(2) == 0 {
            self.strays.push(flight.clone());
        }
        let fault = |code| Answer::Fault(Fault::Server(ServerFault { code, about: String::new() }));
        let answer = match chance.of(5) {
            0 => Answer::Lost(NetworkFault::Unreachable),
            1 => Answer::Lost(NetworkFault::Timeout),
            2 => fault(ServerCode::ServerError),
            3 => fault(ServerCode::MalformedAnswer),
            _ => fault(ServerCode::AnswerTooLarge),
        };
        self.happen(tab, What::Answered(flight.request, flight.attempt.id, answer))
    }

    fn wallet(&mut self, chance: &mut Chance) -> Lived {
        if self.server.pays.is_empty() {
            return Ok(());
        }
        let at = self.server.pays.len() - 1 - chance.of(3).min(self.server.pays.len() as u32 - 1) as usize;
        let becomes = [
            Standing::Succeeded,
            Standing::Succeeded,
            Standing::Processing,
            Standing::Failed,
            Standing::Canceled,
            Standing::Expired,
        ][chance.of(6) as usize];
        self.server.wallet(at, becomes);
        self.tell(|| format!("  the wallet: payment {at} {becomes:?}"));
        Ok(())
    }

    fn stray(&mut self, chance: &mut Chance) -> Lived {
        if !self.strays.is_empty() {
            let mut flight = self.strays.remove(chance.of(self.strays.len() as u32) as usize);
            self.reach(&mut flight, chance);
            self.tell(|| format!("  a stray {:?} arrives: {:?}", flight.request, flight.word));
        }
        Ok(())
    }

    /// Time goes by; timers go off as they come due.
    fn pass(&mut self, millis: Millis) -> Lived {
        let end = self.now + millis;
        for _ in 0..200 {
            let due = |tab: &Tab| tab.timer.filter(|at| *at < end);
            let next = (0..self.tabs.len()).filter_map(|at| Some((due(&self.tabs[at])?, at))).min();
            let Some((at, tab)) = next else { break };
            self.tabs[tab].timer = None;
            self.clock((at + 1).max(self.now));
            self.happen(tab, What::TimeCame)?;
        }
        self.clock(end);
        Ok(())
    }

    fn clock(&mut self, now: Millis) {
        self.now = self.now.max(now);
        self.server.settle(self.now);
    }

    /// The computer sleeps: no timer goes off meanwhile.
    fn sleep(&mut self, tab: usize, millis: Millis) -> Lived {
        self.clock(self.now + millis);
        self.happen(tab, What::Woke)
    }

    /// The page is loaded anew. Its request may still arrive; the answer goes nowhere.
    fn reload(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        self.replays(tab)?;
        let old = &mut self.tabs[tab];
        let (kept, blocked) = (old.kept.take().filter(|_| !old.blocked), old.blocked);
        let by_link =
            old.attempt().filter(|attempt| attempt.sent && self.server.guarded).map(|attempt| attempt.id.clone());
        self.strays.extend(old.flight.take().filter(|flight| flight.word.is_none()));
        let minor = if chance.of(8) == 0 { self.server.price } else { old.minor };
        self.tabs[tab] = Tab::new(minor, kept.clone(), blocked);
        self.tell(|| format!("tab {tab} is loaded anew at {minor}, with {kept:?}"));
        let found = match (kept, by_link) {
            (Some((id, by, total, origin)), _) => {
                let told = matches!(origin, Origin::SignIn | Origin::Renewed);
                let origin = if told { origin } else { Origin::Kept };
                Attempt::new(id, by, amount(total), origin, self.now)
            }
            // Back from the wallet in a browser whose storage is gone.
            (None, Some(id)) if chance.of(2) == 0 => {
                Attempt::new(id, method("alipay"), amount(minor), Origin::Link, self.now)
            }
            _ => return Ok(()),
        };
        self.happen(tab, What::Found(Box::new(found)))
    }

    fn strangers_link(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        if self.tabs[tab].kept.is_some() || self.tabs[tab].attempt().is_some() {
            return Ok(());
        }
        let minor = self.tabs[tab].state.order.amount.minor();
        self.replays(tab)?;
        self.tabs[tab] = Tab::new(minor, None, false);
        let (key, by) = strangers();
        self.tabs[tab].linked = Some(key.clone());
        self.happen(tab, What::Found(Box::new(Attempt::new(key, by, amount(minor), Origin::Link, self.now))))?;
        if let Some(flight) = self.tabs[tab].flight.as_mut() {
            flight.word = Some(Word::Fault(STRANGE[chance.of(3) as usize]));
        }
        Ok(())
    }

    fn pushed(&mut self, tab: usize, chance: &mut Chance) -> Lived {
        let Some(key) = self.tabs[tab].stream.clone() else { return Ok(()) };
        let what = match chance.of(4) {
            0 => What::Heard(key, None),
            1 => What::StreamLost(key),
            _ => {
                let Some(asked) = self.tabs[tab].attempt().filter(|attempt| attempt.id == key).cloned() else {
                    return Ok(());
                };
                let said = self.server.said(&asked, &self.tabs[tab].state);
                What::Heard(key, said.map(Box::new))
            }
        };
        self.happen(tab, what)
    }

    /// The cart changed: at the server, and in this page.
    fn another_cart(&mut self, tab: usize) -> Lived {
        let minor = if self.server.price == 12_800 { 9_900 } else { 12_800 };
        self.server.price = minor;
        self.tabs[tab].minor = minor;
        let order = Order { amount: amount(minor), ..self.tabs[tab].state.order.clone() };
        self.happen(tab, What::Updated(Box::new((order, offer(minor)))))
    }

    // ---- The edge

    fn happen(&mut self, tab: usize, what: What) -> Lived {
        let before = self.tabs[tab].state.clone();
        let event = Event { at: self.now, what };
        let what = &event.what;
        self.tabs[tab].log.note(&before, &event);
        let (state, effects) = (self.machine)(before.clone(), event.clone());
        self.tabs[tab].log.led_to(&state);
        self.tabs[tab].phases.push(state.phase.word());
        self.tabs[tab].state = state.clone();
        let (now, word) = (self.now, state.phase.word());
        self.tell(|| format!("{now:>9} tab {tab} {} -> {word}", said(what)));
        for effect in effects {
            self.perform(tab, effect);
        }
        self.judge(tab, &before, what)
    }

    fn perform(&mut self, at: usize, effect: Effect) {
        let tab = &mut self.tabs[at];
        match effect {
            Effect::Send(request, attempt) => {
                let old = tab.flight.replace(Flight { request, attempt, word: None });
                self.strays.extend(old.filter(|old| old.word.is_none()));
            }
            Effect::Announce(said) if said.cancelable => tab.asked_host = Some(said.name),
            Effect::Wake(at) => tab.timer = at,
            Effect::Listen(to) => tab.stream = to.map(|(_, id)| id),
            Effect::Keep(a) => {
                tab.kept = Some((a.id.clone(), a.method.clone(), a.total.minor(), a.origin));
            }
            Effect::Forget(_, id) => drop(tab.kept.take_if(|kept| kept.0 == id)),
            Effect::SignIn(_, a) => {
                tab.kept = Some((a.id.clone(), a.method.clone(), a.total.minor(), Origin::SignIn));
            }
            _ => (),
        }
    }

    // ---- What must hold

    fn judge(&self, at: usize, before: &State, what: &What) -> Lived {
        let tab = &self.tabs[at];
        let after = &tab.state;
        if let (Phase::Ended { outcome: was, .. }, true) = (&before.phase, before.order == after.order) {
            let stays = match &after.phase {
                Phase::Ended { outcome, .. } => outcome == was || *outcome == Outcome::Succeeded,
                // A press to pay anew what has expired shows the sum first, if it is another.
                Phase::Choosing { pending: None, fault: None } => match what {
                    What::Shopper(Gesture::TryAgain, _) => *was != Outcome::Succeeded,
                    What::Shopper(Gesture::Pay, _) => *was == Outcome::Expired,
                    _ => false,
                },
                // What has expired is paid anew by one press.
                Phase::Sending { .. } => *was == Outcome::Expired && matches!(what, What::Shopper(Gesture::Pay, _)),
                _ => false,
            };
            if !stays {
                return broken(Invariant::EndsOnce, format!("{was:?}, then {:?}", after.phase));
            }
        }
        if let Phase::Ended { attempt, outcome, .. } = &after.phase
            && !matches!(&before.phase, Phase::Ended { outcome: was, .. } if was == outcome)
            && !self.server_said(&attempt.id, *outcome)
        {
            return broken(Invariant::OnlyTheServersWord, format!("{outcome:?} was never said of {:?}", attempt.id));
        }
        if let Some(id) = success_of(what)
            && before.phase.attempt().is_some_and(|attempt| attempt.id == *id)
            && !matches!(&after.phase, Phase::Ended { outcome: Outcome::Succeeded | Outcome::Refunded, .. })
            && !matches!(&before.phase, Phase::Choosing { .. })
        {
            return broken(Invariant::SuccessIsShown, format!("told in {:?}, shown {:?}", before.phase, after.phase));
        }
        if let (Some(linked), What::Answered(_, id, Answer::Fault(Fault::Server(fault)))) = (&tab.linked, what)
            && id == linked
            && STRANGE.contains(&fault.code)
            && (after.phase.attempt().is_some_and(|a| a.id == *linked)
                || after.phase.fault().is_some()
                || tab.kept.is_some())
        {
            return broken(Invariant::StrangersLinks, format!("{:?}", after.phase));
        }
        if tab.linked.is_some() && tab.kept.as_ref().map(|kept| &kept.0) == tab.linked.as_ref() {
            return broken(Invariant::StrangersLinks, "it is kept".to_owned());
        }
        self.moves_on(tab)
    }

    fn server_said(&self, id: &AttemptId, outcome: Outcome) -> bool {
        let pay = self.server.pays.iter().find(|pay| pay.key == *id);
        let standing = match outcome {
            Outcome::Succeeded => Standing::Succeeded,
            Outcome::Refunded => return pay.is_some_and(|pay| pay.refunded),
            Outcome::Failed => Standing::Failed,
            Outcome::Canceled => Standing::Canceled,
            Outcome::Expired => Standing::Expired,
        };
        // A creation of a key that was canceled before is told as canceled, and no payment was made.
        pay.map_or(standing == Standing::Canceled, |pay| {
            pay.told.contains(&standing) || standing == Standing::Canceled && pay.closed
        })
    }

    /// Whoever waits has a request on its way, a timer, or is out of sight.
    fn moves_on(&self, tab: &Tab) -> Lived {
        let state = &tab.state;
        let alone = !state.hidden && tab.flight.is_none() && tab.timer.is_none();
        let stuck = match &state.phase {
            Phase::Choosing { .. } | Phase::Ended { .. } => false,
            Phase::Sending { held: true, .. } => tab.asked_host.is_none(),
            Phase::Sending { .. } | Phase::Canceling { .. } => tab.flight.is_none() && tab.timer.is_none(),
            Phase::Acting { .. } | Phase::Confirming { .. } | Phase::Unknown { .. } => alone,
        };
        if stuck { broken(Invariant::NobodyIsStuck, format!("{:?}", state.phase)) } else { Ok(()) }
    }

    fn one_payable(&self) -> Lived {
        let price = self.server.price;
        let counts = |pay: &&Pay| pay.payable() || (pay.codes > 0 && pay.status == Standing::Expired && pay.codes > 1);
        // What was made at a sum that the order no longer has is closed before another is made.
        let payable = self.server.pays.iter().filter(counts);
        let (now, old): (Vec<&Pay>, Vec<&Pay>) = payable.partition(|pay| pay.amount == price);
        let both = now.len() + old.len();
        let codes = self.server.pays.iter().filter(|pay| pay.payable()).map(|pay| pay.codes).max().unwrap_or(0);
        if both > 1 || codes > 1 {
            return broken(Invariant::OnePayable, format!("{now:?} and {old:?}"));
        }
        let paid = self.server.pays.iter().filter(|pay| pay.paid()).count();
        if paid > 1 { broken(Invariant::OnePayable, format!("{paid} were paid")) } else { Ok(()) }
    }

    fn replays(&self, at: usize) -> Lived {
        let Json::List(log) = self.tabs[at].log.to_json() else { return Ok(()) };
        let Some((first, rest)) = log.split_first() else { return Ok(()) };
        if first.get("event").and_then(Json::text) != Some("begun") {
            return Ok(());
        }
        let wrong = |why: String| broken(Invariant::Replays, why);
        let mut replay = match Replay::begin_by(self.machine, first) {
            Ok(replay) => replay,
            Err(why) => return wrong(why),
        };
        for entry in rest {
            match replay.play(entry) {
                Ok(played) if played.phase == played.recorded => (),
                Ok(played) => return wrong(format!("{} instead of {entry}", played.phase)),
                Err(why) => return wrong(why),
            }
        }
        let (then, now) = (&self.tabs[at].state.phase, &replay.state().phase);
        if then.word() == now.word() { Ok(()) } else { wrong(format!("{now:?} at the end, instead of {then:?}")) }
    }

    // ---- Everything works again

    /// The shopper of the first tab does what is offered, the network and the server work, and the wallet pays what can
    /// be paid: then it is paid, and seen to be.
    fn heal(&mut self, first: u32) -> Lived {
        self.tell(|| "everything works again".to_owned());
        if (first / 2).is_multiple_of(2) && !self.tabs[0].blocked {
            self.reload(0, &mut Chance(1))?;
        }
        if self.tabs[0].minor != self.server.price {
            let minor = self.server.price;
            self.tabs[0].minor = minor;
            let order = Order { amount: amount(minor), ..self.tabs[0].state.order.clone() };
            self.happen(0, What::Updated(Box::new((order, offer(minor)))))?;
        }
        for _ in 0..80 {
            if self.settled() {
                return Ok(());
            }
            self.goes_right()?;
            self.one_payable()?;
        }
        let (phase, pays) = (&self.tabs[0].state.phase, &self.server.pays);
        broken(Invariant::GetsThere, format!("the shopper is at {phase:?}, the server at {pays:?}"))
    }

    fn settled(&self) -> bool {
        let paid = self.server.pays.iter().any(Pay::paid);
        let seen = match &self.tabs[0].state.phase {
            Phase::Ended { outcome: Outcome::Succeeded, .. } => true,
            phase => phase.fault().is_some_and(|fault| fault.code() == "order_paid"),
        };
        paid && seen
    }

    fn goes_right(&mut self) -> Lived {
        if self.tabs[0].state.hidden {
            self.happen(0, What::Woke)?;
        }
        if self.tabs[0].asked_host.is_some() {
            return self.host_decides(0, true);
        }
        if let Some(mut flight) = self.tabs[0].flight.take() {
            self.reach(&mut flight, &mut Chance(1));
            return self.deliver(0, flight);
        }
        if let Some(at) = self.server.pays.iter().position(Pay::payable) {
            self.server.wallet(at, Standing::Succeeded);
        }
        let fresh = self.fresh();
        let gesture = match &self.tabs[0].state.phase {
            Phase::Choosing { .. } => Some(Gesture::Pay),
            Phase::Acting { at: Acting::CodeOver, .. } => Some(Gesture::NewCode),
            Phase::Acting { at: Acting::NotPaid | Acting::AppLink, .. } | Phase::Unknown { .. } => {
                Some(Gesture::AskNow)
            }
            Phase::Acting { attempt, at: Acting::StillHere } if attempt.payment.is_none() => Some(Gesture::GoOn),
            Phase::Ended { outcome: Outcome::Expired, .. } => Some(Gesture::Pay),
            Phase::Ended { .. } => Some(Gesture::TryAgain),
            _ => None,
        };
        match gesture {
            Some(gesture) => {
                self.happen(0, What::Shopper(gesture, fresh))?;
                self.pass(700)
            }
            None => {
                let timer = self.tabs[0].timer.unwrap_or(self.now);
                self.pass(timer.saturating_sub(self.now) + 2)
            }
        }
    }
}

fn broken(invariant: Invariant, seen: String) -> Lived {
    Err(Broken(invariant, seen))
}

fn success_of(what: &What) -> Option<&AttemptId> {
    match what {
        What::Answered(_, id, Answer::Payment(payment)) if payment.is_paid() => Some(id),
        What::Heard(id, Some(payment)) if payment.is_paid() => Some(id),
        _ => None,
    }
}

fn said(what: &What) -> String {
    match what {
        What::Answered(request, _, Answer::Payment(payment)) => format!("{request:?} answered {:?}", payment.status),
        What::Answered(request, _, answer) => format!("{request:?} answered {answer:?}"),
        What::Heard(_, payment) => format!("heard {:?}", payment.as_ref().map(|payment| payment.status)),
        what => what.name().to_owned(),
    }
}
