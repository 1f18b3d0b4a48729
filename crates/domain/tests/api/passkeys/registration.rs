//! Registering, listing and deleting passkeys.

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::passkeys::*;
use crate::support::signin::*;

const FULL: (&str, &str) = (
    "LimitExceededException",
    "Maximum number of passkeys reached for the user.",
);

async fn list(t: &TestApp, access: &Value, more: Value) -> Value {
    let input = with(json!({"AccessToken": access}), more);
    t.ok("ListWebAuthnCredentials", input).await
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
    // A user cannot delete a passkey of another.
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
