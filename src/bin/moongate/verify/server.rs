//! Decides how a merchant's server is asked: as a browser would, with a session of its own.
//!
//! It does not judge the answers; it only remembers them for the rules about every answer.

use crate::escape::percent;
use moongate::action::Seconds;
use moongate::checkout::patience::{ANSWER_LIMIT, CREATION_LIMIT};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};
use ureq::http::{HeaderMap, Request, Response};
use ureq::{Agent, Body, SendBody};

/// Where payments are made.
const CREATION: &str = "/payments";

/// A merchant's server.
#[derive(Debug)]
pub(super) struct Server {
    endpoint: String,
    origin: String,
    /// The origin that a browser would say the page has.
    page: String,
    headers: Vec<(String, String)>,
    cookies: Mutex<Vec<(String, String)>>,
    seen: Mutex<Vec<Seen>>,
    /// What payments may live under: every attempt and key that was sent, every id that was answered.
    begun: Mutex<Vec<String>>,
}

/// What is remembered of an answer.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The request's method and path.
    pub(super) what: String,
    pub(super) reply: Reply,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Reply {
    /// A header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; `null` if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// A text member of the body, or nothing.
    pub(super) fn text(&self, key: &str) -> String {
        self.json().get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The clock in its `Date`.
    pub(super) fn date(&self) -> Option<Seconds> {
        let date = httpdate::parse_http_date(self.header("date")).ok()?;
        i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
    }

    /// The answer in a few words, for whoever reads that a rule is broken.
    pub(super) fn short(&self) -> String {
        let body: String = self.body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
        format!("{} {body}", self.status)
    }
}

/// A request to be made.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    method: &'static str,
    /// Below the endpoint, or an absolute address.
    place: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Without the session.
    stranger: bool,
    /// Whether the rules about every answer hold for it: not for pages, preflights and tidying.
    counts: bool,
    /// The keys that it may begin a payment under.
    keys: Vec<String>,
}

impl Ask {
    fn new(method: &'static str, place: impl Into<String>) -> Self {
        Self {
            method,
            place: place.into(),
            headers: Vec::new(),
            body: None,
            stranger: false,
            counts: true,
            keys: Vec::new(),
        }
    }

    pub(super) fn get(place: impl Into<String>) -> Self {
        Self::new("GET", place)
    }

    pub(super) fn post(place: impl Into<String>) -> Self {
        Self::new("POST", place)
    }

    /// What a browser asks before a page of another origin may post a creation.
    pub(super) fn preflight(place: impl Into<String>) -> Self {
        let ask = Self { counts: false, ..Self::new("OPTIONS", place) };
        ask.with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "content-type,idempotency-key")
    }

    /// A creation: this body, with its attempt as the key.
    pub(super) fn creation(wish: &Value) -> Self {
        let key = wish.get("attempt").and_then(Value::as_str).unwrap_or_default();
        let ask = Self { body: Some(wish.to_string()), keys: vec![key.to_owned()], ..Self::post(CREATION) };
        ask.with("Content-Type", "application/json").with("Idempotency-Key", key)
    }

    /// A form's fields, as a browser without script sends them.
    pub(super) fn form(fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let keys = fields.iter().filter(|(name, _)| *name == "attempt").map(|(_, value)| (*value).to_owned()).collect();
        let ask = Self { body: Some(pairs.join("&")), counts: false, keys, ..Self::post(CREATION) };
        ask.with("Content-Type", "application/x-www-form-urlencoded").with("Accept", "text/html")
    }

    /// The same with this header, in the place of one of the same name.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A creation whose header names another attempt than its body.
    pub(super) fn keyed(mut self, key: &str) -> Self {
        self.keys.push(key.to_owned());
        self.with("Idempotency-Key", key)
    }

    /// The same, of which no rule asks anything.
    pub(super) fn tidying(self) -> Self {
        Self { counts: false, ..self }
    }

    /// The same from somebody without the session.
    pub(super) fn by_a_stranger(self) -> Self {
        Self { stranger: true, ..self }
    }
}

impl Server {
    /// The server at this endpoint.
    ///
    /// # Errors
    /// A sentence, if it is no address.
    pub(super) fn at(url: &str, headers: Vec<(String, String)>, page: Option<String>) -> Result<Self, String> {
        let endpoint = url.trim_end_matches('/').to_owned();
        let host = endpoint.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        let (scheme, rest) = host.ok_or_else(|| format!("{url} must be an http or https address: the endpoint"))?;
        let origin = format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default());
        let page = page.unwrap_or_else(|| origin.clone());
        Ok(Self {
            endpoint,
            origin,
            page,
            headers,
            cookies: Mutex::default(),
            seen: Mutex::default(),
            begun: Mutex::default(),
        })
    }

    /// The endpoint's origin.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// What was answered until now, where the rules about every answer hold.
    pub(super) fn seen(&self) -> Vec<Seen> {
        held(&self.seen).clone()
    }

    /// What payments may live under, until it is noted again.
    pub(super) fn take_begun(&self) -> Vec<String> {
        std::mem::take(&mut held(&self.begun))
    }

    /// Notes that a payment may live under this key.
    pub(super) fn note_begun(&self, key: &str) {
        let mut begun = held(&self.begun);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !key.is_empty() && key.bytes().all(plain) && !begun.iter().any(|known| known == key) {
            begun.push(key.to_owned());
        }
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    /// A sentence, if none came.
    pub(super) fn ask(&self, ask: &Ask) -> Result<Reply, String> {
        ask.keys.iter().for_each(|key| self.note_begun(key));
        // The widget waits no longer.
        let limit = Duration::from_millis(if ask.place == CREATION { CREATION_LIMIT } else { ANSWER_LIMIT });
        let mut response = self.send(ask, limit, Some(limit))?;
        let body = response.body_mut().read_to_string().map_err(|fault| format!("the answer broke off: {fault}"))?;
        let reply = Reply { status: response.status().as_u16(), headers: response.headers().clone(), body };
        if !ask.keys.is_empty() && (200..300).contains(&reply.status) {
            self.note_begun(&reply.text("id"));
        }
        if ask.counts {
            held(&self.seen).push(Seen { what: format!("{} {}", ask.method, ask.place), reply: reply.clone() });
        }
        Ok(reply)
    }

    /// Asks, and gives the answer back as soon as its head is there, which must come in this time; `whole` is for all of it.
    ///
    /// # Errors
    /// A sentence, if none came.
    pub(super) fn send(&self, ask: &Ask, head: Duration, whole: Option<Duration>) -> Result<Response<Body>, String> {
        // No connection is kept: after a restart of the server it would be a dead one.
        let settings = Agent::config_builder().http_status_as_error(false).max_redirects(0).max_idle_connections(0);
        let settings = settings.timeout_connect(Some(head)).timeout_recv_response(Some(head)).timeout_global(whole);
        let agent: Agent = settings.build().into();
        let place = &ask.place;
        let url = if place.contains("://") { place.clone() } else { [&self.endpoint, place.as_str()].concat() };
        let mut request = Request::builder().method(ask.method).uri(&url);
        for (name, value) in self.headers_of(ask) {
            request = request.header(name, value);
        }
        let body = ask.body.clone().unwrap_or_default();
        let sent = if ask.method == "POST" {
            request.body(SendBody::from_owned_reader(std::io::Cursor::new(body))).map(|request| agent.run(request))
        } else {
            request.body(SendBody::none()).map(|request| agent.run(request))
        };
        let response = sent.map_err(|fault| format!("{} {url} can't be asked: {fault}", ask.method))?;
        let response = response.map_err(|fault| format!("{} {url} was not answered: {fault}", ask.method))?;
        if !ask.stranger {
            self.keep_cookies(response.headers());
        }
        Ok(response)
    }

    fn headers_of(&self, ask: &Ask) -> Vec<(String, String)> {
        let mut all = ask.clone();
        let length = ask.body.as_ref().map_or(0, String::len);
        if ask.method == "POST" {
            all = all.with("Content-Length", &length.to_string());
        }
        let has = |name: &str| ask.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if ask.method == "POST" && !has("Origin") {
            all = all.with("Origin", &self.page);
        }
        if !has("Accept") {
            all = all.with("Accept", "application/json");
        }
        if !ask.stranger {
            let cookies: Vec<_> = held(&self.cookies).iter().map(|(name, value)| format!("{name}={value}")).collect();
            let given = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
            let cookies: Vec<_> = given.map(|(_, value)| value.clone()).chain(cookies).collect();
            for (name, value) in &self.headers {
                all = all.with(name, value);
            }
            if !cookies.is_empty() {
                all = all.with("Cookie", &cookies.join("; "));
            }
        }
        all.headers
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let set = headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        for (name, value) in set.filter_map(|line| line.split(';').next()?.split_once('=')) {
            let mut cookies = held(&self.cookies);
            cookies.retain(|(known, _)| known != name.trim());
            cookies.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
