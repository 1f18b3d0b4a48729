//! Refresh tokens: opaque, sealed by the pool, good while their session's row is there (auth.md 5.5).

use cognate_crypto::token;
use serde::{Deserialize, Serialize};

use crate::clock::utc_day;
use crate::records::pool::Pool;

/// The contents of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshToken {
    /// The client that it was issued to, as it names itself.
    #[serde(rename = "c")]
    pub client_id: String,
    /// The user.
    #[serde(rename = "u")]
    pub user_id: String,
    /// The session.
    #[serde(rename = "s")]
    pub session_id: String,
    /// Its number in the rotation.
    #[serde(rename = "g")]
    pub generation: i64,
    /// The time at which it ends, in microseconds; rotation does not move it.
    #[serde(rename = "x")]
    pub expires: i64,
}

impl RefreshToken {
    /// Returns the token's text. `now` in microseconds chooses the day's key.
    pub fn seal(&self, pool: &Pool, now: i64) -> String {
        // A struct of strings and numbers has no way to fail.
        let payload = serde_json::to_vec(self).unwrap_or_default();
        token::seal_refresh(&pool.key, utc_day(now), pool.id.as_bytes(), &payload)
    }

    /// Opens a token of this pool; None for everything else.
    pub fn open(pool: &Pool, text: &str) -> Option<Self> {
        let payload = token::open_refresh(&pool.key, pool.id.as_bytes(), text).ok()?;
        serde_json::from_slice(payload.expose()).ok()
    }
}
