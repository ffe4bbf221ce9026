//! Decides what the page says about its methods: ids and method objects become [`Method`]s, in the merchant's order.
//!
//! It does not decide which of them are shown.

use super::address::Address;
use super::field::{Fields, items, whole};
use crate::checkout::environment::App;
use crate::checkout::fault::PageCode;
use crate::checkout::json::Json;
use crate::checkout::method::{Method, MethodId, Version, Wallet};
use crate::checkout::money::{Currency, Fee};

/// The keys of a method object.
const KEYS: &[&str] = &[
    "id",
    "label",
    "description",
    "icon",
    "fee",
    "min",
    "max",
    "currencies",
    "countries",
    "apps",
    "rollout",
    "feedback",
    "scannableBy",
];

const UNKNOWN: &str = "is not a wallet and has no label";

/// The methods of `methods`, or the four wallets if it is absent or wrong as a whole.
///
/// What is unknown, has no id or is named twice is left out and named among the faults.
pub(super) fn methods(fields: &mut Fields<'_>) -> Vec<Method> {
    let named = |value: &Json| items(value).filter(|items| !items.is_empty());
    let Some(items) = fields.field("methods", "is not a list of at most 400 methods", named) else {
        return Wallet::ALL.into_iter().map(|wallet| Method::plain(wallet.into())).collect();
    };
    let mut methods: Vec<Method> = Vec::new();
    for item in &items {
        match one(item, fields) {
            Some(method) if methods.iter().any(|other| other.id == method.id) => {
                fields.fault(PageCode::WrongOption, "methods", Some(item), "is named twice");
            }
            method => methods.extend(method),
        }
    }
    methods
}

fn one(item: &Json, fields: &mut Fields<'_>) -> Option<Method> {
    let id = item.text().or_else(|| item.get("id")?.text());
    let code = if item.text().is_some() { PageCode::UnknownMethod } else { PageCode::WrongOption };
    let Some(id) = id.and_then(MethodId::parse) else {
        fields.fault(code, "methods", Some(item), "has no id of 1 to 32 a-z 0-9 _ -");
        return None;
    };
    let method = if item.is_object() {
        let name = ["methods.", id.as_str()].concat();
        fields.inner(item, &name, |fields| described(id, fields))
    } else {
        Method::plain(id)
    };
    if method.id.wallet().is_none() && method.label.is_none() {
        fields.fault(PageCode::UnknownMethod, "methods", Some(item), UNKNOWN);
        return None;
    }
    Some(method)
}

fn described(id: MethodId, fields: &mut Fields<'_>) -> Method {
    fields.only(KEYS);
    let whole_number = "is not a whole number of minor units";
    let min = fields.field("min", whole_number, whole);
    let above = |value: &Json| whole(value).filter(|max| *max >= min.unwrap_or(0));
    Method {
        id,
        label: fields.text("label"),
        description: fields.text("description"),
        icon: fields.field("icon", "is not an https or raster data: address", icon),
        fee: fields.field("fee", "is not 0, { fixed } in minor units or { percent }", fee),
        min,
        max: fields.field("max", "is not a whole number of minor units from min on", above),
        currencies: fields.list("currencies", "is not an ISO 4217 code", Currency::parse),
        countries: fields.list("countries", "is not an ISO 3166 code of two capital letters", country),
        apps: fields.field("apps", APPS_RULE, object).map_or_else(Vec::new, |raw| fields.inner(&raw, "apps", apps)),
        rollout: rollout(fields),
        feedback: fields.flag("feedback"),
        scannable_by: fields.list("scannableBy", "is not a method id", MethodId::parse),
    }
}

fn object(value: &Json) -> Option<Json> {
    value.is_object().then(|| value.clone())
}

/// An https address, or a raster picture in the address itself. An SVG is a document and is refused.
fn icon(value: &Json) -> Option<String> {
    let text = value.text()?;
    let raster = ["png", "jpeg", "gif", "webp", "avif"].into_iter().any(|kind| {
        let bytes = text.strip_prefix("data:image/").and_then(|rest| rest.strip_prefix(kind)?.strip_prefix(";base64,"));
        bytes.is_some_and(|bytes| bytes.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')))
    });
    (raster || Address::parse(text).is_some_and(|address| address.https)).then(|| text.to_owned())
}

fn fee(value: &Json) -> Option<Fee> {
    match value.members() {
        [(key, fixed)] if key == "fixed" => whole(fixed).map(Fee::Fixed),
        [(key, percent)] if key == "percent" => Fee::percent(percent.scalar()?),
        _ => (value.scalar() == Some("0")).then_some(Fee::Fixed(0)),
    }
}

fn country(code: &str) -> Option<String> {
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then(|| code.to_owned())
}

const APPS_RULE: &str = "is not an app's lowest version or false";

fn apps(fields: &mut Fields<'_>) -> Vec<(App, Option<Version>)> {
    let words: Vec<&str> = App::ALL.into_iter().map(App::word).collect();
    fields.only(&words);
    let lowest = |value: &Json| match value.flag() {
        Some(false) => Some(None),
        _ => Version::parse(value.scalar()?).map(Some),
    };
    App::ALL.into_iter().filter_map(|app| Some((app, fields.field(app.word(), APPS_RULE, lowest)?))).collect()
}

/// The share in ten-thousandths, everybody if nothing is said. A wrong share is nobody, not everybody: a slip of the
/// pen must not open a small batch to all.
fn rollout(fields: &mut Fields<'_>) -> u32 {
    match fields.raw.get("rollout") {
        None => 10_000,
        Some(_) => fields.field("rollout", "is not a share from 0 to 1", share).unwrap_or(0),
    }
}

/// Decimal text from 0 to 1 in ten-thousandths; further places are cut off.
fn share(value: &Json) -> Option<u32> {
    let (whole, part) = value.scalar()?.split_once('.').unwrap_or((value.scalar()?, "0"));
    let (mut share, mut unit) = (0, 1000);
    for digit in part.chars() {
        share += digit.to_digit(10)? * unit;
        unit /= 10;
    }
    match whole {
        _ if part.is_empty() => None,
        "0" => Some(share),
        "1" => part.bytes().all(|digit| digit == b'0').then_some(10_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> (Vec<Method>, Vec<(&'static str, String)>) {
        let raw = Json::object([("methods", Json::read(list).unwrap())]);
        let mut fields = Fields::of(&raw);
        let methods = methods(&mut fields);
        (methods, fields.faults.into_iter().map(|fault| (fault.code.word(), fault.about)).collect())
    }

    /// The method of `alipay` with these members, and what is wrong with it.
    fn alipay(members: &str) -> (Method, Vec<String>) {
        let (mut methods, faults) = read(&[r#"[{"id":"alipay","#, members, "}]"].concat());
        (methods.remove(0), faults.into_iter().map(|(_, about)| about).collect())
    }

    #[test]
    fn every_key_of_a_method_is_read() {
        let (methods, faults) = read(
            r#"[{"id":"gift","label":"礼品卡","description":"余额","icon":"https://a.example/i.png","fee":{"percent":"1.5"},
            "min":100,"max":5000,"currencies":["CNY","HKD"],"countries":["CN"],"apps":{"taobao":"10.48","wechat":false},
            "rollout":0.05,"feedback":true,"scannableBy":["unionpay"]}]"#,
        );
        assert_eq!(faults, []);
        let expected = Method {
            id: MethodId::parse("gift").unwrap(),
            label: Some("礼品卡".into()),
            description: Some("余额".into()),
            icon: Some("https://a.example/i.png".into()),
            fee: Some(Fee::Share(15_000)),
            min: Some(100),
            max: Some(5000),
            currencies: vec![Currency::parse("CNY").unwrap(), Currency::parse("HKD").unwrap()],
            countries: vec!["CN".into()],
            apps: vec![(App::Wechat, None), (App::Taobao, Version::parse("10.48"))],
            rollout: 500,
            feedback: true,
            scannable_by: vec![Wallet::Unionpay.into()],
        };
        assert_eq!(methods, [expected]);
    }

    #[test]
    fn a_wallet_needs_no_label_and_an_own_method_does() {
        let (methods, faults) = read(r#"["alipay",{"id":"hebao"},"paypal",{"id":"gift"},{"id":"gift","label":"G"}]"#);
        let ids: Vec<_> = methods.iter().map(|method| method.id.as_str()).collect();
        assert_eq!(ids, ["alipay", "hebao", "gift"]);
        assert_eq!(
            faults,
            [
                ("unknown_method", r#"methods: "paypal" is not a wallet and has no label"#.to_owned()),
                ("unknown_method", r#"methods: {"id":"gift"} is not a wallet and has no label"#.to_owned()),
            ]
        );
    }

    #[test]
    fn a_method_without_a_right_id_is_left_out() {
        for (item, code) in [
            (r#""Alipay""#, "unknown_method"),
            (r#""支付宝""#, "unknown_method"),
            (r#"{"label":"G"}"#, "wrong_option"),
            (r#"{"id":"a b","label":"G"}"#, "wrong_option"),
            (r#"{"id":7,"label":"G"}"#, "wrong_option"),
            ("7", "wrong_option"),
            ("null", "wrong_option"),
            ("[]", "wrong_option"),
        ] {
            let (methods, faults) = read(&["[\"hebao\",", item, "]"].concat());
            assert_eq!(methods.len(), 1, "{item}");
            assert_eq!(faults.len(), 1, "{item}");
            assert_eq!(faults[0].0, code, "{item}");
            assert!(faults[0].1.starts_with(&["methods: ", item].concat()), "{}", faults[0].1);
        }
    }

    #[test]
    fn a_method_named_twice_counts_once() {
        let (methods, faults) = read(r#"["alipay",{"id":"alipay","fee":0},"hebao"]"#);
        assert_eq!(methods.len(), 2);
        assert_eq!(methods[0].fee, None, "the first counts");
        assert_eq!(faults, [("wrong_option", r#"methods: {"id":"alipay","fee":0} is named twice"#.to_owned())]);
    }

    #[test]
    fn a_list_longer_than_a_page_can_mean_is_no_list() {
        let list = |count: usize| ["[", &vec![r#""alipay""#; count].join(","), "]"].concat();
        assert_eq!(alipay(&[r#""scannableBy":"#, &list(400)].concat()).0.scannable_by.len(), 400);
        assert_eq!(alipay(&[r#""scannableBy":"#, &list(401)].concat()).0.scannable_by, []);
        let (methods, faults) = read(&["\"", &"gift ".repeat(401), "\""].concat());
        assert_eq!((methods.len(), faults.len()), (4, 1), "the four wallets, and one fault");
        assert!(faults[0].1.ends_with("is not a list of at most 400 methods"), "{}", faults[0].1);
    }

    #[test]
    fn each_wrong_key_of_a_method_is_named_with_the_method() {
        for (key, value) in [
            ("label", "[]"),
            ("description", r#""a\nb""#),
            ("icon", r#""/i.png""#),
            ("fee", "100"),
            ("min", "-1"),
            ("max", "1.5"),
            ("currencies", r#"["RMB"]"#),
            ("countries", r#"["China"]"#),
            ("countries", r#"["cn"]"#),
            ("apps", r#""taobao""#),
            ("rollout", "2"),
            ("feedback", "1"),
            ("scannableBy", r#"["A B"]"#),
            ("scannableBy", "{}"),
        ] {
            let (_, faults) = alipay(&["\"", key, "\":", value].concat());
            assert_eq!(faults.len(), 1, "{key}");
            assert!(faults[0].starts_with(&["methods.alipay.", key, ": "].concat()), "{}", faults[0]);
        }
        assert_eq!(alipay(r#""colour":"red""#).1, [r#"methods.alipay.colour: "red" is not an option"#]);
        let (method, faults) = alipay(r#""min":10,"max":9"#);
        assert_eq!((method.min, method.max), (Some(10), None));
        assert!(faults[0].starts_with("methods.alipay.max: 9 "));
    }

    #[test]
    fn a_wrong_word_of_a_list_leaves_the_right_ones() {
        let (method, faults) = alipay(r#""currencies":["CNY","RMB"],"countries":"CN China""#);
        assert_eq!((method.currencies.len(), method.countries), (1, vec!["CN".to_owned()]));
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn apps_are_known_apps_with_a_lowest_version_or_false() {
        let (method, faults) = alipay(r#""apps":{"taobao":10,"tmall":true,"eleme":"new","telegram":"1.0"}"#);
        assert_eq!(method.apps, [(App::Taobao, Version::parse("10"))]);
        let named: Vec<_> = faults.iter().map(|about| about.split(':').next().unwrap()).collect();
        assert_eq!(named, ["methods.alipay.apps.telegram", "methods.alipay.apps.tmall", "methods.alipay.apps.eleme"]);
    }

    #[test]
    fn a_fee_is_nothing_a_sum_or_a_percentage() {
        for (text, fee) in [
            ("0", Some(Fee::Fixed(0))),
            (r#""0""#, Some(Fee::Fixed(0))),
            (r#"{"fixed":250}"#, Some(Fee::Fixed(250))),
            (r#"{"percent":"0.6"}"#, Some(Fee::Share(6000))),
            (r#"{"percent":0.6}"#, Some(Fee::Share(6000))),
            (r#"{"percent":"101"}"#, None),
            (r#"{"fixed":1,"percent":"1"}"#, None),
            (r#"{"fixed":-1}"#, None),
            (r#"{"flat":1}"#, None),
            ("{}", None),
            ("1", None),
        ] {
            let (method, faults) = alipay(&["\"fee\":", text].concat());
            assert_eq!((method.fee, faults.len()), (fee.clone(), usize::from(fee.is_none())), "{text}");
        }
    }

    #[test]
    fn an_icon_is_https_or_a_raster_picture() {
        for (icon, fit) in [
            ("https://a.example/i.svg", true),
            ("data:image/png;base64,iVBORw0KGgo=", true),
            ("data:image/webp;base64,UklGRg==", true),
            ("data:image/svg+xml;base64,PHN2Zz4=", false),
            ("data:image/png,raw", false),
            ("data:image/png;base64,<svg>", false),
            ("data:text/html;base64,PHN2Zz4=", false),
            ("http://a.example/i.png", false),
            ("javascript:alert(1)", false),
            ("/i.png", false),
        ] {
            let (method, faults) = alipay(&["\"icon\":\"", icon, "\""].concat());
            assert_eq!((method.icon.is_some(), faults.is_empty()), (fit, fit), "{icon}");
        }
    }

    #[test]
    fn a_share_is_counted_in_ten_thousandths_and_a_wrong_one_lets_nobody_in() {
        for (text, share) in [
            ("0", 0),
            ("1", 10_000),
            ("1.0", 10_000),
            ("0.5", 5000),
            (r#""0.05""#, 500),
            ("0.0001", 1),
            ("0.3333333333333333", 3333),
            ("0.99999", 9999),
        ] {
            let (method, faults) = alipay(&["\"rollout\":", text].concat());
            assert_eq!((method.rollout, faults.len()), (share, 0), "{text}");
        }
        for text in ["2", "1.0001", "1.00001", "-0.1", "5e-2", r#""5%""#, r#""0.""#, r#"".5""#, "true", r#""""#] {
            let (method, faults) = alipay(&["\"rollout\":", text].concat());
            assert_eq!((method.rollout, faults.len()), (0, 1), "{text}");
        }
        assert_eq!(alipay(r#""fee":0"#).0.rollout, 10_000, "everybody, if nothing is said");
    }
}
