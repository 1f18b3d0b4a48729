//! Services that speak Firehose (PutRecordBatch). It takes records one by one: those that failed are tried again.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_domain::app::log_targets::{ShipError, Shipment, Shipped};
use cognate_outbound::Outbound;
use cognate_outbound::aws::Signer;
use cognate_outbound::aws_json::Call;
use serde_json::{Value, json};

use crate::answer::{self, LIMITS, unanswered};
use crate::targets::resource;

/// Bytes of one record, before they are encoded (PutRecordBatch).
const LONGEST: usize = 1000 << 10;

/// Sends records once.
pub async fn ship(
    client: &Outbound,
    signer: &Signer,
    endpoint: &str,
    shipment: &Shipment,
    now: SystemTime,
) -> Result<Shipped, ShipError> {
    let mut shipped = Shipped::default();
    let (mut places, mut records) = (Vec::new(), Vec::new());
    for (n, record) in shipment.records.iter().enumerate() {
        if record.json.len() >= LONGEST {
            shipped.refused.push(n);
            continue;
        }
        places.push(n);
        // Objects that Firehose makes of them are JSON lines.
        let line = format!("{}\n", record.json);
        records.push(json!({"Data": STANDARD.encode(line)}));
    }
    if records.is_empty() {
        return Ok(shipped);
    }
    let arn = resource(&shipment.destination.arn);
    let stream = arn.strip_prefix("deliverystream/").unwrap_or(arn);
    let call = Call {
        url: &format!("{endpoint}/"),
        target: "Firehose_20150804.PutRecordBatch",
        json: json!({"DeliveryStreamName": stream, "Records": records}).to_string(),
        signer: Some((signer, now)),
    };
    let answer = client.call_aws(call, LIMITS).await;
    let answer = answer.map_err(|error| unanswered(&error))?;
    let body = answer::json(&answer).map_err(|(_, error)| error)?;
    let failed = body.get("FailedPutCount").and_then(Value::as_u64);
    let failed = failed.ok_or_else(|| ShipError::Later("an answer of something else".into()))?;
    if failed == 0 {
        return Ok(shipped);
    }
    let responses = body.get("RequestResponses").and_then(Value::as_array);
    let responses = responses.filter(|responses| responses.len() == places.len());
    let responses =
        responses.ok_or_else(|| ShipError::Later("an answer about other records".into()))?;
    for (n, response) in places.into_iter().zip(responses) {
        if response
            .get("ErrorCode")
            .is_some_and(|code| !code.is_null())
        {
            shipped.left.push(n);
        }
    }
    Ok(shipped)
}
