//! DeleteUserAttributes: a signed-in user deletes their own attributes (auth.md 2.12, 6.7, admin.md 2.4).

use cognate_shapes::{DeleteUserAttributesRequest, DeleteUserAttributesResponse};

use crate::accounts::change_attributes;
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;
use crate::tokens::verify;
use crate::users::changes;
use crate::users::permission::By;

/// Deletes the attributes.
///
/// # Errors
/// The texts of access tokens, and those of auth.md 6.7.
pub async fn delete_user_attributes(
    cx: &Cx<'_>,
    input: DeleteUserAttributesRequest,
) -> Result<DeleteUserAttributesResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let by = By::token(&signed);
    let change = changes::delete(pool, by, user, &input.user_attribute_names)?;
    let origin = Origin::of_client(&signed.client.id, None);
    change_attributes::save(cx, pool, user, change, origin).await?;
    Ok(DeleteUserAttributesResponse {})
}
