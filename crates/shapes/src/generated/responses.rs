// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The responses of all operations.

use super::prelude::*;

/// The response of `AddCustomAttributes`.
#[derive(Clone, Default, Serialize)]
pub struct AddCustomAttributesResponse {}

/// The response of `AddUserPoolClientSecret`.
#[derive(Clone, Default, Serialize)]
pub struct AddUserPoolClientSecretResponse {
    #[serde(
        rename = "ClientSecretDescriptor",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret_descriptor: Option<ClientSecretDescriptorType>,
}

/// The response of `AdminConfirmSignUp`.
#[derive(Clone, Default, Serialize)]
pub struct AdminConfirmSignUpResponse {}

/// The response of `AdminCreateUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminCreateUserResponse {
    #[serde(rename = "User", skip_serializing_if = "Option::is_none")]
    pub user: Option<UserType>,
}

/// The response of `AdminDeleteSoftwareToken`.
#[derive(Clone, Default, Serialize)]
pub struct AdminDeleteSoftwareTokenResponse {}

/// The response of `AdminDeleteUserAttributes`.
#[derive(Clone, Default, Serialize)]
pub struct AdminDeleteUserAttributesResponse {}

/// The response of `AdminDisableProviderForUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminDisableProviderForUserResponse {}

/// The response of `AdminDisableUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminDisableUserResponse {}

/// The response of `AdminEnableUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminEnableUserResponse {}

/// The response of `AdminGetDevice`.
#[derive(Clone, Default, Serialize)]
pub struct AdminGetDeviceResponse {
    #[serde(rename = "Device")]
    pub device: DeviceType,
}

/// The response of `AdminGetUserAuthFactors`.
#[derive(Clone, Default, Serialize)]
pub struct AdminGetUserAuthFactorsResponse {
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(
        rename = "PreferredMfaSetting",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Option::is_none")]
    pub user_mfa_setting_list: Option<Vec<String>>,
    #[serde(
        rename = "ConfiguredUserAuthFactors",
        skip_serializing_if = "Option::is_none"
    )]
    pub configured_user_auth_factors: Option<Vec<AuthFactorType>>,
}

/// The response of `AdminGetUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminGetUserResponse {
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserAttributes", skip_serializing_if = "Option::is_none")]
    pub user_attributes: Option<Vec<AttributeType>>,
    #[serde(rename = "UserCreateDate", skip_serializing_if = "Option::is_none")]
    pub user_create_date: Option<Timestamp>,
    #[serde(
        rename = "UserLastModifiedDate",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_last_modified_date: Option<Timestamp>,
    #[serde(rename = "Enabled", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(rename = "UserStatus", skip_serializing_if = "Option::is_none")]
    pub user_status: Option<UserStatusType>,
    #[serde(rename = "MFAOptions", skip_serializing_if = "Option::is_none")]
    pub mfa_options: Option<Vec<MFAOptionType>>,
    #[serde(
        rename = "PreferredMfaSetting",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Option::is_none")]
    pub user_mfa_setting_list: Option<Vec<String>>,
}

/// The response of `AdminInitiateAuth`.
#[derive(Clone, Default, Serialize)]
pub struct AdminInitiateAuthResponse {
    #[serde(rename = "ChallengeName", skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeNameType>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(
        rename = "ChallengeParameters",
        skip_serializing_if = "Option::is_none"
    )]
    pub challenge_parameters: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "AuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication_result: Option<AuthenticationResultType>,
    #[serde(
        rename = "AvailableChallenges",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_challenges: Option<Vec<ChallengeNameType>>,
}

/// The response of `AdminLinkProviderForUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminLinkProviderForUserResponse {}

/// The response of `AdminListDevices`.
#[derive(Clone, Default, Serialize)]
pub struct AdminListDevicesResponse {
    #[serde(rename = "Devices", skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceType>>,
    #[serde(rename = "PaginationToken", skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

/// The response of `AdminListGroupsForUser`.
#[derive(Clone, Default, Serialize)]
pub struct AdminListGroupsForUserResponse {
    #[serde(rename = "Groups", skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `AdminListUserAuthEvents`.
#[derive(Clone, Default, Serialize)]
pub struct AdminListUserAuthEventsResponse {
    #[serde(rename = "AuthEvents", skip_serializing_if = "Option::is_none")]
    pub auth_events: Option<Vec<AuthEventType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `AdminListUserSessions`.
#[derive(Clone, Default, Serialize)]
pub struct AdminListUserSessionsResponse {
    #[serde(rename = "Sessions", skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<SessionDescriptionType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `AdminResetUserPassword`.
#[derive(Clone, Default, Serialize)]
pub struct AdminResetUserPasswordResponse {}

/// The response of `AdminRespondToAuthChallenge`.
#[derive(Clone, Default, Serialize)]
pub struct AdminRespondToAuthChallengeResponse {
    #[serde(rename = "ChallengeName", skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeNameType>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(
        rename = "ChallengeParameters",
        skip_serializing_if = "Option::is_none"
    )]
    pub challenge_parameters: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "AuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication_result: Option<AuthenticationResultType>,
    #[serde(
        rename = "AvailableChallenges",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_challenges: Option<Vec<ChallengeNameType>>,
}

/// The response of `AdminRevokeUserSession`.
#[derive(Clone, Default, Serialize)]
pub struct AdminRevokeUserSessionResponse {}

/// The response of `AdminSetUserMFAPreference`.
#[derive(Clone, Default, Serialize)]
pub struct AdminSetUserMFAPreferenceResponse {}

/// The response of `AdminSetUserPassword`.
#[derive(Clone, Default, Serialize)]
pub struct AdminSetUserPasswordResponse {}

/// The response of `AdminSetUserSettings`.
#[derive(Clone, Default, Serialize)]
pub struct AdminSetUserSettingsResponse {}

/// The response of `AdminUpdateAuthEventFeedback`.
#[derive(Clone, Default, Serialize)]
pub struct AdminUpdateAuthEventFeedbackResponse {}

/// The response of `AdminUpdateDeviceStatus`.
#[derive(Clone, Default, Serialize)]
pub struct AdminUpdateDeviceStatusResponse {}

/// The response of `AdminUpdateUserAttributes`.
#[derive(Clone, Default, Serialize)]
pub struct AdminUpdateUserAttributesResponse {}

/// The response of `AdminUserGlobalSignOut`.
#[derive(Clone, Default, Serialize)]
pub struct AdminUserGlobalSignOutResponse {}

/// The response of `AssociateSoftwareToken`.
#[derive(Clone, Default, Serialize)]
pub struct AssociateSoftwareTokenResponse {
    #[serde(rename = "SecretCode", skip_serializing_if = "Option::is_none")]
    pub secret_code: Option<String>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// The response of `CancelPointInTimeRecovery`.
#[derive(Clone, Default, Serialize)]
pub struct CancelPointInTimeRecoveryResponse {
    #[serde(rename = "Restoration", skip_serializing_if = "Option::is_none")]
    pub restoration: Option<RestorationType>,
}

/// The response of `ChangePassword`.
#[derive(Clone, Default, Serialize)]
pub struct ChangePasswordResponse {}

/// The response of `CompleteWebAuthnRegistration`.
#[derive(Clone, Default, Serialize)]
pub struct CompleteWebAuthnRegistrationResponse {}

/// The response of `ConfirmDevice`.
#[derive(Clone, Default, Serialize)]
pub struct ConfirmDeviceResponse {
    #[serde(
        rename = "UserConfirmationNecessary",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_confirmation_necessary: Option<bool>,
}

/// The response of `ConfirmForgotPassword`.
#[derive(Clone, Default, Serialize)]
pub struct ConfirmForgotPasswordResponse {}

/// The response of `ConfirmSignUp`.
#[derive(Clone, Default, Serialize)]
pub struct ConfirmSignUpResponse {
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// The response of `CreateCIMDPolicy`.
#[derive(Clone, Default, Serialize)]
pub struct CreateCIMDPolicyResponse {
    #[serde(rename = "CIMDPolicy")]
    pub cimd_policy: CIMDPolicyType,
}

/// The response of `CreateGroup`.
#[derive(Clone, Default, Serialize)]
pub struct CreateGroupResponse {
    #[serde(rename = "Group", skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupType>,
}

/// The response of `CreateIdentityProvider`.
#[derive(Clone, Default, Serialize)]
pub struct CreateIdentityProviderResponse {
    #[serde(rename = "IdentityProvider")]
    pub identity_provider: IdentityProviderType,
}

/// The response of `CreateManagedLoginBranding`.
#[derive(Clone, Default, Serialize)]
pub struct CreateManagedLoginBrandingResponse {
    #[serde(
        rename = "ManagedLoginBranding",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_branding: Option<ManagedLoginBrandingType>,
}

/// The response of `CreateResourceServer`.
#[derive(Clone, Default, Serialize)]
pub struct CreateResourceServerResponse {
    #[serde(rename = "ResourceServer")]
    pub resource_server: ResourceServerType,
}

/// The response of `CreateTerms`.
#[derive(Clone, Default, Serialize)]
pub struct CreateTermsResponse {
    #[serde(rename = "Terms", skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsType>,
}

/// The response of `CreateUserImportJob`.
#[derive(Clone, Default, Serialize)]
pub struct CreateUserImportJobResponse {
    #[serde(rename = "UserImportJob", skip_serializing_if = "Option::is_none")]
    pub user_import_job: Option<UserImportJobType>,
}

/// The response of `CreateUserPoolClient`.
#[derive(Clone, Default, Serialize)]
pub struct CreateUserPoolClientResponse {
    #[serde(rename = "UserPoolClient", skip_serializing_if = "Option::is_none")]
    pub user_pool_client: Option<UserPoolClientType>,
}

/// The response of `CreateUserPoolDomain`.
#[derive(Clone, Default, Serialize)]
pub struct CreateUserPoolDomainResponse {
    #[serde(
        rename = "ManagedLoginVersion",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_version: Option<i64>,
    #[serde(rename = "CloudFrontDomain", skip_serializing_if = "Option::is_none")]
    pub cloud_front_domain: Option<String>,
    #[serde(rename = "Routing", skip_serializing_if = "Option::is_none")]
    pub routing: Option<RoutingType>,
}

/// The response of `CreateUserPoolReplica`.
#[derive(Clone, Default, Serialize)]
pub struct CreateUserPoolReplicaResponse {
    #[serde(rename = "UserPoolReplica", skip_serializing_if = "Option::is_none")]
    pub user_pool_replica: Option<UserPoolReplicaType>,
}

/// The response of `CreateUserPool`.
#[derive(Clone, Default, Serialize)]
pub struct CreateUserPoolResponse {
    #[serde(rename = "UserPool", skip_serializing_if = "Option::is_none")]
    pub user_pool: Option<UserPoolType>,
}

/// The response of `DeleteCIMDPolicy`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteCIMDPolicyResponse {}

/// The response of `DeleteUserAttributes`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteUserAttributesResponse {}

/// The response of `DeleteUserPoolClientSecret`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteUserPoolClientSecretResponse {}

/// The response of `DeleteUserPoolDomain`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteUserPoolDomainResponse {}

/// The response of `DeleteUserPoolReplica`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteUserPoolReplicaResponse {
    #[serde(rename = "UserPoolReplica", skip_serializing_if = "Option::is_none")]
    pub user_pool_replica: Option<UserPoolReplicaType>,
}

/// The response of `DeleteWebAuthnCredential`.
#[derive(Clone, Default, Serialize)]
pub struct DeleteWebAuthnCredentialResponse {}

/// The response of `DescribeCIMDPolicy`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeCIMDPolicyResponse {
    #[serde(rename = "CIMDPolicy")]
    pub cimd_policy: CIMDPolicyType,
}

/// The response of `DescribeIdentityProvider`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeIdentityProviderResponse {
    #[serde(rename = "IdentityProvider")]
    pub identity_provider: IdentityProviderType,
}

/// The response of `DescribeManagedLoginBrandingByClient`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeManagedLoginBrandingByClientResponse {
    #[serde(
        rename = "ManagedLoginBranding",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_branding: Option<ManagedLoginBrandingType>,
}

/// The response of `DescribeManagedLoginBranding`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeManagedLoginBrandingResponse {
    #[serde(
        rename = "ManagedLoginBranding",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_branding: Option<ManagedLoginBrandingType>,
}

/// The response of `DescribePointInTimeRecovery`.
#[derive(Clone, Default, Serialize)]
pub struct DescribePointInTimeRecoveryResponse {
    #[serde(rename = "Restoration", skip_serializing_if = "Option::is_none")]
    pub restoration: Option<RestorationType>,
}

/// The response of `DescribeResourceServer`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeResourceServerResponse {
    #[serde(rename = "ResourceServer")]
    pub resource_server: ResourceServerType,
}

/// The response of `DescribeRiskConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeRiskConfigurationResponse {
    #[serde(rename = "RiskConfiguration")]
    pub risk_configuration: RiskConfigurationType,
}

/// The response of `DescribeTermsByClient`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeTermsByClientResponse {
    #[serde(rename = "Terms", skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsType>,
}

/// The response of `DescribeTerms`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeTermsResponse {
    #[serde(rename = "Terms", skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsType>,
}

/// The response of `DescribeUserImportJob`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeUserImportJobResponse {
    #[serde(rename = "UserImportJob", skip_serializing_if = "Option::is_none")]
    pub user_import_job: Option<UserImportJobType>,
}

/// The response of `DescribeUserPoolClient`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeUserPoolClientResponse {
    #[serde(rename = "UserPoolClient", skip_serializing_if = "Option::is_none")]
    pub user_pool_client: Option<UserPoolClientType>,
}

/// The response of `DescribeUserPoolDomain`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeUserPoolDomainResponse {
    #[serde(rename = "DomainDescription", skip_serializing_if = "Option::is_none")]
    pub domain_description: Option<DomainDescriptionType>,
}

/// The response of `DescribeUserPool`.
#[derive(Clone, Default, Serialize)]
pub struct DescribeUserPoolResponse {
    #[serde(rename = "UserPool", skip_serializing_if = "Option::is_none")]
    pub user_pool: Option<UserPoolType>,
}

/// The response of `ForgotPassword`.
#[derive(Clone, Default, Serialize)]
pub struct ForgotPasswordResponse {
    #[serde(
        rename = "CodeDeliveryDetails",
        skip_serializing_if = "Option::is_none"
    )]
    pub code_delivery_details: Option<CodeDeliveryDetailsType>,
}

/// The response of `GetCSVHeader`.
#[derive(Clone, Default, Serialize)]
pub struct GetCSVHeaderResponse {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "CSVHeader", skip_serializing_if = "Option::is_none")]
    pub csv_header: Option<Vec<String>>,
}

/// The response of `GetClientToken`.
#[derive(Clone, Default, Serialize)]
pub struct GetClientTokenResponse {
    #[serde(
        rename = "ClientAuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_authentication_result: Option<ClientAuthenticationResultType>,
}

/// The response of `GetDerivedToken`.
#[derive(Clone, Default, Serialize)]
pub struct GetDerivedTokenResponse {
    #[serde(rename = "IssuedToken")]
    pub issued_token: String,
    #[serde(rename = "IssuedTokenType")]
    pub issued_token_type: IssuedTokenTypeIdentifierType,
    #[serde(rename = "TokenType")]
    pub token_type: OAuthTokenTypeType,
    #[serde(rename = "ExpiresIn", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    #[serde(rename = "Scopes", skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// The response of `GetDevice`.
#[derive(Clone, Default, Serialize)]
pub struct GetDeviceResponse {
    #[serde(rename = "Device")]
    pub device: DeviceType,
}

/// The response of `GetGroup`.
#[derive(Clone, Default, Serialize)]
pub struct GetGroupResponse {
    #[serde(rename = "Group", skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupType>,
}

/// The response of `GetIdentityProviderByIdentifier`.
#[derive(Clone, Default, Serialize)]
pub struct GetIdentityProviderByIdentifierResponse {
    #[serde(rename = "IdentityProvider")]
    pub identity_provider: IdentityProviderType,
}

/// The response of `GetLogDeliveryConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct GetLogDeliveryConfigurationResponse {
    #[serde(
        rename = "LogDeliveryConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub log_delivery_configuration: Option<LogDeliveryConfigurationType>,
}

/// The response of `GetProvisionedLimit`.
#[derive(Clone, Default, Serialize)]
pub struct GetProvisionedLimitResponse {
    #[serde(rename = "Limit")]
    pub limit: LimitType,
}

/// The response of `GetSigningCertificate`.
#[derive(Clone, Default, Serialize)]
pub struct GetSigningCertificateResponse {
    #[serde(rename = "Certificate", skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// The response of `GetTokensFromRefreshToken`.
#[derive(Clone, Default, Serialize)]
pub struct GetTokensFromRefreshTokenResponse {
    #[serde(
        rename = "AuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication_result: Option<AuthenticationResultType>,
}

/// The response of `GetUICustomization`.
#[derive(Clone, Default, Serialize)]
pub struct GetUICustomizationResponse {
    #[serde(rename = "UICustomization")]
    pub ui_customization: UICustomizationType,
}

/// The response of `GetUserAttributeVerificationCode`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserAttributeVerificationCodeResponse {
    #[serde(
        rename = "CodeDeliveryDetails",
        skip_serializing_if = "Option::is_none"
    )]
    pub code_delivery_details: Option<CodeDeliveryDetailsType>,
}

/// The response of `GetUserAuthFactors`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserAuthFactorsResponse {
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(
        rename = "PreferredMfaSetting",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Option::is_none")]
    pub user_mfa_setting_list: Option<Vec<String>>,
    #[serde(
        rename = "ConfiguredUserAuthFactors",
        skip_serializing_if = "Option::is_none"
    )]
    pub configured_user_auth_factors: Option<Vec<AuthFactorType>>,
}

/// The response of `GetUserPoolClientSessionConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserPoolClientSessionConfigurationResponse {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "SSOSession", skip_serializing_if = "Option::is_none")]
    pub sso_session: Option<ClientSSOSessionConfigType>,
}

/// The response of `GetUserPoolMfaConfig`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserPoolMfaConfigResponse {
    #[serde(
        rename = "SmsMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_mfa_configuration: Option<SmsMfaConfigType>,
    #[serde(
        rename = "SoftwareTokenMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub software_token_mfa_configuration: Option<SoftwareTokenMfaConfigType>,
    #[serde(
        rename = "EmailMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_mfa_configuration: Option<EmailMfaConfigType>,
    #[serde(rename = "MfaConfiguration", skip_serializing_if = "Option::is_none")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(
        rename = "WebAuthnConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub web_authn_configuration: Option<WebAuthnConfigurationType>,
}

/// The response of `GetUserPoolSessionConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserPoolSessionConfigurationResponse {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(
        rename = "UserSessionTracking",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_session_tracking: Option<UserSessionTrackingType>,
    #[serde(rename = "TokenSession", skip_serializing_if = "Option::is_none")]
    pub token_session: Option<UserPoolTokenSessionConfigType>,
}

/// The response of `GetUser`.
#[derive(Clone, Default, Serialize)]
pub struct GetUserResponse {
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserAttributes")]
    pub user_attributes: Vec<AttributeType>,
    #[serde(rename = "MFAOptions", skip_serializing_if = "Option::is_none")]
    pub mfa_options: Option<Vec<MFAOptionType>>,
    #[serde(
        rename = "PreferredMfaSetting",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Option::is_none")]
    pub user_mfa_setting_list: Option<Vec<String>>,
}

/// The response of `GlobalSignOut`.
#[derive(Clone, Default, Serialize)]
pub struct GlobalSignOutResponse {}

/// The response of `InitiateAuth`.
#[derive(Clone, Default, Serialize)]
pub struct InitiateAuthResponse {
    #[serde(rename = "ChallengeName", skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeNameType>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(
        rename = "ChallengeParameters",
        skip_serializing_if = "Option::is_none"
    )]
    pub challenge_parameters: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "AuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication_result: Option<AuthenticationResultType>,
    #[serde(
        rename = "AvailableChallenges",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_challenges: Option<Vec<ChallengeNameType>>,
}

/// The response of `InitiatePointInTimeRecovery`.
#[derive(Clone, Default, Serialize)]
pub struct InitiatePointInTimeRecoveryResponse {
    #[serde(rename = "Restoration", skip_serializing_if = "Option::is_none")]
    pub restoration: Option<RestorationType>,
}

/// The response of `ListCIMDPolicies`.
#[derive(Clone, Default, Serialize)]
pub struct ListCIMDPoliciesResponse {
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    #[serde(rename = "CIMDPolicies")]
    pub cimd_policies: Vec<CIMDPolicySummaryType>,
}

/// The response of `ListClientMetadataURLs`.
#[derive(Clone, Default, Serialize)]
pub struct ListClientMetadataURLsResponse {
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    #[serde(rename = "ClientMetadataURLs")]
    pub client_metadata_urls: Vec<ClientMetadataURLType>,
}

/// The response of `ListDevices`.
#[derive(Clone, Default, Serialize)]
pub struct ListDevicesResponse {
    #[serde(rename = "Devices", skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceType>>,
    #[serde(rename = "PaginationToken", skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

/// The response of `ListGroups`.
#[derive(Clone, Default, Serialize)]
pub struct ListGroupsResponse {
    #[serde(rename = "Groups", skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListIdentityProviders`.
#[derive(Clone, Default, Serialize)]
pub struct ListIdentityProvidersResponse {
    #[serde(rename = "Providers")]
    pub providers: Vec<ProviderDescription>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListPointInTimeRecoveries`.
#[derive(Clone, Default, Serialize)]
pub struct ListPointInTimeRecoveriesResponse {
    #[serde(rename = "Restorations", skip_serializing_if = "Option::is_none")]
    pub restorations: Option<Vec<RestorationDescriptionType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListResourceServers`.
#[derive(Clone, Default, Serialize)]
pub struct ListResourceServersResponse {
    #[serde(rename = "ResourceServers")]
    pub resource_servers: Vec<ResourceServerType>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListTagsForResource`.
#[derive(Clone, Default, Serialize)]
pub struct ListTagsForResourceResponse {
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

/// The response of `ListTerms`.
#[derive(Clone, Default, Serialize)]
pub struct ListTermsResponse {
    #[serde(rename = "Terms")]
    pub terms: Vec<TermsDescriptionType>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUserImportJobs`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserImportJobsResponse {
    #[serde(rename = "UserImportJobs", skip_serializing_if = "Option::is_none")]
    pub user_import_jobs: Option<Vec<UserImportJobType>>,
    #[serde(rename = "PaginationToken", skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

/// The response of `ListUserPoolClientSecrets`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserPoolClientSecretsResponse {
    #[serde(rename = "ClientSecrets", skip_serializing_if = "Option::is_none")]
    pub client_secrets: Option<Vec<ClientSecretDescriptorType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUserPoolClients`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserPoolClientsResponse {
    #[serde(rename = "UserPoolClients", skip_serializing_if = "Option::is_none")]
    pub user_pool_clients: Option<Vec<UserPoolClientDescription>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUserPoolReplicas`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserPoolReplicasResponse {
    #[serde(rename = "UserPoolReplicas", skip_serializing_if = "Option::is_none")]
    pub user_pool_replicas: Option<Vec<UserPoolReplicaType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUserPools`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserPoolsResponse {
    #[serde(rename = "UserPools", skip_serializing_if = "Option::is_none")]
    pub user_pools: Option<Vec<UserPoolDescriptionType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUserSessions`.
#[derive(Clone, Default, Serialize)]
pub struct ListUserSessionsResponse {
    #[serde(rename = "Sessions", skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<SessionDescriptionType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUsersInGroup`.
#[derive(Clone, Default, Serialize)]
pub struct ListUsersInGroupResponse {
    #[serde(rename = "Users", skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserType>>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ListUsers`.
#[derive(Clone, Default, Serialize)]
pub struct ListUsersResponse {
    #[serde(rename = "Users", skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserType>>,
    #[serde(rename = "PaginationToken", skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

/// The response of `ListWebAuthnCredentials`.
#[derive(Clone, Default, Serialize)]
pub struct ListWebAuthnCredentialsResponse {
    #[serde(rename = "Credentials")]
    pub credentials: Vec<WebAuthnCredentialDescription>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The response of `ResendConfirmationCode`.
#[derive(Clone, Default, Serialize)]
pub struct ResendConfirmationCodeResponse {
    #[serde(
        rename = "CodeDeliveryDetails",
        skip_serializing_if = "Option::is_none"
    )]
    pub code_delivery_details: Option<CodeDeliveryDetailsType>,
}

/// The response of `RespondToAuthChallenge`.
#[derive(Clone, Default, Serialize)]
pub struct RespondToAuthChallengeResponse {
    #[serde(rename = "ChallengeName", skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeNameType>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(
        rename = "ChallengeParameters",
        skip_serializing_if = "Option::is_none"
    )]
    pub challenge_parameters: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "AuthenticationResult",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication_result: Option<AuthenticationResultType>,
    #[serde(
        rename = "AvailableChallenges",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_challenges: Option<Vec<ChallengeNameType>>,
}

/// The response of `RevokeToken`.
#[derive(Clone, Default, Serialize)]
pub struct RevokeTokenResponse {}

/// The response of `RevokeUserSession`.
#[derive(Clone, Default, Serialize)]
pub struct RevokeUserSessionResponse {}

/// The response of `SetLogDeliveryConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct SetLogDeliveryConfigurationResponse {
    #[serde(
        rename = "LogDeliveryConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub log_delivery_configuration: Option<LogDeliveryConfigurationType>,
}

/// The response of `SetRiskConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct SetRiskConfigurationResponse {
    #[serde(rename = "RiskConfiguration")]
    pub risk_configuration: RiskConfigurationType,
}

/// The response of `SetUICustomization`.
#[derive(Clone, Default, Serialize)]
pub struct SetUICustomizationResponse {
    #[serde(rename = "UICustomization")]
    pub ui_customization: UICustomizationType,
}

/// The response of `SetUserMFAPreference`.
#[derive(Clone, Default, Serialize)]
pub struct SetUserMFAPreferenceResponse {}

/// The response of `SetUserPoolClientSessionConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct SetUserPoolClientSessionConfigurationResponse {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "SSOSession", skip_serializing_if = "Option::is_none")]
    pub sso_session: Option<ClientSSOSessionConfigType>,
}

/// The response of `SetUserPoolMfaConfig`.
#[derive(Clone, Default, Serialize)]
pub struct SetUserPoolMfaConfigResponse {
    #[serde(
        rename = "SmsMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_mfa_configuration: Option<SmsMfaConfigType>,
    #[serde(
        rename = "SoftwareTokenMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub software_token_mfa_configuration: Option<SoftwareTokenMfaConfigType>,
    #[serde(
        rename = "EmailMfaConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_mfa_configuration: Option<EmailMfaConfigType>,
    #[serde(rename = "MfaConfiguration", skip_serializing_if = "Option::is_none")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(
        rename = "WebAuthnConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub web_authn_configuration: Option<WebAuthnConfigurationType>,
}

/// The response of `SetUserPoolSessionConfiguration`.
#[derive(Clone, Default, Serialize)]
pub struct SetUserPoolSessionConfigurationResponse {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(
        rename = "UserSessionTracking",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_session_tracking: Option<UserSessionTrackingType>,
    #[serde(rename = "TokenSession", skip_serializing_if = "Option::is_none")]
    pub token_session: Option<UserPoolTokenSessionConfigType>,
}

/// The response of `SetUserSettings`.
#[derive(Clone, Default, Serialize)]
pub struct SetUserSettingsResponse {}

/// The response of `SignUp`.
#[derive(Clone, Default, Serialize)]
pub struct SignUpResponse {
    #[serde(rename = "UserConfirmed")]
    pub user_confirmed: bool,
    #[serde(
        rename = "CodeDeliveryDetails",
        skip_serializing_if = "Option::is_none"
    )]
    pub code_delivery_details: Option<CodeDeliveryDetailsType>,
    #[serde(rename = "UserSub")]
    pub user_sub: String,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// The response of `StartPointInTimeRecovery`.
#[derive(Clone, Default, Serialize)]
pub struct StartPointInTimeRecoveryResponse {
    #[serde(rename = "Restoration", skip_serializing_if = "Option::is_none")]
    pub restoration: Option<RestorationType>,
}

/// The response of `StartUserImportJob`.
#[derive(Clone, Default, Serialize)]
pub struct StartUserImportJobResponse {
    #[serde(rename = "UserImportJob", skip_serializing_if = "Option::is_none")]
    pub user_import_job: Option<UserImportJobType>,
}

/// The response of `StartWebAuthnRegistration`.
#[derive(Clone, Default, Serialize)]
pub struct StartWebAuthnRegistrationResponse {
    #[serde(rename = "CredentialCreationOptions")]
    pub credential_creation_options: Value,
}

/// The response of `StopUserImportJob`.
#[derive(Clone, Default, Serialize)]
pub struct StopUserImportJobResponse {
    #[serde(rename = "UserImportJob", skip_serializing_if = "Option::is_none")]
    pub user_import_job: Option<UserImportJobType>,
}

/// The response of `TagResource`.
#[derive(Clone, Default, Serialize)]
pub struct TagResourceResponse {}

/// The response of `UntagResource`.
#[derive(Clone, Default, Serialize)]
pub struct UntagResourceResponse {}

/// The response of `UpdateAuthEventFeedback`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateAuthEventFeedbackResponse {}

/// The response of `UpdateCIMDPolicy`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateCIMDPolicyResponse {
    #[serde(rename = "CIMDPolicy")]
    pub cimd_policy: CIMDPolicyType,
}

/// The response of `UpdateClientMetadataURLState`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateClientMetadataURLStateResponse {}

/// The response of `UpdateDeviceStatus`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateDeviceStatusResponse {}

/// The response of `UpdateGroup`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateGroupResponse {
    #[serde(rename = "Group", skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupType>,
}

/// The response of `UpdateIdentityProvider`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateIdentityProviderResponse {
    #[serde(rename = "IdentityProvider")]
    pub identity_provider: IdentityProviderType,
}

/// The response of `UpdateManagedLoginBranding`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateManagedLoginBrandingResponse {
    #[serde(
        rename = "ManagedLoginBranding",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_branding: Option<ManagedLoginBrandingType>,
}

/// The response of `UpdateProvisionedLimit`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateProvisionedLimitResponse {
    #[serde(rename = "Limit")]
    pub limit: LimitType,
}

/// The response of `UpdateResourceServer`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateResourceServerResponse {
    #[serde(rename = "ResourceServer")]
    pub resource_server: ResourceServerType,
}

/// The response of `UpdateTerms`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateTermsResponse {
    #[serde(rename = "Terms", skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsType>,
}

/// The response of `UpdateUserAttributes`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateUserAttributesResponse {
    #[serde(
        rename = "CodeDeliveryDetailsList",
        skip_serializing_if = "Option::is_none"
    )]
    pub code_delivery_details_list: Option<Vec<CodeDeliveryDetailsType>>,
}

/// The response of `UpdateUserPoolClient`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateUserPoolClientResponse {
    #[serde(rename = "UserPoolClient", skip_serializing_if = "Option::is_none")]
    pub user_pool_client: Option<UserPoolClientType>,
}

/// The response of `UpdateUserPoolDomain`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateUserPoolDomainResponse {
    #[serde(
        rename = "ManagedLoginVersion",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_version: Option<i64>,
    #[serde(rename = "CloudFrontDomain", skip_serializing_if = "Option::is_none")]
    pub cloud_front_domain: Option<String>,
    #[serde(rename = "Routing", skip_serializing_if = "Option::is_none")]
    pub routing: Option<RoutingType>,
}

/// The response of `UpdateUserPoolReplica`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateUserPoolReplicaResponse {
    #[serde(rename = "UserPoolReplica", skip_serializing_if = "Option::is_none")]
    pub user_pool_replica: Option<UserPoolReplicaType>,
}

/// The response of `UpdateUserPool`.
#[derive(Clone, Default, Serialize)]
pub struct UpdateUserPoolResponse {}

/// The response of `VerifySoftwareToken`.
#[derive(Clone, Default, Serialize)]
pub struct VerifySoftwareTokenResponse {
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<VerifySoftwareTokenResponseType>,
    #[serde(rename = "Session", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// The response of `VerifyUserAttribute`.
#[derive(Clone, Default, Serialize)]
pub struct VerifyUserAttributeResponse {}
