//! Sorting more hashes than fit into memory: sorted pieces on the disk, which are merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use cognate_crypto::random;

use crate::breached::{KEPT, Key};

/// The bytes that are read from a piece at a time.
const BUFFER: usize = 1 << 16;

/// How much is held in memory, and on the disk in pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The hashes in memory.
    pub keys: usize,
    /// The pieces; more are merged to one.
    pub runs: usize,
}

/// A sorted piece in a file that has no name any more.
struct Run {
    file: BufWriter<File>,
    last: Key,
}

/// Hashes in any order.
pub(super) struct Sorter {
    folder: PathBuf,
    bounds: Bounds,
    keys: Vec<Key>,
    runs: Vec<Run>,
}

impl Sorter {
    /// Begins. The pieces are in files of `folder`.
    pub(super) fn new(folder: &Path, bounds: Bounds) -> Self {
        Self {
            folder: folder.to_owned(),
            bounds,
            keys: Vec::new(),
            runs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, key: Key) -> io::Result<()> {
        if self.keys.len() >= self.bounds.keys {
            self.spill()?;
        }
        self.keys.push(key);
        Ok(())
    }

    /// Gives every hash once, in their order.
    pub(super) fn finish(mut self, mut each: impl FnMut(Key) -> io::Result<()>) -> io::Result<()> {
        if self.runs.is_empty() {
            self.keys.sort_unstable();
            self.keys.dedup();
            return self.keys.into_iter().try_for_each(each);
        }
        self.spill()?;
        merge(self.runs, &mut each)
    }

    fn spill(&mut self) -> io::Result<()> {
        self.keys.sort_unstable();
        self.keys.dedup();
        let (Some(first), Some(last)) = (self.keys.first().copied(), self.keys.last().copied())
        else {
            return Ok(());
        };
        // What comes in order is one piece, however long it is.
        let fits = self.runs.iter().position(|run| run.last <= first);
        let at = match fits {
            Some(at) => at,
            None => {
                if self.runs.len() >= self.bounds.runs {
                    self.merge_runs()?;
                }
                self.runs.push(Run {
                    file: BufWriter::new(self.unnamed()?),
                    last,
                });
                self.runs.len().saturating_sub(1)
            }
        };
        if let Some(run) = self.runs.get_mut(at) {
            for key in self.keys.drain(..) {
                run.file.write_all(&key)?;
            }
            run.last = last;
        }
        Ok(())
    }

    fn merge_runs(&mut self) -> io::Result<()> {
        let mut file = BufWriter::new(self.unnamed()?);
        let mut last = [0; KEPT];
        merge(std::mem::take(&mut self.runs), &mut |key| {
            last = key;
            file.write_all(&key)
        })?;
        self.runs.push(Run { file, last });
        Ok(())
    }

    /// Returns a file that is gone when it is closed, however this program ends.
    fn unnamed(&self) -> io::Result<File> {
        let path = self
            .folder
            .join(format!(".breached.{}.part", random::uuid_v4()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        fs::remove_file(&path)?;
        Ok(file)
    }
}

fn merge(runs: Vec<Run>, each: &mut impl FnMut(Key) -> io::Result<()>) -> io::Result<()> {
    let mut readers = Vec::with_capacity(runs.len());
    let mut heads = BinaryHeap::new();
    for run in runs {
        let mut file = run
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut reader = BufReader::with_capacity(BUFFER, file);
        if let Some(key) = next(&mut reader)? {
            heads.push(Reverse((key, readers.len())));
        }
        readers.push(reader);
    }
    let mut before = None;
    while let Some(Reverse((key, at))) = heads.pop() {
        if before != Some(key) {
            each(key)?;
            before = Some(key);
        }
        if let Some(reader) = readers.get_mut(at)
            && let Some(key) = next(reader)?
        {
            heads.push(Reverse((key, at)));
        }
    }
    Ok(())
}

fn next(from: &mut impl Read) -> io::Result<Option<Key>> {
    let mut key = [0; KEPT];
    match from.read_exact(&mut key) {
        Ok(()) => Ok(Some(key)),
        // A piece has whole hashes alone.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
