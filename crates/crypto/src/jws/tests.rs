//! Tokens that verify, and all the shapes that must not.

use super::*;
use crate::jwk::Jwk;
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);
static OTHER: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn token() -> String {
    KEY.sign_compact(
        header_json(&KEY.public().kid()).as_bytes(),
        br#"{"sub":"jane"}"#,
    )
}

/// The example of RFC 7515 appendix A.2: RS256 with a published key.
#[test]
fn the_example_of_rfc_7515_verifies() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let jwk = Jwk {
        alg: "RS256".into(),
        e: "AQAB".into(),
        kid: "k".into(),
        kty: "RSA".into(),
        n: n.into(),
        use_: "sig".into(),
    };
    let key = PublicKey::from_jwk(&jwk).unwrap();
    let input = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = URL_SAFE_NO_PAD.decode("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw").unwrap();
    assert!(key.verify(input, &signature));
    assert!(!key.verify(&input[1..], &signature));
    assert!(!KEY.public().verify(input, &signature));
}

#[test]
fn a_token_has_the_header_of_the_service_and_verifies_with_its_key_alone() {
    let token = token();
    let kid = KEY.public().kid();
    let parts = split(&token).unwrap();
    assert_eq!(parts.header, Header { kid: kid.clone() });
    let header = URL_SAFE_NO_PAD.decode(parts.header_b64).unwrap();
    assert_eq!(
        String::from_utf8(header).unwrap(),
        format!(r#"{{"kid":"{kid}","alg":"RS256"}}"#)
    );
    assert_eq!(parts.payload().unwrap(), br#"{"sub":"jane"}"#);
    assert_eq!(parts.payload_b64, b64(br#"{"sub":"jane"}"#));
    assert_eq!(
        parts.signing_input,
        token.rsplit_once('.').unwrap().0.as_bytes()
    );
    assert!(parts.signed_by(KEY.public()));
    assert!(!parts.signed_by(OTHER.public()));
}

#[test]
fn a_kid_is_32_bytes_in_padded_base64() {
    let kid = KEY.public().kid();
    assert_eq!((kid.len(), kid.ends_with('=')), (44, true));
    assert_ne!(kid, OTHER.public().kid());
}

#[test]
fn any_changed_character_is_refused() {
    let token = token();
    for position in 0..token.len() {
        let mut wrong = token.clone().into_bytes();
        wrong[position] = if wrong[position] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(
            !split(&wrong).is_some_and(
                |parts| parts.header.kid == KEY.public().kid() && parts.signed_by(KEY.public())
            ),
            "{position}"
        );
    }
}

#[test]
fn only_the_exact_header_is_read() {
    let token = token();
    let (_, rest) = token.split_once('.').unwrap();
    let refused = [
        r#"{"kid":"k","alg":"none"}"#,
        r#"{"kid":"k","alg":"None"}"#,
        r#"{"kid":"k","alg":"HS256"}"#,
        r#"{"kid":"k","alg":"RS512"}"#,
        r#"{"kid":"k","alg":"PS256"}"#,
        r#"{"kid":"k","alg":"rs256"}"#,
        r#"{"kid":"k","alg":["RS256"]}"#,
        r#"{"kid":"k","alg":null}"#,
        r#"{"kid":"k"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"kid":7,"alg":"RS256"}"#,
        r#"{"kid":"k","alg":"RS256","typ":"JWT"}"#,
        r#"{"kid":"k","alg":"RS256","crit":["b64"],"b64":false}"#,
        r#"{"kid":"k","alg":"RS256","jwk":{}}"#,
        r#"{"kid":"k","alg":"none","alg":"RS256"}"#,
        r#"{"kid":"k","alg":"RS256"} x"#,
        r#"["k","RS256"]"#,
        "",
        "null",
    ];
    for header in refused {
        assert!(
            split(&format!("{}.{rest}", b64(header.as_bytes()))).is_none(),
            "{header}"
        );
    }
    let good = format!("{}.{rest}", b64(br#"{"kid":"k","alg":"RS256"}"#));
    // Well formed, but the signature covers another header.
    assert!(!split(&good).unwrap().signed_by(KEY.public()));
}

#[test]
fn only_three_parts_of_canonical_base64url_are_read() {
    let token = token();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        unreachable!()
    };
    let last = signature.chars().last().unwrap();
    // 256 bytes leave four unused bits in the last character; another value there is a stray bit.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let stray = alphabet
        .chars()
        .nth(alphabet.find(last).unwrap() | 1)
        .unwrap();
    let stray = format!("{}{stray}", &signature[..signature.len() - 1]);
    for wrong in [
        String::new(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}.{payload}.{payload}.{signature}"),
        format!("{token}=="),
        format!("{token} "),
        format!(" {token}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{stray}"),
        format!("{header}.{payload}.+{}", &signature[1..]),
        format!("{header}.{}.{signature}", "A".repeat(MAX_COMPACT)),
    ] {
        assert!(split(&wrong).is_none(), "{}", &wrong[..wrong.len().min(80)]);
    }
    let padded = format!("{header}.{payload}=.{signature}");
    assert!(split(&padded).unwrap().payload().is_none());
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let signature = KEY.sign(b"message");
    assert_eq!(signature.len(), 256);
    assert!(KEY.public().verify(b"message", &signature));
    assert!(!KEY.public().verify(b"message", &signature[..255]));
    assert!(
        !KEY.public()
            .verify(b"message", &[&[0], signature.as_slice()].concat())
    );
    assert!(!KEY.public().verify(b"message", b""));
    assert!(!KEY.public().verify(b"message", &[0; 256]));
}

#[test]
fn a_private_key_is_read_back_and_nothing_else_is() {
    let der = KEY.to_pkcs8();
    let read = SigningKey::from_pkcs8(der.expose()).unwrap();
    assert_eq!(read.public().kid(), KEY.public().kid());
    assert!(KEY.public().verify(b"message", &read.sign(b"message")));
    assert!(SigningKey::from_pkcs8(&[]).is_err());
    assert!(SigningKey::from_pkcs8(&der.expose()[1..]).is_err());
}

#[test]
fn the_published_key_has_the_members_and_order_of_the_service() {
    let public = KEY.public();
    let json = public.jwk_json("the/kid+=");
    let n = b64(public.modulus());
    assert_eq!(
        json,
        format!(
            r#"{{"alg":"RS256","e":"AQAB","kid":"the/kid+=","kty":"RSA","n":"{n}","use":"sig"}}"#
        )
    );
    let read = PublicKey::from_jwk_json(&json).unwrap();
    assert!(read.verify(b"message", &KEY.sign(b"message")));
    assert_eq!((read.kid(), public.modulus().len()), (public.kid(), 256));
}

#[test]
fn unfit_public_keys_are_refused() {
    let good = KEY.public().jwk("k");
    let n = KEY.public().modulus();
    let with = |change: &dyn Fn(&mut Jwk)| {
        let mut jwk = good.clone();
        change(&mut jwk);
        PublicKey::from_jwk(&jwk).map(|_| ())
    };
    assert_eq!(with(&|_| ()), Ok(()));
    assert_eq!(with(&|jwk| jwk.kty = "EC".into()), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.alg = "RS512".into()), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.use_ = "enc".into()), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.n.push('=')), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.n = b64(&n[..128])), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.n = b64(&[&[0], n].concat())), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.n = String::new()), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.e = String::new()), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.e = b64(&[1])), Err(BadKey));
    assert_eq!(with(&|jwk| jwk.e = b64(&[1, 0, 0])), Err(BadKey));
    for json in ["", "{}", "[]", r#"{"kty":"RSA"}"#] {
        assert!(PublicKey::from_jwk_json(json).is_err(), "{json}");
    }
}
