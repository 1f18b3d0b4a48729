//! What a pool exports of its logs: its configuration of log delivery, and the records of it (admin.md 6.4).
//!
//! A record is appended in the batch of its cause, for pools alone whose configuration asks for its source, and sent by
//! `jobs/log_delivery.rs`. It is sealed by the key of its pool.

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_shapes::{EventSourceName, LogConfigurationType};
use cognate_store::Batch;
use cognate_store::tables::log_records::{self, LogRecordRow, Queue};
use serde::Serialize;
use serde_json::json;

use crate::clock::SECOND;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

/// Characters of a text in a record at most: what others write is as long as they like.
const LONGEST_TEXT: usize = 1024;

/// The kind of a destination, as a pool's configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestinationKind {
    /// `CloudWatchLogsConfiguration`.
    CloudWatch,
    /// `FirehoseConfiguration`.
    Firehose,
    /// `S3Configuration`.
    S3,
}

/// A destination of a pool's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its kind.
    pub kind: DestinationKind,
    /// Its ARN.
    pub arn: String,
}

/// Returns the configuration of a pool for a source; None if it exports nothing of it.
#[must_use]
pub fn configuration(pool: &Pool, source: EventSourceName) -> Option<&LogConfigurationType> {
    let all = pool.doc.log_configurations.as_deref().unwrap_or_default();
    all.iter().find(|one| one.event_source == source)
}

/// Returns the destination of a configuration: the first that it has.
#[must_use]
pub fn destination(configuration: &LogConfigurationType) -> Option<Destination> {
    let cloud_watch = configuration.cloud_watch_logs_configuration.as_ref();
    let firehose = configuration.firehose_configuration.as_ref();
    let s3 = configuration.s3_configuration.as_ref();
    [
        (
            DestinationKind::CloudWatch,
            cloud_watch.and_then(|to| to.log_group_arn.as_ref()),
        ),
        (
            DestinationKind::Firehose,
            firehose.and_then(|to| to.stream_arn.as_ref()),
        ),
        (
            DestinationKind::S3,
            s3.and_then(|to| to.bucket_arn.as_ref()),
        ),
    ]
    .into_iter()
    .find_map(|(kind, arn)| {
        let arn = arn?.clone();
        Some(Destination { kind, arn })
    })
}

/// Appends a record about a message that was given up, if the pool exports those. `at`: the service's time in microseconds.
///
/// # Errors
/// Those of serialization.
pub fn notification(batch: Batch, pool: &Pool, at: i64, details: &str) -> Result<Batch> {
    let source = EventSourceName::UserNotification;
    let message = || json!({"details": cut(details)});
    append(batch, pool, source, Entry::Each(at), message)
}

/// When a record was made, in microseconds, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry<'a> {
    /// Each time.
    Each(i64),
    /// Once under this name, while it waits.
    Once(i64, &'a str),
}

/// Appends a record of a source, if the pool exports it. `message` is asked for only then.
///
/// # Errors
/// Those of serialization.
pub(super) fn append<M: Serialize>(
    batch: Batch,
    pool: &Pool,
    source: EventSourceName,
    entry: Entry<'_>,
    message: impl FnOnce() -> M,
) -> Result<Batch> {
    let Some(configuration) = configuration(pool, source) else {
        return Ok(batch);
    };
    let (at, id, is_once) = match entry {
        Entry::Each(at) => {
            let rest = random::alphanumeric(8, b"0123456789abcdef");
            (at, log_records::id(at, &rest), false)
        }
        Entry::Once(at, name) => (at, log_records::id(at, name), true),
    };
    let event_source = match source {
        EventSourceName::UserNotification => "USER_NOTIFICATION",
        EventSourceName::UserAuthEvents => "USER_ACTIVITY",
    };
    let record = Record {
        event_timestamp: at.div_euclid(SECOND / 1_000).to_string(),
        event_source,
        log_level: configuration.log_level.as_str(),
        message: message(),
        log_source_id: SourceId {
            user_pool_id: &pool.id,
        },
    };
    let plain = serde_json::to_vec(&record)?;
    let queue = Queue {
        pool_id: &pool.id,
        source: source.as_str(),
    };
    let sealed = pool.key.seal(&context(&pool.id, &id), &plain);
    Ok(match is_once {
        true => log_records::insert_once(batch, queue, &id, at, sealed),
        false => log_records::insert(batch, queue, &id, at, sealed),
    })
}

/// The envelope of a record, in the order of the service.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a, M> {
    event_timestamp: String,
    event_source: &'static str,
    log_level: &'static str,
    message: M,
    log_source_id: SourceId<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourceId<'a> {
    user_pool_id: &'a str,
}

/// Returns the text of a record.
///
/// # Errors
/// An internal fault for a row that does not open.
pub fn open(pool: &Pool, row: &LogRecordRow) -> Result<String> {
    let plain = pool
        .key
        .open(&context(&pool.id, &row.record_id), &row.sealed)?;
    let text = std::str::from_utf8(plain.expose());
    let text = text.map_err(|_| Fault::Internal("a log record is no text".into()))?;
    Ok(text.to_owned())
}

fn context<'a>(pool_id: &'a str, record_id: &'a str) -> Context<'a> {
    Context {
        table: "log_records",
        column: "sealed",
        pool: pool_id,
        row: record_id,
    }
}

/// Cuts what others write.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
