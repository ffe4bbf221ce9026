//! Every entry through which something foreign comes in, with the rules that hold for whatever is put there.
//!
//! The fuzzers (`targets/`) and the ordinary tests (`tests/it/fuzz.rs`, which replays `corpus/`) both go through here: each
//! entry takes bytes and panics where a rule is broken.

#[path = "judge.rs"]
pub mod judge;
#[path = "kept.rs"]
pub mod kept;
#[path = "tree.rs"]
pub mod tree;

use moongate::action::emv::Emv;
use moongate::action::terms::Terms;
use moongate::action::{Action, Refusal, Seconds, Trust, code as codes, signature};
use moongate::checkout::environment::Device;
use moongate::checkout::json::{Json, JsonError};
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::options::{Address, Options, Page};
use url::{Host, Url};

/// The time that everything is read at: 2027-01-15.
pub const NOW: Seconds = 1_800_000_000;

/// The one origin of test mode.
const TEST: &str = "http://127.0.0.1:8080";

/// An entry: its name, which its folder in `corpus/` has too, and what it does with an input.
pub type Entry = (&'static str, fn(&[u8]));

/// All of them.
pub const ENTRIES: [Entry; 10] = [
    ("json", json),
    ("response", response),
    ("tree", tree),
    ("form", form),
    ("xml", xml),
    ("pairs", pairs),
    ("address", address),
    ("code", code),
    ("emv", emv),
    ("options", options),
];

/// The reader of JSON takes what `serde_json` takes, but for deep nesting and double keys, and means the same by it.
pub fn json(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let other = serde_json::from_str::<serde_json::Value>(text);
    match Json::read(text) {
        Ok(json) => {
            // Not a value, since there a number may be too large.
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "{text}");
            assert!(other.is_err() || same(&json, &other.unwrap_or_default()), "{text}");
            assert_eq!(Json::read(&json.written()), Ok(json), "{text}");
        }
        Err(JsonError::Malformed(at)) => assert!(other.is_err() && at <= text.len(), "{text}"),
        Err(JsonError::TooDeep | JsonError::DuplicateKey) => {}
    }
}

fn same(json: &Json, other: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (json, other) {
        (Json::Null, Value::Null) | (Json::Number(_), Value::Number(_)) => true,
        (Json::Bool(one), Value::Bool(other)) => one == other,
        (Json::Text(one), Value::String(other)) => one == other,
        (Json::List(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Value::Object(other)) => {
            let held = |(key, value): &(String, Json)| other.get(key).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(held)
        }
        _ => false,
    }
}

/// Any text as a response.
pub fn response(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        read(text);
    }
}

/// A response made of the keys and words that providers use.
pub fn tree(input: &[u8]) {
    let json = tree::grown(input);
    for trust in trusts() {
        if let Ok(action) = Action::read_json(&json, NOW, &trust) {
            held(&action, &trust);
        }
    }
    read(&json.written());
}

/// A response in HTML.
pub fn form(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        read(&["<form", text].concat());
    }
}

/// A response in XML.
pub fn xml(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        read(&["<xml>", text].concat());
    }
}

/// A response of `k=v` pairs.
pub fn pairs(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    read(text);
    let signed = [text, "&sign=x"].concat();
    for before in ["method=alipay.trade.app.pay&", "respCode=00&merId=1&", "returnCode=000000&hmac=a&payUrl=url<hi:=>"]
    {
        read(&[before, &signed].concat());
    }
}

/// An address wherever a response may have one.
pub fn address(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    read(text);
    let known = Json::from_text;
    let code = || known("weixin://wxpay/bizpayurl?pr=a");
    let object = |pairs: &[(&str, &str)]| {
        Json::Object(pairs.iter().map(|(key, value)| ((*key).to_owned(), known(value))).collect())
    };
    let redirect = |kind: &str| object(&[("type", kind), ("url", text)]);
    let mut posted = redirect("redirect");
    if let Json::Object(members) = &mut posted {
        members.push(("method".to_owned(), known("POST")));
        members.push(("fields".to_owned(), object(&[("a", "b")])));
    }
    for json in [
        redirect("redirect"),
        redirect("deeplink"),
        posted,
        object(&[("h5_url", text)]),
        object(&[("type", "deeplink"), ("url", "alipays://x"), ("fallback", text)]),
        object(&[("type", "qr"), ("image", text)]),
        object(&[("type", "qr"), ("payload", text), ("provider", "stripe")]),
        Json::object([("code_url", code()), ("h5_url", known(text))]),
        Json::object([("result", object(&[("resultStatus", "U")])), ("normalUrl", known(text))]),
        Json::object([
            ("result", object(&[("resultStatus", "U")])),
            ("applinkUrl", known(text)),
            ("schemeUrl", known(text)),
        ]),
        Json::object([
            ("object", "payment_intent".into()),
            ("status", "requires_action".into()),
            (
                "next_action",
                Json::object([("type", "redirect_to_url".into()), ("redirect_to_url", object(&[("url", text)]))]),
            ),
        ]),
        object(&[
            ("returnCode", "000000"),
            ("hmac", "a"),
            ("payUrl", &["url<hi:=>", text, "<hi:$$>sessionId<hi:=>1"].concat()),
        ]),
    ] {
        for trust in trusts() {
            if let Ok(action) = Action::read_json(&json, NOW, &trust) {
                held(&action, &trust);
            }
        }
    }
    joined(text);
}

/// The text of a code.
pub fn code(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (kind, readers) = (codes::kind(text), codes::read_by(Some(text), "alipay gift"));
    assert!(kind.is_some() || readers == "alipay gift" && !codes::collects(text), "{readers}: {text}");
    let unionpay = Json::object([("respCode", "00".into()), ("merId", "1".into()), ("qrCode", text.into())]);
    for json in [
        Json::object([("type", "qr".into()), ("payload", text.into())]),
        Json::object([("code_url", text.into())]),
        Json::object([(
            "alipay_trade_precreate_response",
            Json::object([("code", "10000".into()), ("qr_code", text.into())]),
        )]),
        unionpay,
        Json::object([("respcd", "0000".into()), ("syssn", "1".into()), ("qrcode", text.into())]),
    ] {
        for trust in trusts() {
            if let Ok(action) = Action::read_json(&json, NOW, &trust) {
                held(&action, &trust);
            }
        }
    }
}

/// An EMV text: as it is, and with the head and the checksum that it needs.
pub fn emv(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let body = ["000201", text, "6304"].concat();
    let whole = [body.as_str(), &checksum(body.as_bytes())].concat();
    for text in [text, &whole] {
        if let Some(emv) = Emv::read(text) {
            let _ = (emv.is_standing(), emv.has_unionpay(), emv.networks().count());
            let sums = [(8800, "HKD"), (1, "JPY"), (5, "KWD")].map(|(minor, code)| sum(minor, code));
            let states_sum = objects(text).iter().any(|(id, _)| id == "54");
            let agreed = sums.iter().filter(|sum| emv.agrees(sum)).count();
            assert!(agreed < 2 || !states_sum, "one sum is two: {text}");
            let (body, end) = text.split_at(text.len() - 4);
            assert_eq!(checksum(body.as_bytes()), end, "{text}");
        }
        code(text.as_bytes());
    }
}

/// The page's options, as `options` gives them.
pub fn options(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(raw) = Json::read(text) else { return };
    for (url, transport) in [("https://shop.example/cart/pay?step=2", false), ("http://127.0.0.1:8080/", true)] {
        let page = Page { url: url.to_owned(), language: "zh-CN".to_owned(), transport };
        let (options, faults) = Options::read(&raw, &page);
        let Some(options) = options else {
            assert!(!faults.is_empty(), "nothing is said of {text}");
            continue;
        };
        assert!(!options.test_mode || url.starts_with("http:"), "test mode on a live page: {text}");
        let ids: Vec<_> = options.methods.iter().map(|method| method.id.as_str()).collect();
        assert!(ids.iter().enumerate().all(|(at, id)| !ids[..at].contains(id)), "a method twice: {text}");
        let hosts = options.hosts.iter().filter(|host| *host != "*").map(|host| format!("https://{host}/"));
        let addresses = [Some(options.endpoint), Some(options.return_url), options.done_url];
        for address in addresses.into_iter().flatten().chain(hosts).filter(|address| !address.is_empty()) {
            let host = Address::parse(&address).unwrap_or_else(|| panic!("{address:?} of {text}"));
            // What browsers refuse opens nothing.
            let Ok(url) = Url::parse(&address) else { continue };
            // An IPv6 address may be spelled at length.
            let same = url.host_str() == Some(host.host()) || matches!(url.host(), Some(Host::Ipv6(_)));
            assert!(same && url.username().is_empty(), "{address:?} of {text}");
        }
    }
    let _ = Options::from_file(&raw);
}

/// Where a reference leads from a page, the `url` crate says too, if we say so.
fn joined(reference: &str) {
    for page in ["https://shop.example/cart/pay?step=2#x", "http://127.0.0.1:8080"] {
        let (Some(here), Ok(other)) = (Address::parse(page), Url::parse(page)) else { panic!("{page}") };
        let Some(address) = here.join(reference) else { continue };
        let text = address.text();
        // What browsers refuse opens nothing.
        let Ok(ours) = Url::parse(&text) else { continue };
        // The crate takes `b:/..` for a drive, in https too; the URL Standard, and browsers, only in `file:`.
        let drive = |part: &str| matches!(part.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic());
        if !reference.split('/').any(drive) {
            assert_eq!(Ok(&ours), other.join(reference).as_ref(), "{reference:?}: {text}");
        }
        assert!(ours.username().is_empty() && ours.password().is_none(), "{text}");
        let port = ours.port().map_or_else(String::new, |port| format!(":{port}"));
        let authority = [ours.host_str().unwrap_or_default(), &port].concat();
        assert!(address.authority == authority || matches!(ours.host(), Some(Host::Ipv6(_))), "{text}");
    }
}

/// Whom the merchant trusts: nobody more, one host, any host, and the test origin.
fn trusts() -> [Trust; 4] {
    let hosts = |host: &str| vec![host.to_owned()];
    [
        Trust::default(),
        Trust { hosts: hosts("shop.example"), test_origin: None },
        Trust { hosts: hosts("*"), test_origin: None },
        Trust { hosts: hosts("*"), test_origin: Some(TEST.to_owned()) },
    ]
}

/// Reads a response under every trust, and judges what comes of it.
fn read(text: &str) {
    for trust in trusts() {
        if let Ok(action) = Action::read(text, NOW, &trust) {
            held(&action, &trust);
            assert!(signature(text).is_ok(), "an action without a signature: {text}");
        }
        let terms = Terms { trust, amount: sum(8800, "HKD"), methods: "alipay".to_owned(), device: Device::Phone };
        if let Ok(action) = Action::checked(text, NOW, &terms) {
            judge::judge(&action, NOW, &terms.trust);
            judge::judge_allowed(&action, &terms.trust);
        }
    }
}

/// What holds for every accepted action, and for one that the stricter check lets through.
fn held(action: &Action, trust: &Trust) {
    judge::judge(action, NOW, trust);
    for (minor, code) in [(8800, "HKD"), (1, "CNY")] {
        match action.allowed(&sum(minor, code), trust, false) {
            Ok(()) => {
                judge::judge_allowed(action, trust);
                assert_eq!(action.allowed(&sum(minor, code), trust, true), Ok(()), "asked for more, got less");
            }
            Err(Refusal::UntrustedHost(_) | Refusal::UnsupportedAction | Refusal::Malformed) => {}
            Err(other) => panic!("{other:?} for {action:?}"),
        }
    }
}

fn sum(minor: u64, code: &str) -> Amount {
    let currency = Currency::parse(code).unwrap_or_else(|| panic!("{code}"));
    Amount::new(minor, currency).unwrap_or_else(|fault| panic!("{fault:?}"))
}

/// The objects of an EMV text that is one, letter by letter.
fn objects(text: &str) -> Vec<(String, String)> {
    let (mut letters, mut objects) = (text.chars(), Vec::new());
    loop {
        let id: String = letters.by_ref().take(2).collect();
        let length: String = letters.by_ref().take(2).collect();
        let Ok(length) = length.parse() else { return objects };
        objects.push((id, letters.by_ref().take(length).collect()));
    }
}

/// CRC-16/CCITT-FALSE by its table-free definition on bits, written apart from the library's.
fn checksum(bytes: &[u8]) -> String {
    let mut register = 0xffff_u32;
    for byte in bytes {
        for bit in (0..8).rev() {
            let carry = (register >> 15 & 1) ^ (u32::from(*byte) >> bit & 1);
            register = register << 1 & 0xffff;
            if carry == 1 {
                register ^= 0x1021;
            }
        }
    }
    format!("{register:04X}")
}
