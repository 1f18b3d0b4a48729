//! Names that callers choose and files get: nothing in them leads out of their folder.

use super::Trouble;

/// The longest name.
const LONGEST: usize = 64;
/// What a name is.
pub const FORM: &str = "a name has at most 64 letters, digits, - and _";

/// True for letters, digits, `-` and `_`: one file's name on every system, and a part of a path as it is.
pub fn is_one(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain)
}

/// Checks a name.
pub(super) fn check(name: &str) -> Result<&str, Trouble> {
    match is_one(name) {
        true => Ok(name),
        false => Err(Trouble::asked(FORM)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        let longest = "x".repeat(64);
        for name in ["a", "A-1_b", longest.as_str()] {
            assert!(check(name).is_ok(), "{name}");
        }
        let longer = "x".repeat(65);
        for name in [
            "", ".", "..", "a.b", "a/b", "a\\b", "%2e%2e", "a%2fb", "a b", "ä", "a\0", &longer,
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
