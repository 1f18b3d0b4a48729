//! Backups that nobody asks for: by one node at a time, under a lease.

use std::sync::Arc;
use std::time::Duration;

use cognate_crypto::random;
use cognate_domain::clock::SECOND;
use cognate_store::tables::jobs::{self, Lease};
use cognate_store::{Batch, CommitError};

use super::create::Order;
use super::run;
use super::target::Target;
use crate::state::State;

/// The kind in `jobs`.
const KIND: &str = "backup";
/// The key of the one job.
const KEY: &str = "server";
/// How often a node looks whether a backup is due.
const LOOK: Duration = Duration::from_secs(20);
/// How long a node keeps the work without renewing its lease, in microseconds, and how often it renews it.
const LEASE: i64 = 120 * SECOND;
const RENEW: Duration = Duration::from_secs(30);
/// After a backup that failed the next try waits for this time, in microseconds.
const AGAIN: i64 = 600 * SECOND;

/// Makes backups when they are due, until the task is dropped. A backup in the middle of which the server stops leaves
/// nothing, and is made after the next start.
pub async fn keep(state: Arc<State>) {
    if state.backups.every.is_none() {
        return;
    }
    let node = random::uuid_v4();
    let add = jobs::add(Batch::new(), KIND, KEY, "");
    if let Err(error) = state.app.store.commit(add).await {
        tracing::error!(%error, "no backups are made by themselves");
        return;
    }
    loop {
        if let Err(error) = turn(&state, &node).await {
            tracing::error!(error = format!("{error:#}"), "the scheduled backup failed");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Makes a backup if it is due and no other node does.
async fn turn(state: &State, node: &str) -> anyhow::Result<()> {
    let Some(every) = state.backups.every else {
        return Ok(());
    };
    let app = &state.app;
    let now = app.clock.wall();
    let store = app.store.apart();
    // Most turns are this read.
    if jobs::due(&store, KIND, "", now, 1).await?.is_empty() {
        return Ok(());
    }
    let Some(lease) = jobs::take(&store, KIND, KEY, node, now, now + LEASE).await? else {
        return Ok(());
    };
    // The cursor is the time of the last backup. A lease that ends in a while lets changed settings count soon.
    let last = lease.cursor.parse::<i64>().unwrap_or(i64::MIN / 2);
    let due = last.saturating_add(every);
    if now < due {
        let until = due.min(now.saturating_add(AGAIN));
        return release(state, &lease, &lease.cursor, until).await;
    }
    let made = tokio::select! {
        made = make(state) => made,
        lost = renew(state, &lease) => lost,
    };
    let now = app.clock.wall();
    match made {
        Ok(()) => release(state, &lease, &now.to_string(), now).await,
        Err(error) => {
            let until = now.saturating_add(AGAIN.min(every));
            release(state, &lease, &lease.cursor, until).await?;
            Err(error)
        }
    }
}

async fn make(state: &State) -> anyhow::Result<()> {
    let (app, settings) = (&state.app, &state.backups);
    let target = Target::parse(settings.target.as_deref().unwrap_or_default(), &settings.s3)?;
    let order = Order {
        recipients: settings.recipients.clone(),
        pools: None,
        now: app.clock.service(),
    };
    let made = run::create(&app.store, &app.root, order, &target, true).await?;
    tracing::info!(
        archive = made.archive,
        bytes = made.bytes,
        rows = made.rows,
        sha256 = made.sha256,
        "a backup was made"
    );
    let deleted = run::retain(&target, settings.keep).await?;
    if deleted > 0 {
        tracing::info!(deleted, "old backups were deleted");
    }
    Ok(())
}

/// Renews the lease until it is lost.
async fn renew(state: &State, lease: &Lease) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(RENEW).await;
        let until = state.app.clock.wall() + LEASE;
        let extend = jobs::extend(Batch::new(), lease, until);
        // After another error the database may be back before the lease ends.
        if let Err(CommitError::Conflict(_)) = state.app.store.commit(extend).await {
            anyhow::bail!("another node has taken the work");
        }
    }
}

async fn release(state: &State, lease: &Lease, cursor: &str, until: i64) -> anyhow::Result<()> {
    let batch = jobs::checkpoint(Batch::new(), lease, cursor, until);
    match state.app.store.commit(batch).await {
        // Another node has it.
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
