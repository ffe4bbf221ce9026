//! Decides how a checked action crosses from the reader's module to the widget's: as the normalised form, and what else
//! the widget must know of it.
//!
//! It checks nothing: what crosses has been checked, by the same code, on the other side.

use super::{Action, Bridge, Method, Refusal, Seconds, Standing, Step, Trust, text, time};
use crate::checkout::json::Json;
use crate::checkout::money::{Amount, Currency};

/// What a response is held against: what the merchant allows, the order's sum, whether collection codes were asked for.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What actions may lead to.
    pub trust: Trust,
    /// The sum that is to be paid.
    pub amount: Amount,
    /// Whether the merchant asked for collection codes of this method.
    pub collection: bool,
}

impl Terms {
    /// As text, for the way across.
    pub fn to_json(&self) -> Json {
        let hosts = self.trust.hosts.iter().map(|host| Json::from_text(host)).collect();
        Json::object([
            ("hosts", Json::List(hosts)),
            ("test_origin", Json::from_option(self.trust.test_origin.as_deref())),
            ("amount", self.amount.minor().into()),
            ("currency", self.amount.currency().code().into()),
            ("collection", Json::Bool(self.collection)),
        ])
    }

    /// Reads what [`Terms::to_json`] wrote.
    pub fn from_json(json: &Json) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Json::text);
        let hosts = json.get("hosts")?.items().iter().filter_map(Json::text).map(str::to_owned).collect();
        let trust = Trust { hosts, test_origin: text("test_origin").map(str::to_owned) };
        let amount = Amount::new(json.get("amount")?.integer()?, Currency::parse(text("currency")?)?).ok()?;
        Some(Self { trust, amount, collection: json.get("collection")?.flag()? })
    }
}

impl Action {
    /// Reads a response, given as text or as a JSON value's text, and holds it against the terms: both checks in one.
    ///
    /// # Errors
    /// As [`Action::read`] and [`Action::allowed`].
    pub fn checked(response: &str, now: Seconds, terms: &Terms) -> Result<Self, Refusal> {
        let action = match Json::read(response) {
            // A body that came as a JSON text is longer by its escapes, and is measured without them.
            Ok(json) if response.len() > text::MAX_BODY && json.text().is_none() => Err(Refusal::TooLarge),
            Ok(json) => Self::read_json(&json, now, &terms.trust),
            Err(_) => Self::read(response, now, &terms.trust),
        }?;
        action.allowed(&terms.amount, &terms.trust, terms.collection)?;
        Ok(action)
    }
}

/// What became of a response, for the way across.
pub fn outward(read: &Result<Action, Refusal>) -> Json {
    match read {
        Ok(action) => Json::object([("action", action.to_json()), ("test", Json::Bool(action.test))]),
        Err(Refusal::UntrustedHost(host)) => {
            Json::object([("error", "untrusted_host".into()), ("host", Json::from_text(host))])
        }
        Err(refusal) => Json::object([("error", refusal.code().into())]),
    }
}

/// What became of a response, back from the way across; what can't be understood is malformed.
///
/// # Errors
/// The refusal of the other side.
pub fn inward(json: &Json) -> Result<Action, Refusal> {
    match json.get("action") {
        Some(action) => {
            let test = json.get("test").and_then(Json::flag) == Some(true);
            step(action).map(|step| of(action, step, test)).ok_or(Refusal::Malformed)
        }
        None => Err(refusal(json)),
    }
}

fn of(json: &Json, step: Step, test: bool) -> Action {
    Action {
        provider: owned(json, "provider").unwrap_or_default(),
        wallet: owned(json, "wallet"),
        expires: json.get("expires").and_then(Json::text).and_then(time::instant),
        step,
        any_host: None,
        test,
    }
}

fn owned(json: &Json, key: &str) -> Option<String> {
    json.get(key)?.text().map(str::to_owned)
}

fn step(json: &Json) -> Option<Step> {
    Some(match json.get("type")?.text()? {
        "redirect" => {
            let posts = json.get("method").and_then(Json::text) == Some("POST");
            let method = if posts { Method::Post } else { Method::Get };
            Step::Redirect { url: owned(json, "url")?, method, fields: texts(json.get("fields")?) }
        }
        "qr" => {
            Step::Qr { payload: owned(json, "payload"), image: owned(json, "image"), fallback: owned(json, "fallback") }
        }
        "inapp" => Step::InApp { bridge: bridge(json)?, params: texts(json.get("params")?) },
        "deeplink" => Step::Deeplink { url: owned(json, "url")?, fallback: owned(json, "fallback") },
        _ => Step::Nothing { status: Standing::of_word(json.get("status")?.text()?), code: owned(json, "code") },
    })
}

fn bridge(json: &Json) -> Option<Bridge> {
    let word = json.get("bridge")?.text()?;
    Bridge::ALL.into_iter().find(|bridge| bridge.word() == word)
}

fn texts(json: &Json) -> Vec<(String, String)> {
    let pair = |(key, value): &(String, Json)| (key.clone(), value.text().unwrap_or_default().to_owned());
    json.members().iter().map(pair).collect()
}

fn refusal(json: &Json) -> Refusal {
    let code = json.get("error").and_then(Json::text).unwrap_or_default();
    if code == "untrusted_host" {
        return Refusal::UntrustedHost(owned(json, "host").unwrap_or_default());
    }
    Refusal::ALL.into_iter().find(|refusal| refusal.code() == code).unwrap_or(Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_crosses_arrives_as_it_left() {
        let text = |text: &str| text.to_owned();
        let steps = [
            Step::Redirect { url: text("https://a.example/?x=1"), method: Method::Get, fields: vec![] },
            Step::Redirect {
                url: text("https://a.example/"),
                method: Method::Post,
                fields: vec![(text("a"), text("<b>"))],
            },
            Step::Qr { payload: Some(text("weixin://x")), image: None, fallback: Some(text("https://a.example/")) },
            Step::InApp { bridge: Bridge::UnionpayUpsdk, params: vec![(text("tn"), text("1"))] },
            Step::Deeplink { url: text("alipays://x"), fallback: None },
            Step::Nothing { status: Standing::Failed, code: Some(text("X")) },
        ];
        for step in steps {
            let nothing = matches!(step, Step::Nothing { .. });
            let expires = if nothing { None } else { Some(1_951_815_600) };
            let action = Action {
                provider: text("stripe"),
                wallet: Some(text("alipay")),
                expires,
                step,
                any_host: None,
                test: true,
            };
            let there = outward(&Ok(action.clone())).to_string();
            assert_eq!(inward(&Json::read(&there).unwrap()), Ok(action));
        }
    }

    #[test]
    fn every_refusal_keeps_its_code_and_the_host_to_add() {
        for refusal in Refusal::ALL.into_iter().chain([Refusal::UntrustedHost("evil.example".to_owned())]) {
            assert_eq!(inward(&outward(&Err(refusal.clone()))), Err(refusal));
        }
        assert_eq!(inward(&Json::Null), Err(Refusal::Malformed));
    }

    #[test]
    fn the_terms_cross_too() {
        let trust = Trust { hosts: vec!["pay.example".to_owned()], test_origin: Some("http://127.0.0.1:1".to_owned()) };
        let terms = Terms { trust, amount: Amount::new(5, Currency::parse("KWD").unwrap()).unwrap(), collection: true };
        let there = Terms::from_json(&Json::read(&terms.to_json().to_string()).unwrap()).unwrap();
        assert_eq!((there.trust, there.amount, there.collection), (terms.trust, terms.amount, true));
    }
}
