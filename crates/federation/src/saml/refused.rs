//! The reasons for which a message is refused: one for each check of docs/FEDERATION.md.
//!
//! They are for logs. What a browser is told is the caller's business, and much less.

pub use super::signature::Flaw;

/// The element that a signature is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The whole message.
    Message,
    /// Its assertion.
    Assertion,
}

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Message => "message",
            Self::Assertion => "assertion",
        })
    }
}

/// The check that a message failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has more than 100,000 characters of base64.
    #[error("the message is too long")]
    TooLong,
    /// It is not base64 in the standard alphabet.
    #[error("the message is not base64")]
    NotBase64,
    /// It is not UTF-8, or says that it is in another encoding.
    #[error("the message is not UTF-8")]
    NotUtf8,
    /// It came in a URL, and is not compressed as it should be, or is too long once it is not any more.
    #[error("the message is not compressed by DEFLATE, or too long")]
    NotDeflated,
    /// It is no XML, has a document type definition, or is beyond a bound.
    #[error("the message is not XML within the bounds")]
    NotXml,
    /// It is another message than the one that is expected here.
    #[error("the message is of another kind")]
    Kind,
    /// The message or its assertion is not of version 2.0.
    #[error("another version than 2.0")]
    Version,
    /// There is not exactly one assertion.
    #[error("there is not exactly one assertion")]
    Assertions,
    /// An assertion, a response or a signature stands where none may be.
    #[error("an assertion, a response or a signature stands where none may be")]
    Misplaced,
    /// A signature that is there does not hold. For a browser, [`Refused::Sealed`] must look like this of an assertion.
    #[error("the signature of the {0} does not hold: {1}")]
    Signature(Of, Flaw),
    /// Neither the message nor the assertion is signed.
    #[error("nothing is signed")]
    Unsigned,
    /// The provider says that it failed; its status codes, without unusual characters.
    #[error("the provider answers {0}")]
    Status(String),
    /// It was sent to somebody else.
    #[error("the destination is another")]
    Destination,
    /// It answers another request, or a request where none was made.
    #[error("it answers another request")]
    InResponseTo,
    /// It is of another provider.
    #[error("the issuer is another")]
    Issuer,
    /// Its time is missing or in the future; that of an unsolicited answer or of a logout, long ago.
    #[error("the time of issue is not now")]
    IssueInstant,
    /// The provider's assertions must be encrypted, and this one is not.
    #[error("the assertion is not encrypted")]
    NotEncrypted,
    /// The encrypted assertion cannot be opened, is none, or its signature does not hold. One reason for all of it:
    /// whoever can tell them apart can read what is encrypted.
    #[error("the encrypted assertion cannot be used")]
    Sealed,
    /// There are no Conditions, or several, or one that is not known.
    #[error("the conditions are not understood")]
    Conditions,
    /// It is not good yet.
    #[error("it is not valid yet")]
    TooEarly,
    /// It is not good any more.
    #[error("it is not valid any more")]
    TooLate,
    /// It is for another audience, or for none.
    #[error("the audience is another")]
    Audience,
    /// There is not one Subject, or no confirmation of it by the bearer that can be used.
    #[error("the subject is not confirmed")]
    Confirmation,
    /// The confirmation is for another recipient.
    #[error("the recipient is another")]
    Recipient,
    /// There is no statement that somebody signed in.
    #[error("nobody signed in")]
    AuthnStatement,
    /// The provider's session is over.
    #[error("the session at the provider is over")]
    SessionOver,
    /// There is not exactly one NameID with a usable text.
    #[error("the name of the user cannot be used")]
    NameId,
    /// A logout names more sessions than anybody has.
    #[error("too many sessions are named")]
    Sessions,
    /// The assertion has no ID, or an attribute no name.
    #[error("an identifier is missing")]
    Unnamed,
}
