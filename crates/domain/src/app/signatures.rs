//! The signatures of tokens that were found right lately.
//!
//! A program sends one access token with every request as long as it is good, and verifying its signature again was half
//! of what GetUser and userInfo cost. Only that a key has signed some bytes is remembered, which is true for ever: if the
//! key may still verify, the token has ended or its session lives is judged at each use.

use cognate_crypto::hash::sha256_of;
use cognate_crypto::jws::{Parts, PublicKey};
use quick_cache::sync::Cache;

/// The most signatures that are remembered, for about a megabyte.
const MOST: usize = 16 << 10;

/// Signatures that were found right. Wrong ones are verified each time, so that nobody is refused for another's.
pub struct Signatures(Cache<[u8; 32], ()>);

impl Default for Signatures {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Signatures {
    /// True if `key` signed the token.
    pub fn are_right(&self, token: &Parts<'_>, key: &PublicKey) -> bool {
        let name = name(token, key);
        if self.0.get(&name).is_some() {
            return true;
        }
        let right = token.signed_by(key);
        if right {
            self.0.insert(name, ());
        }
        right
    }
}

/// Returns the hash of all that a verification depends on: the key, the signature and what it covers. No two of them have
/// the same parts in other lengths.
fn name(token: &Parts<'_>, key: &PublicKey) -> [u8; 32] {
    let parts = [key.modulus(), key.exponent(), &token.signature];
    let lengths = parts.map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
    let [modulus, exponent, signature] = parts;
    sha256_of(&[
        lengths.as_flattened(),
        modulus,
        exponent,
        signature,
        token.signing_input,
    ])
}

#[cfg(test)]
mod tests {
    use cognate_crypto::jws::{SigningKey, header_json, split};

    use super::*;

    #[test]
    fn only_what_its_key_has_signed_is_right_the_second_time_too() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let header = header_json("k");
        let token = key.sign_compact(header.as_bytes(), b"{\"a\":1}");
        let payload = key.sign_compact(header.as_bytes(), b"{\"a\":2}");
        let (input, _) = payload.rsplit_once('.').unwrap();
        let (_, signature) = token.rsplit_once('.').unwrap();
        let swapped = format!("{input}.{signature}");
        let seen = Signatures::default();
        for _ in 0..2 {
            assert!(seen.are_right(&split(&token).unwrap(), key.public()));
            assert!(!seen.are_right(&split(&token).unwrap(), other.public()));
            assert!(!seen.are_right(&split(&swapped).unwrap(), key.public()));
        }
        assert_eq!(seen.0.len(), 1);
    }
}
