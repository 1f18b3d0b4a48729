//! Messages of authenticators: passkeys' keys, attestation statements and signatures (Web Authentication Level 3).
//!
//! | module | what it holds |
//! |---|---|
//! | [`data`] | authenticator data (section 6.1) |
//! | [`key`] | public keys in COSE (section 6.5.1.1), ES256 and RS256 |
//! | [`attestation`] | attestation objects (section 6.5.4) in the formats `none` and `packed` |
//! | [`client`] | an authenticator in software, for tests |
//!
//! Libraries read CBOR, COSE and X.509. The other checks of a relying party (challenge, origin, its own id, flags,
//! counters) are in the domain, which knows what was asked for.

pub mod attestation;
pub mod client;
pub mod data;
pub mod key;

#[cfg(test)]
mod tests;

use ciborium::Value;

/// The bytes are not what the specification describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed data of an authenticator")]
pub struct Malformed;

/// Reads one CBOR value from the front of `bytes`, and says how long it is. Nesting is bounded by the library.
fn first_value(bytes: &[u8]) -> Result<(Value, usize), Malformed> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).map_err(|_| Malformed)?;
    Ok((value, bytes.len().saturating_sub(rest.len())))
}

/// Reads the one CBOR map that `bytes` are.
fn whole_map(bytes: &[u8]) -> Result<Vec<(Value, Value)>, Malformed> {
    match first_value(bytes)? {
        (Value::Map(entries), length) if length == bytes.len() => Ok(entries),
        _ => Err(Malformed),
    }
}

/// Returns the member of that name. One that is there twice is refused: two readers could take different ones.
fn member(entries: Vec<(Value, Value)>, name: &str) -> Result<Option<Value>, Malformed> {
    let mut found = entries
        .into_iter()
        .filter(|(key, _)| key.as_text() == Some(name));
    let first = found.next().map(|(_, value)| value);
    match found.next() {
        None => Ok(first),
        Some(_) => Err(Malformed),
    }
}
