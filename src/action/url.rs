//! Decides what may be opened, and which hosts are a provider's own.
//!
//! It does not resolve or re-encode: an address is judged and kept as it was given, since signatures cover its text.

use super::Refusal;
use super::text::{after, cut};

/// Longest address, in characters.
pub(super) const MAX_URL: usize = 8192;

/// Schemes that open a wallet's app. Payload reference 4.1, read 2026-11-22.
const SCHEMES: &str = "alipays alipay alipayqr alipayhk weixin upwrp uppaywallet cmpay";

/// Android packages that an `intent:` may open. Payload reference 0.3, read 2026-11-22.
const PACKAGES: &str = "com.eg.android.AlipayGphone com.tencent.mm com.unionpay hk.alipay.wallet com.cmcc.hebao";

/// A list of hosts, divided by spaces: `host`, `*.suffix` for what lies under it, `*` for any https host.
/// One that begins with `?` is a test host. A word in brackets is no host: `[http]` says that plain http is upgraded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hosts<'a>(pub(super) &'a str);

impl Hosts<'_> {
    /// Whether the list has this host other than by `*`.
    pub(super) fn name(self, host: &str) -> bool {
        self.0.split(' ').any(|entry| covers(entry.trim_start_matches('?'), host))
    }

    /// Whether this is one of its test hosts.
    pub(super) fn test(self, host: &str) -> bool {
        self.0.split(' ').any(|entry| entry.strip_prefix('?').is_some_and(|entry| covers(entry, host)))
    }

    /// Whether the list has this word.
    pub(super) fn says(self, word: &str) -> bool {
        self.0.split(' ').any(|entry| entry == word)
    }
}

fn covers(entry: &str, host: &str) -> bool {
    match entry.strip_prefix("*.") {
        Some(suffix) => {
            let stem = host.len().checked_sub(suffix.len()).and_then(|at| host.split_at_checked(at));
            stem.is_some_and(|(stem, end)| stem.ends_with('.') && end.eq_ignore_ascii_case(suffix)) && ordinary(host)
        }
        None => entry.eq_ignore_ascii_case(host),
    }
}

/// The scheme, if the text begins with one: what stands before the first `:`.
pub(super) fn scheme(url: &str) -> &str {
    cut(url, ":").map_or("", |(scheme, _)| scheme)
}

/// Whether the text begins with this scheme, in either case.
pub(super) fn has_scheme(url: &str, scheme_: &str) -> bool {
    scheme(url).eq_ignore_ascii_case(scheme_)
}

/// Refuses what browsers drop or read otherwise: white space, control and invisible characters, backslashes.
///
/// # Errors
/// [`Refusal::UnsafeUrl`].
pub(super) fn plain(url: &str) -> Result<(), Refusal> {
    let odd = |c: char| c <= ' ' || c == '\\' || (c > '~' && (c.is_whitespace() || c.is_control() || invisible(c)));
    if url.is_empty() || url.contains(odd) { Err(Refusal::UnsafeUrl) } else { Ok(()) }
}

/// Characters that change how a line reads and cannot be seen.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The host of an https address, if it is one we could open.
///
/// # Errors
/// [`Refusal::UnsafeUrl`] for another scheme, a port, userinfo or odd characters; [`Refusal::UntrustedHost`] for a host
/// that is not letters, digits, dots and hyphens, since what it looks like is not what it is.
pub(super) fn host(url: &str) -> Result<&str, Refusal> {
    plain(url)?;
    let rest = url.get(8..).filter(|_| url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")));
    let authority = authority(rest.unwrap_or_default());
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    if host.is_empty() || host.contains(['@', ':']) {
        return Err(Refusal::UnsafeUrl);
    }
    if is_name(host) { Ok(host) } else { Err(Refusal::UntrustedHost(host.to_owned())) }
}

/// Whether this is letters, digits and hyphens between dots: the only hosts that an action may lead to.
pub(crate) fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

/// What stands before the path of an address, given what follows its `//`.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Refuses an address of an app in which browsers read no host, a port or a user name: letters, digits, `.`, `-` and `_`
/// may stand after its `//`.
///
/// # Errors
/// [`Refusal::UnsafeUrl`].
pub(super) fn app(url: &str) -> Result<(), Refusal> {
    plain(url)?;
    let place = authority(after(url, ":").strip_prefix("//").unwrap_or_default());
    let fit = place.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if fit { Ok(()) } else { Err(Refusal::UnsafeUrl) }
}

/// Whether a host that is not named whole may pass, under a suffix or where any host may: a name under a domain, no number in disguise, and no
/// letters of other scripts in disguise.
pub(super) fn ordinary(host: &str) -> bool {
    let ends_in_name = |end: &str| end.starts_with(|c: char| c.is_ascii_alphabetic());
    let disguised = |label: &str| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    host.rsplit_once('.').is_some_and(|(_, end)| ends_in_name(end)) && !host.split('.').any(disguised)
}

/// Whether the address lies on this origin, for example `http://127.0.0.1:8080`.
///
/// # Errors
/// [`Refusal::UntrustedHost`], naming the address's origin; [`Refusal::UnsafeUrl`] for odd characters.
pub(super) fn on_origin(url: &str, origin: &str) -> Result<(), Refusal> {
    plain(url)?;
    let rest = url.strip_prefix(origin).filter(|_| !origin.is_empty());
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
        return Ok(());
    }
    let end = url.match_indices(['/', '?', '#']).nth(2).map_or(url.len(), |(at, _)| at);
    Err(Refusal::UntrustedHost(url.get(..end).unwrap_or_default().to_owned()))
}

/// An app link as it may be opened; from an `intent:`, the page that it would fall back to is dropped.
///
/// # Errors
/// [`Refusal::UnsafeUrl`] for any other scheme or package.
pub(super) fn app_link(url: &str) -> Result<String, Refusal> {
    app(url)?;
    let known = |scheme: &str| Hosts(SCHEMES).name(scheme);
    if known(scheme(url)) { Ok(url.to_owned()) } else { intent(url, known).ok_or(Refusal::UnsafeUrl) }
}

/// `intent://…#Intent;scheme=…;package=…;end` with these two named once each and nothing that picks another component.
fn intent(url: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let (path, intent) = cut(url, "#Intent;").filter(|_| has_scheme(url, "intent"))?;
    let (mut kept, mut scheme, mut package) = ([path, "#Intent;"].concat(), 0, 0);
    for part in intent.strip_suffix(";end")?.split(';') {
        match cut(part, "=")? {
            ("S.browser_fallback_url", _) => continue,
            ("scheme", value) if known(value) => scheme += 1,
            ("package", value) if Hosts(PACKAGES).says(value) => package += 1,
            ("action", "android.intent.action.VIEW") | ("category", "android.intent.category.BROWSABLE") => {}
            _ => return None,
        }
        kept.push_str(part);
        kept.push(';');
    }
    kept.push_str("end");
    (scheme == 1 && package == 1 && !path.contains('#')).then_some(kept)
}

/// Whether this is a raster picture in a `data:` address.
pub(super) fn is_picture(url: &str) -> bool {
    let body = url.strip_prefix("data:image/").and_then(|rest| cut(rest, ";base64,"));
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    body.is_some_and(|(kind, body)| {
        matches!(kind, "png" | "jpeg" | "gif" | "webp") && !body.is_empty() && body.bytes().all(letter)
    })
}

/// The address with these pairs as its query, percent-encoded, in the order given.
pub(super) fn with_query(url: &str, fields: &[(String, String)]) -> String {
    let mut whole = url.to_owned();
    for (index, (name, value)) in fields.iter().enumerate() {
        whole.push(if index > 0 || url.contains('?') { '&' } else { '?' });
        encode(name, &mut whole);
        whole.push('=');
        encode(value, &mut whole);
    }
    whole
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            for nibble in [byte >> 4, byte & 15] {
                into.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
}

/// The address with plain http made https.
pub(super) fn upgraded(url: &str) -> String {
    match url.get(..7).filter(|start| start.eq_ignore_ascii_case("http://")).and_then(|_| url.get(4..)) {
        Some(rest) => ["https", rest].concat(),
        None => url.to_owned(),
    }
}

/// What follows `?` in an address, without its fragment.
pub(super) fn query(url: &str) -> &str {
    after(cut(url, "#").map_or(url, |(url, _)| url), "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_only_from_an_https_address_without_port_or_userinfo() {
        assert_eq!(host("https://wx.tenpay.com/a?b#c"), Ok("wx.tenpay.com"));
        assert_eq!(host("HTTPS://QR.ALIPAY.COM:443?x"), Ok("QR.ALIPAY.COM"));
        for wrong in [
            "",
            "https:",
            "https://",
            "https:///wx.tenpay.com",
            "https:/wx.tenpay.com",
            "http://wx.tenpay.com/",
            "https://a@wx.tenpay.com/",
            "https://wx.tenpay.com:8443/",
            "https://wx.tenpay.com:/",
            "https://[::1]/",
            "https:\\\\wx.tenpay.com",
            "https://wx.tenpay.com\\@evil.example",
            " https://wx.tenpay.com/",
            "https://wx.tenpay.com/a b",
            "https://wx.ten\tpay.com/",
            "https://wx.tenpay.com/\u{7f}",
            "https://wx.tenpay.com/\u{202e}",
            "https://wx.tenpay.com/\u{3000}",
            "https://wx.tenpay.com/\u{0}",
            "javascript:alert(1)",
            "data:text/html,x",
            "//wx.tenpay.com/",
            "wx.tenpay.com",
        ] {
            assert_eq!(host(wrong), Err(Refusal::UnsafeUrl), "{wrong:?}");
        }
    }

    #[test]
    fn a_host_in_disguise_is_nobodys() {
        for wrong in
            ["wx.tenpay.com.", "wх.tenpay.com", "wx.tenpay%2ecom", "wx..tenpay.com", "-a.example", "a_b.example"]
        {
            assert_eq!(host(&["https://", wrong, "/"].concat()), Err(Refusal::UntrustedHost(wrong.to_owned())));
        }
    }

    #[test]
    fn a_list_covers_its_hosts_and_no_look_alikes() {
        let hosts = Hosts("pay.example *.stripe.com ?test.example [http]");
        for (host, named, test) in [
            ("pay.example", true, false),
            ("PAY.EXAMPLE", true, false),
            ("test.example", true, true),
            ("hooks.stripe.com", true, false),
            ("a.b.stripe.com", true, false),
            ("stripe.com", false, false),
            ("evilstripe.com", false, false),
            ("pay.example.evil", false, false),
            ("a.pay.example", false, false),
            ("xn--a.stripe.com", false, false),
            (".stripe.com", true, false),
            ("http", false, false),
        ] {
            assert_eq!((hosts.name(host), hosts.test(host)), (named, test), "{host}");
        }
        assert!(host("https://.stripe.com/").is_err(), "an empty label never gets here");
    }

    #[test]
    fn where_any_host_may_pass_a_number_or_punycode_may_not() {
        assert!(ordinary("pay.shop.example"));
        for wrong in ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "xn--80ak6aa92e.com", "a.XN--P1AI"] {
            assert!(!ordinary(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_test_origin_is_compared_whole() {
        let origin = "http://127.0.0.1:8080";
        for right in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/pay?x", "http://127.0.0.1:8080#a"] {
            assert_eq!(on_origin(right, origin), Ok(()), "{right}");
        }
        for (wrong, named) in [
            ("http://127.0.0.1:80801/", "http://127.0.0.1:80801"),
            ("http://127.0.0.1:8080@evil.example/", "http://127.0.0.1:8080@evil.example"),
            ("https://127.0.0.1:8080/", "https://127.0.0.1:8080"),
            ("https://wx.tenpay.com/x/y", "https://wx.tenpay.com"),
        ] {
            assert_eq!(on_origin(wrong, origin), Err(Refusal::UntrustedHost(named.to_owned())), "{wrong}");
        }
        assert_eq!(on_origin("http://127.0.0.1:8080/\\evil", origin), Err(Refusal::UnsafeUrl));
        assert!(on_origin("/pay", "").is_err());
    }

    #[test]
    fn an_app_link_opens_a_wallet_and_nothing_else() {
        for right in [
            "alipays://platformapi/startapp?saId=10000007",
            "WEIXIN://wap/pay?x",
            "upwrp://uppayservice/?style=token",
            "intent://x#Intent;action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;scheme=alipays;package=com.unionpay;end",
        ] {
            assert_eq!(app_link(right), Ok(right.to_owned()));
        }
        for wrong in [
            "javascript:alert(1)",
            "tel:10086",
            "intent://x#Intent;scheme=alipays;end",
            "sms:1",
            "alipays:a b",
            "intent://x#Intent;scheme=alipays;package=com.evil;end",
            "intent://x#Intent;scheme=file;package=com.unionpay;end",
            "intent://x#Intent;scheme=alipays;package=com.unionpay;component=com.evil/.Main;end",
            "intent://x#Intent;scheme=alipays;package=com.unionpay;SEL;package=com.evil;end",
            "intent://x#Intent;scheme=alipays;package=com.unionpay;package=com.tencent.mm;end",
            "intent://x#Intent;scheme=alipays;package=com.unionpay",
            "intent://x#y#Intent;scheme=alipays;package=com.unionpay;end",
            "alipaysx://",
            "alipays://evil@platformapi/startapp",
            "alipays://platformapi:80/startapp",
            "weixin://wap<b>/pay",
            "intent://a@b#Intent;scheme=alipays;package=com.unionpay;end",
            ":",
            "",
        ] {
            assert_eq!(app_link(wrong), Err(Refusal::UnsafeUrl), "{wrong}");
        }
    }

    #[test]
    fn the_fallback_page_of_an_intent_is_dropped() {
        let link = "intent://x#Intent;scheme=alipays;package=com.eg.android.AlipayGphone;S.browser_fallback_url=https%3A%2F%2Fevil.example;end";
        assert_eq!(app_link(link).unwrap(), "intent://x#Intent;scheme=alipays;package=com.eg.android.AlipayGphone;end");
    }

    #[test]
    fn a_picture_is_a_raster_one() {
        assert!(is_picture("data:image/png;base64,iVBORw0KGgo="));
        for wrong in [
            "data:image/svg+xml;base64,AAAA",
            "data:text/html;base64,AAAA",
            "data:image/png,AAAA",
            "data:image/png;base64,",
            "data:image/png;base64,A A",
            "data:image/png;x;base64,AAAA",
        ] {
            assert!(!is_picture(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_query_is_encoded_whole() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [pair("a b", "1&2=3"), pair("名", "+~")];
        assert_eq!(with_query("https://x.example/", &fields), "https://x.example/?a%20b=1%262%3D3&%E5%90%8D=%2B~");
        assert_eq!(with_query("https://x.example/?y", &[pair("a", "")]), "https://x.example/?y&a=");
    }
}
