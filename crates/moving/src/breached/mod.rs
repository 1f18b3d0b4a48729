//! Passwords that were in the hands of others: the lists that are published, as SHA-1 hashes with counts, and one compact
//! file in which a hash is found with two reads (docs/BREACHED.md).

pub mod import;
mod lines;
pub mod list;
mod sort;
#[cfg(test)]
mod tests;
mod write;

/// The bytes of a hash that are kept. Among a thousand million hashes another one is taken for one of them with a chance of
/// one in 10^15.
pub(crate) const KEPT: usize = 10;

/// A hash as it is kept.
pub(crate) type Key = [u8; KEPT];

/// Returns what is kept of a hash.
pub(crate) fn key(hash: &[u8; 20]) -> Key {
    let mut key = [0; KEPT];
    for (to, from) in key.iter_mut().zip(hash) {
        *to = *from;
    }
    key
}
