//! GetUserAuthFactors: a user reads the factors with which they can sign in (auth.md 4.3).

use cognate_shapes::{GetUserAuthFactorsRequest, GetUserAuthFactorsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::mfa;
use crate::signin::auth_factors;
use crate::tokens::verify;

/// Returns the factors of the user.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7).
pub async fn get_user_auth_factors(
    cx: &Cx<'_>,
    input: GetUserAuthFactorsRequest,
) -> Result<GetUserAuthFactorsResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, signed.user);
    Ok(GetUserAuthFactorsResponse {
        preferred_mfa_setting: mfa::preferred_setting(&user),
        user_mfa_setting_list: mfa::setting_list(&user),
        configured_user_auth_factors: Some(auth_factors::configured(cx, pool, &user).await?),
        username: user.username,
    })
}
