//! The keys of OpenID providers, kept between sign-ins.

use std::sync::{Arc, Mutex, PoisonError};

use cognate_federation::oidc::id_token::Refused;
use cognate_federation::oidc::key_cache::KeyCache;
use cognate_federation::oidc::keys::Keys;

/// Sets that a node keeps; a set has some kilobytes.
const MOST: usize = 1_024;

/// The keys by the names of providers. When they are fetched again, [`KeyCache`] decides.
pub struct ProviderKeys(Mutex<KeyCache>);

impl Default for ProviderKeys {
    fn default() -> Self {
        Self(Mutex::new(KeyCache::new(MOST)))
    }
}

impl ProviderKeys {
    /// Returns the keys to check a token with; None if they must be fetched first. `now`: seconds since 1970.
    pub fn get(&self, name: &str, now: i64) -> Option<Arc<Keys>> {
        self.cache(|cache| cache.get(name, now))
    }

    /// True if the keys should be fetched once more for a token that was refused.
    pub fn fetch_again(&self, name: &str, refused: &Refused, now: i64) -> bool {
        self.cache(|cache| cache.fetch_again(name, refused, now))
    }

    /// Keeps keys that were fetched.
    pub fn put(&self, name: &str, keys: Keys, now: i64) -> Arc<Keys> {
        self.cache(|cache| cache.put(name, keys, now))
    }

    fn cache<T>(&self, work: impl FnOnce(&mut KeyCache) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
