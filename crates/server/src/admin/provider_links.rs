//! `cognate providers policy` and `cognate providers links`: what a first sign-in through a provider does about users who
//! have an account already (decision 015).

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::records::provider::Linking;
use cognate_domain::resources::providers::linking;
use cognate_store::Store;
use serde_json::{Value, json};

/// Shows the policy of a provider.
pub(super) async fn policy(
    store: &Store,
    root: &RootKey,
    pool: &str,
    provider: &str,
) -> Result<Value, String> {
    let policy = linking::policy(store, root, pool, provider).await;
    Ok(shown(provider, policy.map_err(text)?))
}

/// Sets the policy of a provider. `now`: the service's time in microseconds.
pub(super) async fn set_policy(
    store: &Store,
    root: &RootKey,
    now: i64,
    (pool, provider): (&str, &str),
    name: &str,
) -> Result<Value, String> {
    let policy = Linking::named(name);
    let policy = policy.ok_or("a policy is never, verified-email or admin-approval")?;
    let done = linking::set_policy(store, root, now, (pool, provider), policy).await;
    done.map_err(text)?;
    Ok(shown(provider, policy))
}

/// Lists a part of the first sign-ins that wait, after a time and an id.
pub(super) async fn list(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    after: Option<&(i64, String)>,
) -> Result<Value, String> {
    let after = after.map_or((0, ""), |(created, id)| (*created, id.as_str()));
    let lines = linking::list(store, root, now, pool, after).await;
    Ok(json!(lines.map_err(text)?))
}

/// Approves one, for the user of a name or the one with the address.
pub(super) async fn approve(
    store: &Store,
    root: &RootKey,
    now: i64,
    request: (&str, &str),
    user: Option<&str>,
) -> Result<Value, String> {
    let user = linking::approve(store, root, now, request, user).await;
    Ok(json!({"id": request.1, "user": user.map_err(text)?}))
}

/// Denies one.
pub(super) async fn deny(
    store: &Store,
    root: &RootKey,
    now: i64,
    request: (&str, &str),
) -> Result<Value, String> {
    let denied = linking::deny(store, root, now, request).await;
    denied.map_err(text)?;
    Ok(json!({"id": request.1}))
}

fn shown(provider: &str, policy: Linking) -> Value {
    json!({"provider": provider, "policy": policy.name()})
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
