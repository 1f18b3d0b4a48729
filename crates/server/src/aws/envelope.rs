//! What wraps answers, which the request's content type decides.

use http::{HeaderMap, HeaderValue, header};

/// The wrapping of answers, which the request's content type decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `application/x-amz-json-1.1`: the output itself.
    Bare,
    /// `application/json`: `Output` and `Version` around it (settled B24).
    Wrapped,
}

/// Returns the wrapping that a request asks for; None for a content type that is none of the protocol's.
pub fn envelope(headers: &HeaderMap) -> Option<Envelope> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = text.split(';').next().unwrap_or("").trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/x-amz-json-1.1" => Some(Envelope::Bare),
        "application/json" => Some(Envelope::Wrapped),
        _ => None,
    }
}

impl Envelope {
    /// Returns the content type of answers.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bare => "application/x-amz-json-1.1",
            Self::Wrapped => "application/json",
        })
    }

    /// Wraps the output of an operation.
    pub fn close(self, output: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Bare => output,
            Self::Wrapped if output.is_empty() => br#"{"Output":null,"Version":"1.0"}"#.to_vec(),
            Self::Wrapped => [
                br#"{"Output":"#.as_slice(),
                &output,
                br#","Version":"1.0"}"#,
            ]
            .concat(),
        }
    }
}
