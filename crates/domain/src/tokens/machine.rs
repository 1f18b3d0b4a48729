//! Access tokens of applications that act for themselves, the client credentials grant (auth.md 5.2, RFC 6749
//! section 4.4).

use cognate_crypto::random;
use cognate_shapes::PreTokenGenerationLambdaVersionType;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Result, sessions as refusals};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients::settings::custom_scopes;
use crate::tokens::claims::Writer;
use crate::tokens::{issue, issuer};

/// Returns the scopes of the client that belong to resource servers of the pool, or those of them that were asked for.
///
/// # Errors
/// InvalidParameterException for a scope that the client does not have, or that no resource server has any more.
pub async fn scopes(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    asked: Option<Vec<String>>,
) -> Result<Vec<String>> {
    let known = custom_scopes(cx, pool, &client.doc).await?;
    let allowed = client.doc.allowed_oauth_scopes.iter().flatten();
    let allowed: Vec<&String> = allowed.filter(|scope| known.contains(*scope)).collect();
    let mut granted: Vec<String> = match asked.filter(|list| !list.is_empty()) {
        None => allowed.into_iter().cloned().collect(),
        Some(asked) => {
            if let Some(foreign) = asked.iter().find(|scope| !allowed.contains(scope)) {
                return Err(refusals::scope_not_allowed(foreign).into());
            }
            asked
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    granted.retain(|scope| seen.insert(scope.clone()));
    Ok(granted)
}

/// Refuses if the pool has the one trigger version that has a say in these tokens (admin.md 3.2): it has no code yet.
///
/// # Errors
/// 501.
pub fn guard_triggers(pool: &Pool) -> Result<()> {
    let trigger = &pool.doc.lambda_config.pre_token_generation_config;
    let version = trigger.as_ref().map(|trigger| trigger.lambda_version);
    if version == Some(PreTokenGenerationLambdaVersionType::V3_0) {
        return Err(errors::not_implemented("LambdaConfig.PreTokenGeneration").into());
    }
    Ok(())
}

/// Signs the access token: its subject is the client itself, and it has no session.
///
/// # Errors
/// Those of the pool's keys and issuer.
pub async fn token(cx: &Cx<'_>, pool: &Pool, client: &Client, scopes: &[String]) -> Result<String> {
    let iat = cx.now().div_euclid(SECOND);
    let mut out = Writer::new(512);
    out.text("sub", &client.id);
    out.text("token_use", "access");
    out.text("scope", &scopes.join(" "));
    out.number("auth_time", iat);
    out.text("iss", &issuer::of(cx, pool)?);
    out.number("exp", iat.saturating_add(client.access_token_seconds()));
    out.number("iat", iat);
    out.number("version", 2);
    out.text("jti", &random::uuid_v4());
    out.text("client_id", &client.id);
    issue::sign_access(cx, pool, out.finish()).await
}
