//! Right and wrong assertions.

use cognate_crypto::webauthn::client::{self, Authenticator, Statement};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::passkeys::WRONG_PASSKEY;
use crate::support::passkeys::*;
use crate::support::signin::*;

/// Returns the counter that is kept of the one passkey of a pool.
async fn kept_count(t: &TestApp, s: &Site) -> i64 {
    let sql = "SELECT sign_count FROM passkeys WHERE pool_id = ?1";
    let row = t.app.store.row(sql, cognate_store::params![&s.pool]).await;
    row.unwrap().unwrap().int(0).unwrap()
}

#[each_engine]
async fn each_wrong_assertion_is_told_the_same_and_leaves_the_session_good(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    device.flags = client::PRESENT | client::ELIGIBLE;
    registered(t, &s, "jane", &device).await;
    let mut foreign = Authenticator::es256(RP);
    registered(t, &s, "bob", &foreign).await;
    let page = Page::default();
    type Change = fn(&mut Value);
    let edits: &[Change] = &[
        |credential| credential["response"]["signature"] = json!(b64([0; 70])),
        |credential| credential["response"]["signature"] = json!(""),
        |credential| credential["response"]["userHandle"] = json!(b64("somebody else")),
        |credential| {
            credential["id"] = json!("AAEC");
            credential["rawId"] = json!("AAEC");
        },
    ];
    for edit in edits {
        let asked = asked(t, &s.client, "jane").await;
        let mut credential = page.get(&asked.options, &mut device);
        edit(&mut credential);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY)),
            "{credential}"
        );
        let good = page.get(&asked.options, &mut device);
        assert!(answer(t, &s, &asked, &good).await.is_ok());
    }
    let other_challenge = asked(t, &s.client, "jane").await.options;
    for page in [
        Page::at("https://example.com"),
        Page {
            extra: json!({"crossOrigin": true}),
            ..Page::default()
        },
    ] {
        let asked = asked(t, &s.client, "jane").await;
        let credential = page.get(&asked.options, &mut device);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY))
        );
        let replayed = Page::default().get(&other_challenge, &mut device);
        assert_eq!(
            answer(t, &s, &asked, &replayed).await,
            Err(refusal(WRONG_PASSKEY))
        );
        let good = Page::default().get(&asked.options, &mut device);
        assert!(answer(t, &s, &asked, &good).await.is_ok());
    }
    // Another relying party, no user present, another kind of passkey, one that is and is not copied.
    for (rp_id, flags) in [
        ("example.com", client::PRESENT | client::ELIGIBLE),
        (RP, client::ELIGIBLE),
        (RP, client::PRESENT),
        (RP, client::PRESENT | client::BACKED_UP),
    ] {
        let asked = asked(t, &s.client, "jane").await;
        (device.rp_id, device.flags) = (rp_id.to_owned(), flags);
        let credential = Page::default().get(&asked.options, &mut device);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY)),
            "{rp_id} {flags}"
        );
        (device.rp_id, device.flags) = (
            RP.to_owned(),
            client::PRESENT | client::ELIGIBLE | client::BACKED_UP,
        );
        let good = Page::default().get(&asked.options, &mut device);
        assert!(answer(t, &s, &asked, &good).await.is_ok());
    }
    // The passkey of another user, and one whose name was put on another key.
    let asked = asked(t, &s.client, "jane").await;
    let credential = Page::default().get(&asked.options, &mut foreign);
    assert_eq!(
        answer(t, &s, &asked, &credential).await,
        Err(refusal(WRONG_PASSKEY))
    );
    foreign.credential_id = device.credential_id.clone();
    foreign.flags = device.flags;
    foreign.sign_count = 100;
    let credential = Page::default().get(&asked.options, &mut foreign);
    assert_eq!(
        answer(t, &s, &asked, &credential).await,
        Err(refusal(WRONG_PASSKEY))
    );
}

#[each_engine]
async fn what_is_no_assertion_is_refused_and_counts_for_nothing(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let asked = asked(t, &s.client, "jane").await;
    let good = Page::default().get(&asked.options, &mut device);
    let invalid = refusal(("InvalidParameterException", "Credential data is not valid"));
    let mut bad: Vec<Value> = vec![json!("x"), json!([]), json!({})];
    for (member, value) in [
        ("rawId", json!("AAEC")),
        ("type", json!("password")),
        ("response", Value::Null),
    ] {
        bad.push(with(good.clone(), json!({member: value})));
    }
    for (member, value) in [
        ("clientDataJSON", json!(b64("{}"))),
        ("authenticatorData", json!(b64([0; 36]))),
        ("signature", json!("!")),
        ("userHandle", json!("!")),
        ("authenticatorData", Value::Null),
    ] {
        let mut one = good.clone();
        one["response"][member] = value;
        bad.push(one);
    }
    // The client data of a registration.
    let mut one = good.clone();
    let made = Page::default().create(&asked.options, &device, Statement::None);
    one["response"]["clientDataJSON"] = made["response"]["clientDataJSON"].clone();
    bad.push(one);
    for credential in bad {
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(invalid.clone()),
            "{credential}"
        );
    }
    let mut input = show(&s.client, "jane", &asked.session, &good);
    input["ChallengeResponses"] = json!({"USERNAME": "jane"});
    t.refused(
        "RespondToAuthChallenge",
        input,
        "InvalidParameterException",
        "Missing required parameter CREDENTIAL",
    )
    .await;
    assert!(answer(t, &s, &asked, &good).await.is_ok());
}

#[each_engine]
async fn a_counter_must_go_on_unless_there_is_none(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    device.sign_count = 7;
    registered(t, &s, "jane", &device).await;
    assert_eq!(kept_count(t, &s).await, 7);
    let page = Page::default();
    let one = asked(t, &s.client, "jane").await;
    let credential = page.get(&one.options, &mut device);
    assert!(answer(t, &s, &one, &credential).await.is_ok());
    assert_eq!(kept_count(t, &s).await, 8);
    // A copy that was made before, and one that says it does not count.
    for (count, gives) in [(6, 7), (7, 8), (0, 0)] {
        device.sign_count = count;
        let asked = asked(t, &s.client, "jane").await;
        let credential = page.get(&asked.options, &mut device);
        assert_eq!(device.sign_count, gives);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY)),
            "{count}"
        );
    }
    assert_eq!(kept_count(t, &s).await, 8);
    device.sign_count = u32::MAX - 1;
    let last = asked(t, &s.client, "jane").await;
    let credential = page.get(&last.options, &mut device);
    assert!(answer(t, &s, &last, &credential).await.is_ok());
    assert_eq!(kept_count(t, &s).await, i64::from(u32::MAX));
}

#[each_engine]
async fn an_authenticator_that_does_not_count_signs_in_again_and_again(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    device.sign_count = 0;
    registered(t, &s, "jane", &device).await;
    for _ in 0..2 {
        let asked = asked(t, &s.client, "jane").await;
        let credential = Page::default().get(&asked.options, &mut device);
        assert!(answer(t, &s, &asked, &credential).await.is_ok());
    }
}

#[each_engine]
async fn one_assertion_signs_in_once_however_often_it_is_sent(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let asked = asked(t, &s.client, "jane").await;
    let credential = Page::default().get(&asked.options, &mut device);
    let inputs = vec![show(&s.client, "jane", &asked.session, &credential); 6];
    let answers = crate::support::users::all_at_once(t, "RespondToAuthChallenge", inputs).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
}

#[each_engine]
async fn five_wrong_assertions_lock_the_user(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let asked = asked(t, &s.client, "jane").await;
    let mut bad = Page::default().get(&asked.options, &mut device);
    bad["response"]["signature"] = json!(b64([0; 70]));
    // Four are free; each further one locks for twice as long.
    for pause in [0, 0, 0, 0, 1, 2, 4, 8, 0] {
        assert_eq!(
            answer(t, &s, &asked, &bad).await,
            Err(refusal(WRONG_PASSKEY))
        );
        t.advance(pause).await;
    }
    let good = Page::default().get(&asked.options, &mut device);
    assert_eq!(answer(t, &s, &asked, &good).await, Err(refusal(LOCKED)));
    let locked = t.call("InitiateAuth", by_passkey(&s.client, "jane")).await;
    assert_eq!(locked, Err(refusal(LOCKED)));
    t.advance(17).await;
    assert!(answer(t, &s, &asked, &good).await.is_ok());
}

#[each_engine]
async fn verification_is_demanded_where_the_pool_says_so(t: &TestApp) {
    for demand in [
        json!({"UserVerification": "required"}),
        json!({"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}),
    ] {
        let s = passkey_site(t, json!({})).await;
        let mut device = Authenticator::es256(RP);
        device.flags = client::PRESENT;
        registered(t, &s, "jane", &device).await;
        configure(t, &s, with(json!({"RelyingPartyId": RP}), demand)).await;
        let asked = asked(t, &s.client, "jane").await;
        assert_eq!(asked.options["userVerification"], "required");
        let credential = Page::default().get(&asked.options, &mut device);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY))
        );
        device.flags |= client::VERIFIED;
        let credential = Page::default().get(&asked.options, &mut device);
        assert!(answer(t, &s, &asked, &credential).await.is_ok());
    }
}

#[each_engine]
async fn a_passkey_that_is_deleted_or_orphaned_signs_nobody_in(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    let access = registered(t, &s, "jane", &device).await;
    let before = asked(t, &s.client, "jane").await;
    let credential = Page::default().get(&before.options, &mut device);
    configure(t, &s, json!({"RelyingPartyId": "example.com"})).await;
    assert_eq!(
        answer(t, &s, &before, &credential).await,
        Err(refusal(WRONG_PASSKEY))
    );
    assert_eq!(
        offered(t, &s, "jane").await,
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
    let factors = t
        .ok("GetUserAuthFactors", json!({"AccessToken": access}))
        .await;
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD"]));
    configure(t, &s, json!({"RelyingPartyId": RP})).await;
    t.ok(
        "DeleteWebAuthnCredential",
        json!({"AccessToken": access, "CredentialId": b64(&device.credential_id)}),
    )
    .await;
    assert_eq!(
        answer(t, &s, &before, &credential).await,
        Err(refusal(WRONG_PASSKEY))
    );
    let asked = t.ok("InitiateAuth", by_passkey(&s.client, "jane")).await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
}

#[each_engine]
async fn who_was_disabled_in_between_signs_in_no_more(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let asked = asked(t, &s.client, "jane").await;
    let credential = Page::default().get(&asked.options, &mut device);
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    assert_eq!(
        answer(t, &s, &asked, &credential).await,
        Err(not_authorized("User is disabled."))
    );
    t.ok(
        "UpdateUserPoolClient",
        json!({
            "UserPoolId": s.pool, "ClientId": s.client, "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        }),
    )
    .await;
    assert_eq!(
        answer(t, &s, &asked, &credential).await,
        Err(refusal(WRONG_PASSKEY))
    );
}
