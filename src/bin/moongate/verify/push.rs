//! Decides what is checked of the event stream: what it says first, that it lives, and how it ends.
//!
//! A server without one breaks no rule: the widget then asks.

use super::play::{Check, Made, Play, broken, text, unchecked};
use super::rule::{Rule, Verdict};
use super::server::Ask;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// An event stream that is being listened to.
#[derive(Debug)]
pub(super) struct Stream {
    place: String,
    messages: Receiver<Message>,
}

/// A message: its event's name, empty for an unnamed one, and its data.
type Message = (String, String);

/// How soon "at once" is.
const AT_ONCE: Duration = Duration::from_secs(3);

impl Play<'_> {
    /// Opens the stream and hears its first message.
    pub(super) fn stream(&self, made: &Made) -> Check<Stream> {
        let Some(place) = made.payment.get("events").and_then(Value::as_str) else {
            return unchecked("the payment has no events");
        };
        let origin = self.server.origin();
        let place = if place.starts_with('/') { format!("{origin}{place}") } else { place.to_owned() };
        if !place.starts_with(&format!("{origin}/")) {
            return broken(format!("{place} is not on the endpoint's origin, so the widget ignores it"));
        }
        let response = self.server.send(&listening(&place), self.terms.patience, None).map_err(Verdict::Broken)?;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if response.status().as_u16() != 200 || !kind.starts_with("text/event-stream") {
            return broken(format!("{} {kind}", response.status()));
        }
        let (out, messages) = channel();
        let body = response.into_body().into_reader();
        thread::spawn(move || listen(body, &out));
        let stream = Stream { place, messages };
        match stream.messages.recv_timeout(AT_ONCE) {
            Ok((name, data)) if is_unnamed(&name) => whole(&data, made).map(|()| stream),
            Ok((name, _)) => broken(format!("the first message is named {name}")),
            Err(_) => broken("it says nothing"),
        }
    }

    /// The stream says that it lives.
    pub(super) fn hear(&mut self, stream: &Option<Stream>) {
        let Some(stream) = stream else { return };
        self.rule(Rule::StreamPing, |play| {
            let ping = stream.until(play.terms.patience, |(name, _)| name == "ping");
            ping.map(|_| ()).map_or_else(|| broken(format!("none within {:?}", play.terms.patience)), Ok)
        });
    }

    /// The payment was closed: the stream tells it, and is over.
    pub(super) fn told_of_the_end(&mut self, made: &Made, stream: Option<Stream>) {
        let Some(stream) = stream else { return };
        self.rule(Rule::StreamOutcome, |play| {
            let over = |(name, data): &Message| is_unnamed(name) && text(&told(data), "status") == "canceled";
            let heard = stream.until(play.terms.patience, over);
            let (_, data) = heard.map_or_else(|| broken("it did not tell that the payment was canceled"), Ok)?;
            whole(&data, made)
        });
        self.rule(Rule::StreamOver, |play| {
            let (ask, patience) = (listening(&stream.place), play.terms.patience);
            let response = play.server.send(&ask, patience, Some(patience));
            let status = response.map_err(Verdict::Broken)?.status().as_u16();
            if status == 204 { Ok(()) } else { broken(status.to_string()) }
        });
    }
}

impl Stream {
    /// The first message from now on that is as wanted.
    fn until(&self, patience: Duration, wanted: impl Fn(&Message) -> bool) -> Option<Message> {
        let begun = Instant::now();
        while let Some(left) = patience.checked_sub(begun.elapsed()) {
            let message = self.messages.recv_timeout(left).ok()?;
            if wanted(&message) {
                return Some(message);
            }
        }
        None
    }
}

/// As a browser's `EventSource` asks.
fn listening(place: &str) -> Ask {
    Ask::get(place).with("Accept", "text/event-stream")
}

/// Whether a message reaches whoever listens to none by name.
fn is_unnamed(name: &str) -> bool {
    name.is_empty() || name == "message"
}

fn told(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or(Value::Null)
}

/// Whether a message is the whole payment.
fn whole(data: &str, made: &Made) -> Check {
    let payment = told(data);
    let echoes = ["order", "amount", "currency"].iter().all(|key| payment.get(key) == made.wish.get(key));
    if echoes && text(&payment, "id") == made.id && payment.get("status").is_some() {
        Ok(())
    } else {
        broken(format!("it says {data}"))
    }
}

/// Passes messages on, as a browser takes them from the lines of a stream, until nobody listens or it ends.
fn listen(body: impl Read, out: &Sender<Message>) {
    let (mut name, mut data) = (String::new(), Vec::new());
    for line in BufReader::new(body).lines().map_while(Result::ok) {
        match line.split_once(':').map(|(field, value)| (field, value.strip_prefix(' ').unwrap_or(value))) {
            Some(("event", value)) => value.clone_into(&mut name),
            Some(("data", value)) => data.push(value.to_owned()),
            None if line.is_empty() && !data.is_empty() => {
                let message = (std::mem::take(&mut name), std::mem::take(&mut data).join("\n"));
                if out.send(message).is_err() {
                    return;
                }
            }
            Some(_) | None => (),
        }
    }
}
