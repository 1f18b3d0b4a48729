//! A user's password as it is stored: one versioned credential that serves every flow.

use crate::failure::sure;
use crate::imported::{Bounds, ImportedHash};
use crate::secret::{Secret, SecretBytes};
use crate::srp::{self, N_BYTES, Verifier};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// The version tag in front of the stored bytes.
const SRP6A_V1: &[u8] = b"srp6a-v1:";
/// The same in front of a password hash of another system.
const IMPORTED_V1: &[u8] = b"imported-v1:";
/// Fills up a stored hash that would be as long as a native credential. No hash ends with it.
const FILLING: u8 = b' ';
/// Bytes of a stored native credential.
const NATIVE_LENGTH: usize = SRP6A_V1.len() + 16 + N_BYTES;

/// The stored bytes are of an unknown version or length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored credential is malformed")]
pub struct MalformedCredential;

/// A password as it is stored. The caller seals [`Credential::to_bytes`], because passwords can be
/// guessed against a verifier as fast as against any fast hash.
#[derive(Debug)]
pub enum Credential {
    /// `srp6a-v1`: exactly what Cognito clients compute.
    Srp6aV1 {
        /// 16 random bytes.
        salt: [u8; 16],
        /// v = g^x.
        verifier: Verifier,
    },
    /// `imported-v1`: the hash of another system, until the first sign-in with the password.
    Imported(ImportedHash),
}

impl Credential {
    /// Returns the credential of a new password: one power of g. The arguments are those of [`srp::x`].
    #[must_use]
    pub fn for_password(pool_name: &str, user_id: &str, password: &str) -> Self {
        let salt = srp::new_salt();
        let verifier = srp::verifier(&srp::x(pool_name, user_id, password, &salt));
        Self::Srp6aV1 { salt, verifier }
    }

    /// True if this is the password: one power of g and a comparison in constant time, or what the other system's hash
    /// costs.
    #[must_use]
    pub fn matches(&self, pool_name: &str, user_id: &str, password: &str) -> bool {
        match self {
            Self::Srp6aV1 { salt, verifier } => {
                let computed = srp::verifier(&srp::x(pool_name, user_id, password, salt));
                verifier.0.matches(computed.0.expose())
            }
            Self::Imported(hash) => hash.matches(password),
        }
    }

    /// Returns the stored form; to be sealed. A native one has one length, and nothing else has it, so that both can be
    /// told apart while they are sealed ([`Self::is_native_length`]).
    #[must_use]
    pub fn to_bytes(&self) -> SecretBytes {
        match self {
            Self::Srp6aV1 { salt, verifier } => {
                let length = SRP6A_V1.len() + salt.len() + N_BYTES;
                let mut out = Vec::with_capacity(length);
                out.extend_from_slice(SRP6A_V1);
                out.extend_from_slice(salt);
                out.extend_from_slice(verifier.0.expose());
                Secret::new(out)
            }
            Self::Imported(hash) => {
                let text = hash.to_bytes();
                let text = text.expose();
                let filled = IMPORTED_V1.len() + text.len() == NATIVE_LENGTH;
                let mut out = Vec::with_capacity(IMPORTED_V1.len() + text.len() + 1);
                out.extend_from_slice(IMPORTED_V1);
                out.extend_from_slice(text);
                out.extend(filled.then_some(FILLING));
                Secret::new(out)
            }
        }
    }

    /// True if a stored form of `length` bytes is a native credential.
    #[must_use]
    pub const fn is_native_length(length: usize) -> bool {
        length == NATIVE_LENGTH
    }

    /// The length of the stored form of a native credential.
    #[must_use]
    pub const fn native_length() -> usize {
        NATIVE_LENGTH
    }

    /// Reads what [`Credential::to_bytes`] returned.
    ///
    /// # Errors
    /// If the version is unknown or the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedCredential> {
        if let Some(text) = bytes.strip_prefix(IMPORTED_V1) {
            let text = text.strip_suffix(&[FILLING]).unwrap_or(text);
            let text = std::str::from_utf8(text).map_err(|_| MalformedCredential)?;
            // The bounds that counted were those of the import.
            let hash = ImportedHash::read(text, &Bounds::WIDE);
            return hash.map(Self::Imported).map_err(|_| MalformedCredential);
        }
        let rest = bytes.strip_prefix(SRP6A_V1).ok_or(MalformedCredential)?;
        let (salt, verifier) = rest.split_first_chunk::<16>().ok_or(MalformedCredential)?;
        if verifier.len() != N_BYTES {
            return Err(MalformedCredential);
        }
        let verifier = Verifier(Secret::new(verifier.to_vec()));
        Ok(Self::Srp6aV1 {
            salt: *salt,
            verifier,
        })
    }

    /// Salt and verifier, if the user can sign in by SRP with this credential.
    #[must_use]
    pub const fn srp(&self) -> Option<(&[u8; 16], &Verifier)> {
        match self {
            Self::Srp6aV1 { salt, verifier } => Some((salt, verifier)),
            Self::Imported(_) => None,
        }
    }

    /// Returns the credential of a user who does not exist. The same seed makes the same salt and
    /// verifier, no password matches, and later steps cost what they cost for a real user. Making
    /// it needs no exponentiation, just as reading a real one does not. The seed must be secret
    /// and have no other use, for instance a [`crate::seal::PoolKey::mac`] of the folded name.
    #[must_use]
    pub fn decoy(seed: &[u8; 32]) -> Self {
        // The key stream of AES-256-GCM under a key that encrypts nothing but these zeros.
        let mut stream = [0; 16 + N_BYTES];
        let filled = UnboundKey::new(&AES_256_GCM, seed).and_then(|key| {
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            LessSafeKey::new(key).seal_in_place_separate_tag(nonce, Aad::empty(), &mut stream)
        });
        // The tag is of no use: only the key stream counts.
        let _ = sure(filled, "encryption");
        let (salt, verifier) = stream.split_first_chunk().unwrap_or((&[1; 16], &[]));
        let mut verifier = verifier.to_vec();
        // N begins with 64 one bits: without the first bit every number is below N.
        if let Some(first) = verifier.first_mut() {
            *first &= 0x7f;
        }
        Self::Srp6aV1 {
            salt: *salt,
            verifier: Verifier(Secret::new(verifier)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "AbCdEf123";

    #[test]
    fn only_the_exact_password_user_and_pool_match() {
        let credential = Credential::for_password(POOL, "jane", "Passw0rd!");
        assert!(credential.matches(POOL, "jane", "Passw0rd!"));
        for (pool, user, password) in [
            (POOL, "jane", "Passw0rd"),
            (POOL, "jane", "Passw0rd! "),
            (POOL, "jane", "passw0rd!"),
            (POOL, "jane", ""),
            (POOL, "Jane", "Passw0rd!"),
            ("AbCdEf124", "jane", "Passw0rd!"),
        ] {
            assert!(
                !credential.matches(pool, user, password),
                "{pool} {user} {password}"
            );
        }
    }

    #[test]
    fn the_same_password_twice_gives_unrelated_credentials() {
        let [one, two] =
            [(); 2].map(|()| Credential::for_password(POOL, "jane", "Passw0rd!").to_bytes());
        assert!(!one.matches(two.expose()));
    }

    #[test]
    fn the_stored_form_is_read_back_whole() {
        let stored = Credential::for_password(POOL, "jane", "Passw0rd!").to_bytes();
        assert_eq!(stored.expose().len(), 9 + 16 + 384);
        assert!(stored.expose().starts_with(b"srp6a-v1:"));
        let read = Credential::from_bytes(stored.expose()).unwrap();
        assert!(read.matches(POOL, "jane", "Passw0rd!"));
        assert!(read.to_bytes().matches(stored.expose()));
    }

    #[test]
    fn other_versions_and_lengths_are_refused() {
        let stored = Credential::for_password(POOL, "jane", "Passw0rd!").to_bytes();
        let stored = stored.expose();
        for length in 0..stored.len() {
            assert!(Credential::from_bytes(&stored[..length]).is_err());
        }
        assert!(Credential::from_bytes(&[stored.as_slice(), &[0]].concat()).is_err());
        assert!(Credential::from_bytes(&[b"srp6a-v2:", &stored[9..]].concat()).is_err());
    }

    #[test]
    fn an_imported_hash_is_stored_and_read_and_serves_no_srp() {
        // phpass of "test12345".
        let hash = ImportedHash::read("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", &Bounds::WIDE);
        let stored = Credential::Imported(hash.unwrap()).to_bytes();
        assert!(stored.expose().starts_with(b"imported-v1:$P$9"));
        assert!(!Credential::is_native_length(stored.expose().len()));
        let read = Credential::from_bytes(stored.expose()).unwrap();
        assert!(read.srp().is_none());
        assert!(read.matches(POOL, "jane", "test12345"));
        assert!(!read.matches(POOL, "jane", "test1234"));
        for length in 0..stored.expose().len() {
            assert!(Credential::from_bytes(&stored.expose()[..length]).is_err());
        }
    }

    #[test]
    fn no_imported_hash_is_as_long_as_a_native_credential() {
        let native = Credential::for_password(POOL, "jane", "Passw0rd!").to_bytes();
        assert!(Credential::is_native_length(native.expose().len()));
        let mut filled = 0;
        // The lengths of base64 leave gaps, which the digits of the rounds fill.
        for (salt, rounds) in (0..400).flat_map(|salt| [(salt, 1), (salt, 10)]) {
            let hash = ImportedHash::pbkdf2(
                crate::imported::Sha::Sha256,
                rounds,
                vec![7; salt],
                vec![8; 32],
                &Bounds::WIDE,
            );
            let stored = Credential::Imported(hash.unwrap()).to_bytes();
            let stored = stored.expose();
            assert!(!Credential::is_native_length(stored.len()), "{salt}");
            filled += u32::from(stored.ends_with(b" "));
            let read = Credential::from_bytes(stored).unwrap();
            assert!(read.to_bytes().matches(stored), "{salt}");
        }
        assert!(filled > 0, "one of these lengths is the native one");
    }

    #[test]
    fn a_decoy_is_stable_looks_valid_and_matches_nothing() {
        let decoy = Credential::decoy(&[7; 32]);
        assert!(
            decoy
                .to_bytes()
                .matches(Credential::decoy(&[7; 32]).to_bytes().expose())
        );
        assert!(
            !decoy
                .to_bytes()
                .matches(Credential::decoy(&[8; 32]).to_bytes().expose())
        );
        assert_eq!(decoy.to_bytes().expose().len(), 9 + 16 + 384);
        assert!(!decoy.matches(POOL, "jane", "Passw0rd!"));
        for seed in 0..=255 {
            let decoy = Credential::decoy(&[seed; 32]);
            let (salt, verifier) = decoy.srp().unwrap();
            assert_ne!(salt, &[0; 16]);
            assert!(Verifier::from_client(verifier.0.expose()).is_ok());
        }
    }
}
