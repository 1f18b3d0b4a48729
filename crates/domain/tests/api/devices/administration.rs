//! The operations of users and administrators.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::signin::*;

#[each_engine]
async fn users_and_administrators_change_and_forget_devices(t: &TestApp) {
    let s = tracked(t, true).await;
    let (device, result) = Device::confirmed(t, &s).await;
    let access = &result["AccessToken"];
    let own = |more: Value| {
        with(
            json!({"AccessToken": access, "DeviceKey": device.key}),
            more,
        )
    };
    let admin = |more: Value| with(named(&s, &device.key), more);
    let status = async || {
        let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
        let attributes = shown["Device"]["DeviceAttributes"]
            .as_array()
            .unwrap()
            .clone();
        attributes
            .iter()
            .find(|a| a["Name"] == "dev:device_remembered_status")
            .unwrap()["Value"]
            .clone()
    };
    let remembered = json!({"DeviceRememberedStatus": "remembered"});
    let not = json!({"DeviceRememberedStatus": "not_remembered"});
    assert_eq!(status().await, "not_remembered");
    t.advance(10).await;
    assert_eq!(
        t.ok("UpdateDeviceStatus", own(remembered.clone())).await,
        json!({})
    );
    assert_eq!(status().await, "remembered");
    let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
    assert_ne!(
        shown["Device"]["DeviceCreateDate"],
        shown["Device"]["DeviceLastModifiedDate"]
    );
    assert_eq!(
        t.ok("UpdateDeviceStatus", own(json!({}))).await,
        json!({}),
        "nothing is said, nothing changes"
    );
    assert_eq!(status().await, "remembered");
    assert_eq!(t.ok("AdminUpdateDeviceStatus", admin(not)).await, json!({}));
    assert_eq!(status().await, "not_remembered");
    t.ok("AdminUpdateDeviceStatus", admin(remembered.clone()))
        .await;
    assert_eq!(status().await, "remembered");

    assert_eq!(t.ok("ForgetDevice", own(json!({}))).await, Value::Null);
    for op in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        refuse(t, op, own(json!({})), NO_DEVICE).await;
    }
    refuse(t, "UpdateDeviceStatus", own(remembered.clone()), NO_DEVICE).await;
    for op in [
        "AdminGetDevice",
        "AdminForgetDevice",
        "AdminUpdateDeviceStatus",
    ] {
        refuse(t, op, admin(json!({})), NO_DEVICE).await;
    }
    refuse(t, "AdminUpdateDeviceStatus", admin(remembered), NO_DEVICE).await;
    // The session continues.
    get_user(t, access).await.unwrap();
    let (device, _) = Device::confirmed(t, &s).await;
    assert_eq!(
        t.ok("AdminForgetDevice", named(&s, &device.key)).await,
        Value::Null
    );
    assert_eq!(keys(t, access).await, Vec::<String>::new());
}

#[each_engine]
async fn devices_are_kept_apart_by_user_and_named_by_those_who_may(t: &TestApp) {
    let s = tracked(t, false).await;
    user(t, &s.pool, "mary").await;
    let (device, _) = Device::confirmed(t, &s).await;
    let mary = sign_in(t, &s.client, "mary").await["AccessToken"].clone();
    assert_eq!(keys(t, &mary).await, Vec::<String>::new());
    for op in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        refuse(
            t,
            op,
            json!({"AccessToken": mary, "DeviceKey": device.key}),
            NO_DEVICE,
        )
        .await;
        let garbage = json!({"AccessToken": "a.b.c", "DeviceKey": device.key});
        refuse(t, op, garbage, (WRONG.0, "Invalid Access Token")).await;
    }
    for op in ["GetDevice", "ForgetDevice"] {
        let text = "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null";
        refuse(
            t,
            op,
            json!({"DeviceKey": device.key}),
            ("InvalidParameterException", text),
        )
        .await;
    }
    let of = |name: &str| json!({"UserPoolId": s.pool, "Username": name, "DeviceKey": device.key});
    for op in [
        "AdminGetDevice",
        "AdminForgetDevice",
        "AdminUpdateDeviceStatus",
    ] {
        refuse(t, op, of("mary"), NO_DEVICE).await;
        refuse(
            t,
            op,
            of("nobody"),
            ("UserNotFoundException", "User does not exist."),
        )
        .await;
        let elsewhere = json!({"UserPoolId": "us-east-1_000000000", "Username": "jane", "DeviceKey": device.key});
        refuse(
            t,
            op,
            elsewhere,
            (
                "ResourceNotFoundException",
                "User pool us-east-1_000000000 does not exist.",
            ),
        )
        .await;
    }
    let nobody = json!({"UserPoolId": s.pool, "Username": "nobody"});
    refuse(
        t,
        "AdminListDevices",
        nobody,
        ("UserNotFoundException", "User does not exist."),
    )
    .await;
}

#[each_engine]
async fn pages_hold_every_device_once(t: &TestApp) {
    let s = tracked(t, false).await;
    let mut made = Vec::new();
    let mut access = Value::Null;
    for _ in 0..5 {
        let (device, result) = Device::confirmed(t, &s).await;
        made.push(device.key);
        access = result["AccessToken"].clone();
    }
    made.sort();
    let admin = json!({"UserPoolId": s.pool, "Username": "jane"});
    for (op, input) in [
        ("ListDevices", json!({"AccessToken": access})),
        ("AdminListDevices", admin),
    ] {
        for size in [1, 2, 5, 60] {
            let mut input = with(input.clone(), json!({"Limit": size}));
            let mut listed = Vec::new();
            loop {
                let page = t.ok(op, input.clone()).await;
                let devices = page["Devices"].as_array().unwrap();
                assert!(devices.len() <= size);
                listed.extend(
                    devices
                        .iter()
                        .map(|device| device["DeviceKey"].as_str().unwrap().to_owned()),
                );
                match page.get("PaginationToken") {
                    Some(token) => input["PaginationToken"] = token.clone(),
                    None => break,
                }
            }
            assert_eq!(listed, made, "{op} by {size}");
        }
        let none = with(input.clone(), json!({"Limit": 0}));
        assert_eq!(t.ok(op, none).await["Devices"].as_array().unwrap().len(), 5);
        assert_eq!(
            t.call(op, with(input, json!({"PaginationToken": "made-up"})))
                .await
                .unwrap_err()
                .0,
            "InvalidParameterException"
        );
    }
}

#[each_engine]
async fn devices_go_with_their_user(t: &TestApp) {
    let s = tracked(t, false).await;
    Device::confirmed(t, &s).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let left = t
        .app
        .store
        .rows(
            "SELECT 1 FROM devices WHERE pool_id = ?1",
            cognate_store::params![&s.pool],
        )
        .await
        .unwrap();
    assert!(left.is_empty());
}

#[each_engine]
async fn changes_of_devices_are_in_the_audit_trail(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, result) = Device::confirmed(t, &s).await;
    let status = json!({"DeviceRememberedStatus": "not_remembered"});
    t.ok(
        "UpdateDeviceStatus",
        with(
            json!({"AccessToken": result["AccessToken"], "DeviceKey": device.key}),
            status.clone(),
        ),
    )
    .await;
    t.ok(
        "AdminUpdateDeviceStatus",
        with(named(&s, &device.key), status),
    )
    .await;
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    let rows = t
        .app
        .store
        .rows(
            "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at",
            cognate_store::params![&s.pool],
        )
        .await
        .unwrap();
    let operations: Vec<String> = rows
        .iter()
        .map(|row| {
            serde_json::from_str::<Value>(row.text(0).unwrap()).unwrap()["operation"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .filter(|operation| operation.contains("Device"))
        .collect();
    assert_eq!(
        operations,
        [
            "ConfirmDevice",
            "UpdateDeviceStatus",
            "AdminUpdateDeviceStatus",
            "AdminForgetDevice"
        ]
    );
}
