//! Decides what the normalised form says, which a merchant's server may answer with itself.
//!
//! It does not trust it more than a provider's: the wallets' exact host lists apply, with those of the provider that it
//! names, and nothing passes there only because any host may.

use super::{Draft, Recogniser, fields, instant, named, need, need_object, text, word};
use crate::action::{Bridge, Refusal, Standing};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: NAME,
    hosts: "",
    codes: "weixin: wxp: [28] [emv] qr.alipay.com qr.95516.com",
    matches: |json| matches!(word(json, "type"), "redirect" | "qr" | "inapp" | "deeplink" | "none"),
    read,
}];

/// The row's name. No provider has it.
pub(super) const NAME: &str = "normalised";

/// The wallets that have a word.
const WALLETS: [&str; 6] = ["wechatpay", "alipay", "alipay_hk", "alipay_plus", "unionpay", "hebao"];

fn read(json: &Json) -> Result<Draft, Refusal> {
    let draft = match word(json, "type") {
        "redirect" => redirect(json)?,
        "qr" => code(json)?,
        "inapp" => inapp(json)?,
        "deeplink" => Draft::deeplink(need(json, "url")?),
        // A status that is not known counts as pending, as it does for payments.
        _ => Draft::nothing(Standing::of_word(need(json, "status")?), text(json, "code")?.unwrap_or_default()),
    };
    let provider = named(word(json, "provider")).map(Recogniser::provider).filter(|name| *name != NAME);
    let wallet = WALLETS.into_iter().find(|wallet| *wallet == word(json, "wallet"));
    let draft = draft.fallback(text(json, "fallback")?).wallet(wallet).expires(instant(json, "expires")?);
    Ok(Draft { provider, ..draft })
}

fn redirect(json: &Json) -> Result<Draft, Refusal> {
    let (url, fields) = (need(json, "url")?, json.get("fields").map_or(Ok(Vec::new()), fields)?);
    match text(json, "method")?.unwrap_or("GET") {
        "GET" if fields.is_empty() => Ok(Draft::get(url)),
        "GET" => Err(Refusal::Malformed),
        "POST" => Ok(Draft::post(url, fields)),
        _ => Err(Refusal::BadType),
    }
}

fn code(json: &Json) -> Result<Draft, Refusal> {
    let (payload, image) = (text(json, "payload")?, text(json, "image")?);
    let any = payload.or(image).map(|_| Draft::qr(payload).image(image));
    any.ok_or(Refusal::MissingField)
}

fn inapp(json: &Json) -> Result<Draft, Refusal> {
    let word = need(json, "bridge")?;
    let bridge = Bridge::ALL.into_iter().find(|bridge| bridge.word() == word).ok_or(Refusal::BadType)?;
    Ok(Draft::inapp(bridge, fields(need_object(json, "params")?)?))
}
