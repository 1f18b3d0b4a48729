//! Domains of pools: keys, checks of names and certificates, finding one, and mapping conflicts.

mod host;

pub use host::{PoolAtHost, at_host, key_of_host, url};

use cognate_crypto::basic_time;
use cognate_shapes::CustomDomainConfigType;
use cognate_store::Label;
use cognate_store::tables::domains::{self, DomainRow};

use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{self, Fault, Result, unconfirmed};
use crate::records::domain;
use crate::records::pool::Pool;
use crate::resources::pools;
use crate::resources::pools::settings::{Arn, essentials_feature};

/// Words that may not be between hyphens of a prefix (settled D5).
pub(crate) const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];
/// The classic hosted pages, which a domain has unless it asks for more (endpoints.md 2.2).
pub(crate) const CLASSIC: i64 = 1;
/// Managed login.
pub(crate) const MANAGED: i64 = 2;
/// The one region of certificates for custom domains.
pub(crate) const CERTIFICATE_REGION: &str = "us-east-1";
/// The name under which custom domains are counted in `resource_counts`.
pub(crate) const RESOURCE: &str = "custom_domains";

/// Returns the key in `domains`: a prefix has no dot.
pub(crate) fn key(region: &str, domain: &str) -> String {
    if domain.contains('.') {
        domain.to_owned()
    } else {
        format!("{region}/{domain}")
    }
}

/// Returns the pool that a domain of the caller's region belongs to.
///
/// # Errors
/// The store's.
pub async fn pool_id(cx: &Cx<'_>, domain: &str) -> Result<Option<String>> {
    let row = domains::get(&cx.store, &key(cx.region(), domain)).await?;
    Ok(row.map(|row| row.pool_id))
}

/// Returns the owner under which the custom domains of a region are counted; no pool id holds a slash.
pub(crate) fn owner(pool: &Pool) -> String {
    format!("region/{}", pool.region)
}

/// Returns the prefix and the custom domain of a pool.
pub async fn of_pool(cx: &Cx<'_>, pool: &Pool) -> Result<(Option<String>, Option<String>)> {
    let (sql, params) = domains::of_pool(&pool.id);
    let (mut prefix, mut custom) = (None, None);
    for row in cx.store.rows(sql, params).await? {
        let row = domain::read(pool, row)?;
        let kind = if row.custom { &mut custom } else { &mut prefix };
        *kind = Some(domain::bare(&row).to_owned());
    }
    Ok((prefix, custom))
}

/// Returns a domain of exactly this pool, for operations that name both.
pub(crate) async fn find(cx: &Cx<'_>, pool_id: &str, domain: &str) -> Result<(Pool, DomainRow)> {
    let pool = match pools::fresh(cx, pool_id).await {
        Err(Fault::Api(_)) => return Err(errors::domains::no_such_domain().into()),
        other => other?,
    };
    let row = domains::get(&cx.store, &key(&pool.region, domain)).await?;
    let row = row.filter(|row| row.pool_id == pool.id);
    let row = row.ok_or_else(errors::domains::no_such_domain)?;
    let row = domain::checked(&pool, row)?;
    Ok((pool, row))
}

/// Settled D4, D5. The model's own pattern has no dots; ours does, for custom domains.
pub(crate) fn check_prefix(prefix: &str) -> Result<()> {
    if prefix.contains('.') {
        return Err(errors::domains::invalid_prefix().into());
    }
    let reserved = RESERVED
        .into_iter()
        .find(|word| prefix.split('-').any(|part| part == *word));
    reserved.map_or(Ok(()), |word| {
        Err(errors::domains::reserved_word(word).into())
    })
}

/// Settled D6: a domain below a registered one, so three labels at least.
pub(crate) fn check_custom(domain: &str) -> Result<()> {
    let labels: Vec<&str> = domain.split('.').collect();
    let fits = |label: &&str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let number = labels
        .last()
        .is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if labels.len() < 3 || number || !labels.iter().all(fits) {
        return Err(errors::domains::invalid_custom_domain().into());
    }
    Ok(())
}

/// Checks, by endpoints.md 2.2, that the parent of a custom domain has an address, unless the server is told not to
/// ask.
pub(crate) async fn check_parent(cx: &Cx<'_>, domain: &str) -> Result<()> {
    let parent = domain.split_once('.').map_or(domain, |(_, parent)| parent);
    if cx.settings.unresolved_domains {
        return Ok(());
    }
    let call = Call {
        point: "address",
        subject: parent,
        target: parent,
    };
    if cx
        .call(call, async { Ok(cx.outbound.has_address(parent).await) })
        .await?
    {
        return Ok(());
    }
    Err(errors::domains::invalid_custom_domain().into())
}

/// Checks the certificate's name, except the account in it (decision 008); the certificate itself is not looked at
/// (settled D7).
pub(crate) fn check_certificate(config: &CustomDomainConfigType) -> Result<()> {
    let fits = Arn::parse(&config.certificate_arn).is_some_and(|arn| {
        arn.service == "acm"
            && arn.region == CERTIFICATE_REGION
            && arn.resource.starts_with("certificate/")
    });
    if !fits {
        return Err(errors::domains::invalid_certificate().into());
    }
    Ok(())
}

/// Checks the version that a request asks for, if any; managed login is not of the lowest plan (settled P31).
pub(crate) fn check_version(cx: &Cx<'_>, pool: &Pool, version: Option<i64>) -> Result<()> {
    match version {
        None | Some(CLASSIC) => Ok(()),
        Some(MANAGED) => essentials_feature(cx, pool, "Managed Login Version 2"),
        Some(_) => Err(errors::invalid_parameter(unconfirmed::MANAGED_LOGIN_VERSION).into()),
    }
}

/// Maps a conflict of a batch on domains to an error.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        // The next try sees whose it is, or that it is gone.
        domains::DOMAIN_TAKEN | domains::DOMAIN_STALE => Fault::Stale,
        other => pools::conflict(cx, &pool.id, other),
    }
}

/// Returns `yyyyMMddHHmmss` of an instant.
pub(crate) fn timestamp(micros: i64) -> String {
    let mut text = basic_time::format(micros);
    text.retain(|c| c.is_ascii_digit());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_time_of_the_change() {
        assert_eq!(timestamp(0), "19700101000000");
        assert_eq!(timestamp(1_548_698_042_000_000), "20190128175402");
        assert_eq!(timestamp(1_709_251_199_999_999), "20240229235959");
        assert_eq!(timestamp(1_735_689_600_000_000), "20250101000000");
    }

    #[test]
    fn reserved_words_are_refused_between_hyphens_only() {
        for prefix in ["awsome", "my-awsome-app", "cognition", "a", "9-9"] {
            assert!(check_prefix(prefix).is_ok(), "{prefix}");
        }
        for prefix in ["aws", "x-aws-y", "amazon-x", "x-cognito", "a.b"] {
            assert!(check_prefix(prefix).is_err(), "{prefix}");
        }
    }

    #[test]
    fn a_custom_domain_stands_below_a_registered_one() {
        assert!(check_custom("auth.example.com").is_ok());
        for domain in [
            "auth",
            "example.com",
            "a..com",
            "a.b-.com",
            "-a.b.com",
            "10.0.0.1",
            "a.b.c.",
        ] {
            assert!(check_custom(domain).is_err(), "{domain}");
        }
    }
}
