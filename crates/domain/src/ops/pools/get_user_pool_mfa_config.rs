//! GetUserPoolMfaConfig: shows a pool's MFA, its factors, and how it uses passkeys.

use cognate_shapes::{GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::pools::settings::mfa;

pub async fn get_user_pool_mfa_config(
    cx: &Cx<'_>,
    input: GetUserPoolMfaConfigRequest,
) -> Result<GetUserPoolMfaConfigResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    Ok(mfa::view(&pool.doc))
}
