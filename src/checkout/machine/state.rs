//! Decides what a checkout can be: its phases, each with only what it has, and the attempt that passes through them.
//!
//! It changes nothing; [`super::advance`] does.

use super::attempt::Attempt;
use crate::checkout::fault::Fault;
use crate::checkout::json::Json;
use crate::checkout::method::MethodId;
use crate::checkout::money::Amount;
use crate::checkout::offer::Offer;
use crate::checkout::wire::AttemptId;
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
    /// Whether the page is out of sight, or another window looks out for the payment: then nobody is asked.
    pub hidden: bool,
    /// Where the payment is.
    pub phase: Phase,
    /// What takes the place of the order once the attempt that could not be closed has ended.
    pub next: Option<Box<(Order, Rc<Offer>)>>,
}

/// The merchant's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The merchant's id.
    pub id: String,
    /// The sum, without any method's fee.
    pub amount: Amount,
    /// Whether the element is in test mode, which every announcement then says.
    pub test: bool,
}

/// Where a payment is; each phase has only what it needs. The attempt is boxed: a phase is moved at each step.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The shopper picks.
    Choosing {
        /// What went wrong just now.
        fault: Option<Fault>,
        /// An attempt whose creation had no usable answer: its key is used again, or canceled before any other.
        pending: Option<Box<Attempt>>,
    },
    /// The creation is on its way.
    Sending {
        /// The attempt being created.
        attempt: Box<Attempt>,
        /// Whether the host page still holds the sending.
        held: bool,
    },
    /// The action is with the shopper.
    Acting {
        /// The attempt.
        attempt: Box<Attempt>,
        /// What the shopper is at.
        at: Acting,
    },
    /// Being worked on, or said to be paid: asking.
    Confirming {
        /// The attempt.
        attempt: Box<Attempt>,
        /// Why.
        why: Confirming,
    },
    /// Being closed at the provider.
    Canceling {
        /// The attempt.
        attempt: Box<Attempt>,
        /// What follows once it is closed.
        then: Then,
    },
    /// No usable answer: the shopper must not pay again yet.
    Unknown {
        /// The attempt.
        attempt: Box<Attempt>,
        /// Whether ten minutes went by, so that the shop should be called.
        call: bool,
    },
    /// It has ended.
    Ended {
        /// The attempt.
        attempt: Box<Attempt>,
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
    /// An app, or from a frame the wallet's page, is to be opened by a press on its link.
    AppLink,
    /// The link was pressed, or the way to sign in taken, and the page is still in sight.
    StillHere,
    /// Back without payment: 还没收到付款, with three ways on.
    NotPaid,
    /// The host page carries it out.
    Host,
}

/// Why it is being confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// Taken up again after a return or a reload, or because the shopper asked.
    Returned,
    /// The wallet says it is paid.
    Said,
    /// The server says it is being worked on, or it could not be closed.
    Processing,
    /// The code's time is over: one last check.
    LastCheck,
}

/// What follows a cancelation.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// The shopper picks again.
    Choose(Option<Fault>),
    /// A new attempt with this id and the method picked, and whether the host page hears of it as of a press.
    Pay(AttemptId, bool),
    /// The same, by a page: the code can't be scanned here.
    PayByPage(AttemptId),
    /// Another order or sum takes its place.
    Replace(Box<(Order, Rc<Offer>)>),
    /// It has expired, as the server said before.
    End,
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

impl State {
    /// A checkout at its start.
    pub fn new(order: Order, offer: Rc<Offer>, chosen: Option<MethodId>, large: bool) -> Self {
        let phase = Phase::choosing(None);
        Self { order, offer, chosen, large, expanded: false, hidden: false, phase, next: None }
    }

    /// What a press on pay would be for: the method picked, and its total.
    pub fn picked(&self) -> Option<(&MethodId, Amount)> {
        let row = self.offer.row(self.chosen.as_ref()?)?;
        Some((&row.method.id, row.total))
    }
}

impl State {
    /// The state as the host page reads it, with this log, and with what its author is still to mend where nothing else went wrong.
    pub fn report(&self, log: Json, page: Option<&Fault>) -> Json {
        let attempt = self.phase.attempt();
        let payment = attempt.and_then(|attempt| attempt.payment.as_ref()).and_then(|payment| payment.id.as_deref());
        let method = attempt.map(|attempt| &attempt.method).or(self.chosen.as_ref());
        let outcome = if let Phase::Ended { outcome, .. } = &self.phase { Some(outcome.word()) } else { None };
        let fault = self.phase.fault().or(page).map_or(Json::Null, Fault::to_json);
        Json::object([
            ("phase", self.phase.word().into()),
            ("order", self.order.id.as_str().into()),
            ("method", Json::from_option(method.map(|id| id.as_str()))),
            ("attempt", Json::from_option(attempt.map(|attempt| attempt.id.as_str()))),
            ("payment", Json::from_option(payment)),
            ("outcome", Json::from_option(outcome)),
            ("fault", fault),
            ("offer", self.offer.to_json()),
            ("log", log),
        ])
    }
}

impl Phase {
    /// The shopper picks, and nothing is under way.
    pub(crate) fn choosing(fault: Option<Fault>) -> Self {
        Self::Choosing { fault, pending: None }
    }

    /// Its word in events: `choosing`, `sending`, `acting`, `confirming`, `canceling`, `unknown` or `ended`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Choosing { .. } => "choosing",
            Self::Sending { .. } => "sending",
            Self::Acting { .. } => "acting",
            Self::Confirming { .. } => "confirming",
            Self::Canceling { .. } => "canceling",
            Self::Unknown { .. } => "unknown",
            Self::Ended { .. } => "ended",
        }
    }

    /// The attempt that is under way or has ended.
    pub fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Choosing { pending, .. } => pending.as_deref(),
            Self::Sending { attempt, .. }
            | Self::Acting { attempt, .. }
            | Self::Confirming { attempt, .. }
            | Self::Canceling { attempt, .. }
            | Self::Unknown { attempt, .. }
            | Self::Ended { attempt, .. } => Some(attempt),
        }
    }

    /// What went wrong just now, if the shopper is being told.
    pub fn fault(&self) -> Option<&Fault> {
        if let Self::Choosing { fault, .. } = self { fault.as_ref() } else { None }
    }

    /// The attempt whose outcome is waited for.
    pub(crate) fn waited_for(&self) -> Option<&Attempt> {
        match self {
            Self::Acting { attempt, .. } | Self::Confirming { attempt, .. } | Self::Unknown { attempt, .. } => {
                Some(attempt)
            }
            Self::Choosing { .. } | Self::Sending { .. } | Self::Canceling { .. } | Self::Ended { .. } => None,
        }
    }
}

impl Outcome {
    /// Its word in events; a refunded payment is reported as canceled, never as paid.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled | Self::Refunded => "canceled",
            Self::Expired => "expired",
        }
    }
}
