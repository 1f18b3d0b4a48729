//! Ids that the caller chooses, in `dev` alone, in the spellings that people bring along (docs/DEV.md): tags of a pool, the
//! beginning of a client's name, ClientMetadata of AdminCreateUser. In `serve` these are tags, names and metadata like any
//! other.

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_store::tables::users::{self, looks_like_id};

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::{Result, invalid_parameter};
use crate::records::pool::{ClientIds, Pool};
use crate::records::user::User;
use crate::resources::client_names;

/// Tags whose value is the id of the pool.
const POOL_TAGS: [&str; 3] = ["_custom_id_", "ms-custom-id", FLOCI_POOL];
const FLOCI_POOL: &str = "floci:override-id";
const FLOCI_CLIENT: &str = "floci:override-cognito-client-id";
const FLOCI_SECRET: &str = "floci:override-cognito-client-secret";
/// Tags that are obeyed and not kept.
const STRIPPED: [&str; 3] = [FLOCI_POOL, FLOCI_CLIENT, FLOCI_SECRET];
/// The member of ClientMetadata that is the `sub` of a new user.
const USER: &str = "_custom_id_";
/// The longest ids and secret, as the model has them.
const LONGEST_POOL: usize = 55;
const LONGEST_CLIENT: usize = 128;
const LONGEST_SECRET: usize = 64;

/// What the tags of a new pool ask for.
#[derive(Default)]
pub struct PoolChoice {
    /// The id.
    pub id: Option<String>,
    /// How its clients get theirs.
    pub clients: Option<ClientIds>,
}

/// Returns what the tags of a new pool ask for, and takes away those that are not kept.
///
/// # Errors
/// InvalidParameterException for an id that a pool cannot have, or that is taken.
pub async fn of_pool(
    cx: &Cx<'_>,
    region: &str,
    tags: Option<&mut BTreeMap<String, String>>,
) -> Result<PoolChoice> {
    let Some(tags) = tags.filter(|_| cx.settings.mode == Mode::Dev) else {
        return Ok(PoolChoice::default());
    };
    let named = POOL_TAGS
        .iter()
        .find_map(|tag| Some((*tag, tags.get(*tag)?.clone())));
    let id = match named {
        Some((tag, value)) => Some(pool_id(cx, region, tag, &value).await?),
        None => None,
    };
    let mut clients = ClientIds::default();
    if let Some(rule) = tags.get(FLOCI_CLIENT) {
        clients.of_names = true;
        if let Some(text) = rule.strip_prefix("append-to-name:") {
            clients.behind = Some(text.to_owned());
        } else if let Some(text) = rule.strip_prefix("prepend-to-name:") {
            clients.before = Some(text.to_owned());
        } else if rule != "use-name" {
            let text =
                format!("{FLOCI_CLIENT} is use-name, append-to-name:TEXT or prepend-to-name:TEXT.");
            return Err(invalid_parameter(text).into());
        }
    }
    if let Some(secret) = tags.get(FLOCI_SECRET) {
        if !is_word(secret, LONGEST_SECRET) {
            let text = format!("{FLOCI_SECRET} is no secret that a client can have.");
            return Err(invalid_parameter(text).into());
        }
        clients.secret = Some(secret.clone());
    }
    let clients = Some(clients).filter(|clients| *clients != ClientIds::default());
    tags.retain(|name, _| !STRIPPED.contains(&name.as_str()));
    Ok(PoolChoice { id, clients })
}

async fn pool_id(cx: &Cx<'_>, region: &str, tag: &str, value: &str) -> Result<String> {
    let id = match value.contains('_') {
        true => value.to_owned(),
        false => format!("{region}_{value}"),
    };
    let suffix = id.split_once('_').filter(|(place, _)| *place == region);
    let fits = suffix.is_some_and(|(_, suffix)| {
        !suffix.is_empty() && suffix.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if !fits || id.len() > LONGEST_POOL {
        let text = format!(
            "The tag {tag} is no id of a pool in {region}: {region}_ and letters and digits."
        );
        return Err(invalid_parameter(text).into());
    }
    if cx.cached_pool(&id).await?.is_some() {
        return Err(invalid_parameter(format!("There is a user pool {id}.")).into());
    }
    Ok(id)
}

/// What a new client gets.
#[derive(Default)]
pub struct ClientChoice {
    /// Its id.
    pub id: Option<String>,
    /// Its secret, if it gets one.
    pub secret: Option<SecretString>,
}

/// Returns what the name of a new client and the tags of its pool ask for.
///
/// # Errors
/// InvalidParameterException for an id that a client cannot have, or that is taken.
pub async fn of_client(cx: &Cx<'_>, rule: Option<&ClientIds>, name: &str) -> Result<ClientChoice> {
    let mut choice = ClientChoice::default();
    if cx.settings.mode != Mode::Dev {
        return Ok(choice);
    }
    if client_names::spelled(cx).is_some() {
        choice.id = Some(name.to_owned());
    } else if let Some(rule) = rule.filter(|rule| rule.of_names) {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        choice.id = Some(format!(
            "{}{name}{}",
            part(&rule.before),
            part(&rule.behind)
        ));
    }
    choice.secret = rule
        .and_then(|rule| rule.secret.clone())
        .map(SecretString::new);
    let Some(id) = &choice.id else {
        return Ok(choice);
    };
    if !is_word(id, LONGEST_CLIENT) {
        let text = "The id of a client is letters, digits, _ and +.";
        return Err(invalid_parameter(text).into());
    }
    if cx.cached_client(id).await?.is_some() {
        return Err(invalid_parameter(format!("There is a client {id}.")).into());
    }
    Ok(choice)
}

/// Returns the `sub` that ClientMetadata asks for.
///
/// # Errors
/// InvalidParameterException for one that no user can have, or that a user of the pool has or had.
pub async fn of_user(
    cx: &Cx<'_>,
    pool: &Pool,
    metadata: Option<&BTreeMap<String, String>>,
) -> Result<Option<String>> {
    let named = metadata.and_then(|metadata| metadata.get(USER));
    let Some(sub) = named.filter(|_| cx.settings.mode == Mode::Dev) else {
        return Ok(None);
    };
    if !looks_like_id(sub) {
        let text = format!("{USER} in ClientMetadata is no sub: a UUID in lower case.");
        return Err(invalid_parameter(text).into());
    }
    let had = cx.store.first(users::buried(&pool.id, sub)).await?;
    if had.is_some() || User::by_id(&cx.store, pool, sub).await?.is_some() {
        let text = format!("The sub {sub} is or was that of a user of this pool.");
        return Err(invalid_parameter(text).into());
    }
    Ok(Some(sub.clone()))
}

/// The id of a client is `[\w+]+` in the model; that of a pool and a secret are narrower.
fn is_word(text: &str, longest: usize) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+');
    (1..=longest).contains(&text.len()) && text.bytes().all(fits)
}
