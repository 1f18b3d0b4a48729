//! Password hashes that other systems made: read under bounds, written in one form, verified by libraries.
//!
//! Such a hash is what a user brings from elsewhere. It is replaced by the native credential at the first sign-in with the
//! password. Sources of the forms: docs/service/moving.md 1.6 and 2.1, whose vectors are the tests.

mod bounds;
mod forms;
mod frameworks;
mod others;
mod parts;
mod read;
mod records;
mod scrypt;
#[cfg(test)]
mod tests;
mod verify;

use crate::secret::{Secret, SecretBytes};
use std::fmt;

pub use bounds::Bounds;
pub use others::{JobHash, KeycloakHash};
pub use records::{Digested, FirebaseProject, SaltOrder};

/// A password hash of another system, within the bounds it was read under.
///
/// It has no `Debug` of its content: a hash can be attacked by guessing, so that it is sealed like every credential.
pub struct ImportedHash(Kind);

/// Why a hash is not taken. It names no part of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// No form that is known begins like this.
    #[error("the form of the hash is not known")]
    Unknown,
    /// The form is known, and this is not well formed.
    #[error("the hash is malformed")]
    Malformed,
    /// Verifying it would cost more than the bounds allow.
    #[error("the hash costs more than the bound allows")]
    TooCostly,
    /// A hash that anybody can guess against fast, which was not allowed.
    #[error("the hash is a fast one, which must be allowed explicitly")]
    Weak,
}

/// What kind of hash it is, for counts and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// bcrypt, with or without a digest before it.
    Bcrypt,
    /// Argon2d, Argon2i or Argon2id.
    Argon2,
    /// scrypt.
    Scrypt,
    /// Firebase's scrypt, which encrypts the project's signer key.
    FirebaseScrypt,
    /// PBKDF2 with a digest of SHA.
    Pbkdf2,
    /// Portable PHP password hashes: many rounds of MD5.
    Phpass,
    /// One round of a digest.
    Digest,
}

impl Family {
    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bcrypt => "bcrypt",
            Self::Argon2 => "argon2",
            Self::Scrypt => "scrypt",
            Self::FirebaseScrypt => "firebase-scrypt",
            Self::Pbkdf2 => "pbkdf2",
            Self::Phpass => "phpass",
            Self::Digest => "digest",
        }
    }
}

/// The digests of PBKDF2 and of plain digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sha {
    /// MD5, for plain digests alone.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384, for PBKDF2 alone.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What is done to a password before bcrypt sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// Django: the lower-case hexadecimal text of SHA-256.
    Sha256Hex,
    /// WordPress since 6.8: base64 of HMAC-SHA-384 of the trimmed password.
    WordPress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Argon2Variant {
    D,
    I,
    Id,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct ScryptCost {
    log_n: u8,
    r: u32,
    p: u32,
}

enum Kind {
    Bcrypt {
        before: Before,
        /// `$2b$12$…`, 60 characters.
        text: String,
    },
    Argon2 {
        variant: Argon2Variant,
        /// True for version 1.3 (0x13), false for 1.0 (0x10).
        newer: bool,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
    Scrypt {
        cost: ScryptCost,
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
    FirebaseScrypt {
        cost: ScryptCost,
        salt: Vec<u8>,
        separator: Vec<u8>,
        signer_key: Vec<u8>,
        hash: Vec<u8>,
    },
    Pbkdf2 {
        sha: Sha,
        rounds: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
    Phpass {
        log_rounds: u8,
        salt: [u8; 8],
        hash: [u8; 16],
    },
    Digest {
        sha: Sha,
        /// What is hashed before and after the password.
        before: Vec<u8>,
        after: Vec<u8>,
        hash: Vec<u8>,
    },
}

impl Kind {
    fn bcrypt(text: &str, before: Before) -> Self {
        let text = text.to_owned();
        Self::Bcrypt { before, text }
    }
}

impl ImportedHash {
    /// Reads a hash in any of the known textual forms: modular crypt and PHC strings, those of Django, ASP.NET Identity,
    /// WordPress, LDAP, Kratos and GoTrue, and what [`Self::to_bytes`] writes.
    ///
    /// # Errors
    /// If the form is not known, the text is malformed, or verifying would cost more than `bounds` allow.
    pub fn read(text: &str, bounds: &Bounds) -> Result<Self, BadHash> {
        Self::within(read::any(text)?, bounds)
    }

    fn within(kind: Kind, bounds: &Bounds) -> Result<Self, BadHash> {
        bounds.check(&kind)?;
        Ok(Self(kind))
    }

    /// True if this is the password. It may take a second and [`Self::memory`] bytes: run it on the workers.
    #[must_use]
    pub fn matches(&self, password: &str) -> bool {
        verify::matches(&self.0, password)
    }

    /// The bytes of memory that a verification takes besides a fixed few.
    #[must_use]
    pub fn memory(&self) -> u64 {
        match &self.0 {
            Kind::Argon2 { memory_kib, .. } => u64::from(*memory_kib).saturating_mul(1024),
            Kind::Scrypt { cost, .. } | Kind::FirebaseScrypt { cost, .. } => cost.memory(),
            _ => 0,
        }
    }

    /// What kind of hash it is.
    #[must_use]
    pub const fn family(&self) -> Family {
        match &self.0 {
            Kind::Bcrypt { .. } => Family::Bcrypt,
            Kind::Argon2 { .. } => Family::Argon2,
            Kind::Scrypt { .. } => Family::Scrypt,
            Kind::FirebaseScrypt { .. } => Family::FirebaseScrypt,
            Kind::Pbkdf2 { .. } => Family::Pbkdf2,
            Kind::Phpass { .. } => Family::Phpass,
            Kind::Digest { .. } => Family::Digest,
        }
    }

    /// True if anybody with the hash can guess fast: a user with such a hash should change the password.
    #[must_use]
    pub const fn weak(&self) -> bool {
        matches!(&self.0, Kind::Phpass { .. } | Kind::Digest { .. })
    }

    /// The one form in which a hash is stored; [`Self::read`] reads it.
    #[must_use]
    pub fn to_bytes(&self) -> SecretBytes {
        Secret::new(forms::write(&self.0).into_bytes())
    }
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportedHash({}, ..)", self.family().name())
    }
}

impl ScryptCost {
    /// 128 · r bytes for each of N, p and one more (RFC 7914, 5 and 6, as the library counts).
    fn memory(self) -> u64 {
        let r = u64::from(self.r);
        let n = 1_u64.checked_shl(u32::from(self.log_n)).unwrap_or(u64::MAX);
        128_u64
            .saturating_mul(r)
            .saturating_mul(n.saturating_add(u64::from(self.p)).saturating_add(1))
    }
}
