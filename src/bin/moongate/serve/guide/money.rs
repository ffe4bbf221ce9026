//! Decides how the guide shows the currencies' decimal places: by the core's own table.
//!
//! It does not know them; `money.rs` of the core does.

use super::Say;
use super::markup::head;
use moongate::checkout::money::{Amount, Currency};
use std::fmt::Write;

/// What `amount="12800"` is in currencies of each kind, and all that are not like most.
pub(super) fn table(say: Say<'_>) -> String {
    let mut table = head(&[say("Decimal places"), "<code>amount=\"12800\"</code>".to_owned(), say("Currencies")]);
    for (digits, example, others) in [(2, "CNY", "every other"), (0, "JPY", ""), (3, "KWD", "")] {
        let sum = Currency::parse(example).and_then(|currency| Amount::new(12_800, currency).ok());
        let sum = sum.map(|sum| sum.text()).unwrap_or_default();
        let listed = Currency::with_digits(digits).join(" ");
        let listed = if listed.is_empty() { say(others) } else { format!("<code>{listed}</code>") };
        let _ = writeln!(table, "<tr><th scope=\"row\">{digits}</th><td><code>{sum}</code></td><td>{listed}</td></tr>");
    }
    table + "</tbody>\n</table>"
}
