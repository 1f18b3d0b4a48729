//! The refusals of CreateUserPool and UpdateUserPool, with the service's texts; and feature plans.

use cognate_domain::Settings;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{FUNCTION, ROLE, named, pool};
use crate::support::texts::exceptions::INVALID;

const SES: &str = "arn:aws:ses:us-east-1:000000000000:identity/a@b.example";

/// Returns the refusals of both CreateUserPool and UpdateUserPool: the settings, the exception, the text.
fn refusals() -> Vec<(Value, &'static str, &'static str)> {
    let elsewhere = "arn:aws:lambda:eu-west-1:123456789012:function:hook";
    let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": FUNCTION});
    let mechanism = |priority: i64, name: &str| json!({"Priority": priority, "Name": name});
    let recovery = |list: Value| json!({"AccountRecoverySetting": {"RecoveryMechanisms": list}});
    let sms = |settings: Value| json!({"SmsConfiguration": settings});
    let email = |settings: Value| json!({"EmailConfiguration": settings});
    let factors =
        |list: Value| json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": list}}});
    let triggers = |config: Value| json!({"LambdaConfig": config});
    let many: Value = (0..51)
        .map(|n| (format!("k{n}"), json!("v")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    vec![
        (
            json!({"AutoVerifiedAttributes": ["phone_number"]}),
            INVALID,
            "SMS configuration is required when phone_number is selected for auto verification",
        ),
        (
            json!({"MfaConfiguration": "ON"}),
            INVALID,
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        ),
        (
            json!({"MfaConfiguration": "OPTIONAL"}),
            INVALID,
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        ),
        (
            json!({"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}}),
            INVALID,
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        ),
        (
            json!({
                "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 7}},
                "AdminCreateUserConfig": {"UnusedAccountValidityDays": 7},
            }),
            INVALID,
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ),
        (
            recovery(json!([
                mechanism(1, "admin_only"),
                mechanism(2, "verified_email")
            ])),
            INVALID,
            "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
        ),
        (
            recovery(json!([
                mechanism(1, "verified_phone_number"),
                mechanism(1, "verified_email")
            ])),
            INVALID,
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        ),
        (
            recovery(json!([
                mechanism(1, "verified_email"),
                mechanism(2, "verified_email")
            ])),
            INVALID,
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        ),
        (
            triggers(json!({
                "PreTokenGeneration": FUNCTION,
                "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": format!("{FUNCTION}2")},
            })),
            INVALID,
            "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
        ),
        (
            triggers(json!({"CustomEmailSender": sender})),
            INVALID,
            "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
        ),
        (
            triggers(json!({"CustomSMSSender": sender})),
            INVALID,
            "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
        ),
        (
            triggers(json!({"PreSignUp": elsewhere})),
            INVALID,
            "Cross-region lambda functions are not supported",
        ),
        (
            triggers(
                json!({"InboundFederation": {"LambdaVersion": "V1_0", "LambdaArn": elsewhere}}),
            ),
            INVALID,
            "Cross-region lambda functions are not supported",
        ),
        (
            triggers(
                json!({"CustomSMSSender": sender, "KMSKeyID": "arn:aws:kms:eu-west-1:123456789012:key/k"}),
            ),
            INVALID,
            "Invalid arn eu-west-1",
        ),
        (
            sms(json!({"SnsCallerArn": ROLE, "SnsRegion": "ap-south-1"})),
            INVALID,
            "Invalid snsRegion. Allowed SNS region for us-east-1 is us-east-1",
        ),
        (
            sms(json!({"SnsCallerArn": ROLE, "EumsSms": {"CallerArn": ROLE}})),
            INVALID,
            "Only one of SnsCallerArn or EumsSms can be set in SmsConfiguration.",
        ),
        (
            sms(json!({"ExternalId": "x"})),
            INVALID,
            "SnsCallerArn is required in SmsConfiguration.",
        ),
        (
            email(json!({"EmailSendingAccount": "DEVELOPER"})),
            INVALID,
            "Source ARN is required to use DEVELOPER email sending owner",
        ),
        (
            email(
                json!({"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:999999999999:template/x"}),
            ),
            "NotAuthorizedException",
            "Email arn does not belong to your account.",
        ),
        (
            email(json!({"SourceArn": "arn:aws:sns:us-east-1:000000000000:topic"})),
            "NotAuthorizedException",
            "Email arn does not belong to your account.",
        ),
        (
            email(json!({"SourceArn": "arn:aws:ses:ap-south-1:000000000000:identity/x"})),
            INVALID,
            "Provided SourceArn must be in one of the following SES regions: eu-west-1, us-east-1, us-west-2.",
        ),
        (
            email(json!({"SourceArn": SES, "From": "nobody"})),
            INVALID,
            "Provided From email address is invalid",
        ),
        (
            factors(json!(["EMAIL_OTP"])),
            INVALID,
            "Password should be configured as one of the allowed first auth factors.",
        ),
        (
            factors(json!(["PASSWORD", "SMS_OTP"])),
            INVALID,
            "SMS_OTP can not be configured as AuthFactor as user pool is missing valid SMS configuration",
        ),
        (
            factors(json!(["PASSWORD", "SOFTWARE_TOKEN"])),
            INVALID,
            "SOFTWARE_TOKEN can not be configured as one of the allowed first auth factors.",
        ),
        (
            json!({
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
                "MfaConfiguration": "ON", "SmsConfiguration": {"SnsCallerArn": ROLE},
            }),
            INVALID,
            "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
        ),
        (
            json!({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY"}}),
            INVALID,
            "KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY.",
        ),
        (
            json!({"AcrConfiguration": {"Level1": {"AcrValue": "urn:cognito:loa:2"}}}),
            INVALID,
            "AcrConfiguration names must be unique across all levels.",
        ),
        (
            json!({"UserPoolTags": {"AWS:x": "y"}}),
            "UserPoolTaggingException",
            "aws: prefixed tag key names are not allowed for external use.",
        ),
        (
            json!({"UserPoolTags": {"a": "b|c"}}),
            "UserPoolTaggingException",
            "Tag keys and values can contain letters, numbers, spaces, and the characters _ . : / = + - @",
        ),
        (
            json!({"UserPoolTags": many}),
            "UserPoolTaggingException",
            "Cannot have more than 50 tags for a user pool.",
        ),
    ]
}

#[each_engine]
async fn settings_that_the_service_refuses_are_refused_and_change_nothing(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let before = crate::support::pools::describe(t, &id).await;
    for (settings, code, text) in refusals() {
        t.refused("CreateUserPool", named(settings.clone()), code, text)
            .await;
        let mut update = settings;
        update["UserPoolId"] = json!(id);
        t.refused("UpdateUserPool", update, code, text).await;
    }
    assert_eq!(crate::support::pools::describe(t, &id).await, before);
    let page = t.ok("ListUserPools", json!({"MaxResults": 60})).await;
    assert_eq!(page["UserPools"].as_array().unwrap().len(), 1);
}

#[each_engine]
async fn arns_of_other_accounts_are_accepted_and_shown(t: &TestApp) {
    let role = "arn:aws:iam::999999999999:role/sms";
    let function = |name: &str| format!("arn:aws:lambda:us-east-1:999999999999:function:{name}");
    let key = "arn:aws:kms:us-east-1:999999999999:key/k";
    let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": function("sender")});
    let email = json!({"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:999999999999:identity/b.example"});
    for settings in [
        json!({"SmsConfiguration": {"SnsCallerArn": role, "ExternalId": "x"}}),
        json!({"SmsConfiguration": {"EumsSms": {"CallerArn": role}}}),
        json!({"EmailConfiguration": email}),
        json!({"LambdaConfig": {"PreSignUp": function("a"), "CustomEmailSender": sender, "KMSKeyID": key}}),
    ] {
        let id = pool(t, settings.clone()).await;
        let other = pool(t, json!({})).await;
        let mut update = settings.clone();
        update["UserPoolId"] = json!(other);
        t.ok("UpdateUserPool", update).await;
        for id in [id, other] {
            let shown = crate::support::pools::describe(t, &id).await;
            for (member, value) in settings.as_object().unwrap() {
                assert_eq!(&shown[member], value, "{member}");
            }
        }
    }
}

#[each_engine]
async fn settings_just_inside_the_rules_are_accepted(t: &TestApp) {
    for settings in [
        json!({"AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": {"SnsCallerArn": ROLE}}),
        json!({"MfaConfiguration": "ON", "SmsConfiguration": {"SnsCallerArn": ROLE}}),
        json!({"SmsConfiguration": {"SnsCallerArn": ""}}),
        json!({"LambdaConfig": {"PreSignUp": "arn:aws:lambda:us-east-1:999999999999:function:other:alias"}}),
        json!({"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": SES}}),
        json!({"EmailConfiguration": {"SourceArn": "arn:aws:ses:us-west-2:000000000000:identity/b.example"}}),
        json!({"AliasAttributes": [], "UsernameAttributes": ["email"]}),
        json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Priority": 2, "Name": "verified_email"}, {"Priority": 1, "Name": "verified_phone_number"},
        ]}}),
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP", "PASSWORD"]}}}),
    ] {
        pool(t, settings).await;
    }
}

#[each_engine]
async fn an_update_may_not_take_away_what_other_settings_need(t: &TestApp) {
    let id = pool(
        t,
        json!({
            "AutoVerifiedAttributes": ["email"],
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        }),
    )
    .await;
    t.refused(
        "UpdateUserPool", json!({"UserPoolId": id}), INVALID,
        "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
    ).await;
}

#[each_engine]
async fn a_pool_of_aliases_or_of_username_attributes_but_not_both(t: &TestApp) {
    t.refused(
        "CreateUserPool",
        named(json!({"AliasAttributes": ["email"], "UsernameAttributes": ["phone_number"]})),
        INVALID,
        "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
    )
    .await;
}

#[each_engine]
async fn features_above_the_plan_pass_where_plans_are_not_enforced(t: &TestApp) {
    pool(
        t,
        json!({"UserPoolTier": "LITE", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
    )
    .await;
}

#[tokio::test]
async fn features_above_the_plan_are_refused_where_plans_are_enforced() {
    let t = TestApp::sqlite_with(Settings {
        enforce_tiers: true,
        ..Settings::dev()
    })
    .await;
    let above = "FeatureUnavailableInTierException";
    let token = |version: &str| json!({"LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": FUNCTION}}});
    for (tier, settings, features) in [
        (
            "LITE",
            token("V2_0"),
            "Token Customization with Pre-Token Generation Lambda V2_0",
        ),
        (
            "LITE",
            token("V3_0"),
            "Token Customization with Pre-Token Generation Lambda V3_0",
        ),
        (
            "LITE",
            json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}}),
            "Passwordless Sign-In",
        ),
        (
            "LITE",
            json!({"Policies": {"PasswordPolicy": {"PasswordHistorySize": 2}}}),
            "Password History",
        ),
        (
            "LITE",
            json!({"DcrConfiguration": {}}),
            "Dynamic Client Registration",
        ),
        (
            "LITE",
            json!({"AcrConfiguration": {"Level1": {"AcrValue": "x"}}}),
            "Custom ACR Levels",
        ),
        (
            "LITE",
            json!({"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}),
            "Threat Protection",
        ),
        (
            "ESSENTIALS",
            json!({"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
            "Threat Protection",
        ),
    ] {
        let mut request = named(settings);
        request["UserPoolTier"] = json!(tier);
        let text = format!(
            "The following features need to be disabled for the {tier} pricing tier configured: {features}"
        );
        t.refused("CreateUserPool", request, above, &text).await;
    }
    for (tier, settings) in [
        ("LITE", token("V1_0")),
        ("ESSENTIALS", token("V3_0")),
        (
            "PLUS",
            json!({"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
        ),
    ] {
        let mut request = settings;
        request["UserPoolTier"] = json!(tier);
        pool(&t, request).await;
    }
    // Threat protection without a plan chooses the plan that has it.
    pool(
        &t,
        json!({"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
    )
    .await;
    let lite = pool(&t, json!({"UserPoolTier": "LITE"})).await;
    t.refused(
        "CreateUserPoolClient",
        json!({"UserPoolId": lite, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
        above,
        "The following feature is not available for the LITE pricing tier configured: Choice-Based Sign-In",
    )
    .await;
}
