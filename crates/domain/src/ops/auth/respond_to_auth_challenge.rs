//! RespondToAuthChallenge: a user takes the next step of a sign-in.

use cognate_shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::api::{self, Reply};
use crate::signin::wire::Parameters;
use crate::signin::{At, Surface};

/// Takes the answer to a challenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn respond_to_auth_challenge(
    cx: &Cx<'_>,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    cx.take_user_context(&client, input.user_context_data.as_ref());
    cx.take_analytics(&client, input.analytics_metadata.as_ref());
    let given = Parameters::new(input.challenge_responses.as_ref());
    let at = At {
        surface: Surface::PublicApi,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let reply = api::respond(cx, at, input.challenge_name, session, &given).await?;
    Ok(response!(RespondToAuthChallengeResponse, reply))
}
