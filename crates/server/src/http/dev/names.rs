//! Names that callers choose and files get: nothing in them leads out of their folder.

use super::Trouble;

/// The longest name.
const LONGEST: usize = 64;

/// Checks a name: letters, digits, `-` and `_`, so that it is one file's name on every system.
pub(super) fn check(name: &str) -> Result<&str, Trouble> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain) {
        true => Ok(name),
        false => Err(Trouble::asked(format!(
            "a name has at most {LONGEST} letters, digits, - and _"
        ))),
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
