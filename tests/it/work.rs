//! Holds the readers to linear work: ten times the input may cost at most twelve times the instructions.
//!
//! Nothing is timed. The test runs itself once more under `valgrind --tool=callgrind`, which counts the instructions of
//! each call of [`measured`] and writes them down when it returns.

use moongate::action::emv::Emv;
use moongate::action::terms::Terms;
use moongate::action::{Action, Trust, code};
use moongate::checkout::environment::Device;
use moongate::checkout::json::Json;
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::options::{Options, Page};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The smaller input, in bytes: above the limits on members and fields, so that the larger does not run into them alone.
const SMALL: usize = 4_000;
const LARGE: usize = 10 * SMALL;

/// What says to the process under valgrind that it is the one.
const INSIDE: &str = "MOONGATE_COUNTED";

type Case = (&'static str, fn(&str), fn(usize) -> String);

/// What costs the readers most, each as a text of about so many bytes.
const CASES: &[Case] = &[
    ("json: escapes", json, |size| quoted(&r"\n\u5fae\ud83c\udf19\\".repeat(size / 22))),
    ("json: letters", json, |size| quoted(&"微🌙".repeat(size / 7))),
    ("json: an open text", json, |size| ["\"", &"a".repeat(size)].concat()),
    ("json: nesting to the limit", json, |size| listed(&["[".repeat(31), "]".repeat(31)].concat(), size)),
    ("json: nesting beyond the limit", json, |size| "[".repeat(size)),
    ("json: numbers", json, |size| listed("-12.5e7", size)),
    ("json: one number", json, |size| "7".repeat(size)),
    ("json: space", json, |size| [" ".repeat(size), "1".to_owned()].concat()),
    ("json: objects of as many members as may be", json, |size| listed(&object(400), size)),
    ("json: one object of too many members", json, |size| object(size / 9)),
    ("json: long keys that differ at their end", json, |size| {
        let key = |n: usize| format!("\"{}{n:03}\":1", "k".repeat(size / 400));
        format!("{{{}}}", (0..400).map(key).collect::<Vec<_>>().join(","))
    }),
    ("json: small objects", json, |size| listed(r#"{"a":1,"b":{"c":null}}"#, size)),
    ("response: a long code", response, |size| format!(r#"{{"code_url":"weixin://{}"}}"#, "a".repeat(size))),
    ("response: a long address", response, |size| {
        format!(r#"{{"h5_url":"https://wx.tenpay.com/{}"}}"#, "a/?#".repeat(size / 4))
    }),
    ("response: a long host", response, |size| format!(r#"{{"h5_url":"https://{}"}}"#, "a.".repeat(size / 2))),
    ("response: texts in texts", response, |size| {
        let inner = Json::object([("data", Json::Text(quoted(&"a".repeat(size / 2))))]);
        Json::object([("data", Json::Text(inner.written()))]).written()
    }),
    ("response: every wrapper", response, |size| {
        let names = ["data", "result", "response", "payload", "charge", "payment", "body"];
        let all = |inner: &Json| Json::Object(names.map(|name| (name.to_owned(), inner.clone())).to_vec());
        all(&all(&Json::Object(vec![("x".to_owned(), Json::Text("a".repeat(size / 49)))]))).written()
    }),
    ("response: many members", response, |size| {
        let members = (0..399).map(|n| format!("\"k{n}\":\"{}\"", "a".repeat(size / 400)));
        format!("{{{}}}", members.chain([r#""type":"none""#.to_owned()]).collect::<Vec<_>>().join(","))
    }),
    ("response: fields of a form", response, |size| {
        let fields = (0..64).map(|n| format!("\"k{n}\":\"{}\"", "a".repeat(size / 64))).collect::<Vec<_>>().join(",");
        format!(r#"{{"type":"redirect","method":"POST","url":"https://wx.tenpay.com/","fields":{{{fields}}}}}"#)
    }),
    ("response: an intent of many parts", response, |size| {
        let parts = "S.browser_fallback_url=x;".repeat(size / 25);
        format!(r#"{{"type":"deeplink","url":"intent://x#Intent;{parts}scheme=weixin;package=com.tencent.mm;end"}}"#)
    }),
    ("response: a picture", response, |size| {
        format!(r#"{{"type":"qr","image":"data:image/png;base64,{}"}}"#, "A".repeat(size))
    }),
    ("form: inputs", response, |size| form(&"<input value='a'>".repeat(size / 17))),
    ("form: fields", response, |size| {
        form(&(0..400).map(|n| format!("<input name=k{n} value={}>", "a".repeat(size / 400))).collect::<String>())
    }),
    ("form: attributes", response, |size| form(&format!("<input {}>", "a=b ".repeat(size / 4)))),
    ("form: entities", response, |size| {
        form(&format!("<input name=biz_content value='{}'>", "&amp;&#x4E2D;".repeat(size / 13)))
    }),
    ("form: half entities", response, |size| {
        form(&format!("<input name=biz_content value='{}'>", "&#".repeat(size / 2)))
    }),
    ("form: comments", response, |size| form(&"<!---->".repeat(size / 7))),
    ("form: open comments", response, |size| form(&"<!--".repeat(size / 4))),
    ("form: open quotes", response, |size| form(&"<a b=\"".repeat(size / 6))),
    ("form: scripts", response, |size| form(&"<script></script>".repeat(size / 17))),
    ("form: scripts that do not end", response, |size| form(&["<script>", &"</scrip".repeat(size / 7)].concat())),
    ("form: brackets", response, |size| form(&"<".repeat(size))),
    ("form: slashes", response, |size| form(&["<a", &"/".repeat(size)].concat())),
    ("form: equals signs", response, |size| form(&["<a ", &"=".repeat(size), ">"].concat())),
    ("xml: members", response, |size| xml(&(0..size / 12).map(|n| format!("<k{n}>1</k{n}>")).collect::<String>())),
    ("xml: sections", response, |size| xml(&format!("<code_url>{}</code_url>", "<![CDATA[a]]>".repeat(size / 13)))),
    ("xml: open sections", response, |size| xml(&["<a>", &"<![CDATA[".repeat(size / 9)].concat())),
    ("xml: entities", response, |size| xml(&format!("<code_url>{}</code_url>", "&lt;&".repeat(size / 5)))),
    ("xml: one long name", response, |size| xml(&["<", &"a".repeat(size), ">"].concat())),
    ("pairs: many", response, |size| (0..size / 8).map(|n| format!("k{n}=1&")).collect()),
    ("pairs: as many as may be", response, |size| {
        (0..399).map(|n| format!("k{n}={}&", "%41".repeat(size / 1200))).collect()
    }),
    ("pairs: braces", response, |size| ["a=", &"{&".repeat(size / 2)].concat()),
    ("pairs: escapes that are no text", response, |size| ["a=", &"%ff%".repeat(size / 4)].concat()),
    ("pairs: the list of hebao", response, |size| {
        format!("returnCode=000000&hmac=a&payUrl={}url<hi:=>http://ipos.10086.cn/", "x<hi:=>y<hi:$$>".repeat(size / 15))
    }),
    ("address: a bare one", response, |size| ["https://wx.tenpay.com/", &"a&b=".repeat(size / 4)].concat()),
    ("code: dashes and slashes", code, |size| ["https://qr.alipay.com/", &"/%66kx-".repeat(size / 7)].concat()),
    ("code: a bare one", code, |size| ["28", &"1".repeat(size)].concat()),
    ("emv: one template after another", emv, |size| signed(&"2699".repeat(size / 4))),
    ("emv: an object of a wrong length", emv, |size| signed(&"a".repeat(size))),
    ("options: methods", options, |size| with("methods", &words(size))),
    ("options: methods told at length", options, |size| {
        let method =
            |n: usize| format!(r#"{{"id":"m{n}","label":"a","currencies":"CNY HKD","scannableBy":["alipay"]}}"#);
        with("methods", &format!("[{}]", (0..size / 75).map(method).collect::<Vec<_>>().join(",")))
    }),
    ("options: hosts", options, |size| with("hosts", &listed("\"a.example\"", size))),
    ("options: readers of one code", options, |size| {
        with("methods", &format!(r#"[{{"id":"alipay","scannableBy":{}}}]"#, words(size)))
    }),
    ("options: a long text", options, |size| with("shop", &quoted(&"微".repeat(size / 3)))),
    ("options: a way back of many steps", options, |size| with("returnUrl", &quoted(&"../a/./".repeat(size / 7)))),
    ("options: keys nobody knows", options, |size| {
        let key = |n: usize| format!("\"k{n}\":\"{}\"", "a".repeat(size / 390));
        with("order2", &format!("1,{}", (0..390).map(key).collect::<Vec<_>>().join(",")))
    }),
];

fn quoted(inner: &str) -> String {
    ["\"", inner, "\""].concat()
}

/// A list of this value, as often as it takes.
fn listed(value: &str, size: usize) -> String {
    format!("[{}]", vec![value; (size / (value.len() + 1)).max(1)].join(","))
}

fn object(members: usize) -> String {
    format!("{{{}}}", (0..members).map(|n| format!("\"k{n:03}\":1")).collect::<Vec<_>>().join(","))
}

/// A list of ids of methods, none twice.
fn words(size: usize) -> String {
    format!("[{}]", (0..size / 9).map(|n| format!("\"m{n:05}\"")).collect::<Vec<_>>().join(","))
}

fn form(inner: &str) -> String {
    ["<form name=punchout_form method=post action='https://openapi.alipay.com/gateway.do'>", inner, "</form>"].concat()
}

fn xml(inner: &str) -> String {
    ["<xml><return_code>SUCCESS</return_code>", inner, "</xml>"].concat()
}

fn with(key: &str, value: &str) -> String {
    format!(r#"{{"endpoint":"/checkout","order":"SO-1","amount":1,"currency":"CNY","{key}":{value}}}"#)
}

fn signed(objects: &str) -> String {
    ["000201", objects, "6304", "0000"].concat()
}

fn json(text: &str) {
    let _ = black_box(Json::read(text));
}

fn response(text: &str) {
    let currency = Currency::parse("CNY").unwrap();
    let amount = Amount::new(1, currency).unwrap();
    let terms = Terms { trust: Trust::default(), amount, methods: "alipay".to_owned(), device: Device::Phone };
    let _ = black_box(Action::checked(text, 1_800_000_000, &terms));
}

fn code(text: &str) {
    black_box((code::kind(text), code::collects(text), code::read_by(Some(text), "alipay unionpay")));
}

fn emv(text: &str) {
    black_box((Emv::read(text), code::kind(text)));
}

fn options(text: &str) {
    let page = Page { url: "https://shop.example/cart".to_owned(), ..Page::default() };
    let (options, _) = black_box(Options::read(&Json::read(text).unwrap(), &page));
    for method in options.iter().flat_map(|options| &options.methods) {
        let more: Vec<_> = method.scannable_by.iter().map(|id| id.as_str()).collect();
        black_box(code::read_by(Some("https://pay.example/"), &["alipay", &more.join(" ")].join(" ")));
    }
}

/// What is counted: valgrind knows it by its name.
#[inline(never)]
fn measured(reader: fn(&str), text: &str) {
    reader(black_box(text));
}

/// Runs this test again under valgrind; the instructions of each call of [`measured`], in order.
fn counted(folder: &Path) -> Vec<u64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--collect-atstart=no",
            "--toggle-collect=it::work::measured",
            "--dump-after=it::work::measured",
        ])
        .arg(format!("--callgrind-out-file={}", folder.join("calls").display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "work::ten_times_the_input_is_at_most_twelve_times_the_work", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .expect("valgrind: tests/run installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files: Vec<(u32, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| Some((path.extension()?.to_str()?.parse().ok()?, path)))
        .collect();
    files.sort();
    files.into_iter().map(|(_, path)| total(&std::fs::read_to_string(path).unwrap())).collect()
}

fn total(profile: &str) -> u64 {
    profile.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap().trim().parse().unwrap()
}

#[test]
fn ten_times_the_input_is_at_most_twelve_times_the_work() {
    if std::env::var_os(INSIDE).is_some() {
        for (_, reader, text) in CASES {
            measured(*reader, &text(SMALL));
            measured(*reader, &text(LARGE));
        }
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("work");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let counts = counted(&folder);
    assert_eq!(counts.len(), 2 * CASES.len(), "a call is missing");
    let mut over = Vec::new();
    for ((name, ..), counts) in CASES.iter().zip(counts.chunks(2)) {
        println!("{:>12} {:>12} {:>6.2} {name}", counts[0], counts[1], counts[1] as f64 / counts[0] as f64);
        if counts[1] > 12 * counts[0] {
            over.push(*name);
        }
    }
    assert!(over.is_empty(), "more than linear: {over:?}");
}
