//! Decides what an app's version is and which of two is older.
//!
//! It does not know which app, or where the version stands in a user agent.

use std::cmp::Ordering;
use std::fmt;

/// An app's version, up to four numbers, compared as numbers: `8.0.76` is below `8.0.100`, and `8.0` is `8.0.0`.
///
/// # Example
/// ```
/// use moongate::checkout::method::Version;
/// assert!(Version::parse("8.0.76") < Version::parse("8.0.100"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Version {
    numbers: [u32; 4],
    /// How many of them were written, so that it is shown as it was.
    written: usize,
}

impl Version {
    /// The version as a merchant writes it: one to four numbers with dots between, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let version = Self::dotted(text);
        (version.written == text.split('.').count()).then_some(version)
    }

    /// The version that a text begins with; what comes after its fourth number is left aside.
    ///
    /// A lone number above 99 is a version written without its dots: `939` is 9.3.9, `1022` is 10.2.2 and, from 10000
    /// on, with two digits each, `230400` is 23.4.0.
    ///
    /// # Source
    /// User agents of 云闪付 in public code, `(version 807)` in 2020 to `(version 1024)` in 2025 with none from 940 to
    /// 999, and of Douyin, `aweme_230400` beside `app_version/23.4.0`; read 2026-11-22.
    pub fn leading(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let version = Self::dotted(text.get(..end)?);
        let [lone, ..] = version.numbers;
        match version.written {
            0 => None,
            1 if lone >= 10_000 => Some(Self::undotted(lone, 100)),
            1 if lone >= 100 => Some(Self::undotted(lone, 10)),
            _ => Some(version),
        }
    }

    /// As it was written, for example `8.0.76`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (index, number) in self.numbers.iter().take(self.written).enumerate() {
            text.push_str(if index == 0 { "" } else { "." });
            text.push_str(&u64::from(*number).to_string());
        }
        text
    }

    fn dotted(text: &str) -> Self {
        let mut version = Self::default();
        for (number, digits) in version.numbers.iter_mut().zip(text.split('.')) {
            match digits.parse() {
                Ok(value) if !digits.starts_with('+') => *number = value,
                _ => break,
            }
            version.written += 1;
        }
        version
    }

    fn undotted(lone: u32, base: u32) -> Self {
        Self { numbers: [lone / base / base, lone / base % base, lone % base, 0], written: 3 }
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leading(text: &str) -> Option<String> {
        Version::leading(text).map(|version| version.to_string())
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let ordered = ["7", "8.0.9", "8.0.76", "8.0.100", "8.1", "10.0"].map(|text| Version::parse(text).unwrap());
        assert!(ordered.is_sorted() && ordered.array_windows().all(|[a, b]| a < b));
        assert_eq!(Version::parse("8.0"), Version::parse("8.0.0.0"));
    }

    #[test]
    fn a_version_is_shown_as_it_was_written() {
        for text in ["8", "8.0", "8.0.0", "10.48.30.2079"] {
            assert_eq!(Version::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_merchant_writes_one_to_four_numbers_and_nothing_else() {
        for wrong in
            ["", ".", "8.", ".8", "8..0", "v8", "8.0-beta", "1.2.3.4.5", "+8", "8.+1", "-1", "4294967296", "八"]
        {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_user_agent_may_go_on_after_the_version() {
        assert_eq!(leading("8.0.76(0x18004c24)").as_deref(), Some("8.0.76"));
        assert_eq!(leading("3.1.16 MicroMessenger").as_deref(), Some("3.1.16"));
        assert_eq!(leading("16.2.0__iphone").as_deref(), Some("16.2.0"));
        assert_eq!(leading("1.2.3.4.5").as_deref(), Some("1.2.3.4"));
        assert_eq!(leading("7.").as_deref(), Some("7"));
        for none in ["", "x", ".5", "(8", "99999999999", "九.1"] {
            assert_eq!(leading(none), None, "{none}");
        }
    }

    #[test]
    fn a_lone_large_number_is_a_version_without_its_dots() {
        let cases =
            [("939)", "9.3.9"), ("1022)", "10.2.2"), ("230400 JsSdk", "23.4.0"), ("99", "99"), ("100", "1.0.0")];
        for (text, version) in cases {
            assert_eq!(leading(text).as_deref(), Some(version));
        }
        assert_eq!(leading("939.1").as_deref(), Some("939.1"), "only a lone number");
    }
}
