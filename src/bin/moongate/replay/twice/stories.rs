//! Decides what happens in each way to pay twice: what the shopper, the wallet and the server do. The machine does the rest.
//!
//! It draws nothing.

use super::super::samples::{action, code, id, payment, start};
use super::super::table::place;
use super::drawing::{Lane, Line};
use moongate::action::{Standing, Step};
use moongate::checkout::fault::{Fault, NetworkFault, ServerCode, ServerFault};
use moongate::checkout::machine::{
    Announcement, Attempt, Effect, Event, Gesture, Millis, Order, Origin, Phase, Request, State, What, advance,
};
use moongate::checkout::method::Wallet;
use moongate::checkout::money::Amount;
use moongate::checkout::wire::{Answer, AttemptId, Payment};

/// A story as it is played.
pub(super) struct Story {
    state: State,
    now: Millis,
    lines: Vec<Line>,
    asked: Option<(Request, AttemptId)>,
    keys: Vec<AttemptId>,
}

impl Story {
    fn of(state: State) -> Self {
        Self { state, now: 0, lines: Vec::new(), asked: None, keys: Vec::new() }
    }

    /// A, B, …, in the order in which they are first sent.
    fn key(&mut self, id: &AttemptId) -> char {
        let at = self.keys.iter().position(|known| known == id).unwrap_or_else(|| {
            self.keys.push(id.clone());
            self.keys.len() - 1
        });
        ['A', 'B', 'C', 'D'].get(at).copied().unwrap_or('?')
    }

    fn happens(mut self, what: What) -> Self {
        let before = place(&self.state);
        let (state, effects) = advance(self.state.clone(), Event { at: self.now, what });
        self.state = state;
        let after = place(&self.state);
        if after != before && !matches!(self.state.phase, Phase::Sending { held: true, .. }) {
            self.lines.push(Line::Is(Lane::Page, after));
        }
        let mut next = None;
        for effect in effects {
            if let Effect::Send(request, attempt) = &effect {
                self.sends(*request, attempt);
            }
            if let Effect::Announce(said) = effect {
                next = match said.name {
                    Announcement::SUBMIT => Some(What::SubmitDecided(true)),
                    Announcement::ACTION => Some(What::ActionDecided(false)),
                    _ => next,
                };
            }
        }
        // The host page lets everything pass.
        match next {
            Some(decided) => self.happens(decided),
            None => self,
        }
    }

    fn sends(&mut self, request: Request, attempt: &Attempt) {
        let key = self.key(&attempt.id);
        let text = match request {
            Request::Create => format!("POST payments, {key}"),
            Request::Ask => format!("GET {key}"),
            Request::Cancel => format!("POST {key}/cancel"),
            Request::Refresh => format!("POST {key}/refresh"),
        };
        self.asked = Some((request, attempt.id.clone()));
        self.lines.push(Line::Says(Lane::Page, Lane::Server, text));
    }

    fn does(mut self, word: &str, gesture: Gesture) -> Self {
        self.now += 2_000;
        self.lines.push(Line::Says(Lane::Shopper, Lane::Page, format!("{word} {}", gesture.name())));
        let fresh = id(u8::try_from(self.lines.len()).unwrap_or_default());
        self.happens(What::Shopper(gesture, fresh))
    }

    fn pays(self) -> Self {
        self.does("付款", Gesture::Pay)
    }

    /// The server answers what it was asked last.
    fn answers(mut self, word: &str, answer: Answer) -> Self {
        self.now += 300;
        self.lines.push(Line::Says(Lane::Server, Lane::Page, word.to_owned()));
        match self.asked.take() {
            Some((request, id)) => self.happens(What::Answered(request, id, answer)),
            None => self,
        }
    }

    fn tells(self, standing: Standing) -> Self {
        self.answers(standing.word(), of(payment(standing, None)))
    }

    /// Its action is a code.
    fn shows(self) -> Self {
        self.answers("pending, a code", of(payment(Standing::Pending, Some(Ok(action(code(1)))))))
    }

    /// The answer is lost, or the request was.
    fn loses(mut self) -> Self {
        self.now += 300;
        self.lines.push(Line::Loses(Lane::Server, Lane::Page, "答复 answer".to_owned()));
        match self.asked.take() {
            Some((request, id)) => self.happens(What::Answered(request, id, Answer::Lost(NetworkFault::Timeout))),
            None => self,
        }
    }

    /// The request that was sent last stays on its way for long.
    fn loses_request(mut self) -> Self {
        if let Some(Line::Says(from, to, text)) = self.lines.pop() {
            self.lines.push(Line::Loses(from, to, text));
        }
        self.now += 300;
        match self.asked.take() {
            Some((request, id)) => self.happens(What::Answered(request, id, Answer::Lost(NetworkFault::Timeout))),
            None => self,
        }
    }

    /// It arrives after all, and this comes of it.
    fn arrives(mut self, request: &str, outcome: &str) -> Self {
        self.lines.push(Line::Says(Lane::Page, Lane::Server, format!("{request}: 迟到 late")));
        self.lines.push(Line::Is(Lane::Server, outcome.to_owned()));
        self
    }

    /// Time passes until the machine's timer goes off.
    fn waits(mut self, millis: Millis) -> Self {
        self.now += millis;
        self.happens(What::TimeCame)
    }

    /// Somebody else says something: no business of this page's.
    fn says(mut self, from: Lane, to: Lane, text: &str) -> Self {
        self.lines.push(Line::Says(from, to, text.to_owned()));
        self
    }

    /// Money moves.
    fn wallet_pays(self, key: char) -> Self {
        self.says(Lane::Shopper, Lane::Wallet, "付钱 pays").says(
            Lane::Wallet,
            Lane::Server,
            &format!("{key} 已付 paid"),
        )
    }

    fn shows_code() -> Option<Self> {
        Some(Self::of(start()?).pays().shows())
    }

    /// What happened, to be drawn.
    pub(super) fn told(self) -> Vec<Line> {
        self.lines
    }
}

fn of(payment: Payment) -> Answer {
    Answer::Payment(Box::new(payment))
}

fn fault(code: ServerCode) -> Answer {
    Answer::Fault(Fault::Server(ServerFault { code, about: String::new() }))
}

fn chooses() -> Gesture {
    Gesture::Choose(Wallet::Alipay.into())
}

pub(super) fn left_code() -> Option<Story> {
    let story = Story::shows_code()?.does("换一种方式", Gesture::ChangeMethod).tells(Standing::Canceled);
    Some(story.does("另选一种", chooses()).pays().shows())
}

pub(super) fn left_code_that_is_being_paid() -> Option<Story> {
    let story = Story::shows_code()?.says(Lane::Shopper, Lane::Wallet, "扫码 scans");
    let story = story.does("换一种方式", Gesture::ChangeMethod).tells(Standing::Pending);
    let story = story.says(Lane::Wallet, Lane::Server, "A 已付 paid").waits(3_000);
    Some(story.tells(Standing::Succeeded))
}

pub(super) fn lost_creation() -> Option<Story> {
    let story = Story::of(start()?).pays().loses_request().waits(1_100).loses().waits(3_100).loses();
    let story = story.does("另选一种", chooses()).pays().answers("canceled: A 已作废 void", canceled());
    Some(story.shows().arrives("POST payments, A", "什么也没建 nothing is made"))
}

fn canceled() -> Answer {
    of(Payment { id: None, ..payment(Standing::Canceled, None) })
}

pub(super) fn another_tab() -> Option<Story> {
    let story =
        Story::of(start()?).says(Lane::Shopper, Lane::Server, "另一台设备 another device: POST payments, B").pays();
    let theirs = Payment { attempt: Some(id(99)), ..payment(Standing::Pending, Some(Ok(action(code(7))))) };
    let story = story.answers("409 payment_in_progress: B", of(theirs));
    Some(story.wallet_pays('B').waits(3_000).tells(Standing::Succeeded))
}

pub(super) fn unclear_refusal() -> Option<Story> {
    let step = Step::Nothing { status: Standing::Pending, code: Some("ORDERPAID".to_owned()) };
    let story = Story::of(start()?).pays();
    let story = story.answers("pending, ORDERPAID", of(payment(Standing::Pending, Some(Ok(action(step))))));
    Some(story.waits(3_000).tells(Standing::Succeeded))
}

fn code_over() -> Option<Story> {
    Some(Story::shows_code()?.waits(600_000).tells(Standing::Pending))
}

pub(super) fn paid_while_renewed() -> Option<Story> {
    let story = code_over()?.says(Lane::Shopper, Lane::Wallet, "付旧码 pays the old code");
    let story = story.says(Lane::Wallet, Lane::Server, "A 已付 paid");
    Some(story.does("换新码", Gesture::NewCode).tells(Standing::Succeeded))
}

pub(super) fn renewed_too_late() -> Option<Story> {
    let story = code_over()?.does("换新码", Gesture::NewCode).loses_request();
    let story = story.does("我已付款", Gesture::AskNow).tells(Standing::Expired).tells(Standing::Canceled);
    let story = story.arrives("POST A/refresh", "没有新码 no new code");
    Some(story.pays().shows())
}

pub(super) fn pressed_twice() -> Option<Story> {
    let story = Story::of(start()?).pays().pays();
    let kept = story.asked.as_ref().map(|(_, id)| id.clone())?;
    let story = story.loses();
    // The page is loaded anew; what it kept is all that it knows.
    let amount = story.state.order.amount;
    let found = Attempt::new(kept, Wallet::Wechatpay.into(), amount, Origin::Kept, story.now);
    let story = story.says(Lane::Shopper, Lane::Page, "刷新 reloads");
    let story = Story { state: start()?, ..story }.happens(What::Found(Box::new(found)));
    Some(story.shows())
}

pub(super) fn paid_late() -> Option<Story> {
    let story = code_over()?.waits(30_000).tells(Standing::Expired).wallet_pays('A');
    let story = story.says(Lane::Shopper, Lane::Page, "回到页面 comes back");
    Some(story.happens(What::Woke).tells(Standing::Succeeded))
}

pub(super) fn another_cart() -> Option<Story> {
    let story = Story::shows_code()?.says(Lane::Shopper, Lane::Page, "改购物车 another cart: ¥99.00");
    let amount = Amount::new(9_900, story.state.order.amount.currency()).ok()?;
    let next = (Order { amount, ..story.state.order.clone() }, story.state.offer.clone());
    let story = story.happens(What::Updated(Box::new(next))).tells(Standing::Canceled);
    Some(story.pays().shows())
}

pub(super) fn strangers_link() -> Option<Story> {
    let story = Story::of(start()?).says(Lane::Shopper, Lane::Page, "?moongate_attempt=A");
    let found = Attempt::new(id(77), Wallet::Wechatpay.into(), story.state.order.amount, Origin::Link, 0);
    let story = story.happens(What::Found(Box::new(found)));
    let story = story.answers("succeeded, 别的订单 another order", fault(ServerCode::AnotherOrder));
    Some(story)
}
