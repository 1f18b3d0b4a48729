//! The pieces that texts of hashes are made of.

use super::BadHash;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// With and without padding, in the standard alphabet.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) type Read<T> = Result<T, BadHash>;

/// The parts between `$`, exactly as many as asked for.
pub(super) fn parts<const COUNT: usize>(text: &str) -> Read<[&str; COUNT]> {
    let all: Vec<&str> = text.splitn(COUNT.saturating_add(1), '$').collect();
    all.try_into().map_err(|_| BadHash::Malformed)
}

/// The member `name=…` of a list with commas. The first one counts, and there may be one alone.
pub(super) fn member<'a>(list: &'a str, name: &str) -> Read<&'a str> {
    let mut found = list.split(',').filter_map(|member| {
        let (key, value) = member.split_once('=')?;
        (key == name).then_some(value)
    });
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(BadHash::Malformed),
    }
}

pub(super) fn number<T: std::str::FromStr>(list: &str, name: &str) -> Read<T> {
    decimal(member(list, name)?)
}

/// A number in digits alone, without a sign.
pub(super) fn decimal<T: std::str::FromStr>(text: &str) -> Read<T> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadHash::Malformed);
    }
    text.parse().map_err(|_| BadHash::Malformed)
}

/// The logarithm of a power of two.
pub(super) fn log2(n: u64) -> Read<u8> {
    if n.is_power_of_two() {
        u8::try_from(n.trailing_zeros()).map_err(|_| BadHash::Malformed)
    } else {
        Err(BadHash::Malformed)
    }
}

/// Base64 in either alphabet, with or without padding.
pub(super) fn bytes(text: &str) -> Read<Vec<u8>> {
    let standard = text.replace('-', "+").replace('_', "/");
    LENIENT.decode(standard).map_err(|_| BadHash::Malformed)
}
