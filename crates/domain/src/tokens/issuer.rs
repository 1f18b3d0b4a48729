//! The issuer of a pool's tokens (design decision 7).

use std::borrow::Cow;
use std::sync::Arc;

use cognate_crypto::seal::RootKey;
use cognate_shapes::IssuerType;
use cognate_store::tables::pools;
use cognate_store::{Batch, CommitError, Store};

use crate::app::{App, IssuerDefault, Settings};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::mac;
use crate::records::pool::{Issuer, Pool};

/// Returns the issuer in the tokens and the discovery document of `pool`, without a trailing slash.
///
/// The gateway form follows the host by which the client came, which the server has checked against the allowed ones.
/// Domains of pools do not change it: there it is `public_url`. Where that is not set, below `localhost` it is
/// `localhost` itself, which programs find too.
///
/// # Errors
/// An internal fault when a gateway issuer is needed and there is neither an allowed host nor a public URL; the server
/// refuses such requests and such configurations before.
pub fn of(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    match (&pool.issuer, &cx.settings.issuer) {
        (Some(Issuer::Custom(url)), _) => Ok(url.clone()),
        (Some(Issuer::Aws), _) | (None, IssuerDefault::Aws) => Ok(aws(pool)),
        (Some(Issuer::Gateway), _) | (None, IssuerDefault::Gateway) => {
            let base = base(
                cx.client_info.base_url.as_deref(),
                cx.settings.public_url.as_deref(),
                cx.client_info.domain_pool.is_some(),
            );
            let base = base
                .ok_or_else(|| Fault::Internal("no URL for the issuer of a gateway pool".into()))?;
            Ok(format!("{}/{}", base.trim_end_matches('/'), pool.id))
        }
    }
}

/// True if the issuer of a pool follows the host by which clients come.
pub fn follows_host(settings: &Settings, pool: &Pool) -> bool {
    match (&pool.issuer, &settings.issuer) {
        (Some(Issuer::Custom(_) | Issuer::Aws), _) | (None, IssuerDefault::Aws) => false,
        (Some(Issuer::Gateway), _) | (None, IssuerDefault::Gateway) => true,
    }
}

/// Returns the issuer in the answers that go out by way of the pool's domains, wherever the client came from before; None
/// if it depends on the domain.
pub fn at_domains(cx: &Cx<'_>, pool: &Pool) -> Option<String> {
    match (&pool.issuer, &cx.settings.issuer) {
        (Some(Issuer::Custom(url)), _) => Some(url.clone()),
        (Some(Issuer::Aws), _) | (None, IssuerDefault::Aws) => Some(aws(pool)),
        (Some(Issuer::Gateway), _) | (None, IssuerDefault::Gateway) => {
            let public = cx.settings.public_url.as_deref()?;
            Some(format!("{}/{}", public.trim_end_matches('/'), pool.id))
        }
    }
}

/// Returns the URL of this server in issuers. `came`: the URL by which the client came; `at_domain`: true if that is the
/// domain of a pool.
fn base<'u>(
    came: Option<&'u str>,
    public: Option<&'u str>,
    at_domain: bool,
) -> Option<Cow<'u, str>> {
    if !at_domain {
        return came.or(public).map(Cow::Borrowed);
    }
    if let Some(public) = public {
        return Some(public.into());
    }
    let came = came?;
    let (scheme, host) = came.split_once("://")?;
    let (name, rest) = host
        .find([':', '/'])
        .map_or((host, ""), |at| host.split_at(at));
    if name.ends_with(".localhost") {
        return Some(format!("{scheme}://localhost{rest}").into());
    }
    Some(came.into())
}

/// Returns the issuer in the form of the service itself (auth.md 5.1).
fn aws(pool: &Pool) -> String {
    let updated =
        pool.doc.issuer_configuration.as_ref().and_then(|c| c.type_) == Some(IssuerType::Updated);
    let host = if updated {
        "issuer-cognito-idp"
    } else {
        "cognito-idp"
    };
    format!("https://{host}.{}.amazonaws.com/{}", pool.region, pool.id)
}

/// Returns the pool whose issuer is a host and nothing else, at most a second old; None where no pool has it, or several.
/// `host`: in its parsed form, with the port that a request names.
///
/// # Errors
/// The store's, and an internal fault for a row that is not signed or does not parse.
pub async fn pool_at(app: &App, host: &str) -> Result<Option<Arc<Pool>>> {
    let Some(pool_id) = pools::with_issuer_host(&app.store, host).await? else {
        return Ok(None);
    };
    let pool = app.cached_pool(&pool_id).await?;
    let is_its =
        |pool: &Arc<Pool>| pool.issuer.as_ref().and_then(Issuer::host).as_deref() == Some(host);
    Ok(pool.filter(is_its))
}

/// Sets or deletes the issuer of an active pool, with an audit row; None goes back to the server's default. Tokens
/// issued before keep the issuer that they have. `now` in microseconds. A running server forgets its cached pool.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool.
pub async fn set(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool_id: &str,
    issuer: Option<&Issuer>,
) -> Result<()> {
    let text = issuer.map(serde_json::to_string).transpose()?;
    let host = issuer.and_then(Issuer::host);
    for _ in 0..5 {
        let Some(row) = pools::get(store, pool_id).await? else {
            return Err(errors::pool_not_found(pool_id).into());
        };
        let key = root.unwrap_pool_key(pool_id, &row.data_key)?;
        let before = pools::signed(pool_id, &row.region, &row.doc, row.issuer.as_deref());
        mac::check(&key, pool_id, &before, row.mac.as_deref())?;
        let after = pools::signed(pool_id, &row.region, &row.doc, text.as_deref());
        let mac = mac::sign(&key, pool_id, &after);
        let both = (text.as_deref(), host.as_deref());
        let batch = pools::set_issuer(Batch::new(), pool_id, row.ver, both, mac, now);
        let done = audit::command("SetIssuer", Some(text.as_deref().unwrap_or("default")));
        let batch = done.append(batch, pool_id, now);
        match store.commit(batch).await {
            Ok(_) => return Ok(()),
            // Somebody changed the pool in between.
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::Internal(format!("commit: {other}"))),
        }
    }
    Err(Fault::Stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_does_not_change_the_issuer() {
        let public = Some("https://id.example");
        for (came, public, at_domain, expected) in [
            (Some("http://a.example"), public, false, "http://a.example"),
            (Some("http://a.example"), public, true, "https://id.example"),
            (None, public, true, "https://id.example"),
            (
                Some("http://shop.localhost:9229"),
                None,
                true,
                "http://localhost:9229",
            ),
            (
                Some("http://shop.localhost"),
                None,
                true,
                "http://localhost",
            ),
            (
                Some("http://a.shop.example:1"),
                None,
                true,
                "http://a.shop.example:1",
            ),
            (
                Some("http://x.localhost:9229"),
                None,
                false,
                "http://x.localhost:9229",
            ),
        ] {
            assert_eq!(base(came, public, at_domain).unwrap(), expected);
        }
        assert_eq!(base(None, None, true), None);
    }
}
