//! The rows of sessions: their document, their MAC, and the rotation of refresh tokens.

use cognate_store::Row;
use cognate_store::tables::sessions::SessionRow;
use serde::{Deserialize, Serialize};

use crate::clock::{DAY, SECOND};
use crate::errors::Result;
use crate::facts::factor::Proven;
use crate::records::client::Client;
use crate::records::pool::Pool;

/// The longest life of an access token (auth.md 5.4). The row outlives the refresh token by it, so that an access token
/// issued at the last moment is still known.
const LONGEST_ACCESS: i64 = DAY;

/// The number of generations of rotated refresh tokens that may be in their grace period at once.
const RETIRED_KEPT: usize = 16;

/// The document of a `sessions` row. Members that are not known to this program survive nowhere: it is the only writer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDoc {
    /// The time at which the user proved who they are, in seconds (the claim of that name; kept on refresh).
    pub auth_time: i64,
    /// The auth event of the sign-in.
    pub event_id: String,
    /// The number of the current refresh token in the rotation.
    #[serde(default)]
    pub generation: i64,
    /// Refresh tokens that were rotated out lately: generation and time in microseconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<(i64, i64)>,
    /// The device that took part, in pools that track devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// The group of that device while its key is a new one that is not confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_device: Option<String>,
    /// The factors of the sign-in; empty in sessions older than this member.
    #[serde(default, skip_serializing_if = "Proven::is_empty")]
    pub proven: Proven,
    /// True if an identity provider vouched for the user, so that no password of the pool took part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vouched: bool,
    /// The mark of the password that was used, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// The claim of that name. It stays as it is when the pool renames its levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// What of its tokens a test has let expire, in `dev`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Expired>,
    /// What an authorization request was granted; None in sessions of the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized: Option<Authorized>,
}

/// Tokens of a session that count as expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expired {
    /// Refresh tokens.
    Refresh,
    /// Access tokens too.
    All,
}

/// What an authorization request was granted, for the tokens of its session and those that follow by refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorized {
    /// The scopes.
    pub scopes: Vec<String>,
    /// The audience of the access token besides the client (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The browser's session that the token session came out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The client, if it named itself by the URL of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<ByDocument>,
}

/// A client that named itself by the URL of a document (agents.md 1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByDocument {
    /// The URL.
    pub url: String,
    /// The app client to which it was mapped.
    pub client_id: String,
    /// True if the document says that it may have refresh tokens.
    pub refresh: bool,
}

impl Authorized {
    /// True if a scope was granted.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// Returns a session's row, as it is read for its user and id, and its document.
///
/// # Errors
/// A row of another shape; an internal fault for one that is not signed.
pub fn read(
    pool: &Pool,
    user_id: &str,
    session_id: &str,
    mut row: Row,
) -> Result<(SessionRow, SessionDoc)> {
    let row = SessionRow::read(&mut row)?;
    pool.check(&row.signed(user_id, session_id), row.mac.as_deref())?;
    let doc = serde_json::from_str(&row.doc)?;
    Ok((row, doc))
}

/// Signs a session's row with its MAC.
#[must_use]
pub fn sign(pool: &Pool, user_id: &str, session_id: &str, mut row: SessionRow) -> SessionRow {
    row.mac = Some(pool.sign(&row.signed(user_id, session_id)));
    row
}

/// The state of a refresh token in the rotation of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The newest one.
    Current,
    /// Rotated out, inside the grace period.
    Retrying,
    /// Rotated out for good: two parties hold it.
    Reused,
}

impl SessionDoc {
    /// True if its access tokens are for one resource alone.
    pub fn names_resource(&self) -> bool {
        let authorized = self.authorized.as_ref();
        authorized.is_some_and(|authorized| authorized.resource.is_some())
    }

    /// Returns the browser's session that this one came out of.
    pub fn origin(&self) -> Option<&str> {
        self.authorized.as_ref()?.origin.as_deref()
    }

    /// Returns the URL by which the client named itself, if it did.
    pub fn url(&self) -> Option<&str> {
        let document = self.authorized.as_ref()?.document.as_ref()?;
        Some(&document.url)
    }

    /// True if the session is a client's under the name that it had when its user let it in: a client with a document is
    /// another one than its app client, and than that of another document.
    pub fn is_of(&self, client: &Client) -> bool {
        let document = self
            .authorized
            .as_ref()
            .and_then(|all| all.document.as_ref());
        match document {
            Some(own) => client.url() == Some(own.url.as_str()) && client.id == own.client_id,
            None => client.document.is_none(),
        }
    }

    /// True if the client may have a refresh token.
    pub fn may_refresh(&self) -> bool {
        let document = self
            .authorized
            .as_ref()
            .and_then(|all| all.document.as_ref());
        document.is_none_or(|document| document.refresh)
    }

    /// True if the tokens of the session include an ID token: those of the API do, others with `openid`
    /// (endpoints.md 1.12).
    pub fn has_id_token(&self) -> bool {
        self.authorized
            .as_ref()
            .is_none_or(|authorized| authorized.has("openid"))
    }

    /// Judges a refresh token of `generation` at `now`; `grace` and `now` in microseconds.
    pub fn standing(&self, generation: i64, now: i64, grace: i64) -> Standing {
        if generation == self.generation {
            return Standing::Current;
        }
        let rotated = self.retired.iter().find(|(old, _)| *old == generation);
        match rotated {
            // Without a grace period nothing is a retry, also for a request that began before the rotation.
            Some((_, at)) if grace > 0 && now < at.saturating_add(grace) => Standing::Retrying,
            _ => Standing::Reused,
        }
    }

    /// Returns the document after the current refresh token was used at `now`.
    #[must_use]
    pub fn rotated(&self, now: i64) -> Self {
        let mut next = self.clone();
        next.generation = self.generation.saturating_add(1);
        // A grace period is at most a minute (auth.md 1.9); older entries cannot matter any more.
        next.retired
            .retain(|(_, at)| now.saturating_sub(*at) <= 60 * SECOND);
        next.retired.insert(0, (self.generation, now));
        next.retired.truncate(RETIRED_KEPT);
        next
    }
}

/// Rows that end later than this have refresh tokens that are still good at `now`; all in microseconds.
pub fn live_after(now: i64) -> i64 {
    now.saturating_add(LONGEST_ACCESS)
}

/// Returns when the row may be swept, for refresh tokens that end at `refresh_expires` (microseconds).
pub fn row_expires(refresh_expires: i64) -> i64 {
    refresh_expires.saturating_add(LONGEST_ACCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_token_is_a_retry_within_grace_and_reuse_after_it() {
        let first = SessionDoc::default();
        let second = first.rotated(100 * SECOND);
        assert_eq!(second.standing(1, 200 * SECOND, 0), Standing::Current);
        assert_eq!(
            second.standing(0, 109 * SECOND, 10 * SECOND),
            Standing::Retrying
        );
        assert_eq!(
            second.standing(0, 110 * SECOND, 10 * SECOND),
            Standing::Reused
        );
        assert_eq!(second.standing(0, 100 * SECOND, 0), Standing::Reused);
        assert_eq!(second.standing(0, 99 * SECOND, 0), Standing::Reused);
        assert_eq!(
            second.standing(7, 100 * SECOND, 60 * SECOND),
            Standing::Reused
        );
    }

    #[test]
    fn each_generation_has_a_grace_period_of_its_own() {
        let third = SessionDoc::default()
            .rotated(100 * SECOND)
            .rotated(130 * SECOND);
        assert_eq!(
            third.standing(0, 159 * SECOND, 60 * SECOND),
            Standing::Retrying
        );
        assert_eq!(
            third.standing(0, 160 * SECOND, 60 * SECOND),
            Standing::Reused
        );
        assert_eq!(
            third.standing(1, 160 * SECOND, 60 * SECOND),
            Standing::Retrying
        );
    }
}
