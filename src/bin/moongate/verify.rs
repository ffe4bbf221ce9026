//! `moongate verify`: plays contract section 3 against a merchant's own server and says, rule by rule, what holds.
//!
//! It decides what the person at the terminal is told and asked; what a rule asks of a server is below, in [`play`].

mod borders;
mod closing;
mod creation;
mod paid;
mod play;
mod push;
mod rule;
mod server;
mod sweep;
#[cfg(test)]
mod tests;

use crate::say;
use play::{Play, Terms, Wanted};
use rule::{Rule, Verdict};
use server::Server;
use std::io::{self, Write};
use std::process::ExitCode;
use std::slice;
use std::time::Duration;

/// Plays the contract's section 3 against a merchant's server. Use an order made for this: it is created, canceled, and
/// paid if you wish; what can still be paid at the end is closed. Exits with 0 if every rule that was checked holds, 1 if
/// one is broken, 2 if none is but the server could not be asked, or the order is of no use.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The endpoint, as the element has it: https://shop.example/checkout
    url: String,
    /// An order that nothing was paid for yet
    #[arg(long, value_name = "ID")]
    order: String,
    /// What it costs, in minor units (default: what the server says when asked for a wrong sum)
    #[arg(long, value_name = "MINOR")]
    amount: Option<u64>,
    /// Its currency
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: String,
    /// The method to pay it by
    #[arg(long, value_name = "ID", default_value = "wechatpay")]
    method: String,
    /// A further method whose app reads its codes, as in `scannableBy`; more than one may be given
    #[arg(long, value_name = "ID")]
    scannable_by: Vec<String>,
    /// A further host that actions may lead to, as in the option `hosts`; `*` for any
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Where providers send shoppers back (default: the endpoint's own origin)
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// The origin of a page on another host that may use this server; without it, CORS is not checked
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// A header of the order's session, such as "Cookie: session=…"; more than one may be given
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// Seconds to wait for what takes time: the stream and its ping, a restart, the word that it was paid
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    patience: u64,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written NAME: VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut count = Count::default();
    let played = verify(arguments, &mut |wanted| at_the_terminal(wanted), &mut |rule, verdict| {
        count.add(verdict);
        say::line(line(rule, verdict));
    });
    match &played {
        Ok(()) => say::line(format_args!(
            "{} hold, {} are broken, {} were not checked",
            count.hold, count.broken, count.unchecked
        )),
        Err(why) => eprintln!("moongate: {why}"),
    }
    ExitCode::from(count.exit(played.is_ok()))
}

/// Plays every rule; `person` does what only a person can, or refuses to.
///
/// # Errors
/// A sentence, if the server can't be asked at all or the order is of no use.
fn verify(
    arguments: &Arguments,
    person: &mut dyn FnMut(&Wanted) -> bool,
    say: &mut dyn FnMut(Rule, &Verdict),
) -> Result<(), String> {
    let server = Server::at(&arguments.url, arguments.headers.clone(), arguments.origin.clone())?;
    let terms = Terms {
        order: arguments.order.clone(),
        method: arguments.method.clone(),
        readers: [slice::from_ref(&arguments.method), &arguments.scannable_by].concat().join(" "),
        hosts: arguments.hosts.clone(),
        sum: arguments.amount.map(|amount| (amount, arguments.currency.clone())),
        currency: arguments.currency.clone(),
        return_url: arguments.return_url.clone().unwrap_or_else(|| format!("{}/", server.origin())),
        page: arguments.origin.clone(),
        patience: Duration::from_secs(arguments.patience),
    };
    let played = Play::new(&server, terms, person, say).whole();
    for key in server.close_all(None) {
        eprintln!("moongate: {key} could not be closed: see to it that nobody pays it");
    }
    played
}

/// How many rules came to which verdict.
#[derive(Debug, Default)]
struct Count {
    hold: usize,
    broken: usize,
    unchecked: usize,
}

impl Count {
    fn add(&mut self, verdict: &Verdict) {
        *match verdict {
            Verdict::Holds => &mut self.hold,
            Verdict::Broken(_) => &mut self.broken,
            Verdict::Unchecked(_) => &mut self.unchecked,
        } += 1;
    }

    /// What the program ends with: a rule that was seen broken is said, also if the play could not go on.
    fn exit(&self, played: bool) -> u8 {
        match (self.broken, played) {
            (0, true) => 0,
            (0, false) => 2,
            _ => 1,
        }
    }
}

/// One line for a rule: the verdict, the contract's section, the rule, and what was seen instead.
fn line(rule: Rule, verdict: &Verdict) -> String {
    let (section, sentence) = (rule.section(), rule.sentence());
    match verdict {
        Verdict::Holds => format!("ok    {section}  {sentence}"),
        Verdict::Broken(seen) => format!("FAIL  {section}  {sentence}: {seen}"),
        Verdict::Unchecked(why) => format!("-     {section}  {sentence}: not checked, {why}"),
    }
}

/// Asks the person, and waits for the return key; the end of the input, or an "s", leaves it out.
fn at_the_terminal(wanted: &Wanted) -> bool {
    eprint!("\n{wanted}\nThen press the return key (s and return: leave this out) > ");
    let (mut answer, _flushed) = (String::new(), io::stderr().flush());
    let read = io::stdin().read_line(&mut answer).unwrap_or(0);
    if read == 0 {
        eprintln!("(no one is there: left out)");
    }
    read > 0 && !answer.trim().eq_ignore_ascii_case("s")
}
