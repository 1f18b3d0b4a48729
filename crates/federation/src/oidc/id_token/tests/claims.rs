//! The claims of tokens whose signature is good.

use super::*;

/// A payload as raw text, for what a JSON value cannot hold.
fn raw(payload: &str) -> String {
    sign(
        &MADE.rsa,
        Alg::Rs256,
        r#"{"alg":"RS256","kid":"rsa"}"#,
        payload,
    )
}

#[test]
fn a_payload_is_an_object_that_gives_each_member_once() {
    let honest = honest().to_string();
    let sub_twice = honest.replacen('{', r#"{"sub":"admin","#, 1);
    let aud_twice = honest.replacen('{', r#"{"\u0061ud":"other","#, 1);
    let inner = honest.replacen('{', r#"{"address":{"a":1,"a":2},"#, 1);
    for (payload, expected) in [
        ("[]", Refused::Payload),
        ("\"x\"", Refused::Payload),
        ("{", Refused::Payload),
        ("{\"exp\":1e999}", Refused::Payload),
        (&format!("{honest} x"), Refused::Payload),
        (&format!("\u{feff}{honest}"), Refused::Payload),
        (&sub_twice, Refused::PayloadTwice),
        (&aud_twice, Refused::PayloadTwice),
        (&inner, Refused::PayloadTwice),
        ("{}", Refused::Issuer),
    ] {
        assert_eq!(failed(&raw(payload)), Some(expected), "{payload:.60}");
    }
}

#[test]
fn the_issuer_is_compared_byte_for_byte() {
    for iss in [
        Some(json!("https://idp.example.com/")),
        Some(json!("https://IDP.example.com")),
        Some(json!("http://idp.example.com")),
        Some(json!("idp.example.com")),
        Some(json!("https://idp.example.com ")),
        Some(json!("https://idp.example.com.evil.example")),
        Some(json!("")),
        Some(json!(null)),
        Some(json!([ISSUER])),
        Some(json!([ISSUER, "https://evil.example"])),
        Some(json!({"iss": ISSUER})),
        None,
    ] {
        let shown = format!("{iss:?}");
        assert_eq!(
            failed(&paid(&with("iss", iss))),
            Some(Refused::Issuer),
            "{shown}"
        );
    }
    // Google's second name is Google's alone.
    let token = paid(&with("iss", json!("accounts.google.com")));
    let google = Kind::Google.issuers("https://accounts.google.com");
    assert!(checked(&token, &google, |_| {}).is_ok());
    let other = Kind::Oidc.issuers("https://accounts.google.com");
    assert_eq!(checked(&token, &other, |_| {}).err(), Some(Refused::Issuer));
}

#[test]
fn the_audience_is_this_client() {
    for (aud, azp, expected) in [
        (json!(CLIENT), None, None),
        (json!([CLIENT]), None, None),
        (json!([CLIENT]), Some(json!(CLIENT)), None),
        (json!([CLIENT, "other"]), Some(json!(CLIENT)), None),
        (json!(["other", CLIENT]), Some(json!(CLIENT)), None),
        (json!("other"), None, Some(Refused::Audience)),
        (json!("other"), Some(json!(CLIENT)), Some(Refused::Audience)),
        (
            json!(["other"]),
            Some(json!(CLIENT)),
            Some(Refused::Audience),
        ),
        (json!("CLIENT-1"), None, Some(Refused::Audience)),
        (json!("client-1 "), None, Some(Refused::Audience)),
        (json!("client-1,other"), None, Some(Refused::Audience)),
        (json!([]), None, Some(Refused::Audience)),
        (json!(null), None, Some(Refused::Audience)),
        (
            json!([CLIENT, 1]),
            Some(json!(CLIENT)),
            Some(Refused::Audience),
        ),
        (json!([[CLIENT]]), None, Some(Refused::Audience)),
        (json!({"0": CLIENT}), None, Some(Refused::Audience)),
        (
            json!(CLIENT),
            Some(json!("other")),
            Some(Refused::AuthorizedParty),
        ),
        (
            json!(CLIENT),
            Some(json!("")),
            Some(Refused::AuthorizedParty),
        ),
        (
            json!(CLIENT),
            Some(json!(null)),
            Some(Refused::AuthorizedParty),
        ),
        (
            json!(CLIENT),
            Some(json!([CLIENT])),
            Some(Refused::AuthorizedParty),
        ),
        (
            json!([CLIENT, "other"]),
            None,
            Some(Refused::AuthorizedParty),
        ),
        (
            json!([CLIENT, CLIENT]),
            None,
            Some(Refused::AuthorizedParty),
        ),
        (
            json!([CLIENT, "other"]),
            Some(json!("other")),
            Some(Refused::AuthorizedParty),
        ),
    ] {
        let mut payload = with("aud", aud);
        if let Some(azp) = azp {
            payload["azp"] = azp;
        }
        assert_eq!(failed(&paid(&payload)), expected, "{payload}");
    }
    assert_eq!(failed(&paid(&with("aud", None))), Some(Refused::Audience));
}

#[test]
fn time_is_judged_with_three_minutes_of_skew() {
    for (name, value, expected) in [
        ("exp", json!(NOW + 1), None),
        ("exp", json!(NOW), None),
        ("exp", json!(NOW - 179), None),
        ("exp", json!(NOW - 180), Some(Refused::Expired)),
        ("exp", json!(NOW - 181), Some(Refused::Expired)),
        ("exp", json!(0), Some(Refused::Expired)),
        ("exp", json!(-1), Some(Refused::Expired)),
        ("exp", json!(i64::MIN), Some(Refused::Expired)),
        ("exp", json!(i64::MAX), None),
        ("exp", json!(1_700_003_600.75), None),
        ("exp", json!(u64::MAX), Some(Refused::NoEnd)),
        ("exp", json!(1e300), Some(Refused::NoEnd)),
        ("exp", json!("1700003600"), Some(Refused::NoEnd)),
        ("exp", json!(null), Some(Refused::NoEnd)),
        ("exp", json!(true), Some(Refused::NoEnd)),
        ("exp", json!([NOW + 1]), Some(Refused::NoEnd)),
        ("iat", json!(NOW), None),
        ("iat", json!(NOW + 180), None),
        ("iat", json!(NOW + 181), Some(Refused::IssuedAhead)),
        ("iat", json!(0), None),
        ("iat", json!(1e300), Some(Refused::IssuedAhead)),
        ("iat", json!("1700000000"), Some(Refused::IssuedAhead)),
        ("iat", json!(null), Some(Refused::IssuedAhead)),
        ("nbf", json!(NOW), None),
        ("nbf", json!(NOW + 180), None),
        ("nbf", json!(1_700_000_180.5), None),
        ("nbf", json!(NOW + 181), Some(Refused::NotYet)),
        ("nbf", json!(i64::MAX), Some(Refused::NotYet)),
        ("nbf", json!("1"), Some(Refused::NotYet)),
    ] {
        let token = paid(&with(name, value.clone()));
        assert_eq!(failed(&token), expected, "{name} {value}");
    }
    assert_eq!(failed(&paid(&with("exp", None))), Some(Refused::NoEnd));
    assert_eq!(failed(&paid(&with("iat", None))), None);
    for now in [i64::MIN, i64::MAX] {
        let refused = checked(&paid(&honest()), &[ISSUER], |expected| expected.now = now);
        assert!(refused.is_err());
    }
}

#[test]
fn the_nonce_is_the_one_that_was_sent() {
    for nonce in [
        Some(json!("n-0S6_WzA2Mk")),
        Some(json!("N-0S6_WZA2MJ")),
        Some(json!("")),
        Some(json!(null)),
        Some(json!([NONCE])),
        None,
    ] {
        let token = paid(&with("nonce", nonce));
        assert_eq!(failed(&token), Some(Refused::Nonce));
        // A token that this server did not ask for is not asked for its nonce.
        assert!(checked(&token, &[ISSUER], |expected| expected.nonce = None).is_ok());
    }
}

#[test]
fn the_hash_of_the_access_token_is_that_of_the_one_that_came_along() {
    let token = SecretString::new(ACCESS.into());
    let other = SecretString::new("another".into());
    let hash = |sha| {
        let digest = cognate_crypto::foreign::digest(sha, ACCESS.as_bytes());
        URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
    };
    // The example of OpenID Connect Core 1.0 appendix A.3.
    assert_eq!(hash(Sha2::Sha256), "77QmUPtjPfzWtF2AnpK9RQ");
    for (key, alg, name, kid, sha) in [
        (&MADE.rsa, Alg::Rs256, "RS256", "rsa", Sha2::Sha256),
        (&MADE.p384, Alg::Es384, "ES384", "p384", Sha2::Sha384),
        (&MADE.rsa, Alg::Ps512, "PS512", "rsa", Sha2::Sha512),
        (&MADE.ed, Alg::EdDsa, "EdDSA", "ed", Sha2::Sha512),
    ] {
        let header = json!({"alg": name, "kid": kid}).to_string();
        let payload = with("at_hash", json!(hash(sha))).to_string();
        let made = sign(key, alg, &header, &payload);
        let beside = |access: &SecretString| {
            let issuers = [ISSUER];
            let expected = Expected {
                kind: Kind::Oidc,
                issuers: &issuers,
                client_id: CLIENT,
                client_secret: None,
                nonce: Some(NONCE),
                access_token: Some(access),
                now: NOW,
            };
            check(&made, &MADE.published, &expected).err()
        };
        assert_eq!(beside(&token), None, "{name}");
        assert_eq!(beside(&other), Some(Refused::AccessTokenHash), "{name}");
        assert_eq!(failed(&made), None, "no access token came: {name}");
    }
    for wrong in [
        json!(""),
        json!(null),
        json!([hash(Sha2::Sha256)]),
        json!(hash(Sha2::Sha512)),
        json!("77QmUPtjPfzWtF2AnpK9RR"),
    ] {
        let made = paid(&with("at_hash", wrong));
        let refused = checked(&made, &[ISSUER], |expected| {
            expected.access_token = Some(&token)
        });
        assert_eq!(refused.err(), Some(Refused::AccessTokenHash));
    }
    assert!(
        checked(&paid(&honest()), &[ISSUER], |e| e.access_token =
            Some(&token))
        .is_ok()
    );
}

#[test]
fn the_subject_is_a_short_text() {
    for sub in [
        Some(json!("")),
        Some(json!(null)),
        Some(json!(12)),
        Some(json!(["user-1"])),
        Some(json!("x".repeat(256))),
        Some(json!("a\u{0}b")),
        Some(json!("a\nb")),
        None,
    ] {
        assert_eq!(failed(&paid(&with("sub", sub))), Some(Refused::Subject));
    }
    assert_eq!(failed(&paid(&with("sub", json!("x".repeat(255))))), None);
}

#[test]
fn a_large_honest_token_is_taken() {
    let token = paid(&with("groups", json!(vec!["group"; 5_000])));
    assert!(token.len() > 50_000);
    assert_eq!(failed(&token), None);
}

#[test]
fn a_message_about_an_event_is_no_grant() {
    let grant = Expected {
        kind: Kind::Oidc,
        issuers: &[ISSUER],
        client_id: CLIENT,
        client_secret: None,
        nonce: None,
        access_token: None,
        now: NOW,
    };
    let token = paid(&with("nonce", None));
    let claims = presented(&token, &MADE.published, &grant).unwrap();
    assert_eq!(end(&claims), Some(NOW + 3_600));
    let logout = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    for events in [logout, json!(null)] {
        let token = paid(&with("events", Some(events)));
        let read = presented(&token, &MADE.published, &grant);
        assert_eq!(read.err(), Some(Refused::OtherType));
    }
}
