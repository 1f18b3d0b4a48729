//! AdminRespondToAuthChallenge: an application's back end takes the next step of a user's sign-in.

use cognate_shapes::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::api::{self, Reply};
use crate::signin::wire::Parameters;
use crate::signin::{At, Surface};

/// Takes the answer to a challenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn admin_respond_to_auth_challenge(
    cx: &Cx<'_>,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    cx.take_context(input.context_data.as_ref());
    cx.take_analytics(&client, input.analytics_metadata.as_ref());
    let given = Parameters::new(input.challenge_responses.as_ref());
    let at = At {
        surface: Surface::AdminApi,
        pool: &pool,
        client: &client,
        metadata: input.client_metadata.as_ref(),
    };
    let session = input.session.as_deref();
    let reply = api::respond(cx, at, input.challenge_name, session, &given).await?;
    Ok(response!(AdminRespondToAuthChallengeResponse, reply))
}
