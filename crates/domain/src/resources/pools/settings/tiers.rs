//! Feature plans (admin.md 1.7): kept and reported always, enforced only where the server is told to.

use cognate_shapes::*;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::mfa::passkeys_are_two_factors;
use crate::records::pool::{Pool, PoolDoc};

/// The export of user activity (settled P32).
pub const LOG_STREAMING: &str = "Log Streaming";
/// Codes by e-mail as a second factor; the name is \[unconfirmed\].
pub const EMAIL_MFA: &str = "Email MFA";
/// A passkey that counts as both factors; the name is \[unconfirmed\].
pub const PASSKEY_MFA: &str = "Passkey MFA";

/// Returns the plan of a pool that names none: PLUS while threat protection is on, else ESSENTIALS.
pub fn default_for(add_ons: Option<&UserPoolAddOnsType>) -> UserPoolTierType {
    if protects(add_ons) {
        UserPoolTierType::Plus
    } else {
        UserPoolTierType::Essentials
    }
}

fn protects(add_ons: Option<&UserPoolAddOnsType>) -> bool {
    add_ons.is_some_and(|a| {
        a.advanced_security_mode != AdvancedSecurityModeType::Off
            || a.advanced_security_additional_flows
                .as_ref()
                .is_some_and(|flows| flows.custom_auth_mode.is_some())
    })
}

/// Refuses settings above the pool's plan when plans are enforced (settled P28-P30).
pub fn check(cx: &Cx<'_>, pool: &PoolDoc) -> Result<()> {
    if !cx.settings.enforce_tiers {
        return Ok(());
    }
    let features = above(pool);
    if features.is_empty() {
        return Ok(());
    }
    Err(errors::pools::features_above_tier(pool.tier.as_str(), &features).into())
}

/// Refuses a feature of ESSENTIALS that another operation asks for in a pool of LITE, when plans are enforced.
pub fn essentials_feature(cx: &Cx<'_>, pool: &Pool, feature: &str) -> Result<()> {
    if cx.settings.enforce_tiers && pool.doc.tier == UserPoolTierType::Lite {
        return Err(errors::pools::feature_above_tier(pool.doc.tier.as_str(), feature).into());
    }
    Ok(())
}

/// Refuses a feature of PLUS that another operation asks for in a pool of another plan, when plans are enforced.
pub fn plus_feature(cx: &Cx<'_>, pool: &Pool, feature: &str) -> Result<()> {
    if cx.settings.enforce_tiers && pool.doc.tier != UserPoolTierType::Plus {
        return Err(errors::pools::feature_above_tier(pool.doc.tier.as_str(), feature).into());
    }
    Ok(())
}

/// Returns the names of the features that the pool uses and its plan does not have. Only `Token Customization …`,
/// `Passwordless Sign-In` and `Threat Protection` are known names, the others are [unconfirmed].
fn above(pool: &PoolDoc) -> Vec<&'static str> {
    use PreTokenGenerationLambdaVersionType as V;
    let mut features = Vec::new();
    if pool.tier == UserPoolTierType::Lite {
        match pool
            .lambda_config
            .pre_token_generation_config
            .as_ref()
            .map(|c| c.lambda_version)
        {
            Some(V::V2_0) => {
                features.push("Token Customization with Pre-Token Generation Lambda V2_0")
            }
            Some(V::V3_0) => {
                features.push("Token Customization with Pre-Token Generation Lambda V3_0")
            }
            Some(V::V1_0) | None => {}
        }
        let factors = pool
            .policies
            .sign_in_policy
            .as_ref()
            .and_then(|p| p.allowed_first_auth_factors.as_ref());
        if factors.is_some_and(|list| {
            list.iter()
                .any(|factor| *factor != AuthFactorType::Password)
        }) {
            features.push("Passwordless Sign-In");
        }
        if pool
            .policies
            .password_policy
            .as_ref()
            .is_some_and(|p| p.password_history_size.is_some())
        {
            features.push("Password History");
        }
        if pool
            .dcr_configuration
            .as_ref()
            .is_some_and(|d| d.enable_status != Some(StatusType::Disabled))
        {
            features.push("Dynamic Client Registration");
        }
        if pool.acr_configuration.is_some() {
            features.push("Custom ACR Levels");
        }
        if pool.mfa_factors.email.is_some() {
            features.push(EMAIL_MFA);
        }
        if passkeys_are_two_factors(pool) {
            features.push(PASSKEY_MFA);
        }
    }
    if pool.tier != UserPoolTierType::Plus && protects(pool.user_pool_add_ons.as_ref()) {
        features.push("Threat Protection");
    }
    let logs = pool.log_configurations.as_deref().unwrap_or_default();
    if pool.tier != UserPoolTierType::Plus
        && logs
            .iter()
            .any(|one| one.event_source == EventSourceName::UserAuthEvents)
    {
        features.push(LOG_STREAMING);
    }
    features
}
