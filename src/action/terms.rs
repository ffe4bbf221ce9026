//! Decides what a response is held against, and that it is read and held in one: nothing unchecked comes out.
//!
//! It does not decide what a response means (the rooms in `provider` do), nor where it leads.

use super::{Action, Method, Refusal, Seconds, Step, Trust, code, text};
use crate::checkout::environment::Device;
use crate::checkout::json::Json;
use crate::checkout::money::Amount;

/// What a response is held against: what the merchant allows, the order's sum, the method and who reads its codes, and where
/// the shopper is.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What actions may lead to.
    pub trust: Trust,
    /// The sum that is to be paid.
    pub amount: Amount,
    /// The method it is paid with; then, with spaces between, those whose apps read its codes too, as the merchant says
    /// (`scannableBy`). Any of these asks for collection codes.
    pub methods: String,
    /// What the shopper holds: a desktop has no app that a link could open.
    pub device: Device,
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
        // It goes by the page that leads to the same payment, where there is one. Payload reference 0.2, read 2026-11-29.
        if let (Device::Desktop, Step::Deeplink { fallback, .. }) = (terms.device, &mut action.step)
            && let Some(url) = fallback.take()
        {
            action.step = Step::Redirect { url, method: Method::Get, fields: Vec::new() };
        }
        Ok(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::money::Currency;

    #[test]
    fn a_code_is_read_by_its_own_wallet_and_by_those_the_merchant_names() {
        let readers = |methods: &str| {
            let amount = Amount::new(1, Currency::parse("CNY").unwrap()).unwrap();
            let terms = Terms { trust: Trust::default(), amount, methods: methods.to_owned(), device: Device::Phone };
            Action::checked(r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a"}"#, 0, &terms).unwrap().readers
        };
        assert_eq!(readers("wechatpay"), "wechatpay");
        assert_eq!(readers("wechatpay unionpay"), "wechatpay unionpay");
    }

    #[test]
    fn a_desktop_goes_by_the_page_of_a_link_to_an_app() {
        let step = |device, fallback: &str| {
            let amount = Amount::new(1, Currency::parse("CNY").unwrap()).unwrap();
            let terms = Terms { trust: Trust::default(), amount, methods: "alipay".to_owned(), device };
            let link = r#"{"type":"deeplink","url":"alipays://platformapi/startapp""#;
            Action::checked(&[link, fallback, "}"].concat(), 0, &terms).unwrap().step
        };
        let page = r#","fallback":"https://mclient.alipay.com/x""#;
        let there = step(Device::Desktop, page);
        assert!(
            matches!(there, Step::Redirect { url, method: Method::Get, .. } if url == "https://mclient.alipay.com/x")
        );
        assert!(matches!(step(Device::Phone, page), Step::Deeplink { fallback: Some(_), .. }));
        assert!(matches!(step(Device::Desktop, ""), Step::Deeplink { fallback: None, .. }), "there is no page");
    }
}
