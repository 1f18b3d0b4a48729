//! The endpoints to which identity providers send users back (endpoints.md 1.2). No provider's protocol is there yet, so
//! that whatever comes is answered with a page that says so: nothing of it is read.

use http::StatusCode;

use super::{error, texts};
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// Says that the provider's protocol is not there.
///
/// # Errors
/// None in practice.
pub(super) async fn response(request: Request<'_>) -> Result<Response, Failure> {
    let screen = error::screen(
        &request,
        texts::error_sentence(request.locale(), texts::PROVIDER_UNAVAILABLE),
    );
    error::draw(&request, None, StatusCode::BAD_REQUEST, &screen).await
}
