//! Answers of identity providers, check by check (docs/FEDERATION.md; endpoints.md 4.4).
//!
//! What needs state is the caller's: that the RelayState is of this browser and not spent, that the assertion was not
//! taken before, that provider and client still belong together.

use cognate_crypto::foreign::VerifyingKey;
use cognate_crypto::secret::SecretBytes;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::message;
use super::names::{ASSERTION, DSIG, PROTOCOL};
use super::refused::{Of, Refused};
use super::signature::{Signed, signed};
use super::{assertion, decrypt};
use crate::xml;

/// Seconds after which an assertion that nobody asked for is refused (endpoints.md 4.4).
pub(super) const UNSOLICITED: i64 = 360;

/// The facts that an answer must agree with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The URL that the answer was posted to.
    pub acs: &'a str,
    /// Our name, `urn:amazon:cognito:sp:POOL`.
    pub audience: &'a str,
    /// The provider's name in its metadata.
    pub issuer: &'a str,
    /// The request that is answered.
    pub request: Asked<'a>,
    /// Seconds since 1970.
    pub now: i64,
    /// True if plain assertions of this provider are refused.
    pub encrypted_only: bool,
    /// The keys of the provider's metadata ([`Metadata::keys`](super::metadata::Metadata::keys)).
    pub trusted: &'a [VerifyingKey],
    /// The key that the provider encrypts to, PKCS #8. It is read where an assertion is encrypted.
    pub key: Option<&'a SecretBytes>,
}

/// The cause of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// Our request of this ID.
    Request(&'a str),
    /// Nothing: the user began at the provider. The caller has found that this is allowed.
    Unsolicited,
    /// Nothing: a client presents it as a grant (RFC 7522). It may be meant for these URLs too.
    Presented(&'a [&'a str]),
}

impl Expected<'_> {
    /// True for a URL at which we take what the provider sends.
    pub(super) fn is_ours(&self, url: &str) -> bool {
        url == self.acs || matches!(self.request, Asked::Presented(others) if others.contains(&url))
    }
}

/// Somebody who signed in at the provider. Everything in it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The user's name at the provider, without blanks around it.
    pub name_id: String,
    /// The format of the name.
    pub name_format: Option<String>,
    /// The domain that the name is of; to be sent back at a logout.
    pub name_qualifier: Option<String>,
    /// The party that the name is for; to be sent back at a logout.
    pub sp_name_qualifier: Option<String>,
    /// The session at the provider.
    pub session_index: Option<String>,
    /// The ID of the assertion, which may be taken once.
    pub assertion_id: String,
    /// Seconds since 1970 until which the ID must be remembered.
    pub replay_until: i64,
    /// Seconds since 1970 at which the assertion ends by its own word: the earliest end that it gives. 0 in logins that
    /// older programs kept.
    #[serde(default)]
    pub ends: i64,
    /// How the user signed in.
    pub authn_context: Option<String>,
    /// The attributes in their order, each name once, with all its values.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// Reads an answer as the browser posted it. RSA decryption takes a while: this belongs on the workers.
///
/// # Errors
/// [`Refused`] with the check that failed.
pub fn read(saml_response: &str, expected: &Expected<'_>) -> Result<Login, Refused> {
    let text = message::decode(saml_response)?;
    let document = message::parse(&text)?;
    answer(document.root_element(), expected)
}

/// Reads what a client presents as a token: an assertion, plain or encrypted, or a whole answer with one in it, in base64
/// or base64url (RFC 7522 section 2.1). An assertion that comes alone is signed itself.
///
/// # Errors
/// [`Refused`] with the check that failed.
pub fn presented(token: &str, expected: &Expected<'_>) -> Result<Login, Refused> {
    let text = message::decode_token(token)?;
    let document = message::parse(&text)?;
    let root = document.root_element();
    if root.has_tag_name((ASSERTION, "Assertion")) {
        if expected.encrypted_only {
            return Err(Refused::NotEncrypted);
        }
        strays(root)?;
        let covered = covered(root, None, expected)?;
        return assertion::read(covered.text(), expected);
    }
    if root.has_tag_name((ASSERTION, "EncryptedAssertion")) {
        strays(root)?;
        let covered = unsealed(root, None, expected).ok_or(Refused::Sealed)?;
        return assertion::read(covered.text(), expected);
    }
    answer(root, expected)
}

fn answer(response: Node<'_, '_>, expected: &Expected<'_>) -> Result<Login, Refused> {
    shape(response)?;
    match signed(response, expected.trusted) {
        Err(flaw) => Err(Refused::Signature(Of::Message, flaw)),
        Ok(None) => inside(response, None, expected),
        Ok(Some(signed)) => {
            let document = message::parse(signed.text())?;
            let response = document.root_element();
            shape(response)?;
            inside(response, Some(&signed), expected)
        }
    }
}

/// Checks that a message is a response with one assertion, and that nothing of the kind stands elsewhere.
fn shape(response: Node<'_, '_>) -> Result<(), Refused> {
    if !response.has_tag_name((PROTOCOL, "Response")) {
        return Err(Refused::Kind);
    }
    message::version(response)?;
    match xml::children(response, (ASSERTION, "Assertion")).count()
        + xml::children(response, (ASSERTION, "EncryptedAssertion")).count()
    {
        1 => {}
        // A failure comes without one.
        0 => {
            message::status(response)?;
            return Err(Refused::Assertions);
        }
        _ => return Err(Refused::Assertions),
    }
    strays(response)
}

/// Checks that assertions are children of the message alone, and signatures of the message and of its assertion.
fn strays(root: Node<'_, '_>) -> Result<(), Refused> {
    let assertion = |node: Node<'_, '_>| node.has_tag_name((ASSERTION, "Assertion"));
    for node in root.descendants().filter(Node::is_element).skip(1) {
        let parent = node.parent_element();
        let top = parent == Some(root);
        let fits = if assertion(node) || node.has_tag_name((ASSERTION, "EncryptedAssertion")) {
            top && !assertion(root)
        } else if node.has_tag_name((PROTOCOL, "Response")) {
            false
        } else if node.has_tag_name((DSIG, "Signature")) {
            top || parent
                .is_some_and(|parent| assertion(parent) && parent.parent_element() == Some(root))
        } else {
            true
        };
        if !fits {
            return Err(Refused::Misplaced);
        }
    }
    Ok(())
}

/// Reads a response of which it is known whether it is signed.
fn inside(
    response: Node<'_, '_>,
    signed: Option<&Signed>,
    expected: &Expected<'_>,
) -> Result<Login, Refused> {
    message::status(response)?;
    match xml::attribute(response, "Destination") {
        Some(destination) if expected.is_ours(destination) => {}
        None if signed.is_none() => {}
        _ => return Err(Refused::Destination),
    }
    answers(response, expected.request)?;
    message::issuer(response, expected.issuer, false)?;
    let at = message::issued(response, expected.now)?;
    recent(at, expected)?;
    if let Some(plain) = xml::children(response, (ASSERTION, "Assertion")).next() {
        if expected.encrypted_only {
            return Err(Refused::NotEncrypted);
        }
        let covered = covered(plain, signed, expected)?;
        return assertion::read(covered.text(), expected);
    }
    let encrypted =
        xml::only(response, (ASSERTION, "EncryptedAssertion")).map_err(|_| Refused::Assertions)?;
    let covered = unsealed(encrypted, signed, expected).ok_or(Refused::Sealed)?;
    assertion::read(covered.text(), expected)
}

/// Checks that an element answers the request, or none where there was none.
pub(super) fn answers(element: Node<'_, '_>, request: Asked<'_>) -> Result<(), Refused> {
    let right = match (xml::attribute(element, "InResponseTo"), request) {
        (Some(id), Asked::Request(asked)) => id == asked && !asked.is_empty(),
        (found, Asked::Unsolicited | Asked::Presented(_)) => found.is_none(),
        (None, Asked::Request(_)) => false,
    };
    if right {
        Ok(())
    } else {
        Err(Refused::InResponseTo)
    }
}

/// Checks that what nobody asked for was issued a short while ago.
pub(super) fn recent(at: i64, expected: &Expected<'_>) -> Result<(), Refused> {
    let old = at < expected.now.saturating_sub(UNSOLICITED);
    if old && expected.request == Asked::Unsolicited {
        return Err(Refused::IssueInstant);
    }
    Ok(())
}

/// Returns the bytes of an assertion that are signed: by its own signature, or by that of the message it is in.
fn covered(
    assertion: Node<'_, '_>,
    message: Option<&Signed>,
    expected: &Expected<'_>,
) -> Result<Signed, Refused> {
    let flaw = |flaw| Refused::Signature(Of::Assertion, flaw);
    match (signed(assertion, expected.trusted).map_err(flaw)?, message) {
        (Some(own), _) => Ok(own),
        (None, Some(message)) => message.part(assertion).map_err(flaw),
        (None, None) => Err(Refused::Unsigned),
    }
}

/// Returns the same of an encrypted assertion; None if anything fails on the way. The decrypted text is a document of its
/// own and is never put into the message.
fn unsealed(
    encrypted: Node<'_, '_>,
    message: Option<&Signed>,
    expected: &Expected<'_>,
) -> Option<Signed> {
    let plain = decrypt::decrypt(encrypted, expected.key?).ok()?;
    let document = message::parse(plain.expose()).ok()?;
    let assertion = document.root_element();
    if !assertion.has_tag_name((ASSERTION, "Assertion")) || !xml::says_utf8(plain.expose()) {
        return None;
    }
    strays(assertion).ok()?;
    covered(assertion, message, expected).ok()
}
