//! Files that only the holder of a key can read: the age v1 format (<https://c2sp.org/age>) with X25519 recipients.
//!
//! The format is framing over X25519, HKDF-SHA-256, HMAC and ChaCha20-Poly1305 of the cryptographic library; files open
//! with the tools `age` and `rage` and the other way round. Passphrases, plugins, armour and post-quantum recipients are
//! not understood: their stanzas are passed over.
//!
//! | module | what it holds |
//! |---|---|
//! | `keys` | recipients `age1…`, identities `AGE-SECRET-KEY-1…` |
//! | `header` | the text in front: stanzas and their MAC |
//! | `stanza` | a file key wrapped for a recipient |
//! | `stream` | the payload in chunks of 64 KiB |

mod header;
mod keys;
mod stanza;
mod stream;

use std::io::{self, Read, Write};

use crate::hash::hkdf_sha256;
use crate::random;
use crate::secret::Secret;

pub use keys::{BadKey, Identity, Recipient};
pub use stream::{Opened, Sealing};

/// The key of one file.
type FileKey = Secret<[u8; 16]>;

/// Why a file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum AgeError {
    /// It could not be read.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
    /// It is no file of this format, or a damaged one.
    #[error("the file does not begin as an age file does")]
    Header,
    /// None of the identities is one that it was encrypted to.
    #[error("the file was encrypted to other recipients")]
    NoMatch,
    /// The text in front was changed.
    #[error("the beginning of the file was changed")]
    Mac,
}

/// Begins a file for the recipients. What is written to the result is encrypted; the file is complete only after
/// [`Sealing::finish`].
///
/// # Errors
/// Those of `out`; `InvalidInput` if there is no recipient, or one whose key no secret can be shared with.
pub fn seal<W: Write>(recipients: &[Recipient], mut out: W) -> io::Result<Sealing<W>> {
    let file_key: FileKey = Secret::new(random::bytes());
    let stanzas: Option<Vec<_>> = recipients
        .iter()
        .map(|recipient| stanza::wrap(recipient, &file_key))
        .collect();
    let stanzas = stanzas.filter(|stanzas| !stanzas.is_empty());
    let stanzas = stanzas.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    out.write_all(header::write(&stanzas, &file_key).as_bytes())?;
    let nonce: [u8; 16] = random::bytes();
    out.write_all(&nonce)?;
    Ok(Sealing::new(payload_key(&file_key, &nonce), out))
}

/// Opens a file for one of the identities. Nothing of the payload is given out that was not authenticated, but a file that
/// was cut shows only at its end: what was read counts only when reading came to the end without an error.
///
/// # Errors
/// If the file is no such file, was changed, or is for others.
pub fn open<R: Read>(identities: &[Identity], mut input: R) -> Result<Opened<R>, AgeError> {
    let header = header::read(&mut input)?;
    let file_key = stanza::unwrap(&header.stanzas, identities)?;
    header.verify(&file_key)?;
    let mut nonce = [0; 16];
    input
        .read_exact(&mut nonce)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => AgeError::Header,
            _ => AgeError::Io(error),
        })?;
    Ok(Opened::new(payload_key(&file_key, &nonce), input))
}

fn payload_key(file_key: &FileKey, nonce: &[u8; 16]) -> Secret<[u8; 32]> {
    let mut key = [0; 32];
    hkdf_sha256(file_key.expose(), nonce, b"payload", &mut key);
    Secret::new(key)
}
