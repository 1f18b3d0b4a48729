//! Messages as the usual providers write them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::provider::ProviderKey;

use super::Signer;
use crate::saml::instant::format;
use crate::saml::message::escape;
use crate::saml::names::{ASSERTION, BEARER, DSIG, ENTITY, PROTOCOL, SUCCESS};

/// The ID of each response here.
pub const RESPONSE: &str = "_response";
/// The ID of each assertion here.
pub const ID: &str = "_assertion";

/// A provider whose messages look their own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Signs both; `xs` is declared at the response and kept.
    Okta,
    /// Signs the assertion, with default namespaces; fractions in times.
    Adfs,
    /// The same with seven digits.
    Entra,
    /// Signs both, the prefix `xs` used but not kept; XML on many lines.
    SimpleSamlPhp,
    /// Signs the response alone; repeats attributes.
    Keycloak,
    /// Signs both; folded base64; a NameID as the value of an attribute.
    Shibboleth,
}

/// Every shape.
pub const SHAPES: [Shape; 6] = [
    Shape::Okta,
    Shape::Adfs,
    Shape::Entra,
    Shape::SimpleSamlPhp,
    Shape::Keycloak,
    Shape::Shibboleth,
];

/// A provider's answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Our URL.
    pub acs: &'a str,
    /// Our name.
    pub audience: &'a str,
    /// The provider's name.
    pub issuer: &'a str,
    /// The ID of our request; None begins at the provider.
    pub request: Option<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
    /// The user's name.
    pub name_id: &'a str,
}

impl Shape {
    /// True if the response has a signature of its own.
    #[must_use]
    pub const fn signs_response(self) -> bool {
        !matches!(self, Self::Adfs | Self::Entra)
    }

    /// True if the assertion has a signature of its own.
    #[must_use]
    pub const fn signs_assertion(self) -> bool {
        !matches!(self, Self::Keycloak)
    }

    /// Returns a signer that signs in this shape.
    #[must_use]
    pub fn signer<'a>(self, key: &'a ProviderKey, certificate: &[u8]) -> Signer<'a> {
        let mut signer = Signer::new(key);
        let certificate = STANDARD.encode(certificate);
        match self {
            Self::Okta => signer.prefixes = Some("xs"),
            Self::Shibboleth => signer.folded = true,
            _ => {}
        }
        let certificate = signer.fold(&certificate);
        signer.key_info = format!(
            r#"<ds:X509Data xmlns:ds="{DSIG}"><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"#
        );
        signer
    }

    /// Returns the answer with the signatures of this shape; None never comes.
    #[must_use]
    pub fn signed(self, answer: &Answer<'_>, signer: &Signer<'_>) -> Option<String> {
        let mut text = self.unsigned(answer);
        if self.signs_assertion() {
            text = signer.sign(&text, ID)?;
        }
        if self.signs_response() {
            text = signer.sign(&text, RESPONSE)?;
        }
        Some(text)
    }

    /// Returns the answer without any signature.
    #[must_use]
    pub fn unsigned(self, answer: &Answer<'_>) -> String {
        match self {
            Self::Okta => {
                let xs = r#" xmlns:xs="http://www.w3.org/2001/XMLSchema""#;
                prefixed(answer, "saml2p", "saml2", xs, "", "")
            }
            Self::Keycloak => prefixed(answer, "samlp", "saml", "", &roles("saml"), ""),
            Self::Shibboleth => prefixed(answer, "saml2p", "saml2", "", &targeted("saml2"), ""),
            Self::SimpleSamlPhp => {
                let types = r#" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
                prefixed(answer, "samlp", "saml", types, "", "\n  ")
            }
            Self::Adfs => default(answer, ".123Z"),
            Self::Entra => default(answer, ".1234567Z"),
        }
    }
}

fn in_response_to(answer: &Answer<'_>) -> String {
    answer.request.map_or_else(String::new, |id| {
        format!(r#" InResponseTo="{}""#, escape(id))
    })
}

fn roles(saml: &str) -> String {
    ["one", "two"]
        .map(|role| {
            format!(
                r#"<{saml}:Attribute Name="Role"><{saml}:AttributeValue>{role}</{saml}:AttributeValue></{saml}:Attribute>"#
            )
        })
        .concat()
}

fn targeted(saml: &str) -> String {
    format!(
        r#"<{saml}:Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10"><{saml}:AttributeValue><{saml}:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">target</{saml}:NameID></{saml}:AttributeValue></{saml}:Attribute>"#
    )
}

/// With prefixes, and `space` between the elements.
fn prefixed(
    answer: &Answer<'_>,
    samlp: &str,
    saml: &str,
    types: &str,
    more: &str,
    space: &str,
) -> String {
    let (acs, audience, issuer) = (
        escape(answer.acs),
        escape(answer.audience),
        escape(answer.issuer),
    );
    let (name, to) = (escape(answer.name_id), in_response_to(answer));
    let (at, end) = (format(answer.now), format(answer.now + 300));
    let begin = format(answer.now - 300);
    let typed = if types.contains("xmlns:xs=") {
        r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string""#
    } else {
        ""
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<{samlp}:Response xmlns:{samlp}="{PROTOCOL}"{types} Destination="{acs}" ID="{RESPONSE}"{to} IssueInstant="{at}" Version="2.0"><{saml}:Issuer xmlns:{saml}="{ASSERTION}" Format="{ENTITY}">{issuer}</{saml}:Issuer>{space}<{samlp}:Status>{space}<{samlp}:StatusCode Value="{SUCCESS}"/>{space}</{samlp}:Status>{space}<{saml}:Assertion xmlns:{saml}="{ASSERTION}" ID="{ID}" IssueInstant="{at}" Version="2.0"><{saml}:Issuer Format="{ENTITY}">{issuer}</{saml}:Issuer>{space}<{saml}:Subject>{space}<{saml}:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{name}</{saml}:NameID>{space}<{saml}:SubjectConfirmation Method="{BEARER}"><{saml}:SubjectConfirmationData{to} NotOnOrAfter="{end}" Recipient="{acs}"/></{saml}:SubjectConfirmation>{space}</{saml}:Subject>{space}<{saml}:Conditions NotBefore="{begin}" NotOnOrAfter="{end}"><{saml}:AudienceRestriction><{saml}:Audience>{audience}</{saml}:Audience></{saml}:AudienceRestriction></{saml}:Conditions>{space}<{saml}:AuthnStatement AuthnInstant="{at}" SessionIndex="_session" SessionNotOnOrAfter="{end}"><{saml}:AuthnContext><{saml}:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</{saml}:AuthnContextClassRef></{saml}:AuthnContext></{saml}:AuthnStatement>{space}<{saml}:AttributeStatement><{saml}:Attribute Name="email" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><{saml}:AttributeValue{typed}>{name}</{saml}:AttributeValue></{saml}:Attribute>{more}</{saml}:AttributeStatement></{saml}:Assertion></{samlp}:Response>"#
    )
}

/// With a default namespace at each assertion, as Microsoft's write.
fn default(answer: &Answer<'_>, fraction: &str) -> String {
    let (acs, audience, issuer) = (
        escape(answer.acs),
        escape(answer.audience),
        escape(answer.issuer),
    );
    let (name, to) = (escape(answer.name_id), in_response_to(answer));
    let time = |seconds: i64| format(seconds).replace('Z', fraction);
    let (at, end) = (time(answer.now), time(answer.now + 300));
    format!(
        r#"<samlp:Response ID="{RESPONSE}" Version="2.0" IssueInstant="{at}" Destination="{acs}" Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"{to} xmlns:samlp="{PROTOCOL}"><Issuer xmlns="{ASSERTION}">{issuer}</Issuer><samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status><Assertion ID="{ID}" IssueInstant="{at}" Version="2.0" xmlns="{ASSERTION}"><Issuer>{issuer}</Issuer><Subject><NameID>{name}</NameID><SubjectConfirmation Method="{BEARER}"><SubjectConfirmationData{to} NotOnOrAfter="{end}" Recipient="{acs}"/></SubjectConfirmation></Subject><Conditions NotBefore="{at}" NotOnOrAfter="{end}"><AudienceRestriction><Audience>{audience}</Audience></AudienceRestriction></Conditions><AttributeStatement><Attribute Name="email" a:OriginalIssuer="x" xmlns:a="http://schemas.xmlsoap.org/ws/2009/09/identity/claims"><AttributeValue>{name}</AttributeValue></Attribute></AttributeStatement><AuthnStatement AuthnInstant="{at}" SessionIndex="_session"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></samlp:Response>"#
    )
}
