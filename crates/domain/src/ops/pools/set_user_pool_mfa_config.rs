//! SetUserPoolMfaConfig: replaces a pool's MFA, its factors, and how it uses passkeys.

use cognate_shapes::{
    GetUserPoolMfaConfigResponse, SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::pools::settings::mfa;

pub async fn set_user_pool_mfa_config(
    cx: &Cx<'_>,
    input: SetUserPoolMfaConfigRequest,
) -> Result<SetUserPoolMfaConfigResponse> {
    resources::pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: SetUserPoolMfaConfigRequest,
) -> Result<SetUserPoolMfaConfigResponse> {
    let before = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let doc = mfa::replaced(cx, &before, input)?;
    let pool = resources::pools::put(cx, before, doc).await?;
    let GetUserPoolMfaConfigResponse {
        sms_mfa_configuration,
        software_token_mfa_configuration,
        email_mfa_configuration,
        mfa_configuration,
        web_authn_configuration,
    } = mfa::view(&pool.doc);
    Ok(SetUserPoolMfaConfigResponse {
        sms_mfa_configuration,
        software_token_mfa_configuration,
        email_mfa_configuration,
        mfa_configuration,
        web_authn_configuration,
    })
}
