//! UpdateUserAttributes: a signed-in user sets or deletes their own attributes (auth.md 2.12, 6.7, admin.md 1.9, 2.4).

use cognate_shapes::{UpdateUserAttributesRequest, UpdateUserAttributesResponse};

use crate::accounts::change_attributes;
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;
use crate::tokens::verify;
use crate::users::permission::By;
use crate::users::{attributes, changes};

/// Changes the attributes; the answer tells where the codes went that verify new values.
///
/// # Errors
/// The texts of access tokens, and those of auth.md 6.7.
pub async fn update_user_attributes(
    cx: &Cx<'_>,
    input: UpdateUserAttributesRequest,
) -> Result<UpdateUserAttributesResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let by = By::token(&signed);
    let given = attributes::given(Some(input.user_attributes));
    let change = changes::update(pool, by, user, given)?;
    let origin = Origin::of_client(&signed.client.id, input.client_metadata.as_ref());
    let sent = change_attributes::save(cx, pool, user, change, origin).await?;
    Ok(UpdateUserAttributesResponse {
        code_delivery_details_list: Some(sent.into_iter().map(Into::into).collect()),
    })
}
