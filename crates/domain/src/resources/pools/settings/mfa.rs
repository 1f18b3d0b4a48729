//! MFA and passkeys of a pool: the meaning of SetUserPoolMfaConfig, its refusals and its settings in answers
//! (admin.md 1.11).

use cognate_shapes::*;

use crate::cx::Cx;
use crate::errors::pools::*;
use crate::errors::{ApiError, Result, invalid_parameter, unconfirmed};
use crate::records::mfa::passkeys_are_two_factors;
use crate::records::pool::{MfaFactors, Pool, PoolDoc};
use crate::resources::pools::settings::{check, delivery, essentials_feature, tiers};

/// Returns the factors of a pool whose MFA CreateUserPool or UpdateUserPool sets: OFF ends them all (settled C7), and
/// these two operations turn on SMS where nothing else was set before.
pub fn factors_of(mfa: UserPoolMfaType, before: MfaFactors) -> MfaFactors {
    match mfa {
        UserPoolMfaType::Off => MfaFactors::default(),
        _ if before.any() => before,
        _ => MfaFactors {
            sms: true,
            ..MfaFactors::default()
        },
    }
}

/// Returns the settings of a pool after SetUserPoolMfaConfig, checked. It replaces everything that it can set
/// (settled C6), except that a sender of SMS stays (settled R13).
pub fn replaced(cx: &Cx<'_>, pool: &Pool, sent: SetUserPoolMfaConfigRequest) -> Result<PoolDoc> {
    let mfa_configuration = sent.mfa_configuration.unwrap_or(UserPoolMfaType::Off);
    let named = sent.sms_mfa_configuration.is_some()
        || sent.software_token_mfa_configuration.is_some()
        || sent.email_mfa_configuration.is_some();
    if mfa_configuration == UserPoolMfaType::Off && named {
        return Err(factor_without_mfa().into());
    }
    let mut after = PoolDoc {
        mfa_configuration,
        mfa_factors: MfaFactors {
            sms: sent.sms_mfa_configuration.is_some(),
            software_token: sent.software_token_mfa_configuration,
            email: sent.email_mfa_configuration,
        },
        web_authn_configuration: sent.web_authn_configuration,
        ..pool.doc.clone()
    };
    if mfa_configuration != UserPoolMfaType::Off && !after.mfa_factors.any() {
        return Err(mfa_without_factor().into());
    }
    if let Some(sms) = sent.sms_mfa_configuration {
        after.sms_authentication_message = sms.sms_authentication_message;
        if let Some(sender) = sms.sms_configuration {
            let sender = delivery::sms(&pool.region, sender)?;
            after.sms_configuration = sender.or(after.sms_configuration);
        }
        if after.sms_configuration.is_none() {
            return Err(sms_required_for_mfa().into());
        }
    }
    email(cx, pool, &after)?;
    passkeys(cx, pool, &after)?;
    check::first_factors(&after)?;
    Ok(after)
}

/// Settled P19; auth.md 4.1.
fn email(cx: &Cx<'_>, pool: &Pool, after: &PoolDoc) -> Result<()> {
    if after.mfa_factors.email.is_none() {
        return Ok(());
    }
    essentials_feature(cx, pool, tiers::EMAIL_MFA)?;
    let sender = after.email_configuration.email_sending_account;
    if sender != Some(EmailSendingAccountType::Developer) {
        return Err(email_mfa_by_default_sender().into());
    }
    if recovers_by_email_alone(after.account_recovery_setting.as_ref()) {
        return Err(invalid_parameter(unconfirmed::EMAIL_MFA_WITH_EMAIL_RECOVERY).into());
    }
    Ok(())
}

fn recovers_by_email_alone(setting: Option<&AccountRecoverySettingType>) -> bool {
    let ways = setting
        .and_then(|s| s.recovery_mechanisms.as_deref())
        .unwrap_or_default();
    matches!(ways, [only] if only.name == RecoveryOptionNameType::VerifiedEmail)
}

/// Settled P20; the plan that a passkey as both factors needs is in the model's documentation.
fn passkeys(cx: &Cx<'_>, pool: &Pool, after: &PoolDoc) -> Result<()> {
    if passkeys_are_two_factors(after) {
        essentials_feature(cx, pool, tiers::PASSKEY_MFA)?;
    }
    let settings = after.web_authn_configuration.as_ref();
    match settings.and_then(|s| s.relying_party_id.as_deref()) {
        Some(id) => relying_party(id).map_err(Into::into),
        None => Ok(()),
    }
}

/// A relying party is named by a domain (Web Authentication section 5.4.2), so it holds what domain names hold.
fn relying_party(id: &str) -> std::result::Result<(), ApiError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if id.bytes().all(fits) {
        Ok(())
    } else {
        Err(invalid_relying_party())
    }
}

/// Returns the settings as Get and Set show them: blocks that are not set are absent (settled R2, R14).
pub fn view(pool: &PoolDoc) -> GetUserPoolMfaConfigResponse {
    let sms = pool.mfa_factors.sms.then(|| SmsMfaConfigType {
        sms_authentication_message: pool.sms_authentication_message.clone(),
        sms_configuration: pool.sms_configuration.clone(),
    });
    GetUserPoolMfaConfigResponse {
        sms_mfa_configuration: sms,
        software_token_mfa_configuration: pool.mfa_factors.software_token.clone(),
        email_mfa_configuration: pool.mfa_factors.email.clone(),
        mfa_configuration: Some(pool.mfa_configuration),
        web_authn_configuration: pool.web_authn_configuration.clone(),
    }
}
