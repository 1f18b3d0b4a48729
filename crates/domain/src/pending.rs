//! Stored settings whose feature is still missing: the operations they govern answer 501 for that pool or client
//! (design decision 9). An entry leaves this table when its feature arrives.

use cognate_shapes::{EncryptionKeyType, Op};

use crate::errors::{self, Result};
use crate::facts::action::Action;
use crate::records::client::{Client, ClientDoc};
use crate::records::pool::{Pool, PoolDoc};

/// A pool setting without its feature.
pub struct PoolSetting {
    /// As the API names it; appears in the 501 text.
    pub name: &'static str,
    /// True if the pool asks for the feature.
    pub on: fn(&PoolDoc) -> bool,
    /// The operations that must not run without it.
    pub governs: &'static [Op],
}

/// A client setting without its feature.
pub struct ClientSetting {
    /// As the API names it.
    pub name: &'static str,
    /// True if the client asks for the feature.
    pub on: fn(&ClientDoc) -> bool,
    /// The operations that must not run without it.
    pub governs: &'static [Op],
}

/// The operations that record facts about users.
const KEEPS: &[Op] = &[
    Op::SignUp,
    Op::AdminCreateUser,
    Op::StartUserImportJob,
    Op::AdminSetUserPassword,
    Op::ConfirmForgotPassword,
    Op::ChangePassword,
    Op::UpdateUserAttributes,
    Op::AdminUpdateUserAttributes,
    Op::VerifyUserAttribute,
    Op::InitiateAuth,
    Op::AdminInitiateAuth,
    Op::RespondToAuthChallenge,
    Op::AdminRespondToAuthChallenge,
];

/// Pool settings that are stored and not yet obeyed. Settings that are not here are obeyed, or do nothing until
/// operations that have no code yet exist; the test below says which.
pub const POOL_SETTINGS: &[PoolSetting] = &[PoolSetting {
    name: "KeyConfiguration.KeyType",
    on: own_key,
    governs: KEEPS,
}];

/// Client settings that are stored and not yet obeyed: none. Those that are not obeyed do nothing until operations or
/// endpoints that have no code yet exist; the test below says which.
pub const CLIENT_SETTINGS: &[ClientSetting] = &[];

fn own_key(pool: &PoolDoc) -> bool {
    pool.key_configuration
        .as_ref()
        .is_some_and(|k| k.key_type == Some(EncryptionKeyType::CustomerManagedKey))
}

/// Refuses with 501 if the pool asks for a feature that `action` must obey and that has no code.
pub fn guard_pool(action: Action, pool: &Pool) -> Result<()> {
    for setting in POOL_SETTINGS {
        if action.is_one_of(setting.governs) && (setting.on)(&pool.doc) {
            return Err(errors::not_implemented(setting.name).into());
        }
    }
    Ok(())
}

/// Refuses with 501 if the client asks for a feature that `action` must obey and that has no code.
pub fn guard_client(action: Action, client: &Client) -> Result<()> {
    for setting in CLIENT_SETTINGS {
        if action.is_one_of(setting.governs) && (setting.on)(&client.doc) {
            return Err(errors::not_implemented(setting.name).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new member of a pool's settings does not compile without a decision here.
    #[allow(dead_code, reason = "the compiler is the test")]
    fn every_pool_setting_is_decided(doc: PoolDoc) {
        let PoolDoc {
            // Obeyed.
            name: _,
            temporary_days_set: _,
            deletion_protection: _,
            schema: _,
            auto_verified_attributes: _,
            alias_attributes: _,
            username_attributes: _,
            username_configuration: _,
            verification_message_template: _,
            admin_create_user_config: _,
            account_recovery_setting: _,
            mfa_configuration: _,
            mfa_factors: _,
            web_authn_configuration: _,
            sms_authentication_message: _,
            user_attribute_update_settings: _,
            device_configuration: _,
            tier: _,
            recovery: _,
            issuer_configuration: _,
            fold: _,
            shape: _,
            space: _,
            reshaping: _,
            tags: _,
            policies: _,
            acr_configuration: _,
            dcr_configuration: _,
            sessions: _,
            lambda_config: _,
            log_configurations: _,
            client_ids: _,
            // Obeyed where the mode of `user_pool_add_ons` lets it.
            risk_configuration: _,
            imported_passwords: _,
            upstream: _,
            user_pool_add_ons: _,
            // Fail closed.
            key_configuration: _,
            // Who sends, which is the server's own business: see the settings of its courier.
            email_configuration: _,
            sms_configuration: _,
        } = doc;
    }

    /// A new member of a client's settings does not compile without a decision here.
    #[allow(dead_code, reason = "the compiler is the test")]
    fn every_client_setting_is_decided(doc: ClientDoc) {
        let ClientDoc {
            // Obeyed.
            name: _,
            refresh_token_validity: _,
            access_token_validity: _,
            id_token_validity: _,
            token_validity_units: _,
            read_attributes: _,
            write_attributes: _,
            explicit_auth_flows: _,
            prevent_user_existence_errors: _,
            enable_token_revocation: _,
            auth_session_validity: _,
            refresh_token_rotation: _,
            // Obeyed by the endpoints.
            sso_minutes: _,
            oidc_profile: _,
            registration: _,
            allowed_oauth_flows: _,
            allowed_oauth_scopes: _,
            allowed_oauth_flows_user_pool_client: _,
            supported_identity_providers: _,
            callback_urls: _,
            logout_urls: _,
            default_redirect_uri: _,
            // It decides whether the endpoint of AnalyticsMetadata is kept with events; no Pinpoint is called.
            analytics_configuration: _,
            // Obeyed: it decides whose word on an address counts.
            enable_propagate_additional_user_context_data: _,
            // Obeyed where the mode of the pool's `user_pool_add_ons` lets it.
            risk_configuration: _,
            // Obeyed by a job.
            managed_secret: _,
        } = doc;
    }

    #[test]
    fn a_setting_governs_each_operation_once_and_has_a_name_of_its_own() {
        let all = || POOL_SETTINGS.iter();
        for (n, setting) in all().enumerate() {
            assert!(!setting.governs.is_empty(), "{}", setting.name);
            let mut seen: Vec<_> = setting.governs.iter().map(|op| op.name()).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), setting.governs.len(), "{}", setting.name);
            assert!(
                all().skip(n + 1).all(|other| other.name != setting.name),
                "{}",
                setting.name
            );
        }
    }
}
