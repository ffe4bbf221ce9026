//! Decides what each of the waiting phases allows: another way, the wallet's word, what counts as being on the way to it.
//!
//! It changes nothing, and knows nothing of the attempt.

use crate::checkout::machine::attempt::Attempt;
use crate::checkout::machine::event::BridgeWord;
use crate::checkout::machine::state::{Acting, Confirming, Phase};

/// Which of the three phases, apart from the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Acting(Acting),
    Confirming(Confirming),
    Unknown(bool),
}

impl Place {
    pub(super) fn of(self, attempt: Box<Attempt>) -> Phase {
        match self {
            Self::Acting(at) => Phase::Acting { attempt, at },
            Self::Confirming(why) => Phase::Confirming { attempt, why },
            Self::Unknown(call) => Phase::Unknown { attempt, call },
        }
    }

    /// Whether another way may be offered here: never while the payment may be under way.
    pub(super) fn may_change(self) -> bool {
        matches!(self, Self::Acting(at) if !matches!(at, Acting::Leaving | Acting::InApp | Acting::Refreshing))
    }

    /// Whether the page is being left, or should be: to sign in, as long as there is no payment.
    pub(super) fn is_leaving(self) -> bool {
        matches!(self, Self::Acting(Acting::Leaving | Acting::StillHere))
    }

    /// Whether there is a code, which the view says is over: perhaps before anybody asked, in a window that sleeps.
    pub(super) fn is_code(self) -> bool {
        matches!(self, Self::Acting(Acting::Code | Acting::CodeOver))
    }

    /// Whether the wallet's word counts here. A bridge may answer late, when the shopper has already asked: that it is paid
    /// still keeps them from paying again.
    pub(super) fn hears(self, word: BridgeWord) -> bool {
        let late = matches!(self, Self::Acting(Acting::NotPaid) | Self::Confirming(Confirming::Returned));
        self == Self::Acting(Acting::InApp) || (late && word == BridgeWord::Paid)
    }

    /// Whether the shopper is, or was, on the way to the wallet.
    pub(super) fn is_away(self) -> bool {
        matches!(
            self,
            Self::Acting(Acting::NotPaid | Acting::AppLink | Acting::StillHere | Acting::Leaving | Acting::InApp)
        )
    }
}
