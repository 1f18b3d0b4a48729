//! The keys of people: Bech32 texts (BIP 173) of X25519 keys.

use aws_lc_rs::agreement::{PrivateKey, X25519};
use bech32::{Bech32, Hrp};

use crate::failure::sure;
use crate::random;
use crate::secret::{Secret, SecretString};

const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";

/// A text that is no key of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of an age recipient or identity")]
pub struct BadKey;

/// A public key, to which files are encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub(super) [u8; 32]);

/// A secret key, which opens files.
pub struct Identity {
    secret: Secret<[u8; 32]>,
    public: [u8; 32],
}

impl Recipient {
    /// Reads `age1…`, in lower case.
    ///
    /// # Errors
    /// If the text is something else.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(BadKey);
        }
        decode(RECIPIENT, text).map(Self)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&encode(RECIPIENT, &self.0))
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Identity {
    /// Returns a new key.
    #[must_use]
    pub fn generate() -> Self {
        sure(Self::of(random::bytes()), "key generation")
    }

    /// Reads `AGE-SECRET-KEY-1…`, in upper case as the tools write it.
    ///
    /// # Errors
    /// If the text is something else.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Err(BadKey);
        }
        Self::of(decode(IDENTITY, text)?)
    }

    fn of(secret: [u8; 32]) -> Result<Self, BadKey> {
        let secret = Secret::new(secret);
        let key = PrivateKey::from_private_key(&X25519, secret.expose()).map_err(|_| BadKey)?;
        let public = key.compute_public_key().map_err(|_| BadKey)?;
        let public = public.as_ref().try_into().map_err(|_| BadKey)?;
        Ok(Self { secret, public })
    }

    /// Returns the text that [`Self::parse`] reads. Whoever has it reads every file for [`Self::recipient`].
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        let mut text = encode(IDENTITY, self.secret.expose());
        text.make_ascii_uppercase();
        Secret::new(text)
    }

    /// Returns the public key.
    #[must_use]
    pub const fn recipient(&self) -> Recipient {
        Recipient(self.public)
    }

    /// Returns the key as the library takes it.
    pub(super) fn key(&self) -> PrivateKey {
        let key = PrivateKey::from_private_key(&X25519, self.secret.expose());
        sure(key, "a key that was read before")
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity(of {})", self.recipient())
    }
}

fn encode(prefix: &str, key: &[u8; 32]) -> String {
    let prefix = sure(Hrp::parse(prefix), "a constant prefix");
    sure(bech32::encode::<Bech32>(prefix, key), "the text of a key")
}

/// The text is of one case: the decoder refuses mixed ones.
fn decode(prefix: &str, text: &str) -> Result<[u8; 32], BadKey> {
    let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text);
    let checked = checked.map_err(|_| BadKey)?;
    if checked.hrp().to_lowercase() != prefix {
        return Err(BadKey);
    }
    let bytes: Vec<u8> = checked.byte_iter().collect();
    bytes.try_into().map_err(|_| BadKey)
}
