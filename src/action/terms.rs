//! Decides what a response is held against, and that it is read and held in one: nothing unchecked comes out.
//!
//! It does not decide what a response means (the rooms in `provider` do), nor where it leads.

use super::{Action, Refusal, Seconds, Step, Trust, code, text};
use crate::checkout::json::Json;
use crate::checkout::money::Amount;

/// What a response is held against: what the merchant allows, the order's sum, the method and who reads its codes.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What actions may lead to.
    pub trust: Trust,
    /// The sum that is to be paid.
    pub amount: Amount,
    /// The method it is paid with; then, with spaces between, those whose apps read its codes too, as the merchant says
    /// (`scannableBy`). Any of these asks for collection codes.
    pub methods: String,
}

impl Action {
    /// Reads a response, given as text or as a JSON value's text, and holds it against the terms: both checks in one.
    ///
    /// # Errors
    /// As [`Action::read`] and [`Action::allowed`].
    // The door of a part of the wasm (`bundle/parts.rs`).
    #[inline(never)]
    pub fn checked(response: &str, now: Seconds, terms: &Terms) -> Result<Self, Refusal> {
        let mut action = match Json::read(response) {
            // A body that came as a JSON text is longer by its escapes, and is measured without them.
            Ok(json) if response.len() > text::MAX_BODY && json.text().is_none() => Err(Refusal::TooLarge),
            Ok(json) => Self::read_json(&json, now, &terms.trust),
            Err(_) => Self::read(response, now, &terms.trust),
        }?;
        action.allowed(&terms.amount, &terms.trust, terms.methods.contains(' '))?;
        if let Step::Qr { payload, .. } = &action.step {
            action.readers = code::read_by(payload.as_deref(), &terms.methods);
        }
        Ok(action)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::checkout::money::Currency;

    #[test]
    fn a_code_is_read_by_its_own_wallet_and_by_those_the_merchant_names() {
        let readers = |methods: &str| {
            let amount = Amount::new(1, Currency::parse("CNY").unwrap()).unwrap();
            let terms = Terms { trust: Trust::default(), amount, methods: methods.to_owned() };
            Action::checked(r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a"}"#, 0, &terms).unwrap().readers
        };
        assert_eq!(readers("wechatpay"), "wechatpay");
        assert_eq!(readers("wechatpay unionpay"), "wechatpay unionpay");
    }
}
