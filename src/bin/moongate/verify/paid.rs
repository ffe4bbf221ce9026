//! Decides what is checked of a payment that was paid.
//!
//! Paying is the person's part.

use super::play::{Check, Made, Play, Wanted, broken, fresh, refused, text, unchecked};
use super::rule::Rule;
use super::server::{Ask, Reply};
use serde_json::Value;

impl Play<'_> {
    /// The person pays; then nothing may lead to a second payment.
    pub(super) fn pay(&mut self, made: &Made) {
        let action = made.payment.get("action").map(Value::to_string).unwrap_or_default();
        let paid = self.rule(Rule::Paid, |play| {
            if !(play.person)(&Wanted::Pay(made.id.clone(), action)) {
                return unchecked("nobody paid");
            }
            let stands = play.status(made)?;
            if text(&stands, "status") == "succeeded" { Ok(()) } else { broken(stands.to_string()) }
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
        self.rule(Rule::PaidAgain, |play| play.is_paid(&play.ask(&Ask::creation(&made.wish))?, made));
    }

    fn is_paid(&self, reply: &Reply, made: &Made) -> Check {
        let told = reply.json();
        let fine = reply.status == 200 && text(&told, "status") == "succeeded" && text(&told, "id") == made.id;
        if fine { Ok(()) } else { broken(reply.short()) }
    }
}
