//! The sandbox: a simulated merchant and simulated wallets, for tests, the demo and whoever embeds the widget.
//!
//! It decides how the rooms below hang together and what they share. It moves no money and knows no real provider.
//!
//! - The merchant's server, `/checkout`: [`merchant`], [`creation`], [`form`], [`push`], over [`ledger`] and [`store`].
//! - What it answers with: [`view`], [`provider`], [`problem`].
//! - What goes wrong: [`faults`]. Who may ask: [`gate`].
//! - The other side, `/sandbox`: [`controls`] for tests, [`wallet`] for people.

mod clock;
mod controls;
mod creation;
mod dice;
mod faults;
mod form;
mod gate;
mod ledger;
mod merchant;
mod page;
mod payment;
mod problem;
mod provider;
mod push;
mod store;
#[cfg(test)]
mod tests;
mod verdict;
mod view;
mod wallet;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post, put};
use clock::{Clock, Millis};
use dice::Dice;
use faults::Faults;
use ledger::Ledger;
use problem::Problem;
pub(crate) use provider::PROVIDERS;
use provider::Setting;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;
use tokio::sync::watch;

/// Largest body of a request, in bytes.
const LARGEST: usize = 64 * 1024;

/// What the sandbox is told when it starts.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The file that payments are kept in; `None` keeps them in memory.
    pub(crate) store: Option<PathBuf>,
    /// Its own origin, for example `http://127.0.0.1:8080`. Callers by a loopback name are answered by that name.
    pub(crate) origin: String,
}

/// The sandbox's routes: `/checkout/…` and `/sandbox/…`.
///
/// # Errors
/// A sentence, if the file can't be used.
pub(crate) fn router(settings: Settings) -> Result<Router, String> {
    Ok(routes(&Arc::new(Shop::open(settings)?)))
}

/// The same, whose event streams say in this time that they live.
///
/// # Errors
/// A sentence, if the file can't be used.
#[cfg(test)]
pub(crate) fn pinging(settings: Settings, ping: Duration) -> Result<Router, String> {
    Ok(routes(&Arc::new(Shop { ping, ..Shop::open(settings)? })))
}

/// What all requests share.
#[derive(Debug)]
struct Shop {
    ledger: Mutex<Ledger>,
    store: Store,
    setting: Mutex<Setting>,
    faults: Mutex<Faults>,
    /// Keys whose creation is being worked on.
    in_flight: Mutex<BTreeSet<String>>,
    /// Counts changes, so that event streams wake up.
    changes: watch::Sender<u64>,
    clock: Clock,
    dice: Dice,
    origin: String,
    /// How often an event stream says that it lives.
    ping: Duration,
}

impl Shop {
    fn open(settings: Settings) -> Result<Self, String> {
        let Settings { store, mut origin } = settings;
        origin.truncate(origin.trim_end_matches('/').len());
        let (store, ledger) = match store {
            Some(path) => Store::open(&path)?,
            None => (Store::memory(), Ledger::default()),
        };
        Ok(Self {
            ledger: Mutex::new(ledger),
            store,
            setting: Mutex::default(),
            faults: Mutex::default(),
            in_flight: Mutex::default(),
            changes: watch::Sender::new(0),
            clock: Clock::system(),
            dice: Dice::new(),
            origin,
            ping: Duration::from_secs(15),
        })
    }

    /// Works on the ledger at this moment. What it changed is in the file before this returns, and then told to all
    /// event streams. What can't be written stays to be written: until it is, no request is answered.
    fn with<T>(&self, work: impl FnOnce(&mut Ledger, Millis) -> T) -> Result<T, Problem> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        ledger.settle(now);
        let made = work(&mut ledger, now);
        let changed = ledger.take_changed();
        if let Err(sentence) = self.store.keep(&ledger, &changed) {
            ledger.put_back(changed);
            return Err(Problem::broken(sentence));
        }
        drop(ledger);
        if !changed.is_empty() {
            self.changes.send_modify(|count| *count += 1);
        }
        Ok(made)
    }
}

fn routes(shop: &Arc<Shop>) -> Router {
    let checkout = Router::new()
        .route("/checkout/payments", post(merchant::create))
        .route("/checkout/payments/{key}", get(merchant::status))
        .route("/checkout/payments/{key}/cancel", post(merchant::cancel))
        .route("/checkout/payments/{key}/refresh", post(merchant::refresh))
        .route("/checkout/payments/{key}/events", get(push::events))
        .route_layer(from_fn_with_state(Arc::clone(shop), faults::carry::meet));
    let controls = Router::new()
        .route("/sandbox/orders/{order}", put(controls::set_order).get(controls::order))
        .route("/sandbox/payments", get(controls::payments))
        .route("/sandbox/payments/{key}/{deed}", post(controls::act))
        .route("/sandbox/faults", put(controls::set_faults).get(controls::faults))
        .route("/sandbox/provider", put(controls::set_provider).get(controls::provider));
    let nowhere = || async { Problem::new(StatusCode::NOT_FOUND, "no_such_address", "There is nothing here.") };
    checkout
        .merge(controls)
        .merge(pages())
        .route("/checkout/{*rest}", any(nowhere))
        .route("/sandbox/{*rest}", any(nowhere))
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address has no such method.")
        })
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn_with_state(Arc::clone(shop), gate::watch))
        .with_state(Arc::clone(shop))
}

fn pages() -> Router<Arc<Shop>> {
    let pages = Router::new()
        .route("/sandbox/wallet", get(wallet::show).post(wallet::decide))
        .route("/sandbox/wallet.css", get(wallet::style))
        .route("/sandbox/wallet.js", get(wallet::script))
        .route("/sandbox/code/{key}", get(form::code_page))
        .route("/sandbox/return/{key}", any(wallet::come_back))
        .route("/sandbox/sign-in", get(wallet::sign_in).post(wallet::signed_in));
    wallet::PAGES.iter().fold(pages, |pages, address| pages.route(address, any(wallet::open)))
}
