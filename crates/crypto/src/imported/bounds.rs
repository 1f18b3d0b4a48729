//! What a hash may cost. Costs are judged when a hash is imported and when it is read again, never by trying.

use super::{BadHash, Kind, ScryptCost};

/// The highest costs that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Of bcrypt: the base-2 logarithm of the rounds.
    pub bcrypt_cost: u32,
    /// Of Argon2, in KiB.
    pub argon2_memory_kib: u32,
    /// Of Argon2: passes over the memory.
    pub argon2_passes: u32,
    /// Of Argon2: lanes.
    pub argon2_lanes: u32,
    /// Of scrypt, in bytes: 128 · N · r and more.
    pub scrypt_memory: u64,
    /// Of scrypt: p.
    pub scrypt_parallel: u32,
    /// Of PBKDF2.
    pub pbkdf2_rounds: u32,
    /// True if fast hashes are taken: one round of a digest, or many of MD5.
    pub weak: bool,
}

impl Bounds {
    /// Those of the service's import by CSV (moving.md 1.6).
    pub const CSV: Self = Self {
        bcrypt_cost: 12,
        argon2_memory_kib: 19_456,
        argon2_passes: 2,
        argon2_lanes: 1,
        // N 65,536, r 8, p 1.
        scrypt_memory: 128 * 8 * (65_536 + 2),
        scrypt_parallel: 1,
        pbkdf2_rounds: 600_000,
        weak: false,
    };

    /// The widest that an operator may ask for (moving.md 3.2).
    pub const WIDE: Self = Self {
        bcrypt_cost: 14,
        argon2_memory_kib: 128 * 1024,
        argon2_passes: 10,
        argon2_lanes: 16,
        scrypt_memory: 129 * 1024 * 1024,
        scrypt_parallel: 16,
        pbkdf2_rounds: 2_000_000,
        weak: true,
    };

    /// These, and fast hashes too.
    #[must_use]
    pub const fn with_weak(mut self) -> Self {
        self.weak = true;
        self
    }

    pub(super) fn check(&self, kind: &Kind) -> Result<(), BadHash> {
        let fits = match kind {
            // `read` took nothing but two digits.
            Kind::Bcrypt { text, .. } => text
                .get(4..6)
                .and_then(|cost| cost.parse::<u32>().ok())
                .is_some_and(|cost| cost <= self.bcrypt_cost),
            Kind::Argon2 {
                memory_kib,
                passes,
                lanes,
                ..
            } => {
                *memory_kib <= self.argon2_memory_kib
                    && *passes <= self.argon2_passes
                    && *lanes <= self.argon2_lanes
            }
            Kind::Scrypt { cost, .. } | Kind::FirebaseScrypt { cost, .. } => self.scrypt(*cost),
            Kind::Pbkdf2 { rounds, .. } => *rounds <= self.pbkdf2_rounds,
            Kind::Phpass { .. } | Kind::Digest { .. } => {
                return if self.weak {
                    Ok(())
                } else {
                    Err(BadHash::Weak)
                };
            }
        };
        if fits {
            Ok(())
        } else {
            Err(BadHash::TooCostly)
        }
    }

    fn scrypt(&self, cost: ScryptCost) -> bool {
        cost.memory() <= self.scrypt_memory && cost.p <= self.scrypt_parallel
    }
}
