//! Draws what a shopper needs to reach the shop: faults, the order number, the number to call.
//!
//! It does not decide what a fault is, nor when the shop should be called.

use super::scene::Scene;
use crate::words::Key;
use yew::prelude::*;

/// A fault in the shopper's words; with the way to the shop, unless the network is at fault.
pub(super) fn alert(scene: &Scene<'_>, key: Key) -> Html {
    let network = matches!(key, Key::FaultUnreachable | Key::FaultTimeout);
    html! {
        <div class="alert" role="alert" data-fault={key.name()}>
            <p>{ scene.say(key) }</p>
            { if network { Html::default() } else { contact(scene) } }
        </div>
    }
}

/// The order number and, if the page gave one, the way to the shop.
pub(super) fn contact(scene: &Scene<'_>) -> Html {
    let support = scene.face.support.as_ref().map(|support| {
        html! {
            <div><dt>{ scene.say(Key::ContactShop) }</dt>
            <dd><a class="support" href={address(support)}>{ shown(support).to_owned() }</a></dd></div>
        }
    });
    html! {
        <dl class="contact">
            <div><dt>{ scene.say(Key::OrderNumber) }</dt><dd class="number">{ &scene.state.order.id }</dd></div>
            { support }
        </dl>
    }
}

/// Whether the shop is reached by telephone.
pub(super) fn is_phone(support: &str) -> bool {
    !support.starts_with("https:") && !support.starts_with("mailto:")
}

/// Where the link leads: only ever `https:`, `mailto:` or `tel:`, whatever the page gave.
fn address(support: &str) -> String {
    if !is_phone(support) {
        return support.to_owned();
    }
    let mut number = String::from("tel:");
    number.extend(support.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+'));
    number
}

fn shown(support: &str) -> &str {
    let bare = support.strip_prefix("mailto:").or_else(|| support.strip_prefix("https://"));
    bare.unwrap_or(support).trim_end_matches('/')
}
