//! AdminUpdateAuthEventFeedback: an administrator says whether an event was the user's own doing.

use cognate_shapes::{AdminUpdateAuthEventFeedbackRequest, AdminUpdateAuthEventFeedbackResponse};

use crate::accounts::feedback::{self, require_watched};
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;

/// Records the answer.
///
/// # Errors
/// UserPoolAddOnNotEnabledException; `User does not exist.`; [`feedback::of_admin`].
pub async fn admin_update_auth_event_feedback(
    cx: &Cx<'_>,
    input: AdminUpdateAuthEventFeedbackRequest,
) -> Result<AdminUpdateAuthEventFeedbackResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    require_watched(&pool)?;
    let user = User::find(&cx.store, &pool, &input.username).await?;
    let user = user.ok_or_else(errors::user_not_found)?;
    feedback::of_admin(cx, &pool, &user, &input.event_id, input.feedback_value).await?;
    Ok(AdminUpdateAuthEventFeedbackResponse {})
}
