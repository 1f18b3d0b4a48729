//! The parts of a server that cached values are read from.

use cognate_crypto::seal::RootKey;
use cognate_crypto::workers::Workers;
use cognate_store::Store;

use crate::clock::Clock;

/// The parts of a server that the caches read from, borrowed together.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The database.
    pub store: &'a Store,
    /// Opens the keys of pools.
    pub root: &'a RootKey,
    /// Generates signing keys.
    pub workers: &'a Workers,
    /// Wall time for leases, service time for rows.
    pub clock: &'a Clock,
}
