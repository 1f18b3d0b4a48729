//! The host on which a pool's pages are served.

use cognate_crypto::seal::RootKey;
use cognate_shapes::CustomDomainConfigType;
use cognate_store::tables::domains::{self, DomainRow};
use cognate_store::{Row, Store};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;

/// The end of the hosts that the service makes of prefixes (endpoints.md 1.1).
pub const SERVICE_BASE: &str = "amazoncognito.com";
/// The names that browsers look for on their own machine (RFC 6761, 6.3).
const LOCALHOST: &str = "localhost";

/// The document of a domain's row.
#[derive(Clone, Serialize, Deserialize)]
pub struct DomainDoc {
    /// The pages: 1 for the classic ones, 2 for managed login.
    pub managed_login_version: i64,
    /// Present on custom domains only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<CustomDomainConfigType>,
    /// The name that the service would give the distribution of the pages.
    pub distribution: String,
    /// The time of the last change of the domain, as `yyyyMMddHHmmss`.
    pub version: String,
}

/// A domain as the requests that name it need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The domain as the API names it: the prefix, or the whole name of a custom one.
    pub name: String,
    /// The pool that has it.
    pub pool_id: String,
    /// The pages: 1 for the classic ones, 2 for managed login.
    pub version: i64,
}

impl Domain {
    /// Reads the domain with a key in `domains`; None if there is none, or its pool is not active.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that is not signed or does not parse.
    pub async fn load(store: &Store, root: &RootKey, key: &str) -> Result<Option<Self>> {
        let Some(row) = domains::get(store, key).await? else {
            return Ok(None);
        };
        let Some(pool) = Pool::load(store, root, &row.pool_id).await? else {
            return Ok(None);
        };
        let row = checked(&pool, row)?;
        let doc: DomainDoc = serde_json::from_str(&row.doc)?;
        Ok(Some(Self {
            name: bare(&row).to_owned(),
            pool_id: row.pool_id,
            version: doc.managed_login_version,
        }))
    }
}

/// Returns the domain of a row as the API names it.
pub fn bare(row: &DomainRow) -> &str {
    let prefix = row.key.split_once('/').map(|(_, prefix)| prefix);
    prefix.unwrap_or(&row.key)
}

/// Returns a row of the pool's.
///
/// # Errors
/// A row of another shape, and an internal fault for one that is not signed.
pub fn read(pool: &Pool, mut row: Row) -> Result<DomainRow> {
    checked(pool, DomainRow::read(&mut row)?)
}

/// Returns a row that was read.
///
/// # Errors
/// An internal fault for one that the key of this pool did not sign.
pub fn checked(pool: &Pool, row: DomainRow) -> Result<DomainRow> {
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(row)
}

/// Sets the MAC of a row of the pool's.
#[must_use]
pub fn sign(pool: &Pool, mut row: DomainRow) -> DomainRow {
    row.mac = Some(pool.sign(&row.signed()));
    row
}

/// Returns the domain of a pool's pages, read now: the custom one before the prefix; None in a pool without any.
///
/// # Errors
/// Those of the store and of [`read`].
pub async fn preferred_of(store: &Store, pool: &Pool) -> Result<Option<DomainRow>> {
    let (sql, params) = domains::of_pool(&pool.id);
    preferred(pool, store.rows(sql, params).await?)
}

/// Returns the host of a pool's pages, read now. `base`: that of [`name`].
///
/// # Errors
/// Those of the store and of [`read`].
pub async fn host_of(store: &Store, base: &str, pool: &Pool) -> Result<Option<String>> {
    let row = preferred_of(store, pool).await?;
    Ok(row.map(|row| name(base, &row)))
}

/// Returns the host among the domains of a pool, as the rows of [`domains::of_pool`] list them: the custom domain
/// before the prefix; None in a pool without any. `base`: that of [`name`].
///
/// # Errors
/// Those of [`read`].
pub fn host(base: &str, pool: &Pool, rows: Vec<Row>) -> Result<Option<String>> {
    let row = preferred(pool, rows)?;
    Ok(row.map(|row| name(base, &row)))
}

fn preferred(pool: &Pool, rows: Vec<Row>) -> Result<Option<DomainRow>> {
    let rows = rows.into_iter().map(|row| read(pool, row));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    Ok(rows.into_iter().max_by_key(|row| row.custom))
}

/// Returns the host of a domain: of a prefix what is made of it and `base`, as the service makes it (endpoints.md 1.1).
pub fn name(base: &str, row: &DomainRow) -> String {
    match row.key.split_once('/') {
        Some((region, prefix)) => format!("{prefix}.auth.{region}.{base}"),
        None => row.key.clone(),
    }
}

/// Returns the key of the domain whose pages may be on a host, which may name a port; None for a host that is none in
/// any database. A host that a prefix could make is no custom domain. `base`: that of [`name`]. `here`: the region of
/// `<prefix>.localhost`, where such names count.
pub fn key_of_host(base: &str, here: Option<&str>, host: &str) -> Option<String> {
    // Of an address in brackets this leaves nothing that a domain is called.
    let host = host.split_once(':').map_or(host, |(name, _)| name);
    let local = here.map(|_| LOCALHOST);
    let made = [Some(base), Some(SERVICE_BASE), local]
        .into_iter()
        .flatten()
        .find_map(|base| {
            let name = host.strip_suffix(base)?.strip_suffix('.')?;
            let (prefix, region) = name.split_once(".auth.")?;
            is_label(prefix).then_some((region, prefix))
        })
        .filter(|(region, _)| is_label(region));
    if let Some((region, prefix)) = made {
        return Some(format!("{region}/{prefix}"));
    }
    if let Some(region) = here
        && let Some(prefix) = host
            .strip_suffix(LOCALHOST)
            .and_then(|n| n.strip_suffix('.'))
        && is_label(prefix)
    {
        return Some(format!("{region}/{prefix}"));
    }
    // A custom domain has three labels at least, and its last one is no number (settled D6).
    let last = host.rsplit('.').next().unwrap_or(host);
    let custom = host.split('.').count() >= 3
        && host.split('.').all(is_label)
        && !last.bytes().all(|b| b.is_ascii_digit());
    custom.then(|| host.to_owned())
}

/// True for one label of a host name.
fn is_label(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    matches!(text.len(), 1..=63) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_one_key() {
        let key = |host| key_of_host("id.example", Some("eu-west-1"), host).unwrap_or_default();
        for (host, expected) in [
            ("shop.auth.us-east-1.amazoncognito.com", "us-east-1/shop"),
            (
                "shop.auth.us-east-1.amazoncognito.com:443",
                "us-east-1/shop",
            ),
            ("shop.auth.us-east-1.id.example", "us-east-1/shop"),
            ("shop.auth.us-east-1.localhost:9229", "us-east-1/shop"),
            ("shop.localhost:9229", "eu-west-1/shop"),
            ("login.shop.example", "login.shop.example"),
            (
                "a.b.auth.us-east-1.id.example",
                "a.b.auth.us-east-1.id.example",
            ),
            (
                "shop.auth.us.east.id.example",
                "shop.auth.us.east.id.example",
            ),
            ("x.amazoncognito.com", "x.amazoncognito.com"),
        ] {
            assert_eq!(key(host), expected, "{host}");
        }
        for host in [
            "",
            "localhost",
            "localhost:9229",
            "id.example",
            "amazoncognito.com",
            "127.0.0.1:9229",
            "[::1]:9229",
            "cognate",
            "a/b.c.example",
            "a..example",
        ] {
            assert_eq!(key(host), "", "{host}");
        }
        // Only where they lead to this machine.
        for host in ["shop.localhost", "shop.auth.us-east-1.localhost"] {
            let key = key_of_host("id.example", None, host);
            assert!(key.is_none_or(|key| !key.contains('/')), "{host}");
        }
    }
}
