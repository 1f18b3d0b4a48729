//! What the provider must know of this pool: names, URLs and certificates to be pasted there.

use super::report::Steps;
use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::provider::oidc;
use crate::oauth::provider::saml::{self, RESPONSE, signs_requests};
use crate::records::domain;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::resources::domains;
use crate::resources::pools::certificate;
use crate::resources::providers::encryption;
use cognate_store::tables::domains as table;

const STEP: &str = "paste";

/// Returns the URLs of this server as browsers know it: those of the pool's domains first, where sign-ins begin.
///
/// # Errors
/// Faults.
pub(super) async fn urls(cx: &Cx<'_>, pool: &Pool, given: &[String]) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    let (sql, params) = table::of_pool(&pool.id);
    for row in cx.store.rows(sql, params).await? {
        urls.extend(domains::url(&cx.settings, &domain::read(pool, row)?));
    }
    let public = cx.settings.public_url.iter();
    urls.extend(public.map(|url| url.trim_end_matches('/').to_owned()));
    urls.extend(given.iter().map(|url| url.trim_end_matches('/').to_owned()));
    let mut known = Vec::new();
    urls.retain(|url| {
        let new = !known.contains(url);
        known.push(url.clone());
        new
    });
    Ok(urls)
}

/// Says if there is no URL.
fn has_urls(steps: &mut Steps, urls: &[String]) -> bool {
    if urls.is_empty() {
        let says = "no URL of this server is known";
        steps.warn(
            STEP,
            says,
            "set public_url, give the pool a domain, or name a URL with --url",
        );
    }
    !urls.is_empty()
}

/// Says what a provider of OAuth must know.
pub(super) fn oauth(steps: &mut Steps, urls: &[String]) {
    if has_urls(steps, urls) {
        let list: Vec<String> = urls
            .iter()
            .map(|url| format!("{url}{}", oidc::RESPONSE))
            .collect();
        steps.ok(STEP, format!("redirect URI: {}", list.join(" ")));
    }
}

/// Says what a provider of SAML must know.
///
/// # Errors
/// Faults.
pub(super) async fn saml(
    cx: &Cx<'_>,
    steps: &mut Steps,
    pool: &Pool,
    provider: &Provider,
    urls: &[String],
) -> Result<()> {
    steps.ok(
        STEP,
        format!("entity ID (audience): {}", saml::entity_id(pool)),
    );
    if has_urls(steps, urls) {
        let acs: Vec<String> = urls.iter().map(|url| format!("{url}{RESPONSE}")).collect();
        steps.ok(
            STEP,
            format!(
                "assertion consumer service (ACS, reply URL), HTTP-POST: {}",
                acs.join(" ")
            ),
        );
        let name = percent_encoding::utf8_percent_encode(
            &provider.name,
            percent_encoding::NON_ALPHANUMERIC,
        );
        let metadata = urls.iter().map(|url| {
            format!(
                "{url}/saml2/metadata?user_pool_id={}&identity_provider={name}",
                pool.id
            )
        });
        steps.ok(
            STEP,
            format!("metadata URL: {}", metadata.collect::<Vec<_>>().join(" ")),
        );
    }
    if signs_requests(provider) {
        let signing = certificate::signing(cx, pool).await?;
        steps.ok(STEP, format!("certificate of signed requests: {signing}"));
    }
    if let Some(certificate) = encryption::certificate(cx, pool, provider).await? {
        steps.ok(STEP, format!("certificate to encrypt to: {certificate}"));
    }
    Ok(())
}
