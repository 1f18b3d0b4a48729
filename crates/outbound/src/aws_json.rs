//! Calls as the AWS protocol JSON 1.1 makes them.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, Request};

use crate::aws::Signer;
use crate::form::Answer;
use crate::{Limits, Outbound, OutboundError};

/// A call. It holds secrets, so that nothing of it belongs into a log.
pub struct Call<'a> {
    /// The whole URL.
    pub url: &'a str,
    /// Service and operation, as `X-Amz-Target` names them.
    pub target: &'a str,
    /// The body.
    pub json: String,
    /// The key with which it is signed, and the time on the wall; None for an operation that needs none.
    pub signer: Option<(&'a Signer, SystemTime)>,
}

impl Outbound {
    /// Makes a call.
    ///
    /// # Errors
    /// As [`Outbound::send`]; [`OutboundError::Url`] for a URL or a target that is none.
    pub async fn call_aws(&self, call: Call<'_>, limits: Limits) -> Result<Answer, OutboundError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(call.url)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header(HeaderName::from_static("x-amz-target"), call.target)
            .body(Bytes::from(call.json));
        let mut request = request.map_err(|_| OutboundError::Url)?;
        if let Some((signer, now)) = call.signer {
            signer.sign(&mut request, now)?;
        }
        let answer = self.send(request, limits).await?;
        Ok(Answer {
            status: answer.status().as_u16(),
            body: answer.into_body(),
        })
    }
}
