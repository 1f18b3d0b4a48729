//! GetUserPoolClientSessionConfiguration: shows for how long a client signs users in silently.

use cognate_shapes::{
    ClientSSOSessionConfigType, GetUserPoolClientSessionConfigurationRequest,
    GetUserPoolClientSessionConfigurationResponse,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::{clients, pools};
use crate::users::sessions;

pub async fn get_user_pool_client_session_configuration(
    cx: &Cx<'_>,
    input: GetUserPoolClientSessionConfigurationRequest,
) -> Result<GetUserPoolClientSessionConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let client = clients::fresh(cx, &pool, &input.client_id).await?;
    let minutes = client.doc.sso_minutes;
    Ok(GetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(pool.id),
        client_id: Some(client.id),
        sso_session: Some(ClientSSOSessionConfigType {
            max_validity_minutes: minutes.unwrap_or(sessions::DEFAULT_SSO_MINUTES),
        }),
    })
}
