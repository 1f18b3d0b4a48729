//! Refusals of a pool's settings, checked on the settings as they would be stored.

use std::collections::{BTreeMap, BTreeSet};

use cognate_shapes::*;

use crate::errors::pools::*;
use crate::errors::{ApiError, ErrorCode, Result, api, invalid_parameter, unconfirmed};
use crate::records::pool::PoolDoc;
use crate::resources::pools::settings::{Arn, delivery};

/// The result of a single rule.
type Checked<T = ()> = std::result::Result<T, ApiError>;

/// Most tags that a pool may have (admin.md 1.15).
const MAX_TAGS: usize = 50;

/// Refuses what the service refuses. `mfa_sent`: the request itself says what MFA shall be.
pub fn pool(region: &str, pool: &PoolDoc, mfa_sent: bool) -> Result<()> {
    delivery::email(region, &pool.email_configuration)?;
    sms_where_needed(pool, mfa_sent)?;
    verification(pool)?;
    triggers(region, &pool.lambda_config)?;
    first_factors(pool)?;
    recovery(pool.account_recovery_setting.as_ref())?;
    key(pool.key_configuration.as_ref())?;
    acr_levels(pool.acr_configuration.as_ref())?;
    tags(&pool.tags)?;
    Ok(())
}

/// Settled P1, P2. These operations can ask for MFA by SMS alone; the other factors were checked when they were set.
fn sms_where_needed(pool: &PoolDoc, mfa_sent: bool) -> Checked {
    if pool.sms_configuration.is_some() {
        return Ok(());
    }
    if mfa_sent && pool.mfa_factors.sms {
        return Err(sms_required_for_mfa());
    }
    let verified = pool.auto_verified_attributes.as_deref().unwrap_or_default();
    if verified.contains(&VerifiedAttributeType::PhoneNumber) {
        return Err(sms_required_for_verification());
    }
    Ok(())
}

/// Settled P3.
fn verification(pool: &PoolDoc) -> Checked {
    let settings = &pool.user_attribute_update_settings;
    let first = settings
        .attributes_require_verification_before_update
        .as_deref()
        .unwrap_or_default();
    let verified = pool.auto_verified_attributes.as_deref().unwrap_or_default();
    if first.iter().all(|attribute| verified.contains(attribute)) {
        Ok(())
    } else {
        Err(verify_before_update())
    }
}

/// Settled P11, P12, P35.
fn triggers(region: &str, config: &LambdaConfigType) -> Checked {
    let senders = config.custom_email_sender.is_some() || config.custom_sms_sender.is_some();
    if senders && config.kms_key_id.is_none() {
        return Err(kms_key_required());
    }
    let foreign = |arn: &str| Arn::parse(arn).is_some_and(|arn| arn.region != region);
    if functions(config).any(foreign) {
        return Err(cross_region_function());
    }
    match config.kms_key_id.as_deref().and_then(Arn::parse) {
        Some(key) if senders && key.region != region => Err(kms_key_of_another_region(key.region)),
        _ => Ok(()),
    }
}

/// Every function of a configuration.
fn functions(config: &LambdaConfigType) -> impl Iterator<Item = &str> {
    let versioned = [
        config
            .pre_token_generation_config
            .as_ref()
            .map(|c| c.lambda_arn.as_str()),
        config
            .custom_sms_sender
            .as_ref()
            .map(|c| c.lambda_arn.as_str()),
        config
            .custom_email_sender
            .as_ref()
            .map(|c| c.lambda_arn.as_str()),
        config
            .inbound_federation
            .as_ref()
            .map(|c| c.lambda_arn.as_str()),
    ];
    let plain = [
        &config.pre_sign_up,
        &config.custom_message,
        &config.post_confirmation,
        &config.pre_authentication,
        &config.post_authentication,
        &config.define_auth_challenge,
        &config.create_auth_challenge,
        &config.verify_auth_challenge_response,
        &config.pre_token_generation,
        &config.user_migration,
    ];
    plain
        .into_iter()
        .filter_map(|arn| arn.as_deref())
        .chain(versioned.into_iter().flatten())
}

/// Settled P23-P26.
pub fn first_factors(pool: &PoolDoc) -> Checked {
    let policy = pool.policies.sign_in_policy.as_ref();
    let factors = policy
        .and_then(|p| p.allowed_first_auth_factors.as_deref())
        .unwrap_or_default();
    if !factors.contains(&AuthFactorType::Password) {
        return Err(password_must_be_first_factor());
    }
    if factors.contains(&AuthFactorType::SoftwareToken) {
        return Err(invalid_parameter(unconfirmed::SOFTWARE_TOKEN_FIRST_FACTOR));
    }
    if factors.contains(&AuthFactorType::SmsOtp) && pool.sms_configuration.is_none() {
        return Err(sms_otp_without_sms());
    }
    let one_time = |factor: &AuthFactorType| {
        matches!(factor, AuthFactorType::EmailOtp | AuthFactorType::SmsOtp)
    };
    let required = pool.mfa_configuration == UserPoolMfaType::On;
    if required && factors.iter().any(one_time) {
        return Err(first_factors_with_mfa());
    }
    let passkeys = pool.web_authn_configuration.as_ref();
    let both_factors = Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification);
    if required
        && factors.contains(&AuthFactorType::WebAuthn)
        && passkeys.and_then(|p| p.factor_configuration) != both_factors
    {
        return Err(passkey_as_only_factor());
    }
    Ok(())
}

/// Settled P8, P9.
fn recovery(setting: Option<&AccountRecoverySettingType>) -> Checked {
    let list = setting
        .and_then(|s| s.recovery_mechanisms.as_deref())
        .unwrap_or_default();
    let admin = list
        .iter()
        .any(|option| option.name == RecoveryOptionNameType::AdminOnly);
    if admin
        && list
            .iter()
            .any(|option| option.name != RecoveryOptionNameType::AdminOnly)
    {
        return Err(admin_only_with_others());
    }
    let names: BTreeSet<_> = list.iter().map(|option| option.name).collect();
    let priorities: BTreeSet<_> = list.iter().map(|option| option.priority).collect();
    if names.len() < list.len() || priorities.len() < list.len() {
        return Err(duplicate_recovery());
    }
    Ok(())
}

/// A key of the customer's own needs its ARN.
fn key(config: Option<&KeyConfigurationType>) -> Checked {
    let own = config.is_some_and(|c| c.key_type == Some(EncryptionKeyType::CustomerManagedKey));
    if own && config.is_some_and(|c| c.kms_key_arn.is_none()) {
        return Err(invalid_parameter(unconfirmed::KMS_KEY_ARN_REQUIRED));
    }
    Ok(())
}

/// Names are unique across the four levels, the default names of the levels left out included (model).
fn acr_levels(levels: Option<&BTreeMap<String, AcrLevelConfigType>>) -> Checked {
    let Some(levels) = levels else { return Ok(()) };
    let mut seen = BTreeSet::new();
    for n in 1..=4 {
        let name = levels
            .get(&format!("Level{n}"))
            .map(|level| level.acr_value.clone());
        if !seen.insert(name.unwrap_or_else(|| format!("urn:cognito:loa:{n}"))) {
            return Err(invalid_parameter(unconfirmed::DUPLICATE_ACR_VALUE));
        }
    }
    Ok(())
}

fn tags(tags: &BTreeMap<String, String>) -> Checked {
    match tag_refusal(tags) {
        Some(text) => Err(api(ErrorCode::UserPoolTagging, text)),
        None => Ok(()),
    }
}

/// Returns why a pool may not have these tags (admin.md 1.15).
pub fn tag_refusal(tags: &BTreeMap<String, String>) -> Option<&'static str> {
    if tags.len() > MAX_TAGS {
        return Some(unconfirmed::TOO_MANY_TAGS);
    }
    if tags.keys().any(|key| {
        key.get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
    }) {
        return Some(unconfirmed::RESERVED_TAG_KEY);
    }
    let fits = |text: &String| {
        text.chars()
            .all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
    };
    if tags.iter().all(|(key, value)| fits(key) && fits(value)) {
        None
    } else {
        Some(unconfirmed::INVALID_TAG)
    }
}
