//! Single logout, both ways (SAML 2.0 Core section 3.7, Profiles section 4.4).
//!
//! Ours are signed in the query of a redirect ([`redirect`](super::request::redirect)); those of a provider are posted
//! and must be signed, by the same rule as answers: what is read are the bytes that were signed.

use cognate_crypto::foreign::VerifyingKey;
use roxmltree::Node;

use super::assertion::{name_id, name_text};
use super::instant::{self, SKEW};
use super::message::{self, escape};
use super::names::{ASSERTION, PROTOCOL, SUCCESS};
use super::refused::{Of, Refused};
use super::response::{Asked, UNSOLICITED, answers};
use super::signature::{Signed, signed};
use crate::xml;

/// A request to end a user's session at the provider, with the name by which the provider knows the user.
#[derive(Debug, Clone, Copy)]
pub struct Logout<'a> {
    /// Its ID, `_` and a UUID.
    pub id: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// The provider's URL that it is sent to.
    pub destination: &'a str,
    /// Our name.
    pub issuer: &'a str,
    /// The user's name at the provider.
    pub name_id: &'a str,
    /// The format of the name, as the provider gave it.
    pub name_format: Option<&'a str>,
    /// The domain of the name, as the provider gave it.
    pub name_qualifier: Option<&'a str>,
    /// The party that the name is for, as the provider gave it.
    pub sp_name_qualifier: Option<&'a str>,
    /// The session of the sign-in.
    pub session_index: Option<&'a str>,
}

/// Returns the document.
#[must_use]
pub fn request(logout: &Logout<'_>) -> String {
    let attribute = |name: &str, value: Option<&str>| {
        value.map_or_else(String::new, |value| {
            format!(r#" {name}="{}""#, escape(value))
        })
    };
    let session = logout.session_index.map_or_else(String::new, |session| {
        format!(
            "<samlp:SessionIndex>{}</samlp:SessionIndex>",
            escape(session)
        )
    });
    format!(
        r#"<samlp:LogoutRequest xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="{}" Version="2.0" IssueInstant="{}" Destination="{}"><saml:Issuer>{}</saml:Issuer><saml:NameID{}{}{}>{}</saml:NameID>{session}</samlp:LogoutRequest>"#,
        escape(logout.id),
        instant::format(logout.now),
        escape(logout.destination),
        escape(logout.issuer),
        attribute("NameQualifier", logout.name_qualifier),
        attribute("SPNameQualifier", logout.sp_name_qualifier),
        attribute("Format", logout.name_format),
        escape(logout.name_id),
    )
}

/// Our answer to a provider's request.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its ID, `_` and a UUID.
    pub id: &'a str,
    /// The ID of the request.
    pub request: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// The provider's URL that it is sent to.
    pub destination: &'a str,
    /// Our name.
    pub issuer: &'a str,
}

/// Returns the document that says that the user is signed out.
#[must_use]
pub fn response(answer: &Answer<'_>) -> String {
    format!(
        r#"<samlp:LogoutResponse xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="{}" Version="2.0" IssueInstant="{}" Destination="{}" InResponseTo="{}"><saml:Issuer>{}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status></samlp:LogoutResponse>"#,
        escape(answer.id),
        instant::format(answer.now),
        escape(answer.destination),
        escape(answer.request),
        escape(answer.issuer),
    )
}

/// The facts that a provider's message about a logout must agree with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The URL that the message was posted to.
    pub slo: &'a str,
    /// The provider's name in its metadata.
    pub issuer: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// The keys of the provider's metadata.
    pub trusted: &'a [VerifyingKey],
}

/// A provider's wish that a user be signed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutOf {
    /// The ID of the request, for the answer.
    pub id: String,
    /// The user's name at the provider.
    pub name_id: String,
    /// The format of the name.
    pub name_format: Option<String>,
    /// The sessions that end; all of the user's if there are none.
    pub session_indexes: Vec<String>,
}

/// Reads a provider's answer to our request of the ID `request`.
///
/// # Errors
/// [`Refused`] with the check that failed; [`Refused::Status`] if the provider did not sign the user out.
pub fn read_response(posted: &str, request: &str, expected: &Expected<'_>) -> Result<(), Refused> {
    let signed = open(posted, "LogoutResponse", expected)?;
    let document = message::parse(signed.text())?;
    let root = document.root_element();
    message::status(root)?;
    envelope(root, expected)?;
    answers(root, Asked::Request(request))
}

/// Reads a provider's request.
///
/// # Errors
/// [`Refused`] with the check that failed; nobody may be signed out then.
pub fn read_request(posted: &str, expected: &Expected<'_>) -> Result<LogoutOf, Refused> {
    let signed = open(posted, "LogoutRequest", expected)?;
    let document = message::parse(signed.text())?;
    let root = document.root_element();
    let at = envelope(root, expected)?;
    let end = match xml::attribute(root, "NotOnOrAfter") {
        Some(text) => instant::parse(text).ok_or(Refused::TooLate)?,
        // Without an end it could be sent again for ever.
        None => at.saturating_add(UNSOLICITED),
    };
    if end <= expected.now.saturating_sub(SKEW) {
        return Err(Refused::TooLate);
    }
    let id = xml::attribute(root, "ID").unwrap_or_default();
    if id.is_empty() {
        return Err(Refused::Unnamed);
    }
    let name = name_id(root)?;
    let sessions: Result<Vec<String>, _> = xml::children(root, (PROTOCOL, "SessionIndex"))
        .map(|session| xml::text(session).map(|text| text.trim().to_owned()))
        .collect();
    Ok(LogoutOf {
        id: id.to_owned(),
        name_id: name_text(name)?,
        name_format: xml::attribute(name, "Format").map(str::to_owned),
        session_indexes: sessions.map_err(|_| Refused::Unnamed)?,
    })
}

/// Returns the signed bytes of a message of this kind.
fn open(posted: &str, kind: &'static str, expected: &Expected<'_>) -> Result<Signed, Refused> {
    let text = message::decode(posted)?;
    let document = message::parse(&text)?;
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, kind)) {
        return Err(Refused::Kind);
    }
    signed(root, expected.trusted)
        .map_err(|flaw| Refused::Signature(Of::Message, flaw))?
        .ok_or(Refused::Unsigned)
}

/// Checks what both kinds have; returns when the message was issued.
fn envelope(root: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Refused> {
    message::version(root)?;
    message::issuer(root, expected.issuer, true)?;
    if xml::attribute(root, "Destination") != Some(expected.slo) {
        return Err(Refused::Destination);
    }
    message::issued(root, expected.now)
}
