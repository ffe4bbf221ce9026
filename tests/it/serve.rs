//! What `moongate serve` promises: an address to read, clear words when it is taken, and pages under a strict policy.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server of one test; it ends with it.
pub(crate) struct Server {
    process: Child,
    authority: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) fn start(more: &[&str]) -> Self {
        let program = Command::new(env!("CARGO_BIN_EXE_moongate"))
            .args(["serve", "--memory", "--port", "0"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn();
        let mut server = Self { process: program.unwrap(), authority: String::new() };
        let mut line = String::new();
        BufReader::new(server.process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let authority = line.trim_end().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
        server.authority = authority.unwrap_or_else(|| panic!("the first line is no address: {line:?}")).to_owned();
        server
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.ask("GET", path, &more, "")
    }

    fn put(&self, path: &str, body: &str) -> Answer {
        self.ask("PUT", path, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()), body)
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        // HTTP/1.0, so that a body is never cut in chunks.
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: {}\r\n{headers}\r\n{body}", self.authority).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path, &[]).body).unwrap()
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let (first, rest) = head.split_once("\r\n").unwrap();
        let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let status = first.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, headers: rest.lines().filter_map(pair).collect(), body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

#[test]
fn a_taken_port_is_named_before_anything_is_built() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_moongate")).args(["--port", &port]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&port) && said.contains("--port") && said.lines().count() == 1, "{said}");
    assert!(output.stdout.is_empty(), "no address is printed that nobody serves");
}

#[test]
fn every_visit_gets_an_order_that_stays_in_the_address() {
    let server = Server::start(&[]);
    let (one, two) = (server.get("/?lang=en", &[]), server.get("/", &[]));
    assert_eq!((one.status, two.status), (303, 303));
    assert!(one.header("location").starts_with("/?order=SO-") && one.header("location").ends_with("&lang=en"));
    assert_ne!(one.header("location").split('&').next(), two.header("location").split('&').next());
    let page = server.text(one.header("location"));
    let order = one.header("location").trim_start_matches("/?order=").trim_end_matches("&lang=en").to_owned();
    assert!(page.contains(&format!("order=\"{order}\"")) && page.contains("lang=\"en\"") && page.contains("test-mode"));
    assert!(page.contains(&format!("done-url=\"/orders/{order}?lang=en\"")), "the way on keeps the language");
}

#[test]
fn the_shops_pages_have_no_holes_in_either_language() {
    let server = Server::start(&[]);
    for path in ["/?order=SO-1", "/?order=SO-1&lang=en", "/orders/SO-1", "/orders/SO-1?lang=en&theme=dark&text=large"] {
        let answer = server.get(path, &[]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(!String::from_utf8(answer.body).unwrap().contains("{{"), "{path}");
    }
    assert_eq!(server.get("/orders/%3Cscript%3E", &[]).status, 404);
}

#[test]
fn the_guide_has_every_wallet_in_every_app_written_from_the_catalog() {
    let server = Server::start(&[]);
    let index = String::from_utf8(server.get("/guide/", &[]).body).unwrap();
    assert!(index.contains("href=\"/guide/apps\""), "it is found from the guide");
    for (lang, cell) in [("zh-CN", "在微信里直接付款"), ("en", "Pay right here in WeChat 微信")] {
        let answer = server.get(&format!("/guide/apps?lang={lang}"), &[]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        let page = String::from_utf8(answer.body).unwrap();
        assert!(page.contains(cell) && page.contains("wechatpay:shopper-1"), "{lang}");
    }
}

#[test]
fn the_shop_lets_one_choose_among_all_the_providers_that_the_sandbox_speaks_as() {
    let server = Server::start(&[]);
    let page = String::from_utf8(server.get("/?order=SO-1", &[]).body).unwrap();
    let choice = page.split("<select id=\"provider\"").nth(1).and_then(|rest| rest.split("</select>").next()).unwrap();
    let offered: BTreeSet<&str> =
        choice.split("<option value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let refused = server.put("/sandbox/provider", r#"{"provider":"none of them"}"#);
    let refused: serde_json::Value = serde_json::from_slice(&refused.body).unwrap();
    let detail = refused["detail"].as_str().unwrap();
    assert!(offered.len() > 10 && offered.iter().all(|name| detail.contains(name)), "{offered:?} {detail}");
    assert_eq!(detail.matches(", ").count() + 1, offered.len(), "{detail}");
}

#[test]
fn our_pages_run_under_the_strict_policy_and_have_nothing_inline() {
    let server = Server::start(&[]);
    for path in ["/?order=SO-1", "/orders/SO-1", "/guide/"] {
        let answer = server.get(path, &[]);
        let policy = answer.header("content-security-policy").to_owned();
        for rule in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(rule), "{path}: {rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{path}");
        let page = String::from_utf8(answer.body).unwrap();
        assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick="), "{path}");
        assert!(!page.contains("<script>"), "{path}");
    }
}

#[test]
fn the_widget_comes_compressed_as_the_browser_can_read_it_and_is_not_sent_twice() {
    let server = Server::start(&[]);
    let script = "/moongate/moongate.js";
    for (accepted, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", "")] {
        let answer = server.get(script, &[("Accept-Encoding", accepted)]);
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{accepted}");
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("text/javascript", "no-cache"));
        assert_eq!(answer.header("access-control-allow-origin"), "*", "a page of another origin may embed it");
    }
    let tag = server.get(script, &[]).header("etag").to_owned();
    let again = server.get(script, &[("If-None-Match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let manifest: serde_json::Value = serde_json::from_str(&server.text("/moongate/manifest.json")).unwrap();
    let wasm = manifest["files"].as_object().unwrap().keys().find(|name| name.ends_with(".wasm")).unwrap();
    assert_eq!(server.get(&format!("/moongate/{wasm}"), &[]).header("content-type"), "application/wasm");
    assert_eq!(server.get("/moongate/moongate.d.ts", &[]).header("content-type"), "text/plain; charset=utf-8");
}

#[test]
fn trial_pages_are_served_without_a_policy_of_ours() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trial");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "<p>mine</p>").unwrap();
    let server = Server::start(&["--pages", folder.to_str().unwrap()]);
    let answer = server.get("/pages/", &[]);
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"<p>mine</p>".as_slice()));
    assert_eq!(answer.header("content-security-policy"), "");
    let without = Server::start(&[]);
    let hint = without.get("/pages/mine.html", &[]);
    assert_eq!(hint.status, 404);
    assert!(String::from_utf8(hint.body).unwrap().contains("--pages"));
}
