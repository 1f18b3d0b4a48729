//! UpdateUserAttributes: a signed-in user sets or takes away their own attributes (auth.md 2.12, 6.7, admin.md 1.9, 2.4).

use cognate_shapes::{UpdateUserAttributesRequest, UpdateUserAttributesResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;
use crate::users::permission::By;
use crate::users::{changes, verification};

/// UpdateUserAttributes: tells where the codes went that verify new values.
///
/// # Errors
/// The texts of access tokens, and those of auth.md 6.7.
pub async fn update_user_attributes(
    cx: &Cx<'_>,
    input: UpdateUserAttributesRequest,
) -> Result<UpdateUserAttributesResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let by = By::User(&signed.client);
    let change = changes::update(pool, by, user, input.user_attributes)?;
    let sent = verification::save(cx, pool, user, change).await?;
    Ok(UpdateUserAttributesResponse {
        code_delivery_details_list: Some(sent),
    })
}
