//! GetTokensFromRefreshToken: an application trades its refresh token for new tokens, with rotation where the client
//! has it.

use cognate_shapes::{GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::secret_hash::ClientProof;
use crate::signin::{At, Surface, api};

/// Takes the client's secret itself, not a hash (auth.md 5.5).
///
/// # Errors
/// auth.md 5.5, 6.7, settled C2, T19, T20.
pub async fn get_tokens_from_refresh_token(
    cx: &Cx<'_>,
    input: GetTokensFromRefreshTokenRequest,
) -> Result<GetTokensFromRefreshTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let proof = ClientProof::Secret(input.client_secret);
    proof.check_any(&client, &[])?;
    let at = At {
        surface: Surface::PublicApi,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let device_key = input.device_key.as_deref();
    let result = api::trade(cx, at, &input.refresh_token, device_key).await?;
    Ok(GetTokensFromRefreshTokenResponse {
        authentication_result: Some(result),
    })
}
