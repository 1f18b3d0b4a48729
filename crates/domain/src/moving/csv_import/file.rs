//! The file of a job: sealed pieces in the database, so that any node can go on with it.

use cognate_crypto::seal::Context;
use cognate_moving::csv::{Line, Lines};
use cognate_store::Store;
use cognate_store::tables::user_import_jobs as table;

use crate::errors::Result;
use crate::records::import_job::{ImportFile, Place};
use crate::records::pool::Pool;

/// The bytes of a piece; the last one of a file may have fewer.
pub const PIECE: usize = 256 << 10;

/// Returns the sealed form of a piece.
pub fn seal(pool: &Pool, job_id: &str, upload_id: &str, n: i64, piece: &[u8]) -> Vec<u8> {
    pool.key
        .seal(&context(pool, &row(job_id, upload_id, n)), piece)
}

fn row(job_id: &str, upload_id: &str, n: i64) -> String {
    format!("{job_id}/{upload_id}/{n}")
}

fn context<'a>(pool: &'a Pool, row: &'a str) -> Context<'a> {
    Context {
        table: "user_import_chunks",
        column: "sealed",
        pool: &pool.id,
        row,
    }
}

/// What reading gives.
#[derive(Debug)]
pub enum Read {
    /// A row.
    Line(Line),
    /// There is no other.
    End,
    /// The pieces are not those that were uploaded.
    Broken,
}

/// Reads the rows of a file.
pub struct Reader {
    file: ImportFile,
    lines: Lines,
}

impl Reader {
    /// Begins at a place where a row begins.
    pub fn at(file: &ImportFile, place: Place) -> Self {
        Self {
            file: file.clone(),
            lines: Lines::at(place.bytes, place.lines),
        }
    }

    /// True if the next row is the one at this place of this file.
    pub fn is_at(&self, file: &ImportFile, place: Place) -> bool {
        self.file == *file && self.place() == place
    }

    /// Returns the place of the next row.
    pub fn place(&self) -> Place {
        let (bytes, lines) = self.lines.place();
        Place { bytes, lines }
    }

    /// Returns the next row.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self, store: &Store, pool: &Pool, job_id: &str) -> Result<Read> {
        loop {
            let fed = self.lines.fed();
            let last = fed >= self.file.size;
            if let Some(line) = self.lines.next(last) {
                return Ok(Read::Line(line));
            }
            if last {
                return Ok(Read::End);
            }
            let size = u64::try_from(PIECE).unwrap_or(u64::MAX);
            let (number, skipped) = (fed / size, fed % size);
            let n = i64::try_from(number).unwrap_or(i64::MAX);
            let upload_id = &self.file.upload_id;
            let sealed = table::chunk(store, (&pool.id, job_id), upload_id, n).await?;
            let Some(sealed) = sealed else {
                return Ok(Read::Broken);
            };
            let row = row(job_id, upload_id, n);
            let Ok(piece) = pool.key.open(&context(pool, &row), &sealed) else {
                return Ok(Read::Broken);
            };
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            match piece.expose().get(skipped..) {
                Some(rest) if !rest.is_empty() => self.lines.feed(rest),
                _ => return Ok(Read::Broken),
            }
            // A row may be as long as the file.
            tokio::task::yield_now().await;
        }
    }
}
