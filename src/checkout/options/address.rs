//! Decides what an address in the options means: where it leads from this page, and whose origin it has.
//!
//! It does not judge where a provider may lead ([`crate::action::url`] does); these addresses are the page's own.

use super::field::is_hidden;

/// Longest address that is read, in bytes.
const MAX: usize = 2048;

/// An http or https address in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `https` or not.
    pub https: bool,
    /// Host and port as they stand after `//`, in lower case, without the scheme's own port.
    pub authority: String,
    /// Path, query and fragment: empty, or from the first `/`, `?` or `#` on.
    pub rest: String,
}

impl Address {
    /// Reads an absolute http or https address, without user name or password.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, after) = text.split_once(':')?;
        let after = after.strip_prefix("//")?;
        let https = scheme.eq_ignore_ascii_case("https");
        let (authority, rest) = after.split_at_checked(after.find(['/', '?', '#']).unwrap_or(after.len()))?;
        let whole = authority.to_ascii_lowercase();
        let authority = whole.strip_suffix(if https { ":443" } else { ":80" }).unwrap_or(&whole);
        let known = https || scheme.eq_ignore_ascii_case("http");
        let fit = known && text.len() <= MAX && fits(rest) && is_authority(&whole);
        fit.then(|| Self { https, authority: authority.to_owned(), rest: rest.to_owned() })
    }

    /// Where a reference leads from this page: an absolute address, `//host/path`, `/path`, `path`, `?query` or `#part`.
    pub fn join(&self, reference: &str) -> Option<Self> {
        let path = self.rest.split(['?', '#']).next().unwrap_or_default();
        let above = path.rfind('/').and_then(|at| path.get(..at)).unwrap_or_default();
        let rest = match reference.as_bytes() {
            [] | [b'#', ..] => [self.rest.split('#').next().unwrap_or_default(), reference].concat(),
            [b'?', ..] => [path, reference].concat(),
            [b'/', b'/', ..] => return Self::parse(&[self.scheme(), ":", reference].concat()),
            [b'/', ..] => reference.to_owned(),
            _ if has_scheme(reference) => return Self::parse(reference),
            _ => [above, "/", reference].concat(),
        };
        (rest.len() <= MAX && fits(&rest)).then(|| Self { rest: without_dots(&rest), ..self.clone() })
    }

    /// The address as text.
    pub fn text(&self) -> String {
        [self.scheme(), "://", &self.authority, &self.rest].concat()
    }

    /// Whether both have one scheme, host and port.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.https == other.https && self.authority == other.authority
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    pub fn host(&self) -> &str {
        split_port(&self.authority).0
    }

    /// Whether the host is this machine or on a private network: loopback, `localhost` and names under it, `10/8`,
    /// `172.16/12`, `192.168/16`, `169.254/16`.
    ///
    /// # Source
    /// RFC 1918, RFC 3927, RFC 6761 6.3, read 2026-11-22.
    pub fn is_private(&self) -> bool {
        let host = self.host();
        let near = |ip: [u8; 4]| matches!(ip, [127 | 10, ..] | [192, 168, ..] | [169, 254, ..] | [172, 16..=31, ..]);
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || ipv4(host).is_some_and(near)
    }

    fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }
}

/// Whether this is a host name or address without a port, in lower case.
pub(super) fn is_host(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(ipv6) => ipv6.contains(':') && ipv6.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'),
        None => {
            let plain = (1..=253).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with(['.', '-']);
            plain && (!ends_in_number(text) || ipv4(text).is_some())
        }
    }
}

/// Whether browsers read such a host as an IPv4 address, however few or odd its numbers are.
///
/// # Source
/// URL Standard, "ends in a number checker", read 2026-11-22.
fn ends_in_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    hex || !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())
}

/// The four numbers of an IPv4 address as it is usually written: a zero before a number would make it octal.
fn ipv4(host: &str) -> Option<[u8; 4]> {
    let number = |part: &str| part.parse().ok().filter(|_| part == "0" || !part.starts_with(['0', '+']));
    host.split('.').map(number).collect::<Option<Vec<u8>>>()?.try_into().ok()
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    is_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|_| !port.starts_with(['+', '0'])))
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Whether no character stands in it that browsers drop or turn round, or that hides where it leads.
fn fits(text: &str) -> bool {
    !text.chars().any(|c| is_hidden(c) || c.is_whitespace() || matches!(c, '\\' | '<' | '>' | '"'))
}

fn has_scheme(reference: &str) -> bool {
    reference.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'))
}

/// The path with `.` and `..` resolved, as a browser would; query and fragment stay.
fn without_dots(rest: &str) -> String {
    let (path, tail) = rest.split_at_checked(rest.find(['?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    let last = path.split('/').count();
    let mut parts: Vec<&str> = Vec::new();
    for (index, part) in path.split('/').enumerate().skip(1) {
        let dots = matches!(part, "." | "..");
        if part == ".." {
            parts.pop();
        } else if !dots {
            parts.push(part);
        }
        if dots && index + 1 == last {
            parts.push("");
        }
    }
    [if path.is_empty() { "" } else { "/" }, &parts.join("/"), tail].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(page: &str, reference: &str) -> Option<String> {
        Address::parse(page).unwrap().join(reference).map(|address| address.text())
    }

    #[test]
    fn references_lead_where_a_browser_takes_them() {
        let cases = [
            ("/checkout", "https://shop.example/checkout"),
            ("checkout", "https://shop.example/cart/checkout"),
            ("./checkout", "https://shop.example/cart/checkout"),
            ("../checkout", "https://shop.example/checkout"),
            ("../../../a/./b/../c/", "https://shop.example/a/c/"),
            ("..", "https://shop.example/"),
            ("a//b", "https://shop.example/cart/a//b"),
            ("", "https://shop.example/cart/pay.html?step=2"),
            ("?step=3", "https://shop.example/cart/pay.html?step=3"),
            ("#paid", "https://shop.example/cart/pay.html?step=2#paid"),
            ("//api.example/v1", "https://api.example/v1"),
            ("https://api.example/v1", "https://api.example/v1"),
            ("HTTPS://API.Example:443/V1", "https://api.example/V1"),
            ("http://127.0.0.1:8080/checkout", "http://127.0.0.1:8080/checkout"),
            ("/订单/1?a=../b", "https://shop.example/订单/1?a=../b"),
        ];
        for (reference, address) in cases {
            let found = from("https://shop.example/cart/pay.html?step=2#top", reference);
            assert_eq!(found.as_deref(), Some(address), "{reference}");
        }
        assert_eq!(from("https://shop.example", "checkout").as_deref(), Some("https://shop.example/checkout"));
    }

    #[test]
    fn what_is_not_a_web_address_leads_nowhere() {
        let long = ["/", &"a".repeat(2048)].concat();
        let wrong = [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://shop.example/",
            "https://user:secret@shop.example/",
            "https://",
            "https:///checkout",
            "https://shop.example:99999/",
            "https://256.0.0.1/",
            "https://shop.example:+80/",
            "https://shop.example:0443/",
            "https://shop.example:443:443/",
            "https://shop example/",
            "https://商店.example/",
            "//evil\\.example/",
            "/check out",
            "/check\tout",
            "/\u{202e}tuo",
            "\\\\evil.example",
            "mailto:a@b.example",
            long.as_str(),
        ];
        for reference in wrong {
            assert_eq!(from("https://shop.example/cart/", reference), None, "{reference}");
        }
    }

    #[test]
    fn a_page_that_is_no_web_page_is_no_address() {
        for wrong in ["", "about:blank", "about:srcdoc", "file:///home/shop.html", "blob:https://a.example/1", "/"] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_origin_is_one_scheme_host_and_port() {
        let same = |a: &str, b: &str| Address::parse(a).unwrap().same_origin(&Address::parse(b).unwrap());
        assert!(same("https://shop.example/a", "https://SHOP.example:443/b?c"));
        assert!(same("http://shop.example", "http://shop.example:80/"));
        for other in
            ["http://shop.example", "https://shop.example:8443", "https://shop.example.evil", "https://a.shop.example"]
        {
            assert!(!same("https://shop.example/", other), "{other}");
        }
    }

    #[test]
    fn private_pages_are_those_on_loopback_and_private_addresses() {
        let private = [
            "http://localhost/",
            "http://localhost:8080/",
            "http://shop.localhost/",
            "http://127.0.0.1:3000/",
            "http://127.9.9.9/",
            "http://[::1]:8080/",
            "http://10.0.0.8/",
            "http://172.16.0.1/",
            "http://172.31.255.1/",
            "https://192.168.1.20/",
            "http://169.254.1.1/",
        ];
        for page in private {
            assert!(Address::parse(page).unwrap().is_private(), "{page}");
        }
        let public = [
            "https://shop.example/",
            "https://localhost.evil.example/",
            "https://notlocalhost/",
            "https://127.0.0.1.evil.example/",
            "https://10.evil.example/",
            "https://172.15.0.1/",
            "https://172.32.0.1/",
            "https://192.169.1.1/",
            "https://169.253.1.1/",
            "https://11.0.0.1/",
            "https://[::2]/",
        ];
        for page in public {
            assert!(!Address::parse(page).unwrap().is_private(), "{page}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_more() {
        for host in ["shop.example", "127.0.0.1", "[::1]", "xn--fiq228c.example", "a", "1a.2b", "0xyz"] {
            assert!(is_host(host), "{host}");
        }
        for wrong in [
            "",
            "Shop.example",
            "https://shop.example",
            "shop.example:8080",
            "shop.example/",
            "*.example",
            ".a",
            "[1]",
            "[x::]",
            "127.1",
            "2130706433",
            "0x7f000001",
            "127.0.0.01",
            "shop.1",
            "127.0.0.1.",
        ] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
