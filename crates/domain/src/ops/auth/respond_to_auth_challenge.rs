//! RespondToAuthChallenge: a user takes the next step of a sign-in.

use cognate_shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::At;
use crate::signin::flows::{self, Door, Parameters};
use crate::signin::outcome::Outcome;

/// RespondToAuthChallenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn respond_to_auth_challenge(
    cx: &Cx<'_>,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let given = Parameters::new(input.challenge_responses.as_ref());
    let session = input.session.as_deref();
    let at = At {
        door: Door::Public,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let outcome = flows::answer(cx, at, input.challenge_name, session, &given).await?;
    Ok(match outcome {
        Outcome::Tokens(result) => RespondToAuthChallengeResponse {
            challenge_parameters: Some(Default::default()),
            authentication_result: Some(*result),
            ..RespondToAuthChallengeResponse::default()
        },
        Outcome::Challenge {
            name,
            session,
            parameters,
            available,
        } => RespondToAuthChallengeResponse {
            challenge_name: Some(name),
            session,
            challenge_parameters: Some(parameters),
            available_challenges: available,
            ..RespondToAuthChallengeResponse::default()
        },
    })
}
