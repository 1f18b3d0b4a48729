//! GetClientToken: an application signs in as itself and gets a token for resource servers.

use cognate_shapes::{
    ClientAuthenticationResultType, ExplicitAuthFlowsType, GetClientTokenRequest,
    GetClientTokenResponse,
};

use crate::cx::Cx;
use crate::errors::{Result, sessions as refusals};
use crate::signin::secret_hash;
use crate::tokens::machine;

/// GetClientToken. Nothing is kept of it: the token ends by itself.
///
/// # Errors
/// An unknown client, a wrong secret, a client that may not, scopes that it does not have; the refusals of
/// PreTokenGeneration, as NotAuthorizedException.
pub async fn get_client_token(
    cx: &Cx<'_>,
    input: GetClientTokenRequest,
) -> Result<GetClientTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    // A client without a secret has nothing to prove itself by.
    if client.secrets.is_empty() || !secret_hash::secret_is_right(&client, Some(&input.secret)) {
        return Err(refusals::wrong_client_secret().into());
    }
    if !client.lists_flow(ExplicitAuthFlowsType::AllowClientTokenAuth) {
        return Err(refusals::client_token_flow_disabled().into());
    }
    let scopes = machine::scopes(cx, &pool, &client, input.scopes).await?;
    let metadata = input.client_metadata.as_ref();
    let token = machine::token(cx, &pool, &client, &scopes, metadata, None).await?;
    Ok(GetClientTokenResponse {
        client_authentication_result: Some(ClientAuthenticationResultType {
            access_token: Some(token),
            expires_in: Some(client.access_token_seconds()),
            token_type: Some("Bearer".to_owned()),
        }),
    })
}
