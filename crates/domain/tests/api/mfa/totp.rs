//! SOFTWARE_TOKEN_MFA: registering an authenticator app, signing in with it, its codes used once.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{
    Srp, by_password, client_of, not_authorized, refusal, sign_in, user, verify,
};

const NO_TOTP: (&str, &str) = (
    "SoftwareTokenMFANotFoundException",
    "Software Token MFA has not been enabled by the userPool",
);

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

#[each_engine]
async fn the_app_in_force_stays_until_another_is_verified(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    let tokens = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    let token = &tokens["AuthenticationResult"]["AccessToken"];
    let associate = json!({"AccessToken": token});
    let first = App::scan(&t.ok("AssociateSoftwareToken", associate.clone()).await["SecretCode"]);
    let second = App::scan(&t.ok("AssociateSoftwareToken", associate).await["SecretCode"]);
    let verify = |code: String| json!({"AccessToken": token, "UserCode": code, "FriendlyDeviceName": "new phone"});
    for wrong in [first.code(t), app.code(t), second.wrong(t)] {
        t.refused(
            "VerifySoftwareToken",
            verify(wrong),
            NOT_ENABLED.0,
            NOT_ENABLED.1,
        )
        .await;
    }
    later(t).await;
    let asked = challenge(t, &s).await;
    assert!(
        asked["ChallengeParameters"]
            .get("FRIENDLY_DEVICE_NAME")
            .is_none()
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

    t.ok("VerifySoftwareToken", verify(second.code(t))).await;
    // Nothing waits any more.
    t.refused(
        "VerifySoftwareToken",
        verify(second.code_in(t, 30)),
        NOT_ENABLED.0,
        NOT_ENABLED.1,
    )
    .await;
    later(t).await;
    let asked = challenge(t, &s).await;
    assert_eq!(
        asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"],
        "new phone"
    );
    let old = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(old.unwrap_err(), refusal(WRONG_TOTP));
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": second.code(t)}),
        )
        .await
        .unwrap(),
    );
}

#[each_engine]
async fn an_administrator_takes_an_app_away(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    assert_eq!(
        t.ok("AdminDeleteSoftwareToken", of_jane(&s, json!({})))
            .await,
        json!({})
    );
    let gone = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(gone.unwrap_err(), refusal(NO_TOTP));
    let shown = t.ok("AdminGetUser", of_jane(&s, json!({}))).await;
    assert!(
        shown.get("UserMFASettingList").is_none() && shown.get("PreferredMfaSetting").is_none()
    );
    let tokens = sign_in(t, &s.client, "jane").await;
    let again = "User does not have a software token.";
    t.refused(
        "AdminDeleteSoftwareToken",
        of_jane(&s, json!({})),
        "ResourceNotFoundException",
        again,
    )
    .await;
    let preference = of_jane(&s, json!({"SoftwareTokenMfaSettings": {"Enabled": true}}));
    let off = "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA";
    t.refused(
        "AdminSetUserMFAPreference",
        preference,
        "InvalidParameterException",
        off,
    )
    .await;
    register(t, &tokens["AccessToken"]).await;
    let nobody = json!({"UserPoolId": s.pool, "Username": "nobody"});
    t.refused(
        "AdminDeleteSoftwareToken",
        nobody,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.ok(
        "SignUp",
        json!({"ClientId": s.client, "Username": "june", "Password": PASSWORD}),
    )
    .await;
    let unconfirmed = json!({"UserPoolId": s.pool, "Username": "june"});
    t.refused(
        "AdminDeleteSoftwareToken",
        unconfirmed,
        "UserNotConfirmedException",
        "User is not confirmed.",
    )
    .await;
}

#[each_engine]
async fn apps_are_registered_by_one_credential_in_pools_that_offer_them(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    let tokens = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    let tokens = &tokens["AuthenticationResult"];
    let one = (
        "InvalidParameterException",
        "Exactly one of AccessToken and Session must be given.",
    );
    for credentials in [
        json!({}),
        json!({"AccessToken": tokens["AccessToken"], "Session": asked["Session"]}),
    ] {
        t.refused("AssociateSoftwareToken", credentials.clone(), one.0, one.1)
            .await;
        let mut verify = credentials;
        verify["UserCode"] = json!("123456");
        t.refused("VerifySoftwareToken", verify, one.0, one.1).await;
    }
    // The session of another challenge must not lead to a new app: whoever knows the password would get round the old.
    let asked = challenge(t, &s).await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": asked["Session"]}),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let verify = json!({"Session": asked["Session"], "UserCode": "123456"});
    t.refused(
        "VerifySoftwareToken",
        verify,
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let nonsense = json!({"Session": "nonsense-of-twenty-characters"});
    t.refused(
        "AssociateSoftwareToken",
        nonsense,
        "NotAuthorizedException",
        "Invalid session provided",
    )
    .await;
    let short = json!({"AccessToken": tokens["AccessToken"], "UserCode": "12345"});
    let (code, text) = t.call("VerifySoftwareToken", short).await.unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    assert!(text.contains("'userCode' failed to satisfy constraint: Member must have length greater than or equal to 6"), "{text}");
    let id_token = json!({"AccessToken": tokens["IdToken"]});
    t.refused(
        "AssociateSoftwareToken",
        id_token,
        "NotAuthorizedException",
        "Invalid Access Token",
    )
    .await;

    require(t, &s.pool, "OFF", &[]).await;
    t.advance(2).await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"AccessToken": tokens["AccessToken"]}),
        NO_TOTP.0,
        NO_TOTP.1,
    )
    .await;
    let verify = json!({"AccessToken": tokens["AccessToken"], "UserCode": "123456"});
    t.refused("VerifySoftwareToken", verify, NO_TOTP.0, NO_TOTP.1)
        .await;
    // Preferences count for nothing in a pool without second factors.
    sign_in(t, &s.client, "jane").await;
    // A pool that asks for others again goes on with the app of whoever has one.
    require(t, &s.pool, "OPTIONAL", &["SMS_MFA"]).await;
    t.advance(2).await;
    assert_eq!(
        challenge(t, &s).await["ChallengeName"],
        "SOFTWARE_TOKEN_MFA"
    );
}

#[each_engine]
async fn seeds_are_sealed_and_go_with_their_user(t: &TestApp) {
    let (s, _) = jane_with_app(t).await;
    let count = async || {
        let sql = "SELECT seed FROM software_tokens WHERE pool_id = ?1";
        t.app
            .store
            .rows(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .len()
    };
    assert_eq!(count().await, 1);
    t.ok("AdminDeleteUser", of_jane(&s, json!({}))).await;
    assert_eq!(count().await, 0);
}
