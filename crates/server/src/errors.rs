//! The texts of every refusal that the domain does not own: protocol, signatures, policies, limits.
//!
//! Each function says which row of the service's behaviour it follows (docs/service).

use std::borrow::Cow;

use cognate_access::RateError;
use cognate_access::policy::Denial;
use cognate_domain::ApiError;
use cognate_shapes::ErrorCode;

use crate::http::limits::BodyLimit;

/// The JSON key of an error's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKey {
    /// `message`, as modelled errors have it (auth.md 1.3).
    Lower,
    /// `Message`, as the framework's type errors and the authorisation layer have it (settled C15, auth.md 1.6).
    Capital,
}

/// An error to send to the client.
#[derive(Debug)]
pub struct Refusal {
    /// The exception.
    pub code: ErrorCode,
    /// Its text; None leaves the member out.
    pub message: Option<Cow<'static, str>>,
    /// The key of the text.
    pub key: MessageKey,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::new(error.code, error.message)
    }
}

impl From<RateError> for Refusal {
    fn from(refused: RateError) -> Self {
        match refused {
            RateError::TooMany => too_many_requests(),
            RateError::Failed => internal(),
        }
    }
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: Some(message.into()),
            key: MessageKey::Lower,
        }
    }
}

/// The body is not JSON that could be an input (auth.md 1.5): no text.
pub fn not_json() -> Refusal {
    Refusal {
        code: ErrorCode::Serialization,
        message: None,
        key: MessageKey::Lower,
    }
}

/// A JSON value of the wrong type (auth.md 1.5; the capital key settled C15).
pub fn wrong_type(text: Option<String>) -> Refusal {
    Refusal {
        code: ErrorCode::Serialization,
        message: text.map(Cow::Owned),
        key: MessageKey::Capital,
    }
}

/// The body is a JSON array (auth.md 1.5).
pub fn body_is_a_list() -> Refusal {
    wrong_type(Some("Start of list found where not expected".into()))
}

/// No such operation, or no target at all (auth.md 1.5): no text.
pub fn unknown_operation() -> Refusal {
    Refusal {
        code: ErrorCode::UnknownOperation,
        message: None,
        key: MessageKey::Lower,
    }
}

/// Violated constraints (auth.md 1.9).
pub fn invalid_parameter(text: String) -> Refusal {
    Refusal::new(ErrorCode::InvalidParameter, text)
}

/// An IAM operation without a signature (auth.md 1.6, settled B2).
pub fn missing_authentication() -> Refusal {
    Refusal::new(
        ErrorCode::MissingAuthenticationToken,
        "Missing Authentication Token",
    )
}

/// A signature both in the query and in the header (settled B9).
pub fn two_signatures() -> Refusal {
    let text =
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// A required part of an Authorization header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `Credential=`.
    Credential,
    /// `Signature=`.
    Signature,
    /// `SignedHeaders=`.
    SignedHeaders,
    /// The header that says when it was signed.
    Date,
}

/// Parts of the signature are missing (settled B7). `header` is the Authorization header as received.
pub fn incomplete_signature(missing: &[Missing], header: &str) -> Refusal {
    let mut text = String::new();
    for part in missing {
        text.push_str(match part {
            Missing::Credential => "Authorization header requires 'Credential' parameter. ",
            Missing::Signature => "Authorization header requires 'Signature' parameter. ",
            Missing::SignedHeaders => "Authorization header requires 'SignedHeaders' parameter. ",
            Missing::Date => {
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            }
        });
    }
    text.push_str("Authorization=");
    text.push_str(header);
    Refusal::new(ErrorCode::IncompleteSignature, text)
}

/// The date is not in basic form (settled B10).
pub fn date_form(got: &str) -> Refusal {
    let text = format!(
        "Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
    Refusal::new(ErrorCode::IncompleteSignature, text)
}

/// Signed too long ago (settled B5). All three times in basic form.
pub fn signature_expired(signed: &str, earliest: &str, now: &str) -> Refusal {
    let text =
        format!("Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)");
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// Signed in the future (settled B6). All three times in basic form.
pub fn signature_not_yet_current(signed: &str, latest: &str, now: &str) -> Refusal {
    let text = format!(
        "Signature not yet current: {signed} is still later than {latest} ({now} + 5 min.)"
    );
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// A header that has to be signed is not (settled B11 for Host; the same words for the x-amz headers).
pub fn header_not_signed(name: &str) -> Refusal {
    let text = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// Another algorithm (settled B12).
pub fn unsupported_algorithm(got: &str) -> Refusal {
    let text = format!("Unsupported AWS 'algorithm': '{got}' (only AWS4-HMAC-SHA256 for now). ");
    Refusal::new(ErrorCode::IncompleteSignature, text)
}

/// The credential does not have five parts (settled B13).
pub fn credential_shape(got: &str) -> Refusal {
    let text = format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{got}'"
    );
    Refusal::new(ErrorCode::IncompleteSignature, text)
}

/// A fault of a credential's scope (settled B14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The region is not the name of one.
    Region(&'a str),
    /// The service is another one.
    Service(&'static str),
    /// The terminator is not `aws4_request`.
    Terminator(&'a str),
    /// The day is not the request's: scope's date, the request's date, the request's time.
    Date(&'a str, &'a str, &'a str),
}

/// The credential's scope is for something else (settled B14): all faults joined.
pub fn wrong_scope(faults: &[Scope<'_>]) -> Refusal {
    let mut text = String::new();
    for fault in faults {
        let sentence = match fault {
            Scope::Region(got) => {
                format!("Credential should be scoped to a valid region, not '{got}'. ")
            }
            Scope::Service(service) => {
                format!("Credential should be scoped to correct service: '{service}'. ")
            }
            Scope::Terminator(got) => {
                format!(
                    "Credential should be scoped with a valid terminator: 'aws4_request', not '{got}'. "
                )
            }
            Scope::Date(scope, day, time) => format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{scope}' != '{day}', from '{time}'."
            ),
        };
        text.push_str(&sentence);
    }
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// An unknown or disabled access key, or a session token where none was issued (auth.md 1.6, settled C19).
pub fn unrecognized_client() -> Refusal {
    let text = "The security token included in the request is invalid.";
    Refusal::new(ErrorCode::UnrecognizedClient, text)
}

/// The signature is another (auth.md 1.6, settled B15).
pub fn signature_mismatch() -> Refusal {
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.";
    Refusal::new(ErrorCode::InvalidSignature, text)
}

/// The caller's policy does not let them (auth.md 1.6, settled B17, B20).
pub fn access_denied(principal: &str, action: &str, resource: &str, denial: Denial) -> Refusal {
    let reason = match denial {
        Denial::NotAllowed => {
            format!("because no identity-based policy allows the cognito-idp:{action} action")
        }
        Denial::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
    };
    let text = format!(
        "User: {principal} is not authorized to perform: cognito-idp:{action} on resource: {resource} {reason}"
    );
    Refusal {
        code: ErrorCode::AccessDenied,
        message: Some(text.into()),
        key: MessageKey::Capital,
    }
}

/// `dev` refuses a call that a foreign web page could have made (design decision 1).
pub fn foreign_page() -> Refusal {
    let text = "This development server refuses administrative calls whose Host or Origin is foreign. \
                Allow them with --host NAME or --cors-origin ORIGIN.";
    Refusal {
        code: ErrorCode::AccessDenied,
        message: Some(text.into()),
        key: MessageKey::Capital,
    }
}

/// A fault outside of any operation: an access key or a limit that cannot be read, a panic.
pub fn internal() -> Refusal {
    Refusal::new(ErrorCode::InternalError, cognate_domain::errors::INTERNAL)
}

/// More requests than a limit allows (auth.md 1.10, settled T10).
pub fn too_many_requests() -> Refusal {
    Refusal::new(ErrorCode::TooManyRequests, "Too many requests")
}

/// What somebody who develops asked for (`/_dev/faults`).
pub fn on_request(code: ErrorCode, text: String) -> Refusal {
    Refusal::new(code, text)
}

/// The answer to GET, PUT and so on at the root (settled B21).
pub const NOT_AN_OPERATION: &str = "<AccessDeniedException>\n  \
    <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

/// The answer to a POST whose content type is none of the protocol's (auth.md 1.5, settled B22).
pub const UNKNOWN_CONTENT_TYPE: &str = "<UnknownOperationException/>\n";

/// The body is larger than the server reads for this operation and caller (settled B25).
pub const fn too_large(limit: BodyLimit) -> &'static str {
    match limit {
        BodyLimit::Small => "The request body is larger than 64 KiB.\n",
        BodyLimit::Medium => "The request body is larger than 640 KiB.\n",
        BodyLimit::Large => "The request body is larger than 1 MiB.\n",
        BodyLimit::Document => "The request body is larger than 3 MiB.\n",
    }
}

/// The body did not arrive in time.
pub const TOO_SLOW: &str = "The request body did not arrive in time.\n";

/// The server has no room for the request.
pub const OVERLOADED: &str = "The server is busy. Try again.\n";

/// No Host, two of them, one that is no host, or one that differs from the address in the request line.
pub const BAD_HOST: &str = "The request must name exactly one host.\n";

/// A page or document panicked.
pub const FAILED: &str = "Internal server error.\n";

/// There is nothing at this path.
pub const NOT_FOUND: &str = "Not found.\n";

/// Secrets Manager: no name or ARN of a secret; our words.
pub fn invalid_secret_id() -> Refusal {
    Refusal::new(ErrorCode::InvalidParameter, "Invalid secret id.")
}

/// Secrets Manager: no such secret.
pub fn no_such_secret() -> Refusal {
    let text = "Secrets Manager can't find the specified secret.";
    Refusal::new(ErrorCode::ResourceNotFound, text)
}

/// Secrets Manager: the secret has no such version.
pub fn no_such_version(what: &str) -> Refusal {
    let text = format!("Secrets Manager can't find the specified secret value for {what}");
    Refusal::new(ErrorCode::ResourceNotFound, text)
}
