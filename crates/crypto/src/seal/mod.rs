//! Sealing: nothing that could be used or checked leaves the program unencrypted.
//!
//! ```text
//! RootKey (32 bytes, given by the operator)
//!   ├─ wraps ─▶ PoolKey (32 random bytes a pool)
//!   │             ├─ row key              AES-256-GCM-SIV, rows of the pool
//!   │             ├─ row MAC key          HMAC-SHA256, what rows of the pool say in the clear
//!   │             ├─ key of purpose × day AES-256-GCM, tokens and sessions
//!   │             └─ key of purpose       HMAC-SHA256, stable pseudonyms
//!   ├─ wraps ─▶ the key of the audit trail, which signs rows as a PoolKey does
//!   └─ row key: AES-256-GCM-SIV, rows that belong to no pool
//! ```
//!
//! Every key of the tree is derived by HKDF-SHA256 (RFC 5869) with a label of its own. Rows use
//! GCM-SIV (RFC 8452), because one key serves a pool for its whole life and a repeated nonce must
//! not be a disaster; tokens use GCM (NIST SP 800-38D), whose limit of 2^32 random nonces a key is
//! out of reach within one purpose and day.

mod aead;
mod pool;
mod root;

pub use pool::PoolKey;
pub use root::RootKey;

/// The version of every sealed format; the first byte of what is stored.
const FORMAT: u8 = 1;

/// The bytes by which a sealed value of a row is longer than the value.
pub const OVERHEAD: usize = 1 + aead::OVERHEAD;

/// Why something could not be opened. The texts tell nothing about keys or contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The sealing key given by the operator is not 32 bytes in base64.
    #[error("the sealing key must be exactly 32 bytes in standard base64")]
    BadKey,
    /// The bytes are too short or of an unknown format version.
    #[error("the sealed value is malformed")]
    Malformed,
    /// The key or the context is another one, or the bytes were altered.
    #[error("the sealed value does not open with this key and context")]
    Refused,
}

/// The place to which a sealed value belongs. It is authenticated but not stored, so that a value copied to
/// another row, column or pool does not open there.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The pool id; empty for rows that belong to no pool.
    pub pool: &'a str,
    /// The row's key within the table and pool.
    pub row: &'a str,
}

impl Context<'_> {
    /// Returns the associated data: the format version, then each field behind its length.
    fn associated_data(&self) -> Vec<u8> {
        let fields = [self.table, self.column, self.pool, self.row];
        prefixed(&fields.map(str::as_bytes))
    }

    /// Returns the same with the part of the row that is in the clear.
    fn bound_data(&self, bound: &[u8]) -> Vec<u8> {
        let [table, column, pool, row] =
            [self.table, self.column, self.pool, self.row].map(str::as_bytes);
        prefixed(&[table, column, pool, row, bound])
    }
}

/// Returns the format version, then each part behind its length as 8 bytes: no two lists of parts make
/// the same bytes.
fn prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len() + 8).sum::<usize>();
    let mut out = Vec::with_capacity(length + 1);
    out.push(FORMAT);
    for part in parts {
        // A `usize` has at most 64 bits on every platform that Rust supports.
        out.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests;
