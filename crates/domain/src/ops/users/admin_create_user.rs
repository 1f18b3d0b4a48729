//! AdminCreateUser: an administrator adds a user and invites them to sign in, or invites them again.

use cognate_crypto::secret::Secret;
use cognate_shapes::{AdminCreateUserRequest, AdminCreateUserResponse, MessageActionType};

use crate::accounts::create_user::{NewUser, create_user, invite_again};
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;
use crate::resources::chosen;
use crate::users::{attributes, pre_sign_up, view};

/// Creates the user.
///
/// # Errors
/// [`create_user`]; [`invite_again`].
pub async fn admin_create_user(
    cx: &Cx<'_>,
    input: AdminCreateUserRequest,
) -> Result<AdminCreateUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    if let Some(sub) = chosen::of_user(cx, &pool, input.client_metadata.as_ref()).await? {
        cx.memory().once("sub", || sub);
    }
    let origin = Origin::of_admin(input.client_metadata.as_ref());
    let temporary = input.temporary_password.map(Secret::new);
    let media = input.desired_delivery_mediums.unwrap_or_default();
    let user = if input.message_action == Some(MessageActionType::Resend) {
        let (name, temporary) = (&input.username, temporary.as_ref());
        invite_again(cx, &pool, name, temporary, &media, origin).await?
    } else {
        let suppressed = input.message_action == Some(MessageActionType::Suppress);
        let new = NewUser {
            username: &input.username,
            attributes: attributes::given(input.user_attributes),
            validation: pre_sign_up::validation_data(input.validation_data),
            temporary_password: temporary.as_ref(),
            invitation: (!suppressed).then_some(&media),
            force_alias: input.force_alias_creation == Some(true),
            origin,
        };
        create_user(cx, &pool, &new).await?
    };
    let attributes = user.attributes_for(None);
    Ok(AdminCreateUserResponse {
        user: Some(view::user_type(&user, attributes)),
    })
}
