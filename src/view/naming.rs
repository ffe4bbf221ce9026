//! Decides how a method is named: its name, its app, the character on its tile, the line under it.
//!
//! It draws nothing. The bundle writes these same texts for the shell, which draws the rows before the wasm arrives.

use crate::checkout::environment::App;
use crate::checkout::method::{Method, Wallet};
use crate::checkout::offer::Offered;
use crate::words::{Key, Words};

/// The method's name: the merchant's, else the catalog's.
pub fn name<'a>(method: &'a Method, words: &'a Words) -> &'a str {
    named(method, words, Key::method)
}

/// The name of the app it is paid with, as the phone shows it; for a merchant's own method, the method's name.
pub fn app<'a>(method: &'a Method, words: &'a Words) -> &'a str {
    match method.id.wallet() {
        Some(wallet) => words.say(Key::app(wallet)),
        None => named(method, words, Key::app),
    }
}

fn named<'a>(method: &'a Method, words: &'a Words, key: fn(Wallet) -> Key) -> &'a str {
    let listed = || method.id.wallet().map(|wallet| words.say(key(wallet)));
    method.label.as_deref().or_else(listed).unwrap_or(method.id.as_str())
}

/// The character on its tile: the one its wallet is known by, else the first of its name.
pub fn tile(method: &Method) -> String {
    match (method.id.wallet(), &method.label) {
        (Some(wallet), None) => wallet_tile(wallet).to_owned(),
        (_, label) => label
            .as_deref()
            .unwrap_or(method.id.as_str())
            .chars()
            .take(1)
            .map(|letter| letter.to_ascii_uppercase())
            .collect(),
    }
}

/// The character a wallet is known by, in its own script.
pub fn wallet_tile(wallet: Wallet) -> &'static str {
    match wallet {
        Wallet::Alipay => "支",
        Wallet::Wechatpay => "微",
        Wallet::Unionpay => "云",
        Wallet::Hebao => "和",
    }
}

/// The line under its name: the merchant's, else what will happen here; empty if there is nothing to say.
/// `around` is the app around the page.
pub fn hint(row: &Offered, around: App, words: &Words) -> String {
    let own = row.method.description.clone().filter(|_| row.works());
    let listed = |key| words.fill(key, &[("app", app(&row.method, words)), ("here", words.say(Key::here(around)))]);
    own.or_else(|| Key::hint(row.hint).map(listed)).unwrap_or_default()
}
