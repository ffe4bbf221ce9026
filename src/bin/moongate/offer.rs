//! `moongate offer`: prints what a shopper would be offered, as one line of JSON.
//!
//! It decides nothing itself: the widget's own core reads the options and makes the offer. What is wrong with the
//! options goes to standard error, one fault a line; without a required option there is no offer and the exit is 1.

use crate::input::Input;
use crate::say;
use moongate::checkout::environment::{Environment, Facts};
use moongate::checkout::fault::{Fault, PageFault};
use moongate::checkout::offer::Offer;
use moongate::checkout::options::Options;
use std::process::ExitCode;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// File with an `options` object in JSON (`-`: standard input); it may do without `endpoint`
    #[arg(long, value_name = "FILE")]
    options: Input,
    /// The browser's user agent
    #[arg(long, value_name = "UA", allow_hyphen_values = true)]
    user_agent: String,
    /// How many points the screen can be touched at: iPadOS calls itself Macintosh, and says 5
    #[arg(long, value_name = "N", default_value_t = 0)]
    touch_points: u32,
    /// Time in seconds since 1970, as a recorded call may say it: the offer is the same at any time
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    now: Option<i64>,
    /// Stable id of the shopper, for rollouts; else the options' own `shopper`
    #[arg(long, value_name = "ID")]
    shopper: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match offer(arguments) {
        Ok((offer, faults)) => {
            report(&faults);
            say::line(offer.to_json());
            ExitCode::SUCCESS
        }
        Err(Stop::Options(faults)) => {
            report(&faults);
            ExitCode::FAILURE
        }
        Err(Stop::Input(message)) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Why there is no offer.
enum Stop {
    Input(String),
    Options(Vec<PageFault>),
}

fn offer(arguments: &Arguments) -> Result<(Offer, Vec<PageFault>), Stop> {
    let raw = arguments.options.json("one JSON object").map_err(Stop::Input)?;
    let (options, faults) = Options::from_file(&raw);
    let Some(options) = options else { return Err(Stop::Options(faults)) };
    let facts =
        Facts { user_agent: arguments.user_agent.clone(), touch_points: arguments.touch_points, ..Facts::default() };
    let shopper = arguments.shopper.as_deref().or(options.shopper.as_deref()).unwrap_or_default();
    Ok((Offer::make(&options, Environment::read(&facts), shopper), faults))
}

fn report(faults: &[PageFault]) {
    for fault in faults {
        eprintln!("{}", Fault::Page(fault.clone()));
    }
}
