//! The refusals around client secrets (admin.md 1.13). Their texts were never captured and are in `unconfirmed`.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// admin.md 1.13: a client has at most two secrets.
pub fn too_many_secrets() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_SECRETS)
}

/// admin.md 1.13: no secret of the client has the id.
pub fn secret_not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, unconfirmed::NO_SUCH_SECRET)
}

/// admin.md 1.13: a client keeps its last secret.
pub fn last_secret() -> ApiError {
    invalid_parameter(unconfirmed::LAST_SECRET)
}

/// agents.md 6: only a generated secret is published.
pub fn nothing_to_publish() -> ApiError {
    invalid_parameter(unconfirmed::NOTHING_TO_PUBLISH)
}

/// agents.md 6: this server knows no store of secrets.
pub fn no_secret_store() -> ApiError {
    api(ErrorCode::OperationNotEnabled, unconfirmed::NO_SECRET_STORE)
}

/// agents.md 6: the secrets of the client come and go by rotation alone.
pub fn managed_secrets() -> ApiError {
    invalid_parameter(unconfirmed::MANAGED_SECRETS)
}

/// agents.md 3.2: the secrets of a client that registered itself are its own business.
pub fn secrets_of_dynamic_client() -> ApiError {
    invalid_parameter(unconfirmed::dcr::NO_SECRET_OPERATIONS)
}

/// admin.md 1.13 (the model's documentation): only a confidential client gets another secret.
pub fn public_client() -> ApiError {
    invalid_parameter(unconfirmed::SECRET_OF_PUBLIC_CLIENT)
}
