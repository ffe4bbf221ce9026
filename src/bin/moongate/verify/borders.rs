//! Decides what is checked at the borders: what must be refused before anything is made, and who may ask from where.
//!
//! Nothing of it may leave a payment behind.

use super::play::{Check, Play, broken, fresh, refused, unchecked};
use super::rule::Rule;
use super::server::{Ask, Reply};
use super::sweep::is_live;
use serde_json::{Value, json};

/// An origin that no server has on its list.
const FOREIGN: &str = "https://moongate-verify.invalid";

/// A sum that no order has.
const ODD_SUM: u64 = 999_999_999_999;

impl Play<'_> {
    pub(super) fn borders(&mut self) {
        self.rule(Rule::UnknownKey, |play| {
            let reply = play.ask(&Ask::get(format!("/payments/{}", fresh())))?;
            if reply.status == 404 { Ok(()) } else { broken(reply.short()) }
        });
        self.rule(Rule::KeyMismatch, |play| {
            let reply = play.unmade(&Ask::creation(&play.wish(&fresh())).keyed(&fresh()))?;
            if reply.status == 400 { Ok(()) } else { broken(reply.short()) }
        });
        self.rule(Rule::ReturnUrl, |play| {
            let mut wish = play.wish(&fresh());
            put(&mut wish, "return_url", json!(format!("{FOREIGN}/")));
            let reply = play.unmade(&Ask::creation(&wish))?;
            refused(&reply, 422, "bad_return_url")
        });
        self.rule(Rule::ForeignOrigin, Self::foreign);
        self.rule(Rule::Preflight, Self::preflight);
        self.rule(Rule::Exposed, Self::exposed);
    }

    /// Asks for what must not be made, and closes it whatever was answered: it would stand in the way of all that follows.
    fn unmade(&self, ask: &Ask) -> Check<Reply> {
        let reply = self.ask(ask);
        self.server.close_all(None);
        reply
    }

    /// How it is refused is the server's business; that nothing can be paid after it is the rule.
    fn foreign(&mut self) -> Check {
        let attempt = fresh();
        let reply = self.ask(&Ask::creation(&self.wish(&attempt)).with("Origin", FOREIGN));
        let stands = self.ask(&Ask::get(format!("/payments/{attempt}")));
        self.server.close_all(None);
        let (reply, stands) = (reply?, stands?);
        if stands.text("order") == self.terms.order && is_live(&stands.text("status")) {
            return broken(format!("it was answered {} and stands: {}", reply.status, stands.short()));
        }
        if (400..500).contains(&reply.status) { Ok(()) } else { broken(reply.short()) }
    }

    fn preflight(&mut self) -> Check {
        let page = self.page()?;
        let reply = self.ask(&Ask::preflight("/payments").with("Origin", &page))?;
        let allowed = reply.header("access-control-allow-headers").to_ascii_lowercase();
        let lists = |name: &str| allowed.split(',').any(|listed| matches!(listed.trim(), "*") || listed.trim() == name);
        let fine = (200..300).contains(&reply.status) && lists("idempotency-key") && lists("content-type");
        if fine { admits(&reply, &page) } else { broken(format!("{} allows \u{201c}{allowed}\u{201d}", reply.status)) }
    }

    fn exposed(&mut self) -> Check {
        let page = self.page()?;
        let reply = self.ask(&Ask::get(format!("/payments/{}", fresh())).with("Origin", &page))?;
        let exposed = reply.header("access-control-expose-headers").to_ascii_lowercase();
        let lists = |name: &str| exposed.split(',').any(|listed| matches!(listed.trim(), "*") || listed.trim() == name);
        if lists("date") && lists("retry-after") {
            admits(&reply, &page)
        } else {
            broken(format!("{} exposes \u{201c}{exposed}\u{201d}", reply.status))
        }
    }

    fn page(&self) -> Check<String> {
        self.terms.page.clone().map_or_else(|| unchecked("no --origin was given"), Ok)
    }

    /// Asks for a wrong sum, and learns the order's.
    ///
    /// # Errors
    /// A sentence, if the order is not one to play with.
    pub(super) fn sum(&mut self) -> Result<(), String> {
        let mut wish = self.wish(&fresh());
        put(&mut wish, "amount", json!(ODD_SUM));
        let mut live = None;
        let told = self.rule(Rule::AmountChanged, |play| {
            let reply = play.unmade(&Ask::creation(&wish))?;
            live = in_the_way(&reply);
            if live.is_some() {
                return unchecked("the order has a payment already");
            }
            refused(&reply, 409, "amount_changed")?;
            let (amount, currency) = (reply.json().get("amount").and_then(Value::as_u64), reply.text("currency"));
            amount.filter(|_| !currency.is_empty()).map_or_else(|| broken(reply.short()), |sum| Ok((sum, currency)))
        });
        if let Some(code) = live {
            return Err(format!(
                "order {} has a payment already ({code}): give one that nothing was paid for",
                self.terms.order
            ));
        }
        if self.terms.sum.is_none() {
            self.terms.sum = told;
        }
        self.terms.sum.as_ref().map(|_| ()).ok_or_else(|| {
            format!("the server did not say what order {} costs: give --amount and --currency", self.terms.order)
        })
    }
}

/// The code of a refusal by which the order has a payment already.
pub(super) fn in_the_way(reply: &Reply) -> Option<String> {
    Some(reply.text("code")).filter(|code| matches!(code.as_str(), "payment_in_progress" | "order_paid"))
}

/// Whether pages of this origin may read the answer.
fn admits(reply: &Reply, page: &str) -> Check {
    let origin = reply.header("access-control-allow-origin");
    if origin == page || origin == "*" {
        Ok(())
    } else {
        broken(format!("{} admits \u{201c}{origin}\u{201d}", reply.status))
    }
}

/// Changes a member.
pub(super) fn put(wish: &mut Value, key: &str, value: Value) {
    if let Some(members) = wish.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}
