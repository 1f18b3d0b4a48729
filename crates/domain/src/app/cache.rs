//! Pools, clients, signing keys, domains and the scopes of resource servers, kept for a second at a time.
//!
//! An entry older than the lease is read again; code that changes a row puts the new version in at once. A put never
//! replaces a higher version, so a slow reader cannot bring an old row back. The memory is bounded in bytes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cognate_store::tables::clients;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Map;

use crate::app::keys::PoolSigners;
use crate::app::sources::Sources;
use crate::clock::{Clock, SECOND};
use crate::errors::{Fault, Result};
use crate::records::client::Client;
use crate::records::domain::Domain;
use crate::records::pool::Pool;

/// How long an entry may be used without reading it again, in microseconds: the bound within which a change made on
/// another node is seen (design, cache).
pub const LEASE: i64 = SECOND;

/// A cached answer for an id: the record, or that there is no active one.
struct Entry<T> {
    value: Option<Arc<T>>,
    ver: i64,
    read_at: i64,
}

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            ver: self.ver,
            read_at: self.read_at,
        }
    }
}

#[derive(Clone)]
struct Bytes;

impl<T> Weighter<String, Entry<T>> for Bytes {
    fn weight(&self, _key: &String, entry: &Entry<T>) -> u64 {
        // A pool's document with its 21 schema attributes parses to about 12 KiB; clients and keys to less.
        if entry.value.is_some() { 12 << 10 } else { 128 }
    }
}

/// A domain is small; its key is what a request names.
#[derive(Clone)]
struct Names;

impl Weighter<String, Entry<Domain>> for Names {
    fn weight(&self, key: &String, _: &Entry<Domain>) -> u64 {
        u64::try_from(key.len()).map_or(512, |length| 256 + length)
    }
}

impl Weighter<String, Entry<Scopes>> for Names {
    fn weight(&self, _key: &String, entry: &Entry<Scopes>) -> u64 {
        let names = entry.value.iter().flat_map(|scopes| &scopes.names);
        let bytes: usize = names.map(|name| 64 + name.len()).sum();
        u64::try_from(bytes).map_or(512, |bytes| 256 + bytes)
    }
}

/// The scopes of the resource servers that a client names.
pub struct Scopes {
    /// The version of the client that names them.
    client: i64,
    /// The scopes.
    pub names: BTreeSet<String>,
}

impl Scopes {
    /// Returns the scopes of a client as they were read.
    #[must_use]
    pub fn of(client: &Client, names: BTreeSet<String>) -> Self {
        Self {
            client: client.ver,
            names,
        }
    }
}

/// The process-local caches.
pub struct Cache {
    pools: Map<String, Entry<Pool>, Bytes>,
    clients: Map<String, Entry<Client>, Bytes>,
    signers: Map<String, Entry<PoolSigners>, Bytes>,
    /// By their keys. A domain may go to another pool, so that versions do not order its entries: in place of them, an
    /// entry counts only until the next change of any domain on this node.
    domains: Map<String, Entry<Domain>, Names>,
    domain_changes: AtomicI64,
    /// By client. They, too, count only until the next change of any resource server on this node.
    scopes: Map<String, Entry<Scopes>, Names>,
    server_changes: AtomicI64,
}

impl Cache {
    /// Caches that hold at most about `bytes` together.
    pub fn new(bytes: u64) -> Self {
        let names = bytes / 16;
        let share = (bytes - 2 * names) / 3;
        let items = usize::try_from(share / (12 << 10)).unwrap_or(1024);
        Self {
            pools: Map::with_weighter(items, share, Bytes),
            clients: Map::with_weighter(items, share, Bytes),
            signers: Map::with_weighter(items, share, Bytes),
            domains: Map::with_weighter(usize::try_from(names / 512).unwrap_or(1024), names, Names),
            domain_changes: AtomicI64::new(0),
            scopes: Map::with_weighter(usize::try_from(names / 1024).unwrap_or(1024), names, Names),
            server_changes: AtomicI64::new(0),
        }
    }

    /// Returns the pool if it is active.
    pub async fn pool(&self, from: Sources<'_>, pool_id: &str) -> Result<Option<Arc<Pool>>> {
        if let Some(entry) = fresh(&self.pools, from.clock, pool_id) {
            return Ok(entry.value);
        }
        let read_at = from.clock.wall();
        let pool = Pool::load(from.store, from.root, pool_id)
            .await?
            .map(Arc::new);
        if let Some(pool) = &pool {
            put(
                &self.pools,
                pool_id,
                Entry {
                    ver: pool.ver,
                    value: Some(pool.clone()),
                    read_at,
                },
            );
        } else {
            self.pools.remove(pool_id);
        }
        Ok(pool)
    }

    /// Returns the client, whatever the state of its pool.
    pub async fn client(&self, from: Sources<'_>, client_id: &str) -> Result<Option<Arc<Client>>> {
        if let Some(entry) = fresh(&self.clients, from.clock, client_id) {
            return Ok(entry.value);
        }
        let read_at = from.clock.wall();
        let client = self.read_client(from, client_id).await?.map(Arc::new);
        if let Some(client) = &client {
            put(
                &self.clients,
                client_id,
                Entry {
                    ver: client.ver,
                    value: Some(client.clone()),
                    read_at,
                },
            );
        } else {
            self.clients.remove(client_id);
        }
        Ok(client)
    }

    /// Reads a client and opens its secrets; None when there is none or its pool, whose key signs it, is not active.
    async fn read_client(&self, from: Sources<'_>, client_id: &str) -> Result<Option<Client>> {
        let Some(row) = clients::get(from.store, client_id).await? else {
            return Ok(None);
        };
        let Some(pool) = self.pool(from, &row.pool_id).await? else {
            return Ok(None);
        };
        Ok(Some(Client::open(&pool, row)?))
    }

    /// Returns the signing keys of a pool, made on first use.
    pub async fn signers(&self, from: Sources<'_>, pool: &Pool) -> Result<Arc<PoolSigners>> {
        if let Some(Entry {
            value: Some(signers),
            ..
        }) = fresh(&self.signers, from.clock, &pool.id)
        {
            return Ok(signers);
        }
        let read_at = from.clock.wall();
        let known = self.signers.get(&pool.id).and_then(|entry| entry.value);
        let loaded = PoolSigners::load(from, pool, known).await;
        if matches!(loaded, Err(Fault::Stale)) {
            self.forget(&pool.id, None);
        }
        let signers = loaded?;
        put(
            &self.signers,
            &pool.id,
            Entry {
                ver: signers.ver,
                value: Some(signers.clone()),
                read_at,
            },
        );
        Ok(signers)
    }

    /// Returns the domain with a key, whatever the state of its pool; that there is none is remembered, too.
    pub async fn domain(&self, from: Sources<'_>, key: &str) -> Result<Option<Arc<Domain>>> {
        let changes = self.domain_changes.load(Ordering::Acquire);
        let known = fresh(&self.domains, from.clock, key).filter(|entry| entry.ver == changes);
        if let Some(entry) = known {
            return Ok(entry.value);
        }
        let read_at = from.clock.wall();
        let value = Domain::load(from.store, from.root, key)
            .await?
            .map(Arc::new);
        let entry = Entry {
            value: value.clone(),
            ver: changes,
            read_at,
        };
        self.domains.insert(key.to_owned(), entry);
        Ok(value)
    }

    /// Forgets the domains, of which this node has just changed one.
    pub fn forget_domains(&self) {
        self.domain_changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Returns the scopes of the resource servers that a client names. `read`: reads them.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn scopes<F: Future<Output = Result<BTreeSet<String>>>>(
        &self,
        clock: &Clock,
        client: &Client,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<Scopes>> {
        let changes = self.server_changes.load(Ordering::Acquire);
        let known = fresh(&self.scopes, clock, &client.id)
            .filter(|entry| entry.ver == changes)
            .and_then(|entry| entry.value)
            .filter(|scopes| scopes.client == client.ver);
        if let Some(scopes) = known {
            return Ok(scopes);
        }
        let read_at = clock.wall();
        let scopes = Arc::new(Scopes::of(client, read().await?));
        let entry = Entry {
            value: Some(scopes.clone()),
            ver: changes,
            read_at,
        };
        self.scopes.insert(client.id.clone(), entry);
        Ok(scopes)
    }

    /// Forgets the scopes of resource servers, of which this node has just changed one.
    pub fn forget_scopes(&self) {
        self.server_changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over a pool that this node has just written.
    pub fn put_pool(&self, clock: &Clock, pool: Arc<Pool>) {
        let id = pool.id.clone();
        put(
            &self.pools,
            &id,
            Entry {
                ver: pool.ver,
                value: Some(pool),
                read_at: clock.wall(),
            },
        );
    }

    /// Remembers that this node has just ended a pool at version `ver`.
    pub fn end_pool(&self, clock: &Clock, pool_id: &str, ver: i64) {
        put(
            &self.pools,
            pool_id,
            Entry {
                ver,
                value: None,
                read_at: clock.wall(),
            },
        );
        self.signers.remove(pool_id);
    }

    /// Takes over a client that this node has just written.
    pub fn put_client(&self, clock: &Clock, client: Arc<Client>) {
        let id = client.id.clone();
        put(
            &self.clients,
            &id,
            Entry {
                ver: client.ver,
                value: Some(client),
                read_at: clock.wall(),
            },
        );
    }

    /// Remembers that this node has just deleted a client at version `ver`.
    pub fn end_client(&self, clock: &Clock, client_id: &str, ver: i64) {
        put(
            &self.clients,
            client_id,
            Entry {
                ver,
                value: None,
                read_at: clock.wall(),
            },
        );
    }

    /// Forgets what turned out to be out of date, so that the next use reads it again.
    pub fn forget(&self, pool_id: &str, client_id: Option<&str>) {
        self.pools.remove(pool_id);
        if let Some(client_id) = client_id {
            self.clients.remove(client_id);
        }
    }

    /// Forgets all pools: the rules of one have changed.
    pub fn forget_pools(&self) {
        self.pools.clear();
    }

    /// Empties everything (`POST /_dev/reset`).
    pub fn clear(&self) {
        self.pools.clear();
        self.clients.clear();
        self.signers.clear();
        self.forget_domains();
        self.domains.clear();
        self.forget_scopes();
        self.scopes.clear();
    }
}

fn fresh<T, W: Weighter<String, Entry<T>> + Clone>(
    map: &Map<String, Entry<T>, W>,
    clock: &Clock,
    id: &str,
) -> Option<Entry<T>> {
    let entry = map.get(id)?;
    let age = clock.wall().saturating_sub(entry.read_at);
    (0..LEASE).contains(&age).then_some(entry)
}

fn put<T>(map: &Map<String, Entry<T>, Bytes>, id: &str, entry: Entry<T>) {
    match map.get(id) {
        Some(known) if known.ver > entry.ver => {}
        _ => map.insert(id.to_owned(), entry),
    }
}
