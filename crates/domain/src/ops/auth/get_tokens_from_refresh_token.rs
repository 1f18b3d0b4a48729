//! GetTokensFromRefreshToken: an application trades its refresh token for new tokens, with rotation where the client
//! has it.

use cognate_shapes::{GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse};

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::signin::{refresh, secret_hash};

/// GetTokensFromRefreshToken. Takes the client's secret itself, not a hash (auth.md 5.5).
///
/// # Errors
/// auth.md 5.5, 6.7, settled C2, T19, T20.
pub async fn get_tokens_from_refresh_token(
    cx: &Cx<'_>,
    input: GetTokensFromRefreshTokenRequest,
) -> Result<GetTokensFromRefreshTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let secret = input.client_secret.as_deref();
    if !client.secrets.is_empty() && secret.is_none() {
        return Err(auth::secret_not_received(&client.id).into());
    }
    if !secret_hash::secret_is_right(&client, secret) {
        return Err(auth::wrong_secret_hash(&client.id).into());
    }
    let device_key = input.device_key.as_deref();
    let result =
        refresh::by_operation(cx, &pool, &client, &input.refresh_token, device_key).await?;
    Ok(GetTokensFromRefreshTokenResponse {
        authentication_result: Some(result),
    })
}
