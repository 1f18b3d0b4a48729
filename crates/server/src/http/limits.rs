//! Bounds on what clients can make the server hold: connections, requests under way, body bytes and time.
//!
//! A request is read whole before it takes one of the slots, so that slow senders cannot use them up. The bodies of one
//! connection may hold a few KiB together; all bytes beyond count against one budget for all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cognate_access::ClientAddress;
use cognate_access::address::ClientNet;
use cognate_domain::Slot;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::connections::{Connection, Free};

/// The time within which a body has to follow its header.
pub const BODY_TIME: Duration = Duration::from_secs(15);
/// The time within which a header, or the TLS handshake, has to be complete.
pub const HEADER_TIME: Duration = Duration::from_secs(15);
/// The time after which a connection without a request under way is closed.
pub const IDLE_TIME: Duration = Duration::from_secs(60);
/// The time for which a request waits for a slot.
const SLOT_TIME: Duration = Duration::from_secs(5);
/// The most requests under way.
const SLOTS: u32 = 1024;
/// The bytes that the bodies of one connection together may hold outside of the common budget.
pub const FREE_BODY: usize = 16 << 10;
/// The common budget of all bodies, in KiB.
const SHARED_KIB: usize = 64 << 10;
/// The part of it that one client may hold, in KiB, so that a slow sender does not hold it all.
const CLIENT_KIB: usize = SHARED_KIB / 8;

/// The requests under way.
pub struct Load {
    slots: Arc<Semaphore>,
    body_kib: Arc<Semaphore>,
    /// The KiB that each client's bodies hold. All unknown clients together are None.
    clients: Mutex<HashMap<Option<ClientNet>, usize>>,
    draining: AtomicBool,
}

impl Default for Load {
    fn default() -> Self {
        let slots = Arc::new(Semaphore::new(usize::try_from(SLOTS).unwrap_or(1)));
        Self {
            slots,
            body_kib: Arc::new(Semaphore::new(SHARED_KIB)),
            clients: Mutex::default(),
            draining: AtomicBool::new(false),
        }
    }
}

/// A body's part of the common budget; returned when it is dropped.
struct Share {
    load: Arc<Load>,
    /// None for this machine's own, which are not counted by client.
    client: Option<Option<ClientNet>>,
    kib: usize,
    permits: Vec<OwnedSemaphorePermit>,
}

impl Share {
    fn grow(&mut self, kib: usize) -> Result<(), BodyError> {
        if let Some(client) = self.client {
            let mut clients = self.load.clients();
            let held = clients.entry(client).or_default();
            if *held + kib > CLIENT_KIB {
                return Err(BodyError::Overloaded);
            }
            *held += kib;
            self.kib += kib;
        }
        let more = u32::try_from(kib).map_err(|_| BodyError::Overloaded)?;
        let permit = self.load.body_kib.clone().try_acquire_many_owned(more);
        self.permits
            .push(permit.map_err(|_| BodyError::Overloaded)?);
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut clients = self.load.clients();
        if let Some(held) = clients.get_mut(&client) {
            *held = held.saturating_sub(self.kib);
            if *held == 0 {
                clients.remove(&client);
            }
        }
    }
}

/// A body that was read whole, with its share of the budget.
pub struct Body {
    /// The bytes.
    pub bytes: Bytes,
    #[allow(dead_code, reason = "held for its drop")]
    share: (Free, Option<Share>),
}

/// The longest body of a request; a longer one is answered 413.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLimit {
    /// 64 KiB: for unknown senders.
    Small,
    /// 640 KiB: for unknown senders of operations with attributes: fifty attributes of 2,048 characters, each escaped in six bytes, are legitimate.
    Medium,
    /// 1 MiB: for callers whose key is known. Four message templates of 20,000 characters, escaped, are half of it.
    Large,
    /// 3 MiB: images and metadata documents, by callers whose key is known.
    Document,
}

impl BodyLimit {
    /// Returns the bound in bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 64 << 10,
            Self::Medium => 640 << 10,
            Self::Large => 1 << 20,
            Self::Document => 3 << 20,
        }
    }

    /// Returns the most JSON values of such a body: an object of one member takes about 700 bytes of memory, whatever its
    /// length in the body.
    pub const fn values(self) -> usize {
        match self {
            Self::Small | Self::Medium => 2_048,
            Self::Large => 16_384,
            Self::Document => 65_536,
        }
    }
}

/// The reason why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than the bound.
    TooLarge(BodyLimit),
    /// It was not there within [`BODY_TIME`].
    TooSlow,
    /// All bodies together hold too much.
    Overloaded,
    /// The connection broke or the framing is wrong.
    Broken,
}

impl Load {
    /// Takes a slot; None if none becomes free for a while.
    pub async fn enter(&self) -> Option<Slot> {
        let slot = tokio::time::timeout(SLOT_TIME, self.slots.clone().acquire_owned()).await;
        let permit = slot.ok()?.ok()?;
        Some(Slot::new(self.slots.clone(), permit))
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Option<ClientNet>, usize>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a body that `from` sends on `connection`, within the bounds.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub async fn read(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        from: ClientAddress,
        body: Incoming,
        limit: BodyLimit,
    ) -> Result<Body, BodyError> {
        if body.size_hint().lower() > limit.bytes() as u64 {
            return Err(BodyError::TooLarge(limit));
        }
        let client = match from {
            ClientAddress::Local(_) => None,
            ClientAddress::Remote(ip) => Some(Some(ClientNet::of(ip))),
            ClientAddress::Unknown => Some(None),
        };
        let _waits = connection.receive();
        tokio::time::timeout(BODY_TIME, self.collect(connection, client, body, limit))
            .await
            .unwrap_or(Err(BodyError::TooSlow))
    }

    async fn collect(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        client: Option<Option<ClientNet>>,
        mut body: Incoming,
        limit: BodyLimit,
    ) -> Result<Body, BodyError> {
        let announced = body
            .size_hint()
            .upper()
            .and_then(|n| usize::try_from(n).ok());
        let free = connection.free(announced.map_or(FREE_BODY, |n| n.min(FREE_BODY)));
        let mut allowed = free.size;
        let mut share = None;
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
                continue;
            };
            let size = bytes.len() + data.len();
            if size > limit.bytes() {
                return Err(BodyError::TooLarge(limit));
            }
            if size > allowed {
                let kib = (size - allowed).div_ceil(1024);
                let share = share.get_or_insert_with(|| Share {
                    load: self.clone(),
                    client,
                    kib: 0,
                    permits: Vec::new(),
                });
                share.grow(kib)?;
                allowed += kib * 1024;
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Body {
            bytes: bytes.freeze(),
            share: (free, share),
        })
    }

    /// Marks the server as stopping; `/health/ready` then answers 503.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// True if the server stops.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Waits until no request is under way.
    pub async fn empty(&self) {
        let _all = self.slots.acquire_many(SLOTS).await;
    }
}

/// Returns how many of the `wanted` connections fit under the process's limit of open files, leaving room for databases and logs,
/// and for `reserved` files more.
pub fn connections_within_open_files(wanted: u32, reserved: u32) -> u32 {
    const RESERVED: u32 = 192;
    most_open_files().map_or(wanted, |soft| {
        wanted.min(soft.saturating_sub(RESERVED + reserved).max(16))
    })
}

/// Returns how many files more this process may open, where the system says it.
pub fn files_left() -> Option<u32> {
    let open = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some(most_open_files()?.saturating_sub(u32::try_from(open).ok()?))
}

fn most_open_files() -> Option<u32> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|l| l.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_does_not_hold_the_whole_budget() {
        let load = Arc::new(Load::default());
        let share = |ip: Option<&str>| Share {
            load: load.clone(),
            client: ip.map(|ip| ip.parse().ok().map(ClientNet::of)),
            kib: 0,
            permits: Vec::new(),
        };
        let mut first = share(Some("192.0.2.1"));
        first.grow(CLIENT_KIB).unwrap();
        assert_eq!(share(Some("192.0.2.1")).grow(1), Err(BodyError::Overloaded));
        share(Some("192.0.2.2")).grow(CLIENT_KIB).unwrap();
        let mut unknown = share(Some("unknown"));
        unknown.grow(CLIENT_KIB).unwrap();
        assert_eq!(share(Some("junk")).grow(1), Err(BodyError::Overloaded));
        share(None).grow(CLIENT_KIB * 2).unwrap();
        drop((first, unknown));
        assert!(load.clients().is_empty());
        assert_eq!(load.body_kib.available_permits(), SHARED_KIB);
        share(Some("192.0.2.1")).grow(CLIENT_KIB).unwrap();
    }
}
