//! Decides what is checked of a payment that was paid.
//!
//! Paying is the person's part.

use super::play::{Check, Made, Play, Wanted, broken, fresh, refused, text, unchecked};
use super::rule::Rule;
use super::server::{Ask, Reply};
use super::sweep::is_live;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// How long it waits before it asks again.
const BETWEEN: Duration = Duration::from_millis(200);

impl Play<'_> {
    /// The person pays; then nothing may lead to a second payment.
    pub(super) fn pay(&mut self, made: &Made) {
        let action = made.payment.get("action").map(Value::to_string).unwrap_or_default();
        let paid = self.rule(Rule::Paid, |play| {
            if !(play.person)(&Wanted::Pay(made.id.clone(), action)) {
                return unchecked("nobody paid");
            }
            play.succeeds(made)
        });
        if paid.is_none() {
            return;
        }
        self.rule(Rule::CancelPaid, |play| {
            play.is_paid(&play.ask(&Ask::post(format!("{}/cancel", made.place())))?, made)
        });
        self.rule(Rule::RefreshPaid, |play| {
            let reply = play.ask(&Ask::post(format!("{}/refresh", made.place())))?;
            if reply.status == 501 { Ok(()) } else { play.is_paid(&reply, made) }
        });
        self.rule(Rule::OrderPaid, |play| {
            let reply = play.ask(&Ask::creation(&play.wish(&fresh())))?;
            refused(&reply, 409, "order_paid")?;
            play.names(&reply, made)
        });
        self.rule(Rule::PaidAgain, |play| {
            let reply = play.ask(&Ask::creation(&made.wish))?;
            let body = play.payment(&reply, &made.attempt)?.to_string();
            play.is_paid(&Reply { body, ..reply }, made)
        });
    }

    /// Asks until it is told as paid: a provider's notification takes its time, and until then it is being worked on.
    fn succeeds(&self, made: &Made) -> Check {
        let begun = Instant::now();
        loop {
            let stands = self.status(made)?;
            match text(&stands, "status") {
                "succeeded" => return Ok(()),
                status if is_live(status) && begun.elapsed() < self.terms.patience => thread::sleep(BETWEEN),
                _ => return broken(stands.to_string()),
            }
        }
    }

    fn is_paid(&self, reply: &Reply, made: &Made) -> Check {
        let told = reply.json();
        let fine = reply.status == 200 && text(&told, "status") == "succeeded" && text(&told, "id") == made.id;
        if fine { Ok(()) } else { broken(reply.short()) }
    }
}
