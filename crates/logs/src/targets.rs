//! From an ARN to its target.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cognate_crypto::secret::SecretString;
use cognate_domain::app::log_targets::{LogTargets, ShipError, Shipment, Shipped, Shipping};
use cognate_domain::app::metrics::labels::LogTarget;
use cognate_domain::clock::{Clock, SECOND};
use cognate_domain::records::log_record::{Destination, DestinationKind};
use cognate_outbound::aws::Signer;
use cognate_outbound::{Outbound, Reach};

use crate::file::{Files, Place};
use crate::settings::{LogSettings, Mapping, Target, is_region};
use crate::{cloud_watch, firehose, s3, webhook};

/// The file of `dev` for ARNs without a target, in its data folder.
const DEV_FILE: &str = "log-delivery.jsonl";
const DEV_ROTATE: u64 = 16 << 20;
/// The shortest secret of webhooks.
const SHORTEST_SECRET: usize = 16;

/// Delivers records where the settings say.
pub struct Targets {
    /// The largest rank first.
    routes: Vec<Mapping>,
    client: Outbound,
    signers: Option<Signers>,
    webhook_secret: Option<SecretString>,
    region: String,
    files: Arc<Files>,
    fallback: Fallback,
    clock: Clock,
}

struct Signers {
    logs: Signer,
    firehose: Signer,
    s3: Signer,
}

/// Where records go whose ARN has no target.
enum Fallback {
    /// Nowhere: there are none.
    Refused,
    /// A file of `dev`.
    File(Place),
    /// The program's own log, in `dev` without a folder.
    Log,
}

impl Targets {
    /// Returns the targets of these settings.
    ///
    /// # Errors
    /// Why the settings do not fit together, for the operator.
    pub fn new(settings: LogSettings) -> Result<Self, String> {
        let LogSettings {
            dev,
            mut targets,
            key,
            webhook_secret,
            region,
            folder,
        } = settings;
        targets.sort_by_key(|mapping| std::cmp::Reverse(mapping.pattern.rank()));
        let mut seen = HashSet::new();
        for mapping in &targets {
            let kinds = [
                DestinationKind::CloudWatch,
                DestinationKind::Firehose,
                DestinationKind::S3,
            ];
            for kind in kinds
                .into_iter()
                .filter(|kind| serves(&mapping.target, *kind))
            {
                if !seen.insert(format!("{:?} {kind:?}", mapping.pattern)) {
                    return Err(format!("{:?} has two targets", mapping.pattern));
                }
            }
        }
        let needs_key = |target: &Target| {
            matches!(
                target,
                Target::CloudWatch(_) | Target::Firehose(_) | Target::S3(_)
            )
        };
        if key.is_none() && targets.iter().any(|mapping| needs_key(&mapping.target)) {
            return Err(
                "a service needs a key that signs its calls: set log_access_key_id and \
                 log_secret_access_key, or aws_access_key_id and aws_secret_access_key"
                    .into(),
            );
        }
        let hooks = targets
            .iter()
            .any(|mapping| matches!(mapping.target, Target::Webhook(_)));
        let secret = webhook_secret.as_ref().map(|secret| secret.expose().len());
        if hooks && !dev && secret.is_none_or(|length| length < SHORTEST_SECRET) {
            return Err(format!(
                "a webhook needs log_webhook_secret, of {SHORTEST_SECRET} characters at least, by which it knows that records are ours"
            ));
        }
        let signers = key.map(|key| {
            let token = key.token.as_ref().map(|token| token.expose().as_str());
            let signer =
                |service| Signer::new(&key.id, key.secret.expose(), token, &region, service);
            Signers {
                logs: signer("logs"),
                firehose: signer("firehose"),
                s3: signer("s3"),
            }
        });
        let fallback = match (dev, folder) {
            (false, _) => Fallback::Refused,
            (true, Some(folder)) => Fallback::File(Place {
                path: folder.join(DEV_FILE),
                rotate: DEV_ROTATE,
                keep: 1,
            }),
            (true, None) => Fallback::Log,
        };
        Ok(Self {
            routes: targets,
            client: Outbound::reaching(Reach::PlainHttp),
            signers,
            webhook_secret,
            region,
            files: Arc::default(),
            fallback,
            clock: Clock::default(),
        })
    }

    fn route(&self, to: &Destination) -> Option<&Mapping> {
        let mut routes = self.routes.iter();
        routes.find(|route| route.pattern.matches(&to.arn) && serves(&route.target, to.kind))
    }

    async fn ship_once(&self, shipment: &Shipment) -> Result<Shipped, ShipError> {
        let destination = &shipment.destination;
        if !is_proper(destination) {
            return Err(ShipError::Later("the ARN leads nowhere".into()));
        }
        let Some(route) = self.route(destination) else {
            return match &self.fallback {
                Fallback::Refused => Err(ShipError::Later("the settings name no target".into())),
                Fallback::File(place) => self.append(place.clone(), shipment).await,
                Fallback::Log => {
                    for record in &shipment.records {
                        tracing::info!(arn = destination.arn, record = record.json, "a log record");
                    }
                    Ok(Shipped::default())
                }
            };
        };
        let micros = self.clock.wall();
        let since = Duration::from_micros(u64::try_from(micros).unwrap_or_default());
        let now = SystemTime::UNIX_EPOCH + since;
        match &route.target {
            Target::CloudWatch(url) => {
                let (signer, url) = self.service(route, destination, "logs", url.as_deref())?;
                cloud_watch::ship(&self.client, &signer, &url, shipment, now).await
            }
            Target::Firehose(url) => {
                let (signer, url) = self.service(route, destination, "firehose", url.as_deref())?;
                firehose::ship(&self.client, &signer, &url, shipment, now).await
            }
            Target::S3(url) => {
                let (signer, url) = self.service(route, destination, "s3", url.as_deref())?;
                s3::ship(&self.client, &signer, &url, shipment, now).await
            }
            Target::Webhook(url) => {
                let secret = self.webhook_secret.as_ref();
                webhook::ship(&self.client, url, secret, shipment, micros / SECOND).await
            }
            Target::File { path, rotate, keep } => {
                let place = Place {
                    path: path.clone(),
                    rotate: *rotate,
                    keep: *keep,
                };
                self.append(place, shipment).await
            }
        }
    }

    /// Returns the signer of a service for the region of an ARN, and the service's URL.
    fn service(
        &self,
        route: &Mapping,
        to: &Destination,
        name: &str,
        url: Option<&str>,
    ) -> Result<(Signer, String), ShipError> {
        let wrong = |why: &str| ShipError::Later(why.to_owned());
        let signers = self
            .signers
            .as_ref()
            .ok_or_else(|| wrong("there is no key"))?;
        let of_arn = to.arn.split(':').nth(3).filter(|region| !region.is_empty());
        let region = route.region.as_deref().or(of_arn).unwrap_or(&self.region);
        if !is_region(region) {
            return Err(wrong("the ARN names no proper region"));
        }
        let signer = match to.kind {
            DestinationKind::CloudWatch => &signers.logs,
            DestinationKind::Firehose => &signers.firehose,
            DestinationKind::S3 => &signers.s3,
        };
        let suffix = match region.starts_with("cn-") {
            true => "amazonaws.com.cn",
            false => "amazonaws.com",
        };
        let url = url.map_or_else(
            || format!("https://{name}.{region}.{suffix}"),
            str::to_owned,
        );
        Ok((signer.in_region(region), url))
    }

    async fn append(&self, place: Place, shipment: &Shipment) -> Result<Shipped, ShipError> {
        let lines = lines(shipment);
        let turn = self.files.turn(&place.path).await;
        let append = move || turn.append(&place, lines.as_bytes());
        match tokio::task::spawn_blocking(append).await {
            Ok(Ok(())) => Ok(Shipped::default()),
            Ok(Err(error)) => Err(ShipError::Later(format!("the file: {error}"))),
            Err(_) => Err(ShipError::Later("the file: the writer broke off".into())),
        }
    }
}

impl LogTargets for Targets {
    fn target(&self, destination: &Destination) -> Option<LogTarget> {
        if !is_proper(destination) {
            return None;
        }
        match self.route(destination).map(|route| &route.target) {
            Some(Target::CloudWatch(_)) => Some(LogTarget::CloudWatch),
            Some(Target::Firehose(_)) => Some(LogTarget::Firehose),
            Some(Target::S3(_)) => Some(LogTarget::S3),
            Some(Target::Webhook(_)) => Some(LogTarget::Webhook),
            Some(Target::File { .. }) => Some(LogTarget::File),
            None => match self.fallback {
                Fallback::Refused => None,
                Fallback::File(_) | Fallback::Log => Some(LogTarget::File),
            },
        }
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Shipping<'a> {
        Box::pin(self.ship_once(shipment))
    }
}

/// True if a target can take what is for destinations of a kind.
fn serves(target: &Target, kind: DestinationKind) -> bool {
    match target {
        Target::CloudWatch(_) => kind == DestinationKind::CloudWatch,
        Target::Firehose(_) => kind == DestinationKind::Firehose,
        Target::S3(_) => kind == DestinationKind::S3,
        Target::Webhook(_) | Target::File { .. } => true,
    }
}

/// False for a bucket whose name would be another path at the service.
fn is_proper(to: &Destination) -> bool {
    let mut parts = resource(&to.arn).split('/');
    to.kind != DestinationKind::S3 || parts.all(|part| !matches!(part, "" | "." | ".."))
}

/// Returns what an ARN names behind its account.
pub(crate) fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or_default()
}

/// Returns the records as JSON lines.
pub(crate) fn lines(shipment: &Shipment) -> String {
    let mut lines = String::new();
    for record in &shipment.records {
        lines.push_str(&record.json);
        lines.push('\n');
    }
    lines
}
