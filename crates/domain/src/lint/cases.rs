//! Changes of sound settings, and what the rules find in what comes of them.

use serde_json::{Value, json};

/// The settings of a pool with a client, a group and a provider.
pub(super) struct Settings {
    pub pool: Value,
    pub client: Value,
    /// The age of the client's secret in days.
    pub secret: Option<i64>,
    pub group: Option<&'static str>,
    pub provider: Value,
}

/// A change of sound settings, and all rules that find something in what comes of it.
pub(super) type Case = (fn(&mut Settings), &'static [&'static str]);

/// All cases: at least one for each rule, and one beside it in which it finds nothing.
pub(super) const CASES: &[Case] = &[
    (
        |s| s.pool["deletion_protection"] = json!("INACTIVE"),
        &["deletion-unprotected"],
    ),
    (off, &["mfa-off", "recovery-alone"]),
    (
        |s| {
            off(s);
            recover(s, "admin_only");
        },
        &["mfa-off", "no-recovery"],
    ),
    (
        |s| {
            off(s);
            s.pool["device_configuration"] = json!({"ChallengeRequiredOnNewDevice": true});
            recover(s, "verified_phone_number");
        },
        &["mfa-off", "recovery-alone"],
    ),
    (
        |s| s.pool["mfa_configuration"] = json!("OPTIONAL"),
        &["mfa-optional"],
    ),
    (
        |s| s.pool["mfa_factors"]["software_token"] = json!({"Enabled": false}),
        &["sms-only-mfa"],
    ),
    (
        |s| s.pool["mfa_factors"] = json!({"sms": true, "email": {}}),
        &[],
    ),
    (
        |s| {
            first(s, "SMS_OTP");
            s.pool["mfa_configuration"] = json!("OPTIONAL");
            choice(s);
        },
        &["mfa-optional", "sms-sign-in"],
    ),
    (
        |s| {
            first(s, "SMS_OTP");
            choice(s);
        },
        &[],
    ),
    (|s| first(s, "EMAIL_OTP"), &["first-factors-unused"]),
    (
        |s| s.pool["web_authn_configuration"] = json!({}),
        &["passkeys-unused"],
    ),
    (
        |s| {
            s.pool["web_authn_configuration"] = json!({});
            first(s, "WEB_AUTHN");
            choice(s);
        },
        &[],
    ),
    (
        |s| s.pool["device_configuration"] = json!({"ChallengeRequiredOnNewDevice": true}),
        &["device-skips-mfa"],
    ),
    (
        |s| s.pool["device_configuration"] = json!({"ChallengeRequiredOnNewDevice": false}),
        &[],
    ),
    (
        |s| s.pool["user_pool_add_ons"] = Value::Null,
        &["threat-protection-off"],
    ),
    (
        |s| s.pool["user_pool_add_ons"] = json!({"AdvancedSecurityMode": "OFF"}),
        &["threat-protection-off"],
    ),
    (
        |s| s.pool["user_pool_add_ons"] = json!({"AdvancedSecurityMode": "AUDIT"}),
        &["threat-protection-audit"],
    ),
    (
        |s| {
            s.pool["user_pool_add_ons"] = Value::Null;
            s.pool["tier"] = json!("ESSENTIALS");
        },
        &[],
    ),
    (
        |s| password(s, "MinimumLength", json!(7)),
        &["password-length"],
    ),
    (
        |s| password(s, "RequireNumbers", json!(false)),
        &["password-classes"],
    ),
    (
        |s| {
            password(s, "RequireNumbers", json!(false));
            password(s, "MinimumLength", json!(12));
        },
        &[],
    ),
    (
        |s| password(s, "TemporaryPasswordValidityDays", json!(8)),
        &["temporary-password-days"],
    ),
    (
        |s| s.pool["username_configuration"] = json!({"CaseSensitive": true}),
        &["case-sensitive-names"],
    ),
    (
        |s| s.pool["username_configuration"] = Value::Null,
        &["case-sensitive-names"],
    ),
    (
        |s| s.pool["username_attributes"] = json!(["email", "phone_number"]),
        &["username-unproven"],
    ),
    (
        |s| {
            s.pool["username_attributes"] = json!(["phone_number"]);
            invited(s);
        },
        &[],
    ),
    (
        |s| {
            s.pool["username_attributes"] = Value::Null;
            s.pool["alias_attributes"] = json!(["phone_number"]);
        },
        &["alias-unproven"],
    ),
    (
        |s| {
            s.pool["username_attributes"] = Value::Null;
            s.pool["alias_attributes"] = json!(["email", "preferred_username"]);
        },
        &["preferred-username-alias"],
    ),
    (
        |s| s.pool["user_attribute_update_settings"] = json!({}),
        &["update-before-proof"],
    ),
    (
        |s| {
            unproven(s);
            s.pool["lambda_config"]["PreSignUp"] = json!("arn:aws:lambda:us-east-1:1:function:f");
        },
        &["sign-up-by-function"],
    ),
    (unproven, &["sign-up-never-confirmed"]),
    (
        |s| {
            unproven(s);
            invited(s);
        },
        &[],
    ),
    (
        |s| {
            s.pool["verification_message_template"] =
                json!({"DefaultEmailOption": "CONFIRM_WITH_LINK"})
        },
        &["confirm-by-link"],
    ),
    (
        |s| s.pool["email_configuration"] = json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
        &["default-email-sender"],
    ),
    (
        |s| s.client["write_attributes"] = json!(["email", "custom:role"]),
        &["self-written-right"],
    ),
    (
        |s| s.client["write_attributes"] = json!(["custom:color"]),
        &["self-written-custom"],
    ),
    (
        |s| s.client["write_attributes"] = json!(["custom:since", "custom:role"]),
        &["self-written-right", "self-written-custom"],
    ),
    (
        |s| {
            s.client["write_attributes"] = json!(["custom:since"]);
            invited(s);
        },
        &[],
    ),
    (|s| s.client["write_attributes"] = Value::Null, &[]),
    (
        |s| s.client["prevent_user_existence_errors"] = json!("LEGACY"),
        &["existence-revealed"],
    ),
    (
        |s| s.client["prevent_user_existence_errors"] = Value::Null,
        &["existence-revealed"],
    ),
    (|s| flows(s, "ALLOW_USER_PASSWORD_AUTH"), &["password-flow"]),
    (|s| flows(s, "USER_PASSWORD_AUTH"), &["password-flow"]),
    (
        |s| {
            flows(s, "ALLOW_ADMIN_USER_PASSWORD_AUTH");
            s.secret = None;
        },
        &["admin-flow-without-secret"],
    ),
    (|s| flows(s, "ADMIN_NO_SRP_AUTH"), &[]),
    (
        |s| {
            machine(s);
            s.secret = None;
        },
        &["machine-without-secret"],
    ),
    (
        |s| {
            flows(s, "ALLOW_CLIENT_TOKEN_AUTH");
            s.secret = None;
        },
        &["machine-without-secret"],
    ),
    (machine, &[]),
    (|s| s.secret = Some(366), &["old-secret"]),
    (
        |s| s.client["allowed_oauth_flows"] = json!(["implicit"]),
        &["implicit-grant"],
    ),
    (
        |s| s.client["allowed_oauth_flows_user_pool_client"] = json!(false),
        &["oauth-unused"],
    ),
    (
        |s| {
            s.client["oidc_profile"] = json!("cognito");
        },
        &["profile-of-the-service"],
    ),
    (
        |s| {
            s.client["oidc_profile"] = json!("cognito");
            s.client["allowed_oauth_scopes"] = json!(["email"]);
        },
        &[],
    ),
    (
        |s| s.client["allowed_oauth_scopes"] = json!(["aws.cognito.signin.user.admin"]),
        &["self-service-scope"],
    ),
    (
        |s| {
            s.client["access_token_validity"] = json!(61);
            s.client["token_validity_units"] = json!({"AccessToken": "minutes"});
        },
        &["long-tokens"],
    ),
    (
        |s| s.client["id_token_validity"] = json!(2),
        &["long-tokens"],
    ),
    (
        |s| s.client["refresh_token_validity"] = json!(31),
        &["long-refresh-token"],
    ),
    (
        |s| {
            s.client["refresh_token_validity"] = json!(365);
            s.client["refresh_token_rotation"] = json!({"Feature": "ENABLED"});
        },
        &[],
    ),
    (
        |s| {
            s.client["refresh_token_validity"] = json!(365);
            s.client["refresh_token_rotation"] = json!({"Feature": "DISABLED"});
        },
        &["long-refresh-token"],
    ),
    (
        |s| s.client["enable_token_revocation"] = json!(false),
        &["no-revocation"],
    ),
    (
        |s| urls(s, json!(["http://shop.example/cb"])),
        &["callback-without-tls"],
    ),
    (
        |s| {
            urls(
                s,
                json!([
                    "http://localhost:3000",
                    "http://127.0.0.1/",
                    "HTTP://[::1]/cb"
                ]),
            )
        },
        &[],
    ),
    (
        |s| urls(s, json!(["https://192.0.2.7/cb"])),
        &["callback-address"],
    ),
    (
        |s| urls(s, json!(["https://[2001:db8::1]:8443/cb"])),
        &["callback-address"],
    ),
    (
        |s| urls(s, json!(["https://shop.example"])),
        &["callback-whole-host"],
    ),
    (
        |s| urls(s, json!(["https://shop.example:8443/"])),
        &["callback-whole-host"],
    ),
    (
        |s| urls(s, json!(["com.example.shop:/cb", "shop://cb"])),
        &["callback-scheme"],
    ),
    (
        |s| urls(s, json!(["http://localhost/cb", "https://shop.example/cb"])),
        &["callback-localhost"],
    ),
    (|s| urls(s, hosts(6)), &["callback-hosts"]),
    (|s| urls(s, hosts(5)), &[]),
    (
        |s| s.group = Some("arn:aws:iam::1:role/crew"),
        &["group-role-open"],
    ),
    (
        |s| {
            s.group = Some("arn:aws:iam::1:role/crew");
            invited(s);
        },
        &[],
    ),
    (
        |s| s.provider["mapping"] = json!({"email": "mail"}),
        &["provider-address-unverified"],
    ),
    (
        |s| s.provider["mapping"] = json!({"phone_number": "tel"}),
        &["provider-address-unverified"],
    ),
    (|s| s.provider["mapping"] = json!({}), &[]),
    (
        |s| s.provider["linked_by"] = json!(["mail"]),
        &["linked-by-attribute"],
    ),
    (
        |s| {
            s.provider["mapping"] = json!({});
            s.provider["linking"] = json!("verified-email");
        },
        &["linking-without-word"],
    ),
    (|s| s.provider["linking"] = json!("verified-email"), &[]),
    (
        |s| s.provider["details"]["RequestSigningAlgorithm"] = json!(""),
        &["saml-requests-unsigned"],
    ),
    (
        |s| s.provider["details"]["EncryptedResponses"] = json!("false"),
        &["saml-assertions-readable"],
    ),
    (
        |s| s.provider["details"]["IDPInit"] = json!("true"),
        &["saml-begun-elsewhere"],
    ),
    (
        |s| {
            s.provider["kind"] = json!("OIDC");
            s.provider["details"] = json!({"IDPInit": "true"});
        },
        &[],
    ),
];

fn off(s: &mut Settings) {
    s.pool["mfa_configuration"] = json!("OFF");
    s.pool["mfa_factors"] = json!({});
}

fn recover(s: &mut Settings, way: &str) {
    s.pool["account_recovery_setting"] =
        json!({"RecoveryMechanisms": [{"Priority": 1, "Name": way}]});
}

fn first(s: &mut Settings, factor: &str) {
    s.pool["policies"]["SignInPolicy"]["AllowedFirstAuthFactors"] = json!(["PASSWORD", factor]);
}

fn choice(s: &mut Settings) {
    flows(s, "ALLOW_USER_AUTH");
}

fn flows(s: &mut Settings, flow: &str) {
    s.client["explicit_auth_flows"] = json!([flow]);
}

fn password(s: &mut Settings, member: &str, value: Value) {
    s.pool["policies"]["PasswordPolicy"][member] = value;
}

fn invited(s: &mut Settings) {
    s.pool["admin_create_user_config"] = json!({"AllowAdminCreateUserOnly": true});
}

fn unproven(s: &mut Settings) {
    for member in ["auto_verified_attributes", "username_attributes"] {
        s.pool[member] = Value::Null;
    }
    s.pool["user_attribute_update_settings"] = json!({});
}

fn machine(s: &mut Settings) {
    s.client["allowed_oauth_flows"] = json!(["client_credentials"]);
    s.client["allowed_oauth_scopes"] = json!(["api/read"]);
    s.client["callback_urls"] = Value::Null;
}

pub(super) fn urls(s: &mut Settings, urls: Value) {
    s.client["callback_urls"] = urls;
}

pub(super) fn hosts(count: usize) -> Value {
    (0..count)
        .map(|n| format!("https://h{n}.example/cb"))
        .collect()
}
