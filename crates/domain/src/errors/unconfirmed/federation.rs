//! Best guesses about sign-ins through identity providers (endpoints.md 4.2).

use cognate_federation::saml::refused::Refused;

/// The provider's name of the user has a character that is not seen, or makes a user name of more than 128 characters.
pub const UNUSABLE_SUBJECT: &str = "Invalid user attributes: username: Invalid username. ";
/// endpoints.md 1.5: that a disabled user is refused is clear, the text is that of the API.
pub const USER_IS_DISABLED: &str = "User is disabled.";
/// endpoints.md 4.5: a linked user who never confirmed the sign-up.
pub const USER_IS_NOT_CONFIRMED: &str = "User is not confirmed.";
/// endpoints.md 4.4: that an assertion is good once is documented, the text is not.
pub const ANSWER_USED: &str = "Invalid SAML response received: Assertion has been used. ";
/// endpoints.md 4.3: an ID token that is not good.
pub const INVALID_ID_TOKEN: &str = "Invalid ID token";
/// endpoints.md 4.3: keys that are not a set of keys, or that the provider does not give.
pub const NO_KEYS: &str = "Invalid response from jwks uri";
/// endpoints.md 4.3: claims that cannot be read or are of another user.
pub const INVALID_USER_INFO: &str = "Invalid response from IdP user info endpoint";
/// endpoints.md 4.3: an answer of the token endpoint without what is needed.
pub const INVALID_TOKENS: &str = "Invalid response from IdP token endpoint";
/// endpoints.md 4.3: a private key with which nothing can be signed.
pub const NO_CLIENT_SECRET: &str = "Invalid private key of the identity provider";
/// endpoints.md 4.3: the provider's answer has neither a code nor an error, or comes from another provider.
pub const INVALID_ANSWER: &str = "Invalid response from the identity provider";
/// Decision 015: as many first sign-ins through the provider wait for an approval as may.
pub const TOO_MANY_WAIT: &str = "Too many users wait for an approval";
/// endpoints.md 4.3: the provider cannot be called, for a reason that does not concern the visitor.
pub const UNREACHABLE: &str = "The identity provider cannot be reached";

/// endpoints.md 4.3: the userinfo endpoint answered with another status than a success.
pub fn user_info_refused(provider: &str, status: u16) -> String {
    format!("{provider} Error - {status} error getting user info")
}

/// endpoints.md 4.4: a SAML answer that fails another check than that of a signature. The service's beginning; the rest
/// names the part of the answer, for the administrator of the provider, and no value of it.
pub fn bad_answer(refused: &Refused) -> &'static str {
    match refused {
        Refused::Status(_) => {
            "Invalid SAML response received: SAML Response status is not Success. "
        }
        Refused::Destination => "Invalid SAML response received: Destination is invalid. ",
        Refused::InResponseTo => "Invalid SAML response received: InResponseTo is invalid. ",
        Refused::Issuer => "Invalid SAML response received: Issuer is invalid. ",
        Refused::Audience => "Invalid SAML response received: Audience restriction is invalid. ",
        Refused::Recipient => "Invalid SAML response received: Recipient is invalid. ",
        Refused::NameId => "Invalid SAML response received: NameID is invalid. ",
        Refused::NotEncrypted => {
            "Invalid SAML response received: SAML Assertion is not encrypted. "
        }
        Refused::TooEarly | Refused::TooLate | Refused::SessionOver | Refused::IssueInstant => {
            "Invalid SAML response received: SAML Assertion is expired or not yet valid. "
        }
        Refused::Conditions | Refused::Confirmation | Refused::AuthnStatement => {
            "Invalid SAML response received: SAML Assertion is invalid. "
        }
        _ => "Invalid SAML response received: SAML Response is invalid. ",
    }
}
