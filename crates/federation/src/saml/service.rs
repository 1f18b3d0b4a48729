//! The metadata of a pool, which administrators give to their provider (SAML 2.0 Metadata section 2.4.4). The service
//! publishes none; its values are those of endpoints.md 4.4.

use super::message::escape;
use super::names::{DSIG, METADATA, POST, PROTOCOL, REDIRECT};

/// A pool as a service provider.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Its name, `urn:amazon:cognito:sp:POOL`.
    pub entity_id: &'a str,
    /// The URL that answers are posted to.
    pub acs: &'a str,
    /// The URL to which messages about logouts come.
    pub slo: &'a str,
    /// True if requests to sign in are signed; those to sign out always are.
    pub signs_requests: bool,
    /// The certificates of the keys that we sign with, in base64 of DER.
    pub signing: &'a [&'a str],
    /// The certificates of the keys to encrypt to, in base64 of DER.
    pub encryption: &'a [&'a str],
}

/// Returns the document.
#[must_use]
pub fn metadata(service: &Service<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<md:EntityDescriptor xmlns:md=\"{METADATA}\" xmlns:ds=\"{DSIG}\" entityID=\"{}\">\n  \
         <md:SPSSODescriptor AuthnRequestsSigned=\"{}\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"{PROTOCOL}\">\n",
        escape(service.entity_id),
        service.signs_requests,
    ));
    for certificate in service.signing {
        out.push_str(&descriptor("signing", certificate, &[]));
    }
    for certificate in service.encryption {
        out.push_str(&descriptor("encryption", certificate, ENCRYPTION));
    }
    for binding in [POST, REDIRECT] {
        out.push_str(&format!(
            "    <md:SingleLogoutService Binding=\"{binding}\" Location=\"{}\"/>\n",
            escape(service.slo),
        ));
    }
    out.push_str(&format!(
        "    <md:AssertionConsumerService Binding=\"{POST}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>\n  \
         </md:SPSSODescriptor>\n</md:EntityDescriptor>\n",
        escape(service.acs),
    ));
    out
}

/// The encryption that is understood, the best first.
const ENCRYPTION: &[&str] = &[
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
];

fn descriptor(usage: &str, certificate: &str, methods: &[&str]) -> String {
    let mut out = format!(
        "    <md:KeyDescriptor use=\"{usage}\">\n      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n",
        escape(certificate),
    );
    for method in methods {
        out.push_str(&format!(
            "      <md:EncryptionMethod Algorithm=\"{method}\"/>\n"
        ));
    }
    out.push_str("    </md:KeyDescriptor>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use roxmltree::Document;

    #[test]
    fn a_provider_finds_everything_in_the_document() {
        let text = metadata(&Service {
            entity_id: "urn:amazon:cognito:sp:us-east-1_abc",
            acs: "https://auth.example/saml2/idpresponse",
            slo: "https://auth.example/saml2/logout",
            signs_requests: true,
            signing: &["AAAA"],
            encryption: &["BBBB", "CCCC"],
        });
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(
            root.attribute("entityID"),
            Some("urn:amazon:cognito:sp:us-east-1_abc")
        );
        let role = root.first_element_child().unwrap();
        assert_eq!(role.attribute("AuthnRequestsSigned"), Some("true"));
        // The order is the schema's.
        let children: Vec<_> = role
            .children()
            .filter(|node| node.is_element())
            .map(|node| {
                (
                    node.tag_name().name(),
                    node.attribute("use").or(node.attribute("Location")),
                )
            })
            .collect();
        assert_eq!(
            children,
            [
                ("KeyDescriptor", Some("signing")),
                ("KeyDescriptor", Some("encryption")),
                ("KeyDescriptor", Some("encryption")),
                (
                    "SingleLogoutService",
                    Some("https://auth.example/saml2/logout")
                ),
                (
                    "SingleLogoutService",
                    Some("https://auth.example/saml2/logout")
                ),
                (
                    "AssertionConsumerService",
                    Some("https://auth.example/saml2/idpresponse")
                ),
            ]
        );
        let certificates: Vec<_> = root
            .descendants()
            .filter(|node| node.has_tag_name((DSIG, "X509Certificate")))
            .map(|node| node.text().unwrap())
            .collect();
        assert_eq!(certificates, ["AAAA", "BBBB", "CCCC"]);
    }
}
