//! The settings of a pool: the meaning of a request, with defaults and the settings that an update keeps
//! (admin.md 1.2-1.5, settled C3-C5), before anything is checked.

mod arn;
mod check;
mod delivery;
pub mod mfa;
mod schema_input;
mod tiers;
mod view;

use std::collections::BTreeMap;

use cognate_shapes::*;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::pool::{DEFAULT_TEMPORARY_DAYS, MfaFactors, PoolDoc, RecoverySince};

pub use arn::Arn;
pub use check::tag_refusal;
pub use delivery::notify_sender;
pub use schema_input::extend as extend_schema;
pub use tiers::{LOG_STREAMING, essentials_feature, plus_feature};
pub use view::{description, user_pool};

/// The members that CreateUserPool and UpdateUserPool share, as sent.
struct Sent {
    policies: Option<UserPoolPolicyType>,
    deletion_protection: Option<DeletionProtectionType>,
    lambda_config: Option<LambdaConfigType>,
    auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    sms_verification_message: Option<String>,
    email_verification_message: Option<String>,
    email_verification_subject: Option<String>,
    verification_message_template: Option<VerificationMessageTemplateType>,
    sms_authentication_message: Option<String>,
    user_attribute_update_settings: Option<UserAttributeUpdateSettingsType>,
    mfa_configuration: Option<UserPoolMfaType>,
    device_configuration: Option<DeviceConfigurationType>,
    email_configuration: Option<EmailConfigurationType>,
    sms_configuration: Option<SmsConfigurationType>,
    user_pool_tags: Option<BTreeMap<String, String>>,
    admin_create_user_config: Option<AdminCreateUserConfigType>,
    user_pool_add_ons: Option<UserPoolAddOnsType>,
    dcr_configuration: Option<DcrConfigurationType>,
    account_recovery_setting: Option<AccountRecoverySettingType>,
    user_pool_tier: Option<UserPoolTierType>,
    key_configuration: Option<KeyConfigurationType>,
    issuer_configuration: Option<IssuerConfigurationType>,
    acr_configuration: Option<BTreeMap<String, AcrLevelConfigType>>,
}

macro_rules! sent {
    ($request:ident) => {
        Sent {
            policies: $request.policies,
            deletion_protection: $request.deletion_protection,
            lambda_config: $request.lambda_config,
            auto_verified_attributes: $request.auto_verified_attributes,
            sms_verification_message: $request.sms_verification_message,
            email_verification_message: $request.email_verification_message,
            email_verification_subject: $request.email_verification_subject,
            verification_message_template: $request.verification_message_template,
            sms_authentication_message: $request.sms_authentication_message,
            user_attribute_update_settings: $request.user_attribute_update_settings,
            mfa_configuration: $request.mfa_configuration,
            device_configuration: $request.device_configuration,
            email_configuration: $request.email_configuration,
            sms_configuration: $request.sms_configuration,
            user_pool_tags: $request.user_pool_tags,
            admin_create_user_config: $request.admin_create_user_config,
            user_pool_add_ons: $request.user_pool_add_ons,
            dcr_configuration: $request.dcr_configuration,
            account_recovery_setting: $request.account_recovery_setting,
            user_pool_tier: $request.user_pool_tier,
            key_configuration: $request.key_configuration,
            issuer_configuration: $request.issuer_configuration,
            acr_configuration: $request.acr_configuration,
        }
    };
}

/// How long after a change of the plan every node keeps images of rows, in microseconds.
const PLAN_SEEN: i64 = 5 * SECOND;

/// Returns the settings of a new pool in `region`, defaults filled in and checked.
pub fn of_new_pool(cx: &Cx<'_>, region: &str, request: CreateUserPoolRequest) -> Result<PoolDoc> {
    let (name, username_configuration) = (request.pool_name, request.username_configuration);
    let alias_attributes = filled(request.alias_attributes);
    let username_attributes = filled(request.username_attributes);
    let schema = request.schema.unwrap_or_default();
    let sent = sent!(request);
    if alias_attributes.is_some() && username_attributes.is_some() {
        return Err(errors::pools::alias_and_username_attributes().into());
    }
    let base = PoolDoc {
        name,
        policies: UserPoolPolicyType::default(),
        temporary_days_set: false,
        deletion_protection: DeletionProtectionType::Inactive,
        lambda_config: LambdaConfigType::default(),
        schema: schema_input::build(schema, alias_attributes.as_deref())?,
        auto_verified_attributes: None,
        alias_attributes,
        username_attributes,
        username_configuration,
        verification_message_template: VerificationMessageTemplateType::default(),
        sms_authentication_message: None,
        user_attribute_update_settings: UserAttributeUpdateSettingsType::default(),
        mfa_configuration: UserPoolMfaType::Off,
        mfa_factors: MfaFactors::default(),
        web_authn_configuration: None,
        device_configuration: None,
        email_configuration: EmailConfigurationType::default(),
        sms_configuration: None,
        tags: BTreeMap::new(),
        admin_create_user_config: AdminCreateUserConfigType::default(),
        imported_passwords: None,
        upstream: false,
        user_pool_add_ons: None,
        risk_configuration: None,
        account_recovery_setting: None,
        tier: UserPoolTierType::Essentials,
        dcr_configuration: None,
        key_configuration: None,
        issuer_configuration: None,
        acr_configuration: None,
        recovery: Some(RecoverySince {
            essentials: Some(cx.now()),
            plus: Some(cx.now()),
        }),
        sessions: None,
        log_configurations: None,
        client_ids: None,
        fold: crate::facts::names::FOLD_VERSION,
        shape: 0,
        space: 0,
        reshaping: None,
    };
    settle(cx, region, base, sent)
}

/// Returns the settings of a pool after an update, checked. What the request leaves out returns to its default, except
/// what settled C3 and C4 say is kept, the name, the tags (admin.md 1.15), the SMS configuration (admin.md 1.2: it cannot
/// be removed once active), the registration of clients (agents.md 3.1), and the issuer and key, whose silent change would end every
/// live token.
pub fn of_updated_pool(
    cx: &Cx<'_>,
    region: &str,
    before: PoolDoc,
    request: UpdateUserPoolRequest,
) -> Result<PoolDoc> {
    let name = request.pool_name.unwrap_or_else(|| before.name.clone());
    let sent = sent!(request);
    settle(cx, region, PoolDoc { name, ..before }, sent)
}

/// Replaces those of a pool's settings that were sent.
fn settle(cx: &Cx<'_>, region: &str, before: PoolDoc, sent: Sent) -> Result<PoolDoc> {
    let mfa_sent = sent.mfa_configuration.is_some();
    let sent_days = non_zero(
        sent.policies
            .as_ref()
            .and_then(|p| p.password_policy.as_ref()?.temporary_password_validity_days),
    );
    let legacy_days = non_zero(
        sent.admin_create_user_config
            .as_ref()
            .and_then(|c| c.unused_account_validity_days),
    );
    let temporary_days_set = before.temporary_days_set || sent_days.is_some();
    if legacy_days.is_some() && temporary_days_set {
        return Err(errors::pools::unused_account_days().into());
    }
    let add_ons = sent.user_pool_add_ons;
    let mfa_configuration = sent.mfa_configuration.unwrap_or(before.mfa_configuration);
    let tier = sent
        .user_pool_tier
        .unwrap_or_else(|| tiers::default_for(add_ons.as_ref()));
    // Other nodes learn of the plan within a second.
    let since = before.recovery_since().moved(tier, cx.now() + PLAN_SEEN);
    let after = PoolDoc {
        policies: policies(before.policies, sent.policies, legacy_days),
        temporary_days_set,
        deletion_protection: sent
            .deletion_protection
            .unwrap_or(DeletionProtectionType::Inactive),
        lambda_config: lambda_config(sent.lambda_config.unwrap_or_default())?,
        auto_verified_attributes: filled(sent.auto_verified_attributes),
        verification_message_template: template(
            sent.verification_message_template.unwrap_or_default(),
            sent.sms_verification_message,
            sent.email_verification_message,
            sent.email_verification_subject,
        ),
        sms_authentication_message: sent.sms_authentication_message,
        user_attribute_update_settings: update_settings(
            before.user_attribute_update_settings,
            sent.user_attribute_update_settings,
        ),
        mfa_configuration,
        mfa_factors: mfa::factors_of(mfa_configuration, before.mfa_factors),
        device_configuration: sent.device_configuration.map(devices),
        email_configuration: email(sent.email_configuration.unwrap_or_default()),
        sms_configuration: match sent.sms_configuration {
            Some(sms) => delivery::sms(region, sms)?,
            None => before.sms_configuration,
        },
        tags: sent.user_pool_tags.unwrap_or(before.tags),
        admin_create_user_config: admin_create_user(
            sent.admin_create_user_config.unwrap_or_default(),
        ),
        account_recovery_setting: Some(recovery(sent.account_recovery_setting)),
        tier,
        recovery: Some(since),
        user_pool_add_ons: add_ons,
        dcr_configuration: sent.dcr_configuration.map(dcr).or(before.dcr_configuration),
        key_configuration: sent.key_configuration.or(before.key_configuration),
        issuer_configuration: sent.issuer_configuration.or(before.issuer_configuration),
        acr_configuration: sent.acr_configuration.filter(|levels| !levels.is_empty()),
        ..before
    };
    check::pool(region, &after, mfa_sent)?;
    tiers::check(cx, &after)?;
    Ok(after)
}

/// An empty list says the same as none.
pub fn filled<T>(list: Option<Vec<T>>) -> Option<Vec<T>> {
    list.filter(|list| !list.is_empty())
}

/// The service reads a number of days that is 0 as unset (admin.md 1.2).
fn non_zero(days: Option<i64>) -> Option<i64> {
    days.filter(|days| *days > 0)
}

/// Each of the two policies is kept on its own when it is not sent (settled C3).
fn policies(
    before: UserPoolPolicyType,
    sent: Option<UserPoolPolicyType>,
    legacy_days: Option<i64>,
) -> UserPoolPolicyType {
    let sent = sent.unwrap_or_default();
    let mut password = match sent.password_policy.or(before.password_policy) {
        Some(policy) => password_policy(policy),
        None => PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            password_history_size: None,
            temporary_password_validity_days: Some(DEFAULT_TEMPORARY_DAYS),
        },
    };
    if legacy_days.is_some() {
        password.temporary_password_validity_days = legacy_days;
    }
    let factors = |policy: Option<SignInPolicyType>| {
        filled(policy.and_then(|p| p.allowed_first_auth_factors))
    };
    let allowed = factors(sent.sign_in_policy).or_else(|| factors(before.sign_in_policy));
    UserPoolPolicyType {
        password_policy: Some(password),
        sign_in_policy: Some(SignInPolicyType {
            allowed_first_auth_factors: Some(
                allowed.unwrap_or_else(|| vec![AuthFactorType::Password]),
            ),
        }),
    }
}

/// Returns a password policy as sent. The flags are plain booleans in the service's model, so one that is left out is
/// false [unconfirmed]; the length and the days have defaults.
fn password_policy(sent: PasswordPolicyType) -> PasswordPolicyType {
    PasswordPolicyType {
        minimum_length: Some(sent.minimum_length.unwrap_or(8)),
        require_uppercase: Some(sent.require_uppercase.unwrap_or(false)),
        require_lowercase: Some(sent.require_lowercase.unwrap_or(false)),
        require_numbers: Some(sent.require_numbers.unwrap_or(false)),
        require_symbols: Some(sent.require_symbols.unwrap_or(false)),
        password_history_size: non_zero(sent.password_history_size),
        temporary_password_validity_days: Some(
            non_zero(sent.temporary_password_validity_days).unwrap_or(DEFAULT_TEMPORARY_DAYS),
        ),
    }
}

/// Keeps the two places for the pre token generation trigger in step (settled P10, P36).
fn lambda_config(mut sent: LambdaConfigType) -> Result<LambdaConfigType> {
    match (
        &sent.pre_token_generation,
        &sent.pre_token_generation_config,
    ) {
        (Some(arn), Some(config)) if *arn != config.lambda_arn => {
            return Err(errors::pools::two_pre_token_functions().into());
        }
        (Some(arn), None) => {
            sent.pre_token_generation_config = Some(PreTokenGenerationVersionConfigType {
                lambda_version: PreTokenGenerationLambdaVersionType::V1_0,
                lambda_arn: arn.clone(),
            });
        }
        (None, Some(config)) => sent.pre_token_generation = Some(config.lambda_arn.clone()),
        _ => {}
    }
    Ok(sent)
}

/// The template and the legacy members mirror each other; the template wins (settled R12, admin.md 4.2).
/// A text for codes and one for links may stand side by side: published configurations of live pools hold both,
/// although the model's documentation speaks of an error.
fn template(
    sent: VerificationMessageTemplateType,
    sms: Option<String>,
    email: Option<String>,
    subject: Option<String>,
) -> VerificationMessageTemplateType {
    VerificationMessageTemplateType {
        sms_message: sent.sms_message.or(sms),
        email_message: sent.email_message.or(email),
        email_subject: sent.email_subject.or(subject),
        default_email_option: sent
            .default_email_option
            .or(Some(DefaultEmailOptionType::ConfirmWithCode)),
        ..sent
    }
}

/// Kept when not sent (settled C4); the list is always present.
fn update_settings(
    before: UserAttributeUpdateSettingsType,
    sent: Option<UserAttributeUpdateSettingsType>,
) -> UserAttributeUpdateSettingsType {
    let chosen = sent.unwrap_or(before);
    UserAttributeUpdateSettingsType {
        attributes_require_verification_before_update: Some(
            chosen
                .attributes_require_verification_before_update
                .unwrap_or_default(),
        ),
    }
}

/// Sending the member at all turns device tracking on; its flags are off unless sent.
fn devices(sent: DeviceConfigurationType) -> DeviceConfigurationType {
    DeviceConfigurationType {
        challenge_required_on_new_device: Some(
            sent.challenge_required_on_new_device.unwrap_or(false),
        ),
        device_only_remembered_on_user_prompt: Some(
            sent.device_only_remembered_on_user_prompt.unwrap_or(false),
        ),
    }
}

fn email(sent: EmailConfigurationType) -> EmailConfigurationType {
    EmailConfigurationType {
        email_sending_account: sent
            .email_sending_account
            .or(Some(EmailSendingAccountType::CognitoDefault)),
        ..sent
    }
}

/// The days are kept in the password policy alone.
fn admin_create_user(sent: AdminCreateUserConfigType) -> AdminCreateUserConfigType {
    AdminCreateUserConfigType {
        allow_admin_create_user_only: Some(sent.allow_admin_create_user_only.unwrap_or(false)),
        unused_account_validity_days: None,
        invite_message_template: sent.invite_message_template,
    }
}

/// The default is a placeholder: that there is one is known, its contents are not (settled C9).
fn recovery(sent: Option<AccountRecoverySettingType>) -> AccountRecoverySettingType {
    let mechanisms =
        filled(sent.and_then(|setting| setting.recovery_mechanisms)).unwrap_or_else(|| {
            vec![
                RecoveryOptionType {
                    priority: 1,
                    name: RecoveryOptionNameType::VerifiedEmail,
                },
                RecoveryOptionType {
                    priority: 2,
                    name: RecoveryOptionNameType::VerifiedPhoneNumber,
                },
            ]
        });
    AccountRecoverySettingType {
        recovery_mechanisms: Some(mechanisms),
    }
}

/// A configuration without EnableStatus turns registration on, as the model says.
fn dcr(sent: DcrConfigurationType) -> DcrConfigurationType {
    DcrConfigurationType {
        enable_status: Some(sent.enable_status.unwrap_or(StatusType::Enabled)),
        open_dcr_enabled: Some(sent.open_dcr_enabled.unwrap_or(false)),
        ..sent
    }
}
