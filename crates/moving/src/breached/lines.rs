//! The lines of published lists: the rest of a SHA-1 hash in hexadecimal, a colon, and how often the password was seen.

use std::io::{BufRead, Read as _};

use crate::breached::import::ImportError;
use crate::breached::{Key, key};

/// The longest line in bytes. Some lists fill their lines with spaces.
const LONGEST: u64 = 256;
/// The hexadecimal digits of a hash.
const DIGITS: usize = 40;

/// Reads the lines of one file.
pub(super) struct Lines<'a, R> {
    from: R,
    /// The name of the file, for errors.
    name: &'a str,
    /// The digits in the name of the file, with which all of its hashes begin.
    prefix: &'a str,
    line: Vec<u8>,
    number: u64,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn new(from: R, name: &'a str, prefix: &'a str) -> Self {
        Self {
            from,
            name,
            prefix,
            line: Vec::new(),
            number: 0,
        }
    }

    /// Returns the hash and the count of the next line; None behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<(Key, u64)>, ImportError> {
        self.line.clear();
        self.number = self.number.saturating_add(1);
        let mut from = self.from.by_ref().take(LONGEST);
        let read = from.read_until(b'\n', &mut self.line);
        if read.map_err(|error| ImportError::of_disk(self.name, error))? == 0 {
            return Ok(None);
        }
        let found = parsed(self.prefix.as_bytes(), &self.line);
        found.map(Some).ok_or_else(|| ImportError::Line {
            file: self.name.to_owned(),
            line: self.number,
            digits: DIGITS.saturating_sub(self.prefix.len()),
        })
    }
}

fn parsed(prefix: &[u8], line: &[u8]) -> Option<(Key, u64)> {
    // One without its end is the last one, or too long.
    let line = match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None if (line.len() as u64) < LONGEST => line,
        None => return None,
    };
    let line = line.trim_ascii_end();
    let own = DIGITS.checked_sub(prefix.len())?;
    let (digits, rest) = line.split_at_checked(own)?;
    let count = rest.strip_prefix(b":")?;
    let mut text = [0; DIGITS];
    for (to, from) in text.iter_mut().zip(prefix.iter().chain(digits)) {
        *to = *from;
    }
    let mut hash = [0; 20];
    hex::decode_to_slice(text, &mut hash).ok()?;
    if count.is_empty() || !count.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // A count beyond all numbers is still a count.
    let count = count.iter().fold(0_u64, |sum, digit| {
        sum.saturating_mul(10)
            .saturating_add(u64::from(digit.saturating_sub(b'0')))
    });
    Some((key(&hash), count))
}
