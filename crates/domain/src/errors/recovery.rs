//! Point-in-time recovery.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};
use crate::facts::action::Action;
use unconfirmed::recovery as texts;

/// A change of a user while a recovery is open. The model's text of the exception is the only one that fits (moving.md
/// 5.3).
pub fn writes_paused() -> ApiError {
    api(ErrorCode::OperationNotEnabled, texts::WRITES_PAUSED)
}

/// A change of a pool's settings while a recovery is open: the first of these exceptions that the operation may answer.
pub fn settings_paused(action: Action) -> ApiError {
    let codes = [
        ErrorCode::ConcurrentModification,
        ErrorCode::OperationNotEnabled,
    ];
    let declared = codes.into_iter().find(|code| action.declares(*code));
    api(
        declared.unwrap_or(ErrorCode::InvalidParameter),
        texts::SETTINGS_PAUSED,
    )
}

/// A recovery of the pool is open (moving.md 5.2).
pub fn already_active() -> ApiError {
    api(ErrorCode::ConcurrentModification, texts::ALREADY_ACTIVE)
}

/// An import job of the pool is active (moving.md 5.2).
pub fn import_active() -> ApiError {
    api(ErrorCode::ConcurrentModification, texts::IMPORT_ACTIVE)
}

/// A change of what Cognito calls immutable is under way in the pool.
pub fn change_active() -> ApiError {
    api(ErrorCode::ConcurrentModification, texts::CHANGE_ACTIVE)
}

/// Less than 15 minutes ago (moving.md 5.2).
pub fn too_recent() -> ApiError {
    invalid_parameter(texts::TOO_RECENT)
}

/// Earlier than the pool (moving.md 5.2).
pub fn before_creation() -> ApiError {
    invalid_parameter(texts::BEFORE_CREATION)
}

/// Earlier than the plan allows, or than the pool has been on it (moving.md 5.2).
pub fn out_of_window() -> ApiError {
    invalid_parameter(texts::OUT_OF_WINDOW)
}

/// As many recoveries as there may be in this time (moving.md 5.2).
pub fn too_many(text: &'static str) -> ApiError {
    api(ErrorCode::LimitExceeded, text)
}

/// The pool has no such recovery.
pub fn not_found(restore_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        texts::recovery_not_found(restore_id),
    )
}

/// The recovery is in a status in which this cannot be asked for.
pub fn wrong_status(status: &str) -> ApiError {
    invalid_parameter(texts::wrong_status(status))
}
