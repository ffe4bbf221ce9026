//! That the guide's configurations of nginx and Caddy send the bundle as the guide says: the real servers are asked.

mod hosts;

use hosts::{CDN, Server, VERSION, caddy, nginx};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

/// What a server answered.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn ask(server: &Server, path: &str, accepts: &str) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nOrigin: https://www.shop.example\r\n{accepts}\r\n",
        server.port
    )
    .unwrap();
    let mut whole = Vec::new();
    stream.read_to_end(&mut whole).unwrap();
    let end = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(whole[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: BTreeMap<_, _> = lines.filter_map(header).collect();
    let body = &whole[end + 4..];
    let chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
    Answer { status, headers, body: if chunked { joined(body) } else { body.to_vec() } }
}

/// The body that came in these chunks.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            break;
        }
        body.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    body
}

/// Every file of the bundle that is asked for by its name, below the folder.
fn names() -> Vec<String> {
    let folder = CDN.join("moongate").join(VERSION);
    let below = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut files = below(&folder);
    files.extend(below(&folder.join("words")));
    let plain = |path: &PathBuf| path.is_file() && !path.extension().is_some_and(|kind| kind == "br" || kind == "gz");
    let name = |path: PathBuf| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
    files.into_iter().filter(plain).map(name).collect()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "ts" => "text/plain; charset=utf-8",
        other => panic!("the guide says nothing of {other}"),
    }
}

/// What the guide's table says of everything.
fn open_to_all(answer: &Answer, what: &str) {
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{what}");
    assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
}

/// Each file comes for ever, of its type, open to all origins; and as the bundle has it: Brotli, gzip or plain.
fn sends_each_file_as_it_lies_there(server: &Server) {
    let names = names();
    assert!(names.len() > 15, "{names:?}");
    for name in &names {
        let path = format!("/moongate/{VERSION}/{name}");
        for (accepts, coding, ending) in [
            ("Accept-Encoding: gzip, deflate, br\r\n", "br", ".br"),
            ("Accept-Encoding: gzip\r\n", "gzip", ".gz"),
            ("", "", ""),
        ] {
            let file = |ending: &str| fs::read(CDN.join("moongate").join(VERSION).join(format!("{name}{ending}")));
            // manifest.json is for people and machines of the merchant's: it lies there plain.
            let (coding, lies) = file(ending).map_or_else(|_| ("", file("").unwrap()), |lies| (coding, lies));
            let answer = ask(server, &path, accepts);
            let what = format!("{path} as {coding:?}");
            assert_eq!((answer.status, answer.header("content-encoding")), (200, coding), "{what}");
            assert!(answer.body == lies, "{what} is not the bundle's");
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{what}");
            let (told, wanted) = (answer.header("content-type"), kind(name));
            assert_eq!(told, wanted, "{what}");
            assert!(coding.is_empty() || answer.header("vary") == "Accept-Encoding", "{what}: {:?}", answer.headers);
            open_to_all(&answer, &what);
        }
    }
}

/// A cache between could give a plain file, once kept, to everybody; or a compressed one to whom can't read it.
fn varies_whatever_was_asked_for(server: &Server) {
    let plain = ask(server, &format!("/moongate/{VERSION}/moongate.js"), "");
    assert_eq!(plain.header("vary"), "Accept-Encoding", "{:?}", plain.headers);
}

/// `latest` leads to the version that the guide is of, and is kept for five minutes alone.
fn leads_from_the_latest_to_the_version(server: &Server) {
    for name in ["moongate.js", "words/en.json"] {
        let answer = ask(server, &format!("/moongate/latest/{name}"), "");
        assert_eq!((answer.status, answer.header("location")), (302, &*format!("/moongate/{VERSION}/{name}")));
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        open_to_all(&answer, "latest");
    }
}

/// What is not there yet may be there tomorrow.
fn keeps_no_absence_for_a_year(server: &Server) {
    for path in [format!("/moongate/{VERSION}/nothing.js"), "/moongate/9.9.9/moongate.js".to_owned()] {
        let answer = ask(server, &path, "");
        assert_eq!((answer.status, answer.header("cache-control")), (404, ""), "{path}");
    }
}

fn is_as_the_guide_says(server: &Server) {
    sends_each_file_as_it_lies_there(server);
    varies_whatever_was_asked_for(server);
    leads_from_the_latest_to_the_version(server);
    keeps_no_absence_for_a_year(server);
}

#[test]
fn nginx_sends_the_bundle_as_the_guide_says() {
    is_as_the_guide_says(&nginx());
}

#[test]
fn caddy_sends_the_bundle_as_the_guide_says() {
    is_as_the_guide_says(&caddy());
}
