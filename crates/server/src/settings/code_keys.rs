//! The keys that encrypt codes for pools' own senders (decision 014).

use anyhow::bail;
use cognate_domain::Mode;
use cognate_functions::code_cipher::{CodeKeyError, ConfiguredKeys};
use cognate_outbound::aws::Signer;

use crate::settings::OPERATOR_KEY;
use crate::settings::config::{Config, ConfigError};

/// Reads `code_key` and the access key of key management services; None if no key is set.
///
/// # Errors
/// A value of another form, and half an access key. No error repeats a value.
pub fn code_keys(
    mode: Mode,
    region: &str,
    config: &Config,
) -> anyhow::Result<Option<ConfiguredKeys>> {
    let values = config.many("code_key");
    let own = [
        "kms_access_key_id",
        "kms_secret_access_key",
        "kms_session_token",
    ];
    // The operator's one key signs these calls too, unless they have their own.
    let [id, secret, token] = match own.iter().any(|name| config.one(name).is_some()) {
        true => own,
        false => OPERATOR_KEY,
    };
    let signer = match (config.one(id), config.one(secret)) {
        (Some(id), Some(secret)) => {
            let token = config.one(token);
            Some(Signer::new(id, secret, token, region, "kms"))
        }
        // Local services take any key.
        (None, None) if mode == Mode::Dev => Some(Signer::new("test", "test", None, region, "kms")),
        (None, None) => None,
        _ => bail!("set both {id} and {secret}, or neither"),
    };
    if values.is_empty() {
        return Ok(None);
    }
    let keys = ConfiguredKeys::new(values.iter().map(String::as_str), signer.as_ref());
    let keys = keys.map_err(|error| match error {
        CodeKeyError::NoCredentials => ConfigError::invalid(
            "code_key",
            "a key management service needs kms_access_key_id and kms_secret_access_key, or aws_access_key_id and aws_secret_access_key",
        ),
        other => ConfigError::invalid("code_key", other.to_string()),
    })?;
    Ok(Some(keys))
}
