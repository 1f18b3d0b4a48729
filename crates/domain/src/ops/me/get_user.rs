//! GetUser: a signed-in user reads their own attributes.

use cognate_shapes::{GetUserRequest, GetUserResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::mfa;
use crate::tokens::claims::may_read;
use crate::tokens::verify;

/// Returns `sub` and the attributes that the client may read.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7).
pub async fn get_user(cx: &Cx<'_>, input: GetUserRequest) -> Result<GetUserResponse> {
    let mut signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let mut answer = GetUserResponse {
        mfa_options: mfa::options(&signed.user),
        preferred_mfa_setting: mfa::preferred_setting(&signed.user),
        user_mfa_setting_list: mfa::setting_list(&signed.user),
        // Last: which factors a user has depends on them.
        user_attributes: signed.user.take_attributes(None),
        username: signed.user.username,
    };
    answer
        .user_attributes
        .retain(|attribute| attribute.name == "sub" || may_read(&signed.client, &attribute.name));
    Ok(answer)
}
