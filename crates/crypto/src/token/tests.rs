//! The shape of refresh tokens and their refusals.

use super::*;

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_token_looks_like_the_services_and_opens_again() {
    let key = PoolKey::generate();
    let token = seal_refresh(&key, 20_000, b"client", b"the payload");
    assert!(token.starts_with("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ."));
    assert_eq!(token.split('.').count(), 5);
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    );
    assert!(
        open_refresh(&key, b"client", &token)
            .unwrap()
            .matches(b"the payload")
    );
    assert_ne!(token, seal_refresh(&key, 20_000, b"client", b"the payload"));
}

#[test]
fn payloads_of_every_small_length_survive() {
    let key = PoolKey::generate();
    for length in 0..70 {
        let payload = vec![b'x'; length];
        let token = seal_refresh(&key, 1, b"", &payload);
        // An empty ciphertext is an empty part, as RFC 7516 allows.
        assert!(
            open_refresh(&key, b"", &token).unwrap().matches(&payload),
            "{length}"
        );
    }
}

#[test]
fn another_pool_client_or_purpose_is_refused() {
    let key = PoolKey::generate();
    let token = seal_refresh(&key, 20_000, b"client", b"payload");
    assert_eq!(
        open_refresh(&PoolKey::generate(), b"client", &token).unwrap_err(),
        SealError::Refused
    );
    assert_eq!(
        open_refresh(&key, b"other", &token).unwrap_err(),
        SealError::Refused
    );
    let session = key.seal_token("session", 20_000, b"client", b"payload");
    let disguised = [
        HEADER,
        &session[..5],
        &session[5..17],
        &session[17..24],
        &session[24..],
    ]
    .map(b64)
    .join(".");
    assert_eq!(
        open_refresh(&key, b"client", &disguised).unwrap_err(),
        SealError::Refused
    );
}

#[test]
fn any_changed_character_is_refused() {
    let key = PoolKey::generate();
    let token = seal_refresh(&key, 20_000, b"", b"payload of some length");
    for position in 0..token.len() {
        for replacement in [b'A', b'B', b'.', b'=', b'+'] {
            let mut wrong = token.clone().into_bytes();
            if wrong[position] != replacement {
                wrong[position] = replacement;
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(open_refresh(&key, b"", &wrong).is_err(), "{position}");
            }
        }
    }
}

#[test]
fn other_numbers_and_lengths_of_parts_are_malformed() {
    let key = PoolKey::generate();
    let token = seal_refresh(&key, 20_000, b"", b"payload");
    let parts: Vec<&str> = token.split('.').collect();
    for wrong in [
        String::new(),
        "....".to_owned(),
        "not a token".to_owned(),
        parts[..3].join("."),
        parts[..4].join("."),
        format!("{token}."),
        format!("{token}.{}", parts[4]),
        format!("{token}="),
        [
            b64(br#"{"alg":"none"}"#).as_str(),
            parts[1],
            parts[2],
            parts[3],
            parts[4],
        ]
        .join("."),
        [parts[0], &b64(&[1, 0, 0, 0]), parts[2], parts[3], parts[4]].join("."),
        [parts[0], parts[1], &b64(&[0; 11]), parts[3], parts[4]].join("."),
        [parts[0], parts[1], parts[2], parts[3], &b64(&[0; 15])].join("."),
        [parts[0], parts[1], parts[2], &"A".repeat(MAX), parts[4]].join("."),
    ] {
        assert_eq!(
            open_refresh(&key, b"", &wrong).unwrap_err(),
            SealError::Malformed,
            "{wrong:.80}"
        );
    }
    let version = [
        parts[0],
        &b64(&[2, 0, 0, 78, 32]),
        parts[2],
        parts[3],
        parts[4],
    ]
    .join(".");
    assert_eq!(
        open_refresh(&key, b"", &version).unwrap_err(),
        SealError::Malformed
    );
}
