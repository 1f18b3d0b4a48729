//! Refusals about the export of logs.

use cognate_shapes::{EventSourceName, LogLevel};

use crate::errors::unconfirmed::logs as texts;
use crate::errors::{ApiError, invalid_parameter};

/// Two configurations have one source.
pub fn source_twice(source: EventSourceName) -> ApiError {
    invalid_parameter(texts::source_twice(source.as_str()))
}

/// The source has another level.
pub fn wrong_level(source: EventSourceName, level: LogLevel) -> ApiError {
    invalid_parameter(texts::wrong_level(source.as_str(), level.as_str()))
}

/// There is no destination, or more than one.
pub fn one_destination(source: EventSourceName) -> ApiError {
    invalid_parameter(texts::one_destination(source.as_str()))
}

/// Message errors go to CloudWatch Logs alone.
pub fn only_cloud_watch() -> ApiError {
    invalid_parameter(texts::ONLY_CLOUD_WATCH)
}

/// The ARN is not one of the destination's kind.
pub fn wrong_arn(arn: &str) -> ApiError {
    invalid_parameter(texts::wrong_arn(arn))
}

/// Not of the service: the settings of this server do not say where the destination is, so that nothing would arrive.
pub fn no_target(arn: &str) -> ApiError {
    invalid_parameter(format!(
        "The server has no target for {arn}: its operator names one with the setting log_target."
    ))
}
