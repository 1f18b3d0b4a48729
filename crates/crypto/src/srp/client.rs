//! The client's side of the proof, for tests and the load generator.

use super::bignum::{Number, Scratch};
use super::{
    GROUP, SrpError, Verifier, bounded, claim_signature, derive_key, number, scramble, to_hex, x,
};
use crate::basic_time;
use crate::random;
use crate::secret::{Secret, SecretBytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One sign-in of a client: its secret a and its public A.
pub struct Client {
    a: SecretBytes,
    public_a: Vec<u8>,
}

/// The values that a client has when it answers PASSWORD_VERIFIER (or DEVICE_PASSWORD_VERIFIER, with the
/// device group key, device key and device password in place of the first three).
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The part of the pool id behind the underscore.
    pub pool_name: &'a str,
    /// USER_ID_FOR_SRP.
    pub user_id: &'a str,
    /// The password as typed.
    pub password: &'a str,
    /// SALT.
    pub salt: &'a str,
    /// SRP_B.
    pub srp_b: &'a str,
    /// SECRET_BLOCK in base64.
    pub secret_block: &'a str,
    /// TIMESTAMP as [`timestamp`] writes it.
    pub timestamp: &'a str,
}

impl Client {
    /// Creates a client with a random secret of 1024 bits, as the official clients draw it.
    #[must_use]
    pub fn new() -> Self {
        Self::with_secret(&random::bytes::<128>())
    }

    /// Returns a client with a given secret.
    #[must_use]
    pub fn with_secret(a: &[u8]) -> Self {
        let power = GROUP.pow(&Number::from_be(&[2]), a);
        let public_a = number::minimal(power.to_be().expose()).to_vec();
        Self {
            a: Secret::new(a.to_vec()),
            public_a,
        }
    }

    /// SRP_A.
    #[must_use]
    pub fn srp_a(&self) -> String {
        to_hex(&self.public_a)
    }

    /// PASSWORD_CLAIM_SIGNATURE in base64.
    ///
    /// # Errors
    /// `Malformed` if the server's values cannot be read, `Refused` if B ≡ 0 (mod N) or u = 0.
    pub fn answer(&self, given: &Answer<'_>) -> Result<String, SrpError> {
        let salt = number::from_hex(given.salt, 64)?;
        let b = number::from_hex(given.srp_b, 1024)?;
        let block = STANDARD
            .decode(given.secret_block)
            .map_err(|_| SrpError::Malformed)?;
        let x = x(given.pool_name, given.user_id, given.password, &salt);
        let key = self.session_key(&x, &b)?;
        let signature = claim_signature(
            &key,
            given.pool_name,
            given.user_id,
            &block,
            given.timestamp,
        );
        Ok(STANDARD.encode(signature))
    }

    /// K from x and B.
    ///
    /// # Errors
    /// `Malformed` if B is too long, `Refused` if B ≡ 0 (mod N) or u = 0.
    pub fn session_key(
        &self,
        x: &Secret<[u8; 32]>,
        b: &[u8],
    ) -> Result<Secret<[u8; 16]>, SrpError> {
        let u = scramble(&self.public_a, b)?;
        Ok(derive_key(&u, self.secret(x, b, &u)?.expose()))
    }

    /// S = (B − k·g^x)^(a + u·x).
    pub(super) fn secret(
        &self,
        x: &Secret<[u8; 32]>,
        b: &[u8],
        u: &[u8; 32],
    ) -> Result<SecretBytes, SrpError> {
        let scratch = &mut Scratch::new();
        let modulus = &GROUP.modulus;
        let b = modulus.reduce_public(&bounded(b)?);
        if b.is_zero() {
            return Err(SrpError::Refused);
        }
        // The Montgomery factors of g^x and k cancel down to one, which `leave` removes.
        let mut blinded = GROUP.power_of_g(x.expose());
        modulus.multiply(&mut blinded, &GROUP.k, scratch);
        let base = modulus.subtract(&b, &modulus.leave(&blinded, scratch));
        let exponent = Number::from_be(self.a.expose())
            .plus_product(&Number::from_be(u), &Number::from_be(x.expose()));
        super::VARIABLE_BASE.fetch_add(1, super::Ordering::Relaxed);
        Ok(modulus.pow(&base, &exponent).to_be())
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the salt (as PADded bytes) and verifier that a client makes for a device password.
#[must_use]
pub fn device_verifier(group_key: &str, device_key: &str, password: &str) -> (Vec<u8>, Verifier) {
    let salt = super::new_salt();
    (
        super::pad(&salt),
        super::verifier(&x(group_key, device_key, password, &salt)),
    )
}

/// Returns a time in seconds since 1970 in the form of TIMESTAMP, for instance
/// `Tue Mar 3 04:05:06 UTC 2026`.
#[must_use]
pub fn timestamp(seconds: u64) -> String {
    let at = basic_time::utc(i64::try_from(seconds).unwrap_or(i64::MAX));
    // Both enumerations show their English names.
    let (weekday, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "{} {} {} {:02}:{:02}:{:02} UTC {}",
        short(&weekday),
        short(&month),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.year()
    )
}

fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}
