//! Every operation that changes configuration or a user leaves exactly one row, and no value that was set.

mod metadata;
mod risk;

use std::collections::BTreeSet;

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use cognate_domain::dispatch::NOT_BUILT;
use cognate_domain::events::types;
use cognate_domain::jobs::recovery_preview::RecoveryPreview;
use cognate_domain::jobs::runner::Job;
use cognate_domain::recovery::job_key;
use cognate_shapes::Op;
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::{Device, tracked};
use crate::support::imports;
use crate::support::mfa::{App, jane, mfa_site, of_jane};
use crate::support::passkeys::{self, Page};
use crate::support::signin as signin_support;
use crate::support::users::{PASSWORD, code, with};

/// Operations that begin or continue a sign-in, which `auth_events` records, or send a code, which changes no user.
const NO_CHANGES: [Op; 8] = [
    Op::InitiateAuth,
    Op::AdminInitiateAuth,
    Op::RespondToAuthChallenge,
    Op::AdminRespondToAuthChallenge,
    Op::GetTokensFromRefreshToken,
    Op::ForgotPassword,
    Op::ResendConfirmationCode,
    Op::GetUserAttributeVerificationCode,
];

/// Operations in the making. This list may only shrink.
const IN_WORK: [Op; 3] = [
    Op::CreateUserPoolReplica,
    Op::DeleteUserPoolReplica,
    Op::UpdateUserPoolReplica,
];

/// The text in every value that is set.
const VALUE: &str = "aValue5et";

/// A server on which each operation is done once or more.
struct Session<'a> {
    t: &'a TestApp,
    done: BTreeSet<Op>,
}

impl Session<'_> {
    async fn rows(&self) -> Vec<(String, String)> {
        let sql = "SELECT doc, pool_id FROM audit ORDER BY at";
        let rows = self.t.app.store.rows(sql, params![]).await.unwrap();
        let texts = rows.iter().map(|row| (row.text(0), row.text(1)));
        texts
            .map(|(doc, pool)| (doc.unwrap().to_owned(), pool.unwrap().to_owned()))
            .collect()
    }

    /// Does a change, which leaves one row.
    async fn change(&mut self, op: &str, input: Value) -> Value {
        let before = self.rows().await.len();
        let pool = input.get("UserPoolId").cloned();
        let answer = self.t.ok(op, input).await;
        let rows = self.rows().await;
        assert_eq!(rows.len(), before + 1, "{op}");
        let (doc, of_pool) = rows.last().unwrap();
        let doc: Value = serde_json::from_str(doc).unwrap();
        assert_eq!(
            (&doc["operation"], &doc["result"]),
            (&json!(op), &json!("ok"))
        );
        if let Some(pool) = pool {
            assert_eq!(json!(of_pool), pool, "{op}");
        }
        assert!(types::of(op).is_some(), "{op} is no event");
        self.done.insert(Op::from_name(op).unwrap());
        answer
    }

    async fn pool(&mut self, settings: Value) -> String {
        let input = with(json!({"PoolName": VALUE}), settings);
        let made = self.change("CreateUserPool", input).await;
        made["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    async fn sign_in(&self, client: &str, name: &str, password: &str) -> Value {
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
            "AuthParameters": {"USERNAME": name, "PASSWORD": password},
        });
        self.t.ok("InitiateAuth", input).await["AuthenticationResult"].clone()
    }

    async fn configuration(&mut self) {
        let id = self.pool(json!({})).await;
        let of = |extra: Value| with(json!({"UserPoolId": id}), extra);
        self.change("UpdateUserPool", of(json!({"UserPoolTags": {"k": VALUE}})))
            .await;
        let custom = json!([{"Name": "a", "AttributeDataType": "String", "Mutable": true}]);
        self.change(
            "AddCustomAttributes",
            of(json!({"CustomAttributes": custom})),
        )
        .await;
        self.change(
            "SetUserPoolMfaConfig",
            of(json!({"MfaConfiguration": "OFF"})),
        )
        .await;
        self.change(
            "SetLogDeliveryConfiguration",
            of(json!({"LogConfigurations": []})),
        )
        .await;
        let arn = self.t.ok("DescribeUserPool", of(json!({}))).await["UserPool"]["Arn"].clone();
        self.change(
            "TagResource",
            json!({"ResourceArn": arn, "Tags": {"t": VALUE}}),
        )
        .await;
        self.change(
            "UntagResource",
            json!({"ResourceArn": arn, "TagKeys": ["t"]}),
        )
        .await;
        let limit =
            json!({"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserCreation"}});
        let limit = json!({"LimitDefinition": limit, "RequestedLimitValue": 75});
        self.change("UpdateProvisionedLimit", limit).await;

        let secret = format!("{VALUE}{}", "s".repeat(24));
        let made = json!({"ClientName": VALUE, "ClientSecret": secret});
        let made = self.change("CreateUserPoolClient", of(made)).await;
        let client = made["UserPoolClient"]["ClientId"].clone();
        let at = |extra: Value| with(of(json!({"ClientId": client})), extra);
        self.change("UpdateUserPoolClient", at(json!({"ClientName": VALUE})))
            .await;
        let secret = json!({"ClientSecret": format!("{VALUE}{}", "t".repeat(24))});
        let added = self.change("AddUserPoolClientSecret", at(secret)).await;
        let secret = json!({"ClientSecretId": added["ClientSecretDescriptor"]["ClientSecretId"]});
        self.change("DeleteUserPoolClientSecret", at(secret)).await;

        let group = |extra: Value| with(of(json!({"GroupName": VALUE})), extra);
        self.change("CreateGroup", group(json!({}))).await;
        self.change("UpdateGroup", group(json!({"Description": VALUE})))
            .await;
        let server = of(json!({"Identifier": VALUE, "Name": VALUE}));
        self.change("CreateResourceServer", server.clone()).await;
        self.change("UpdateResourceServer", server).await;
        self.change("DeleteResourceServer", of(json!({"Identifier": VALUE})))
            .await;
        let terms = json!({
            "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
            "Links": {"cognito:default": format!("https://example.com/{VALUE}")},
        });
        let made = self.change("CreateTerms", at(terms)).await;
        let terms = of(json!({"TermsId": made["Terms"]["TermsId"]}));
        let links = json!({"Links": {"cognito:default": format!("https://example.org/{VALUE}")}});
        self.change("UpdateTerms", with(terms.clone(), links)).await;
        self.change("DeleteTerms", terms).await;
        self.client_metadata(&id, &client).await;

        let domain = of(json!({"Domain": "a-value"}));
        self.change("CreateUserPoolDomain", domain.clone()).await;
        let css = format!(
            ".banner-customizable {{ background: #{:06x}; }}",
            0x0a_0a_0a
        );
        self.change("SetUICustomization", of(json!({"CSS": css})))
            .await;
        self.change(
            "UpdateUserPoolDomain",
            with(domain.clone(), json!({"ManagedLoginVersion": 2})),
        )
        .await;
        let made = self
            .change(
                "CreateManagedLoginBranding",
                at(json!({"UseCognitoProvidedValues": true})),
            )
            .await;
        let style = json!({"ManagedLoginBrandingId": made["ManagedLoginBranding"]["ManagedLoginBrandingId"]});
        let settings = with(style.clone(), json!({"Settings": {}}));
        self.change("UpdateManagedLoginBranding", of(settings))
            .await;
        self.change("DeleteManagedLoginBranding", of(style)).await;
        self.change("DeleteUserPoolDomain", domain).await;

        let details =
            json!({"client_id": VALUE, "client_secret": VALUE, "authorize_scopes": "openid"});
        let provider = of(json!({"ProviderName": "Google", "ProviderDetails": details}));
        let google = with(provider.clone(), json!({"ProviderType": "Google"}));
        self.change("CreateIdentityProvider", google).await;
        self.change("UpdateIdentityProvider", provider).await;
        let user = of(json!({"Username": "linked", "MessageAction": "SUPPRESS"}));
        self.change("AdminCreateUser", user).await;
        let name = |provider: &str, value: &str| json!({"ProviderName": provider, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value});
        let link = json!({"DestinationUser": name("Cognito", "linked"), "SourceUser": name("Google", VALUE)});
        self.change("AdminLinkProviderForUser", of(link)).await;
        let unlink = json!({"User": name("Google", VALUE)});
        self.change("AdminDisableProviderForUser", of(unlink)).await;
        self.change(
            "DeleteIdentityProvider",
            of(json!({"ProviderName": "Google"})),
        )
        .await;

        let member = group(json!({"Username": "linked"}));
        self.change("AdminAddUserToGroup", member.clone()).await;
        self.change("AdminRemoveUserFromGroup", member).await;
        self.change("DeleteGroup", group(json!({}))).await;
        self.change("DeleteUserPoolClient", at(json!({}))).await;
        self.change("DeleteUserPool", of(json!({}))).await;
    }

    /// A recovery that is cancelled, and one that is started.
    async fn recovery(&mut self) {
        let id = self.pool(json!({})).await;
        self.t.advance(2 * 3_600).await;
        let target = self.t.app.clock.service() / 1_000_000 - 3_600;
        for end in ["CancelPointInTimeRecovery", "StartPointInTimeRecovery"] {
            let input = json!({"UserPoolId": id, "RestoreTimestamp": target});
            let made = self.change("InitiatePointInTimeRecovery", input).await;
            let restore = made["Restoration"]["RestoreId"]
                .as_str()
                .unwrap()
                .to_owned();
            if end == "StartPointInTimeRecovery" {
                let (mut job, key) = (RecoveryPreview::default(), job_key(&id, &restore));
                while !job.portion(&self.t.app, &key, "").await.unwrap().is_done() {}
            }
            self.change(end, json!({"UserPoolId": id, "RestoreId": restore}))
                .await;
        }
    }

    async fn users(&mut self) {
        let id = self
            .pool(json!({"AutoVerifiedAttributes": ["email"]}))
            .await;
        let client = json!({
            "UserPoolId": id, "ClientName": "c",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let made = self.change("CreateUserPoolClient", client).await;
        let client = made["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        let user =
            |name: &str, extra: Value| with(json!({"UserPoolId": id, "Username": name}), extra);
        let of_client =
            |name: &str, extra: Value| with(json!({"ClientId": client, "Username": name}), extra);
        let email =
            |name: &str| json!([{"Name": "email", "Value": format!("{VALUE}-{name}@example.com")}]);

        // A user's own life.
        let new = json!({"Password": PASSWORD, "UserAttributes": email("jane")});
        let sub = self.change("SignUp", of_client("jane", new)).await["UserSub"].clone();
        let sub = sub.as_str().unwrap();
        let given = code(self.t, &id, sub).await;
        self.change(
            "ConfirmSignUp",
            of_client("jane", json!({"ConfirmationCode": given})),
        )
        .await;
        let tokens = self.sign_in(&client, "jane", PASSWORD).await;
        let token = json!({"AccessToken": tokens["AccessToken"]});
        let mine = |extra: Value| with(token.clone(), extra);
        let named = json!({"UserAttributes": [{"Name": "name", "Value": VALUE}]});
        self.change("UpdateUserAttributes", mine(named.clone()))
            .await;
        self.change(
            "DeleteUserAttributes",
            mine(json!({"UserAttributeNames": ["name"]})),
        )
        .await;
        self.t
            .ok(
                "GetUserAttributeVerificationCode",
                mine(json!({"AttributeName": "email"})),
            )
            .await;
        let given = code(self.t, &id, sub).await;
        let verify = json!({"AttributeName": "email", "Code": given});
        self.change("VerifyUserAttribute", mine(verify)).await;
        let number = json!([{"Name": "phone_number", "Value": "+15555550100"}]);
        self.change(
            "UpdateUserAttributes",
            mine(json!({"UserAttributes": number})),
        )
        .await;
        let by_sms = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
        self.change("SetUserSettings", mine(json!({"MFAOptions": by_sms})))
            .await;
        let own = json!({"PreviousPassword": PASSWORD, "ProposedPassword": format!("{VALUE}!")});
        self.change("ChangePassword", mine(own)).await;
        self.change(
            "RevokeToken",
            json!({"ClientId": client, "Token": tokens["RefreshToken"]}),
        )
        .await;
        self.t
            .ok("ForgotPassword", of_client("jane", json!({})))
            .await;
        let given = code(self.t, &id, sub).await;
        let fresh = json!({"ConfirmationCode": given, "Password": format!("{VALUE}?")});
        self.change("ConfirmForgotPassword", of_client("jane", fresh))
            .await;
        for op in ["GlobalSignOut", "DeleteUser"] {
            let tokens = self.sign_in(&client, "jane", &format!("{VALUE}?")).await;
            self.change(op, json!({"AccessToken": tokens["AccessToken"]}))
                .await;
        }

        // What an administrator does to one.
        let new =
            json!({"TemporaryPassword": format!("{VALUE}#"), "UserAttributes": email("john")});
        self.change("AdminCreateUser", user("john", new)).await;
        let password = json!({"Password": format!("{VALUE}%"), "Permanent": true});
        self.change("AdminSetUserPassword", user("john", password))
            .await;
        self.change("AdminUpdateUserAttributes", user("john", named))
            .await;
        self.change(
            "AdminDeleteUserAttributes",
            user("john", json!({"UserAttributeNames": ["name"]})),
        )
        .await;
        let verified = json!({"UserAttributes": [{"Name": "email_verified", "Value": "true"}]});
        self.change("AdminUpdateUserAttributes", user("john", verified))
            .await;
        self.change(
            "AdminSetUserSettings",
            user("john", json!({"MFAOptions": []})),
        )
        .await;
        for op in [
            "AdminDisableUser",
            "AdminEnableUser",
            "AdminUserGlobalSignOut",
            "AdminResetUserPassword",
        ] {
            self.change(op, user("john", json!({}))).await;
        }
        let new = json!({"Password": PASSWORD, "UserAttributes": email("joan")});
        self.change("SignUp", of_client("joan", new)).await;
        self.change("AdminConfirmSignUp", user("joan", json!({})))
            .await;
        self.change("AdminDeleteUser", user("joan", json!({})))
            .await;
    }

    /// Calls the operations on second factors and passkeys.
    async fn factors(&mut self) {
        let t = self.t;
        let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
        jane(t, &s, &[]).await;
        let tokens = signin_support::sign_in(t, &s.client, "jane").await;
        let mine = |extra: Value| with(json!({"AccessToken": tokens["AccessToken"]}), extra);
        let made = self.change("AssociateSoftwareToken", mine(json!({}))).await;
        let given = App::scan(&made["SecretCode"]).code(t);
        let first = json!({"UserCode": given, "FriendlyDeviceName": VALUE});
        self.change("VerifySoftwareToken", mine(first)).await;
        let on = json!({"SoftwareTokenMfaSettings": {"Enabled": true}});
        self.change("SetUserMFAPreference", mine(on)).await;
        let off = json!({"SoftwareTokenMfaSettings": {"Enabled": false}});
        self.change("AdminSetUserMFAPreference", of_jane(&s, off))
            .await;
        self.change("AdminDeleteSoftwareToken", of_jane(&s, json!({})))
            .await;

        let s = passkeys::passkey_site(t, json!({})).await;
        let token = passkeys::signed_in(t, &s, "jane").await;
        let mine = |extra: Value| with(json!({"AccessToken": token}), extra);
        let started = self
            .change("StartWebAuthnRegistration", mine(json!({})))
            .await;
        let options = &started["CredentialCreationOptions"];
        let device = Authenticator::es256(passkeys::RP);
        let credential = Page::default().create(options, &device, Statement::None);
        let shown = json!({"Credential": credential});
        self.change("CompleteWebAuthnRegistration", mine(shown))
            .await;
        let named = json!({"CredentialId": credential["id"]});
        self.change("DeleteWebAuthnCredential", mine(named)).await;
    }

    async fn imports(&mut self) {
        let pool = imports::verifying(self.t, json!({})).await;
        let input =
            json!({"UserPoolId": pool, "JobName": VALUE, "CloudWatchLogsRoleArn": imports::ROLE});
        let made = self.change("CreateUserImportJob", input).await;
        let job = made["UserImportJob"].clone();
        imports::upload(self.t, &job, VALUE.as_bytes())
            .await
            .unwrap();
        for op in ["StartUserImportJob", "StopUserImportJob"] {
            self.change(op, imports::named(&job)).await;
        }
    }

    async fn devices_and_sessions(&mut self) {
        let t = self.t;
        let s = tracked(t, false).await;
        let result = signin_support::sign_in(t, &s.client, "jane").await;
        let access = &result["AccessToken"];
        let mine = |extra: Value| with(json!({"AccessToken": access}), extra);
        let device = Device::of(&result);
        let confirmation = with(device.confirmation(access), json!({"DeviceName": VALUE}));
        self.change("ConfirmDevice", confirmation).await;
        let key = json!({"DeviceKey": device.key});
        let status = with(
            key.clone(),
            json!({"DeviceRememberedStatus": "not_remembered"}),
        );
        self.change("UpdateDeviceStatus", mine(status.clone()))
            .await;
        self.change("AdminUpdateDeviceStatus", of_jane(&s, status))
            .await;
        self.change("ForgetDevice", mine(key)).await;
        let (device, other) = Device::confirmed(t, &s).await;
        let key = json!({"DeviceKey": device.key});
        self.change("AdminForgetDevice", of_jane(&s, key)).await;

        let settings = json!({
            "UserPoolId": s.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 9},
        });
        self.change("SetUserPoolSessionConfiguration", settings)
            .await;
        let settings = json!({
            "UserPoolId": s.pool, "ClientId": s.client, "SSOSession": {"MaxValidityMinutes": 5},
        });
        self.change("SetUserPoolClientSessionConfiguration", settings)
            .await;
        let current = async |result: &Value| {
            let mine = json!({"AccessToken": result["AccessToken"]});
            let listed = t.ok("ListUserSessions", mine).await;
            let mut sessions = listed["Sessions"].as_array().unwrap().iter();
            let current = sessions.find(|session| session["IsCurrentSession"] == true);
            json!({"SessionId": current.unwrap()["SessionId"]})
        };
        let (this, that) = (current(&result).await, current(&other).await);
        self.change("RevokeUserSession", mine(that)).await;
        self.change("AdminRevokeUserSession", of_jane(&s, this))
            .await;
    }
}

#[each_engine]
async fn every_change_leaves_one_row_and_no_value(t: &TestApp) {
    let mut session = Session {
        t,
        done: BTreeSet::new(),
    };
    session.configuration().await;
    session.recovery().await;
    session.users().await;
    session.risk().await;
    session.factors().await;
    session.imports().await;
    session.devices_and_sessions().await;
    let only_reads = |op: &Op| {
        let name = op.name();
        let verb = name.strip_prefix("Admin").unwrap_or(name);
        ["Get", "List", "Describe"]
            .iter()
            .any(|read| verb.starts_with(read))
    };
    let missing: Vec<_> = Op::ALL
        .iter()
        .filter(|op| !NOT_BUILT.contains(op) && !only_reads(op))
        .filter(|op| {
            !NO_CHANGES.contains(op) && !IN_WORK.contains(op) && !session.done.contains(op)
        })
        .map(|op| op.name())
        .collect();
    assert!(
        missing.is_empty(),
        "do them here once, or say why they change nothing: {missing:?}"
    );
    assert!(
        IN_WORK.iter().all(|op| !session.done.contains(op)),
        "IN_WORK has operations that are done here"
    );
    for (doc, pool) in session.rows().await {
        let text = format!("{doc} {pool}");
        for value in [VALUE, PASSWORD, "jane", "john", "example"] {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }
}
