//! Best guesses about the export of logs: the model says which pairs are valid, not how others are refused (admin.md 6.4).

/// Message errors with a destination other than CloudWatch Logs.
pub const ONLY_CLOUD_WATCH: &str =
    "CloudWatchLogsConfiguration is required for the event source userNotification.";

/// Two configurations with one source.
pub fn source_twice(source: &str) -> String {
    format!("Only one log configuration is allowed for the event source {source}.")
}

/// A source with the level of the other.
pub fn wrong_level(source: &str, level: &str) -> String {
    format!("The log level for the event source {source} must be {level}.")
}

/// No destination, or several.
pub fn one_destination(source: &str) -> String {
    format!("Exactly one log destination is required for the event source {source}.")
}

/// An ARN of something else.
pub fn wrong_arn(arn: &str) -> String {
    format!("{arn} is not a valid log destination.")
}
