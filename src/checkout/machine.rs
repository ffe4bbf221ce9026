//! Decides every change of a checkout: `advance(State, Event) -> (State, Vec<Effect>)`, total and replayable.
//!
//! It performs nothing and reads nothing: each effect is an order to the edge, and ends in an event.

use super::fault::Fault;
use super::method::MethodId;
use super::money::Amount;
use super::offer::Offer;
use super::wire::{AttemptId, Payment};
use std::rc::Rc;

/// Milliseconds on the page's own steady clock.
pub type Millis = u64;

/// The whole of a checkout.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What is paid for.
    pub order: Order,
    /// What the shopper may pick.
    pub offer: Rc<Offer>,
    /// The method picked.
    pub chosen: Option<MethodId>,
    /// Whether large print is on.
    pub large: bool,
    /// Whether the rows behind "more" are shown.
    pub expanded: bool,
    /// Where the payment is.
    pub phase: Phase,
}

/// The merchant's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The merchant's id.
    pub id: String,
    /// The sum, without any method's fee.
    pub amount: Amount,
}

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
}

/// Where a payment is; each phase has only what it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The shopper picks. `pending` is an attempt that may still be alive: its key is used again, or canceled first.
    Choosing {
        /// What went wrong just now.
        fault: Option<Fault>,
        /// An attempt whose creation had no usable answer.
        pending: Option<Attempt>,
    },
    /// The creation is on its way.
    Sending {
        /// The attempt being created.
        attempt: Attempt,
    },
    /// The action is with the shopper.
    Acting {
        /// The attempt.
        attempt: Attempt,
        /// What the shopper is at.
        at: Acting,
    },
    /// Being worked on, or said to be paid: asking.
    Confirming {
        /// The attempt.
        attempt: Attempt,
        /// Why.
        why: Confirming,
    },
    /// Being closed at the provider.
    Canceling {
        /// The attempt.
        attempt: Attempt,
    },
    /// No usable answer: the shopper must not pay again yet.
    Unknown {
        /// The attempt.
        attempt: Attempt,
        /// Whether ten minutes went by, so that the shop should be called.
        call: bool,
    },
    /// It has ended.
    Ended {
        /// The attempt.
        attempt: Attempt,
        /// How.
        outcome: Outcome,
        /// The server's clock at the end, in seconds since 1970, if it is known.
        when: Option<i64>,
    },
}

/// What the shopper is at while an action is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acting {
    /// A code is shown.
    Code,
    /// A code was shown and its time is over; a new one can be asked for.
    CodeOver,
    /// A new code is being made.
    Refreshing,
    /// The page is being left for the wallet's.
    Leaving,
    /// The wallet's bridge or app is open.
    InApp,
    /// An app is to be opened from a press, or was and did not take over.
    AppLink,
    /// Back without payment: 还没收到付款, with three ways on.
    NotPaid,
    /// The host page carries it out.
    Host,
}

/// Why it is being confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// Taken up again after a return or a reload.
    Returned,
    /// The shopper or the wallet says it is paid.
    Said,
    /// The server says it is being worked on, or it could not be closed.
    Processing,
    /// The code's time is over: one last check.
    LastCheck,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid.
    Succeeded,
    /// Paid and given back.
    Refunded,
    /// Refused.
    Failed,
    /// Closed.
    Canceled,
    /// Its time was over.
    Expired,
}

/// What a shopper does; the one thing the view gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Picked a method.
    Choose(MethodId),
    /// Pressed pay.
    Pay,
    /// 我已付款, 现在再查一次: asks the server now.
    AskNow,
    /// 继续付: the same attempt, the same action again.
    GoOn,
    /// 换一种方式: closes this attempt first.
    ChangeMethod,
    /// A new code for the same attempt.
    NewCode,
    /// The page behind the code: 扫不了？用网页付.
    UseFallback,
    /// Try again after an outcome: a new attempt.
    TryAgain,
    /// Show all rows.
    ShowMore,
    /// Large print on or off.
    ToggleLarge,
    /// Save the code as a picture.
    SaveCode,
    /// Copy the page's address, to open it in a browser.
    CopyLink,
}
