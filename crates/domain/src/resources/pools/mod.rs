//! Pools: reading one past the cache, replacing its settings, and mapping conflicts.

pub mod certificate;
pub mod settings;

use std::sync::Arc;

use cognate_store::tables::{guards, pools, user_import_jobs};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::pool::{Pool, PoolDoc};

/// Returns an active pool of the caller's region as the database has it now, past the cache: configuration is read and
/// changed on what is there, not on what was there a second ago.
pub async fn fresh(cx: &Cx<'_>, pool_id: &str) -> Result<Pool> {
    let pool = Pool::load(&cx.store, &cx.root, pool_id)
        .await?
        .ok_or_else(|| errors::pool_not_found(pool_id))?;
    match cx.caller.region() {
        Some(region) if pool.region != region => Err(errors::pool_not_found(pool_id).into()),
        _ => Ok(pool),
    }
}

/// The number of times that a change of a pool or client is run again while others change the same row.
const CHANGES: u32 = 4;

/// Makes a change of a pool or client, which is run again while others change the same row, and gives up with
/// ConcurrentModificationException (settled P27, R23).
pub async fn contended<T>(cx: &Cx<'_>, change: impl Future<Output = Result<T>>) -> Result<T> {
    match change.await {
        Err(Fault::Stale) if cx.tries() >= CHANGES => {
            Err(errors::pools::concurrent_modification().into())
        }
        other => other,
    }
}

/// Replaces the settings of the version that was read; returns the pool as it is now.
pub async fn put(cx: &Cx<'_>, before: Pool, doc: PoolDoc) -> Result<Arc<Pool>> {
    put_with(cx, before, doc, |batch, _| batch).await
}

/// As [`put`], unless an import job of the pool is active (moving.md 1.3).
pub async fn put_unless_importing(cx: &Cx<'_>, before: Pool, doc: PoolDoc) -> Result<Arc<Pool>> {
    put_with(cx, before, doc, user_import_jobs::require_none_active).await
}

/// As [`put`], with what `guard` adds to the batch.
pub async fn put_with(
    cx: &Cx<'_>,
    before: Pool,
    doc: PoolDoc,
    guard: impl FnOnce(Batch, &str) -> Batch,
) -> Result<Arc<Pool>> {
    refuse_paused(cx, &before)?;
    let text = serde_json::to_string(&doc)?;
    let mac = before.mac_with(&text)?;
    let batch = pools::update(Batch::new(), &before.id, before.ver, &text, mac, cx.now());
    let batch = guard(batch, &before.id);
    let batch = audit::record(cx, batch, &before.id, None);
    cx.commit(batch, |label| conflict(cx, &before.id, label))
        .await?;
    let pool = Arc::new(Pool {
        doc,
        modified: cx.now(),
        ver: before.ver + 1,
        ..before
    });
    cx.cache.put_pool(&cx.clock, pool.clone());
    Ok(pool)
}

/// Refuses to change what a recovery builds on while one is open (moving.md 5.3). The pool's version moves when one begins.
///
/// # Errors
/// ConcurrentModificationException, or what the operation declares instead.
pub fn refuse_paused(cx: &Cx<'_>, pool: &Pool) -> Result<()> {
    if !pool.paused {
        return Ok(());
    }
    Err(errors::recovery::settings_paused(cx.action).into())
}

/// Maps a conflict of a batch on pool rows to an error: the row has changed, or the pool is gone, which the next try
/// sees.
pub fn conflict(cx: &Cx<'_>, pool_id: &str, label: Label) -> Fault {
    match label {
        pools::POOL_STALE | guards::POOL_GONE | pools::POOL_EXISTS => {
            cx.cache.forget(pool_id, None);
            Fault::Stale
        }
        user_import_jobs::IMPORT_ACTIVE => errors::imports::in_progress().into(),
        Label(other) => Fault::Internal(format!("unexpected conflict {other}")),
    }
}
