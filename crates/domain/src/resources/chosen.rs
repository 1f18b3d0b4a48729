//! Ids that the caller chooses, in `dev` alone, in the spellings that people bring along (docs/DEV.md): tags of a pool, the
//! beginning of a client's name, ClientMetadata of AdminCreateUser. In `serve` these are tags, names and metadata like any
//! other.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::seal::{Context, PoolKey};
use cognate_crypto::secret::SecretString;
use cognate_store::tables::users::{self, looks_like_id};

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::{Result, invalid_parameter};
use crate::ids;
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
/// The longest secret, as the model has it.
const LONGEST_SECRET: usize = 64;

/// What the tags of a new pool ask for.
#[derive(Default)]
pub struct PoolChoice {
    /// The id.
    pub id: Option<String>,
    /// How its clients get theirs.
    clients: ClientIds,
    /// The secret of those clients that get one.
    secret: Option<SecretString>,
}

impl PoolChoice {
    /// Returns how the clients of the pool get their ids and secrets, as the pool's document has it: the secret is sealed.
    pub fn client_ids(self, pool: &str, key: &PoolKey) -> Option<ClientIds> {
        let sealed_secret = self
            .secret
            .map(|secret| STANDARD.encode(key.seal(&context(pool), secret.expose().as_bytes())));
        let clients = ClientIds {
            sealed_secret,
            ..self.clients
        };
        Some(clients).filter(|clients| *clients != ClientIds::default())
    }
}

fn context(pool: &str) -> Context<'_> {
    Context {
        table: "pools",
        column: "doc.client_ids.secret",
        pool,
        row: pool,
    }
}

/// Takes away the tags that are obeyed when a pool is made and not kept, in `dev`: one of them is a secret.
pub fn strip(cx: &Cx<'_>, tags: Option<&mut BTreeMap<String, String>>) {
    if let Some(tags) = tags.filter(|_| cx.settings.mode == Mode::Dev) {
        tags.retain(|name, _| !is_stripped(name));
    }
}

/// True for a tag that `dev` obeys and does not keep.
pub fn is_stripped(tag: &str) -> bool {
    STRIPPED.contains(&tag)
}

/// Returns what the tags of a new pool ask for, and takes away those that are not kept. `known`: true if the pool has an id
/// already, for which they are not asked.
///
/// # Errors
/// InvalidParameterException for an id that a pool cannot have, or that is taken.
pub async fn of_pool(
    cx: &Cx<'_>,
    region: &str,
    tags: Option<&mut BTreeMap<String, String>>,
    known: bool,
) -> Result<PoolChoice> {
    let Some(tags) = tags.filter(|_| cx.settings.mode == Mode::Dev) else {
        return Ok(PoolChoice::default());
    };
    let named = POOL_TAGS
        .iter()
        .find_map(|tag| Some((*tag, tags.get(*tag)?.clone())));
    let id = match named.filter(|_| !known) {
        Some((tag, value)) => Some(pool_id(cx, region, tag, &value).await?),
        None => None,
    };
    let (mut clients, mut chosen) = (ClientIds::default(), None);
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
        if !ids::is_word(secret, LONGEST_SECRET) {
            let text = format!("{FLOCI_SECRET} is no secret that a client can have.");
            return Err(invalid_parameter(text).into());
        }
        chosen = Some(SecretString::new(secret.clone()));
    }
    strip(cx, Some(tags));
    Ok(PoolChoice {
        id,
        clients,
        secret: chosen,
    })
}

async fn pool_id(cx: &Cx<'_>, region: &str, tag: &str, value: &str) -> Result<String> {
    let id = match value.contains('_') {
        true => value.to_owned(),
        false => format!("{region}_{value}"),
    };
    let is_there = id.split_once('_').is_some_and(|(place, _)| place == region);
    if !is_there || !ids::is_pool_id(&id) {
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
pub async fn of_client(cx: &Cx<'_>, pool: &Pool, name: &str) -> Result<ClientChoice> {
    let mut choice = ClientChoice::default();
    let rule = pool.doc.client_ids.as_ref();
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
    if let Some(sealed) = rule.and_then(|rule| rule.sealed_secret.as_ref()) {
        let sealed = STANDARD.decode(sealed).unwrap_or_default();
        let plain = pool.key.open(&context(&pool.id), &sealed)?;
        let text = String::from_utf8_lossy(plain.expose()).into_owned();
        choice.secret = Some(SecretString::new(text));
    }
    let Some(id) = &choice.id else {
        return Ok(choice);
    };
    if !ids::is_client_id(id) {
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
