//! Texts of sign-ins through identity providers, which the application gets as `error_description` (endpoints.md 4.2).

use cognate_federation::oidc::answer::Denial;

use crate::errors::Fault;

/// The reason why a provider's word makes no user: the text for the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(pub String);

impl Rejection {
    /// The provider names no subject.
    pub fn no_subject() -> Self {
        Self("username attribute mapping required".to_owned())
    }

    /// Attributes that do not fit, each item with a newline behind it, and a blank at the end of all.
    pub fn invalid_attributes(items: &[String]) -> Self {
        let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
        Self(format!("Invalid user attributes: {lines} "))
    }

    /// Returns the text of an error of an operation; other faults stay faults.
    ///
    /// # Errors
    /// Everything but [`Fault::Api`].
    pub fn of(fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Api(error) => Ok(Self(error.message.into_owned())),
            other => Err(other),
        }
    }
}

/// An item of [`Rejection::invalid_attributes`]: a mapped attribute that never changes has another value now.
pub fn cannot_be_updated(name: &str) -> String {
    format!("{name}: Attribute cannot be updated.")
}

/// The ID token is of another issuer, which it names (endpoints.md 4.3).
pub fn bad_issuer(issuer: &str) -> String {
    format!("Bad id_token issuer {issuer}")
}

/// The token endpoint did not answer in time.
pub const TOKEN_TIMEOUT: &str = "Timeout occurred in calling IdP token endpoint";
/// The keys did not come in time. The service writes the parameter's name into its value.
pub const KEYS_TIMEOUT: &str = "error_description=Timeout in calling jwks uri";
/// A connection to the provider broke.
pub const CONNECTION_RESET: &str = "Connection reset";
/// A call other than those for tokens and keys took too long.
pub const READ_TIMED_OUT: &str = "Read timed out";
/// The token endpoint answered with another status than a success.
pub fn token_refused(provider: &str, status: u16) -> String {
    format!("{provider} Error - {status} error getting token")
}

/// The same at a social provider, with its name for the error and, if it goes to the client too, its explanation.
pub fn social_refused(provider: &str, status: u16, code: &str, why: Option<&str>) -> String {
    let why = why.map_or(String::new(), |why| format!(" {why}"));
    format!("{provider} Error - {status} {code}{why}")
}

/// The user or the provider refused on the provider's pages: the explanation, and what else the browser brought (seen at
/// the service for Facebook).
pub fn denied(denial: &Denial) -> String {
    let description = denial.description.as_ref();
    let Some(description) = description.filter(|text| !text.is_empty()) else {
        return denial.error.clone();
    };
    let brought = [
        ("error", Some(&denial.error)),
        ("error_code", denial.code.as_ref()),
        ("error_reason", denial.reason.as_ref()),
    ];
    let brought = brought.into_iter();
    let brought = brought.filter_map(|(name, value)| Some(format!("; {name}={}", value?)));
    format!("{description}{}", brought.collect::<String>())
}

/// The name of an identity that signs in for the first time is a user's already.
pub fn already_found(username: &str) -> String {
    format!("Already found an entry for username {username}")
}

/// The signature of a SAML assertion does not hold (endpoints.md 4.4).
pub const SAML_ASSERTION_SIGNATURE: &str =
    "Invalid SAML response received: SAML Assertion signature is invalid. ";
/// The signature of a SAML response does not hold (endpoints.md 4.4).
pub const SAML_MESSAGE_SIGNATURE: &str =
    "Invalid SAML response received: SAML Response signature is invalid. ";

/// The attributes of a SAML assertion make no user (endpoints.md 4.4).
pub fn saml_attributes(text: &str) -> String {
    format!("Invalid SAML response received: {text}")
}
