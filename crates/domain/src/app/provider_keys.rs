//! The keys of OpenID providers, kept between sign-ins.

use std::sync::{Arc, Mutex, PoisonError};

use cognate_federation::oidc::id_token::Refused;
use cognate_federation::oidc::key_cache::KeyCache;
use cognate_federation::oidc::keys::Keys;

use crate::records::provider::Provider;
use crate::records::upstream::Upstream;

/// Sets that a node keeps; a set has some kilobytes.
const MOST: usize = 1_024;

/// The keys by providers as they are. When they are fetched again, [`KeyCache`] decides.
pub struct ProviderKeys(Mutex<KeyCache>);

/// The name of a set of keys: of a provider of a pool, and of its settings as they are. Keys that were fetched under
/// earlier settings count no more.
pub struct SetName(String);

impl SetName {
    /// Returns the name of the set that a provider has at a URL.
    pub fn new(pool_id: &str, provider: &Provider, url: &str) -> Self {
        // One that was deleted and made anew may have its id and its first version again.
        let Provider {
            id, ver, created, ..
        } = provider;
        Self(format!("{pool_id}/{id}/{created}/{ver}/{url}"))
    }

    /// Returns the name of the set that the upstream of a pool has at a URL.
    pub fn of_upstream(pool_id: &str, upstream: &Upstream, url: &str) -> Self {
        let Upstream { ver, created, .. } = upstream;
        Self(format!("{pool_id}/upstream/{created}/{ver}/{url}"))
    }
}

impl Default for ProviderKeys {
    fn default() -> Self {
        Self(Mutex::new(KeyCache::new(MOST)))
    }
}

impl ProviderKeys {
    /// Returns the keys to check a token with; None if they must be fetched first. `now`: seconds since 1970.
    pub fn get(&self, name: &SetName, now: i64) -> Option<Arc<Keys>> {
        self.cache(|cache| cache.get(&name.0, now))
    }

    /// True if the keys should be fetched once more for a token that was refused.
    pub fn fetch_again(&self, name: &SetName, refused: &Refused, now: i64) -> bool {
        self.cache(|cache| cache.fetch_again(&name.0, refused, now))
    }

    /// Keeps keys that were fetched.
    pub fn put(&self, name: &SetName, keys: Keys, now: i64) -> Arc<Keys> {
        self.cache(|cache| cache.put(&name.0, keys, now))
    }

    fn cache<T>(&self, work: impl FnOnce(&mut KeyCache) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
