//! The known causes of differences that come back with every plan: what the service puts into settings that were not set, and
//! what Terraform's provider does not take for the same.

/// A cause.
#[derive(Debug)]
pub struct Cause {
    /// The type without `aws_cognito_`; `*client` for both types of clients.
    pub kind: &'static str,
    /// The path: names with dots between, `*` for any name of a table or of one of several blocks.
    pub path: &'static str,
    /// What has to be there, as JSON; none for anything.
    pub there: Option<&'static str>,
    /// What the plan makes of it.
    pub planned: Planned,
    /// What it is, in one sentence.
    pub why: &'static str,
    /// Where that is said.
    pub source: &'static str,
    /// What ends it.
    pub remedy: Remedy,
}

/// What a plan makes of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// Nothing, or the zero of its type.
    Nothing,
    /// Anything.
    Any,
}

/// What ends a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The configuration says what is there.
    Keep,
    /// The configuration says this.
    Say(&'static str),
    /// The difference is ignored (`ignore_changes`).
    Ignore,
}

const fn cause(
    kind: &'static str,
    path: &'static str,
    there: Option<&'static str>,
    why: &'static str,
    source: &'static str,
) -> Cause {
    Cause {
        kind,
        path,
        there,
        planned: Planned::Nothing,
        why,
        source,
        remedy: Remedy::Keep,
    }
}

const fn ignored(
    kind: &'static str,
    path: &'static str,
    why: &'static str,
    source: &'static str,
) -> Cause {
    Cause {
        remedy: Remedy::Ignore,
        ..cause(kind, path, None, why, source)
    }
}

/// What the service knows of the providers of its own types, or finds by the issuer. Other details are people's own.
const fn known_address(path: &'static str) -> Cause {
    cause(
        "identity_provider",
        path,
        None,
        "the service adds the addresses that it knows of Google, Facebook, Amazon and Apple, or finds by the issuer",
        "hashicorp/terraform#18745; lgallard/terraform-aws-cognito-user-pool#370",
    )
}

const NEW_POOL: &str = "docs/service/admin.md 1.3";
const SCHEMA: &str = "docs/service/admin.md 1.4; hashicorp/terraform-provider-aws#3891, #4036";
const CLIENT: &str = "docs/service/admin.md 1.12";

const DEFAULT_POLICY: &str = r#"[{"minimum_length": 8, "require_lowercase": true, "require_numbers": true,
    "require_symbols": true, "require_uppercase": true, "temporary_password_validity_days": 7}]"#;
const DEFAULT_RECOVERY: &str = r#"[{"recovery_mechanism": [{"name": "verified_email", "priority": 1},
    {"name": "verified_phone_number", "priority": 2}]}]"#;
const DEFAULT_UNITS: &str =
    r#"[{"access_token": "hours", "id_token": "hours", "refresh_token": "days"}]"#;

/// The causes. The first that fits counts.
pub const CAUSES: &[Cause] = &[
    // Attributes.
    cause(
        "user_pool",
        "schema.*.string_attribute_constraints",
        None,
        "a text has constraints in every answer: those that were set, those of the standard attribute (0 to 2048), or none",
        SCHEMA,
    ),
    cause(
        "user_pool",
        "schema.*.string_attribute_constraints.min_length",
        None,
        "the service answers the length that it puts in where only the other one was set",
        SCHEMA,
    ),
    cause(
        "user_pool",
        "schema.*.string_attribute_constraints.max_length",
        None,
        "the service answers the length that it puts in where only the other one was set",
        SCHEMA,
    ),
    cause(
        "user_pool",
        "schema.*.number_attribute_constraints",
        None,
        "a number has constraints in every answer, empty ones if none were set",
        "docs/service/admin.md 1.4; documentation of aws_cognito_user_pool, schema",
    ),
    cause(
        "user_pool",
        "schema.*.mutable",
        Some("true"),
        "an attribute can change unless it is created otherwise",
        "docs/service/admin.md 1.4",
    ),
    // Passwords.
    cause(
        "user_pool",
        "password_policy.temporary_password_validity_days",
        Some("7"),
        "a temporary password lasts seven days unless it is set",
        "docs/service/admin.md 1.6",
    ),
    cause(
        "user_pool",
        "password_policy",
        Some(DEFAULT_POLICY),
        "a new pool has a password policy: eight characters of all four kinds",
        NEW_POOL,
    ),
    // Accounts.
    cause(
        "user_pool",
        "account_recovery_setting",
        Some(DEFAULT_RECOVERY),
        "a new pool recovers accounts by e-mail, then by phone",
        "docs/service/settled.md C9; hashicorp/terraform-provider-aws#11220",
    ),
    cause(
        "user_pool",
        "admin_create_user_config.unused_account_validity_days",
        Some("7"),
        "accounts that administrators make wait seven days; the argument has gone to password_policy",
        "hashicorp/terraform-provider-aws#14294",
    ),
    cause(
        "user_pool",
        "admin_create_user_config",
        Some("[{}]"),
        "a new pool says that users may sign up (allow_admin_create_user_only false)",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "username_configuration",
        None,
        "the service answers whether names are told apart by case, which cannot change",
        "docs/service/admin.md 1.2; hashicorp/terraform-provider-aws#12094",
    ),
    cause(
        "user_pool",
        "sign_in_policy.allowed_first_auth_factors",
        Some("[\"PASSWORD\"]"),
        "the password is the first factor unless others are set",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "sign_in_policy",
        Some("[{\"allowed_first_auth_factors\":[\"PASSWORD\"]}]"),
        "a new pool has a sign-in policy: the password is the first factor",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "user_attribute_update_settings",
        Some("[{}]"),
        "settings of changes stay as an empty list once they were set",
        "documentation of aws_cognito_user_pool, user_attribute_update_settings",
    ),
    // Messages.
    cause(
        "user_pool",
        "verification_message_template.default_email_option",
        Some("\"CONFIRM_WITH_CODE\""),
        "addresses are verified by codes unless links are set",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "verification_message_template",
        Some("[{\"default_email_option\":\"CONFIRM_WITH_CODE\"}]"),
        "a new pool has a template: addresses are verified by codes. What email_verification_message and its likes say stands in it, too",
        "docs/service/admin.md 1.3; hashicorp/terraform-provider-aws#2423",
    ),
    cause(
        "user_pool",
        "verification_message_template.email_message",
        None,
        "email_verification_message and the template say the same, and the service answers both",
        "hashicorp/terraform-provider-aws#2423",
    ),
    cause(
        "user_pool",
        "verification_message_template.email_subject",
        None,
        "email_verification_subject and the template say the same, and the service answers both",
        "hashicorp/terraform-provider-aws#2423",
    ),
    cause(
        "user_pool",
        "verification_message_template.sms_message",
        None,
        "sms_verification_message and the template say the same, and the service answers both",
        "hashicorp/terraform-provider-aws#2423",
    ),
    cause(
        "user_pool",
        "email_configuration.email_sending_account",
        Some("\"COGNITO_DEFAULT\""),
        "the service sends e-mail itself unless an identity is set",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "email_configuration",
        Some("[{\"email_sending_account\":\"COGNITO_DEFAULT\"}]"),
        "a new pool says that the service sends e-mail itself (COGNITO_DEFAULT)",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "sms_configuration.sns_region",
        None,
        "the service answers the region of text messages: the pool's, unless another was set",
        "documentation of aws_cognito_user_pool, sms_configuration",
    ),
    cause(
        "user_pool",
        "sms_configuration",
        None,
        "settings of text messages cannot be taken away",
        "docs/service/admin.md 1.2; documentation of aws_cognito_user_pool, sms_configuration",
    ),
    // Functions, plan and threats.
    cause(
        "user_pool",
        "lambda_config.pre_token_generation",
        None,
        "the service answers the function of pre_token_generation_config here, too",
        "hashicorp/terraform-provider-aws#35007; documentation of aws_cognito_user_pool, pre_token_configuration_type",
    ),
    cause(
        "user_pool",
        "lambda_config.pre_token_generation_config",
        None,
        "the service answers the function of pre_token_generation here, too, with version V1_0",
        "hashicorp/terraform-provider-aws#35007",
    ),
    Cause {
        remedy: Remedy::Say("lambda_config {}"),
        ..cause(
            "user_pool",
            "lambda_config",
            Some("[{}]"),
            "the service answers functions even where none is set",
            "docs/service/admin.md 1.3; hashicorp/terraform-provider-aws#2913",
        )
    },
    cause(
        "user_pool",
        "user_pool_tier",
        Some("\"ESSENTIALS\""),
        "a new pool has the plan ESSENTIALS",
        "docs/service/admin.md 1.7",
    ),
    cause(
        "user_pool",
        "user_pool_tier",
        Some("\"PLUS\""),
        "threat protection chooses the plan PLUS where none is named",
        "docs/service/admin.md 1.7",
    ),
    cause(
        "user_pool",
        "deletion_protection",
        Some("\"INACTIVE\""),
        "a pool can be deleted unless it is protected",
        NEW_POOL,
    ),
    cause(
        "user_pool",
        "mfa_configuration",
        Some("\"OFF\""),
        "second factors are off unless they are set",
        NEW_POOL,
    ),
    // Clients.
    Cause {
        planned: Planned::Any,
        remedy: Remedy::Ignore,
        ..cause(
            "*client",
            "generate_secret",
            Some("null"),
            "no answer says whether a client was made with a secret, so an imported client has none of it",
            "documentation of aws_cognito_user_pool_client, import",
        )
    },
    cause(
        "*client",
        "token_validity_units.access_token",
        Some("\"hours\""),
        "where one unit is set, the service answers all three",
        "hashicorp/terraform-provider-aws#30392",
    ),
    cause(
        "*client",
        "token_validity_units.id_token",
        Some("\"hours\""),
        "where one unit is set, the service answers all three",
        "hashicorp/terraform-provider-aws#30392",
    ),
    cause(
        "*client",
        "token_validity_units.refresh_token",
        Some("\"days\""),
        "where one unit is set, the service answers all three",
        "hashicorp/terraform-provider-aws#30392",
    ),
    cause(
        "*client",
        "token_validity_units",
        Some(DEFAULT_UNITS),
        "the service answers the units of lifetimes once one was set",
        "hashicorp/terraform-provider-aws#30392",
    ),
    cause(
        "*client",
        "refresh_token_validity",
        Some("30"),
        "a refresh token lasts 30 days unless it is set",
        CLIENT,
    ),
    cause(
        "*client",
        "auth_session_validity",
        Some("3"),
        "a sign-in may take three minutes unless it is set",
        CLIENT,
    ),
    cause(
        "*client",
        "enable_token_revocation",
        Some("true"),
        "tokens of a new client can be revoked",
        CLIENT,
    ),
    cause(
        "*client",
        "refresh_token_rotation.retry_grace_period_seconds",
        Some("0"),
        "rotation that is off is answered with a grace period of 0",
        "docs/service/settled.md R20; hashicorp/terraform-provider-aws#45646",
    ),
    // Identity providers.
    ignored(
        "identity_provider",
        "provider_details.ActiveEncryptionCertificate",
        "the service answers its certificate for encrypted assertions, and refuses it in a change",
        "hashicorp/terraform-provider-aws#35588, #36311; lgallard/terraform-aws-cognito-user-pool#135",
    ),
    ignored(
        "identity_provider",
        "provider_details.SSORedirectBindingURI",
        "the service reads the address of sign-in from the metadata of a SAML provider",
        "hashicorp/terraform-provider-aws#4807",
    ),
    ignored(
        "identity_provider",
        "provider_details.SLORedirectBindingURI",
        "the service reads the address of sign-out from the metadata of a SAML provider",
        "hashicorp/terraform-provider-aws#4807",
    ),
    known_address("provider_details.api_version"),
    known_address("provider_details.attributes_url"),
    known_address("provider_details.attributes_url_add_attributes"),
    known_address("provider_details.authorize_url"),
    known_address("provider_details.jwks_uri"),
    known_address("provider_details.oidc_issuer"),
    known_address("provider_details.token_request_method"),
    known_address("provider_details.token_url"),
    cause(
        "identity_provider",
        "attribute_mapping.username",
        None,
        "the service maps the id of the user at the provider to username where nothing else is set",
        "hashicorp/terraform#18745",
    ),
    // Others.
    cause(
        "user_pool_domain",
        "managed_login_version",
        Some("1"),
        "a domain has the classic pages unless version 2 is set",
        "documentation of aws_cognito_user_pool_domain",
    ),
    cause(
        "risk_configuration",
        "compromised_credentials_risk_configuration.event_filter",
        None,
        "without a filter the service answers all three events",
        "docs/service/admin.md 5.2",
    ),
];
