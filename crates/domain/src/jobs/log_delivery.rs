//! Log delivery: sends the records that pools export to their targets, on any node, at least once.
//!
//! A source of a pool is a queue. Its job exists while it has records, and the node with its lease sends them in their order,
//! a bounded number at a time; what the target has taken is deleted. A node that dies between the two leaves the records,
//! and they are sent again. A target that takes nothing is tried again after a growing pause, and holds up no other queue.
//! What waits longer than [`LONGEST`], or behind [`MOST`] newer records, is dropped, counted and told in the audit trail.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use cognate_shapes::EventSourceName;
use cognate_store::tables::jobs as jobs_table;
use cognate_store::tables::log_records::{self as table, Queue};
use cognate_store::tables::pools;
use cognate_store::{Batch, CommitError};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::app::log_targets::{OutgoingRecord, ShipError, Shipment, Shipped};
use crate::app::metrics::labels::{LogRecordEnd, LogTarget};
use crate::audit;
use crate::clock::{DAY, MINUTE, SECOND};
use crate::errors::Result;
use crate::jobs::runner::{FOUND, Job, Progress, broken};
use crate::records::log_record::{self, Destination};
use crate::records::pool::Pool;

/// Queues that a node sends at once.
pub(super) const PLACES: usize = 16;
/// Queues that one look sees, of those that have records.
const QUEUES_SEEN: usize = 128;
/// Records of one shipment: what Firehose takes (PutRecordBatch).
const RECORDS: usize = 500;
/// Bytes of the records of one shipment, unless one record alone is larger.
const BYTES: usize = 512 << 10;
/// The longest try: shorter than the lease of a job.
const LONGEST_TRY: Duration = Duration::from_secs(30);
/// How long a queue is sent before the others have their turn: one that is slow and long keeps no place.
const TURN: Duration = Duration::from_secs(15);
/// How long a record waits, in microseconds.
pub const LONGEST: i64 = 3 * DAY;
/// Records that wait in a queue.
pub const MOST: i64 = 100_000;
/// Records that are dropped in one batch.
const DROPPED_AT_ONCE: i64 = 1_000;
/// Shipments after which the bounds of a queue are looked at again.
const BETWEEN_PRUNES: u32 = 64;
/// Failed tries after which a target counts as broken.
const BROKEN_AFTER: u32 = 3;
/// The time to the next try, after each of the first failures and after all later ones, in microseconds.
const PAUSES: [i64; 5] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE];

/// The names in the audit trail: a target took nothing three times in a row, it takes records again, and records were
/// dropped.
pub const BROKEN: &str = "LogTargetBroken";
/// See [`BROKEN`].
pub const WELL: &str = "LogTargetWell";
/// See [`BROKEN`].
pub const DROPPED: &str = "LogRecordsDropped";

/// What is known of a queue and its target; kept in the job's row, while the queue has records.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Health {
    /// Tries that failed since the target last took a record.
    failures: u32,
    /// Records that were dropped.
    dropped: u64,
}

impl Health {
    fn read(cursor: &str) -> Self {
        serde_json::from_str(cursor).unwrap_or_default()
    }

    fn cursor(&self) -> Result<Cow<'static, str>> {
        Ok(Cow::Owned(serde_json::to_string(self)?))
    }

    fn is_broken(&self) -> bool {
        self.failures >= BROKEN_AFTER
    }
}

/// True if a job with this cursor waits for a target that is broken.
pub(super) fn is_broken(cursor: &str) -> bool {
    Health::read(cursor).is_broken()
}

/// The delivery of one queue. The key of the job is pool and source, neither of which holds a slash.
#[derive(Default)]
pub struct LogDelivery {
    health: Option<Health>,
    /// Shipments until the bounds of the queue are looked at again.
    until_pruned: u32,
    /// Records of a shipment, where the target found one of more too large.
    most: Option<usize>,
    /// When the turn began.
    began: Option<Instant>,
}

impl Job for LogDelivery {
    const KIND: &'static str = "log_delivery";
    const ROWS: Option<&'static str> = Some("log_records");

    fn now(app: &App) -> i64 {
        app.clock.service()
    }

    /// Finds the queues that have records, and jobs that are left of queues without any.
    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        let store = app.store.apart();
        let now = Self::now(app);
        let after = after.unwrap_or_default();
        let mut due = jobs_table::due(&store, Self::KIND, after, now, FOUND).await?;
        if !after.is_empty() {
            return Ok(due);
        }
        // Queues without a job get theirs at the first look of a turn.
        let mut batch = Batch::new();
        let (mut pool_id, mut source) = app.log_queues.last();
        for _ in 0..QUEUES_SEEN {
            let queue = Queue {
                pool_id: &pool_id,
                source: &source,
            };
            let Some(next) = table::next_queue(&store, queue).await? else {
                // The next look begins again.
                (pool_id, source) = Default::default();
                break;
            };
            (pool_id, source) = next;
            let key = format!("{pool_id}/{source}");
            if !jobs_table::exists(&store, Self::KIND, &key).await? {
                batch = jobs_table::add(batch, Self::KIND, &key, "");
            }
        }
        app.log_queues.set((pool_id, source));
        if !batch.is_empty() {
            store.commit(batch).await.map_err(broken)?;
            due = jobs_table::due(&store, Self::KIND, after, now, FOUND).await?;
        }
        Ok(due)
    }

    async fn portion(&mut self, app: &App, key: &str, cursor: &str) -> Result<Progress> {
        let Some((pool_id, source)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let begun = Instant::now();
        let mut health = self.health.take().unwrap_or_else(|| Health::read(cursor));
        let progress = self.portion_of(app, Queue { pool_id, source }, &mut health);
        let progress = progress.await;
        let began = *self.began.get_or_insert(begun);
        let progress = match progress {
            Ok(Progress::More) if began.elapsed() >= TURN => later(Batch::new(), &health, 0),
            other => other,
        };
        self.health = Some(health);
        progress
    }
}

impl LogDelivery {
    async fn portion_of(
        &mut self,
        app: &App,
        queue: Queue<'_>,
        health: &mut Health,
    ) -> Result<Progress> {
        let Some(pool) = app.cached_pool(queue.pool_id).await? else {
            // Its rows go with it; those that came while it was purged are dropped.
            return match pools::state(&app.store, queue.pool_id).await? {
                Some(pools::ROWS_GONE) | None => forget(app, queue).await,
                Some(_) => later(Batch::new(), health, MINUTE),
            };
        };
        let destination = destination(&pool, queue.source);
        let targets = app.log_targets.get();
        let label = destination.as_ref().and_then(|to| targets?.target(to));
        let label = label.unwrap_or(LogTarget::None);
        if self.until_pruned == 0 {
            let name = destination.as_ref().map(|to| to.arn.as_str());
            if !prune(app, queue, health, label, name).await? {
                return Ok(Progress::More);
            }
            self.until_pruned = BETWEEN_PRUNES;
        }
        self.until_pruned -= 1;
        let Some(destination) = destination else {
            return forget(app, queue).await;
        };
        let most = self.most.unwrap_or(RECORDS);
        let Some((shipment, rows)) = load(app, &pool, queue, &destination, most).await? else {
            return Ok(Progress::done());
        };
        let count = shipment.records.len();
        let outcome = match targets {
            Some(targets) if label != LogTarget::None => {
                let shipping = tokio::time::timeout(LONGEST_TRY, targets.ship(&shipment));
                let slow = || Err(ShipError::Later("it took too long".into()));
                shipping.await.unwrap_or_else(|_| slow())
            }
            _ => Err(ShipError::Later("the settings name no target".into())),
        };
        let now = app.clock.service();
        match outcome {
            Ok(shipped) if shipped.left.len() < count => {
                let batch = taken(queue, &rows, &shipped);
                let batch = well(batch, health, queue.pool_id, &destination, now);
                app.store.commit(batch).await.map_err(broken)?;
                settled(app, label, count, &shipped);
                health.failures = 0;
                match shipped.left.is_empty() {
                    true => Ok(Progress::More),
                    // The rest keeps its place, and the target gets a moment.
                    false => later(Batch::new(), health, SECOND),
                }
            }
            Err(ShipError::TooLarge(why)) if count > 1 => {
                tracing::debug!(
                    pool_id = queue.pool_id,
                    why,
                    "a shipment of log records is halved"
                );
                self.most = Some(count / 2);
                Ok(Progress::More)
            }
            Err(ShipError::TooLarge(why)) => {
                // No other try is smaller.
                let refused = Shipped {
                    refused: vec![0],
                    ..Shipped::default()
                };
                tracing::warn!(
                    pool_id = queue.pool_id,
                    why,
                    "a log record is too large for its target"
                );
                let batch = taken(queue, &rows, &refused);
                app.store.commit(batch).await.map_err(broken)?;
                settled(app, label, count, &refused);
                self.most = None;
                Ok(Progress::More)
            }
            Ok(_) => failed(
                app,
                queue,
                health,
                &destination,
                (label, count),
                "it took no record",
            ),
            Err(ShipError::Later(why)) => {
                failed(app, queue, health, &destination, (label, count), &why)
            }
        }
    }
}

fn later(batch: Batch, health: &Health, pause: i64) -> Result<Progress> {
    Ok(Progress::Later {
        batch,
        cursor: health.cursor()?,
        pause,
    })
}

/// Returns where a pool sends the records of a source now; None if nowhere.
fn destination(pool: &Pool, source: &str) -> Option<Destination> {
    let source = EventSourceName::ALL
        .iter()
        .find(|one| one.as_str() == source)?;
    log_record::destination(log_record::configuration(pool, *source)?)
}

/// Reads the next records of a queue; None without any. A record that does not open is dropped.
async fn load(
    app: &App,
    pool: &Pool,
    queue: Queue<'_>,
    destination: &Destination,
    most: usize,
) -> Result<Option<(Shipment, Vec<String>)>> {
    let limit = i64::try_from(most.min(RECORDS)).unwrap_or(1);
    let found = table::oldest(&app.store.apart(), queue, limit).await?;
    let (mut records, mut ids, mut bytes) = (Vec::new(), Vec::new(), 0_usize);
    let mut unreadable = Batch::new();
    for row in found {
        let json = match log_record::open(pool, &row) {
            Ok(json) => json,
            Err(fault) => {
                tracing::error!(
                    pool_id = queue.pool_id,
                    id = row.record_id,
                    ?fault,
                    "a log record cannot be opened"
                );
                unreadable = table::delete(unreadable, queue, &row.record_id);
                continue;
            }
        };
        bytes = bytes.saturating_add(json.len());
        if bytes > BYTES && !records.is_empty() {
            break;
        }
        ids.push(row.record_id.clone());
        records.push(OutgoingRecord {
            id: row.record_id,
            at: row.created,
            json,
        });
    }
    if !unreadable.is_empty() {
        app.store.commit(unreadable).await.map_err(broken)?;
    }
    if records.is_empty() {
        return Ok(None);
    }
    let source = EventSourceName::ALL
        .iter()
        .find(|one| one.as_str() == queue.source);
    let shipment = Shipment {
        destination: destination.clone(),
        pool_id: queue.pool_id.to_owned(),
        source: source.map_or("", |source| source.as_str()),
        records,
    };
    Ok(Some((shipment, ids)))
}

/// Deletes what a target has taken, or never takes.
fn taken(queue: Queue<'_>, ids: &[String], shipped: &Shipped) -> Batch {
    let mut batch = Batch::new();
    for (n, id) in ids.iter().enumerate() {
        if !shipped.left.contains(&n) {
            batch = table::delete(batch, queue, id);
        }
    }
    batch
}

/// Counts the records of a shipment that was taken, at least in part.
fn settled(app: &App, label: LogTarget, count: usize, shipped: &Shipped) {
    let Shipped { left, refused } = shipped;
    let sent = count.saturating_sub(left.len() + refused.len());
    for (end, number) in [
        (LogRecordEnd::Sent, sent),
        (LogRecordEnd::Failed, left.len()),
        (LogRecordEnd::Dropped, refused.len()),
    ] {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        app.metrics.log_records.add_to(label, end, number);
    }
    if !refused.is_empty() {
        tracing::warn!(target = ?label, records = refused.len(), "a target refused log records for good");
    }
}

/// Tells that a target that was broken takes records again.
fn well(batch: Batch, health: &Health, pool_id: &str, to: &Destination, now: i64) -> Batch {
    if !health.is_broken() {
        return batch;
    }
    tracing::info!(
        pool_id,
        arn = to.arn,
        dropped = health.dropped,
        "a target of logs takes records again"
    );
    let mut entry = audit::command(WELL, Some(&to.arn));
    entry.times = (health.dropped > 0).then_some(health.dropped);
    entry.append(batch, pool_id, now)
}

/// Lets a queue wait, whose target took nothing.
fn failed(
    app: &App,
    queue: Queue<'_>,
    health: &mut Health,
    to: &Destination,
    (label, count): (LogTarget, usize),
    why: &str,
) -> Result<Progress> {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    app.metrics
        .log_records
        .add_to(label, LogRecordEnd::Failed, count);
    let done = usize::try_from(health.failures).unwrap_or(usize::MAX);
    let [.., longest] = PAUSES;
    let pause = PAUSES.get(done).copied().unwrap_or(longest);
    health.failures = health.failures.saturating_add(1);
    let mut batch = Batch::new();
    if health.failures == BROKEN_AFTER {
        let (pool_id, arn) = (queue.pool_id, &to.arn);
        tracing::error!(
            pool_id,
            arn,
            why,
            "a target of logs takes nothing; records wait"
        );
        let entry = audit::command(BROKEN, Some(arn));
        batch = entry.append(batch, pool_id, app.clock.service());
    } else {
        tracing::debug!(
            pool_id = queue.pool_id,
            arn = to.arn,
            why,
            "log records were not taken"
        );
    }
    later(batch, health, pause)
}

/// Drops what is beyond the bounds of a queue, a portion at a time. Returns true when nothing more is.
async fn prune(
    app: &App,
    queue: Queue<'_>,
    health: &mut Health,
    label: LogTarget,
    arn: Option<&str>,
) -> Result<bool> {
    let now = app.clock.service();
    let mut before = table::id(now.saturating_sub(LONGEST).max(0), "");
    if let Some(id) = table::beyond(&app.store.apart(), queue, MOST).await? {
        // The record itself goes too: nothing comes between an id and the same with one more character.
        before = before.max(format!("{id}~"));
    }
    let dropped = table::drop_before(&app.store, queue, &before, DROPPED_AT_ONCE).await;
    let dropped = dropped.map_err(broken)?;
    if dropped > 0 {
        app.metrics
            .log_records
            .add_to(label, LogRecordEnd::Dropped, dropped);
        if health.dropped == 0 {
            let pool_id = queue.pool_id;
            tracing::error!(
                pool_id,
                arn,
                "log records are dropped: their target took too few of them"
            );
            let entry = audit::command(DROPPED, arn);
            let batch = entry.append(Batch::new(), pool_id, now);
            app.store.commit(batch).await.map_err(broken)?;
        }
        health.dropped = health.dropped.saturating_add(dropped);
    }
    Ok(dropped < u64::try_from(DROPPED_AT_ONCE).unwrap_or(u64::MAX))
}

/// Drops the records of a source that the pool no longer exports.
async fn forget(app: &App, queue: Queue<'_>) -> Result<Progress> {
    let dropped = table::drop_before(&app.store, queue, "~", DROPPED_AT_ONCE).await;
    let dropped = dropped.map_err(|error: CommitError| broken(error))?;
    app.metrics
        .log_records
        .add_to(LogTarget::None, LogRecordEnd::Dropped, dropped);
    Ok(match dropped {
        0 => Progress::done(),
        _ => Progress::More,
    })
}
