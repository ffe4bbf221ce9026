//! Decides who may speak to the sandbox at all, and which headers every answer carries.
//!
//! It does not decide who may pay an order beyond naming the session: [`super::merchant`] does.
//!
//! Everybody on a loopback origin may, and the sandbox's own pages by whatever number a phone on the same network opened
//! them: it is a sandbox. `Host` and `Origin` are checked so that a page from elsewhere can't reach it through the
//! shopper's browser, not even by a name that suddenly means 127.0.0.1; a number can't change its meaning.

use super::Shop;
use super::clock::http_date;
use super::problem::Problem;
use super::provider::Place;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

const SESSION: &str = "moongate_sandbox";
/// The cookie that the sign-in page sets.
pub(super) const SIGNED_IN: &str = "moongate_sandbox_signed_in";
const PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Who asks, and where from.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// Where this caller sees the sandbox.
    pub(super) place: Place,
    /// The browser's session; a new one if it came without.
    pub(super) session: String,
    /// Whether the browser signed in at the sandbox.
    pub(super) signed_in: bool,
    /// Whether it came without a session.
    fresh: bool,
}

/// Lets a request in or not, and writes the headers of its answer.
pub(super) async fn watch(State(shop): State<Arc<Shop>>, mut request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let asker = Asker::of(request.headers(), &shop);
    let trusted = origin.as_ref().and_then(|origin| origin.to_str().ok()).is_some_and(|origin| asker.trusts(origin));
    let wished = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let admitted = admitted(&request, &shop, trusted);
    let begins = admitted.is_ok() && asker.fresh && method == Method::POST && path.starts_with("/checkout/");
    let mut response = match admitted {
        Err(problem) => problem.into_response(),
        Ok(()) if preflight(&request) => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => {
            let requested = asker.clone();
            request.extensions_mut().insert(requested);
            next.run(request).await
        }
    };
    write_common(response.headers_mut(), &shop);
    if begins {
        let cookie = format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Lax", asker.session);
        response.headers_mut().extend(HeaderValue::from_str(&cookie).map(|value| (header::SET_COOKIE, value)));
    }
    if let Some(origin) = origin.filter(|_| trusted) {
        write_cors(response.headers_mut(), origin, wished);
    }
    response
}

fn admitted(request: &Request, shop: &Shop, trusted: bool) -> Result<(), Problem> {
    let forbidden = |code, detail: &str| Err(Problem::new(StatusCode::FORBIDDEN, code, detail));
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_none_or(|host| shop.is_own(host)) {
        return forbidden("bad_host", "The sandbox answers to its own address and to loopback names only.");
    }
    let nameless = !request.headers().contains_key(header::ORIGIN);
    if nameless || trusted || is_referrerless_form(request) || is_wallet_page(request) {
        return Ok(());
    }
    forbidden("bad_origin", "The sandbox answers pages of loopback origins only.")
}

/// Whether the body says that it is a form's.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("application/x-www-form-urlencoded"))
}

/// The form way from a page that sends no referrer. Its origin is `null`, like that of a page from elsewhere in a
/// sandboxed frame: only a browser that says where the form was can tell them apart.
fn is_referrerless_form(request: &Request) -> bool {
    let headers = request.headers();
    let is = |name: &str, one_of: &[&str]| headers.get(name).is_some_and(|value| one_of.iter().any(|one| value == one));
    let creation = request.method() == Method::POST && request.uri().path() == "/checkout/payments";
    creation && is_form(headers) && is("origin", &["null"]) && is("sec-fetch-site", &["same-origin", "same-site"])
}

/// Wallets' pages are opened from anywhere; approving in them is not.
fn is_wallet_page(request: &Request) -> bool {
    let path = request.uri().path();
    let opened = path == "/sandbox/wallet" && request.method() == Method::GET;
    opened || super::wallet::PAGES.contains(&path) || path.starts_with("/sandbox/return/")
}

fn preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn write_common(headers: &mut HeaderMap, shop: &Shop) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::DATE) {
        headers.extend(HeaderValue::from_str(&http_date(shop.clock.now())).map(|date| (header::DATE, date)));
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin, Cookie"));
}

/// Whatever headers a page wants to send are allowed, since a merchant's page has its own.
fn write_cors(headers: &mut HeaderMap, origin: HeaderValue, wished: Option<HeaderValue>) {
    let text = HeaderValue::from_static;
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, text("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, text("Date, Retry-After"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, text("GET, POST, PUT, OPTIONS"));
    let wished = wished.unwrap_or_else(|| text("Idempotency-Key, Content-Type"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wished);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, text("600"));
    headers.insert(PRIVATE_NETWORK, text("true"));
}

impl Asker {
    /// Whether pages of this origin may use the sandbox.
    fn trusts(&self, origin: &str) -> bool {
        let loopback = |(scheme, host): (&str, &str)| is_web(scheme) && is_loopback(host);
        origin == self.place.origin || origin.split_once("://").is_some_and(loopback)
    }

    /// Whether shoppers may be sent back to this address.
    pub(super) fn returns_to(&self, address: &str) -> bool {
        origin_of(address).is_some_and(|origin| self.trusts(&origin))
    }

    fn of(headers: &HeaderMap, shop: &Shop) -> Self {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let origin = host.filter(|host| shop.is_own(host)).map(|host| format!("http://{host}"));
        let session = cookie(headers, SESSION).filter(|session| session.starts_with("s_") && session.len() == 24);
        Self {
            place: Place { origin: origin.unwrap_or_else(|| shop.origin.clone()), skew: 0 },
            fresh: session.is_none(),
            session: session.map_or_else(|| shop.dice.id("s_"), str::to_owned),
            signed_in: cookie(headers, SIGNED_IN).is_some(),
        }
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

impl Shop {
    /// Whether a `Host` is the sandbox's.
    fn is_own(&self, host: &str) -> bool {
        is_loopback(host) || is_private(host) || self.origin.split_once("://").is_some_and(|(_, own)| own == host)
    }
}

fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// The origin of an address that a browser and this program read alike; `None` for every other.
pub(super) fn origin_of(address: &str) -> Option<String> {
    let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    let uri: Uri = address.parse().ok().filter(|_| address.len() <= 2_048 && !address.contains(odd))?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    (is_web(scheme) && !authority.contains('@')).then(|| format!("{scheme}://{authority}"))
}

/// Whether a host, with or without a port, is this machine's own whatever a name server says.
fn is_loopback(host: &str) -> bool {
    let named = |name: &str| name == "localhost" || name.ends_with(".localhost");
    name(host).is_some_and(|name| named(&name) || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

/// Whether a host is a number of a private network.
fn is_private(host: &str) -> bool {
    match name(host).and_then(|name| name.parse().ok()) {
        Some(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Some(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        None => false,
    }
}

/// The name or number of a host, without its port.
fn name(host: &str) -> Option<String> {
    let authority: Authority = host.parse().ok().filter(|_| !host.contains('@'))?;
    Some(authority.host().trim_start_matches('[').trim_end_matches(']').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "shop.localhost", "[::1]:80", "127.9.9.9"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.com", "127.0.0.1.evil.com", "localhost.evil.com", "10.0.0.1", "a@127.0.0.1", "", "[::2]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
        for host in ["10.0.0.1:80", "192.168.1.20", "172.16.0.9", "[fd00::1]:8080", "169.254.1.1"] {
            assert!(is_private(host), "{host}");
        }
        for host in ["8.8.8.8", "172.32.0.1", "10.0.0.1.evil.com", "a@10.0.0.1", "127.0.0.1", "[2001:db8::1]", "::"] {
            assert!(!is_private(host), "{host}");
        }
    }

    #[test]
    fn an_address_that_two_readers_could_read_differently_has_no_origin() {
        assert_eq!(origin_of("http://127.0.0.1:9/a?b#c").as_deref(), Some("http://127.0.0.1:9"));
        for odd in [
            "http://127.0.0.1\\@evil.com/",
            "http://127.0.0.1@evil.com/",
            "http://a b/",
            "javascript:alert(1)",
            "//127.0.0.1/",
            "/orders",
            "ftp://127.0.0.1/",
            "http://127.0.0.1/\n",
        ] {
            assert_eq!(origin_of(odd), None, "{odd}");
        }
    }
}
