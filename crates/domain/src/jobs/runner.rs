//! The description of a job, and its run: on every node for itself, or under a lease by one node at a time.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_store::tables::jobs as table;
use cognate_store::{Batch, CommitError};
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::SECOND;
use crate::errors::{Fault, Result};
use crate::jobs::looks::Looks;

/// How long a node keeps a job without renewing its lease, in microseconds.
const LEASE: i64 = 60 * SECOND;
/// The longest rest between two portions.
const REST: Duration = Duration::from_secs(1);
/// Jobs that one query finds.
pub(super) const FOUND: u32 = 16;

/// A kind of background work. A value of the type does one job of the kind and may remember how far it has come;
/// another node begins with a new one.
pub trait Job: Default + Send {
    /// The kind in `jobs`, and the name in the log.
    const KIND: &'static str;
    /// The table whose rows show that there is work of this kind, besides rows in `jobs` (`jobs/looks.rs`).
    const ROWS: Option<&'static str> = None;
    /// The least time between two turns of work that a look finds; of other work, the time after which a node looks again.
    const EVERY: Duration = Duration::from_secs(5);
    /// False for work that each node does by itself, without rows in `jobs`: it has one value, which is never replaced.
    const SHARED: bool = true;

    /// Returns the time, in microseconds, by which leases of this kind are due and end.
    fn now(app: &App) -> i64 {
        app.clock.wall()
    }

    /// Finds the keys of jobs that no node works on, in their order, behind the key `after`. Kinds that no request adds
    /// add theirs here.
    fn due(app: &App, after: Option<&str>) -> impl Future<Output = Result<Vec<String>>> + Send {
        async move {
            let (after, now) = (after.unwrap_or_default(), Self::now(app));
            Ok(table::due(&app.store, Self::KIND, after, now, FOUND).await?)
        }
    }

    /// Does a portion of the job `key`. `cursor`: what the latest [`Progress::Later`] kept; empty in the first turn.
    ///
    /// # Errors
    /// A fault, after which the job is tried again once its lease has ended.
    fn portion(
        &mut self,
        app: &App,
        key: &str,
        cursor: &str,
    ) -> impl Future<Output = Result<Progress>> + Send;
}

/// The progress of a job with one portion.
pub enum Progress {
    /// More is to be done.
    More,
    /// The job is done: its row is deleted in this batch, which is undone if another node has taken the job.
    Done(Batch),
    /// The job rests for a time. The batch is undone if another node has taken the job.
    Later {
        /// Further changes of the portion.
        batch: Batch,
        /// Given back with the next portion.
        cursor: Cow<'static, str>,
        /// Microseconds until then.
        pause: i64,
    },
}

impl Progress {
    /// The job is done, and all its changes are committed.
    pub fn done() -> Self {
        Self::Done(Batch::new())
    }

    /// True if nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// Finds work of which a kind has one job, with the empty key: if there is any, the job is added. `after`: as [`Job::due`] has it.
///
/// # Errors
/// The work's; a fault when the database fails.
pub(super) async fn single<J: Job>(
    app: &App,
    after: Option<&str>,
    is_any: impl Future<Output = Result<bool>> + Send,
) -> Result<Vec<String>> {
    if after.is_some() || !is_any.await? {
        return Ok(Vec::new());
    }
    let add = table::add(Batch::new(), J::KIND, "", "");
    app.store.commit(add).await.map_err(broken)?;
    Ok(vec![String::new()])
}

/// Does the work that every node does, again and again.
pub(super) async fn each_node<J: Job>(app: &App) {
    const { assert!(!J::SHARED, "work that nodes share needs leases") };
    let mut job = J::default();
    loop {
        tokio::time::sleep(J::EVERY).await;
        loop {
            let begun = Instant::now();
            let progress = job.portion(app, "", "").await;
            app.metrics.job(J::KIND, progress.is_err());
            match progress {
                Ok(Progress::More) => rest(begun).await,
                Ok(Progress::Done(_) | Progress::Later { .. }) => break,
                Err(fault) => {
                    report(J::KIND, &fault);
                    break;
                }
            }
        }
    }
}

/// Does the work that nodes share when a look finds some: at most once in [`Job::EVERY`], and at once when the clock of the
/// service was moved.
pub(super) async fn found<J: Job>(app: &App, node: &str, looks: &Looks) {
    let mut looked = looks.subscribe();
    let (mut begun, mut moves): (Option<Instant>, u64) = (None, 0);
    while looked.changed().await.is_ok() {
        {
            let found = looked.borrow_and_update();
            let early = begun.is_some_and(|begun| begun.elapsed() < J::EVERY);
            if !found.has(J::KIND, J::ROWS) || early && found.moves == moves {
                continue;
            }
            moves = found.moves;
        }
        begun = Some(Instant::now());
        if let Err(fault) = turn::<J>(app, node).await {
            report(J::KIND, &fault);
        }
    }
}

/// Does work that nodes share and that is seldom, again and again, and at once when the clock of the service is moved.
pub(super) async fn shared<J: Job>(app: &App, node: &str) {
    let mut moves = app.clock.moves();
    loop {
        let _ = tokio::time::timeout(J::EVERY, moves.changed()).await;
        if let Err(fault) = turn::<J>(app, node).await {
            report(J::KIND, &fault);
        }
    }
}

/// Does the work that nodes share at each look that finds some, up to `places` jobs at a time: none waits for one that takes
/// long.
pub(super) async fn side_by_side<J: Job + 'static>(
    app: &Arc<App>,
    node: &str,
    looks: &Looks,
    places: usize,
) {
    const { assert!(J::SHARED, "work of each node has no leases") };
    let mut looked = looks.subscribe();
    let mut running = JoinSet::new();
    let mut held: HashSet<String> = HashSet::new();
    let mut last: Option<String> = None;
    loop {
        tokio::select! {
            changed = looked.changed() => {
                if changed.is_err() {
                    return;
                }
                if !looked.borrow_and_update().has(J::KIND, J::ROWS) {
                    continue;
                }
            }
            Some(ended) = running.join_next() => {
                // A panic is in the log; its job is free when its lease has ended.
                if let Ok(key) = ended {
                    held.remove::<String>(&key);
                }
                if running.is_empty() {
                    held.clear();
                }
                continue;
            }
        }
        let found = free::<J>(
            app,
            &held,
            places.saturating_sub(running.len()),
            last.as_deref(),
        )
        .await;
        let found = found.unwrap_or_else(|fault| {
            report(J::KIND, &fault);
            Vec::new()
        });
        for key in found {
            held.insert(key.clone());
            last = Some(key.clone());
            let (app, node) = (app.clone(), node.to_owned());
            running.spawn(async move {
                if let Err(fault) = work::<J>(&app, &node, &key).await {
                    report(J::KIND, &fault);
                }
                key
            });
        }
    }
}

/// Returns the keys of up to `places` due jobs that this node does not work on: those behind `last`, with which it began last, and
/// then from the beginning, so that every job has its turn.
async fn free<J: Job>(
    app: &App,
    held: &HashSet<String>,
    places: usize,
    last: Option<&str>,
) -> Result<Vec<String>> {
    let mut free: Vec<String> = Vec::new();
    let mut after = last.map(str::to_owned);
    let mut from_beginning = last.is_none();
    while free.len() < places {
        let due = J::due(app, after.as_deref()).await?;
        after = due.last().cloned();
        for key in due {
            if !held.contains(&key) && !free.contains(&key) {
                free.push(key);
            }
        }
        let is_round = from_beginning && last.is_some_and(|last| after.as_deref() >= Some(last));
        match (&after, from_beginning) {
            (None, true) => break,
            (None, false) => from_beginning = true,
            (Some(_), _) if is_round => break,
            (Some(_), _) => {}
        }
    }
    free.truncate(places);
    Ok(free)
}

pub(super) fn report(job: &str, fault: &Fault) {
    tracing::warn!(
        job,
        ?fault,
        "background work failed and will be tried again"
    );
}

/// Does every due job of a kind that nodes share. `node` names this node in the leases.
///
/// # Errors
/// A fault when the database fails; what is committed by then stays.
pub async fn turn<J: Job>(app: &App, node: &str) -> Result<()> {
    const { assert!(J::SHARED, "work of each node has no leases") };
    let mut after: Option<String> = None;
    loop {
        let due = J::due(app, after.as_deref()).await?;
        for key in &due {
            work::<J>(app, node, key).await?;
        }
        after = due.into_iter().next_back();
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Does one job, unless another node has its lease.
async fn work<J: Job>(app: &App, node: &str, key: &str) -> Result<()> {
    let mut held = app.whole.hold().await;
    let state = held.state();
    let now = J::now(app);
    let taken = table::take(&app.store, J::KIND, key, node, now, now + LEASE).await;
    let Some(lease) = taken.map_err(broken)? else {
        return Ok(());
    };
    let (mut job, mut renewed) = (J::default(), now);
    loop {
        let begun = Instant::now();
        let progress = job.portion(app, key, &lease.cursor).await;
        app.metrics.job(J::KIND, progress.is_err());
        let progress = progress?;
        let now = J::now(app);
        let (batch, ends) = match progress {
            Progress::Done(batch) => (table::finish(batch, &lease), true),
            Progress::Later {
                batch,
                cursor,
                pause,
            } => (table::checkpoint(batch, &lease, &cursor, now + pause), true),
            Progress::More if now - renewed <= LEASE / 4 => {
                drop(held);
                rest(begun).await;
                held = app.whole.hold().await;
                // A snapshot has taken the place of the database in which the job was found.
                if held.state() != state {
                    return Ok(());
                }
                continue;
            }
            Progress::More => (table::extend(Batch::new(), &lease, now + LEASE), false),
        };
        match app.store.commit(batch).await {
            Ok(_) if !ends => renewed = now,
            // Another node has taken the job, or the rows have changed: the next turn sees what there is.
            Ok(_) | Err(CommitError::Conflict(_)) => return Ok(()),
            Err(error) => return Err(broken(error)),
        }
        drop(held);
        rest(begun).await;
        held = app.whole.hold().await;
        if held.state() != state {
            return Ok(());
        }
    }
}

/// Waits as long as the portion took: a portion keeps the database busy, and half of the time belongs to the requests.
async fn rest(begun: Instant) {
    tokio::time::sleep(begun.elapsed().min(REST)).await;
}

/// Returns the fault of a commit that failed.
pub(super) fn broken(error: CommitError) -> Fault {
    Fault::Internal(format!("commit: {error}"))
}
