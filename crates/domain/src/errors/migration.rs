//! Texts about users whom UserMigration does not bring (admin.md 3.4). Clients that hide who exists do not
//! show them.

use crate::errors::unconfirmed::migration as guess;
use crate::errors::{ApiError, ErrorCode, api};

/// admin.md 3.4: the function cannot be called, or brings no user.
pub fn none(client_id: &str) -> ApiError {
    api(
        ErrorCode::UserNotFound,
        format!("Exception migrating user in app client {client_id}"),
    )
}

/// admin.md 3.4: no user can be made from the answer, for this reason.
pub fn unusable(reason: ApiError) -> ApiError {
    ApiError {
        code: ErrorCode::UserNotFound,
        ..reason
    }
}

/// admin.md 3.4: an item of [`not_conforming`](crate::errors::users::not_conforming).
pub fn attribute_not_in_schema(name: &str) -> String {
    format!("{name}: Attribute does not exist in the schema.")
}

/// admin.md 3.4: a member of the response has none of its values.
pub fn invalid(member: &str) -> ApiError {
    api(ErrorCode::UserNotFound, guess::invalid(member))
}

/// admin.md 3.4: the user would not be found by the name that was typed.
pub fn username_differs() -> ApiError {
    api(ErrorCode::UserNotFound, guess::USERNAME_DIFFERS)
}

/// admin.md 3.4: the user is to have SMS_MFA and cannot.
pub fn no_sms_mfa() -> ApiError {
    api(ErrorCode::UserNotFound, guess::NO_SMS_MFA)
}
