//! Other bytes of the same message, and bytes that are no message.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use cognate_federation::saml::idp::shapes::{SHAPES, Shape};
use cognate_federation::saml::refused::{Flaw, Of, Refused};
use cognate_federation::saml::response;

use crate::support::*;

#[test]
fn changes_that_the_canonical_form_does_not_show_are_taken() {
    let text = honest(Shape::Adfs);
    let name = format!("<NameID>{NAME}</NameID>");
    for (from, to) in [
        (name.as_str(), "<NameID >jane&#64;idp.example</NameID\n>"),
        (&name, "<NameID><![CDATA[jane@idp.example]]></NameID>"),
        (&name, "<NameID><!-- -->jane@idp.<!-- -->example</NameID>"),
        (
            "<Assertion ID=\"_assertion\"",
            "<Assertion\n\tID = '_assertion'  ",
        ),
        ("<Audience>", "<Audience xmlns:unused=\"urn:x\">"),
        (
            "<Audience>",
            "<Audience xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">",
        ),
        ("SessionIndex=\"_session\"", "SessionIndex=\"&#95;session\""),
        ("<samlp:Status>", "<samlp:Status>  "),
    ] {
        taken(&swap(&text, from, to));
    }
    let empty = format!("Recipient=\"{ACS}\"/>");
    let both = format!("Recipient=\"{ACS}\"></SubjectConfirmationData>");
    taken(&swap(&text, &empty, &both));
}

#[test]
fn changes_that_the_canonical_form_shows_are_refused() {
    let digest = Refused::Signature(Of::Assertion, Flaw::Digest);
    let text = honest(Shape::Adfs);
    let name = format!("<NameID>{NAME}</NameID>");
    for (from, to) in [
        (name.as_str(), "<NameID>jane@idp.example </NameID>"),
        (&name, "<NameID>jane@idp.example</NameID> "),
        (&name, "<NameID>jane@idp.example<?x?></NameID>"),
        (&name, "<NameID>evil@idp.example</NameID>"),
        (&name, "<NameID>jane@idp.example&#13;</NameID>"),
        (&name, "<NameID xml:lang=\"en\">jane@idp.example</NameID>"),
        (
            &name,
            "<n:NameID xmlns:n=\"urn:oasis:names:tc:SAML:2.0:assertion\">jane@idp.example</n:NameID>",
        ),
        (&name, "<NameID xmlns=\"\">jane@idp.example</NameID>"),
        (&name, "<NameID Format=\"x\">jane@idp.example</NameID>"),
        (&name, "<NameID>jane@<b/>idp.example</NameID>"),
        (&name, ""),
        ("<Audience>", "<Audience>\r\n"),
        ("SessionIndex=\"_session\"", "SessionIndex=\" _session\""),
        ("SessionIndex=\"_session\"", "sessionindex=\"_session\""),
        ("<OneTimeUse/>", ""),
    ] {
        if text.contains(from) {
            refused(&swap(&text, from, to), &digest);
        }
    }
    // A namespace that the signed prefix list keeps.
    let okta = honest(Shape::Okta);
    let other = swap(
        &okta,
        "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"",
        "xmlns:xs=\"urn:evil\"",
    );
    refused(&other, &Refused::Signature(Of::Message, Flaw::Digest));
}

#[test]
fn what_is_no_xml_within_the_bounds_is_refused() {
    let text = honest(Shape::Adfs);
    let deep = format!("{}{}", "<a>".repeat(70), "</a>".repeat(70));
    let scope: String = (0..70).map(|n| format!(" xmlns:p{n}=\"u\"")).collect();
    let attributes: String = (0..70).map(|n| format!(" a{n}=\"\"")).collect();
    let status = |inside: &str| swap(&text, "<samlp:Status>", &format!("<samlp:Status>{inside}"));
    for forged in [
        String::new(),
        "x".into(),
        text[..text.len() - 1].to_owned(),
        text[1..].to_owned(),
        format!("{text}{text}"),
        format!("{text}<x/>"),
        format!("<!DOCTYPE x>{text}"),
        format!("<!DOCTYPE x [<!ENTITY e \"{NAME}\">]>{text}"),
        format!("<!DOCTYPE x SYSTEM \"https://evil.example/x.dtd\">{text}"),
        format!("<!DOCTYPE x [<!ATTLIST Assertion ID ID #IMPLIED>]>{text}"),
        status("<x>&e;</x>"),
        status("&#0;"),
        status("\u{0}"),
        status("<x a=\"1\" a=\"2\"/>"),
        status("<x xmlns:a=\"u\" xmlns:b=\"u\" a:c=\"\" b:c=\"\"/>"),
        status("<u:x/>"),
        status("<x>]]></x"),
        status(&deep),
        status(&format!("<a{scope}/>")),
        status(&format!("<a{attributes}/>")),
        status(&format!("<a b=\"{}\"/>", "x".repeat(8_200))),
        status(&"<a/>".repeat(14_000)).replacen("<a/>", "<a><!DOCTYPE x></a>", 1),
        status("<!-- -- -->"),
    ] {
        refused(&forged, &Refused::NotXml);
    }
    taken(&status("<x>&amp;&#x41;</x>"));
}

#[test]
fn what_is_not_a_posted_message_is_refused() {
    let text = honest(Shape::Adfs);
    let posted = post(&text);
    let read = |posted: &str| response::read(posted, &expected());
    let (left, right) = posted.split_at(500);
    for (wrong, reason) in [
        (format!("{left}-{right}"), Refused::NotBase64),
        (format!("{left}%0A{right}"), Refused::NotBase64),
        (format!("{left}\u{a0}{right}"), Refused::NotBase64),
        (
            STANDARD_NO_PAD.encode(format!("{text} ").as_bytes()) + "A",
            Refused::NotBase64,
        ),
        (
            URL_SAFE.encode("<a>?>?>?>\u{fb}\u{ff}</a>"),
            Refused::NotBase64,
        ),
        ("A".repeat(100_004), Refused::TooLong),
        (" ".repeat(200_001), Refused::TooLong),
        (STANDARD.encode([0xff, 0xfe, b'<', 0]), Refused::NotUtf8),
        (STANDARD.encode([b'<', 0xc0, 0x80]), Refused::NotUtf8),
        (
            post(&format!(
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?>{text}"
            )),
            Refused::NotUtf8,
        ),
        (
            post(&format!("<?xml version=\"1.0\" encoding='utf-7'?>{text}")),
            Refused::NotUtf8,
        ),
        (
            post(&format!(
                "\u{feff}<?xml version=\"1.0\" encoding='x'?>{text}"
            )),
            Refused::NotUtf8,
        ),
        (String::new(), Refused::NotXml),
        (post("<a/>"), Refused::Kind),
    ] {
        assert_eq!(
            read(&wrong),
            Err(reason),
            "{}",
            &wrong[..wrong.len().min(100)]
        );
    }
    // Blanks do not count.
    let spaced: String = posted.chars().flat_map(|c| [c, ' ']).collect();
    assert!(read(&spaced).is_ok());
}

#[test]
fn no_small_message_is_expensive() {
    // A declaration that is due at each of many elements, in a message that says it is signed by the provider: the
    // provider's own signature is put onto a larger message.
    for shape in SHAPES {
        let text = honest(shape);
        let long = "u".repeat(4_000);
        let many = "<p:a/>".repeat(8_000);
        let wide = format!("<x xmlns:p=\"{long}\">{many}</x>");
        let tag = if text.contains("Version=\"2.0\"><") {
            "AttributeStatement>"
        } else {
            "Subject>"
        };
        let at = text.find(tag).unwrap() + tag.len();
        let forged = format!("{}{wide}{}", &text[..at], &text[at..]);
        let of = if shape.signs_response() {
            Of::Message
        } else {
            Of::Assertion
        };
        refused(&forged, &Refused::Signature(of, Flaw::TooLarge));
    }
}
