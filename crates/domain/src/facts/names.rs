//! Names made comparable: two spellings that fold to the same text are the same user name or alias.
//!
//! Folding is NFC, and in case-insensitive pools lower case by a table of our own, whose version the pool remembers
//! (design, names): an upgrade of the language or of a library must not change what a stored name folds to. NFC of an
//! assigned character never changes, by the stability policy of Unicode.

use std::borrow::Cow;
use std::sync::LazyLock;

use cognate_store::tables::users;
use regex_syntax::hir::ClassUnicode;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::facts::char_class;
use crate::facts::fold_table::RUNS_V1;

/// The version of the table that new pools use.
pub const FOLD_VERSION: u32 = 1;

/// NFC and lower case, whatever the pool: how searched values are compared (admin.md 2.3).
pub fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower: String = nfc(text).chars().map(lower).collect();
    // A small letter may combine with what follows where its capital does not.
    nfc(&lower).into_owned()
}

/// Returns the canonical composition of a text.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn lower(capital: char) -> char {
    if capital.is_ascii() {
        return capital.to_ascii_lowercase();
    }
    let code = u32::from(capital);
    let at = RUNS_V1.partition_point(|run| run.1 < code);
    let Some(&(first, _, step, add)) = RUNS_V1.get(at) else {
        return capital;
    };
    if code < first || !(code - first).is_multiple_of(step) {
        return capital;
    }
    code.checked_add_signed(add)
        .and_then(char::from_u32)
        .unwrap_or(capital)
}

/// True if a text has the form of an e-mail address: a local part and a domain of at least two labels (admin.md 1.4),
/// without invisible characters.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_fits = !local.is_empty() && local.len() <= 64 && plain(local) && !local.contains('@');
    let dots_fit =
        |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_fits
        && !has_unseen(text)
        && dots_fit(local)
        && domain.len() <= 255
        && domain.contains('.')
        && domain.split('.').all(label_fits)
}

fn plain(local: &str) -> bool {
    local
        .chars()
        .all(|c| !c.is_whitespace() && !"()<>[]:;,\\\"".contains(c))
}

/// The characters that a reader does not see, or that only steer how others are shown: everything that Unicode calls
/// ignorable by default (joiners, variation selectors, fillers, soft hyphens), the other format and control characters,
/// the separators of lines, and the blank of Braille. None when the pattern does not parse, which a test rules out.
static UNSEEN: LazyLock<Option<ClassUnicode>> = LazyLock::new(|| {
    char_class::parse(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\x{2800}]")
});

/// True if a text has a character that a reader does not see: it would look like another text.
pub fn has_unseen(text: &str) -> bool {
    text.chars().any(is_unseen)
}

fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    UNSEEN
        .as_ref()
        .is_none_or(|class| char_class::holds(class, c))
}

/// Returns a text that somebody else wrote as people are shown it: without characters that a reader does not see, with
/// single blanks, and cut after `most` characters.
pub fn shown(text: &str, most: usize) -> String {
    let blank = |c: char| if c.is_whitespace() { ' ' } else { c };
    let seen: String = text.chars().map(blank).filter(|c| !is_unseen(*c)).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let words = words.join(" ");
    match words.char_indices().nth(most) {
        Some((end, _)) => format!("{}\u{2026}", words.get(..end).unwrap_or_default()),
        None => words,
    }
}

/// Returns the first characters of a text, at most so many.
pub fn first_chars(text: &str, most: usize) -> &str {
    // No character has less than a byte.
    if text.len() <= most {
        return text;
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

/// True if a text has the shape of a user id, whatever its case.
pub fn looks_like_id(text: &str) -> bool {
    users::looks_like_id(&text.to_ascii_lowercase())
}

/// True if a text has the form of a phone number: `+` and 2 to 15 digits (admin.md 1.4).
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Returns `bytes` in the form of the ids of real users, which are random UUIDs of version 4.
pub fn uuid_of(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let variant = ["8", "9", "a", "b"]
        .get(usize::from(part(19, 20).bytes().next().unwrap_or(0) & 3))
        .copied();
    format!(
        "{}-{}-4{}-{}{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        variant.unwrap_or("8"),
        part(16, 19),
        part(20, 32)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_of_many_scripts_fold_to_their_small_letters() {
        assert_eq!(fold_case("Jane.DOE@Example.com"), "jane.doe@example.com");
        assert_eq!(fold_case("ÀÉÎÕÜ"), "àéîõü");
        assert_eq!(fold_case("ЖЩЯ"), "жщя");
        assert_eq!(fold_case("ΑΒΓΣ"), "αβγσ");
        assert_eq!(fold_case("Ĳ\u{1E9E}Ꞵ"), "ĳßꞵ");
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one() {
        assert_eq!(fold_case("e\u{301}"), fold_case("É"));
        assert_eq!(nfc("e\u{301}"), "é");
    }

    #[test]
    fn small_letters_and_letters_without_case_stay() {
        for text in ["ß", "ı", "ς", "漢字", "𝒜", "٣", "abc-123_.+"] {
            assert_eq!(fold_case(text), text);
        }
    }

    #[test]
    fn folding_twice_changes_nothing_for_any_character() {
        // Beyond the first two planes no letter has a case.
        for code in 0..0x0002_0000_u32 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let once = fold_case(&c.to_string());
            assert_eq!(fold_case(&once), once, "U+{code:04X}");
        }
    }

    #[test]
    fn the_table_agrees_with_the_standard_library_where_both_know_a_letter() {
        for code in 0x80..=0x0010_FFFF_u32 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let small = lower(c);
            if small != c {
                assert!(c.to_lowercase().eq([small]), "U+{code:04X}");
            }
        }
    }

    #[test]
    fn characters_that_are_not_seen_make_no_address() {
        assert!(UNSEEN.is_some());
        for code in [
            0x7F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x200B, 0x200C, 0x200D,
            0x200E, 0x202A, 0x202E, 0x2028, 0x2029, 0x2060, 0x2064, 0x2066, 0x2069, 0x206F, 0x2800,
            0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0x1_BCA0, 0x1_D173, 0xE_0001,
            0xE_0020, 0xE_0100, 0xE_0FFF,
        ] {
            let c = char::from_u32(code).unwrap();
            assert!(has_unseen(&format!("a{c}")), "U+{code:04X}");
            assert!(!is_email(&format!("a{c}b@example.com")), "U+{code:04X}");
            assert!(!is_email(&format!("ab@exam{c}ple.com")), "U+{code:04X}");
        }
        for text in ["", "jörg", "漢字", "a b", "e\u{301}", "👍🏽", "-"] {
            assert!(!has_unseen(text), "{text}");
        }
    }

    #[test]
    fn ids_are_known_in_any_case() {
        for id in [
            "34c84488-e0e1-70ae-d2ee-991ad1a898c8",
            "34C84488-E0e1-70AE-d2ee-991ad1a898c8",
        ] {
            assert!(looks_like_id(id));
            assert!(!looks_like_id(id.get(1..).unwrap()));
        }
    }

    #[test]
    fn forms_of_addresses_and_numbers() {
        for good in [
            "a@b.co",
            "first.last+tag@sub.example.com",
            "jörg@exämple.de",
            "o'neil@example.org",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "a@b", "@b.co", "a@", "a@b..co", "a@@b.co", ".a@b.co", "a b@c.de", "a@-b.co",
            "a@b.co.",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_phone_number("+15555550100"));
        for bad in [
            "15555550100",
            "+",
            "+1",
            "+1 555",
            "+1234567890123456",
            "+1555a",
        ] {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }
}
