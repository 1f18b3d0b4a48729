//! Archives: what a backup writes and a restore reads.
//!
//! An age v1 file for its recipients holds one zstd frame, and that holds lines. The first is the [`Header`]. Then come the
//! tables: a line that names the table and its columns, and a line for each row, a JSON array of [`Cell`]s in the order of the
//! columns. The last line is the manifest: the rows and the SHA-256 of each table, and one hash over all of it. What was cut
//! has no manifest, and no last chunk of the age file either.
//!
//! The reader takes nothing on trust: a line, the memory of the decompressor and the ratio of what comes out to what goes in
//! are bounded, a table comes once, the manifest must be what was read, and nothing may follow it. What the rows mean is for
//! the caller.
//!
//! An archive is not signed: whoever knows a recipient can make one (docs/MOVING.md).

mod cell;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;

use cognate_crypto::hash::Sha256;
use serde::{Deserialize, Serialize};

pub use cell::Cell;
pub use read::{Line, Reader};
pub use write::Writer;

/// What the first line says of the file.
const FORMAT: &str = "cognate-backup";
/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;
/// The longest line: an image of two mebibytes and its row fit in.
const LONGEST_LINE: usize = 8 << 20;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `cognate-backup`.
    pub format: String,
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// The writer's own version.
    pub program: String,
    /// The newest migration of its database.
    pub migration: i64,
    /// The pools that the archive holds; None for all of a server.
    pub pools: Option<Vec<String>>,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// `dev` or `serve`.
    pub mode: String,
    /// When it was taken, in microseconds since the epoch.
    pub taken: i64,
}

impl Header {
    /// Returns the header of a new archive.
    #[must_use]
    pub fn new(program: &str, migration: i64, pools: Option<Vec<String>>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: program.to_owned(),
            migration,
            pools,
            engine: String::new(),
            mode: String::new(),
            taken: 0,
        }
    }
}

/// The line in front of the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableLine {
    /// The table.
    pub table: String,
    /// The columns of its rows.
    pub columns: Vec<String>,
}

/// What the manifest says of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Over its lines with their ends, in hexadecimal.
    pub sha256: String,
}

/// What the last line says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The tables in their order.
    pub tables: Vec<Tally>,
    /// Over the first line and, for each table, its name, rows and hash.
    pub sha256: String,
    /// True.
    pub complete: bool,
}

impl Manifest {
    /// Returns the rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestLine {
    manifest: Manifest,
}

/// Counts and hashes what is written or read, for the manifest.
struct Ledger {
    all: Sha256,
    tables: Vec<Tally>,
    current: Option<(String, u64, Sha256)>,
}

impl Ledger {
    fn new(header: &[u8]) -> Self {
        let mut all = Sha256::default();
        all.update(header);
        Self {
            all,
            tables: Vec::new(),
            current: None,
        }
    }

    /// Begins a table; false if it was there already.
    fn table(&mut self, name: &str, line: &[u8]) -> bool {
        self.close();
        if self.tables.iter().any(|tally| tally.table == name) {
            return false;
        }
        let mut hash = Sha256::default();
        hash.update(line);
        self.current = Some((name.to_owned(), 0, hash));
        true
    }

    /// Counts a row; false outside of a table.
    fn row(&mut self, line: &[u8]) -> bool {
        let Some((_, rows, hash)) = &mut self.current else {
            return false;
        };
        *rows = rows.saturating_add(1);
        hash.update(line);
        true
    }

    fn close(&mut self) {
        let Some((table, rows, hash)) = self.current.take() else {
            return;
        };
        let sha256 = hash.finish_hex();
        let said = format!("\n{table} {rows} {sha256}");
        self.all.update(said.as_bytes());
        self.tables.push(Tally {
            table,
            rows,
            sha256,
        });
    }

    fn manifest(&mut self) -> Manifest {
        self.close();
        Manifest {
            tables: std::mem::take(&mut self.tables),
            sha256: self.all.clone().finish_hex(),
            complete: true,
        }
    }
}

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It could not be read or written; also what was cut or changed inside.
    #[error("the archive could not be read: {0}")]
    Io(#[from] io::Error),
    /// It is no encrypted file, or a changed or foreign one.
    #[error(transparent)]
    Age(#[from] cognate_crypto::age::AgeError),
    /// The first line is none of an archive.
    #[error("the file holds no archive of Cognate")]
    Format,
    /// It is of a newer program.
    #[error("the archive has version {0}, and this program reads up to {VERSION}: use a newer one")]
    Newer(u32),
    /// A line is longer than any that is written.
    #[error("line {0} of the archive is too long")]
    Long(u64),
    /// Much more comes out than went in.
    #[error("the archive is compressed beyond all measure")]
    Bomb,
    /// A line is not what it must be there.
    #[error("line {0} of the archive is malformed")]
    Line(u64),
    /// A table comes twice.
    #[error("the archive has the table {0} twice")]
    Twice(String),
    /// The manifest is missing, or is not about these lines.
    #[error("the manifest of the archive is not about what it holds")]
    Manifest,
    /// Something follows the manifest.
    #[error("something follows the end of the archive")]
    Trailing,
}
