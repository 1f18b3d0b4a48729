//! AdminRespondToAuthChallenge: an application's back end takes the next step of a user's sign-in.

use cognate_shapes::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::At;
use crate::signin::flows::{self, Door, Parameters};
use crate::signin::outcome::Outcome;

/// AdminRespondToAuthChallenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn admin_respond_to_auth_challenge(
    cx: &Cx<'_>,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let given = Parameters::new(input.challenge_responses.as_ref());
    let session = input.session.as_deref();
    let at = At {
        door: Door::Admin,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let outcome = flows::answer(cx, at, input.challenge_name, session, &given).await?;
    Ok(match outcome {
        Outcome::Tokens(result) => AdminRespondToAuthChallengeResponse {
            challenge_parameters: Some(Default::default()),
            authentication_result: Some(*result),
            ..AdminRespondToAuthChallengeResponse::default()
        },
        Outcome::Challenge {
            name,
            session,
            parameters,
            available,
        } => AdminRespondToAuthChallengeResponse {
            challenge_name: Some(name),
            session,
            challenge_parameters: Some(parameters),
            available_challenges: available,
            ..AdminRespondToAuthChallengeResponse::default()
        },
    })
}
