//! Listens to the server's event stream for one attempt, and closes it when it is dropped.
//!
//! What a message means is the core's business.

use super::page::Listener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventSource, EventSourceInit, MessageEvent};

/// What came through the stream.
#[derive(Debug)]
pub(super) enum Message {
    /// A payment, as text.
    Said(String),
    /// A sign of life.
    Ping,
    /// The stream failed; asking goes on without it.
    Lost,
}

/// An open stream.
#[derive(Debug)]
pub(super) struct Stream {
    source: EventSource,
    _listeners: [Listener; 3],
}

impl Stream {
    /// Opens it.
    ///
    /// # Errors
    /// `None` where there is no `EventSource`, or it refuses the address.
    #[inline(never)]
    pub(super) fn open(url: &str, credentials: bool, heard: impl Fn(Message) + Clone + 'static) -> Option<Self> {
        let init = EventSourceInit::new();
        init.set_with_credentials(credentials);
        let source = EventSource::new_with_event_source_init_dict(url, &init).ok()?;
        let (said, ping, lost) = (heard.clone(), heard.clone(), heard);
        let text = |event: JsValue| event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
        let listeners = [
            Listener::new(&source, "message", move |event| said(text(event).map_or(Message::Ping, Message::Said))),
            Listener::new(&source, "ping", move |_| ping(Message::Ping)),
            Listener::new(&source, "error", move |_| lost(Message::Lost)),
        ];
        Some(Self { source, _listeners: listeners })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}
