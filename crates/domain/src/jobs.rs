//! Background work, shared by all nodes through leases: expired rows, deleted pools and groups, the end of the audit
//! trail, signing keys made in advance.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_crypto::random;
use cognate_store::tables::{audit, jobs};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::app::keys::add_spare;
use crate::clock::SECOND;
use crate::errors::{Fault, Result};
use crate::resources::{groups, pools, providers};

/// How often a node looks for work.
const TURN: Duration = Duration::from_secs(5);
/// How often a node looks for metadata to read again, of which there is a row for each provider.
const METADATA_TURN: Duration = Duration::from_secs(60);
/// How long a node keeps a job without saying that it still works on it, in microseconds.
const LEASE: i64 = 60 * SECOND;
/// The longest rest between two portions.
const REST: Duration = Duration::from_secs(1);
/// Keys made in advance: a pool's first token then waits for no key generation (design, spare keys).
const SPARES: usize = 4;

/// Works until `stop` ends. Faults are logged and tried again at a later turn.
pub async fn run(app: Arc<App>, stop: impl Future<Output = ()>) {
    let node = random::uuid_v4();
    let upkeep = async {
        let mut bucket = 0;
        loop {
            tokio::time::sleep(TURN).await;
            report("expiry", sweep(&app, &mut bucket).await);
            report("audit retention", forget_audit(&app, &node).await);
            report("spare keys", add_spare(&app, SPARES).await);
        }
    };
    // By itself, because the rows of a large pool take minutes.
    let removal = async {
        loop {
            tokio::time::sleep(TURN).await;
            for kind in [pools::purge::KIND, groups::purge::KIND] {
                report(kind, work_off(&app, &node, kind).await);
            }
        }
    };
    // By itself, because it waits for other people's servers.
    let metadata = async {
        loop {
            tokio::time::sleep(METADATA_TURN).await;
            report(
                "metadata refresh",
                providers::refresh::run(&app, &node).await,
            );
        }
    };
    tokio::select! {
        () = upkeep => {}
        () = metadata => {}
        () = removal => {}
        () = stop => {}
    }
}

fn report<T>(job: &str, outcome: Result<T>) {
    if let Err(fault) = outcome {
        tracing::warn!(
            job,
            ?fault,
            "background work failed and will be tried again"
        );
    }
}

fn commit(error: CommitError) -> Fault {
    Fault::Internal(format!("commit: {error}"))
}

/// Removes the expired rows of one bucket after the other.
async fn sweep(app: &App, bucket: &mut u32) -> Result<()> {
    let now = app.clock.service();
    while jobs::expire(&app.store, now, *bucket)
        .await
        .map_err(commit)?
        .more
    {
        tokio::task::yield_now().await;
    }
    *bucket = (*bucket + 1) % jobs::BUCKETS;
    Ok(())
}

/// Does a portion of a job; true when nothing is left to do. `removal`: how far that of a pool has come.
async fn step(
    app: &App,
    kind: &str,
    key: &str,
    removal: &mut pools::purge::Removal,
) -> Result<bool> {
    match kind {
        pools::purge::KIND => removal.portion(app, key).await,
        groups::purge::KIND => groups::purge::step(app, key).await,
        other => Err(Fault::Internal(format!(
            "nobody knows how to do a job of the kind {other}"
        ))),
    }
}

/// Takes away what deleted pools or groups left behind, a portion at a time; any node may go on where another stopped.
async fn work_off(app: &App, node: &str, kind: &str) -> Result<()> {
    for key in jobs::due(&app.store, kind, "", app.clock.wall(), 16).await? {
        let now = app.clock.wall();
        let Some(lease) = jobs::take(&app.store, kind, &key, node, now, now + LEASE)
            .await
            .map_err(commit)?
        else {
            continue;
        };
        let mut renewed = now;
        let mut removal = pools::purge::Removal::default();
        loop {
            let begun = Instant::now();
            if step(app, kind, &key, &mut removal).await? {
                break;
            }
            let now = app.clock.wall();
            if now - renewed > LEASE / 4 {
                match app
                    .store
                    .commit(jobs::extend(Batch::new(), &lease, now + LEASE))
                    .await
                {
                    Ok(_) => renewed = now,
                    Err(CommitError::Conflict(_)) => return Ok(()),
                    Err(error) => return Err(commit(error)),
                }
            }
            // A portion keeps the database busy; half of the time belongs to the requests.
            tokio::time::sleep(begun.elapsed().min(REST)).await;
        }
        match app.store.commit(jobs::finish(Batch::new(), &lease)).await {
            Ok(_) | Err(CommitError::Conflict(_)) => {}
            Err(error) => return Err(commit(error)),
        }
    }
    Ok(())
}

/// Takes away what the audit trail keeps no longer, a portion at a time; one node does it, and another goes on where it
/// stopped.
///
/// # Errors
/// A fault when the database fails; what is gone by then stays gone.
pub async fn forget_audit(app: &App, node: &str) -> Result<()> {
    const KIND: &str = "audit_retention";
    let Some(before) = crate::audit::forgotten_before(app) else {
        return Ok(());
    };
    if !audit::has_older(&app.store, before).await? {
        return Ok(());
    }
    let add = jobs::add(Batch::new(), KIND, "", "");
    app.store.commit(add).await.map_err(commit)?;
    let now = app.clock.wall();
    let taken = jobs::take(&app.store, KIND, "", node, now, now + LEASE).await;
    let Some(lease) = taken.map_err(commit)? else {
        return Ok(());
    };
    loop {
        let portion = audit::forget(Batch::new(), before);
        let batch = jobs::extend(portion, &lease, app.clock.wall() + LEASE);
        let gone = match app.store.commit(batch).await {
            Ok(outcome) => outcome.counts.first().copied().unwrap_or(0),
            Err(CommitError::Conflict(_)) => return Ok(()),
            Err(error) => return Err(commit(error)),
        };
        if gone < audit::FORGET_ROWS {
            break;
        }
        tokio::task::yield_now().await;
    }
    match app.store.commit(jobs::finish(Batch::new(), &lease)).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(error) => Err(commit(error)),
    }
}
