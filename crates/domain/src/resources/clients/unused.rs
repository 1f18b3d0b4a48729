//! When clients that registered themselves go although nobody ends them: whoever registers floods of them, they do not stay (agents.md
//! 3.3, decision 027).
//!
//! Those that were never used go after [`UNUSED`]. Of those that were used the ones that nobody answers for go after [`IDLE`],
//! unless an administrator looks after them. Where a pool is full, one that nobody answers for makes room for another a good deal
//! earlier: so unused ones drive out unused ones alone, and a client that is driven out has no tokens of users any more. Tokens that
//! such a client gets for itself keep no place: to ask for them is all that they take.

use cognate_crypto::random;
use cognate_store::Batch;
use cognate_store::tables::dynamic_clients::{self, Use};
use cognate_store::tables::{clients, guards};

use crate::audit::{DONE, Entry};
use crate::clock::{DAY, HOUR};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;

/// How long a client may stay without a token, in microseconds; the numbers here are our choice.
pub const UNUSED: i64 = 30 * DAY;
/// How long a client that nobody answers for may stay without another sign-in.
pub const IDLE: i64 = 90 * DAY;
/// How long such a client has for its first sign-in, or after a token of its own, however full the pool is.
const BEGINS: i64 = HOUR;
/// How long it has for the next one. By then its refresh tokens, which end thirty days after the sign-in, and the access tokens that
/// came last of them are over.
const RESTS: i64 = 32 * DAY;
/// A use is noted once in this time.
const NOTED: i64 = DAY;
/// The clients that may go among which one is chosen, so that registrations at the same time choose different ones.
const CANDIDATES: i64 = 16;
/// The name in the audit trail.
pub const NAME: &str = "RemoveUnusedClient";

/// Why a client goes: it was made by this time and never used, or used by it for the last time; in microseconds.
#[derive(Clone, Copy, Debug)]
pub enum Since {
    /// It was never used.
    Made(i64),
    /// It was used, by users or by itself, and nobody answers for it.
    Used(i64),
}

/// True if a client goes some time after its last use: nobody answers for it, and no administrator looks after it.
fn goes(client: &Client) -> bool {
    let said = client.doc.registration.as_ref();
    said.is_some_and(|said| said.is_unvouched() && !said.managed)
}

/// True if a client may go for a reason for which its row says that it does. A use that is noted with settings which the node read a
/// moment ago gives a time to the row of a client that an administrator has let stay meanwhile.
pub fn may_go(client: &Client, since: Since) -> bool {
    let said = client.doc.registration.as_ref();
    match since {
        Since::Made(_) => said.is_some_and(|said| !said.managed),
        Since::Used(_) => goes(client),
    }
}

/// Adds that a client stays that may not go, to a batch that requires the pool: its row says so from then on.
pub fn keep(batch: Batch, pool: &Pool, client: &Client) -> Batch {
    dynamic_clients::keep(batch, &pool.id, &client.id)
}

/// Returns since when a new client is idle; None for one that stays.
pub fn idle_since(client: &Client) -> Option<i64> {
    goes(client).then_some(client.created)
}

/// Notes that a user signed in by a client, if it is one that registered itself.
pub fn note_use(cx: &Cx<'_>, batch: Batch, client: &Client) -> Batch {
    let (pool_id, id) = (&client.pool_id, &client.id);
    match client.is_registered() {
        false => batch,
        true if goes(client) => {
            let (now, noted) = (cx.now(), cx.now().saturating_sub(NOTED));
            dynamic_clients::note_use_at(batch, pool_id, id, now, noted)
        }
        true => dynamic_clients::note_use(batch, pool_id, id),
    }
}

/// Notes that a client had a token of its own, if it is one that registered itself.
pub fn note_own_use(cx: &Cx<'_>, batch: Batch, client: &Client) -> Batch {
    match client.is_registered() && goes(client) {
        false => note_use(cx, batch, client),
        true => {
            let (now, noted) = (cx.now(), cx.now().saturating_sub(NOTED));
            dynamic_clients::note_own_use_at(batch, &client.pool_id, &client.id, now, noted)
        }
    }
}

/// True if [`note_own_use`] would change something.
///
/// # Errors
/// The store's.
pub async fn is_own_use_to_note(cx: &Cx<'_>, client: &Client) -> Result<bool> {
    if !client.is_registered() {
        return Ok(false);
    }
    let noted = cx.now().saturating_sub(NOTED);
    let query = dynamic_clients::own_use_to_note(&client.pool_id, &client.id, noted);
    Ok(cx.store.first(query).await?.is_some())
}

/// Adds the removal of a client that goes, with its row in the audit trail, to a batch that requires the pool; the batch fails for
/// one that was used meanwhile, or is gone. `now`: the service's time in microseconds.
pub fn removal(batch: Batch, pool: &Pool, client: &Client, since: Since, now: i64) -> Batch {
    let batch = super::delete_with(batch, &pool.id, client, |batch| match since {
        Since::Made(until) => dynamic_clients::delete_unused(batch, &pool.id, &client.id, until),
        Since::Used(until) => dynamic_clients::delete_idle(batch, &pool.id, &client.id, until),
    });
    let entry = Entry {
        operation: NAME,
        result: DONE,
        detail: Some(&client.id),
        ..Entry::default()
    };
    entry.append(batch, &pool.id, now)
}

/// Returns a client that makes room for another in a pool that is full: one of the oldest of those that were never used, else of those
/// that had a token of their own least lately and by which no user signed in, else of those by which a user signed in least lately. None
/// if there is none that may go.
///
/// # Errors
/// The store's; a row that is not signed.
pub async fn that_makes_room(cx: &Cx<'_>, pool: &Pool) -> Result<Option<(Client, Since)>> {
    let made = cx.now().saturating_sub(BEGINS);
    let used = cx.now().saturating_sub(RESTS);
    for (by, until, since) in [
        (Use::Never, made, Since::Made(made)),
        (Use::ByItself, made, Since::Used(made)),
        (Use::ByUser, used, Since::Used(used)),
    ] {
        let (store, id) = (&cx.store, &pool.id);
        let mut left = dynamic_clients::longest_idle(store, id, by, until, CANDIDATES).await?;
        while !left.is_empty() {
            let n = u64::try_from(left.len()).unwrap_or_default();
            let chosen = usize::try_from(random::below(n)).unwrap_or_default();
            let row = clients::get(store, &left.swap_remove(chosen)).await?;
            let Some(row) = row.filter(|row| row.pool_id == pool.id) else {
                continue;
            };
            let client = Client::open(pool, row)?;
            if may_go(&client, since) {
                return Ok(Some((client, since)));
            }
            let batch = guards::require_pool_active(Batch::new(), &pool.id);
            cx.commit(keep(batch, pool, &client), |_| Fault::Stale)
                .await?;
        }
    }
    Ok(None)
}
