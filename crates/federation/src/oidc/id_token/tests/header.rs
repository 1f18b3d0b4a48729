//! The form of a token, its header, its key and its signature.

use super::*;

const HEADER: &str = r#"{"alg":"RS256","kid":"rsa"}"#;

#[test]
fn honest_tokens_of_each_algorithm_are_taken() {
    let all = [
        (&MADE.rsa, Alg::Rs256, "RS256", "rsa"),
        (&MADE.rsa, Alg::Rs384, "RS384", "rsa"),
        (&MADE.rsa, Alg::Rs512, "RS512", "rsa"),
        (&MADE.rsa, Alg::Ps256, "PS256", "rsa"),
        (&MADE.rsa, Alg::Ps384, "PS384", "rsa"),
        (&MADE.rsa, Alg::Ps512, "PS512", "rsa"),
        (&MADE.p256, Alg::Es256, "ES256", "p256"),
        (&MADE.p384, Alg::Es384, "ES384", "p384"),
        (&MADE.ed, Alg::EdDsa, "EdDSA", "ed"),
        (&MADE.ed, Alg::EdDsa, "Ed25519", "ed"),
        (&MADE.rsa, Alg::Ps256, "PS256", "ps256"),
        (&MADE.rsa, Alg::Rs256, "RS256", "both"),
        (&MADE.p256, Alg::Es256, "ES256", "both"),
    ];
    for (key, alg, name, kid) in all {
        let header = json!({"typ": "JWT", "alg": name, "kid": kid}).to_string();
        let token = sign(key, alg, &header, &honest().to_string());
        let claims = checked(&token, &[ISSUER], |_| {}).unwrap();
        assert_eq!(Value::Object(claims.into_members()), honest(), "{name}");
    }
}

#[test]
fn a_token_has_three_parts_of_canonical_base64() {
    let token = headed(HEADER);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts");
    };
    // The last character of 256 bytes holds two bits that mean nothing.
    let stray = {
        let (all, last) = signature.split_at(signature.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        format!("{header}.{payload}.{all}{next}")
    };
    for (token, expected) in [
        (String::new(), Refused::Parts),
        ("x".into(), Refused::Parts),
        ("..".into(), Refused::Parts),
        (format!("{header}.{payload}"), Refused::Parts),
        (format!("{header}.{payload}."), Refused::Parts),
        (format!(".{payload}.{signature}"), Refused::Parts),
        (format!("{header}..{signature}"), Refused::Parts),
        (format!("{token}.x"), Refused::Parts),
        (format!("{header}.a.b.c.{signature}"), Refused::Parts),
        (stray, Refused::Base64),
        (format!("{token}=="), Refused::Base64),
        (format!("{token}\n"), Refused::Base64),
        (format!(" {token}"), Refused::Base64),
        (
            format!("{header}.{payload}.{}", "+".repeat(8)),
            Refused::Base64,
        ),
        (format!("{header}.{payload}.a"), Refused::Base64),
        ("a".repeat(64 * 1024 + 1), Refused::TooLong),
        (
            format!("{token}{}", "A".repeat(64 * 1024)),
            Refused::TooLong,
        ),
    ] {
        assert_eq!(failed(&token), Some(expected), "{token:.80}");
    }
}

#[test]
fn a_header_is_an_object_that_gives_each_member_once() {
    for (header, expected) in [
        ("null", Refused::Header),
        ("[]", Refused::Header),
        ("\"RS256\"", Refused::Header),
        ("{", Refused::Header),
        (r#"{"alg":"RS256","kid":"rsa"}{}"#, Refused::Header),
        ("{'alg':'RS256','kid':'rsa'}", Refused::Header),
        (
            r#"{"alg":"none","alg":"RS256","kid":"rsa"}"#,
            Refused::HeaderTwice,
        ),
        (
            r#"{"alg":"RS256","kid":"other","\u006bid":"rsa"}"#,
            Refused::HeaderTwice,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","x":{"a":1,"a":2}}"#,
            Refused::HeaderTwice,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","crit":["exp"],"exp":1}"#,
            Refused::Critical,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","crit":[]}"#,
            Refused::Critical,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","crit":null}"#,
            Refused::Critical,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","b64":true}"#,
            Refused::Unencoded,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","b64":false}"#,
            Refused::Unencoded,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","b64":false,"crit":["b64"]}"#,
            Refused::Critical,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","typ":"at+jwt"}"#,
            Refused::OtherType,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","typ":"application/AT+JWT"}"#,
            Refused::OtherType,
        ),
        (
            r#"{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}"#,
            Refused::OtherType,
        ),
        (r#"{"alg":"RS256"}"#, Refused::NoKid),
        (r#"{"alg":"RS256","kid":null}"#, Refused::NoKid),
        (r#"{"alg":"RS256","kid":["rsa"]}"#, Refused::NoKid),
    ] {
        assert_eq!(failed(&headed(header)), Some(expected), "{header}");
    }
}

#[test]
fn no_algorithm_is_none() {
    let payload = honest().to_string();
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("NoNe"),
        json!(" none"),
        json!("none\u{0}"),
        json!(""),
        json!(null),
        json!(0),
        json!(["RS256"]),
        json!("rs256"),
        json!("Rs256"),
        json!("RS1"),
        json!("RS256 "),
        json!("ES256K"),
        json!("ES512"),
        json!("eddsa"),
        json!("hs256"),
        json!("HS1"),
        json!("dir"),
        json!("RSA-OAEP"),
    ] {
        let header = json!({"alg": alg, "kid": "rsa"}).to_string();
        for token in [
            sign(&MADE.rsa, Alg::Rs256, &header, &payload),
            format!("{}.AAAA", input(&header, &payload)),
        ] {
            assert_eq!(failed(&token), Some(Refused::Algorithm), "{alg}");
        }
        // The usual forgery has no signature at all.
        let bare = format!("{}.", input(&header, &payload));
        assert_eq!(failed(&bare), Some(Refused::Parts), "{alg}");
    }
    assert_eq!(
        failed(&headed(r#"{"kid":"rsa"}"#)),
        Some(Refused::Algorithm)
    );
}

#[test]
fn what_the_header_brings_along_is_ignored() {
    let stranger = shown(&MADE.stranger, "rsa");
    let url = "https://evil.example.com/keys";
    for (name, value) in [
        ("jwk", stranger.clone()),
        ("jku", url.into()),
        ("x5u", url.into()),
        ("x5c", json!(["MIIB"])),
        ("x5t", "AAAA".into()),
        ("cty", "JWT".into()),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "rsa"});
        header[name] = value;
        let header = header.to_string();
        assert_eq!(failed(&headed(&header)), None, "{name}");
        let forged = sign(&MADE.stranger, Alg::Rs256, &header, &honest().to_string());
        assert_eq!(failed(&forged), Some(Refused::BadSignature), "{name}");
    }
}

#[test]
fn only_the_named_key_counts_and_only_for_what_it_is_for() {
    let made = |key: &ProviderKey, alg: Alg, name: &str, kid: &str| {
        let header = json!({"alg": name, "kid": kid}).to_string();
        sign(key, alg, &header, &honest().to_string())
    };
    let rsa = &MADE.rsa;
    for (token, expected) in [
        (
            made(rsa, Alg::Rs256, "RS256", "unknown"),
            Refused::UnknownKey,
        ),
        (made(rsa, Alg::Rs256, "RS256", ""), Refused::UnknownKey),
        (made(rsa, Alg::Rs256, "RS256", "RSA"), Refused::UnknownKey),
        (made(rsa, Alg::Rs256, "RS256", "oct"), Refused::UnknownKey),
        (
            made(rsa, Alg::Rs256, "RS256", "../rsa"),
            Refused::UnknownKey,
        ),
        (
            made(rsa, Alg::Rs256, "RS256", "enc"),
            Refused::KeyForOtherUse,
        ),
        (
            made(rsa, Alg::Rs256, "RS256", "ps256"),
            Refused::KeyOfOtherAlgorithm,
        ),
        (
            made(rsa, Alg::Ps256, "PS256", "rs256"),
            Refused::KeyOfOtherAlgorithm,
        ),
        (
            made(rsa, Alg::Rs512, "RS512", "rs256"),
            Refused::KeyOfOtherAlgorithm,
        ),
        (
            made(rsa, Alg::Rs256, "RS256", "p256"),
            Refused::KeyOfOtherKind,
        ),
        (
            made(&MADE.p256, Alg::Es256, "ES256", "rsa"),
            Refused::KeyOfOtherKind,
        ),
        (
            made(&MADE.p256, Alg::Es256, "ES256", "p384"),
            Refused::KeyOfOtherKind,
        ),
        (
            made(&MADE.p256, Alg::Es256, "ES384", "p256"),
            Refused::KeyOfOtherKind,
        ),
        (
            made(&MADE.ed, Alg::EdDsa, "EdDSA", "both"),
            Refused::KeyOfOtherKind,
        ),
        (
            made(&MADE.stranger, Alg::Rs256, "RS256", "rsa"),
            Refused::BadSignature,
        ),
        (made(rsa, Alg::Rs256, "RS384", "rsa"), Refused::BadSignature),
        (made(rsa, Alg::Rs256, "PS256", "rsa"), Refused::BadSignature),
        (made(rsa, Alg::Ps256, "RS256", "rsa"), Refused::BadSignature),
        (
            made(&MADE.p384, Alg::Es384, "ES256", "p256"),
            Refused::BadSignature,
        ),
    ] {
        assert_eq!(failed(&token), Some(expected), "{token:.60}");
    }
}

#[test]
fn no_other_form_of_a_signature_is_taken() {
    let header = r#"{"alg":"ES256","kid":"p256"}"#;
    let input = input(header, &honest().to_string());
    let good = MADE.p256.sign(Alg::Es256, input.as_bytes());
    for signature in [
        vec![0; 64],
        vec![0; 1],
        good[..63].to_vec(),
        [&good[..], &[0]].concat(),
        [&[0], &good[..]].concat(),
        // As DER.
        [
            &[0x30, 0x44, 0x02, 0x20],
            &good[..32],
            &[0x02, 0x20],
            &good[32..],
        ]
        .concat(),
    ] {
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(failed(&token), Some(Refused::BadSignature));
    }
}

#[test]
fn a_mac_needs_a_long_secret_that_is_shared() {
    let payload = honest().to_string();
    let under = |mac_: Mac, name: &str, secret: &str| {
        let header = json!({"alg": name, "kid": "rsa"}).to_string();
        mac(mac_, secret.as_bytes(), &header, &payload)
    };
    let with = |token: &str, kind: Kind, secret: Option<&str>| {
        let secret = secret.map(|secret| SecretString::new(secret.into()));
        let issuers = [ISSUER];
        let expected = Expected {
            kind,
            issuers: &issuers,
            client_id: CLIENT,
            client_secret: secret.as_ref(),
            nonce: Some(NONCE),
            access_token: None,
            now: NOW,
        };
        check(token, &MADE.published, &expected).err()
    };
    for (mac, name) in [
        (Mac::Hs256, "HS256"),
        (Mac::Hs384, "HS384"),
        (Mac::Hs512, "HS512"),
    ] {
        let token = under(mac, name, SECRET);
        assert_eq!(with(&token, Kind::Oidc, Some(SECRET)), None, "{name}");
        assert_eq!(with(&token, Kind::Oidc, None), Some(Refused::MacNotShared));
        for kind in [Kind::Google, Kind::SignInWithApple] {
            assert_eq!(
                with(&token, kind, Some(SECRET)),
                Some(Refused::MacNotShared)
            );
        }
        let other = format!("{SECRET} ");
        assert_eq!(
            with(&token, Kind::Oidc, Some(&other)),
            Some(Refused::BadSignature)
        );
    }
    for (secret, expected) in [
        (String::new(), Some(Refused::ShortSecret)),
        ("x".repeat(31), Some(Refused::ShortSecret)),
        ("x".repeat(32), None),
    ] {
        let token = under(Mac::Hs256, "HS256", &secret);
        assert_eq!(with(&token, Kind::Oidc, Some(&secret)), expected);
    }
    // No kid is needed, and none helps.
    let bare = mac(
        Mac::Hs256,
        SECRET.as_bytes(),
        r#"{"alg":"HS256"}"#,
        &payload,
    );
    assert_eq!(with(&bare, Kind::Oidc, Some(SECRET)), None);
    let named = mac(
        Mac::Hs256,
        SECRET.as_bytes(),
        r#"{"alg":"HS256","kid":"oct"}"#,
        &payload,
    );
    assert_eq!(with(&named, Kind::Oidc, None), Some(Refused::MacNotShared));
    // A MAC under another name.
    let swapped = mac(
        Mac::Hs256,
        SECRET.as_bytes(),
        r#"{"alg":"HS512"}"#,
        &payload,
    );
    assert_eq!(
        with(&swapped, Kind::Oidc, Some(SECRET)),
        Some(Refused::BadSignature)
    );
}

#[test]
fn a_mac_under_a_public_key_is_worth_nothing() {
    let key = shown(&MADE.rsa, "rsa");
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let secret = SecretString::new(SECRET.into());
    for known in [
        modulus,
        key["n"].as_str().unwrap().into(),
        key.to_string().into_bytes(),
        Vec::new(),
    ] {
        for (alg, name) in [(Mac::Hs256, "HS256"), (Mac::Hs512, "HS512")] {
            let header = json!({"alg": name, "kid": "rsa"}).to_string();
            let token = mac(alg, &known, &header, &honest().to_string());
            assert_eq!(failed(&token), Some(Refused::MacNotShared));
            let shared = checked(&token, &[ISSUER], |expected| {
                expected.client_secret = Some(&secret);
            });
            assert_eq!(shared.err(), Some(Refused::BadSignature));
            // And as the algorithm of the key.
            let header = r#"{"alg":"RS256","kid":"rsa"}"#;
            let token = mac(alg, &known, header, &honest().to_string());
            assert_eq!(failed(&token), Some(Refused::BadSignature));
        }
    }
}
