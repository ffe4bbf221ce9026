//! `moongate action`: prints what the widget would make of a provider's response.
//!
//! It decides nothing of its own: the verdict is the library's, by today's clock.

use crate::input::Input;
use crate::say;
use clap::Args;
use moongate::action::{Action, Refusal, Seconds, Step, Trust, signature};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone, Args)]
pub(crate) struct Arguments {
    /// File with the response as the merchant's server would pass it on: JSON, an HTML form, XML, k=v text or an
    /// address (`-`: standard input)
    #[arg(default_value = "-")]
    file: Input,
    /// Says on standard error which signature matched and which checks ran
    #[arg(long)]
    explain: bool,
    /// A further host that actions may lead to, as in the option `hosts`; `*` for any
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Reads it as in test mode, where actions may lead to this origin only
    #[arg(long, value_name = "ORIGIN")]
    test_origin: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let body = match arguments.file.read() {
        Ok(body) => body,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    let trust = Trust { hosts: arguments.hosts.clone(), test_origin: arguments.test_origin.clone() };
    let verdict = Action::read(&body, now(), &trust);
    if arguments.explain {
        if arguments.hosts.iter().any(|host| host == "*") {
            eprintln!("warning: `*` lets an action lead to any https host; name the hosts instead");
        }
        explain(&body, &verdict);
    }
    match verdict {
        Ok(action) => {
            say::line(action.to_json());
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            say::line(format_args!("{{\"error\":\"{}\"}}", refusal.code()));
            ExitCode::FAILURE
        }
    }
}

/// This machine's clock.
pub(crate) fn now() -> Seconds {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|now| i64::try_from(now.as_secs()).ok());
    now.unwrap_or_default()
}

fn explain(body: &str, verdict: &Result<Action, Refusal>) {
    match signature(body) {
        Ok((name, wrappers)) => {
            eprintln!("signature: {name}");
            for wrapper in wrappers {
                eprintln!("  found in: `{wrapper}`");
            }
        }
        Err(refusal) => eprintln!("signature: none, {}", meaning(&refusal)),
    }
    match verdict {
        Ok(action) => checks(action).iter().for_each(|check| eprintln!("check: {check}")),
        Err(refusal) => eprintln!("refused: {}, {}", refusal.code(), meaning(refusal)),
    }
}

/// The checks that this action passed, in the order they ran.
fn checks(action: &Action) -> Vec<String> {
    let expiry = match action.expires {
        Some(_) => "expires: later than now",
        None => "expires: not stated",
    };
    let mut checks = vec![expiry.to_owned()];
    let optional =
        |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: may be used: {value}"));
    match &action.step {
        Step::Redirect { url, fields, .. } => {
            checks.push(format!("url: scheme, host and length: {url}"));
            checks.push(format!("fields: {} of at most 64, each at most 16 KiB", fields.len()));
        }
        Step::Qr { payload, image, fallback } => {
            for (name, value) in [("payload", payload), ("image", image), ("fallback", fallback)] {
                checks.extend(optional(name, value));
            }
        }
        Step::InApp { bridge, params } => {
            checks.push(format!("params: {} has the {} it takes", bridge.word(), params.len()));
        }
        Step::Deeplink { url, fallback } => {
            checks.push(format!("url: a wallet's scheme or host: {url}"));
            checks.extend(optional("fallback", fallback));
        }
        Step::Nothing { .. } => checks = vec!["nothing to open, so nothing to check".to_owned()],
    }
    if let Some(host) = &action.any_host {
        checks.push(format!("still to come at the hand-off: {host} must be in `hosts`"));
    }
    if action.test {
        checks.push("a provider's test host: shown as a test".to_owned());
    }
    checks
}

/// What to do about a refusal, for whoever writes the server.
pub(crate) fn meaning(refusal: &Refusal) -> String {
    let meaning = match refusal {
        Refusal::Unrecognised => "no provider's signature is in it; pass the provider's answer on unchanged",
        Refusal::Ambiguous => "two providers' signatures are in it; pass one answer on, not a mixture",
        Refusal::Malformed => "it begins as one of the forms and is not one",
        Refusal::MissingField => "a field that this provider always sends is not there, or empty",
        Refusal::BadType => "a field is not of the type this provider documents",
        Refusal::UnsafeUrl => {
            "an address in it is not one that is opened: https, no userinfo, no port, no odd characters"
        }
        Refusal::UntrustedHost(host) => {
            return format!("{host} is not this provider's; add it to `hosts` if it is yours to trust");
        }
        Refusal::TooLarge => "it is over a limit",
        Refusal::Expired => "its time is over; create it anew",
        Refusal::NeedsSignature => "a bare prepay_id; the server must sign the bridge's parameters and send those",
        Refusal::AppSdkOnly => "it is for a native app's SDK and of no use in a browser",
        Refusal::UnsupportedAction => "it asks for something outside these wallets",
    };
    meaning.to_owned()
}
