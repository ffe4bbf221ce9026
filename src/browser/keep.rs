//! Keeps what must survive a reload, as section 6 of the contract lists it, and forgets it again.
//!
//! Storage may be blocked or full: then the page's own memory serves, and everything still works within the page.

use super::page;
use crate::checkout::json::Json;
use crate::checkout::machine::{Announcement, Attempt, Origin};
use crate::checkout::method::MethodId;
use crate::checkout::money::{Amount, Currency};
use crate::checkout::options::{Options, Remember};
use crate::checkout::wire::{self, AttemptId};
use std::cell::RefCell;
use web_sys::Storage;

/// How long an unfinished attempt is kept: 7 days, in seconds.
const LIFETIME: i64 = 7 * 24 * 3600;

/// Names of the items; the script that draws before the wasm arrives uses the same.
const ATTEMPT: &str = "moongate:attempt:";
const METHOD: &str = "moongate:method";
const SHOPPER: &str = "moongate:shopper";

thread_local! {
    /// What this page remembers beside its storage.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    /// The attempt that the page's address brought back, and the place of the order that it turned out to be for.
    static RETURNED: RefCell<Option<(AttemptId, Option<String>)>> = const { RefCell::new(None) };
    /// Each outcome that the page was told, beside its attempt.
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn session() -> Option<Storage> {
    page::window()?.session_storage().ok().flatten()
}

fn device() -> Option<Storage> {
    page::window()?.local_storage().ok().flatten()
}

fn write(storage: Option<Storage>, key: &str, value: Option<&str>) {
    MEMORY.with_borrow_mut(|memory| {
        memory.retain(|(name, _)| name != key);
        memory.extend(value.map(|value| (key.to_owned(), value.to_owned())));
    });
    let _stored = storage.map(|storage| match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    });
}

fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage.and_then(|storage| storage.get_item(key).ok().flatten()).or_else(|| {
        MEMORY.with_borrow(|memory| memory.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()))
    })
}

/// The name under which all windows of this browser know the order's attempt.
pub(super) fn place(options: &Options) -> String {
    place_of(options, &options.order)
}

/// The same for an order that the page may have changed since: its attempt is still under way.
pub(super) fn place_of(options: &Options, order: &str) -> String {
    [ATTEMPT, &options.endpoint, ":", order].concat()
}

/// Keeps this attempt for the order: for all tabs of this browser, and for the time after this tab, which a phone may close while
/// the wallet is open.
pub(super) fn attempt(options: &Options, order: &str, attempt: &Attempt) {
    let text = Json::object([
        ("id", attempt.id.as_str().into()),
        ("method", attempt.method.as_str().into()),
        ("total", attempt.total.minor().into()),
        ("currency", attempt.total.currency().code().into()),
        ("at", page::wall().unsigned_abs().into()),
        ("begun", attempt.begun.map_or(Json::Null, |begun| begun.unsigned_abs().into())),
        ("origin", (attempt.origin as u64).into()),
    ]);
    write(device(), &place_of(options, order), Some(&text.written()));
}

/// Forgets this attempt at the order; not another one that another tab keeps there.
#[inline(never)]
pub(super) fn forget_attempt(options: &Options, order: &str, id: &AttemptId) {
    let place = place_of(options, order);
    let ours = kept_at(options, &place).is_none_or(|kept| kept.id == *id);
    write(device().filter(|_| ours), &place, None);
    // Of an order for which another came and went nobody asks how the one before it ended.
    RETURNED.with_borrow_mut(|returned| {
        returned.take_if(|(came, order)| came != id && order.as_ref() == Some(&place));
    });
}

/// Whether the page was told this outcome of this attempt before, be it by a checkout that was taken away since.
#[inline(never)]
pub(super) fn was_told(complete: &Announcement) -> bool {
    let text = |key| complete.detail.get(key).and_then(Json::text).unwrap_or_default();
    let outcome = [text("attempt"), text("outcome")].concat();
    TOLD.with_borrow_mut(|told| {
        let was = told.contains(&outcome);
        told.push(outcome);
        was
    })
}

/// The attempt to take up again: the one that the address brought back, or the one that was kept.
pub(super) fn unfinished(options: &Options, fallback: &MethodId) -> Option<Attempt> {
    take_from_address();
    let kept = kept(options);
    let returned = RETURNED.with_borrow(Clone::clone);
    match (kept, returned) {
        (Some(kept), _) => Some(kept),
        (None, Some((_, Some(other)))) if other != place(options) => None,
        (None, Some((id, _))) => Some(Attempt::new(id, fallback.clone(), options.amount, Origin::Link, page::now())),
        (None, None) => None,
    }
}

/// This attempt is the order's, as the server said: no other order of this page asks about it.
#[inline(never)]
pub(super) fn taken_up(options: &Options, attempt: &AttemptId) {
    RETURNED.with_borrow_mut(|returned| match returned {
        Some((id, order)) if id == attempt => *order = Some(place(options)),
        _ => (),
    });
}

/// Reads the attempt from the page's address and takes it out there, as soon as possible.
fn take_from_address() {
    if let Some((url, id)) = wire::came_back(&page::address()) {
        page::replace_address(&url);
        RETURNED.set(Some((id, None)));
    }
}

/// The attempt that this browser keeps for the order.
pub(super) fn kept(options: &Options) -> Option<Attempt> {
    kept_at(options, &place(options))
}

fn kept_at(options: &Options, place: &str) -> Option<Attempt> {
    let json = Json::read(&read(device(), place)?).ok()?;
    let text = |key| json.get(key).and_then(Json::text);
    let at: i64 = json.get("at").and_then(Json::scalar)?.parse().ok()?;
    if page::wall() - at > LIFETIME {
        return None;
    }
    let currency = text("currency").and_then(Currency::parse).unwrap_or(options.amount.currency());
    let total = Amount::new(json.get("total").and_then(Json::integer)?, currency).ok()?;
    let origin =
        json.get("origin").and_then(Json::integer).and_then(Origin::numbered).unwrap_or(Origin::Kept).taken_up();
    let (id, method) = (AttemptId::parse(text("id")?)?, MethodId::parse(text("method")?)?);
    let begun = json.get("begun").and_then(Json::integer).map(u64::cast_signed);
    Some(Attempt { begun, ..Attempt::new(id, method, total, origin, page::now()) })
}

fn method_storage(remember: Remember) -> Option<Storage> {
    match remember {
        Remember::Session => session(),
        Remember::Device => device(),
        Remember::None => None,
    }
}

/// Remembers the method picked last, as the page wishes.
pub(super) fn method(options: &Options, id: &MethodId) {
    if options.remember != Remember::None {
        write(method_storage(options.remember), METHOD, Some(id.as_str()));
    }
}

/// The method picked last.
pub(super) fn last_method(options: &Options) -> Option<MethodId> {
    if options.remember == Remember::None {
        None
    } else {
        MethodId::parse(&read(method_storage(options.remember), METHOD)?)
    }
}

/// The id that rollout buckets are taken from: the page's, or a random one kept here only if a method needs it.
pub(super) fn shopper(options: &Options) -> String {
    if let Some(shopper) = &options.shopper {
        return shopper.clone();
    }
    if !options.methods.iter().any(|method| (1..10_000).contains(&method.rollout)) {
        return String::new();
    }
    let storage = || method_storage(options.remember);
    read(storage(), SHOPPER).unwrap_or_else(|| {
        let id = page::fresh_attempt().as_str().to_owned();
        write(storage(), SHOPPER, Some(&id));
        id
    })
}

/// Forgets all that is kept for this order and this shopper.
pub(super) fn forget(options: &Options) {
    for (storage, key) in [
        (device(), place(options)),
        (session(), METHOD.to_owned()),
        (device(), METHOD.to_owned()),
        (session(), SHOPPER.to_owned()),
        (device(), SHOPPER.to_owned()),
    ] {
        write(storage, &key, None);
    }
}
