//! Decides what the page says: a raw object of attributes and options becomes [`Options`], or every wrong key by name.
//!
//! It does not touch the page; functions among the options (`transport`, `headers`) stay at the edge.

use super::fault::PageFault;
use super::json::Json;
use super::method::Method;
use super::money::Amount;

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
    Method(super::method::MethodId),
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
    pub fn read(raw: &Json, page: &Page) -> (Option<Self>, Vec<PageFault>) {
        let _ = (raw, page);
        (None, Vec::new())
    }

    /// The options that a program may use without a page, from an `options` object alone.
    ///
    /// # Errors
    /// As [`Options::read`].
    pub fn from_file(raw: &Json) -> (Option<Self>, Vec<PageFault>) {
        Self::read(raw, &Page::default())
    }
}
