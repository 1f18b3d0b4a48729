//! A user in the answers of the API.

use cognate_shapes::{AttributeType, Timestamp, UserType};

use crate::records::mfa;
use crate::records::user::User;

/// Returns a user as AdminCreateUser and ListUsers show them (admin.md 2.1), with these attributes.
pub fn user_type(user: &User, attributes: Vec<AttributeType>) -> UserType {
    UserType {
        username: Some(user.username.clone()),
        attributes: Some(attributes),
        user_create_date: Some(Timestamp(user.created)),
        user_last_modified_date: Some(Timestamp(user.modified)),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        mfa_options: mfa::options(user),
    }
}
