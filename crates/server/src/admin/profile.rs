//! `cognate client`: the profile of a client, which is no member of the API (endpoints.md 7.3).

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::oauth::profile;
use cognate_domain::records::client::OidcProfile;
use cognate_store::Store;
use serde_json::{Value, json};

/// Shows the profile of a client.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn show(store: &Store, root: &RootKey, client: &str) -> Result<Value, String> {
    let profile = profile::of(store, root, client).await.map_err(text)?;
    Ok(answer(client, profile))
}

/// Sets the profile of a client. `now`: the service's time in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn set(
    store: &Store,
    root: &RootKey,
    now: i64,
    client: &str,
    name: &str,
) -> Result<Value, String> {
    let profile = OidcProfile::named(name).ok_or("a profile is standard or cognito")?;
    let done = profile::set(store, root, now, client, profile).await;
    done.map_err(text)?;
    Ok(answer(client, profile))
}

fn answer(client: &str, profile: OidcProfile) -> Value {
    json!({"client": client, "profile": profile.name()})
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the client changes too often; try again".into(),
        Fault::Internal(detail) => detail,
    }
}
