//! Writing the compact file, from its beginning to its end.

use std::io::{self, Write};

use cognate_crypto::hash::Sha256;

use crate::breached::Key;
use crate::breached::list::{BITS, MAGIC, MOST_OF_PREFIX, VERSION, parts};

/// From so many entries on the index has the longer prefixes.
const LARGE: u64 = 1 << 24;

/// Writes a list of hashes that come in their order, each once.
pub(super) struct Writer<W: Write> {
    to: W,
    digest: Sha256,
    /// Entries of each of the longer prefixes: eight megabytes.
    counts: Vec<u64>,
    entries: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W) -> io::Result<Self> {
        let mut writer = Self {
            to,
            digest: Sha256::default(),
            counts: vec![0; 1 << BITS[1]],
            entries: 0,
        };
        writer.put(MAGIC)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.to.write_all(bytes)
    }

    pub(super) fn add(&mut self, key: &Key) -> io::Result<()> {
        let (prefix, entry) = parts(key, BITS[1]);
        if let Ok(at) = usize::try_from(prefix)
            && let Some(count) = self.counts.get_mut(at)
        {
            *count = count.saturating_add(1);
        }
        self.entries = self.entries.saturating_add(1);
        self.put(&entry)
    }

    /// Writes the index and the end. Returns the number of entries.
    pub(super) fn finish(mut self, min_count: u64) -> io::Result<u64> {
        let bits = match self.entries < LARGE {
            true => BITS[0],
            false => BITS[1],
        };
        let together = 1_usize << (BITS[1] - bits);
        let counts = std::mem::take(&mut self.counts);
        let mut before = 0_u64;
        self.put(&before.to_be_bytes())?;
        for prefix in counts.chunks(together) {
            let count: u64 = prefix.iter().sum();
            if count > MOST_OF_PREFIX {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "too many hashes begin with the same digits: these are no hashes of SHA-1",
                ));
            }
            before = before.saturating_add(count);
            self.put(&before.to_be_bytes())?;
        }
        let digest = self.digest.finish_hex();
        self.to.write_all(digest.as_bytes())?;
        self.to.write_all(&VERSION.to_be_bytes())?;
        self.to.write_all(&bits.to_be_bytes())?;
        self.to.write_all(&self.entries.to_be_bytes())?;
        self.to.write_all(&min_count.to_be_bytes())?;
        self.to.write_all(&[0; 4])?;
        self.to.write_all(MAGIC)?;
        self.to.flush()?;
        Ok(self.entries)
    }
}
