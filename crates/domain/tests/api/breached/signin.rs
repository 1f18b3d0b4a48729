//! Signing in with a password that others know.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::users::code;
use crate::support::{choice, mfa};

async fn site_of(t: &TestApp, mode: &str) -> Site {
    let s = site_with(t, watched(mode), json!({})).await;
    user(t, &s.pool, "jane").await;
    s
}

fn admin(s: &Site, password: &str) -> Value {
    json!({
        "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": password},
    })
}

async fn refused(t: &TestApp, op: &str, input: Value, (code, text): (&str, &str)) {
    t.refused(op, input, code, text).await;
}

#[each_engine]
async fn a_right_password_that_others_know_ends_in_a_reset(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED").await;
    on_breach(t, &s.pool, None, "BLOCK", &["SIGN_IN"]).await;

    // A wrong one is a wrong one, and looked up nowhere.
    refused(
        t,
        "InitiateAuth",
        by_password(&s.client, "jane", OWN),
        WRONG,
    )
    .await;
    assert_eq!(status(t, &s.pool, "jane").await, "CONFIRMED");

    refused(
        t,
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        RESET,
    )
    .await;
    assert_eq!(status(t, &s.pool, "jane").await, "RESET_REQUIRED");
    assert_eq!(
        events(t, &s.pool, "jane").await,
        [
            event("SignIn", "Fail", "Block", true),
            event("SignIn", "Fail", "NoRisk", false),
        ]
    );
    // Nothing else leads in either, until there is another password.
    refused(
        t,
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        RESET,
    )
    .await;
    refused(t, "AdminInitiateAuth", admin(&s, PASSWORD), RESET).await;
    assert_eq!(
        Srp::start(t, &s.client, "jane").await.err().unwrap().0,
        RESET.0
    );
    set_password(t, &s.pool, "jane", OWN).await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", OWN))
        .await;
    assert_eq!(
        events(t, &s.pool, "jane").await[0],
        event("SignIn", "Pass", "NoRisk", false)
    );
}

#[each_engine]
async fn sign_ins_at_once_are_refused_alike_and_a_session_of_before_waits_for_the_reset(
    t: &TestApp,
) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED").await;
    let before = sign_in(t, &s.client, "jane").await;
    on_breach(t, &s.pool, None, "BLOCK", &[]).await;
    let ask = || t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    let (one, other, third) = tokio::join!(ask(), ask(), ask());
    for refusal in [one, other, third] {
        assert_eq!(
            refusal.unwrap_err(),
            (RESET.0.to_owned(), RESET.1.to_owned())
        );
    }
    let token = json!({"AccessToken": before["AccessToken"]});
    refused(t, "GetUser", token, RESET).await;
}

#[each_engine]
async fn every_way_by_which_the_password_itself_comes_is_watched(t: &TestApp) {
    let t = &listed(t).await;
    let s = choice::choices(t, watched("ENFORCED"), json!({
        "ExplicitAuthFlows": [
            "ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH",
        ],
    }))
    .await;
    choice::jane(t, &s).await;
    on_breach(t, &s.pool, None, "BLOCK", &["SIGN_IN"]).await;
    let again = async || {
        assert_eq!(status(t, &s.pool, "jane").await, "RESET_REQUIRED");
        set_password(t, &s.pool, "jane", PASSWORD).await;
    };

    refused(t, "AdminInitiateAuth", admin(&s, PASSWORD), RESET).await;
    again().await;
    let at_once = choice::begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    refused(t, "InitiateAuth", at_once, RESET).await;
    again().await;
    let begun = t
        .ok(
            "InitiateAuth",
            choice::begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let chosen = json!({"USERNAME": "jane", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    let chosen = choice::respond(&s.client, "SELECT_CHALLENGE", &begun["Session"], chosen);
    refused(t, "RespondToAuthChallenge", chosen, RESET).await;
    again().await;
    let begun = t
        .ok(
            "InitiateAuth",
            choice::begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let chosen = json!({"USERNAME": "jane", "ANSWER": "PASSWORD"});
    let chosen = choice::respond(&s.client, "SELECT_CHALLENGE", &begun["Session"], chosen);
    let asked = t.ok("RespondToAuthChallenge", chosen).await;
    let given = json!({"USERNAME": "jane", "PASSWORD": PASSWORD});
    let given = choice::respond(&s.client, "PASSWORD", &asked["Session"], given);
    refused(t, "RespondToAuthChallenge", given, RESET).await;
    again().await;

    // SRP shows no password.
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    let answer = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    t.ok("RespondToAuthChallenge", answer).await;
    assert_eq!(status(t, &s.pool, "jane").await, "CONFIRMED");
}

#[each_engine]
async fn what_only_watches_leaves_a_word_in_the_event_and_nothing_else(t: &TestApp) {
    let t = &listed(t).await;
    for (mode, action, known) in [
        ("AUDIT", "BLOCK", true),
        ("AUDIT", "NO_ACTION", true),
        ("ENFORCED", "NO_ACTION", true),
    ] {
        let s = site_of(t, mode).await;
        on_breach(t, &s.pool, None, action, &["SIGN_IN"]).await;
        sign_in(t, &s.client, "jane").await;
        assert_eq!(status(t, &s.pool, "jane").await, "CONFIRMED");
        let newest = events(t, &s.pool, "jane").await.remove(0);
        assert_eq!(
            (newest.1.as_str(), newest.3),
            ("Pass", known),
            "{mode} {action}"
        );
    }
}

#[each_engine]
async fn nobody_looks_where_nobody_asked(t: &TestApp) {
    let t = &listed(t).await;
    // Not in this event, not without a configuration, not without the list.
    let s = site_of(t, "ENFORCED").await;
    sign_in(t, &s.client, "jane").await;
    on_breach(t, &s.pool, None, "BLOCK", &["SIGN_UP", "PASSWORD_CHANGE"]).await;
    sign_in(t, &s.client, "jane").await;
    on_breach(t, &s.pool, None, "BLOCK", &["SIGN_IN"]).await;
    let without = t.node_with(Settings::dev()).await;
    sign_in(&without, &s.client, "jane").await;
    let found = events(t, &s.pool, "jane").await;
    assert!(found.iter().all(|event| !event.3), "{found:?}");
    // The client's own configuration takes the place of the pool's.
    on_breach(t, &s.pool, Some(&s.client), "NO_ACTION", &["SIGN_IN"]).await;
    sign_in(t, &s.client, "jane").await;
    assert!(events(t, &s.pool, "jane").await[0].3);
    on_breach(t, &s.pool, None, "NO_ACTION", &["SIGN_IN"]).await;
    on_breach(t, &s.pool, Some(&s.client), "BLOCK", &["SIGN_IN"]).await;
    refused(
        t,
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        RESET,
    )
    .await;
}

#[each_engine]
async fn addresses_that_are_not_judged_are_no_exception(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED").await;
    let input = json!({
        "UserPoolId": s.pool,
        "CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}},
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["127.0.0.0/8"]},
    });
    t.ok("SetRiskConfiguration", input).await;
    refused(
        t,
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        RESET,
    )
    .await;
}

#[each_engine]
async fn the_word_lasts_until_the_second_factor_is_answered(t: &TestApp) {
    let t = &listed(t).await;
    let settings = with(watched("AUDIT"), mfa::recovery(&["admin_only"]));
    let s = mfa::mfa_site_with(t, "OPTIONAL", &["SMS_MFA"], settings).await;
    let sub = mfa::jane(t, &s, &["phone_number"]).await;
    mfa::prefer(
        t,
        &s,
        json!({"SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}}),
    )
    .await;
    on_breach(t, &s.pool, None, "BLOCK", &["SIGN_IN"]).await;
    let asked = mfa::challenge(t, &s).await;
    let given = json!({"SMS_MFA_CODE": code(t, &s.pool, &sub).await});
    mfa::assert_signed_in(&mfa::respond(t, &s, &asked, given).await.unwrap());
    let newest = events(t, &s.pool, "jane").await.remove(0);
    assert_eq!((newest.1.as_str(), newest.3), ("Pass", true));
}

#[each_engine]
async fn a_temporary_password_leads_to_a_new_one_which_is_looked_up(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_with(t, watched("ENFORCED"), json!({})).await;
    on_breach(t, &s.pool, None, "BLOCK", &[]).await;
    let input = json!({
        "UserPoolId": s.pool, "Username": "new", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
    });
    t.ok("AdminCreateUser", input).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "new", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let answer = |password: &str| {
        let responses = json!({"USERNAME": "new", "NEW_PASSWORD": password});
        choice::respond(
            &s.client,
            "NEW_PASSWORD_REQUIRED",
            &asked["Session"],
            responses,
        )
    };
    refused(
        t,
        "RespondToAuthChallenge",
        answer(PASSWORD),
        accounts::KNOWN,
    )
    .await;
    assert_eq!(status(t, &s.pool, "new").await, "FORCE_CHANGE_PASSWORD");
    // The session stays good, and the event is about the password that counts now.
    t.ok("RespondToAuthChallenge", answer(OWN)).await;
    let newest = events(t, &s.pool, "new").await.remove(0);
    assert_eq!((newest.1.as_str(), newest.3), ("Pass", false));
}
