//! Decides how the machine is shown in the guide: each place × each event → the next place and the effects.
//!
//! Nothing of it is written by hand but the samples: [`advance`] is run on every pair. What stands around the page is the
//! guide's (`serve/guide/frame.rs`).

use super::effect;
use super::samples::{events, places};
use moongate::checkout::machine::{
    Acting, Confirming, Effect, Event, Outcome, Phase, Request, State, Then, What, advance,
};
use std::fmt::Write;

/// The page of the guide.
pub(super) fn page() -> String {
    let (places, pairs) = (places(), places().len() * events(&places()).len());
    let mut page = HEAD.replace("{places}", &places.len().to_string()).replace("{pairs}", &pairs.to_string());
    for state in &places {
        section(&mut page, state, &events(&places));
    }
    page
}

const HEAD: &str = r#"    <h1>The machine</h1>
    <p>What a checkout does in each of {places} places when something happens: {pairs} pairs, run through the code that the widget
      runs. <code>cargo run -- replay --table</code> writes this page; a test holds it to the code. An answer is always to what
      was asked there.</p>
"#;

fn section(page: &mut String, state: &State, events: &[(String, Event)]) {
    let name = place(state);
    let mut nothing = Vec::new();
    let _ = writeln!(page, "    <h2>{name}</h2>\n    <table>");
    let _ = writeln!(
        page,
        "      <tr><th scope=\"col\">event</th><th scope=\"col\">leads to</th><th scope=\"col\">effects</th></tr>"
    );
    for (event, what) in events {
        let (after, effects) = advance(state.clone(), answered_here(state, what));
        let next = place(&after);
        if after == *state && effects.is_empty() {
            nothing.push(event.as_str());
            continue;
        }
        let next = if next == name { "the same".to_owned() } else { next };
        let _ =
            writeln!(page, "      <tr><th scope=\"row\">{event}</th><td>{next}</td><td>{}</td></tr>", words(&effects));
    }
    let _ = writeln!(page, "    </table>");
    let (count, names) = (nothing.len(), nothing.join(" · "));
    let _ = writeln!(page, "    <details><summary>{count} others change nothing</summary><p>{names}</p></details>");
}

/// The event, with an answer made one to the request that is under way in this place.
fn answered_here(state: &State, event: &Event) -> Event {
    let mut event = event.clone();
    if let What::Answered(asked, ..) = &mut event.what {
        *asked = match &state.phase {
            Phase::Sending { .. } => Request::Create,
            Phase::Canceling { .. } => Request::Cancel,
            Phase::Acting { at: Acting::Refreshing, .. } => Request::Refresh,
            Phase::Choosing { .. }
            | Phase::Acting { .. }
            | Phase::Confirming { .. }
            | Phase::Unknown { .. }
            | Phase::Ended { .. } => Request::Ask,
        };
    }
    event
}

fn words(effects: &[Effect]) -> String {
    let word =
        |told: &Effect| if matches!(told, Effect::Wake(Some(_))) { "set the timer".to_owned() } else { effect(told) };
    effects.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The phase and what it is about.
pub(super) fn place(state: &State) -> String {
    let about = match &state.phase {
        Phase::Choosing { fault, pending } => match (fault, pending) {
            (None, None) => "",
            (Some(_), None) => "told of a fault",
            (None, Some(_)) => "a key may be alive",
            (Some(_), Some(_)) => "told of a fault, a key may be alive",
        },
        Phase::Sending { held: true, .. } => "the page is asked",
        Phase::Sending { held: false, .. } => "the server is asked",
        Phase::Acting { at, .. } => acting(*at),
        Phase::Confirming { why, .. } => confirming(*why),
        Phase::Canceling { then: Then::End, .. } => "it has expired",
        Phase::Canceling { .. } => "",
        Phase::Unknown { call: true, .. } => "call the shop",
        Phase::Unknown { call: false, .. } => "do not pay again",
        Phase::Ended { outcome: Outcome::Refunded, .. } => "refunded",
        Phase::Ended { outcome, .. } => outcome.word(),
    };
    let word = state.phase.word();
    if about.is_empty() { word.to_owned() } else { format!("{word}: {about}") }
}

fn acting(at: Acting) -> &'static str {
    match at {
        Acting::Code => "a code",
        Acting::CodeOver => "the code is over",
        Acting::Refreshing => "a new code is being made",
        Acting::Leaving => "leaving for the wallet's page",
        Acting::InApp => "in the wallet's app",
        Acting::AppLink => "an app to open",
        Acting::StillHere => "the app did not open",
        Acting::NotPaid => "back without payment",
        Acting::Host => "the page carries it out",
    }
}

fn confirming(why: Confirming) -> &'static str {
    match why {
        Confirming::Returned => "taken up again",
        Confirming::Said => "the wallet says paid",
        Confirming::Processing => "being worked on",
        Confirming::LastCheck => "a last check",
    }
}
