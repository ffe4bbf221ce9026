//! Decides the fresh texts of one payment: its codes, numbers and signatures, in the forms the providers give them.
//!
//! It does not decide which of them an answer holds. All follow from the payment's id and the generation of its code,
//! so that a restart, a resent request and the wallet's page mean the same ones.

use super::super::clock::beijing_digits;
use super::super::dice::{ALNUM, DIGITS, HEX, LOWER, drawn};
use super::super::payment::Payment;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The texts of one generation of a payment's code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'a> {
    payment: &'a Payment,
    generation: u32,
}

impl<'a> Tokens<'a> {
    /// Those of the present code.
    pub(crate) fn of(payment: &'a Payment) -> Self {
        Self::at(payment, payment.generation)
    }

    /// Those of this generation's code.
    pub(crate) fn at(payment: &'a Payment, generation: u32) -> Self {
        Self { payment, generation }
    }

    /// Draws characters; `label` keeps one text apart from the next.
    pub(crate) fn draw(&self, label: &str, alphabet: &[u8], length: usize) -> String {
        drawn(&format!("{}/{}/{label}", self.payment.id, self.generation), alphabet, length)
    }

    /// A signature that signs nothing, of the usual length: no key passes through the sandbox.
    pub(crate) fn signature(&self) -> String {
        STANDARD.encode(self.draw("signature", ALNUM, 48))
    }

    /// The day the payment was made, Beijing, `20310105`; stable, so not the day the code was made.
    fn day(&self) -> String {
        beijing_digits(self.payment.created).chars().take(8).collect()
    }

    /// The number the merchant gave the payment at the provider: 24 letters and digits.
    pub(crate) fn reference(&self) -> String {
        format!("MG{}{}", self.day(), self.draw("reference", DIGITS, 14))
    }

    /// `wx` and 34 more, as WeChat Pay's prepay ids are.
    pub(crate) fn prepay_id(&self) -> String {
        format!("wx{}{}", self.draw("prepay-time", DIGITS, 8), self.draw("prepay", HEX, 26))
    }

    /// What stands after `pr=` in a WeChat Pay code.
    pub(crate) fn pr(&self) -> String {
        self.draw("pr", ALNUM, 9)
    }

    /// `bax` and 21 more, as in Alipay's codes.
    pub(crate) fn bax(&self) -> String {
        format!("bax{}{}", self.draw("bax-number", DIGITS, 5), self.draw("bax", LOWER, 16))
    }

    /// Alipay's trade number: 28 digits.
    pub(crate) fn trade_no(&self) -> String {
        format!("{}2200{}", self.day(), self.draw("trade", DIGITS, 16))
    }

    /// The bare code of a payment that Alipay+ or Airwallex give: `2816` and 16 digits.
    pub(crate) fn bare_code(&self) -> String {
        format!("2816{}", self.draw("bare", DIGITS, 16))
    }

    /// The number in UnionPay's codes: 32 digits.
    pub(crate) fn unionpay_code(&self) -> String {
        format!("6220{}", self.draw("unionpay", DIGITS, 28))
    }

    /// UnionPay's TN: 21 digits.
    pub(crate) fn tn(&self) -> String {
        self.draw("tn", DIGITS, 21)
    }

    /// The session of 和包's pages: 26 digits.
    pub(crate) fn hebao_session(&self) -> String {
        format!("{}{}", self.day(), self.draw("hebao", DIGITS, 18))
    }

    /// Every text by which a wallet finds the payment again.
    fn all(&self) -> [String; 9] {
        [
            self.reference(),
            self.prepay_id(),
            self.pr(),
            self.bax(),
            self.trade_no(),
            self.bare_code(),
            self.unionpay_code(),
            self.tn(),
            self.hebao_session(),
        ]
    }
}

/// The generation of the payment's code that a text, a code or a whole address or form, names. The attempt names the
/// present one where no code does: it stands in forms of before a refresh too. The id is no code, and no secret.
pub(crate) fn named_in(payment: &Payment, text: &str) -> Option<u32> {
    let by = |generation| Tokens::at(payment, generation).all().iter().any(|token| text.contains(token));
    let named = (0..=payment.generation).rev().find(|generation| by(*generation));
    named.or_else(|| text.contains(&payment.wish.attempt).then_some(payment.generation))
}

#[cfg(test)]
mod tests {
    use super::super::super::payment::tests::sample;
    use super::*;

    #[test]
    fn the_texts_have_the_lengths_of_the_real_ones() {
        let payment = sample();
        let tokens = Tokens::of(&payment);
        let lengths = tokens.all().map(|token| token.len());
        assert_eq!(lengths, [24, 36, 9, 24, 28, 20, 32, 21, 26]);
    }

    #[test]
    fn a_payment_is_found_by_any_of_its_texts_wherever_it_stands() {
        let payment = sample();
        for token in Tokens::of(&payment).all() {
            assert_eq!(
                named_in(&payment, &format!("a=b&c=weixin%3A%2F%2F{token}%26x")),
                Some(payment.generation),
                "{token}"
            );
        }
        assert_eq!(named_in(&payment, "weixin://wxpay/bizpayurl?pr=another"), None);
        assert_eq!(named_in(&payment, &payment.wish.attempt), Some(payment.generation));
        assert_eq!(named_in(&payment, &payment.id), None);
        assert_eq!(named_in(&payment, ""), None);
    }

    #[test]
    fn the_code_of_before_a_refresh_is_known_and_void() {
        let payment = sample();
        let before = Tokens::at(&payment, payment.generation - 1);
        for token in before.all() {
            assert_eq!(named_in(&payment, &token), Some(payment.generation - 1), "{token}");
        }
    }
}
