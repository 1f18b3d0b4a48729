//! The tables of the resources `aws_cognito_*` (documentation of the provider hashicorp/aws, 5.100 and 6).

use crate::fields::Form::{
    Block, Blocks, Document, List, Number, Positive, Switch, Table, Text, Texts,
};
use crate::fields::{Field, field};

/// A user pool: the inputs of CreateUserPool, and below `Mfa` that of SetUserPoolMfaConfig.
pub const POOL: &[Field] = &[
    field("name", "PoolName", Text),
    field("alias_attributes", "AliasAttributes", Texts),
    field("auto_verified_attributes", "AutoVerifiedAttributes", Texts),
    field("deletion_protection", "DeletionProtection", Text),
    field(
        "email_verification_message",
        "EmailVerificationMessage",
        Text,
    ),
    field(
        "email_verification_subject",
        "EmailVerificationSubject",
        Text,
    ),
    field("mfa_configuration", "Mfa.MfaConfiguration", Text),
    field(
        "sms_authentication_message",
        "SmsAuthenticationMessage",
        Text,
    ),
    field("sms_verification_message", "SmsVerificationMessage", Text),
    field("tags", "UserPoolTags", Table),
    field("user_pool_tier", "UserPoolTier", Text),
    field("username_attributes", "UsernameAttributes", Texts),
    field(
        "account_recovery_setting",
        "AccountRecoverySetting.RecoveryMechanisms",
        List("recovery_mechanism", RECOVERY),
    ),
    field(
        "admin_create_user_config",
        "AdminCreateUserConfig",
        Block(ADMIN_CREATE),
    ),
    field(
        "device_configuration",
        "DeviceConfiguration",
        Block(DEVICES),
    ),
    field("email_configuration", "EmailConfiguration", Block(EMAIL)),
    field(
        "email_mfa_configuration",
        "Mfa.EmailMfaConfiguration",
        Block(EMAIL_MFA),
    ),
    field("lambda_config", "LambdaConfig", Block(LAMBDA)),
    field(
        "password_policy",
        "Policies.PasswordPolicy",
        Block(PASSWORD),
    ),
    field("schema", "Schema", Blocks(SCHEMA)),
    field("sign_in_policy", "Policies.SignInPolicy", Block(SIGN_IN)),
    field("sms_configuration", "SmsConfiguration", Block(SMS)),
    field(
        "software_token_mfa_configuration",
        "Mfa.SoftwareTokenMfaConfiguration",
        Block(APP),
    ),
    field(
        "user_attribute_update_settings",
        "UserAttributeUpdateSettings",
        Block(UPDATE),
    ),
    field("user_pool_add_ons", "UserPoolAddOns", Block(ADD_ONS)),
    field(
        "username_configuration",
        "UsernameConfiguration",
        Block(USERNAME),
    ),
    field(
        "verification_message_template",
        "VerificationMessageTemplate",
        Block(TEMPLATE),
    ),
    field(
        "web_authn_configuration",
        "Mfa.WebAuthnConfiguration",
        Block(PASSKEYS),
    ),
];
const RECOVERY: &[Field] = &[
    field("name", "Name", Text),
    field("priority", "Priority", Number),
];
const ADMIN_CREATE: &[Field] = &[
    field(
        "allow_admin_create_user_only",
        "AllowAdminCreateUserOnly",
        Switch,
    ),
    field(
        "invite_message_template",
        "InviteMessageTemplate",
        Block(INVITATION),
    ),
];
const INVITATION: &[Field] = &[
    field("email_message", "EmailMessage", Text),
    field("email_subject", "EmailSubject", Text),
    field("sms_message", "SMSMessage", Text),
];
const DEVICES: &[Field] = &[
    field(
        "challenge_required_on_new_device",
        "ChallengeRequiredOnNewDevice",
        Switch,
    ),
    field(
        "device_only_remembered_on_user_prompt",
        "DeviceOnlyRememberedOnUserPrompt",
        Switch,
    ),
];
const EMAIL: &[Field] = &[
    field("configuration_set", "ConfigurationSet", Text),
    field("email_sending_account", "EmailSendingAccount", Text),
    field("from_email_address", "From", Text),
    field("reply_to_email_address", "ReplyToEmailAddress", Text),
    field("source_arn", "SourceArn", Text),
];
const EMAIL_MFA: &[Field] = &[
    field("message", "Message", Text),
    field("subject", "Subject", Text),
];
const LAMBDA: &[Field] = &[
    field("create_auth_challenge", "CreateAuthChallenge", Text),
    field("custom_message", "CustomMessage", Text),
    field("define_auth_challenge", "DefineAuthChallenge", Text),
    field("kms_key_id", "KMSKeyID", Text),
    field("post_authentication", "PostAuthentication", Text),
    field("post_confirmation", "PostConfirmation", Text),
    field("pre_authentication", "PreAuthentication", Text),
    field("pre_sign_up", "PreSignUp", Text),
    field("pre_token_generation", "PreTokenGeneration", Text),
    field("user_migration", "UserMigration", Text),
    field(
        "verify_auth_challenge_response",
        "VerifyAuthChallengeResponse",
        Text,
    ),
    field("custom_email_sender", "CustomEmailSender", Block(FUNCTION)),
    field("custom_sms_sender", "CustomSMSSender", Block(FUNCTION)),
    field(
        "pre_token_generation_config",
        "PreTokenGenerationConfig",
        Block(FUNCTION),
    ),
];
const FUNCTION: &[Field] = &[
    field("lambda_arn", "LambdaArn", Text),
    field("lambda_version", "LambdaVersion", Text),
];
const PASSWORD: &[Field] = &[
    field("minimum_length", "MinimumLength", Positive),
    field("password_history_size", "PasswordHistorySize", Positive),
    field("require_lowercase", "RequireLowercase", Switch),
    field("require_numbers", "RequireNumbers", Switch),
    field("require_symbols", "RequireSymbols", Switch),
    field("require_uppercase", "RequireUppercase", Switch),
    field(
        "temporary_password_validity_days",
        "TemporaryPasswordValidityDays",
        Positive,
    ),
];
const SCHEMA: &[Field] = &[
    field("attribute_data_type", "AttributeDataType", Text),
    field("developer_only_attribute", "DeveloperOnlyAttribute", Switch),
    field("mutable", "Mutable", Switch),
    field("name", "Name", Text),
    field("required", "Required", Switch),
    field(
        "number_attribute_constraints",
        "NumberAttributeConstraints",
        Block(NUMBERS),
    ),
    field(
        "string_attribute_constraints",
        "StringAttributeConstraints",
        Block(STRINGS),
    ),
];
const NUMBERS: &[Field] = &[
    field("max_value", "MaxValue", Text),
    field("min_value", "MinValue", Text),
];
const STRINGS: &[Field] = &[
    field("max_length", "MaxLength", Text),
    field("min_length", "MinLength", Text),
];
const SIGN_IN: &[Field] = &[field(
    "allowed_first_auth_factors",
    "AllowedFirstAuthFactors",
    Texts,
)];
const SMS: &[Field] = &[
    field("external_id", "ExternalId", Text),
    field("sns_caller_arn", "SnsCallerArn", Text),
    field("sns_region", "SnsRegion", Text),
];
const APP: &[Field] = &[field("enabled", "Enabled", Switch)];
const UPDATE: &[Field] = &[field(
    "attributes_require_verification_before_update",
    "AttributesRequireVerificationBeforeUpdate",
    Texts,
)];
const ADD_ONS: &[Field] = &[
    field("advanced_security_mode", "AdvancedSecurityMode", Text),
    field(
        "advanced_security_additional_flows",
        "AdvancedSecurityAdditionalFlows",
        Block(FLOWS),
    ),
];
const FLOWS: &[Field] = &[field("custom_auth_mode", "CustomAuthMode", Text)];
const USERNAME: &[Field] = &[field("case_sensitive", "CaseSensitive", Switch)];
const TEMPLATE: &[Field] = &[
    field("default_email_option", "DefaultEmailOption", Text),
    field("email_message", "EmailMessage", Text),
    field("email_message_by_link", "EmailMessageByLink", Text),
    field("email_subject", "EmailSubject", Text),
    field("email_subject_by_link", "EmailSubjectByLink", Text),
    field("sms_message", "SmsMessage", Text),
];
const PASSKEYS: &[Field] = &[
    field("relying_party_id", "RelyingPartyId", Text),
    field("user_verification", "UserVerification", Text),
];

/// An app client: the input of CreateUserPoolClient.
pub const CLIENT: &[Field] = &[
    field("name", "ClientName", Text),
    field("access_token_validity", "AccessTokenValidity", Positive),
    field("allowed_oauth_flows", "AllowedOAuthFlows", Texts),
    field(
        "allowed_oauth_flows_user_pool_client",
        "AllowedOAuthFlowsUserPoolClient",
        Switch,
    ),
    field("allowed_oauth_scopes", "AllowedOAuthScopes", Texts),
    field("auth_session_validity", "AuthSessionValidity", Positive),
    field("callback_urls", "CallbackURLs", Texts),
    field("default_redirect_uri", "DefaultRedirectURI", Text),
    field(
        "enable_propagate_additional_user_context_data",
        "EnablePropagateAdditionalUserContextData",
        Switch,
    ),
    field("enable_token_revocation", "EnableTokenRevocation", Switch),
    field("explicit_auth_flows", "ExplicitAuthFlows", Texts),
    field("generate_secret", "GenerateSecret", Switch),
    field("id_token_validity", "IdTokenValidity", Positive),
    field("logout_urls", "LogoutURLs", Texts),
    field(
        "prevent_user_existence_errors",
        "PreventUserExistenceErrors",
        Text,
    ),
    field("read_attributes", "ReadAttributes", Texts),
    field("refresh_token_validity", "RefreshTokenValidity", Positive),
    field(
        "supported_identity_providers",
        "SupportedIdentityProviders",
        Texts,
    ),
    field("write_attributes", "WriteAttributes", Texts),
    field(
        "analytics_configuration",
        "AnalyticsConfiguration",
        Block(ANALYTICS),
    ),
    field(
        "refresh_token_rotation",
        "RefreshTokenRotation",
        Block(ROTATION),
    ),
    field("token_validity_units", "TokenValidityUnits", Block(UNITS)),
];
const ANALYTICS: &[Field] = &[
    field("application_arn", "ApplicationArn", Text),
    field("application_id", "ApplicationId", Text),
    field("external_id", "ExternalId", Text),
    field("role_arn", "RoleArn", Text),
    field("user_data_shared", "UserDataShared", Switch),
];
const ROTATION: &[Field] = &[
    field("feature", "Feature", Text),
    field(
        "retry_grace_period_seconds",
        "RetryGracePeriodSeconds",
        Number,
    ),
];
const UNITS: &[Field] = &[
    field("access_token", "AccessToken", Text),
    field("id_token", "IdToken", Text),
    field("refresh_token", "RefreshToken", Text),
];

/// A domain: the input of CreateUserPoolDomain.
pub const DOMAIN: &[Field] = &[
    field("domain", "Domain", Text),
    field("certificate_arn", "CustomDomainConfig.CertificateArn", Text),
    field("managed_login_version", "ManagedLoginVersion", Positive),
];

/// An identity provider: the input of CreateIdentityProvider.
pub const PROVIDER: &[Field] = &[
    field("provider_name", "ProviderName", Text),
    field("provider_type", "ProviderType", Text),
    field("idp_identifiers", "IdpIdentifiers", Texts),
    field("attribute_mapping", "AttributeMapping", Table),
    field("provider_details", "ProviderDetails", Table),
];

/// A resource server: the input of CreateResourceServer.
pub const SERVER: &[Field] = &[
    field("identifier", "Identifier", Text),
    field("name", "Name", Text),
    field("scope", "Scopes", Blocks(SCOPE)),
];
const SCOPE: &[Field] = &[
    field("scope_name", "ScopeName", Text),
    field("scope_description", "ScopeDescription", Text),
];

/// A group: the input of CreateGroup.
pub const GROUP: &[Field] = &[
    field("name", "GroupName", Text),
    field("description", "Description", Text),
    field("precedence", "Precedence", Positive),
    field("role_arn", "RoleArn", Text),
];

/// The risk configuration of a pool or a client: the input of SetRiskConfiguration.
pub const RISK: &[Field] = &[
    field("client_id", "ClientId", Text),
    field(
        "account_takeover_risk_configuration",
        "AccountTakeoverRiskConfiguration",
        Block(TAKEOVER),
    ),
    field(
        "compromised_credentials_risk_configuration",
        "CompromisedCredentialsRiskConfiguration",
        Block(COMPROMISED),
    ),
    field(
        "risk_exception_configuration",
        "RiskExceptionConfiguration",
        Block(EXCEPTIONS),
    ),
];
const TAKEOVER: &[Field] = &[
    field("actions", "Actions", Block(ACTIONS)),
    field("notify_configuration", "NotifyConfiguration", Block(NOTIFY)),
];
const ACTIONS: &[Field] = &[
    field("high_action", "HighAction", Block(ACTION)),
    field("low_action", "LowAction", Block(ACTION)),
    field("medium_action", "MediumAction", Block(ACTION)),
];
const ACTION: &[Field] = &[
    field("event_action", "EventAction", Text),
    field("notify", "Notify", Switch),
];
const NOTIFY: &[Field] = &[
    field("from", "From", Text),
    field("reply_to", "ReplyTo", Text),
    field("source_arn", "SourceArn", Text),
    field("block_email", "BlockEmail", Block(MAIL)),
    field("mfa_email", "MfaEmail", Block(MAIL)),
    field("no_action_email", "NoActionEmail", Block(MAIL)),
];
const MAIL: &[Field] = &[
    field("html_body", "HtmlBody", Text),
    field("subject", "Subject", Text),
    field("text_body", "TextBody", Text),
];
const COMPROMISED: &[Field] = &[
    field("event_filter", "EventFilter", Texts),
    field("actions", "Actions", Block(EVENT_ACTION)),
];
const EVENT_ACTION: &[Field] = &[field("event_action", "EventAction", Text)];
const EXCEPTIONS: &[Field] = &[
    field("blocked_ip_range_list", "BlockedIPRangeList", Texts),
    field("skipped_ip_range_list", "SkippedIPRangeList", Texts),
];

/// Where the logs of a pool go: the input of SetLogDeliveryConfiguration.
pub const LOGS: &[Field] = &[field(
    "log_configurations",
    "LogConfigurations",
    Blocks(LOG),
)];
const LOG: &[Field] = &[
    field("event_source", "EventSource", Text),
    field("log_level", "LogLevel", Text),
    field(
        "cloud_watch_logs_configuration",
        "CloudWatchLogsConfiguration",
        Block(LOG_GROUP),
    ),
    field(
        "firehose_configuration",
        "FirehoseConfiguration",
        Block(STREAM),
    ),
    field("s3_configuration", "S3Configuration", Block(BUCKET)),
];
const LOG_GROUP: &[Field] = &[field("log_group_arn", "LogGroupArn", Text)];
const STREAM: &[Field] = &[field("stream_arn", "StreamArn", Text)];
const BUCKET: &[Field] = &[field("bucket_arn", "BucketArn", Text)];

/// How the classic pages look: the input of SetUICustomization.
pub const CLASSIC: &[Field] = &[
    field("client_id", "ClientId", Text),
    field("css", "CSS", Text),
    field("image_file", "ImageFile", Text),
];

/// How the pages of managed login look: the input of CreateManagedLoginBranding.
pub const BRANDING: &[Field] = &[
    field("client_id", "ClientId", Text),
    field("settings", "Settings", Document),
    field(
        "use_cognito_provided_values",
        "UseCognitoProvidedValues",
        Switch,
    ),
    field("asset", "Assets", Blocks(ASSET)),
];
const ASSET: &[Field] = &[
    field("bytes", "Bytes", Text),
    field("category", "Category", Text),
    field("color_mode", "ColorMode", Text),
    field("extension", "Extension", Text),
    field("resource_id", "ResourceId", Text),
];
