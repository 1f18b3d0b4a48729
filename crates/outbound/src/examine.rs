//! Calls whose failure is to be explained: they say how far they came.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};

use crate::form::{self, Call};
use crate::{Limits, Outbound, OutboundError};

/// The place at which a call stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The URL may not be called.
    Url,
    /// The name service knows no address of the host.
    Name,
    /// None of the addresses may be called.
    Address,
    /// Nothing takes the connection.
    Connection,
    /// TLS: the certificate, or what is spoken.
    Tls,
    /// There is a connection, and no answer within the limits.
    Answer,
}

/// A call without an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failed {
    /// Where it stopped.
    pub stage: Stage,
    /// Why.
    pub error: OutboundError,
}

/// An answer of whatever status.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The status.
    pub status: u16,
    /// The header `Location`, which is not followed.
    pub location: Option<String>,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The whole body.
    pub body: Bytes,
}

impl Outbound {
    /// Makes a call, and says how far it came where it fails. A connection is opened and closed before it, so that the
    /// failure of each step is told apart; the call itself is like any other. It may take the time to connect and the time
    /// of a call.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn examine(&self, call: Call<'_>, limits: Limits) -> Result<Examined, Failed> {
        self.probe(call.url, limits).await?;
        let at = |stage| move |error| Failed { stage, error };
        let request = form::request(call).map_err(|_| at(Stage::Url)(OutboundError::Url))?;
        let answer = self.send(request, limits).await;
        let answer = answer.map_err(at(Stage::Answer))?;
        let header = |name: HeaderName| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().ok()?.to_owned())
        };
        Ok(Examined {
            status: answer.status().as_u16(),
            location: header(LOCATION),
            content_type: header(CONTENT_TYPE),
            body: answer.into_body(),
        })
    }

    /// Opens a connection to the host of a URL as a call would, TLS included, closes it, and says how far it came.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn probe(&self, url: &str, limits: Limits) -> Result<(), Failed> {
        let mut stage = Stage::Url;
        let opened = match self.parse(url) {
            Ok(uri) => {
                let opening = self.connector.open_noting(&uri, &mut stage);
                let opened = tokio::time::timeout(limits.connect, opening).await;
                opened.unwrap_or(Err(OutboundError::Slow)).map(drop)
            }
            Err(error) => Err(error),
        };
        opened.map_err(|error| Failed { stage, error })
    }
}
