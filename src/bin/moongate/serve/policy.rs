//! Decides the headers that go with every answer: what our pages may do, and how long anything is kept.
//!
//! It does not decide what is answered. The demo runs under the policy that the guide asks of merchants, and so proves it.

use axum::http::header::{self, HeaderName, HeaderValue};
use axum::response::Response;

/// What our own pages may do; the guide shows this very line.
pub(super) const PAGES: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'";

/// Tells a wallet's page the origin that a shopper comes from, which WeChat Pay's asks for, and nothing of the address.
const REFERRER: &str = "strict-origin-when-cross-origin";

/// What our own pages may do, unless the answer says it itself.
pub(super) async fn ours(mut answer: Response) -> Response {
    unless_said(&mut answer, header::CONTENT_SECURITY_POLICY, PAGES);
    unless_said(&mut answer, header::REFERRER_POLICY, REFERRER);
    answer
}

/// The widget may be embedded by a page of any origin, as from a CDN.
pub(super) async fn widget(mut answer: Response) -> Response {
    unless_said(&mut answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    unless_said(&mut answer, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    if answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "video/vnd.dlna.mpeg-tts") {
        // The one guess for `.ts` that is wrong here.
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    answer
}

/// Everything is asked for again each time, since somebody is working on it; its tag spares the bytes.
pub(super) async fn everywhere(mut answer: Response) -> Response {
    unless_said(&mut answer, header::CACHE_CONTROL, "no-cache");
    unless_said(&mut answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    answer
}

fn unless_said(answer: &mut Response, name: HeaderName, value: &'static str) {
    answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::REFERRER;

    #[test]
    fn the_guide_asks_for_the_headers_that_its_own_pages_have() {
        for guide in [
            include_str!("../../../../www/guide/security.html"),
            include_str!("../../../../www/guide/security.zh-CN.html"),
        ] {
            assert!(guide.contains(&format!("Referrer-Policy: {REFERRER}\n")));
        }
    }
}
