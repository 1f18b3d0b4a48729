//! A call that changes nothing writes nothing: repeating it adds no row to the audit trail or anywhere else.

use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::{Device, tracked};
use crate::support::signin::{sign_in, site_with, user_with};
use crate::support::users::sms;

/// Rows of the audit trail, and the version of the only user.
async fn written(t: &TestApp) -> (i64, i64) {
    let one = async |sql| {
        let row = t.app.store.row(sql, params![]).await.unwrap();
        row.unwrap().int(0).unwrap()
    };
    let audit = one("SELECT COUNT(*) FROM audit").await;
    (audit, one("SELECT ver FROM users").await)
}

/// Asserts that the first call writes, and that the same again does not.
async fn writes_once(t: &TestApp, op: &str, input: Value) {
    let before = written(t).await;
    t.ok(op, input.clone()).await;
    let after = written(t).await;
    assert_eq!(after.0, before.0 + 1, "{op}");
    for _ in 0..3 {
        t.ok(op, input.clone()).await;
    }
    assert_eq!(written(t).await, after, "{op}");
}

#[each_engine]
async fn a_token_is_revoked_once(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user_with(t, &s.pool, "jane", json!([])).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let others = sign_in(t, &s.client, "jane").await;
    let revoke = |tokens: &Value| json!({"ClientId": s.client, "Token": tokens["RefreshToken"]});
    writes_once(t, "RevokeToken", revoke(&tokens)).await;
    t.ok(
        "GlobalSignOut",
        json!({"AccessToken": others["AccessToken"]}),
    )
    .await;
    let before = written(t).await;
    t.ok("RevokeToken", revoke(&others)).await;
    // Nor is one that has come to its end.
    let tokens = sign_in(t, &s.client, "jane").await;
    t.advance(400 * 86_400).await;
    t.ok("RevokeToken", revoke(&tokens)).await;
    assert_eq!(written(t).await, before);
}

#[each_engine]
async fn a_user_who_repeats_a_change_changes_nothing(t: &TestApp) {
    let s = site_with(t, sms(), json!({})).await;
    user_with(
        t,
        &s.pool,
        "jane",
        json!([{"Name": "phone_number", "Value": "+15555550100"}]),
    )
    .await;
    let access = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let own = |mut input: Value| {
        input["AccessToken"] = access.clone();
        input
    };
    let attributes =
        json!([{"Name": "nickname", "Value": "J"}, {"Name": "email", "Value": "jane@example.com"}]);
    writes_once(
        t,
        "UpdateUserAttributes",
        own(json!({"UserAttributes": attributes})),
    )
    .await;
    writes_once(
        t,
        "DeleteUserAttributes",
        own(json!({"UserAttributeNames": ["nickname", "email", "address"]})),
    )
    .await;
    let options = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    writes_once(t, "SetUserSettings", own(json!({"MFAOptions": options}))).await;
    // An administrator's call is on record each time: it says who asked for what.
    let input = json!({"UserPoolId": s.pool, "Username": "jane"});
    let before = written(t).await.0;
    for _ in 0..2 {
        t.ok("AdminDisableUser", input.clone()).await;
    }
    assert_eq!(written(t).await.0, before + 2);
}

#[each_engine]
async fn a_preference_that_is_there_is_not_set_again(t: &TestApp) {
    let pool = json!({"MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"]});
    let s = site_with(t, crate::support::users::with(sms(), pool), json!({})).await;
    user_with(t, &s.pool, "jane", json!([{"Name": "phone_number", "Value": "+15555550100"}, {"Name": "phone_number_verified", "Value": "true"}])).await;
    let access = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let preference =
        json!({"AccessToken": access, "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    writes_once(t, "SetUserMFAPreference", preference).await;
}

#[each_engine]
async fn a_device_that_is_remembered_is_not_remembered_again(t: &TestApp) {
    let s = tracked(t, true).await;
    let (device, tokens) = Device::confirmed(t, &s).await;
    let status = |remembered: &str| {
        json!({
            "AccessToken": tokens["AccessToken"], "DeviceKey": device.key, "DeviceRememberedStatus": remembered,
        })
    };
    writes_once(t, "UpdateDeviceStatus", status("remembered")).await;
    writes_once(t, "UpdateDeviceStatus", status("not_remembered")).await;
}
