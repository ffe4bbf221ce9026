//! Decides how long a test waits for something to become true; nothing here sleeps and hopes.

use std::time::{Duration, Instant};

/// How long anything may take on a busy machine with two cores.
pub const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(40);

/// Looks again and again until it sees something; `None` when the time is over.
pub async fn until<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return Some(seen);
        }
        if start.elapsed() > limit {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
