//! What a pool has and a seed cannot hold, for an export to name.

use cognate_domain::App;
use cognate_domain::moving::seeded;
use cognate_domain::records::client::Client;
use cognate_domain::records::pool::{Pool, SessionSettings};
use cognate_domain::records::provider::{Linking, Provider};
use cognate_store::StoreError;
use cognate_store::tables::{cimd_policies, clients, dynamic_clients, identity_providers, terms};
use cognate_templates::attributes::is_shadowed;

use super::apply::users;

/// Providers that one query returns.
const PROVIDERS: i64 = 60;

fn broken(error: StoreError) -> String {
    error.to_string()
}

/// Names what is of the pool.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn of_pool(app: &App, pool_id: &str) -> Result<Vec<String>, String> {
    let store = &app.store;
    let pool = seeded::pool(app, pool_id).await.map_err(users::text)?;
    let terms = terms::page(store, pool_id, "", 1).await.map_err(broken)?;
    let policies = cimd_policies::page(store, pool_id, "", 1).await;
    let registered = dynamic_clients::page(store, pool_id, "", 1).await;
    let linking = linking(app, &pool).await?;
    let rows = [
        (!terms.is_empty(), "its terms".to_owned()),
        (
            !policies.map_err(broken)?.is_empty(),
            "its policies of client metadata documents".to_owned(),
        ),
        (
            pool.doc.sessions.unwrap_or_default() != SessionSettings::default(),
            "its session configuration".to_owned(),
        ),
        (
            !linking.is_empty(),
            format!("the linking policies of {}", linking.join(", ")),
        ),
        (
            pool.doc.upstream,
            "the upstream in front of which it stands".to_owned(),
        ),
        (
            !registered.map_err(broken)?.is_empty(),
            "the app clients that registered themselves".to_owned(),
        ),
    ];
    let shadowed = pool.doc.schema.iter();
    let shadowed = shadowed.filter_map(|attribute| attribute.name.as_deref());
    let shadowed = shadowed.filter(|name| is_shadowed(name)).map(|name| {
        let what = "since its name without the prefix is a standard attribute's";
        format!("the attribute {name} and what users have in it, {what}")
    });
    let there = rows.into_iter().filter(|(is_there, _)| *is_there);
    Ok(there
        .map(|(_, what)| what)
        .chain(shadowed)
        .map(|what| format!("user pool {pool_id}: {what}"))
        .collect())
}

/// Returns the names of providers whose policy about users of the pool's own is not the service's.
async fn linking(app: &App, pool: &Pool) -> Result<Vec<String>, String> {
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let rows = identity_providers::page(&app.store, &pool.id, &after, PROVIDERS).await;
        let rows = rows.map_err(broken)?;
        let Some(last) = rows.last() else {
            return Ok(names);
        };
        after.clone_from(&last.name);
        for row in rows {
            let provider = Provider::open(pool, row).map_err(users::text)?;
            if provider.doc.linking != Linking::Never {
                names.push(provider.name);
            }
        }
    }
}

/// Names what is of an app client.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn of_client(app: &App, pool_id: &str, client_id: &str) -> Result<Vec<String>, String> {
    let pool = seeded::pool(app, pool_id).await.map_err(users::text)?;
    let found = clients::get(&app.store, client_id).await.map_err(broken)?;
    let Some(row) = found.filter(|row| row.pool_id == pool_id) else {
        return Ok(Vec::new());
    };
    let client = Client::open(&pool, row).map_err(users::text)?;
    // A store of secrets has those of such a client, which gets others.
    let has_two = client.doc.managed_secret.is_none() && client.secrets.len() > 1;
    let rows = [
        (has_two, "its second secret"),
        (
            client.doc.sso_minutes.is_some(),
            "its session configuration",
        ),
    ];
    let there = rows.into_iter().filter(|(is_there, _)| *is_there);
    Ok(there
        .map(|(_, what)| format!("app client {client_id}: {what}"))
        .collect())
}
