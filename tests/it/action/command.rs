//! What `moongate action` prints; see each test's name.

use super::{body, fixtures};
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs `moongate action` on this body.
fn command(arguments: &[&str], body: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let streams =
        command.arg("action").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_command_prints_each_fixtures_action_as_one_line() {
    for (name, fixture) in &fixtures() {
        let output = command(&[], &body(fixture));
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.lines().count(), 1, "{name}");
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), fixture["expect"], "{name}");
        let refused = fixture["expect"].get("error").is_some();
        assert_eq!(output.status.code(), Some(i32::from(refused)), "{name}");
        assert!(output.stderr.is_empty(), "{name}");
    }
}

#[test]
fn the_command_says_why_when_asked() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/payloads/wechatpay-v2-native.json");
    let output = command(&["--explain", file], "");
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.contains("signature: wechatpay v2") && why.contains("found in: `response`"), "{why}");
    assert!(why.contains("check: payload: may be used: weixin://wxpay/bizpayurl?pr=hT8wVn3zz"), "{why}");
    assert!(output.status.success() && String::from_utf8(output.stdout).unwrap().starts_with("{\"type\":\"qr\""));

    let output = command(&["--explain"], r#"{"h5_url":"https://wx.tenpay.com.evil.example/"}"#);
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.contains("wx.tenpay.com.evil.example is not this provider's"), "{why}");
    assert_eq!(output.stdout, b"{\"error\":\"untrusted_host\"}\n");
    assert_eq!(output.status.code(), Some(1));

    let any = command(&["--explain", "--host", "*"], r#"{"h5_url":"https://pay.example/"}"#);
    assert!(any.status.success());
    let why = String::from_utf8(any.stderr).unwrap();
    assert!(why.starts_with("warning: `*` lets an action lead to any https host"), "{why}");
    let named = command(&["--explain", "--host", "pay.example"], r#"{"h5_url":"https://pay.example/"}"#);
    assert!(named.status.success() && !String::from_utf8(named.stderr).unwrap().contains("warning"));

    assert_eq!(command(&["no such file"], "").status.code(), Some(2));
}
