//! Moongate: the checkout that opens to every wallet. This page is the architecture.
//!
//! # Bird's eye
//!
//! A merchant's page loads one script, which defines `<moongate-checkout>`. A payment takes this way, and the rooms below
//! stand in its order:
//!
//! 1. **The page embeds us.** `www/moongate.js`, the element, has the rows and the button drawn at once (the *shell*, in
//!    `www/shell`) and fetches the wasm. Its first part takes over what happens, and a press is sent: `open` in
//!    `browser/embed.rs`. With the second comes the view, which takes over the drawing, with choice, focus and a press kept:
//!    `draw` there.
//! 2. **Options.** What the page said, as plain data, becomes [`checkout::options::Options`], or every wrong key by name.
//! 3. **Environment.** User agent and a few facts become [`checkout::environment::Environment`].
//! 4. **Offer.** Options × catalog × environment × rollout become [`checkout::offer::Offer`]: the rows, and why the rest is not.
//! 5. **The shopper picks** and presses pay: a [`checkout::machine::Gesture`], the only thing the view gives out.
//! 6. **The machine.** [`checkout::machine::advance`] turns state and event into state and effects. Nothing else changes a state.
//! 7. **Send.** An effect asks the merchant's server; [`checkout::wire`] says what its answer means for *this* order.
//! 8. **Action.** Whatever a provider answered becomes one checked [`action::Action`], by a part of the wasm
//!    that comes last.
//! 9. **Hand-off and wait.** The edge carries the action out or the host page does; only the server's word ends the wait.
//!
//! # Entry points
//!
//! - From JavaScript: `www/moongate.js` (the element), `www/shell` (what is there before the wasm), then `src/browser/embed.rs`.
//! - For a rule about payments: [`checkout::machine`]. For what is shown where: [`checkout::method`], [`checkout::offer`].
//! - For a provider's format: one file in `src/action/provider/`. For a word: `src/words/`, one file a language.
//! - From another Yew app: `browser::Checkout`, in `src/browser/component.rs`; the example is at the end of this page.
//! - From a terminal: `src/bin/moongate/main.rs`, one file a command; the simulated merchant is in `sandbox/` there.
//!
//! # What it stands on
//!
//! “The contract”, “the payload reference” and `research/…` are design documents that lie outside this repository. What is published of
//! them here: `www/moongate.d.ts`, `www/openapi.yaml`, the guide, and `tests/fixtures/payloads`.
//!
//! # Code map
//!
//! | room | decides |
//! | --- | --- |
//! | [`checkout`] | the core: options, environment, offer, the state machine, the wire, faults. Pure; knows no browser, clock or Yew |
//! | [`action`] | any provider's response → one checked action; the addresses that may be opened |
//! | [`words`] | what a shopper reads, one file a language; which language a tag means; forms for numbers |
//! | [`view`] | Yew: state in, HTML and gestures out; renders natively in tests |
//! | `browser` | wasm32 only: performs effects, turns what happens into events; `till` holds a checkout, `app` draws it |
//! | `bin/moongate` | the native program: `serve` with the sandbox, `bundle`, `action`, `offer`, `replay`, `verify` |
//!
//! # Three parts
//!
//! The library becomes one wasm, which `moongate bundle` cuts in three, so that a shopper waits only for what they need:
//! all that happens until a press is sent; once a shopper comes near, the view and all that follows the server's first
//! answer; after that, the readers of providers' responses. `bin/moongate/bundle/parts.rs` names the rooms of the later
//! parts, `split.rs` there cuts. A call into a part that is not here yet traps, so the edge never makes one: see
//! `browser/till/early.rs`, and `browser/parts.rs`.
//!
//! Once all three are here, `browser/rehearsal.rs` plays a payment up to its code, unseen: browsers compile what is called for
//! the first time and look for letters that are laid out for the first time, and a phone takes longer for that than for the
//! work itself.
//!
//! # Invariants
//!
//! 1. The core cannot name the browser: its crates are dependencies of wasm32 only. A test keeps clocks, randomness and
//!    `yew::` out as well.
//! 2. Only `advance` changes the state. It is total: what means nothing here changes nothing. Time, ids and user agents
//!    come in as data; a recorded list of events replays to the same screens.
//! 3. Only `browser` performs effects, and every effect that waits for something ends in an event.
//! 4. Whether money moved is known from the merchant's server alone. The widget reports; it never concludes.
//! 5. Nothing from a provider is opened, posted or drawn before `action` has checked it; no address that the page or the
//!    merchant's server names before [`checkout::options`] or [`checkout::wire`] has.
//! 6. No card number, password or key ever passes through: no type exists that could hold one.
//! 7. What is new has few places, most of which the compiler or a test names:
//!    - a wallet: `checkout/method.rs` and its catalog, with its app in `checkout/environment.rs`; a word in each language,
//!      `view/naming.rs` and its colour in `www/moongate.css`; its type in `www/moongate.d.ts`; its app links in `action/url.rs`
//!      and `action/code.rs`, its id in the lists of `action/provider.rs` and `normalised.rs` there; how the sandbox plays it;
//!      and, with an API of its own, a provider;
//!    - a provider: one file in `action/provider/`, named in `action/provider.rs`; fixtures; a row in the guide's `providers.rs`;
//!    - a language: one file in `words/`, named in `words.rs`, and its lines in `words/language.rs`.
//! 8. One source for each fact. What `moongate.js` must know before the wasm arrives is generated from the core by `bundle`;
//!    what two places must draw alike is held together by a test.
//!
//! # In another Yew app
//!
//! With `moongate` as a dependency without its default features, the checkout is one component, which needs no script of
//! ours. This is the app of `tests/yew`, which a test builds and pays in:
//!
//! ```ignore
#![doc = include_str!("../tests/yew/src/main.rs")]
//! ```

pub mod checkout;

pub mod action;

pub mod words;

pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod browser;
