//! A webhook: records are posted as JSON lines, signed by HMAC as the calls of hooks are.

use bytes::Bytes;
use cognate_crypto::hash;
use cognate_crypto::secret::SecretString;
use cognate_domain::app::log_targets::{ShipError, Shipment, Shipped};
use cognate_outbound::Outbound;
use http::{Request, header};

use crate::answer::{LIMITS, refused, unanswered};
use crate::targets::lines;

/// Posts records once. `now`: seconds since the epoch by the wall clock.
pub async fn ship(
    client: &Outbound,
    url: &str,
    secret: Option<&SecretString>,
    shipment: &Shipment,
    now: i64,
) -> Result<Shipped, ShipError> {
    let body = lines(shipment);
    let timestamp = now.to_string();
    // The same for every try of the same records, so that a receiver can tell.
    let id = shipment.records.first().map_or_else(String::new, |first| {
        format!("{}-{}", first.id, shipment.records.len())
    });
    let mut request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .header("x-cognate-id", &id)
        .header("x-cognate-timestamp", &timestamp)
        .header("x-cognate-destination", &shipment.destination.arn);
    if let Some(secret) = secret {
        let parts = [
            timestamp.as_bytes(),
            b".",
            id.as_bytes(),
            b".",
            body.as_bytes(),
        ];
        let tag = hash::hmac_sha256_of(secret.expose().as_bytes(), &parts);
        request = request.header("x-cognate-signature", format!("v1={}", hex::encode(tag)));
    }
    let request = request.body(Bytes::from(body));
    let request = request.map_err(|_| ShipError::Later("the request cannot be made".into()))?;
    let answer = client.send(request, LIMITS).await;
    let status = answer.map_err(|error| unanswered(&error))?.status();
    match status.is_success() {
        true => Ok(Shipped::default()),
        false => Err(refused(status.as_u16(), "")),
    }
}
