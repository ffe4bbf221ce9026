//! Decides what an amount is: a whole number of a currency's minor unit. The only place that knows decimal places.
//!
//! It does not format for people: that is the browser's `Intl`, which gets its digit count from here; only yuan in simplified
//! Chinese and English are written here ([`Amount::by_heart`]).

use std::fmt;

/// Every active code of ISO 4217 that names money one can pay with, three letters each, in alphabetical order.
/// Source: ISO 4217 list one, read 2026-11-22.
const CODES: &str = "AEDAFNALLAMDAOAARSAUDAWGAZNBAMBBDBDTBHDBIFBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCLPCNYCOPCRCCUPCVECZK\
DJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHTGHUFIDRILSINRIQDIRRISKJMDJODJPYKESKGSKHRKMFKPWKRWKWDKYD\
KZTLAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGKPHPPKRPLNPYGQARRONRSDRUB\
RWFSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUYUUZSVEDVESVNDVUVWSTXAFXCDXCGXOFXPF\
YERZARZMWZWG";

/// The currencies without minor units, and those with three digits of them; every other has two.
/// Source: ISO 4217 list one, read 2026-11-22. `Intl` differs for HUF, IDR and IQD, so this table rules.
const NO_DIGITS: &str = "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPF";
const THREE_DIGITS: &str = "BHDIQDJODKWDLYDOMRTND";

/// The languages in which every browser writes yuan alike, by the tags that pages give. See [`Amount::by_heart`].
/// Source: CLDR 48 by way of three browsers' `Intl`, which a test holds it to.
pub const KNOWN_BY_HEART: [&str; 7] = ["zh", "zh-CN", "zh-Hans", "zh-Hans-CN", "en", "en-US", "en-GB"];

/// Largest sum: 999 999 999 999 minor units.
const MAX_MINOR: u64 = 999_999_999_999;

/// An ISO 4217 currency, by its three letters in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency of this code, for example `CNY`; upper case only.
    ///
    /// # Errors
    /// `None` if ISO 4217 has no such money.
    pub fn parse(code: &str) -> Option<Self> {
        listed(CODES, code).then(|| code.as_bytes().try_into().ok().map(Self)).flatten()
    }

    /// The three letters, for example `CNY`.
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimal places its minor unit has: 0, 2 or 3.
    pub fn digits(&self) -> usize {
        match () {
            () if listed(NO_DIGITS, self.code()) => 0,
            () if listed(THREE_DIGITS, self.code()) => 3,
            () => 2,
        }
    }

    /// The codes whose minor unit has this many decimal places, for the script that draws before the wasm arrives.
    /// For 2, which is every other, it is empty.
    pub fn with_digits(digits: usize) -> Vec<&'static str> {
        let list = match digits {
            0 => NO_DIGITS,
            3 => THREE_DIGITS,
            _ => "",
        };
        (0..list.len()).step_by(3).filter_map(|at| list.get(at..at + 3)).collect()
    }
}

fn listed(list: &str, code: &str) -> bool {
    code.len() == 3 && list.as_bytes().chunks(3).any(|entry| entry == code.as_bytes())
}

/// Why a number is not a sum one can pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Zero.
    NotPositive,
    /// Above 999 999 999 999 minor units.
    TooLarge,
}

/// The sum to pay, as an integer count of the currency's minor unit.
///
/// `1099` with `EUR` is 10.99 euro; `1099` with `JPY` is 1,099 yen. From 1 to 999,999,999,999.
///
/// # Example
/// ```
/// use moongate::checkout::money::{Amount, Currency};
/// let sum = Amount::new(12800, Currency::parse("CNY").unwrap()).unwrap();
/// assert_eq!(sum.decimal(), "128.00");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    minor: u64,
    currency: Currency,
}

impl Amount {
    /// This many minor units.
    ///
    /// # Errors
    /// [`AmountError::NotPositive`] for zero, [`AmountError::TooLarge`] above the range.
    pub fn new(minor: u64, currency: Currency) -> Result<Self, AmountError> {
        match minor {
            0 => Err(AmountError::NotPositive),
            1..=MAX_MINOR => Ok(Self { minor, currency }),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// The count of minor units.
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum in the currency's main unit as decimal text with all its places, for example `128.00`.
    pub fn decimal(&self) -> String {
        let digits = self.currency.digits();
        let mut text = self.minor.to_string();
        while text.len() <= digits {
            text.insert(0, '0');
        }
        if digits > 0 {
            text.insert(text.len() - digits, '.');
        }
        text
    }

    /// Yuan as each browser's `Intl` writes them in this language, for example `¥1,280.00`; `None` where it has to be asked. The
    /// first answer of `Intl` takes a phone a tenth of a second, in which it can do nothing else.
    ///
    /// # Example
    /// ```
    /// use moongate::checkout::money::{Amount, Currency};
    /// let sum = Amount::new(128_000, Currency::parse("CNY").unwrap()).unwrap();
    /// assert_eq!(sum.by_heart("zh-CN").as_deref(), Some("¥1,280.00"));
    /// assert_eq!(sum.by_heart("ja"), None);
    /// ```
    pub fn by_heart(&self, locale: &str) -> Option<String> {
        if self.currency.code() != "CNY" || !KNOWN_BY_HEART.contains(&locale) {
            return None;
        }
        let mut text = self.decimal();
        let mut at = text.find('.')?;
        while at > 3 {
            at -= 3;
            text.insert(at, ',');
        }
        text.insert(0, '¥');
        Some(text)
    }

    /// The sum as plain text, for example `128.00 CNY`: for logs and messages to developers, not for shoppers.
    pub fn text(&self) -> String {
        [&self.decimal(), " ", self.currency.code()].concat()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// What a merchant adds for one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fee {
    /// This many minor units; `Fixed(0)` is the merchant's word that there is none.
    Fixed(u64),
    /// A share of the sum, in millionths of it: 1.5 percent is `15_000`. Rounded half up to a minor unit.
    Share(u64),
}

impl Fee {
    /// A percentage in decimal text, for example `1.5`, with at most four decimal places and at most 100.
    ///
    /// # Errors
    /// `None` if it is not that.
    pub fn percent(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || part.len() > 4 || !plain(whole) || !plain(part) {
            return None;
        }
        let mut digits = [whole, part].concat();
        while digits.len() < whole.len() + 4 {
            digits.push('0');
        }
        let share = digits.parse().ok()?;
        (share <= 1_000_000).then_some(Self::Share(share))
    }

    /// The fee on this sum, in minor units.
    pub fn on(&self, sum: &Amount) -> u64 {
        match self {
            Self::Fixed(minor) => *minor,
            Self::Share(millionths) => {
                // Below 2^60: a sum has at most 12 digits, a share 7.
                sum.minor.saturating_mul(*millionths).saturating_add(500_000) / 1_000_000
            }
        }
    }

    /// The sum with the fee added: what the button says and what is sent.
    ///
    /// # Errors
    /// [`AmountError::TooLarge`] if that passes the range.
    pub fn added_to(&self, sum: &Amount) -> Result<Amount, AmountError> {
        Amount::new(sum.minor.saturating_add(self.on(sum)), sum.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(minor: u64, code: &str) -> Amount {
        Amount::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn decimal_places_are_those_of_iso_4217() {
        assert_eq!(sum(12800, "CNY").decimal(), "128.00");
        assert_eq!(sum(1099, "JPY").decimal(), "1099");
        assert_eq!(sum(5, "KWD").decimal(), "0.005");
        assert_eq!(sum(5, "EUR").decimal(), "0.05");
        assert_eq!(sum(150_000, "IDR").decimal(), "1500.00");
    }

    #[test]
    fn codes_are_three_upper_case_letters_that_exist() {
        for wrong in ["", "RMB", "cny", "CN", "CNYX", "NYC", "XXX", "人民币", "¥"] {
            assert_eq!(Currency::parse(wrong), None, "{wrong}");
        }
        // The Caribbean guilder is the youngest, of 2025-03-31.
        assert_eq!(Currency::parse("XCG").map(|currency| currency.digits()), Some(2));
        assert_eq!(CODES.len() % 3, 0);
    }

    #[test]
    fn every_currency_with_other_digits_is_a_currency() {
        for digits in [0, 3] {
            assert!(Currency::with_digits(digits).iter().all(|code| Currency::parse(code).unwrap().digits() == digits));
        }
    }

    #[test]
    fn the_range_is_kept() {
        let cny = Currency::parse("CNY").unwrap();
        assert_eq!(Amount::new(0, cny), Err(AmountError::NotPositive));
        assert!(Amount::new(999_999_999_999, cny).is_ok());
        assert_eq!(Amount::new(1_000_000_000_000, cny), Err(AmountError::TooLarge));
    }

    #[test]
    fn a_fee_is_rounded_half_up() {
        let share = Fee::percent("1.5").unwrap();
        assert_eq!(share.on(&sum(100, "CNY")), 2);
        assert_eq!(share.on(&sum(99, "CNY")), 1);
        assert_eq!(Fee::percent("0.6").unwrap().added_to(&sum(12800, "CNY")).unwrap().minor(), 12877);
        for wrong in ["", ".5", "1,5", "-1", "100.0001", "1e2", "1.00001", "1.5%"] {
            assert_eq!(Fee::percent(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn yuan_are_known_by_heart_in_the_languages_of_most_shoppers() {
        for (minor, text) in [
            (1, "¥0.01"),
            (12_800, "¥128.00"),
            (99_999, "¥999.99"),
            (100_000, "¥1,000.00"),
            (123_456_789, "¥1,234,567.89"),
            (999_999_999_999, "¥9,999,999,999.99"),
        ] {
            assert_eq!(sum(minor, "CNY").by_heart("zh-CN").as_deref(), Some(text));
        }
        for (code, locale) in [("HKD", "zh-CN"), ("CNY", "zh-HK"), ("CNY", "ja"), ("CNY", "en-IN"), ("CNY", "")] {
            assert_eq!(sum(100, code).by_heart(locale), None, "{code} {locale}");
        }
    }

    #[test]
    fn a_developer_reads_a_sum_with_its_decimals_and_its_currency() {
        assert_eq!(sum(12_800, "CNY").text(), "128.00 CNY");
        assert_eq!(sum(12_800, "JPY").to_string(), "12800 JPY");
    }
}
