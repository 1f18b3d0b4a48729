//! A file key wrapped for a recipient: the `X25519` stanza.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};

use super::header::{Stanza, base64, unbase64};
use super::{AgeError, FileKey, Identity, Recipient};
use crate::failure::sure;
use crate::hash::hkdf_sha256;
use crate::secret::Secret;

/// The first argument of a stanza.
const NAME: &str = "X25519";
const INFO: &[u8] = b"age-encryption.org/v1/X25519";
/// A wrapped file key: 16 bytes and a tag.
const BODY: usize = 32;

/// Returns the stanza, or `None` for a recipient whose key shares no secret with any other.
pub(super) fn wrap(recipient: &Recipient, file_key: &FileKey) -> Option<Stanza> {
    let own = sure(PrivateKey::generate(&X25519), "key generation");
    let share = sure(own.compute_public_key(), "a public key");
    let share: [u8; 32] = sure(share.as_ref().try_into(), "a public key");
    let key = wrapping_key(&own, &recipient.0, &share, &recipient.0)?;
    let mut body = file_key.expose().to_vec();
    let sealed = key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut body);
    sure(sealed, "encryption");
    Some(Stanza {
        arguments: vec![NAME.to_owned(), base64(&share)],
        body,
    })
}

/// Returns the file key of the first stanza that one of the identities opens.
pub(super) fn unwrap(stanzas: &[Stanza], identities: &[Identity]) -> Result<FileKey, AgeError> {
    // A stanza of this name that is malformed makes the file one, whoever it is for.
    let mut ours = Vec::new();
    for stanza in stanzas {
        match stanza.arguments.as_slice() {
            [name, share] if name == NAME => {
                let share = unbase64(share).and_then(|share| <[u8; 32]>::try_from(share).ok());
                let share = share.ok_or(AgeError::Header)?;
                if stanza.body.len() != BODY {
                    return Err(AgeError::Header);
                }
                ours.push((share, &stanza.body));
            }
            [name, ..] if name == NAME => return Err(AgeError::Header),
            // A passphrase stands alone (c2sp.org/age, scrypt).
            [name, ..] if name == "scrypt" && stanzas.len() > 1 => return Err(AgeError::Header),
            _ => {}
        }
    }
    for identity in identities {
        let own = identity.key();
        for (share, body) in &ours {
            // A share of low order gives no secret: no honest sender makes one.
            let key = wrapping_key(&own, share, share, &identity.recipient().0);
            let key = key.ok_or(AgeError::Header)?;
            let mut body = Secret::new(body.to_vec());
            let opened = key.open_in_place(nonce(), Aad::empty(), body.expose_mut());
            if let Ok(opened) = opened
                && let Ok(file_key) = <[u8; 16]>::try_from(&*opened)
            {
                return Ok(Secret::new(file_key));
            }
        }
    }
    Err(AgeError::NoMatch)
}

/// `None` if the secret is zero.
fn wrapping_key(
    own: &PrivateKey,
    theirs: &[u8; 32],
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> Option<LessSafeKey> {
    let salt = [share.as_slice(), recipient].concat();
    let mut key = Secret::new([0; 32]);
    let theirs = UnparsedPublicKey::new(&X25519, theirs);
    agree(own, theirs, (), |secret| {
        if secret.iter().all(|byte| *byte == 0) {
            return Err(());
        }
        hkdf_sha256(secret, &salt, INFO, key.expose_mut());
        Ok(())
    })
    .ok()?;
    let key = sure(UnboundKey::new(&CHACHA20_POLY1305, key.expose()), "a key");
    Some(LessSafeKey::new(key))
}

/// Zeros: each wrapping key wraps one file key.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}
