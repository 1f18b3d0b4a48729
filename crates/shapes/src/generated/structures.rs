// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The structures inside requests and responses.

use super::prelude::*;

/// The structure `AccountRecoverySettingType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountRecoverySettingType {
    #[serde(rename = "RecoveryMechanisms", skip_serializing_if = "Option::is_none")]
    pub recovery_mechanisms: Option<Vec<RecoveryOptionType>>,
}

/// The structure `AccountTakeoverActionType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountTakeoverActionType {
    #[serde(rename = "Notify")]
    pub notify: bool,
    #[serde(rename = "EventAction")]
    pub event_action: AccountTakeoverEventActionType,
}

/// The structure `AccountTakeoverActionsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountTakeoverActionsType {
    #[serde(rename = "LowAction", skip_serializing_if = "Option::is_none")]
    pub low_action: Option<AccountTakeoverActionType>,
    #[serde(rename = "MediumAction", skip_serializing_if = "Option::is_none")]
    pub medium_action: Option<AccountTakeoverActionType>,
    #[serde(rename = "HighAction", skip_serializing_if = "Option::is_none")]
    pub high_action: Option<AccountTakeoverActionType>,
}

/// The structure `AccountTakeoverRiskConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountTakeoverRiskConfigurationType {
    #[serde(
        rename = "NotifyConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub notify_configuration: Option<NotifyConfigurationType>,
    #[serde(rename = "Actions")]
    pub actions: AccountTakeoverActionsType,
}

/// The structure `AcrLevelConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AcrLevelConfigType {
    #[serde(rename = "AcrValue")]
    pub acr_value: String,
}

/// The structure `AdminCreateUserConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AdminCreateUserConfigType {
    #[serde(
        rename = "AllowAdminCreateUserOnly",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_admin_create_user_only: Option<bool>,
    #[serde(
        rename = "UnusedAccountValidityDays",
        skip_serializing_if = "Option::is_none"
    )]
    pub unused_account_validity_days: Option<i64>,
    #[serde(
        rename = "InviteMessageTemplate",
        skip_serializing_if = "Option::is_none"
    )]
    pub invite_message_template: Option<MessageTemplateType>,
}

/// The structure `AdvancedSecurityAdditionalFlowsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AdvancedSecurityAdditionalFlowsType {
    #[serde(rename = "CustomAuthMode", skip_serializing_if = "Option::is_none")]
    pub custom_auth_mode: Option<AdvancedSecurityEnabledModeType>,
}

/// The structure `AnalyticsConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnalyticsConfigurationType {
    #[serde(rename = "ApplicationId", skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    #[serde(rename = "ApplicationArn", skip_serializing_if = "Option::is_none")]
    pub application_arn: Option<String>,
    #[serde(rename = "RoleArn", skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    #[serde(rename = "ExternalId", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(rename = "UserDataShared", skip_serializing_if = "Option::is_none")]
    pub user_data_shared: Option<bool>,
}

/// The structure `AnalyticsMetadataType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct AnalyticsMetadataType {
    #[serde(rename = "AnalyticsEndpointId")]
    pub analytics_endpoint_id: Option<String>,
}

/// The structure `AssetType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AssetType {
    #[serde(rename = "Category")]
    pub category: AssetCategoryType,
    #[serde(rename = "ColorMode")]
    pub color_mode: ColorSchemeModeType,
    #[serde(rename = "Extension")]
    pub extension: AssetExtensionType,
    #[serde(rename = "Bytes", skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Blob>,
    #[serde(rename = "ResourceId", skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
}

/// The structure `AttributeType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttributeType {
    #[serde(rename = "Name")]
    pub name: String,
    #[serde(rename = "Value", skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The structure `AuthEventType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct AuthEventType {
    #[serde(rename = "EventId", skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    #[serde(rename = "EventType", skip_serializing_if = "Option::is_none")]
    pub event_type: Option<EventType>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "EventResponse", skip_serializing_if = "Option::is_none")]
    pub event_response: Option<EventResponseType>,
    #[serde(rename = "EventRisk", skip_serializing_if = "Option::is_none")]
    pub event_risk: Option<EventRiskType>,
    #[serde(rename = "ChallengeResponses", skip_serializing_if = "Option::is_none")]
    pub challenge_responses: Option<Vec<ChallengeResponseType>>,
    #[serde(rename = "EventContextData", skip_serializing_if = "Option::is_none")]
    pub event_context_data: Option<EventContextDataType>,
    #[serde(rename = "EventFeedback", skip_serializing_if = "Option::is_none")]
    pub event_feedback: Option<EventFeedbackType>,
}

/// The structure `AuthenticationResultType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct AuthenticationResultType {
    #[serde(rename = "AccessToken", skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    #[serde(rename = "ExpiresIn", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    #[serde(rename = "TokenType", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    #[serde(rename = "RefreshToken", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(rename = "IdToken", skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    #[serde(rename = "NewDeviceMetadata", skip_serializing_if = "Option::is_none")]
    pub new_device_metadata: Option<NewDeviceMetadataType>,
}

/// The structure `CIMDPolicySummaryType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct CIMDPolicySummaryType {
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "PolicyName")]
    pub policy_name: String,
    #[serde(rename = "CacheDuration", skip_serializing_if = "Option::is_none")]
    pub cache_duration: Option<i64>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
}

/// The structure `CIMDPolicyType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct CIMDPolicyType {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "CIMDPolicyId")]
    pub cimd_policy_id: String,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "PolicyName")]
    pub policy_name: String,
    #[serde(rename = "CacheDuration", skip_serializing_if = "Option::is_none")]
    pub cache_duration: Option<i64>,
    #[serde(rename = "URLPatterns", skip_serializing_if = "Option::is_none")]
    pub url_patterns: Option<Vec<String>>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
}

/// The structure `ChallengeResponseType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ChallengeResponseType {
    #[serde(rename = "ChallengeName", skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeName>,
    #[serde(rename = "ChallengeResponse", skip_serializing_if = "Option::is_none")]
    pub challenge_response: Option<ChallengeResponse>,
}

/// The structure `ClientAuthenticationResultType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ClientAuthenticationResultType {
    #[serde(rename = "AccessToken", skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    #[serde(rename = "ExpiresIn", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    #[serde(rename = "TokenType", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
}

/// The structure `ClientMetadataURLType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ClientMetadataURLType {
    #[serde(rename = "URL")]
    pub url: String,
    #[serde(rename = "CachedDate", skip_serializing_if = "Option::is_none")]
    pub cached_date: Option<Timestamp>,
    #[serde(rename = "ExpirationDate", skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Timestamp>,
}

/// The structure `ClientSSOSessionConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientSSOSessionConfigType {
    #[serde(rename = "MaxValidityMinutes")]
    pub max_validity_minutes: i64,
}

/// The structure `ClientSecretDescriptorType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ClientSecretDescriptorType {
    #[serde(rename = "ClientSecretId", skip_serializing_if = "Option::is_none")]
    pub client_secret_id: Option<String>,
    #[serde(rename = "ClientSecretValue", skip_serializing_if = "Option::is_none")]
    pub client_secret_value: Option<String>,
    #[serde(
        rename = "ClientSecretCreateDate",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret_create_date: Option<Timestamp>,
}

/// The structure `CloudWatchLogsConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CloudWatchLogsConfigurationType {
    #[serde(rename = "LogGroupArn", skip_serializing_if = "Option::is_none")]
    pub log_group_arn: Option<String>,
}

/// The structure `CodeDeliveryDetailsType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct CodeDeliveryDetailsType {
    #[serde(rename = "Destination", skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    #[serde(rename = "DeliveryMedium", skip_serializing_if = "Option::is_none")]
    pub delivery_medium: Option<DeliveryMediumType>,
    #[serde(rename = "AttributeName", skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
}

/// The structure `CompromisedCredentialsActionsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CompromisedCredentialsActionsType {
    #[serde(rename = "EventAction")]
    pub event_action: CompromisedCredentialsEventActionType,
}

/// The structure `CompromisedCredentialsRiskConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CompromisedCredentialsRiskConfigurationType {
    #[serde(rename = "EventFilter", skip_serializing_if = "Option::is_none")]
    pub event_filter: Option<Vec<EventFilterType>>,
    #[serde(rename = "Actions")]
    pub actions: CompromisedCredentialsActionsType,
}

/// The structure `ContextDataType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct ContextDataType {
    #[serde(rename = "IpAddress")]
    pub ip_address: String,
    #[serde(rename = "ServerName")]
    pub server_name: String,
    #[serde(rename = "ServerPath")]
    pub server_path: String,
    #[serde(rename = "HttpHeaders")]
    pub http_headers: Vec<HttpHeader>,
    #[serde(rename = "EncodedData")]
    pub encoded_data: Option<String>,
}

/// The structure `CustomDomainConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomDomainConfigType {
    #[serde(rename = "CertificateArn")]
    pub certificate_arn: String,
    #[serde(rename = "SecurityPolicy", skip_serializing_if = "Option::is_none")]
    pub security_policy: Option<SecurityPolicyType>,
}

/// The structure `CustomEmailLambdaVersionConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomEmailLambdaVersionConfigType {
    #[serde(rename = "LambdaVersion")]
    pub lambda_version: CustomEmailSenderLambdaVersionType,
    #[serde(rename = "LambdaArn")]
    pub lambda_arn: String,
}

/// The structure `CustomSMSLambdaVersionConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomSMSLambdaVersionConfigType {
    #[serde(rename = "LambdaVersion")]
    pub lambda_version: CustomSMSSenderLambdaVersionType,
    #[serde(rename = "LambdaArn")]
    pub lambda_arn: String,
}

/// The structure `DcrConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DcrConfigurationType {
    #[serde(rename = "EnableStatus", skip_serializing_if = "Option::is_none")]
    pub enable_status: Option<StatusType>,
    #[serde(rename = "OpenDcrEnabled", skip_serializing_if = "Option::is_none")]
    pub open_dcr_enabled: Option<bool>,
    #[serde(
        rename = "AuthenticatedGrantTypes",
        skip_serializing_if = "Option::is_none"
    )]
    pub authenticated_grant_types: Option<Vec<OAuthFlowType>>,
    #[serde(rename = "OpenDcrGrantTypes", skip_serializing_if = "Option::is_none")]
    pub open_dcr_grant_types: Option<Vec<OAuthFlowType>>,
    #[serde(rename = "AllowedScopes", skip_serializing_if = "Option::is_none")]
    pub allowed_scopes: Option<Vec<String>>,
}

/// The structure `DeviceConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceConfigurationType {
    #[serde(
        rename = "ChallengeRequiredOnNewDevice",
        skip_serializing_if = "Option::is_none"
    )]
    pub challenge_required_on_new_device: Option<bool>,
    #[serde(
        rename = "DeviceOnlyRememberedOnUserPrompt",
        skip_serializing_if = "Option::is_none"
    )]
    pub device_only_remembered_on_user_prompt: Option<bool>,
}

/// The structure `DeviceSecretVerifierConfigType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct DeviceSecretVerifierConfigType {
    #[serde(rename = "PasswordVerifier")]
    pub password_verifier: Option<String>,
    #[serde(rename = "Salt")]
    pub salt: Option<String>,
}

/// The structure `DeviceType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct DeviceType {
    #[serde(rename = "DeviceKey", skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    #[serde(rename = "DeviceAttributes", skip_serializing_if = "Option::is_none")]
    pub device_attributes: Option<Vec<AttributeType>>,
    #[serde(rename = "DeviceCreateDate", skip_serializing_if = "Option::is_none")]
    pub device_create_date: Option<Timestamp>,
    #[serde(
        rename = "DeviceLastModifiedDate",
        skip_serializing_if = "Option::is_none"
    )]
    pub device_last_modified_date: Option<Timestamp>,
    #[serde(
        rename = "DeviceLastAuthenticatedDate",
        skip_serializing_if = "Option::is_none"
    )]
    pub device_last_authenticated_date: Option<Timestamp>,
}

/// The structure `DomainDescriptionType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct DomainDescriptionType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "AWSAccountId", skip_serializing_if = "Option::is_none")]
    pub aws_account_id: Option<String>,
    #[serde(rename = "Domain", skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(rename = "S3Bucket", skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<String>,
    #[serde(
        rename = "CloudFrontDistribution",
        skip_serializing_if = "Option::is_none"
    )]
    pub cloud_front_distribution: Option<String>,
    #[serde(rename = "Version", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<DomainStatusType>,
    #[serde(rename = "CustomDomainConfig", skip_serializing_if = "Option::is_none")]
    pub custom_domain_config: Option<CustomDomainConfigType>,
    #[serde(
        rename = "ManagedLoginVersion",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_version: Option<i64>,
    #[serde(rename = "Routing", skip_serializing_if = "Option::is_none")]
    pub routing: Option<RoutingType>,
}

/// The structure `EmailConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EmailConfigurationType {
    #[serde(rename = "SourceArn", skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    #[serde(
        rename = "ReplyToEmailAddress",
        skip_serializing_if = "Option::is_none"
    )]
    pub reply_to_email_address: Option<String>,
    #[serde(
        rename = "EmailSendingAccount",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_sending_account: Option<EmailSendingAccountType>,
    #[serde(rename = "From", skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(rename = "ConfigurationSet", skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
}

/// The structure `EmailMfaConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EmailMfaConfigType {
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(rename = "Subject", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// The structure `EmailMfaSettingsType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct EmailMfaSettingsType {
    #[serde(rename = "Enabled")]
    pub enabled: Option<bool>,
    #[serde(rename = "PreferredMfa")]
    pub preferred_mfa: Option<bool>,
}

/// The structure `EumsSmsConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EumsSmsConfigurationType {
    #[serde(rename = "CallerArn")]
    pub caller_arn: String,
    #[serde(rename = "ExternalId", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(
        rename = "OriginationIdentity",
        skip_serializing_if = "Option::is_none"
    )]
    pub origination_identity: Option<String>,
    #[serde(
        rename = "ConfigurationSetName",
        skip_serializing_if = "Option::is_none"
    )]
    pub configuration_set_name: Option<String>,
    #[serde(rename = "InEntityId", skip_serializing_if = "Option::is_none")]
    pub in_entity_id: Option<String>,
    #[serde(rename = "InTemplateId", skip_serializing_if = "Option::is_none")]
    pub in_template_id: Option<String>,
    #[serde(rename = "Region", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// The structure `EventContextDataType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct EventContextDataType {
    #[serde(rename = "IpAddress", skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    #[serde(rename = "DeviceName", skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    #[serde(rename = "Timezone", skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[serde(rename = "City", skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(rename = "Country", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The structure `EventFeedbackType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct EventFeedbackType {
    #[serde(rename = "FeedbackValue")]
    pub feedback_value: FeedbackValueType,
    #[serde(rename = "Provider")]
    pub provider: String,
    #[serde(rename = "FeedbackDate", skip_serializing_if = "Option::is_none")]
    pub feedback_date: Option<Timestamp>,
}

/// The structure `EventRiskType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct EventRiskType {
    #[serde(rename = "RiskDecision", skip_serializing_if = "Option::is_none")]
    pub risk_decision: Option<RiskDecisionType>,
    #[serde(rename = "RiskLevel", skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevelType>,
    #[serde(
        rename = "CompromisedCredentialsDetected",
        skip_serializing_if = "Option::is_none"
    )]
    pub compromised_credentials_detected: Option<bool>,
}

/// The structure `FailoverType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FailoverType {
    #[serde(rename = "SecondaryRegion")]
    pub secondary_region: String,
    #[serde(rename = "PrimaryRoute53HealthCheckId")]
    pub primary_route53_health_check_id: String,
}

/// The structure `FirehoseConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FirehoseConfigurationType {
    #[serde(rename = "StreamArn", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
}

/// The structure `GroupType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct GroupType {
    #[serde(rename = "GroupName", skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "RoleArn", skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    #[serde(rename = "Precedence", skip_serializing_if = "Option::is_none")]
    pub precedence: Option<i64>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
}

/// The structure `HttpHeader`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct HttpHeader {
    #[serde(rename = "headerName")]
    pub header_name: Option<String>,
    #[serde(rename = "headerValue")]
    pub header_value: Option<String>,
}

/// The structure `IdentityProviderType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct IdentityProviderType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ProviderName", skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    #[serde(rename = "ProviderType", skip_serializing_if = "Option::is_none")]
    pub provider_type: Option<IdentityProviderTypeType>,
    #[serde(rename = "ProviderDetails", skip_serializing_if = "Option::is_none")]
    pub provider_details: Option<BTreeMap<String, String>>,
    #[serde(rename = "AttributeMapping", skip_serializing_if = "Option::is_none")]
    pub attribute_mapping: Option<BTreeMap<String, String>>,
    #[serde(rename = "IdpIdentifiers", skip_serializing_if = "Option::is_none")]
    pub idp_identifiers: Option<Vec<String>>,
    #[serde(rename = "AcrMapping", skip_serializing_if = "Option::is_none")]
    pub acr_mapping: Option<BTreeMap<String, String>>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
}

/// The structure `InboundFederationLambdaType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InboundFederationLambdaType {
    #[serde(rename = "LambdaVersion")]
    pub lambda_version: InboundFederationLambdaVersionType,
    #[serde(rename = "LambdaArn")]
    pub lambda_arn: String,
}

/// The structure `IssuerConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IssuerConfigurationType {
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<IssuerType>,
}

/// The structure `KeyConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyConfigurationType {
    #[serde(rename = "KeyType", skip_serializing_if = "Option::is_none")]
    pub key_type: Option<EncryptionKeyType>,
    #[serde(rename = "KmsKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
}

/// The structure `LambdaConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LambdaConfigType {
    #[serde(rename = "PreSignUp", skip_serializing_if = "Option::is_none")]
    pub pre_sign_up: Option<String>,
    #[serde(rename = "CustomMessage", skip_serializing_if = "Option::is_none")]
    pub custom_message: Option<String>,
    #[serde(rename = "PostConfirmation", skip_serializing_if = "Option::is_none")]
    pub post_confirmation: Option<String>,
    #[serde(rename = "PreAuthentication", skip_serializing_if = "Option::is_none")]
    pub pre_authentication: Option<String>,
    #[serde(rename = "PostAuthentication", skip_serializing_if = "Option::is_none")]
    pub post_authentication: Option<String>,
    #[serde(
        rename = "DefineAuthChallenge",
        skip_serializing_if = "Option::is_none"
    )]
    pub define_auth_challenge: Option<String>,
    #[serde(
        rename = "CreateAuthChallenge",
        skip_serializing_if = "Option::is_none"
    )]
    pub create_auth_challenge: Option<String>,
    #[serde(
        rename = "VerifyAuthChallengeResponse",
        skip_serializing_if = "Option::is_none"
    )]
    pub verify_auth_challenge_response: Option<String>,
    #[serde(rename = "PreTokenGeneration", skip_serializing_if = "Option::is_none")]
    pub pre_token_generation: Option<String>,
    #[serde(rename = "UserMigration", skip_serializing_if = "Option::is_none")]
    pub user_migration: Option<String>,
    #[serde(
        rename = "PreTokenGenerationConfig",
        skip_serializing_if = "Option::is_none"
    )]
    pub pre_token_generation_config: Option<PreTokenGenerationVersionConfigType>,
    #[serde(rename = "CustomSMSSender", skip_serializing_if = "Option::is_none")]
    pub custom_sms_sender: Option<CustomSMSLambdaVersionConfigType>,
    #[serde(rename = "CustomEmailSender", skip_serializing_if = "Option::is_none")]
    pub custom_email_sender: Option<CustomEmailLambdaVersionConfigType>,
    #[serde(rename = "KMSKeyID", skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    #[serde(rename = "InboundFederation", skip_serializing_if = "Option::is_none")]
    pub inbound_federation: Option<InboundFederationLambdaType>,
}

/// The structure `LimitDefinitionType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LimitDefinitionType {
    #[serde(rename = "LimitClass")]
    pub limit_class: LimitClass,
    #[serde(rename = "Attributes")]
    pub attributes: BTreeMap<String, String>,
}

/// The structure `LimitType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct LimitType {
    #[serde(rename = "LimitDefinition")]
    pub limit_definition: LimitDefinitionType,
    #[serde(rename = "ProvisionedLimitValue")]
    pub provisioned_limit_value: i64,
    #[serde(rename = "FreeLimitValue")]
    pub free_limit_value: i64,
}

/// The structure `LogConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LogConfigurationType {
    #[serde(rename = "LogLevel")]
    pub log_level: LogLevel,
    #[serde(rename = "EventSource")]
    pub event_source: EventSourceName,
    #[serde(
        rename = "CloudWatchLogsConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub cloud_watch_logs_configuration: Option<CloudWatchLogsConfigurationType>,
    #[serde(rename = "S3Configuration", skip_serializing_if = "Option::is_none")]
    pub s3_configuration: Option<S3ConfigurationType>,
    #[serde(
        rename = "FirehoseConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub firehose_configuration: Option<FirehoseConfigurationType>,
}

/// The structure `LogDeliveryConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct LogDeliveryConfigurationType {
    #[serde(rename = "UserPoolId")]
    pub user_pool_id: String,
    #[serde(rename = "LogConfigurations")]
    pub log_configurations: Vec<LogConfigurationType>,
}

/// The structure `MFAOptionType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MFAOptionType {
    #[serde(rename = "DeliveryMedium", skip_serializing_if = "Option::is_none")]
    pub delivery_medium: Option<DeliveryMediumType>,
    #[serde(rename = "AttributeName", skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
}

/// The structure `ManagedLoginBrandingType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ManagedLoginBrandingType {
    #[serde(
        rename = "ManagedLoginBrandingId",
        skip_serializing_if = "Option::is_none"
    )]
    pub managed_login_branding_id: Option<String>,
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(
        rename = "UseCognitoProvidedValues",
        skip_serializing_if = "Option::is_none"
    )]
    pub use_cognito_provided_values: Option<bool>,
    #[serde(rename = "Settings", skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    #[serde(rename = "Assets", skip_serializing_if = "Option::is_none")]
    pub assets: Option<Vec<AssetType>>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
}

/// The structure `MessageTemplateType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageTemplateType {
    #[serde(rename = "SMSMessage", skip_serializing_if = "Option::is_none")]
    pub sms_message: Option<String>,
    #[serde(rename = "EmailMessage", skip_serializing_if = "Option::is_none")]
    pub email_message: Option<String>,
    #[serde(rename = "EmailSubject", skip_serializing_if = "Option::is_none")]
    pub email_subject: Option<String>,
}

/// The structure `NewDeviceMetadataType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct NewDeviceMetadataType {
    #[serde(rename = "DeviceKey", skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    #[serde(rename = "DeviceGroupKey", skip_serializing_if = "Option::is_none")]
    pub device_group_key: Option<String>,
}

/// The structure `NotifyConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NotifyConfigurationType {
    #[serde(rename = "From", skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(rename = "ReplyTo", skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    #[serde(rename = "SourceArn")]
    pub source_arn: String,
    #[serde(rename = "BlockEmail", skip_serializing_if = "Option::is_none")]
    pub block_email: Option<NotifyEmailType>,
    #[serde(rename = "NoActionEmail", skip_serializing_if = "Option::is_none")]
    pub no_action_email: Option<NotifyEmailType>,
    #[serde(rename = "MfaEmail", skip_serializing_if = "Option::is_none")]
    pub mfa_email: Option<NotifyEmailType>,
}

/// The structure `NotifyEmailType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NotifyEmailType {
    #[serde(rename = "Subject")]
    pub subject: String,
    #[serde(rename = "HtmlBody", skip_serializing_if = "Option::is_none")]
    pub html_body: Option<String>,
    #[serde(rename = "TextBody", skip_serializing_if = "Option::is_none")]
    pub text_body: Option<String>,
}

/// The structure `NumberAttributeConstraintsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberAttributeConstraintsType {
    #[serde(rename = "MinValue", skip_serializing_if = "Option::is_none")]
    pub min_value: Option<String>,
    #[serde(rename = "MaxValue", skip_serializing_if = "Option::is_none")]
    pub max_value: Option<String>,
}

/// The structure `PasswordPolicyType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PasswordPolicyType {
    #[serde(rename = "MinimumLength", skip_serializing_if = "Option::is_none")]
    pub minimum_length: Option<i64>,
    #[serde(rename = "RequireUppercase", skip_serializing_if = "Option::is_none")]
    pub require_uppercase: Option<bool>,
    #[serde(rename = "RequireLowercase", skip_serializing_if = "Option::is_none")]
    pub require_lowercase: Option<bool>,
    #[serde(rename = "RequireNumbers", skip_serializing_if = "Option::is_none")]
    pub require_numbers: Option<bool>,
    #[serde(rename = "RequireSymbols", skip_serializing_if = "Option::is_none")]
    pub require_symbols: Option<bool>,
    #[serde(
        rename = "PasswordHistorySize",
        skip_serializing_if = "Option::is_none"
    )]
    pub password_history_size: Option<i64>,
    #[serde(
        rename = "TemporaryPasswordValidityDays",
        skip_serializing_if = "Option::is_none"
    )]
    pub temporary_password_validity_days: Option<i64>,
}

/// The structure `PreTokenGenerationVersionConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PreTokenGenerationVersionConfigType {
    #[serde(rename = "LambdaVersion")]
    pub lambda_version: PreTokenGenerationLambdaVersionType,
    #[serde(rename = "LambdaArn")]
    pub lambda_arn: String,
}

/// The structure `ProviderDescription`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ProviderDescription {
    #[serde(rename = "ProviderName", skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    #[serde(rename = "ProviderType", skip_serializing_if = "Option::is_none")]
    pub provider_type: Option<IdentityProviderTypeType>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
}

/// The structure `ProviderUserIdentifierType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct ProviderUserIdentifierType {
    #[serde(rename = "ProviderName")]
    pub provider_name: Option<String>,
    #[serde(rename = "ProviderAttributeName")]
    pub provider_attribute_name: Option<String>,
    #[serde(rename = "ProviderAttributeValue")]
    pub provider_attribute_value: Option<String>,
}

/// The structure `RecoveryOptionType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecoveryOptionType {
    #[serde(rename = "Priority")]
    pub priority: i64,
    #[serde(rename = "Name")]
    pub name: RecoveryOptionNameType,
}

/// The structure `RefreshTokenRotationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RefreshTokenRotationType {
    #[serde(rename = "Feature")]
    pub feature: FeatureType,
    #[serde(
        rename = "RetryGracePeriodSeconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_grace_period_seconds: Option<i64>,
}

/// The structure `ResourceServerScopeType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceServerScopeType {
    #[serde(rename = "ScopeName")]
    pub scope_name: String,
    #[serde(rename = "ScopeDescription")]
    pub scope_description: String,
}

/// The structure `ResourceServerType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ResourceServerType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "Identifier", skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "Scopes", skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<ResourceServerScopeType>>,
    #[serde(rename = "ManagedBy", skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<ResourceServerManagedByType>,
}

/// The structure `RestorationDescriptionType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct RestorationDescriptionType {
    #[serde(rename = "RestoreId", skip_serializing_if = "Option::is_none")]
    pub restore_id: Option<String>,
    #[serde(rename = "RestoreStatus", skip_serializing_if = "Option::is_none")]
    pub restore_status: Option<RestoreStatusType>,
    #[serde(rename = "RestoreTimestamp", skip_serializing_if = "Option::is_none")]
    pub restore_timestamp: Option<Timestamp>,
}

/// The structure `RestorationType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct RestorationType {
    #[serde(rename = "RestoreId", skip_serializing_if = "Option::is_none")]
    pub restore_id: Option<String>,
    #[serde(rename = "RestoreStatus", skip_serializing_if = "Option::is_none")]
    pub restore_status: Option<RestoreStatusType>,
    #[serde(rename = "RestoreTimestamp", skip_serializing_if = "Option::is_none")]
    pub restore_timestamp: Option<Timestamp>,
    #[serde(rename = "TriggerTimestamp", skip_serializing_if = "Option::is_none")]
    pub trigger_timestamp: Option<Timestamp>,
    #[serde(rename = "RestorePreview", skip_serializing_if = "Option::is_none")]
    pub restore_preview: Option<Vec<RestorePreviewType>>,
}

/// The structure `RestorePreviewType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct RestorePreviewType {
    #[serde(rename = "Entity", skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    #[serde(rename = "CreateCount", skip_serializing_if = "Option::is_none")]
    pub create_count: Option<i64>,
    #[serde(rename = "UpdateCount", skip_serializing_if = "Option::is_none")]
    pub update_count: Option<i64>,
    #[serde(rename = "DeleteCount", skip_serializing_if = "Option::is_none")]
    pub delete_count: Option<i64>,
}

/// The structure `RiskConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct RiskConfigurationType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(
        rename = "CompromisedCredentialsRiskConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub compromised_credentials_risk_configuration:
        Option<CompromisedCredentialsRiskConfigurationType>,
    #[serde(
        rename = "AccountTakeoverRiskConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_takeover_risk_configuration: Option<AccountTakeoverRiskConfigurationType>,
    #[serde(
        rename = "RiskExceptionConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub risk_exception_configuration: Option<RiskExceptionConfigurationType>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
}

/// The structure `RiskExceptionConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskExceptionConfigurationType {
    #[serde(rename = "BlockedIPRangeList", skip_serializing_if = "Option::is_none")]
    pub blocked_ip_range_list: Option<Vec<String>>,
    #[serde(rename = "SkippedIPRangeList", skip_serializing_if = "Option::is_none")]
    pub skipped_ip_range_list: Option<Vec<String>>,
}

/// The structure `RoutingType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RoutingType {
    #[serde(rename = "Failover", skip_serializing_if = "Option::is_none")]
    pub failover: Option<FailoverType>,
}

/// The structure `S3ConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct S3ConfigurationType {
    #[serde(rename = "BucketArn", skip_serializing_if = "Option::is_none")]
    pub bucket_arn: Option<String>,
}

/// The structure `SMSMfaSettingsType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct SMSMfaSettingsType {
    #[serde(rename = "Enabled")]
    pub enabled: Option<bool>,
    #[serde(rename = "PreferredMfa")]
    pub preferred_mfa: Option<bool>,
}

/// The structure `SchemaAttributeType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemaAttributeType {
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "AttributeDataType", skip_serializing_if = "Option::is_none")]
    pub attribute_data_type: Option<AttributeDataType>,
    #[serde(
        rename = "DeveloperOnlyAttribute",
        skip_serializing_if = "Option::is_none"
    )]
    pub developer_only_attribute: Option<bool>,
    #[serde(rename = "Mutable", skip_serializing_if = "Option::is_none")]
    pub mutable: Option<bool>,
    #[serde(rename = "Required", skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    #[serde(
        rename = "NumberAttributeConstraints",
        skip_serializing_if = "Option::is_none"
    )]
    pub number_attribute_constraints: Option<NumberAttributeConstraintsType>,
    #[serde(
        rename = "StringAttributeConstraints",
        skip_serializing_if = "Option::is_none"
    )]
    pub string_attribute_constraints: Option<StringAttributeConstraintsType>,
}

/// The structure `SessionDescriptionType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct SessionDescriptionType {
    #[serde(rename = "SessionId", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    #[serde(rename = "SessionType", skip_serializing_if = "Option::is_none")]
    pub session_type: Option<SessionTypeType>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "CreateDate", skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    #[serde(rename = "LastActiveDate", skip_serializing_if = "Option::is_none")]
    pub last_active_date: Option<Timestamp>,
    #[serde(rename = "DeviceType", skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
    #[serde(rename = "LastIPAddress", skip_serializing_if = "Option::is_none")]
    pub last_ip_address: Option<String>,
    #[serde(rename = "LastLocation", skip_serializing_if = "Option::is_none")]
    pub last_location: Option<SessionLocationType>,
    #[serde(rename = "OriginSessionId", skip_serializing_if = "Option::is_none")]
    pub origin_session_id: Option<String>,
    #[serde(rename = "IsCurrentSession", skip_serializing_if = "Option::is_none")]
    pub is_current_session: Option<bool>,
}

/// The structure `SessionLocationType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct SessionLocationType {
    #[serde(rename = "City", skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(rename = "Country", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The structure `SignInPolicyType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SignInPolicyType {
    #[serde(
        rename = "AllowedFirstAuthFactors",
        skip_serializing_if = "Option::is_none"
    )]
    pub allowed_first_auth_factors: Option<Vec<AuthFactorType>>,
}

/// The structure `SmsConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SmsConfigurationType {
    #[serde(rename = "SnsCallerArn", skip_serializing_if = "Option::is_none")]
    pub sns_caller_arn: Option<String>,
    #[serde(rename = "ExternalId", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(rename = "SnsRegion", skip_serializing_if = "Option::is_none")]
    pub sns_region: Option<String>,
    #[serde(rename = "EumsSms", skip_serializing_if = "Option::is_none")]
    pub eums_sms: Option<EumsSmsConfigurationType>,
}

/// The structure `SmsMfaConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SmsMfaConfigType {
    #[serde(
        rename = "SmsAuthenticationMessage",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_authentication_message: Option<String>,
    #[serde(rename = "SmsConfiguration", skip_serializing_if = "Option::is_none")]
    pub sms_configuration: Option<SmsConfigurationType>,
}

/// The structure `SoftwareTokenMfaConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SoftwareTokenMfaConfigType {
    #[serde(rename = "Enabled", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// The structure `SoftwareTokenMfaSettingsType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct SoftwareTokenMfaSettingsType {
    #[serde(rename = "Enabled")]
    pub enabled: Option<bool>,
    #[serde(rename = "PreferredMfa")]
    pub preferred_mfa: Option<bool>,
}

/// The structure `StringAttributeConstraintsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StringAttributeConstraintsType {
    #[serde(rename = "MinLength", skip_serializing_if = "Option::is_none")]
    pub min_length: Option<String>,
    #[serde(rename = "MaxLength", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<String>,
}

/// The structure `TermsDescriptionType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct TermsDescriptionType {
    #[serde(rename = "TermsId")]
    pub terms_id: String,
    #[serde(rename = "TermsName")]
    pub terms_name: String,
    #[serde(rename = "Enforcement")]
    pub enforcement: TermsEnforcementType,
    #[serde(rename = "CreationDate")]
    pub creation_date: Timestamp,
    #[serde(rename = "LastModifiedDate")]
    pub last_modified_date: Timestamp,
}

/// The structure `TermsType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct TermsType {
    #[serde(rename = "TermsId")]
    pub terms_id: String,
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
    pub links: BTreeMap<String, String>,
    #[serde(rename = "CreationDate")]
    pub creation_date: Timestamp,
    #[serde(rename = "LastModifiedDate")]
    pub last_modified_date: Timestamp,
}

/// The structure `TokenValidityUnitsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenValidityUnitsType {
    #[serde(rename = "AccessToken", skip_serializing_if = "Option::is_none")]
    pub access_token: Option<TimeUnitsType>,
    #[serde(rename = "IdToken", skip_serializing_if = "Option::is_none")]
    pub id_token: Option<TimeUnitsType>,
    #[serde(rename = "RefreshToken", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<TimeUnitsType>,
}

/// The structure `UICustomizationType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UICustomizationType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "ImageUrl", skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    #[serde(rename = "CSS", skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    #[serde(rename = "CSSVersion", skip_serializing_if = "Option::is_none")]
    pub css_version: Option<String>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
}

/// The structure `UserAttributeUpdateSettingsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserAttributeUpdateSettingsType {
    #[serde(
        rename = "AttributesRequireVerificationBeforeUpdate",
        skip_serializing_if = "Option::is_none"
    )]
    pub attributes_require_verification_before_update: Option<Vec<VerifiedAttributeType>>,
}

/// The structure `UserContextDataType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct UserContextDataType {
    #[serde(rename = "IpAddress")]
    pub ip_address: Option<String>,
    #[serde(rename = "EncodedData")]
    pub encoded_data: Option<String>,
}

/// The structure `UserImportJobType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserImportJobType {
    #[serde(rename = "JobName", skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    #[serde(rename = "JobId", skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "PreSignedUrl", skip_serializing_if = "Option::is_none")]
    pub pre_signed_url: Option<String>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "StartDate", skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    #[serde(rename = "CompletionDate", skip_serializing_if = "Option::is_none")]
    pub completion_date: Option<Timestamp>,
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<UserImportJobStatusType>,
    #[serde(
        rename = "CloudWatchLogsRoleArn",
        skip_serializing_if = "Option::is_none"
    )]
    pub cloud_watch_logs_role_arn: Option<String>,
    #[serde(rename = "ImportedUsers", skip_serializing_if = "Option::is_none")]
    pub imported_users: Option<i64>,
    #[serde(rename = "SkippedUsers", skip_serializing_if = "Option::is_none")]
    pub skipped_users: Option<i64>,
    #[serde(rename = "FailedUsers", skip_serializing_if = "Option::is_none")]
    pub failed_users: Option<i64>,
    #[serde(rename = "CompletionMessage", skip_serializing_if = "Option::is_none")]
    pub completion_message: Option<String>,
    #[serde(
        rename = "PasswordHashingAlgorithm",
        skip_serializing_if = "Option::is_none"
    )]
    pub password_hashing_algorithm: Option<PasswordHashingAlgorithmType>,
}

/// The structure `UserPoolAddOnsType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserPoolAddOnsType {
    #[serde(rename = "AdvancedSecurityMode")]
    pub advanced_security_mode: AdvancedSecurityModeType,
    #[serde(
        rename = "AdvancedSecurityAdditionalFlows",
        skip_serializing_if = "Option::is_none"
    )]
    pub advanced_security_additional_flows: Option<AdvancedSecurityAdditionalFlowsType>,
}

/// The structure `UserPoolClientDescription`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserPoolClientDescription {
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientName", skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
}

/// The structure `UserPoolClientType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserPoolClientType {
    #[serde(rename = "UserPoolId", skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    #[serde(rename = "ClientName", skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    #[serde(rename = "ClientId", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(rename = "ClientSecret", skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    #[serde(rename = "ClientSecretArn", skip_serializing_if = "Option::is_none")]
    pub client_secret_arn: Option<String>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(
        rename = "RefreshTokenValidity",
        skip_serializing_if = "Option::is_none"
    )]
    pub refresh_token_validity: Option<i64>,
    #[serde(
        rename = "AccessTokenValidity",
        skip_serializing_if = "Option::is_none"
    )]
    pub access_token_validity: Option<i64>,
    #[serde(rename = "IdTokenValidity", skip_serializing_if = "Option::is_none")]
    pub id_token_validity: Option<i64>,
    #[serde(rename = "TokenValidityUnits", skip_serializing_if = "Option::is_none")]
    pub token_validity_units: Option<TokenValidityUnitsType>,
    #[serde(rename = "ReadAttributes", skip_serializing_if = "Option::is_none")]
    pub read_attributes: Option<Vec<String>>,
    #[serde(rename = "WriteAttributes", skip_serializing_if = "Option::is_none")]
    pub write_attributes: Option<Vec<String>>,
    #[serde(rename = "ExplicitAuthFlows", skip_serializing_if = "Option::is_none")]
    pub explicit_auth_flows: Option<Vec<ExplicitAuthFlowsType>>,
    #[serde(
        rename = "SupportedIdentityProviders",
        skip_serializing_if = "Option::is_none"
    )]
    pub supported_identity_providers: Option<Vec<String>>,
    #[serde(rename = "CallbackURLs", skip_serializing_if = "Option::is_none")]
    pub callback_urls: Option<Vec<String>>,
    #[serde(rename = "LogoutURLs", skip_serializing_if = "Option::is_none")]
    pub logout_urls: Option<Vec<String>>,
    #[serde(rename = "DefaultRedirectURI", skip_serializing_if = "Option::is_none")]
    pub default_redirect_uri: Option<String>,
    #[serde(rename = "AllowedOAuthFlows", skip_serializing_if = "Option::is_none")]
    pub allowed_oauth_flows: Option<Vec<OAuthFlowType>>,
    #[serde(rename = "AllowedOAuthScopes", skip_serializing_if = "Option::is_none")]
    pub allowed_oauth_scopes: Option<Vec<String>>,
    #[serde(
        rename = "AllowedOAuthFlowsUserPoolClient",
        skip_serializing_if = "Option::is_none"
    )]
    pub allowed_oauth_flows_user_pool_client: Option<bool>,
    #[serde(
        rename = "AnalyticsConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub analytics_configuration: Option<AnalyticsConfigurationType>,
    #[serde(
        rename = "PreventUserExistenceErrors",
        skip_serializing_if = "Option::is_none"
    )]
    pub prevent_user_existence_errors: Option<PreventUserExistenceErrorTypes>,
    #[serde(
        rename = "EnableTokenRevocation",
        skip_serializing_if = "Option::is_none"
    )]
    pub enable_token_revocation: Option<bool>,
    #[serde(
        rename = "EnablePropagateAdditionalUserContextData",
        skip_serializing_if = "Option::is_none"
    )]
    pub enable_propagate_additional_user_context_data: Option<bool>,
    #[serde(
        rename = "AuthSessionValidity",
        skip_serializing_if = "Option::is_none"
    )]
    pub auth_session_validity: Option<i64>,
    #[serde(
        rename = "RefreshTokenRotation",
        skip_serializing_if = "Option::is_none"
    )]
    pub refresh_token_rotation: Option<RefreshTokenRotationType>,
    #[serde(rename = "ClientType", skip_serializing_if = "Option::is_none")]
    pub client_type: Option<ClientTypeType>,
}

/// The structure `UserPoolDescriptionType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserPoolDescriptionType {
    #[serde(rename = "Id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "LambdaConfig", skip_serializing_if = "Option::is_none")]
    pub lambda_config: Option<LambdaConfigType>,
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusType>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "ReplicaRegions", skip_serializing_if = "Option::is_none")]
    pub replica_regions: Option<Vec<String>>,
}

/// The structure `UserPoolPolicyType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserPoolPolicyType {
    #[serde(rename = "PasswordPolicy", skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicyType>,
    #[serde(rename = "SignInPolicy", skip_serializing_if = "Option::is_none")]
    pub sign_in_policy: Option<SignInPolicyType>,
}

/// The structure `UserPoolReplicaType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserPoolReplicaType {
    #[serde(rename = "RegionName", skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<ReplicaStatusType>,
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    pub role: Option<ReplicaRoleType>,
    #[serde(rename = "UserPoolArn", skip_serializing_if = "Option::is_none")]
    pub user_pool_arn: Option<String>,
}

/// The structure `UserPoolTokenSessionConfigType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserPoolTokenSessionConfigType {
    #[serde(rename = "MaxPerUser")]
    pub max_per_user: i64,
}

/// The structure `UserPoolType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserPoolType {
    #[serde(rename = "Id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "Policies", skip_serializing_if = "Option::is_none")]
    pub policies: Option<UserPoolPolicyType>,
    #[serde(rename = "DeletionProtection", skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<DeletionProtectionType>,
    #[serde(rename = "LambdaConfig", skip_serializing_if = "Option::is_none")]
    pub lambda_config: Option<LambdaConfigType>,
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusType>,
    #[serde(rename = "LastModifiedDate", skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<Timestamp>,
    #[serde(rename = "CreationDate", skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
    #[serde(rename = "SchemaAttributes", skip_serializing_if = "Option::is_none")]
    pub schema_attributes: Option<Vec<SchemaAttributeType>>,
    #[serde(
        rename = "AutoVerifiedAttributes",
        skip_serializing_if = "Option::is_none"
    )]
    pub auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    #[serde(rename = "AliasAttributes", skip_serializing_if = "Option::is_none")]
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    #[serde(rename = "UsernameAttributes", skip_serializing_if = "Option::is_none")]
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    #[serde(
        rename = "SmsVerificationMessage",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_verification_message: Option<String>,
    #[serde(
        rename = "EmailVerificationMessage",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_verification_message: Option<String>,
    #[serde(
        rename = "EmailVerificationSubject",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_verification_subject: Option<String>,
    #[serde(
        rename = "VerificationMessageTemplate",
        skip_serializing_if = "Option::is_none"
    )]
    pub verification_message_template: Option<VerificationMessageTemplateType>,
    #[serde(
        rename = "SmsAuthenticationMessage",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_authentication_message: Option<String>,
    #[serde(
        rename = "UserAttributeUpdateSettings",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_attribute_update_settings: Option<UserAttributeUpdateSettingsType>,
    #[serde(rename = "MfaConfiguration", skip_serializing_if = "Option::is_none")]
    pub mfa_configuration: Option<UserPoolMfaType>,
    #[serde(
        rename = "DeviceConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub device_configuration: Option<DeviceConfigurationType>,
    #[serde(
        rename = "EstimatedNumberOfUsers",
        skip_serializing_if = "Option::is_none"
    )]
    pub estimated_number_of_users: Option<i64>,
    #[serde(rename = "EmailConfiguration", skip_serializing_if = "Option::is_none")]
    pub email_configuration: Option<EmailConfigurationType>,
    #[serde(rename = "SmsConfiguration", skip_serializing_if = "Option::is_none")]
    pub sms_configuration: Option<SmsConfigurationType>,
    #[serde(rename = "UserPoolTags", skip_serializing_if = "Option::is_none")]
    pub user_pool_tags: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "SmsConfigurationFailure",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_configuration_failure: Option<String>,
    #[serde(
        rename = "EmailConfigurationFailure",
        skip_serializing_if = "Option::is_none"
    )]
    pub email_configuration_failure: Option<String>,
    #[serde(rename = "Domain", skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(rename = "CustomDomain", skip_serializing_if = "Option::is_none")]
    pub custom_domain: Option<String>,
    #[serde(
        rename = "AdminCreateUserConfig",
        skip_serializing_if = "Option::is_none"
    )]
    pub admin_create_user_config: Option<AdminCreateUserConfigType>,
    #[serde(rename = "UserPoolAddOns", skip_serializing_if = "Option::is_none")]
    pub user_pool_add_ons: Option<UserPoolAddOnsType>,
    #[serde(rename = "DcrConfiguration", skip_serializing_if = "Option::is_none")]
    pub dcr_configuration: Option<DcrConfigurationType>,
    #[serde(
        rename = "UsernameConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub username_configuration: Option<UsernameConfigurationType>,
    #[serde(rename = "Arn", skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    #[serde(
        rename = "AccountRecoverySetting",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_recovery_setting: Option<AccountRecoverySettingType>,
    #[serde(rename = "UserPoolTier", skip_serializing_if = "Option::is_none")]
    pub user_pool_tier: Option<UserPoolTierType>,
    #[serde(rename = "KeyConfiguration", skip_serializing_if = "Option::is_none")]
    pub key_configuration: Option<KeyConfigurationType>,
    #[serde(
        rename = "IssuerConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub issuer_configuration: Option<IssuerConfigurationType>,
    #[serde(rename = "AcrConfiguration", skip_serializing_if = "Option::is_none")]
    pub acr_configuration: Option<BTreeMap<String, AcrLevelConfigType>>,
}

/// The structure `UserType`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UserType {
    #[serde(rename = "Username", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(rename = "Attributes", skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Vec<AttributeType>>,
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
}

/// The structure `UsernameConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UsernameConfigurationType {
    #[serde(rename = "CaseSensitive")]
    pub case_sensitive: bool,
}

/// The structure `VerificationMessageTemplateType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VerificationMessageTemplateType {
    #[serde(rename = "SmsMessage", skip_serializing_if = "Option::is_none")]
    pub sms_message: Option<String>,
    #[serde(rename = "EmailMessage", skip_serializing_if = "Option::is_none")]
    pub email_message: Option<String>,
    #[serde(rename = "EmailSubject", skip_serializing_if = "Option::is_none")]
    pub email_subject: Option<String>,
    #[serde(rename = "EmailMessageByLink", skip_serializing_if = "Option::is_none")]
    pub email_message_by_link: Option<String>,
    #[serde(rename = "EmailSubjectByLink", skip_serializing_if = "Option::is_none")]
    pub email_subject_by_link: Option<String>,
    #[serde(rename = "DefaultEmailOption", skip_serializing_if = "Option::is_none")]
    pub default_email_option: Option<DefaultEmailOptionType>,
}

/// The structure `WebAuthnConfigurationType`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WebAuthnConfigurationType {
    #[serde(rename = "RelyingPartyId", skip_serializing_if = "Option::is_none")]
    pub relying_party_id: Option<String>,
    #[serde(rename = "UserVerification", skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<UserVerificationType>,
    #[serde(
        rename = "FactorConfiguration",
        skip_serializing_if = "Option::is_none"
    )]
    pub factor_configuration: Option<WebAuthnFactorConfigurationType>,
}

/// The structure `WebAuthnCredentialDescription`.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct WebAuthnCredentialDescription {
    #[serde(rename = "CredentialId")]
    pub credential_id: String,
    #[serde(rename = "FriendlyCredentialName")]
    pub friendly_credential_name: String,
    #[serde(rename = "RelyingPartyId")]
    pub relying_party_id: String,
    #[serde(
        rename = "AuthenticatorAttachment",
        skip_serializing_if = "Option::is_none"
    )]
    pub authenticator_attachment: Option<String>,
    #[serde(rename = "AuthenticatorTransports")]
    pub authenticator_transports: Vec<String>,
    #[serde(rename = "CreatedAt")]
    pub created_at: Timestamp,
}

/// The structure `WebAuthnMfaSettingsType`.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct WebAuthnMfaSettingsType {
    #[serde(rename = "Enabled")]
    pub enabled: Option<bool>,
}
