//! AdminInitiateAuth: an application's back end begins a sign-in for a user.

use cognate_shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::api::{self, Reply};
use crate::signin::wire::Parameters;
use crate::signin::{At, Surface};

/// Begins a sign-in for a user, or trades a refresh token for new tokens.
///
/// # Errors
/// auth.md 6.4.
pub async fn admin_initiate_auth(
    cx: &Cx<'_>,
    input: AdminInitiateAuthRequest,
) -> Result<AdminInitiateAuthResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    cx.take_context(input.context_data.as_ref());
    cx.take_analytics(&client, input.analytics_metadata.as_ref());
    let given = Parameters::new(input.auth_parameters.as_ref());
    let at = At {
        surface: Surface::AdminApi,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let reply = api::initiate(cx, at, input.auth_flow, session, &given).await?;
    Ok(response!(AdminInitiateAuthResponse, reply))
}
