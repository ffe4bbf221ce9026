//! Holds what stays as it is for as long as the widget is mounted: words, what the page's options fix.
//!
//! It draws nothing.

use super::Intl;
use crate::checkout::options::{Options, Theme};
use crate::words::Words;
use std::fmt;
use std::rc::Rc;

/// What stays as it is for as long as the widget is mounted.
pub struct Face {
    /// The words of the page's language.
    pub words: Words,
    /// The shop's name, to compare with the payee in the wallet.
    pub shop: Option<String>,
    /// The shop's phone number, https or mailto address.
    pub support: Option<String>,
    /// Where "back to the shop" leads; checked with the options.
    pub done_url: Option<String>,
    /// Whether the pay button is drawn here, not by the page.
    pub button: bool,
    /// Rows shown before "more".
    pub collapse_after: usize,
    /// Light, dark, or as the page's `color-scheme` has it.
    pub theme: Theme,
    /// Whether to say that nothing is charged.
    pub test_mode: bool,
    /// How sums and moments are written for people.
    pub intl: Rc<dyn Intl>,
}

/// Two faces are the same only if they are one: nothing in it changes while mounted.
impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Face {
    /// What the page's options make constant, in these words. Without options that can be worked with, the rest is as by
    /// default.
    pub fn new(options: Option<&Options>, words: Words, intl: Rc<dyn Intl>) -> Self {
        Self {
            words,
            shop: options.and_then(|options| options.shop.clone()),
            support: options.and_then(|options| options.support.clone()),
            done_url: options.and_then(|options| options.done_url.clone()),
            button: options.is_none_or(|options| options.button),
            collapse_after: options.map_or(0, |options| options.collapse_after),
            theme: options.map_or(Theme::Auto, |options| options.theme),
            test_mode: options.is_some_and(|options| options.test_mode),
            intl,
        }
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Face").field("lang", &self.words.lang).finish_non_exhaustive()
    }
}
