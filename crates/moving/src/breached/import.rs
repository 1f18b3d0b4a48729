//! From a published list to the compact file, in bounded memory.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::breached::lines::Lines;
use crate::breached::sort::{Bounds, Sorter};
use crate::breached::write::Writer;

/// The digits in the names of the files of a folder.
const NAME: usize = 5;
/// Forty megabytes of hashes in memory, and so many open files at most.
const BOUNDS: Bounds = Bounds {
    keys: 4 << 20,
    runs: 128,
};

/// Where a list comes from.
pub enum Source<'a> {
    /// A folder with a file for each prefix: five hexadecimal digits, and perhaps `.txt`; its lines are `SUFFIX:COUNT`.
    Folder(&'a Path),
    /// Lines `HASH:COUNT` in any order, and the name of where they come from.
    Lines(Box<dyn BufRead + 'a>, &'a str),
}

/// What an import has read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read.
    pub files: u64,
    /// Lines that were read.
    pub lines: u64,
    /// Lines with a smaller count than was asked for.
    pub rare: u64,
    /// Hashes in the file.
    pub entries: u64,
}

/// The reason why an import ended; nothing counts of what it wrote.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A line that is none of a list.
    #[error("{file}, line {line}: {digits} hexadecimal digits, a colon and a count are expected")]
    Line {
        /// The file.
        file: String,
        /// The number of the line, from 1.
        line: u64,
        /// The digits that the line should have.
        digits: usize,
    },
    /// A file of a folder that is none of a list.
    #[error("{0} is no file of a prefix: its name should be five hexadecimal digits")]
    Name(String),
    /// Two files of the same prefix.
    #[error("{0} is there twice")]
    Twice(String),
    /// A file without a line, as a download leaves it that failed.
    #[error("{0} has no line")]
    Empty(String),
    /// What the disk said.
    #[error("{0}: {1}")]
    Disk(String, #[source] io::Error),
}

impl ImportError {
    pub(super) fn of_disk(name: &str, error: io::Error) -> Self {
        Self::Disk(name.to_owned(), error)
    }
}

/// Writes the compact file of a list to `to`: the hashes that were seen at least `min_count` times, and at least once.
/// `scratch`: the folder for pieces of lists that are not sorted, as much as ten bytes for each hash.
///
/// # Errors
/// The first line, name or file that is not one of a list; those of the disk.
pub fn import(
    source: Source<'_>,
    to: impl Write,
    scratch: &Path,
    min_count: u64,
) -> Result<Summary, ImportError> {
    import_within(source, to, scratch, min_count, BOUNDS)
}

pub(super) fn import_within(
    source: Source<'_>,
    to: impl Write,
    scratch: &Path,
    min_count: u64,
    bounds: Bounds,
) -> Result<Summary, ImportError> {
    let mut reading = Reading {
        sorter: Sorter::new(scratch, bounds),
        // Fillers of answers about one prefix were seen 0 times.
        least: min_count.max(1),
        summary: Summary::default(),
    };
    match source {
        Source::Lines(lines, name) => reading.read(lines, name, "")?,
        Source::Folder(folder) => {
            for (prefix, path) in files(folder)? {
                let name = path.display().to_string();
                let file = File::open(&path).map_err(|error| ImportError::of_disk(&name, error))?;
                reading.read(BufReader::new(file), &name, &prefix)?;
            }
        }
    }
    let Reading {
        sorter,
        mut summary,
        ..
    } = reading;
    let written = |error| ImportError::of_disk("the list", error);
    let mut writer = Writer::new(to).map_err(written)?;
    sorter.finish(|key| writer.add(&key)).map_err(written)?;
    summary.entries = writer.finish(min_count.max(1)).map_err(written)?;
    Ok(summary)
}

struct Reading {
    sorter: Sorter,
    least: u64,
    summary: Summary,
}

impl Reading {
    fn read(&mut self, from: impl BufRead, name: &str, prefix: &str) -> Result<(), ImportError> {
        let mut lines = Lines::new(from, name, prefix);
        let before = self.summary.lines;
        while let Some((key, count)) = lines.next()? {
            self.summary.lines = self.summary.lines.saturating_add(1);
            if count < self.least {
                self.summary.rare = self.summary.rare.saturating_add(1);
                continue;
            }
            let kept = self.sorter.add(key);
            kept.map_err(|error| ImportError::of_disk("the scratch folder", error))?;
        }
        self.summary.files = self.summary.files.saturating_add(1);
        match self.summary.lines == before {
            true => Err(ImportError::Empty(name.to_owned())),
            false => Ok(()),
        }
    }
}

/// Returns the files of a folder by prefix. Names that begin with a dot are a system's own.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, ImportError> {
    let shown = folder.display().to_string();
    let of_disk = |error| ImportError::of_disk(&shown, error);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(of_disk)? {
        let entry = entry.map_err(of_disk)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let prefix = name.strip_suffix(".txt").unwrap_or(&name);
        let is_file = fs::metadata(entry.path()).is_ok_and(|there| there.is_file());
        let fits = prefix.len() == NAME && prefix.bytes().all(|b| b.is_ascii_hexdigit());
        if !fits || !is_file {
            return Err(ImportError::Name(entry.path().display().to_string()));
        }
        all.push((prefix.to_ascii_uppercase(), entry.path()));
    }
    all.sort_unstable();
    for pair in all.windows(2) {
        if let [one, other] = pair
            && one.0 == other.0
        {
            return Err(ImportError::Twice(other.1.display().to_string()));
        }
    }
    match all.is_empty() {
        true => Err(ImportError::Empty(shown)),
        false => Ok(all),
    }
}
