//! Messages and metadata as they stand, for explanations: the same text whoever wrote it, and nothing of what is encrypted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_federation::saml::idp::shapes::{ID, RESPONSE, Shape};
use cognate_federation::saml::inspect::{self, Certificate, Service, Unverified};
use cognate_federation::saml::refused::Refused;

use super::support::*;

#[test]
fn a_message_is_shown_as_it_stands() {
    let text = Shape::Okta.unsigned(&answer());
    let text = signer(Shape::Okta).sign(&text, ID).unwrap();
    let said = inspect::message(&STANDARD.encode(&text)).unwrap();
    assert_eq!(said.destination.as_deref(), Some(ACS));
    assert_eq!(said.in_response_to.as_deref(), Some(REQUEST));
    assert_eq!(said.issuers, [ISSUER]);
    assert_eq!(said.audiences, [AUDIENCE]);
    assert_eq!(said.recipients, [ACS]);
    assert_eq!(said.issued(), Some(NOW));
    assert!(said.assertion_is_signed && !said.message_is_signed && !said.is_encrypted);
    assert!(
        said.algorithms
            .iter()
            .any(|name| name.ends_with("rsa-sha256"))
    );
    assert!(said.times.iter().any(|(name, _)| *name == "NotOnOrAfter"));
    let both = signer(Shape::Okta).sign(&text, RESPONSE).unwrap();
    assert!(
        inspect::message(&STANDARD.encode(both))
            .unwrap()
            .message_is_signed
    );
    let forged = text.replace(AUDIENCE, "urn:other");
    let said = inspect::message(&STANDARD.encode(forged)).unwrap();
    assert_eq!(said.audiences, ["urn:other"]);
}

#[test]
fn what_cannot_be_read_shows_nothing_and_lists_are_short() {
    assert_eq!(inspect::message("!"), Err(Refused::NotBase64));
    assert_eq!(
        inspect::message(&STANDARD.encode("<")),
        Err(Refused::NotXml)
    );
    let empty = inspect::message(&STANDARD.encode("<x/>")).unwrap();
    assert_eq!(empty, Unverified::default());
    let many: String = (0..200)
        .map(|n| {
            format!("<Audience xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">{n}</Audience>")
        })
        .collect();
    let said = inspect::message(&STANDARD.encode(format!("<x>{many}</x>"))).unwrap();
    assert_eq!(said.audiences.len(), 32);
}

#[test]
fn metadata_is_shown_with_what_its_reader_leaves_out() {
    let weak = STANDARD.encode("no certificate");
    let good = STANDARD.encode(KEY.certificate("idp.example", 0..NOW));
    let key = |text: &str, usage: &str| {
        format!(
            r#"<KeyDescriptor use="{usage}"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{text}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#
        )
    };
    let text = format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor WantAuthnRequestsSigned="1" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{}{}{}<NameIDFormat>urn:x:transient</NameIDFormat><SingleSignOnService Binding="urn:y:HTTP-POST" Location=" https://idp.example/sso "/></IDPSSODescriptor></EntityDescriptor>"#,
        key(&weak, "signing"),
        key(&good, "signing"),
        key(&good, "encryption"),
    );
    let said = inspect::description(&text).unwrap();
    assert_eq!(said.entity_id, ISSUER);
    let certificate = |ends, is_accepted| Certificate { ends, is_accepted };
    assert_eq!(
        said.certificates,
        [certificate(None, false), certificate(Some(NOW), true)]
    );
    let service = Service {
        binding: "HTTP-POST".into(),
        location: "https://idp.example/sso".into(),
    };
    assert_eq!((said.sign_in, said.sign_out), (vec![service], Vec::new()));
    assert_eq!(said.name_formats, ["urn:x:transient"]);
    assert!(said.wants_signed_requests);
    for other in ["", "<x/>", &format!("<!DOCTYPE x>{text}")] {
        assert_eq!(inspect::description(other), None);
    }
}
