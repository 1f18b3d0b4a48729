//! VerifyUserAttribute: the user proves by a code that an address or number is theirs.

use cognate_shapes::{VerifyUserAttributeRequest, VerifyUserAttributeResponse};

use crate::accounts::attribute_code;
use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;

/// Verifies the attribute.
///
/// # Errors
/// The texts of access tokens; [`attribute_code::verify`].
pub async fn verify_user_attribute(
    cx: &Cx<'_>,
    input: VerifyUserAttributeRequest,
) -> Result<VerifyUserAttributeResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    attribute_code::verify(cx, pool, user, &input.attribute_name, &input.code).await?;
    Ok(VerifyUserAttributeResponse {})
}
