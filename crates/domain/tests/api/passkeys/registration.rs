//! Registering, listing and deleting passkeys.

use cognate_crypto::webauthn::client::{self, Authenticator, Statement};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::passkeys::*;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

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
const UNSUPPORTED: (&str, &str) = (
    "WebAuthnCredentialNotSupportedException",
    "The credential is not supported.",
);
const INVALID: (&str, &str) = ("InvalidParameterException", "Credential data is not valid");
const FULL: (&str, &str) = (
    "LimitExceededException",
    "Maximum number of passkeys reached for the user.",
);

async fn list(t: &TestApp, access: &Value, more: Value) -> Value {
    let input = with(json!({"AccessToken": access}), more);
    t.ok("ListWebAuthnCredentials", input).await
}

/// Begins a registration and completes it with what the page made of the options.
async fn try_register(
    t: &TestApp,
    access: &Value,
    page: &Page,
    device: &Authenticator,
    statement: Statement,
) -> Result<Value, Refusal> {
    let options = start(t, access).await;
    complete(t, access, page.create(&options, device, statement)).await
}

async fn refused_as(t: &TestApp, access: &Value, credential: Value, expected: (&str, &str)) {
    assert_eq!(
        complete(t, access, credential).await,
        Err(refusal(expected))
    );
}

/// Puts `n` passkeys beside those of a user.
async fn fill(t: &TestApp, s: &Site, sub: &str, n: usize) {
    let sql = "INSERT INTO passkeys (pool_id, credential_id, user_id, rp_id, public_key, sign_count, doc, created, used) \
         VALUES (?1, ?2, ?3, 'login.example.com', ?4, 0, '{\"name\":\"Passkey\",\"backup_eligible\":false}', ?5, 0)";
    let mut batch = cognate_store::Batch::new();
    for i in 0..n {
        let id = format!("filler{i:02}");
        let made = i64::try_from(i).unwrap() / 2;
        batch = batch.run(
            sql,
            cognate_store::params![&s.pool, id, sub, vec![1_u8], made],
        );
    }
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
}

fn sub(access: &Value) -> String {
    claims(access)["sub"].as_str().unwrap().to_owned()
}

#[each_engine]
async fn a_passkey_is_registered_listed_and_deleted(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    assert_eq!(
        list(t, &access, json!({})).await,
        json!({"Credentials": []})
    );
    let options = start(t, &access).await;
    assert_eq!(unb64(&options["challenge"]).len(), 16);
    assert_eq!(
        options,
        json!({
            "authenticatorSelection": {
                "requireResidentKey": true, "residentKey": "required", "userVerification": "preferred",
            },
            "challenge": options["challenge"],
            "excludeCredentials": [],
            "pubKeyCredParams": [{"alg": -7, "type": "public-key"}, {"alg": -257, "type": "public-key"}],
            "rp": {"id": RP, "name": RP},
            "timeout": 60000,
            "user": {"id": b64(sub(&access)), "name": "jane", "displayName": ""},
        })
    );
    let device = Authenticator::es256(RP);
    let credential = Page::default().create(&options, &device, Statement::None);
    assert_eq!(complete(t, &access, credential).await, Ok(json!({})));
    let id = b64(&device.credential_id);
    let listed = list(t, &access, json!({})).await;
    let created = listed["Credentials"][0]["CreatedAt"].as_f64().unwrap();
    assert!((created - wall() as f64).abs() < 60.0);
    assert_eq!(
        listed,
        json!({"Credentials": [{
            "CredentialId": id, "FriendlyCredentialName": "Roaming passkey", "RelyingPartyId": RP,
            "AuthenticatorAttachment": "cross-platform", "AuthenticatorTransports": ["usb", "nfc"], "CreatedAt": created,
        }]})
    );
    let factors = t
        .ok("GetUserAuthFactors", json!({"AccessToken": access}))
        .await;
    assert_eq!(
        factors["ConfiguredUserAuthFactors"],
        json!(["PASSWORD", "WEB_AUTHN"])
    );
    let again = start(t, &access).await;
    assert_eq!(
        again["excludeCredentials"],
        json!([{"id": id, "type": "public-key"}])
    );
    let one = json!({"AccessToken": access, "CredentialId": id});
    assert_eq!(
        t.ok("DeleteWebAuthnCredential", one.clone()).await,
        json!({})
    );
    assert_eq!(
        list(t, &access, json!({})).await,
        json!({"Credentials": []})
    );
    t.refused(
        "DeleteWebAuthnCredential",
        one,
        "ResourceNotFoundException",
        "WebAuthn credential not found.",
    )
    .await;
}

#[each_engine]
async fn both_algorithms_and_every_statement_are_taken(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let certified = Statement::Certificate {
        aaguid: Some([7; 16]),
        unit: "Authenticator Attestation",
        authority: false,
    };
    for statement in [Statement::None, Statement::Itself, certified] {
        for mut device in [Authenticator::es256(RP), Authenticator::rs256(RP)] {
            device.aaguid = [7; 16];
            let done = try_register(t, &access, &Page::default(), &device, statement).await;
            assert_eq!(done, Ok(json!({})), "{statement:?}");
        }
    }
    assert_eq!(
        list(t, &access, json!({})).await["Credentials"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

#[each_engine]
async fn what_clients_say_of_the_authenticator_is_kept_as_far_as_it_makes_sense(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let long = "x".repeat(33);
    let many: Vec<_> = (0..20).map(|n| format!("t{n}")).collect();
    for (attachment, transports, name, shown, kept) in [
        (
            json!("platform"),
            json!(["internal", "hybrid", "internal"]),
            "Platform passkey",
            json!("platform"),
            json!(["internal", "hybrid"]),
        ),
        (
            json!("flying"),
            json!(["", "A", long, "a b", "new-one"]),
            "Passkey",
            Value::Null,
            json!(["new-one"]),
        ),
        (Value::Null, Value::Null, "Passkey", Value::Null, json!([])),
        (
            Value::Null,
            json!(many),
            "Passkey",
            Value::Null,
            json!(many[..8]),
        ),
    ] {
        let options = start(t, &access).await;
        let device = Authenticator::es256(RP);
        let mut credential = Page::default().create(&options, &device, Statement::None);
        credential["authenticatorAttachment"] = attachment;
        credential["response"]["transports"] = transports;
        assert_eq!(complete(t, &access, credential).await, Ok(json!({})));
        let listed = list(t, &access, json!({})).await;
        let last = listed["Credentials"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(last["FriendlyCredentialName"], name);
        assert_eq!(
            last.get("AuthenticatorAttachment")
                .cloned()
                .unwrap_or_default(),
            shown
        );
        assert_eq!(last["AuthenticatorTransports"], kept);
    }
}

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

#[each_engine]
async fn only_keys_and_statements_that_were_asked_for_are_supported(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let (page, device) = (Page::default(), Authenticator::es256(RP));
    for (format, expected) in [
        ("fido-u2f", UNSUPPORTED),
        ("tpm", UNSUPPORTED),
        ("packed", INVALID),
    ] {
        let options = start(t, &access).await;
        let mut credential = page.create(&options, &device, Statement::None);
        let object = client::attestation_object(format, vec![], device.data(true));
        credential["response"]["attestationObject"] = json!(b64(object));
        refused_as(t, &access, credential, expected).await;
    }
    // A statement over other client data.
    let options = start(t, &access).await;
    let mut credential = page.create(&options, &device, Statement::Itself);
    let other = page.create(
        &json!({"challenge": b64([0; 16])}),
        &device,
        Statement::Itself,
    );
    credential["response"]["attestationObject"] = other["response"]["attestationObject"].clone();
    refused_as(t, &access, credential, INVALID).await;
    // COSE's number of the algorithm, ES384 in the place of ES256: 3, -7 becomes 3, -35.
    let options = start(t, &access).await;
    let mut data = device.data(true);
    let at = data.windows(2).position(|pair| pair == [3, 0x26]).unwrap();
    data.splice(at + 1..at + 2, [0x38, 0x22]);
    let mut credential = page.create(&options, &device, Statement::None);
    credential["response"]["attestationObject"] =
        json!(b64(client::attestation_object("none", vec![], data)));
    refused_as(t, &access, credential, UNSUPPORTED).await;
}

#[each_engine]
async fn authenticators_must_be_touched_and_verify_their_user_where_that_is_demanded(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let mut device = Authenticator::es256(RP);
    let page = Page::default();
    for (flags, expected) in [
        (0, Err(refusal(INVALID))),
        (client::VERIFIED, Err(refusal(INVALID))),
        (client::PRESENT | client::BACKED_UP, Err(refusal(INVALID))),
        (client::PRESENT, Ok(json!({}))),
    ] {
        device.flags = flags;
        assert_eq!(
            try_register(t, &access, &page, &device, Statement::None).await,
            expected,
            "{flags}"
        );
    }
    for demand in [
        json!({"UserVerification": "required"}),
        json!({"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}),
    ] {
        configure(t, &s, with(json!({"RelyingPartyId": RP}), demand)).await;
        let options = start(t, &access).await;
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "required"
        );
        let mut device = Authenticator::es256(RP);
        device.flags = client::PRESENT;
        let refused = try_register(t, &access, &page, &device, Statement::None).await;
        assert_eq!(refused, Err(refusal(UNSUPPORTED)));
        device.flags = client::PRESENT | client::VERIFIED | client::ELIGIBLE | client::BACKED_UP;
        assert_eq!(
            try_register(t, &access, &page, &device, Statement::None).await,
            Ok(json!({}))
        );
    }
}

#[each_engine]
async fn what_is_no_credential_is_refused(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let options = start(t, &access).await;
    let device = Authenticator::es256(RP);
    let good = Page::default().create(&options, &device, Statement::None);
    for whole in [
        json!({}),
        json!([]),
        json!("x"),
        json!({"id": "AAEC", "rawId": "AAEC", "type": "public-key"}),
    ] {
        refused_as(t, &access, whole, INVALID).await;
    }
    for (member, value) in [
        ("id", json!("AAEC")),
        ("rawId", json!("AAEC")),
        ("type", json!("password")),
        ("type", Value::Null),
        ("response", Value::Null),
        ("response", json!([])),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        refused_as(t, &access, bad, INVALID).await;
    }
    for (member, value) in [
        ("clientDataJSON", json!("!")),
        ("clientDataJSON", json!(b64("{}"))),
        ("attestationObject", json!(b64([0xa0]))),
        ("attestationObject", json!("")),
        ("attestationObject", Value::Null),
        ("transports", json!("usb")),
    ] {
        let mut bad = good.clone();
        bad["response"][member] = value;
        refused_as(t, &access, bad, INVALID).await;
    }
    // What the authenticator signed for a sign-in.
    let mut bad = good.clone();
    let mut other = Authenticator::es256(RP);
    bad["response"]["clientDataJSON"] =
        Page::default().get(&options, &mut other)["response"]["clientDataJSON"].clone();
    refused_as(t, &access, bad, INVALID).await;
    assert_eq!(complete(t, &access, good).await, Ok(json!({})));
}

#[each_engine]
async fn a_passkey_is_registered_once_in_a_pool(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let device = Authenticator::es256(RP);
    let access = registered(t, &s, "jane", &device).await;
    let bob = signed_in(t, &s, "bob").await;
    for token in [&access, &bob] {
        let again = try_register(t, token, &Page::default(), &device, Statement::None).await;
        assert_eq!(
            again,
            Err(refusal((
                "InvalidParameterException",
                "The credential is already registered."
            )))
        );
    }
    // Nobody deletes another user's.
    let one = json!({"AccessToken": bob, "CredentialId": b64(&device.credential_id)});
    t.refused(
        "DeleteWebAuthnCredential",
        one,
        "ResourceNotFoundException",
        "WebAuthn credential not found.",
    )
    .await;
    assert_eq!(
        list(t, &access, json!({})).await["Credentials"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // In another pool it may be registered again.
    let other = passkey_site(t, json!({})).await;
    registered(t, &other, "jane", &device).await;
}

#[each_engine]
async fn a_user_has_twenty_passkeys_at_most(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    fill(t, &s, &sub(&access), 19).await;
    let options = start(t, &access).await;
    register(t, &access, &Authenticator::es256(RP)).await;
    t.refused(
        "StartWebAuthnRegistration",
        json!({"AccessToken": access}),
        FULL.0,
        FULL.1,
    )
    .await;
    // One that was begun before the last place was taken.
    drop(options);
    let bob = signed_in(t, &s, "bob").await;
    let options = start(t, &bob).await;
    let sub = sub(&bob);
    let batch = cognate_store::Batch::new().run(
        "UPDATE passkeys SET user_id = ?2, mac = NULL WHERE pool_id = ?1",
        cognate_store::params![&s.pool, &sub],
    );
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    let credential = Page::default().create(&options, &Authenticator::es256(RP), Statement::None);
    refused_as(t, &bob, credential, FULL).await;
}

#[each_engine]
async fn lists_come_in_pages_the_oldest_first(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    fill(t, &s, &sub(&access), 20).await;
    let all = list(t, &access, json!({})).await;
    assert_eq!(all.get("NextToken"), None);
    let names = |page: &Value| -> Vec<String> {
        let credentials = page["Credentials"].as_array().unwrap().iter();
        credentials
            .map(|c| c["CredentialId"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected: Vec<_> = (0..20).map(|n| format!("filler{n:02}")).collect();
    assert_eq!(names(&all), expected);
    assert_eq!(list(t, &access, json!({"MaxResults": 0})).await, all);
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = list(t, &access, json!({"MaxResults": 3, "NextToken": token})).await;
        assert!(names(&page).len() <= 3);
        seen.extend(names(&page));
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let bob = signed_in(t, &s, "bob").await;
    let page = list(t, &access, json!({"MaxResults": 3})).await;
    for (who, token) in [(&bob, page["NextToken"].clone()), (&access, json!("x"))] {
        let input = json!({"AccessToken": who, "NextToken": token});
        assert_eq!(
            t.call("ListWebAuthnCredentials", input)
                .await
                .unwrap_err()
                .0,
            "InvalidParameterException"
        );
    }
    t.refused(
        "ListWebAuthnCredentials", json!({"AccessToken": access, "MaxResults": 21}), "InvalidParameterException",
        "1 validation error detected: Value '21' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 20",
    ).await;
}

#[each_engine]
async fn who_is_deleted_leaves_no_passkey(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let sql = "SELECT 1 FROM passkeys WHERE pool_id = ?1";
    assert!(
        t.app
            .store
            .row(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .is_none()
    );
    registered(t, &s, "jane", &device).await;
}
