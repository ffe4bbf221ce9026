//! Decides what the shopper is offered: options x catalog x environment x rollout, with a reason for all that is not shown.
//!
//! It does not know what the page looks like, nor whether a payment is under way.

use super::environment::{App, Device, Environment};
use super::json::Json;
use super::method::{Flow, Hint, Method, MethodId, Placement, Wallet, placement};
use super::money::Amount;
use super::options::Options;

/// What is shown, in order, and why the rest is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Where it was made for.
    pub environment: Environment,
    /// The rows, in order.
    pub shown: Vec<Offered>,
    /// The methods that are not shown, in the merchant's order.
    pub left_out: Vec<(MethodId, Reason)>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The method as the merchant described it.
    pub method: Method,
    /// How it can be paid here, best first; empty when it can't work in this app and shows the way out.
    pub flows: Vec<Flow>,
    /// The line under its name.
    pub hint: Hint,
    /// What is paid this way: the order's amount with the method's fee.
    pub total: Amount,
}

impl Offered {
    /// Whether it can be picked; otherwise the row is quiet and says why.
    pub fn works(&self) -> bool {
        !self.flows.is_empty()
    }
}

/// Why a method is not shown. The words are those of `offer` output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Below the method's `min`.
    AmountTooLow,
    /// Above the method's `max`.
    AmountTooHigh,
    /// Not one of its currencies.
    Currency,
    /// Not one of its countries.
    Country,
    /// The merchant, or the catalog, leaves it out in this app.
    App,
    /// The app is older than the method's lowest version.
    AppVersion,
    /// This shopper is not in its rollout yet.
    Rollout,
}

impl Reason {
    /// Its word in `offer` output.
    pub fn word(self) -> &'static str {
        match self {
            Self::AmountTooLow => "amount_too_low",
            Self::AmountTooHigh => "amount_too_high",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::App => "app",
            Self::AppVersion => "app_version",
            Self::Rollout => "rollout",
        }
    }
}

impl Offer {
    /// Makes the offer. `shopper` is the stable id that rollout buckets are taken from, if any method has a rollout;
    /// without one, nobody is in.
    ///
    /// The merchant's order is kept, but for two things: on a phone, a method that has only a code comes after those
    /// that can be paid on it; and rows that only show the way to a browser come last.
    pub fn make(options: &Options, environment: Environment, shopper: &str) -> Self {
        let phone = environment.device == Device::Phone;
        // Three shelves, one after the other, instead of a sort: its code would cost each shopper 4 KB.
        let (mut shown, mut codes, mut quiet, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for method in &options.methods {
            match offered(method, options, &environment, shopper) {
                Ok(row) => match row.flows.as_slice() {
                    [] => quiet.push(row),
                    [Flow::Qr] if phone => codes.push(row),
                    _ => shown.push(row),
                },
                Err(reason) => left_out.push((method.id.clone(), reason)),
            }
        }
        shown.append(&mut codes);
        shown.append(&mut quiet);
        Self { environment, shown, left_out }
    }

    /// The row of this method, if it is shown and can be picked.
    pub fn row(&self, id: &MethodId) -> Option<&Offered> {
        self.shown.iter().find(|row| row.works() && row.method.id == *id)
    }

    /// As `moongate offer` prints it and `explain()` gives it: `{ environment, offer: [{ method, flows, hint }],
    /// left_out: [{ method, reason }] }`.
    pub fn to_json(&self) -> Json {
        let shown = self.shown.iter().map(|row| {
            let flows = row.flows.iter().map(|flow| flow.word().into()).collect();
            Json::object([
                ("method", row.method.id.as_str().into()),
                ("flows", Json::List(flows)),
                ("hint", row.hint.word().into()),
            ])
        });
        let left_out = self
            .left_out
            .iter()
            .map(|(id, reason)| Json::object([("method", id.as_str().into()), ("reason", reason.word().into())]));
        Json::object([
            ("environment", self.environment.to_json()),
            ("offer", Json::List(shown.collect())),
            ("left_out", Json::List(left_out.collect())),
        ])
    }
}

/// The method's row, or the first reason against it: what holds for every shopper first, the rollout last, so that
/// "not in the rollout" is said only of those who would see the method otherwise.
fn offered(method: &Method, options: &Options, environment: &Environment, shopper: &str) -> Result<Offered, Reason> {
    let total = affordable(method, &options.amount)?;
    if !method.countries.is_empty() && region(&options.locale).is_some_and(|region| !lists(&method.countries, region)) {
        return Err(Reason::Country);
    }
    admitted(method, environment)?;
    let has_page = options.mini_program_page.is_some() && environment.app == App::WechatMiniprogram;
    let (flows, hint) = match method.id.wallet().map(|wallet| placement(wallet, environment)) {
        None => (vec![Flow::Redirect, Flow::Qr], Hint::Plain),
        Some(Placement::Works(flows, hint)) => (flows, hint),
        // A web-view in a mini program can't pay; the mini program's own page can, where the merchant names it.
        Some(Placement::OpenBrowser) if has_page && method.id.wallet() == Some(Wallet::Wechatpay) => {
            (vec![Flow::InApp], Hint::Here)
        }
        Some(Placement::OpenBrowser) => (Vec::new(), Hint::Browser),
    };
    if method.rollout < EVERYBODY && (shopper.is_empty() || bucket(&method.id, shopper) >= method.rollout) {
        return Err(Reason::Rollout);
    }
    Ok(Offered { method: method.clone(), flows, hint, total })
}

/// The total, if the method takes this sum; its limits are about the order's own amount, without the fee.
fn affordable(method: &Method, amount: &Amount) -> Result<Amount, Reason> {
    if !method.currencies.is_empty() && !method.currencies.contains(&amount.currency()) {
        return Err(Reason::Currency);
    }
    if method.min.is_some_and(|min| amount.minor() < min) {
        return Err(Reason::AmountTooLow);
    }
    if method.max.is_some_and(|max| amount.minor() > max) {
        return Err(Reason::AmountTooHigh);
    }
    method.fee.as_ref().map_or(Ok(*amount), |fee| fee.added_to(amount)).map_err(|_| Reason::AmountTooHigh)
}

/// Whether the merchant lets the method into this app. An app that does not tell its version is older than any.
fn admitted(method: &Method, environment: &Environment) -> Result<(), Reason> {
    match method.apps.iter().find(|(app, _)| *app == environment.app) {
        Some((_, None)) => Err(Reason::App),
        Some((_, lowest)) if environment.version < *lowest => Err(Reason::AppVersion),
        _ => Ok(()),
    }
}

fn lists(countries: &[String], region: &str) -> bool {
    countries.iter().any(|country| country.eq_ignore_ascii_case(region))
}

/// The region of a BCP 47 tag: `CN` of `zh-Hans-CN`. A page's country is taken to be this; a tag without a region says
/// nothing, and then no method is left out for its countries.
///
/// # Source
/// RFC 5646 2.2.4, read 2026-11-22: two letters or three digits, before any extension.
fn region(locale: &str) -> Option<&str> {
    let subtags = locale.split('-').skip(1).take_while(|subtag| subtag.len() > 1);
    subtags.filter(|subtag| subtag.len() == 2).find(|subtag| subtag.bytes().all(|b| b.is_ascii_alphabetic()))
}

const EVERYBODY: u32 = 10_000;

/// The bucket of this shopper for this method, from 0 to 9999; who is in a bucket below the rollout's share, in
/// ten-thousandths, sees the method. So raising the share only adds shoppers, and each method draws anew.
///
/// It is the 32-bit FNV-1a hash of the UTF-8 bytes of `{method}:{shopper}`, modulo 10000:
///
/// | method | shopper | hash | bucket |
/// | --- | --- | --- | --- |
/// | `alipay` | `shopper-1` | e3bff3d8 | 7832 |
/// | `wechatpay` | `shopper-1` | b4f10c04 | 6132 |
/// | `wechatpay` | `shopper-2` | b7f110bd | 8989 |
/// | `unionpay` | `小明` | 26a8f3d2 | 6674 |
///
/// # Source
/// FNV-1a: draft-eastlake-fnv, offset basis 811c9dc5, prime 01000193, read 2026-11-22.
pub fn bucket(method: &MethodId, shopper: &str) -> u32 {
    fnv(&[method.as_str(), ":", shopper]) % EVERYBODY
}

fn fnv(texts: &[&str]) -> u32 {
    let bytes = texts.iter().flat_map(|text| text.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::environment::{Facts, Os};
    use crate::checkout::method::Version;

    fn options(methods: &str, more: &str) -> Options {
        let raw = [r#"{"order":"SO-1","amount":12800,"currency":"CNY","methods":["#, methods, "]", more, "}"].concat();
        let (options, faults) = Options::from_file(&Json::read(&raw).unwrap());
        assert_eq!(faults, [], "{raw}");
        options.unwrap()
    }

    fn in_app(app: App, device: Device, version: &str) -> Environment {
        Environment { app, version: Version::parse(version), os: Os::Other, device, upsdk: false, framed: false }
    }

    fn desk() -> Environment {
        Environment::read(&Facts::default())
    }

    /// What is shown on a desktop, then what is left out and why, as words.
    fn outcome(methods: &str, more: &str, environment: Environment, shopper: &str) -> String {
        let offer = Offer::make(&options(methods, more), environment, shopper);
        let shown = offer.shown.iter().map(|row| row.method.id.as_str().to_owned());
        let left_out = offer.left_out.iter().map(|(id, reason)| [id.as_str(), "=", reason.word()].concat());
        shown.chain(left_out).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_merchants_order_is_kept() {
        let methods = r#""hebao","wechatpay","alipay""#;
        assert_eq!(outcome(methods, "", desk(), ""), "hebao wechatpay alipay");
    }

    #[test]
    fn rows_that_only_show_the_way_to_a_browser_come_last() {
        let methods = r#""alipay","hebao","wechatpay","unionpay""#;
        let offer = Offer::make(&options(methods, ""), in_app(App::Wechat, Device::Phone, ""), "");
        let words: Vec<_> =
            offer.shown.iter().map(|row| (row.method.id.as_str(), row.works(), row.hint.word())).collect();
        let expected = [
            ("hebao", true, "page"),
            ("wechatpay", true, "here"),
            ("unionpay", true, "bank_apps"),
            ("alipay", false, "open_in_browser"),
        ];
        assert_eq!(words, expected);
        assert_eq!(offer.row(&MethodId::parse("alipay").unwrap()), None, "a quiet row can't be picked");
        assert!(offer.row(&MethodId::parse("hebao").unwrap()).is_some());
    }

    #[test]
    fn a_method_with_only_a_code_comes_after_the_others_on_a_phone() {
        // A forged environment: the only one in which a phone is left with a code alone.
        let methods = r#""alipay","wechatpay","hebao""#;
        assert_eq!(outcome(methods, "", in_app(App::WechatPc, Device::Phone, ""), ""), "hebao wechatpay alipay");
        assert_eq!(outcome(r#""wechatpay","hebao""#, "", desk(), ""), "wechatpay hebao", "not on a desktop");
    }

    #[test]
    fn the_merchants_own_method_is_served_by_page_or_code() {
        let offer = Offer::make(&options(r#"{"id":"gift","label":"Gift card"}"#, ""), desk(), "");
        let row = offer.shown.first().unwrap();
        assert_eq!((row.flows.as_slice(), row.hint), ([Flow::Redirect, Flow::Qr].as_slice(), Hint::Plain));
    }

    #[test]
    fn in_a_mini_program_wechat_pays_where_the_merchant_names_the_page_that_can() {
        let page = r#","miniProgramPage":"/pages/pay/pay""#;
        let row = |app, device, more: &str| {
            let offer = Offer::make(&options(r#""wechatpay""#, more), in_app(app, device, ""), "");
            let row = offer.shown.first().unwrap();
            (row.flows.clone(), row.hint)
        };
        assert_eq!(row(App::WechatMiniprogram, Device::Phone, page), (vec![Flow::InApp], Hint::Here));
        assert_eq!(row(App::WechatMiniprogram, Device::Phone, ""), (vec![], Hint::Browser));
        assert_eq!(
            row(App::WechatMiniprogram, Device::Desktop, page),
            (vec![Flow::Qr], Hint::Scan),
            "a phone scans it"
        );
        assert_eq!(row(App::Wecom, Device::Phone, page), (vec![], Hint::Browser), "no mini program around it");
        assert_eq!(row(App::Wechat, Device::Phone, page), (vec![Flow::InApp], Hint::Here), "WeChat's own bridge");
    }

    #[test]
    fn limits_count_from_the_smallest_sum_to_the_largest_without_the_fee() {
        let method = |limits: &str| [r#"{"id":"alipay","#, limits, "}"].concat();
        let cases = [
            (r#""min":12800,"max":12800"#, "alipay"),
            (r#""min":12801"#, "alipay=amount_too_low"),
            (r#""max":12799"#, "alipay=amount_too_high"),
            (r#""max":12800,"fee":{"fixed":100}"#, "alipay"),
            (r#""fee":{"fixed":999999999999}"#, "alipay=amount_too_high"),
        ];
        for (limits, expected) in cases {
            assert_eq!(outcome(&method(limits), "", desk(), ""), expected, "{limits}");
        }
    }

    #[test]
    fn the_total_is_the_amount_with_the_fee() {
        let methods = r#"{"id":"alipay","fee":{"percent":"0.6"}},{"id":"wechatpay","fee":{"fixed":50}},{"id":"hebao","fee":0},"unionpay""#;
        let offer = Offer::make(&options(methods, ""), desk(), "");
        let totals: Vec<u64> = offer.shown.iter().map(|row| row.total.minor()).collect();
        assert_eq!(totals, [12877, 12850, 12800, 12800]);
    }

    #[test]
    fn a_method_is_left_out_for_another_currency() {
        let methods = r#"{"id":"alipay","currencies":["CNY","HKD"]},{"id":"wechatpay","currencies":["HKD"]}"#;
        assert_eq!(outcome(methods, "", desk(), ""), "alipay wechatpay=currency");
    }

    #[test]
    fn a_country_is_the_region_of_the_locale_and_no_region_leaves_nothing_out() {
        let methods = r#"{"id":"alipay","countries":["CN","HK"]}"#;
        for (locale, expected) in [
            ("zh-CN", "alipay"),
            ("zh-Hans-cn", "alipay"),
            ("en-HK-u-ca-chinese", "alipay"),
            ("en-US", "alipay=country"),
            ("zh-Hant-TW", "alipay=country"),
            ("en-u-us", "alipay"),
            ("de-1996", "alipay"),
            ("zh", "alipay"),
        ] {
            let more = [r#","locale":""#, locale, "\""].concat();
            assert_eq!(outcome(methods, &more, desk(), ""), expected, "{locale}");
        }
    }

    #[test]
    fn an_app_older_than_the_lowest_version_leaves_the_method_out() {
        let methods = r#"{"id":"alipay","apps":{"taobao":"10.40","wechat":false}}"#;
        let cases = [
            (App::Taobao, "10.40.0", "alipay"),
            (App::Taobao, "10.48.30.2079", "alipay"),
            (App::Taobao, "10.39.99", "alipay=app_version"),
            (App::Taobao, "9.50", "alipay=app_version"),
            (App::Taobao, "", "alipay=app_version"),
            (App::Wechat, "8.0", "alipay=app"),
            (App::Tmall, "1.0", "alipay"),
        ];
        for (app, version, expected) in cases {
            assert_eq!(outcome(methods, "", in_app(app, Device::Phone, version), ""), expected, "{app:?} {version}");
        }
    }

    #[test]
    fn the_bucket_is_the_documented_hash() {
        assert_eq!(fnv(&[]), 0x811c_9dc5);
        assert_eq!(fnv(&["a"]), 0xe40c_292c);
        assert_eq!(fnv(&["foo", "bar"]), 0xbf9c_f968);
        let vectors = [
            ("alipay", "shopper-1", 0xe3bf_f3d8, 7832),
            ("wechatpay", "shopper-1", 0xb4f1_0c04, 6132),
            ("wechatpay", "shopper-2", 0xb7f1_10bd, 8989),
            ("unionpay", "小明", 0x26a8_f3d2, 6674),
        ];
        for (method, shopper, hash, expected) in vectors {
            assert_eq!(fnv(&[method, ":", shopper]), hash);
            assert_eq!(bucket(&MethodId::parse(method).unwrap(), shopper), expected);
        }
    }

    #[test]
    fn raising_the_share_only_adds_shoppers() {
        let ids: Vec<String> = (0..500).map(|id| ["shopper-", &id.to_string()].concat()).collect();
        let sees = |share: &str, id: &str| {
            let method = [r#"{"id":"wechatpay","rollout":"#, share, "}"].concat();
            outcome(&method, "", desk(), id) == "wechatpay"
        };
        let mut before: Vec<bool> = vec![false; ids.len()];
        for share in ["0", "0.05", "0.2", "0.5", "0.9", "1"] {
            let now: Vec<bool> = ids.iter().map(|id| sees(share, id)).collect();
            assert!(before.iter().zip(&now).all(|(before, now)| *now || !before), "{share}");
            before = now;
        }
        assert!(before.iter().all(|seen| *seen), "everybody at 1");
    }

    #[test]
    fn a_share_is_that_share_of_the_shoppers_and_each_method_draws_anew() {
        let ids: Vec<String> = (0..20_000).map(|id: u32| id.to_string()).collect();
        let [alipay, hebao] = ["alipay", "hebao"].map(|id| MethodId::parse(id).unwrap());
        let seen = |method: &MethodId| ids.iter().filter(|id| bucket(method, id) < 1000).count();
        let both = ids.iter().filter(|id| bucket(&alipay, id) < 1000 && bucket(&hebao, id) < 1000).count();
        for count in [seen(&alipay), seen(&hebao)] {
            assert!((1800..2200).contains(&count), "a tenth of 20000: {count}");
        }
        assert!((140..270).contains(&both), "a hundredth of 20000: {both}");
    }

    #[test]
    fn without_an_id_nobody_is_in_a_rollout_and_everybody_in_a_full_one() {
        let methods = r#"{"id":"alipay","rollout":0.9999},{"id":"hebao","rollout":1},{"id":"unionpay","rollout":0}"#;
        assert_eq!(outcome(methods, "", desk(), ""), "hebao alipay=rollout unionpay=rollout");
    }

    #[test]
    fn not_in_the_rollout_is_said_only_of_those_who_would_see_the_method_otherwise() {
        let methods = r#"{"id":"alipay","rollout":0,"max":1},{"id":"hebao","rollout":0,"apps":{"browser":false}}"#;
        assert_eq!(outcome(methods, "", desk(), "x"), "alipay=amount_too_high hebao=app");
    }

    #[test]
    fn the_json_has_the_words_of_the_contract() {
        let methods = r#""alipay",{"id":"hebao","max":1}"#;
        let offer = Offer::make(&options(methods, ""), in_app(App::Wechat, Device::Desktop, "7.0.20.1781"), "");
        let expected = concat!(
            r#"{"environment":{"app":"wechat","version":"7.0.20.1781","os":"other","device":"desktop"},"#,
            r#""offer":[{"method":"alipay","flows":["qr"],"hint":"scan"}],"#,
            r#""left_out":[{"method":"hebao","reason":"amount_too_high"}]}"#
        );
        assert_eq!(offer.to_json().to_string(), expected);
    }
}
