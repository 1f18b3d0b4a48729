//! The targets, each before a server that keeps what it is sent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod files;
mod services;
mod webhook;

use cognate_crypto::secret::Secret;
use cognate_domain::app::log_targets::{OutgoingRecord, ShipError, Shipment};
use cognate_domain::records::log_record::{Destination, DestinationKind};
use cognate_logs::settings::{AccessKey, Mapping};
use cognate_logs::{LogSettings, Targets};

/// A log group.
pub const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/users";
/// A stream.
pub const STREAM: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/users";
/// A bucket.
pub const BUCKET: &str = "arn:aws:s3:::users-logs";
/// The secret of the key.
pub const SECRET: &str = "logs-secret";
/// The secret of webhooks.
pub const HOOK_SECRET: &str = "a secret of webhooks";
/// 17 July 2024, 17:25:55 UTC, in microseconds.
pub const AT: i64 = 1_721_237_155_000_000;

/// Returns targets with these mappings, in `serve`.
pub fn targets(mappings: &[String]) -> Targets {
    Targets::new(settings(false, mappings)).unwrap()
}

/// Returns settings with these mappings.
pub fn settings(dev: bool, mappings: &[String]) -> LogSettings {
    let parse = |text: &String| Mapping::parse(text).unwrap();
    LogSettings {
        targets: mappings.iter().map(parse).collect(),
        key: Some(AccessKey {
            id: "AKIALOGS".into(),
            secret: Secret::new(SECRET.into()),
            token: None,
        }),
        webhook_secret: Some(Secret::new(HOOK_SECRET.into())),
        ..LogSettings::new(dev)
    }
}

/// Returns so many records for a destination, a second apart.
pub fn shipment(kind: DestinationKind, arn: &str, count: usize) -> Shipment {
    let records = (0..count).map(|n| {
        let at = AT + i64::try_from(n).unwrap() * 1_000_000;
        OutgoingRecord {
            id: format!("{at:016x}-0000000{n}"),
            at,
            json: format!("{{\"n\":{n}}}"),
        }
    });
    Shipment {
        destination: Destination {
            kind,
            arn: arn.to_owned(),
        },
        pool_id: "eu-west-1_pool".to_owned(),
        source: "userAuthEvents",
        records: records.collect(),
    }
}

/// Returns the failure of a target that may succeed later.
pub fn later(why: &str) -> ShipError {
    ShipError::Later(why.to_owned())
}
