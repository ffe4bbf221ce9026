//! See each test's name.

use moongate::action::{Action, Trust};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Providers whose rows are not written yet. Whoever adds one takes it off this list.
const PENDING: [&str; 10] =
    ["stripe", "adyen", "antom", "airwallex", "pingpp", "hyperswitch", "checkout", "omise", "jeepay", "xendit"];

/// The time that fixtures are read at: 2027-01-15.
const NOW: i64 = 1_800_000_000;

fn fixtures() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/payloads");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let json = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json"));
    let read = |path: PathBuf| {
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    json.map(read).map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

fn is_pending(fixture: &Value) -> bool {
    fixture["expect"]["provider"].as_str().is_some_and(|name| PENDING.contains(&name))
}

/// The body as a merchant's server would pass it on: text as it is, JSON written out.
fn body(fixture: &Value) -> String {
    fixture["response"].as_str().map_or_else(|| fixture["response"].to_string(), str::to_owned)
}

fn outcome(text: &str) -> Value {
    let json = match Action::read(text, NOW, &Trust::default()) {
        Ok(action) => action.to_json().to_string(),
        Err(refusal) => format!("{{\"error\":\"{}\"}}", refusal.code()),
    };
    serde_json::from_str(&json).unwrap()
}

#[test]
fn every_fixture_gives_exactly_what_it_expects() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 24, "{} fixtures", fixtures.len());
    for (name, fixture) in fixtures.iter().filter(|(_, fixture)| !is_pending(fixture)) {
        assert_eq!(outcome(&body(fixture)), fixture["expect"], "{name}");
        assert_eq!(outcome(&fixture["response"].to_string()), fixture["expect"], "{name}, as a JSON value");
    }
}

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
    for (name, fixture) in fixtures().iter().filter(|(_, fixture)| !is_pending(fixture)) {
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

    assert_eq!(command(&["no such file"], "").status.code(), Some(2));
}
