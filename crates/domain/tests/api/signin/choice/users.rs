//! States of users, confirmation by a first code, and refused requests.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::choice::{answer, begin, choices, contacts, email_code, jane, prefer, respond};
use crate::support::signin::*;
use crate::support::texts::sessions::INVALID;
use crate::support::users::{attribute, code};

#[each_engine]
async fn a_first_code_confirms_a_sign_up(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let input = json!({"ClientId": s.client, "Username": "jane", "Password": PASSWORD, "UserAttributes": contacts("jane@example.com", "+15555550100")});
    let sub = t.ok("SignUp", input).await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    let unconfirmed = ("UserNotConfirmedException", "User is not confirmed.");
    let by_password = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    t.refused("InitiateAuth", by_password, unconfirmed.0, unconfirmed.1)
        .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(
        (&shown["UserStatus"], attribute(&shown, "email_verified")),
        (&json!("CONFIRMED"), Some("true"))
    );
    // Where there is no code to send, the sign-up must be confirmed otherwise.
    let input = json!({"ClientId": s.client, "Username": "bare", "Password": PASSWORD});
    t.ok("SignUp", input).await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "bare"})),
        unconfirmed.0,
        unconfirmed.1,
    )
    .await;
}

/// Anybody can sign up with an address that is not theirs. Everything else that they chose is deleted when its owner
/// comes.
#[each_engine]
async fn a_first_code_leaves_no_way_in_to_whoever_signed_up_with_the_address(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let input = json!({"ClientId": s.client, "Username": "jane", "Password": PASSWORD, "UserAttributes": contacts("jane@example.com", "+15555550666")});
    let sub = t.ok("SignUp", input).await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    // A step that was begun before does not outlive it either.
    let waiting = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    let to_the_number = code(t, &s.pool, &sub).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    assert_eq!(
        t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    assert_eq!(list["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let late = respond(
        &s.client,
        "SMS_OTP",
        &waiting["Session"],
        json!({"USERNAME": "jane", "SMS_OTP_CODE": to_the_number}),
    );
    assert_eq!(answer(t, late).await.unwrap_err(), not_authorized(INVALID));
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(attribute(&shown, "phone_number"), None);
    // The owner can verify the number, if it is theirs after all.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let tokens = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let access = &tokens["AuthenticationResult"]["AccessToken"];
    t.ok(
        "GetUserAttributeVerificationCode",
        json!({"AccessToken": access, "AttributeName": "phone_number"}),
    )
    .await;
    let digits = code(t, &s.pool, &sub).await;
    t.ok(
        "VerifyUserAttribute",
        json!({"AccessToken": access, "AttributeName": "phone_number", "Code": digits}),
    )
    .await;
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(attribute(&shown, "phone_number_verified"), Some("true"));
}

#[each_engine]
async fn a_disabled_or_locked_user_gets_no_further(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let refused = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits)).await;
    assert_eq!(refused.unwrap_err(), not_authorized("User is disabled."));
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
        "NotAuthorizedException",
        "User is disabled.",
    )
    .await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    for _ in 0..5 {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", "wrong"),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(
        t.call("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
            .await
            .unwrap_err(),
        locked
    );
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        locked
    );
    t.advance(2).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn what_is_missing_or_not_allowed_is_said(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({})),
        "InvalidParameterException",
        "Missing required parameter USERNAME",
    )
    .await;
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    t.refused(
        "RespondToAuthChallenge",
        select(&s.client, &list["Session"], json!({})),
        "InvalidParameterException",
        "Missing required parameter ANSWER",
    )
    .await;
    let plain = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    t.refused(
        "InitiateAuth",
        begin(&plain, json!({"USERNAME": "jane"})),
        "InvalidParameterException",
        "USER_AUTH flow not enabled for this client",
    )
    .await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "GenerateSecret": true});
    let secret = client_of(t, &s.pool, flows).await;
    let id = secret["ClientId"].as_str().unwrap();
    t.refused(
        "InitiateAuth",
        begin(id, json!({"USERNAME": "jane"})),
        "NotAuthorizedException",
        &format!("Client {id} is configured with secret but SECRET_HASH was not received"),
    )
    .await;
    let hash =
        cognate_crypto::hash::secret_hash(secret["ClientSecret"].as_str().unwrap(), "jane", id);
    let asked = t
        .ok(
            "InitiateAuth",
            begin(id, json!({"USERNAME": "jane", "SECRET_HASH": hash})),
        )
        .await;
    let chosen = respond(
        id,
        "SELECT_CHALLENGE",
        &asked["Session"],
        json!({"USERNAME": "jane", "ANSWER": "EMAIL_OTP", "SECRET_HASH": "wrong"}),
    );
    t.refused(
        "RespondToAuthChallenge",
        chosen,
        "NotAuthorizedException",
        &format!("SecretHash does not match for the client: {id}"),
    )
    .await;
}
