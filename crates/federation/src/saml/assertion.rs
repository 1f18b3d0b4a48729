//! The rules for an assertion (SAML 2.0 Core sections 2.3 to 2.7, Profiles section 4.1.4), applied to bytes that are
//! known to be signed.

use roxmltree::Node;

use super::instant::{self, SKEW};
use super::message;
use super::names::{ASSERTION, BEARER};
use super::refused::Refused;
use super::response::{Expected, Login, answers, recent};
use crate::xml;

/// Characters of a user's name; that of the provider still comes in front of it.
const LONGEST_NAME: usize = 128;

/// Reads an assertion from the canonical bytes that are signed.
pub(super) fn read(signed: &str, expected: &Expected<'_>) -> Result<Login, Refused> {
    let document = message::parse(signed)?;
    let assertion = document.root_element();
    if !assertion.has_tag_name((ASSERTION, "Assertion")) {
        return Err(Refused::Kind);
    }
    message::version(assertion)?;
    let id = xml::attribute(assertion, "ID").unwrap_or_default();
    if id.is_empty() {
        return Err(Refused::Unnamed);
    }
    message::issuer(assertion, expected.issuer, true)?;
    let at = message::issued(assertion, expected.now)?;
    recent(at, expected)?;
    let valid = conditions(assertion, expected)?;
    let subject =
        xml::only(assertion, (ASSERTION, "Subject")).map_err(|_| Refused::Confirmation)?;
    let confirmed = confirmation(subject, expected)?;
    let until = valid.map_or(confirmed, |valid| valid.max(confirmed));
    let statement = statement(assertion, expected.now)?;
    let ends = [valid, statement.session_end].into_iter().flatten();
    let name = name_id(subject)?;
    let name_id = name_text(name)?;
    let attribute = |attribute| xml::attribute(name, attribute).map(str::to_owned);
    Ok(Login {
        name_id,
        name_format: attribute("Format"),
        name_qualifier: attribute("NameQualifier"),
        sp_name_qualifier: attribute("SPNameQualifier"),
        session_index: statement.session_index,
        assertion_id: id.to_owned(),
        replay_until: until.saturating_add(SKEW),
        ends: ends.fold(confirmed, i64::min),
        authn_context: statement.authn_context,
        attributes: attributes(assertion)?,
    })
}

/// Returns the time in an attribute.
fn time(
    element: Node<'_, '_>,
    attribute: &str,
    otherwise: Refused,
) -> Result<Option<i64>, Refused> {
    match xml::attribute(element, attribute) {
        None => Ok(None),
        Some(text) => instant::parse(text).map(Some).ok_or(otherwise),
    }
}

/// Checks the one Conditions; returns the end that it gives.
fn conditions(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Result<Option<i64>, Refused> {
    let conditions =
        xml::only(assertion, (ASSERTION, "Conditions")).map_err(|_| Refused::Conditions)?;
    let begin = time(conditions, "NotBefore", Refused::TooEarly)?;
    if begin.is_some_and(|begin| begin > expected.now.saturating_add(SKEW)) {
        return Err(Refused::TooEarly);
    }
    let end = time(conditions, "NotOnOrAfter", Refused::TooLate)?;
    if end.is_some_and(|end| over(end, expected.now)) {
        return Err(Refused::TooLate);
    }
    let mut restricted = false;
    for condition in conditions.children().filter(Node::is_element) {
        if condition.has_tag_name((ASSERTION, "AudienceRestriction")) {
            restricted = true;
            let ours = xml::children(condition, (ASSERTION, "Audience"))
                .filter_map(|audience| xml::text(audience).ok())
                .any(|audience| audience.trim() == expected.audience);
            if !ours {
                return Err(Refused::Audience);
            }
        } else if !condition.has_tag_name((ASSERTION, "OneTimeUse"))
            && !condition.has_tag_name((ASSERTION, "ProxyRestriction"))
        {
            return Err(Refused::Conditions);
        }
    }
    if !restricted {
        return Err(Refused::Audience);
    }
    Ok(end)
}

/// True if the time is past, by more than clocks may differ.
const fn over(end: i64, now: i64) -> bool {
    end <= now.saturating_sub(SKEW)
}

/// Returns the end of a confirmation by the bearer that fulfils every rule by itself; halves of two do not add up.
fn confirmation(subject: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Refused> {
    let mut first = None;
    for confirmation in xml::children(subject, (ASSERTION, "SubjectConfirmation"))
        .filter(|confirmation| xml::attribute(*confirmation, "Method") == Some(BEARER))
    {
        match bearer(confirmation, expected) {
            Ok(end) => return Ok(end),
            Err(refused) => first = first.or(Some(refused)),
        }
    }
    Err(first.unwrap_or(Refused::Confirmation))
}

fn bearer(confirmation: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Refused> {
    let data = xml::only(confirmation, (ASSERTION, "SubjectConfirmationData"))
        .map_err(|_| Refused::Confirmation)?;
    if !xml::attribute(data, "Recipient").is_some_and(|to| expected.is_ours(to)) {
        return Err(Refused::Recipient);
    }
    answers(data, expected.request)?;
    if xml::attribute(data, "NotBefore").is_some() {
        return Err(Refused::Confirmation);
    }
    let end = time(data, "NotOnOrAfter", Refused::Confirmation)?.ok_or(Refused::Confirmation)?;
    if over(end, expected.now) {
        return Err(Refused::TooLate);
    }
    Ok(end)
}

/// A statement that somebody signed in.
struct Statement {
    session_index: Option<String>,
    authn_context: Option<String>,
    /// The end of the session at the provider; the earliest, if there are several.
    session_end: Option<i64>,
}

/// Returns the session and the context of the first statement that somebody signed in; no session may be over.
fn statement(assertion: Node<'_, '_>, now: i64) -> Result<Statement, Refused> {
    let mut first = None;
    let mut session_end: Option<i64> = None;
    for statement in xml::children(assertion, (ASSERTION, "AuthnStatement")) {
        let end = time(statement, "SessionNotOnOrAfter", Refused::SessionOver)?;
        if end.is_some_and(|end| over(end, now)) {
            return Err(Refused::SessionOver);
        }
        session_end = [session_end, end].into_iter().flatten().min();
        first = first.or(Some(statement));
    }
    let first = first.ok_or(Refused::AuthnStatement)?;
    let context = xml::maybe(first, (ASSERTION, "AuthnContext"))
        .ok()
        .flatten();
    let context = context
        .and_then(|context| xml::only(context, (ASSERTION, "AuthnContextClassRef")).ok())
        .and_then(|class| xml::text(class).ok())
        .map(|class| class.trim().to_owned());
    Ok(Statement {
        session_index: xml::attribute(first, "SessionIndex").map(str::to_owned),
        authn_context: context,
        session_end,
    })
}

/// Returns the one NameID of a subject or of a logout, which may name nobody in another way.
pub(super) fn name_id<'a, 'd: 'a>(parent: Node<'a, 'd>) -> Result<Node<'a, 'd>, Refused> {
    let other = ["BaseID", "EncryptedID"].iter().any(|name| {
        parent
            .children()
            .any(|node| node.has_tag_name((ASSERTION, *name)))
    });
    if other {
        return Err(Refused::NameId);
    }
    xml::only(parent, (ASSERTION, "NameID")).map_err(|_| Refused::NameId)
}

/// Returns its text, without blanks around it.
pub(super) fn name_text(name: Node<'_, '_>) -> Result<String, Refused> {
    let text = xml::text(name).map_err(|_| Refused::NameId)?;
    let text = text.trim();
    let usable = !text.is_empty()
        && text.chars().count() <= LONGEST_NAME
        && !text.chars().any(char::is_control);
    if usable {
        Ok(text.to_owned())
    } else {
        Err(Refused::NameId)
    }
}

/// Returns the attributes. Some providers repeat an attribute for each of its values.
fn attributes(assertion: Node<'_, '_>) -> Result<Vec<(String, Vec<String>)>, Refused> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    let attributes = xml::children(assertion, (ASSERTION, "AttributeStatement"))
        .flat_map(|statement| xml::children(statement, (ASSERTION, "Attribute")));
    for attribute in attributes {
        let name = xml::attribute(attribute, "Name").unwrap_or_default();
        if name.is_empty() {
            return Err(Refused::Unnamed);
        }
        let elements = xml::children(attribute, (ASSERTION, "AttributeValue")).count();
        let values: Vec<String> = xml::children(attribute, (ASSERTION, "AttributeValue"))
            .filter_map(value)
            .collect();
        // An attribute that has structured values alone is no text at all, rather than an empty one.
        if elements > 0 && values.is_empty() {
            continue;
        }
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.extend(values),
            None => all.push((name.to_owned(), values)),
        }
    }
    Ok(all)
}

/// Returns the text of a value: its own, or that of the one NameID in it (eduPersonTargetedID).
fn value(value: Node<'_, '_>) -> Option<String> {
    if let Ok(text) = xml::text(value) {
        return Some(text);
    }
    let mut inside = value.children().filter(Node::is_element);
    match (inside.next(), inside.next()) {
        (Some(name), None) if name.has_tag_name((ASSERTION, "NameID")) => xml::text(name).ok(),
        _ => None,
    }
}
