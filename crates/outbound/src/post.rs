//! A POST of which only the status of the answer matters. What follows the headers is read for a moment, so that the connection can
//! be used again, and changes nothing.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};

use crate::{Limits, Outbound, OutboundError, broken};

impl Outbound {
    /// Posts a body; returns the status of the answer, redirects among them, however long or slow the rest of it is.
    ///
    /// # Errors
    /// [`OutboundError`], [`OutboundError::Status`] excepted.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
        limits: Limits,
    ) -> Result<u16, OutboundError> {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url.parse().map_err(|_| OutboundError::Url)?;
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            let value = HeaderValue::from_str(value).map_err(broken)?;
            request.headers_mut().insert(name, value);
        }
        Ok(self.status(request, limits).await?.as_u16())
    }
}
