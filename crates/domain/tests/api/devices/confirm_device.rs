//! The key that a sign-in gives, and ConfirmDevice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::signin::*;

#[each_engine]
async fn a_pool_that_tracks_no_devices_has_none(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let parameters =
        json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": "us-east-1_0-0"});
    let result = t
        .ok(
            "InitiateAuth",
            initiate(&s.client, "USER_PASSWORD_AUTH", parameters),
        )
        .await;
    let result = &result["AuthenticationResult"];
    assert!(result.get("NewDeviceMetadata").is_none());
    assert!(claims(&result["AccessToken"]).get("device_key").is_none());
    let access = &result["AccessToken"];
    let own = json!({"AccessToken": access, "DeviceKey": "us-east-1_0-0"});
    for op in [
        "ConfirmDevice",
        "GetDevice",
        "ForgetDevice",
        "UpdateDeviceStatus",
    ] {
        refuse(t, op, own.clone(), NOT_TRACKED).await;
    }
    refuse(
        t,
        "ListDevices",
        json!({"AccessToken": access}),
        NOT_TRACKED,
    )
    .await;
    for op in [
        "AdminGetDevice",
        "AdminForgetDevice",
        "AdminUpdateDeviceStatus",
    ] {
        refuse(t, op, named(&s, "us-east-1_0-0"), NOT_TRACKED).await;
    }
    refuse(
        t,
        "AdminListDevices",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
        NOT_TRACKED,
    )
    .await;
}

#[each_engine]
async fn a_sign_in_without_a_known_device_gets_a_new_key(t: &TestApp) {
    let s = tracked(t, false).await;
    let first = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&first);
    let (region, id) = device.key.split_once('_').unwrap();
    assert_eq!((region, id.len()), ("us-east-1", 36));
    assert!(device.group.starts_with('-') && device.group.len() == 9);
    assert_eq!(claims(&first["AccessToken"])["device_key"], device.key);
    assert_eq!(claim_names(&first["AccessToken"])[1], "device_key");
    assert!(claims(&first["IdToken"]).get("device_key").is_none());
    // A key that was not confirmed is no device.
    assert_eq!(keys(t, &first["AccessToken"]).await, Vec::<String>::new());
    refuse(
        t,
        "InitiateAuth",
        device.sign_in(&s.client, "jane"),
        NO_DEVICE,
    )
    .await;
    assert_ne!(
        Device::of(&sign_in(t, &s.client, "jane").await).key,
        device.key
    );
}

#[each_engine]
async fn a_confirmed_device_is_remembered_at_once_or_when_the_user_says_so(t: &TestApp) {
    for asks in [false, true] {
        let s = tracked(t, asks).await;
        let result = sign_in(t, &s.client, "jane").await;
        let device = Device::of(&result);
        let answer = t
            .ok("ConfirmDevice", device.confirmation(&result["AccessToken"]))
            .await;
        assert_eq!(answer, json!({"UserConfirmationNecessary": asks}));
        let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
        let status = if asks { "not_remembered" } else { "remembered" };
        let owner = format!("jane.{}", s.pool);
        let arn = format!(
            "arn:aws:cognito-idp:us-east-1:000000000000:owner/{owner}/device/{}",
            device.key
        );
        assert_eq!(
            shown["Device"]["DeviceAttributes"],
            json!([
                {"Name": "device_status", "Value": "valid"},
                {"Name": "device_name", "Value": "phone"},
                {"Name": "dev:device_arn", "Value": arn},
                {"Name": "dev:device_owner", "Value": owner},
                {"Name": "last_ip_used", "Value": "127.0.0.1"},
                {"Name": "dev:device_remembered_status", "Value": status},
                {"Name": "dev:device_sdk", "Value": "aws-sdk"},
            ])
        );
        let device_of = |shown: &Value| {
            shown["Device"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(
            device_of(&shown),
            [
                "DeviceAttributes",
                "DeviceCreateDate",
                "DeviceKey",
                "DeviceLastAuthenticatedDate",
                "DeviceLastModifiedDate",
            ]
        );
        let auth_time = &claims(&result["AccessToken"])["auth_time"];
        assert_eq!(&shown["Device"]["DeviceLastAuthenticatedDate"], auth_time);
        assert_eq!(
            shown["Device"]["DeviceCreateDate"],
            shown["Device"]["DeviceLastModifiedDate"]
        );
        let own = json!({"AccessToken": result["AccessToken"], "DeviceKey": device.key});
        assert_eq!(t.ok("GetDevice", own).await, shown);
        // Users see less in their list.
        let listed = t
            .ok("ListDevices", json!({"AccessToken": result["AccessToken"]}))
            .await;
        let mut short = shown["Device"].clone();
        short["DeviceAttributes"] = json!([
            {"Name": "device_status", "Value": "valid"},
            {"Name": "device_name", "Value": "phone"},
            {"Name": "last_ip_used", "Value": "127.0.0.1"},
        ]);
        assert_eq!(listed, json!({"Devices": [short]}));
        let all = t
            .ok(
                "AdminListDevices",
                json!({"UserPoolId": s.pool, "Username": "jane"}),
            )
            .await;
        assert_eq!(all, json!({"Devices": [shown["Device"]]}));
    }
}

#[each_engine]
async fn a_device_without_name_and_verifier_can_be_confirmed(t: &TestApp) {
    let s = tracked(t, false).await;
    let result = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&result);
    let plain = json!({"AccessToken": result["AccessToken"], "DeviceKey": device.key});
    assert_eq!(
        t.ok("ConfirmDevice", plain).await,
        json!({"UserConfirmationNecessary": false})
    );
    let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
    let attributes = shown["Device"]["DeviceAttributes"].as_array().unwrap();
    assert!(
        attributes
            .iter()
            .all(|attribute| attribute["Name"] != "device_name")
    );
}

#[each_engine]
async fn only_the_key_of_the_session_can_be_confirmed_and_only_once(t: &TestApp) {
    let s = tracked(t, false).await;
    user(t, &s.pool, "mary").await;
    let (first, second) = (
        sign_in(t, &s.client, "jane").await,
        sign_in(t, &s.client, "jane").await,
    );
    let mary = sign_in(t, &s.client, "mary").await;
    let (device, other) = (Device::of(&first), Device::of(&second));
    let foreign = ("InvalidParameterException", "Invalid device key given.");
    for access in [&second["AccessToken"], &mary["AccessToken"]] {
        refuse(t, "ConfirmDevice", device.confirmation(access), foreign).await;
    }
    let made_up = Device {
        key: "us-east-1_00000000-0000-4000-8000-000000000000".into(),
        ..device.clone()
    };
    refuse(
        t,
        "ConfirmDevice",
        made_up.confirmation(&first["AccessToken"]),
        foreign,
    )
    .await;
    let confirmation = device.confirmation(&first["AccessToken"]);
    t.ok("ConfirmDevice", confirmation.clone()).await;
    refuse(
        t,
        "ConfirmDevice",
        confirmation.clone(),
        ("DeviceKeyExistsException", "Device already exists."),
    )
    .await;
    t.ok("ConfirmDevice", other.confirmation(&second["AccessToken"]))
        .await;
    // What was forgotten does not come back by the session that it came from.
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    refuse(t, "ConfirmDevice", confirmation, foreign).await;
    assert_eq!(
        keys(t, &first["AccessToken"]).await,
        std::slice::from_ref(&other.key)
    );
    // A refreshed token belongs to the session as well, but its device is known.
    let flow = json!({"REFRESH_TOKEN": second["RefreshToken"], "DEVICE_KEY": other.key});
    let fresh = t
        .ok(
            "InitiateAuth",
            initiate(&s.client, "REFRESH_TOKEN_AUTH", flow),
        )
        .await;
    let access = &fresh["AuthenticationResult"]["AccessToken"];
    refuse(
        t,
        "ConfirmDevice",
        other.confirmation(access),
        ("DeviceKeyExistsException", "Device already exists."),
    )
    .await;
}

#[each_engine]
async fn two_confirmations_at_once_make_one_device(t: &TestApp) {
    let s = tracked(t, false).await;
    let result = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&result);
    let confirm = || t.call("ConfirmDevice", device.confirmation(&result["AccessToken"]));
    let (a, b, c) = tokio::join!(confirm(), confirm(), confirm());
    let answers = [a, b, c];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_eq!(refusal.0, "DeviceKeyExistsException");
    }
    assert_eq!(keys(t, &result["AccessToken"]).await, [device.key]);
}

#[each_engine]
async fn a_verifier_must_be_a_number_of_the_group(t: &TestApp) {
    let s = tracked(t, false).await;
    let result = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&result);
    let good = device.confirmation(&result["AccessToken"]);
    let config = &good["DeviceSecretVerifierConfig"];
    let prime = STANDARD.encode(srp::pad(&srp::prime()));
    let mut last = srp::prime();
    *last.last_mut().unwrap() -= 1;
    let bad = |member: &str, value: Value| {
        let mut config = config.clone();
        config[member] = value;
        config
    };
    for config in [
        json!({}),
        json!({"Salt": config["Salt"]}),
        json!({"PasswordVerifier": config["PasswordVerifier"]}),
        bad("Salt", json!("not base64")),
        bad("Salt", json!("")),
        bad("Salt", json!("AAAA")),
        bad("Salt", json!(STANDARD.encode([1; 65]))),
        bad("PasswordVerifier", json!("not base64")),
        bad("PasswordVerifier", json!("")),
        bad("PasswordVerifier", json!("AA==")),
        bad("PasswordVerifier", json!(prime)),
        // A caller who knows no secret can prove these.
        bad("PasswordVerifier", json!("AQ==")),
        bad("PasswordVerifier", json!(STANDARD.encode([0, 0, 0, 1]))),
        bad("PasswordVerifier", json!(STANDARD.encode(&last))),
        bad("Salt", json!(STANDARD.encode([1; 7]))),
        bad(
            "Salt",
            json!(
                STANDARD
                    .encode([[0; 16], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]].concat())
            ),
        ),
        bad("PasswordVerifier", json!(STANDARD.encode([7; 400]))),
    ] {
        let mut input = good.clone();
        input["DeviceSecretVerifierConfig"] = config;
        refuse(
            t,
            "ConfirmDevice",
            input,
            (
                "InvalidParameterException",
                "Invalid device secret verifier config given.",
            ),
        )
        .await;
    }
    t.ok("ConfirmDevice", good).await;
}
