// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The enumerations of the API.

use super::prelude::*;

/// The enumeration `AccountTakeoverEventActionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AccountTakeoverEventActionType {
    #[default]
    #[serde(rename = "BLOCK")]
    Block,
    #[serde(rename = "MFA_IF_CONFIGURED")]
    MfaIfConfigured,
    #[serde(rename = "MFA_REQUIRED")]
    MfaRequired,
    #[serde(rename = "NO_ACTION")]
    NoAction,
}

impl AccountTakeoverEventActionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Block,
        Self::MfaIfConfigured,
        Self::MfaRequired,
        Self::NoAction,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::MfaIfConfigured => "MFA_IF_CONFIGURED",
            Self::MfaRequired => "MFA_REQUIRED",
            Self::NoAction => "NO_ACTION",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "BLOCK" => Some(Self::Block),
            "MFA_IF_CONFIGURED" => Some(Self::MfaIfConfigured),
            "MFA_REQUIRED" => Some(Self::MfaRequired),
            "NO_ACTION" => Some(Self::NoAction),
            _ => None,
        }
    }
}

/// The enumeration `AdvancedSecurityEnabledModeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AdvancedSecurityEnabledModeType {
    #[default]
    #[serde(rename = "AUDIT")]
    Audit,
    #[serde(rename = "ENFORCED")]
    Enforced,
}

impl AdvancedSecurityEnabledModeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Audit, Self::Enforced];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "AUDIT",
            Self::Enforced => "ENFORCED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "AUDIT" => Some(Self::Audit),
            "ENFORCED" => Some(Self::Enforced),
            _ => None,
        }
    }
}

/// The enumeration `AdvancedSecurityModeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AdvancedSecurityModeType {
    #[default]
    #[serde(rename = "OFF")]
    Off,
    #[serde(rename = "AUDIT")]
    Audit,
    #[serde(rename = "ENFORCED")]
    Enforced,
}

impl AdvancedSecurityModeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Off, Self::Audit, Self::Enforced];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Audit => "AUDIT",
            Self::Enforced => "ENFORCED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "OFF" => Some(Self::Off),
            "AUDIT" => Some(Self::Audit),
            "ENFORCED" => Some(Self::Enforced),
            _ => None,
        }
    }
}

/// The enumeration `AliasAttributeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AliasAttributeType {
    #[default]
    #[serde(rename = "phone_number")]
    PhoneNumber,
    #[serde(rename = "email")]
    Email,
    #[serde(rename = "preferred_username")]
    PreferredUsername,
}

impl AliasAttributeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::PhoneNumber, Self::Email, Self::PreferredUsername];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhoneNumber => "phone_number",
            Self::Email => "email",
            Self::PreferredUsername => "preferred_username",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "phone_number" => Some(Self::PhoneNumber),
            "email" => Some(Self::Email),
            "preferred_username" => Some(Self::PreferredUsername),
            _ => None,
        }
    }
}

/// The enumeration `AssetCategoryType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AssetCategoryType {
    #[default]
    #[serde(rename = "FAVICON_ICO")]
    FaviconIco,
    #[serde(rename = "FAVICON_SVG")]
    FaviconSvg,
    #[serde(rename = "EMAIL_GRAPHIC")]
    EmailGraphic,
    #[serde(rename = "SMS_GRAPHIC")]
    SmsGraphic,
    #[serde(rename = "AUTH_APP_GRAPHIC")]
    AuthAppGraphic,
    #[serde(rename = "PASSWORD_GRAPHIC")]
    PasswordGraphic,
    #[serde(rename = "PASSKEY_GRAPHIC")]
    PasskeyGraphic,
    #[serde(rename = "PAGE_HEADER_LOGO")]
    PageHeaderLogo,
    #[serde(rename = "PAGE_HEADER_BACKGROUND")]
    PageHeaderBackground,
    #[serde(rename = "PAGE_FOOTER_LOGO")]
    PageFooterLogo,
    #[serde(rename = "PAGE_FOOTER_BACKGROUND")]
    PageFooterBackground,
    #[serde(rename = "PAGE_BACKGROUND")]
    PageBackground,
    #[serde(rename = "FORM_BACKGROUND")]
    FormBackground,
    #[serde(rename = "FORM_LOGO")]
    FormLogo,
    #[serde(rename = "IDP_BUTTON_ICON")]
    IdpButtonIcon,
}

impl AssetCategoryType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::FaviconIco,
        Self::FaviconSvg,
        Self::EmailGraphic,
        Self::SmsGraphic,
        Self::AuthAppGraphic,
        Self::PasswordGraphic,
        Self::PasskeyGraphic,
        Self::PageHeaderLogo,
        Self::PageHeaderBackground,
        Self::PageFooterLogo,
        Self::PageFooterBackground,
        Self::PageBackground,
        Self::FormBackground,
        Self::FormLogo,
        Self::IdpButtonIcon,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FaviconIco => "FAVICON_ICO",
            Self::FaviconSvg => "FAVICON_SVG",
            Self::EmailGraphic => "EMAIL_GRAPHIC",
            Self::SmsGraphic => "SMS_GRAPHIC",
            Self::AuthAppGraphic => "AUTH_APP_GRAPHIC",
            Self::PasswordGraphic => "PASSWORD_GRAPHIC",
            Self::PasskeyGraphic => "PASSKEY_GRAPHIC",
            Self::PageHeaderLogo => "PAGE_HEADER_LOGO",
            Self::PageHeaderBackground => "PAGE_HEADER_BACKGROUND",
            Self::PageFooterLogo => "PAGE_FOOTER_LOGO",
            Self::PageFooterBackground => "PAGE_FOOTER_BACKGROUND",
            Self::PageBackground => "PAGE_BACKGROUND",
            Self::FormBackground => "FORM_BACKGROUND",
            Self::FormLogo => "FORM_LOGO",
            Self::IdpButtonIcon => "IDP_BUTTON_ICON",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "FAVICON_ICO" => Some(Self::FaviconIco),
            "FAVICON_SVG" => Some(Self::FaviconSvg),
            "EMAIL_GRAPHIC" => Some(Self::EmailGraphic),
            "SMS_GRAPHIC" => Some(Self::SmsGraphic),
            "AUTH_APP_GRAPHIC" => Some(Self::AuthAppGraphic),
            "PASSWORD_GRAPHIC" => Some(Self::PasswordGraphic),
            "PASSKEY_GRAPHIC" => Some(Self::PasskeyGraphic),
            "PAGE_HEADER_LOGO" => Some(Self::PageHeaderLogo),
            "PAGE_HEADER_BACKGROUND" => Some(Self::PageHeaderBackground),
            "PAGE_FOOTER_LOGO" => Some(Self::PageFooterLogo),
            "PAGE_FOOTER_BACKGROUND" => Some(Self::PageFooterBackground),
            "PAGE_BACKGROUND" => Some(Self::PageBackground),
            "FORM_BACKGROUND" => Some(Self::FormBackground),
            "FORM_LOGO" => Some(Self::FormLogo),
            "IDP_BUTTON_ICON" => Some(Self::IdpButtonIcon),
            _ => None,
        }
    }
}

/// The enumeration `AssetExtensionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AssetExtensionType {
    #[default]
    #[serde(rename = "ICO")]
    Ico,
    #[serde(rename = "JPEG")]
    Jpeg,
    #[serde(rename = "PNG")]
    Png,
    #[serde(rename = "SVG")]
    Svg,
    #[serde(rename = "WEBP")]
    Webp,
}

impl AssetExtensionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Ico, Self::Jpeg, Self::Png, Self::Svg, Self::Webp];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ico => "ICO",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Svg => "SVG",
            Self::Webp => "WEBP",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ICO" => Some(Self::Ico),
            "JPEG" => Some(Self::Jpeg),
            "PNG" => Some(Self::Png),
            "SVG" => Some(Self::Svg),
            "WEBP" => Some(Self::Webp),
            _ => None,
        }
    }
}

/// The enumeration `AttributeDataType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AttributeDataType {
    #[default]
    #[serde(rename = "String")]
    String,
    #[serde(rename = "Number")]
    Number,
    #[serde(rename = "DateTime")]
    DateTime,
    #[serde(rename = "Boolean")]
    Boolean,
}

impl AttributeDataType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::String, Self::Number, Self::DateTime, Self::Boolean];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::DateTime => "DateTime",
            Self::Boolean => "Boolean",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "String" => Some(Self::String),
            "Number" => Some(Self::Number),
            "DateTime" => Some(Self::DateTime),
            "Boolean" => Some(Self::Boolean),
            _ => None,
        }
    }
}

/// The enumeration `AuthFactorType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AuthFactorType {
    #[default]
    #[serde(rename = "PASSWORD")]
    Password,
    #[serde(rename = "EMAIL_OTP")]
    EmailOtp,
    #[serde(rename = "SMS_OTP")]
    SmsOtp,
    #[serde(rename = "WEB_AUTHN")]
    WebAuthn,
    #[serde(rename = "SOFTWARE_TOKEN")]
    SoftwareToken,
}

impl AuthFactorType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Password,
        Self::EmailOtp,
        Self::SmsOtp,
        Self::WebAuthn,
        Self::SoftwareToken,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::EmailOtp => "EMAIL_OTP",
            Self::SmsOtp => "SMS_OTP",
            Self::WebAuthn => "WEB_AUTHN",
            Self::SoftwareToken => "SOFTWARE_TOKEN",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "PASSWORD" => Some(Self::Password),
            "EMAIL_OTP" => Some(Self::EmailOtp),
            "SMS_OTP" => Some(Self::SmsOtp),
            "WEB_AUTHN" => Some(Self::WebAuthn),
            "SOFTWARE_TOKEN" => Some(Self::SoftwareToken),
            _ => None,
        }
    }
}

/// The enumeration `AuthFlowType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AuthFlowType {
    #[default]
    #[serde(rename = "USER_SRP_AUTH")]
    UserSrpAuth,
    #[serde(rename = "REFRESH_TOKEN_AUTH")]
    RefreshTokenAuth,
    #[serde(rename = "REFRESH_TOKEN")]
    RefreshToken,
    #[serde(rename = "CUSTOM_AUTH")]
    CustomAuth,
    #[serde(rename = "ADMIN_NO_SRP_AUTH")]
    AdminNoSrpAuth,
    #[serde(rename = "USER_PASSWORD_AUTH")]
    UserPasswordAuth,
    #[serde(rename = "ADMIN_USER_PASSWORD_AUTH")]
    AdminUserPasswordAuth,
    #[serde(rename = "USER_AUTH")]
    UserAuth,
}

impl AuthFlowType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::UserSrpAuth,
        Self::RefreshTokenAuth,
        Self::RefreshToken,
        Self::CustomAuth,
        Self::AdminNoSrpAuth,
        Self::UserPasswordAuth,
        Self::AdminUserPasswordAuth,
        Self::UserAuth,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserSrpAuth => "USER_SRP_AUTH",
            Self::RefreshTokenAuth => "REFRESH_TOKEN_AUTH",
            Self::RefreshToken => "REFRESH_TOKEN",
            Self::CustomAuth => "CUSTOM_AUTH",
            Self::AdminNoSrpAuth => "ADMIN_NO_SRP_AUTH",
            Self::UserPasswordAuth => "USER_PASSWORD_AUTH",
            Self::AdminUserPasswordAuth => "ADMIN_USER_PASSWORD_AUTH",
            Self::UserAuth => "USER_AUTH",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "USER_SRP_AUTH" => Some(Self::UserSrpAuth),
            "REFRESH_TOKEN_AUTH" => Some(Self::RefreshTokenAuth),
            "REFRESH_TOKEN" => Some(Self::RefreshToken),
            "CUSTOM_AUTH" => Some(Self::CustomAuth),
            "ADMIN_NO_SRP_AUTH" => Some(Self::AdminNoSrpAuth),
            "USER_PASSWORD_AUTH" => Some(Self::UserPasswordAuth),
            "ADMIN_USER_PASSWORD_AUTH" => Some(Self::AdminUserPasswordAuth),
            "USER_AUTH" => Some(Self::UserAuth),
            _ => None,
        }
    }
}

/// The enumeration `CIMDCacheActionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum CIMDCacheActionType {
    #[default]
    #[serde(rename = "REFRESH")]
    Refresh,
    #[serde(rename = "INVALIDATE")]
    Invalidate,
}

impl CIMDCacheActionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Refresh, Self::Invalidate];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refresh => "REFRESH",
            Self::Invalidate => "INVALIDATE",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "REFRESH" => Some(Self::Refresh),
            "INVALIDATE" => Some(Self::Invalidate),
            _ => None,
        }
    }
}

/// The enumeration `ChallengeName`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ChallengeName {
    #[default]
    #[serde(rename = "Password")]
    Password,
    #[serde(rename = "Mfa")]
    Mfa,
}

impl ChallengeName {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Password, Self::Mfa];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::Mfa => "Mfa",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Password" => Some(Self::Password),
            "Mfa" => Some(Self::Mfa),
            _ => None,
        }
    }
}

/// The enumeration `ChallengeNameType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ChallengeNameType {
    #[default]
    #[serde(rename = "SMS_MFA")]
    SmsMfa,
    #[serde(rename = "EMAIL_OTP")]
    EmailOtp,
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareTokenMfa,
    #[serde(rename = "SELECT_MFA_TYPE")]
    SelectMfaType,
    #[serde(rename = "MFA_SETUP")]
    MfaSetup,
    #[serde(rename = "PASSWORD_VERIFIER")]
    PasswordVerifier,
    #[serde(rename = "CUSTOM_CHALLENGE")]
    CustomChallenge,
    #[serde(rename = "SELECT_CHALLENGE")]
    SelectChallenge,
    #[serde(rename = "DEVICE_SRP_AUTH")]
    DeviceSrpAuth,
    #[serde(rename = "DEVICE_PASSWORD_VERIFIER")]
    DevicePasswordVerifier,
    #[serde(rename = "ADMIN_NO_SRP_AUTH")]
    AdminNoSrpAuth,
    #[serde(rename = "NEW_PASSWORD_REQUIRED")]
    NewPasswordRequired,
    #[serde(rename = "SMS_OTP")]
    SmsOtp,
    #[serde(rename = "PASSWORD")]
    Password,
    #[serde(rename = "WEB_AUTHN")]
    WebAuthn,
    #[serde(rename = "PASSWORD_SRP")]
    PasswordSrp,
}

impl ChallengeNameType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::SmsMfa,
        Self::EmailOtp,
        Self::SoftwareTokenMfa,
        Self::SelectMfaType,
        Self::MfaSetup,
        Self::PasswordVerifier,
        Self::CustomChallenge,
        Self::SelectChallenge,
        Self::DeviceSrpAuth,
        Self::DevicePasswordVerifier,
        Self::AdminNoSrpAuth,
        Self::NewPasswordRequired,
        Self::SmsOtp,
        Self::Password,
        Self::WebAuthn,
        Self::PasswordSrp,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SmsMfa => "SMS_MFA",
            Self::EmailOtp => "EMAIL_OTP",
            Self::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA",
            Self::SelectMfaType => "SELECT_MFA_TYPE",
            Self::MfaSetup => "MFA_SETUP",
            Self::PasswordVerifier => "PASSWORD_VERIFIER",
            Self::CustomChallenge => "CUSTOM_CHALLENGE",
            Self::SelectChallenge => "SELECT_CHALLENGE",
            Self::DeviceSrpAuth => "DEVICE_SRP_AUTH",
            Self::DevicePasswordVerifier => "DEVICE_PASSWORD_VERIFIER",
            Self::AdminNoSrpAuth => "ADMIN_NO_SRP_AUTH",
            Self::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
            Self::SmsOtp => "SMS_OTP",
            Self::Password => "PASSWORD",
            Self::WebAuthn => "WEB_AUTHN",
            Self::PasswordSrp => "PASSWORD_SRP",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SMS_MFA" => Some(Self::SmsMfa),
            "EMAIL_OTP" => Some(Self::EmailOtp),
            "SOFTWARE_TOKEN_MFA" => Some(Self::SoftwareTokenMfa),
            "SELECT_MFA_TYPE" => Some(Self::SelectMfaType),
            "MFA_SETUP" => Some(Self::MfaSetup),
            "PASSWORD_VERIFIER" => Some(Self::PasswordVerifier),
            "CUSTOM_CHALLENGE" => Some(Self::CustomChallenge),
            "SELECT_CHALLENGE" => Some(Self::SelectChallenge),
            "DEVICE_SRP_AUTH" => Some(Self::DeviceSrpAuth),
            "DEVICE_PASSWORD_VERIFIER" => Some(Self::DevicePasswordVerifier),
            "ADMIN_NO_SRP_AUTH" => Some(Self::AdminNoSrpAuth),
            "NEW_PASSWORD_REQUIRED" => Some(Self::NewPasswordRequired),
            "SMS_OTP" => Some(Self::SmsOtp),
            "PASSWORD" => Some(Self::Password),
            "WEB_AUTHN" => Some(Self::WebAuthn),
            "PASSWORD_SRP" => Some(Self::PasswordSrp),
            _ => None,
        }
    }
}

/// The enumeration `ChallengeResponse`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ChallengeResponse {
    #[default]
    #[serde(rename = "Success")]
    Success,
    #[serde(rename = "Failure")]
    Failure,
}

impl ChallengeResponse {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Success, Self::Failure];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::Failure => "Failure",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Success" => Some(Self::Success),
            "Failure" => Some(Self::Failure),
            _ => None,
        }
    }
}

/// The enumeration `ClientTypeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ClientTypeType {
    #[default]
    #[serde(rename = "REGULAR")]
    Regular,
    #[serde(rename = "DCR")]
    Dcr,
}

impl ClientTypeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Regular, Self::Dcr];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "REGULAR",
            Self::Dcr => "DCR",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "REGULAR" => Some(Self::Regular),
            "DCR" => Some(Self::Dcr),
            _ => None,
        }
    }
}

/// The enumeration `ColorSchemeModeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ColorSchemeModeType {
    #[default]
    #[serde(rename = "LIGHT")]
    Light,
    #[serde(rename = "DARK")]
    Dark,
    #[serde(rename = "DYNAMIC")]
    Dynamic,
}

impl ColorSchemeModeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Light, Self::Dark, Self::Dynamic];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "LIGHT",
            Self::Dark => "DARK",
            Self::Dynamic => "DYNAMIC",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "LIGHT" => Some(Self::Light),
            "DARK" => Some(Self::Dark),
            "DYNAMIC" => Some(Self::Dynamic),
            _ => None,
        }
    }
}

/// The enumeration `CompromisedCredentialsEventActionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum CompromisedCredentialsEventActionType {
    #[default]
    #[serde(rename = "BLOCK")]
    Block,
    #[serde(rename = "NO_ACTION")]
    NoAction,
}

impl CompromisedCredentialsEventActionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Block, Self::NoAction];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::NoAction => "NO_ACTION",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "BLOCK" => Some(Self::Block),
            "NO_ACTION" => Some(Self::NoAction),
            _ => None,
        }
    }
}

/// The enumeration `CustomEmailSenderLambdaVersionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum CustomEmailSenderLambdaVersionType {
    #[default]
    #[serde(rename = "V1_0")]
    V1_0,
}

impl CustomEmailSenderLambdaVersionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::V1_0];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "V1_0",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "V1_0" => Some(Self::V1_0),
            _ => None,
        }
    }
}

/// The enumeration `CustomSMSSenderLambdaVersionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum CustomSMSSenderLambdaVersionType {
    #[default]
    #[serde(rename = "V1_0")]
    V1_0,
}

impl CustomSMSSenderLambdaVersionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::V1_0];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "V1_0",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "V1_0" => Some(Self::V1_0),
            _ => None,
        }
    }
}

/// The enumeration `DefaultEmailOptionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DefaultEmailOptionType {
    #[default]
    #[serde(rename = "CONFIRM_WITH_LINK")]
    ConfirmWithLink,
    #[serde(rename = "CONFIRM_WITH_CODE")]
    ConfirmWithCode,
}

impl DefaultEmailOptionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::ConfirmWithLink, Self::ConfirmWithCode];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmWithLink => "CONFIRM_WITH_LINK",
            Self::ConfirmWithCode => "CONFIRM_WITH_CODE",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "CONFIRM_WITH_LINK" => Some(Self::ConfirmWithLink),
            "CONFIRM_WITH_CODE" => Some(Self::ConfirmWithCode),
            _ => None,
        }
    }
}

/// The enumeration `DeletionProtectionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DeletionProtectionType {
    #[default]
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "INACTIVE")]
    Inactive,
}

impl DeletionProtectionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Active, Self::Inactive];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ACTIVE" => Some(Self::Active),
            "INACTIVE" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// The enumeration `DeliveryMediumType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DeliveryMediumType {
    #[default]
    #[serde(rename = "SMS")]
    Sms,
    #[serde(rename = "EMAIL")]
    Email,
}

impl DeliveryMediumType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Sms, Self::Email];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Email => "EMAIL",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SMS" => Some(Self::Sms),
            "EMAIL" => Some(Self::Email),
            _ => None,
        }
    }
}

/// The enumeration `DeviceRememberedStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DeviceRememberedStatusType {
    #[default]
    #[serde(rename = "remembered")]
    Remembered,
    #[serde(rename = "not_remembered")]
    NotRemembered,
}

impl DeviceRememberedStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Remembered, Self::NotRemembered];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remembered => "remembered",
            Self::NotRemembered => "not_remembered",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "remembered" => Some(Self::Remembered),
            "not_remembered" => Some(Self::NotRemembered),
            _ => None,
        }
    }
}

/// The enumeration `DomainStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DomainStatusType {
    #[default]
    #[serde(rename = "CREATING")]
    Creating,
    #[serde(rename = "DELETING")]
    Deleting,
    #[serde(rename = "UPDATING")]
    Updating,
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "FAILED")]
    Failed,
}

impl DomainStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Creating,
        Self::Deleting,
        Self::Updating,
        Self::Active,
        Self::Failed,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Deleting => "DELETING",
            Self::Updating => "UPDATING",
            Self::Active => "ACTIVE",
            Self::Failed => "FAILED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "CREATING" => Some(Self::Creating),
            "DELETING" => Some(Self::Deleting),
            "UPDATING" => Some(Self::Updating),
            "ACTIVE" => Some(Self::Active),
            "FAILED" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// The enumeration `EmailSendingAccountType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EmailSendingAccountType {
    #[default]
    #[serde(rename = "COGNITO_DEFAULT")]
    CognitoDefault,
    #[serde(rename = "DEVELOPER")]
    Developer,
}

impl EmailSendingAccountType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::CognitoDefault, Self::Developer];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CognitoDefault => "COGNITO_DEFAULT",
            Self::Developer => "DEVELOPER",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "COGNITO_DEFAULT" => Some(Self::CognitoDefault),
            "DEVELOPER" => Some(Self::Developer),
            _ => None,
        }
    }
}

/// The enumeration `EncryptionKeyType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EncryptionKeyType {
    #[default]
    #[serde(rename = "AWS_OWNED_KEY")]
    AwsOwnedKey,
    #[serde(rename = "CUSTOMER_MANAGED_KEY")]
    CustomerManagedKey,
}

impl EncryptionKeyType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::AwsOwnedKey, Self::CustomerManagedKey];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwsOwnedKey => "AWS_OWNED_KEY",
            Self::CustomerManagedKey => "CUSTOMER_MANAGED_KEY",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "AWS_OWNED_KEY" => Some(Self::AwsOwnedKey),
            "CUSTOMER_MANAGED_KEY" => Some(Self::CustomerManagedKey),
            _ => None,
        }
    }
}

/// The enumeration `EventFilterType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EventFilterType {
    #[default]
    #[serde(rename = "SIGN_IN")]
    SignIn,
    #[serde(rename = "PASSWORD_CHANGE")]
    PasswordChange,
    #[serde(rename = "SIGN_UP")]
    SignUp,
}

impl EventFilterType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::SignIn, Self::PasswordChange, Self::SignUp];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SIGN_IN",
            Self::PasswordChange => "PASSWORD_CHANGE",
            Self::SignUp => "SIGN_UP",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SIGN_IN" => Some(Self::SignIn),
            "PASSWORD_CHANGE" => Some(Self::PasswordChange),
            "SIGN_UP" => Some(Self::SignUp),
            _ => None,
        }
    }
}

/// The enumeration `EventResponseType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EventResponseType {
    #[default]
    #[serde(rename = "Pass")]
    Pass,
    #[serde(rename = "Fail")]
    Fail,
    #[serde(rename = "InProgress")]
    InProgress,
}

impl EventResponseType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Pass, Self::Fail, Self::InProgress];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Fail => "Fail",
            Self::InProgress => "InProgress",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Pass" => Some(Self::Pass),
            "Fail" => Some(Self::Fail),
            "InProgress" => Some(Self::InProgress),
            _ => None,
        }
    }
}

/// The enumeration `EventSourceName`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EventSourceName {
    #[default]
    #[serde(rename = "userNotification")]
    UserNotification,
    #[serde(rename = "userAuthEvents")]
    UserAuthEvents,
}

impl EventSourceName {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::UserNotification, Self::UserAuthEvents];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserNotification => "userNotification",
            Self::UserAuthEvents => "userAuthEvents",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "userNotification" => Some(Self::UserNotification),
            "userAuthEvents" => Some(Self::UserAuthEvents),
            _ => None,
        }
    }
}

/// The enumeration `EventType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EventType {
    #[default]
    #[serde(rename = "SignIn")]
    SignIn,
    #[serde(rename = "SignUp")]
    SignUp,
    #[serde(rename = "ForgotPassword")]
    ForgotPassword,
    #[serde(rename = "PasswordChange")]
    PasswordChange,
    #[serde(rename = "ResendCode")]
    ResendCode,
}

impl EventType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::SignIn,
        Self::SignUp,
        Self::ForgotPassword,
        Self::PasswordChange,
        Self::ResendCode,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::SignUp => "SignUp",
            Self::ForgotPassword => "ForgotPassword",
            Self::PasswordChange => "PasswordChange",
            Self::ResendCode => "ResendCode",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SignIn" => Some(Self::SignIn),
            "SignUp" => Some(Self::SignUp),
            "ForgotPassword" => Some(Self::ForgotPassword),
            "PasswordChange" => Some(Self::PasswordChange),
            "ResendCode" => Some(Self::ResendCode),
            _ => None,
        }
    }
}

/// The enumeration `ExplicitAuthFlowsType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ExplicitAuthFlowsType {
    #[default]
    #[serde(rename = "ADMIN_NO_SRP_AUTH")]
    AdminNoSrpAuth,
    #[serde(rename = "CUSTOM_AUTH_FLOW_ONLY")]
    CustomAuthFlowOnly,
    #[serde(rename = "USER_PASSWORD_AUTH")]
    UserPasswordAuth,
    #[serde(rename = "ALLOW_ADMIN_USER_PASSWORD_AUTH")]
    AllowAdminUserPasswordAuth,
    #[serde(rename = "ALLOW_CUSTOM_AUTH")]
    AllowCustomAuth,
    #[serde(rename = "ALLOW_USER_PASSWORD_AUTH")]
    AllowUserPasswordAuth,
    #[serde(rename = "ALLOW_USER_SRP_AUTH")]
    AllowUserSrpAuth,
    #[serde(rename = "ALLOW_REFRESH_TOKEN_AUTH")]
    AllowRefreshTokenAuth,
    #[serde(rename = "ALLOW_USER_AUTH")]
    AllowUserAuth,
    #[serde(rename = "ALLOW_TOKEN_EXCHANGE_DELEGATION")]
    AllowTokenExchangeDelegation,
    #[serde(rename = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION")]
    AllowTokenExchangeImpersonation,
    #[serde(rename = "ALLOW_CLIENT_TOKEN_AUTH")]
    AllowClientTokenAuth,
}

impl ExplicitAuthFlowsType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::AdminNoSrpAuth,
        Self::CustomAuthFlowOnly,
        Self::UserPasswordAuth,
        Self::AllowAdminUserPasswordAuth,
        Self::AllowCustomAuth,
        Self::AllowUserPasswordAuth,
        Self::AllowUserSrpAuth,
        Self::AllowRefreshTokenAuth,
        Self::AllowUserAuth,
        Self::AllowTokenExchangeDelegation,
        Self::AllowTokenExchangeImpersonation,
        Self::AllowClientTokenAuth,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdminNoSrpAuth => "ADMIN_NO_SRP_AUTH",
            Self::CustomAuthFlowOnly => "CUSTOM_AUTH_FLOW_ONLY",
            Self::UserPasswordAuth => "USER_PASSWORD_AUTH",
            Self::AllowAdminUserPasswordAuth => "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            Self::AllowCustomAuth => "ALLOW_CUSTOM_AUTH",
            Self::AllowUserPasswordAuth => "ALLOW_USER_PASSWORD_AUTH",
            Self::AllowUserSrpAuth => "ALLOW_USER_SRP_AUTH",
            Self::AllowRefreshTokenAuth => "ALLOW_REFRESH_TOKEN_AUTH",
            Self::AllowUserAuth => "ALLOW_USER_AUTH",
            Self::AllowTokenExchangeDelegation => "ALLOW_TOKEN_EXCHANGE_DELEGATION",
            Self::AllowTokenExchangeImpersonation => "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
            Self::AllowClientTokenAuth => "ALLOW_CLIENT_TOKEN_AUTH",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ADMIN_NO_SRP_AUTH" => Some(Self::AdminNoSrpAuth),
            "CUSTOM_AUTH_FLOW_ONLY" => Some(Self::CustomAuthFlowOnly),
            "USER_PASSWORD_AUTH" => Some(Self::UserPasswordAuth),
            "ALLOW_ADMIN_USER_PASSWORD_AUTH" => Some(Self::AllowAdminUserPasswordAuth),
            "ALLOW_CUSTOM_AUTH" => Some(Self::AllowCustomAuth),
            "ALLOW_USER_PASSWORD_AUTH" => Some(Self::AllowUserPasswordAuth),
            "ALLOW_USER_SRP_AUTH" => Some(Self::AllowUserSrpAuth),
            "ALLOW_REFRESH_TOKEN_AUTH" => Some(Self::AllowRefreshTokenAuth),
            "ALLOW_USER_AUTH" => Some(Self::AllowUserAuth),
            "ALLOW_TOKEN_EXCHANGE_DELEGATION" => Some(Self::AllowTokenExchangeDelegation),
            "ALLOW_TOKEN_EXCHANGE_IMPERSONATION" => Some(Self::AllowTokenExchangeImpersonation),
            "ALLOW_CLIENT_TOKEN_AUTH" => Some(Self::AllowClientTokenAuth),
            _ => None,
        }
    }
}

/// The enumeration `FeatureType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum FeatureType {
    #[default]
    #[serde(rename = "ENABLED")]
    Enabled,
    #[serde(rename = "DISABLED")]
    Disabled,
}

impl FeatureType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Enabled, Self::Disabled];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ENABLED" => Some(Self::Enabled),
            "DISABLED" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// The enumeration `FeedbackValueType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum FeedbackValueType {
    #[default]
    #[serde(rename = "Valid")]
    Valid,
    #[serde(rename = "Invalid")]
    Invalid,
}

impl FeedbackValueType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Valid, Self::Invalid];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::Invalid => "Invalid",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Valid" => Some(Self::Valid),
            "Invalid" => Some(Self::Invalid),
            _ => None,
        }
    }
}

/// The enumeration `IdentityProviderTypeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum IdentityProviderTypeType {
    #[default]
    #[serde(rename = "SAML")]
    Saml,
    #[serde(rename = "Facebook")]
    Facebook,
    #[serde(rename = "Google")]
    Google,
    #[serde(rename = "LoginWithAmazon")]
    LoginWithAmazon,
    #[serde(rename = "SignInWithApple")]
    SignInWithApple,
    #[serde(rename = "OIDC")]
    Oidc,
}

impl IdentityProviderTypeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Saml,
        Self::Facebook,
        Self::Google,
        Self::LoginWithAmazon,
        Self::SignInWithApple,
        Self::Oidc,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saml => "SAML",
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::LoginWithAmazon => "LoginWithAmazon",
            Self::SignInWithApple => "SignInWithApple",
            Self::Oidc => "OIDC",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SAML" => Some(Self::Saml),
            "Facebook" => Some(Self::Facebook),
            "Google" => Some(Self::Google),
            "LoginWithAmazon" => Some(Self::LoginWithAmazon),
            "SignInWithApple" => Some(Self::SignInWithApple),
            "OIDC" => Some(Self::Oidc),
            _ => None,
        }
    }
}

/// The enumeration `InboundFederationLambdaVersionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum InboundFederationLambdaVersionType {
    #[default]
    #[serde(rename = "V1_0")]
    V1_0,
}

impl InboundFederationLambdaVersionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::V1_0];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "V1_0",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "V1_0" => Some(Self::V1_0),
            _ => None,
        }
    }
}

/// The enumeration `IssuedTokenTypeIdentifierType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum IssuedTokenTypeIdentifierType {
    #[default]
    #[serde(rename = "ACCESS_TOKEN")]
    AccessToken,
    #[serde(rename = "ID_TOKEN")]
    IdToken,
}

impl IssuedTokenTypeIdentifierType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::AccessToken, Self::IdToken];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "ACCESS_TOKEN",
            Self::IdToken => "ID_TOKEN",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ACCESS_TOKEN" => Some(Self::AccessToken),
            "ID_TOKEN" => Some(Self::IdToken),
            _ => None,
        }
    }
}

/// The enumeration `IssuerType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum IssuerType {
    #[default]
    #[serde(rename = "ORIGINAL")]
    Original,
    #[serde(rename = "UPDATED")]
    Updated,
}

impl IssuerType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Original, Self::Updated];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "ORIGINAL",
            Self::Updated => "UPDATED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ORIGINAL" => Some(Self::Original),
            "UPDATED" => Some(Self::Updated),
            _ => None,
        }
    }
}

/// The enumeration `LimitClass`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum LimitClass {
    #[default]
    #[serde(rename = "API_CATEGORY")]
    ApiCategory,
}

impl LimitClass {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::ApiCategory];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiCategory => "API_CATEGORY",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "API_CATEGORY" => Some(Self::ApiCategory),
            _ => None,
        }
    }
}

/// The enumeration `LogLevel`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum LogLevel {
    #[default]
    #[serde(rename = "ERROR")]
    Error,
    #[serde(rename = "INFO")]
    Info,
}

impl LogLevel {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Error, Self::Info];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Info => "INFO",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ERROR" => Some(Self::Error),
            "INFO" => Some(Self::Info),
            _ => None,
        }
    }
}

/// The enumeration `MessageActionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum MessageActionType {
    #[default]
    #[serde(rename = "RESEND")]
    Resend,
    #[serde(rename = "SUPPRESS")]
    Suppress,
}

impl MessageActionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Resend, Self::Suppress];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resend => "RESEND",
            Self::Suppress => "SUPPRESS",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "RESEND" => Some(Self::Resend),
            "SUPPRESS" => Some(Self::Suppress),
            _ => None,
        }
    }
}

/// The enumeration `OAuthFlowType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum OAuthFlowType {
    #[default]
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "implicit")]
    Implicit,
    #[serde(rename = "client_credentials")]
    ClientCredentials,
}

impl OAuthFlowType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Code, Self::Implicit, Self::ClientCredentials];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Implicit => "implicit",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "code" => Some(Self::Code),
            "implicit" => Some(Self::Implicit),
            "client_credentials" => Some(Self::ClientCredentials),
            _ => None,
        }
    }
}

/// The enumeration `OAuthTokenTypeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum OAuthTokenTypeType {
    #[default]
    #[serde(rename = "Bearer")]
    Bearer,
    #[serde(rename = "N_A")]
    NA,
}

impl OAuthTokenTypeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Bearer, Self::NA];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::NA => "N_A",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Bearer" => Some(Self::Bearer),
            "N_A" => Some(Self::NA),
            _ => None,
        }
    }
}

/// The enumeration `PasswordHashingAlgorithmType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum PasswordHashingAlgorithmType {
    #[default]
    #[serde(rename = "BCRYPT")]
    Bcrypt,
    #[serde(rename = "SCRYPT")]
    Scrypt,
    #[serde(rename = "ARGON2ID")]
    Argon2id,
    #[serde(rename = "PBKDF2_SHA256")]
    Pbkdf2Sha256,
}

impl PasswordHashingAlgorithmType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Bcrypt,
        Self::Scrypt,
        Self::Argon2id,
        Self::Pbkdf2Sha256,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bcrypt => "BCRYPT",
            Self::Scrypt => "SCRYPT",
            Self::Argon2id => "ARGON2ID",
            Self::Pbkdf2Sha256 => "PBKDF2_SHA256",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "BCRYPT" => Some(Self::Bcrypt),
            "SCRYPT" => Some(Self::Scrypt),
            "ARGON2ID" => Some(Self::Argon2id),
            "PBKDF2_SHA256" => Some(Self::Pbkdf2Sha256),
            _ => None,
        }
    }
}

/// The enumeration `PreTokenGenerationLambdaVersionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum PreTokenGenerationLambdaVersionType {
    #[default]
    #[serde(rename = "V1_0")]
    V1_0,
    #[serde(rename = "V2_0")]
    V2_0,
    #[serde(rename = "V3_0")]
    V3_0,
}

impl PreTokenGenerationLambdaVersionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::V1_0, Self::V2_0, Self::V3_0];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "V1_0",
            Self::V2_0 => "V2_0",
            Self::V3_0 => "V3_0",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "V1_0" => Some(Self::V1_0),
            "V2_0" => Some(Self::V2_0),
            "V3_0" => Some(Self::V3_0),
            _ => None,
        }
    }
}

/// The enumeration `PreventUserExistenceErrorTypes`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum PreventUserExistenceErrorTypes {
    #[default]
    #[serde(rename = "LEGACY")]
    Legacy,
    #[serde(rename = "ENABLED")]
    Enabled,
}

impl PreventUserExistenceErrorTypes {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Legacy, Self::Enabled];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "LEGACY",
            Self::Enabled => "ENABLED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "LEGACY" => Some(Self::Legacy),
            "ENABLED" => Some(Self::Enabled),
            _ => None,
        }
    }
}

/// The enumeration `RecoveryOptionNameType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RecoveryOptionNameType {
    #[default]
    #[serde(rename = "verified_email")]
    VerifiedEmail,
    #[serde(rename = "verified_phone_number")]
    VerifiedPhoneNumber,
    #[serde(rename = "admin_only")]
    AdminOnly,
}

impl RecoveryOptionNameType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::VerifiedEmail,
        Self::VerifiedPhoneNumber,
        Self::AdminOnly,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifiedEmail => "verified_email",
            Self::VerifiedPhoneNumber => "verified_phone_number",
            Self::AdminOnly => "admin_only",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "verified_email" => Some(Self::VerifiedEmail),
            "verified_phone_number" => Some(Self::VerifiedPhoneNumber),
            "admin_only" => Some(Self::AdminOnly),
            _ => None,
        }
    }
}

/// The enumeration `ReplicaRoleType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ReplicaRoleType {
    #[default]
    #[serde(rename = "PRIMARY")]
    Primary,
    #[serde(rename = "SECONDARY")]
    Secondary,
}

impl ReplicaRoleType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Primary, Self::Secondary];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
            Self::Secondary => "SECONDARY",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "PRIMARY" => Some(Self::Primary),
            "SECONDARY" => Some(Self::Secondary),
            _ => None,
        }
    }
}

/// The enumeration `ReplicaStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ReplicaStatusType {
    #[default]
    #[serde(rename = "CREATING")]
    Creating,
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "INACTIVE")]
    Inactive,
    #[serde(rename = "DELETING")]
    Deleting,
}

impl ReplicaStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] =
        &[Self::Creating, Self::Active, Self::Inactive, Self::Deleting];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Deleting => "DELETING",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "CREATING" => Some(Self::Creating),
            "ACTIVE" => Some(Self::Active),
            "INACTIVE" => Some(Self::Inactive),
            "DELETING" => Some(Self::Deleting),
            _ => None,
        }
    }
}

/// The enumeration `ResourceServerManagedByType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ResourceServerManagedByType {
    #[default]
    #[serde(rename = "COGNITO")]
    Cognito,
}

impl ResourceServerManagedByType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Cognito];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cognito => "COGNITO",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "COGNITO" => Some(Self::Cognito),
            _ => None,
        }
    }
}

/// The enumeration `RestoreStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RestoreStatusType {
    #[default]
    #[serde(rename = "PREVIEW_GENERATING")]
    PreviewGenerating,
    #[serde(rename = "PREVIEW_GENERATED")]
    PreviewGenerated,
    #[serde(rename = "PREVIEW_CANCELLED")]
    PreviewCancelled,
    #[serde(rename = "PREVIEW_GENERATION_FAILED")]
    PreviewGenerationFailed,
    #[serde(rename = "PREVIEW_EXPIRED")]
    PreviewExpired,
    #[serde(rename = "RESTORING")]
    Restoring,
    #[serde(rename = "RESTORE_COMPLETED")]
    RestoreCompleted,
    #[serde(rename = "TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE")]
    TemporaryInternalErrorSeeSupportCase,
    #[serde(rename = "AWS_ABORTED")]
    AwsAborted,
}

impl RestoreStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::PreviewGenerating,
        Self::PreviewGenerated,
        Self::PreviewCancelled,
        Self::PreviewGenerationFailed,
        Self::PreviewExpired,
        Self::Restoring,
        Self::RestoreCompleted,
        Self::TemporaryInternalErrorSeeSupportCase,
        Self::AwsAborted,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreviewGenerating => "PREVIEW_GENERATING",
            Self::PreviewGenerated => "PREVIEW_GENERATED",
            Self::PreviewCancelled => "PREVIEW_CANCELLED",
            Self::PreviewGenerationFailed => "PREVIEW_GENERATION_FAILED",
            Self::PreviewExpired => "PREVIEW_EXPIRED",
            Self::Restoring => "RESTORING",
            Self::RestoreCompleted => "RESTORE_COMPLETED",
            Self::TemporaryInternalErrorSeeSupportCase => {
                "TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE"
            }
            Self::AwsAborted => "AWS_ABORTED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "PREVIEW_GENERATING" => Some(Self::PreviewGenerating),
            "PREVIEW_GENERATED" => Some(Self::PreviewGenerated),
            "PREVIEW_CANCELLED" => Some(Self::PreviewCancelled),
            "PREVIEW_GENERATION_FAILED" => Some(Self::PreviewGenerationFailed),
            "PREVIEW_EXPIRED" => Some(Self::PreviewExpired),
            "RESTORING" => Some(Self::Restoring),
            "RESTORE_COMPLETED" => Some(Self::RestoreCompleted),
            "TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE" => {
                Some(Self::TemporaryInternalErrorSeeSupportCase)
            }
            "AWS_ABORTED" => Some(Self::AwsAborted),
            _ => None,
        }
    }
}

/// The enumeration `RevokeAssociatedSessionsType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RevokeAssociatedSessionsType {
    #[default]
    #[serde(rename = "NONE")]
    None,
    #[serde(rename = "LINKED")]
    Linked,
}

impl RevokeAssociatedSessionsType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::None, Self::Linked];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Linked => "LINKED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NONE" => Some(Self::None),
            "LINKED" => Some(Self::Linked),
            _ => None,
        }
    }
}

/// The enumeration `RiskDecisionType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RiskDecisionType {
    #[default]
    #[serde(rename = "NoRisk")]
    NoRisk,
    #[serde(rename = "AccountTakeover")]
    AccountTakeover,
    #[serde(rename = "Block")]
    Block,
}

impl RiskDecisionType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::NoRisk, Self::AccountTakeover, Self::Block];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRisk => "NoRisk",
            Self::AccountTakeover => "AccountTakeover",
            Self::Block => "Block",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NoRisk" => Some(Self::NoRisk),
            "AccountTakeover" => Some(Self::AccountTakeover),
            "Block" => Some(Self::Block),
            _ => None,
        }
    }
}

/// The enumeration `RiskLevelType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RiskLevelType {
    #[default]
    #[serde(rename = "Low")]
    Low,
    #[serde(rename = "Medium")]
    Medium,
    #[serde(rename = "High")]
    High,
}

impl RiskLevelType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Low, Self::Medium, Self::High];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Low" => Some(Self::Low),
            "Medium" => Some(Self::Medium),
            "High" => Some(Self::High),
            _ => None,
        }
    }
}

/// The enumeration `SecurityPolicyType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum SecurityPolicyType {
    #[default]
    #[serde(rename = "TLS_V1")]
    TlsV1,
    #[serde(rename = "TLS_V1_2_2021")]
    TlsV1_2_2021,
    #[serde(rename = "TLS_V1_3_2025")]
    TlsV1_3_2025,
}

impl SecurityPolicyType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::TlsV1, Self::TlsV1_2_2021, Self::TlsV1_3_2025];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsV1 => "TLS_V1",
            Self::TlsV1_2_2021 => "TLS_V1_2_2021",
            Self::TlsV1_3_2025 => "TLS_V1_3_2025",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "TLS_V1" => Some(Self::TlsV1),
            "TLS_V1_2_2021" => Some(Self::TlsV1_2_2021),
            "TLS_V1_3_2025" => Some(Self::TlsV1_3_2025),
            _ => None,
        }
    }
}

/// The enumeration `SessionTypeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum SessionTypeType {
    #[default]
    #[serde(rename = "TOKEN")]
    Token,
    #[serde(rename = "SSO")]
    Sso,
}

impl SessionTypeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Token, Self::Sso];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "TOKEN",
            Self::Sso => "SSO",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "TOKEN" => Some(Self::Token),
            "SSO" => Some(Self::Sso),
            _ => None,
        }
    }
}

/// The enumeration `StatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum StatusType {
    #[default]
    #[serde(rename = "Enabled")]
    Enabled,
    #[serde(rename = "Disabled")]
    Disabled,
}

impl StatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Enabled, Self::Disabled];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Enabled" => Some(Self::Enabled),
            "Disabled" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// The enumeration `TermsEnforcementType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum TermsEnforcementType {
    #[default]
    #[serde(rename = "NONE")]
    None,
}

impl TermsEnforcementType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::None];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NONE" => Some(Self::None),
            _ => None,
        }
    }
}

/// The enumeration `TermsSourceType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum TermsSourceType {
    #[default]
    #[serde(rename = "LINK")]
    Link,
}

impl TermsSourceType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Link];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "LINK",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "LINK" => Some(Self::Link),
            _ => None,
        }
    }
}

/// The enumeration `TimeUnitsType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum TimeUnitsType {
    #[default]
    #[serde(rename = "seconds")]
    Seconds,
    #[serde(rename = "minutes")]
    Minutes,
    #[serde(rename = "hours")]
    Hours,
    #[serde(rename = "days")]
    Days,
}

impl TimeUnitsType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "seconds" => Some(Self::Seconds),
            "minutes" => Some(Self::Minutes),
            "hours" => Some(Self::Hours),
            "days" => Some(Self::Days),
            _ => None,
        }
    }
}

/// The enumeration `TokenTypeIdentifierType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum TokenTypeIdentifierType {
    #[default]
    #[serde(rename = "ACCESS_TOKEN")]
    AccessToken,
    #[serde(rename = "ID_TOKEN")]
    IdToken,
    #[serde(rename = "SAML2")]
    Saml2,
}

impl TokenTypeIdentifierType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::AccessToken, Self::IdToken, Self::Saml2];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "ACCESS_TOKEN",
            Self::IdToken => "ID_TOKEN",
            Self::Saml2 => "SAML2",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ACCESS_TOKEN" => Some(Self::AccessToken),
            "ID_TOKEN" => Some(Self::IdToken),
            "SAML2" => Some(Self::Saml2),
            _ => None,
        }
    }
}

/// The enumeration `UpdateReplicaStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UpdateReplicaStatusType {
    #[default]
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "INACTIVE")]
    Inactive,
}

impl UpdateReplicaStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Active, Self::Inactive];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ACTIVE" => Some(Self::Active),
            "INACTIVE" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// The enumeration `UserImportJobStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserImportJobStatusType {
    #[default]
    #[serde(rename = "Created")]
    Created,
    #[serde(rename = "Pending")]
    Pending,
    #[serde(rename = "InProgress")]
    InProgress,
    #[serde(rename = "Stopping")]
    Stopping,
    #[serde(rename = "Expired")]
    Expired,
    #[serde(rename = "Stopped")]
    Stopped,
    #[serde(rename = "Failed")]
    Failed,
    #[serde(rename = "Succeeded")]
    Succeeded,
}

impl UserImportJobStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Created,
        Self::Pending,
        Self::InProgress,
        Self::Stopping,
        Self::Expired,
        Self::Stopped,
        Self::Failed,
        Self::Succeeded,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Stopping => "Stopping",
            Self::Expired => "Expired",
            Self::Stopped => "Stopped",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Created" => Some(Self::Created),
            "Pending" => Some(Self::Pending),
            "InProgress" => Some(Self::InProgress),
            "Stopping" => Some(Self::Stopping),
            "Expired" => Some(Self::Expired),
            "Stopped" => Some(Self::Stopped),
            "Failed" => Some(Self::Failed),
            "Succeeded" => Some(Self::Succeeded),
            _ => None,
        }
    }
}

/// The enumeration `UserPoolMfaType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserPoolMfaType {
    #[default]
    #[serde(rename = "OFF")]
    Off,
    #[serde(rename = "ON")]
    On,
    #[serde(rename = "OPTIONAL")]
    Optional,
}

impl UserPoolMfaType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Off, Self::On, Self::Optional];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::On => "ON",
            Self::Optional => "OPTIONAL",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "OFF" => Some(Self::Off),
            "ON" => Some(Self::On),
            "OPTIONAL" => Some(Self::Optional),
            _ => None,
        }
    }
}

/// The enumeration `UserPoolTierType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserPoolTierType {
    #[default]
    #[serde(rename = "LITE")]
    Lite,
    #[serde(rename = "ESSENTIALS")]
    Essentials,
    #[serde(rename = "PLUS")]
    Plus,
}

impl UserPoolTierType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Lite, Self::Essentials, Self::Plus];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lite => "LITE",
            Self::Essentials => "ESSENTIALS",
            Self::Plus => "PLUS",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "LITE" => Some(Self::Lite),
            "ESSENTIALS" => Some(Self::Essentials),
            "PLUS" => Some(Self::Plus),
            _ => None,
        }
    }
}

/// The enumeration `UserSessionTrackingType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserSessionTrackingType {
    #[default]
    #[serde(rename = "ENABLED")]
    Enabled,
    #[serde(rename = "DISABLED")]
    Disabled,
}

impl UserSessionTrackingType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Enabled, Self::Disabled];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ENABLED" => Some(Self::Enabled),
            "DISABLED" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// The enumeration `UserStatusType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserStatusType {
    #[default]
    #[serde(rename = "UNCONFIRMED")]
    Unconfirmed,
    #[serde(rename = "CONFIRMED")]
    Confirmed,
    #[serde(rename = "ARCHIVED")]
    Archived,
    #[serde(rename = "COMPROMISED")]
    Compromised,
    #[serde(rename = "UNKNOWN")]
    Unknown,
    #[serde(rename = "RESET_REQUIRED")]
    ResetRequired,
    #[serde(rename = "FORCE_CHANGE_PASSWORD")]
    ForceChangePassword,
    #[serde(rename = "EXTERNAL_PROVIDER")]
    ExternalProvider,
}

impl UserStatusType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[
        Self::Unconfirmed,
        Self::Confirmed,
        Self::Archived,
        Self::Compromised,
        Self::Unknown,
        Self::ResetRequired,
        Self::ForceChangePassword,
        Self::ExternalProvider,
    ];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::Archived => "ARCHIVED",
            Self::Compromised => "COMPROMISED",
            Self::Unknown => "UNKNOWN",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "UNCONFIRMED" => Some(Self::Unconfirmed),
            "CONFIRMED" => Some(Self::Confirmed),
            "ARCHIVED" => Some(Self::Archived),
            "COMPROMISED" => Some(Self::Compromised),
            "UNKNOWN" => Some(Self::Unknown),
            "RESET_REQUIRED" => Some(Self::ResetRequired),
            "FORCE_CHANGE_PASSWORD" => Some(Self::ForceChangePassword),
            "EXTERNAL_PROVIDER" => Some(Self::ExternalProvider),
            _ => None,
        }
    }
}

/// The enumeration `UserVerificationType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UserVerificationType {
    #[default]
    #[serde(rename = "required")]
    Required,
    #[serde(rename = "preferred")]
    Preferred,
}

impl UserVerificationType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Required, Self::Preferred];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "required" => Some(Self::Required),
            "preferred" => Some(Self::Preferred),
            _ => None,
        }
    }
}

/// The enumeration `UsernameAttributeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UsernameAttributeType {
    #[default]
    #[serde(rename = "phone_number")]
    PhoneNumber,
    #[serde(rename = "email")]
    Email,
}

impl UsernameAttributeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::PhoneNumber, Self::Email];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhoneNumber => "phone_number",
            Self::Email => "email",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "phone_number" => Some(Self::PhoneNumber),
            "email" => Some(Self::Email),
            _ => None,
        }
    }
}

/// The enumeration `VerifiedAttributeType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum VerifiedAttributeType {
    #[default]
    #[serde(rename = "phone_number")]
    PhoneNumber,
    #[serde(rename = "email")]
    Email,
}

impl VerifiedAttributeType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::PhoneNumber, Self::Email];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhoneNumber => "phone_number",
            Self::Email => "email",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "phone_number" => Some(Self::PhoneNumber),
            "email" => Some(Self::Email),
            _ => None,
        }
    }
}

/// The enumeration `VerifySoftwareTokenResponseType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum VerifySoftwareTokenResponseType {
    #[default]
    #[serde(rename = "SUCCESS")]
    Success,
    #[serde(rename = "ERROR")]
    Error,
}

impl VerifySoftwareTokenResponseType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::Success, Self::Error];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Error => "ERROR",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SUCCESS" => Some(Self::Success),
            "ERROR" => Some(Self::Error),
            _ => None,
        }
    }
}

/// The enumeration `WebAuthnFactorConfigurationType`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum WebAuthnFactorConfigurationType {
    #[default]
    #[serde(rename = "SINGLE_FACTOR")]
    SingleFactor,
    #[serde(rename = "MULTI_FACTOR_WITH_USER_VERIFICATION")]
    MultiFactorWithUserVerification,
}

impl WebAuthnFactorConfigurationType {
    /// Every value, in the order of the model.
    pub const ALL: &'static [Self] = &[Self::SingleFactor, Self::MultiFactorWithUserVerification];

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SingleFactor => "SINGLE_FACTOR",
            Self::MultiFactorWithUserVerification => "MULTI_FACTOR_WITH_USER_VERIFICATION",
        }
    }

    /// The value with this text on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SINGLE_FACTOR" => Some(Self::SingleFactor),
            "MULTI_FACTOR_WITH_USER_VERIFICATION" => Some(Self::MultiFactorWithUserVerification),
            _ => None,
        }
    }
}
