//! SOFTWARE_TOKEN_MFA: signing in with an authenticator app, its codes used once.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{
    Srp, by_password, client_of, not_authorized, refusal, sign_in, user, verify,
};

#[each_engine]
async fn a_registered_app_is_asked_for_once_it_is_turned_on(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &[]).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    later(t).await;
    let app = register(t, &tokens["AccessToken"]).await;
    // Registered is not turned on.
    sign_in(t, &s.client, "jane").await;
    let input = json!({"AccessToken": tokens["AccessToken"], "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    assert_eq!(t.ok("SetUserMFAPreference", input).await, json!({}));

    let asked = challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"USER_ID_FOR_SRP": "jane"})
    );
    assert!(asked["Session"].as_str().unwrap().starts_with("AYAB"));
    assert!(asked.get("AvailableChallenges").is_none());
    // The code that registered the app is used up; the next one is good already.
    let used = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(used.unwrap_err(), refusal(USED_TOTP));
    let signed_in = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code_in(t, 30)}),
    )
    .await
    .unwrap();
    assert_signed_in(&signed_in);
    let replayed = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code_in(t, 30)}),
    )
    .await;
    assert_eq!(replayed.unwrap_err(), not_authorized(USED));
}

#[each_engine]
async fn srp_and_the_admin_operations_come_to_the_same_challenge(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let asked = t
        .ok(
            "RespondToAuthChallenge",
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
        )
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["ChallengeParameters"]),
        (&json!("SOFTWARE_TOKEN_MFA"), &json!({}))
    );
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
        )
        .await
        .unwrap(),
    );

    later(t).await;
    let mut input = by_password(&s.client, "jane", PASSWORD);
    input["AuthFlow"] = json!("ADMIN_USER_PASSWORD_AUTH");
    input["UserPoolId"] = json!(s.pool);
    let asked = t.ok("AdminInitiateAuth", input).await;
    let mut input = answer(
        &s,
        "SOFTWARE_TOKEN_MFA",
        &asked["Session"],
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    );
    input["UserPoolId"] = json!(s.pool);
    assert_signed_in(&t.ok("AdminRespondToAuthChallenge", input).await);
}

#[each_engine]
async fn a_code_works_once_across_sessions_and_in_both_neighbouring_steps(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let code = app.code_in(t, -30);
    let (first, second) = (challenge(t, &s).await, challenge(t, &s).await);
    assert_signed_in(
        &respond(t, &s, &first, json!({"SOFTWARE_TOKEN_MFA_CODE": code}))
            .await
            .unwrap(),
    );
    let again = respond(t, &s, &second, json!({"SOFTWARE_TOKEN_MFA_CODE": code})).await;
    assert_eq!(again.unwrap_err(), refusal(USED_TOTP));
    let code = app.code_in(t, 30);
    assert_signed_in(
        &respond(t, &s, &second, json!({"SOFTWARE_TOKEN_MFA_CODE": code}))
            .await
            .unwrap(),
    );
    later(t).await;
    let asked = challenge(t, &s).await;
    for off in [-90, 90] {
        let outside = respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code_in(t, off)}),
        )
        .await;
        assert!(outside.is_err());
    }
}

#[each_engine]
async fn one_code_given_twice_at_once_signs_in_once(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let (first, second) = (challenge(t, &s).await, challenge(t, &s).await);
    let given = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let (a, b) = tokio::join!(
        respond(t, &s, &first, given.clone()),
        respond(t, &s, &second, given.clone())
    );
    let (right, wrong): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!(right.len(), 1);
    assert_eq!(
        wrong.into_iter().next().unwrap().unwrap_err(),
        refusal(USED_TOTP)
    );

    later(t).await;
    let asked = challenge(t, &s).await;
    let given = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let (a, b) = tokio::join!(
        respond(t, &s, &asked, given.clone()),
        respond(t, &s, &asked, given.clone())
    );
    let (right, wrong): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!(right.len(), 1);
    assert_eq!(
        wrong.into_iter().next().unwrap().unwrap_err(),
        not_authorized(USED)
    );
}

#[each_engine]
async fn five_wrong_codes_lock_and_a_right_password_between_them_resets_nothing(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    for _ in 0..5 {
        let asked = challenge(t, &s).await;
        let wrong = respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)}),
        )
        .await;
        assert_eq!(wrong.unwrap_err(), refusal(WRONG_TOTP));
    }
    let locked = ("NotAuthorizedException", "Password attempts exceeded");
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        locked.0,
        locked.1,
    )
    .await;
    t.advance(2).await;
    let asked = challenge(t, &s).await;
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
        )
        .await
        .unwrap(),
    );
    // The tokens, and only they, forget the wrong codes.
    later(t).await;
    let asked = challenge(t, &s).await;
    let wrong = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)}),
    )
    .await;
    assert_eq!(wrong.unwrap_err(), refusal(WRONG_TOTP));
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
        )
        .await
        .unwrap(),
    );
}

#[each_engine]
async fn a_session_belongs_to_its_user_client_pool_challenge_and_time(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    user(t, &s.pool, "john").await;
    let other = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let elsewhere = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let asked = challenge(t, &s).await;
    let given = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let right = answer(&s, "SOFTWARE_TOKEN_MFA", &asked["Session"], given.clone());
    let altered = |member: &str, value: &str| {
        let mut input = right.clone();
        input[member] = json!(value);
        input
    };
    let mut of_john = right.clone();
    of_john["ChallengeResponses"]["USERNAME"] = json!("john");
    let text = asked["Session"].as_str().unwrap();
    let tampered = format!(
        "{}{}{}",
        &text[..90],
        if &text[90..91] == "x" { "y" } else { "x" },
        &text[91..]
    );
    for input in [
        of_john,
        altered("ClientId", &other),
        altered("ClientId", &elsewhere.client),
        altered("ChallengeName", "SMS_MFA"),
        altered("ChallengeName", "MFA_SETUP"),
        altered("Session", &tampered),
    ] {
        t.refused(
            "RespondToAuthChallenge",
            input,
            "NotAuthorizedException",
            INVALID,
        )
        .await;
    }
    let none = answer(&s, "SOFTWARE_TOKEN_MFA", &asked["Session"], json!({}));
    let missing = "Missing required parameter SOFTWARE_TOKEN_MFA_CODE";
    t.refused(
        "RespondToAuthChallenge",
        none,
        "InvalidParameterException",
        missing,
    )
    .await;
    t.advance(181).await;
    let expired = "Invalid session for the user, session is expired.";
    t.refused(
        "RespondToAuthChallenge",
        right,
        "NotAuthorizedException",
        expired,
    )
    .await;
    let asked = challenge(t, &s).await;
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
        )
        .await
        .unwrap(),
    );
}
