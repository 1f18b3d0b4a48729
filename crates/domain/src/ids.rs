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
    fn only_names_that_fit_a_pool_id_are_regions() {
        assert!(is_region("eu-central-1") && is_region("local"));
        for bad in ["", "us_east_1", "us east", "../x", &"a".repeat(46)] {
            assert!(!is_region(bad), "{bad:?}");
        }
    }
}
