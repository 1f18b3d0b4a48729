//! One test for each type of provider.

use super::*;

const GOOGLE: &str = "https://accounts.google.com";
const PEOPLE: &str = "https://people.googleapis.com/v1/people/me?personFields=";

fn secret() -> SecretString {
    SecretString::new("secret".into())
}

/// The claims of Google's ID token (its documentation, "OpenID Connect").
fn google_payload() -> Value {
    json!({
        "iss": GOOGLE, "azp": "client", "aud": "client", "sub": "10769150350006150715113082367",
        "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "hd": "example.com", "email": "jsmith@example.com",
        "email_verified": true, "iat": NOW - 1, "exp": NOW + 3_599, "nonce": "NONCE", "name": "J Smith",
        "picture": "https://lh3.googleusercontent.com/a/x=s96-c", "given_name": "J", "family_name": "Smith",
    })
}

fn google_tokens(issuer: &Issuer, payload: &Value) -> Tokens {
    // The hash in the payload is that of another access token, so none is compared here.
    let body = json!({"id_token": issuer.token(payload), "expires_in": 3_599, "token_type": "Bearer",
        "scope": "openid https://www.googleapis.com/auth/userinfo.email"});
    exchange::read(Kind::Google, 200, body.to_string().as_bytes()).unwrap()
}

#[test]
fn google() {
    let issuer = Issuer::new(provider::Kind::Rsa, Alg::Rs256, "RS256");
    let keys = issuer.keys();
    let url = authorize::url(
        &authorize::Provider {
            kind: Kind::Google,
            client_id: "client",
            authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
            scopes: "email profile openid",
        },
        &authorize::Ask {
            redirect_uri: REDIRECT,
            state: "STATE",
            nonce: "NONCE",
            challenge: Some(&authorize::challenge("VERIFIER")),
            login_hint: Some("jane"),
            prompt: Some("select_account"),
            acr_values: None,
        },
    );
    assert!(url.contains("&nonce=NONCE&code_challenge="), "{url}");
    assert!(url.ends_with("&prompt=select_account"), "{url}");

    let answer = Answer::read([
        ("state", "STATE"),
        ("code", "CODE"),
        ("scope", "email profile openid"),
        ("authuser", "0"),
        ("prompt", "none"),
    ]);
    assert_eq!(
        answer.unwrap().code(&Kind::Google.issuers(GOOGLE), false),
        Ok("CODE")
    );
    let (url, form) = exchanged(
        Kind::Google,
        "https://www.googleapis.com/oauth2/v4/token",
        &secret(),
    );
    assert_eq!(url, "https://www.googleapis.com/oauth2/v4/token");
    assert!(
        form.unwrap()
            .contains("&client_secret=secret&code_verifier=VERIFIER")
    );

    for iss in [GOOGLE, "accounts.google.com"] {
        let mut payload = google_payload();
        payload["iss"] = iss.into();
        let tokens = google_tokens(&issuer, &payload);
        let claims = checked(Kind::Google, GOOGLE, "client", &tokens, &keys).unwrap();
        assert_eq!(claims.subject("sub"), Some("10769150350006150715113082367"));
        assert_eq!(text(&claims, "email_verified").as_deref(), Some("true"));
    }
    let mut foreign = google_payload();
    foreign["azp"] = "another".into();
    let refused = checked(
        Kind::Google,
        GOOGLE,
        "client",
        &google_tokens(&issuer, &foreign),
        &keys,
    );
    assert_eq!(refused, Err(Refused::AuthorizedParty));
}

#[test]
fn google_s_people_api() {
    let issuer = Issuer::new(provider::Kind::Rsa, Alg::Rs256, "RS256");
    let tokens = google_tokens(&issuer, &google_payload());
    let claims = checked(Kind::Google, GOOGLE, "client", &tokens, &issuer.keys()).unwrap();
    let body = json!({"id_token": "i", "access_token": "a"}).to_string();
    let with_access = exchange::read(Kind::Google, 200, body.as_bytes()).unwrap();
    let asked =
        |mapped: &[&str]| profile_url(Kind::Google, PEOPLE, mapped, Some(&claims), &with_access);
    assert_eq!(asked(&["email", "name", "picture", "sub"]), None);
    let url = asked(&["email", "phoneNumbers", "birthdays"]).unwrap();
    assert_eq!(url, format!("{PEOPLE}birthdays,phoneNumbers"));

    let person = |name: &str| {
        let body = json!({
            "resourceName": name, "etag": "%EgUBAj0DNy4aBAECBQciDFRtQTZ5",
            "phoneNumbers": [{"metadata": {"primary": true}, "value": "+4930123", "canonicalForm": "+4930123"}],
            "email": "other@example.com",
        });
        userinfo::read(Kind::Google, 200, body.to_string().as_bytes()).unwrap()
    };
    let own = person("people/10769150350006150715113082367");
    let both = userinfo::merge(Some(claims.clone()), own).unwrap();
    assert_eq!(text(&both, "email").as_deref(), Some("jsmith@example.com"));
    let phones: Value = serde_json::from_str(&text(&both, "phoneNumbers").unwrap()).unwrap();
    assert_eq!(phones["canonicalForm"], "+4930123");
    assert_eq!(both.get("etag"), None);
    for other in ["people/1", "10769150350006150715113082367", "people/", ""] {
        let merged = userinfo::merge(Some(claims.clone()), person(other));
        assert_eq!(merged, Err(OtherSubject), "{other}");
    }
}

#[test]
fn facebook() {
    let url = authorize::url(
        &authorize::Provider {
            kind: Kind::Facebook,
            client_id: "client",
            authorize_url: "https://www.facebook.com/v17.0/dialog/oauth",
            scopes: "public_profile,email",
        },
        &authorize::Ask {
            redirect_uri: REDIRECT,
            state: "STATE",
            nonce: "NONCE",
            challenge: None,
            login_hint: Some("jane"),
            prompt: Some("login"),
            acr_values: None,
        },
    );
    assert!(
        url.ends_with("&scope=public_profile%2Cemail&response_type=code&state=STATE"),
        "{url}"
    );
    let token_url = "https://graph.facebook.com/v17.0/oauth/access_token";
    let (url, form) = exchanged(Kind::Facebook, token_url, &secret());
    assert!(url.starts_with(&format!("{token_url}?grant_type=")) && form.is_none());

    let body = br#"{"access_token":"EAAG","token_type":"bearer","expires_in":5183814}"#;
    let tokens = exchange::read(Kind::Facebook, 200, body).unwrap();
    let graph = "https://graph.facebook.com/v17.0/me?fields=";
    let url = profile_url(
        Kind::Facebook,
        graph,
        &["email", "picture", "id"],
        None,
        &tokens,
    )
    .unwrap();
    assert!(
        url.starts_with(&format!("{graph}id,email,picture&appsecret_proof=")),
        "{url}"
    );

    // Without an e-mail address: the user withheld it.
    let body = json!({
        "id": "10158000000000000", "first_name": "Jane",
        "picture": {"data": {"height": 50, "is_silhouette": false, "url": "https://platform-lookaside.fbsbx.com/p?x=1", "width": 50}},
    });
    let info = userinfo::read(Kind::Facebook, 200, body.to_string().as_bytes()).unwrap();
    let claims = userinfo::merge(None, info).unwrap();
    assert_eq!(
        claims.subject(Kind::Facebook.subject_claim()),
        Some("10158000000000000")
    );
    assert_eq!(
        text(&claims, "picture").as_deref(),
        Some("https://platform-lookaside.fbsbx.com/p?x=1")
    );
    assert_eq!(text(&claims, "email"), None);
    let refused = br#"{"error":{"message":"Invalid appsecret_proof","type":"GraphMethodException","code":100}}"#;
    assert!(userinfo::read(Kind::Facebook, 400, refused).is_err());
}

#[test]
fn login_with_amazon() {
    let (url, form) = exchanged(
        Kind::LoginWithAmazon,
        "https://api.amazon.com/auth/o2/token",
        &secret(),
    );
    assert_eq!(url, "https://api.amazon.com/auth/o2/token");
    assert!(form.unwrap().contains("code_verifier=VERIFIER"));
    let body = br#"{"access_token":"Atza|IQEB","token_type":"bearer","expires_in":3600,"refresh_token":"Atzr|IQEB"}"#;
    let tokens = exchange::read(Kind::LoginWithAmazon, 200, body).unwrap();
    let profile = "https://api.amazon.com/user/profile";
    assert_eq!(
        profile_url(Kind::LoginWithAmazon, profile, &["email"], None, &tokens).as_deref(),
        Some(profile)
    );
    let body = br#"{"user_id":"amzn1.account.K2LI23KL2LK2","email":"mhashimoto-04@plaxo.com","name":"Mork Hashimoto","postal_code":"98052"}"#;
    let info = userinfo::read(Kind::LoginWithAmazon, 200, body).unwrap();
    let claims = userinfo::merge(None, info).unwrap();
    assert_eq!(
        claims.subject("user_id"),
        Some("amzn1.account.K2LI23KL2LK2")
    );
    assert_eq!(text(&claims, "postal_code").as_deref(), Some("98052"));
    let error =
        br#"{"error":"invalid_token","error_description":"The request has an invalid parameter"}"#;
    assert!(userinfo::read(Kind::LoginWithAmazon, 400, error).is_err());
}

#[test]
fn sign_in_with_apple() {
    const APPLE: &str = "https://appleid.apple.com";
    let issuer = Issuer::new(provider::Kind::Rsa, Alg::Rs256, "RS256");
    let answer = Answer::read([
        ("state", "STATE"),
        ("code", "c6a0"),
        (
            "user",
            r#"{"name":{"firstName":"Jane","lastName":"Doe"},"email":"admin@example.com"}"#,
        ),
    ])
    .unwrap();
    assert_eq!(
        answer.code(&Kind::SignInWithApple.issuers(APPLE), false),
        Ok("c6a0")
    );
    let (_, form) = exchanged(
        Kind::SignInWithApple,
        "https://appleid.apple.com/auth/token",
        &secret(),
    );
    assert!(!form.unwrap().contains("code_verifier"));

    // `email_verified` and `is_private_email` come as texts.
    let payload = json!({
        "iss": APPLE, "aud": "client", "exp": NOW + 86_400, "iat": NOW, "sub": "001999.0b1c",
        "nonce": "NONCE", "nonce_supported": true, "email": "x1y2@privaterelay.appleid.com",
        "email_verified": "true", "is_private_email": "true", "auth_time": NOW,
    });
    let body = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 3_600, "refresh_token": "r",
        "id_token": issuer.token(&payload)});
    let tokens = exchange::read(Kind::SignInWithApple, 200, body.to_string().as_bytes()).unwrap();
    let mut claims = checked(
        Kind::SignInWithApple,
        APPLE,
        "client",
        &tokens,
        &issuer.keys(),
    )
    .unwrap();
    let asked = profile_url(
        Kind::SignInWithApple,
        "https://x",
        &["name"],
        Some(&claims),
        &tokens,
    );
    assert_eq!(asked, None);
    apple::add_name(
        &mut claims,
        &apple::first_name(answer.user.unwrap()).unwrap(),
    );
    for (name, expected) in [
        ("firstName", "Jane"),
        ("lastName", "Doe"),
        ("name", "Jane Doe"),
        // What the browser brought as an address counts for nothing.
        ("email", "x1y2@privaterelay.appleid.com"),
        ("email_verified", "true"),
    ] {
        assert_eq!(text(&claims, name).as_deref(), Some(expected));
    }
    let denied = Answer::read([("state", "STATE"), ("error", "user_cancelled_authorize")]).unwrap();
    assert!(denied.code(&[APPLE], false).is_err());
}

#[test]
fn an_openid_provider() {
    let issuer = Issuer::new(provider::Kind::P256, Alg::Es256, "ES256");
    let idp = "https://idp.example.com";
    let payload = json!({"iss": idp, "aud": ["client"], "exp": NOW + 60, "iat": NOW, "sub": "248289761001",
        "nonce": "NONCE", "groups": ["staff", "r&d"]});
    let body = json!({"access_token": "SlAV32hkKG", "token_type": "Bearer", "id_token": issuer.token(&payload)});
    let tokens = exchange::read(Kind::Oidc, 200, body.to_string().as_bytes()).unwrap();
    let claims = checked(Kind::Oidc, idp, "client", &tokens, &issuer.keys()).unwrap();
    let info = json!({"sub": "248289761001", "name": "Jane Doe", "address": {"country": "DE"}, "groups": ["admins"]});
    let info = userinfo::read(Kind::Oidc, 200, info.to_string().as_bytes()).unwrap();
    let claims = userinfo::merge(Some(claims), info).unwrap();
    assert_eq!(text(&claims, "groups").as_deref(), Some("[staff,r%26d]"));
    assert_eq!(
        text(&claims, "address").as_deref(),
        Some(r#"{"country":"DE"}"#)
    );
    let stranger = Issuer::new(provider::Kind::P256, Alg::Es256, "ES256");
    let refused = checked(Kind::Oidc, idp, "client", &tokens, &stranger.keys());
    assert_eq!(refused, Err(Refused::BadSignature));
}
