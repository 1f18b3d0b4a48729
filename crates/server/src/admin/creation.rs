//! `cognate pool create` and `cognate client create`: a pool and a client with ids of the operator's choice, which the API
//! does not let anybody choose. SRP and the settings of applications depend on them (decision 018).

use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_domain::{App, Caller, ClientInfo, Cx, Settings, dispatch};
use cognate_shapes::{Op, validate};
use cognate_store::Store;
use serde_json::Value;

/// The longest id of a pool and of a client.
const LONGEST_POOL: usize = 55;
const LONGEST_CLIENT: usize = 128;

/// What an id of a pool is.
pub const POOL_ID: &str = "an id of a pool is a region, an underscore, and letters and digits";
/// What an id of a client is.
pub const CLIENT_ID: &str = "an id of a client is letters and digits";

/// True if a pool may have this id.
pub fn is_pool_id(id: &str) -> bool {
    let parts = id.split_once('_');
    let fits = parts.is_some_and(|(region, suffix)| is_region(region) && is_word(suffix));
    fits && id.len() <= LONGEST_POOL
}

/// True if a client may have this id.
pub fn is_client_id(id: &str) -> bool {
    is_word(id) && id.len() <= LONGEST_CLIENT
}

/// Opens the domain on a database that no server has open.
pub(super) async fn alone(store: &Store, root: &RootKey) -> Result<std::sync::Arc<App>, String> {
    let root = RootKey::from_base64(root.to_base64().expose()).map_err(|e| e.to_string())?;
    let opened = App::open(Settings::dev(), store.clone(), root).await;
    opened.map_err(|fault| format!("{fault:?}"))
}

/// Makes a pool with this id. `settings`: the input of CreateUserPool.
pub(super) async fn pool(app: &App, id: &str, settings: &str) -> Result<Value, String> {
    let parts = id.split_once('_').filter(|_| is_pool_id(id));
    let (region, _) = parts.ok_or(POOL_ID)?;
    let taken = app.cached_pool(id).await;
    if taken.map_err(|fault| format!("{fault:?}"))?.is_some() {
        return Err(format!("there is a user pool {id}"));
    }
    run(
        app,
        Op::CreateUserPool,
        region,
        ("pool id", id),
        input(settings)?,
    )
    .await
}

/// Makes a client of a pool with this id. `settings`: the input of CreateUserPoolClient without the pool.
pub(super) async fn client(
    app: &App,
    pool: &str,
    id: &str,
    settings: &str,
) -> Result<Value, String> {
    if !is_client_id(id) {
        return Err(CLIENT_ID.to_owned());
    }
    let taken = app.cached_client(id).await;
    if taken.map_err(|fault| format!("{fault:?}"))?.is_some() {
        return Err(format!("there is a client {id}"));
    }
    let mut input = input(settings)?;
    if let Some(members) = input.as_object_mut() {
        members.insert("UserPoolId".to_owned(), pool.into());
    }
    let found = app.cached_pool(pool).await;
    let found = found.map_err(|fault| format!("{fault:?}"))?;
    let found = found.ok_or_else(|| format!("User pool {pool} does not exist."))?;
    let kept = ("client id", id);
    run(app, Op::CreateUserPoolClient, &found.region, kept, input).await
}

fn input(settings: &str) -> Result<Value, String> {
    let input: Value = serde_json::from_str(settings).map_err(|error| error.to_string())?;
    match input.is_object() {
        true => Ok(input),
        false => Err("the settings are no JSON object".to_owned()),
    }
}

/// Runs an operation that finds an id in the memory of its action.
async fn run(
    app: &App,
    op: Op,
    region: &str,
    (kept, id): (&str, &str),
    mut input: Value,
) -> Result<Value, String> {
    use validate::Rejection as R;
    validate::validate(op, &mut input).map_err(|rejection| match rejection {
        R::Invalid(text) => text,
        R::Serialization(text) => text.unwrap_or_else(|| "the settings cannot be read".to_owned()),
    })?;
    let caller = Caller::Operator {
        id: "command-line".to_owned(),
        region: region.to_owned(),
    };
    let cx = Cx::new(app, op, caller, ClientInfo::default(), random::uuid_v4());
    cx.memory().keep(kept, id.to_owned());
    let done = dispatch(&cx, input).await;
    let answer = done.map_err(|error| error.message.into_owned())?;
    let body = answer.body.unwrap_or_default();
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

fn is_region(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
