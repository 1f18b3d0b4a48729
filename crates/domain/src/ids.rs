//! Identifiers that the service creates (admin.md 1.1).

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;

const LETTERS_AND_DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER_AND_DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Returns a new pool id: the region, `_`, and 9 letters and digits.
pub fn pool_id(region: &str) -> String {
    format!("{region}_{}", random::alphanumeric(9, LETTERS_AND_DIGITS))
}

/// Returns a new client id: 26 lower-case letters and digits.
pub fn client_id() -> String {
    random::alphanumeric(26, LOWER_AND_DIGITS)
}

/// Returns a new client secret: 52 lower-case letters and digits, 268 bits.
pub fn client_secret() -> SecretString {
    SecretString::new(random::alphanumeric(52, LOWER_AND_DIGITS))
}

/// Returns a new id of an auth event that says when it was made: a UUID of version 7 whose first 60 bits are `at`, in
/// microseconds, as RFC 9562 puts parts of a millisecond there (section 6.2, method 3). An event is found by user and id
/// alone, among however many.
pub fn event_id(at: i64) -> String {
    event_id_of(at, random::bytes())
}

/// As [`event_id`], with these bits in the place of random ones.
pub fn event_id_of(at: i64, bits: [u8; 8]) -> String {
    let at = u128::try_from(at.max(0)).unwrap_or(0);
    // Rounded up, so that the way back, which rounds down, ends at the same microsecond.
    let (millis, part) = (at / 1_000, ((at % 1_000) * 4_096).div_ceil(1_000));
    let head = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | part << 64;
    let tail = u128::from(u64::from_be_bytes(bits)) & !(0b11 << 62) | 0b10 << 62;
    let hex = format!("{:032x}", head | tail);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

/// Returns when an id of [`event_id`] was made, in microseconds; None for an id of another form.
pub fn event_time(id: &str) -> Option<i64> {
    let hex: String = id.split('-').collect();
    if hex.len() != 32 || hex.get(12..13) != Some("7") {
        return None;
    }
    let millis = i64::from_str_radix(hex.get(..12)?, 16).ok()?;
    let part = i64::from_str_radix(hex.get(13..16)?, 16).ok()?;
    Some(millis * 1_000 + part * 1_000 / 4_096)
}

/// The longest id of a pool and of a client, as the model has them (UserPoolIdType, ClientIdType).
const LONGEST_POOL: usize = 55;
const LONGEST_CLIENT: usize = 128;

/// True if a pool may have this id: a region, `_`, letters and digits. Seeds, commands and tags choose such ids.
pub fn is_pool_id(id: &str) -> bool {
    let parts = id.split_once('_');
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    id.len() <= LONGEST_POOL && parts.is_some_and(|(region, end)| is_region(region) && is_word(end))
}

/// True if a client may have this id: `[\w+]+` in the model.
pub fn is_client_id(id: &str) -> bool {
    is_word(id, LONGEST_CLIENT)
}

/// True for letters, digits, `_` and `+`, as ids and secrets of clients have them, of which there are not too many.
pub fn is_word(text: &str, longest: usize) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+');
    (1..=longest).contains(&text.len()) && text.bytes().all(fits)
}

/// True if a region's name can begin a pool id, by the pattern and the length of UserPoolId.
pub fn is_region(region: &str) -> bool {
    (1..=45).contains(&region.len())
        && region
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_choice_have_the_form_of_the_model() {
        let long =
            |start: &str, length: usize| format!("{start}{}", "x".repeat(length - start.len()));
        for (id, fits) in [
            ("us-east-1_Abc1".to_owned(), true),
            (long("us-east-1_", 55), true),
            (long("us-east-1_", 56), false),
            (format!("{}_x", "r".repeat(46)), false),
            ("us-east-1_a_b".to_owned(), false),
            ("us-east-1_".to_owned(), false),
            ("_x".to_owned(), false),
            ("us.east_x".to_owned(), false),
            ("nowhere".to_owned(), false),
        ] {
            assert_eq!(is_pool_id(&id), fits, "{id}");
        }
        for (id, fits) in [
            ("web_app+2".to_owned(), true),
            (long("x", 128), true),
            (long("x", 129), false),
            (String::new(), false),
            ("a-b".to_owned(), false),
            ("ä".to_owned(), false),
        ] {
            assert_eq!(is_client_id(&id), fits, "{id}");
        }
    }

    #[test]
    fn ids_have_the_shape_that_the_api_shows() {
        let pool = pool_id("us-east-1");
        let suffix = pool.strip_prefix("us-east-1_").unwrap();
        assert!(
            suffix.len() == 9 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{pool}"
        );
        let client = client_id();
        assert!(
            client.len() == 26 && client.bytes().all(|b| LOWER_AND_DIGITS.contains(&b)),
            "{client}"
        );
        let secret = client_secret();
        assert!(
            secret.expose().len() == 52
                && secret
                    .expose()
                    .bytes()
                    .all(|b| LOWER_AND_DIGITS.contains(&b))
        );
        assert_ne!(client_id(), client);
    }

    #[test]
    fn an_event_says_when_it_was_made() {
        for at in [
            0,
            1,
            999,
            1_000,
            1_700_000_000_123_456,
            1_700_000_000_999_999,
        ] {
            let id = event_id(at);
            assert_eq!(event_time(&id), Some(at), "{id}");
            assert_eq!((id.len(), &id[14..15]), (36, "7"));
            assert!("89ab".contains(&id[19..20]), "{id}");
        }
        assert_ne!(event_id(7), event_id(7));
        assert!(event_id(7) < event_id(8));
        for other in [random::uuid_v4().as_str(), "", "7", "x-7", "é"] {
            assert_eq!(event_time(other), None, "{other}");
        }
    }

    #[test]
    fn only_names_that_fit_a_pool_id_are_regions() {
        assert!(is_region("eu-central-1") && is_region("local"));
        for bad in ["", "us_east_1", "us east", "../x", &"a".repeat(46)] {
            assert!(!is_region(bad), "{bad:?}");
        }
    }
}
