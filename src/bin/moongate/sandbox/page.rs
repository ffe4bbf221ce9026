//! Decides how the sandbox's own pages are made: the frame, its headers, and its address with a query.
//!
//! It does not decide what a page says: [`super::wallet`] and [`super::form`] do.

use crate::escape::{escaped, percent};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The address with these pairs added to its query, before its fragment.
pub(super) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let (address, fragment) = address.split_once('#').map_or((address, None), |(start, end)| (start, Some(end)));
    let mut whole = address.to_owned();
    for (name, value) in pairs {
        whole.push(if whole.contains('?') { '&' } else { '?' });
        whole.push_str(&format!("{name}={}", percent(value)));
    }
    if let Some(fragment) = fragment {
        whole.push('#');
        whole.push_str(fragment);
    }
    whole
}

/// A page of the sandbox.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    /// `zh-CN` or `en`.
    pub(super) language: &'a str,
    pub(super) title: &'a str,
    /// HTML, already safe.
    pub(super) body: String,
    /// Origins that its forms may lead to beside its own.
    pub(super) leads_to: &'a str,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/sandbox/wallet.css\">\n\
             <script src=\"/sandbox/wallet.js\" defer></script>\n</head>\n<body>\n{}\n</body>\n</html>\n",
            self.language,
            escaped(self.title),
            self.body
        );
        let mut response = (self.status, Html(html)).into_response();
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; frame-ancestors 'self'; form-action 'self' {}",
            self.leads_to
        );
        let headers = response.headers_mut();
        headers.extend(HeaderValue::from_str(&policy).map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_added_before_the_fragment() {
        assert_eq!(with_query("http://a/b", &[("c", "d e")]), "http://a/b?c=d%20e");
        assert_eq!(with_query("http://a/b?x=1#top", &[("c", "中"), ("e", "f")]), "http://a/b?x=1&c=%E4%B8%AD&e=f#top");
        assert_eq!(with_query("http://a/#x?y", &[]), "http://a/#x?y");
    }
}
