//! Decides what the normalised form says, which a merchant's server may answer with itself.
//!
//! It does not trust it more than a provider's: the wallets' exact host lists apply, with those of the provider that it
//! names, and nothing passes there only because any host may.

use super::{Draft, Recogniser, fields, instant, named, need, need_object, text, word};
use crate::action::{Bridge, Method, Refusal, Standing, Step};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[Recogniser {
    name: NAME,
    hosts: "",
    codes: "weixin: wxp: 28 000201 qr.alipay.com qr.95516.com",
    matches: |json| matches!(word(json, "type"), "redirect" | "qr" | "inapp" | "deeplink" | "none"),
    read,
}];

/// The row's name. No provider has it.
pub(super) const NAME: &str = "normalised";

/// The wallets that have a word.
const WALLETS: [&str; 6] = ["wechatpay", "alipay", "alipay_hk", "alipay_plus", "unionpay", "hebao"];

fn read(json: &Json) -> Result<Draft, Refusal> {
    let step = match word(json, "type") {
        "redirect" => redirect(json)?,
        "qr" => code(json)?,
        "inapp" => inapp(json)?,
        "deeplink" => Step::Deeplink { url: need(json, "url")?.to_owned(), fallback: owned(json, "fallback")? },
        _ => nothing(json)?,
    };
    let provider = named(word(json, "provider")).map(Recogniser::provider).filter(|name| *name != NAME);
    let wallet = WALLETS.into_iter().find(|wallet| *wallet == word(json, "wallet"));
    Ok(Draft { provider, wallet, expires: instant(json, "expires")?, step })
}

fn owned(json: &Json, key: &str) -> Result<Option<String>, Refusal> {
    Ok(text(json, key)?.map(str::to_owned))
}

fn redirect(json: &Json) -> Result<Step, Refusal> {
    let fields = json.get("fields").map_or_else(|| Ok(Vec::new()), fields)?;
    let method = match text(json, "method")? {
        None | Some("GET") if fields.is_empty() => Method::Get,
        None | Some("GET") => return Err(Refusal::Malformed),
        Some("POST") => Method::Post,
        Some(_) => return Err(Refusal::BadType),
    };
    Ok(Step::Redirect { url: need(json, "url")?.to_owned(), method, fields })
}

fn code(json: &Json) -> Result<Step, Refusal> {
    let (payload, image) = (owned(json, "payload")?, owned(json, "image")?);
    if payload.is_none() && image.is_none() {
        return Err(Refusal::MissingField);
    }
    Ok(Step::Qr { payload, image, fallback: owned(json, "fallback")? })
}

fn inapp(json: &Json) -> Result<Step, Refusal> {
    let word = need(json, "bridge")?;
    let bridge = Bridge::ALL.into_iter().find(|bridge| bridge.word() == word).ok_or(Refusal::BadType)?;
    Ok(Step::InApp { bridge, params: fields(need_object(json, "params")?)? })
}

/// A status that is not known counts as pending, as it does for payments.
fn nothing(json: &Json) -> Result<Step, Refusal> {
    let word = need(json, "status")?;
    let status = Standing::of_word(word);
    Ok(Step::Nothing { status, code: owned(json, "code")? })
}
