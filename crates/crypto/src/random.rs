//! Random bytes, identifiers and codes.
//!
//! None of these functions can fail: the library aborts the process when the operating system
//! returns no entropy, and predictable output is never returned instead.

use crate::failure::sure;

/// Fills `target` with random bytes.
pub fn fill(target: &mut [u8]) {
    sure(aws_lc_rs::rand::fill(target), "random bytes");
}

/// `N` random bytes.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    fill(&mut out);
    out
}

/// Returns a random UUID of version 4 (RFC 9562 section 5.4), lower case with hyphens.
#[must_use]
pub fn uuid_v4() -> String {
    uuid_of(bytes())
}

/// Returns bytes that nobody can guess in the form of such a UUID, which has room for 122 bits of them.
#[must_use]
pub fn uuid_of(bytes: [u8; 16]) -> String {
    let random = u128::from_be_bytes(bytes);
    let id = (random & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
    let mut text = crate::hash::hex_text(&id.to_be_bytes());
    for at in [8, 13, 18, 23] {
        text.insert(at, '-');
    }
    text
}

/// Returns a text of `len` characters, each drawn evenly from the ASCII characters of `alphabet`. An
/// empty alphabet makes an empty text.
#[must_use]
pub fn alphanumeric(len: usize, alphabet: &[u8]) -> String {
    let Some(choices) = u64::try_from(alphabet.len()).ok().filter(|n| *n > 0) else {
        return String::new();
    };
    let last = last_whole(choices);
    let mut text = String::with_capacity(len);
    while text.len() < len {
        // All at once: a request for random bytes takes almost a microsecond, however few they are.
        let mut drawn = vec![0; (len - text.len()) * size_of::<u64>()];
        fill(&mut drawn);
        for block in drawn.chunks_exact(size_of::<u64>()) {
            let number = block.try_into().map_or(u64::MAX, u64::from_be_bytes);
            let index = usize::try_from(number % choices).ok();
            let byte = index.and_then(|index| alphabet.get(index));
            if let Some(byte) = byte.filter(|_| number <= last) {
                text.push(char::from(*byte));
            }
        }
    }
    text
}

/// The length of a [`handle`].
const HANDLE: usize = 43;
const LETTERS_AND_DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Returns a text that nobody guesses: 43 letters and digits, which are 256 bits.
#[must_use]
pub fn handle() -> String {
    alphanumeric(HANDLE, LETTERS_AND_DIGITS)
}

/// True if a text has the form of a [`handle`].
#[must_use]
pub fn is_handle(text: &str) -> bool {
    text.len() == HANDLE && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `n` decimal digits, leading zeros included.
#[must_use]
pub fn digits(n: usize) -> String {
    alphanumeric(n, b"0123456789")
}

/// Returns a number from 0 to `n - 1`, all equally likely; 0 when `n` is 0.
#[must_use]
pub fn below(n: u64) -> u64 {
    if n == 0 {
        return 0;
    }
    let last = last_whole(n);
    loop {
        let drawn = u64::from_be_bytes(bytes());
        if drawn <= last {
            return drawn % n;
        }
    }
}

/// Returns the last number of the last whole block of length `n`, which is not 0. Draws from the incomplete one behind it
/// would favour small results.
const fn last_whole(n: u64) -> u64 {
    u64::MAX - (u64::MAX % n + 1) % n
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    #[test]
    fn uuids_have_version_4_and_the_rfc_variant() {
        let ids: HashSet<String> = (0..1000).map(|_| uuid_v4()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(
                parts.iter().map(|p| p.len()).collect::<Vec<_>>(),
                [8, 4, 4, 4, 12]
            );
            assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']));
            assert!(
                id.chars()
                    .all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c))
            );
        }
    }

    #[test]
    fn a_handle_has_a_form_of_its_own() {
        let (one, other) = (handle(), handle());
        assert_ne!(one, other);
        assert!(is_handle(&one) && is_handle(&other));
        let short = &one[1..];
        for text in [
            String::new(),
            short.to_owned(),
            format!("{one}x"),
            format!("{short}-"),
        ] {
            assert!(!is_handle(&text), "{text}");
        }
    }

    #[test]
    fn digits_are_spread_evenly() {
        let mut seen: BTreeMap<char, i64> = BTreeMap::new();
        for c in digits(100_000).chars() {
            *seen.entry(c).or_default() += 1;
        }
        assert_eq!(seen.len(), 10);
        // Five hundred is more than five standard deviations of a fair draw.
        assert!(seen.values().all(|n| (n - 10_000).abs() < 500), "{seen:?}");
    }

    #[test]
    fn below_covers_its_range_and_nothing_else() {
        let seen: HashSet<u64> = (0..2000).map(|_| below(7)).collect();
        assert_eq!(seen, (0..7).collect());
        assert_eq!((below(0), below(1)), (0, 0));
        assert!((0..100).all(|_| below(u64::MAX) < u64::MAX));
    }

    #[test]
    fn an_empty_alphabet_gives_an_empty_text() {
        assert_eq!(alphanumeric(5, b""), "");
        assert_eq!(alphanumeric(3, b"x"), "xxx");
        assert_eq!(alphanumeric(0, b"abc"), "");
    }
}
