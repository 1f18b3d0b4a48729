//! CreateUserPool, DescribeUserPool and UpdateUserPool: defaults, what comes back, what an update keeps.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{FUNCTION, ROLE, create, describe, pool};

/// Updates a pool and shows it.
async fn update(t: &TestApp, id: &str, settings: Value) -> Value {
    let mut request = json!({"UserPoolId": id});
    request
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    assert_eq!(t.ok("UpdateUserPool", request).await, json!({}));
    describe(t, id).await
}

/// Takes the schema, the dates and the id out of a pool, checked for shape.
fn without_identity(mut pool: Value) -> Value {
    let map = pool.as_object_mut().unwrap();
    let id = map.remove("Id").unwrap();
    let (region, suffix) = id.as_str().unwrap().split_once('_').unwrap();
    assert!(
        region == "us-east-1"
            && suffix.len() == 9
            && suffix.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{id}"
    );
    let arn = map.remove("Arn").unwrap();
    assert_eq!(
        arn,
        format!(
            "arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}",
            id.as_str().unwrap()
        )
    );
    for date in ["CreationDate", "LastModifiedDate"] {
        assert!(
            map.remove(date).unwrap().as_f64().unwrap() > 1.7e9,
            "{date}"
        );
    }
    assert_eq!(
        map.remove("SchemaAttributes")
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        21
    );
    pool
}

#[each_engine]
async fn a_bare_pool_has_every_documented_default(t: &TestApp) {
    let created = create(t, json!({})).await;
    let shown = describe(t, created["Id"].as_str().unwrap()).await;
    assert_eq!(shown, created);
    assert_eq!(
        without_identity(shown),
        json!({
            "Name": "p",
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                    "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
                },
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
            },
            "DeletionProtection": "INACTIVE",
            "LambdaConfig": {},
            "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
            "MfaConfiguration": "OFF",
            "EstimatedNumberOfUsers": 0,
            "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
            "UserPoolTags": {},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
            "AccountRecoverySetting": {"RecoveryMechanisms": [
                {"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"},
            ]},
            "UserPoolTier": "ESSENTIALS",
        })
    );
}

#[each_engine]
async fn every_setting_comes_back_as_sent(t: &TestApp) {
    let sent = json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 12, "RequireUppercase": false, "RequireLowercase": true, "RequireNumbers": false,
                "RequireSymbols": true, "PasswordHistorySize": 5, "TemporaryPasswordValidityDays": 30,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]},
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {
            "PreSignUp": FUNCTION, "CustomMessage": FUNCTION, "PostConfirmation": FUNCTION,
            "PreAuthentication": FUNCTION, "PostAuthentication": FUNCTION, "DefineAuthChallenge": FUNCTION,
            "CreateAuthChallenge": FUNCTION, "VerifyAuthChallengeResponse": FUNCTION,
            "PreTokenGeneration": FUNCTION, "UserMigration": FUNCTION,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION},
            "CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
            "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
            "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/k",
            "InboundFederation": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
        },
        "AutoVerifiedAttributes": ["email", "phone_number"],
        "AliasAttributes": ["email", "preferred_username"],
        "UsernameConfiguration": {"CaseSensitive": false},
        "VerificationMessageTemplate": {
            "SmsMessage": "sms {####}", "EmailMessage": "mail {####}", "EmailSubject": "subject",
            "EmailMessageByLink": "{##here##}", "EmailSubjectByLink": "link",
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
        },
        "SmsAuthenticationMessage": "mfa {####}",
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "MfaConfiguration": "OPTIONAL",
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false},
        "EmailConfiguration": {
            "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/a@b.example",
            "ReplyToEmailAddress": "r@b.example", "EmailSendingAccount": "DEVELOPER",
            "From": "Ann <a@b.example>", "ConfigurationSet": "set",
        },
        "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x", "SnsRegion": "us-east-1"},
        "UserPoolTags": {"team": "red", "cost centre": "1/2"},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true,
            "InviteMessageTemplate": {
                "SMSMessage": "{username} {####}", "EmailMessage": "{username} {####}", "EmailSubject": "invitation",
            },
        },
        "UserPoolAddOns": {
            "AdvancedSecurityMode": "AUDIT", "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"},
        },
        "DcrConfiguration": {
            "EnableStatus": "Disabled", "OpenDcrEnabled": true, "AuthenticatedGrantTypes": ["code"],
            "OpenDcrGrantTypes": [], "AllowedScopes": ["openid"],
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
        "UserPoolTier": "PLUS",
        "KeyConfiguration": {
            "KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k",
        },
        "IssuerConfiguration": {"Type": "UPDATED"},
        "AcrConfiguration": {"Level1": {"AcrValue": "urn:example:low"}},
    });
    let created = create(t, sent.clone()).await;
    let shown = describe(t, created["Id"].as_str().unwrap()).await;
    assert_eq!(shown, created);
    let mut expected = sent;
    expected["Name"] = json!("p");
    expected["EstimatedNumberOfUsers"] = json!(0);
    expected["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = json!(30);
    expected["SmsVerificationMessage"] = json!("sms {####}");
    expected["EmailVerificationMessage"] = json!("mail {####}");
    expected["EmailVerificationSubject"] = json!("subject");
    for n in 2..=4 {
        expected["AcrConfiguration"][format!("Level{n}")] =
            json!({"AcrValue": format!("urn:cognito:loa:{n}")});
    }
    assert_eq!(without_identity(shown), expected);
}

#[each_engine]
async fn the_legacy_message_members_and_the_template_mirror_each_other(t: &TestApp) {
    let shown = create(t, json!({
        "SmsVerificationMessage": "sms {####}", "EmailVerificationMessage": "mail {####}",
        "EmailVerificationSubject": "subject", "VerificationMessageTemplate": {"EmailSubject": "template wins"},
    })).await;
    assert_eq!(
        shown["VerificationMessageTemplate"],
        json!({
            "SmsMessage": "sms {####}", "EmailMessage": "mail {####}", "EmailSubject": "template wins",
            "DefaultEmailOption": "CONFIRM_WITH_CODE",
        })
    );
    assert_eq!(shown["SmsVerificationMessage"], "sms {####}");
    assert_eq!(shown["EmailVerificationMessage"], "mail {####}");
    assert_eq!(shown["EmailVerificationSubject"], "template wins");
}

#[each_engine]
async fn the_two_places_of_the_pre_token_trigger_are_kept_in_step(t: &TestApp) {
    let shown = create(t, json!({"LambdaConfig": {"PreTokenGeneration": FUNCTION}})).await;
    let both = |version: &str| {
        json!({
            "PreTokenGeneration": FUNCTION,
            "PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": FUNCTION},
        })
    };
    assert_eq!(shown["LambdaConfig"], both("V1_0"));
    let config = json!({"LambdaVersion": "V3_0", "LambdaArn": FUNCTION});
    let shown = create(
        t,
        json!({"LambdaConfig": {"PreTokenGenerationConfig": config}}),
    )
    .await;
    assert_eq!(shown["LambdaConfig"], both("V3_0"));
}

#[each_engine]
async fn a_password_policy_in_part_gets_its_defaults(t: &TestApp) {
    let policy =
        json!({"MinimumLength": 6, "TemporaryPasswordValidityDays": 0, "PasswordHistorySize": 0});
    let shown = create(t, json!({"Policies": {"PasswordPolicy": policy}})).await;
    assert_eq!(
        shown["Policies"]["PasswordPolicy"],
        json!({
            "MinimumLength": 6, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": false,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 7,
        })
    );
    assert_eq!(
        shown["Policies"]["SignInPolicy"],
        json!({"AllowedFirstAuthFactors": ["PASSWORD"]})
    );
}

#[each_engine]
async fn the_legacy_days_set_the_life_of_temporary_passwords_until_the_policy_does(t: &TestApp) {
    let shown = create(
        t,
        json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 3}}),
    )
    .await;
    assert_eq!(
        shown["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"],
        3
    );
    assert_eq!(
        shown["AdminCreateUserConfig"]["UnusedAccountValidityDays"],
        3
    );
    let id = shown["Id"].as_str().unwrap();
    let shown = update(
        t,
        id,
        json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 4}}),
    )
    .await;
    assert_eq!(
        shown["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"],
        4
    );
    update(
        t,
        id,
        json!({"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 5}}}),
    )
    .await;
    t.refused(
        "UpdateUserPool",
        json!({"UserPoolId": id, "AdminCreateUserConfig": {"UnusedAccountValidityDays": 6}}),
        "InvalidParameterException",
        "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
    ).await;
}

#[each_engine]
async fn an_update_keeps_what_the_service_keeps_and_resets_the_rest(t: &TestApp) {
    let created = create(t, json!({
        "Policies": {
            "PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": true},
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {"PreSignUp": FUNCTION},
        "AutoVerifiedAttributes": ["email"],
        "AliasAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": false},
        "Schema": [{"Name": "x", "AttributeDataType": "String"}],
        "EmailVerificationMessage": "mail {####}",
        "SmsAuthenticationMessage": "mfa {####}",
        "MfaConfiguration": "OPTIONAL",
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true},
        "EmailConfiguration": {"ReplyToEmailAddress": "r@b.example"},
        "SmsConfiguration": {"SnsCallerArn": ROLE},
        "UserPoolTags": {"a": "b"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
        "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
        "UserPoolTier": "LITE",
        "IssuerConfiguration": {"Type": "UPDATED"},
    })).await;
    let id = created["Id"].as_str().unwrap();
    t.advance(10).await;
    let shown = update(t, id, json!({})).await;
    assert!(shown["LastModifiedDate"].as_f64() > created["LastModifiedDate"].as_f64());
    let mut expected = created.clone();
    let map = expected.as_object_mut().unwrap();
    for cleared in [
        "AutoVerifiedAttributes",
        "EmailVerificationMessage",
        "SmsAuthenticationMessage",
        "DeviceConfiguration",
        "UserPoolAddOns",
    ] {
        assert!(map.remove(cleared).is_some(), "{cleared}");
    }
    map.insert("LastModifiedDate".into(), shown["LastModifiedDate"].clone());
    map.insert("DeletionProtection".into(), json!("INACTIVE"));
    map.insert("LambdaConfig".into(), json!({}));
    map.insert(
        "VerificationMessageTemplate".into(),
        json!({"DefaultEmailOption": "CONFIRM_WITH_CODE"}),
    );
    map.insert(
        "EmailConfiguration".into(),
        json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
    );
    map.insert(
        "AdminCreateUserConfig".into(),
        json!({"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7}),
    );
    map.insert(
        "AccountRecoverySetting".into(),
        describe(t, &pool(t, json!({})).await).await["AccountRecoverySetting"].clone(),
    );
    map.insert("UserPoolTier".into(), json!("ESSENTIALS"));
    assert_eq!(shown, expected);
}

#[each_engine]
async fn each_policy_is_kept_on_its_own(t: &TestApp) {
    let id = pool(
        t,
        json!({"Policies": {
            "PasswordPolicy": {"MinimumLength": 10},
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
        }}),
    )
    .await;
    let shown = update(
        t,
        &id,
        json!({"Policies": {"PasswordPolicy": {"MinimumLength": 20}}}),
    )
    .await;
    assert_eq!(shown["Policies"]["PasswordPolicy"]["MinimumLength"], 20);
    assert_eq!(
        shown["Policies"]["SignInPolicy"],
        json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]})
    );
    let sign_in = json!({"AllowedFirstAuthFactors": ["PASSWORD"]});
    let shown = update(t, &id, json!({"Policies": {"SignInPolicy": sign_in}})).await;
    assert_eq!(shown["Policies"]["PasswordPolicy"]["MinimumLength"], 20);
    assert_eq!(shown["Policies"]["SignInPolicy"], sign_in);
}

#[each_engine]
async fn the_update_settings_are_kept_until_an_empty_list_is_sent(t: &TestApp) {
    let settings = json!({"AttributesRequireVerificationBeforeUpdate": ["email"]});
    let id = pool(
        t,
        json!({"AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": settings}),
    )
    .await;
    let shown = update(t, &id, json!({"AutoVerifiedAttributes": ["email"]})).await;
    assert_eq!(shown["UserAttributeUpdateSettings"], settings);
    let none = json!({"AttributesRequireVerificationBeforeUpdate": []});
    let shown = update(t, &id, json!({"UserAttributeUpdateSettings": none})).await;
    assert_eq!(shown["UserAttributeUpdateSettings"], none);
}

#[each_engine]
async fn a_pool_can_be_renamed_and_moved_to_another_way_of_sending_sms(t: &TestApp) {
    let id = pool(
        t,
        json!({"SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x"}}),
    )
    .await;
    let eums = json!({"EumsSms": {"CallerArn": ROLE, "OriginationIdentity": "+15550100"}});
    let shown = update(t, &id, json!({"PoolName": "q", "SmsConfiguration": eums})).await;
    assert_eq!(shown["Name"], "q");
    assert_eq!(shown["SmsConfiguration"], eums);
}

#[each_engine]
async fn threat_protection_without_a_tier_is_plus(t: &TestApp) {
    let shown = create(
        t,
        json!({"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
    )
    .await;
    assert_eq!(shown["UserPoolTier"], "PLUS");
    let shown = update(t, shown["Id"].as_str().unwrap(), json!({})).await;
    assert_eq!(shown["UserPoolTier"], "ESSENTIALS");
}

#[each_engine]
async fn registration_settings_get_their_defaults(t: &TestApp) {
    let shown = create(t, json!({"DcrConfiguration": {}})).await;
    assert_eq!(
        shown["DcrConfiguration"],
        json!({"EnableStatus": "Enabled", "OpenDcrEnabled": false})
    );
}

#[each_engine]
async fn updates_at_the_same_time_arrive_or_say_that_they_did_not(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let update = |n: i64| {
        t.call(
            "UpdateUserPool",
            json!({"UserPoolId": id, "UserPoolTags": {"n": n.to_string()}}),
        )
    };
    let (a, b, c, d) = tokio::join!(update(0), update(1), update(2), update(3));
    let mut arrived = Vec::new();
    for (n, answer) in [a, b, c, d].into_iter().enumerate() {
        match answer {
            Ok(_) => arrived.push(json!({"n": n.to_string()})),
            Err((code, _)) => assert_eq!(code, "ConcurrentModificationException"),
        }
    }
    assert!(arrived.contains(&describe(t, &id).await["UserPoolTags"]));
}

#[each_engine]
async fn device_settings_that_are_left_out_are_off(t: &TestApp) {
    let shown = create(t, json!({"DeviceConfiguration": {}})).await;
    assert_eq!(
        shown["DeviceConfiguration"],
        json!({
            "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false,
        })
    );
}

#[each_engine]
async fn a_pool_that_never_was_or_is_of_another_region_does_not_exist(t: &TestApp) {
    for (op, id) in [
        ("DescribeUserPool", "us-east-1_AbCdEf123"),
        ("UpdateUserPool", "us-east-1_AbCdEf123"),
        ("DeleteUserPool", "us-east-1_AbCdEf123"),
    ] {
        t.refused(
            op,
            json!({"UserPoolId": id}),
            "ResourceNotFoundException",
            &format!("User pool {id} does not exist."),
        )
        .await;
    }
    let id = crate::support::pools::in_region(
        t,
        "eu-central-1",
        "CreateUserPool",
        json!({"PoolName": "far"}),
    )
    .await;
    let id = id["UserPool"]["Id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("eu-central-1_"), "{id}");
    t.refused(
        "DescribeUserPool",
        json!({"UserPoolId": id}),
        "ResourceNotFoundException",
        &format!("User pool {id} does not exist."),
    )
    .await;
    let shown = crate::support::pools::in_region(
        t,
        "eu-central-1",
        "DescribeUserPool",
        json!({"UserPoolId": id}),
    )
    .await;
    assert_eq!(
        shown["UserPool"]["Arn"],
        format!("arn:aws:cognito-idp:eu-central-1:000000000000:userpool/{id}")
    );
}
