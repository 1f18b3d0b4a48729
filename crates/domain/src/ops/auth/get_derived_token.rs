//! GetDerivedToken: a service trades a user's token for one that is meant for another service (RFC 8693).

use cognate_shapes::{
    GetDerivedTokenRequest, GetDerivedTokenResponse, IssuedTokenTypeIdentifierType,
    OAuthTokenTypeType,
};

use crate::cx::Cx;
use crate::errors::{self, Result, sessions as refusals};
use crate::oauth::exchange::{self, Asked, Target, Token};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::secret_hash;

/// GetDerivedToken, for tokens of the pool itself and of its identity providers.
///
/// # Errors
/// A client without a secret; a wrong or missing secret, unless a policy allows the caller; both a resource and an audience;
/// an actor's token without its type; those of [`exchange::trade`].
pub async fn get_derived_token(
    cx: &Cx<'_>,
    input: GetDerivedTokenRequest,
) -> Result<GetDerivedTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    prove(cx, &pool, &client, input.client_secret.as_deref())?;
    let first = |list: &Option<Vec<String>>| list.as_ref().and_then(|list| list.first().cloned());
    let (audience, resource) = (first(&input.audiences), first(&input.resources));
    let target = match (&audience, &resource) {
        (Some(_), Some(_)) => return Err(refusals::audience_and_resource().into()),
        (Some(name), None) => Some(Target::Audience(name)),
        (None, Some(identifier)) => Some(Target::Resource(identifier)),
        (None, None) => None,
    };
    let actor = match (&input.actor_token, input.actor_token_type) {
        (None, None) => None,
        (Some(token), Some(kind)) => Some(Token {
            token,
            kind,
            provider: input.actor_token_provider_name.as_deref(),
        }),
        (Some(_), None) | (None, Some(_)) => return Err(refusals::actor_token_incomplete().into()),
    };
    let kind = input.requested_token_type.unwrap_or_default();
    let asked = Asked {
        subject: Token {
            token: &input.subject_token,
            kind: input.subject_token_type,
            provider: input.subject_token_provider_name.as_deref(),
        },
        actor,
        scopes: input.scopes.as_deref().unwrap_or_default(),
        target,
        kind,
    };
    let issued = exchange::trade(cx, &pool, &client, &asked).await?;
    Ok(GetDerivedTokenResponse {
        issued_token: issued.token,
        issued_token_type: kind,
        token_type: match kind {
            IssuedTokenTypeIdentifierType::AccessToken => OAuthTokenTypeType::Bearer,
            // An ID token is no means of access (RFC 8693 section 2.2.1).
            IssuedTokenTypeIdentifierType::IdToken => OAuthTokenTypeType::NA,
        },
        expires_in: Some(issued.lifetime),
        scopes: issued.scopes,
    })
}

/// Requires the client's proof: its secret, unless a policy allows the caller; a secret that is sent must be right. A
/// client without a secret proves nothing: any holder of a user's token would become the user at it. Settings refuse
/// the flows to such clients, but some are older than that.
fn prove(cx: &Cx<'_>, pool: &Pool, client: &Client, secret: Option<&str>) -> Result<()> {
    if let Some(region) = cx.caller.region() {
        if pool.region != *region {
            return Err(errors::client_not_found(&client.id).into());
        }
        if secret.is_none() && !client.secrets.is_empty() {
            return Ok(());
        }
    }
    if !client.secrets.is_empty() && secret_hash::secret_is_right(client, secret) {
        Ok(())
    } else {
        Err(refusals::wrong_client_secret().into())
    }
}
