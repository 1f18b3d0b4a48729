//! When the keys of providers are fetched, and which are kept.
//!
//! A set that is kept for ever knows no new keys, and one that is fetched for every bad token lets anybody make this server
//! call a provider. So a set is fetched when there is none, when it is an hour old, and at most every five minutes when a
//! token names a key that it does not have. A bad signature under a known key fetches nothing. A set that cannot be fetched
//! anew is not used beyond its hour: a key that its owner withdrew must not live on.

use std::collections::HashMap;
use std::sync::Arc;

use crate::oidc::id_token::Refused;
use crate::oidc::keys::Keys;

/// Seconds for which a set is used.
pub const LIFE: i64 = 3_600;
/// Seconds between two fetches because of an unknown key.
pub const PAUSE: i64 = 300;

/// The sets of a bounded number of providers. Of more, those that were asked for the longest time ago are dropped. The name
/// of a set should change with the provider's settings.
#[derive(Debug)]
pub struct KeyCache {
    most: usize,
    sets: HashMap<String, Set>,
    /// Grows with each question.
    turn: u64,
}

#[derive(Debug)]
struct Set {
    keys: Arc<Keys>,
    fetched: i64,
    /// The last fetch because of an unknown key.
    again: Option<i64>,
    used: u64,
}

impl KeyCache {
    /// Creates an empty cache for at most this number of sets, at least one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            sets: HashMap::new(),
            turn: 0,
        }
    }

    /// Returns the keys to check a token with; None if they must be fetched first. `now`: seconds since 1970.
    pub fn get(&mut self, name: &str, now: i64) -> Option<Arc<Keys>> {
        self.turn += 1;
        let set = self.sets.get_mut(name)?;
        set.used = self.turn;
        // A clock that was set back makes a set old too.
        let fresh = (0..LIFE).contains(&now.saturating_sub(set.fetched));
        fresh.then(|| Arc::clone(&set.keys))
    }

    /// True if the keys should be fetched once more for a token that was refused, and the token checked again. The fetch
    /// counts as made, whatever becomes of it.
    pub fn fetch_again(&mut self, name: &str, refused: &Refused, now: i64) -> bool {
        if *refused != Refused::UnknownKey {
            return false;
        }
        let Some(set) = self.sets.get_mut(name) else {
            return false;
        };
        let soon = |last: i64| (0..PAUSE).contains(&now.saturating_sub(last));
        if set.again.is_some_and(soon) {
            return false;
        }
        set.again = Some(now);
        true
    }

    /// Keeps keys that were fetched.
    pub fn put(&mut self, name: &str, keys: Keys, now: i64) -> Arc<Keys> {
        self.turn += 1;
        let keys = Arc::new(keys);
        let again = self.sets.get(name).and_then(|set| set.again);
        if !self.sets.contains_key(name) && self.sets.len() >= self.most {
            let oldest = self.sets.iter().min_by_key(|(_, set)| set.used);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.sets.remove(&oldest);
            }
        }
        let set = Set {
            keys: Arc::clone(&keys),
            fetched: now,
            again,
            used: self.turn,
        };
        self.sets.insert(name.to_owned(), set);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::keys;

    const NOW: i64 = 1_700_000_000;

    fn keys() -> Keys {
        let set = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        keys::read(set).unwrap()
    }

    fn filled() -> KeyCache {
        let mut cache = KeyCache::new(2);
        cache.put("a", keys(), NOW);
        cache
    }

    #[test]
    fn a_set_is_used_for_an_hour() {
        let mut cache = filled();
        for (now, there) in [
            (NOW, true),
            (NOW + LIFE - 1, true),
            (NOW + LIFE, false),
            (NOW - 1, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            assert_eq!(cache.get("a", now).is_some(), there, "{now}");
        }
        assert!(cache.get("b", NOW).is_none());
    }

    #[test]
    fn an_unknown_key_fetches_once_in_five_minutes() {
        let mut cache = filled();
        let unknown = Refused::UnknownKey;
        assert!(cache.fetch_again("a", &unknown, NOW));
        assert!(!cache.fetch_again("a", &unknown, NOW));
        // Also when it succeeded, and did not help.
        cache.put("a", keys(), NOW + 1);
        assert!(!cache.fetch_again("a", &unknown, NOW + PAUSE - 1));
        assert!(cache.fetch_again("a", &unknown, NOW + PAUSE));
        // Another provider's pause is its own. A set that is not there was to be fetched anyway.
        cache.put("b", keys(), NOW);
        assert!(cache.fetch_again("b", &unknown, NOW));
        assert!(!cache.fetch_again("c", &unknown, NOW));
    }

    #[test]
    fn nothing_else_fetches() {
        let mut cache = filled();
        for refused in [
            Refused::BadSignature,
            Refused::KeyOfOtherKind,
            Refused::Expired,
            Refused::Algorithm,
            Refused::NoKid,
        ] {
            assert!(!cache.fetch_again("a", &refused, NOW), "{refused:?}");
        }
        assert!(cache.fetch_again("a", &Refused::UnknownKey, NOW));
    }

    #[test]
    fn the_set_that_was_not_used_for_the_longest_time_makes_room() {
        let mut cache = filled();
        cache.put("b", keys(), NOW);
        assert!(cache.get("a", NOW).is_some());
        cache.put("c", keys(), NOW);
        assert!(cache.get("b", NOW).is_none());
        assert!(cache.get("a", NOW).is_some() && cache.get("c", NOW).is_some());
        for n in 0..100 {
            cache.put(&n.to_string(), keys(), NOW);
        }
        assert_eq!(cache.sets.len(), 2);
    }
}
