//! Devices: the key that a sign-in gives, ConfirmDevice, and the operations of users and administrators.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::signin::*;

fn named(s: &Site, key: &str) -> Value {
    json!({"UserPoolId": s.pool, "Username": "jane", "DeviceKey": key})
}

async fn refuse(t: &TestApp, op: &str, input: Value, refusal: (&str, &str)) {
    t.refused(op, input, refusal.0, refusal.1).await;
}

/// What ListDevices shows: the key of each.
async fn keys(t: &TestApp, access: &Value) -> Vec<String> {
    let listed = t.ok("ListDevices", json!({"AccessToken": access})).await;
    let key = |device: &Value| device["DeviceKey"].as_str().unwrap().to_owned();
    listed["Devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(key)
        .collect()
}

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
    // A key that nobody confirmed is no device.
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
        // Whoever knows no secret can prove these.
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

#[each_engine]
async fn a_known_device_is_named_and_gets_no_new_key(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, _) = Device::confirmed(t, &s).await;
    t.advance(1_000).await;
    let again = t
        .ok("InitiateAuth", device.sign_in(&s.client, "jane"))
        .await["AuthenticationResult"]
        .clone();
    assert!(again.get("NewDeviceMetadata").is_none());
    let token = claims(&again["AccessToken"]);
    assert_eq!(token["device_key"], device.key);
    let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
    assert_eq!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        token["auth_time"]
    );
    assert_ne!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        shown["Device"]["DeviceCreateDate"]
    );
    // As an administrator's application says it.
    let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key});
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters});
    let admin = t.ok("AdminInitiateAuth", input).await;
    assert_eq!(
        claims(&admin["AuthenticationResult"]["AccessToken"])["device_key"],
        device.key
    );
}

#[each_engine]
async fn an_unknown_device_is_refused_only_after_the_password(t: &TestApp) {
    let s = tracked(t, false).await;
    user(t, &s.pool, "mary").await;
    let (device, _) = Device::confirmed(t, &s).await;
    // The device of somebody else does not exist either.
    refuse(
        t,
        "InitiateAuth",
        device.sign_in(&s.client, "mary"),
        NO_DEVICE,
    )
    .await;
    let mut wrong = device.sign_in(&s.client, "mary");
    wrong["AuthParameters"]["PASSWORD"] = json!("Wr0ng-password!");
    refuse(t, "InitiateAuth", wrong.clone(), WRONG).await;
    wrong["AuthParameters"]["USERNAME"] = json!("nobody");
    refuse(
        t,
        "InitiateAuth",
        wrong,
        ("UserNotFoundException", "User does not exist."),
    )
    .await;
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    refuse(
        t,
        "InitiateAuth",
        device.sign_in(&s.client, "jane"),
        NO_DEVICE,
    )
    .await;
}

#[each_engine]
async fn a_proof_that_named_an_unknown_device_can_be_sent_again_without_it(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, _) = Device::confirmed(t, &s).await;
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    // Clients name the device in the first step, in the second, or in both; they forget it before the second try.
    for at_start in [false, true] {
        let proof = srp::client::Client::new();
        let mut parameters = json!({"USERNAME": "jane", "SRP_A": proof.srp_a()});
        if at_start {
            parameters["DEVICE_KEY"] = json!(device.key);
        }
        let asked = t
            .ok(
                "InitiateAuth",
                initiate(&s.client, "USER_SRP_AUTH", parameters),
            )
            .await;
        let given = |name: &str| {
            asked["ChallengeParameters"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let timestamp = now();
        let signature = proof
            .answer(&srp::client::Answer {
                pool_name: s.pool.split_once('_').unwrap().1,
                user_id: &given("USER_ID_FOR_SRP"),
                password: PASSWORD,
                salt: &given("SALT"),
                srp_b: &given("SRP_B"),
                secret_block: &given("SECRET_BLOCK"),
                timestamp: &timestamp,
            })
            .unwrap();
        let mut responses = json!({
            "USERNAME": "jane", "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": timestamp, "DEVICE_KEY": device.key,
        });
        refuse(
            t,
            "RespondToAuthChallenge",
            verify(&s.client, responses.clone()),
            NO_DEVICE,
        )
        .await;
        responses.as_object_mut().unwrap().remove("DEVICE_KEY");
        let done = t
            .ok("RespondToAuthChallenge", verify(&s.client, responses))
            .await;
        assert_ne!(Device::of(&done["AuthenticationResult"]).key, device.key);
    }
}

#[each_engine]
async fn refresh_needs_the_device_of_the_session(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, first) = Device::confirmed(t, &s).await;
    let other = Device::of(&sign_in(t, &s.client, "jane").await);
    let flow = |key: Option<&str>| {
        let mut parameters = json!({"REFRESH_TOKEN": first["RefreshToken"]});
        if let Some(key) = key {
            parameters["DEVICE_KEY"] = json!(key);
        }
        initiate(&s.client, "REFRESH_TOKEN_AUTH", parameters)
    };
    let trade = |key: Option<&str>| {
        let mut input = json!({"ClientId": s.client, "RefreshToken": first["RefreshToken"]});
        if let Some(key) = key {
            input["DeviceKey"] = json!(key);
        }
        input
    };
    for wrong in [None, Some(other.key.as_str())] {
        refuse(
            t,
            "InitiateAuth",
            flow(wrong),
            (WRONG.0, "Invalid Refresh Token"),
        )
        .await;
        refuse(
            t,
            "GetTokensFromRefreshToken",
            trade(wrong),
            (WRONG.0, "Invalid Refresh Token."),
        )
        .await;
    }
    let by_flow = t.ok("InitiateAuth", flow(Some(&device.key))).await;
    let traded = t
        .ok("GetTokensFromRefreshToken", trade(Some(&device.key)))
        .await;
    for answer in [by_flow, traded] {
        let result = &answer["AuthenticationResult"];
        assert_eq!(claims(&result["AccessToken"])["device_key"], device.key);
        assert!(result.get("NewDeviceMetadata").is_none());
    }
    // Without tracking nobody is asked.
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let row = t
        .app
        .store
        .row(
            "SELECT doc FROM pools WHERE pool_id = ?1",
            cognate_store::params![&s.pool],
        )
        .await
        .unwrap()
        .unwrap();
    let mut doc: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
    doc.as_object_mut().unwrap().remove("device_configuration");
    let batch =
        cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool, doc.to_string()]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    t.app.cache.forget(&s.pool, None);
    t.ok("InitiateAuth", flow(None)).await;
    t.ok("GetTokensFromRefreshToken", trade(None)).await;
}

#[each_engine]
async fn a_rotated_token_that_comes_again_ends_the_session_even_without_its_device(t: &TestApp) {
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let s = site_with(t, json!({"DeviceConfiguration": {}}), rotation).await;
    user(t, &s.pool, "jane").await;
    let first = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&first);
    let trade = |token: &Value, key: &str| json!({"ClientId": s.client, "RefreshToken": token, "DeviceKey": key});
    let next = t
        .ok(
            "GetTokensFromRefreshToken",
            trade(&first["RefreshToken"], &device.key),
        )
        .await;
    let reused = t
        .call(
            "GetTokensFromRefreshToken",
            trade(&first["RefreshToken"], "us-east-1_0"),
        )
        .await;
    assert_eq!(reused.unwrap_err().0, "RefreshTokenReuseException");
    let newest = &next["AuthenticationResult"]["RefreshToken"];
    refuse(
        t,
        "GetTokensFromRefreshToken",
        trade(newest, &device.key),
        (WRONG.0, "Refresh Token has been revoked"),
    )
    .await;
}

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
    // The session goes on.
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
