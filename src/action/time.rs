//! Decides which instant a text means.
//!
//! It reads no clock. Every calendar that providers write is the Gregorian one, with a zone or in Beijing's.

use super::Seconds;

/// The last second of the year 9999: nothing later can be written.
const LAST: Seconds = 253_402_300_799;

/// Beijing's distance from UTC; it has no summer time.
const BEIJING: Seconds = 8 * 3600;

/// An RFC 3339 instant, for example `2031-01-05T10:25:00Z`; a fraction is dropped, and the zone is required.
///
/// # Example
/// ```
/// use moongate::action::time;
/// assert_eq!(time::instant("2031-11-05T18:25:00+08:00"), time::instant("2031-11-05T10:25:00Z"));
/// assert_eq!(time::instant("2031-02-29T00:00:00Z"), None);
/// ```
pub fn instant(text: &str) -> Option<Seconds> {
    let (whole, rest) = text.split_at_checked(19)?;
    let local = stamp(whole, b"dddd-dd-ddTdd:dd:dd")?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    sane(Some(local - offset(zone)?))
}

/// A time without a zone, in Beijing: `20311105180000`, `2031-11-05 18:00:00` or `2031-11-05 18:00`.
///
/// # Source
/// Payload reference 0.4 point 3, read 2026-11-22.
pub(super) fn beijing(text: &str) -> Option<Seconds> {
    let local = [&b"dddddddddddddd"[..], b"dddd-dd-dd dd:dd:dd", b"dddd-dd-dd dd:dd"];
    sane(local.into_iter().find_map(|shape| stamp(text, shape)).map(|local| local - BEIJING))
}

/// The instant, if it lies between 1970 and 9999.
pub(super) fn sane(instant: Option<Seconds>) -> Option<Seconds> {
    instant.filter(|instant| (0..=LAST).contains(instant))
}

/// `Z`, `+08:00` or `+0800` in seconds.
fn offset(zone: &str) -> Option<Seconds> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits = [digits.get(..2)?, digits.get(2..)?.trim_start_matches(':')].concat();
    let (hours, minutes) = (number(&digits, 0, 2)?, number(&digits, 2, 4)?);
    let seconds = (digits.len() == 4 && hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60)?;
    match sign {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}

/// The local time that a text of this shape says, where `d` is a digit: year, month, day, hour, minute, second if any.
fn stamp(text: &str, shape: &[u8]) -> Option<Seconds> {
    let fits = |(byte, shape): (u8, &u8)| {
        if *shape == b'd' { byte.is_ascii_digit() } else { byte.eq_ignore_ascii_case(shape) }
    };
    if text.len() != shape.len() || !text.bytes().zip(shape).all(fits) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let day = days(number(&digits, 0, 4)?, number(&digits, 4, 6)?, number(&digits, 6, 8)?)?;
    let (hour, minute, second) =
        (number(&digits, 8, 10)?, number(&digits, 10, 12)?, number(&digits, 12, 14).unwrap_or(0));
    (hour < 24 && minute < 60 && second <= 60).then_some(day * 86_400 + hour * 3600 + minute * 60 + second)
}

fn number(digits: &str, from: usize, to: usize) -> Option<i64> {
    let digit = |sum, byte: u8| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'));
    digits.get(from..to)?.bytes().try_fold(0, digit)
}

/// Days from 1970-01-01 to a date that exists. Counts from March, so that the leap day ends the year.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let year = year - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468;
    (1..=length).contains(&day).then_some(days)
}

/// The instant as `YYYY-MM-DDThh:mm:ssZ`.
pub fn text(instant: Seconds) -> String {
    let (day, second) = (instant.div_euclid(86_400), instant.rem_euclid(86_400));
    let z = day + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let mut text = String::new();
    for (number, width, end) in [
        (year, 4, "-"),
        (month, 2, "-"),
        (of_year - (153 * shifted + 2) / 5 + 1, 2, "T"),
        (second / 3600, 2, ":"),
        (second / 60 % 60, 2, ":"),
        (second % 60, 2, "Z"),
    ] {
        let digits = number.to_string();
        text.extend(std::iter::repeat_n('0', usize::saturating_sub(width, digits.len())));
        text.push_str(&digits);
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_with_its_zone() {
        assert_eq!(instant("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(instant("2031-11-05T18:25:00+08:00"), Some(1_951_640_700));
        assert_eq!(instant("2031-11-05t18:25:00.123456+0800"), Some(1_951_640_700));
        assert_eq!(instant("2024-02-29T00:00:00-01:30"), Some(1_709_170_200));
        assert_eq!(instant("9999-12-31T23:59:59Z"), Some(LAST));
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for wrong in [
            "",
            "2031-11-05",
            "2031-11-05T18:25:00",
            "2031-11-05 18:25:00Z",
            "2031-13-05T18:25:00Z",
            "2031-00-05T18:25:00Z",
            "2031-02-29T18:25:00Z",
            "2100-02-29T00:00:00Z",
            "2031-11-31T18:25:00Z",
            "2031-11-00T18:25:00Z",
            "2031-11-05T24:00:00Z",
            "2031-11-05T18:60:00Z",
            "2031-11-05T18:25:61Z",
            "2031-11-05T18:25:00+24:00",
            "2031-11-05T18:25:00+08",
            "2031-11-05T18:25:00+08:60",
            "2031-11-05T18:25:00.5",
            "2031-11-05T18:25:00Zx",
            "+031-11-05T18:25:00Z",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59-01:00",
            "２０３１-11-05T18:25:00Z",
            "2031-11-05T18:25:0😀",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_beijings() {
        for right in ["20310501120000", "2031-05-01 12:00:00", "2031-05-01 12:00"] {
            assert_eq!(beijing(right), instant("2031-05-01T04:00:00Z"), "{right}");
        }
        for wrong in ["2031050112000", "2031-05-01T12:00:00", "20310532120000", "", "30m"] {
            assert_eq!(beijing(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_instant_is_written_as_it_is_read() {
        for right in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59Z",
            "2031-03-01T00:00:00Z",
            "2100-12-31T12:34:56Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(text(instant(right).unwrap()), right);
        }
    }
}
