//! Decides what the view asks of whoever writes sums, moments and numbers for people: the browser's `Intl`, or plain text.
//!
//! It holds no locale data; the plain form is for tests and for programs without a browser.

use crate::action::time;
use crate::checkout::money::Amount;

/// How sums and moments are written for people.
pub trait Intl {
    /// The sum with its currency, for example `¥128.00`.
    fn sum(&self, amount: &Amount) -> String;

    /// CLDR's plural category of a whole number in the language of this tag: `one`, `few`, `other` …
    fn plural(&self, lang: &str, count: u64) -> String;

    /// A moment, given in seconds since 1970-01-01 UTC, to the minute: `2026-11-22 10:02`. The words around it are in the
    /// language of this tag.
    fn moment(&self, lang: &str, seconds: i64) -> String;
}

/// Plain text: `¥128.00` for yuan, `128.00 EUR` for others, moments in UTC, and numbers as English counts them.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Intl for Plain {
    fn sum(&self, amount: &Amount) -> String {
        if amount.currency().code() == "CNY" { format!("¥{}", amount.decimal()) } else { amount.text() }
    }

    fn plural(&self, _: &str, count: u64) -> String {
        if count == 1 { "one" } else { "other" }.to_owned()
    }

    fn moment(&self, _: &str, seconds: i64) -> String {
        let text = time::text(seconds);
        text.rsplit_once(':').map_or(&*text, |(minutes, _)| minutes).replace('T', " ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_of_the_calendar() {
        assert_eq!(Plain.moment("en", 0), "1970-01-01 00:00");
        assert_eq!(Plain.moment("en", -60), "1969-12-31 23:59");
        assert_eq!(Plain.moment("en", 951_782_400), "2000-02-29 00:00");
        assert_eq!(Plain.moment("en", 1_795_341_720), "2026-11-22 10:02");
    }
}
