//! MFA_SETUP: the pool requires a second factor and the user has none.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{Site, Srp, by_password, not_authorized, refusal, verify, with};
use crate::support::users::{attribute, user};

async fn associate(t: &TestApp, session: &Value) -> (App, Value) {
    let answer = t
        .ok("AssociateSoftwareToken", json!({"Session": session}))
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 2);
    (App::scan(&answer["SecretCode"]), answer["Session"].clone())
}

fn check(session: &Value, code: &str) -> Value {
    json!({"Session": session, "UserCode": code})
}

/// Creates jane without a factor in a pool that requires an app.
async fn bare(t: &TestApp) -> Site {
    let s = mfa_site(t, "ON", &["SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &[]).await;
    later(t).await;
    s
}

#[each_engine]
async fn an_app_is_set_up_in_the_middle_of_a_sign_in(t: &TestApp) {
    let s = bare(t).await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let asked = t
        .ok(
            "RespondToAuthChallenge",
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]", "USER_ID_FOR_SRP": "jane"})
    );
    let (app, session) = associate(t, &asked["Session"]).await;
    // Nothing was verified yet.
    let early = t
        .call(
            "RespondToAuthChallenge",
            answer(&s, "MFA_SETUP", &session, json!({})),
        )
        .await;
    assert_eq!(early.unwrap_err(), not_authorized(INVALID));
    let input = with(
        check(&session, &app.code(t)),
        json!({"FriendlyDeviceName": "phone"}),
    );
    let verified = t.ok("VerifySoftwareToken", input.clone()).await;
    assert_eq!(
        (&verified["Status"], verified.as_object().unwrap().len()),
        (&json!("SUCCESS"), 2)
    );
    t.refused("VerifySoftwareToken", input, "NotAuthorizedException", USED)
        .await;
    // Clients that repeat the code are tolerated.
    let last = answer(
        &s,
        "MFA_SETUP",
        &verified["Session"],
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    );
    assert_signed_in(&t.ok("RespondToAuthChallenge", last.clone()).await);
    t.refused(
        "RespondToAuthChallenge",
        last,
        "NotAuthorizedException",
        USED,
    )
    .await;

    let asked = challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"USER_ID_FOR_SRP": "jane", "FRIENDLY_DEVICE_NAME": "phone"})
    );
    let used = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(used.unwrap_err(), refusal(USED_TOTP));
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code_in(t, 30)}),
        )
        .await
        .unwrap(),
    );
}

#[each_engine]
async fn a_temporary_password_is_replaced_before_a_factor_is_set_up(t: &TestApp) {
    let s = mfa_site(t, "ON", &["SOFTWARE_TOKEN_MFA"]).await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temp0rary!"});
    t.ok("AdminCreateUser", input).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let asked = respond(t, &s, &asked, json!({"NEW_PASSWORD": PASSWORD}))
        .await
        .unwrap();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    later(t).await;
    let (app, session) = associate(t, &asked["Session"]).await;
    let session = t
        .ok("VerifySoftwareToken", check(&session, &app.code(t)))
        .await["Session"]
        .clone();
    assert_signed_in(
        &t.ok(
            "RespondToAuthChallenge",
            answer(&s, "MFA_SETUP", &session, json!({})),
        )
        .await,
    );
}

#[each_engine]
async fn a_client_that_stops_after_the_verification_has_its_app(t: &TestApp) {
    let s = bare(t).await;
    let (app, session) = associate(t, &challenge(t, &s).await["Session"]).await;
    t.ok("VerifySoftwareToken", check(&session, &app.code(t)))
        .await;
    assert_eq!(
        challenge(t, &s).await["ChallengeName"],
        "SOFTWARE_TOKEN_MFA"
    );
    let shown = user(t, &s.pool, "jane").await;
    assert_eq!(shown["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert!(shown.get("PreferredMfaSetting").is_none());
}

#[each_engine]
async fn a_wrong_code_spends_the_session_of_the_verification(t: &TestApp) {
    let s = bare(t).await;
    let asked = challenge(t, &s).await;
    let (app, session) = associate(t, &asked["Session"]).await;
    t.refused(
        "VerifySoftwareToken",
        check(&session, &app.wrong(t)),
        NOT_ENABLED.0,
        NOT_ENABLED.1,
    )
    .await;
    t.refused(
        "VerifySoftwareToken",
        check(&session, &app.code(t)),
        "NotAuthorizedException",
        USED,
    )
    .await;
    // The challenge itself still is good for another secret; the older one is forgotten.
    let (second, session) = associate(t, &asked["Session"]).await;
    let old = t
        .call("VerifySoftwareToken", check(&session, &app.code(t)))
        .await;
    assert_eq!(old.unwrap_err(), refusal(NOT_ENABLED));
    let (_, other) = associate(t, &asked["Session"]).await;
    let replaced = t
        .call("VerifySoftwareToken", check(&other, &second.code(t)))
        .await;
    assert_eq!(replaced.unwrap_err(), refusal(NOT_ENABLED));
}

#[each_engine]
async fn an_older_session_cannot_replace_the_app_that_was_set_up_since(t: &TestApp) {
    let s = bare(t).await;
    let (mine, theirs) = (challenge(t, &s).await, challenge(t, &s).await);
    let (their_app, their_session) = associate(t, &theirs["Session"]).await;
    let (app, session) = associate(t, &mine["Session"]).await;
    let session = t
        .ok("VerifySoftwareToken", check(&session, &app.code(t)))
        .await["Session"]
        .clone();
    let refused = async |op: &str, input: Value| {
        t.refused(op, input, "NotAuthorizedException", INVALID)
            .await
    };
    refused(
        "AssociateSoftwareToken",
        json!({"Session": theirs["Session"]}),
    )
    .await;
    refused(
        "AssociateSoftwareToken",
        json!({"Session": mine["Session"]}),
    )
    .await;
    refused("AssociateSoftwareToken", json!({"Session": session})).await;
    refused(
        "VerifySoftwareToken",
        check(&their_session, &their_app.code(t)),
    )
    .await;
    refused(
        "RespondToAuthChallenge",
        answer(&s, "MFA_SETUP", &their_session, json!({})),
    )
    .await;
    refused(
        "RespondToAuthChallenge",
        answer(&s, "MFA_SETUP", &their_session, json!({"EMAIL": EMAIL})),
    )
    .await;
    assert_signed_in(
        &t.ok(
            "RespondToAuthChallenge",
            answer(&s, "MFA_SETUP", &session, json!({})),
        )
        .await,
    );
}

#[each_engine]
async fn a_right_code_given_twice_at_once_verifies_once(t: &TestApp) {
    let s = bare(t).await;
    let (app, session) = associate(t, &challenge(t, &s).await["Session"]).await;
    let input = check(&session, &app.code(t));
    let (a, b) = tokio::join!(
        t.call("VerifySoftwareToken", input.clone()),
        t.call("VerifySoftwareToken", input.clone())
    );
    let (right, wrong): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!(right.len(), 1);
    assert_eq!(
        wrong.into_iter().next().unwrap().unwrap_err(),
        not_authorized(USED)
    );
}

#[each_engine]
async fn sessions_of_the_set_up_end_and_cannot_be_moved(t: &TestApp) {
    let s = bare(t).await;
    let other = bare(t).await;
    let asked = challenge(t, &s).await;
    let text = asked["Session"].as_str().unwrap();
    // The client's id is readable in the session; another one in its place does not open it.
    let foreign = challenge(t, &other).await["Session"]
        .as_str()
        .unwrap()
        .to_owned();
    let mixed = format!("{}{}", &foreign[..40], &text[40..]);
    let unknown = format!(
        "{}{}{}",
        &text[..20],
        if &text[20..22] == "ZZ" { "YY" } else { "ZZ" },
        &text[22..]
    );
    for session in [mixed, unknown, "AYAB".repeat(6)] {
        t.refused(
            "AssociateSoftwareToken",
            json!({"Session": session}),
            "NotAuthorizedException",
            INVALID,
        )
        .await;
    }
    t.advance(181).await;
    let expired = "Invalid session for the user, session is expired.";
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": text}),
        "NotAuthorizedException",
        expired,
    )
    .await;
    t.refused(
        "VerifySoftwareToken",
        check(&asked["Session"], "123456"),
        "NotAuthorizedException",
        expired,
    )
    .await;

    let asked = challenge(t, &s).await;
    t.ok("AdminDisableUser", of_jane(&s, json!({}))).await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": asked["Session"]}),
        "NotAuthorizedException",
        "User is disabled.",
    )
    .await;
    t.ok("AdminEnableUser", of_jane(&s, json!({}))).await;
    crate::support::signin::set_password(t, &s.pool, "jane", "An0ther-one").await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": asked["Session"]}),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    crate::support::signin::set_status(t, &s.pool, "RESET_REQUIRED").await;
    let (code, _) = t
        .call(
            "AssociateSoftwareToken",
            json!({"Session": asked["Session"]}),
        )
        .await
        .unwrap_err();
    assert_eq!(code, "NotAuthorizedException");
}

#[each_engine]
async fn an_address_is_set_up_by_the_code_that_it_gets(t: &TestApp) {
    let s = mfa_site(t, "ON", &["EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &[]).await;
    let asked = challenge(t, &s).await;
    let can = "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]";
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"MFAS_CAN_SETUP": can, "USER_ID_FOR_SRP": "jane"})
    );
    let bad = respond(t, &s, &asked, json!({"EMAIL": "not an address"})).await;
    assert_eq!(
        bad.unwrap_err(),
        refusal(("InvalidParameterException", "Invalid email address format."))
    );
    let sent = respond(t, &s, &asked, json!({"EMAIL": EMAIL}))
        .await
        .unwrap();
    assert_eq!(sent["ChallengeName"], "EMAIL_OTP");
    assert_eq!(
        sent["ChallengeParameters"],
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "j***@e***",
        })
    );
    let again = respond(t, &s, &asked, json!({"EMAIL": EMAIL})).await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
    // Until the code has come back, no user has the address.
    assert_eq!(attribute(&user(t, &s.pool, "jane").await, "email"), None);
    assert_eq!(challenge(t, &s).await["ChallengeName"], "MFA_SETUP");
    let message = inbox(t, &s.pool).await.remove(0);
    assert_eq!(message["to"], EMAIL);
    let wrong = respond(t, &s, &sent, json!({"EMAIL_OTP_CODE": "wrong"})).await;
    assert_eq!(wrong.unwrap_err(), refusal(WRONG_CODE));
    assert_signed_in(
        &respond(t, &s, &sent, json!({"EMAIL_OTP_CODE": message["code"]}))
            .await
            .unwrap(),
    );
    let shown = user(t, &s.pool, "jane").await;
    assert_eq!(
        (
            attribute(&shown, "email"),
            attribute(&shown, "email_verified")
        ),
        (Some(EMAIL), Some("true"))
    );
    assert_eq!(shown["UserMFASettingList"], json!(["EMAIL_OTP"]));
    assert_eq!(challenge(t, &s).await["ChallengeName"], "EMAIL_OTP");
}

#[each_engine]
async fn an_address_is_taken_only_where_the_pool_offers_it(t: &TestApp) {
    let s = bare(t).await;
    let asked = challenge(t, &s).await;
    let refused = respond(t, &s, &asked, json!({"EMAIL": EMAIL})).await;
    assert_eq!(refused.unwrap_err(), not_authorized(INVALID));
    assert!(inbox(t, &s.pool).await.is_empty());
}

#[each_engine]
async fn a_number_is_set_up_outside_of_the_sign_in(t: &TestApp) {
    let s = mfa_site(t, "ON", &["SMS_MFA"]).await;
    jane(t, &s, &[]).await;
    let asked = challenge(t, &s).await;
    assert_eq!(
        asked["ChallengeParameters"]["MFAS_CAN_SETUP"],
        "[\"SMS_MFA\"]"
    );
    let refused = respond(t, &s, &asked, json!({"PHONE_NUMBER": PHONE})).await;
    assert_eq!(refused.unwrap_err(), not_authorized(INVALID));
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": asked["Session"]}),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let number = json!([{"Name": "phone_number", "Value": PHONE}]);
    t.ok(
        "AdminUpdateUserAttributes",
        of_jane(&s, json!({"UserAttributes": number})),
    )
    .await;
    assert_eq!(challenge(t, &s).await["ChallengeName"], "SMS_MFA");
}

#[each_engine]
async fn a_pool_whose_only_factor_is_the_way_to_recover_lets_nobody_in(t: &TestApp) {
    let ways = recovery(&["verified_email", "verified_phone_number"]);
    let s = mfa_site_with(t, "ON", &["EMAIL_OTP"], ways).await;
    jane(t, &s, &["email"]).await;
    let text = "No MFA mechanism registerd in the account.";
    let begin = by_password(&s.client, "jane", PASSWORD);
    t.refused(
        "InitiateAuth",
        begin.clone(),
        "InvalidUserPoolConfigurationException",
        text,
    )
    .await;
    let admin = with(
        begin,
        json!({"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "UserPoolId": s.pool}),
    );
    t.refused(
        "AdminInitiateAuth",
        admin,
        "MFAMethodNotFoundException",
        text,
    )
    .await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let input = verify(&s.client, started.responses(&s.pool, PASSWORD));
    t.refused(
        "RespondToAuthChallenge",
        input.clone(),
        "MFAMethodNotFoundException",
        text,
    )
    .await;
    let admin = with(input, json!({"UserPoolId": s.pool}));
    t.refused(
        "AdminRespondToAuthChallenge",
        admin,
        "MFAMethodNotFoundException",
        text,
    )
    .await;
}
