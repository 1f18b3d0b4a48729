//! The hosts of domains: which pool is at a host, and at which URL a domain is reached.

use std::fmt;
use std::sync::Arc;

use cognate_store::tables::domains::DomainRow;

use crate::app::{App, Mode, Settings};
use crate::errors::Result;
use crate::records::domain::{self, SERVICE_BASE};
use crate::records::pool::Pool;

/// The pool whose domain a host is.
#[derive(Clone)]
pub struct PoolAtHost {
    /// The pool, at most a second old.
    pub pool: Arc<Pool>,
    /// The pages that the domain has: 1 for the classic ones, 2 for managed login (ManagedLoginVersion).
    pub version: i64,
    /// The domain as the API names it: the prefix, or the whole name of a custom one.
    pub domain: String,
}

impl fmt::Debug for PoolAtHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolAtHost")
            .field("pool", &self.pool.id)
            .field("version", &self.version)
            .field("domain", &self.domain)
            .finish()
    }
}

/// Returns the pool whose domain a host is, at most a second old; None for every other host. `host` is in its parsed
/// form, and may name a port. A host that cannot be a domain is not looked up, and an answer is kept for a second.
///
/// # Errors
/// The store's, and an internal fault for a row that is not signed or does not parse.
pub async fn at_host(app: &App, host: &str) -> Result<Option<PoolAtHost>> {
    let Some(key) = key_of_host(&app.settings, host) else {
        return Ok(None);
    };
    let Some(found) = app.cached_domain(&key).await? else {
        return Ok(None);
    };
    let pool = app.cached_pool(&found.pool_id).await?;
    Ok(pool.map(|pool| PoolAtHost {
        pool,
        version: found.version,
        domain: found.name.clone(),
    }))
}

/// Returns the key in `domains` that a host has, if it is a domain; None for a host that cannot be one. Names below
/// `localhost` count in `dev` only.
pub fn key_of_host(settings: &Settings, host: &str) -> Option<String> {
    let here = (settings.mode == Mode::Dev).then_some(settings.region.as_str());
    domain::key_of_host(settings.domain_base(), here, host)
}

/// Returns the URL by which a domain leads to this server from everywhere; None if it does not. In `serve` a custom
/// domain does, and a prefix below `domain_base`, with scheme and port of `public_url`: the operator has said so in the
/// DNS. In `dev` only those do for which a server that stands in for the region's hosts is certified: the hosts that the service
/// makes of prefixes there, and the custom domains that the operator has named.
pub fn url(settings: &Settings, row: &DomainRow) -> Option<String> {
    if settings.mode == Mode::Dev {
        let region = settings.impersonates.as_deref()?;
        let here = row.key.split_once('/').is_some_and(|(at, _)| at == region);
        let named = || settings.impersonated_domains.contains(&row.key);
        let leads_here = if row.custom { named() } else { here };
        return leads_here.then(|| format!("https://{}", domain::name(SERVICE_BASE, row)));
    }
    if row.custom {
        return Some(format!("https://{}", row.key));
    }
    let base = settings.domain_base.as_deref()?;
    let public = settings.public_url.as_deref().unwrap_or("https://");
    let (scheme, rest) = public.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or("");
    let port = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'));
    let port = port.map_or(String::new(), |(_, port)| format!(":{port}"));
    Some(format!("{scheme}://{}{port}", domain::name(base, row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_domains_that_lead_here_have_a_url() {
        let row = |key: &str, custom| DomainRow {
            key: key.to_owned(),
            pool_id: String::new(),
            custom,
            doc: String::new(),
            ver: 1,
            mac: None,
        };
        let (prefix, custom) = (row("eu-west-1/app", false), row("auth.example.org", true));
        let settings = |mode, base: Option<&str>, public: Option<&str>| Settings {
            mode,
            domain_base: base.map(str::to_owned),
            public_url: public.map(str::to_owned),
            ..Settings::dev()
        };
        let base = Some("id.example");
        let dev = settings(Mode::Dev, base, None);
        assert_eq!((url(&dev, &prefix), url(&dev, &custom)), (None, None));
        let stands_in = |region: &str| Settings {
            impersonates: Some(region.to_owned()),
            ..Settings::dev()
        };
        let (there, elsewhere) = (stands_in("eu-west-1"), stands_in("us-east-1"));
        let of_prefix = "https://app.auth.eu-west-1.amazoncognito.com";
        assert_eq!(url(&there, &prefix).unwrap(), of_prefix);
        assert_eq!(url(&elsewhere, &prefix), None);
        assert_eq!(url(&there, &custom), None);
        let named = Settings {
            impersonated_domains: vec!["auth.example.org".to_owned()],
            ..there
        };
        assert_eq!(url(&named, &custom).unwrap(), "https://auth.example.org");
        assert_eq!(url(&named, &row("login.example.org", true)), None);
        let serve = settings(Mode::Serve, None, Some("https://id.example"));
        assert_eq!(url(&serve, &prefix), None);
        assert_eq!(url(&serve, &custom).unwrap(), "https://auth.example.org");
        for (public, expected) in [
            (None, "https://app.auth.eu-west-1.id.example"),
            (
                Some("https://x/y:1/"),
                "https://app.auth.eu-west-1.id.example",
            ),
            (
                Some("https://[::1]"),
                "https://app.auth.eu-west-1.id.example",
            ),
            (
                Some("http://[::1]:82"),
                "http://app.auth.eu-west-1.id.example:82",
            ),
            (
                Some("http://x:81/y"),
                "http://app.auth.eu-west-1.id.example:81",
            ),
        ] {
            let serve = settings(Mode::Serve, base, public);
            assert_eq!(url(&serve, &prefix).unwrap(), expected);
        }
    }
}
