//! Services that speak CloudWatch Logs (PutLogEvents). The log group is the operator's; the stream of a source of a pool is
//! created when it is not there.

use std::time::SystemTime;

use cognate_domain::app::log_targets::{ShipError, Shipment, Shipped};
use cognate_outbound::Outbound;
use cognate_outbound::aws::Signer;
use cognate_outbound::aws_json::Call;
use serde_json::{Value, json};

use crate::answer::{self, LIMITS, unanswered};
use crate::targets::resource;

/// The longest time between the first and the last event of a call, in milliseconds (PutLogEvents).
const SPAN: i64 = 24 * 3_600_000;
/// Bytes of the events of a call, and what each adds to its own (PutLogEvents).
const BYTES: usize = 1 << 20;
const BYTES_OF_EVENT: usize = 26;
/// Bytes of one event (PutLogEvents).
const LONGEST: usize = (256 << 10) - BYTES_OF_EVENT;

/// A call of the service.
struct Service<'a> {
    client: &'a Outbound,
    signer: &'a Signer,
    url: String,
    now: SystemTime,
}

impl Service<'_> {
    async fn call(&self, target: &str, body: &Value) -> Result<Value, (String, ShipError)> {
        let call = Call {
            url: &self.url,
            target,
            json: body.to_string(),
            signer: Some((self.signer, self.now)),
        };
        let answer = self.client.call_aws(call, LIMITS).await;
        let answer = answer.map_err(|error| (String::new(), unanswered(&error)))?;
        answer::json(&answer)
    }
}

/// Sends records once.
pub async fn ship(
    client: &Outbound,
    signer: &Signer,
    endpoint: &str,
    shipment: &Shipment,
    now: SystemTime,
) -> Result<Shipped, ShipError> {
    let mut shipped = Shipped::default();
    // Events of a call are in the order of their times.
    let mut events: Vec<_> = shipment.records.iter().enumerate().collect();
    events.sort_by_key(|(_, record)| record.at);
    let (mut places, mut sent, mut bytes) = (Vec::new(), Vec::new(), 0_usize);
    let mut first = None;
    for (n, record) in events {
        let at = record.at.div_euclid(1_000);
        let first = *first.get_or_insert(at);
        let size = record.json.len().saturating_add(BYTES_OF_EVENT);
        if record.json.len() > LONGEST {
            shipped.refused.push(n);
        } else if at - first >= SPAN || bytes.saturating_add(size) > BYTES {
            shipped.left.push(n);
        } else {
            bytes = bytes.saturating_add(size);
            places.push(n);
            sent.push(json!({"timestamp": at, "message": record.json}));
        }
    }
    if sent.is_empty() {
        return Ok(shipped);
    }
    let group = resource(&shipment.destination.arn);
    let group = group.strip_prefix("log-group:").unwrap_or(group);
    let stream = format!("{}/{}", shipment.pool_id, shipment.source);
    let service = Service {
        client,
        signer,
        url: format!("{endpoint}/"),
        now,
    };
    let named = json!({"logGroupName": group, "logStreamName": stream});
    let body =
        json!({"logGroupName": group, "logStreamName": stream, "logEvents": Value::Array(sent)});
    let put = "Logs_20140328.PutLogEvents";
    let mut answer = service.call(put, &body).await;
    if matches!(&answer, Err((code, _)) if code == "ResourceNotFoundException") {
        match service.call("Logs_20140328.CreateLogStream", &named).await {
            Ok(_) => {}
            // Another node was faster.
            Err((code, _)) if code == "ResourceAlreadyExistsException" => {}
            Err((_, error)) => return Err(error),
        }
        answer = service.call(put, &body).await;
    }
    let answer = match answer {
        Ok(answer) => answer,
        // The same events were taken before.
        Err((code, _)) if code == "DataAlreadyAcceptedException" => return Ok(shipped),
        Err((_, error)) => return Err(error),
    };
    let rejected = answer.get("rejectedLogEventsInfo");
    let index = |name: &str| {
        let index = rejected?.get(name)?.as_u64()?;
        usize::try_from(index).ok()
    };
    // What the service has not stored, it never will: the events before an end, and those from a start.
    let old = index("tooOldLogEventEndIndex").max(index("expiredLogEventEndIndex"));
    let new = index("tooNewLogEventStartIndex");
    for (index, n) in places.into_iter().enumerate() {
        if old.is_some_and(|end| index < end) || new.is_some_and(|start| index >= start) {
            shipped.refused.push(n);
        }
    }
    Ok(shipped)
}
