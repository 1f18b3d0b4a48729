//! Bounds on what clients can make the server hold: connections, requests under way, body bytes and time.
//!
//! A request is read whole before it takes one of the slots, so that slow senders cannot use them up; what they send
//! beyond a small part of their own counts against one budget for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A longer body is answered 413.
pub const MAX_BODY: usize = 3 << 20;
/// The body has to be there within this time of the header.
pub const BODY_TIME: Duration = Duration::from_secs(15);
/// A header, or the TLS handshake, has to be complete within this time.
pub const HEADER_TIME: Duration = Duration::from_secs(15);
/// A connection without a request under way is closed after this time.
pub const IDLE_TIME: Duration = Duration::from_secs(60);
/// A request waits this long for a slot.
const SLOT_TIME: Duration = Duration::from_secs(5);
/// Requests under way at most.
const SLOTS: u32 = 1024;
/// The part of a body that every connection may hold without asking.
const FREE_BODY: usize = 16 << 10;
/// What all bodies together may hold beyond that, in KiB.
const SHARED_KIB: usize = 64 << 10;

/// The requests under way.
pub struct Load {
    slots: Arc<Semaphore>,
    body_kib: Arc<Semaphore>,
    draining: AtomicBool,
}

impl Default for Load {
    fn default() -> Self {
        let slots = Arc::new(Semaphore::new(usize::try_from(SLOTS).unwrap_or(1)));
        Self {
            slots,
            body_kib: Arc::new(Semaphore::new(SHARED_KIB)),
            draining: AtomicBool::new(false),
        }
    }
}

/// Keeps a place among the requests under way.
pub struct Slot(#[allow(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

/// A body that was read whole, with its share of the budget.
pub struct Received {
    /// The bytes.
    pub bytes: Bytes,
    #[allow(dead_code, reason = "held for its drop")]
    share: Vec<OwnedSemaphorePermit>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// More than [`MAX_BODY`].
    TooLarge,
    /// Not there within [`BODY_TIME`].
    TooSlow,
    /// All bodies together hold too much.
    Overloaded,
    /// The connection broke or the framing is wrong.
    Broken,
}

impl Load {
    /// Takes a slot; None when there is none for a while.
    pub async fn enter(&self) -> Option<Slot> {
        let slot = tokio::time::timeout(SLOT_TIME, self.slots.clone().acquire_owned()).await;
        slot.ok()?.ok().map(Slot)
    }

    /// Reads a body within the bounds.
    pub async fn read(&self, body: Incoming) -> Result<Received, BodyError> {
        if body.size_hint().lower() > MAX_BODY as u64 {
            return Err(BodyError::TooLarge);
        }
        tokio::time::timeout(BODY_TIME, self.collect(body))
            .await
            .unwrap_or(Err(BodyError::TooSlow))
    }

    async fn collect(&self, mut body: Incoming) -> Result<Received, BodyError> {
        let mut bytes = BytesMut::new();
        let mut share = Vec::new();
        let mut allowed = FREE_BODY;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
                continue;
            };
            let size = bytes.len() + data.len();
            if size > MAX_BODY {
                return Err(BodyError::TooLarge);
            }
            if size > allowed {
                let kib = (size - allowed).div_ceil(1024);
                let more = u32::try_from(kib).map_err(|_| BodyError::TooLarge)?;
                let permit = self.body_kib.clone().try_acquire_many_owned(more);
                share.push(permit.map_err(|_| BodyError::Overloaded)?);
                allowed += kib * 1024;
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Received {
            bytes: bytes.freeze(),
            share,
        })
    }

    /// Says that the server stops; `/health/ready` then answers 503.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the server stops.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Waits until no request is under way.
    pub async fn empty(&self) {
        let _all = self.slots.acquire_many(SLOTS).await;
    }
}

/// Connections that fit under the process's limit of open files, leaving room for databases and logs.
pub fn connections_within_open_files(wanted: u32) -> u32 {
    const RESERVED: u32 = 192;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|l| l.starts_with("Max open files"));
    let soft = line
        .and_then(|l| l.split_whitespace().nth(3))
        .and_then(|n| n.parse::<u32>().ok());
    soft.map_or(wanted, |soft| {
        wanted.min(soft.saturating_sub(RESERVED).max(16))
    })
}
