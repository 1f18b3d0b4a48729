//! The compact file, and finding a hash in it.
//!
//! | Bytes | What |
//! |---|---|
//! | 16 | [`MAGIC`] |
//! | 8 for each entry | the third to the tenth byte of each hash, in the order of the hashes |
//! | 8 for each of 2^bits + 1 | how many entries are before each prefix of so many bits, big-endian |
//! | 64 | SHA-256 of all of the above, hexadecimal |
//! | 28 | version, bits (4 bytes each); entries, least count (8 bytes each), big-endian; 4 bytes of 0 |
//! | 16 | [`MAGIC`] |

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use cognate_crypto::hash::Sha256;

use crate::breached::key;

/// The first and the last bytes of a file.
pub(crate) const MAGIC: &[u8; 16] = b"cognate breached";
/// The form that is written and read.
pub(crate) const VERSION: u32 = 1;
/// The bytes of an entry.
pub(crate) const ENTRY: u64 = 8;
/// The bytes behind the index.
pub(crate) const FOOTER: usize = 64 + 28 + 16;
/// The most entries of one prefix: many times what hashes have, so that a lookup reads little.
pub(crate) const MOST_OF_PREFIX: u64 = 1 << 14;
/// The bits of a prefix in small and in large lists.
pub(crate) const BITS: [u32; 2] = [16, 20];

/// A list that is open. Lookups read from the file and keep nothing.
#[derive(Debug)]
pub struct List {
    file: File,
    bits: u32,
    entries: u64,
    min_count: u64,
    digest: String,
}

impl List {
    /// Opens a list and checks its form, not its contents.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` for a file that is no list or not whole.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let footer_at = length.checked_sub(FOOTER as u64).ok_or_else(broken)?;
        let mut footer = [0; FOOTER];
        file.read_exact_at(&mut footer, footer_at)?;
        let mut magic = [0; 16];
        file.read_exact_at(&mut magic, 0)?;
        let (digest, rest) = footer.split_at(64);
        let (numbers, end) = rest.split_at(28);
        if &magic != MAGIC || end != MAGIC {
            return Err(broken());
        }
        let list = Self {
            file,
            bits: u32::try_from(number(numbers, 4, 4)).map_err(|_| broken())?,
            entries: number(numbers, 8, 8),
            min_count: number(numbers, 16, 8),
            digest: String::from_utf8(digest.to_vec()).map_err(|_| broken())?,
        };
        if number(numbers, 0, 4) != u64::from(VERSION) || !BITS.contains(&list.bits) {
            return Err(broken());
        }
        let whole = list
            .index_at()
            .zip(list.index_bytes().checked_add(FOOTER as u64));
        let whole = whole.and_then(|(before, behind)| before.checked_add(behind));
        if whole != Some(length) {
            return Err(broken());
        }
        Ok(list)
    }

    /// Returns the number of hashes.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Returns the least number of times that a password had to be seen to be in the list.
    #[must_use]
    pub fn min_count(&self) -> u64 {
        self.min_count
    }

    /// True if the list has the SHA-1 hash. Two reads: 16 bytes, and the entries of the prefix, some hundreds of bytes in
    /// a small list and some thousands in a large one.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` for an index that cannot be right.
    pub fn has(&self, hash: &[u8; 20]) -> io::Result<bool> {
        let key = key(hash);
        let (prefix, wanted) = parts(&key, self.bits);
        let mut bounds = [0; 16];
        let at = self.index_at().ok_or_else(broken)?;
        self.file
            .read_exact_at(&mut bounds, at.saturating_add(prefix.saturating_mul(8)))?;
        let (from, to) = (number(&bounds, 0, 8), number(&bounds, 8, 8));
        let count = to.checked_sub(from).ok_or_else(broken)?;
        if to > self.entries || count > MOST_OF_PREFIX {
            return Err(broken());
        }
        let bytes = usize::try_from(count.saturating_mul(ENTRY)).map_err(|_| broken())?;
        let mut found = vec![0; bytes];
        let at = (MAGIC.len() as u64).saturating_add(from.saturating_mul(ENTRY));
        self.file.read_exact_at(&mut found, at)?;
        let (all, _) = found.as_chunks::<8>();
        Ok(all.binary_search(&wanted).is_ok())
    }

    /// Reads the whole file and compares it with its checksum.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` if it was changed.
    pub fn verify(&self) -> io::Result<()> {
        let mut left = self
            .index_at()
            .and_then(|at| at.checked_add(self.index_bytes()))
            .ok_or_else(broken)?;
        let mut digest = Sha256::default();
        let mut buffer = vec![0; 1 << 20];
        let mut at = 0;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let piece = buffer.get_mut(..most.min(1 << 20)).ok_or_else(broken)?;
            self.file.read_exact_at(piece, at)?;
            digest.update(piece);
            at = at.saturating_add(piece.len() as u64);
            left = left.saturating_sub(piece.len() as u64);
        }
        match digest.finish_hex() == self.digest {
            true => Ok(()),
            false => Err(broken()),
        }
    }

    fn index_at(&self) -> Option<u64> {
        let entries = self.entries.checked_mul(ENTRY)?;
        entries.checked_add(MAGIC.len() as u64)
    }

    fn index_bytes(&self) -> u64 {
        index_bytes(self.bits)
    }
}

/// Returns the bytes of an index.
pub(crate) fn index_bytes(bits: u32) -> u64 {
    ((1_u64 << bits.min(32)) + 1) * 8
}

/// Returns the prefix of a hash, and its entry.
pub(crate) fn parts(key: &crate::breached::Key, bits: u32) -> (u64, [u8; 8]) {
    let prefix = number(key, 0, 4) >> 32_u32.saturating_sub(bits);
    let mut entry = [0; 8];
    for (to, from) in entry.iter_mut().zip(key.iter().skip(2)) {
        *to = *from;
    }
    (prefix, entry)
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let own = bytes.iter().skip(at).take(length);
    own.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn broken() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the file is no whole list of `cognate breached import`",
    )
}
