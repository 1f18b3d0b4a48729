//! Services that speak S3: one object of JSON lines for each shipment. Its name follows from the records, so that a second
//! try of the same ones writes the same object.

use std::time::SystemTime;

use bytes::Bytes;
use cognate_crypto::basic_time;
use cognate_domain::app::log_targets::{ShipError, Shipment, Shipped};
use cognate_outbound::Outbound;
use cognate_outbound::aws::Signer;
use http::{Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::{LIMITS, refused, unanswered};
use crate::targets::{lines, resource};

/// What stays as it is in a path of S3.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Puts an object once.
pub async fn ship(
    client: &Outbound,
    signer: &Signer,
    endpoint: &str,
    shipment: &Shipment,
    now: SystemTime,
) -> Result<Shipped, ShipError> {
    let bucket = resource(&shipment.destination.arn);
    let name = format!("{bucket}/{}", object(shipment));
    let url = format!("{endpoint}/{}", utf8_percent_encode(&name, PATH));
    let unmade = |_| ShipError::Later("the request cannot be made".into());
    let mut request = Request::put(url)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Bytes::from(lines(shipment)))
        .map_err(unmade)?;
    let signed = signer.sign(&mut request, now);
    signed.map_err(|error| unanswered(&error))?;
    let answer = client.send(request, LIMITS).await;
    let status = answer.map_err(|error| unanswered(&error))?.status();
    match status.is_success() {
        true => Ok(Shipped::default()),
        false => Err(refused(status.as_u16(), "")),
    }
}

/// Returns the name of the object: pool, source, day, and the ids of the first and the last record.
fn object(shipment: &Shipment) -> String {
    let (Some(first), Some(last)) = (shipment.records.first(), shipment.records.last()) else {
        return String::new();
    };
    let time = basic_time::format(first.at);
    let (year, rest) = time.split_at_checked(4).unwrap_or_default();
    let (month, rest) = rest.split_at_checked(2).unwrap_or_default();
    let day = rest.get(..2).unwrap_or_default();
    let (pool, source) = (&shipment.pool_id, shipment.source);
    format!(
        "{pool}/{source}/{year}/{month}/{day}/{}_{}.jsonl",
        first.id, last.id
    )
}
