//! The requirements of pool, client, relying party and challenge on a registration.

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::passkeys::*;
use crate::support::signin::*;

const NOT_ENABLED: (&str, &str) = (
    "WebAuthnNotEnabledException",
    "WebAuthn not enabled for this pool",
);

const NO_CHALLENGE: (&str, &str) = (
    "WebAuthnChallengeNotFoundException",
    "WebAuthn registration challenge not found or expired.",
);

const ORIGIN_REFUSED: (&str, &str) = (
    "WebAuthnOriginNotAllowedException",
    "The origin of the credential is not allowed.",
);

const OTHER_PARTY: (&str, &str) = (
    "WebAuthnRelyingPartyMismatchException",
    "The credential is for a different relying party ID than the one of the user pool.",
);

#[each_engine]
async fn passkeys_must_be_a_first_factor_and_the_client_must_allow_user_auth(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let access = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let token = json!({"AccessToken": access});
    let both = json!({"AccessToken": access, "Credential": {}});
    t.refused(
        "StartWebAuthnRegistration",
        token,
        NOT_ENABLED.0,
        NOT_ENABLED.1,
    )
    .await;
    t.refused(
        "CompleteWebAuthnRegistration",
        both,
        NOT_ENABLED.0,
        NOT_ENABLED.1,
    )
    .await;
    let s = passkey_site(t, json!({})).await;
    let without = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    user(t, &s.pool, "jane").await;
    let access = sign_in(t, &without, "jane").await["AccessToken"].clone();
    let text = "USER_AUTH flow not enabled for this client";
    let both = json!({"AccessToken": access, "Credential": {}});
    t.refused(
        "StartWebAuthnRegistration",
        json!({"AccessToken": access}),
        "InvalidParameterException",
        text,
    )
    .await;
    t.refused(
        "CompleteWebAuthnRegistration",
        both,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[each_engine]
async fn every_operation_wants_a_good_access_token(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let calls = [
        ("StartWebAuthnRegistration", json!({})),
        ("CompleteWebAuthnRegistration", json!({"Credential": {}})),
        ("ListWebAuthnCredentials", json!({})),
        ("DeleteWebAuthnCredential", json!({"CredentialId": "AAEC"})),
    ];
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    for (op, more) in &calls {
        let input = with(json!({"AccessToken": access}), more.clone());
        t.refused(
            op,
            input,
            "PasswordResetRequiredException",
            "Password reset required for the user",
        )
        .await;
    }
    set_status(t, &s.pool, "CONFIRMED").await;
    t.ok("GlobalSignOut", json!({"AccessToken": access})).await;
    for (op, more) in &calls {
        let input = |token: &Value| with(json!({"AccessToken": token}), more.clone());
        t.refused(
            op,
            input(&access),
            "NotAuthorizedException",
            "Access Token has been revoked",
        )
        .await;
        t.refused(
            op,
            input(&json!("a.b.c")),
            "NotAuthorizedException",
            "Invalid Access Token",
        )
        .await;
    }
}

#[each_engine]
async fn the_relying_party_is_the_setting_else_the_custom_domain_else_the_prefix(t: &TestApp) {
    let s = bare_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let missing = "User pool has no relying party ID and no domain configured.";
    let token = json!({"AccessToken": access});
    t.refused(
        "StartWebAuthnRegistration",
        token,
        "WebAuthnConfigurationMissingException",
        missing,
    )
    .await;
    let asked = t.ok("InitiateAuth", by_passkey(&s.client, "jane")).await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    t.ok(
        "CreateUserPoolDomain",
        json!({"UserPoolId": s.pool, "Domain": "shop"}),
    )
    .await;
    let prefix = "shop.auth.us-east-1.amazoncognito.com";
    assert_eq!(
        start(t, &access).await["rp"],
        json!({"id": prefix, "name": prefix})
    );
    let custom = json!({"UserPoolId": s.pool, "Domain": "auth.example.com", "CustomDomainConfig": {
        "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"}});
    t.ok("CreateUserPoolDomain", custom).await;
    assert_eq!(start(t, &access).await["rp"]["id"], "auth.example.com");
    configure(t, &s, json!({"RelyingPartyId": "Login.Example.COM"})).await;
    assert_eq!(start(t, &access).await["rp"]["id"], RP);
    register(t, &access, &Authenticator::es256(RP)).await;
}

#[each_engine]
async fn a_challenge_is_good_once_for_a_while_and_for_its_client(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let (page, device) = (Page::default(), Authenticator::es256(RP));
    let unasked = page.create(
        &json!({"challenge": b64([0; 16])}),
        &device,
        Statement::None,
    );
    refused_as(t, &access, unasked.clone(), NO_CHALLENGE).await;
    let first = start(t, &access).await;
    let second = start(t, &access).await;
    refused_as(t, &access, unasked, NO_CHALLENGE).await;
    refused_as(
        t,
        &access,
        page.create(&first, &device, Statement::None),
        NO_CHALLENGE,
    )
    .await;
    let good = page.create(&second, &device, Statement::None);
    // What was refused did not use the challenge up.
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    let other = client_of(t, &s.pool, flows).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let foreign = sign_in(t, &other, "jane").await["AccessToken"].clone();
    let mismatch = (
        "WebAuthnClientMismatchException",
        "The access token is for a different client than the one that started the registration.",
    );
    refused_as(t, &foreign, good.clone(), mismatch).await;
    assert_eq!(complete(t, &access, good.clone()).await, Ok(json!({})));
    refused_as(t, &access, good, NO_CHALLENGE).await;
    let late = start(t, &access).await;
    let device = Authenticator::es256(RP);
    t.advance(300).await;
    refused_as(
        t,
        &access,
        page.create(&late, &device, Statement::None),
        NO_CHALLENGE,
    )
    .await;
    // A challenge of another user's is none.
    let bob = signed_in(t, &s, "bob").await;
    let his = start(t, &bob).await;
    start(t, &access).await;
    refused_as(
        t,
        &access,
        page.create(&his, &device, Statement::None),
        NO_CHALLENGE,
    )
    .await;
}

#[each_engine]
async fn only_pages_of_the_relying_party_register(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let device = Authenticator::es256(RP);
    let framed = |extra: Value| Page {
        extra,
        ..Page::default()
    };
    for page in [
        Page::at("https://example.com"),
        Page::at("http://login.example.com"),
        Page::at("https://login.example.com.evil.org"),
        Page::at("https://evillogin.example.com"),
        Page::at("http://localhost"),
        framed(json!({"crossOrigin": true})),
        framed(json!({"crossOrigin": true, "topOrigin": ORIGIN})),
        framed(json!({"topOrigin": "https://evil.org"})),
    ] {
        let refused = try_register(t, &access, &page, &device, Statement::None).await;
        assert_eq!(
            refused,
            Err(refusal(ORIGIN_REFUSED)),
            "{} {}",
            page.origin,
            page.extra
        );
    }
    let below = Page::at("https://a.login.example.com:8443");
    assert_eq!(
        try_register(t, &access, &below, &device, Statement::None).await,
        Ok(json!({}))
    );
    // `cognate dev` serves pages of this machine.
    configure(t, &s, json!({"RelyingPartyId": "localhost"})).await;
    let local = Page::at("http://localhost:5173");
    let device = Authenticator::es256("localhost");
    assert_eq!(
        try_register(t, &access, &local, &device, Statement::None).await,
        Ok(json!({}))
    );
}

#[each_engine]
async fn a_passkey_of_another_relying_party_is_refused(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let page = Page::default();
    let refused = try_register(
        t,
        &access,
        &page,
        &Authenticator::es256("example.com"),
        Statement::None,
    )
    .await;
    assert_eq!(refused, Err(refusal(OTHER_PARTY)));
    // The pool took another name while the user looked for the key.
    let options = start(t, &access).await;
    configure(t, &s, json!({"RelyingPartyId": "new.login.example.com"})).await;
    let page = Page::at("https://new.login.example.com");
    refused_as(
        t,
        &access,
        page.create(&options, &Authenticator::es256(RP), Statement::None),
        OTHER_PARTY,
    )
    .await;
}
