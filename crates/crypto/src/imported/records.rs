//! Hashes whose parts stand in members of a record and not in one text: Keycloak, Firebase, Okta, Auth0.

use super::parts::{bytes, log2};
use super::{Argon2Variant, BadHash, Bounds, ImportedHash, Kind, ScryptCost, Sha};

/// The parameters that all users of a Firebase project share.
#[derive(Debug, Clone)]
pub struct FirebaseProject {
    /// The signer key. It is as secret as the hashes.
    pub signer_key: Vec<u8>,
    /// What is appended to each salt.
    pub separator: Vec<u8>,
    /// `rounds` of the console: r of scrypt.
    pub rounds: u32,
    /// `mem_cost` of the console: the logarithm of N.
    pub mem_cost: u8,
}

/// Where the salt of a plain digest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaltOrder {
    /// Before the password.
    Prefix,
    /// After it.
    Postfix,
}

/// A plain digest of a password and a salt.
#[derive(Debug)]
pub struct Digested<'a> {
    /// The digest.
    pub sha: Sha,
    /// Its output.
    pub hash: Vec<u8>,
    /// The salt; empty if there is none.
    pub salt: Vec<u8>,
    /// Where the salt stands.
    pub order: SaltOrder,
    /// A text of the whole site before or after everything, as some add; empty if there is none.
    pub pepper: &'a str,
}

impl ImportedHash {
    /// A user of Firebase, from hash and salt in base64, either alphabet.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn firebase(
        hash: &str,
        salt: &str,
        project: &FirebaseProject,
        bounds: &Bounds,
    ) -> Result<Self, BadHash> {
        let kind = Kind::FirebaseScrypt {
            cost: ScryptCost {
                log_n: project.mem_cost,
                r: project.rounds,
                p: 1,
            },
            salt: bytes(salt)?,
            separator: project.separator.clone(),
            signer_key: project.signer_key.clone(),
            hash: bytes(hash)?,
        };
        Self::within(super::read::sound(kind)?, bounds)
    }

    /// PBKDF2 from its parts. The output is as long as `hash`, whatever the digest's own length is.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn pbkdf2(
        sha: Sha,
        rounds: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
        bounds: &Bounds,
    ) -> Result<Self, BadHash> {
        let kind = Kind::Pbkdf2 {
            sha,
            rounds,
            salt,
            hash,
        };
        Self::within(super::read::sound(kind)?, bounds)
    }

    /// Argon2 from its parts, as Keycloak keeps them. `variant` is `id`, `i` or `d`, `version` `1.3` or `1.0`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn argon2(
        variant: &str,
        version: &str,
        costs: (u32, u32, u32),
        salt: Vec<u8>,
        hash: Vec<u8>,
        bounds: &Bounds,
    ) -> Result<Self, BadHash> {
        let variant = match variant {
            "id" => Argon2Variant::Id,
            "i" => Argon2Variant::I,
            "d" => Argon2Variant::D,
            _ => return Err(BadHash::Unknown),
        };
        let newer = match version {
            "1.3" => true,
            "1.0" => false,
            _ => return Err(BadHash::Unknown),
        };
        let (memory_kib, passes, lanes) = costs;
        let kind = Kind::Argon2 {
            variant,
            newer,
            memory_kib,
            passes,
            lanes,
            salt,
            hash,
        };
        Self::within(super::read::sound(kind)?, bounds)
    }

    /// scrypt from its parts. `n` is the cost itself.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn scrypt(
        n: u64,
        r: u32,
        p: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
        bounds: &Bounds,
    ) -> Result<Self, BadHash> {
        let cost = ScryptCost {
            log_n: log2(n)?,
            r,
            p,
        };
        Self::within(
            super::read::sound(Kind::Scrypt { cost, salt, hash })?,
            bounds,
        )
    }

    /// One round of a digest.
    ///
    /// # Errors
    /// As [`Self::read`]; [`BadHash::Weak`] unless the bounds take weak hashes.
    pub fn digest(digested: Digested<'_>, bounds: &Bounds) -> Result<Self, BadHash> {
        let pepper = digested.pepper.as_bytes();
        let (before, after) = match digested.order {
            SaltOrder::Prefix => (digested.salt, pepper.to_vec()),
            SaltOrder::Postfix => (Vec::new(), [&digested.salt, pepper].concat()),
        };
        let kind = Kind::Digest {
            sha: digested.sha,
            before,
            after,
            hash: digested.hash,
        };
        Self::within(super::read::sound(kind)?, bounds)
    }
}
