//! That the guide's configurations of nginx and Caddy send the bundle as the guide says: the real servers are asked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A CDN's folder, with the bundle at the place of its version.
static CDN: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cdn");
    let _older = fs::remove_dir_all(&folder);
    let bundle = folder.join("moongate").join(VERSION);
    let made = Command::new(env!("CARGO_BIN_EXE_moongate")).args(["bundle", "--out"]).arg(&bundle).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
});

/// A running server; it ends with the test.
struct Server {
    port: u16,
    child: Child,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not at once, or nginx's worker would live on.
        let _asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let _waited = self.child.wait();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

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

/// The text, with each of these in it replaced; each must be there.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the guide's configuration has no {from}");
        text.replace(from, to)
    })
}

/// Starts what this command runs, and waits until it listens.
fn listening(mut command: Command, port: u16, folder: PathBuf) -> Server {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut server = Server { port, child, folder };
    let listens = (0..400).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        assert_eq!(server.child.try_wait().unwrap(), None, "it ended at once: see its errors above");
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(listens, "nothing listens");
    server
}

/// A file of Debian's: installed, or unpacked by `tests/run`, so that no service starts that nobody asked for.
fn debian(path: &str) -> PathBuf {
    let installed = Path::new("/").join(path);
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../unpacked").join(path);
    if installed.exists() { installed } else { fs::canonicalize(&unpacked).expect("tests/run unpacks it") }
}

/// A port that nobody listens at, and a folder for the server of this name.
fn place(name: &str) -> (u16, PathBuf) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{port}"));
    fs::create_dir_all(&folder).unwrap();
    (port, folder)
}

/// nginx with the guide's configuration, but for the certificate.
fn nginx() -> Server {
    let (port, folder) = place("nginx");
    let server = changed(
        include_str!("../../www/guide/cdn/nginx.conf"),
        &[
            ("listen 443 ssl;", &format!("listen 127.0.0.1:{port};")),
            ("ssl_certificate     /etc/ssl/cdn.shop.example.pem;", ""),
            ("ssl_certificate_key /etc/ssl/private/cdn.shop.example.key;", ""),
            ("/srv/cdn", CDN.to_str().unwrap()),
        ],
    );
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|path| format!("{path}_temp_path {}/{path};\n", folder.display()))
        .concat();
    let around = format!(
        "load_module {1};\ndaemon off;\npid {0}/pid;\nerror_log stderr;\n\
         events {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n",
        folder.display(),
        debian("usr/lib/nginx/modules/ngx_http_brotli_static_module.so").display()
    );
    // As root, nginx would read as nobody, who may not look into everybody's folders.
    let whole = if is_root() { format!("user root;\n{around}") } else { around };
    fs::write(folder.join("nginx.conf"), whole).unwrap();
    let mut command = Command::new(debian("usr/sbin/nginx"));
    command.arg("-e").arg("stderr").arg("-p").arg(&folder).arg("-c").arg(folder.join("nginx.conf"));
    listening(command, port, folder)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n")
}

/// Caddy with the guide's configuration, but for the name and thus the certificate.
fn caddy() -> Server {
    let (port, folder) = place("caddy");
    let site = changed(
        include_str!("../../www/guide/cdn/Caddyfile"),
        &[("cdn.shop.example {", &format!("http://127.0.0.1:{port} {{")), ("/srv/cdn", CDN.to_str().unwrap())],
    );
    fs::write(folder.join("Caddyfile"), format!("{{\n\tadmin off\n\tlog {{\n\t\tlevel ERROR\n\t}}\n}}\n{site}"))
        .unwrap();
    let mut command = Command::new(debian("usr/bin/caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    command.env("HOME", &folder).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    listening(command, port, folder)
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
