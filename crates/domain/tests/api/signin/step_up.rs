//! Levels of assurance: the claims of a sign-in, and signing in until a level is reached.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::{
    App, EMAIL, assert_signed_in, jane, later, mfa_site, prefer, register, require, respond,
};
use crate::support::signin::*;
use crate::support::texts::exceptions::INVALID as REFUSED;

const UNREACHABLE: &str = "User cannot satisfy any of the requested ACR values.";

/// Returns the claims of a token about its authentication.
fn context(result: &Value, token: &str) -> (Value, Value) {
    let claims = claims(&result[token]);
    (claims["acr"].clone(), claims["amr"].clone())
}

fn loa(level: u8, amr: &[&str]) -> (Value, Value) {
    (json!(format!("urn:cognito:loa:{level}")), json!(amr))
}

async fn allow_user_auth(t: &TestApp, s: &Site) {
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client, "ExplicitAuthFlows": [
        "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    t.ok("UpdateUserPoolClient", input).await;
}

/// Creates jane with an app that she need not use, in a pool with optional MFA by app and e-mail; returns her first
/// tokens too.
async fn jane_may(t: &TestApp) -> (Site, App, Value) {
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]).await;
    jane(t, &s, &[]).await;
    allow_user_auth(t, &s).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let app = register(t, &tokens["AccessToken"]).await;
    later(t).await;
    (s, app, tokens)
}

fn begin(s: &Site, more: Value) -> Value {
    initiate(
        &s.client,
        "USER_AUTH",
        with(json!({"USERNAME": "jane"}), more),
    )
}

fn by_word(s: &Site, levels: &str) -> Value {
    let password = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD, "TARGET_ACR_VALUES": levels});
    begin(s, password)
}

#[each_engine]
async fn tokens_say_how_and_how_surely_for_as_long_as_the_session_lives(t: &TestApp) {
    let (s, app, first) = jane_may(t).await;
    for token in ["AccessToken", "IdToken"] {
        assert_eq!(context(&first, token), loa(1, &["pwd"]));
    }
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true}}),
    )
    .await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let result = respond(t, &s, &asked, code).await.unwrap()["AuthenticationResult"].clone();
    assert_eq!(context(&result, "IdToken"), loa(4, &["pwd", "otp", "mfa"]));
    // A refresh keeps what was said, whatever the pool calls its levels by now.
    let names = json!({"UserPoolId": s.pool, "AcrConfiguration": {"Level4": {"AcrValue": "urn:example:gold"}}});
    t.ok(
        "UpdateUserPool",
        with(names, json!({"MfaConfiguration": "OPTIONAL"})),
    )
    .await;
    t.advance(60).await;
    let flow = initiate(
        &s.client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": result["RefreshToken"]}),
    );
    let again = t.ok("InitiateAuth", flow).await["AuthenticationResult"].clone();
    for token in ["AccessToken", "IdToken"] {
        assert_eq!(context(&again, token), loa(4, &["pwd", "otp", "mfa"]));
        assert_eq!(
            claims(&again[token])["auth_time"],
            claims(&result[token])["auth_time"]
        );
    }
    later(t).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let result = respond(t, &s, &asked, code).await.unwrap()["AuthenticationResult"].clone();
    assert_eq!(context(&result, "AccessToken").0, "urn:example:gold");
}

#[each_engine]
async fn a_target_asks_for_factors_that_the_pool_would_not_ask_for(t: &TestApp) {
    let (s, app, _) = jane_may(t).await;
    assert_signed_in(&t.ok("InitiateAuth", by_word(&s, "urn:cognito:loa:1")).await);
    let asked = t
        .ok(
            "InitiateAuth",
            by_word(&s, "urn:x:unknown urn:cognito:loa:4 urn:cognito:loa:1"),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let done = respond(t, &s, &asked, code).await.unwrap();
    assert_signed_in(&done);
    assert_eq!(
        context(&done["AuthenticationResult"], "IdToken"),
        loa(4, &["pwd", "otp", "mfa"])
    );
}

#[each_engine]
async fn the_first_level_that_can_be_reached_is_the_goal(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]).await;
    jane(t, &s, &["email"]).await;
    allow_user_auth(t, &s).await;
    // No app, and an address that is not verified.
    for levels in [
        "urn:cognito:loa:4",
        "urn:cognito:loa:4 urn:cognito:loa:3 urn:cognito:loa:2",
    ] {
        t.refused("InitiateAuth", by_word(&s, levels), REFUSED, UNREACHABLE)
            .await;
    }
    assert_signed_in(
        &t.ok(
            "InitiateAuth",
            by_word(&s, "urn:cognito:loa:4 urn:cognito:loa:1"),
        )
        .await,
    );
    let verified = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": [
        {"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"},
    ]});
    t.ok("AdminUpdateUserAttributes", verified).await;
    let asked = t
        .ok(
            "InitiateAuth",
            by_word(&s, "urn:cognito:loa:4 urn:cognito:loa:3"),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    // A wrong password learns nothing of it.
    let wrong = begin(
        &s,
        json!({
            "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wr0ng-one!", "TARGET_ACR_VALUES": "urn:cognito:loa:4",
        }),
    );
    t.refused("InitiateAuth", wrong, WRONG.0, WRONG.1).await;
}

#[each_engine]
async fn what_the_pool_demands_is_demanded_below_it_too(t: &TestApp) {
    let (s, app, _) = jane_may(t).await;
    require(t, &s.pool, "ON", &["SOFTWARE_TOKEN_MFA"]).await;
    let asked = t.ok("InitiateAuth", by_word(&s, "urn:cognito:loa:1")).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    assert_signed_in(&respond(t, &s, &asked, code).await.unwrap());
}

#[each_engine]
async fn a_token_gives_credit_for_what_was_shown(t: &TestApp) {
    let (s, app, first) = jane_may(t).await;
    let step = |more: Value| {
        begin(
            &s,
            with(
                json!({"ACCESS_TOKEN": first["AccessToken"], "TARGET_ACR_VALUES": "urn:cognito:loa:4"}),
                more,
            ),
        )
    };
    let asked = t.ok("InitiateAuth", step(json!({"MAX_AGE": "3600"}))).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let result = respond(t, &s, &asked, code).await.unwrap()["AuthenticationResult"].clone();
    assert_eq!(
        context(&result, "AccessToken"),
        loa(4, &["pwd", "otp", "mfa"])
    );
    let (old, new) = (
        claims(&first["AccessToken"]),
        claims(&result["AccessToken"]),
    );
    assert_ne!(old["origin_jti"], new["origin_jti"]);
    assert!(new["auth_time"].as_i64() > old["auth_time"].as_i64());
    // The new token is enough, and is no means to get another one.
    let enough = begin(
        &s,
        json!({"ACCESS_TOKEN": result["AccessToken"], "TARGET_ACR_VALUES": "urn:cognito:loa:4"}),
    );
    let text = "The access token already satisfies the requested ACR value.";
    t.refused("InitiateAuth", enough, REFUSED, text).await;
    t.refused(
        "InitiateAuth",
        step(json!({"TARGET_ACR_VALUES": "urn:cognito:loa:1"})),
        REFUSED,
        text,
    )
    .await;
    // Too long ago: from the beginning.
    t.advance(120).await;
    let late = t.ok("InitiateAuth", step(json!({"MAX_AGE": "60"}))).await;
    assert_eq!(late["ChallengeName"], "SELECT_CHALLENGE");
    assert!(late["AvailableChallenges"].to_string().contains("PASSWORD"));
}

#[each_engine]
async fn a_token_is_no_credit_for_a_password_that_was_replaced_by_a_temporary_one(t: &TestApp) {
    let (s, _, first) = jane_may(t).await;
    let temporary = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "Temp0rary-one!", "Permanent": false});
    t.ok("AdminSetUserPassword", temporary).await;
    let step = begin(
        &s,
        json!({"ACCESS_TOKEN": first["AccessToken"], "TARGET_ACR_VALUES": "urn:cognito:loa:4"}),
    );
    let asked = t.ok("InitiateAuth", step).await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
}

#[each_engine]
async fn a_token_is_no_credit_for_a_password_that_was_changed_since(t: &TestApp) {
    let (s, _, first) = jane_may(t).await;
    let change = json!({"AccessToken": first["AccessToken"], "PreviousPassword": PASSWORD, "ProposedPassword": "An0ther-one!"});
    t.ok("ChangePassword", change).await;
    let step = begin(
        &s,
        json!({"ACCESS_TOKEN": first["AccessToken"], "TARGET_ACR_VALUES": "urn:cognito:loa:4"}),
    );
    let asked = t.ok("InitiateAuth", step).await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
}

#[each_engine]
async fn step_up_without_levels_or_with_another_s_token_is_refused(t: &TestApp) {
    let (s, _, first) = jane_may(t).await;
    let access = json!({"ACCESS_TOKEN": first["AccessToken"]});
    let levels = |more: Value| with(json!({"TARGET_ACR_VALUES": "urn:cognito:loa:4"}), more);
    let alone = "TARGET_ACR_VALUES is required when ACCESS_TOKEN is provided.";
    t.refused("InitiateAuth", begin(&s, access.clone()), REFUSED, alone)
        .await;
    let unknown = begin(&s, json!({"TARGET_ACR_VALUES": "urn:cognito:loa:5 gold"}));
    t.refused(
        "InitiateAuth",
        unknown,
        REFUSED,
        "TARGET_ACR_VALUES contains no valid ACR value.",
    )
    .await;
    for age in ["-1", "x", ""] {
        let input = begin(&s, levels(json!({"MAX_AGE": age})));
        t.refused(
            "InitiateAuth",
            input,
            REFUSED,
            "MAX_AGE must be a non-negative integer.",
        )
        .await;
    }
    user(t, &s.pool, "john").await;
    let johns = sign_in(t, &s.client, "john").await["AccessToken"].clone();
    let client = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let elsewhere = sign_in(t, &client, "jane").await["AccessToken"].clone();
    for token in [johns, elsewhere] {
        let input = begin(&s, levels(json!({"ACCESS_TOKEN": token})));
        t.refused(
            "InitiateAuth",
            input,
            WRONG.0,
            "Access Token does not match the user.",
        )
        .await;
    }
    let made_up = begin(&s, levels(json!({"ACCESS_TOKEN": "a.b.c"})));
    t.refused("InitiateAuth", made_up, WRONG.0, "Invalid Access Token")
        .await;
    t.ok(
        "AdminUserGlobalSignOut",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let revoked = begin(&s, levels(access));
    t.refused(
        "InitiateAuth",
        revoked,
        WRONG.0,
        "Access Token has been revoked",
    )
    .await;
}

#[each_engine]
async fn a_name_that_nobody_has_is_asked_as_everybody_is(t: &TestApp) {
    let (s, _, _) = jane_may(t).await;
    let hide = json!({"UserPoolId": s.pool, "ClientId": s.client, "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    t.ok("UpdateUserPoolClient", hide).await;
    let mut shown = Vec::new();
    for name in ["jane", "nobody"] {
        let parameters = json!({"USERNAME": name, "TARGET_ACR_VALUES": "urn:cognito:loa:4"});
        let answer = t
            .ok("InitiateAuth", initiate(&s.client, "USER_AUTH", parameters))
            .await;
        shown.push((
            answer["ChallengeName"].clone(),
            answer["AvailableChallenges"].clone(),
        ));
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_of_the_lite_plan_has_no_step_up_where_plans_are_enforced() {
    let settings = cognate_domain::Settings {
        enforce_tiers: true,
        ..cognate_domain::Settings::dev()
    };
    let t = &TestApp::sqlite_with(settings).await;
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    allow_user_auth(t, &s).await;
    let lite = json!({"UserPoolId": s.pool, "UserPoolTier": "LITE"});
    t.ok("UpdateUserPool", lite).await;
    let text = "The following feature is not available for the LITE pricing tier configured: Step-up Authentication";
    let above = "FeatureUnavailableInTierException";
    let begin = by_word(&s, "urn:cognito:loa:1");
    t.refused("InitiateAuth", begin.clone(), above, text).await;
    let admin = with(begin, json!({"UserPoolId": s.pool}));
    t.refused("AdminInitiateAuth", admin, above, text).await;
}
