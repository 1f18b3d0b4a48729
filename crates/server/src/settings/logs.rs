//! The settings of the targets of log delivery.

use std::path::PathBuf;

use anyhow::bail;
use cognate_crypto::secret::Secret;
use cognate_domain::Mode;
use cognate_logs::settings::{AccessKey, Mapping};
use cognate_logs::{LogSettings, Targets};

use crate::settings::OPERATOR_KEY;
use crate::settings::config::{Config, ConfigError};

/// Reads where log records go. `folder`: the data folder, if there is one that stays.
pub fn read(
    mode: Mode,
    region: &str,
    folder: Option<PathBuf>,
    config: &Config,
) -> anyhow::Result<Targets> {
    let parse =
        |text: &String| Mapping::parse(text).map_err(|why| ConfigError::invalid("log_target", why));
    let targets = config.many("log_target").iter().map(parse);
    let secret = |name| config.one(name).map(|text| Secret::new(text.to_owned()));
    let own = [
        "log_access_key_id",
        "log_secret_access_key",
        "log_session_token",
    ];
    // The operator's one key signs these calls too, unless they have their own.
    let [id, key, token_name] = match own.iter().any(|name| config.one(name).is_some()) {
        true => own,
        false => OPERATOR_KEY,
    };
    let token = secret(token_name);
    let key = match (config.one(id), secret(key)) {
        (Some(id), Some(secret)) => Some(AccessKey {
            id: id.to_owned(),
            secret,
            token,
        }),
        (None, None) if token.is_none() => None,
        _ => bail!("set both {id} and {key}, or neither; {token_name} only with them"),
    };
    let settings = LogSettings {
        dev: mode == Mode::Dev,
        targets: targets.collect::<Result<_, _>>()?,
        key,
        webhook_secret: secret("log_webhook_secret"),
        region: region.to_owned(),
        folder,
    };
    Ok(Targets::new(settings).map_err(|why| ConfigError::invalid("log_target", why))?)
}
