//! SetUserPoolSessionConfiguration: turns the tracking of a pool's sessions on or off and limits them.

use cognate_shapes::{
    SetUserPoolSessionConfigurationRequest, SetUserPoolSessionConfigurationResponse,
    UserSessionTrackingType,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::unconfirmed::sessions::SESSION_TRACKING;
use crate::records::pool::{PoolDoc, SessionSettings};
use crate::resources::pools;
use crate::resources::pools::settings::essentials_feature;
use crate::users::sessions;

/// SetUserPoolSessionConfiguration. The clients' own settings of sessions are kept without effect while tracking is
/// off. A lower limit ends no session at once, but at the user's next sign-in.
pub async fn set_user_pool_session_configuration(
    cx: &Cx<'_>,
    input: SetUserPoolSessionConfigurationRequest,
) -> Result<SetUserPoolSessionConfigurationResponse> {
    pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: SetUserPoolSessionConfigurationRequest,
) -> Result<SetUserPoolSessionConfigurationResponse> {
    let before = pools::fresh(cx, &input.user_pool_id).await?;
    essentials_feature(cx, &before, SESSION_TRACKING)?;
    let settings = SessionSettings {
        tracked: input.user_session_tracking == UserSessionTrackingType::Enabled,
        max_per_user: input.token_session.max_per_user,
    };
    let doc = PoolDoc {
        sessions: Some(settings),
        ..before.doc.clone()
    };
    let pool = pools::put(cx, before, doc).await?;
    Ok(SetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(pool.id.clone()),
        user_session_tracking: Some(sessions::tracking_of(settings)),
        token_session: Some(input.token_session),
    })
}
