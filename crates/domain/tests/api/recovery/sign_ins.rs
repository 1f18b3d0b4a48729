//! Sign-ins while a recovery is open.

use cognate_crypto::webauthn::client::Authenticator;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::federation::flow::{company, enter, visit};
use crate::signin::imported::{import, read};
use crate::support::mfa::register;
use crate::support::passkeys::{self, Page};
use crate::support::signin::{self, PASSWORD, by_password};
use crate::support::users::with;

#[each_engine]
async fn sign_ins_and_reads_go_on_but_for_those_that_write(t: &TestApp) {
    let s = world(t, json!({})).await;
    for name in ["jane", "joe", "key", "old"] {
        signin::user(t, &s.pool, name).await;
    }
    let of = |name: &str, more: Value| with(json!({"UserPoolId": s.pool, "Username": name}), more);
    let joe = signin::sign_in(t, &s.client, "joe").await;
    let app = register(t, &joe["AccessToken"]).await;
    let on = json!({"SoftwareTokenMfaSettings": {"Enabled": true}});
    t.ok("AdminSetUserMFAPreference", of("joe", on)).await;
    let token = signin::sign_in(t, &s.client, "key").await;
    let mut key = Authenticator::es256(passkeys::RP);
    passkeys::register(t, &token["AccessToken"], &key).await;
    let temporary = json!({"MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary1!"});
    t.ok("AdminCreateUser", of("new", temporary)).await;
    let jane = signin::sign_in(t, &s.client, "jane").await;
    let target = moment(t).await;
    let id = initiate(t, &s.pool, target).await;
    t.advance(90).await;

    // Passwords, passkeys and refresh tokens.
    let fresh = signin::sign_in(t, &s.client, "jane").await;
    let refresh = signin::initiate(
        &s.client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": jane["RefreshToken"]}),
    );
    t.ok("InitiateAuth", refresh).await;
    let asked = passkeys::asked(t, &s.client, "key").await;
    let shown = Page::default().get(&asked.options, &mut key);
    t.ok(
        "RespondToAuthChallenge",
        passkeys::show(&s.client, "key", &asked.session, &shown),
    )
    .await;
    // Wrong passwords are counted and refused as ever.
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", "Wrong1!!"),
        signin::WRONG.0,
        signin::WRONG.1,
    )
    .await;
    // A temporary password and a code of an app: each has to be written down.
    let challenge = async |name: &str, password: &str, more: Value| {
        let asked = t
            .ok("InitiateAuth", by_password(&s.client, name, password))
            .await;
        let responses = with(json!({"USERNAME": name}), more);
        let input = json!({
            "ClientId": s.client, "ChallengeName": asked["ChallengeName"], "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        t.call("RespondToAuthChallenge", input).await
    };
    let refused = Err((PAUSED.0.to_owned(), PAUSED.1.to_owned()));
    let new = json!({"NEW_PASSWORD": "Another1!"});
    assert_eq!(challenge("new", "Temporary1!", new.clone()).await, refused);
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    assert_eq!(challenge("joe", PASSWORD, code.clone()).await, refused);
    // Sessions end, and codes are sent.
    for (op, input) in [
        ("AdminUserGlobalSignOut", of("old", json!({}))),
        (
            "GlobalSignOut",
            json!({"AccessToken": fresh["AccessToken"]}),
        ),
        ("AdminGetUser", of("joe", json!({}))),
        ("ListUsers", json!({"UserPoolId": s.pool})),
        ("DescribeUserPool", json!({"UserPoolId": s.pool})),
        (
            "CreateUserPoolClient",
            json!({"UserPoolId": s.pool, "ClientName": "c"}),
        ),
    ] {
        let answer = t.call(op, input).await;
        assert!(answer.is_ok(), "{op}: {answer:?}");
    }
    t.ok("CancelPointInTimeRecovery", named(&s.pool, &id)).await;
    // The code was not used up.
    challenge(
        "joe",
        PASSWORD,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    challenge("new", "Temporary1!", new).await.unwrap();
}

#[each_engine]
async fn an_app_is_not_set_up_in_the_middle_of_a_sign_in(t: &TestApp) {
    let s = crate::support::mfa::mfa_site(t, "ON", &["SOFTWARE_TOKEN_MFA"]).await;
    crate::support::mfa::jane(t, &s, &[]).await;
    let target = moment(t).await;
    initiate(t, &s.pool, target).await;
    let asked = crate::support::mfa::challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    let input = json!({"Session": asked["Session"]});
    t.refused("AssociateSoftwareToken", input, PAUSED.0, PAUSED.1)
        .await;
}

#[each_engine]
async fn users_of_providers_pass_when_they_are_known_and_unchanged(t: &TestApp) {
    let c = company(t).await;
    let jane = json!({"email": "jane@corp.example", "name": "Jane"});
    enter(t, &c, jane.clone()).await;
    let target = moment(t).await;
    let id = initiate(t, &c.pool, target).await;
    let before = rows(t, &c.pool).await;
    enter(t, &c, jane.clone()).await;
    for other in [
        json!({"name": "Janet"}),
        json!({"sub": "u2", "name": "Joe"}),
    ] {
        let outcome = visit(t, &c, with(jane.clone(), other)).await;
        assert!(outcome.is_err());
    }
    assert_eq!(rows(t, &c.pool).await, before);
    t.ok("CancelPointInTimeRecovery", named(&c.pool, &id)).await;
    enter(t, &c, with(jane, json!({"name": "Janet"}))).await;
}

#[each_engine]
async fn the_hash_of_another_system_stays_while_users_may_not_change(t: &TestApp) {
    let s = signin::site(t).await;
    signin::user(t, &s.pool, "jane").await;
    let target = moment(t).await;
    import(t, &s.pool, "jane").await;
    let id = initiate(t, &s.pool, target).await;
    for _ in 0..2 {
        signin::sign_in(t, &s.client, "jane").await;
        assert!(read(t, &s.pool, "jane").await.has_imported_password());
    }
    t.ok("CancelPointInTimeRecovery", named(&s.pool, &id)).await;
    signin::sign_in(t, &s.client, "jane").await;
    assert!(!read(t, &s.pool, "jane").await.has_imported_password());
}
