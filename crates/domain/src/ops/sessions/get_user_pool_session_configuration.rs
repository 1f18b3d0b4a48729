//! GetUserPoolSessionConfiguration: shows whether a pool tracks sessions, and how many a user may have.

use cognate_shapes::{
    GetUserPoolSessionConfigurationRequest, GetUserPoolSessionConfigurationResponse,
    UserPoolTokenSessionConfigType,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools;
use crate::users::sessions;

pub async fn get_user_pool_session_configuration(
    cx: &Cx<'_>,
    input: GetUserPoolSessionConfigurationRequest,
) -> Result<GetUserPoolSessionConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let settings = pool.doc.sessions.unwrap_or_default();
    Ok(GetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(pool.id),
        user_session_tracking: Some(sessions::tracking_of(settings)),
        token_session: Some(UserPoolTokenSessionConfigType {
            max_per_user: settings.max_per_user,
        }),
    })
}
