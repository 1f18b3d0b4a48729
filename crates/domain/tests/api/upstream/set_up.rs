//! MFA_SETUP of the other pool: the app that it demands is registered there, through here.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::fault;
use crate::support::mfa::{App, answer as answering, later, mfa_site, require};
use crate::support::real::{Play, Real, counts, rows};
use crate::support::signin::{
    PASSWORD, Site, by_password, get_user, not_authorized, site, user, user_with,
};
use crate::support::users::code;
use crate::support::{Refusal, TestApp};

const FAILED: &str = "Code mismatch and fail enable Software Token MFA";

/// A real server that demands one of these factors, of whom jane has none.
async fn demanding(factors: &[&str]) -> (Real, String) {
    let real = Real::start(json!({}), json!({})).await;
    let email = json!([{"Name": "name", "Value": "Jane"}]);
    let sub = user_with(real.t(), &real.site.pool, "jane", email).await;
    if factors.contains(&"EMAIL_OTP") {
        let own = json!({"UserPoolId": real.site.pool, "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example"},
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}});
        real.t().ok("UpdateUserPool", own).await;
    }
    require(real.t(), &real.site.pool, "ON", factors).await;
    (real, sub)
}

async fn asked(t: &TestApp, s: &Site) -> Value {
    let asked = t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    asked.await
}

async fn respond(
    t: &TestApp,
    s: &Site,
    name: &str,
    session: &Value,
    given: Value,
) -> Result<Value, Refusal> {
    let input = answering(s, name, session, given);
    t.call("RespondToAuthChallenge", input).await
}

async fn associate(t: &TestApp, session: &Value) -> Result<Value, Refusal> {
    t.call("AssociateSoftwareToken", json!({"Session": session}))
        .await
}

async fn verify(t: &TestApp, session: &Value, code: &str) -> Result<Value, Refusal> {
    let input = json!({"Session": session, "UserCode": code, "FriendlyDeviceName": "phone"});
    t.call("VerifySoftwareToken", input).await
}

#[each_engine]
async fn an_app_that_is_demanded_there_is_registered_there(t: &TestApp) {
    let (real, _) = demanding(&["SOFTWARE_TOKEN_MFA"]).await;
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    real.behind(t, &s).await;
    let first = asked(t, &s).await;
    assert_eq!(first["ChallengeName"], "MFA_SETUP");
    let told = &first["ChallengeParameters"];
    assert_eq!(told["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\"]");
    // Without an app there is no way on.
    let early = respond(t, &s, "MFA_SETUP", &first["Session"], json!({})).await;
    assert_eq!(
        early.unwrap_err(),
        not_authorized("Invalid session for the user.")
    );
    assert_eq!(rows(t, "users").await, 0);

    let made = associate(t, &first["Session"]).await.unwrap();
    let app = App::scan(&made["SecretCode"]);
    let verified = verify(t, &made["Session"], &app.code(real.t()))
        .await
        .unwrap();
    assert_eq!(verified["Status"], "SUCCESS");
    assert_eq!(
        verify(t, &made["Session"], &app.code(real.t()))
            .await
            .unwrap_err(),
        not_authorized("Invalid session for the user, session can only be used once.")
    );
    let tokens = respond(t, &s, "MFA_SETUP", &verified["Session"], json!({}))
        .await
        .unwrap();
    let access = &tokens["AuthenticationResult"]["AccessToken"];
    assert!(get_user(t, access).await.is_ok());
    // The second factor is there, and so the password stays there.
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));
    assert!(
        real.operations()
            .contains(&"VerifySoftwareToken".to_owned())
    );

    later(real.t()).await;
    let next = asked(t, &s).await;
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let given = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(real.t())});
    respond(t, &s, "SOFTWARE_TOKEN_MFA", &next["Session"], given)
        .await
        .unwrap();
}

#[each_engine]
async fn a_wrong_first_code_ends_the_sign_in(t: &TestApp) {
    let (real, _) = demanding(&["SOFTWARE_TOKEN_MFA"]).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let first = asked(t, &s).await;
    let made = associate(t, &first["Session"]).await.unwrap();
    let app = App::scan(&made["SecretCode"]);
    let wrong = verify(t, &made["Session"], &app.wrong(real.t())).await;
    assert_eq!(
        wrong.unwrap_err(),
        (
            "EnableSoftwareTokenMFAException".to_owned(),
            FAILED.to_owned()
        )
    );
    let again = verify(t, &made["Session"], &app.code(real.t())).await;
    assert_eq!(
        again.unwrap_err(),
        not_authorized("Invalid session for the user, session can only be used once.")
    );
    assert_eq!(rows(t, "users").await, 0);
    // From the beginning it works.
    let first = asked(t, &s).await;
    let made = associate(t, &first["Session"]).await.unwrap();
    let app = App::scan(&made["SecretCode"]);
    let verified = verify(t, &made["Session"], &app.code(real.t()))
        .await
        .unwrap();
    respond(t, &s, "MFA_SETUP", &verified["Session"], json!({}))
        .await
        .unwrap();
    // A pool without apps here cannot ask for one: the upstream goes on to.
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));
}

#[each_engine]
async fn an_address_that_is_demanded_there_is_proven_there(t: &TestApp) {
    let (real, sub) = demanding(&["EMAIL_OTP"]).await;
    let s = mfa_site(t, "OPTIONAL", &["EMAIL_OTP"]).await;
    real.behind(t, &s).await;
    let first = asked(t, &s).await;
    assert_eq!(first["ChallengeName"], "MFA_SETUP");
    let told = &first["ChallengeParameters"];
    assert_eq!(told["MFAS_CAN_SETUP"], "[\"EMAIL_OTP\"]");
    let address = json!({"EMAIL": "jane@example.com"});
    let sent = respond(t, &s, "MFA_SETUP", &first["Session"], address)
        .await
        .unwrap();
    assert_eq!(sent["ChallengeName"], "EMAIL_OTP");
    let code = code(real.t(), &real.site.pool, &sub).await;
    let given = json!({"EMAIL_OTP_CODE": code});
    respond(t, &s, "EMAIL_OTP", &sent["Session"], given)
        .await
        .unwrap();
    let here = crate::support::users::user(t, &s.pool, "jane").await;
    assert_eq!(here["UserMFASettingList"], json!(["EMAIL_OTP"]));
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
}

#[each_engine]
async fn what_cannot_be_relayed_is_a_fault(t: &TestApp) {
    let (real, _) = demanding(&["SOFTWARE_TOKEN_MFA"]).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let first = asked(t, &s).await;
    for answer in [
        json!({}),
        json!({"SecretCode": "A".repeat(52)}),
        json!({"SecretCode": "A".repeat(300), "Session": "s".repeat(40)}),
        json!({"SecretCode": "<b>".repeat(10), "Session": "s".repeat(40)}),
        json!({"SecretCode": "A".repeat(52), "Session": "s".repeat(9_000)}),
    ] {
        real.plays("AssociateSoftwareToken", Play::Of(200, answer.to_string()));
        assert_eq!(associate(t, &first["Session"]).await.unwrap_err(), fault());
        // Also forgets the failures.
        real.behind(t, &s).await;
    }
    real.relax();
    real.edits("RespondToAuthChallenge", |mut answer| {
        if answer["ChallengeName"] == "MFA_SETUP" {
            answer["ChallengeParameters"]["MFAS_CAN_SETUP"] = json!("[\"SMS_MFA\"]");
        }
        answer
    });
    let input = by_password(&s.client, "jane", PASSWORD);
    assert_eq!(t.call("InitiateAuth", input).await.unwrap_err(), fault());
}

/// A session of the other pool's MFA_SETUP is good for its client, and for nothing that is no set-up.
#[each_engine]
async fn a_session_of_another_challenge_registers_nothing(t: &TestApp) {
    let (real, _) = demanding(&["SOFTWARE_TOKEN_MFA"]).await;
    user(real.t(), &real.site.pool, "joe").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let first = asked(t, &s).await;
    let mut altered = first["Session"].as_str().unwrap().to_owned();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    real.asked();
    assert_eq!(
        associate(t, &json!(altered)).await.unwrap_err().0,
        "NotAuthorizedException"
    );
    let wrong = respond(
        t,
        &s,
        "SOFTWARE_TOKEN_MFA",
        &first["Session"],
        json!({"SOFTWARE_TOKEN_MFA_CODE": "123456"}),
    );
    assert_eq!(
        wrong.await.unwrap_err(),
        not_authorized("Invalid session for the user.")
    );
    // Nothing is registered once the upstream has ended.
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    cognate_domain::upstream::settings::end(store, root, now, &s.pool)
        .await
        .unwrap();
    t.app.cache.clear();
    assert_eq!(
        associate(t, &first["Session"]).await.unwrap_err(),
        not_authorized("Invalid session for the user.")
    );
    assert_eq!(real.operations(), Vec::<String>::new());
}
