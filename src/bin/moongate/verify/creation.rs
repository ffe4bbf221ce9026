//! Decides what is checked of a creation: what it makes, and that nothing else makes a second payment.
//!
//! How a payment ends is [`super::closing`]'s and [`super::paid`]'s.

use super::borders::{in_the_way, put};
use super::play::{Check, Made, Play, broken, fresh, refused, text, unchecked};
use super::rule::Rule;
use super::server::{Ask, Reply};
use super::sweep::is_live;
use crate::action::{meaning, now};
use moongate::action::{Action, Trust, terms, time};
use moongate::checkout::environment::Device;
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::options::Address;
use serde_json::{Value, json};
use std::thread;

impl Play<'_> {
    /// The first payment of the order.
    ///
    /// # Errors
    /// A sentence, if the order has a payment already.
    pub(super) fn first(&mut self) -> Result<Option<Made>, String> {
        let wish = self.wish(&fresh());
        let mut used = None;
        let made = self.rule(Rule::Created, |play| {
            let reply = play.ask(&Ask::creation(&wish))?;
            used = in_the_way(&reply);
            if used.is_some() {
                return unchecked("the order has a payment already");
            }
            if reply.status == 201 { play.made(&reply, &wish) } else { broken(reply.short()) }
        });
        if let Some(code) = used {
            return Err(format!("order {} has a payment already ({code}): give another", self.terms.order));
        }
        if made.is_none() {
            self.server.close_all(None);
        }
        if let Some(made) = &made {
            self.rule(Rule::Echo, |_| echo(made));
            self.rule(Rule::Action, |play| play.action(made));
        }
        Ok(made)
    }

    fn made(&self, reply: &Reply, wish: &Value) -> Check<Made> {
        let attempt = text(wish, "attempt").to_owned();
        let payment = self.payment(reply, &attempt)?;
        if !matches!(text(&payment, "status"), "pending" | "processing") {
            return broken(reply.short());
        }
        let clock = time::instant(text(&payment, "now")).or_else(|| reply.date());
        Ok(Made { id: text(&payment, "id").to_owned(), attempt, wish: wish.clone(), payment, clock })
    }

    /// Reads the action as the widget does, by the server's clock. Where a page could be in test mode, it may lead to the
    /// endpoint's own origin instead.
    fn action(&self, made: &Made) -> Check {
        let Some(action) = made.payment.get("action") else {
            let processing = text(&made.payment, "status") == "processing";
            return if processing { unchecked("it is being worked on") } else { broken("the payment has none") };
        };
        let sum = self.terms.sum.as_ref().and_then(|(minor, code)| Amount::new(*minor, Currency::parse(code)?).ok());
        let Some(amount) = sum else { return unchecked("the order's sum is none that can be paid") };
        let (hosts, origin, methods) = (&self.terms.hosts, self.server.origin(), &self.terms.readers);
        let (body, now) = (action.to_string(), made.clock.unwrap_or_else(now));
        let read = |test_origin: Option<&str>| {
            let trust = Trust { hosts: hosts.clone(), test_origin: test_origin.map(str::to_owned) };
            // A phone goes by every kind of action.
            let device = Device::Phone;
            Action::checked(&body, now, &terms::Terms { trust, amount, methods: methods.clone(), device })
        };
        let near = Address::parse(origin).filter(Address::is_private).map(|_| origin);
        let read = read(None).or_else(|refusal| near.map_or(Err(refusal), |origin| read(Some(origin))));
        read.map(|_| ()).or_else(|refusal| broken(format!("{}, {}: {body}", refusal.code(), meaning(&refusal))))
    }

    /// What else may be asked while the payment is live, and must not make another.
    pub(super) fn same(&mut self, made: &Made) {
        self.rule(Rule::SameKey, |play| {
            let reply = play.ask(&Ask::creation(&made.wish))?;
            if reply.status == 200 { play.is_same(&reply, made) } else { broken(reply.short()) }
        });
        self.rule(Rule::UnknownMember, |play| {
            let mut wish = made.wish.clone();
            put(&mut wish, "moongate_verify", json!({ "nobody": ["knows", "this"] }));
            let reply = play.ask(&Ask::creation(&wish))?;
            play.is_same(&reply, made)
        });
        self.rule(Rule::KeyReused, |play| {
            let mut wish = made.wish.clone();
            put(&mut wish, "method", json!(if play.terms.method == "alipay" { "unionpay" } else { "alipay" }));
            refused(&play.ask(&Ask::creation(&wish))?, 422, "key_reused")
        });
        self.rule(Rule::IdAndAttempt, |play| {
            let by_id = play.ask(&Ask::get(format!("/payments/{}", made.id)))?;
            play.is_same(&by_id, made)?;
            play.is_same(&play.ask(&Ask::get(made.place()))?, made)
        });
        self.rule(Rule::Stranger, |play| {
            let reply = play.ask(&Ask::get(format!("/payments/{}", made.id)).by_a_stranger())?;
            let told = reply.json();
            let kept = ["action", "attempt", "events"].iter().all(|key| told.get(key).is_none_or(Value::is_null));
            let fine = reply.status == 200 && kept && is_live(text(&told, "status"));
            if fine { Ok(()) } else { broken(reply.short()) }
        });
        self.rule(Rule::OneLive, |play| {
            let reply = play.ask(&Ask::creation(&play.wish(&fresh())));
            if !reply.as_ref().is_ok_and(|reply| reply.text("id") == made.id) {
                play.server.close_all(Some(made));
            }
            let reply = reply?;
            refused(&reply, 409, "payment_in_progress")?;
            play.names(&reply, made)
        });
        self.rule(Rule::Form, |play| play.form(made));
        self.rule(Rule::Refresh, |play| play.refresh(made));
    }

    /// Whether an answer is this very payment.
    fn is_same(&self, reply: &Reply, made: &Made) -> Check {
        let told = self.payment(reply, &made.attempt)?;
        if text(&told, "id") == made.id { echo(&Made { payment: told, ..made.clone() }) } else { broken(reply.short()) }
    }

    /// Whether a conflict comes with the payment it is about, whole: the widget takes it up by what it echoes.
    pub(super) fn names(&self, reply: &Reply, made: &Made) -> Check {
        let payment = reply.json().get("payment").cloned().unwrap_or_default();
        let id = text(&payment, "id");
        if id != made.id {
            return broken(format!("it names \u{201c}{id}\u{201d}: {}", reply.short()));
        }
        echo(&Made { payment, ..made.clone() })
    }

    fn form(&self, made: &Made) -> Check {
        let (order, method) = (self.terms.order.as_str(), self.terms.method.as_str());
        let back = self.terms.return_url.as_str();
        let fields = [("order", order), ("method", method), ("attempt", &made.attempt), ("return_url", back)];
        let reply = self.ask(&Ask::form(&fields))?;
        let page = reply.header("content-type").starts_with("text/html") && reply.body.contains("<form");
        let leads = (reply.status == 303 && !reply.header("location").is_empty()) || (reply.status == 200 && page);
        if !leads {
            return broken(reply.short());
        }
        let stands = self.status(made)?;
        if text(&stands, "id") == made.id { Ok(()) } else { broken(format!("the attempt is now {stands}")) }
    }

    fn refresh(&self, made: &Made) -> Check {
        let reply = self.ask(&Ask::post(format!("{}/refresh", made.place())))?;
        if reply.status == 501 {
            return Ok(());
        }
        let told = reply.json();
        let same = text(&told, "attempt") == made.attempt && text(&told, "id") == made.id;
        let usable = match text(&told, "status") {
            "pending" => told.get("action").is_some(),
            status => status == "processing",
        };
        if reply.status == 200 && same && usable { Ok(()) } else { broken(reply.short()) }
    }

    /// The second payment, created by a double press once the first was closed.
    pub(super) fn second(&mut self) -> Option<Made> {
        let wish = self.wish(&fresh());
        let (server, ask) = (self.server, Ask::creation(&wish));
        let replies: Vec<_> = thread::scope(|scope| {
            let presses = [scope.spawn(|| server.ask(&ask)), scope.spawn(|| server.ask(&ask))];
            presses.map(|press| press.join().unwrap_or_else(|_| Err("it was not asked".to_owned()))).into()
        });
        let created = replies.iter().flatten().find(|reply| (200..300).contains(&reply.status));
        let mut made = self.rule(Rule::NextAttempt, |play| match created {
            Some(reply) => play.made(reply, &wish),
            None => broken(replies.iter().map(said).collect::<Vec<_>>().join(" and ")),
        })?;
        let one = self.rule(Rule::DoublePress, |play| play.one_of_two(&replies, &made));
        // Of two payments, the one that the server itself names is gone on with: which was answered first is chance.
        if let (None, Ok(held)) = (one, server.ask(&Ask::get(made.place()))) {
            made.id = held.text("id");
        }
        Some(made)
    }

    fn one_of_two(&self, replies: &[Result<Reply, String>], made: &Made) -> Check {
        let mut new = 0;
        for reply in replies {
            let reply = reply.as_ref().map_err(|fault| super::rule::Verdict::Broken(fault.clone()))?;
            match reply.status {
                201 => new += 1,
                409 if reply.text("code") == "in_flight" && !reply.header("retry-after").is_empty() => continue,
                200 => (),
                _ => return broken(reply.short()),
            }
            self.is_same(reply, made)?;
        }
        if new == 1 { Ok(()) } else { broken(format!("{new} of the two were answered 201")) }
    }

    /// The same payment after the person has started the server again.
    pub(super) fn restarted(&mut self, made: &Made) {
        self.rule(Rule::Restart, |play| {
            if !(play.person)(&super::play::Wanted::Restart) {
                return unchecked("nobody restarted the server");
            }
            let again = play.patiently(&Ask::creation(&made.wish))?;
            if again.status == 200 { play.is_same(&again, made) } else { broken(again.short()) }
        });
    }

    /// Asks until there is an answer: the server may be starting.
    fn patiently(&self, ask: &Ask) -> Check<Reply> {
        let begun = std::time::Instant::now();
        loop {
            match self.server.ask(ask) {
                Ok(reply) => return Ok(reply),
                Err(fault) if begun.elapsed() > self.terms.patience => return broken(fault),
                Err(_) => thread::sleep(std::time::Duration::from_millis(200)),
            }
        }
    }
}

fn said(reply: &Result<Reply, String>) -> String {
    reply.as_ref().map_or_else(Clone::clone, Reply::short)
}

/// Whether the payment names what the widget holds it against.
fn echo(made: &Made) -> Check {
    let payment = &made.payment;
    let plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !(1..=64).contains(&made.id.len()) || !plain(&made.id) {
        return broken(format!("its id is \u{201c}{}\u{201d}", made.id));
    }
    for key in ["attempt", "order", "amount", "currency"] {
        if payment.get(key) != made.wish.get(key) {
            return broken(format!("{key} is {}", payment.get(key).unwrap_or(&Value::Null)));
        }
    }
    let (status, known) =
        (text(payment, "status"), ["pending", "processing", "succeeded", "failed", "canceled", "expired"]);
    if known.contains(&status) { Ok(()) } else { broken(format!("status is \u{201c}{status}\u{201d}")) }
}
