//! Metadata documents of identity providers (SAML 2.0 Metadata, section 2.4; endpoints.md 4.1, 4.4).
//!
//! The document is trusted as far as its source is: an administrator pasted it, or it came from the URL that an
//! administrator named. Its own signature is therefore not looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::VerifyingKey;
use roxmltree::Node;
use serde::{Deserialize, Serialize};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::names::{DSIG, METADATA, POST, PROTOCOL, REDIRECT};
use crate::xml;

/// Characters of a certificate (endpoints.md 4.4).
const LONGEST_CERTIFICATE: usize = 4_096;
/// Certificates of a provider; those that publish their next key ahead have two or three.
const MOST_CERTIFICATES: usize = 32;

/// The facts that a relying party needs about an identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The issuer of the assertions.
    pub entity_id: String,
    /// The URL to which the browser is sent with a request to sign in.
    pub sso_redirect: String,
    /// The URL to which the browser is sent with a request to sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_redirect: Option<String>,
    /// The URL to which the browser is sent with an answer to the provider's request to sign out, where it is another
    /// (SAML 2.0 Metadata section 2.2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_answer: Option<String>,
    /// The URL to which the browser posts a request to sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_post: Option<String>,
    /// The URL to which the browser posts an answer to one, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_post_answer: Option<String>,
    /// The certificates of the keys that may sign, base64 of DER; never empty.
    pub certificates: Vec<String>,
}

/// A place of a provider to which the browser brings messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a URL.
    Redirect(String),
    /// In a form that the browser posts.
    Post(String),
}

impl Place {
    /// Returns the URL.
    #[must_use]
    pub fn url(&self) -> &str {
        let (Self::Redirect(url) | Self::Post(url)) = self;
        url
    }
}

impl Metadata {
    /// Returns where requests to sign out go; None if the provider takes none. A URL needs no script, so that it comes
    /// first.
    #[must_use]
    pub fn logout_requests(&self) -> Option<Place> {
        let by_url = self.slo_redirect.clone().map(Place::Redirect);
        by_url.or_else(|| self.slo_post.clone().map(Place::Post))
    }

    /// Returns where answers to the provider's requests to sign out go; None if it takes none.
    #[must_use]
    pub fn logout_answers(&self) -> Option<Place> {
        match self.logout_requests()? {
            Place::Redirect(url) => Some(Place::Redirect(self.slo_answer.clone().unwrap_or(url))),
            Place::Post(url) => Some(Place::Post(self.slo_post_answer.clone().unwrap_or(url))),
        }
    }

    /// Returns the keys that the provider signs with, those of its certificates that are of a kind that is accepted. With
    /// none, every signature is refused. Certificates that have expired since they were read count on.
    #[must_use]
    pub fn keys(&self) -> Vec<VerifyingKey> {
        let ders = self.certificates.iter();
        let ders = ders.filter_map(|text| STANDARD.decode(text).ok());
        ders.filter_map(|der| VerifyingKey::from_certificate(&der).ok())
            .collect()
    }
}

/// Why a document is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// It is not XML, has a document type definition, or is beyond the bounds of [`crate::xml`].
    #[error("the metadata is not well-formed XML without a document type definition")]
    NotXml,
    /// It describes no SAML 2.0 identity provider, or several.
    #[error("the metadata does not describe one SAML 2.0 identity provider")]
    NoProvider,
    /// The provider does not take requests by redirect, or not at an http(s) URL.
    #[error("the provider has no single sign-on location for redirects")]
    NoRedirect,
    /// No key that signs has a certificate.
    #[error("the provider names no certificate for signing")]
    NoCertificate,
    /// A certificate is not one, or is too long, or there are too many.
    #[error("a certificate is malformed, or there are too many")]
    BadCertificate,
    /// Every certificate has ended.
    #[error("the certificates have expired")]
    Expired,
}

/// Reads a metadata document. `now`: seconds since 1970, at which a certificate must be good.
///
/// # Errors
/// [`MetadataError`].
pub fn parse(text: &str, now: i64) -> Result<Metadata, MetadataError> {
    // Some providers publish a byte order mark.
    let text = text.trim_start_matches('\u{feff}').trim();
    let document = xml::parse(text, xml::SAML).map_err(|_| MetadataError::NotXml)?;
    let mut found = document.descendants().filter_map(provider);
    let (entity, role) = match (found.next(), found.next()) {
        (Some(only), None) => only,
        // With several providers it is unknown which one is meant.
        _ => return Err(MetadataError::NoProvider),
    };
    let entity_id = xml::attribute(entity, "entityID")
        .unwrap_or_default()
        .trim();
    if entity_id.is_empty() {
        return Err(MetadataError::NoProvider);
    }
    let (sso_redirect, _) =
        place(role, "SingleSignOnService", REDIRECT).ok_or(MetadataError::NoRedirect)?;
    let logout = |binding| place(role, "SingleLogoutService", binding).unzip();
    let ((slo_redirect, slo_answer), (slo_post, slo_post_answer)) =
        (logout(REDIRECT), logout(POST));
    Ok(Metadata {
        entity_id: entity_id.to_owned(),
        sso_redirect,
        slo_redirect,
        slo_answer: slo_answer.flatten(),
        slo_post,
        slo_post_answer: slo_post_answer.flatten(),
        certificates: certificates(role, now)?,
    })
}

/// Returns the entity and its role, if the node is the role of a SAML 2.0 identity provider.
pub(super) fn provider<'a, 'd>(role: Node<'a, 'd>) -> Option<(Node<'a, 'd>, Node<'a, 'd>)> {
    if !role.has_tag_name((METADATA, "IDPSSODescriptor")) {
        return None;
    }
    let protocols = xml::attribute(role, "protocolSupportEnumeration")?;
    let entity = role.parent_element()?;
    let speaks = protocols.split_whitespace().any(|name| name == PROTOCOL);
    (speaks && entity.has_tag_name((METADATA, "EntityDescriptor"))).then_some((entity, role))
}

/// Returns the first URL at which a service takes messages by a binding, and that for answers, where it is another.
/// Browsers are sent there, so only http(s) is accepted.
fn place(
    role: Node<'_, '_>,
    service: &'static str,
    binding: &str,
) -> Option<(String, Option<String>)> {
    let url = |node, which| {
        let url = xml::attribute(node, which).map(str::trim);
        url.filter(|url| is_http(url)).map(str::to_owned)
    };
    xml::children(role, (METADATA, service))
        .filter(|node| xml::attribute(*node, "Binding") == Some(binding))
        .find_map(|node| Some((url(node, "Location")?, url(node, "ResponseLocation"))))
}

fn is_http(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.len() > scheme.len()
    })
}

/// Returns the certificates that are good at `now`, of keys that may sign.
fn certificates(role: Node<'_, '_>, now: i64) -> Result<Vec<String>, MetadataError> {
    let keys = xml::children(role, (METADATA, "KeyDescriptor"))
        .filter(|node| matches!(xml::attribute(*node, "use"), None | Some("signing")));
    let texts = keys
        .flat_map(|key| key.descendants())
        .filter(|node| node.has_tag_name((DSIG, "X509Certificate")))
        .map(xml::text);
    let (mut live, mut some) = (Vec::new(), false);
    for (number, text) in texts.enumerate() {
        some = true;
        if number >= MOST_CERTIFICATES {
            return Err(MetadataError::BadCertificate);
        }
        let text = text.map_err(|_| MetadataError::BadCertificate)?;
        let text: String = text.split_whitespace().collect();
        if text.len() > LONGEST_CERTIFICATE {
            return Err(MetadataError::BadCertificate);
        }
        let ends = ends(&text).ok_or(MetadataError::BadCertificate)?;
        if ends > now && !live.contains(&text) {
            live.push(text);
        }
    }
    match (some, live.is_empty()) {
        (false, _) => Err(MetadataError::NoCertificate),
        (true, true) => Err(MetadataError::Expired),
        (true, false) => Ok(live),
    }
}

/// Returns the time at which a certificate expires, in seconds since 1970.
pub(super) fn ends(text: &str) -> Option<i64> {
    let der = STANDARD.decode(text).ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    let end = certificate.tbs_certificate.validity.not_after;
    i64::try_from(end.to_unix_duration().as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed certificate for tests, good for a hundred years from November 2026.
    const CERTIFICATE: &str = "MIIBijCCATGgAwIBAgIUZvqZWT0FWOmh3hGiNHL2RT1jD/IwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMCAXDTI2MTEyMTEwMzEyMVoYDzIxMjYxMDI4MTAzMTIxWjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQKlpAqpto258mN4blaGFW9dTkPwSeWrYpwMfGJmhZH4UT262c8dv9JUF5VLPH3xsl56X1FwZ2qTKl927eN48p2o1MwUTAdBgNVHQ4EFgQUmOgkUSmNoW6tWobWnNZMZaR1LPgwHwYDVR0jBBgwFoAUmOgkUSmNoW6tWobWnNZMZaR1LPgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA5Dn0EMk/pDvZ/K+9bVqo4+Xi7x4b2f2uPQNNnWSYwfQIgPrLSu0G1qzIjiYkYFdsEk+fljq6TTZC7dlyexDCJJXM=";
    const NOW: i64 = 1_800_000_000;

    fn role(inside: &str) -> String {
        format!(
            r#"<IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{inside}</IDPSSODescriptor>"#
        )
    }

    fn entity(inside: &str) -> String {
        format!(
            r#"<EntityDescriptor xmlns="{METADATA}" entityID="https://idp.example.com/">{inside}</EntityDescriptor>"#
        )
    }

    fn key(usage: &str, certificate: &str) -> String {
        format!(
            r#"<KeyDescriptor {usage}><ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"#
        )
    }

    fn service(name: &str, binding: &str, url: &str) -> String {
        format!(r#"<{name} Binding="{binding}" Location="{url}"/>"#)
    }

    fn sso() -> String {
        service(
            "SingleSignOnService",
            REDIRECT,
            "https://idp.example.com/sso",
        )
    }

    #[test]
    fn a_provider_is_read_with_its_locations_and_signing_certificates() {
        let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
        let folded = CERTIFICATE.replace("MII", "\n  MII ");
        let inside = key("", &folded)
            + &key(r#"use="signing""#, CERTIFICATE)
            + &key(r#"use="encryption""#, "none")
            + &service(
                "SingleLogoutService",
                REDIRECT,
                "https://idp.example.com/slo",
            )
            + &service("SingleSignOnService", post, "https://idp.example.com/post")
            + &sso();
        let text = format!(
            "\u{feff}<?xml version=\"1.0\"?>\n{}",
            entity(&role(&inside))
        );
        let expected = Metadata {
            entity_id: "https://idp.example.com/".into(),
            sso_redirect: "https://idp.example.com/sso".into(),
            slo_redirect: Some("https://idp.example.com/slo".into()),
            slo_answer: None,
            slo_post: None,
            slo_post_answer: None,
            certificates: vec![CERTIFICATE.into()],
        };
        assert_eq!(parse(&text, NOW), Ok(expected.clone()));
        let group = format!(
            r#"<EntitiesDescriptor xmlns="{METADATA}">{}</EntitiesDescriptor>"#,
            entity(&role(&inside))
        );
        assert_eq!(parse(&group, NOW), Ok(expected.clone()));
        let other = text.replace(
            "idp.example.com/slo\"",
            "idp.example.com/slo\" ResponseLocation=\"https://idp.example.com/answer\"",
        );
        let expected = Metadata {
            slo_answer: Some("https://idp.example.com/answer".into()),
            ..expected
        };
        assert_eq!(parse(&other, NOW), Ok(expected.clone()));
        let place = |text: &str| Some(Place::Redirect(text.into()));
        let slo = "https://idp.example.com/slo";
        assert_eq!(expected.logout_requests(), place(slo));
        let answers = "https://idp.example.com/answer";
        assert_eq!(expected.logout_answers(), place(answers));
        // The same by forms.
        let (front, back) = other.split_once("<SingleLogoutService").unwrap();
        let back = back.replacen(REDIRECT, post, 1);
        let posted = parse(&format!("{front}<SingleLogoutService{back}"), NOW).unwrap();
        assert_eq!(posted.slo_redirect, None);
        let place = |text: &str| Some(Place::Post(text.into()));
        assert_eq!(posted.logout_requests(), place(slo));
        assert_eq!(posted.logout_answers(), place(answers));
        assert_eq!(posted.logout_requests().unwrap().url(), slo);
        let neither = Metadata {
            slo_post: None,
            ..posted
        };
        assert_eq!(neither.logout_requests(), None);
        assert_eq!(neither.logout_answers(), None);
    }

    #[test]
    fn what_is_no_provider_is_refused() {
        let good = role(&(key("", CERTIFICATE) + &sso()));
        for (text, error) in [
            (String::new(), MetadataError::NotXml),
            ("<html>".into(), MetadataError::NotXml),
            (
                format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", entity(&good)),
                MetadataError::NotXml,
            ),
            ("<html/>".into(), MetadataError::NoProvider),
            (entity(""), MetadataError::NoProvider),
            (entity(&format!("{good}{good}")), MetadataError::NoProvider),
            (
                entity(&good).replace("entityID", "entity"),
                MetadataError::NoProvider,
            ),
            (
                entity(&good).replace(PROTOCOL, "urn:oasis:names:tc:SAML:1.1:protocol"),
                MetadataError::NoProvider,
            ),
            (
                entity(&good).replace(METADATA, "urn:other"),
                MetadataError::NoProvider,
            ),
            (
                entity(&role(&key("", CERTIFICATE))),
                MetadataError::NoRedirect,
            ),
            (
                entity(&good).replace("https://idp.example.com/sso", "javascript:alert(1)"),
                MetadataError::NoRedirect,
            ),
            (entity(&role(&sso())), MetadataError::NoCertificate),
            (
                entity(&role(&(key(r#"use="encryption""#, CERTIFICATE) + &sso()))),
                MetadataError::NoCertificate,
            ),
            (
                entity(&role(&(key("", "AAAA") + &sso()))),
                MetadataError::BadCertificate,
            ),
            (
                entity(&role(&(key("", &"A".repeat(4_100)) + &sso()))),
                MetadataError::BadCertificate,
            ),
        ] {
            assert_eq!(parse(&text, NOW), Err(error), "{text}");
        }
    }

    #[test]
    fn a_certificate_is_read_whole_and_gives_its_key() {
        let (front, back) = CERTIFICATE.split_at(100);
        let commented = format!("{front}<!-- folded -->{back}");
        let read = parse(&entity(&role(&(key("", &commented) + &sso()))), NOW).unwrap();
        assert_eq!(read.certificates, [CERTIFICATE]);
        assert_eq!(read.keys().len(), 1);
        let split = format!("{CERTIFICATE}<x/>");
        assert_eq!(
            parse(&entity(&role(&(key("", &split) + &sso()))), NOW),
            Err(MetadataError::BadCertificate)
        );
    }

    #[test]
    fn a_certificate_must_be_good_today() {
        let text = entity(&role(&(key("", CERTIFICATE) + &sso())));
        assert_eq!(
            parse(&text, NOW + 200 * 365 * 86_400),
            Err(MetadataError::Expired)
        );
    }

    #[test]
    fn a_document_with_too_many_nodes_is_refused() {
        let text = entity(&"<a/>".repeat(20_001));
        assert_eq!(parse(&text, NOW), Err(MetadataError::NotXml));
    }

    #[test]
    fn a_document_with_nested_namespaces_is_refused() {
        let opened: String = (0..3_000).map(|n| format!("<a xmlns:p{n}='u'>")).collect();
        let text = entity(&(opened + &"</a>".repeat(3_000)));
        assert_eq!(parse(&text, NOW), Err(MetadataError::NotXml));
    }

    #[test]
    fn a_provider_has_not_more_certificates_than_anybody_rotates() {
        let keys = |n: usize| entity(&role(&(key("", CERTIFICATE).repeat(n) + &sso())));
        assert!(parse(&keys(32), NOW).is_ok());
        assert_eq!(parse(&keys(33), NOW), Err(MetadataError::BadCertificate));
    }
}
