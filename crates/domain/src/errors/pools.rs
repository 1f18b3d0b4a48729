//! Error texts of pools, schemas and clients, with their source rows.

use cognate_shapes::Op;

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, not_authorized, unconfirmed};
use crate::facts::action::Action;

// Page tokens.

/// A page token that is altered, too old, or made for something else. ListUsers names the token and the request, whose
/// id is also in the header `x-amzn-requestid` (settled L13); elsewhere [unconfirmed].
pub fn invalid_page_token(action: Action, token: &str, request_id: &str) -> ApiError {
    match action.op() {
        Some(Op::ListUsers) => invalid_parameter(format!(
            "Paging marker {token} is invalid for request {request_id}"
        )),
        _ => invalid_parameter(unconfirmed::INVALID_PAGE_TOKEN),
    }
}

// Schema.

/// Settled P5.
pub fn required_custom_attribute() -> ApiError {
    invalid_parameter("Required custom attributes are not supported currently.")
}

/// Settled P6.
pub fn standard_attribute_changed(name: &str) -> ApiError {
    invalid_parameter(format!(
        "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
    ))
}

/// auth.md 6.9.
pub fn missing_data_type() -> ApiError {
    invalid_parameter(
        "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
    )
}

/// Settled P7; `name` with its prefix.
pub fn duplicate_custom_attribute(name: &str) -> ApiError {
    invalid_parameter(format!(
        "Duplicate custom attribute names {name} are not allowed in a user pool schema."
    ))
}

/// auth.md 6.9; `name` without a prefix, `existing` with its own.
pub fn existing_attribute(name: &str, existing: &str) -> ApiError {
    invalid_parameter(format!(
        "custom:{name}: Existing attribute already has name {existing}."
    ))
}

/// auth.md 6.9; `member` is MinLength, MaxLength, MinValue or MaxValue.
pub fn invalid_constraint(member: &str, name: &str) -> ApiError {
    invalid_parameter(format!("Invalid {member} for schema attribute {name}"))
}

/// auth.md 6.9.
pub fn string_too_long(name: &str) -> ApiError {
    invalid_parameter(format!(
        "user.{name}: String attributes cannot have a length of more than 2048"
    ))
}

/// Settled C10.
pub fn inverted_length(name: &str) -> ApiError {
    invalid_parameter(format!(
        "Attribute {name} cannot have a max length shorter than it's min length"
    ))
}

/// Settled C10.
pub fn inverted_value(name: &str) -> ApiError {
    invalid_parameter(format!(
        "Attribute {name} cannot have a max value smaller than it's min value"
    ))
}

// Pools.

/// Settled C11.
pub fn alias_and_username_attributes() -> ApiError {
    invalid_parameter(
        "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
    )
}

/// Settled P1.
pub fn sms_required_for_verification() -> ApiError {
    invalid_parameter(
        "SMS configuration is required when phone_number is selected for auto verification",
    )
}

/// Settled P2.
pub fn sms_required_for_mfa() -> ApiError {
    invalid_parameter(
        "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
    )
}

/// Settled P3.
pub fn verify_before_update() -> ApiError {
    invalid_parameter(
        "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
    )
}

/// Settled P4.
pub fn unused_account_days() -> ApiError {
    invalid_parameter(
        "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
    )
}

/// Settled P8.
pub fn admin_only_with_others() -> ApiError {
    invalid_parameter(
        "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
    )
}

/// Settled P9.
pub fn duplicate_recovery() -> ApiError {
    invalid_parameter(
        "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
    )
}

/// Settled P10.
pub fn two_pre_token_functions() -> ApiError {
    invalid_parameter(
        "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
    )
}

/// Settled P11.
pub fn kms_key_required() -> ApiError {
    invalid_parameter(
        "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
    )
}

/// Settled P12.
pub fn cross_region_function() -> ApiError {
    invalid_parameter("Cross-region lambda functions are not supported")
}

/// Settled P35: the text carries what KMS says; `region` is the one in the key's ARN.
pub fn kms_key_of_another_region(region: &str) -> ApiError {
    invalid_parameter(format!("Invalid arn {region}"))
}

/// Settled P14.
pub fn invalid_sns_region(region: &str) -> ApiError {
    invalid_parameter(format!(
        "Invalid snsRegion. Allowed SNS region for {region} is {region}"
    ))
}

/// Settled P15.
pub fn invalid_from() -> ApiError {
    invalid_parameter("Provided From email address is invalid")
}

/// Settled P16.
pub fn source_arn_required() -> ApiError {
    invalid_parameter("Source ARN is required to use DEVELOPER email sending owner")
}

/// Settled P17; `regions` in the order of the alphabet.
pub fn invalid_ses_region(regions: &[&str]) -> ApiError {
    invalid_parameter(format!(
        "Provided SourceArn must be in one of the following SES regions: {}.",
        regions.join(", ")
    ))
}

/// admin.md 1.5: no SES identity. The service says so of those of other accounts too, which are accepted here.
pub fn no_email_identity() -> ApiError {
    not_authorized("Email arn does not belong to your account.")
}

/// Settled P23.
pub fn password_must_be_first_factor() -> ApiError {
    invalid_parameter("Password should be configured as one of the allowed first auth factors.")
}

/// Settled P24.
pub fn sms_otp_without_sms() -> ApiError {
    invalid_parameter(
        "SMS_OTP can not be configured as AuthFactor as user pool is missing valid SMS configuration",
    )
}

/// Settled P25.
pub fn first_factors_with_mfa() -> ApiError {
    invalid_parameter(
        "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
    )
}

/// Settled P26.
pub fn passkey_as_only_factor() -> ApiError {
    invalid_parameter(
        "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    )
}

/// Settled C7; a factor together with MFA that is OFF.
pub fn factor_without_mfa() -> ApiError {
    invalid_parameter(
        "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
    )
}

/// Settled C8; MFA without a factor.
pub fn mfa_without_factor() -> ApiError {
    invalid_parameter(
        "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.",
    )
}

/// Settled P19.
pub fn email_mfa_by_default_sender() -> ApiError {
    invalid_parameter(
        "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT",
    )
}

/// Settled P20.
pub fn invalid_relying_party() -> ApiError {
    invalid_parameter("RelyingPartyId contains invalid characters")
}

/// Settled P28-P30; `features` as the service names them.
pub fn features_above_tier(tier: &str, features: &[&str]) -> ApiError {
    api(
        ErrorCode::FeatureUnavailableInTier,
        format!(
            "The following features need to be disabled for the {tier} pricing tier configured: {}",
            features.join(", ")
        ),
    )
}

/// Settled P31, P32: one feature that another operation asks for.
pub fn feature_above_tier(tier: &str, feature: &str) -> ApiError {
    api(
        ErrorCode::FeatureUnavailableInTier,
        format!(
            "The following feature is not available for the {tier} pricing tier configured: {feature}"
        ),
    )
}

/// Not of the service: a command is changing what no operation changes (decision 017), and AddCustomAttributes declares no
/// exception for that.
pub fn attributes_are_changing() -> ApiError {
    invalid_parameter("The attributes of the user pool are being changed.")
}

/// Settled P27, R23: too many others changed the pool or client at the same time.
pub fn concurrent_modification() -> ApiError {
    api(
        ErrorCode::ConcurrentModification,
        unconfirmed::CONCURRENT_MODIFICATION,
    )
}

/// Settled P33.
pub fn deletion_protected() -> ApiError {
    invalid_parameter(
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
         inactivated first.",
    )
}

// Clients.

/// Settled K1.
pub fn url_over_http(url: &str) -> ApiError {
    invalid_parameter(format!("{url} cannot use the HTTP protocol."))
}

/// Settled K2.
pub fn url_with_fragment(url: &str) -> ApiError {
    invalid_parameter(format!("{url} cannot use fragment"))
}

/// Settled K3.
pub fn default_redirect_unlisted(url: &str) -> ApiError {
    invalid_parameter(format!(
        "The default redirect URI {url} is not in the callback URIs list."
    ))
}

/// Settled K4.
pub fn callbacks_required() -> ApiError {
    invalid_parameter("CallbackUrls can not be empty when code flow or implicit flow is selected")
}

/// Settled K5.
pub fn flows_and_scopes_required() -> ApiError {
    invalid_parameter(
        "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    )
}

/// Settled K6; the exception by auth.md 6.9.
pub fn client_credentials_with_others() -> ApiError {
    api(
        ErrorCode::InvalidOAuthFlow,
        "client_credentials flow can not be selected along with code flow or implicit flow.",
    )
}

/// Settled K7; the exception by auth.md 6.9.
pub fn client_credentials_without_secret() -> ApiError {
    api(
        ErrorCode::InvalidOAuthFlow,
        "client_credentials flow can not be selected if client does not have a client secret.",
    )
}

/// admin.md 1.12, seen with openid.
pub fn scope_of_users(scope: &str) -> ApiError {
    api(
        ErrorCode::InvalidOAuthFlow,
        format!("{scope} is not supported with client_credentials flow"),
    )
}

/// Settled K8.
pub fn unknown_scope(scope: &str) -> ApiError {
    api(
        ErrorCode::ScopeDoesNotExist,
        format!("Invalid scope requested: {scope}"),
    )
}

/// Settled K9.
pub fn unknown_provider(provider: &str, pool_id: &str) -> ApiError {
    invalid_parameter(format!(
        "The provider {provider} does not exist for User Pool {pool_id}."
    ))
}

/// Settled K10; `doing` is "creating" or "updating".
pub fn invalid_write_attributes(doing: &str) -> ApiError {
    invalid_parameter(format!(
        "Invalid write attributes specified while {doing} a client"
    ))
}

/// Settled K10; `doing` is "creating" or "updating".
pub fn invalid_read_attributes(doing: &str) -> ApiError {
    invalid_parameter(format!(
        "Invalid read attributes specified while {doing} a client"
    ))
}

/// Settled K11.
pub fn invalid_validity() -> ApiError {
    invalid_parameter("Invalid range for token validity.")
}

/// Settled K12.
pub fn access_outlives_refresh() -> ApiError {
    invalid_parameter(
        "Access and Id Token expiration times must be less than or equal to refresh token expiration times.",
    )
}

/// Settled K13.
pub fn mixed_auth_flows() -> ApiError {
    invalid_parameter(
        "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
    )
}

/// Settled K14.
pub fn context_data_without_secret() -> ApiError {
    invalid_parameter(
        "Client Secret is required to set EnablePropagateAdditionalUserContextData as true",
    )
}

/// Settled K15.
pub fn invalid_analytics() -> ApiError {
    invalid_parameter(
        "Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are \
         valid",
    )
}

/// Settled K16.
pub fn pinpoint_region(region: &str) -> ApiError {
    invalid_parameter(format!(
        "The integration with Pinpoint is not supported for the requested {region} region."
    ))
}

/// Settled K17.
pub fn refresh_flow_with_rotation() -> ApiError {
    invalid_parameter(
        "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled.",
    )
}
