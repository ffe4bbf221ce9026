//! Decides what the page says: a raw object of attributes and options becomes [`Options`], or every wrong key by name.
//!
//! It does not touch the page; functions among the options (`transport`, `headers`) stay at the edge and are not read here.

mod address;
mod described;
mod field;

pub use address::Address;

use super::fault::{PageCode, PageFault};
use super::json::Json;
use super::method::{Method, MethodId};
use super::money::{Amount, Currency};
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
    let addresses = Addresses::read(fields, page);
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
        remember: match fields.choice("remember", "session device none") {
            1 => Remember::Device,
            2 => Remember::None,
            _ => Remember::Session,
        },
        include_credentials: fields.choice("credentials", "same-origin include") == 1,
        shopper: fields.text("shopper"),
        texts: texts(fields),
        test_mode: addresses.test_mode,
        hosts: addresses.hosts,
        return_url: addresses.return_url,
        done_url: addresses.done_url,
        endpoint: addresses.endpoint?,
        order: order?,
        amount: amount?,
    })
}

/// The options that lead somewhere; what one may be depends on the others.
struct Addresses {
    test_mode: bool,
    hosts: Vec<String>,
    endpoint: Option<String>,
    return_url: String,
    done_url: Option<String>,
}

impl Addresses {
    fn read(fields: &mut Fields<'_>, page: &Page) -> Self {
        let here = Address::parse(&page.url);
        let test_mode = test_mode(fields, here.as_ref(), &page.url);
        let hosts = fields.list("hosts", "is not a host name or *", host);
        let resolve = |value: &Json| match &here {
            Some(here) => here.join(value.text()?),
            None => Address::parse(value.text()?),
        };
        let open = |address: &Address| address.https || test_mode;
        let back = |value: &Json| {
            let address = resolve(value)?;
            let ours = here.as_ref().is_some_and(|here| here.same_origin(&address));
            let listed = open(&address) && hosts.iter().any(|host| host == address.host());
            (ours || listed).then(|| address.text())
        };
        let base = |value: &Json| resolve(value).filter(open).filter(is_base).map(|address| trimmed(&address));
        let return_url = fields.field("returnUrl", BACK, back);
        let done_url = fields.field("doneUrl", BACK, back);
        let endpoint = if page.transport {
            Some(fields.field("endpoint", BASE, base).unwrap_or_default())
        } else {
            fields.required("endpoint", BASE, base)
        };
        Self { test_mode, hosts, endpoint, return_url: return_url.unwrap_or_else(|| page.url.clone()), done_url }
    }
}

const BACK: &str = "is not an address on this page's origin or on one of hosts";
const BASE: &str = "is not an https address without ? and # (http works in test mode only)";

fn is_base(address: &Address) -> bool {
    !address.rest.contains(['?', '#'])
}

fn trimmed(address: &Address) -> String {
    address.text().trim_end_matches('/').to_owned()
}

/// On only if it is asked for on a loopback or private page; elsewhere it stays off, since a live shop must not take
/// simulated payments.
fn test_mode(fields: &mut Fields<'_>, here: Option<&Address>, url: &str) -> bool {
    let private = here.is_some_and(Address::is_private);
    let asked = fields.flag("testMode");
    if asked && !private {
        fields.fault(
            PageCode::TestModeOnLivePage,
            "testMode",
            Some(&url.into()),
            "is not a loopback or private address",
        );
    }
    asked && private
}

fn host(word: &str) -> Option<String> {
    let host = word.to_ascii_lowercase();
    (host == "*" || address::is_host(&host)).then_some(host)
}

fn order(value: &Json) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let order = value.scalar()?;
    ((1..=64).contains(&order.len()) && order.bytes().all(plain)).then(|| order.to_owned())
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
