//! The forms in which other programs take a hash that is still as it came: the import jobs of the service, and Keycloak.

use super::{Argon2Variant, Before, ImportedHash, Kind, Sha};
use crate::secret::{Secret, SecretString};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// The hashes that an import job takes, one kind a job (moving.md 1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobHash {
    /// `$2b$12$…`.
    Bcrypt,
    /// `N$r$p$salt$hash`, both in hexadecimal.
    Scrypt,
    /// A PHC string of version 1.3.
    Argon2id,
    /// `$pbkdf2-sha256$rounds$salt$hash`, as passlib writes it.
    Pbkdf2Sha256,
}

impl JobHash {
    const ALL: [Self; 4] = [
        Self::Bcrypt,
        Self::Scrypt,
        Self::Argon2id,
        Self::Pbkdf2Sha256,
    ];

    /// The value of `PasswordHashingAlgorithm`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bcrypt => "BCRYPT",
            Self::Scrypt => "SCRYPT",
            Self::Argon2id => "ARGON2ID",
            Self::Pbkdf2Sha256 => "PBKDF2_SHA256",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.name() == name)
    }
}

/// A hash as the members of a credential of Keycloak hold it (moving.md 6.4).
#[derive(Debug)]
pub struct KeycloakHash {
    /// `algorithm`.
    pub algorithm: &'static str,
    /// `hashIterations`.
    pub iterations: u32,
    /// `value`: base64, or the whole text of bcrypt.
    pub value: SecretString,
    /// `salt` in base64; empty for bcrypt, whose text has it.
    pub salt: String,
    /// `additionalParameters`: names, and the one text of each.
    pub parameters: Vec<(&'static str, String)>,
}

impl ImportedHash {
    /// Returns the kind of import job that takes this hash, and the text for it; None if no job does. Costs are not
    /// looked at: read the hash under [`super::Bounds::CSV`] for that.
    #[must_use]
    pub fn for_job(&self) -> Option<(JobHash, SecretString)> {
        let (kind, text) = match &self.0 {
            Kind::Bcrypt {
                before: Before::Nothing,
                text,
            } => (JobHash::Bcrypt, text.clone()),
            Kind::Scrypt { cost, salt, hash } => {
                let n = 1_u64.checked_shl(u32::from(cost.log_n))?;
                let (salt, hash) = (hex::encode(salt), hex::encode(hash));
                let text = format!("{n}${}${}${salt}${hash}", cost.r, cost.p);
                (JobHash::Scrypt, text)
            }
            Kind::Argon2 {
                variant: Argon2Variant::Id,
                newer: true,
                ..
            } => (JobHash::Argon2id, super::forms::write(&self.0)),
            Kind::Pbkdf2 {
                sha: Sha::Sha256,
                rounds,
                salt,
                hash,
            } => {
                let part = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes).replace('+', ".");
                let text = format!("$pbkdf2-sha256${rounds}${}${}", part(salt), part(hash));
                (JobHash::Pbkdf2Sha256, text)
            }
            _ => return None,
        };
        Some((kind, Secret::new(text)))
    }

    /// Returns the hash as Keycloak keeps it; None if Keycloak has no such hash. For bcrypt it needs a plug-in.
    #[must_use]
    pub fn for_keycloak(&self) -> Option<KeycloakHash> {
        let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
        match &self.0 {
            Kind::Bcrypt {
                before: Before::Nothing,
                text,
            } => Some(KeycloakHash {
                algorithm: "bcrypt",
                iterations: text.get(4..6)?.parse().ok()?,
                value: Secret::new(text.clone()),
                salt: String::new(),
                parameters: Vec::new(),
            }),
            Kind::Pbkdf2 {
                sha,
                rounds,
                salt,
                hash,
            } => Some(KeycloakHash {
                algorithm: match sha {
                    Sha::Sha1 => "pbkdf2",
                    Sha::Sha256 => "pbkdf2-sha256",
                    Sha::Sha512 => "pbkdf2-sha512",
                    Sha::Md5 | Sha::Sha384 => return None,
                },
                iterations: *rounds,
                value: Secret::new(base64(hash)),
                salt: base64(salt),
                parameters: Vec::new(),
            }),
            Kind::Argon2 {
                variant,
                newer,
                memory_kib,
                passes,
                lanes,
                salt,
                hash,
            } => {
                let variant = match variant {
                    Argon2Variant::D => "d",
                    Argon2Variant::I => "i",
                    Argon2Variant::Id => "id",
                };
                Some(KeycloakHash {
                    algorithm: "argon2",
                    iterations: *passes,
                    value: Secret::new(base64(hash)),
                    salt: base64(salt),
                    parameters: vec![
                        ("hashLength", hash.len().to_string()),
                        ("memory", memory_kib.to_string()),
                        ("type", variant.to_owned()),
                        ("version", if *newer { "1.3" } else { "1.0" }.to_owned()),
                        ("parallelism", lanes.to_string()),
                    ],
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bounds;
    use super::*;

    /// The published examples of the service's guide (moving.md 1.6); that of SCRYPT as it is kept here.
    const BCRYPT: &str = "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6";
    const ARGON2ID: &str = "$argon2id$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA";
    const PBKDF2: &str =
        "$pbkdf2-sha256$600000$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA";

    fn read(text: &str) -> ImportedHash {
        ImportedHash::read(text, &Bounds::WIDE).unwrap()
    }

    fn job(text: &str) -> Option<(JobHash, String)> {
        let (kind, text) = read(text).for_job()?;
        Some((kind, text.expose().clone()))
    }

    #[test]
    fn import_jobs_get_the_published_forms() {
        let same = |kind, text: &str| assert_eq!(job(text), Some((kind, text.to_owned())));
        same(JobHash::Bcrypt, BCRYPT);
        same(JobHash::Argon2id, ARGON2ID);
        same(JobHash::Pbkdf2Sha256, PBKDF2);
        let salt = hex::decode("304dbaef7c5e828dc19c98f0600d18fe").unwrap();
        let hash = hex::decode("4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099")
            .unwrap();
        let scrypt = ImportedHash::scrypt(65_536, 8, 1, salt, hash, &Bounds::CSV).unwrap();
        let (kind, text) = scrypt.for_job().unwrap();
        assert_eq!(kind, JobHash::Scrypt);
        assert_eq!(
            text.expose(),
            "65536$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099"
        );
        // passlib's alphabet has a dot where base64 has a plus.
        let dotted =
            ImportedHash::pbkdf2(Sha::Sha256, 1, vec![0xfb; 3], vec![0xfb; 12], &Bounds::CSV);
        let (_, text) = dotted.unwrap().for_job().unwrap();
        assert_eq!(text.expose(), "$pbkdf2-sha256$1$./v7$./v7./v7./v7./v7");
    }

    #[test]
    fn no_job_takes_the_others() {
        for text in [
            "$argon2i$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
            "$argon2id$v=16$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
            "$pbkdf2-sha512$i=1000,l=32$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
            "$wp$2y$10$LHYo7UVsQAuOjtnmcY53c.5tVd9Zu01Y1vwkH4IAJwcGnOuPnjh9q",
            "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
        ] {
            assert_eq!(job(text), None, "{text}");
        }
    }

    #[test]
    fn the_names_of_the_algorithms_are_those_of_the_api() {
        for name in ["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"] {
            assert_eq!(JobHash::named(name).map(JobHash::name), Some(name));
        }
        assert_eq!(JobHash::named("bcrypt"), None);
    }

    #[test]
    fn keycloak_gets_what_it_would_have_written_itself() {
        // The vectors of moving.md 2.1, in the members of a credential of Keycloak.
        let base64 = |text: &str| STANDARD.decode(text).unwrap();
        let hash = base64("BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A=");
        let salt = base64("RJ0aLMQ2qKbZuROs7qQhcA==");
        let argon2 = ImportedHash::argon2("id", "1.3", (7168, 5, 1), salt, hash, &Bounds::WIDE);
        let found = argon2.unwrap().for_keycloak().unwrap();
        assert_eq!(found.algorithm, "argon2");
        assert_eq!(found.iterations, 5);
        assert_eq!(
            found.value.expose(),
            "BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A="
        );
        assert_eq!(found.salt, "RJ0aLMQ2qKbZuROs7qQhcA==");
        let parameters: Vec<_> = found
            .parameters
            .iter()
            .map(|(n, v)| (*n, v.as_str()))
            .collect();
        assert_eq!(
            parameters,
            [
                ("hashLength", "32"),
                ("memory", "7168"),
                ("type", "id"),
                ("version", "1.3"),
                ("parallelism", "1"),
            ]
        );
        for (sha, name) in [
            (Sha::Sha1, "pbkdf2"),
            (Sha::Sha256, "pbkdf2-sha256"),
            (Sha::Sha512, "pbkdf2-sha512"),
        ] {
            let salt = base64("P5rtFkGtPfoaryJ6PizUJw==");
            let hash = base64("JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=");
            let hash = ImportedHash::pbkdf2(sha, 27_500, salt, hash, &Bounds::WIDE).unwrap();
            let found = hash.for_keycloak().unwrap();
            assert_eq!((found.algorithm, found.iterations), (name, 27_500));
            assert_eq!(
                found.value.expose(),
                "JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k="
            );
            assert_eq!(found.salt, "P5rtFkGtPfoaryJ6PizUJw==");
            assert!(found.parameters.is_empty());
        }
        let bcrypt = read(BCRYPT).for_keycloak().unwrap();
        assert_eq!((bcrypt.algorithm, bcrypt.iterations), ("bcrypt", 10));
        assert_eq!(bcrypt.value.expose(), BCRYPT);
        assert_eq!(bcrypt.salt, "");
        assert!(
            read("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0")
                .for_keycloak()
                .is_none()
        );
    }
}
