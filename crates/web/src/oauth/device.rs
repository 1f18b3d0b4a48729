//! `/oauth2/device_authorization` (RFC 8628).

use cognate_domain::errors::oauth::INVALID_REQUEST;
use cognate_domain::oauth::device::{self, DeviceRequest};
use cognate_domain::{Endpoint, Fault};
use http::StatusCode;
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::oauth::credentials::Sent;
use crate::oauth::location::with_query;
use crate::oauth::{json, refused, refused_client, unworded};
use crate::request::Request;
use crate::response::Response;

#[derive(Serialize)]
struct DeviceBody<'a> {
    device_code: &'a str,
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: &'a str,
    expires_in: i64,
    interval: i64,
}

/// Gives a device its codes, and the page at which its user types one. On a host that is no pool's domain, the page's URL
/// names the client, by which the pool is found.
pub(crate) async fn device_authorization(request: Request<'_>) -> Result<Response, Failure> {
    let Ok(form) = request.form() else {
        return Ok(refused(StatusCode::BAD_REQUEST, &INVALID_REQUEST));
    };
    let sent = Sent::read(&request, &form);
    let client = sent.as_ref().map(Sent::credentials);
    let wish = DeviceRequest {
        scope: form.get("scope"),
        resource: form.get("resource"),
    };
    let cx = request.cx(Endpoint::Device);
    let begun = match action::run(&cx, || Box::pin(device::begin(&cx, client, wish))).await {
        Ok(Ok(begun)) => begun,
        Ok(Err(refusal)) => return refused_client(&cx, sent.as_ref(), &refusal).await,
        Err(error) => return unworded(error),
    };
    let public = request.app().settings.public_url.as_deref();
    let base = request.visitor().base_url.as_deref().or(public);
    let base = base.ok_or_else(|| Fault::Internal("no URL for a device's page".into()))?;
    let page = format!("{}/device", base.trim_end_matches('/'));
    let of_pool = request.visitor().domain.is_some();
    let named = (!of_pool).then_some(("client_id", begun.client_id.as_str()));
    let uri = with_query(&page, named);
    let complete = with_query(&uri, [("user_code", begun.user_code.as_str())]);
    let body = DeviceBody {
        device_code: &begun.device_code,
        user_code: &begun.user_code,
        verification_uri: &uri,
        verification_uri_complete: &complete,
        expires_in: device::SECONDS,
        interval: device::INTERVAL,
    };
    Ok(json(StatusCode::OK, &body))
}
