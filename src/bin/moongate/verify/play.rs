//! Decides the order of play, and what all rules share: the order's creation, the answers that are payments, the report.
//!
//! What each rule asks for is in the files beside: [`super::borders`], [`super::creation`], [`super::closing`],
//! [`super::push`], [`super::paid`].

use super::push::Stream;
use super::rule::{Rule, Verdict};
use super::server::{Ask, Reply, Server};
use moongate::action::Seconds;
use moongate::checkout::json::Json;
use moongate::checkout::wire::{self, AttemptId};
use serde_json::{Value, json};
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// What came of a rule: a value that later rules need, or why there is none.
pub(super) type Check<T = ()> = Result<T, Verdict>;

/// The rule is broken: what was seen instead.
pub(super) fn broken<T>(seen: impl Into<String>) -> Check<T> {
    Err(Verdict::Broken(seen.into()))
}

/// The rule could not be checked: why.
pub(super) fn unchecked<T>(why: impl Into<String>) -> Check<T> {
    Err(Verdict::Unchecked(why.into()))
}

/// What is played with.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) order: String,
    pub(super) method: String,
    /// The method and, with spaces between, those that read its codes too.
    pub(super) readers: String,
    /// Further hosts that actions may lead to.
    pub(super) hosts: Vec<String>,
    /// Minor units and currency, once they are known.
    pub(super) sum: Option<(u64, String)>,
    pub(super) currency: String,
    pub(super) return_url: String,
    /// The origin of a page on another host.
    pub(super) page: Option<String>,
    pub(super) patience: Duration,
}

/// What only a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// End the server and start it again.
    Restart,
    /// Pay this payment: its id, and what the shopper would be given.
    Pay(String, String),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restart => f.write_str("End your server now and start it again."),
            Self::Pay(id, action) => write!(f, "Pay the payment {id} now, as a shopper would: {action}"),
        }
    }
}

/// A play under way.
pub(super) struct Play<'a> {
    pub(super) server: &'a Server,
    pub(super) terms: Terms,
    pub(super) person: &'a mut dyn FnMut(&Wanted) -> bool,
    say: &'a mut dyn FnMut(Rule, &Verdict),
    /// The rules of which nothing was said yet.
    silent: Vec<Rule>,
}

/// A payment that was made for the play.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) attempt: String,
    pub(super) id: String,
    pub(super) wish: Value,
    /// As the server told it.
    pub(super) payment: Value,
    /// What the server's clock said with it.
    pub(super) clock: Option<Seconds>,
}

impl Made {
    /// The path of the payment, by its attempt.
    pub(super) fn place(&self) -> String {
        format!("/payments/{}", self.attempt)
    }
}

impl<'a> Play<'a> {
    pub(super) fn new(
        server: &'a Server,
        terms: Terms,
        person: &'a mut dyn FnMut(&Wanted) -> bool,
        say: &'a mut dyn FnMut(Rule, &Verdict),
    ) -> Self {
        Self { server, terms, person, say, silent: Rule::ALL.to_vec() }
    }

    /// Plays every rule.
    ///
    /// # Errors
    /// A sentence, if the server can't be asked or the order is of no use.
    pub(super) fn whole(mut self) -> Result<(), String> {
        self.server.ask(&Ask::get(format!("/payments/{}", fresh())))?;
        self.sum()?;
        self.borders();
        self.never_seen();
        let first = self.first()?;
        if let Some(made) = first {
            let stream = self.open_stream(&made);
            self.same(&made);
            self.hear(&stream);
            self.close(&made, stream);
        }
        // What can't be closed rightly stands in the way of a second payment.
        if self.server.close_all(None).is_empty()
            && let Some(made) = self.second()
        {
            self.restarted(&made);
            self.pay(&made);
        }
        self.about_all();
        for rule in std::mem::take(&mut self.silent) {
            (self.say)(rule, &Verdict::Unchecked("what it needs did not come about".to_owned()));
        }
        Ok(())
    }

    /// Checks one rule and reports it.
    pub(super) fn rule<T>(&mut self, rule: Rule, check: impl FnOnce(&mut Self) -> Check<T>) -> Option<T> {
        let checked = check(self);
        self.silent.retain(|silent| *silent != rule);
        match checked {
            Ok(found) => {
                (self.say)(rule, &Verdict::Holds);
                Some(found)
            }
            Err(verdict) => {
                (self.say)(rule, &verdict);
                None
            }
        }
    }

    /// Asks; no answer breaks the rule.
    pub(super) fn ask(&self, ask: &Ask) -> Check<Reply> {
        self.server.ask(ask).map_err(Verdict::Broken)
    }

    /// A creation of the order with this attempt and its right sum.
    pub(super) fn wish(&self, attempt: &str) -> Value {
        let (amount, currency) = self.terms.sum.clone().unwrap_or((1, self.terms.currency.clone()));
        json!({
            "version": 1, "order": self.terms.order, "method": self.terms.method, "attempt": attempt,
            "amount": amount, "currency": currency, "flows": ["qr", "redirect"],
            "return_url": self.terms.return_url, "locale": "en",
            "environment": { "app": "browser", "version": null, "os": "linux", "device": "desktop" },
        })
    }

    /// The payment that this answer tells; a bare provider response, which may have a `status` of its own, is followed by
    /// asking, as the widget does.
    pub(super) fn payment(&self, reply: &Reply, attempt: &str) -> Check<Value> {
        if Json::read(&reply.body).is_ok_and(|json| wire::is_payment(&json)) {
            return Ok(reply.json());
        }
        if !(200..300).contains(&reply.status) || reply.body.trim().is_empty() {
            return broken(reply.short());
        }
        Ok(self.ask(&Ask::get(format!("/payments/{attempt}")))?.json())
    }

    /// The payment of this attempt as it stands.
    pub(super) fn status(&self, made: &Made) -> Check<Value> {
        let reply = self.ask(&Ask::get(made.place()))?;
        if reply.status == 200 { Ok(reply.json()) } else { broken(reply.short()) }
    }
}

/// A member of a payment as text; empty if it is not there.
pub(super) fn text<'a>(payment: &'a Value, key: &str) -> &'a str {
    payment.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether an answer is this refusal.
pub(super) fn refused(reply: &Reply, status: u16, code: &str) -> Check {
    if reply.status == status && reply.text("code") == code { Ok(()) } else { broken(reply.short()) }
}

/// An attempt that nobody has used yet.
pub(super) fn fresh() -> String {
    let mut bytes = [0; 16];
    for (at, eight) in bytes.chunks_mut(8).enumerate() {
        // Keyed anew each time by what the standard library draws for its hash maps.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_usize(at);
        eight.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    AttemptId::from_random(bytes).as_str().to_owned()
}

impl Play<'_> {
    fn open_stream(&mut self, made: &Made) -> Option<Stream> {
        self.rule(Rule::StreamFirst, |play| play.stream(made))
    }

    /// What holds of every answer there was.
    fn about_all(&mut self) {
        let seen = self.server.seen();
        self.rule(Rule::Problems, |_| {
            let odd = seen.iter().filter(|seen| seen.reply.status >= 400).find(|seen| {
                let kind = seen.reply.header("content-type");
                !kind.starts_with("application/problem+json") || seen.reply.text("code").is_empty()
            });
            odd.map_or(Ok(()), |seen| {
                broken(format!("{}: {} {}", seen.what, seen.reply.header("content-type"), seen.reply.short()))
            })
        });
        self.rule(Rule::NoStore, |_| {
            let kept = seen.iter().find(|seen| !seen.reply.header("cache-control").contains("no-store"));
            kept.map_or(Ok(()), |seen| {
                broken(format!(
                    "{}: Cache-Control is \u{201c}{}\u{201d}",
                    seen.what,
                    seen.reply.header("cache-control")
                ))
            })
        });
        self.rule(Rule::Clock, |_| {
            let timeless =
                |reply: &Reply| reply.status < 300 && reply.text("now").is_empty() && reply.header("date").is_empty();
            let odd = seen.iter().find(|seen| timeless(&seen.reply));
            odd.map_or(Ok(()), |seen| broken(format!("{}: {}", seen.what, seen.reply.short())))
        });
    }
}
