//! Decides how all that was begun is closed again: nothing payable is left behind, however wrong the server is.
//!
//! What was begun, [`super::server`] has noted: it does not matter which of it the server takes for a payment's key.

use super::play::Made;
use super::server::{Ask, Server};

/// The words after which nothing can be paid any more; every other counts as `pending`.
const OUTCOMES: [&str; 4] = ["succeeded", "failed", "canceled", "expired"];

/// Whether a payment that is told to stand so can still be paid.
pub(super) fn is_live(status: &str) -> bool {
    !status.is_empty() && !OUTCOMES.contains(&status)
}

impl Server {
    /// Closes whatever was begun but for this payment, and gives back the keys of what may still be paid.
    pub(super) fn close_all(&self, but: Option<&Made>) -> Vec<String> {
        let mut left = Vec::new();
        for key in self.take_begun() {
            if but.is_some_and(|made| [&made.attempt, &made.id].contains(&&key)) {
                self.note_begun(&key);
            } else if !self.closes(&key) {
                self.note_begun(&key);
                left.push(key);
            }
        }
        left
    }

    /// Whether nothing can be paid under this key now: by the answer to its cancelation, else by how it stands after that.
    fn closes(&self, key: &str) -> bool {
        let canceled = self.ask(&Ask::post(format!("/payments/{key}/cancel")).tidying());
        if let Ok(reply) = canceled
            && reply.status < 300
            && !reply.text("status").is_empty()
        {
            return !is_live(&reply.text("status"));
        }
        let stands = self.ask(&Ask::get(format!("/payments/{key}")).tidying());
        let says_nothing = |status: u16| matches!(status, 401 | 403 | 429 | 500..);
        stands.is_ok_and(|reply| !says_nothing(reply.status) && !is_live(&reply.text("status")))
    }
}
