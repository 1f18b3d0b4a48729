//! The two clocks: `wall` (signatures, TLS, leases, timeouts) and `service` (everything users see).

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::watch;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// The wall clock plus the offset that `POST /_dev/clock` adds to the service's time. The offset shrinks only when another
/// state of the database takes the place of the whole one.
#[derive(Default)]
pub struct Clock {
    offset: AtomicI64,
    moved: watch::Sender<()>,
}

impl Clock {
    /// Returns a clock that runs `offset` microseconds ahead of the wall.
    pub fn new(offset: i64) -> Self {
        Self {
            offset: AtomicI64::new(offset.max(0)),
            moved: watch::Sender::default(),
        }
    }

    /// Microseconds since the epoch by the machine's clock.
    pub fn wall(&self) -> i64 {
        #[allow(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the machine's clock"
        )]
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    /// Microseconds since the epoch as users of the service see it.
    pub fn service(&self) -> i64 {
        self.wall()
            .saturating_add(self.offset.load(Ordering::Relaxed))
    }

    /// Returns the offset in microseconds.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Takes over an offset read from the database; never moves backwards.
    pub fn adopt(&self, offset: i64) {
        if self.offset.fetch_max(offset, Ordering::Relaxed) < offset {
            self.moved.send_replace(());
        }
    }

    /// Takes over the offset of the database that has replaced the one before, which may be smaller.
    pub fn replace(&self, offset: i64) {
        self.offset.store(offset.max(0), Ordering::Relaxed);
        self.moved.send_replace(());
    }

    /// Returns a receiver that sees each move from now on, so that what is due by then need not wait.
    pub fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }
}

/// Returns the number of the UTC day that holds `micros`.
pub fn utc_day(micros: i64) -> u32 {
    u32::try_from(micros.div_euclid(DAY)).unwrap_or(0)
}
