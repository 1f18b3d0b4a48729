//! Identity providers: finding one, telling social ones apart, checking a client's list, and mapping conflicts.

pub mod details;
pub mod encryption;
pub mod identifiers;
pub mod linking;
pub mod links;
pub mod mapping;
pub mod retired;

use cognate_shapes::IdentityProviderTypeType;
use cognate_store::Label;
use cognate_store::tables::identity_providers::{self as table, ProviderRow};

use crate::cx::Cx;
use crate::errors::pools::unknown_provider;
use crate::errors::{Fault, Result, providers as texts};
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::resources::pools;

/// The name under which providers are counted in `resource_counts`.
pub(crate) const RESOURCE: &str = "identity_providers";
/// Providers that a pool may have (admin.md 7.2).
pub(crate) const MOST: i64 = 300;
/// The name of the pool's own users among the providers of a client.
pub(crate) const OWN_USERS: &str = "COGNITO";

/// Returns the provider of exactly this name.
pub(crate) async fn find(cx: &Cx<'_>, pool: &Pool, name: &str) -> Result<Provider> {
    let row = table::get(&cx.store, &pool.id, name).await?;
    Provider::open(pool, row.ok_or_else(|| texts::provider_not_found(name))?)
}

/// A provider as a page offers it.
pub struct Offered {
    /// Its name in the pool.
    pub name: String,
    /// Its type.
    pub kind: IdentityProviderTypeType,
    /// True if users find it by the domain of their address.
    pub by_domain: bool,
}

/// Returns those of `names` that the pool has, in their order.
///
/// # Errors
/// The store's, and an internal fault for a row that does not open.
pub async fn offered(cx: &Cx<'_>, pool: &Pool, names: &[String]) -> Result<Vec<Offered>> {
    let names = names.iter().filter(|name| *name != OWN_USERS);
    let reads: Vec<_> = names.map(|name| table::by_name(&pool.id, name)).collect();
    let mut found = Vec::new();
    for mut row in cx.store.read(&reads).await?.into_iter().flatten() {
        let provider = Provider::open(pool, ProviderRow::read(&mut row)?)?;
        found.push(Offered {
            kind: provider.doc.kind,
            by_domain: identifiers::has_domain(&provider),
            name: provider.name,
        });
    }
    Ok(found)
}

/// Returns the names of all providers that users of the pool may sign in with, the pool itself first.
///
/// # Errors
/// The store's, and an internal fault for a row that does not open.
pub async fn all_names(cx: &Cx<'_>, pool: &Pool) -> Result<Vec<String>> {
    let mut names = vec![OWN_USERS.to_owned()];
    for row in table::page(&cx.store, &pool.id, "", MOST).await? {
        names.push(Provider::open(pool, row)?.name);
    }
    Ok(names)
}

/// True if a provider is a social one, whose name is its type.
pub(crate) fn is_social(kind: IdentityProviderTypeType) -> bool {
    use IdentityProviderTypeType as K;
    match kind {
        K::Facebook | K::Google | K::LoginWithAmazon | K::SignInWithApple => true,
        K::Saml | K::Oidc => false,
    }
}

/// Refuses providers of a client that the pool does not have (settled K9).
pub async fn check_supported(cx: &Cx<'_>, pool: &Pool, names: &[String]) -> Result<()> {
    let names: Vec<_> = names.iter().filter(|name| *name != OWN_USERS).collect();
    if names.is_empty() {
        return Ok(());
    }
    let reads: Vec<_> = names
        .iter()
        .map(|name| table::exists(&pool.id, name))
        .collect();
    let found = cx.store.read(&reads).await?;
    match names.iter().zip(found).find(|(_, rows)| rows.is_empty()) {
        Some((unknown, _)) => Err(unknown_provider(unknown, &pool.id).into()),
        None => Ok(()),
    }
}

/// Maps a conflict of a batch on providers to an error.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        // The next try sees that it is gone, or what it has become.
        table::PROVIDER_STALE => Fault::Stale,
        other => pools::conflict(cx, &pool.id, other),
    }
}
