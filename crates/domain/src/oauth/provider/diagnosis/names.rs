//! The names of the checks of an answer, in their order, and which check a refusal is of.

use cognate_federation::oidc::id_token;
use cognate_federation::saml::refused::{Of, Refused};

/// The checks of an answer of SAML.
pub(super) const SAML: [&str; 16] = [
    "message",
    "message-signature",
    "status",
    "destination",
    "in-response-to",
    "issuer",
    "encryption",
    "assertion-signature",
    "conditions",
    "time",
    "audience",
    "subject",
    "recipient",
    "statement",
    "name-id",
    "identifiers",
];

/// Returns the check of a refusal.
pub(super) const fn saml(refused: &Refused) -> &'static str {
    match refused {
        Refused::TooLong
        | Refused::NotBase64
        | Refused::NotUtf8
        | Refused::NotDeflated
        | Refused::NotXml
        | Refused::Kind
        | Refused::Version
        | Refused::Assertions
        | Refused::Misplaced
        | Refused::Sessions => "message",
        Refused::Signature(Of::Message, _) => "message-signature",
        Refused::Status(_) => "status",
        Refused::Destination => "destination",
        Refused::InResponseTo => "in-response-to",
        Refused::Issuer => "issuer",
        Refused::NotEncrypted | Refused::Sealed => "encryption",
        Refused::Signature(Of::Assertion, _) | Refused::Unsigned => "assertion-signature",
        Refused::Conditions => "conditions",
        Refused::IssueInstant | Refused::TooEarly | Refused::TooLate => "time",
        Refused::Audience => "audience",
        Refused::Confirmation => "subject",
        Refused::Recipient => "recipient",
        Refused::AuthnStatement | Refused::SessionOver => "statement",
        Refused::NameId => "name-id",
        Refused::Unnamed => "identifiers",
    }
}

/// The checks of an ID token.
pub(super) const ID_TOKEN: [&str; 15] = [
    "form",
    "header",
    "algorithm",
    "key",
    "signature",
    "payload",
    "issuer",
    "audience",
    "authorized-party",
    "end",
    "issued",
    "begin",
    "nonce",
    "access-token-hash",
    "subject",
];

/// Returns the check of a refusal.
pub(super) const fn id_token(refused: id_token::Refused) -> &'static str {
    use id_token::Refused as R;
    match refused {
        R::TooLong | R::Parts | R::Base64 => "form",
        R::Header | R::HeaderTwice | R::Critical | R::Unencoded | R::OtherType => "header",
        R::Algorithm | R::MacNotShared | R::ShortSecret => "algorithm",
        R::NoKid
        | R::UnknownKey
        | R::KeyForOtherUse
        | R::KeyOfOtherAlgorithm
        | R::KeyOfOtherKind => "key",
        R::BadSignature => "signature",
        R::Payload | R::PayloadTwice => "payload",
        R::Issuer => "issuer",
        R::Audience => "audience",
        R::AuthorizedParty => "authorized-party",
        R::NoEnd | R::Expired => "end",
        R::IssuedAhead => "issued",
        R::NotYet => "begin",
        R::Nonce => "nonce",
        R::AccessTokenHash => "access-token-hash",
        R::Subject => "subject",
    }
}
