//! The grant `refresh_token` (endpoints.md 1.6, RFC 6749 section 6). It takes the refresh tokens of the API too, for
//! clients without any OAuth setting and without ALLOW_REFRESH_TOKEN_AUTH (settled J13).

use crate::cx::Cx;
use crate::errors::oauth::{
    INVALID_GRANT, INVALID_SCOPE, NO_REFRESH_TOKEN, OAuthError, about_resource, refused_by_function,
};
use crate::errors::{ApiError, ErrorCode, Fault};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::{Credentials, Tokens, client};
pub use crate::signin::refresh::Narrowing;
use crate::signin::{At, Surface, refresh};

/// Trades a refresh token for new tokens, with a new refresh token where the client rotates them. `narrowing`: the scopes that
/// a client with the standard profile asks for, among those that it has; towards other clients it is ignored. `resource`:
/// that of the authorization, or one for these tokens alone if that had none; with a refresh token of the API it is ignored.
///
/// # Errors
/// Faults. Refusals: those of [`client::authenticate_named`]; `invalid_request` without a refresh token (settled J7);
/// `invalid_grant` for one that is not good (settled J8), and in a pool that tracks devices, for the endpoint learns of
/// none (endpoints.md 1.6); `invalid_scope`; `invalid_target`; the refusals of PreTokenGeneration.
pub async fn tokens(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
    narrowing: Narrowing<'_>,
) -> Answer<Tokens> {
    settle(trade(cx, credentials, token, narrowing).await)
}

async fn trade(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
    narrowing: Narrowing<'_>,
) -> Result<Tokens, Stop> {
    let (pool, client) = client::authenticate_named(cx, credentials).await?;
    let token = token.filter(|token| !token.is_empty());
    let token = token.ok_or(NO_REFRESH_TOKEN)?;
    let narrowing = Narrowing {
        scope: narrowing.scope.filter(|_| client.is_standard()),
        resource: narrowing.resource.filter(|resource| !resource.is_empty()),
    };
    let at = At {
        surface: Surface::PublicApi,
        pool: &pool,
        client: &client,
        metadata: None,
    };
    let result = refresh::by_endpoint(cx, at, token, narrowing).await;
    let renewed = result.map_err(|fault| Stop::worded(fault, in_words))?;
    let result = renewed.result;
    let access = result.access_token;
    let access = access.ok_or_else(|| Fault::Internal("a refresh without tokens".into()))?;
    Ok(Tokens {
        scope: Tokens::scope_for(&client, &access, renewed.names_resource),
        access,
        id: result.id_token,
        refresh: result.refresh_token,
        expires_in: client.access_token_seconds(),
    })
}

fn in_words(error: &ApiError) -> Option<OAuthError> {
    use ErrorCode as E;
    match error.code {
        E::NotAuthorized | E::UserNotFound | E::PasswordResetRequired | E::RefreshTokenReuse => {
            Some(INVALID_GRANT)
        }
        E::UserLambdaValidation | E::UnexpectedLambda | E::InvalidLambdaResponse => {
            Some(refused_by_function(error.clone()))
        }
        // Nothing but a resource or a scope that was asked for.
        E::InvalidParameter => Some(about_resource(error).unwrap_or(INVALID_SCOPE)),
        _ => None,
    }
}
