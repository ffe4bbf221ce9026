//! `moongate action`.

use std::process::ExitCode;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> ExitCode {
    ExitCode::SUCCESS
}
