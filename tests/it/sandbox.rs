//! What the built program keeps when it is killed without a word.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The program serving on a port of its own, with its file.
struct Server(Child);

impl Server {
    /// Starts it on this port, 0 for any, and tells the port it took.
    fn start(port: u16) -> (Self, u16) {
        let program = Command::new(env!("CARGO_BIN_EXE_moongate"))
            .args(["serve", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .spawn();
        let mut server = Self(program.unwrap());
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim_end().trim_end_matches('/').rsplit(':').next().unwrap().parse();
        (server, port.unwrap_or_else(|_| panic!("the first line is no address: {line:?}")))
    }

    /// `SIGKILL`: it can put nothing in order.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask(port: u16, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let key = serde_json::from_str::<Value>(&body).ok().and_then(|body| body["attempt"].as_str().map(str::to_owned));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{body}",
        key.unwrap_or_default(),
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn a_killed_server_started_again_knows_every_payment_and_makes_none_twice() {
    let (mut server, port) = Server::start(0);
    let (run, mut made) = (std::process::id(), Vec::new());
    let order = |n: usize| format!("kill-{run}-{port}-{n}");
    let wish = |n: usize| {
        json!({ "version": 1, "order": order(n), "method": "wechatpay", "attempt": format!("mg_{run:016}{port:08}{n:08}"),
                "amount": 12800, "currency": "CNY", "flows": ["qr"], "return_url": format!("http://127.0.0.1:{port}/") })
    };
    for n in 0..5 {
        let (status, payment) = ask(port, "POST", "/checkout/payments", &wish(n));
        assert_eq!(status, 201, "{payment}");
        made.push(payment);
    }
    let paid = made[0]["id"].as_str().unwrap().to_owned();
    ask(port, "POST", &format!("/sandbox/payments/{paid}/pay"), &Value::Null);
    server.kill();
    let (_server, _) = Server::start(port);
    for (n, payment) in made.iter().enumerate() {
        let (status, again) = ask(port, "POST", "/checkout/payments", &wish(n));
        assert_eq!((status, &again["id"]), (200, &payment["id"]));
        assert_eq!(again["status"], json!(if n == 0 { "succeeded" } else { "pending" }));
        let (_, listed) = ask(port, "GET", &format!("/sandbox/payments?order={}", order(n)), &Value::Null);
        assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    }
}
