//! The export of a pool's logs: which configurations there may be (admin.md 6.4).

use cognate_shapes::{EventSourceName, LogConfigurationType, LogLevel};

use crate::cx::Cx;
use crate::errors::{Result, logs as refusals};
use crate::records::log_record::{self, Destination, DestinationKind};
use crate::records::pool::Pool;
use crate::resources::pools::settings::{Arn, LOG_STREAMING, plus_feature};

/// Refuses configurations that make no sense, that the pool's plan does not have, or that lead nowhere.
///
/// # Errors
/// InvalidParameterException; FeatureUnavailableInTierException for user activity below PLUS, where plans are enforced.
pub fn check(cx: &Cx<'_>, pool: &Pool, configurations: &[LogConfigurationType]) -> Result<()> {
    for (n, one) in configurations.iter().enumerate() {
        let source = one.event_source;
        let earlier = configurations.iter().take(n);
        if earlier
            .into_iter()
            .any(|other| other.event_source == source)
        {
            return Err(refusals::source_twice(source).into());
        }
        let level = match source {
            EventSourceName::UserNotification => LogLevel::Error,
            EventSourceName::UserAuthEvents => LogLevel::Info,
        };
        if one.log_level != level {
            return Err(refusals::wrong_level(source, level).into());
        }
        let destination = destination(one)?;
        if source == EventSourceName::UserNotification
            && destination.kind != DestinationKind::CloudWatch
        {
            return Err(refusals::only_cloud_watch().into());
        }
        if source == EventSourceName::UserAuthEvents {
            plus_feature(cx, pool, LOG_STREAMING)?;
        }
        let targets = cx.log_targets.get();
        if targets.is_none_or(|targets| targets.target(&destination).is_none()) {
            return Err(refusals::no_target(&destination.arn).into());
        }
    }
    Ok(())
}

/// Returns the one destination of a configuration, whose ARN has the form of its kind.
fn destination(configuration: &LogConfigurationType) -> Result<Destination> {
    let named = [
        configuration.cloud_watch_logs_configuration.is_some(),
        configuration.firehose_configuration.is_some(),
        configuration.s3_configuration.is_some(),
    ];
    if named.into_iter().filter(|named| *named).count() != 1 {
        return Err(refusals::one_destination(configuration.event_source).into());
    }
    let destination = log_record::destination(configuration)
        .ok_or_else(|| refusals::one_destination(configuration.event_source))?;
    let (service, resource, is_regional) = match destination.kind {
        DestinationKind::CloudWatch => ("logs", "log-group:", true),
        DestinationKind::Firehose => ("firehose", "deliverystream/", true),
        DestinationKind::S3 => ("s3", "", false),
    };
    let proper = Arn::parse(&destination.arn).is_some_and(|arn| {
        let name = arn.resource.strip_prefix(resource);
        arn.service == service
            && arn.region.is_empty() != is_regional
            && name.is_some_and(|name| !name.is_empty() && !name.contains(':'))
    });
    match proper {
        true => Ok(destination),
        false => Err(refusals::wrong_arn(&destination.arn).into()),
    }
}
