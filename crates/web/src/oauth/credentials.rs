//! The credentials of a client in a request: HTTP Basic, or fields of the form (endpoints.md 1.6, RFC 6749
//! section 2.3.1). Nothing is read from the query: a secret does not belong into a URL.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cognate_domain::oauth::Credentials;
use http::header;

use crate::fields::Fields;
use crate::request::Request;

/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The credentials of a request. They have no `Debug`: the secret must not be printed.
pub(super) struct Sent {
    id: String,
    secret: Option<String>,
    by_header: bool,
}

impl Sent {
    /// Reads the credentials; None if there are none, or none that can be read. Basic wins over the form, of which then
    /// nothing is looked at (settled J11). A header of another scheme says nothing about the client.
    pub(super) fn read(request: &Request<'_>, form: &Fields) -> Option<Self> {
        let mut headers = request.headers().get_all(header::AUTHORIZATION).iter();
        if let Some(value) = headers.next() {
            if headers.next().is_some() {
                return None;
            }
            let value = value.to_str().ok()?;
            let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
            if scheme.eq_ignore_ascii_case("basic") {
                return Self::basic(rest.trim());
            }
        }
        Some(Self {
            id: form.get("client_id")?.to_owned(),
            secret: form.get("client_secret").map(str::to_owned),
            by_header: false,
        })
    }

    /// Both halves may be encoded as in a form, as RFC 6749 demands, or not, as many clients do it. Their alphabet has no
    /// `%`, and a `+` in it is none that stands for a space.
    fn basic(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decoded = |half: &str| {
            let bytes = percent_encoding::percent_decode_str(half);
            bytes.decode_utf8().ok().map(std::borrow::Cow::into_owned)
        };
        Some(Self {
            id: decoded(id)?,
            secret: Some(decoded(secret)?),
            by_header: true,
        })
    }

    /// Returns the credentials.
    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            id: &self.id,
            secret: self.secret.as_deref(),
        }
    }

    /// Returns the client's id if it came in the header.
    pub(super) fn id_by_header(&self) -> Option<&str> {
        self.by_header.then_some(self.id.as_str())
    }

    /// Returns the credentials without a secret that was in the form.
    pub(super) fn secret_by_header_alone(&self) -> Credentials<'_> {
        Credentials {
            id: &self.id,
            secret: self.secret.as_deref().filter(|_| self.by_header),
        }
    }
}
