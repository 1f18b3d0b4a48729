//! Reading an archive, under bounds.

use std::io::{BufRead, BufReader, Read};

use cognate_crypto::age::{self, Identity, Opened};
use zeroize::Zeroizing;

use super::{
    ArchiveError, Cell, FORMAT, Header, LONGEST_LINE, Ledger, Manifest, ManifestLine, TableLine,
    VERSION,
};

/// The decompressor remembers at most two to this power of bytes; what is written here needs a quarter.
const WINDOW_LOG: u32 = 23;
/// So many times as much may come out as went in; of the rows of a real database never more than a hundredth part of it does.
const RATIO: u64 = 1_000;
/// What may come out before the ratio counts.
const FREE: u64 = 64 << 20;

/// A line of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The rows of a table follow.
    Table(TableLine),
    /// A row, with as many cells as the table has columns.
    Row(Vec<Cell>),
    /// The end. The manifest agrees with all that was read, and nothing follows.
    End(Manifest),
}

/// An archive that is being read.
pub struct Reader<R: Read> {
    input: Option<Frame<R>>,
    ledger: Ledger,
    /// Cells of a row of the table at hand.
    width: usize,
    number: u64,
    came_out: u64,
    line: Zeroizing<Vec<u8>>,
}

type Frame<R> = BufReader<zstd::Decoder<'static, BufReader<Counted<Opened<R>>>>>;

/// Counts the bytes that are read.
struct Counted<R> {
    input: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(out)?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

impl<R: Read> Reader<R> {
    /// Opens an archive for one of the identities and reads its first line.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn open(identities: &[Identity], input: R) -> Result<(Header, Self), ArchiveError> {
        let input = Counted {
            input: age::open(identities, input)?,
            bytes: 0,
        };
        let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(1 << 16, input))?;
        decoder.window_log_max(WINDOW_LOG)?;
        let mut reader = Self {
            input: Some(BufReader::with_capacity(1 << 16, decoder.single_frame())),
            ledger: Ledger::new(&[]),
            width: 0,
            number: 0,
            came_out: 0,
            line: Zeroizing::new(Vec::new()),
        };
        reader.read_line()?;
        /// What every version says of itself.
        #[derive(serde::Deserialize)]
        struct Version {
            format: String,
            version: u32,
        }
        let said: Version =
            serde_json::from_slice(&reader.line).map_err(|_| ArchiveError::Format)?;
        if said.format != FORMAT {
            return Err(ArchiveError::Format);
        }
        if said.version > VERSION {
            return Err(ArchiveError::Newer(said.version));
        }
        let header = serde_json::from_slice(&reader.line).map_err(|_| ArchiveError::Format)?;
        reader.ledger = Ledger::new(&reader.line);
        Ok((header, reader))
    }

    /// Returns the next line. After [`Line::End`] there is none to ask for.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing of what was read before counts then.
    pub fn next_line(&mut self) -> Result<Line, ArchiveError> {
        self.read_line()?;
        if self.line.first() == Some(&b'[') {
            return self.row();
        }
        if let Ok(table) = serde_json::from_slice::<TableLine>(&self.line) {
            if !self.ledger.table(&table.table, &self.line) {
                return Err(ArchiveError::Twice(table.table));
            }
            self.width = table.columns.len();
            return Ok(Line::Table(table));
        }
        let last: ManifestLine =
            serde_json::from_slice(&self.line).map_err(|_| self.malformed())?;
        if last.manifest != self.ledger.manifest() {
            return Err(ArchiveError::Manifest);
        }
        self.end()?;
        Ok(Line::End(last.manifest))
    }

    fn row(&mut self) -> Result<Line, ArchiveError> {
        let cells: Vec<Cell> = serde_json::from_slice(&self.line).map_err(|_| self.malformed())?;
        if cells.len() != self.width || !self.ledger.row(&self.line) {
            return Err(self.malformed());
        }
        Ok(Line::Row(cells))
    }

    /// Reads to the end of the frame and of the file, where nothing may be.
    fn end(&mut self) -> Result<(), ArchiveError> {
        let mut frame = self.input.take().ok_or(ArchiveError::Trailing)?;
        if !frame.fill_buf()?.is_empty() {
            return Err(ArchiveError::Trailing);
        }
        let mut file = frame.into_inner().finish();
        if !file.fill_buf()?.is_empty() {
            return Err(ArchiveError::Trailing);
        }
        Ok(())
    }

    /// Reads a line with its end.
    fn read_line(&mut self) -> Result<(), ArchiveError> {
        let input = self.input.as_mut().ok_or(ArchiveError::Manifest)?;
        self.line.clear();
        self.number = self.number.saturating_add(1);
        let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        let read = input.take(most).read_until(b'\n', &mut self.line)?;
        if self.line.last() != Some(&b'\n') {
            return Err(match read {
                LONGEST_LINE => ArchiveError::Long(self.number),
                _ => ArchiveError::Manifest,
            });
        }
        self.came_out = self
            .came_out
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        let went_in = input.get_ref().get_ref().get_ref().bytes;
        if self.came_out > went_in.saturating_mul(RATIO).saturating_add(FREE) {
            return Err(ArchiveError::Bomb);
        }
        Ok(())
    }

    fn malformed(&self) -> ArchiveError {
        ArchiveError::Line(self.number)
    }
}
