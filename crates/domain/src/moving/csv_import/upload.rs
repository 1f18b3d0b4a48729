//! The upload of a job's file (moving.md 1.5): piece by piece into the database, so that no more than one piece is in memory.
//!
//! The latest upload that has begun is the one that counts: each piece requires that its job still waits for it.

use std::sync::Arc;

use cognate_crypto::hash::sha256_hex;
use cognate_crypto::random;
use cognate_moving::csv::MOST_BYTES;
use cognate_shapes::UserImportJobStatusType as Status;
use cognate_store::tables::{guards, user_import_jobs as table};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::app::bulkheads::Place;
use crate::audit::{self, Entry};
use crate::errors::Fault;
use crate::moving::csv_import::file::{self, PIECE};
use crate::moving::csv_import::link::{self, Standing};
use crate::records::import_job::{ImportFile, ImportJob};
use crate::records::pool::Pool;

/// The name in the audit trail.
const COMMAND: &str = "user import upload";
/// The value of `x-amz-server-side-encryption`, which links are made for.
const ENCRYPTION: &str = "aws:kms";
/// The uploads that a node takes at once: of one job, from one address, of all.
const OF_JOB: usize = 1;
const FROM_ADDRESS: usize = 4;
const OF_ALL: usize = 32;

/// Why an upload is not taken.
#[derive(Debug)]
pub enum Refusal {
    /// The link is none of this server's, or the header of encryption is not the one it was made for.
    Signature,
    /// The link was good until `ends`; it is `now`. Both in microseconds.
    Expired {
        /// Until when.
        ends: i64,
        /// The time.
        now: i64,
    },
    /// The job does not wait for a file, or another upload has begun.
    Closed,
    /// The file is longer than files may be.
    TooLarge,
    /// As many uploads as may are under way.
    Busy,
    /// A fault of the server.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Everything behind [`link::PATH`].
    pub path: &'a str,
    /// The query.
    pub query: &'a str,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<&'a str>,
    /// The bytes that were announced.
    pub length: Option<u64>,
    /// The address of the client.
    pub address: &'a str,
}

/// An upload that was let in.
pub struct Upload<'a> {
    app: &'a App,
    pool: Arc<Pool>,
    job: ImportJob,
    id: String,
    address: String,
    /// The number of the next piece.
    n: i64,
    size: u64,
    ends_of_lines: u64,
    /// The next piece, as far as it is there.
    piece: Vec<u8>,
    _places: [Place<'a>; 3],
}

impl<'a> Upload<'a> {
    /// Lets an upload in. Nothing of the body is needed for that.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn begin(app: &'a App, asked: Asked<'_>) -> Result<Self, Refusal> {
        let (pool_id, job_id) = asked.path.split_once('/').ok_or(Refusal::Signature)?;
        let pool = app.cached_pool(pool_id).await?.ok_or(Refusal::Signature)?;
        let now = app.clock.service();
        match link::judge(&pool, job_id, asked.query, now) {
            Standing::Good if asked.encryption == Some(ENCRYPTION) => {}
            Standing::Good | Standing::Foreign => return Err(Refusal::Signature),
            Standing::Expired(ends) => return Err(Refusal::Expired { ends, now }),
        }
        if asked.length.is_some_and(|length| length > MOST_BYTES) {
            return Err(Refusal::TooLarge);
        }
        let enter = |target: &str, most| app.bulkheads.enter(target, most).ok_or(Refusal::Busy);
        let places = [
            enter(&format!("import upload of {pool_id}/{job_id}"), OF_JOB)?,
            enter(
                &format!("import uploads from {}", asked.address),
                FROM_ADDRESS,
            )?,
            enter("import uploads", OF_ALL)?,
        ];
        let job = ImportJob::find(&app.store, &pool, job_id).await?;
        let mut job = job.ok_or(Refusal::Closed)?;
        if job.status != Status::Created || job.is_overdue(now) {
            return Err(Refusal::Closed);
        }
        let id = random::alphanumeric(16, b"0123456789abcdef");
        job.doc.uploading = Some(id.clone());
        let mut upload = Self {
            app,
            pool,
            job,
            id,
            address: asked.address.to_owned(),
            n: 0,
            size: 0,
            ends_of_lines: 0,
            piece: Vec::new(),
            _places: places,
        };
        upload.save(Batch::new()).await?;
        // What was left by uploads that were cut.
        upload.forget_others().await?;
        Ok(upload)
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.size > MOST_BYTES {
            return Err(Refusal::TooLarge);
        }
        while !bytes.is_empty() {
            let room = PIECE - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE {
                self.keep_piece().await?;
            }
        }
        Ok(())
    }

    /// Makes the file that of the job, and returns its ETag.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn finish(mut self) -> Result<String, Refusal> {
        let open_line = self.piece.last().is_some_and(|last| *last != b'\n');
        if !self.piece.is_empty() {
            self.keep_piece().await?;
        }
        self.job.doc.uploading = None;
        self.job.doc.file = Some(ImportFile {
            upload_id: self.id.clone(),
            size: self.size,
            lines: self.ends_of_lines + u64::from(open_line),
        });
        let entry = Entry {
            operation: COMMAND,
            address: &self.address,
            result: audit::DONE,
            detail: Some(&self.job.id),
            ..Entry::default()
        };
        let batch = entry.append(Batch::new(), &self.pool.id, self.app.clock.service());
        self.save(batch).await?;
        self.forget_others().await?;
        let tag = sha256_hex(format!("{}/{}", self.job.id, self.id).as_bytes());
        Ok(tag.get(..32).unwrap_or_default().to_owned())
    }

    async fn keep_piece(&mut self) -> Result<(), Refusal> {
        let ends = self.piece.iter().filter(|byte| **byte == b'\n').count();
        self.ends_of_lines += u64::try_from(ends).unwrap_or(u64::MAX);
        let sealed = file::seal(&self.pool, &self.job.id, &self.id, self.n, &self.piece);
        self.piece.clear();
        let job = (self.pool.id.as_str(), self.job.id.as_str());
        let batch = table::add_chunk(Batch::new(), job, self.job.ver, &self.id, self.n, sealed);
        self.commit(batch).await?;
        self.n += 1;
        Ok(())
    }

    /// Stores the job and goes on with its new version.
    async fn save(&mut self, batch: Batch) -> Result<(), Refusal> {
        let batch = guards::require_pool_active(batch, &self.pool.id);
        let batch = self.job.save(batch, &self.pool)?;
        self.commit(batch).await?;
        self.job.ver += 1;
        Ok(())
    }

    /// Deletes the pieces of other uploads but those of the file that counts.
    async fn forget_others(&self) -> Result<(), Refusal> {
        let job = (self.pool.id.as_str(), self.job.id.as_str());
        let kept = self.job.doc.file.as_ref();
        let kept = kept.map_or("", |file| file.upload_id.as_str());
        loop {
            let batch = table::forget_chunks(Batch::new(), job, kept);
            let outcome = self.app.store.commit(batch).await.map_err(broken)?;
            if outcome.rows.first().map_or(0, Vec::len) < table::FORGET_CHUNKS {
                return Ok(());
            }
        }
    }

    async fn commit(&self, batch: Batch) -> Result<(), Refusal> {
        match self.app.store.commit(batch).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(Refusal::Closed),
            Err(other) => Err(broken(other).into()),
        }
    }
}

fn broken(error: CommitError) -> Fault {
    Fault::Internal(format!("commit: {error}"))
}
