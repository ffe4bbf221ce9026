//! `moongate replay`: plays a recorded log through the state machine and prints each step: event, phase, effects.
//!
//! It decides nothing about payments: the machine is the library's. A phase that differs from the one recorded is said.

mod samples;
mod table;
mod twice;

use crate::input::Input;
use crate::say;
use moongate::checkout::json::Json;
use moongate::checkout::machine::{Effect, Request};
use moongate::checkout::replay::{Played, Replay};
use std::process::ExitCode;

/// Plays a recorded event log again. Exits with 0 if it leads to the phases that were recorded, 1 if it does not, 2 if
/// it is no log, or one that has lost its beginning.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The log, `JSON.stringify(element.state.log)`, or the whole of `element.state` (`-`: standard input)
    #[arg(required_unless_present_any = ["table", "twice"])]
    file: Option<Input>,
    /// Prints the guide's page about the machine instead: every place and every event
    #[arg(long, conflicts_with = "file")]
    table: bool,
    /// Prints the guide's page about the ways to pay twice instead, each played by the machine
    #[arg(long, conflicts_with_all = ["file", "table"])]
    twice: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let Some(file) = &arguments.file else {
        say::page(&if arguments.twice { twice::page() } else { table::page() });
        return ExitCode::SUCCESS;
    };
    match replay(file) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(other) => {
            eprintln!("{other} of the phases differ from those recorded: another version of the widget wrote this log");
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Prints every step, and counts the phases that differ.
fn replay(file: &Input) -> Result<usize, String> {
    let log = log(file)?;
    let (first, rest) = log.items().split_first().ok_or("The log is empty: nothing has happened.")?;
    let mut replay = Replay::begin(first)?;
    say::line(line(first, replay.state().phase.word(), "", ""));
    let mut differ = 0;
    for entry in rest {
        let played = replay.play(entry)?;
        let other = if played.phase == played.recorded { String::new() } else { format!(" (was {})", played.recorded) };
        differ += usize::from(!other.is_empty());
        say::line(line(entry, played.phase, &other, &effects(&played)));
    }
    Ok(differ)
}

fn log(file: &Input) -> Result<Json, String> {
    let read = file.json("a log as JSON")?;
    Ok(read.get("log").cloned().unwrap_or(read))
}

/// When, the phase that it led to, what happened with which facts, and what was ordered.
fn line(entry: &Json, phase: &str, other: &str, effects: &str) -> String {
    let part = |key: &str| entry.get(key).and_then(Json::scalar).unwrap_or_default();
    let event = format!("{} {}", part("event"), part("with"));
    let ordered = if effects.is_empty() { String::new() } else { format!(" => {effects}") };
    format!("{:>9}  {phase:<10}{other}  {}{ordered}", part("at"), event.trim_end())
}

fn effects(played: &Played) -> String {
    played.effects.iter().map(effect).collect::<Vec<_>>().join(", ")
}

/// An effect in a few words.
fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Send(request, _) => format!(
            "send {}",
            match request {
                Request::Create => "create",
                Request::Ask => "ask",
                Request::Cancel => "cancel",
                Request::Refresh => "refresh",
            }
        ),
        Effect::HandOff(action) => format!("hand off {}", action.step.word()),
        Effect::Open(_) => "open the page".to_owned(),
        Effect::SignIn(..) => "go and sign in".to_owned(),
        Effect::Announce(said) => said.name.to_owned(),
        Effect::Wake(Some(at)) => format!("wake at {at}"),
        Effect::Wake(None) => "no timer".to_owned(),
        Effect::Listen(Some(_)) => "listen".to_owned(),
        Effect::Listen(None) => "listen no more".to_owned(),
        Effect::Keep(_) => "keep the attempt".to_owned(),
        Effect::Forget(..) => "forget the attempt".to_owned(),
        Effect::SaveCode => "save the code".to_owned(),
        Effect::CopyLink => "copy the link".to_owned(),
    }
}
