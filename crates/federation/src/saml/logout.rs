//! Single logout, both ways (SAML 2.0 Core section 3.7, Profiles section 4.4).
//!
//! Ours are signed, in a URL ([`redirect`](super::request::redirect)) or in a form ([`posting`](super::posting)). Those of
//! a provider come in both ways ([`Incoming`]) and must be signed, by the same rule as answers: what is read are the bytes
//! that were signed.

use cognate_crypto::foreign::VerifyingKey;
use roxmltree::Node;

use super::assertion::{name_id, name_text};
use super::incoming::{Incoming, Kind};
use super::instant::{self, SKEW};
use super::message::{self, escape};
use super::names::{ASSERTION, PARTIAL_LOGOUT, PROTOCOL, REQUESTER, RESPONDER, SUCCESS};
use super::refused::Refused;
use super::response::{Asked, UNSOLICITED, answers};
use super::signature::Signed;
use crate::xml;

/// Sessions that one request may name.
const MOST_SESSIONS: usize = 100;

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
    /// What became of the request.
    pub outcome: Outcome,
}

/// What became of a request to sign somebody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody of that name has a session any more.
    Done,
    /// Some sessions are left.
    Partial,
    /// Nothing was done: the request is not good.
    Denied,
}

/// Returns the document that says so.
#[must_use]
pub fn response(answer: &Answer<'_>) -> String {
    let status = match answer.outcome {
        Outcome::Done => format!(r#"<samlp:StatusCode Value="{SUCCESS}"/>"#),
        Outcome::Partial => format!(
            r#"<samlp:StatusCode Value="{RESPONDER}"><samlp:StatusCode Value="{PARTIAL_LOGOUT}"/></samlp:StatusCode>"#
        ),
        Outcome::Denied => format!(r#"<samlp:StatusCode Value="{REQUESTER}"/>"#),
    };
    format!(
        r#"<samlp:LogoutResponse xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="{}" Version="2.0" IssueInstant="{}" Destination="{}" InResponseTo="{}"><saml:Issuer>{}</saml:Issuer><samlp:Status>{status}</samlp:Status></samlp:LogoutResponse>"#,
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
    /// The URLs of ours that are this endpoint, of which it names one.
    pub slo: &'a [&'a str],
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
    /// Seconds since 1970 until which the ID must be remembered.
    pub replay_until: i64,
}

/// A provider's request that does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// It is nothing that this provider has signed for us. Nobody is answered.
    Ignored(Refused),
    /// It is the provider's, and not good: the provider is told so.
    Denied {
        /// The ID of the request, for the answer.
        id: String,
        /// The check that failed.
        refused: Refused,
    },
}

impl From<Refused> for NotDone {
    fn from(refused: Refused) -> Self {
        Self::Ignored(refused)
    }
}

/// Reads a provider's answer to our request of the ID `request`. Returns the status codes of a provider that did not sign
/// the user out everywhere: it says so of itself, and the user is signed out here all the same.
///
/// # Errors
/// [`Refused`] with the check that failed.
pub fn read_response(
    incoming: &Incoming,
    request: &str,
    expected: &Expected<'_>,
) -> Result<Option<String>, Refused> {
    let signed = open(incoming, Kind::Response, expected)?;
    let document = message::parse(signed.text())?;
    let root = document.root_element();
    envelope(root, expected)?;
    answers(root, Asked::Request(request))?;
    message::issued(root, expected.now)?;
    message::reservation(root)
}

/// Reads a provider's request.
///
/// # Errors
/// [`NotDone`] with the check that failed; nobody may be signed out then.
pub fn read_request(incoming: &Incoming, expected: &Expected<'_>) -> Result<LogoutOf, NotDone> {
    let signed = open(incoming, Kind::Request, expected)?;
    let document = message::parse(signed.text())?;
    let root = document.root_element();
    envelope(root, expected)?;
    let id = xml::attribute(root, "ID").unwrap_or_default();
    if id.is_empty() {
        return Err(Refused::Unnamed.into());
    }
    wish(root, id, expected.now).map_err(|refused| NotDone::Denied {
        id: id.to_owned(),
        refused,
    })
}

/// Reads what a request that is the provider's wants.
fn wish(root: Node<'_, '_>, id: &str, now: i64) -> Result<LogoutOf, Refused> {
    let at = message::issued(root, now)?;
    let end = match xml::attribute(root, "NotOnOrAfter") {
        Some(text) => instant::parse(text).ok_or(Refused::TooLate)?,
        // Without an end it could be sent again for ever.
        None => at.saturating_add(UNSOLICITED),
    };
    if end <= now.saturating_sub(SKEW) {
        return Err(Refused::TooLate);
    }
    let name = name_id(root)?;
    let sessions: Result<Vec<String>, _> = xml::children(root, (PROTOCOL, "SessionIndex"))
        .take(MOST_SESSIONS + 1)
        .map(|session| xml::text(session).map(|text| text.trim().to_owned()))
        .collect();
    let session_indexes = sessions.map_err(|_| Refused::Unnamed)?;
    if session_indexes.len() > MOST_SESSIONS {
        return Err(Refused::Sessions);
    }
    Ok(LogoutOf {
        id: id.to_owned(),
        name_id: name_text(name)?,
        name_format: xml::attribute(name, "Format").map(str::to_owned),
        session_indexes,
        replay_until: end.saturating_add(SKEW),
    })
}

/// Returns what was signed of a message of this kind.
fn open(incoming: &Incoming, kind: Kind, expected: &Expected<'_>) -> Result<Signed, Refused> {
    let name = match kind {
        Kind::Request => "LogoutRequest",
        Kind::Response => "LogoutResponse",
    };
    let text = incoming.text()?;
    let document = message::parse(&text)?;
    let root = document.root_element();
    if incoming.kind != kind || !root.has_tag_name((PROTOCOL, name)) {
        return Err(Refused::Kind);
    }
    incoming.signed(&text, root, expected.trusted)
}

/// Checks of whom and for whom a message is.
fn envelope(root: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Refused> {
    message::version(root)?;
    message::issuer(root, expected.issuer, true)?;
    match xml::attribute(root, "Destination") {
        Some(destination) if expected.slo.contains(&destination) => Ok(()),
        _ => Err(Refused::Destination),
    }
}
