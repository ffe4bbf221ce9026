//! Decides what the page says: a raw object of attributes and options becomes [`Options`], or every wrong key by name.
//!
//! It does not touch the page; functions among the options (`transport`, `headers`) stay at the edge and are not read here.

mod address;
mod described;
mod destination;
mod field;

pub use address::Address;

use super::fault::PageFault;
use super::json::Json;
use super::method::{Method, MethodId};
use super::money::{Amount, Currency};
use destination::Destinations;
use field::Fields;

/// Every key of the contract, in camelCase as in the property `options`; an attribute is the same in kebab-case.
pub const KEYS: &[&str] = &[
    "endpoint",
    "order",
    "amount",
    "currency",
    "methods",
    "shop",
    "locale",
    "theme",
    "textSize",
    "selected",
    "collapseAfter",
    "button",
    "returnUrl",
    "doneUrl",
    "support",
    "miniProgramPage",
    "remember",
    "credentials",
    "testMode",
    "headers",
    "hosts",
    "shopper",
    "texts",
    "transport",
];

/// What the page asked for, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Base URL of the merchant's checkout API, absolute, without a slash at its end; empty with a `transport`.
    pub endpoint: String,
    /// The merchant's order id.
    pub order: String,
    /// What is to be paid.
    pub amount: Amount,
    /// The methods, in the order to show.
    pub methods: Vec<Method>,
    /// The name above the sum.
    pub shop: Option<String>,
    /// BCP 47 tag of the language asked for.
    pub locale: String,
    /// Light, dark, or as the page.
    pub theme: Theme,
    /// Large print or not.
    pub text_size: TextSize,
    /// The method chosen at the start.
    pub selected: Selected,
    /// Rows shown before "more".
    pub collapse_after: usize,
    /// Whether the widget draws the pay button.
    pub button: bool,
    /// Where providers send the shopper back; absolute.
    pub return_url: String,
    /// Where "back to the shop" leads; absolute.
    pub done_url: Option<String>,
    /// A phone number, https or mailto address.
    pub support: Option<String>,
    /// The page of the WeChat mini program around this page that calls the wallet, for example `/pages/pay/pay`.
    pub mini_program_page: Option<String>,
    /// Where the last method is kept.
    pub remember: Remember,
    /// Whether requests to `endpoint` carry credentials to another origin.
    pub include_credentials: bool,
    /// Whether actions may lead to the endpoint's origin, and nowhere else.
    pub test_mode: bool,
    /// Further hosts that actions may lead to; `*` for any https host.
    pub hosts: Vec<String>,
    /// Stable id for rollout buckets.
    pub shopper: Option<String>,
    /// Words to replace, by key.
    pub texts: Vec<(String, String)>,
}

/// `theme`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the option's word")]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

/// `text-size`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the option's word")]
pub enum TextSize {
    #[default]
    Auto,
    Normal,
    Large,
}

/// `selected`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selected {
    /// The remembered one, else the first.
    #[default]
    Usual,
    /// None.
    Nothing,
    /// This one, if it is shown.
    Method(MethodId),
}

/// `remember`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the option's word")]
pub enum Remember {
    #[default]
    Session,
    Device,
    None,
}

/// What the page is, as far as options depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The page's address.
    pub url: String,
    /// The page's `lang`, or the browser's first language.
    pub language: String,
    /// Whether a `transport` function was given, so that `endpoint` is not needed.
    pub transport: bool,
}

impl Options {
    /// Reads the raw object, whose keys are the contract's in camelCase; attribute values are texts, and numbers and
    /// flags are accepted as text too.
    ///
    /// What is right still works: a wrong optional key is left at its default and named among the faults.
    ///
    /// # Errors
    /// No `Options` at all if a required key is missing or wrong; the faults then say which.
    ///
    /// # Example
    /// ```
    /// use moongate::checkout::{json::Json, options::{Options, Page}};
    /// let page = Page { url: "https://shop.example/cart".into(), ..Page::default() };
    /// let raw = Json::read(r#"{"endpoint":"/checkout","order":"SO-1","amount":"12800","currency":"RMB"}"#).unwrap();
    /// let (options, faults) = Options::read(&raw, &page);
    /// assert!(options.is_none());
    /// assert_eq!(faults[0].about, r#"currency: "RMB" is not an ISO 4217 code"#);
    /// ```
    pub fn read(raw: &Json, page: &Page) -> (Option<Self>, Vec<PageFault>) {
        let mut fields = Fields::of(raw);
        fields.only(KEYS);
        let options = checked(&mut fields, page);
        (options, fields.faults)
    }

    /// The options that a program may use without a page, from an `options` object alone: no `endpoint` is needed, and
    /// the page is the first absolute address among `returnUrl`, `doneUrl` and `endpoint`, else `https://shop.example/`.
    ///
    /// # Errors
    /// As [`Options::read`].
    pub fn from_file(raw: &Json) -> (Option<Self>, Vec<PageFault>) {
        let absolute = |key: &&str| raw.get(key).and_then(Json::text).and_then(Address::parse);
        let page = ["returnUrl", "doneUrl", "endpoint"].iter().find_map(absolute);
        let url = page.map_or_else(|| "https://shop.example/".to_owned(), |page| page.text());
        Self::read(raw, &Page { url, language: String::new(), transport: true })
    }
}

/// Reads every key before it gives up, so that one look names all that is wrong: the required ones are asked for last.
fn checked(fields: &mut Fields<'_>, page: &Page) -> Option<Options> {
    let order = fields.required("order", "is not 1 to 64 of A-Z a-z 0-9 . _ -", order);
    let amount = amount(fields);
    let destinations = Destinations::read(fields, page);
    let methods = described::methods(fields);
    Some(Options {
        selected: selected(fields, &methods),
        methods,
        shop: fields.text("shop"),
        locale: fields.field("locale", "is not a BCP 47 tag", locale).unwrap_or_else(|| page.language.clone()),
        theme: match fields.choice("theme", "auto light dark") {
            1 => Theme::Light,
            2 => Theme::Dark,
            _ => Theme::Auto,
        },
        text_size: match fields.choice("textSize", "auto normal large") {
            1 => TextSize::Normal,
            2 => TextSize::Large,
            _ => TextSize::Auto,
        },
        collapse_after: fields.field("collapseAfter", "is not a number of rows from 1 to 1000", rows).unwrap_or(6),
        button: fields.choice("button", "widget host") == 0,
        support: fields.field("support", "is not a phone number, https or mailto address", support),
        mini_program_page: fields.text("miniProgramPage"),
        remember: match fields.choice("remember", "session device none") {
            1 => Remember::Device,
            2 => Remember::None,
            _ => Remember::Session,
        },
        include_credentials: fields.choice("credentials", "same-origin include") == 1,
        shopper: fields.text("shopper"),
        texts: texts(fields),
        test_mode: destinations.test_mode,
        hosts: destinations.hosts,
        return_url: destinations.return_url,
        done_url: destinations.done_url,
        endpoint: destinations.endpoint?,
        order: order?,
        amount: amount?,
    })
}

fn order(value: &Json) -> Option<String> {
    let order = value.scalar()?;
    is_order(order).then(|| order.to_owned())
}

/// Whether a text can be a merchant's order id: 1 to 64 of `A-Z a-z 0-9 . _ -`, so that it stands in an address as it is.
pub fn is_order(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

fn amount(fields: &mut Fields<'_>) -> Option<Amount> {
    let currency = fields.required("currency", "is not an ISO 4217 code", |value| Currency::parse(value.text()?));
    // Checked with any currency, so that a wrong currency does not hide a wrong amount.
    let probe = currency.or_else(|| Currency::parse("CNY"))?;
    let sum = |value: &Json| Amount::new(field::whole(value)?, probe).ok();
    let amount = fields.required("amount", "is not a whole number of minor units from 1 to 999999999999", sum);
    currency.and(amount)
}

/// The form of a tag: a language of two to eight letters, then subtags of one to eight letters or digits.
fn locale(value: &Json) -> Option<String> {
    let tag = value.text()?;
    let language = tag.split('-').next().unwrap_or_default();
    let plain = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let fit = language.len() > 1 && language.bytes().all(|b| b.is_ascii_alphabetic()) && tag.split('-').all(plain);
    (fit && tag.len() <= 64).then(|| tag.to_owned())
}

fn selected(fields: &mut Fields<'_>, methods: &[Method]) -> Selected {
    let read = |value: &Json| match value.text()? {
        "none" => Some(Selected::Nothing),
        id => methods.iter().find(|method| method.id.as_str() == id).map(|method| Selected::Method(method.id.clone())),
    };
    fields.field("selected", "is not none or one of the methods", read).unwrap_or_default()
}

fn rows(value: &Json) -> Option<usize> {
    field::whole(value).filter(|rows| (1..=1000).contains(rows)).and_then(|rows| rows.try_into().ok())
}

fn support(value: &Json) -> Option<String> {
    let text = field::text(value)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let phone = digits >= 3 && text.bytes().all(|b| b.is_ascii_digit() || b" +-().".contains(&b));
    let mail =
        text.strip_prefix("mailto:").is_some_and(|mail| mail.contains('@') && !mail.contains(char::is_whitespace));
    (phone || mail || Address::parse(&text).is_some_and(|address| address.https)).then_some(text)
}

fn texts(fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let object = |value: &Json| value.is_object().then(|| value.clone());
    let Some(raw) = fields.field("texts", "is not an object of texts", object) else { return Vec::new() };
    let text =
        |fields: &mut Fields<'_>, key: &str| Some((key.to_owned(), fields.field(key, field::TEXT_RULE, field::text)?));
    fields.inner(&raw, "texts", |fields| raw.members().iter().filter_map(|(key, _)| text(fields, key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::fault::PageCode;
    use crate::checkout::method::Wallet;

    const LIVE: &str = "https://shop.example/cart/pay?step=2";
    const LOCAL: &str = "http://127.0.0.1:8080/";

    /// Reads these members, which replace or join a right and complete set, on this page.
    fn on(url: &str, members: &str) -> (Option<Options>, Vec<(&'static str, String)>) {
        let base = r#"{"endpoint":"/checkout","order":"SO-1001","amount":12800,"currency":"CNY"}"#;
        let (Json::Object(mut whole), Json::Object(more)) = (Json::read(base).unwrap(), Json::read(members).unwrap())
        else {
            unreachable!()
        };
        whole.retain(|(key, _)| more.iter().all(|(other, _)| key != other));
        whole.extend(more);
        let page = Page { url: url.to_owned(), language: "zh-CN".to_owned(), transport: false };
        let (options, faults) = Options::read(&Json::Object(whole), &page);
        (options, faults.into_iter().map(|fault| (fault.code.word(), fault.about)).collect())
    }

    /// The options, which must be without fault.
    fn right(url: &str, members: &str) -> Options {
        let (options, faults) = on(url, members);
        assert_eq!(faults, [], "{members}");
        options.unwrap()
    }

    /// The one fault of these members; whether there are options nevertheless.
    fn wrong(url: &str, members: &str) -> (bool, &'static str, String) {
        let (options, faults) = on(url, members);
        assert_eq!(faults.len(), 1, "{members}: {faults:?}");
        let (code, about) = faults.into_iter().next().unwrap();
        (options.is_some(), code, about)
    }

    #[test]
    fn what_is_not_said_has_the_defaults_of_the_contract() {
        let options = right(LIVE, "{}");
        let expected = Options {
            endpoint: "https://shop.example/checkout".into(),
            order: "SO-1001".into(),
            amount: Amount::new(12800, Currency::parse("CNY").unwrap()).unwrap(),
            methods: Wallet::ALL.into_iter().map(|wallet| Method::plain(wallet.into())).collect(),
            shop: None,
            locale: "zh-CN".into(),
            theme: Theme::Auto,
            text_size: TextSize::Auto,
            selected: Selected::Usual,
            collapse_after: 6,
            button: true,
            return_url: LIVE.into(),
            done_url: None,
            support: None,
            mini_program_page: None,
            remember: Remember::Session,
            include_credentials: false,
            test_mode: false,
            hosts: vec![],
            shopper: None,
            texts: vec![],
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn every_key_is_read() {
        let options = right(
            LOCAL,
            r#"{"methods":["hebao","alipay"],"shop":"山茶咖啡","locale":"zh-Hant-HK","theme":"dark","textSize":"large",
            "selected":"alipay","collapseAfter":3,"button":"host","returnUrl":"/back","doneUrl":"/orders/1",
            "support":"400-820-8820","miniProgramPage":"/pages/pay/pay","remember":"device","credentials":"include","testMode":true,
            "hosts":["Pay.Example","b.example"],"shopper":"u-1","texts":{"pay":"Pay now"},"headers":{"X-A":"b"},"transport":{}}"#,
        );
        let id = |id: &str| MethodId::parse(id).unwrap();
        assert_eq!(options.methods, [Method::plain(id("hebao")), Method::plain(id("alipay"))]);
        assert_eq!((options.shop.as_deref(), options.locale.as_str()), (Some("山茶咖啡"), "zh-Hant-HK"));
        assert_eq!(
            (options.theme, options.text_size, options.remember),
            (Theme::Dark, TextSize::Large, Remember::Device)
        );
        assert_eq!(options.selected, Selected::Method(id("alipay")));
        assert_eq!((options.collapse_after, options.button), (3, false));
        assert_eq!(options.return_url, "http://127.0.0.1:8080/back");
        assert_eq!(options.done_url.as_deref(), Some("http://127.0.0.1:8080/orders/1"));
        assert_eq!(options.support.as_deref(), Some("400-820-8820"));
        assert_eq!(options.mini_program_page.as_deref(), Some("/pages/pay/pay"));
        assert!(options.include_credentials && options.test_mode);
        assert_eq!(options.hosts, ["pay.example", "b.example"]);
        assert_eq!(options.shopper.as_deref(), Some("u-1"));
        assert_eq!(options.texts, [("pay".to_owned(), "Pay now".to_owned())]);
    }

    #[test]
    fn attributes_say_the_same_as_text() {
        let attributes = r#"{"amount":"12800","methods":" hebao  alipay ","collapseAfter":"3","testMode":"","hosts":"a.example b.example"}"#;
        let properties = r#"{"amount":12800,"methods":["hebao","alipay"],"collapseAfter":3,"testMode":true,"hosts":["a.example","b.example"]}"#;
        assert_eq!(right(LOCAL, attributes), right(LOCAL, properties));
        assert!(right(LOCAL, r#"{"testMode":"true"}"#).test_mode);
        assert!(!right(LIVE, r#"{"testMode":"false"}"#).test_mode);
    }

    #[test]
    fn the_other_words_of_each_choice_are_read() {
        let options = right(LIVE, r#"{"theme":"light","textSize":"normal","remember":"none","selected":"none"}"#);
        assert_eq!(
            (options.theme, options.text_size, options.remember),
            (Theme::Light, TextSize::Normal, Remember::None)
        );
        assert_eq!(options.selected, Selected::Nothing);
    }

    #[test]
    fn a_required_key_that_is_absent_or_empty_is_missing() {
        for key in ["endpoint", "order", "amount", "currency"] {
            for value in ["null", "\"\""] {
                let fault = wrong(LIVE, &["{\"", key, "\":", value, "}"].concat());
                assert_eq!(fault, (false, "missing_option", key.to_owned()));
            }
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let raw = Json::read(r#"{"amount":"free","currency":"RMB","theme":"blue","colour":"red"}"#).unwrap();
        let (options, faults) = Options::read(&raw, &Page { url: LIVE.into(), ..Page::default() });
        assert_eq!(options, None);
        let about: Vec<_> = faults.iter().map(|fault| (fault.code.word(), fault.about.as_str())).collect();
        let expected = [
            ("unknown_option", r#"colour: "red" is not an option"#),
            ("missing_option", "order"),
            ("wrong_option", r#"currency: "RMB" is not an ISO 4217 code"#),
            ("wrong_option", r#"amount: "free" is not a whole number of minor units from 1 to 999999999999"#),
            ("missing_option", "endpoint"),
            ("wrong_option", r#"theme: "blue" is not one of: auto light dark"#),
        ];
        assert_eq!(about, expected);
    }

    #[test]
    fn what_is_no_object_lacks_everything() {
        for raw in [Json::Null, Json::List(vec![]), Json::from_text("order")] {
            let (options, faults) = Options::read(&raw, &Page { url: LIVE.into(), ..Page::default() });
            assert!(options.is_none() && faults.iter().all(|fault| fault.code == PageCode::MissingOption));
            assert_eq!(faults.len(), 4);
        }
    }

    #[test]
    fn a_wrong_required_value_leaves_no_options() {
        let values = [
            ("order", r#""SO 1""#),
            ("order", r#""订单""#),
            ("order", "true"),
            ("order", r#""SO/1""#),
            ("amount", "0"),
            ("amount", "-1"),
            ("amount", "128.00"),
            ("amount", "1e3"),
            ("amount", "1000000000000"),
            ("amount", r#""+1""#),
            ("amount", r#"" 1""#),
            ("amount", r#""1,280""#),
            ("amount", "true"),
            ("amount", "[1]"),
            ("currency", r#""cny""#),
            ("currency", r#""XXX""#),
            ("currency", "156"),
        ];
        let long = ["\"", &"a".repeat(65), "\""].concat();
        for (key, value) in values.into_iter().chain([("order", long.as_str())]) {
            let (some, code, about) = wrong(LIVE, &["{\"", key, "\":", value, "}"].concat());
            assert_eq!((some, code), (false, "wrong_option"), "{key} {value}");
            assert!(about.starts_with(&[key, ": "].concat()), "{about}");
        }
        assert_eq!(right(LIVE, r#"{"order":1001}"#).order, "1001");
        assert_eq!(right(LIVE, r#"{"amount":999999999999}"#).amount.minor(), 999_999_999_999);
    }

    #[test]
    fn a_wrong_optional_value_is_named_and_stays_at_its_default() {
        let long = ["\"", &"字".repeat(201), "\""].concat();
        let values = [
            ("shop", long.as_str()),
            ("shop", r#""a\u0007""#),
            ("shop", r#""a\u202eb""#),
            ("shop", r#""a\u2066b""#),
            ("shop", "[]"),
            ("locale", r#""zh_CN""#),
            ("locale", r#""""#),
            ("locale", r#""z""#),
            ("locale", r#""zh-""#),
            ("locale", r#""1-CN""#),
            ("theme", r#""Dark""#),
            ("theme", "1"),
            ("textSize", r#""huge""#),
            ("button", "true"),
            ("remember", r#""ever""#),
            ("credentials", r#""omit""#),
            ("selected", r#""paypal""#),
            ("selected", "1"),
            ("collapseAfter", "0"),
            ("collapseAfter", "1001"),
            ("collapseAfter", r#""six""#),
            ("collapseAfter", "2.5"),
            ("returnUrl", r#""https://evil.example/""#),
            ("returnUrl", r#""http://shop.example/""#),
            ("returnUrl", r#""javascript:alert(1)""#),
            ("doneUrl", r#""//evil.example/""#),
            ("doneUrl", "1"),
            ("support", r#""call us""#),
            ("support", r#""12""#),
            ("support", r#""http://help.example""#),
            ("support", r#""mailto:shop""#),
            ("support", r#""javascript:alert(95188)""#),
            ("testMode", r#""yes""#),
            ("testMode", "1"),
            ("hosts", r#"["https://a.example"]"#),
            ("hosts", r#"["a.example:8080"]"#),
            ("hosts", r#"["pay_1.example"]"#),
            ("hosts", r#"["[::1]"]"#),
            ("hosts", "{}"),
            ("hosts", "[1]"),
            ("shopper", "true"),
            ("texts", "[]"),
            ("texts", r#""pay""#),
            ("methods", "[]"),
            ("methods", r#""""#),
            ("methods", "7"),
            ("methods", "{}"),
        ];
        let usual = right(LIVE, "{}");
        for (key, value) in values {
            let members = ["{\"", key, "\":", value, "}"].concat();
            let (options, faults) = on(LIVE, &members);
            assert_eq!(options.as_ref(), Some(&usual), "{members}");
            let [(code, about)] = faults.as_slice() else { unreachable!("{members}: {faults:?}") };
            assert_eq!(*code, "wrong_option");
            assert!(about.starts_with(&[key, ": "].concat()), "{about}");
        }
    }

    #[test]
    fn an_unknown_key_is_named_and_the_rest_works() {
        let fault = wrong(LIVE, r#"{"return-url":"/back"}"#);
        assert_eq!(fault, (true, "unknown_option", r#"return-url: "/back" is not an option"#.to_owned()));
    }

    #[test]
    fn a_value_in_a_fault_is_cut_where_a_letter_ends() {
        let (_, _, about) = wrong(LIVE, &["{\"theme\":\"", &"字".repeat(500), "\"}"].concat());
        assert_eq!(about, ["theme: \"", &"字".repeat(59), "… is not one of: auto light dark"].concat());
    }

    #[test]
    fn an_endpoint_is_absolute_without_a_slash_at_its_end() {
        for (endpoint, expected) in [
            ("/checkout", "https://shop.example/checkout"),
            ("/checkout/", "https://shop.example/checkout"),
            ("checkout//", "https://shop.example/cart/checkout"),
            ("../checkout", "https://shop.example/checkout"),
            ("/", "https://shop.example"),
            ("https://Pay.Example:8443/v1/", "https://pay.example:8443/v1"),
        ] {
            let members = Json::object([("endpoint", endpoint.into())]).to_string();
            assert_eq!(right(LIVE, &members).endpoint, expected, "{endpoint}");
        }
        for endpoint in [
            "http://pay.example/",
            "/checkout?tenant=1",
            "/checkout#a",
            "ftp://a.example/",
            "javascript:1",
            "https://u:p@a.example",
        ] {
            let members = Json::object([("endpoint", endpoint.into())]).to_string();
            let (some, code, _) = wrong(LIVE, &members);
            assert_eq!((some, code), (false, "wrong_option"), "{endpoint}");
        }
    }

    #[test]
    fn http_is_for_test_mode_only() {
        assert!(!wrong(LOCAL, "{}").0, "/checkout of an http page");
        assert_eq!(right(LOCAL, r#"{"testMode":true}"#).endpoint, "http://127.0.0.1:8080/checkout");
        let remote = right(LOCAL, r#"{"testMode":true,"endpoint":"http://192.168.1.9:3000/c"}"#);
        assert_eq!(remote.endpoint, "http://192.168.1.9:3000/c");
    }

    #[test]
    fn test_mode_is_off_and_named_on_a_live_page() {
        let (options, faults) = on(LIVE, r#"{"testMode":true}"#);
        assert!(!options.unwrap().test_mode);
        let about = ["testMode: \"", LIVE, "\" is not a loopback or private address"].concat();
        assert_eq!(faults, [("test_mode_on_live_page", about)]);
        assert_eq!(on("file:///shop.html", r#"{"testMode":true,"endpoint":"https://a.example"}"#).1.len(), 1);
        for page in [
            "http://localhost:3000/",
            "http://shop.localhost/",
            "http://[::1]/",
            "http://10.1.2.3/",
            "http://172.20.0.1/",
        ] {
            assert!(right(page, r#"{"testMode":true}"#).test_mode, "{page}");
        }
    }

    #[test]
    fn the_way_back_is_on_this_origin_or_on_one_of_hosts() {
        let hosts = r#"{"hosts":["back.example"],"returnUrl":"https://back.example/a","doneUrl":"?paid#top"}"#;
        let options = right(LIVE, hosts);
        assert_eq!(options.return_url, "https://back.example/a");
        assert_eq!(options.done_url.as_deref(), Some("https://shop.example/cart/pay?paid#top"));
        for members in [
            r#"{"hosts":["back.example"],"returnUrl":"http://back.example/a"}"#,
            r#"{"hosts":["back.example"],"returnUrl":"https://back.example.evil/a"}"#,
        ] {
            assert_eq!(wrong(LIVE, members).1, "wrong_option", "{members}");
        }
        let any = on(LIVE, r#"{"hosts":["*"],"returnUrl":"https://back.example/a"}"#).1;
        assert_eq!(any.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["any_host", "wrong_option"]);
    }

    #[test]
    fn a_page_that_lets_actions_lead_anywhere_is_warned_and_works() {
        let about = r#"hosts: "*" lets actions lead to any https host: name the hosts instead"#;
        for hosts in [r#"["pay.example","*"]"#, r#""* pay.example""#] {
            let warned = wrong(LIVE, &["{\"hosts\":", hosts, "}"].concat());
            assert_eq!(warned, (true, "any_host", about.to_owned()));
        }
    }

    #[test]
    fn a_transport_needs_no_endpoint() {
        let raw = Json::read(r#"{"order":"1","amount":1,"currency":"JPY"}"#).unwrap();
        let page = Page { url: LIVE.into(), transport: true, ..Page::default() };
        let (options, faults) = Options::read(&raw, &page);
        assert_eq!((options.unwrap().endpoint.as_str(), faults.len()), ("", 0));
    }

    #[test]
    fn a_file_needs_no_page() {
        let read = |text: &str| Options::from_file(&Json::read(text).unwrap());
        let (options, faults) = read(r#"{"order":"1","amount":1,"currency":"CNY","doneUrl":"/orders"}"#);
        assert_eq!(faults, []);
        assert_eq!(options.unwrap().done_url.as_deref(), Some("https://shop.example/orders"));
        let (options, faults) = read(
            r#"{"order":"1","amount":1,"currency":"CNY","endpoint":"/c","returnUrl":"https://a.example/b","headers":{}}"#,
        );
        assert_eq!(faults, []);
        assert_eq!(options.unwrap().endpoint, "https://a.example/c");
    }

    #[test]
    fn texts_are_texts_and_a_wrong_one_is_named_alone() {
        let (options, faults) = on(LIVE, r#"{"texts":{"pay":"Pay","total":["x"],"more":"a\u202eb"}}"#);
        assert_eq!(options.unwrap().texts, [("pay".to_owned(), "Pay".to_owned())]);
        let abouts: Vec<_> = faults.iter().map(|(_, about)| about.split(':').next().unwrap_or_default()).collect();
        assert_eq!(abouts, ["texts.total", "texts.more"]);
    }

    #[test]
    fn support_is_a_phone_number_https_or_mailto() {
        for support in ["95188", "+86 (0)571 8502-2088", "https://help.example/contact", "mailto:help@shop.example"] {
            let members = Json::object([("support", support.into())]).to_string();
            assert_eq!(right(LIVE, &members).support.as_deref(), Some(support));
        }
    }
}
