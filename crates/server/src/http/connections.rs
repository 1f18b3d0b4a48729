//! The open connections, and the choice of the one that is closed when there are too many.
//!
//! A connection waits for its peer if it is silent, is in its TLS handshake, has sent half a header, or has not sent
//! its body. At the limit the one that has waited longest is closed for a new one, so that idle clients cannot lock out
//! others. A connection whose request is being answered is never closed for another.
//!
//! | bound | for |
//! |---|---|
//! | `max_connections` | all together |
//! | that less some | connections from other machines, so that health checks of this one always find room |
//! | `client_connections` | each client address, an IPv6 client by its /64; not this machine, not trusted proxies |

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognate_access::address::ClientNet;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::http::limits::{FREE_BODY, HEADER_TIME, IDLE_TIME};

/// The most connections that are reserved for this machine.
const KEPT: usize = 16;

/// The bounds on open connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// All together.
    pub all: usize,
    /// Those from one client address.
    pub client: usize,
}

/// An open connection, with the state of its requests and the memory of their bodies.
pub struct Connection {
    opened: Instant,
    /// The number of requests that are not answered yet.
    under_way: AtomicUsize,
    /// The number of those whose body this server waits for.
    receiving: AtomicUsize,
    /// The time at which a request last came, got its body, or was answered, in milliseconds after `opened`; 0 before
    /// the first.
    last: AtomicU64,
    /// The bytes that its bodies may still hold outside of the common budget.
    free: AtomicUsize,
    gives_way: AtomicBool,
    wake: Notify,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            opened: Instant::now(),
            under_way: AtomicUsize::new(0),
            receiving: AtomicUsize::new(0),
            last: AtomicU64::new(0),
            free: AtomicUsize::new(FREE_BODY),
            gives_way: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }
}

/// A request under way.
pub struct Busy(Arc<Connection>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.touch();
        self.0.under_way.fetch_sub(1, Ordering::Release);
    }
}

/// A request whose body is still being received.
pub struct Receiving<'a>(&'a Connection);

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        self.0.touch();
        self.0.receiving.fetch_sub(1, Ordering::Release);
    }
}

/// A part of the bytes that a connection may hold outside of the common budget.
pub struct Free {
    connection: Arc<Connection>,
    /// Bytes.
    pub size: usize,
}

impl Drop for Free {
    fn drop(&mut self) {
        self.connection.free.fetch_add(self.size, Ordering::Relaxed);
    }
}

impl Connection {
    fn touch(&self) {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now.max(1), Ordering::Relaxed);
    }

    /// Counts a request until the value is dropped.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.touch();
        self.under_way.fetch_add(1, Ordering::Release);
        Busy(self.clone())
    }

    /// Counts a request whose body is awaited until the value is dropped.
    pub fn receive(&self) -> Receiving<'_> {
        self.receiving.fetch_add(1, Ordering::Release);
        Receiving(self)
    }

    /// Takes up to `wanted` bytes of those that may be held outside of the common budget.
    pub fn free(self: &Arc<Self>, wanted: usize) -> Free {
        let take = |left: usize| Some(left.saturating_sub(wanted));
        let before = self
            .free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .unwrap_or(0);
        Free {
            connection: self.clone(),
            size: before.min(wanted),
        }
    }

    /// Returns the time at which it has been idle for too long; None while a request is under way, whose own limits
    /// apply. A peer has the time of one header for its first request, and the idle time between requests.
    pub fn idle_until(&self) -> Option<Instant> {
        if self.under_way.load(Ordering::Acquire) > 0 {
            return None;
        }
        let last = self.last.load(Ordering::Relaxed);
        if last == 0 {
            return Some(self.opened + HEADER_TIME);
        }
        Some(self.opened + Duration::from_millis(last) + IDLE_TIME)
    }

    /// Returns the time since which only its peer is waited for; None while a request is being answered.
    fn waits_since(&self) -> Option<Instant> {
        // In this order, so that a request counts as being answered as soon as its body is there.
        let receiving = self.receiving.load(Ordering::Acquire);
        if self.under_way.load(Ordering::Acquire) > receiving {
            return None;
        }
        Some(self.opened + Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }

    /// True if a request is being answered.
    pub fn is_answering(&self) -> bool {
        self.waits_since().is_none()
    }

    fn give_way(&self) {
        self.gives_way.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Waits until the connection has to be closed for another one.
    pub async fn given_up(&self) {
        while !self.gives_way.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }
}

/// The peer's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// This machine's.
    Here,
    /// A trusted proxy's.
    Proxy,
    /// A client's.
    Client(ClientNet),
}

struct Entry {
    connection: Arc<Connection>,
    side: Side,
}

/// A connection that waited when the table was scanned.
struct Candidate {
    id: u64,
    since: Instant,
    here: bool,
}

#[derive(Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Entry>,
    /// The number of connections from other machines.
    remote: usize,
    of_client: HashMap<ClientNet, Vec<u64>>,
    /// The connections that had waited longest at the last scan, the longest first. Any that begin to wait later have
    /// waited less, so the first one that still waits is the one to close, and one scan serves many closings.
    candidates: VecDeque<Candidate>,
}

/// The open connections of all listeners.
pub struct Connections {
    bounds: Bounds,
    kept: usize,
    table: Mutex<Table>,
    /// The number of tasks that serve connections, those of closed ones included.
    served: watch::Sender<usize>,
    refused: AtomicU64,
}

/// A connection's place; freed when this is dropped.
pub struct Place {
    connections: Arc<Connections>,
    id: u64,
    /// The connection.
    pub connection: Arc<Connection>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.table().remove(self.id);
        self.connections.served.send_modify(|n| *n -= 1);
    }
}

impl Connections {
    /// Creates a table without connections.
    pub fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            kept: KEPT.min(bounds.all / 8),
            table: Mutex::default(),
            served: watch::Sender::new(0),
            refused: AtomicU64::new(0),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds a place for a new connection, closing another one if there is none left; None if every other one is being
    /// answered. `proxy` is true if the address is a trusted proxy's.
    pub fn enter(self: &Arc<Self>, ip: IpAddr, proxy: bool) -> Option<Place> {
        let ip = ip.to_canonical();
        let side = match (proxy, ip.is_loopback()) {
            (_, true) => Side::Here,
            (true, _) => Side::Proxy,
            _ => Side::Client(ClientNet::of(ip)),
        };
        let mut table = self.table();
        if !table.make_room(side, self.bounds, self.kept) {
            drop(table);
            self.report();
            return None;
        }
        let connection = Arc::new(Connection::default());
        let entry = Entry {
            connection: connection.clone(),
            side,
        };
        let id = table.insert(entry);
        drop(table);
        self.served.send_modify(|n| *n += 1);
        Some(Place {
            connections: self.clone(),
            id,
            connection,
        })
    }

    /// Closes the connection that has waited longest; false if all are being answered.
    pub fn close_one(&self) -> bool {
        self.table().close_longest(false)
    }

    /// Waits until every connection has ended.
    pub async fn ended(&self) {
        let mut served = self.served.subscribe();
        let _gone = served.wait_for(|n| *n == 0).await;
    }

    /// Logs the first refusal and every thousandth.
    fn report(&self) {
        let before = self.refused.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(1000) {
            tracing::warn!(
                refused = before + 1,
                "connections are refused, since every open one is being answered"
            );
        }
    }
}

impl Table {
    fn make_room(&mut self, side: Side, bounds: Bounds, kept: usize) -> bool {
        if let Side::Client(net) = side
            && self.of_client.get(&net).map_or(0, Vec::len) >= bounds.client
            && !self.close_of_client(net)
        {
            return false;
        }
        let others = bounds.all.saturating_sub(kept).max(1);
        if side != Side::Here && self.remote >= others && !self.close_longest(true) {
            return false;
        }
        self.open.len() < bounds.all || self.close_longest(false)
    }

    fn insert(&mut self, entry: Entry) -> u64 {
        let id = self.next;
        self.next += 1;
        self.remote += usize::from(entry.side != Side::Here);
        if let Side::Client(net) = entry.side {
            self.of_client.entry(net).or_default().push(id);
        }
        self.open.insert(id, entry);
        id
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.open.remove(&id)?;
        self.remote -= usize::from(entry.side != Side::Here);
        if let Side::Client(net) = entry.side
            && let Some(ids) = self.of_client.get_mut(&net)
        {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.of_client.remove(&net);
            }
        }
        Some(entry)
    }

    fn close(&mut self, id: u64) -> bool {
        let entry = self.remove(id);
        entry.is_some_and(|entry| {
            entry.connection.give_way();
            true
        })
    }

    /// Closes the client's connection that has waited longest.
    fn close_of_client(&mut self, net: ClientNet) -> bool {
        let ids = self.of_client.get(&net).into_iter().flatten();
        let waiting =
            ids.filter_map(|id| Some((self.open.get(id)?.connection.waits_since()?, *id)));
        let longest = waiting.min();
        longest.is_some_and(|(_, id)| self.close(id))
    }

    /// Closes the connection that has waited longest, of other machines or of all.
    fn close_longest(&mut self, remote: bool) -> bool {
        for fresh in [false, true] {
            if fresh {
                self.look();
            }
            let mut passed = Vec::new();
            while let Some(candidate) = self.candidates.pop_front() {
                if remote && candidate.here {
                    passed.push(candidate);
                    continue;
                }
                let waits = self
                    .open
                    .get(&candidate.id)
                    .and_then(|entry| entry.connection.waits_since());
                if waits == Some(candidate.since) {
                    passed
                        .into_iter()
                        .rev()
                        .for_each(|c| self.candidates.push_front(c));
                    return self.close(candidate.id);
                }
            }
            // Connections of this machine alone make no room for others; the next scan finds them again.
            drop(passed);
        }
        false
    }

    /// Scans the table for connections that wait, and remembers those that have waited longest.
    fn look(&mut self) {
        let waiting = self.open.iter().filter_map(|(id, entry)| {
            Some(Candidate {
                id: *id,
                since: entry.connection.waits_since()?,
                here: entry.side == Side::Here,
            })
        });
        let mut all: Vec<Candidate> = waiting.collect();
        all.sort_unstable_by_key(|candidate| (candidate.since, candidate.id));
        let some = all.iter().filter(|candidate| candidate.here).count() + self.open.len() / 32 + 1;
        all.truncate(some);
        self.candidates = all.into();
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
