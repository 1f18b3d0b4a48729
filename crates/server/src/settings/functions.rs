//! The settings of the functions of triggers.

use std::time::Duration;

use anyhow::bail;
use cognate_crypto::secret::Secret;
use cognate_domain::Mode;
use cognate_functions::TriggerFunctions;
use cognate_functions::settings::{
    AccessKey, DEFAULT_TIMEOUT, DEFAULT_TRIES, FunctionSettings, LONGEST_TIMEOUT, MOST_TRIES,
    Mapping,
};

use crate::aws::sigv4::is_region;
use crate::settings::OPERATOR_KEY;
use crate::settings::config::{self, Config, ConfigError};

/// The shortest `hook_secret` in `serve`.
const SHORTEST_SECRET: usize = 16;

/// Reads where functions run and how they are called.
pub fn read(mode: Mode, config: &Config) -> anyhow::Result<TriggerFunctions> {
    let dev = mode == Mode::Dev;
    let private = config.switch("private_functions")?;
    let parse = |text: &String| {
        Mapping::parse(text, dev, private).map_err(|why| ConfigError::invalid("trigger", why))
    };
    let triggers = config.many("trigger").iter().map(parse);
    let secret = |name| config.one(name).map(|text| Secret::new(text.to_owned()));
    let own = [
        "functions_key_id",
        "functions_secret_key",
        "functions_session_token",
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
    let region = config.one("functions_region").map(str::to_owned);
    if region.as_deref().is_some_and(|region| !is_region(region)) {
        bail!(ConfigError::invalid(
            "functions_region",
            "must have the form of us-east-1"
        ));
    }
    let hook_secret = secret("hook_secret");
    if let Some(secret) = &hook_secret
        && (secret.expose().is_empty() || (!dev && secret.expose().len() < SHORTEST_SECRET))
    {
        bail!(ConfigError::invalid(
            "hook_secret",
            format!("must have {SHORTEST_SECRET} characters at least")
        ));
    }
    let longest = u64::try_from(LONGEST_TIMEOUT.as_millis())?;
    let timeout = config.number(
        "function_timeout_ms",
        u64::try_from(DEFAULT_TIMEOUT.as_millis())?,
        1..=longest,
    )?;
    let tries = config.number(
        "function_tries",
        DEFAULT_TRIES.into(),
        1..=MOST_TRIES.into(),
    )?;
    let names = config::keys().map(|key| key.name).chain(["config"]);
    let settings = FunctionSettings {
        dev,
        triggers: triggers.collect::<Result<_, _>>()?,
        key,
        region,
        hook_secret,
        timeout: Duration::from_millis(timeout),
        tries: u32::try_from(tries)?,
        private,
        hidden_variables: names
            .map(|name| format!("COGNATE_{}", name.to_ascii_uppercase()))
            .collect(),
    };
    Ok(TriggerFunctions::new(settings).map_err(|why| ConfigError::invalid("trigger", why))?)
}
