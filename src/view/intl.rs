//! Decides what the view asks of whoever writes sums, moments and numbers for people: the browser's `Intl`, or plain text.
//!
//! It holds no locale data; the plain form is for tests and for programs without a browser.

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
        let (year, month, day) = date(seconds.div_euclid(86_400));
        let minutes = seconds.rem_euclid(86_400) / 60;
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// The date of a day counted from 1970-01-01. Years are counted from March, so that a leap day comes last.
fn date(day: i64) -> (i64, i64, i64) {
    let from_march = day + 719_468;
    let era = from_march.div_euclid(146_097);
    let day = from_march.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let january = i64::from(month >= 10);
    (year + era * 400 + january, month + 3 - 12 * january, day - (153 * month + 2) / 5 + 1)
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
