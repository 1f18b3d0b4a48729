//! What an open recovery stops, operation by operation, and what it does not.

use std::collections::BTreeSet;

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use cognate_domain::dispatch::NOT_BUILT;
use cognate_shapes::Op;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::groups::{group, join, member};
use crate::support::attributes::list;
use crate::support::mfa::{App, register};
use crate::support::passkeys::{self, Page};
use crate::support::signin::{self, PASSWORD};
use crate::support::users::{code, sign_up, with};

/// Operations that may change a user, a group, a membership, an app, a passkey or a link. The walk below calls each.
const STOPPED: [Op; 40] = [
    Op::AdminAddUserToGroup,
    Op::AdminConfirmSignUp,
    Op::AdminCreateUser,
    Op::AdminDeleteSoftwareToken,
    Op::AdminDeleteUser,
    Op::AdminDeleteUserAttributes,
    Op::AdminDisableProviderForUser,
    Op::AdminDisableUser,
    Op::AdminEnableUser,
    Op::AdminLinkProviderForUser,
    Op::AdminRemoveUserFromGroup,
    Op::AdminResetUserPassword,
    Op::AdminSetUserMFAPreference,
    Op::AdminSetUserPassword,
    Op::AdminSetUserSettings,
    Op::AdminUpdateUserAttributes,
    Op::AssociateSoftwareToken,
    Op::ChangePassword,
    Op::CompleteWebAuthnRegistration,
    Op::ConfirmForgotPassword,
    Op::ConfirmSignUp,
    Op::CreateGroup,
    Op::DeleteGroup,
    Op::DeleteUser,
    Op::DeleteUserAttributes,
    Op::DeleteWebAuthnCredential,
    Op::SetUserMFAPreference,
    Op::SetUserSettings,
    Op::SignUp,
    Op::UpdateGroup,
    Op::UpdateUserAttributes,
    Op::VerifySoftwareToken,
    Op::VerifyUserAttribute,
    // Of the pool itself.
    Op::AddCustomAttributes,
    Op::DeleteUserPool,
    Op::SetLogDeliveryConfiguration,
    Op::SetRiskConfiguration,
    Op::SetUserPoolMfaConfig,
    Op::SetUserPoolSessionConfiguration,
    Op::UpdateUserPool,
];

/// Operations that begin imports, which are stopped (`imports.rs`).
const IMPORTS: [Op; 2] = [Op::CreateUserImportJob, Op::StartUserImportJob];

/// Operations that change something and are not stopped: sessions, devices, codes, clients and other configuration that no
/// recovery brings back; sign-ins, of which the tests below say more.
const GOES_ON: [Op; 66] = [
    Op::AddUserPoolClientSecret,
    Op::AdminForgetDevice,
    Op::AdminInitiateAuth,
    Op::AdminRespondToAuthChallenge,
    Op::AdminRevokeUserSession,
    Op::AdminUpdateAuthEventFeedback,
    Op::AdminUpdateDeviceStatus,
    Op::AdminUserGlobalSignOut,
    Op::CancelPointInTimeRecovery,
    Op::ConfirmDevice,
    Op::CreateCIMDPolicy,
    Op::CreateIdentityProvider,
    Op::CreateManagedLoginBranding,
    Op::CreateResourceServer,
    Op::CreateTerms,
    Op::CreateUserPool,
    Op::CreateUserPoolClient,
    Op::CreateUserPoolDomain,
    Op::DeleteCIMDPolicy,
    Op::DeleteIdentityProvider,
    Op::DeleteManagedLoginBranding,
    Op::DeleteResourceServer,
    Op::DeleteTerms,
    Op::DeleteUserPoolClient,
    Op::DeleteUserPoolClientSecret,
    Op::DeleteUserPoolDomain,
    Op::ForgetDevice,
    Op::ForgotPassword,
    Op::GetClientToken,
    Op::GetDerivedToken,
    Op::GetSigningCertificate,
    Op::GetTokensFromRefreshToken,
    Op::GetUserAttributeVerificationCode,
    Op::GlobalSignOut,
    Op::InitiateAuth,
    Op::InitiatePointInTimeRecovery,
    Op::ResendConfirmationCode,
    Op::RespondToAuthChallenge,
    Op::RevokeToken,
    Op::RevokeUserSession,
    Op::SetUICustomization,
    Op::SetUserPoolClientSessionConfiguration,
    Op::StartPointInTimeRecovery,
    Op::StopUserImportJob,
    Op::StartWebAuthnRegistration,
    Op::TagResource,
    Op::UntagResource,
    Op::UpdateAuthEventFeedback,
    Op::UpdateCIMDPolicy,
    Op::UpdateClientMetadataURLState,
    Op::UpdateDeviceStatus,
    Op::UpdateIdentityProvider,
    Op::UpdateManagedLoginBranding,
    Op::UpdateProvisionedLimit,
    Op::UpdateResourceServer,
    Op::UpdateTerms,
    Op::UpdateUserPoolClient,
    Op::UpdateUserPoolDomain,
    Op::AdminGetUser,
    Op::AdminGetDevice,
    Op::AdminGetUserAuthFactors,
    Op::AdminListDevices,
    Op::AdminListGroupsForUser,
    Op::AdminListUserSessions,
    Op::GetGroup,
    Op::GetUser,
];

/// True if an operation only reads, by the verb of its name.
fn reads(op: Op) -> bool {
    let verbs = ["Describe", "Get", "List", "AdminGet", "AdminList"];
    verbs.iter().any(|verb| op.name().starts_with(verb))
}

#[test]
fn every_operation_is_stopped_or_goes_on() {
    for op in Op::ALL {
        let known = STOPPED.contains(op) || IMPORTS.contains(op);
        let known = known || GOES_ON.contains(op) || reads(*op);
        assert!(known || NOT_BUILT.contains(op), "{}: decide", op.name());
    }
}

/// A call that succeeds before and after a recovery.
struct Call {
    op: &'static str,
    input: Value,
}

/// Prepares a user for everything; returns the calls, in an order in which each succeeds.
async fn calls(t: &TestApp, s: &Site) -> Vec<Call> {
    let of = |name: &str, more: Value| with(json!({"UserPoolId": s.pool, "Username": name}), more);
    for name in ["jane", "joe", "off", "gone", "forgot", "reset"] {
        let email = format!("{name}@example.com");
        let verified = if name == "jane" { "false" } else { "true" };
        let pairs = list(&[
            ("email", &email),
            ("email_verified", verified),
            ("name", "n"),
            ("phone_number", "+15555550100"),
        ]);
        signin::user_with(t, &s.pool, name, pairs).await;
    }
    t.ok("AdminDisableUser", of("off", json!({}))).await;
    let up = sign_up(t, &s.client, "up", "up@example.com").await;
    sign_up(t, &s.client, "up2", "up2@example.com").await;
    let jane = signin::sign_in(t, &s.client, "jane").await;
    let joe = signin::sign_in(t, &s.client, "joe").await;
    let gone = signin::sign_in(t, &s.client, "gone").await;
    let mine = |more: Value| with(json!({"AccessToken": jane["AccessToken"]}), more);
    let of_joe = |more: Value| with(json!({"AccessToken": joe["AccessToken"]}), more);
    register(t, &joe["AccessToken"]).await;
    let key = Authenticator::es256(passkeys::RP);
    passkeys::register(t, &jane["AccessToken"], &key).await;
    for name in ["g", "h"] {
        group(t, &s.pool, name, json!({})).await;
    }
    join(t, &s.pool, "h", "jane").await;
    let google = json!({
        "UserPoolId": s.pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"},
    });
    t.ok("CreateIdentityProvider", google).await;
    let identity = |provider: &str, value: &str| {
        json!({
            "ProviderName": provider, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value,
        })
    };
    let link = |value: &str| json!({"UserPoolId": s.pool, "DestinationUser": identity("Cognito", "jane"), "SourceUser": identity("Google", value)});
    t.ok("AdminLinkProviderForUser", link("one")).await;
    t.ok(
        "ForgotPassword",
        json!({"ClientId": s.client, "Username": "forgot"}),
    )
    .await;
    t.ok(
        "GetUserAttributeVerificationCode",
        mine(json!({"AttributeName": "email"})),
    )
    .await;
    let sub = |shown: &Value| shown["UserSub"].as_str().unwrap().to_owned();
    let id = async |name: &str| {
        let shown = t.ok("AdminGetUser", of(name, json!({}))).await;
        crate::support::users::attribute(&shown, "sub")
            .unwrap()
            .to_owned()
    };
    let up_code = code(t, &s.pool, &sub(&up)).await;
    let forgot_code = code(t, &s.pool, &id("forgot").await).await;
    let email_code = code(t, &s.pool, &id("jane").await).await;
    let options = passkeys::start(t, &jane["AccessToken"]).await;
    let device = Authenticator::es256(passkeys::RP);
    let credential = Page::default().create(&options, &device, Statement::None);
    let seed = t.ok("AssociateSoftwareToken", mine(json!({}))).await;
    let app = App::scan(&seed["SecretCode"]);
    let of_client =
        |name: &str, more: Value| with(json!({"ClientId": s.client, "Username": name}), more);
    let attributes = json!({"UserAttributes": [{"Name": "name", "Value": "other"}]});
    let by_sms =
        json!({"MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]});
    let prefer = json!({"SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    [
        ("AdminAddUserToGroup", member(&s.pool, "g", "jane")),
        ("AdminRemoveUserFromGroup", member(&s.pool, "h", "jane")),
        (
            "UpdateGroup",
            json!({"UserPoolId": s.pool, "GroupName": "g", "Description": "d"}),
        ),
        (
            "DeleteGroup",
            json!({"UserPoolId": s.pool, "GroupName": "h"}),
        ),
        (
            "CreateGroup",
            json!({"UserPoolId": s.pool, "GroupName": "new"}),
        ),
        (
            "AdminCreateUser",
            of("made", json!({"MessageAction": "SUPPRESS"})),
        ),
        (
            "SignUp",
            of_client("signed-up", json!({"Password": PASSWORD})),
        ),
        (
            "ConfirmSignUp",
            of_client("up", json!({"ConfirmationCode": up_code})),
        ),
        ("AdminConfirmSignUp", of("up2", json!({}))),
        (
            "ConfirmForgotPassword",
            of_client(
                "forgot",
                json!({"ConfirmationCode": forgot_code, "Password": "Another1!"}),
            ),
        ),
        (
            "VerifyUserAttribute",
            mine(json!({"AttributeName": "email", "Code": email_code})),
        ),
        ("AdminUpdateUserAttributes", of("joe", attributes.clone())),
        (
            "AdminDeleteUserAttributes",
            of("joe", json!({"UserAttributeNames": ["name"]})),
        ),
        ("UpdateUserAttributes", mine(attributes)),
        (
            "DeleteUserAttributes",
            mine(json!({"UserAttributeNames": ["name"]})),
        ),
        ("AdminSetUserSettings", of("off", by_sms.clone())),
        (
            "VerifySoftwareToken",
            mine(json!({"UserCode": app.code(t)})),
        ),
        ("AssociateSoftwareToken", mine(json!({}))),
        (
            "SetUserMFAPreference",
            of_joe(json!({"SoftwareTokenMfaSettings": {"Enabled": true}})),
        ),
        ("AdminSetUserMFAPreference", of("joe", prefer)),
        ("AdminDeleteSoftwareToken", of("joe", json!({}))),
        (
            "CompleteWebAuthnRegistration",
            mine(json!({"Credential": credential})),
        ),
        (
            "DeleteWebAuthnCredential",
            mine(json!({"CredentialId": passkeys::b64(&key.credential_id)})),
        ),
        ("AdminLinkProviderForUser", link("two")),
        (
            "AdminDisableProviderForUser",
            json!({"UserPoolId": s.pool, "User": identity("Google", "one")}),
        ),
        ("AdminDisableUser", of("reset", json!({}))),
        ("AdminEnableUser", of("off", json!({}))),
        ("AdminResetUserPassword", of("joe", json!({}))),
        (
            "AdminSetUserPassword",
            of("joe", json!({"Password": "Another1!", "Permanent": true})),
        ),
        (
            "ChangePassword",
            mine(json!({"PreviousPassword": PASSWORD, "ProposedPassword": "Another1!"})),
        ),
        (
            "SetUserSettings",
            mine(
                json!({"MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]}),
            ),
        ),
        ("AdminDeleteUser", of("off", json!({}))),
        ("DeleteUser", json!({"AccessToken": gone["AccessToken"]})),
    ]
    .into_iter()
    .map(|(op, input)| Call { op, input })
    .collect()
}

/// Opens a recovery at once, to a moment long enough ago.
async fn open(t: &TestApp, pool: &str, target: f64) -> String {
    let input = json!({"UserPoolId": pool, "RestoreTimestamp": target});
    let made = t.ok("InitiatePointInTimeRecovery", input).await;
    made["Restoration"]["RestoreId"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[each_engine]
async fn every_change_of_a_user_waits_for_the_end(t: &TestApp) {
    let settings = with(
        crate::support::users::sms(),
        json!({"AutoVerifiedAttributes": ["email"]}),
    );
    let s = world(t, settings).await;
    let target = moment(t).await;
    t.advance(16 * 60).await;
    let calls = calls(t, &s).await;
    let watched = json!({"UserPoolId": s.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}});
    t.ok("UpdateUserPool", watched).await;
    let tracking = json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5}});
    let id = open(t, &s.pool, target).await;
    let before = rows(t, &s.pool).await;
    let pool = |more: Value| with(json!({"UserPoolId": s.pool}), more);
    let mut called = BTreeSet::new();
    for when in ["PREVIEW_GENERATING", "PREVIEW_GENERATED", "RESTORING"] {
        assert_eq!(status(t, &s.pool, &id).await, when);
        for call in &calls {
            let answer = t.call(call.op, call.input.clone()).await;
            let paused = Err((PAUSED.0.to_owned(), PAUSED.1.to_owned()));
            assert_eq!(answer, paused, "{} in {when}", call.op);
            called.insert(call.op);
        }
        // Another node, which knows nothing of it yet, neither.
        let second = t.second_node().await;
        for call in calls.iter().take(4) {
            let (code, _) = second.call(call.op, call.input.clone()).await.unwrap_err();
            assert_eq!(code, PAUSED.0, "{}", call.op);
        }
        let custom = json!({"CustomAttributes": [{"Name": "a", "AttributeDataType": "String"}]});
        for (op, input) in [
            ("UpdateUserPool", pool(json!({}))),
            (
                "SetUserPoolMfaConfig",
                pool(json!({"MfaConfiguration": "OFF"})),
            ),
            (
                "SetLogDeliveryConfiguration",
                pool(json!({"LogConfigurations": []})),
            ),
            ("AddCustomAttributes", pool(custom)),
            ("DeleteUserPool", pool(json!({}))),
            ("SetRiskConfiguration", pool(json!({}))),
            ("SetUserPoolSessionConfiguration", pool(tracking.clone())),
        ] {
            let (_, text) = t.call(op, input).await.unwrap_err();
            assert_eq!(
                text,
                "The user pool cannot be changed while a point-in-time recovery is in progress.",
                "{op}"
            );
            called.insert(op);
        }
        // A client's own configuration is none of the pool's.
        let own = json!({"ClientId": s.client});
        t.ok("SetRiskConfiguration", pool(own)).await;
        match when {
            "PREVIEW_GENERATING" => {
                preview(t, &s.pool, &id).await;
            }
            "PREVIEW_GENERATED" => {
                t.ok("StartPointInTimeRecovery", named(&s.pool, &id)).await;
            }
            _ => {}
        }
    }
    let all: BTreeSet<_> = STOPPED.iter().map(|op| op.name()).collect();
    assert_eq!(called, all);
    assert_eq!(rows(t, &s.pool).await, before);
}

#[each_engine]
async fn every_change_goes_on_after_the_end(t: &TestApp) {
    let settings = with(
        crate::support::users::sms(),
        json!({"AutoVerifiedAttributes": ["email"]}),
    );
    let s = world(t, settings).await;
    let target = moment(t).await;
    t.advance(16 * 60).await;
    let calls = calls(t, &s).await;
    let id = open(t, &s.pool, target).await;
    preview(t, &s.pool, &id).await;
    t.ok("CancelPointInTimeRecovery", named(&s.pool, &id)).await;
    for call in &calls {
        let answer = t.call(call.op, call.input.clone()).await;
        assert!(answer.is_ok(), "{}: {answer:?}", call.op);
    }
}
