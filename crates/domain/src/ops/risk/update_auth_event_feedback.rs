//! UpdateAuthEventFeedback: whoever has the token of a message says whether the event was the user's own doing.

use cognate_shapes::{UpdateAuthEventFeedbackRequest, UpdateAuthEventFeedbackResponse};

use crate::accounts::feedback::{self, require_watched};
use crate::cx::Cx;
use crate::errors::{self, Result, risk as refusals};
use crate::messages::risk_notice::FeedbackToken;
use crate::records::user::User;

/// Records the answer. The token decides, and is looked at before the name: who has none learns nothing of users.
///
/// # Errors
/// UserPoolAddOnNotEnabledException; NotAuthorizedException for a token of another event, user or pool, one that was
/// altered, or one that is too old; [`feedback::by_token`].
pub async fn update_auth_event_feedback(
    cx: &Cx<'_>,
    input: UpdateAuthEventFeedbackRequest,
) -> Result<UpdateAuthEventFeedbackResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    if !cx.is_home_of(&pool) {
        return Err(errors::pool_not_found(&input.user_pool_id).into());
    }
    require_watched(&pool)?;
    let token = FeedbackToken::open(cx, &pool, &input.feedback_token)?;
    if token.event_id != input.event_id {
        return Err(refusals::feedback_token_invalid().into());
    }
    let user = User::by_id(&cx.store, &pool, &token.user_id).await?;
    let user = user.ok_or_else(errors::user_not_found)?;
    if user.id != input.username && !user.is_called(&pool, &input.username) {
        return Err(refusals::feedback_token_invalid().into());
    }
    feedback::by_token(cx, &pool, &token, input.feedback_value).await?;
    Ok(UpdateAuthEventFeedbackResponse {})
}
