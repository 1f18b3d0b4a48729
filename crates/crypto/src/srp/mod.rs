//! The password proof of Cognito clients: SRP-6a over the 3072-bit group of RFC 3526 with g = 2
//! and SHA-256 (auth.md 3.4).
//!
//! The server keeps a salt and the verifier v = g^x. It answers a client's A by
//! B = k·v + g^b and, when the proof comes, computes S = (A · v^u)^b. Every exponentiation with a
//! secret runs in constant time: powers of g in `comb.rs`, all others in the library's
//! `BN_mod_exp_mont_consttime`.

mod bignum;
pub mod client;
mod comb;
mod number;

use crate::hash;
use crate::random;
use crate::secret::{Secret, SecretBytes, ct_eq};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bignum::{Modulus, Number, Scratch};
use comb::Comb;
pub use number::{pad, to_hex};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a number below N.
pub const N_BYTES: usize = 384;

/// The most hexadecimal digits read of an SRP_A, leading zeros included.
const MAX_HEX: usize = 1024;

/// The group, its constants and the table of powers, made at first use in about 2 ms.
static GROUP: LazyLock<Group> = LazyLock::new(Group::new);

static FIXED_BASE: AtomicU64 = AtomicU64::new(0);
static VARIABLE_BASE: AtomicU64 = AtomicU64::new(0);

/// Why a proof cannot be started or checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrpError {
    /// A number is not hexadecimal, empty or too long.
    #[error("the number is not hexadecimal or too long")]
    Malformed,
    /// A ≡ 0 (mod N), B ≡ 0 (mod N), u = 0 or a verifier outside the group: the proof would be
    /// void.
    #[error("the number is refused by the protocol")]
    Refused,
}

/// The number of exponentiations that the process has done, for tests that compare the work of two
/// paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Powers of g.
    pub fixed_base: u64,
    /// Powers of any other number.
    pub variable_base: u64,
}

/// Returns the exponentiations done by this process until now.
#[must_use]
pub fn work() -> Work {
    Work {
        fixed_base: FIXED_BASE.load(Ordering::Relaxed),
        variable_base: VARIABLE_BASE.load(Ordering::Relaxed),
    }
}

/// N in big-endian bytes.
#[must_use]
pub fn prime() -> Vec<u8> {
    GROUP.modulus.prime().to_be().expose().clone()
}

/// Computes the tables now instead of in the first request.
pub fn warm_up() {
    LazyLock::force(&GROUP);
}

/// v = g^x: what the server keeps of a password. [`N_BYTES`] big-endian bytes when made here;
/// shorter ones are read as well.
#[derive(Debug)]
pub struct Verifier(pub SecretBytes);

impl Verifier {
    /// Returns a verifier that a client computed, as it sends one for a device.
    ///
    /// # Errors
    /// `Malformed` if it has more bytes than N, `Refused` unless 1 < v < N - 1: with 1 and N - 1, the only numbers of
    /// small order since (N - 1) / 2 is a prime, a client that knows no secret can compute the session key.
    pub fn from_client(bytes: &[u8]) -> Result<Self, SrpError> {
        let value = bounded(bytes)?;
        let below = GROUP.modulus.reduce_public(&value).to_be().expose() == value.to_be().expose();
        let is = |other: &[u8]| value.to_be().expose() == Number::from_be(other).to_be().expose();
        let mut last = prime();
        if let Some(byte) = last.last_mut() {
            // N is odd.
            *byte -= 1;
        }
        if value.is_zero() || !below || is(&[1]) || is(&last) {
            return Err(SrpError::Refused);
        }
        Ok(Self(value.to_be()))
    }

    fn number(&self) -> Number {
        widened(self.0.expose())
    }
}

/// A number sent by a client as SRP_A, checked to be usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicA {
    /// Minimal big-endian bytes, as they enter u.
    bytes: Vec<u8>,
}

impl PublicA {
    /// Big-endian bytes as [`PublicA::as_bytes`] gave them.
    ///
    /// # Errors
    /// `Malformed` if the number has more than 3072 bits, `Refused` if it is 0 modulo N.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SrpError> {
        let value = bounded(bytes)?;
        if GROUP.modulus.reduce_public(&value).is_zero() {
            return Err(SrpError::Refused);
        }
        Ok(Self {
            bytes: number::minimal(bytes).to_vec(),
        })
    }

    /// Returns the number's minimal big-endian bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The server's half of a proof: the secret b and the B that the client sees.
#[derive(Debug)]
pub struct Challenge {
    /// 256 random bits.
    pub b: Secret<[u8; 32]>,
    /// B in minimal big-endian bytes.
    pub public_b: Vec<u8>,
}

impl Challenge {
    /// B as clients receive it: lower-case hexadecimal without leading zeros.
    #[must_use]
    pub fn srp_b(&self) -> String {
        to_hex(&self.public_b)
    }
}

/// Returns x = H(PAD(salt), H(pool name, user id, ":", password)). The pool name is the part of the pool
/// id behind the underscore, the user id is USER_ID_FOR_SRP; for a device they are the device
/// group key and the device key.
#[must_use]
pub fn x(pool_name: &str, user_id: &str, password: &str, salt: &[u8]) -> Secret<[u8; 32]> {
    let parts = [
        pool_name.as_bytes(),
        user_id.as_bytes(),
        b":",
        password.as_bytes(),
    ];
    let inner = Secret::new(hash::sha256_of(&parts));
    Secret::new(hash::sha256_of(&[&pad(salt), inner.expose()]))
}

/// Returns v = g^x.
#[must_use]
pub fn verifier(x: &Secret<[u8; 32]>) -> Verifier {
    let power = GROUP.power_of_g(x.expose());
    Verifier(GROUP.modulus.leave(&power, &mut Scratch::new()).to_be())
}

/// Draws b and computes B = k·v + g^b.
#[must_use]
pub fn challenge(v: &Verifier) -> Challenge {
    loop {
        let b = Secret::new(random::bytes());
        let public_b = GROUP.public_b(v, GROUP.power_of_g(b.expose()));
        // B = 0 would end every client's proof; it happens with a probability of 2^-3072.
        if !number::minimal(&public_b).is_empty() {
            return Challenge {
                b,
                public_b: number::minimal(&public_b).to_vec(),
            };
        }
    }
}

/// Reads SRP_A: hexadecimal in either case, of odd or even length.
///
/// # Errors
/// `Malformed` if it is not hexadecimal or has more than 3072 bits, `Refused` if A ≡ 0 (mod N).
pub fn parse_public_a(text: &str) -> Result<PublicA, SrpError> {
    PublicA::from_bytes(&number::from_hex(text, MAX_HEX)?)
}

/// Returns the key K that a client with the right password also has.
///
/// # Errors
/// `Refused` if u = 0.
pub fn session_key(
    a: &PublicA,
    challenge: &Challenge,
    v: &Verifier,
) -> Result<Secret<[u8; 16]>, SrpError> {
    let u = scramble(&a.bytes, &challenge.public_b)?;
    let secret = GROUP.server_secret(&a.bytes, challenge.b.expose(), &u, v);
    Ok(derive_key(&u, secret.expose()))
}

/// PASSWORD_CLAIM_SIGNATURE before base64: the HMAC under K of pool name, user id, secret block
/// and timestamp.
#[must_use]
pub fn claim_signature(
    key: &Secret<[u8; 16]>,
    pool_name: &str,
    user_id: &str,
    secret_block: &[u8],
    timestamp: &str,
) -> [u8; 32] {
    let parts = [
        pool_name.as_bytes(),
        user_id.as_bytes(),
        secret_block,
        timestamp.as_bytes(),
    ];
    hash::hmac_sha256_of(key.expose(), &parts)
}

/// True if a client's PASSWORD_CLAIM_SIGNATURE, in standard base64, is right; the comparison
/// takes constant time.
#[must_use]
pub fn verify_claim(
    key: &Secret<[u8; 16]>,
    pool_name: &str,
    user_id: &str,
    secret_block: &[u8],
    timestamp: &str,
    signature: &str,
) -> bool {
    let expected = claim_signature(key, pool_name, user_id, secret_block, timestamp);
    STANDARD
        .decode(signature)
        .is_ok_and(|given| ct_eq(&given, &expected))
}

/// True if a text has the form of a claim's signature: 32 bytes in base64.
#[must_use]
pub fn is_claim_signature(text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// 16 random bytes that are not all zero, since clients read the salt as a positive integer.
#[must_use]
pub fn new_salt() -> [u8; 16] {
    loop {
        let salt: [u8; 16] = random::bytes();
        if salt != [0; 16] {
            return salt;
        }
    }
}

/// Returns u = H(PAD(A), PAD(B)), refused when it is 0.
fn scramble(a: &[u8], b: &[u8]) -> Result<[u8; 32], SrpError> {
    non_zero(hash::sha256_of(&[&pad(a), &pad(b)]))
}

/// With u = 0 the verifier would vanish from S, and anyone could sign in.
fn non_zero(u: [u8; 32]) -> Result<[u8; 32], SrpError> {
    if u == [0; 32] {
        Err(SrpError::Refused)
    } else {
        Ok(u)
    }
}

/// K = HKDF-SHA256 of PAD(S) with the salt PAD(u), 16 bytes.
fn derive_key(u: &[u8; 32], secret: &[u8]) -> Secret<[u8; 16]> {
    let padded = zeroize::Zeroizing::new(pad(secret));
    let mut key = [0; 16];
    hash::hkdf_sha256(&padded, &pad(u), b"Caldera Derived Key", &mut key);
    Secret::new(key)
}

/// Returns a number that fits into [`N_BYTES`] apart from leading zeros.
fn bounded(bytes: &[u8]) -> Result<Number, SrpError> {
    let minimal = number::minimal(bytes);
    if minimal.len() > N_BYTES {
        return Err(SrpError::Malformed);
    }
    Ok(widened(minimal))
}

/// Returns a number as wide in memory as N, whatever its value; bytes beyond [`N_BYTES`] are cut off.
fn widened(bytes: &[u8]) -> Number {
    let mut wide = zeroize::Zeroizing::new([0; N_BYTES]);
    for (target, byte) in wide.iter_mut().rev().zip(bytes.iter().rev()) {
        *target = *byte;
    }
    Number::from_be(wide.as_slice())
}

/// The constants of the protocol.
struct Group {
    modulus: Modulus,
    comb: Comb,
    /// k = H(PAD(N), PAD(g)) in Montgomery form, so that one product yields k·v.
    k: Number,
}

impl Group {
    fn new() -> Self {
        let modulus = Modulus::rfc3526_3072();
        let comb = Comb::new(&modulus, &widened(&[2]));
        let k = hash::sha256_of(&[&pad(modulus.prime().to_be().expose()), &[2]]);
        let k = modulus.enter(&widened(&k), &mut Scratch::new());
        Self { modulus, comb, k }
    }

    /// Returns g^exponent in Montgomery form.
    fn power_of_g(&self, exponent: &[u8; 32]) -> Number {
        FIXED_BASE.fetch_add(1, Ordering::Relaxed);
        self.comb.pow(&self.modulus, exponent)
    }

    fn pow(&self, base: &Number, exponent: &[u8]) -> Number {
        VARIABLE_BASE.fetch_add(1, Ordering::Relaxed);
        self.modulus.pow(base, &Number::from_be(exponent))
    }

    /// Returns k·v + g^b as [`N_BYTES`] bytes; g^b comes in Montgomery form.
    fn public_b(&self, v: &Verifier, power: Number) -> Vec<u8> {
        let scratch = &mut Scratch::new();
        let mut blinded = v.number();
        self.modulus.multiply(&mut blinded, &self.k, scratch);
        let power = self.modulus.leave(&power, scratch);
        self.modulus.add(&blinded, &power).to_be().expose().clone()
    }

    /// S = (A · v^u)^b as [`N_BYTES`] bytes.
    fn server_secret(&self, a: &[u8], b: &[u8], u: &[u8; 32], v: &Verifier) -> SecretBytes {
        let scratch = &mut Scratch::new();
        let a = widened(self.modulus.reduce_public(&widened(a)).to_be().expose());
        let mut base = self.modulus.enter(&self.pow(&v.number(), u), scratch);
        self.modulus.multiply(&mut base, &a, scratch);
        self.pow(&base, b).to_be()
    }
}

#[cfg(test)]
mod tests;
