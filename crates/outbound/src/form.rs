//! Calls as OAuth 2.0 makes them: a form or nothing, and a token.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request};

use crate::{Limits, Outbound, OutboundError};

/// A call. It holds secrets, so that nothing of it belongs into a log.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The whole URL.
    pub url: &'a str,
    /// The body of a POST, `application/x-www-form-urlencoded`; None for a GET.
    pub form: Option<&'a str>,
    /// The whole value of the header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The header `User-Agent`.
    pub agent: &'static str,
}

/// An answer of whatever status.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
}

impl Outbound {
    /// Makes a call that asks for JSON.
    ///
    /// # Errors
    /// As [`Outbound::send`]; [`OutboundError::Url`] for a URL or a token that is none.
    pub async fn call(&self, call: Call<'_>, limits: Limits) -> Result<Answer, OutboundError> {
        let request = request(call).map_err(|_| OutboundError::Url)?;
        let answer = self.send(request, limits).await?;
        Ok(Answer {
            status: answer.status().as_u16(),
            body: answer.into_body(),
        })
    }
}

/// Returns the request of a call.
pub(crate) fn request(call: Call<'_>) -> Result<Request<Bytes>, http::Error> {
    let mut request = Request::builder()
        .uri(call.url)
        .header(USER_AGENT, call.agent)
        .header(ACCEPT, "application/json");
    if let Some(value) = call.authorization {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    match call.form {
        Some(form) => request
            .method(Method::POST)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::copy_from_slice(form.as_bytes())),
        None => request.body(Bytes::new()),
    }
}
