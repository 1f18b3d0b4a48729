//! Best guesses about point-in-time recovery: the model says when it is refused, not how.

/// A change of a user while a recovery is open.
pub const WRITES_PAUSED: &str =
    "Operation is not enabled while a point-in-time recovery of the user pool is in progress.";
/// A change of a pool's settings while a recovery is open. Whether the service refuses it is not known.
pub const SETTINGS_PAUSED: &str =
    "The user pool cannot be changed while a point-in-time recovery is in progress.";
/// A second recovery.
pub const ALREADY_ACTIVE: &str =
    "A point-in-time recovery of the user pool is already in progress.";
/// An import job is active.
pub const IMPORT_ACTIVE: &str =
    "A point-in-time recovery cannot be initiated while a user import job is in progress.";
/// A change of what is immutable is under way.
pub const CHANGE_ACTIVE: &str =
    "A point-in-time recovery cannot be initiated while a change of the user pool is in progress.";
/// Less than 15 minutes ago.
pub const TOO_RECENT: &str = "RestoreTimestamp must be at least 15 minutes in the past.";
/// Earlier than the pool.
pub const BEFORE_CREATION: &str =
    "RestoreTimestamp cannot be earlier than the creation date of the user pool.";
/// Earlier than the plan allows.
pub const OUT_OF_WINDOW: &str =
    "RestoreTimestamp is not within the recovery period of the user pool's feature plan.";
/// Too many previews in a day.
pub const PREVIEWS_PER_DAY: &str =
    "The limit of recovery previews of the user pool in 24 hours was exceeded.";
/// Too many previews in 30 days.
pub const PREVIEWS_PER_MONTH: &str =
    "The limit of recovery previews of the user pool in 30 days was exceeded.";
/// A recovery was completed less than a day ago.
pub const RESTORES_PER_DAY: &str =
    "The limit of completed recoveries of the user pool in 24 hours was exceeded.";
/// The feature's name in the refusal of a pool of the LITE plan.
pub const FEATURE: &str = "Point-in-time Recovery";

/// The pool has no such recovery.
pub fn recovery_not_found(restore_id: &str) -> String {
    format!("Point-in-time recovery {restore_id} does not exist.")
}

/// The recovery is in another status.
pub fn wrong_status(status: &str) -> String {
    format!("The operation is not allowed for a point-in-time recovery in the status {status}.")
}
