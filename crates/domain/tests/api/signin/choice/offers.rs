//! Preferences and the list of challenges.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::choice::{
    answer, begin, choices, contacts, email_code, jane, prefer, respond, without_session,
};
use crate::support::signin::*;
use crate::support::texts::sessions::USED;
use crate::support::users::{attribute, code, inbox};

#[each_engine]
async fn who_prefers_nothing_is_shown_the_list_and_chooses_a_code(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    let asked = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let offered = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    assert_eq!(
        without_session(asked.clone()),
        json!({"ChallengeName": "SELECT_CHALLENGE", "ChallengeParameters": {}, "AvailableChallenges": offered})
    );
    assert!(inbox(t, &s.pool).await.is_empty());
    let sent = answer(
        t,
        select(&s.client, &asked["Session"], json!({"ANSWER": "EMAIL_OTP"})),
    )
    .await
    .unwrap();
    assert_eq!(
        without_session(sent.clone()),
        json!({
            "ChallengeName": "EMAIL_OTP", "AvailableChallenges": offered,
            "ChallengeParameters": {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "j***@e***"},
        })
    );
    let message = inbox(t, &s.pool).await[0].clone();
    let code = message["code"].as_str().unwrap();
    assert_eq!(
        (code.len(), &message["to"], &message["kind"]),
        (8, &json!("jane@example.com"), &json!("authentication"))
    );
    assert_eq!(
        message["body"],
        format!("Your verification code is {code}. ")
    );
    assert_eq!(message["subject"], "Your verification code");
    let done = answer(t, email_code(&s.client, &sent["Session"], "jane", code))
        .await
        .unwrap();
    assert_eq!(done["ChallengeParameters"], json!({}));
    assert!(done.get("AvailableChallenges").is_none());
    let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        (
            attribute(&shown, "email_verified"),
            attribute(&shown, "phone_number_verified")
        ),
        (Some("true"), None)
    );
    // Both sessions and the code are used up.
    let again = answer(t, email_code(&s.client, &sent["Session"], "jane", code)).await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
    let again = answer(
        t,
        select(&s.client, &asked["Session"], json!({"ANSWER": "EMAIL_OTP"})),
    )
    .await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
}

#[each_engine]
async fn the_preferred_code_comes_at_once_by_sms_and_through_the_admin_operations(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let admin = |input: Value| with(input, json!({"UserPoolId": s.pool}));
    let asked = t
        .ok(
            "AdminInitiateAuth",
            admin(prefer(&s.client, "jane", "SMS_OTP")),
        )
        .await;
    assert_eq!(
        without_session(asked.clone()),
        json!({
            "ChallengeName": "SMS_OTP", "AvailableChallenges": ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"],
            "ChallengeParameters": {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******0100"},
        })
    );
    let code = code(t, &s.pool, &sub).await;
    assert_eq!(code.len(), 8);
    let input = admin(respond(
        &s.client,
        "SMS_OTP",
        &asked["Session"],
        json!({"USERNAME": sub, "SMS_OTP_CODE": code}),
    ));
    let done = t.ok("AdminRespondToAuthChallenge", input).await;
    let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        (
            attribute(&shown, "email_verified"),
            attribute(&shown, "phone_number_verified")
        ),
        (None, Some("true"))
    );
}

#[each_engine]
async fn the_password_is_one_of_the_choices(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    // In the first request.
    let at_once = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    let done = t.ok("InitiateAuth", at_once).await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let wrongly = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "wrong"}),
    );
    t.refused("InitiateAuth", wrongly, WRONG.0, WRONG.1).await;
    // As a challenge of its own.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "PASSWORD"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["ChallengeParameters"]),
        (&json!("PASSWORD"), &json!({}))
    );
    let password = |session: &Value, text: &str| {
        respond(
            &s.client,
            "PASSWORD",
            session,
            json!({"USERNAME": "jane", "PASSWORD": text}),
        )
    };
    assert_eq!(
        answer(t, password(&asked["Session"], "wrong"))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    let missing = respond(
        &s.client,
        "PASSWORD",
        &asked["Session"],
        json!({"USERNAME": "jane"}),
    );
    t.refused(
        "RespondToAuthChallenge",
        missing,
        "InvalidParameterException",
        "Missing required parameter PASSWORD",
    )
    .await;
    answer(t, password(&asked["Session"], PASSWORD))
        .await
        .unwrap();
    assert_eq!(
        answer(t, password(&asked["Session"], PASSWORD))
            .await
            .unwrap_err(),
        not_authorized(USED)
    );
    // With the choice, and after it.
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let chosen = |text: &str| {
        select(
            &s.client,
            &list["Session"],
            json!({"ANSWER": "PASSWORD", "PASSWORD": text}),
        )
    };
    assert_eq!(
        answer(t, chosen("wrong")).await.unwrap_err(),
        refusal(WRONG)
    );
    let next = answer(
        t,
        select(&s.client, &list["Session"], json!({"ANSWER": "PASSWORD"})),
    )
    .await
    .unwrap();
    assert_eq!(next["ChallengeName"], "PASSWORD");
    answer(t, password(&next["Session"], PASSWORD))
        .await
        .unwrap();
    let done = answer(t, chosen(PASSWORD)).await.unwrap();
    assert!(done["AuthenticationResult"]["AccessToken"].is_string());
}

#[each_engine]
async fn srp_is_one_of_the_choices_and_has_a_session(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    let offered = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "PASSWORD_SRP"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["ChallengeParameters"]),
        (&json!("PASSWORD_SRP"), &json!({}))
    );
    for way in ["at once", "chosen", "asked"] {
        let proof = cognate_crypto::srp::client::Client::new();
        let a = json!({"USERNAME": "jane", "SRP_A": proof.srp_a()});
        let challenge = match way {
            "at once" => {
                t.ok(
                    "InitiateAuth",
                    begin(
                        &s.client,
                        with(a, json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP"})),
                    ),
                )
                .await
            }
            "chosen" => answer(
                t,
                select(
                    &s.client,
                    &list["Session"],
                    with(a, json!({"ANSWER": "PASSWORD_SRP"})),
                ),
            )
            .await
            .unwrap(),
            _ => answer(t, respond(&s.client, "PASSWORD_SRP", &asked["Session"], a))
                .await
                .unwrap(),
        };
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER", "{way}");
        if way != "asked" {
            assert_eq!(challenge["AvailableChallenges"], offered, "{way}");
        }
        let started = Srp::of(proof, &challenge);
        let input = with(
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
            json!({"Session": challenge["Session"]}),
        );
        let done = answer(t, input).await.unwrap();
        get_user(t, &done["AuthenticationResult"]["AccessToken"])
            .await
            .unwrap();
    }
    let malformed = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "no number"}),
    );
    t.refused(
        "InitiateAuth",
        malformed,
        "InvalidParameterException",
        "SRP_A is not a valid hexadecimal number.",
    )
    .await;
}

#[each_engine]
async fn a_preference_that_is_not_available_shows_what_is(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let passwords = json!(["PASSWORD_SRP", "PASSWORD"]);
    let input = json!({
        "UserPoolId": s.pool, "Username": "invited", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
        "UserAttributes": contacts("i@example.com", "+15555550101"),
    });
    t.ok("AdminCreateUser", input).await;
    let input = json!({"UserPoolId": s.pool, "Username": "bare", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD});
    t.ok("AdminCreateUser", input).await;
    set_password(t, &s.pool, "bare", PASSWORD).await;
    jane(t, &s).await;
    for (name, preferred, offered) in [
        ("invited", "EMAIL_OTP", passwords.clone()),
        ("bare", "SMS_OTP", passwords.clone()),
        (
            "jane",
            "WEB_AUTHN",
            json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]),
        ),
        (
            "jane",
            "SOMETHING",
            json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]),
        ),
    ] {
        let asked = t
            .ok("InitiateAuth", prefer(&s.client, name, preferred))
            .await;
        assert_eq!(
            (&asked["ChallengeName"], &asked["AvailableChallenges"]),
            (&json!("SELECT_CHALLENGE"), &offered),
            "{name} {preferred}"
        );
        // Nor can it be chosen from the list.
        let input = respond(
            &s.client,
            "SELECT_CHALLENGE",
            &asked["Session"],
            json!({"USERNAME": name, "ANSWER": preferred}),
        );
        t.refused(
            "RespondToAuthChallenge",
            input,
            "NotAuthorizedException",
            "Selected challenge is not available",
        )
        .await;
    }
    assert!(inbox(t, &s.pool).await.is_empty());
    // The temporary password itself works, and leads to the new one.
    let input = begin(
        &s.client,
        json!({"USERNAME": "invited", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    assert_eq!(
        t.ok("InitiateAuth", input).await["ChallengeName"],
        "NEW_PASSWORD_REQUIRED"
    );
}

#[each_engine]
async fn a_second_factor_leaves_only_passwords_to_choose(t: &TestApp) {
    let s = choices(
        t,
        json!({"MfaConfiguration": "OPTIONAL", "SmsAuthenticationMessage": "Use {####}"}),
        json!({}),
    )
    .await;
    let sub = jane(t, &s).await;
    // The text of the MFA settings holds for one-time passwords, as long as there is MFA.
    t.ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    let message = inbox(t, &s.pool).await[0].clone();
    assert_eq!(
        message["body"],
        format!("Use {}", message["code"].as_str().unwrap())
    );
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let on = json!({"UserPoolId": s.pool, "Username": "jane", "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    t.ok("AdminSetUserMFAPreference", on).await;
    let list = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    assert_eq!(
        (&list["ChallengeName"], &list["AvailableChallenges"]),
        (
            &json!("SELECT_CHALLENGE"),
            &json!(["PASSWORD_SRP", "PASSWORD"])
        )
    );
    // A sign-in that was under way before comes to the second factor.
    let next = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    assert_eq!(next["ChallengeName"], "SMS_MFA");
    let chosen = answer(
        t,
        select(
            &s.client,
            &list["Session"],
            json!({"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}),
        ),
    )
    .await
    .unwrap();
    assert_eq!(chosen["ChallengeName"], "SMS_MFA");
}

#[each_engine]
async fn a_pool_without_other_factors_offers_passwords(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await;
    jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["AvailableChallenges"]),
        (
            &json!("SELECT_CHALLENGE"),
            &json!(["PASSWORD_SRP", "PASSWORD"])
        )
    );
}
