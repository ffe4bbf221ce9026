//! What the commands read: each takes a file or standard input, by one rule.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const RESPONSE: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a"}"#;
const OPTIONS: &str = r#"{"order":"SO-1","amount":1,"currency":"CNY"}"#;
const LOG: &str = r#"[{"at":0,"event":"begun","with":"wechatpay 1 CNY"}]"#;

/// Each command as it reads a file, without the file's name, and a text that it takes.
const COMMANDS: [(&[&str], &str); 3] =
    [(&["action"], RESPONSE), (&["offer", "--user-agent", "x", "--options"], OPTIONS), (&["replay"], LOG)];

/// Runs the program with these bytes on standard input.
fn run(arguments: &[&str], standard: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let streams = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    // Whoever reads a file may have ended by now.
    let _unread = child.stdin.take().unwrap().write_all(standard);
    child.wait_with_output().unwrap()
}

fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_file_and_standard_input_are_read_alike_with_a_byte_order_mark_or_without() {
    for (command, text) in COMMANDS {
        let marked = format!("\u{feff}{text}");
        let name = file(&format!("input-{}", command[0]), &marked);
        let read = run(&[command, &[&name]].concat(), b"");
        assert!(read.status.success() && !read.stdout.is_empty() && read.stderr.is_empty(), "{command:?}: {read:?}");
        for text in [text, &marked] {
            assert_eq!(run(&[command, &["-"]].concat(), text.as_bytes()), read, "{command:?}");
        }
    }
    assert_eq!(run(&["action"], RESPONSE.as_bytes()), run(&["action", "-"], RESPONSE.as_bytes()), "its usual input");
}

#[test]
fn a_response_in_another_charset_is_read_with_the_letters_replaced_and_json_is_not() {
    let gbk = |before: &str, after: &str| [before.as_bytes(), b"\xba\xcd\xb0\xfc", after.as_bytes()].concat();
    let response = gbk(r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a","msg":""#, r#""}"#);
    assert_eq!(run(&["action"], &response).stdout, run(&["action"], RESPONSE.as_bytes()).stdout);
    let options = gbk(r#"{"order":"SO-1","shop":""#, r#"","amount":1,"currency":"CNY"}"#);
    let said = run(&["offer", "--user-agent", "x", "--options", "-"], &options);
    assert!(!said.status.success() && said.stdout.is_empty(), "{said:?}");
    assert_eq!(String::from_utf8(said.stderr).unwrap(), "standard input must hold one JSON object in UTF-8.\n");
}

#[test]
fn what_cannot_be_read_is_named() {
    for (command, _) in COMMANDS {
        let output = run(&[command, &["there-is-no-such-file"]].concat(), b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.starts_with("Can't read there-is-no-such-file: "), "{said}");
    }
    let said = run(&["replay", "-"], b"{").stderr;
    assert!(said.starts_with(b"standard input must hold a log as JSON"), "{said:?}");
}

/// A call that was recorded with its time can be made again at another.
#[test]
fn an_offer_is_the_same_at_any_time() {
    let offer =
        |more: &[&str]| run(&[&["offer", "--user-agent", "x", "--options", "-"], more].concat(), OPTIONS.as_bytes());
    assert!(offer(&[]).status.success());
    for time in ["0", "1795305600", "-1"] {
        assert_eq!(offer(&["--now", time]), offer(&[]));
    }
}
