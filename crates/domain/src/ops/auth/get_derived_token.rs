//! GetDerivedToken: a service trades a user's token for one that is meant for another service (RFC 8693).

use std::borrow::Cow;

use cognate_shapes::{
    ExplicitAuthFlowsType, GetDerivedTokenRequest, GetDerivedTokenResponse,
    IssuedTokenTypeIdentifierType, OAuthTokenTypeType, TokenTypeIdentifierType,
};
use cognate_store::tables::resource_servers;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::resource_servers::server_not_found;
use crate::errors::{self, Result, sessions as refusals};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::secret_hash;
use crate::tokens::exchange::{Kind, Subject, actor};
use crate::tokens::grant::Grant;
use crate::tokens::issue;
use crate::tokens::pre_token::{NewTokens, Source};

/// GetDerivedToken, for tokens of the pool itself.
///
/// # Errors
/// A client without a secret; a wrong or missing secret, unless a policy allows the caller; a client that may not; both
/// a resource and an audience, or an audience that is a client of the pool; tokens that are not good; scopes of which
/// nothing is left; the refusals of PreTokenGeneration. 501 for tokens of other providers.
pub async fn get_derived_token(
    cx: &Cx<'_>,
    input: GetDerivedTokenRequest,
) -> Result<GetDerivedTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    prove(cx, &pool, &client, input.client_secret.as_deref())?;
    let delegates = input.actor_token.is_some();
    let flow = if delegates {
        ExplicitAuthFlowsType::AllowTokenExchangeDelegation
    } else {
        ExplicitAuthFlowsType::AllowTokenExchangeImpersonation
    };
    if !client.lists_flow(flow) {
        return Err(refusals::exchange_flow_disabled(flow).into());
    }
    let audience = audience(cx, &pool, &input).await?;
    let provider = input.subject_token_provider_name.as_deref();
    let kind = kind(input.subject_token_type, provider)?;
    let refusal = refusals::subject_token_invalid;
    let subject = Subject::verify(cx, &pool, &input.subject_token, kind, refusal).await?;
    let act = match (&input.actor_token, input.actor_token_type) {
        (None, None) => subject.act.clone(),
        (Some(token), Some(declared)) => {
            let provider = input.actor_token_provider_name.as_deref();
            let kind = self::kind(declared, provider)?;
            let before = subject.act.clone();
            let refusal = refusals::actor_token_invalid;
            Some(actor(cx, &pool, token, kind, before, refusal).await?)
        }
        (Some(_), None) | (None, Some(_)) => return Err(refusals::actor_token_incomplete().into()),
    };
    let wanted = input.requested_token_type.unwrap_or_default();
    let scopes = scopes(&client, &subject, input.scopes.as_deref())?;
    let granted: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let tokens = NewTokens {
        source: Source::Derived,
        pool: &pool,
        client: &client,
        user: Some((&subject.user, &subject.groups)),
        scopes: &granted,
        metadata: None,
    };
    let changes = tokens.ask(cx).await?;
    let grant = Grant {
        scopes: granted,
        audience: audience.as_deref(),
        actor: act.as_ref(),
        latest_end: Some(subject.ends),
        ..Grant::account(
            &pool,
            &client,
            &subject.user,
            &subject.groups,
            &subject.session_id,
            &subject.session,
            &changes,
        )
    };
    let (issued_token, token_type, lifetime, said) = match wanted {
        IssuedTokenTypeIdentifierType::AccessToken => (
            issue::access_token(cx, &grant).await?,
            OAuthTokenTypeType::Bearer,
            client.access_token_seconds(),
            Some(match grant.granted() {
                Cow::Borrowed(_) => None,
                Cow::Owned(changed) => Some(changed.into_iter().map(str::to_owned).collect()),
            }),
        ),
        // An ID token is no means of access (RFC 8693 section 2.2.1).
        IssuedTokenTypeIdentifierType::IdToken => (
            issue::id_token(cx, &grant).await?,
            OAuthTokenTypeType::NA,
            client.id_token_seconds(),
            None,
        ),
    };
    let left = subject.ends.saturating_sub(cx.now().div_euclid(SECOND));
    Ok(GetDerivedTokenResponse {
        issued_token,
        issued_token_type: wanted,
        token_type,
        expires_in: Some(lifetime.min(left)),
        scopes: said.map(|changed| changed.unwrap_or(scopes)),
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

/// Returns the audience of the token: a resource server of the pool, or a name that the caller chooses and no client
/// has.
async fn audience(
    cx: &Cx<'_>,
    pool: &Pool,
    input: &GetDerivedTokenRequest,
) -> Result<Option<String>> {
    let first = |list: &Option<Vec<String>>| list.as_ref().and_then(|list| list.first().cloned());
    let audience = match (first(&input.audiences), first(&input.resources)) {
        (Some(_), Some(_)) => return Err(refusals::audience_and_resource().into()),
        (None, Some(identifier)) => {
            let server = resource_servers::get(&cx.store, &pool.id, &identifier).await?;
            let server = server.ok_or_else(|| server_not_found(&identifier))?;
            pool.check(&server.signed(), server.mac.as_deref())?;
            Some(identifier)
        }
        (audience, None) => audience,
    };
    // A token for a client would say what its own sign-in says, and prove to it that the user was there.
    if let Some(name) = &audience
        && let Some(client) = cx.cached_client(name).await?
        && client.pool_id == pool.id
    {
        return Err(refusals::audience_is_a_client().into());
    }
    Ok(audience)
}

/// Tokens of other providers need the checks of federation, which have no code yet.
fn kind(declared: TokenTypeIdentifierType, provider: Option<&str>) -> Result<Kind> {
    match (declared, provider) {
        (TokenTypeIdentifierType::AccessToken, None) => Ok(Kind::Access),
        (TokenTypeIdentifierType::IdToken, None) => Ok(Kind::Id),
        (TokenTypeIdentifierType::Saml2, _) | (_, Some(_)) => {
            Err(errors::not_implemented("Token exchange with other identity providers").into())
        }
    }
}

/// Returns the scopes that both the subject's token and the client have; of these only the ones in `asked`, if there
/// are any in it.
fn scopes(client: &Client, subject: &Subject, asked: Option<&[String]>) -> Result<Vec<String>> {
    let asked = asked.filter(|list| !list.is_empty());
    let allowed = client
        .doc
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default();
    let granted: Vec<String> = subject
        .scopes
        .iter()
        .filter(|scope| allowed.contains(scope))
        .filter(|scope| asked.is_none_or(|asked| asked.contains(scope)))
        .cloned()
        .collect();
    if asked.is_some() && granted.is_empty() {
        return Err(refusals::no_scope_left().into());
    }
    Ok(granted)
}
