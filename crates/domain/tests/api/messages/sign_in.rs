//! CustomMessage_Authentication: the codes of second factors and of first ones.

use cognate_domain::app::functions::InvokeError;
use cognate_shapes::Op;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::function::Function;
use crate::support::TestApp;
use crate::support::choice;
use crate::support::mfa::{
    EMAIL, assert_signed_in, challenge, inbox, jane, mfa_site, prefer, respond,
};
use crate::support::signin::{Site, by_password, with};
use crate::support::users::sms;

/// Gives a pool the function and keeps how it sends.
async fn worded(t: &TestApp, s: &Site) -> Function {
    let shown = t
        .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await;
    let shown = &shown["UserPool"];
    let mut kept = json!({});
    for name in [
        "MfaConfiguration",
        "SmsConfiguration",
        "EmailConfiguration",
        "AccountRecoverySetting",
        "Policies",
    ] {
        if !shown[name].is_null() {
            kept[name] = shown[name].clone();
        }
    }
    Function::of_pool(t, &s.pool, kept).await
}

#[each_engine]
async fn a_second_factor_is_worded_once_and_hears_nothing_of_the_start(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    let sub = jane(t, &s, &["phone_number"]).await;
    prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let function = worded(t, &s).await;
    function.says(json!({"smsMessage": "{####} ist Ihr Code", "emailMessage": "no"}));
    let input = with(
        by_password(&s.client, "jane", "Passw0rd!"),
        json!({"ClientMetadata": {"from": "start"}}),
    );
    let asked = t.ok("InitiateAuth", input).await;
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    let event = function.event();
    assert_eq!(event["triggerSource"], "CustomMessage_Authentication");
    assert_eq!(event["callerContext"]["clientId"], s.client.as_str());
    assert_eq!(
        event["request"],
        json!({
            "userAttributes": {
                "sub": sub, "phone_number": "+15555554444", "phone_number_verified": "false", "cognito:user_status": "CONFIRMED",
            },
            "codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": null,
        })
    );
    let message = inbox(t, &s.pool).await.remove(0);
    let code = message["code"].as_str().unwrap();
    assert_eq!(message["body"], format!("{code} ist Ihr Code"));
    let done = respond(t, &s, &asked, json!({"SMS_MFA_CODE": code})).await;
    assert_signed_in(&done.unwrap());
}

#[each_engine]
async fn an_email_that_is_set_up_as_a_factor_is_worded(t: &TestApp) {
    let s = mfa_site(t, "ON", &["EMAIL_OTP"]).await;
    jane(t, &s, &[]).await;
    let function = worded(t, &s).await;
    function.says(json!({"emailMessage": "<b>{####}</b>", "emailSubject": "確認"}));
    let asked = challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    assert!(function.events().is_empty());
    let input = json!({
        "ClientId": s.client, "ChallengeName": "MFA_SETUP", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "jane", "EMAIL": EMAIL}, "ClientMetadata": {"lang": "ja"},
    });
    let asked = t.ok("RespondToAuthChallenge", input).await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    let event = function.event();
    assert_eq!(event["request"]["clientMetadata"], json!({"lang": "ja"}));
    assert_eq!(event["request"]["userAttributes"]["email"], EMAIL);
    let message = inbox(t, &s.pool).await.remove(0);
    let code = message["code"].as_str().unwrap();
    assert_eq!(message["body"], format!("<b>{code}</b>"));
    assert_eq!(message["subject"], "確認");
    let done = respond(t, &s, &asked, json!({"EMAIL_OTP_CODE": code})).await;
    assert_signed_in(&done.unwrap());
}

#[each_engine]
async fn first_factors_are_worded_and_a_choice_brings_its_metadata(t: &TestApp) {
    let s = choice::choices(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    choice::jane(t, &s).await;
    let function = worded(t, &s).await;
    function.says(json!({"emailMessage": "mail {####}", "smsMessage": "text {####}"}));
    let input = with(
        choice::prefer(&s.client, "jane", "EMAIL_OTP"),
        json!({"ClientMetadata": {"from": "start"}}),
    );
    let asked = t.ok("InitiateAuth", input).await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(function.event()["request"]["clientMetadata"], Value::Null);
    let message = inbox(t, &s.pool).await.remove(0);
    let code = message["code"].as_str().unwrap().to_owned();
    assert_eq!(message["body"], format!("mail {code}"));
    let input = choice::email_code(&s.client, &asked["Session"], "jane", &code);
    assert_signed_in(&choice::answer(t, input).await.unwrap());

    let begun = choice::begin(&s.client, json!({"USERNAME": "jane"}));
    let asked = t.ok("InitiateAuth", begun).await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert!(function.events().is_empty());
    let responses = json!({"USERNAME": "jane", "ANSWER": "SMS_OTP"});
    let input = with(
        choice::respond(&s.client, "SELECT_CHALLENGE", &asked["Session"], responses),
        json!({"ClientMetadata": {"from": "answer"}}),
    );
    t.ok("RespondToAuthChallenge", input).await;
    let event = function.event();
    assert_eq!(
        event["request"]["clientMetadata"],
        json!({"from": "answer"})
    );
    let message = inbox(t, &s.pool).await.remove(0);
    let code = message["code"].as_str().unwrap();
    assert_eq!(message["body"], format!("text {code}"));
}

#[each_engine]
async fn a_user_who_changes_during_the_call_gets_one_code_after_one_call(t: &TestApp) {
    let s = choice::choices(t, sms(), json!({})).await;
    choice::jane(t, &s).await;
    let function = worded(t, &s).await;
    function.says(json!({"emailMessage": "mail {####}"}));
    let changed = json!([{"Name": "nickname", "Value": "other"}]);
    let change = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": changed});
    function.meanwhile(t, Op::AdminUpdateUserAttributes, change);
    let input = choice::prefer(&s.client, "jane", "EMAIL_OTP");
    t.ok("InitiateAuth", input).await;
    function.event();
    assert_eq!(inbox(t, &s.pool).await.len(), 1);
}

#[each_engine]
async fn a_refusal_of_the_function_sends_no_code_and_counts_no_guess(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    jane(t, &s, &["phone_number"]).await;
    prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let function = worded(t, &s).await;
    function.does(|_| Err(InvokeError::Failed("no".into())));
    for _ in 0..6 {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", "Passw0rd!"),
            "UserLambdaValidationException",
            "CustomMessage failed with error no.",
        )
        .await;
    }
    assert!(inbox(t, &s.pool).await.is_empty());
    function.says(json!({}));
    assert_eq!(challenge(t, &s).await["ChallengeName"], "SMS_MFA");
}
