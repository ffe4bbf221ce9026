//! Asks the merchant's server and listens to it; what comes back becomes an event.
//!
//! It does not read what comes back: [`hearing`] does.

use super::Desk;
use crate::browser::stream::{Message, Stream};
use crate::browser::till::Notice;
use crate::browser::{hearing, keep};
use crate::checkout::machine::{Attempt, Request, State, What};
use crate::checkout::wire::{self, Answer, Reply};
use std::rc::Rc;

impl Desk {
    pub(super) fn send(&mut self, state: &Rc<State>, request: Request, attempt: &Attempt) {
        let (link, setup, state) = (self.link.clone(), self.setup.clone(), state.clone());
        let Some(options) = &setup.options else { return };
        let way_back = wire::way_back(&options.return_url, &attempt.id);
        let body = (request == Request::Create).then(|| wire::creation(&state, attempt, &way_back, &options.locale));
        let (asked, hearing) = (attempt.clone(), setup.clone());
        let done = move |reply: Result<Reply, Answer>, loaded: bool| {
            if loaded {
                hearing.mirror.reading.set(true);
            }
            let answer = match reply {
                Ok(reply) => hearing::answer(&hearing, &state, &asked, request, &reply),
                Err(answer) => Some(answer),
            };
            let Some(answer) = answer else { return };
            if let (Answer::Payment(_), Some(options)) = (&answer, &hearing.options) {
                keep::taken_up(options, &asked.id);
            }
            link.tell(Notice::Happened(What::Answered(request, asked.id, answer)));
        };
        self.request = setup.carrier.send(request, attempt, body, done);
    }

    pub(super) fn listen(&self, url: &str, id: wire::AttemptId) -> Option<Stream> {
        let (link, setup, carrier, key) = (self.link.clone(), self.setup.clone(), &self.setup.carrier, id.clone());
        let heard = move |message| {
            let what = match message {
                Message::Lost => What::StreamLost(id.clone()),
                Message::Ping => What::Heard(id.clone(), None),
                // What reads an action comes with an answer that has one.
                Message::Said(text) if !setup.mirror.reading.get() && wire::has_action(&text) => {
                    What::StreamLost(id.clone())
                }
                Message::Said(text) => What::Heard(id.clone(), hearing::payment(&setup, &id, &text).map(Box::new)),
            };
            link.tell(Notice::Happened(what));
        };
        match &carrier.transport {
            Some(transport) => Stream::subscribe(transport, key.as_str(), heard),
            // A stream can't carry the page's own headers.
            None if carrier.headers.is_some() => {
                heard(Message::Lost);
                None
            }
            None => Stream::open(url, carrier.include_credentials, heard),
        }
    }
}
