//! Whole events, compared for every source.

use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{TRIGGERS, event};
use crate::groups::{group, join};
use crate::support::TestApp;
use crate::support::devices::{Device, Proof};
use crate::support::functions::{arm, lambda_config};
use crate::support::mfa;
use crate::support::played::Played;
use crate::support::signin::*;

const PRE: &str = "PreAuthentication_Authentication";
const POST: &str = "PostAuthentication_Authentication";

fn empty_groups() -> Value {
    json!({"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null})
}

async fn armed(t: &TestApp, pool: Value) -> (Site, Value) {
    let pool = with(json!({"LambdaConfig": lambda_config(&TRIGGERS)}), pool);
    let s = site_with(t, pool, json!({})).await;
    let nickname = json!([{"Name": "nickname", "Value": "J"}]);
    let sub = user_with(t, &s.pool, "jane", nickname).await;
    let attributes = json!({"sub": sub, "cognito:user_status": "CONFIRMED", "nickname": "J"});
    (s, attributes)
}

#[each_engine]
async fn a_password_is_enough(t: &TestApp) {
    let (s, attributes) = armed(t, json!({})).await;
    let role = "arn:aws:iam::000000000000:role/r";
    group(t, &s.pool, "b", json!({"Precedence": 1, "RoleArn": role})).await;
    group(t, &s.pool, "a", json!({"Precedence": 2})).await;
    join(t, &s.pool, "a", "jane").await;
    join(t, &s.pool, "b", "jane").await;
    let functions = Played::install(t);
    let mut input = by_password(&s.client, "jane", PASSWORD);
    input["ClientMetadata"] = json!({"k": "v"});
    t.ok("InitiateAuth", input).await;
    let at = (s.pool.as_str(), s.client.as_str());
    let groups = json!({"groupsToOverride": ["b", "a"], "iamRolesToOverride": [role], "preferredRole": role});
    // ClientMetadata of InitiateAuth reaches the first function alone.
    let expected = [
        event(
            at,
            PRE,
            "jane",
            json!({"userAttributes": attributes, "validationData": {"k": "v"}}),
            json!({}),
        ),
        event(
            at,
            POST,
            "jane",
            json!({"userAttributes": attributes, "newDeviceUsed": false}),
            json!({}),
        ),
        event(
            at,
            "TokenGeneration_Authentication",
            "jane",
            json!({"userAttributes": attributes, "groupConfiguration": groups}),
            json!({"claimsOverrideDetails": null}),
        ),
    ];
    assert_eq!(functions.events(), expected);
}

#[each_engine]
async fn a_proof_by_srp_passes_its_own_data_on(t: &TestApp) {
    let (s, attributes) = armed(t, json!({})).await;
    let functions = Played::install(t);
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    assert_eq!(functions.sources(), [PRE]);
    let mut input = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    input["ClientMetadata"] = json!({"k": "v"});
    t.ok("RespondToAuthChallenge", input).await;
    let at = (s.pool.as_str(), s.client.as_str());
    let expected = [
        event(
            at,
            POST,
            "jane",
            json!({"userAttributes": attributes, "newDeviceUsed": false, "clientMetadata": {"k": "v"}}),
            json!({}),
        ),
        event(
            at,
            "TokenGeneration_Authentication",
            "jane",
            json!({
                "userAttributes": attributes, "groupConfiguration": empty_groups(), "clientMetadata": {"k": "v"},
            }),
            json!({"claimsOverrideDetails": null}),
        ),
    ];
    assert_eq!(functions.events(), expected);
}

#[each_engine]
async fn existence_is_told_only_where_it_is_hidden_from_clients(t: &TestApp) {
    let functions = Played::install(t);
    let hidden = json!({"PreventUserExistenceErrors": "ENABLED"});
    let config = json!({"LambdaConfig": lambda_config(&[Trigger::PreAuthentication])});
    let s = site_with(t, config, hidden).await;
    let sub = user(t, &s.pool, "jane").await;
    let at = (s.pool.as_str(), s.client.as_str());
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let attributes = json!({"sub": sub, "cognito:user_status": "CONFIRMED"});
    let known =
        json!({"userAttributes": attributes, "userNotFound": false, "validationData": null});
    assert_eq!(
        functions.events(),
        [event(at, PRE, "jane", known, json!({}))]
    );
    let mut input = by_password(&s.client, "nobody", PASSWORD);
    input["ClientMetadata"] = json!({"k": "v"});
    t.refused("InitiateAuth", input, WRONG.0, WRONG.1).await;
    let data = json!({"k": "v"});
    let unknown = json!({"userAttributes": {}, "userNotFound": true, "validationData": data});
    assert_eq!(
        functions.events(),
        [event(at, PRE, "nobody", unknown, json!({}))]
    );
    // An unknown name is refused as a known one is.
    functions.fails(
        Trigger::PreAuthentication,
        cognate_domain::app::functions::InvokeError::Failed("no".into()),
    );
    for name in ["jane", "nobody"] {
        for flow in ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"] {
            let a = cognate_crypto::srp::client::Client::new().srp_a();
            let parameters = json!({"USERNAME": name, "PASSWORD": PASSWORD, "SRP_A": a});
            t.refused(
                "InitiateAuth",
                initiate(&s.client, flow, parameters),
                "UserLambdaValidationException",
                "PreAuthentication failed with error no.",
            )
            .await;
        }
    }
}

#[each_engine]
async fn a_new_password_has_a_source_of_its_own(t: &TestApp) {
    let (s, mut attributes) = armed(t, json!({})).await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "Temp0rary!", "Permanent": false});
    t.ok("AdminSetUserPassword", input).await;
    let functions = Played::install(t);
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let first = functions.events();
    assert_eq!(first.len(), 1);
    assert_eq!(
        first[0]["request"]["userAttributes"]["cognito:user_status"],
        "FORCE_CHANGE_PASSWORD"
    );
    let responses =
        json!({"USERNAME": "jane", "NEW_PASSWORD": "Brand-new1", "userAttributes.nickname": "K"});
    let input = json!({
        "ClientId": s.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": responses, "ClientMetadata": {"k": "v"},
    });
    t.ok("RespondToAuthChallenge", input).await;
    attributes["nickname"] = json!("K");
    let at = (s.pool.as_str(), s.client.as_str());
    let events = functions.events();
    assert_eq!(events[0]["triggerSource"], POST);
    let expected = event(
        at,
        "TokenGeneration_NewPasswordChallenge",
        "jane",
        json!({
            "userAttributes": attributes, "groupConfiguration": empty_groups(), "clientMetadata": {"k": "v"},
        }),
        json!({"claimsOverrideDetails": null}),
    );
    assert_eq!(events[1..], [expected]);
}

#[each_engine]
async fn a_second_factor_comes_before_the_functions_of_the_end(t: &TestApp) {
    let s = mfa::mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    mfa::jane(t, &s, &["phone_number"]).await;
    mfa::prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let functions = Played::install(t);
    arm(t, &s.pool, &TRIGGERS, json!({})).await;
    let asked = mfa::challenge(t, &s).await;
    assert_eq!(functions.sources(), [PRE]);
    let sent = mfa::inbox(t, &s.pool).await;
    let wrong =
        json!({"SMS_MFA_CODE": crate::support::users::wrong(sent[0]["code"].as_str().unwrap())});
    assert!(mfa::respond(t, &s, &asked, wrong).await.is_err());
    assert!(functions.events().is_empty());
    let code = json!({"SMS_MFA_CODE": sent[0]["code"]});
    mfa::respond(t, &s, &asked, code).await.unwrap();
    assert_eq!(
        functions.sources(),
        [POST, "TokenGeneration_Authentication"]
    );
}

#[each_engine]
async fn a_device_is_new_until_it_is_known_and_its_proof_has_a_source(t: &TestApp) {
    let s = mfa::mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    mfa::jane(t, &s, &["phone_number"]).await;
    let devices =
        json!({"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false});
    let settings = json!({"DeviceConfiguration": devices});
    let functions = Played::install(t);
    arm(t, &s.pool, &TRIGGERS, settings).await;
    let new_device = |events: &[Value]| {
        let post = events.iter().find(|event| event["triggerSource"] == POST);
        post.unwrap()["request"]["newDeviceUsed"].clone()
    };
    let (device, _) = Device::confirmed(t, &s).await;
    assert_eq!(new_device(&functions.events()), true);
    t.ok("InitiateAuth", device.sign_in(&s.client, "jane"))
        .await;
    let events = functions.events();
    assert_eq!(new_device(&events), false);
    assert_eq!(events[2]["triggerSource"], "TokenGeneration_Authentication");
    // The device proves itself in the place of a code.
    mfa::prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let asked = t
        .ok("InitiateAuth", device.sign_in(&s.client, "jane"))
        .await;
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    assert_eq!(functions.sources(), [PRE]);
    let proof = Proof::start(t, &s.client, "jane", &device, Some(&asked["Session"]))
        .await
        .unwrap();
    assert!(functions.events().is_empty());
    let mut input = proof.answer(&s.client, &device);
    input["ClientMetadata"] = json!({"k": "v"});
    t.ok("RespondToAuthChallenge", input).await;
    let events = functions.events();
    assert_eq!(new_device(&events), false);
    let request = &events[1]["request"];
    assert_eq!(
        events[1]["triggerSource"],
        "TokenGeneration_AuthenticateDevice"
    );
    assert_eq!(request["clientMetadata"], json!({"k": "v"}));
    assert_eq!(events.len(), 2);
}

#[each_engine]
async fn every_flow_but_a_refresh_asks_first(t: &TestApp) {
    let flows = json!({"ExplicitAuthFlows": [
        "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    let config = json!({"LambdaConfig": lambda_config(&TRIGGERS)});
    let s = site_with(t, config, flows).await;
    user(t, &s.pool, "jane").await;
    let functions = Played::install(t);
    let tokens = sign_in(t, &s.client, "jane").await;
    functions.events();
    let a = cognate_crypto::srp::client::Client::new().srp_a();
    let given = json!({
        "USERNAME": "jane", "PASSWORD": PASSWORD, "SRP_A": a, "REFRESH_TOKEN": tokens["RefreshToken"],
        "PREFERRED_CHALLENGE": "PASSWORD",
    });
    for (flow, asks) in [
        ("USER_PASSWORD_AUTH", true),
        ("USER_SRP_AUTH", true),
        ("ADMIN_USER_PASSWORD_AUTH", true),
        ("USER_AUTH", true),
        ("REFRESH_TOKEN_AUTH", false),
    ] {
        let mut input = initiate(&s.client, flow, given.clone());
        let mut op = "InitiateAuth";
        if flow.starts_with("ADMIN") {
            input["UserPoolId"] = json!(s.pool);
            op = "AdminInitiateAuth";
        }
        t.ok(op, input).await;
        let count = functions.sources().iter().filter(|one| *one == PRE).count();
        assert_eq!(count, usize::from(asks), "{flow}");
    }
}

#[each_engine]
async fn pools_without_functions_call_nobody(t: &TestApp) {
    let functions = Played::install(t);
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let refresh = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
    let input = initiate(&s.client, "REFRESH_TOKEN_AUTH", refresh);
    t.ok("InitiateAuth", input).await;
    assert!(functions.events().is_empty());
}
