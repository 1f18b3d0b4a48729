//! GetUserAttributeVerificationCode: sends a code that verifies the user's e-mail address or phone number, or the new
//! value that waits for its verification.

use cognate_shapes::{
    GetUserAttributeVerificationCodeRequest, GetUserAttributeVerificationCodeResponse,
};

use crate::accounts::attribute_code;
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;
use crate::tokens::verify;

/// Sends the code.
///
/// # Errors
/// The texts of access tokens; [`attribute_code::send`].
pub async fn get_user_attribute_verification_code(
    cx: &Cx<'_>,
    input: GetUserAttributeVerificationCodeRequest,
) -> Result<GetUserAttributeVerificationCodeResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let origin = Origin::of_client(&signed.client.id, input.client_metadata.as_ref());
    let (pool, user) = (&signed.pool, &signed.user);
    let delivery = attribute_code::send(cx, pool, user, &input.attribute_name, origin).await?;
    Ok(GetUserAttributeVerificationCodeResponse {
        code_delivery_details: Some(delivery.into()),
    })
}
