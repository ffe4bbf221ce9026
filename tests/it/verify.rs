//! `moongate verify` against the real program: killed, started again and paid by the person it asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

/// A process that ends with its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn moongate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moongate"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The program serving on this port, 0 for any, and the port it took.
fn serve(port: u16) -> (Process, u16) {
    let mut server = Process(moongate(&["serve", "--port", &port.to_string()]).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().trim_end_matches('/').rsplit(':').next().unwrap().parse();
    (server, port.unwrap_or_else(|_| panic!("the first line is no address: {line:?}")))
}

fn control(port: u16, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// Pays the order's payment that can still be paid.
fn pay(port: u16, order: &str) {
    let listed = control(port, "GET", &format!("/sandbox/payments?order={order}"));
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let pending = listed.as_array().unwrap().iter().find(|payment| payment["status"] == "pending").unwrap();
    control(port, "POST", &format!("/sandbox/payments/{}/pay", pending["id"].as_str().unwrap()));
}

fn verify(port: u16, order: &str, more: &[&str]) -> Command {
    let url = format!("http://127.0.0.1:{port}/checkout");
    moongate(&[&["verify", &url, "--order", order], more].concat())
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_sandbox_killed_started_again_and_paid_keeps_every_rule() {
    let (mut server, port) = serve(0);
    let order = format!("verify-{}-{port}", std::process::id());
    let mut player = Process(verify(port, &order, &["--origin", "http://localhost:1"]).spawn().unwrap());
    let (mut press, said) = (player.0.stdin.take().unwrap(), player.0.stdout.take().unwrap());
    let mut lines = Vec::new();
    for line in BufReader::new(said).lines().map(Result::unwrap) {
        if line.contains("twice at the same time") {
            server.0.kill().unwrap();
            server.0.wait().unwrap();
            server = serve(port).0;
            writeln!(press).unwrap();
        }
        if line.contains("a restart of the server") {
            pay(port, &order);
            writeln!(press).unwrap();
        }
        lines.push(line);
    }
    assert_eq!(player.0.wait().unwrap().code(), Some(0), "{}", lines.join("\n"));
    let (last, rules) = lines.split_last().unwrap();
    assert_eq!(*last, format!("{} hold, 0 are broken, 0 were not checked", rules.len()));
    assert!(rules.len() > 30 && rules.iter().all(|line| line.starts_with("ok    ")), "{}", rules.join("\n"));
}

#[test]
fn a_server_that_answers_wrongly_fails_and_what_nobody_did_is_not_called_right() {
    let (_server, port) = serve(0);
    let order = format!("verify-alone-{}-{port}", std::process::id());
    let alone = verify(port, &order, &[]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(alone.status.code(), Some(0), "{}", words(&alone));
    assert!(
        words(&alone).contains("-     3.1  a payment that was paid is told as succeeded: not checked, nobody paid")
    );
    let lower = verify(port, &format!("{order}-2"), &["--amount", "12799"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(lower.status.code(), Some(1), "{}", words(&lower));
    assert!(
        words(&lower).contains("FAIL  3.2  a creation is answered 201 with the payment: 409 "),
        "{}",
        words(&lower)
    );
}

#[test]
fn a_server_that_can_not_be_asked_or_an_order_of_no_use_is_said_at_once() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = verify(free, "SO-1", &[]).output().unwrap();
    assert_eq!((nobody.status.code(), words(&nobody)), (Some(2), String::new()));
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("was not answered"));
    let odd = moongate(&["verify", "shop.example", "--order", "SO-1"]).output().unwrap();
    assert_eq!(odd.status.code(), Some(2));
    assert!(String::from_utf8(odd.stderr).unwrap().contains("must be an http or https address"));
}

/// The README's server keeps the contract but for what the README says it leaves out.
#[test]
fn the_readmes_server_keeps_every_rule_that_it_says_it_keeps() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("```python\n").unwrap();
    let (server, _) = after.split_once("```").unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = server.replace("8000", &port.to_string());
    let server = Process(Command::new("python3").args(["-c", &server]).stderr(Stdio::null()).spawn().unwrap());
    let reached = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(reached, "the README's server did not start");
    let played = verify(port, "SO-1001", &["--patience", "1"]).stdin(Stdio::null()).output().unwrap();
    drop(server);
    let told = words(&played);
    let broken: Vec<&str> = told.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(broken.len(), 2, "{told}");
    assert!(broken[0].contains("without the order's session") && broken[1].contains("the form way"), "{told}");
}

/// The quick start's server ships what a query told, an order once, and gives back what was paid twice.
#[test]
fn the_quick_starts_server_ships_what_a_query_told_and_never_twice() {
    let played = Command::new("python3").args(["-c", include_str!("start.py")]).output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    assert_eq!(words(&played), "PAID, ship it: SO-1001 12800 CNY\nPAID TWICE, give it back: SO-1001 12800 CNY\n");
}
