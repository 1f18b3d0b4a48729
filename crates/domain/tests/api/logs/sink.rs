//! Targets that do as the test says, and what they were sent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use cognate_domain::app::log_targets::{LogTargets, ShipError, Shipment, Shipped, Shipping};
use cognate_domain::app::metrics::labels::LogTarget;
use cognate_domain::records::log_record::{Destination, DestinationKind};
use serde_json::Value;

use crate::support::TestApp;

/// The answer of a try.
#[derive(Clone, Debug)]
pub enum Say {
    Later,
    /// More records than this are too large.
    AtMost(usize),
    Left(Vec<usize>),
    Refused(Vec<usize>),
    /// Never.
    Wait,
}

/// Takes everything, unless the test has said otherwise about an ARN. An ARN with `nowhere` in it has no target.
#[derive(Clone, Default)]
pub struct Sink(Arc<Inner>);

#[derive(Default)]
struct Inner {
    shipments: Mutex<Vec<Shipment>>,
    says: Mutex<HashMap<String, VecDeque<Say>>>,
}

impl Sink {
    /// Becomes the targets of an app.
    pub fn of(t: &TestApp) -> Self {
        let sink = Self::default();
        sink.also_of(t);
        sink
    }

    /// Becomes the targets of another node too.
    pub fn also_of(&self, t: &TestApp) {
        assert!(t.app.log_targets.set(Box::new(self.clone())).is_ok());
    }

    /// Says what the next tries for an ARN answer.
    pub fn answer(&self, arn: &str, says: &[Say]) {
        let mut all = self.0.says.lock().unwrap();
        all.entry(arn.to_owned()).or_default().extend(says.to_vec());
    }

    /// Returns the tries since the last call.
    pub fn tries(&self) -> Vec<Shipment> {
        std::mem::take(&mut *self.0.shipments.lock().unwrap())
    }

    /// Returns the records of the tries since the last call: ARN, and what `details` says.
    pub fn details(&self) -> Vec<(String, String)> {
        let tries = self.tries();
        let all = tries.iter().flat_map(|shipment| {
            let arn = &shipment.destination.arn;
            shipment.records.iter().map(move |record| {
                let json: Value = serde_json::from_str(&record.json).unwrap();
                let details = json["message"]["details"].as_str().unwrap();
                (arn.clone(), details.to_owned())
            })
        });
        all.collect()
    }

    async fn answer_to(&self, shipment: &Shipment) -> Result<Shipped, ShipError> {
        self.0.shipments.lock().unwrap().push(shipment.clone());
        let say = {
            let mut says = self.0.says.lock().unwrap();
            says.get_mut(&shipment.destination.arn)
                .and_then(VecDeque::pop_front)
        };
        match say {
            None => Ok(Shipped::default()),
            Some(Say::Later) => Err(ShipError::Later("status 503".into())),
            Some(Say::AtMost(most)) if shipment.records.len() > most => {
                Err(ShipError::TooLarge("status 413".into()))
            }
            Some(Say::AtMost(_)) => Ok(Shipped::default()),
            Some(Say::Left(left)) => Ok(Shipped {
                left,
                ..Shipped::default()
            }),
            Some(Say::Refused(refused)) => Ok(Shipped {
                refused,
                ..Shipped::default()
            }),
            Some(Say::Wait) => std::future::pending().await,
        }
    }
}

impl LogTargets for Sink {
    fn target(&self, to: &Destination) -> Option<LogTarget> {
        (!to.arn.contains("nowhere")).then_some(match to.kind {
            DestinationKind::CloudWatch => LogTarget::CloudWatch,
            DestinationKind::Firehose => LogTarget::Firehose,
            DestinationKind::S3 => LogTarget::S3,
        })
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Shipping<'a> {
        Box::pin(self.answer_to(shipment))
    }
}
