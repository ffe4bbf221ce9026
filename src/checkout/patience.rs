//! Decides how to wait: when to ask next, when a code's time is over, when to say that no answer came.
//!
//! Pure functions of time; it asks nobody, and no time that passes ever ends an attempt.

use super::machine::Millis;

/// After this long without news, the shopper is told to call the shop.
pub const CALL_AFTER: Millis = 10 * 60 * 1000;

/// After this long on the page that was to be left, the ways on are offered.
pub const LEAVE_LIMIT: Millis = 8_000;

/// After this long on the page from which an app was to be opened, it is taken not to have opened.
pub const APP_LIMIT: Millis = 1_500;

/// Asks without a usable answer, one after another, after which the outcome counts as unknown.
pub const MISSES: u32 = 4;

/// How often a creation or a cancelation is sent again by itself.
pub const RESENDS: u32 = 2;

/// How often in a row a creation or a cancelation is sent again to a server that asks for time.
pub const BUSY: u32 = 20;

/// A stream that is silent for longer is taken for dead; the server pings every 15 seconds.
const SILENCE: Millis = 40_000;

/// What is known of the waiting for one attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// When this waiting began, or was last begun anew.
    pub since: Millis,
    /// When the last request went out or its answer came.
    pub last: Millis,
    /// Whether a request is on its way: never two.
    pub asking: bool,
    /// Asks without a usable answer, since the last usable one.
    pub misses: u32,
    /// When the stream last said something; `None` while there is none.
    pub heard: Option<Millis>,
    /// Whether the stream failed: asking goes on without it.
    pub deaf: bool,
    /// The earliest time of the next ask that the server allows (`Retry-After`).
    pub not_before: Millis,
}

impl Watch {
    /// A waiting that begins now.
    pub fn from(now: Millis) -> Self {
        Self { since: now, last: now, ..Self::default() }
    }

    /// When to ask next. `spread` moves the time by up to a tenth either way, so that pages do not ask in step.
    pub fn next_ask(&self, spread: u64) -> Option<Millis> {
        if self.asking {
            return None;
        }
        let due = match self.heard {
            Some(heard) => heard.max(self.last) + SILENCE,
            None => self.last + spread_by(delay(self.last - self.since.min(self.last), self.misses), spread),
        };
        Some(due.max(self.not_before))
    }

    /// The request went out.
    pub fn asked(&mut self, now: Millis) {
        self.asking = true;
        self.last = now;
    }

    /// An answer came; a usable one ends the misses.
    pub fn answered(&mut self, now: Millis, usable: bool) {
        self.asking = false;
        self.last = now;
        self.misses = if usable { 0 } else { self.misses + 1 };
    }
}

impl Watch {
    /// It is being worked on, as was known: no reason to ask oftener, and no silence after which the shop is called.
    pub fn worked_on(&mut self, now: Millis) {
        self.since = self.since.max(now.saturating_sub(60_000));
    }
}

/// How long to leave between two asks: short while the shopper is likely to act, then ever longer.
///
/// Five minutes of it are 39 asks or fewer; whoever has paid within the first minute is seen within about 5 seconds.
fn delay(waited: Millis, misses: u32) -> Millis {
    let usual = match waited {
        0..20_000 => 2_500,
        20_000..60_000 => 5_500,
        60_000..600_000 => 12_000,
        _ => 30_000,
    };
    usual.max(1_000 << misses.min(5))
}

fn spread_by(delay: Millis, spread: u64) -> Millis {
    delay - delay / 10 + (delay / 5) * (spread % 101) / 100
}

/// Longest wait for the answer to a creation; providers may take long to make a payment.
pub const CREATION_LIMIT: Millis = 25_000;
/// Longest wait for any other answer.
pub const ANSWER_LIMIT: Millis = 10_000;

/// How long before a request that had no usable answer is sent again: 1, 3 seconds.
pub fn resend_after(misses: u32) -> Millis {
    [1_000, 3_000].get(misses.saturating_sub(1) as usize).copied().unwrap_or(5_000)
}

/// How long a server that asks for `seconds` is left alone: thirty seconds at most, and never less than before a resend.
pub fn busy_for(seconds: u32, misses: u32) -> Millis {
    (u64::from(seconds.min(30)) * 1000).max(resend_after(misses))
}

/// When a time on the server's clock comes on the page's: `expires` and `server` in seconds since 1970.
pub fn deadline(expires: i64, server: i64, now: Millis) -> Millis {
    now + u64::try_from((expires - server).max(0)).unwrap_or(0) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks_within(limit: Millis, spread: u64) -> usize {
        let mut watch = Watch::from(0);
        let mut asks = 0;
        while let Some(at) = watch.next_ask(spread).filter(|at| *at < limit) {
            watch.asked(at);
            watch.answered(at, true);
            asks += 1;
        }
        asks
    }

    #[test]
    fn five_minutes_take_no_more_than_forty_asks() {
        for spread in [0, 50, 100, 12_345] {
            assert!(asks_within(300_000, spread) <= 40, "{} asks at {spread}", asks_within(300_000, spread));
        }
    }

    #[test]
    fn two_asks_never_overlap() {
        let mut watch = Watch::from(0);
        watch.asked(2_000);
        assert_eq!(watch.next_ask(0), None);
    }

    #[test]
    fn a_stream_that_talks_needs_no_asking_and_one_that_falls_silent_does() {
        let mut watch = Watch::from(0);
        watch.heard = Some(1_000);
        assert_eq!(watch.next_ask(0), Some(1_000 + SILENCE));
    }

    #[test]
    fn the_shop_is_asked_at_least_once_a_minute_as_the_words_say() {
        for (waited, misses) in (0..100).flat_map(|step| (0..40).map(move |misses| (step * 20_000, misses))) {
            for heard in [None, Some(waited)] {
                let watch = Watch { last: waited, misses, heard, not_before: waited + 60_000, ..Watch::from(0) };
                assert!([0, 50, 100].iter().all(|spread| watch.next_ask(*spread).unwrap() <= waited + 60_000));
            }
        }
    }

    #[test]
    fn misses_slow_the_asking_down() {
        let mut watch = Watch::from(0);
        for _ in 0..4 {
            watch.asked(0);
            watch.answered(0, false);
        }
        assert!(watch.next_ask(50).unwrap() >= 14_000);
    }

    #[test]
    fn the_server_may_ask_for_time() {
        let mut watch = Watch::from(0);
        watch.not_before = 60_000;
        assert_eq!(watch.next_ask(0), Some(60_000));
    }

    #[test]
    fn the_asking_of_many_pages_is_spread_by_a_tenth_either_way() {
        let first = |spread| Watch::from(0).next_ask(spread);
        assert_eq!([0, 50, 100, 101].map(first), [2_250, 2_500, 2_750, 2_250].map(Some));
    }

    #[test]
    fn what_had_no_answer_is_sent_again_after_one_second_then_three_then_five() {
        assert_eq!([1, 2, 3, 4].map(resend_after), [1_000, 3_000, 5_000, 5_000]);
    }

    #[test]
    fn a_deadline_is_counted_from_the_servers_clock() {
        assert_eq!(deadline(1_000_060, 1_000_000, 5_000), 65_000);
        assert_eq!(deadline(1_000_000, 1_000_060, 5_000), 5_000);
    }
}
