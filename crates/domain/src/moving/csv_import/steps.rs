//! The steps of a started job, each of which is one commit: what it did and how far it came are in the same batch, so that
//! another node, or this one after a kill, goes on with the next row and does none twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_crypto::random;
use cognate_moving::csv::{BadHeader, Header, Line, MOST_ROWS, PASSWORD_HASH};
use cognate_shapes::UserImportJobStatusType as Status;
use cognate_store::tables::{pools, user_import_jobs as table};
use cognate_store::{Batch, CommitError, StoreError};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::errors::unconfirmed::imports as unconfirmed;
use crate::errors::{Fault, Result, imports};
use crate::moving::csv_import::batch::{self, Sorted};
use crate::moving::csv_import::file::{Read, Reader};
use crate::moving::csv_import::results::{Outcome, Results};
use crate::moving::csv_import::row::Rules;
use crate::records::import_job::{ImportFile, ImportJob, Place};
use crate::records::pool::{ImportedPasswords, Pool};
use crate::records::user;

/// The name in the audit trail.
const COMMAND: &str = "user import";
/// The rows of the first commit, and the most and fewest of the following ones.
const ROWS: usize = 100;
const MOST: usize = 500;
const FEWEST: usize = 50;
/// A commit is to take so long: other writers wait for it.
const AIM: Duration = Duration::from_millis(8);
/// The bytes of the file that one commit is made of.
const MOST_BYTES: u64 = 256 << 10;

/// What is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Another step.
    More,
    /// Nothing.
    Done,
    /// Nothing yet: the job may still be started.
    Wait,
}

/// What a node remembers of a job between its steps.
pub struct Memory {
    reader: Option<Reader>,
    rows: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            reader: None,
            rows: ROWS,
        }
    }
}

/// Takes the next step of a job.
///
/// # Errors
/// A fault, after which the step is taken again.
pub async fn step(app: &App, memory: &mut Memory, pool_id: &str, job_id: &str) -> Result<Step> {
    let Some(pool) = Pool::load(&app.store, &app.root, pool_id).await? else {
        return Ok(Step::Done);
    };
    let Some(mut job) = ImportJob::find(&app.store, &pool, job_id).await? else {
        return Ok(Step::Done);
    };
    let now = app.clock.service();
    match job.status {
        Status::Created if job.is_overdue(now) => {
            job.end(Status::Expired, imports::EXPIRED, now);
            commit(app, job.save(Batch::new(), &pool)?).await?;
            Ok(Step::More)
        }
        Status::Created => Ok(Step::Wait),
        Status::Pending | Status::InProgress => {
            let Some(file) = job.doc.file.clone() else {
                return fail(app, &pool, job, unconfirmed::FILE_UNREADABLE).await;
            };
            match job.doc.columns.take() {
                None => begin(app, &pool, job, &file).await,
                Some(columns) => rows(app, memory, pool, job, &file, columns).await,
            }
        }
        Status::Stopping => {
            job.end(Status::Stopped, imports::STOPPED, now);
            commit(app, job.save(Batch::new(), &pool)?).await?;
            Ok(Step::More)
        }
        Status::Stopped | Status::Expired | Status::Failed | Status::Succeeded => {
            forget_file(app, &pool, job_id).await
        }
    }
}

/// Deletes a part of the file of a job that has ended.
async fn forget_file(app: &App, pool: &Pool, job_id: &str) -> Result<Step> {
    let batch = table::forget_chunks(Batch::new(), (&pool.id, job_id), "");
    let outcome = app.store.commit(batch).await.map_err(broken)?;
    let deleted = outcome.rows.first().map_or(0, Vec::len);
    Ok(match deleted >= table::FORGET_CHUNKS {
        true => Step::More,
        false => Step::Done,
    })
}

/// Ends a job as a whole.
async fn fail(app: &App, pool: &Pool, mut job: ImportJob, message: &str) -> Result<Step> {
    job.end(Status::Failed, message, app.clock.service());
    tracing::info!(
        pool = pool.id,
        job = job.id,
        message,
        "an import of users has failed"
    );
    commit(app, job.save(Batch::new(), pool)?).await?;
    Ok(Step::More)
}

/// Reads the header and says in the pool that users with foreign hashes may come.
async fn begin(app: &App, pool: &Pool, mut job: ImportJob, file: &ImportFile) -> Result<Step> {
    if file.lines > MOST_ROWS + 1 {
        return fail(app, pool, job, &unconfirmed::too_many_rows()).await;
    }
    let mut reader = Reader::at(file, Place::default());
    let header = match reader.next(&app.store, pool, &job.id).await? {
        Read::Line(Line { text: Ok(text), .. }) => {
            let known = known_columns(pool);
            Header::read(&text, |name| known.iter().any(|column| column == name))
        }
        Read::Line(_) | Read::End => Err(BadHeader::Unreadable),
        Read::Broken => return fail(app, pool, job, unconfirmed::FILE_UNREADABLE).await,
    };
    let header = match header {
        Ok(header) => header,
        Err(bad) => return fail(app, pool, job, &unconfirmed::header(bad)).await,
    };
    if job.doc.algorithm.is_some() && !header.has(PASSWORD_HASH) {
        return fail(app, pool, job, unconfirmed::NO_HASH_COLUMN).await;
    }
    let mut batch = Batch::new();
    if job.doc.algorithm.is_some() && pool.doc.imported_passwords.is_none() {
        let mut doc = pool.doc.clone();
        doc.imported_passwords = Some(ImportedPasswords::default());
        let text = serde_json::to_string(&doc)?;
        let mac = pool.mac_with(&text)?;
        batch = pools::update(batch, &pool.id, pool.ver, &text, mac, app.clock.service());
    }
    job.status = Status::InProgress;
    job.doc.columns = Some(header.columns().to_vec());
    job.doc.place = reader.place();
    commit(app, job.save(batch, pool)?).await?;
    app.cache.forget(&pool.id, None);
    Ok(Step::More)
}

/// Returns the attributes that a file may have columns for, in the order of the pool's schema (moving.md 1.1).
pub fn known_columns(pool: &Pool) -> Vec<String> {
    let names = pool
        .doc
        .schema
        .iter()
        .filter_map(|entry| entry.name.as_deref());
    names
        .filter(|name| !matches!(*name, "sub" | "identities"))
        .map(str::to_owned)
        .collect()
}

/// Imports some rows.
async fn rows(
    app: &App,
    memory: &mut Memory,
    pool: Pool,
    mut job: ImportJob,
    file: &ImportFile,
    columns: Vec<String>,
) -> Result<Step> {
    // It is put back when the step has worked: another one reads what is committed.
    let mut reader = memory
        .reader
        .take()
        .filter(|reader| reader.is_at(file, job.doc.place))
        .unwrap_or_else(|| Reader::at(file, job.doc.place));
    let mut lines = Vec::new();
    let mut ended = false;
    while lines.len() < memory.rows
        && reader.place().bytes.saturating_sub(job.doc.place.bytes) < MOST_BYTES
    {
        match reader.next(&app.store, &pool, &job.id).await? {
            Read::Line(line) if is_blank(&line) => {}
            Read::Line(line) => lines.push(line),
            Read::End => {
                ended = true;
                break;
            }
            Read::Broken => return fail(app, &pool, job, unconfirmed::FILE_UNREADABLE).await,
        }
    }
    let now = app.clock.service();
    let (pool, algorithm) = (Arc::new(pool), job.doc.algorithm);
    let rules = Rules {
        pool: pool.clone(),
        header: Header::of(columns.clone()),
        algorithm,
        now,
    };
    let single = match lines.as_slice() {
        [line] => Some(line.number),
        _ => None,
    };
    let prepared = app
        .workers
        .run_background(move || batch::prepare(&rules, lines))
        .await;
    let sorted = batch::sort(&app.store, &pool, prepared).await?;

    job.doc.columns = Some(columns);
    job.doc.place = reader.place();
    match commit_rows(app, &pool, &job, sorted, ended).await? {
        Committed::Yes(took) => {
            memory.rows = paced(memory.rows, took);
            memory.reader = Some(reader);
        }
        // Somebody took a name meanwhile; the next try sees that. If it does not, the row that cannot be stored is found by
        // trying fewer rows, down to that one.
        Committed::Taken => match single {
            None => memory.rows = (memory.rows / 4).max(1),
            Some(line) => {
                let mut sorted = Sorted::default();
                let reason = unconfirmed::CANNOT_STORE.to_owned();
                sorted.results.add(line, Outcome::Failed(reason));
                commit_rows(app, &pool, &job, sorted, false).await?;
                memory.rows = FEWEST;
            }
        },
        Committed::Stale => {}
    }
    Ok(Step::More)
}

/// What became of a commit.
enum Committed {
    /// It is done and took so long.
    Yes(Duration),
    /// A name or an id is another user's.
    Taken,
    /// The job or the pool has changed; the next step sees what there is.
    Stale,
}

async fn commit_rows(
    app: &App,
    pool: &Arc<Pool>,
    job: &ImportJob,
    sorted: Sorted,
    ended: bool,
) -> Result<Committed> {
    let now = app.clock.service();
    let Sorted { users, results } = sorted;
    let mut job = job.clone();
    let (imported, skipped, failed) = results.counts();
    job.doc.imported += imported;
    job.doc.skipped += skipped;
    job.doc.failed += failed;
    if ended {
        end(&mut job, now);
    }
    let (of_pool, of_job, of_results) = (pool.clone(), job.clone(), results.clone());
    let made = move || -> Result<Batch> {
        let mut batch = Batch::new();
        if !users.is_empty() {
            batch = user::create_all(batch, &of_pool, &users)?;
            let ids: Vec<String> = users.into_iter().map(|user| user.id).collect();
            let entry = Entry {
                operation: COMMAND,
                caller: of_job.doc.started_by.as_deref(),
                result: audit::DONE,
                detail: Some(&of_job.id),
                born: &ids,
                ..Entry::default()
            };
            batch = entry.append(batch, &of_pool.id, now);
        }
        batch = of_results.save(batch, (&of_pool.id, &of_job.id))?;
        of_job.save(batch, &of_pool)
    };
    let batch = app.workers.run_background(made).await?;
    let begun = Instant::now();
    match app.store.commit(batch).await {
        Ok(_) => {}
        Err(CommitError::Conflict(label)) => {
            return Ok(match user::is_taken(label) {
                true => Committed::Taken,
                false => Committed::Stale,
            });
        }
        // A value that the engine does not take.
        Err(CommitError::Store(StoreError::Refused(_) | StoreError::Constraint(_))) => {
            return Ok(Committed::Taken);
        }
        Err(other) => return Err(broken(other)),
    }
    let took = begun.elapsed();
    log(pool, &job, &results);
    Ok(Committed::Yes(took))
}

/// Ends a job whose rows were all read. It has failed when more than half of them were no new users (moving.md 1.3).
fn end(job: &mut ImportJob, now: i64) {
    let doc = &job.doc;
    match doc.failed + doc.skipped > doc.imported {
        true => job.end(Status::Failed, imports::TOO_MANY_FAILED, now),
        false => job.end(Status::Succeeded, imports::SUCCEEDED, now),
    }
}

/// Tells the log of the program what the service tells the log group of a pool.
fn log(pool: &Pool, job: &ImportJob, results: &Results) {
    let group = format!("/aws/cognito/userpools/{}/{}", pool.id, pool.doc.name);
    let stream = format!("{}/{}", job.id, job.doc.name);
    for (well, line) in results.lines() {
        match well {
            true => tracing::debug!(group, stream, "{line}"),
            false => tracing::info!(group, stream, "{line}"),
        }
    }
    if let Some(message) = &job.doc.message {
        let doc = &job.doc;
        let (imported, skipped, failed) = (doc.imported, doc.skipped, doc.failed);
        tracing::info!(group, stream, imported, skipped, failed, "{message}");
    }
}

/// Returns the rows of the next commit after one of `rows` that took so long.
fn paced(rows: usize, took: Duration) -> usize {
    let next = match took {
        took if took > 2 * AIM => rows / 2,
        took if took > AIM => rows - rows / 8,
        _ => rows + rows / 4 + 1,
    };
    next.clamp(FEWEST, MOST)
}

fn is_blank(line: &Line) -> bool {
    line.text.as_ref().is_ok_and(|text| text.trim().is_empty())
}

/// Commits what a conflict undoes: then the next step sees what there is.
async fn commit(app: &App, batch: Batch) -> Result<()> {
    match app.store.commit(batch).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(other) => Err(broken(other)),
    }
}

fn broken(error: CommitError) -> Fault {
    Fault::Internal(format!("commit: {error}"))
}

/// Returns the id of a new job.
pub fn new_id() -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    format!("import-{}", random::alphanumeric(10, LETTERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_get_as_many_rows_as_fit_their_time() {
        let mut rows = ROWS;
        for _ in 0..20 {
            rows = paced(rows, Duration::from_millis(1));
        }
        assert_eq!(rows, MOST);
        for _ in 0..20 {
            rows = paced(rows, Duration::from_secs(1));
        }
        assert_eq!(rows, FEWEST);
        assert_eq!(paced(80, AIM + Duration::from_millis(1)), 70);
    }
}
