//! The secrets of access keys on their way into an archive and out of one.

use cognate_crypto::seal::{RootKey, SealError};
use cognate_crypto::secret::SecretBytes;

use super::{bound, context, state};

/// Opens the secret of an access key, for an archive.
///
/// # Errors
/// A row that this program did not write.
pub fn open_secret(
    root: &RootKey,
    (id, doc, enabled): (&str, &str, bool),
    sealed: &[u8],
) -> Result<SecretBytes, SealError> {
    root.open_bound(&context(id), &bound(doc, state(enabled)), sealed)
}

/// Seals the secret of an access key that comes from an archive.
#[must_use]
pub fn seal_secret(
    root: &RootKey,
    (id, doc, enabled): (&str, &str, bool),
    secret: &[u8],
) -> Vec<u8> {
    root.seal_bound(&context(id), &bound(doc, state(enabled)), secret)
}
