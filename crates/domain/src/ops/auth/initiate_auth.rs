//! InitiateAuth: a user begins to sign in, or an application refreshes its tokens.

use cognate_shapes::{InitiateAuthRequest, InitiateAuthResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::At;
use crate::signin::flows::{self, Door, Parameters};
use crate::signin::outcome::Outcome;

/// InitiateAuth.
///
/// # Errors
/// auth.md 6.4.
pub async fn initiate_auth(
    cx: &Cx<'_>,
    input: InitiateAuthRequest,
) -> Result<InitiateAuthResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let given = Parameters::new(input.auth_parameters.as_ref());
    let at = At {
        door: Door::Public,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let outcome = flows::start(cx, at, input.auth_flow, session, &given).await?;
    Ok(match outcome {
        Outcome::Tokens(result) => InitiateAuthResponse {
            challenge_parameters: Some(Default::default()),
            authentication_result: Some(*result),
            ..InitiateAuthResponse::default()
        },
        Outcome::Challenge {
            name,
            session,
            parameters,
            available,
        } => InitiateAuthResponse {
            challenge_name: Some(name),
            session,
            challenge_parameters: Some(parameters),
            available_challenges: available,
            ..InitiateAuthResponse::default()
        },
    })
}
