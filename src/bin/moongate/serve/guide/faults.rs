//! Decides what the guide says about each code of a fault: what happened, and what whoever must act does about it.
//!
//! It does not decide which codes there are: the core does, and a code without words here does not compile.

use super::Say;
use crate::escape::escaped;
use anyhow::{Result, anyhow};
use moongate::action::Refusal;
use moongate::checkout::fault::{NetworkFault, PageCode, ServerCode};
use moongate::checkout::offer::Reason;
use std::fmt::Write;

/// What happened, and what to do about it.
type Words = (&'static str, &'static str);

fn page(code: PageCode) -> Words {
    match code {
        PageCode::MissingOption => ("A required option is absent.", "Set the option that the message names."),
        PageCode::WrongOption => (
            "An option has a value that is not allowed. An optional one is left at its default; the rest still works.",
            "Correct the value that the message names.",
        ),
        PageCode::UnknownOption => {
            ("There is no such option.", "Correct the spelling: attributes-with-dashes, propertiesInCamelCase.")
        }
        PageCode::UnknownMethod => {
            ("A method that is none of the four wallets, and has no label.", "Give it as an object with a label.")
        }
        PageCode::TestModeOnLivePage => (
            "The page asks for test mode and is not on a loopback or private address. The option is ignored.",
            "Take test-mode out of the live page.",
        ),
        PageCode::AnyHost => (
            "A warning, which stops nothing: hosts holds \"*\", so actions may lead to any https host.",
            "Name the hosts instead.",
        ),
        PageCode::NoMethod => (
            "No method can be shown for this order, in this app, on this device.",
            "Look at explain(): it says of each method why not. Offer another way beside the widget.",
        ),
        PageCode::HostFailed => {
            ("The page's headers failed, or are none that can be sent.", "Look into that option. Nothing was sent.")
        }
        PageCode::LoadFailed => (
            "The WebAssembly or the words did not load. Where the server takes the form way, the shopper can still pay.",
            "Serve the whole bundle folder, allow 'wasm-unsafe-eval' and connect-src, and don't rename files.",
        ),
    }
}

fn server(code: ServerCode) -> Words {
    match code {
        ServerCode::ServerError => (
            "It answered 5xx, or a status that the contract does not have.",
            "Look into the server's log; the message holds title and detail.",
        ),
        ServerCode::MalformedAnswer => (
            "The answer is no payment and no provider's response: HTML, nothing, JSON of another shape.",
            "Answer JSON as under Requests and answers. A login page in front of the API is the usual cause.",
        ),
        ServerCode::AnswerTooLarge => ("The answer is larger than 256 KiB.", "Answer with the payment alone."),
        ServerCode::AnotherOrder => (
            "The answer names another order, amount or currency, so it is not believed.",
            "Echo what was asked for; look for a cache or a mixed-up session.",
        ),
        ServerCode::AmountChanged => (
            "The server says that the order costs another sum than the shopper saw. Nothing was created.",
            "Call update({ amount }) with the new sum, or load the page again.",
        ),
        ServerCode::PaymentInProgress => (
            "The order is being paid by another key, and the server did not say with which payment.",
            "Send the payment with the 409 if this session may pay the order: the widget then takes it up.",
        ),
        ServerCode::OrderPaid => (
            "The order is paid, and the server did not send the payment.",
            "Send the payment with the 409, and the shopper sees it as paid.",
        ),
        ServerCode::KeyReused => (
            "The same key came with another body.",
            "Compare order, method, amount and currency only; the rest of the body may differ between two tries.",
        ),
        ServerCode::BadReturnUrl => (
            "The server refuses the page's address to return to.",
            "Add the page's origin to the server's list, or set return-url.",
        ),
        ServerCode::NotAllowed => (
            "401 or 403: this session may not pay this order.",
            "Check the session cookie and the Origin rule; across origins set credentials=\"include\" and answer CORS with credentials.",
        ),
        ServerCode::NotFound => (
            "404 or 410: the server does not know the payment.",
            "Keep payments by id and by attempt, for as long as a shopper may come back: seven days.",
        ),
        ServerCode::Refused => (
            "The provider or the server refused for a reason of its own; the message holds its code.",
            "Look the code up at the provider. The shopper is offered another way.",
        ),
        ServerCode::BadAction => (
            "The action can't be carried out; the message holds one of the codes of an action, below, and the host if one is not trusted.",
            "Pass the provider's response on untouched, or add the host to hosts if it is yours.",
        ),
    }
}

fn network(code: NetworkFault) -> Words {
    match code {
        NetworkFault::Unreachable => (
            "The request could not be made, or its answer was lost.",
            "Nobody need act: the same request is sent again, with the same key. If it stays so: endpoint, CORS, connect-src.",
        ),
        NetworkFault::Timeout => (
            "No answer came in time.",
            "Nobody need act. If it stays so, the server takes too long to ask its provider.",
        ),
    }
}

fn action(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::Unrecognised => (
            "It is the response of none of the providers, also after unwrapping.",
            "Try it with cargo run -- action FILE --explain; send the normalised form otherwise.",
        ),
        Refusal::Ambiguous => (
            "It has the marks of two providers.",
            "Pass on the provider's response alone, without members of your own around it.",
        ),
        Refusal::Malformed => (
            "Text that should be JSON, XML, a form or pairs is none.",
            "Pass the body on as it came: not cut, not escaped twice.",
        ),
        Refusal::MissingField => {
            ("A field that the provider always sends is absent, null or empty.", "Pass on the whole response.")
        }
        Refusal::BadType => {
            ("A field is of another type than the provider documents.", "Don't turn texts into numbers on the way.")
        }
        Refusal::UnsafeUrl => (
            "An address that is never opened: another scheme, a user name, a port, a disguise.",
            "Look where it comes from: no provider sends these.",
        ),
        Refusal::UntrustedHost(_) => (
            "The address is on none of the provider's hosts.",
            "Add the host to the option hosts if you know it to be right.",
        ),
        Refusal::TooLarge => ("It is longer than any provider's.", "Pass on the response alone."),
        Refusal::Expired => ("Its time is over.", "Ask the provider for a new one; check the server's clock."),
        Refusal::NeedsSignature => (
            "A bare prepay_id: a page can't call the wallet with it.",
            "Sign the six parameters on the server with your key, and send those.",
        ),
        Refusal::AppSdkOnly => {
            ("It is for a native app.", "Ask the provider for its web product: H5, JSAPI, QR or page.")
        }
        Refusal::UnsupportedAction => (
            "Recognised, but outside these wallets: a voucher, a bank transfer, 3-D Secure.",
            "Create the payment with one of the wallets' methods.",
        ),
    }
}

fn left_out(reason: Reason) -> Words {
    match reason {
        Reason::AmountTooLow => ("The sum is below min.", "The method's own condition."),
        Reason::AmountTooHigh => ("The sum is above max.", "The method's own condition."),
        Reason::Currency => ("It takes other currencies only.", "The method's own condition."),
        Reason::Country => ("It is offered in other countries only.", "The method's own condition."),
        Reason::App => ("apps says false for the app around the page.", "The method's own condition."),
        Reason::AppVersion => ("The app is older than apps asks for.", "The shopper can update the app."),
        Reason::Rollout => ("This shopper is not in its share yet.", "Raise rollout when you are content."),
    }
}

const REFUSALS: [Refusal; 12] = [
    Refusal::Unrecognised,
    Refusal::Ambiguous,
    Refusal::Malformed,
    Refusal::MissingField,
    Refusal::BadType,
    Refusal::UnsafeUrl,
    Refusal::UntrustedHost(String::new()),
    Refusal::TooLarge,
    Refusal::Expired,
    Refusal::NeedsSignature,
    Refusal::AppSdkOnly,
    Refusal::UnsupportedAction,
];

const REASONS: [Reason; 7] = [
    Reason::AmountTooLow,
    Reason::AmountTooHigh,
    Reason::Currency,
    Reason::Country,
    Reason::App,
    Reason::AppVersion,
    Reason::Rollout,
];

/// The codes of one kind: `page`, `server`, `network`, `action` or `left_out`.
///
/// # Errors
/// If there is no such kind.
pub(super) fn table(kind: &str, say: Say<'_>) -> Result<String> {
    let rows: Vec<(&str, Words)> = match kind {
        "page" => PageCode::ALL.into_iter().map(|code| (code.word(), page(code))).collect(),
        "server" => ServerCode::ALL.into_iter().map(|code| (code.word(), server(code))).collect(),
        "network" => [NetworkFault::Unreachable, NetworkFault::Timeout]
            .into_iter()
            .map(|code| (code.word(), network(code)))
            .collect(),
        "action" => REFUSALS.iter().map(|refusal| (refusal.code(), action(refusal))).collect(),
        "left_out" => REASONS.into_iter().map(|reason| (reason.word(), left_out(reason))).collect(),
        _ => return Err(anyhow!("there is no kind of error called {kind}")),
    };
    let mut table = "<dl class=\"fields\">\n".to_owned();
    for (code, (what, act)) in rows {
        let _ = writeln!(
            table,
            "<div id=\"{kind}-{code}\"><dt><code>{code}</code></dt><dd><p>{}</p><p class=\"act\">{}</p></dd></div>",
            escaped(&say(what)),
            escaped(&say(act))
        );
    }
    Ok(table + "</dl>")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that a file of the core gives its codes: `=> "word"`.
    fn words_of(text: &str) -> Vec<&str> {
        text.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn every_code_of_the_core_is_told_and_no_other() {
        for (kinds, text) in [
            (&["page", "server", "network"][..], include_str!("../../../../checkout/fault.rs")),
            (&["action"], include_str!("../../../../action/refusal.rs")),
        ] {
            let told: String = kinds.iter().map(|kind| table(kind, &str::to_owned).unwrap()).collect();
            let who = ["page", "server", "network"];
            let words: Vec<&str> = words_of(text).into_iter().filter(|word| !who.contains(word)).collect();
            assert!(words.len() > 10, "{words:?}");
            for word in &words {
                assert!(told.contains(&format!("<dt><code>{word}</code></dt>")), "{word}");
            }
            assert_eq!(told.matches("<dt>").count(), words.len());
        }
        assert!(table("none", &str::to_owned).is_err());
    }
}
