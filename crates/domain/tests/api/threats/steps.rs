//! What the steps of a sign-in leave behind, whoever judges them: the pool, its functions, or another server.

use cognate_crypto::srp;
use cognate_domain::app::functions::{Invocation, InvokeError, Trigger};
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::devices::Device;
use crate::support::functions::{answered, lambda_config};
use crate::support::mfa;
use crate::support::player::Player;
use crate::support::real::Real;
use crate::support::signin::{Srp, user, verify};
use crate::support::triggers::{begin, custom};
use crate::support::{choice, users};

/// Somewhere else again.
const THIRD: (&str, &str) = ("198.51.100.20", "third-app/1.0");

/// Says of the latest event that it was not the user.
async fn disown(t: &TestApp, s: &Site) {
    let sql = "SELECT event_id FROM auth_events WHERE pool_id = ?1 ORDER BY at DESC, event_id DESC LIMIT 1";
    let rows = t.app.store.rows(sql, params![&s.pool].to_vec()).await;
    let input = json!({
        "UserPoolId": s.pool, "Username": "jane", "EventId": rows.unwrap()[0].text(0).unwrap(), "FeedbackValue": "Invalid",
    });
    t.ok("AdminUpdateAuthEventFeedback", input).await;
}

fn has(event: &Value, reason: &str) -> bool {
    let reasons = event["risk"]["reasons"].as_array().cloned();
    reasons.unwrap_or_default().contains(&json!(reason))
}

#[each_engine]
async fn it_was_not_me_reaches_the_network_of_the_last_step(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    mfa::require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let home = t.from(HOME.0, HOME.1);
    let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
    let app = mfa::register(&home, &tokens["AccessToken"]).await;
    let on = json!({"AccessToken": tokens["AccessToken"], "SoftwareTokenMfaSettings": {"Enabled": true}});
    home.ok("SetUserMFAPreference", on).await;
    let sign_in = async |first: (&'static str, &'static str),
                         last: (&'static str, &'static str)| {
        mfa::later(t).await;
        let first = t.from(first.0, first.1);
        let asked = first
            .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
        let last = t.from(last.0, last.1);
        mfa::assert_signed_in(&mfa::respond(&last, &s, &asked, code).await.unwrap());
        last_event(t, &s).await
    };
    sign_in(AWAY, THIRD).await;
    disown(t, &s).await;
    for from in [AWAY, THIRD] {
        assert!(has(&sign_in(from, HOME).await, "Disowned"), "{from:?}");
    }
}

#[each_engine]
async fn it_was_not_me_reaches_the_device_that_the_sign_in_was_given(t: &TestApp) {
    let tracked = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false}});
    let s = guarded_with(t, "AUDIT", tracked, &[]).await;
    let away = t.from(AWAY.0, AWAY.1);
    let given = away
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let tokens = &given["AuthenticationResult"];
    let device = Device::of(tokens);
    let known = device.confirmation(&tokens["AccessToken"]);
    away.ok("ConfirmDevice", known).await;
    disown(t, &s).await;
    let with_key = device.sign_in(&s.client, "jane");
    t.from(HOME.0, HOME.1).ok("InitiateAuth", with_key).await;
    assert!(has(&last_event(t, &s).await, "Disowned"));
}

#[each_engine]
async fn a_wrong_one_time_password_is_judged_too(t: &TestApp) {
    let passwordless = json!({
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    });
    let has_email = ["email", "email_verified"];
    let s = guarded_with(t, "AUDIT", passwordless, &has_email).await;
    let away = t.from(AWAY.0, AWAY.1);
    let asked = away
        .ok(
            "InitiateAuth",
            choice::prefer(&s.client, "jane", "EMAIL_OTP"),
        )
        .await;
    let right = users::code(t, &s.pool, "jane").await;
    let wrong = if right == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    let answer = choice::email_code(&s.client, &asked["Session"], "jane", wrong);
    away.call("RespondToAuthChallenge", answer)
        .await
        .unwrap_err();
    let event = last_event(t, &s).await;
    assert_eq!(
        (&event["result"], &event["risk"]["level"]),
        (&json!("Fail"), &json!("High"))
    );
    // And refused as a right one is.
    t.ok("UpdateUserPool", json!({
        "UserPoolId": s.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"},
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    }))
    .await;
    configure(t, &s, always("BLOCK")).await;
    let answer = choice::email_code(&s.client, &asked["Session"], "jane", wrong);
    assert_refused(away.call("RespondToAuthChallenge", answer).await);
    assert_eq!(last_event(t, &s).await["risk"]["decision"], "Block");
}

/// The mode is that of the flow, whatever challenge is answered.
#[each_engine]
async fn an_answer_of_custom_auth_is_refused_by_its_own_mode(t: &TestApp) {
    for (mode, own, is_refused) in [("AUDIT", "ENFORCED", true), ("ENFORCED", "AUDIT", false)] {
        let (s, _rules) = custom(t, json!({})).await;
        let described = t
            .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
            .await;
        let flows = json!({"CustomAuthMode": own});
        t.ok("UpdateUserPool", json!({
            "UserPoolId": s.pool, "UserPoolTier": "PLUS", "LambdaConfig": described["UserPool"]["LambdaConfig"],
            "UserPoolAddOns": {"AdvancedSecurityMode": mode, "AdvancedSecurityAdditionalFlows": flows},
        }))
        .await;
        let home = t.from(HOME.0, HOME.1);
        let proof = srp::client::Client::new();
        let parameters =
            json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()});
        let started = home.ok("InitiateAuth", begin(&s.client, parameters)).await;
        let started = Srp::of(proof, &started);
        let blocked = json!({"exceptions": {"blocked": ["192.0.2.0/24"]}});
        configure(t, &s, blocked).await;
        let proof = verify(&s.client, started.responses(&s.pool, PASSWORD));
        let answer = home.call("RespondToAuthChallenge", proof).await;
        match is_refused {
            true => assert_refused(answer),
            false => assert_eq!(answer.unwrap()["ChallengeName"], "CUSTOM_CHALLENGE"),
        }
    }
}

/// A directory in which every name has the password [`PASSWORD`].
fn directory(call: &Invocation) -> Result<Value, InvokeError> {
    let found = json!({"userAttributes": {"email": "old@example.com"}, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"});
    match call.event["request"]["password"] == PASSWORD {
        true => Ok(answered(call, found)),
        false => Err(InvokeError::Failed("Bad password".to_owned())),
    }
}

#[each_engine]
async fn a_place_of_which_nothing_goes_on_brings_nobody_from_another_directory(t: &TestApp) {
    let functions = json!({"LambdaConfig": lambda_config(&[Trigger::UserMigration])});
    let player = Player::install(t);
    let s = guarded_with(t, "ENFORCED", functions, &[]).await;
    player.plays(Trigger::UserMigration, directory);
    configure(t, &s, always("BLOCK")).await;
    let away = t.from(AWAY.0, AWAY.1);
    assert_refused(
        away.call("InitiateAuth", by_password(&s.client, "old", PASSWORD))
            .await,
    );
    assert_eq!(player.calls().len(), 0);
    let nobody = json!({"UserPoolId": s.pool, "Username": "old"});
    let none = t.call("AdminGetUser", nobody).await;
    assert_eq!(none.unwrap_err().0, "UserNotFoundException");
    let home = t.from(HOME.0, HOME.1);
    home.ok("InitiateAuth", by_password(&s.client, "old", PASSWORD))
        .await;
}

/// A user who is only at another server, and has an app there.
async fn elsewhere(t: &TestApp, s: &Site) -> (Real, mfa::App) {
    let real = Real::start(json!({}), json!({})).await;
    let there = real.t();
    user(there, &real.site.pool, "joe").await;
    mfa::require(there, &real.site.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let tokens = crate::support::signin::sign_in(there, &real.site.client, "joe").await;
    let app = mfa::register(there, &tokens["AccessToken"]).await;
    let preference = json!({"UserPoolId": real.site.pool, "Username": "joe",
        "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    there.ok("AdminSetUserMFAPreference", preference).await;
    mfa::later(there).await;
    real.behind(t, s).await;
    (real, app)
}

#[each_engine]
async fn a_right_password_behind_which_another_server_asks_for_more_is_weighed(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let (real, app) = elsewhere(t, &s).await;
    configure(t, &s, always("BLOCK")).await;
    let away = t.from(AWAY.0, AWAY.1);
    for password in [PASSWORD, "Wrong-1234"] {
        assert_refused(
            away.call("InitiateAuth", by_password(&s.client, "joe", password))
                .await,
        );
    }
    // A second factor there is the one that is demanded here.
    configure(t, &s, always("MFA_REQUIRED")).await;
    let asked = away
        .ok("InitiateAuth", by_password(&s.client, "joe", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    // The decision stays with the sign-in, wherever its end comes from.
    configure(t, &s, always("BLOCK")).await;
    let code = json!({
        "ClientId": s.client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "joe", "SOFTWARE_TOKEN_MFA_CODE": app.code(real.t())},
    });
    let answer = away.ok("RespondToAuthChallenge", code).await;
    mfa::assert_signed_in(&answer);
    assert_eq!(last_event(t, &s).await["risk"]["level"], "High");
}
