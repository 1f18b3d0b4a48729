//! The fetch of a document whose headers matter, too.

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName,
};
use http::{Request, Response};

use crate::{Limits, Outbound, OutboundError};

/// An answer of whatever status.
#[derive(Clone, Debug)]
pub struct Document {
    /// The status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The headers `Cache-Control`, joined by commas.
    pub cache_control: String,
    /// The whole body.
    pub body: Bytes,
}

impl Outbound {
    /// Fetches a document by GET, as it is: without cookies, a referrer or an encoding. A redirect is an answer like others.
    ///
    /// # Errors
    /// As [`Outbound::send`]; [`OutboundError::ContentType`] for a body that is encoded all the same.
    pub async fn document(
        &self,
        url: &str,
        accept: &'static str,
        limits: Limits,
    ) -> Result<Document, OutboundError> {
        let request = Request::builder()
            .uri(url)
            .header(ACCEPT, accept)
            .header(ACCEPT_ENCODING, "identity")
            .body(Bytes::new())
            .map_err(|_| OutboundError::Url)?;
        let answer = self.send(request, limits).await?;
        let encoding = text(&answer, CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Err(OutboundError::ContentType);
        }
        let rules = answer.headers().get_all(CACHE_CONTROL).iter();
        let rules: Vec<&str> = rules.filter_map(|value| value.to_str().ok()).collect();
        Ok(Document {
            status: answer.status().as_u16(),
            content_type: text(&answer, CONTENT_TYPE),
            cache_control: rules.join(","),
            body: answer.into_body(),
        })
    }
}

fn text(answer: &Response<Bytes>, name: HeaderName) -> Option<String> {
    let value = answer.headers().get(name)?;
    Some(value.to_str().unwrap_or_default().to_owned())
}
