//! Listens for one attempt, to the server's event stream or to what the page's own transport says, until it is dropped.
//!
//! What a message means is the core's business.

use super::announce;
use super::page::{self, Listener, Timer};
use js_sys::{Function, Promise};
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventSource, EventSourceInit, MessageEvent, Response};

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

/// A stream that is open, or will be.
#[derive(Debug)]
pub(super) struct Stream {
    /// Empty until then, and where none can be opened.
    _source: Rc<OnceCell<Source>>,
    _tuning: Timer,
}

/// Where messages come from.
#[derive(Debug)]
pub(super) enum Source {
    /// The server's.
    Server { source: EventSource, _listeners: [Listener; 3] },
    /// The transport's: what it calls, and its promise of what ends it.
    Transport { listener: Option<Closure<dyn FnMut(JsValue)>>, end: Promise },
}

impl Stream {
    /// Opens it by `open` once the code is drawn; the first message then is how the payment stands.
    pub(super) fn soon(open: impl Fn() -> Option<Source> + 'static) -> Self {
        let source = Rc::new(OnceCell::new());
        let place = source.clone();
        let tuning = Timer::after(page::DRAWN, move || open().into_iter().for_each(|source| _ = place.set(source)));
        Self { _source: source, _tuning: tuning }
    }
}

impl Source {
    /// Opens the server's.
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
        Some(Self::Server { source, _listeners: listeners })
    }

    /// Subscribes to the page's own transport.
    ///
    /// # Errors
    /// `None` where it has no `subscribe`, or that throws. Until something is heard it is asked all the same.
    #[inline(never)]
    pub(super) fn subscribe(transport: &JsValue, key: &str, heard: impl Fn(Message) + 'static) -> Option<Self> {
        let own = Rc::new(OnceCell::<JsValue>::new());
        let again = own.clone();
        let listener = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
            // Of a response the listener is called again, with its text.
            match answer.dyn_ref::<Response>().and_then(|response| response.text().ok()) {
                Some(text) => {
                    let then = page::function(&text, "then");
                    let _waits = then.zip(again.get()).map(|(then, own)| then.call1(&text, own));
                }
                None => heard(Message::Said(announce::text_of(&answer))),
            }
        });
        let begun = subscribing(transport)?.call2(transport, &key.into(), listener.as_ref()).ok()?;
        let _first = own.set(listener.as_ref().clone());
        Some(Self::Transport { listener: Some(listener), end: Promise::resolve(&begun) })
    }
}

/// The function of the page's own transport that takes the stream's place, if it has one.
pub(super) fn subscribing(transport: &JsValue) -> Option<Function> {
    page::function(transport, "subscribe")
}

impl Drop for Source {
    #[inline(never)]
    fn drop(&mut self) {
        match self {
            Self::Server { source, .. } => source.close(),
            Self::Transport { listener, end } => {
                let (listener, end) = (listener.take(), JsFuture::from(end.clone()));
                spawn_local(async move {
                    if let Some(end) = end.await.ok().and_then(|end| end.dyn_into::<Function>().ok()) {
                        let _ended = end.call0(&JsValue::UNDEFINED);
                    }
                    // Until then the page may call it.
                    drop(listener);
                });
            }
        }
    }
}
