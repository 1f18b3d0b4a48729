// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The requests of all operations.

use super::prelude::*;

/// The request of `AddCustomAttributes`.
#[derive(Clone, Default, Deserialize)]
pub struct AddCustomAttributesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CustomAttributes")]
    pub custom_attributes: Vec<SchemaAttributeType>,
}

/// The request of `AddUserPoolClientSecret`.
#[derive(Clone, Default, Deserialize)]
pub struct AddUserPoolClientSecretRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientSecret")]
    pub client_secret: Option<String>,
}

/// The request of `AdminAddUserToGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminAddUserToGroupRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "GroupName")]
    pub group_name: String,
}

/// The request of `AdminConfirmSignUp`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminConfirmSignUpRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `AdminCreateUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminCreateUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserAttributes")]
    pub user_attributes: Option<Vec<AttributeType>>,
    #[serde(rename = "ValidationData")]
    pub validation_data: Option<Vec<AttributeType>>,
    #[serde(rename = "TemporaryPassword")]
    pub temporary_password: Option<String>,
    #[serde(rename = "ForceAliasCreation")]
    pub force_alias_creation: Option<bool>,
    #[serde(rename = "MessageAction")]
    pub message_action: Option<MessageActionType>,
    #[serde(rename = "DesiredDeliveryMediums")]
    pub desired_delivery_mediums: Option<Vec<DeliveryMediumType>>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `AdminDeleteSoftwareToken`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminDeleteSoftwareTokenRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminDeleteUserAttributes`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminDeleteUserAttributesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserAttributeNames")]
    pub user_attribute_names: Vec<String>,
}

/// The request of `AdminDeleteUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminDeleteUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminDisableProviderForUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminDisableProviderForUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "User")]
    pub user: ProviderUserIdentifierType,
}

/// The request of `AdminDisableUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminDisableUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminEnableUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminEnableUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminForgetDevice`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminForgetDeviceRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
}

/// The request of `AdminGetDevice`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminGetDeviceRequest {
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminGetUserAuthFactors`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminGetUserAuthFactorsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminGetUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminGetUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AdminInitiateAuth`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminInitiateAuthRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "AuthFlow")]
    pub auth_flow: AuthFlowType,
    #[serde(rename = "AuthParameters")]
    pub auth_parameters: Option<BTreeMap<String, String>>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "ContextData")]
    pub context_data: Option<ContextDataType>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
}

/// The request of `AdminLinkProviderForUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminLinkProviderForUserRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "DestinationUser")]
    pub destination_user: ProviderUserIdentifierType,
    #[serde(rename = "SourceUser")]
    pub source_user: ProviderUserIdentifierType,
}

/// The request of `AdminListDevices`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminListDevicesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "PaginationToken")]
    pub pagination_token: Option<String>,
}

/// The request of `AdminListGroupsForUser`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminListGroupsForUserRequest {
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `AdminListUserAuthEvents`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminListUserAuthEventsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `AdminListUserSessions`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminListUserSessionsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `AdminRemoveUserFromGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminRemoveUserFromGroupRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "GroupName")]
    pub group_name: String,
}

/// The request of `AdminResetUserPassword`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminResetUserPasswordRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `AdminRespondToAuthChallenge`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminRespondToAuthChallengeRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ChallengeName")]
    pub challenge_name: ChallengeNameType,
    #[serde(rename = "ChallengeResponses")]
    pub challenge_responses: Option<BTreeMap<String, String>>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "ContextData")]
    pub context_data: Option<ContextDataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `AdminRevokeUserSession`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminRevokeUserSessionRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "SessionId")]
    pub session_id: String,
    #[serde(rename = "RevokeAssociatedSessions")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessionsType>,
}

/// The request of `AdminSetUserMFAPreference`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminSetUserMFAPreferenceRequest {
    #[serde(rename = "SMSMfaSettings")]
    pub sms_mfa_settings: Option<SMSMfaSettingsType>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    pub software_token_mfa_settings: Option<SoftwareTokenMfaSettingsType>,
    #[serde(rename = "EmailMfaSettings")]
    pub email_mfa_settings: Option<EmailMfaSettingsType>,
    #[serde(rename = "WebAuthnMfaSettings")]
    pub web_authn_mfa_settings: Option<WebAuthnMfaSettingsType>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `AdminSetUserPassword`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminSetUserPasswordRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "Password")]
    pub password: String,
    #[serde(rename = "Permanent")]
    pub permanent: Option<bool>,
}

/// The request of `AdminSetUserSettings`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminSetUserSettingsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "MFAOptions")]
    pub mfa_options: Vec<MFAOptionType>,
}

/// The request of `AdminUpdateAuthEventFeedback`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminUpdateAuthEventFeedbackRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "EventId")]
    pub event_id: String,
    #[serde(rename = "FeedbackValue")]
    pub feedback_value: FeedbackValueType,
}

/// The request of `AdminUpdateDeviceStatus`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminUpdateDeviceStatusRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
    #[serde(rename = "DeviceRememberedStatus")]
    pub device_remembered_status: Option<DeviceRememberedStatusType>,
}

/// The request of `AdminUpdateUserAttributes`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminUpdateUserAttributesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "UserAttributes")]
    pub user_attributes: Vec<AttributeType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `AdminUserGlobalSignOut`.
#[derive(Clone, Default, Deserialize)]
pub struct AdminUserGlobalSignOutRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
}

/// The request of `AssociateSoftwareToken`.
#[derive(Clone, Default, Deserialize)]
pub struct AssociateSoftwareTokenRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: Option<String>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
}

/// The request of `CancelPointInTimeRecovery`.
#[derive(Clone, Default, Deserialize)]
pub struct CancelPointInTimeRecoveryRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RestoreId")]
    pub restore_id: String,
}

/// The request of `ChangePassword`.
#[derive(Clone, Default, Deserialize)]
pub struct ChangePasswordRequest {
    #[serde(rename = "PreviousPassword")]
    pub previous_password: Option<String>,
    #[serde(rename = "ProposedPassword")]
    pub proposed_password: String,
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `CompleteWebAuthnRegistration`.
#[derive(Clone, Default, Deserialize)]
pub struct CompleteWebAuthnRegistrationRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "Credential")]
    pub credential: Value,
}

/// The request of `ConfirmDevice`.
#[derive(Clone, Default, Deserialize)]
pub struct ConfirmDeviceRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
    #[serde(rename = "DeviceSecretVerifierConfig")]
    pub device_secret_verifier_config: Option<DeviceSecretVerifierConfigType>,
    #[serde(rename = "DeviceName")]
    pub device_name: Option<String>,
}

/// The request of `ConfirmForgotPassword`.
#[derive(Clone, Default, Deserialize)]
pub struct ConfirmForgotPasswordRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SecretHash")]
    pub secret_hash: Option<String>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "ConfirmationCode")]
    pub confirmation_code: String,
    #[serde(rename = "Password")]
    pub password: String,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `ConfirmSignUp`.
#[derive(Clone, Default, Deserialize)]
pub struct ConfirmSignUpRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SecretHash")]
    pub secret_hash: Option<String>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "ConfirmationCode")]
    pub confirmation_code: String,
    #[serde(rename = "ForceAliasCreation")]
    pub force_alias_creation: Option<bool>,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
}

/// The request of `CreateCIMDPolicy`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateCIMDPolicyRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "PolicyName")]
    pub policy_name: String,
    #[serde(rename = "CacheDuration")]
    pub cache_duration: Option<i64>,
    #[serde(rename = "URLPatterns")]
    pub url_patterns: Vec<String>,
}

/// The request of `CreateGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateGroupRequest {
    #[serde(rename = "GroupName")]
    pub group_name: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Description")]
    pub description: Option<String>,
    #[serde(rename = "RoleArn")]
    pub role_arn: Option<String>,
    #[serde(rename = "Precedence")]
    pub precedence: Option<i64>,
}

/// The request of `CreateIdentityProvider`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateIdentityProviderRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ProviderName")]
    pub provider_name: String,
    #[serde(rename = "ProviderType")]
    pub provider_type: IdentityProviderTypeType,
    #[serde(rename = "ProviderDetails")]
    pub provider_details: BTreeMap<String, String>,
    #[serde(rename = "AttributeMapping")]
    pub attribute_mapping: Option<BTreeMap<String, String>>,
    #[serde(rename = "IdpIdentifiers")]
    pub idp_identifiers: Option<Vec<String>>,
    #[serde(rename = "AcrMapping")]
    pub acr_mapping: Option<BTreeMap<String, String>>,
}

/// The request of `CreateManagedLoginBranding`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateManagedLoginBrandingRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "UseCognitoProvidedValues")]
    pub use_cognito_provided_values: Option<bool>,
    #[serde(rename = "Settings")]
    pub settings: Option<Value>,
    #[serde(rename = "Assets")]
    pub assets: Option<Vec<AssetType>>,
}

/// The request of `CreateResourceServer`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateResourceServerRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Identifier")]
    pub identifier: String,
    #[serde(rename = "Name")]
    pub name: String,
    #[serde(rename = "Scopes")]
    pub scopes: Option<Vec<ResourceServerScopeType>>,
}

/// The request of `CreateTerms`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateTermsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "TermsName")]
    pub terms_name: String,
    #[serde(rename = "TermsSource")]
    pub terms_source: TermsSourceType,
    #[serde(rename = "Enforcement")]
    pub enforcement: TermsEnforcementType,
    #[serde(rename = "Links")]
    pub links: Option<BTreeMap<String, String>>,
}

/// The request of `CreateUserImportJob`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateUserImportJobRequest {
    #[serde(rename = "JobName")]
    pub job_name: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CloudWatchLogsRoleArn")]
    pub cloud_watch_logs_role_arn: String,
    #[serde(rename = "PasswordHashingAlgorithm")]
    pub password_hashing_algorithm: Option<PasswordHashingAlgorithmType>,
}

/// The request of `CreateUserPoolClient`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateUserPoolClientRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientName")]
    pub client_name: String,
    #[serde(rename = "GenerateSecret")]
    pub generate_secret: Option<bool>,
    #[serde(rename = "ClientSecret")]
    pub client_secret: Option<String>,
    #[serde(rename = "RefreshTokenValidity")]
    pub refresh_token_validity: Option<i64>,
    #[serde(rename = "AccessTokenValidity")]
    pub access_token_validity: Option<i64>,
    #[serde(rename = "IdTokenValidity")]
    pub id_token_validity: Option<i64>,
    #[serde(rename = "TokenValidityUnits")]
    pub token_validity_units: Option<TokenValidityUnitsType>,
    #[serde(rename = "ReadAttributes")]
    pub read_attributes: Option<Vec<String>>,
    #[serde(rename = "WriteAttributes")]
    pub write_attributes: Option<Vec<String>>,
    #[serde(rename = "ExplicitAuthFlows")]
    pub explicit_auth_flows: Option<Vec<ExplicitAuthFlowsType>>,
    #[serde(rename = "SupportedIdentityProviders")]
    pub supported_identity_providers: Option<Vec<String>>,
    #[serde(rename = "CallbackURLs")]
    pub callback_urls: Option<Vec<String>>,
    #[serde(rename = "LogoutURLs")]
    pub logout_urls: Option<Vec<String>>,
    #[serde(rename = "DefaultRedirectURI")]
    pub default_redirect_uri: Option<String>,
    #[serde(rename = "AllowedOAuthFlows")]
    pub allowed_oauth_flows: Option<Vec<OAuthFlowType>>,
    #[serde(rename = "AllowedOAuthScopes")]
    pub allowed_oauth_scopes: Option<Vec<String>>,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    pub allowed_oauth_flows_user_pool_client: Option<bool>,
    #[serde(rename = "AnalyticsConfiguration")]
    pub analytics_configuration: Option<AnalyticsConfigurationType>,
    #[serde(rename = "PreventUserExistenceErrors")]
    pub prevent_user_existence_errors: Option<PreventUserExistenceErrorTypes>,
    #[serde(rename = "EnableTokenRevocation")]
    pub enable_token_revocation: Option<bool>,
    #[serde(rename = "EnablePropagateAdditionalUserContextData")]
    pub enable_propagate_additional_user_context_data: Option<bool>,
    #[serde(rename = "AuthSessionValidity")]
    pub auth_session_validity: Option<i64>,
    #[serde(rename = "RefreshTokenRotation")]
    pub refresh_token_rotation: Option<RefreshTokenRotationType>,
    #[serde(rename = "PublishSecretsInAWSSecretsManager")]
    pub publish_secrets_in_aws_secrets_manager: Option<bool>,
}

/// The request of `CreateUserPoolDomain`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateUserPoolDomainRequest {
    #[serde(rename = "Domain")]
    pub domain: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ManagedLoginVersion")]
    pub managed_login_version: Option<i64>,
    #[serde(rename = "CustomDomainConfig")]
    pub custom_domain_config: Option<CustomDomainConfigType>,
    #[serde(rename = "Routing")]
    pub routing: Option<RoutingType>,
}

/// The request of `CreateUserPoolReplica`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateUserPoolReplicaRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RegionName")]
    pub region_name: String,
    #[serde(rename = "UserPoolTags")]
    pub user_pool_tags: Option<BTreeMap<String, String>>,
}

/// The request of `CreateUserPool`.
#[derive(Clone, Default, Deserialize)]
pub struct CreateUserPoolRequest {
    #[serde(rename = "PoolName")]
    pub pool_name: String,
    #[serde(rename = "Policies")]
    pub policies: Option<UserPoolPolicyType>,
    #[serde(rename = "DeletionProtection")]
    pub deletion_protection: Option<DeletionProtectionType>,
    #[serde(rename = "LambdaConfig")]
    pub lambda_config: Option<LambdaConfigType>,
    #[serde(rename = "AutoVerifiedAttributes")]
    pub auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    #[serde(rename = "AliasAttributes")]
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    #[serde(rename = "UsernameAttributes")]
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    #[serde(rename = "SmsVerificationMessage")]
    pub sms_verification_message: Option<String>,
    #[serde(rename = "EmailVerificationMessage")]
    pub email_verification_message: Option<String>,
    #[serde(rename = "EmailVerificationSubject")]
    pub email_verification_subject: Option<String>,
    #[serde(rename = "VerificationMessageTemplate")]
    pub verification_message_template: Option<VerificationMessageTemplateType>,
    #[serde(rename = "SmsAuthenticationMessage")]
    pub sms_authentication_message: Option<String>,
    #[serde(rename = "MfaConfiguration")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(rename = "UserAttributeUpdateSettings")]
    pub user_attribute_update_settings: Option<UserAttributeUpdateSettingsType>,
    #[serde(rename = "DeviceConfiguration")]
    pub device_configuration: Option<DeviceConfigurationType>,
    #[serde(rename = "EmailConfiguration")]
    pub email_configuration: Option<EmailConfigurationType>,
    #[serde(rename = "SmsConfiguration")]
    pub sms_configuration: Option<SmsConfigurationType>,
    #[serde(rename = "UserPoolTags")]
    pub user_pool_tags: Option<BTreeMap<String, String>>,
    #[serde(rename = "AdminCreateUserConfig")]
    pub admin_create_user_config: Option<AdminCreateUserConfigType>,
    #[serde(rename = "Schema")]
    pub schema: Option<Vec<SchemaAttributeType>>,
    #[serde(rename = "UserPoolAddOns")]
    pub user_pool_add_ons: Option<UserPoolAddOnsType>,
    #[serde(rename = "DcrConfiguration")]
    pub dcr_configuration: Option<DcrConfigurationType>,
    #[serde(rename = "UsernameConfiguration")]
    pub username_configuration: Option<UsernameConfigurationType>,
    #[serde(rename = "AccountRecoverySetting")]
    pub account_recovery_setting: Option<AccountRecoverySettingType>,
    #[serde(rename = "UserPoolTier")]
    pub user_pool_tier: Option<UserPoolTierType>,
    #[serde(rename = "KeyConfiguration")]
    pub key_configuration: Option<KeyConfigurationType>,
    #[serde(rename = "IssuerConfiguration")]
    pub issuer_configuration: Option<IssuerConfigurationType>,
    #[serde(rename = "AcrConfiguration")]
    pub acr_configuration: Option<BTreeMap<String, AcrLevelConfigType>>,
}

/// The request of `DeleteCIMDPolicy`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteCIMDPolicyRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
}

/// The request of `DeleteGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteGroupRequest {
    #[serde(rename = "GroupName")]
    pub group_name: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DeleteIdentityProvider`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteIdentityProviderRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ProviderName")]
    pub provider_name: String,
}

/// The request of `DeleteManagedLoginBranding`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteManagedLoginBrandingRequest {
    #[serde(rename = "ManagedLoginBrandingId")]
    pub managed_login_branding_id: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DeleteResourceServer`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteResourceServerRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Identifier")]
    pub identifier: String,
}

/// The request of `DeleteTerms`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteTermsRequest {
    #[serde(rename = "TermsId")]
    pub terms_id: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DeleteUserAttributes`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserAttributesRequest {
    #[serde(rename = "UserAttributeNames")]
    pub user_attribute_names: Vec<String>,
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `DeleteUserPoolClient`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserPoolClientRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
}

/// The request of `DeleteUserPoolClientSecret`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserPoolClientSecretRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientSecretId")]
    pub client_secret_id: String,
}

/// The request of `DeleteUserPoolDomain`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserPoolDomainRequest {
    #[serde(rename = "Domain")]
    pub domain: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DeleteUserPoolReplica`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserPoolReplicaRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RegionName")]
    pub region_name: String,
}

/// The request of `DeleteUserPool`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserPoolRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DeleteUser`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteUserRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `DeleteWebAuthnCredential`.
#[derive(Clone, Default, Deserialize)]
pub struct DeleteWebAuthnCredentialRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "CredentialId")]
    pub credential_id: String,
}

/// The request of `DescribeCIMDPolicy`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeCIMDPolicyRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
}

/// The request of `DescribeIdentityProvider`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeIdentityProviderRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ProviderName")]
    pub provider_name: String,
}

/// The request of `DescribeManagedLoginBrandingByClient`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeManagedLoginBrandingByClientRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ReturnMergedResources")]
    pub return_merged_resources: Option<bool>,
}

/// The request of `DescribeManagedLoginBranding`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeManagedLoginBrandingRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ManagedLoginBrandingId")]
    pub managed_login_branding_id: String,
    #[serde(rename = "ReturnMergedResources")]
    pub return_merged_resources: Option<bool>,
}

/// The request of `DescribePointInTimeRecovery`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribePointInTimeRecoveryRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RestoreId")]
    pub restore_id: String,
}

/// The request of `DescribeResourceServer`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeResourceServerRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Identifier")]
    pub identifier: String,
}

/// The request of `DescribeRiskConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeRiskConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: Option<String>,
}

/// The request of `DescribeTermsByClient`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeTermsByClientRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "TermsName")]
    pub terms_name: String,
}

/// The request of `DescribeTerms`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeTermsRequest {
    #[serde(rename = "TermsId")]
    pub terms_id: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `DescribeUserImportJob`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeUserImportJobRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "JobId")]
    pub job_id: String,
}

/// The request of `DescribeUserPoolClient`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeUserPoolClientRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
}

/// The request of `DescribeUserPoolDomain`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeUserPoolDomainRequest {
    #[serde(rename = "Domain")]
    pub domain: String,
}

/// The request of `DescribeUserPool`.
#[derive(Clone, Default, Deserialize)]
pub struct DescribeUserPoolRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `ForgetDevice`.
#[derive(Clone, Default, Deserialize)]
pub struct ForgetDeviceRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: Option<String>,
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
}

/// The request of `ForgotPassword`.
#[derive(Clone, Default, Deserialize)]
pub struct ForgotPasswordRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SecretHash")]
    pub secret_hash: Option<String>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `GetCSVHeader`.
#[derive(Clone, Default, Deserialize)]
pub struct GetCSVHeaderRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetClientToken`.
#[derive(Clone, Default, Deserialize)]
pub struct GetClientTokenRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "Secret")]
    pub secret: String,
    #[serde(rename = "Scopes")]
    pub scopes: Option<Vec<String>>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `GetDerivedToken`.
#[derive(Clone, Default, Deserialize)]
pub struct GetDerivedTokenRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientSecret")]
    pub client_secret: Option<String>,
    #[serde(rename = "SubjectToken")]
    pub subject_token: String,
    #[serde(rename = "SubjectTokenType")]
    pub subject_token_type: TokenTypeIdentifierType,
    #[serde(rename = "SubjectTokenProviderName")]
    pub subject_token_provider_name: Option<String>,
    #[serde(rename = "ActorToken")]
    pub actor_token: Option<String>,
    #[serde(rename = "ActorTokenType")]
    pub actor_token_type: Option<TokenTypeIdentifierType>,
    #[serde(rename = "ActorTokenProviderName")]
    pub actor_token_provider_name: Option<String>,
    #[serde(rename = "Scopes")]
    pub scopes: Option<Vec<String>>,
    #[serde(rename = "Audiences")]
    pub audiences: Option<Vec<String>>,
    #[serde(rename = "Resources")]
    pub resources: Option<Vec<String>>,
    #[serde(rename = "RequestedTokenType")]
    pub requested_token_type: Option<IssuedTokenTypeIdentifierType>,
}

/// The request of `GetDevice`.
#[derive(Clone, Default, Deserialize)]
pub struct GetDeviceRequest {
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
    #[serde(rename = "AccessToken")]
    pub access_token: Option<String>,
}

/// The request of `GetGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct GetGroupRequest {
    #[serde(rename = "GroupName")]
    pub group_name: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetIdentityProviderByIdentifier`.
#[derive(Clone, Default, Deserialize)]
pub struct GetIdentityProviderByIdentifierRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "IdpIdentifier")]
    pub idp_identifier: String,
}

/// The request of `GetLogDeliveryConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct GetLogDeliveryConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetProvisionedLimit`.
#[derive(Clone, Default, Deserialize)]
pub struct GetProvisionedLimitRequest {
    #[serde(rename = "LimitDefinition")]
    pub limit_definition: LimitDefinitionType,
}

/// The request of `GetSigningCertificate`.
#[derive(Clone, Default, Deserialize)]
pub struct GetSigningCertificateRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetTokensFromRefreshToken`.
#[derive(Clone, Default, Deserialize)]
pub struct GetTokensFromRefreshTokenRequest {
    #[serde(rename = "RefreshToken")]
    pub refresh_token: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientSecret")]
    pub client_secret: Option<String>,
    #[serde(rename = "DeviceKey")]
    pub device_key: Option<String>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `GetUICustomization`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUICustomizationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: Option<String>,
}

/// The request of `GetUserAttributeVerificationCode`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserAttributeVerificationCodeRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "AttributeName")]
    pub attribute_name: String,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `GetUserAuthFactors`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserAuthFactorsRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `GetUserPoolClientSessionConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserPoolClientSessionConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
}

/// The request of `GetUserPoolMfaConfig`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserPoolMfaConfigRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetUserPoolSessionConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserPoolSessionConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
}

/// The request of `GetUser`.
#[derive(Clone, Default, Deserialize)]
pub struct GetUserRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `GlobalSignOut`.
#[derive(Clone, Default, Deserialize)]
pub struct GlobalSignOutRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `InitiateAuth`.
#[derive(Clone, Default, Deserialize)]
pub struct InitiateAuthRequest {
    #[serde(rename = "AuthFlow")]
    pub auth_flow: AuthFlowType,
    #[serde(rename = "AuthParameters")]
    pub auth_parameters: Option<BTreeMap<String, String>>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
}

/// The request of `InitiatePointInTimeRecovery`.
#[derive(Clone, Default, Deserialize)]
pub struct InitiatePointInTimeRecoveryRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RestoreTimestamp")]
    pub restore_timestamp: Timestamp,
}

/// The request of `ListCIMDPolicies`.
#[derive(Clone, Default, Deserialize)]
pub struct ListCIMDPoliciesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
}

/// The request of `ListClientMetadataURLs`.
#[derive(Clone, Default, Deserialize)]
pub struct ListClientMetadataURLsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
}

/// The request of `ListDevices`.
#[derive(Clone, Default, Deserialize)]
pub struct ListDevicesRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "PaginationToken")]
    pub pagination_token: Option<String>,
}

/// The request of `ListGroups`.
#[derive(Clone, Default, Deserialize)]
pub struct ListGroupsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListIdentityProviders`.
#[derive(Clone, Default, Deserialize)]
pub struct ListIdentityProvidersRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListPointInTimeRecoveries`.
#[derive(Clone, Default, Deserialize)]
pub struct ListPointInTimeRecoveriesRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
}

/// The request of `ListResourceServers`.
#[derive(Clone, Default, Deserialize)]
pub struct ListResourceServersRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListTagsForResource`.
#[derive(Clone, Default, Deserialize)]
pub struct ListTagsForResourceRequest {
    #[serde(rename = "ResourceArn")]
    pub resource_arn: String,
}

/// The request of `ListTerms`.
#[derive(Clone, Default, Deserialize)]
pub struct ListTermsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListUserImportJobs`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserImportJobsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "MaxResults")]
    pub max_results: i64,
    #[serde(rename = "PaginationToken")]
    pub pagination_token: Option<String>,
}

/// The request of `ListUserPoolClientSecrets`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserPoolClientSecretsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListUserPoolClients`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserPoolClientsRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "ClientType")]
    pub client_type: Option<ClientTypeType>,
}

/// The request of `ListUserPoolReplicas`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserPoolReplicasRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListUserPools`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserPoolsRequest {
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    pub max_results: i64,
}

/// The request of `ListUserSessions`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUserSessionsRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListUsersInGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUsersInGroupRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "GroupName")]
    pub group_name: String,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
}

/// The request of `ListUsers`.
#[derive(Clone, Default, Deserialize)]
pub struct ListUsersRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "AttributesToGet")]
    pub attributes_to_get: Option<Vec<String>>,
    #[serde(rename = "Limit")]
    pub limit: Option<i64>,
    #[serde(rename = "PaginationToken")]
    pub pagination_token: Option<String>,
    #[serde(rename = "Filter")]
    pub filter: Option<String>,
}

/// The request of `ListWebAuthnCredentials`.
#[derive(Clone, Default, Deserialize)]
pub struct ListWebAuthnCredentialsRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "NextToken")]
    pub next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    pub max_results: Option<i64>,
}

/// The request of `ResendConfirmationCode`.
#[derive(Clone, Default, Deserialize)]
pub struct ResendConfirmationCodeRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SecretHash")]
    pub secret_hash: Option<String>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `RespondToAuthChallenge`.
#[derive(Clone, Default, Deserialize)]
pub struct RespondToAuthChallengeRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ChallengeName")]
    pub challenge_name: ChallengeNameType,
    #[serde(rename = "Session")]
    pub session: Option<String>,
    #[serde(rename = "ChallengeResponses")]
    pub challenge_responses: Option<BTreeMap<String, String>>,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `RevokeToken`.
#[derive(Clone, Default, Deserialize)]
pub struct RevokeTokenRequest {
    #[serde(rename = "Token")]
    pub token: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientSecret")]
    pub client_secret: Option<String>,
    #[serde(rename = "RevokeAssociatedSessions")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessionsType>,
}

/// The request of `RevokeUserSession`.
#[derive(Clone, Default, Deserialize)]
pub struct RevokeUserSessionRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "SessionId")]
    pub session_id: String,
    #[serde(rename = "RevokeAssociatedSessions")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessionsType>,
}

/// The request of `SetLogDeliveryConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct SetLogDeliveryConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "LogConfigurations")]
    pub log_configurations: Vec<LogConfigurationType>,
}

/// The request of `SetRiskConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct SetRiskConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: Option<String>,
    #[serde(rename = "CompromisedCredentialsRiskConfiguration")]
    pub compromised_credentials_risk_configuration:
        Option<CompromisedCredentialsRiskConfigurationType>,
    #[serde(rename = "AccountTakeoverRiskConfiguration")]
    pub account_takeover_risk_configuration: Option<AccountTakeoverRiskConfigurationType>,
    #[serde(rename = "RiskExceptionConfiguration")]
    pub risk_exception_configuration: Option<RiskExceptionConfigurationType>,
}

/// The request of `SetUICustomization`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUICustomizationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: Option<String>,
    #[serde(rename = "CSS")]
    pub css: Option<String>,
    #[serde(rename = "ImageFile")]
    pub image_file: Option<Blob>,
}

/// The request of `SetUserMFAPreference`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUserMFAPreferenceRequest {
    #[serde(rename = "SMSMfaSettings")]
    pub sms_mfa_settings: Option<SMSMfaSettingsType>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    pub software_token_mfa_settings: Option<SoftwareTokenMfaSettingsType>,
    #[serde(rename = "EmailMfaSettings")]
    pub email_mfa_settings: Option<EmailMfaSettingsType>,
    #[serde(rename = "WebAuthnMfaSettings")]
    pub web_authn_mfa_settings: Option<WebAuthnMfaSettingsType>,
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `SetUserPoolClientSessionConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUserPoolClientSessionConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SSOSession")]
    pub sso_session: ClientSSOSessionConfigType,
}

/// The request of `SetUserPoolMfaConfig`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUserPoolMfaConfigRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "SmsMfaConfiguration")]
    pub sms_mfa_configuration: Option<SmsMfaConfigType>,
    #[serde(rename = "SoftwareTokenMfaConfiguration")]
    pub software_token_mfa_configuration: Option<SoftwareTokenMfaConfigType>,
    #[serde(rename = "EmailMfaConfiguration")]
    pub email_mfa_configuration: Option<EmailMfaConfigType>,
    #[serde(rename = "MfaConfiguration")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(rename = "WebAuthnConfiguration")]
    pub web_authn_configuration: Option<WebAuthnConfigurationType>,
}

/// The request of `SetUserPoolSessionConfiguration`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUserPoolSessionConfigurationRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "UserSessionTracking")]
    pub user_session_tracking: UserSessionTrackingType,
    #[serde(rename = "TokenSession")]
    pub token_session: UserPoolTokenSessionConfigType,
}

/// The request of `SetUserSettings`.
#[derive(Clone, Default, Deserialize)]
pub struct SetUserSettingsRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "MFAOptions")]
    pub mfa_options: Vec<MFAOptionType>,
}

/// The request of `SignUp`.
#[derive(Clone, Default, Deserialize)]
pub struct SignUpRequest {
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "SecretHash")]
    pub secret_hash: Option<String>,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "Password")]
    pub password: Option<String>,
    #[serde(rename = "UserAttributes")]
    pub user_attributes: Option<Vec<AttributeType>>,
    #[serde(rename = "ValidationData")]
    pub validation_data: Option<Vec<AttributeType>>,
    #[serde(rename = "AnalyticsMetadata")]
    pub analytics_metadata: Option<AnalyticsMetadataType>,
    #[serde(rename = "UserContextData")]
    pub user_context_data: Option<UserContextDataType>,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `StartPointInTimeRecovery`.
#[derive(Clone, Default, Deserialize)]
pub struct StartPointInTimeRecoveryRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RestoreId")]
    pub restore_id: String,
}

/// The request of `StartUserImportJob`.
#[derive(Clone, Default, Deserialize)]
pub struct StartUserImportJobRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "JobId")]
    pub job_id: String,
}

/// The request of `StartWebAuthnRegistration`.
#[derive(Clone, Default, Deserialize)]
pub struct StartWebAuthnRegistrationRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
}

/// The request of `StopUserImportJob`.
#[derive(Clone, Default, Deserialize)]
pub struct StopUserImportJobRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "JobId")]
    pub job_id: String,
}

/// The request of `TagResource`.
#[derive(Clone, Default, Deserialize)]
pub struct TagResourceRequest {
    #[serde(rename = "ResourceArn")]
    pub resource_arn: String,
    #[serde(rename = "Tags")]
    pub tags: BTreeMap<String, String>,
}

/// The request of `UntagResource`.
#[derive(Clone, Default, Deserialize)]
pub struct UntagResourceRequest {
    #[serde(rename = "ResourceArn")]
    pub resource_arn: String,
    #[serde(rename = "TagKeys")]
    pub tag_keys: Vec<String>,
}

/// The request of `UpdateAuthEventFeedback`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateAuthEventFeedbackRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Username")]
    pub username: String,
    #[serde(rename = "EventId")]
    pub event_id: String,
    #[serde(rename = "FeedbackToken")]
    pub feedback_token: String,
    #[serde(rename = "FeedbackValue")]
    pub feedback_value: FeedbackValueType,
}

/// The request of `UpdateCIMDPolicy`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateCIMDPolicyRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "PolicyName")]
    pub policy_name: Option<String>,
    #[serde(rename = "CacheDuration")]
    pub cache_duration: Option<i64>,
    #[serde(rename = "URLPatterns")]
    pub url_patterns: Vec<String>,
}

/// The request of `UpdateClientMetadataURLState`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateClientMetadataURLStateRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
    #[serde(rename = "URL")]
    pub url: String,
    #[serde(rename = "Action")]
    pub action: CIMDCacheActionType,
}

/// The request of `UpdateDeviceStatus`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateDeviceStatusRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "DeviceKey")]
    pub device_key: String,
    #[serde(rename = "DeviceRememberedStatus")]
    pub device_remembered_status: Option<DeviceRememberedStatusType>,
}

/// The request of `UpdateGroup`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateGroupRequest {
    #[serde(rename = "GroupName")]
    pub group_name: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Description")]
    pub description: Option<String>,
    #[serde(rename = "RoleArn")]
    pub role_arn: Option<String>,
    #[serde(rename = "Precedence")]
    pub precedence: Option<i64>,
}

/// The request of `UpdateIdentityProvider`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateIdentityProviderRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ProviderName")]
    pub provider_name: String,
    #[serde(rename = "ProviderDetails")]
    pub provider_details: Option<BTreeMap<String, String>>,
    #[serde(rename = "AttributeMapping")]
    pub attribute_mapping: Option<BTreeMap<String, String>>,
    #[serde(rename = "IdpIdentifiers")]
    pub idp_identifiers: Option<Vec<String>>,
    #[serde(rename = "AcrMapping")]
    pub acr_mapping: Option<BTreeMap<String, String>>,
}

/// The request of `UpdateManagedLoginBranding`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateManagedLoginBrandingRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ManagedLoginBrandingId")]
    pub managed_login_branding_id: Option<String>,
    #[serde(rename = "UseCognitoProvidedValues")]
    pub use_cognito_provided_values: Option<bool>,
    #[serde(rename = "Settings")]
    pub settings: Option<Value>,
    #[serde(rename = "Assets")]
    pub assets: Option<Vec<AssetType>>,
}

/// The request of `UpdateProvisionedLimit`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateProvisionedLimitRequest {
    #[serde(rename = "LimitDefinition")]
    pub limit_definition: LimitDefinitionType,
    #[serde(rename = "RequestedLimitValue")]
    pub requested_limit_value: i64,
}

/// The request of `UpdateResourceServer`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateResourceServerRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Identifier")]
    pub identifier: String,
    #[serde(rename = "Name")]
    pub name: String,
    #[serde(rename = "Scopes")]
    pub scopes: Option<Vec<ResourceServerScopeType>>,
}

/// The request of `UpdateTerms`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateTermsRequest {
    #[serde(rename = "TermsId")]
    pub terms_id: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "TermsName")]
    pub terms_name: Option<String>,
    #[serde(rename = "TermsSource")]
    pub terms_source: Option<TermsSourceType>,
    #[serde(rename = "Enforcement")]
    pub enforcement: Option<TermsEnforcementType>,
    #[serde(rename = "Links")]
    pub links: Option<BTreeMap<String, String>>,
}

/// The request of `UpdateUserAttributes`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateUserAttributesRequest {
    #[serde(rename = "UserAttributes")]
    pub user_attributes: Vec<AttributeType>,
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "ClientMetadata")]
    pub client_metadata: Option<BTreeMap<String, String>>,
}

/// The request of `UpdateUserPoolClient`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateUserPoolClientRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ClientId")]
    pub client_id: String,
    #[serde(rename = "ClientName")]
    pub client_name: Option<String>,
    #[serde(rename = "RefreshTokenValidity")]
    pub refresh_token_validity: Option<i64>,
    #[serde(rename = "AccessTokenValidity")]
    pub access_token_validity: Option<i64>,
    #[serde(rename = "IdTokenValidity")]
    pub id_token_validity: Option<i64>,
    #[serde(rename = "TokenValidityUnits")]
    pub token_validity_units: Option<TokenValidityUnitsType>,
    #[serde(rename = "ReadAttributes")]
    pub read_attributes: Option<Vec<String>>,
    #[serde(rename = "WriteAttributes")]
    pub write_attributes: Option<Vec<String>>,
    #[serde(rename = "ExplicitAuthFlows")]
    pub explicit_auth_flows: Option<Vec<ExplicitAuthFlowsType>>,
    #[serde(rename = "SupportedIdentityProviders")]
    pub supported_identity_providers: Option<Vec<String>>,
    #[serde(rename = "CallbackURLs")]
    pub callback_urls: Option<Vec<String>>,
    #[serde(rename = "LogoutURLs")]
    pub logout_urls: Option<Vec<String>>,
    #[serde(rename = "DefaultRedirectURI")]
    pub default_redirect_uri: Option<String>,
    #[serde(rename = "AllowedOAuthFlows")]
    pub allowed_oauth_flows: Option<Vec<OAuthFlowType>>,
    #[serde(rename = "AllowedOAuthScopes")]
    pub allowed_oauth_scopes: Option<Vec<String>>,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    pub allowed_oauth_flows_user_pool_client: Option<bool>,
    #[serde(rename = "AnalyticsConfiguration")]
    pub analytics_configuration: Option<AnalyticsConfigurationType>,
    #[serde(rename = "PreventUserExistenceErrors")]
    pub prevent_user_existence_errors: Option<PreventUserExistenceErrorTypes>,
    #[serde(rename = "EnableTokenRevocation")]
    pub enable_token_revocation: Option<bool>,
    #[serde(rename = "EnablePropagateAdditionalUserContextData")]
    pub enable_propagate_additional_user_context_data: Option<bool>,
    #[serde(rename = "AuthSessionValidity")]
    pub auth_session_validity: Option<i64>,
    #[serde(rename = "RefreshTokenRotation")]
    pub refresh_token_rotation: Option<RefreshTokenRotationType>,
    #[serde(rename = "PublishSecretsInAWSSecretsManager")]
    pub publish_secrets_in_aws_secrets_manager: Option<bool>,
}

/// The request of `UpdateUserPoolDomain`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateUserPoolDomainRequest {
    #[serde(rename = "Domain")]
    pub domain: String,
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "ManagedLoginVersion")]
    pub managed_login_version: Option<i64>,
    #[serde(rename = "CustomDomainConfig")]
    pub custom_domain_config: Option<CustomDomainConfigType>,
    #[serde(rename = "Routing")]
    pub routing: Option<RoutingType>,
}

/// The request of `UpdateUserPoolReplica`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateUserPoolReplicaRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "RegionName")]
    pub region_name: String,
    #[serde(rename = "Status")]
    pub status: UpdateReplicaStatusType,
}

/// The request of `UpdateUserPool`.
#[derive(Clone, Default, Deserialize)]
pub struct UpdateUserPoolRequest {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "Policies")]
    pub policies: Option<UserPoolPolicyType>,
    #[serde(rename = "DeletionProtection")]
    pub deletion_protection: Option<DeletionProtectionType>,
    #[serde(rename = "LambdaConfig")]
    pub lambda_config: Option<LambdaConfigType>,
    #[serde(rename = "AutoVerifiedAttributes")]
    pub auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    #[serde(rename = "SmsVerificationMessage")]
    pub sms_verification_message: Option<String>,
    #[serde(rename = "EmailVerificationMessage")]
    pub email_verification_message: Option<String>,
    #[serde(rename = "EmailVerificationSubject")]
    pub email_verification_subject: Option<String>,
    #[serde(rename = "VerificationMessageTemplate")]
    pub verification_message_template: Option<VerificationMessageTemplateType>,
    #[serde(rename = "SmsAuthenticationMessage")]
    pub sms_authentication_message: Option<String>,
    #[serde(rename = "UserAttributeUpdateSettings")]
    pub user_attribute_update_settings: Option<UserAttributeUpdateSettingsType>,
    #[serde(rename = "MfaConfiguration")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(rename = "DeviceConfiguration")]
    pub device_configuration: Option<DeviceConfigurationType>,
    #[serde(rename = "EmailConfiguration")]
    pub email_configuration: Option<EmailConfigurationType>,
    #[serde(rename = "SmsConfiguration")]
    pub sms_configuration: Option<SmsConfigurationType>,
    #[serde(rename = "UserPoolTags")]
    pub user_pool_tags: Option<BTreeMap<String, String>>,
    #[serde(rename = "AdminCreateUserConfig")]
    pub admin_create_user_config: Option<AdminCreateUserConfigType>,
    #[serde(rename = "UserPoolAddOns")]
    pub user_pool_add_ons: Option<UserPoolAddOnsType>,
    #[serde(rename = "DcrConfiguration")]
    pub dcr_configuration: Option<DcrConfigurationType>,
    #[serde(rename = "AccountRecoverySetting")]
    pub account_recovery_setting: Option<AccountRecoverySettingType>,
    #[serde(rename = "PoolName")]
    pub pool_name: Option<String>,
    #[serde(rename = "UserPoolTier")]
    pub user_pool_tier: Option<UserPoolTierType>,
    #[serde(rename = "KeyConfiguration")]
    pub key_configuration: Option<KeyConfigurationType>,
    #[serde(rename = "IssuerConfiguration")]
    pub issuer_configuration: Option<IssuerConfigurationType>,
    #[serde(rename = "AcrConfiguration")]
    pub acr_configuration: Option<BTreeMap<String, AcrLevelConfigType>>,
}

/// The request of `VerifySoftwareToken`.
#[derive(Clone, Default, Deserialize)]
pub struct VerifySoftwareTokenRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: Option<String>,
    #[serde(rename = "Session")]
    pub session: Option<String>,
    #[serde(rename = "UserCode")]
    pub user_code: String,
    #[serde(rename = "FriendlyDeviceName")]
    pub friendly_device_name: Option<String>,
}

/// The request of `VerifyUserAttribute`.
#[derive(Clone, Default, Deserialize)]
pub struct VerifyUserAttributeRequest {
    #[serde(rename = "AccessToken")]
    pub access_token: String,
    #[serde(rename = "AttributeName")]
    pub attribute_name: String,
    #[serde(rename = "Code")]
    pub code: String,
}
