//! `/saml2/metadata`: what an administrator gives to a provider of SAML, below the URL where browsers sign in.

use cognate_domain::Endpoint;
use cognate_domain::oauth::provider::metadata::{self, Asked};
use http::StatusCode;

use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// The most bytes of a parameter.
const LONGEST: usize = 128;

/// Answers with the metadata of the pool whose domain the host is, or that `user_pool_id` or `client_id` names;
/// `identity_provider` adds the key to which this provider encrypts.
pub(crate) async fn saml(request: Request<'_>) -> Result<Response, Failure> {
    let query = request.query()?;
    let given = |name| query.get(name).filter(|value| !value.is_empty());
    let asked = Asked {
        pool_id: given("user_pool_id"),
        client_id: given("client_id"),
        provider: given("identity_provider"),
    };
    let values = [asked.pool_id, asked.client_id, asked.provider];
    let fits = values
        .into_iter()
        .flatten()
        .all(|value| value.len() <= LONGEST);
    let base_url = request.visitor().base_url.as_deref();
    let (true, Some(base_url)) = (fits, base_url) else {
        return Err(Failure::BadRequest);
    };
    let cx = request.cx(Endpoint::Federation);
    let document = action::run(&cx, || metadata::document(&cx, asked, base_url)).await?;
    match document {
        Some(xml) => Ok(Response::new(
            StatusCode::OK,
            "application/samlmetadata+xml",
            xml,
        )),
        None => Err(Failure::NotFound),
    }
}
