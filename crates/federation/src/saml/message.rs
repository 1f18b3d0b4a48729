//! Messages as a browser posts them (SAML 2.0 Bindings section 3.5): base64 of a document, under bounds that need no key.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use roxmltree::{Document, Node};

use super::instant::{self, SKEW};
use super::names::{ASSERTION, ENTITY, PROTOCOL, SUCCESS};
use super::refused::Refused;
use crate::xml;

/// Characters of base64, blanks not counted (endpoints.md 4.4).
const LONGEST: usize = 100_000;
/// Characters of a provider's status in our log.
const LONGEST_STATUS: usize = 300;

/// Returns the text of a posted message.
pub(super) fn decode(posted: &str) -> Result<String, Refused> {
    let bytes = STANDARD.decode(packed(posted)?);
    utf8(bytes.map_err(|_| Refused::NotBase64)?)
}

/// Returns base64 without its blanks, if it is not too long.
pub(super) fn packed(folded: &str) -> Result<String, Refused> {
    if folded.len() > LONGEST.saturating_mul(2) {
        return Err(Refused::TooLong);
    }
    let text: String = folded.split_ascii_whitespace().collect();
    if text.len() > LONGEST {
        return Err(Refused::TooLong);
    }
    Ok(text)
}

/// Returns the text of a message that came as a token: in either alphabet, with or without filling.
pub(super) fn decode_token(token: &str) -> Result<String, Refused> {
    if token.len() > LONGEST {
        return Err(Refused::TooLong);
    }
    let text = token.trim_end_matches('=');
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = URL_SAFE_NO_PAD.decode(text);
    utf8(bytes.map_err(|_| Refused::NotBase64)?)
}

/// Returns the text of a document's bytes.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, Refused> {
    let text = String::from_utf8(bytes).map_err(|_| Refused::NotUtf8)?;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    if xml::says_utf8(&text) {
        Ok(text)
    } else {
        Err(Refused::NotUtf8)
    }
}

/// Parses a message, or the bytes that were signed of one.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Refused> {
    xml::parse(text, xml::SAML).map_err(|_| Refused::NotXml)
}

/// Checks the version of a message or an assertion.
pub(super) fn version(element: Node<'_, '_>) -> Result<(), Refused> {
    match xml::attribute(element, "Version") {
        Some("2.0") => Ok(()),
        _ => Err(Refused::Version),
    }
}

/// Checks the Issuer of a message or an assertion: the provider by its name in the metadata. In an assertion and in a
/// logout it must be there.
pub(super) fn issuer(element: Node<'_, '_>, expected: &str, must_be: bool) -> Result<(), Refused> {
    let found = xml::maybe(element, (ASSERTION, "Issuer")).map_err(|_| Refused::Issuer)?;
    let Some(found) = found else {
        return if must_be {
            Err(Refused::Issuer)
        } else {
            Ok(())
        };
    };
    let format = matches!(xml::attribute(found, "Format"), None | Some(ENTITY));
    let text = xml::text(found).map_err(|_| Refused::Issuer)?;
    if format && text.trim() == expected {
        Ok(())
    } else {
        Err(Refused::Issuer)
    }
}

/// Checks that an element was not issued in the future; returns when it was.
pub(super) fn issued(element: Node<'_, '_>, now: i64) -> Result<i64, Refused> {
    let at = xml::attribute(element, "IssueInstant").and_then(instant::parse);
    match at {
        Some(at) if at <= now.saturating_add(SKEW) => Ok(at),
        _ => Err(Refused::IssueInstant),
    }
}

/// Checks the status of an answer (SAML 2.0 Core section 3.2.2).
pub(super) fn status(response: Node<'_, '_>) -> Result<(), Refused> {
    let unknown = || Refused::Status("no status".to_owned());
    let code = status_code(response).ok_or_else(unknown)?;
    match xml::attribute(code, "Value") == Some(SUCCESS) {
        true => Ok(()),
        false => Err(Refused::Status(codes(code))),
    }
}

/// Returns what an answer says besides that all was done: its status codes, without unusual characters.
pub(super) fn reservation(response: Node<'_, '_>) -> Result<Option<String>, Refused> {
    match status(response) {
        Ok(()) => {}
        Err(Refused::Status(said)) => return Ok(Some(said)),
        Err(other) => return Err(other),
    }
    let code = status_code(response);
    let second = code.filter(|code| code.children().any(|child| child.is_element()));
    Ok(second.map(codes))
}

fn status_code<'a, 'd: 'a>(response: Node<'a, 'd>) -> Option<Node<'a, 'd>> {
    let status = xml::only(response, (PROTOCOL, "Status")).ok()?;
    xml::only(status, (PROTOCOL, "StatusCode")).ok()
}

fn codes(code: Node<'_, '_>) -> String {
    let mut said = xml::attribute(code, "Value").unwrap_or_default().to_owned();
    if let Ok(Some(second)) = xml::maybe(code, (PROTOCOL, "StatusCode")) {
        said.push(' ');
        said.push_str(xml::attribute(second, "Value").unwrap_or_default());
    }
    let plain = said.chars().filter(|c| c.is_ascii_graphic() || *c == ' ');
    plain.take(LONGEST_STATUS).collect()
}

/// Writes a text as it stands in an element or in an attribute between double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out
}
