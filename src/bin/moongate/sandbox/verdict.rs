//! Decides which words the ledger answers with, and what a wallet's app may still do to a payment.
//!
//! It changes nothing: [`super::ledger`] does. How a refusal looks over HTTP is [`super::problem`]'s.

use super::payment::{Grave, Payment};
use moongate::action::Standing;

/// What came of a creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// A payment, by id.
    New(String),
    /// The same key again: the same payment.
    Same(String),
    /// The key was canceled before: nothing is made.
    Nothing(Grave),
}

/// What came of a cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The payment, by id, however it stands now.
    Payment(String),
    /// The key was never seen and is now recorded as canceled.
    Grave(Grave),
    /// It is not a key that a creation could come with.
    Unknown,
}

/// Why the shop does not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The same key came with another body.
    KeyReused,
    /// Another payment of the order is live; its id.
    InProgress(String),
    /// The order is paid; the payment's id.
    OrderPaid(String),
    /// The order costs something else now; minor units and currency.
    AmountChanged(u64, String),
    /// No such payment.
    NotFound,
    /// It was closed at the provider and can't be paid any more.
    Closed,
    /// It has ended, so that this can't happen to it.
    Ended,
}

/// What a wallet's app would make happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Pay,
    Cancel,
    Fail,
    Expire,
    Process,
}

impl Deed {
    /// The deed of a control's word, for example `pay`.
    pub(super) fn named(word: &str) -> Option<Self> {
        let all = [Self::Pay, Self::Cancel, Self::Fail, Self::Expire, Self::Process];
        all.into_iter().find(|deed| deed.word() == word)
    }

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Cancel => "cancel",
            Self::Fail => "fail",
            Self::Expire => "expire",
            Self::Process => "process",
        }
    }

    /// How a payment stands after it.
    pub(super) fn leads_to(self) -> Standing {
        match self {
            Self::Pay => Standing::Succeeded,
            Self::Cancel => Standing::Canceled,
            Self::Fail => Standing::Failed,
            Self::Expire => Standing::Expired,
            Self::Process => Standing::Processing,
        }
    }

    /// The reason a payment carries after it, unless another is given.
    pub(super) fn usual_reason(self) -> Option<&'static str> {
        match self {
            Self::Cancel => Some("refused_by_shopper"),
            Self::Fail => Some("refused_by_wallet"),
            Self::Pay | Self::Expire | Self::Process => None,
        }
    }

    /// Whether it may happen to this payment: paying succeeds late too, unless the shop closed the payment.
    ///
    /// # Errors
    /// [`Refusal::Closed`], or [`Refusal::Ended`] if it ended in another way.
    pub(super) fn may_happen_to(self, payment: &Payment) -> Result<(), Refusal> {
        match (payment.status, self) {
            (Standing::Succeeded, _) => Err(Refusal::Ended),
            _ if payment.closed => Err(Refusal::Closed),
            (Standing::Pending | Standing::Processing, _)
            | (Standing::Expired | Standing::Failed | Standing::Canceled, Self::Pay)
            | (Standing::Expired, Self::Process) => Ok(()),
            _ => Err(Refusal::Ended),
        }
    }
}
