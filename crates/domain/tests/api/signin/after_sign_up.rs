//! Users without a password, and signing in right after a sign-up.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::choice::{begin, choices, prefer, respond};
use crate::support::signin::*;
use crate::support::texts::sessions::{INVALID, USED};
use crate::support::users::{all_at_once, attribute, code, inbox};

const NO_CONTACT: &str = "A user without a password must have an email or a phone_number that one-time passwords can be sent to.";

async fn site_that_verifies(t: &TestApp, client: Value) -> Site {
    choices(t, json!({"AutoVerifiedAttributes": ["email"]}), client).await
}

/// Calls SignUp without a password; returns the answer.
async fn sign_up(t: &TestApp, s: &Site, name: &str) -> Value {
    let email = format!("{name}@example.com");
    let input = json!({"ClientId": s.client, "Username": name, "UserAttributes": [{"Name": "email", "Value": email}]});
    t.ok("SignUp", input).await
}

async fn confirm(t: &TestApp, s: &Site, name: &str, sub: &Value, session: Option<&Value>) -> Value {
    let code = code(t, &s.pool, sub.as_str().unwrap()).await;
    let mut input = json!({"ClientId": s.client, "Username": name, "ConfirmationCode": code});
    if let Some(session) = session {
        input["Session"] = session.clone();
    }
    t.ok("ConfirmSignUp", input).await
}

fn first(client: &str, name: &str, session: &Value) -> Value {
    with(
        begin(client, json!({"USERNAME": name})),
        json!({"Session": session}),
    )
}

#[each_engine]
async fn a_confirmed_sign_up_signs_in_once_without_another_code(t: &TestApp) {
    let s = site_that_verifies(t, json!({})).await;
    let made = sign_up(t, &s, "jane").await;
    assert_eq!(
        (
            &made["UserConfirmed"],
            &made["CodeDeliveryDetails"]["Destination"]
        ),
        (&json!(false), &json!("j***@e***"))
    );
    let confirmed = confirm(t, &s, "jane", &made["UserSub"], Some(&made["Session"])).await;
    assert_ne!(made["Session"], confirmed["Session"]);
    let input = first(&s.client, "jane", &confirmed["Session"]);
    let done = t.ok("InitiateAuth", input.clone()).await;
    assert_eq!(
        (&done["ChallengeParameters"], done.get("ChallengeName")),
        (&json!({}), None)
    );
    let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        (&shown["Username"], attribute(&shown, "email_verified")),
        (&json!("jane"), Some("true"))
    );
    t.refused("InitiateAuth", input, "NotAuthorizedException", USED)
        .await;
    assert_eq!(inbox(t, &s.pool).await.len(), 1);
}

#[each_engine]
async fn the_session_of_the_sign_up_may_be_left_out_or_have_expired(t: &TestApp) {
    let s = site_that_verifies(t, json!({})).await;
    for (name, wait) in [("jane", 0), ("june", 600)] {
        let made = sign_up(t, &s, name).await;
        t.advance(wait).await;
        let session = (wait > 0).then_some(&made["Session"]);
        let confirmed = confirm(t, &s, name, &made["UserSub"], session).await;
        t.ok(
            "InitiateAuth",
            first(&s.client, name, &confirmed["Session"]),
        )
        .await;
    }
}

#[each_engine]
async fn of_two_first_sign_ins_at_once_one_wins(t: &TestApp) {
    let s = site_that_verifies(t, json!({})).await;
    let made = sign_up(t, &s, "jane").await;
    let confirmed = confirm(t, &s, "jane", &made["UserSub"], None).await;
    let input = first(&s.client, "jane", &confirmed["Session"]);
    let answers = all_at_once(t, "InitiateAuth", vec![input; 4]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(
        answers
            .into_iter()
            .filter_map(Result::err)
            .all(|lost| lost == not_authorized(USED))
    );
}

#[each_engine]
async fn sessions_of_sign_ups_are_good_for_nothing_else(t: &TestApp) {
    let s = site_that_verifies(t, json!({})).await;
    let other = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let jane = sign_up(t, &s, "jane").await;
    let june = sign_up(t, &s, "june").await;
    let code = code(t, &s.pool, jane["UserSub"].as_str().unwrap()).await;
    let input = |session: &Value| json!({"ClientId": s.client, "Username": "jane", "ConfirmationCode": code, "Session": session});
    t.refused(
        "ConfirmSignUp",
        input(&june["Session"]),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    t.refused(
        "ConfirmSignUp",
        input(&json!("x".repeat(30))),
        "NotAuthorizedException",
        "Invalid session provided",
    )
    .await;
    // The session of an unconfirmed sign-up signs no user in.
    t.refused(
        "InitiateAuth",
        first(&s.client, "jane", &jane["Session"]),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let confirmed = t.ok("ConfirmSignUp", input(&jane["Session"])).await;
    t.refused(
        "InitiateAuth",
        first(&s.client, "june", &confirmed["Session"]),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    t.refused(
        "InitiateAuth",
        first(&other, "jane", &confirmed["Session"]),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    t.refused(
        "InitiateAuth",
        first(&s.client, "jane", &asked["Session"]),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let as_answer = respond(
        &s.client,
        "EMAIL_OTP",
        &confirmed["Session"],
        json!({"USERNAME": "jane", "EMAIL_OTP_CODE": code}),
    );
    t.refused(
        "RespondToAuthChallenge",
        as_answer,
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    t.refused(
        "InitiateAuth",
        first(&s.client, "jane", &confirmed["Session"]),
        "NotAuthorizedException",
        "User is disabled.",
    )
    .await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    t.advance(180).await;
    t.refused(
        "InitiateAuth",
        first(&s.client, "jane", &confirmed["Session"]),
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    )
    .await;
}

#[each_engine]
async fn sessions_are_given_where_they_can_be_used(t: &TestApp) {
    let s = site_that_verifies(
        t,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
    )
    .await;
    let made = sign_up(t, &s, "jane").await;
    assert!(made.get("Session").is_none());
    assert_eq!(
        confirm(t, &s, "jane", &made["UserSub"], None).await,
        json!({})
    );
    // A client for USER_AUTH in a pool where codes are no first factor.
    let pool = json!({"AutoVerifiedAttributes": ["email"]});
    let s = site_with(t, pool, json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})).await;
    let input = json!({"ClientId": s.client, "Username": "jane", "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "j@example.com"}]});
    let made = t.ok("SignUp", input).await;
    assert_eq!(
        confirm(t, &s, "jane", &made["UserSub"], Some(&made["Session"])).await,
        json!({})
    );
}

#[each_engine]
async fn without_a_password_there_must_be_something_to_send_codes_to(t: &TestApp) {
    let s = site_that_verifies(t, json!({})).await;
    t.refused(
        "SignUp",
        json!({"ClientId": s.client, "Username": "bare"}),
        "InvalidParameterException",
        NO_CONTACT,
    )
    .await;
    t.refused(
        "AdminCreateUser",
        json!({"UserPoolId": s.pool, "Username": "bare"}),
        "InvalidParameterException",
        NO_CONTACT,
    )
    .await;
    let made = sign_up(t, &s, "jane").await;
    confirm(t, &s, "jane", &made["UserSub"], None).await;
    let asked = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
    // No password is right if the user has none.
    for password in ["", " ", PASSWORD] {
        let input = begin(
            &s.client,
            json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password}),
        );
        assert!(t.call("InitiateAuth", input).await.is_err(), "{password:?}");
    }
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        WRONG.0,
        WRONG.1,
    )
    .await;
    let plain = site(t).await;
    let input = json!({"ClientId": plain.client, "Username": "jane"});
    t.refused("SignUp", input, "InvalidParameterException", "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null").await;
}

#[each_engine]
async fn an_administrator_creates_users_without_a_password(t: &TestApp) {
    let schema = json!([{"Name": "given_name", "Required": true, "Mutable": true, "AttributeDataType": "String"}]);
    let invitation = json!({"InviteMessageTemplate": {"EmailMessage": "{username}: {####}", "EmailSubject": "Join"}});
    let s = choices(
        t,
        json!({"Schema": schema, "AdminCreateUserConfig": invitation}),
        json!({}),
    )
    .await;
    let input = |attributes: Value| {
        json!({
            "UserPoolId": s.pool, "Username": "jane", "UserAttributes": attributes, "DesiredDeliveryMediums": ["EMAIL"]
        })
    };
    let email = json!({"Name": "email", "Value": "jane@example.com"});
    t.refused(
        "AdminCreateUser",
        input(json!([email])),
        "InvalidParameterException",
        "Attributes did not conform to the schema: given_name: The attribute is required\n",
    )
    .await;
    let made = t
        .ok(
            "AdminCreateUser",
            input(json!([email, {"Name": "given_name", "Value": "Jane"}])),
        )
        .await;
    assert_eq!(
        (&made["User"]["UserStatus"], &made["User"]["Enabled"]),
        (&json!("CONFIRMED"), &json!(true))
    );
    let message = inbox(t, &s.pool).await[0].clone();
    assert_eq!(
        (&message["subject"], &message["body"], &message["code"]),
        (&json!("Join"), &json!("Your username is jane."), &json!(""))
    );
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = inbox(t, &s.pool).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let done = t
        .ok(
            "RespondToAuthChallenge",
            respond(
                &s.client,
                "EMAIL_OTP",
                &asked["Session"],
                json!({"USERNAME": "jane", "EMAIL_OTP_CODE": digits}),
            ),
        )
        .await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let resend = json!({"UserPoolId": s.pool, "Username": "jane", "MessageAction": "RESEND"});
    t.refused(
        "AdminCreateUser",
        resend,
        "UnsupportedUserStateException",
        "Resend not possible. jane status is not FORCE_CHANGE_PASSWORD",
    )
    .await;
    // With a temporary password it is an invitation like any other.
    let input = json!({
        "UserPoolId": s.pool, "Username": "june", "TemporaryPassword": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "june@example.com"}],
        "DesiredDeliveryMediums": ["EMAIL"]
    });
    assert_eq!(
        t.ok("AdminCreateUser", input).await["User"]["UserStatus"],
        "FORCE_CHANGE_PASSWORD"
    );
    assert_eq!(
        inbox(t, &s.pool).await[0]["body"],
        format!("june: {PASSWORD}")
    );
}
