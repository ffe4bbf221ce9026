//! The log: nothing of anybody is in it, it is bounded, and `moongate replay` plays it to the same phases.

use crate::machine::Play;
use moongate::action::Standing;
use moongate::checkout::json::Json;
use moongate::checkout::log::Log;
use moongate::checkout::machine::*;
use moongate::checkout::replay::Replay;
use moongate::checkout::wire::Answer;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A checkout whose log is written while it is played.
struct Recorded {
    play: Play,
    log: Log,
}

impl Recorded {
    fn new() -> Self {
        Self { play: Play::new(), log: Log::default() }
    }

    fn happens(&mut self, what: What) -> &mut Self {
        self.log.note(&self.play.state, &Event { at: self.play.now, what: what.clone() });
        self.play.happens(what);
        self.log.led_to(&self.play.state);
        self
    }

    fn answers(&mut self, request: Request, answer: Answer) -> &mut Self {
        let attempt = self.play.attempt().id.clone();
        self.happens(What::Answered(request, attempt, answer))
    }

    /// As far as the code on screen.
    fn showing_a_code() -> Self {
        let mut recorded = Self::new();
        let attempt = crate::machine::id(1);
        recorded.happens(What::Shopper(Gesture::Pay, attempt)).happens(What::SubmitDecided(true));
        let mut payment = crate::machine::payment(Standing::Pending, Some(crate::machine::code()));
        payment.reason = Some("asked by Zhang San".to_owned());
        recorded.answers(Request::Create, Answer::Payment(Box::new(payment))).happens(What::ActionDecided(false));
        recorded
    }

    fn asks(&mut self, answer: Answer) -> &mut Self {
        self.play.after(13_000);
        self.happens(What::TimeCame).answers(Request::Ask, answer)
    }

    fn entries(&self) -> Vec<Json> {
        self.log.to_json().items().to_vec()
    }
}

/// How many phases of the log differ when the library plays it again; what it says of a log that it can't play.
fn differing(log: &Log) -> Result<usize, String> {
    let entries = log.to_json();
    let mut replay = Replay::begin(&entries.items()[0])?;
    let played = entries.items()[1..].iter().map(|entry| replay.play(entry)).collect::<Result<Vec<_>, _>>()?;
    Ok(played.iter().filter(|step| step.phase != step.recorded).count())
}

fn still_pending() -> Answer {
    crate::machine::answer(Standing::Pending, Some(crate::machine::code()))
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    fs::write(&path, text).unwrap();
    path
}

fn replay(name: &str, text: &str) -> (Option<i32>, String, String) {
    let output: Output =
        Command::new(env!("CARGO_BIN_EXE_moongate")).arg("replay").arg(file(name, text)).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_recorded_log_is_played_to_the_same_phases_and_each_step_is_printed() {
    let mut recorded = Recorded::showing_a_code();
    recorded.asks(crate::machine::answer(Standing::Succeeded, None));
    let (code, printed, complaint) = replay("paid", &recorded.log.to_json().written());
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), recorded.entries().len());
    assert!(lines[0].contains("begun wechatpay 12800 CNY alipay 12800 1"), "{printed}");
    assert!(lines[1].contains("sending     pay 95 => ") && lines[1].contains("moongate-submit"), "{printed}");
    assert!(lines[2].contains("submit_passed") && lines[2].contains("send create"), "{printed}");
    let last = lines.last().unwrap();
    assert!(last.contains("ended") && last.contains("moongate-complete") && last.contains("forget"), "{printed}");
    let state = Json::object([("phase", "ended".into()), ("log", recorded.log.to_json())]);
    assert_eq!(replay("whole-state", &state.written()), (code, printed, complaint), "the whole state will do");
}

/// As `| head -1` leaves it, before anything is said.
#[test]
fn a_command_that_nobody_reads_ends_as_if_somebody_did() {
    let log = file("unread", &Recorded::showing_a_code().log.to_json().written());
    let log = log.to_str().unwrap();
    let options = file("unread-options", r#"{"order":"SO-1","amount":1,"currency":"CNY"}"#);
    let options = ["offer", "--user-agent", "x", "--options", options.to_str().unwrap()];
    let response = file("unread-response", r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a"}"#);
    let response = ["action", response.to_str().unwrap()];
    for command in [&["replay", "--table"][..], &["replay", "--twice"], &["replay", log], &options, &response] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_moongate")).args(command).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_phase_that_differs_is_said_and_fails() {
    let recorded = Recorded::showing_a_code();
    let text = recorded.log.to_json().written().replace("\"phase\":\"sending\"", "\"phase\":\"unknown\"");
    let (code, printed, complaint) = replay("other", &text);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("sending    (was unknown)") && complaint.contains("2 of the phases differ"), "{printed}");
}

#[test]
fn what_is_no_log_is_refused_in_a_sentence() {
    for (name, text, why) in [
        ("no-json", "{", "must hold a log as JSON"),
        ("empty", "[]", "nothing has happened"),
        ("cut", r#"[{"at":1,"event":"pay","with":"7","phase":"sending"}]"#, "does not start with how it began"),
        (
            "odd",
            r#"[{"at":0,"event":"begun","with":"- 1 CNY"},{"at":1,"event":"dance","with":"7"}]"#,
            "no entry of a log: {\"at\":1,\"event\":\"dance\"",
        ),
    ] {
        let (code, _, complaint) = replay(name, text);
        assert_eq!(code, Some(2), "{name}");
        assert!(complaint.contains(why), "{name}: {complaint}");
    }
}

#[test]
fn nothing_of_the_shopper_the_order_or_the_payment_is_in_the_log() {
    let mut recorded = Recorded::showing_a_code();
    recorded.asks(still_pending()).happens(What::Updated(Box::new((
        Order { id: "SO-2002".into(), ..recorded_order() },
        crate::machine::offer(),
    ))));
    let text = recorded.log.to_json().written();
    let attempt = crate::machine::id(1);
    for secret in [attempt.as_str(), "mg_", "SO-1001", "SO-2002", "pay_1", "weixin", "Zt4kQ8b", "Zhang", "http"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

fn recorded_order() -> Order {
    crate::machine::order()
}

#[test]
fn hours_of_waiting_do_not_fill_the_log() {
    let mut recorded = Recorded::showing_a_code();
    let before = recorded.entries().len();
    for _ in 0..40 {
        recorded.asks(still_pending());
    }
    assert_eq!(recorded.entries().len(), before + 2, "the last question and its answer stand for all");
    assert_eq!(differing(&recorded.log), Ok(0));
    recorded.asks(Answer::Unsupported);
    assert_eq!(recorded.entries().len(), before + 4, "an answer that says something else stays");
}

#[test]
fn hours_of_being_worked_on_do_not_fill_the_log_either() {
    let working = || crate::machine::answer(Standing::Processing, None);
    let mut recorded = Recorded::showing_a_code();
    recorded.asks(working()).asks(working());
    let before = recorded.entries().len();
    for _ in 0..40 {
        recorded.asks(working());
    }
    assert_eq!((recorded.entries().len(), differing(&recorded.log)), (before, Ok(0)));
    recorded.asks(crate::machine::answer(Standing::Succeeded, None));
    assert_eq!((recorded.entries().len(), differing(&recorded.log)), (before + 2, Ok(0)), "and what comes of it stays");
}

#[test]
fn the_log_is_bounded_and_one_that_lost_its_beginning_says_so() {
    let mut recorded = Recorded::showing_a_code();
    for _ in 0..300 {
        recorded.happens(What::Hid).happens(What::Woke).answers(Request::Ask, Answer::Unsupported);
    }
    assert_eq!(recorded.entries().len(), 200);
    let complaint = differing(&recorded.log).unwrap_err();
    assert!(complaint.contains("its oldest entries went"), "{complaint}");
}

#[test]
fn an_entry_that_is_none_is_shown_to_whoever_plays_it() {
    let recorded = Recorded::showing_a_code();
    let mut replay = Replay::begin(&recorded.entries()[0]).unwrap();
    let odd = Json::read(r#"{"at":1,"event":"dance","with":"7"}"#).unwrap();
    let complaint = replay.play(&odd).unwrap_err();
    assert_eq!(complaint, r#"This is no entry of a log: {"at":1,"event":"dance","with":"7"}"#);
}

#[test]
fn the_log_tells_whether_a_payment_is_of_this_attempt_or_of_another_without_its_key() {
    for (made, theirs) in [(1, false), (2, true)] {
        let mut recorded = Recorded::new();
        recorded.happens(What::Shopper(Gesture::Pay, crate::machine::id(1))).happens(What::SubmitDecided(true));
        let mut payment = crate::machine::payment(Standing::Pending, Some(crate::machine::code()));
        payment.attempt = Some(crate::machine::id(made));
        recorded.answers(Request::Create, Answer::Payment(Box::new(payment)));
        let entry = recorded.entries().pop().unwrap();
        let told = entry.get("with").and_then(Json::text).unwrap().split(' ').nth(2).unwrap().to_owned();
        assert_eq!(told.parse::<u8>().is_ok(), theirs, "{told}");
        assert_eq!(differing(&recorded.log), Ok(0));
    }
}

#[test]
fn the_guides_ways_to_pay_twice_are_played_by_the_machine_and_name_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = Command::new(env!("CARGO_BIN_EXE_moongate")).args(["replay", "--twice"]).output().unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let kept = fs::read_to_string(root.join("www/guide/twice.html")).unwrap();
    let differs = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "{differs:?}\ncargo run -- replay --twice > www/guide/twice.html, and read what changed");
    for drawing in made.split("<svg").skip(1) {
        let arrows = drawing.split("</svg>").next().unwrap().matches("class=\"tip\"").count();
        assert!(arrows >= 3, "a story with {arrows} messages: {drawing}");
    }
    let mut named = 0;
    for test in made.split("<li><code>").skip(1).filter_map(|rest| rest.split("</code></li>").next()) {
        let (file, name) = test.split_once("::").expect(test);
        let there = ["it", "e2e"].iter().any(|folder| {
            let text = fs::read_to_string(root.join(format!("tests/{folder}/{file}.rs"))).unwrap_or_default();
            text.contains(&format!("fn {name}("))
        });
        assert!(there, "there is no test {test}");
        named += 1;
    }
    assert!(named >= 18, "{named}");
}

#[test]
fn the_guides_table_of_the_machine_is_what_the_machine_does_in_every_pair() {
    let made = Command::new(env!("CARGO_BIN_EXE_moongate")).args(["replay", "--table"]).output().unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/machine.html")).unwrap();
    let differs = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    let advice = "cargo run -- replay --table > www/guide/machine.html, and read what changed";
    assert!(made == kept, "{differs:?}\n{advice}");
    for phase in ["choosing", "sending", "acting", "confirming", "canceling", "unknown", "ended"] {
        assert!(made.contains(&format!("<h2>{phase}")), "{phase}");
    }
}
