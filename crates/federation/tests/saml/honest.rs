//! Honest answers in the shapes of the usual providers.

use cognate_crypto::foreign::{Alg, Sha2, VerifyingKey};
use cognate_federation::saml::idp::Signer;
use cognate_federation::saml::idp::shapes::{ID, RESPONSE, SHAPES, Shape};
use cognate_federation::saml::refused::{Flaw, Of, Refused};
use cognate_federation::saml::response::{self, Asked, Expected};

use crate::support::*;

#[test]
fn each_provider_is_read_with_all_that_it_says() {
    for shape in SHAPES {
        let login = taken(&honest(shape));
        assert_eq!(login.assertion_id, ID, "{shape:?}");
        assert_eq!(login.session_index.as_deref(), Some("_session"));
        assert_eq!(login.replay_until, NOW + 300 + 180);
        assert_eq!(
            login.authn_context.as_deref(),
            Some("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
        );
        let email = ("email".to_owned(), vec![NAME.to_owned()]);
        assert_eq!(login.attributes[0], email, "{shape:?}");
        let format = login.name_format.as_deref();
        match shape {
            Shape::Adfs | Shape::Entra => assert_eq!(format, None),
            _ => assert_eq!(
                format,
                Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
            ),
        }
        let more = login.attributes.get(1).map(|(_, values)| values.clone());
        let expected: Option<&[&str]> = match shape {
            Shape::Keycloak => Some(&["one", "two"]),
            Shape::Shibboleth => Some(&["target"]),
            _ => None,
        };
        assert_eq!(
            more,
            expected.map(|list| list.iter().map(|text| (*text).into()).collect())
        );
    }
}

#[test]
fn each_algorithm_that_is_accepted_is_taken() {
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    for (alg, name) in [
        (Alg::Rs256, "rsa-sha256"),
        (Alg::Rs384, "rsa-sha384"),
        (Alg::Rs512, "rsa-sha512"),
        (Alg::Es256, "ecdsa-sha256"),
    ] {
        for (sha, digest) in [
            (Sha2::Sha256, "http://www.w3.org/2001/04/xmlenc#sha256"),
            (
                Sha2::Sha384,
                "http://www.w3.org/2001/04/xmldsig-more#sha384",
            ),
            (Sha2::Sha512, "http://www.w3.org/2001/04/xmlenc#sha512"),
        ] {
            let key = if alg == Alg::Es256 { &*NEXT } else { &*KEY };
            let signer = Signer {
                alg,
                method: format!("{more}{name}"),
                digest: (sha, digest.into()),
                ..Signer::new(key)
            };
            let text = Shape::SimpleSamlPhp.signed(&answer(), &signer).unwrap();
            taken(&text);
        }
    }
}

#[test]
fn the_forms_that_providers_give_a_message_are_taken() {
    let honest = honest(Shape::Okta);
    let whole = honest.clone();
    // A byte order mark, folded base64, another prefix of the signature, blanks around what is not signed.
    taken(&format!("\u{feff}{honest}"));
    taken(&format!("{honest}\n\n"));
    let folded: String = post(&whole)
        .as_bytes()
        .chunks(76)
        .map(|line| format!("{}\r\n", std::str::from_utf8(line).unwrap()))
        .collect();
    assert!(response::read(&folded, &expected()).is_ok());
    for prefix in ["", "dsig"] {
        let signer = Signer {
            prefix,
            ..Signer::new(&KEY)
        };
        taken(&Shape::Okta.signed(&answer(), &signer).unwrap());
    }
    let signer = Signer {
        prefixes_in_info: true,
        ..signer(Shape::Okta)
    };
    taken(&Shape::Okta.signed(&answer(), &signer).unwrap());
    // Comments are no part of what is signed.
    let commented = swap_all(&honest, NAME, "jane@<!-- x -->idp.example");
    taken(&commented);
    taken(&swap(
        &honest,
        "<saml2p:Status>",
        "<!-- x --><saml2p:Status>",
    ));
}

#[test]
fn either_signature_alone_is_enough_and_a_second_certificate_does_not_matter() {
    for shape in [Shape::Okta, Shape::SimpleSamlPhp, Shape::Shibboleth] {
        let text = shape.unsigned(&answer());
        for id in [ID, RESPONSE] {
            taken(&signer(shape).sign(&text, id).unwrap());
        }
        refused(&text, &Refused::Unsigned);
        // By the provider's other key, with the certificate of the first in KeyInfo.
        let other = Signer {
            alg: Alg::Es256,
            method: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256".into(),
            key: &NEXT,
            ..signer(shape)
        };
        taken(&shape.signed(&answer(), &other).unwrap());
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_taken_where_none_was_asked_for() {
    let unsolicited = cognate_federation::saml::idp::shapes::Answer {
        request: None,
        ..answer()
    };
    let wants = |now| Expected {
        request: Asked::Unsolicited,
        now,
        ..expected()
    };
    for shape in SHAPES {
        let text = shape.signed(&unsolicited, &signer(shape)).unwrap();
        refused(&text, &Refused::InResponseTo);
        let read = |now| response::read(&post(&text), &wants(now));
        assert_eq!(read(NOW).unwrap().name_id, NAME);
        assert!(read(NOW + 360).is_ok());
        assert_eq!(read(NOW + 361), Err(Refused::IssueInstant));
        let asked = honest(shape);
        assert_eq!(
            response::read(&post(&asked), &wants(NOW)),
            Err(Refused::InResponseTo)
        );
    }
    let mut nothing = expected();
    nothing.request = Asked::Request("");
    let text = Shape::Okta
        .signed(&unsolicited, &signer(Shape::Okta))
        .unwrap();
    assert_eq!(
        response::read(&post(&text), &nothing),
        Err(Refused::InResponseTo)
    );
}

#[test]
fn another_provider_with_its_own_key_is_refused() {
    let text = Shape::Okta.signed(&answer(), &Shape::Okta.signer(&EVIL, &certificate(&EVIL)));
    refused(
        &text.unwrap(),
        &Refused::Signature(Of::Message, Flaw::Value),
    );
    let trusted = [VerifyingKey::from_certificate(&certificate(&EVIL)).unwrap()];
    for (trusted, flaw) in [(&trusted[..], Flaw::Value), (&[], Flaw::NoKey)] {
        let expected = Expected {
            trusted,
            ..expected()
        };
        for (shape, of) in [(Shape::Okta, Of::Message), (Shape::Adfs, Of::Assertion)] {
            let read = response::read(&post(&honest(shape)), &expected);
            assert_eq!(read, Err(Refused::Signature(of, flaw)));
        }
    }
}

#[test]
fn attributes_are_read_as_they_are_meant() {
    let close = "</saml2:AttributeStatement>";
    let more =
        |inside: &str| format!("<saml2:Attribute Name=\"x\">{inside}</saml2:Attribute>{close}");
    let value = |text: &str| format!("<saml2:AttributeValue>{text}</saml2:AttributeValue>");
    for (inside, expected) in [
        (String::new(), Some(vec![])),
        (value(""), Some(vec![""])),
        (value(" a "), Some(vec![" a "])),
        (value("a&lt;b"), Some(vec!["a<b"])),
        (value("a<!-- b -->c"), Some(vec!["ac"])),
        (
            format!("{}{}", value("a"), value("b")),
            Some(vec!["a", "b"]),
        ),
        (value("<x>a</x>"), None),
        (
            format!("{}{}", value("<x>a</x>"), value("b")),
            Some(vec!["b"]),
        ),
        (value("<saml2:NameID>a</saml2:NameID>"), Some(vec!["a"])),
        (value("<saml2:NameID>a</saml2:NameID><x/>"), None),
    ] {
        let change = |text: &str| swap(text, close, &more(&inside));
        for id in [ID, RESPONSE] {
            let text = change(&Shape::Okta.unsigned(&answer()));
            let attributes = taken(&signer(Shape::Okta).sign(&text, id).unwrap()).attributes;
            let found = attributes.into_iter().find(|(name, _)| name == "x");
            assert_eq!(
                found.map(|(_, values)| values),
                expected
                    .as_ref()
                    .map(|list| list.iter().map(|text| (*text).to_owned()).collect()),
                "{inside}"
            );
        }
    }
    let unnamed = format!("<saml2:Attribute FriendlyName=\"x\"/>{close}");
    let text = swap(&Shape::Okta.unsigned(&answer()), close, &unnamed);
    let signed = signer(Shape::Okta).sign(&text, ID).unwrap();
    refused(&signed, &Refused::Unnamed);
}
