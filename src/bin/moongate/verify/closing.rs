//! Decides what is checked of cancelations: before a creation, and of a live payment.
//!
//! Of paid ones [`super::paid`] decides.

use super::play::{Check, Made, Play, broken, fresh, text, unchecked};
use super::push::Stream;
use super::rule::Rule;
use super::server::Ask;
use super::sweep::is_live;

impl Play<'_> {
    /// A key is canceled before its creation comes.
    pub(super) fn never_seen(&mut self) {
        let attempt = fresh();
        let canceled = self.rule(Rule::NeverSeen, |play| {
            let reply = play.ask(&Ask::post(format!("/payments/{attempt}/cancel")))?;
            let told = reply.json();
            let fine = reply.status == 200 && text(&told, "status") == "canceled" && text(&told, "attempt") == attempt;
            if fine { Ok(()) } else { broken(reply.short()) }
        });
        self.rule(Rule::LateCreation, |play| {
            if canceled.is_none() {
                return unchecked("the key could not be canceled");
            }
            play.makes_nothing(&attempt)
        });
    }

    /// Sends a creation whose attempt was canceled: it must not be payable after that.
    fn makes_nothing(&self, attempt: &str) -> Check {
        let reply = self.ask(&Ask::creation(&self.wish(attempt)))?;
        let made =
            if reply.status < 300 { text(&self.payment(&reply, attempt)?, "status") != "canceled" } else { false };
        let stands = self.ask(&Ask::get(format!("/payments/{attempt}")))?;
        if made || is_live(&stands.text("status")) {
            self.server.close_all(None);
            return broken(reply.short());
        }
        Ok(())
    }

    /// The live payment is closed, the stream tells so, and it stays closed.
    pub(super) fn close(&mut self, made: &Made, stream: Option<Stream>) {
        let closed = self.rule(Rule::Cancel, |play| {
            let reply = play.ask(&Ask::post(format!("{}/cancel", made.place())))?;
            match text(&reply.json(), "status") {
                "canceled" if reply.status == 200 => Ok(()),
                "pending" | "processing" if reply.status == 200 => unchecked("it says that it could not be closed"),
                _ => broken(reply.short()),
            }
        });
        if closed.is_some() {
            self.told_of_the_end(made, stream);
            self.rule(Rule::StaysCanceled, |play| {
                let stands = play.status(made)?;
                if text(&stands, "status") != "canceled" {
                    return broken(stands.to_string());
                }
                play.makes_nothing(&made.attempt)
            });
        }
    }
}
