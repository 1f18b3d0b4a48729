//! The rows of a file that comes in pieces.

use super::{BadRow, MOST_CHARS};

/// The bytes of a row that are held: a character has four at most, and a carriage return may be behind it.
const MOST_HELD: usize = 4 * MOST_CHARS + 4;
/// A byte order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number; the first line of a file is 1.
    pub number: u64,
    /// The text without the end of the line.
    pub text: Result<String, BadRow>,
}

/// Reads the rows of a file.
#[derive(Debug, Default)]
pub struct Lines {
    /// What was fed and not read.
    pub(super) held: Vec<u8>,
    /// The bytes of `held` that were read.
    from: usize,
    /// The bytes of `held` that were searched for the end of a line.
    searched: usize,
    /// The place of `held[from]` in the file, without the bytes that were dropped.
    offset: u64,
    /// The bytes of the row that were dropped, since it is too long.
    dropped: u64,
    /// The lines that were read.
    lines: u64,
}

impl Lines {
    /// Begins behind so many bytes and lines, where a row begins.
    #[must_use]
    pub fn at(offset: u64, lines: u64) -> Self {
        Self {
            offset,
            lines,
            ..Self::default()
        }
    }

    /// Adds the next piece of the file.
    pub fn feed(&mut self, piece: &[u8]) {
        self.held.drain(..self.from);
        self.searched = self.searched.saturating_sub(self.from);
        self.from = 0;
        self.held.extend_from_slice(piece);
    }

    /// Returns the bytes and the lines before the next row.
    #[must_use]
    pub fn place(&self) -> (u64, u64) {
        (self.offset, self.lines)
    }

    /// Returns the place in the file behind all that was fed.
    #[must_use]
    pub fn fed(&self) -> u64 {
        let held = self.held.len().saturating_sub(self.from);
        self.offset + self.dropped + u64::try_from(held).unwrap_or(u64::MAX)
    }

    /// Returns the next row; None if more of the file is needed, or, with `last`, if there is none. `last`: all of the file
    /// was fed.
    pub fn next(&mut self, last: bool) -> Option<Line> {
        let rest = self
            .held
            .get(self.searched.max(self.from)..)
            .unwrap_or_default();
        let found = rest.iter().position(|byte| *byte == b'\n');
        let end = match found {
            Some(at) => self.searched.max(self.from) + at,
            None => {
                self.searched = self.held.len();
                let length = self.held.len() - self.from;
                if !last {
                    if length > MOST_HELD {
                        self.dropped += u64::try_from(length).unwrap_or(u64::MAX);
                        self.held.clear();
                        (self.from, self.searched) = (0, 0);
                    }
                    return None;
                }
                if length == 0 && self.dropped == 0 {
                    return None;
                }
                self.held.len()
            }
        };
        let row = self.held.get(self.from..end).unwrap_or_default();
        let text = match self.dropped {
            0 => text(row, self.offset == 0),
            _ => Err(BadRow::TooLong),
        };
        let read = end - self.from + usize::from(found.is_some());
        self.offset += u64::try_from(read).unwrap_or(u64::MAX) + self.dropped;
        self.dropped = 0;
        self.from += read;
        self.searched = self.from;
        self.lines += 1;
        Some(Line {
            number: self.lines,
            text,
        })
    }
}

/// Returns the text of a row.
fn text(row: &[u8], first: bool) -> Result<String, BadRow> {
    // As a row of which a part was dropped: what its end is must not depend on the pieces.
    if row.len() > MOST_HELD {
        return Err(BadRow::TooLong);
    }
    let row = match row.strip_prefix(MARK) {
        Some(rest) if first => rest,
        _ => row,
    };
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let text = std::str::from_utf8(row).map_err(|_| BadRow::NotUtf8)?;
    if row.len() > MOST_CHARS && text.chars().count() > MOST_CHARS {
        return Err(BadRow::TooLong);
    }
    if row.contains(&0) {
        return Err(BadRow::Nul);
    }
    Ok(text.to_owned())
}
