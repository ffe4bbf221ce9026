//! Decides what an EMV merchant-presented text says: whose networks, one payment or many, currency and sum.
//!
//! It does not show anything, and reads no text whose checksum is wrong.
//!
//! # Source
//! EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1, as section 2.2 of the payload
//! reference cites it, read 2026-11-22.

use crate::checkout::money::Amount;

/// How every such text begins: payload format indicator 01.
pub const START: &str = "000201";

/// ISO 4217 numbers of the currencies that codes in wallets' markets are in, each after its letters.
const NUMBERS: &str = "CNY156 HKD344 MOP446 TWD901 SGD702 MYR458 THB764 IDR360 PHP608 VND704 KHR116 LAK418 MMK104 BND096 KRW410 \
JPY392 INR356 NPR524 LKR144 BDT050 PKR586 MNT496 KZT398 AED784 SAR682 TRY949 RUB643 EUR978 GBP826 CHF756 USD840 CAD124 AUD036 \
NZD554 BRL986 MXN484 ZAR710 PAB590";

/// A merchant-presented text with a right checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emv<'a> {
    objects: Vec<(&'a str, &'a str)>,
}

impl<'a> Emv<'a> {
    /// Reads it: objects of two digits, a length in characters, and a value; the checksum last.
    ///
    /// # Errors
    /// `None` if it is not that, or the checksum is wrong.
    ///
    /// # Example
    /// ```
    /// use moongate::action::emv::Emv;
    /// let text = "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412";
    /// assert!(Emv::read(text).unwrap().has_unionpay());
    /// assert_eq!(Emv::read(&text.replace("88.00", "89.00")), None);
    /// ```
    pub fn read(text: &'a str) -> Option<Self> {
        let (body, checksum) = text.len().checked_sub(4).and_then(|at| text.split_at_checked(at))?;
        let objects = objects(text).filter(|_| text.starts_with(START) && body.ends_with("6304"))?;
        let ends = objects.last()? == &("63", checksum);
        (ends && hex(crc(body.as_bytes())) == checksum).then_some(Self { objects })
    }

    fn value(&self, id: &str) -> Option<&'a str> {
        self.objects.iter().find(|(known, _)| *known == id).map(|(_, value)| *value)
    }

    /// Whether it can be paid again and again: anything that does not say it is for one payment.
    pub fn is_standing(&self) -> bool {
        self.value("01") != Some("12")
    }

    /// Whether UnionPay's objects, 15 and 16, are in it.
    pub fn has_unionpay(&self) -> bool {
        self.value("15").or_else(|| self.value("16")).is_some()
    }

    /// The ids of the networks in its templates, for example `hk.com.hkicl` (FPS), `SG.PAYNOW` or `COM.QQ.WEIXIN.PAY`.
    pub fn networks(&self) -> impl Iterator<Item = &'a str> {
        let template = |(id, value): &(&str, &'a str)| ("26"..="51").contains(id).then_some(*value);
        let name = |value: &'a str| objects(value)?.into_iter().find(|(id, _)| *id == "00").map(|(_, name)| name);
        self.objects.iter().filter_map(template).filter_map(name)
    }

    /// Whether its currency and its sum, where it states them, are these, and nothing comes on top: object 55 asks for a
    /// tip, or adds a fee that 56 or 57 states.
    pub fn agrees(&self, amount: &Amount) -> bool {
        let alone = self.value("55").is_none();
        let currency = self.value("53").is_none_or(|number| is_currency(number, amount.currency().code()));
        alone
            && currency
            && self.value("54").is_none_or(|sum| minor(sum, amount.currency().digits()) == Some(amount.minor()))
    }
}

fn is_currency(number: &str, code: &str) -> bool {
    NUMBERS.split(' ').any(|entry| entry.strip_prefix(code) == Some(number))
}

/// A decimal sum in minor units, if it has no more places than those, zeros aside.
fn minor(sum: &str, digits: usize) -> Option<u64> {
    let (whole, part) = sum.split_once('.').unwrap_or((sum, ""));
    let part = part.trim_end_matches('0');
    let missing = digits.checked_sub(part.len())?;
    let plain = whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) && !whole.is_empty();
    [whole, part, "000".get(..missing)?].concat().parse().ok().filter(|_| plain)
}

/// The objects that fill the text, none twice.
fn objects(mut text: &str) -> Option<Vec<(&str, &str)>> {
    let mut objects: Vec<(&str, &str)> = Vec::new();
    while !text.is_empty() {
        let (id, length) = (text.get(..2)?, text.get(2..4)?);
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let rest = text.get(4..).filter(|_| plain(id) && plain(length))?;
        let (value, after) = split(rest, length.parse().ok()?)?;
        if objects.iter().any(|(known, _)| *known == id) {
            return None;
        }
        objects.push((id, value));
        text = after;
    }
    Some(objects)
}

/// Splits after this many characters.
fn split(text: &str, count: usize) -> Option<(&str, &str)> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().nth(count).and_then(|at| text.split_at_checked(at))
}

/// CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, no reflection.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8)
            .fold(crc ^ (u16::from(*byte) << 8), |crc: u16, _| (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 })
    })
}

fn hex(number: u16) -> String {
    let digit = |shift: u32| char::from_digit(u32::from(number >> shift & 15), 16).unwrap_or('0').to_ascii_uppercase();
    [12, 8, 4, 0].map(digit).into_iter().collect()
}

/// The objects with the checksum they need.
#[cfg(test)]
pub(super) fn signed(objects: &str) -> String {
    let body = [objects, "6304"].concat();
    [body.as_str(), &hex(crc(body.as_bytes()))].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::money::Currency;

    const SHOP: &str = "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412";

    fn sum(minor: u64, code: &str) -> Amount {
        Amount::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(hex(crc(b"123456789")), "29B1");
        assert_eq!(hex(0x0a0f), "0A0F");
    }

    #[test]
    fn a_code_for_one_payment_says_its_sum() {
        let emv = Emv::read(SHOP).unwrap();
        assert!(!emv.is_standing() && emv.has_unionpay() && emv.networks().next().is_none());
        assert!(emv.agrees(&sum(8800, "HKD")));
        assert!(!emv.agrees(&sum(8801, "HKD")) && !emv.agrees(&sum(8800, "CNY")) && !emv.agrees(&sum(88, "JPY")));
    }

    #[test]
    fn a_code_that_asks_for_more_is_of_no_sum() {
        for (more, agrees) in [("", true), ("550201", false), ("550202560510.00", false), ("55020357035.0", false)] {
            let text = signed(&["0002010102125303344540588.00", more, "5802HK"].concat());
            assert_eq!(Emv::read(&text).unwrap().agrees(&sum(8800, "HKD")), agrees, "{more}");
        }
    }

    #[test]
    fn sums_are_compared_by_the_currencys_digits() {
        for (text, digits, minor_units) in [
            ("88", 2, Some(8800)),
            ("88.", 2, Some(8800)),
            ("88.5", 2, Some(8850)),
            ("88.500", 2, Some(8850)),
            ("88", 0, Some(88)),
            ("0.005", 3, Some(5)),
        ] {
            assert_eq!(minor(text, digits), minor_units, "{text}");
        }
        for wrong in ["", ".5", "8.001", "-1", "+1", "1e2", "1,0", "99999999999999999999"] {
            assert_eq!(minor(wrong, 2), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_count_characters_and_the_checksum_bytes() {
        let text = signed("000201010211530315654045.005802CN5904山茶咖啡6002上海");
        let emv = Emv::read(&text).unwrap();
        assert!(emv.is_standing() && emv.agrees(&sum(500, "CNY")));
    }

    #[test]
    fn networks_are_named_by_their_templates() {
        let text = signed("00020126160012hk.com.hkicl27210017COM.QQ.WEIXIN.PAY2804xxxx51110007SG.SGQR5303702");
        assert_eq!(
            Emv::read(&text).unwrap().networks().collect::<Vec<_>>(),
            ["hk.com.hkicl", "COM.QQ.WEIXIN.PAY", "SG.SGQR"]
        );
    }

    #[test]
    fn what_is_not_whole_is_not_read() {
        for wrong in [
            "",
            "000201",
            "6304",
            &SHOP.to_lowercase(),
            &SHOP[..SHOP.len() - 1],
            &[SHOP, "0"].concat(),
            &signed("010212"),
            &signed("0002010102125303"),
            &signed("000201010212530315653031564"),
            &signed("0002010x0212"),
            &signed("000201+1021"),
        ] {
            assert_eq!(Emv::read(wrong), None, "{wrong}");
        }
    }
}
