//! Best guesses about threat protection: the model says when these are refused, not how.

/// settled T18: an operation of threat protection in a pool whose mode is OFF.
pub const ADD_ON_NOT_ENABLED: &str = "Threat protection is not enabled for the user pool.";
/// An event that the user does not have, or no longer.
pub const EVENT_NOT_FOUND: &str = "Auth event does not exist.";
/// A token that nobody made for this event of this user of this pool, or that was altered.
pub const FEEDBACK_TOKEN_INVALID: &str = "Invalid feedback token.";
/// A token of more than seven days ago.
pub const FEEDBACK_TOKEN_EXPIRED: &str = "Feedback token has expired.";
/// Where answers to the messages go, which is no address.
pub const REPLY_TO_INVALID: &str = "Provided ReplyTo email address is invalid";
/// An action with Notify in a configuration without NotifyConfiguration.
pub const NO_NOTIFY_CONFIGURATION: &str = "NotifyConfiguration is required when Notify is true.";
