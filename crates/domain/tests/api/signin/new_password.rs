//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::texts::sessions::INVALID;

const TEMPORARY: &str = "Temp0rary!";
const NEW: &str = "Brand-new1";
async fn invite(t: &TestApp, s: &Site, name: &str, attributes: Value) {
    let input = json!({
        "UserPoolId": s.pool, "Username": name, "MessageAction": "SUPPRESS", "TemporaryPassword": TEMPORARY,
        "UserAttributes": attributes,
    });
    t.ok("AdminCreateUser", input).await;
}

async fn challenge(t: &TestApp, s: &Site, name: &str) -> Value {
    let answer = t
        .ok("InitiateAuth", by_password(&s.client, name, TEMPORARY))
        .await;
    assert_eq!(answer["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    answer
}

fn respond(client: &str, session: &Value, responses: Value) -> Value {
    let given = with(json!({"USERNAME": "jane", "NEW_PASSWORD": NEW}), responses);
    json!({"ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeResponses": given})
}

#[each_engine]
async fn a_temporary_password_leads_to_a_new_one_and_to_tokens(t: &TestApp) {
    let s = site(t).await;
    invite(
        t,
        &s,
        "jane",
        json!([{"Name": "email", "Value": "jane@example.com"}]),
    )
    .await;
    let asked = challenge(t, &s, "jane").await;
    assert_eq!(
        asked["ChallengeParameters"],
        json!({
            "USER_ID_FOR_SRP": "jane", "requiredAttributes": "[]",
            "userAttributes": "{\"email\":\"jane@example.com\"}",
        })
    );
    let session = asked["Session"].as_str().unwrap();
    assert!(session.starts_with("AYAB") && (20..=2048).contains(&session.len()));
    let answer = t
        .ok(
            "RespondToAuthChallenge",
            respond(&s.client, &asked["Session"], json!({})),
        )
        .await;
    assert_eq!(answer["ChallengeParameters"], json!({}));
    get_user(t, &answer["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(shown["UserStatus"], "CONFIRMED");
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", TEMPORARY),
        WRONG.0,
        WRONG.1,
    )
    .await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", NEW))
        .await;
}

#[each_engine]
async fn srp_comes_to_the_same_challenge_and_spends_its_proof(t: &TestApp) {
    let s = site(t).await;
    invite(t, &s, "jane", json!([])).await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let input = verify(&s.client, started.responses(&s.pool, TEMPORARY));
    let asked = t.ok("RespondToAuthChallenge", input.clone()).await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert!(
        asked["ChallengeParameters"]
            .get("USER_ID_FOR_SRP")
            .is_none()
    );
    t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
        .await;
    let mut input = respond(&s.client, &asked["Session"], json!({}));
    input["UserPoolId"] = json!(s.pool);
    t.ok("AdminRespondToAuthChallenge", input).await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    t.ok(
        "RespondToAuthChallenge",
        verify(&s.client, started.responses(&s.pool, NEW)),
    )
    .await;
}

#[each_engine]
async fn a_session_is_good_once_for_its_user_client_and_challenge(t: &TestApp) {
    let s = site(t).await;
    let other = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    invite(t, &s, "jane", json!([])).await;
    user(t, &s.pool, "john").await;
    let session = challenge(t, &s, "jane").await["Session"].clone();
    let refused = async |input: Value, text: &str| {
        t.refused(
            "RespondToAuthChallenge",
            input,
            "NotAuthorizedException",
            text,
        )
        .await;
    };
    refused(respond(&other, &session, json!({})), INVALID).await;
    refused(
        respond(&s.client, &session, json!({"USERNAME": "john"})),
        INVALID,
    )
    .await;
    let mut mfa = respond(&s.client, &session, json!({"SMS_MFA_CODE": "123456"}));
    mfa["ChallengeName"] = json!("SMS_MFA");
    refused(mfa, INVALID).await;
    let mut text = session.as_str().unwrap().to_owned();
    let last = if text.ends_with('A') { "B" } else { "A" };
    text.replace_range(60..61, if &text[60..61] == "x" { "y" } else { "x" });
    refused(respond(&s.client, &json!(text), json!({})), INVALID).await;
    refused(
        respond(
            &s.client,
            &json!(format!("{}{last}", session.as_str().unwrap())),
            json!({}),
        ),
        INVALID,
    )
    .await;
    let nonsense = json!("this-is-not-a-session-at-all");
    refused(
        respond(&s.client, &nonsense, json!({})),
        "Invalid session provided",
    )
    .await;
    let mut none = respond(&s.client, &session, json!({}));
    none.as_object_mut().unwrap().remove("Session");
    let missing = "Missing required parameter Session";
    t.refused(
        "RespondToAuthChallenge",
        none,
        "InvalidParameterException",
        missing,
    )
    .await;

    t.ok(
        "RespondToAuthChallenge",
        respond(&s.client, &session, json!({})),
    )
    .await;
    let used = "Invalid session for the user, session can only be used once.";
    refused(respond(&s.client, &session, json!({})), used).await;
}

#[each_engine]
async fn a_session_answered_twice_at_once_signs_in_once(t: &TestApp) {
    let s = site(t).await;
    invite(t, &s, "jane", json!([])).await;
    let session = challenge(t, &s, "jane").await["Session"].clone();
    let call = || {
        t.call(
            "RespondToAuthChallenge",
            respond(&s.client, &session, json!({})),
        )
    };
    let (a, b) = tokio::join!(call(), call());
    let (right, wrong): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!((right.len(), wrong.len()), (1, 1));
    let used = "Invalid session for the user, session can only be used once.";
    assert_eq!(
        wrong.into_iter().next().unwrap().unwrap_err(),
        not_authorized(used)
    );
}

#[each_engine]
async fn sessions_and_temporary_passwords_end(t: &TestApp) {
    let s = site(t).await;
    invite(t, &s, "jane", json!([])).await;
    let session = challenge(t, &s, "jane").await["Session"].clone();
    t.advance(181).await;
    let text = "Invalid session for the user, session is expired.";
    t.refused(
        "RespondToAuthChallenge",
        respond(&s.client, &session, json!({})),
        WRONG.0,
        text,
    )
    .await;
    let session = challenge(t, &s, "jane").await["Session"].clone();
    let reset = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "An0ther-one", "Permanent": false});
    t.ok("AdminSetUserPassword", reset).await;
    t.refused(
        "RespondToAuthChallenge",
        respond(&s.client, &session, json!({})),
        WRONG.0,
        INVALID,
    )
    .await;
    t.advance(8 * 86_400).await;
    let text = "Temporary password has expired and must be reset by an administrator.";
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", "An0ther-one"),
        WRONG.0,
        text,
    )
    .await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", "wrong"),
        WRONG.0,
        WRONG.1,
    )
    .await;
}

#[each_engine]
async fn the_policy_judges_the_new_password(t: &TestApp) {
    let s = site(t).await;
    invite(t, &s, "jane", json!([])).await;
    let session = challenge(t, &s, "jane").await["Session"].clone();
    for (password, reason) in [
        ("short", "Password not long enough"),
        ("alllower1!", "Password must have uppercase characters"),
    ] {
        let input = respond(&s.client, &session, json!({"NEW_PASSWORD": password}));
        let text = format!("Password does not conform to policy: {reason}");
        t.refused(
            "RespondToAuthChallenge",
            input,
            "InvalidPasswordException",
            &text,
        )
        .await;
    }
    // A refused password does not end the session, and the temporary one may stay.
    t.ok(
        "RespondToAuthChallenge",
        respond(&s.client, &session, json!({"NEW_PASSWORD": TEMPORARY})),
    )
    .await;
}

#[each_engine]
async fn required_attributes_are_asked_for_and_given_ones_stay(t: &TestApp) {
    let schema = json!([
        {"Name": "given_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "email", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "level", "Mutable": true, "AttributeDataType": "Number"},
    ]);
    let lists = json!({
        "WriteAttributes": ["given_name", "email", "nickname"],
        "ReadAttributes": ["given_name", "email", "nickname"],
    });
    let s = site_with(t, json!({"Schema": schema}), lists).await;
    invite(
        t,
        &s,
        "jane",
        json!([{"Name": "email", "Value": "jane@example.com"}]),
    )
    .await;
    let asked = challenge(t, &s, "jane").await;
    assert_eq!(
        asked["ChallengeParameters"]["requiredAttributes"],
        "[\"userAttributes.given_name\"]"
    );
    let session = &asked["Session"];
    for (given, code, text) in [
        (
            json!({}),
            "InvalidParameterException",
            "Invalid attributes given, given_name is missing",
        ),
        (
            json!({"userAttributes.given_name": "J", "userAttributes.email": "x@example.com"}),
            "NotAuthorizedException",
            "Cannot modify an already provided email",
        ),
        (
            json!({"userAttributes.given_name": "J", "userAttributes.custom:level": "3"}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"userAttributes.given_name": "J", "userAttributes.email_verified": "true"}),
            "InvalidParameterException",
            "Cannot modify the non-mutable attribute email_verified",
        ),
        (
            json!({"userAttributes.given_name": "J", "userAttributes.custom:unknown": "1"}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: Type for attribute {custom:unknown} could not be determined",
        ),
        (
            json!({"userAttributes.given_name": ""}),
            "InvalidParameterException",
            "Invalid attributes given, given_name is missing",
        ),
    ] {
        t.refused(
            "RespondToAuthChallenge",
            respond(&s.client, session, given),
            code,
            text,
        )
        .await;
    }
    let given = json!({"userAttributes.given_name": "Jane", "userAttributes.nickname": "J"});
    let answer = t
        .ok("RespondToAuthChallenge", respond(&s.client, session, given))
        .await;
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(
        (&id["given_name"], &id["nickname"]),
        (&json!("Jane"), &json!("J"))
    );
}
