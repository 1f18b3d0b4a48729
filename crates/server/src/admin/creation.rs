//! `cognate pool create` and `cognate client create`: a pool and a client with ids of the operator's choice, which the API
//! does not let anybody choose. SRP and the settings of applications depend on them (decision 018).

use cognate_crypto::random;
use cognate_domain::ids::{is_client_id, is_pool_id};
use cognate_domain::{App, Caller, ClientInfo, Cx, dispatch};
use cognate_shapes::{Op, validate};
use serde_json::Value;

/// What an id of a pool is.
pub const POOL_ID: &str = "an id of a pool is a region, an underscore, and letters and digits";
/// What an id of a client is.
pub const CLIENT_ID: &str = "an id of a client is letters, digits, _ and +";

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
