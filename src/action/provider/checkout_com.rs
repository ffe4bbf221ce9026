//! Decides what Checkout.com's payments ask for.
//!
//! It does not know which hosts its pages lie on beyond its own domain (D).
//!
//! # Source
//! checkout/checkout-sdk-java `Link.java`, `QrCode.java` and `PaymentStatus.java`, as section 1.13 of the payload
//! reference cites them, read 2026-11-22. The part-paid words are from memory (D).

use super::aggregator::{ANY_CODE, shown, word_at};
use super::{Draft, Recogniser, Words, has, need, need_object, text, word};
use crate::action::Refusal;
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: "checkout",
    hosts: "*.checkout.com",
    codes: ANY_CODE,
    matches: |json| has(json, "_links") && word(json, "id").starts_with("pay_"),
    read,
}];

const WORDS: Words = Words {
    succeeded: "Authorized|Captured|Paid|Partially Captured|Refunded|Partially Refunded",
    pending: "Pending",
    failed: "Declined",
    canceled: "Canceled|Voided",
    expired: "Expired",
};

fn read(json: &Json) -> Result<Draft, Refusal> {
    let (status, links) = (need(json, "status")?, need_object(json, "_links")?);
    let draft = match WORDS.end(status) {
        Some(end) => end.code(word(json, "response_code")),
        None if has(links, "redirect") => action(need_object(links, "redirect")?)?,
        None => WORDS.stands(status),
    };
    Ok(draft.method(word_at(json, &["source", "type"])))
}

fn action(link: &Json) -> Result<Draft, Refusal> {
    if !has(link, "qr_code") {
        return Ok(Draft::get(need(link, "href")?));
    }
    let code = need_object(link, "qr_code")?;
    let picture = text(code, "image")?.map(picture);
    Ok(shown(text(code, "text")?, picture.as_deref())?.fallback(text(link, "href")?))
}

/// Bare base64 becomes a picture's address if it is a PNG's; anything else is judged as it is.
fn picture(image: &str) -> String {
    if image.starts_with("iVBOR") { ["data:image/png;base64,", image].concat() } else { image.to_owned() }
}
