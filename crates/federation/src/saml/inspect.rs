//! What a provider's messages and metadata say, for explanations to an administrator. Nothing here decides anything, and
//! nothing of a message that was read here is verified: whoever posts one writes what he likes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::VerifyingKey;
use roxmltree::Node;

use super::names::{ASSERTION, DSIG, METADATA};
use super::refused::Refused;
use super::{message, metadata};
use crate::xml;

/// The most entries of a list that are kept.
const MOST: usize = 32;

/// A message as it stands. What an encrypted assertion says is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unverified {
    /// The URL that it says it was sent to.
    pub destination: Option<String>,
    /// The request that it answers.
    pub in_response_to: Option<String>,
    /// The issuers of the message and of its assertion.
    pub issuers: Vec<String>,
    /// Its time, as written.
    pub issue_instant: Option<String>,
    /// The audiences.
    pub audiences: Vec<String>,
    /// The recipients of the confirmations.
    pub recipients: Vec<String>,
    /// The beginnings and ends, as written, each with the name of its attribute.
    pub times: Vec<(&'static str, String)>,
    /// The algorithms of the signatures and their digests.
    pub algorithms: Vec<String>,
    /// The message has a signature of its own.
    pub message_is_signed: bool,
    /// The assertion has a signature of its own, as far as that can be seen.
    pub assertion_is_signed: bool,
    /// The assertion is encrypted.
    pub is_encrypted: bool,
    /// The format of the user's name.
    pub name_format: Option<String>,
}

impl Unverified {
    /// Returns the time of issue, in seconds since 1970.
    #[must_use]
    pub fn issued(&self) -> Option<i64> {
        super::instant::parse(self.issue_instant.as_deref()?)
    }
}

/// Reads a message as the browser posts it, under the bounds of every message.
///
/// # Errors
/// [`Refused`] if it cannot be read at all.
pub fn message(posted: &str) -> Result<Unverified, Refused> {
    let text = message::decode(posted)?;
    let document = message::parse(&text)?;
    let root = document.root_element();
    let own = |node: Node<'_, '_>, name: &str| xml::attribute(node, name).map(str::to_owned);
    let signed = |node: Node<'_, '_>| xml::children(node, (DSIG, "Signature")).next().is_some();
    let assertion = xml::children(root, (ASSERTION, "Assertion")).next();
    let mut said = Unverified {
        destination: own(root, "Destination"),
        in_response_to: own(root, "InResponseTo"),
        issue_instant: own(root, "IssueInstant"),
        message_is_signed: signed(root),
        assertion_is_signed: assertion.is_some_and(signed),
        is_encrypted: xml::children(root, (ASSERTION, "EncryptedAssertion"))
            .next()
            .is_some(),
        ..Unverified::default()
    };
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name();
        let times: &[&'static str] = match (name.namespace(), name.name()) {
            (Some(ASSERTION), "Issuer") => {
                keep(&mut said.issuers, xml::text(node).ok());
                &[]
            }
            (Some(ASSERTION), "Audience") => {
                keep(&mut said.audiences, xml::text(node).ok());
                &[]
            }
            (Some(ASSERTION), "NameID") => {
                said.name_format = said.name_format.or_else(|| own(node, "Format"));
                &[]
            }
            (Some(ASSERTION), "SubjectConfirmationData") => {
                keep(&mut said.recipients, own(node, "Recipient"));
                &["NotBefore", "NotOnOrAfter"]
            }
            (Some(ASSERTION), "Conditions") => &["NotBefore", "NotOnOrAfter"],
            (Some(ASSERTION), "AuthnStatement") => &["SessionNotOnOrAfter"],
            (Some(DSIG), "SignatureMethod" | "DigestMethod") => {
                keep(&mut said.algorithms, own(node, "Algorithm"));
                &[]
            }
            _ => &[],
        };
        for time in times {
            if let Some(value) = own(node, time).filter(|_| said.times.len() < MOST) {
                said.times.push((time, value));
            }
        }
    }
    Ok(said)
}

/// Adds a text that is new, without blanks around it.
fn keep(list: &mut Vec<String>, text: Option<String>) {
    let Some(text) = text else { return };
    let text = text.trim();
    if list.len() < MOST && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

/// A certificate of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The end of it, in seconds since 1970; None if it is no certificate.
    pub ends: Option<i64>,
    /// Its key is of a kind and a length that are accepted.
    pub is_accepted: bool,
}

/// A service of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The last word of the binding: `HTTP-Redirect`, `HTTP-POST`, `SOAP`.
    pub binding: String,
    /// The URL.
    pub location: String,
}

/// A description of a provider as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The provider's name.
    pub entity_id: String,
    /// The certificates for signing, ended and weak ones too, each once.
    pub certificates: Vec<Certificate>,
    /// Where users sign in.
    pub sign_in: Vec<Service>,
    /// Where users sign out.
    pub sign_out: Vec<Service>,
    /// The formats of names that it offers.
    pub name_formats: Vec<String>,
    /// It wants requests to be signed.
    pub wants_signed_requests: bool,
}

/// Reads a description; None unless it is of one SAML 2.0 identity provider.
#[must_use]
pub fn description(text: &str) -> Option<Description> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let document = xml::parse(text, xml::SAML).ok()?;
    let mut found = document.descendants().filter_map(metadata::provider);
    let (Some((entity, role)), None) = (found.next(), found.next()) else {
        return None;
    };
    let services = |name: &'static str| {
        xml::children(role, (METADATA, name))
            .take(MOST)
            .map(service)
            .collect()
    };
    let mut certificates: Vec<String> = Vec::new();
    for node in xml::children(role, (METADATA, "KeyDescriptor"))
        .filter(|node| matches!(xml::attribute(*node, "use"), None | Some("signing")))
        .flat_map(|key| key.descendants())
        .filter(|node| node.has_tag_name((DSIG, "X509Certificate")))
    {
        let text = xml::text(node).unwrap_or_default();
        keep(&mut certificates, Some(text.split_whitespace().collect()));
    }
    let mut name_formats = Vec::new();
    for node in xml::children(role, (METADATA, "NameIDFormat")) {
        keep(&mut name_formats, xml::text(node).ok());
    }
    Some(Description {
        entity_id: xml::attribute(entity, "entityID")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        certificates: certificates.iter().map(|text| certificate(text)).collect(),
        sign_in: services("SingleSignOnService"),
        sign_out: services("SingleLogoutService"),
        name_formats,
        wants_signed_requests: matches!(
            xml::attribute(role, "WantAuthnRequestsSigned"),
            Some("true" | "1")
        ),
    })
}

/// Returns what is known of a certificate, base64 of DER.
#[must_use]
pub fn certificate(text: &str) -> Certificate {
    let der = STANDARD.decode(text).unwrap_or_default();
    Certificate {
        ends: metadata::ends(text),
        is_accepted: VerifyingKey::from_certificate(&der).is_ok(),
    }
}

fn service(node: Node<'_, '_>) -> Service {
    let binding = xml::attribute(node, "Binding").unwrap_or_default();
    Service {
        binding: binding.rsplit(':').next().unwrap_or(binding).to_owned(),
        location: xml::attribute(node, "Location")
            .unwrap_or_default()
            .trim()
            .to_owned(),
    }
}
