//! Decides what a screen has at hand while it is drawn: the checkout, the words, the clock, the way to give a gesture.
//!
//! It draws nothing but text.

use super::naming;
use super::picture::Drawing;
use super::{Face, attempt, script};
use crate::checkout::machine::{Gesture, Millis, State};
use crate::checkout::method::MethodId;
use crate::checkout::offer::Offered;
use crate::words::Key;
use std::rc::Rc;
use yew::{Callback, Html};

/// What is drawn, borrowed for one drawing.
pub(super) struct Scene<'a> {
    pub(super) state: &'a Rc<State>,
    pub(super) face: &'a Rc<Face>,
    pub(super) now: Millis,
    pub(super) on: &'a Callback<Gesture>,
    /// The code on screen.
    pub(super) drawing: Option<&'a Drawing>,
    pub(super) notice: Option<Key>,
    /// The heading, if the focus did not go there.
    pub(super) unfocused: Option<&'a str>,
}

impl<'a> Scene<'a> {
    pub(super) fn say(&self, key: Key) -> &'a str {
        self.face.words.say(key)
    }

    /// A text as it is drawn, with what is Chinese in it marked as such.
    pub(super) fn text(&self, text: &str) -> Html {
        script::marked(&self.face.words, text)
    }

    /// The text of `key` with the name of this method's app.
    pub(super) fn say_app(&self, key: Key, id: &MethodId) -> String {
        self.face.words.fill(key, &[("app", self.app(id))])
    }

    /// The text of `key` with a number, in the form that the language has for it.
    pub(super) fn say_count(&self, key: Key, count: u64) -> String {
        let words = &self.face.words;
        words.count(key, &count.to_string(), &self.face.intl.plural(&words.lang, count))
    }

    /// The text of `key` with the sum that is paid.
    pub(super) fn say_sum(&self, key: Key) -> String {
        self.face.words.fill(key, &[("sum", &self.sum())])
    }

    /// The sum that is paid: the attempt's, else the chosen method's with its fee, else the order's.
    pub(super) fn sum(&self) -> String {
        let chosen = || self.state.chosen.as_ref().and_then(|id| self.state.offer.row(id)).map(|row| row.total);
        let total = attempt(&self.state.phase).map(|attempt| attempt.total).or_else(chosen);
        self.face.intl.sum(&total.unwrap_or(self.state.order.amount))
    }

    /// A moment as the language of the words has it.
    pub(super) fn moment(&self, seconds: i64) -> String {
        self.face.intl.moment(&self.face.words.lang, seconds)
    }

    /// The row of this method, whether it can be picked or not.
    pub(super) fn row(&self, id: &MethodId) -> Option<&'a Offered> {
        self.state.offer.shown.iter().find(|row| row.method.id == *id)
    }

    /// The name of the app that pays, as the shopper's phone shows it.
    pub(super) fn app<'b>(&self, id: &'b MethodId) -> &'b str
    where
        'a: 'b,
    {
        match self.row(id) {
            Some(row) => naming::app(&row.method, &self.face.words),
            None => id.wallet().map_or(id.as_str(), |wallet| self.say(Key::app(wallet))),
        }
    }

    /// The method's own name.
    pub(super) fn name<'b>(&self, id: &'b MethodId) -> &'b str
    where
        'a: 'b,
    {
        match self.row(id) {
            Some(row) => naming::name(&row.method, &self.face.words),
            None => id.wallet().map_or(id.as_str(), |wallet| self.say(Key::method(wallet))),
        }
    }
}
