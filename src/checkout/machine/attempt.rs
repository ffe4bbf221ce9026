//! Decides what is known of one try at paying: its id, what the server last said of it, how the waiting for it goes.
//!
//! It changes only when a transition changes it.

use super::event::Feedback;
use super::state::Millis;
use crate::action::{Action, Bridge, Seconds, Step};
use crate::checkout::method::MethodId;
use crate::checkout::money::Amount;
use crate::checkout::patience::Watch;
use crate::checkout::wire::{AttemptId, Payment};
use std::rc::Rc;

/// A try at paying, as far as the shopper's side knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The method it is paid with.
    pub method: MethodId,
    /// The sum with the method's fee: what the shopper saw and what is sent.
    pub total: Amount,
    /// What the server last said of it.
    pub payment: Option<Rc<Payment>>,
    /// When its code stops being usable, on the page's clock.
    pub deadline: Option<Millis>,
    /// The server's clock when it first gave the present action, in seconds since 1970.
    pub begun: Option<Seconds>,
    /// The server's clock where the page's steady one began, in seconds since 1970, if it ever told it.
    pub epoch: Option<Seconds>,
    /// Whether the wallet said that it is paid, which the shop has yet to confirm.
    pub said: bool,
    /// Where the attempt came from.
    pub origin: Origin,
    /// Whether it is to be paid by a page and not by a code.
    pub by_page: bool,
    /// Whether its creation was ever sent, so that it may be alive at the server.
    pub sent: bool,
    /// The id of the attempt that follows, if this one must be closed to get a new code.
    pub next: Option<AttemptId>,
    /// How it went, as the shopper said.
    pub judged: Option<Feedback>,
    /// How the waiting for it goes.
    pub watch: Watch,
}

/// Where an attempt came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a press on pay on this page.
    Press,
    /// From what this browser kept.
    Kept,
    /// From the link alone: perhaps somebody else's.
    Link,
    /// From a press, and the shopper was sent to sign in: its creation is sent again, once.
    SignIn,
    /// From any of these, and a new code was asked for since. Such a request may arrive late, also after a reload, and bring
    /// back to life what had expired.
    Renewed,
}

impl Origin {
    /// All of them, each at the place of the number it is kept and logged by.
    const ALL: [Self; 5] = [Self::Press, Self::Kept, Self::Link, Self::SignIn, Self::Renewed];

    /// The one with this number (`origin as u64`), or none.
    pub fn numbered(number: u64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|place| Self::ALL.get(place).copied())
    }

    /// What it is once this browser kept it and takes it up again: how it began no longer counts, unless a late answer may
    /// still follow from it.
    pub fn taken_up(self) -> Self {
        if matches!(self, Self::SignIn | Self::Renewed) { self } else { Self::Kept }
    }
}

impl Attempt {
    /// An attempt of which nothing is known yet.
    pub fn new(id: AttemptId, method: MethodId, total: Amount, origin: Origin, now: Millis) -> Self {
        Self {
            id,
            method,
            total,
            payment: None,
            deadline: None,
            begun: None,
            epoch: None,
            said: false,
            origin,
            by_page: false,
            sent: origin != Origin::Press,
            next: None,
            judged: None,
            watch: Watch::from(now),
        }
    }

    /// The action that the server last gave, if it can be carried out.
    pub fn action(&self) -> Option<&Action> {
        self.payment.as_ref()?.action.as_ref()?.as_ref().ok()
    }

    /// Whether its action is a link that the shopper presses: an app's always, since a browser opens it from a press only;
    /// a page's in a frame of another origin (`framed`), which may leave from a press only.
    pub fn is_link(&self, framed: bool) -> bool {
        match self.action().map(|action| &action.step) {
            Some(Step::Deeplink { .. }) => true,
            Some(Step::Redirect { .. }) => framed,
            _ => false,
        }
    }

    /// The key that requests about it use: the server's id, or its own.
    pub fn key(&self) -> &str {
        self.payment.as_ref().and_then(|payment| payment.id.as_deref()).unwrap_or(self.id.as_str())
    }

    /// Whether only a link speaks of it, and the server has not: then it is perhaps somebody else's.
    pub(super) fn is_hearsay(&self) -> bool {
        self.origin == Origin::Link && self.payment.is_none()
    }

    /// How long its present action is usable in all, in seconds, if anybody said: on the server's clock, and so the same
    /// after a reload.
    pub fn lifetime(&self) -> Option<u64> {
        let ends = self.payment.as_ref()?.ends()?;
        u64::try_from(ends - self.begun?).ok()
    }

    /// The server's clock at this time of the page's, from what it told last: a phone's own may be wrong by any amount.
    pub fn server_clock(&self, at: Millis) -> Option<Seconds> {
        Some(self.epoch? + (at / 1000).cast_signed())
    }

    /// The bridge that its action calls, if it does.
    pub fn bridge(&self) -> Option<Bridge> {
        if let Step::InApp { bridge, .. } = &self.action()?.step { Some(*bridge) } else { None }
    }

    /// What spreads the asking of many pages.
    pub(crate) fn spread(&self) -> u64 {
        self.id.spread()
    }
}
