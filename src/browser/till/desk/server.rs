//! Asks the merchant's server and listens to it; what comes back becomes an event.
//!
//! It does not read what comes back: [`hearing`] does.

use super::Desk;
use crate::browser::stream::{Message, Source, Stream};
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

    pub(super) fn listen(&self, url: String, id: wire::AttemptId) -> Stream {
        let (link, setup, carrier) = (self.link.clone(), self.setup.clone(), self.setup.carrier.clone());
        let of = id.clone();
        let heard = move |message| {
            let what = match message {
                Message::Lost => What::StreamLost(of.clone()),
                Message::Ping => What::Heard(of.clone(), None),
                // What reads an action comes with an answer that has one.
                Message::Said(text) if !setup.mirror.reading.get() && wire::has_action(&text) => {
                    What::StreamLost(of.clone())
                }
                Message::Said(text) => What::Heard(of.clone(), hearing::payment(&setup, &of, &text).map(Box::new)),
            };
            link.tell(Notice::Happened(what));
        };
        Stream::soon(move || match &carrier.transport {
            Some(transport) => Source::subscribe(transport, id.as_str(), heard.clone()),
            // A stream can't carry the page's own headers.
            None if carrier.headers.is_some() => {
                heard(Message::Lost);
                None
            }
            None => Source::open(&url, carrier.include_credentials, heard.clone()),
        })
    }
}
