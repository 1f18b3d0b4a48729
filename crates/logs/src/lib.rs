//! Delivers log records: to services that speak the protocols of CloudWatch Logs, Firehose and S3, to webhooks, into files.
//!
//! The settings map ARNs to targets ([`settings`]). Here is only the way to a target: what is recorded, in which order it is
//! sent and how often it is tried is `domain`'s. A target is tried once in each call, in bounded time, and its answer tells
//! record by record what it has taken.

mod answer;
mod cloud_watch;
mod file;
mod firehose;
mod s3;
pub mod settings;
mod targets;
mod webhook;

pub use settings::LogSettings;
pub use targets::Targets;
