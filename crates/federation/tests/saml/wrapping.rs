//! Signed parts moved, copied and wrapped, so that another part is read.

use cognate_federation::saml::idp::shapes::{ID, SHAPES, Shape};
use cognate_federation::saml::refused::{Flaw, Of, Refused};

use crate::support::*;

const EVIL_NAME: &str = "evil@idp.example";

/// Returns the text without the part, which stands in it once.
fn without(text: &str, part: &str) -> String {
    swap(text, part, "")
}

/// Returns an assertion as the forger would have it: unsigned, of another user, with this ID.
fn evil(text: &str, id: &str) -> String {
    let assertion = element(text, "Assertion");
    let bare = match assertion.contains("<ds:Signature") {
        true => without(&assertion, &element(&assertion, "Signature")),
        false => assertion,
    };
    swap_all(&bare, NAME, EVIL_NAME).replace(&format!("\"{ID}\""), &format!("\"{id}\""))
}

/// Puts `what` behind the first start tag of this name.
fn into(text: &str, tag: &str, what: &str) -> String {
    let at = text.find(tag).unwrap();
    let end = at + text[at..].find('>').unwrap() + 1;
    format!("{}{what}{}", &text[..end], &text[end..])
}

const EXTENSIONS: (&str, &str) = (
    "<x:Extensions xmlns:x=\"urn:oasis:names:tc:SAML:2.0:protocol\">",
    "</x:Extensions>",
);

fn extended(what: &str) -> String {
    format!("{}{what}{}", EXTENSIONS.0, EXTENSIONS.1)
}

#[test]
fn an_assertion_beside_the_signed_one_is_refused() {
    for shape in SHAPES {
        let text = honest(shape);
        let signed = element(&text, "Assertion");
        for id in [ID, "_evil", ""] {
            let evil = evil(&text, id);
            for both in [
                format!("{evil}{signed}"),
                format!("{signed}{evil}"),
                format!("{signed}{signed}"),
            ] {
                refused(&swap(&text, &signed, &both), &Refused::Assertions);
            }
        }
        let sealed = "<e:EncryptedAssertion xmlns:e=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
        let both = format!("{signed}{sealed}");
        refused(&swap(&text, &signed, &both), &Refused::Assertions);
        refused(&swap(&text, &signed, ""), &Refused::Assertions);
    }
}

#[test]
fn an_assertion_that_wraps_or_hides_the_signed_one_is_refused() {
    for shape in [Shape::Adfs, Shape::Entra, Shape::Okta, Shape::SimpleSamlPhp] {
        let text = honest(shape);
        let signed = element(&text, "Assertion");
        let signature = element(&signed, "Signature");
        for id in [ID, "_evil"] {
            let evil = evil(&text, id);
            // The signed one in the forged one, at each place that takes something.
            for place in ["Subject>", "Conditions", "AttributeValue", "AuthnContext>"] {
                let inside = into(&evil, place, &signed);
                refused(&swap(&text, &signed, &inside), &Refused::Misplaced);
            }
            // The signed one in the signature of the forged one.
            let object = format!(
                "<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{signed}</ds:Object>"
            );
            let holding = swap(
                &signature,
                "</ds:Signature>",
                &format!("{object}</ds:Signature>"),
            );
            let inside = into(&evil, "Assertion", &holding);
            refused(&swap(&text, &signed, &inside), &Refused::Misplaced);
            // The signed one elsewhere in the message, in front of the forged one or behind it.
            for hidden in [
                format!("{}{evil}", extended(&signed)),
                format!("{evil}{}", extended(&signed)),
            ] {
                refused(&swap(&text, &signed, &hidden), &Refused::Misplaced);
            }
            // The forged one in the signed one, and elsewhere in the message.
            let inside = into(&signed, "AttributeValue", &evil);
            refused(&swap(&text, &signed, &inside), &Refused::Misplaced);
            let hidden = format!("{}{signed}", extended(&evil));
            refused(&swap(&text, &signed, &hidden), &Refused::Misplaced);
        }
    }
}

#[test]
fn a_signature_beside_its_element_is_refused() {
    for shape in [Shape::Adfs, Shape::Entra] {
        let text = honest(shape);
        let signed = element(&text, "Assertion");
        let signature = element(&signed, "Signature");
        let bare = without(&signed, &signature);
        // Copied to a forged assertion, with the ID that it names or without.
        for (id, flaw) in [
            (ID, Flaw::Digest),
            ("_evil", Flaw::Reference),
            ("", Flaw::Reference),
        ] {
            let forged = into(&evil(&text, id), "Assertion", &signature);
            refused(
                &swap(&text, &signed, &forged),
                &Refused::Signature(Of::Assertion, flaw),
            );
        }
        // Of the assertion, at the message.
        let moved = format!("{signature}{bare}");
        refused(
            &swap(&text, &signed, &moved),
            &Refused::Signature(Of::Message, Flaw::Reference),
        );
        // Deeper in the assertion, or nowhere.
        for place in ["Subject>", "Conditions", "AttributeValue"] {
            let deeper = into(&bare, place, &signature);
            refused(&swap(&text, &signed, &deeper), &Refused::Misplaced);
        }
        let away = format!("{bare}{}", extended(&signature));
        refused(&swap(&text, &signed, &away), &Refused::Misplaced);
        refused(&swap(&text, &signed, &bare), &Refused::Unsigned);
        // Twice.
        let twice = swap(&signed, &signature, &signature.repeat(2));
        refused(
            &swap(&text, &signed, &twice),
            &Refused::Signature(Of::Assertion, Flaw::Several),
        );
    }
}

#[test]
fn a_response_that_wraps_the_signed_one_is_refused() {
    let text = honest(Shape::Keycloak);
    let body = element(&text, "Response");
    let signature = element(&text, "Signature");
    let bare = without(&body, &signature);
    let forged = swap(&bare, &element(&bare, "Assertion"), &evil(&text, "_evil"));
    let other = swap(&forged, "ID=\"_response\"", "ID=\"_other\"");
    for base in [&forged, &other] {
        // In the forged one, and in its signature.
        refused(
            &into(base, "samlp:Response", &extended(&body)),
            &Refused::Misplaced,
        );
        let object = format!("<ds:Object>{body}</ds:Object></ds:Signature>");
        let holding = swap(&signature, "</ds:Signature>", &object);
        refused(&into(base, "samlp:Response", &holding), &Refused::Misplaced);
    }
    // The signature of the signed one alone.
    for (base, flaw) in [(&forged, Flaw::Digest), (&other, Flaw::Reference)] {
        refused(
            &into(base, "samlp:Response", &signature),
            &Refused::Signature(Of::Message, flaw),
        );
    }
    // At the assertion, or below another root.
    let moved = into(&bare, "saml:Assertion", &signature);
    refused(&moved, &Refused::Signature(Of::Assertion, Flaw::Reference));
    refused(&format!("<x>{body}</x>"), &Refused::Kind);
    refused(&element(&body, "Assertion"), &Refused::Kind);
    refused(
        &swap_all(&body, "samlp:Response", "samlp:LogoutResponse"),
        &Refused::Kind,
    );
    let elsewhere = body.replacen("SAML:2.0:protocol", "SAML:2.0:protocol2", 1);
    refused(&elsewhere, &Refused::Kind);
}

#[test]
fn a_signature_that_is_taken_away_leaves_the_other_to_decide() {
    for shape in [Shape::Okta, Shape::SimpleSamlPhp, Shape::Shibboleth] {
        let text = honest(shape);
        let assertion = element(&text, "Assertion");
        let inner = element(&assertion, "Signature");
        let outer = element(&text, "Signature");
        let no_outer = without(&text, &outer);
        taken(&no_outer);
        refused(
            &without(&text, &inner),
            &Refused::Signature(Of::Message, Flaw::Digest),
        );
        refused(&without(&no_outer, &inner), &Refused::Unsigned);
        let changed = swap_all(&no_outer, NAME, EVIL_NAME);
        refused(&changed, &Refused::Signature(Of::Assertion, Flaw::Digest));
        // The forger's signature in the place of the provider's.
        let mine = Shape::signer(shape, &EVIL, &certificate(&EVIL));
        let bare = without(&no_outer, &inner);
        let bare = swap_all(&bare, NAME, EVIL_NAME);
        refused(
            &mine.sign(&bare, ID).unwrap(),
            &Refused::Signature(Of::Assertion, Flaw::Value),
        );
        refused(
            &mine.sign(&bare, "_response").unwrap(),
            &Refused::Signature(Of::Message, Flaw::Value),
        );
    }
}

#[test]
fn identifiers_elsewhere_mean_nothing() {
    let text = honest(Shape::Adfs);
    for attribute in [
        "xml:id=\"_assertion\"",
        "id=\"_assertion\"",
        "Id=\"_assertion\"",
    ] {
        taken(&swap(
            &text,
            "ID=\"_response\"",
            &format!("ID=\"_response\" {attribute}"),
        ));
        let at_assertion = swap(
            &text,
            "ID=\"_assertion\"",
            &format!("ID=\"_assertion\" {attribute}"),
        );
        refused(
            &at_assertion,
            &Refused::Signature(Of::Assertion, Flaw::Digest),
        );
        let instead = swap(&text, "ID=\"_assertion\"", attribute);
        refused(
            &instead,
            &Refused::Signature(Of::Assertion, Flaw::Reference),
        );
    }
    taken(&swap(&text, "ID=\"_response\"", "ID=\"_assertion\""));
    let namespaced = "xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\" x:ID=\"_assertion\"";
    let instead = swap(&text, "ID=\"_assertion\"", namespaced);
    refused(
        &instead,
        &Refused::Signature(Of::Assertion, Flaw::Reference),
    );
}
