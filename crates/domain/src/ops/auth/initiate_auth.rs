//! InitiateAuth: a user begins to sign in, or an application refreshes its tokens.

use cognate_shapes::{InitiateAuthRequest, InitiateAuthResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::api::{self, Reply};
use crate::signin::wire::Parameters;
use crate::signin::{At, Surface};

/// Begins a sign-in, or trades a refresh token for new tokens.
///
/// # Errors
/// auth.md 6.4.
pub async fn initiate_auth(
    cx: &Cx<'_>,
    input: InitiateAuthRequest,
) -> Result<InitiateAuthResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    cx.take_user_context(&client, input.user_context_data.as_ref());
    cx.take_analytics(&client, input.analytics_metadata.as_ref());
    let given = Parameters::new(input.auth_parameters.as_ref());
    let at = At {
        surface: Surface::PublicApi,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let reply = api::initiate(cx, at, input.auth_flow, session, &given).await?;
    Ok(response!(InitiateAuthResponse, reply))
}
