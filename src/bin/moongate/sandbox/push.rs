//! Decides what an event stream says and when: contract 3.2, `GET` on `events`.
//!
//! It does not decide what a payment looks like ([`super::view`]). A stream ends with the outcome it told; asking again
//! after that is answered `204`, which stops a browser's `EventSource` for good.

use super::Shop;
use super::clock::Millis;
use super::faults::Events;
use super::faults::carry::StreamFaults;
use super::gate::Asker;
use super::merchant::told_to;
use super::problem::Problem;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use moongate::action::Standing;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, interval_at};
use tokio_stream::wrappers::ReceiverStream;

/// What a stream sees of its payment.
struct Sight {
    view: Value,
    live: bool,
    /// Milliseconds until it expires by itself.
    left: Option<Millis>,
}

/// One shopper's stream.
struct Stream {
    shop: Arc<Shop>,
    asker: Asker,
    key: String,
    faults: StreamFaults,
    out: mpsc::Sender<Result<Event, Infallible>>,
}

/// `GET /checkout/payments/{id or attempt}/events`.
pub(super) async fn events(
    State(shop): State<Arc<Shop>>,
    Extension(asker): Extension<Asker>,
    Extension(faults): Extension<StreamFaults>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let live = shop.with(|ledger, _| {
        let (id, live) = ledger.find(&key).map(|payment| (payment.id.clone(), payment.live()))?;
        ledger.count(&id, |requests| &mut requests.events);
        Some(live)
    })?;
    if !live.ok_or_else(Problem::not_found)? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (out, messages) = mpsc::channel(8);
    tokio::spawn(Stream { shop, asker, key, faults, out }.run());
    Ok(Sse::new(ReceiverStream::new(messages)).into_response())
}

impl Stream {
    /// Tells the payment at once, then at each change, until it has told an outcome or nobody listens.
    async fn run(self) {
        if self.faults.events == Events::Silent {
            return self.out.closed().await;
        }
        let mut changes = self.shop.changes.subscribe();
        // One for the stream's whole life: most changes are other payments', and a page that hears nothing takes it for dead.
        let mut ping = interval_at(Instant::now() + self.shop.ping, self.shop.ping);
        let mut told = Value::Null;
        while let Some(sight) = self.look() {
            if differs(&sight.view, &told) {
                if self.tell(&sight.view).await.is_err() {
                    return;
                }
                told = sight.view;
            }
            if !sight.live
                || self.faults.events == Events::Disconnect
                || self.wait(&mut changes, &mut ping, sight.left).await.is_err()
            {
                return;
            }
        }
    }

    fn look(&self) -> Option<Sight> {
        let sight = |ledger: &mut super::ledger::Ledger, now: Millis| {
            let payment = ledger.find(&self.key)?;
            Some(Sight {
                view: told_to(&self.asker, payment, now, &self.key),
                live: payment.live(),
                left: (payment.status == Standing::Pending).then(|| payment.expires().saturating_sub(now)),
            })
        };
        self.shop.with(sight).ok().flatten()
    }

    /// Waits for a change or for the expiry, saying meanwhile that the stream lives.
    async fn wait(
        &self,
        changes: &mut watch::Receiver<u64>,
        ping: &mut Interval,
        left: Option<Millis>,
    ) -> Result<(), Gone> {
        let left = u64::try_from(left.unwrap_or(Millis::MAX)).unwrap_or(0);
        let expiry = tokio::time::sleep(Duration::from_millis(left.clamp(1, 86_400_000)));
        tokio::pin!(expiry);
        loop {
            tokio::select! {
                () = &mut expiry => return Ok(()),
                changed = changes.changed() => return changed.map_err(|_| Gone),
                () = self.out.closed() => return Err(Gone),
                _ = ping.tick() => self.send(Event::default().event("ping").data("{}")).await?,
            }
        }
    }

    async fn tell(&self, view: &Value) -> Result<(), Gone> {
        let whole = view.to_string();
        let half = whole.char_indices().nth(whole.chars().count() / 2).map_or(0, |(at, _)| at);
        let text = if self.faults.malformed { whole.get(..half).unwrap_or_default() } else { whole.as_str() };
        for _ in 0..if self.faults.duplicate { 2 } else { 1 } {
            self.send(Event::default().data(text)).await?;
        }
        Ok(())
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        self.out.send(Ok(event)).await.map_err(|_| Gone)
    }
}

/// Nobody listens any more.
struct Gone;

/// Whether two views say different things; the server's clock alone is no news.
fn differs(view: &Value, told: &Value) -> bool {
    let but_now = |value: &Value| {
        let mut value = value.clone();
        value.as_object_mut().map(|members| members.remove("now"));
        value
    };
    but_now(view) != but_now(told)
}
