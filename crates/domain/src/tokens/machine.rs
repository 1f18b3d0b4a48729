//! Access tokens of applications that act for themselves, the client credentials grant (auth.md 5.2, RFC 6749
//! section 4.4).

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_store::Batch;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result, sessions as refusals, unconfirmed};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients::settings::live_scopes;
use crate::resources::clients::unused;
use crate::tokens::claims::Writer;
use crate::tokens::pre_token::{NewTokens, Source};
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
    let known = &live_scopes(cx, pool, client).await?.names;
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

/// Signs the access token: its subject is the client itself, and it has no session. PreTokenGeneration is asked before
/// (admin.md 3.2). `metadata`: ClientMetadata. `audience`: the service that the token is meant for, if it is one alone.
///
/// # Errors
/// Those of [`NewTokens::ask`], about functions as NotAuthorizedException; those of the pool's keys and issuer.
pub async fn token(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    scopes: &[String],
    metadata: Option<&BTreeMap<String, String>>,
    audience: Option<&str>,
) -> Result<String> {
    let (changes, scope) = if Source::Machine.is_asked(pool) {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let tokens = NewTokens {
            source: Source::Machine,
            pool,
            client,
            user: None,
            scopes: &scopes,
            metadata,
        };
        let asked = tokens.ask(cx).await.map_err(|fault| match fault {
            Fault::Api(refusal) => unconfirmed::triggers::machine_refused(refusal).into(),
            other => other,
        });
        let changes = asked?;
        let scope = changes.scopes(&scopes).join(" ");
        (changes, scope)
    } else {
        (Source::Machine.unchanged(pool)?, scopes.join(" "))
    };
    let iat = cx.now().div_euclid(SECOND);
    let mut out = Writer::new(512);
    out.text("sub", &client.id);
    out.text("token_use", "access");
    out.text("scope", &scope);
    out.number("auth_time", iat);
    out.text("iss", &issuer::of(cx, pool)?);
    out.number("exp", iat.saturating_add(client.access_token_seconds()));
    out.number("iat", iat);
    out.number("version", 2);
    out.text("jti", &random::uuid_v4());
    out.text("client_id", &client.id);
    if let Some(audience) = audience {
        out.text("aud", audience);
    }
    // A token for another service stays one for that service alone.
    let added = changes.access().added();
    out.all(added.filter(|(name, _)| audience.is_none() || *name != "aud"));
    note_own_use(cx, client).await?;
    issue::sign_access(cx, pool, out.finish()).await
}

/// Notes that a client that registered itself had a token.
async fn note_own_use(cx: &Cx<'_>, client: &Client) -> Result<()> {
    if unused::is_own_use_to_note(cx, client).await? {
        cx.wins(unused::note_own_use(cx, Batch::new(), client))
            .await?;
    }
    Ok(())
}
