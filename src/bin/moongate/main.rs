//! The native program: one command for each thing a merchant's developer does beside the widget.
//!
//! It decides which command runs and nothing else; every command is a file of its own.

mod action;
mod bundle;
mod escape;
mod input;
mod offer;
mod replay;
mod sandbox;
mod say;
mod serve;
mod verify;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Moongate: the checkout that opens to every wallet.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the demo shop, the widget and the sandbox on 127.0.0.1 (the default)
    Serve(serve::Arguments),
    /// Writes what a merchant puts on a CDN
    Bundle(bundle::Arguments),
    /// Prints the action that a provider's response becomes
    Action(action::Arguments),
    /// Prints what a shopper would be offered
    Offer(offer::Arguments),
    /// Plays a recorded event log through the state machine
    Replay(replay::Arguments),
    /// Plays the contract against a merchant's own server
    Verify(verify::Arguments),
}

fn main() -> ExitCode {
    let program = Program::parse();
    match program.command {
        None => serve::run(&program.serve),
        Some(Command::Serve(arguments)) => serve::run(&arguments),
        Some(Command::Bundle(arguments)) => bundle::run(&arguments),
        Some(Command::Action(arguments)) => action::run(&arguments),
        Some(Command::Offer(arguments)) => offer::run(&arguments),
        Some(Command::Replay(arguments)) => replay::run(&arguments),
        Some(Command::Verify(arguments)) => verify::run(&arguments),
    }
}
