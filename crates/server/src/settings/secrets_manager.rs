//! The settings of the store of published client secrets (agents.md 6).

use anyhow::bail;
use cognate_domain::Mode;
use cognate_outbound::aws::Signer;

use crate::aws::secret_store::SecretsManager;
use crate::aws::sigv4::is_region;
use crate::settings::OPERATOR_KEY;
use crate::settings::config::{Config, ConfigError};

/// Reads where client secrets are published; None if the settings name no place.
///
/// # Errors
/// A value of another form, a missing or half an access key. No error repeats a value.
pub fn read(mode: Mode, region: &str, config: &Config) -> anyhow::Result<Option<SecretsManager>> {
    let Some(place) = config.one("secrets_manager") else {
        return Ok(None);
    };
    let region = config.one("secrets_manager_region").unwrap_or(region);
    if !is_region(region) {
        bail!(ConfigError::invalid(
            "secrets_manager_region",
            "must have the form of us-east-1"
        ));
    }
    let own = [
        "secrets_manager_access_key_id",
        "secrets_manager_secret_access_key",
        "secrets_manager_session_token",
    ];
    // The operator's one key signs these calls too, unless they have their own.
    let [id, secret, token] = match own.iter().any(|name| config.one(name).is_some()) {
        true => own,
        false => OPERATOR_KEY,
    };
    let of =
        |id: &str, secret: &str, token| Signer::new(id, secret, token, region, "secretsmanager");
    let signer = match (config.one(id), config.one(secret)) {
        (Some(id), Some(secret)) => of(id, secret, config.one(token)),
        // Local services take any key.
        (None, None) if mode == Mode::Dev => of("test", "test", None),
        (None, None) => bail!(ConfigError::invalid(
            "secrets_manager",
            "needs secrets_manager_access_key_id and secrets_manager_secret_access_key, or aws_access_key_id and aws_secret_access_key",
        )),
        _ => bail!("set both {id} and {secret}, or neither"),
    };
    let url = (place != "aws").then_some(place);
    match SecretsManager::new(url, region, signer) {
        Some(store) => Ok(Some(store)),
        None => bail!(ConfigError::invalid(
            "secrets_manager",
            "must be aws, or an http or https URL without user, query or fragment",
        )),
    }
}
