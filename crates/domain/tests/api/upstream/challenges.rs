//! Challenges of the other server: asked here, answered there.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::wrong;
use crate::support::mfa::{App, answer as answering, later, mfa_site, register, require};
use crate::support::real::{Real, counts, rows, twin};
use crate::support::signin::{
    PASSWORD, Site, Srp, by_password, claims, client_of, get_user, initiate, not_authorized,
    sign_in, site, user, user_with, verify,
};
use crate::support::users::{code, user as admin_get};
use crate::support::{Refusal, TestApp};

/// A real server whose jane has an app as second factor.
async fn with_app() -> (Real, App) {
    let real = Real::start(json!({}), json!({})).await;
    let there = real.t();
    user(there, &real.site.pool, "jane").await;
    require(there, &real.site.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let tokens = sign_in(there, &real.site.client, "jane").await;
    let app = register(there, &tokens["AccessToken"]).await;
    let preference = json!({"UserPoolId": real.site.pool, "Username": "jane",
        "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    there.ok("AdminSetUserMFAPreference", preference).await;
    later(there).await;
    (real, app)
}

async fn respond(t: &TestApp, s: &Site, asked: &Value, code: Value) -> Result<Value, Refusal> {
    let name = asked["ChallengeName"].as_str().unwrap();
    let input = answering(s, name, &asked["Session"], code);
    t.call("RespondToAuthChallenge", input).await
}

fn totp(code: &str) -> Value {
    json!({"SOFTWARE_TOKEN_MFA_CODE": code})
}

#[each_engine]
async fn an_app_there_is_asked_for_here_until_there_is_one_here(t: &TestApp) {
    let (real, app) = with_app().await;
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    real.behind(t, &s).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(asked["Session"].as_str().unwrap().len() <= 4096);
    assert_eq!(rows(t, "users").await, 0);
    assert_eq!(
        respond(t, &s, &asked, totp("000000")).await.unwrap_err().0,
        "CodeMismatchException"
    );
    let right = totp(&app.code(real.t()));
    let tokens = respond(t, &s, &asked, right.clone()).await.unwrap();
    let access = tokens["AuthenticationResult"]["AccessToken"].clone();
    assert!(get_user(t, &access).await.is_ok());
    assert_eq!(
        respond(t, &s, &asked, right).await.unwrap_err(),
        not_authorized("Invalid session for the user, session can only be used once.")
    );
    // The second factor is there, and so the password stays there.
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));

    // An app is set up here: the next sign-in brings the password, and from then on all is here.
    let own = register(t, &access).await;
    let preference = json!({"AccessToken": access, "SoftwareTokenMfaSettings": {"Enabled": true}});
    t.ok("SetUserMFAPreference", preference).await;
    later(real.t()).await;
    later(t).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    respond(t, &s, &asked, totp(&app.code(real.t())))
        .await
        .unwrap();
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    real.asked();
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    respond(t, &s, &asked, totp(&own.code(t))).await.unwrap();
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn an_app_there_comes_after_srp_too(t: &TestApp) {
    let (real, app) = with_app().await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    real.behind(t, &s).await;
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    let proof = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    let asked = t.ok("RespondToAuthChallenge", proof).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let tokens = respond(t, &s, &asked, totp(&app.code(real.t())))
        .await
        .unwrap();
    assert_eq!(
        claims(&tokens["AuthenticationResult"]["IdToken"])["cognito:username"],
        "jane"
    );
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));
}

#[each_engine]
async fn a_session_is_good_for_its_client_and_pool_alone(t: &TestApp) {
    let (real, app) = with_app().await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let other = client_of(t, &s.pool, json!({})).await;
    let other = Site {
        pool: s.pool.clone(),
        client: other["ClientId"].as_str().unwrap().to_owned(),
    };
    let foreign = site(t).await;
    real.behind(t, &foreign).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    real.asked();
    for other in [other, foreign] {
        let code = totp(&app.code(real.t()));
        let refusal = respond(t, &other, &asked, code).await.unwrap_err();
        assert_eq!(refusal, not_authorized("Invalid session for the user."));
    }
    let mut altered = asked.clone();
    altered["ChallengeName"] = json!("SMS_MFA");
    let refusal = respond(t, &s, &altered, json!({"SMS_MFA_CODE": "123456"})).await;
    assert_eq!(
        refusal.unwrap_err(),
        not_authorized("Invalid session for the user.")
    );
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn wrong_codes_count_here_and_lock(t: &TestApp) {
    let (real, app) = with_app().await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let wrong = totp(&app.wrong(real.t()));
    for _ in 0..5 {
        assert!(respond(t, &s, &asked, wrong.clone()).await.is_err());
    }
    real.asked();
    let locked = not_authorized("Password attempts exceeded");
    let right = totp(&app.code(real.t()));
    assert_eq!(respond(t, &s, &asked, right).await.unwrap_err(), locked);
    let again = t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    assert_eq!(again.await.unwrap_err(), locked);
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn a_temporary_password_is_replaced_there_and_the_new_one_is_here(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let input = json!({"UserPoolId": real.site.pool, "Username": "jane", "MessageAction": "SUPPRESS",
        "TemporaryPassword": PASSWORD, "UserAttributes": [{"Name": "name", "Value": "Jane"}]});
    real.t().ok("AdminCreateUser", input).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let attributes = asked["ChallengeParameters"]["userAttributes"]
        .as_str()
        .unwrap();
    assert!(attributes.contains("Jane"), "{attributes}");
    let short = respond(t, &s, &asked, json!({"NEW_PASSWORD": "short"})).await;
    assert_eq!(short.unwrap_err().0, "InvalidPasswordException");
    let new = json!({"NEW_PASSWORD": "N3wPassw0rd!"});
    respond(t, &s, &asked, new).await.unwrap();
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    assert_eq!(
        admin_get(t, &s.pool, "jane").await["UserStatus"],
        "CONFIRMED"
    );
    real.asked();
    t.ok(
        "InitiateAuth",
        by_password(&s.client, "jane", "N3wPassw0rd!"),
    )
    .await;
    let old = t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    assert_eq!(old.await.unwrap_err(), wrong());
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn codes_by_message_are_relayed_and_the_factor_is_taken_over(t: &TestApp) {
    let phone = json!([{"Name": "phone_number", "Value": "+15555550100"}, {"Name": "phone_number_verified", "Value": "true"}]);
    let real = Real::start(json!({}), json!({})).await;
    let sub = user_with(real.t(), &real.site.pool, "jane", phone).await;
    require(real.t(), &real.site.pool, "OPTIONAL", &["SMS_MFA"]).await;
    let preference = json!({"UserPoolId": real.site.pool, "Username": "jane",
        "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    real.t().ok("AdminSetUserMFAPreference", preference).await;
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    real.behind(t, &s).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    assert_eq!(
        asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"],
        "+*******0100"
    );
    let code = code(real.t(), &real.site.pool, &sub).await;
    respond(t, &s, &asked, json!({"SMS_MFA_CODE": code}))
        .await
        .unwrap();
    let here = admin_get(t, &s.pool, "jane").await;
    assert_eq!(here["UserMFASettingList"], json!(["SMS_MFA"]));
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    real.asked();
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn a_user_who_chooses_a_factor_is_offered_the_password(t: &TestApp) {
    let (real, app) = with_app().await;
    user(real.t(), &real.site.pool, "joe").await;
    let s = site(t).await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let client = client_of(t, &s.pool, flows).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let s = Site { client, ..s };
    real.behind(t, &s).await;
    let begin = async |name: &str| {
        let input = initiate(&s.client, "USER_AUTH", json!({"USERNAME": name}));
        let asked = t.ok("InitiateAuth", input).await;
        assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD"]), "{name}");
        asked
    };
    let choose = async |asked: &Value, name: &str, password: &str| {
        let given = json!({"USERNAME": name, "ANSWER": "PASSWORD", "PASSWORD": password});
        let input = json!({"ClientId": s.client, "ChallengeName": "SELECT_CHALLENGE",
            "Session": asked["Session"], "ChallengeResponses": given});
        t.call("RespondToAuthChallenge", input).await
    };
    begin("nobody").await;
    let asked = begin("joe").await;
    assert_eq!(
        choose(&asked, "joe", "Wrong-1!").await.unwrap_err(),
        wrong()
    );
    let tokens = choose(&asked, "joe", PASSWORD).await.unwrap();
    assert!(tokens["AuthenticationResult"].is_object());
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    assert!(choose(&asked, "joe", PASSWORD).await.is_err());

    let asked = begin("jane").await;
    let asked = choose(&asked, "jane", PASSWORD).await.unwrap();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = totp(&app.code(real.t()));
    respond(t, &s, &asked, code).await.unwrap();
    assert_eq!(counts(t, &s.pool).await, (1, 1, 0));
}
