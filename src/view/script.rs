//! Decides which part of a text is in another language than the page: a wallet's own name, marked as Chinese so that it is
//! read out and drawn as what the shopper's phone shows.
//!
//! It does not decide what a wallet is called. `moongate.js` marks the same names; a test holds the two together.

use crate::words::Words;
use yew::prelude::*;

/// The wallets' names and what they call scanning, of two that begin alike the longer first.
const OWN: [&str; 7] = ["微信支付", "微信", "支付宝", "云闪付", "和包支付", "和包", "扫一扫"];

/// The text, with each of those names in it marked where the text is not Chinese itself.
#[inline(never)]
pub(super) fn marked(words: &Words, text: &str) -> Html {
    if words.lang.starts_with("zh") {
        return html! { text.to_owned() };
    }
    let mut parts: Vec<Html> = Vec::new();
    let mut from = 0;
    for (at, letter) in text.char_indices() {
        // All but a few letters are not Chinese.
        let rest = if letter < '一' || at < from { "" } else { text.get(at..).unwrap_or_default() };
        if let Some(own) = OWN.iter().copied().find(|own| rest.starts_with(own)) {
            parts.push(html! { text.get(from..at).unwrap_or_default().to_owned() });
            parts.push(html! { <span lang="zh-CN">{ own }</span> });
            from = at + own.len();
        }
    }
    parts.push(html! { text.get(from..).unwrap_or_default().to_owned() });
    parts.into_iter().collect()
}
