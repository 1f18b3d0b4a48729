//! Bounds on registrations, which nobody who asks for one needs to have proven anything for. Each is counted in the commit
//! that does what is asked for. The numbers are our choice; the rates of `access` come first.

use cognate_store::tables::attempts::{self, Failures, Limit};
use cognate_store::{Batch, Label};

use crate::clock::{HOUR, SECOND};
use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::waiting::place;
use crate::records::pool::Pool;

/// The time in which they are counted.
const WINDOW: i64 = HOUR;

/// Registrations from one address in a pool that nobody answers for: open ones, and those with the token of a user.
const BY_ADDRESS: Limit = Limit {
    kind: "open registrations by address",
    most: 20,
    exceeded: Label("registrations_by_address"),
};
/// Open registrations of a pool.
const OF_POOL: Limit = Limit {
    kind: "open registrations",
    most: 600,
    exceeded: Label("registrations_of_pool"),
};
/// Registrations with tokens of one user, of whatever client.
const BY_USER: Limit = Limit {
    kind: "registrations by user",
    most: 20,
    exceeded: Label("registrations_by_user"),
};
/// Registrations with tokens of one client.
const BY_CLIENT: Limit = Limit {
    kind: "registrations by token",
    most: 600,
    exceeded: Label("registrations_by_client"),
};
/// Changes of one registration.
const CHANGES: Limit = Limit {
    kind: "changes of registration",
    most: 60,
    exceeded: Label("changes_of_registration"),
};

/// The bounds of a request: each limit with whom it counts for.
pub(super) struct Bounds(Vec<(String, Limit)>);

impl Bounds {
    /// Returns the bounds of an open registration. The address comes first: who asks too often uses up nothing of others.
    pub(super) fn open(cx: &Cx<'_>, pool: &Pool) -> Self {
        let address = place(cx, pool, "registrations");
        Self(vec![(address, BY_ADDRESS), (pool.id.clone(), OF_POOL)])
    }

    /// Returns the bounds of a registration with a token that a user has of a client. Anybody who can sign up is one: no user and no
    /// address uses up what others have of the client.
    pub(super) fn of_user(cx: &Cx<'_>, pool: &Pool, user_id: &str, client_id: &str) -> Self {
        let address = place(cx, pool, "registrations");
        Self(vec![
            (address, BY_ADDRESS),
            (user_id.to_owned(), BY_USER),
            (client_id.to_owned(), BY_CLIENT),
        ])
    }

    /// Returns the bounds of a registration with a token that a client got for itself.
    pub(super) fn of_client(client_id: &str) -> Self {
        Self(vec![(client_id.to_owned(), BY_CLIENT)])
    }

    /// Returns the bounds of a change of the client's own registration.
    pub(super) fn of_changes(client_id: &str) -> Self {
        Self(vec![(client_id.to_owned(), CHANGES)])
    }

    /// Returns the seconds to wait if this node knows that a bound is reached. It asks nobody.
    pub(super) fn wait(&self, cx: &Cx<'_>, pool: &Pool) -> Option<i64> {
        let known = |(subject, limit): &(String, Limit)| {
            cx.closed.until(&name(pool, subject, limit), cx.now())
        };
        let until = self.0.iter().filter_map(known).max()?;
        Some(seconds(until, cx.now()))
    }

    /// Counts the request in the batch that does what it asks for.
    pub(super) fn count(&self, cx: &Cx<'_>, pool: &Pool, batch: Batch) -> Batch {
        let until = cx.now().saturating_add(WINDOW);
        self.0.iter().fold(batch, |batch, (subject, limit)| {
            attempts::count_within(batch, &pool.id, subject, *limit, cx.now(), until)
        })
    }

    /// Returns the seconds to wait after a commit met a bound, and lets this node remember it; None for another conflict.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn reached(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        conflict: Option<Label>,
    ) -> Result<Option<i64>> {
        let mut bounds = self.0.iter();
        let Some((subject, limit)) = bounds.find(|(_, limit)| Some(limit.exceeded) == conflict)
        else {
            return Ok(None);
        };
        let mut until = cx.now().saturating_add(SECOND);
        for mut row in cx
            .store
            .all(attempts::of_subject(&pool.id, subject))
            .await?
        {
            let (kind, counted) = Failures::read(&mut row)?;
            if kind == limit.kind {
                until = until.max(counted.expires);
            }
        }
        cx.closed.close(name(pool, subject, limit), until);
        Ok(Some(seconds(until, cx.now())))
    }
}

fn name(pool: &Pool, subject: &str, limit: &Limit) -> String {
    format!("{} {subject} {}", pool.id, limit.kind)
}

/// Returns the seconds until a time, rounded up.
fn seconds(until: i64, now: i64) -> i64 {
    let left = until.saturating_sub(now).max(1);
    left.saturating_add(SECOND - 1).div_euclid(SECOND)
}
