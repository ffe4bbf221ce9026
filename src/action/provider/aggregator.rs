//! Decides what the aggregators' responses have in common: names of methods, WeChat Pay's parameters passed on, JSON in
//! a text.
//!
//! It does not know any one of them; each has a file of its own.

use super::{Draft, Words, has, need, need_object, text, wechatpay};
use crate::action::{Bridge, Refusal, Seconds, Standing, Step, time};
use crate::checkout::json::Json;

/// Whether an aggregator's code text is admitted: any wallet's, any https page, a bare Alipay+ code, EMV.
pub(super) const ANY_CODE: &str = "weixin: wxp: [28] [emv] *";

/// How the names begin that aggregators have for the wallets' methods, without case and `_`; the longer first.
const METHODS: [(&str, &str); 8] = [
    ("wechat", "wechatpay"),
    ("wx", "wechatpay"),
    ("alipayplus", "alipay_plus"),
    ("alipayhk", "alipay_hk"),
    ("alipay", "alipay"),
    ("unionpay", "unionpay"),
    ("upacp", "unionpay"),
    ("cup", "unionpay"),
];

/// The wallet that an aggregator's name of a method means: `we_chat_pay`, `ALIPAY_HK`, `wechatpayQR`.
pub(super) fn wallet_of(method: &str) -> Option<&'static str> {
    let plain = method.replace('_', "").to_ascii_lowercase();
    METHODS.iter().find(|(start, _)| plain.starts_with(start)).map(|(_, wallet)| *wallet)
}

impl Words {
    /// How it stands by this word; one that is not known decides nothing.
    pub(super) fn stands(&self, word: &str) -> Draft {
        Draft::nothing(self.standing(word).unwrap_or(Standing::Pending), "")
    }
}

impl Draft {
    /// For the wallet that the response's own name of the method means, if it means one.
    pub(super) fn method(self, name: &str) -> Self {
        match wallet_of(name) {
            None => self,
            wallet => self.wallet(wallet),
        }
    }

    /// With the code of why the payment ended, if it did without being paid.
    pub(super) fn code(mut self, said: &str) -> Self {
        if let Step::Nothing { status: Standing::Failed | Standing::Canceled | Standing::Expired, code } =
            &mut self.step
        {
            *code = Some(said).filter(|said| !said.is_empty()).map(str::to_owned);
        }
        self
    }
}

/// Show this code, by its text or a picture of it: one of them must be there.
pub(super) fn shown(payload: Option<&str>, picture: Option<&str>) -> Result<Draft, Refusal> {
    if payload.is_none() && picture.is_none() {
        return Err(Refusal::MissingField);
    }
    Ok(Draft::qr(payload).image(picture))
}

/// The text at the end of this path of keys, or nothing: for names of methods and signatures.
pub(super) fn word_at<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::text).unwrap_or_default()
}

/// The text of the first of these members that is there.
pub(super) fn first<'a>(json: &'a Json, keys: [&str; 2]) -> Result<Option<&'a str>, Refusal> {
    let [key, other] = keys;
    text(json, key)?.map_or_else(|| text(json, other), |found| Ok(Some(found)))
}

/// The parameters of WeChat Pay's bridge that an aggregator passes on, unless they are for the app's kit.
pub(super) fn wechat(params: &Json) -> Result<Draft, Refusal> {
    if !has(params, "paySign") || ["partnerId", "partnerid", "prepayId"].iter().any(|key| has(params, key)) {
        return Err(Refusal::AppSdkOnly);
    }
    wechatpay::bridge(params)
}

/// As the call of a mini program takes them: without `appId`.
pub(super) fn mini(mut draft: Draft) -> Draft {
    if let Step::InApp { bridge, params } = &mut draft.step {
        *bridge = Bridge::WechatMini;
        params.retain(|(name, _)| name != "appId");
    }
    draft
}

/// The object that is given as one, or as the text of one.
pub(super) fn parsed(value: &Json) -> Result<Json, Refusal> {
    if value.is_object() {
        return Ok(value.clone());
    }
    let text = value.text().ok_or(Refusal::BadType)?;
    Json::read(text).ok().filter(Json::is_object).ok_or(Refusal::Malformed)
}

/// What an intent asks for next, by its `next_action`'s type.
pub(super) fn next_action(json: &Json) -> Result<(&str, &Json), Refusal> {
    let next = need_object(json, "next_action")?;
    Ok((need(next, "type")?, next))
}

/// The instant of a member that may be absent: a whole number, this many to the second.
pub(super) fn epoch(json: &Json, key: &str, to_the_second: u64) -> Result<Option<Seconds>, Refusal> {
    let Some(value) = json.get(key) else { return Ok(None) };
    let number = value.integer().ok_or(Refusal::BadType)? / to_the_second;
    time::sane(i64::try_from(number).ok()).map(Some).ok_or(Refusal::BadType)
}
