//! Ways around a decision: another name, another client, a remembered device, another step, the same answer twice.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::devices::Device;
use crate::support::mfa;

/// Jane with an app that is on, in a pool that asks for it only on devices that it does not know.
async fn with_app(t: &TestApp, settings: Value) -> (Site, mfa::App) {
    let s = guarded_with(t, "ENFORCED", settings, &["email", "email_verified"]).await;
    mfa::require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let home = t.from(HOME.0, HOME.1);
    let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
    let app = mfa::register(&home, &tokens["AccessToken"]).await;
    (s, app)
}

#[each_engine]
async fn another_name_and_another_client_are_the_same_user(t: &TestApp) {
    let (s, _) = with_app(t, json!({"AliasAttributes": ["email"]})).await;
    configure(t, &s, always("MFA_IF_CONFIGURED")).await;
    let other = client_of(t, &s.pool, flows()).await;
    let other = other["ClientId"].as_str().unwrap();
    let away = t.from(AWAY.0, AWAY.1);
    for client in [s.client.as_str(), other] {
        for name in ["jane", "jane@example.com"] {
            let asked = away
                .ok("InitiateAuth", by_password(client, name, PASSWORD))
                .await;
            assert_eq!(
                asked["ChallengeName"], "SOFTWARE_TOKEN_MFA",
                "{client} {name}"
            );
        }
    }
}

#[each_engine]
async fn a_remembered_device_does_not_stand_in_for_a_factor_that_is_demanded(t: &TestApp) {
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false}});
    let (s, app) = with_app(t, devices).await;
    mfa::prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true}}),
    )
    .await;
    mfa::later(t).await;
    let home = t.from(HOME.0, HOME.1);
    let asked = home
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let right = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let answer = mfa::respond(&home, &s, &asked, right).await.unwrap();
    let result = &answer["AuthenticationResult"];
    let device = Device::of(result);
    home.ok("ConfirmDevice", device.confirmation(&result["AccessToken"]))
        .await;
    let named = device.sign_in(&s.client, "jane");
    // At home it does.
    let asked = home.ok("InitiateAuth", named.clone()).await;
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH", "{asked}");
    configure(t, &s, always("MFA_IF_CONFIGURED")).await;
    let away = t.from("198.51.100.66", AWAY.1);
    let asked = away.ok("InitiateAuth", named).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{asked}");
    // Nor when it is named later, and the decision stays with the session wherever the next answer comes from.
    let wrong = json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t), "DEVICE_KEY": device.key});
    let refused = mfa::respond(&home, &s, &asked, wrong).await.unwrap_err();
    assert_eq!(refused.0, "CodeMismatchException");
    mfa::later(t).await;
    let right = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t), "DEVICE_KEY": device.key});
    let answer = mfa::respond(&away, &s, &asked, right).await.unwrap();
    assert!(answer["AuthenticationResult"].is_object(), "{answer}");
}

#[each_engine]
async fn a_new_password_is_followed_by_the_factor_that_was_demanded(t: &TestApp) {
    let (s, _) = with_app(t, json!({})).await;
    configure(t, &s, always("MFA_REQUIRED")).await;
    let temporary = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "Temp0rary!", "Permanent": false});
    t.ok("AdminSetUserPassword", temporary).await;
    let away = t.from(AWAY.0, AWAY.1);
    let asked = away
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    // The next step comes from home: what was decided holds.
    let home = t.from(HOME.0, HOME.1);
    let chosen = json!({"NEW_PASSWORD": "Passw0rd!2"});
    let asked = mfa::respond(&home, &s, &asked, chosen).await.unwrap();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{asked}");
}

#[each_engine]
async fn two_at_once_are_two_sign_ins_and_lose_nothing(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let second = t.second_node().await;
    let _ = second.app.places.set(Box::new(Atlas));
    let calls = (0..6).map(|n| {
        let node = if n % 2 == 0 { t } else { &second };
        let node = node.from(HOME.0, HOME.1);
        let input = by_password(&s.client, "jane", PASSWORD);
        async move { node.call("InitiateAuth", input).await }
    });
    for answer in crate::support::users::futures_all(calls).await {
        assert!(answer.unwrap()["AuthenticationResult"].is_object());
    }
    let doc = profile::read(t, &s).await;
    assert_eq!(doc["n"], 10);
}
