//! AdminInitiateAuth: an application's back end begins a sign-in for a user.

use cognate_shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::At;
use crate::signin::flows::{self, Door, Parameters};
use crate::signin::outcome::Outcome;

/// AdminInitiateAuth.
///
/// # Errors
/// auth.md 6.4.
pub async fn admin_initiate_auth(
    cx: &Cx<'_>,
    input: AdminInitiateAuthRequest,
) -> Result<AdminInitiateAuthResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let given = Parameters::new(input.auth_parameters.as_ref());
    let at = At {
        door: Door::Admin,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let outcome = flows::start(cx, at, input.auth_flow, session, &given).await?;
    Ok(match outcome {
        Outcome::Tokens(result) => AdminInitiateAuthResponse {
            challenge_parameters: Some(Default::default()),
            authentication_result: Some(*result),
            ..AdminInitiateAuthResponse::default()
        },
        Outcome::Challenge {
            name,
            session,
            parameters,
            available,
        } => AdminInitiateAuthResponse {
            challenge_name: Some(name),
            session,
            challenge_parameters: Some(parameters),
            available_challenges: available,
            ..AdminInitiateAuthResponse::default()
        },
    })
}
