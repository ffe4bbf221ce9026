//! Decides what time the simulated server says it is, and how times are written on the wire.
//!
//! It does not decide when anything expires: [`super::ledger`] does, from the milliseconds given here.

use moongate::action::time;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01 UTC.
pub(super) type Millis = i64;

const SECOND: Millis = 1_000;
/// The most that a test can put a time off by: a leap year.
pub(super) const YEAR_SECONDS: u64 = 366 * 86_400;
/// Beijing has no daylight saving: UTC+8 all year. The wallets write their times in it, without saying so.
const BEIJING: Millis = 8 * 3_600 * SECOND;
/// 9999-12-31T23:59:59Z, in seconds: no `Date` header can say a later time, nor one before 1970.
const LAST: u64 = 253_402_300_799;

/// Where the time comes from; tests bring their own.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> Millis + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", rfc3339(self.now()))
    }
}

impl Clock {
    /// The machine's.
    pub(super) fn system() -> Self {
        Self(Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
        }))
    }

    /// A clock that a test sets by hand.
    #[cfg(test)]
    pub(super) fn by_hand(hand: Arc<std::sync::atomic::AtomicI64>) -> Self {
        Self(Arc::new(move || hand.load(std::sync::atomic::Ordering::SeqCst)))
    }

    /// Now, in milliseconds since 1970.
    pub(super) fn now(&self) -> Millis {
        (self.0)()
    }
}

/// As the contract writes times: `2031-01-05T10:25:00Z`, whole seconds.
pub(super) fn rfc3339(time: Millis) -> String {
    time::text(time.div_euclid(SECOND))
}

/// As the `Date` header writes it: `Sun, 05 Jan 2031 10:25:00 GMT`.
pub(super) fn http_date(time: Millis) -> String {
    let seconds = u64::try_from(time.div_euclid(SECOND)).unwrap_or_default().min(LAST);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// As UnionPay writes times: `20310105182500`, Beijing.
pub(super) fn beijing_digits(time: Millis) -> String {
    beijing_text(time).replace(['-', ' ', ':'], "")
}

/// As Alipay writes times: `2031-01-05 18:25:00`, Beijing.
pub(super) fn beijing_text(time: Millis) -> String {
    rfc3339(time.saturating_add(BEIJING)).replace('T', " ").replace('Z', "")
}

/// As Antom writes times: `2031-01-05T18:25:00+08:00`.
pub(super) fn beijing_offset(time: Millis) -> String {
    rfc3339(time.saturating_add(BEIJING)).replace('Z', "+08:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_each_reader_wants_them() {
        let time = 1_925_547_900_000; // 2031-01-07T10:25:00Z by `date -u -d @1925547900`
        assert_eq!(rfc3339(time), "2031-01-07T10:25:00Z");
        assert_eq!(http_date(time), "Tue, 07 Jan 2031 10:25:00 GMT");
        assert_eq!(beijing_digits(time), "20310107182500");
        assert_eq!(beijing_text(time), "2031-01-07 18:25:00");
        assert_eq!(beijing_offset(time), "2031-01-07T18:25:00+08:00");
    }

    #[test]
    fn leap_days_and_the_epoch_are_where_the_calendar_has_them() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(4_107_542_400_000), "2100-03-01T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_time_beyond_any_calendar_is_written_all_the_same() {
        for write in [rfc3339, http_date, beijing_digits, beijing_text, beijing_offset] {
            assert!(!write(Millis::MAX).is_empty() && !write(Millis::MIN).is_empty());
        }
    }
}
