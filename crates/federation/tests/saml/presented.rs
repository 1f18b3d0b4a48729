//! Assertions that clients present as tokens (RFC 7522): the same rules, without a request and for more URLs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_federation::saml::idp::shapes::{Answer, ID, SHAPES, Shape};
use cognate_federation::saml::idp::{Encryption, encrypted};
use cognate_federation::saml::refused::{Flaw, Of, Refused};
use cognate_federation::saml::response::{self, Asked, Expected, Login};

use crate::support::*;

const TOKEN_URL: &str = "https://sp.example/oauth2/token";

fn expected_here() -> Expected<'static> {
    Expected {
        request: Asked::Presented(&[TOKEN_URL]),
        ..expected()
    }
}

fn unasked() -> Answer<'static> {
    Answer {
        request: None,
        ..answer()
    }
}

fn present(text: &str) -> Result<Login, Refused> {
    response::presented(&URL_SAFE_NO_PAD.encode(text), &expected_here())
}

/// Returns the assertion alone, with a signature of its own.
fn alone(shape: Shape) -> String {
    signed_alone(shape, &unasked())
}

fn signed_alone(shape: Shape, answer: &Answer<'_>) -> String {
    let bare = element(&shape.unsigned(answer), "Assertion");
    signer(shape).sign(&bare, ID).unwrap()
}

#[test]
fn an_assertion_is_taken_alone_or_in_an_answer() {
    for shape in SHAPES {
        let login = present(&alone(shape)).unwrap();
        assert_eq!(login.name_id, NAME);
        assert_eq!(login.ends, NOW + 300);
        assert_eq!(login.replay_until, NOW + 480);
        let whole = shape.signed(&unasked(), &signer(shape)).unwrap();
        assert_eq!(present(&whole).unwrap().name_id, NAME);
        // In either alphabet, with or without filling.
        assert!(response::presented(&post(&whole), &expected_here()).is_ok());
    }
}

#[test]
fn it_may_be_meant_for_the_token_endpoint() {
    let to = |acs| Answer { acs, ..unasked() };
    for (url, taken) in [(TOKEN_URL, true), ("https://other.example/token", false)] {
        let read = present(&signed_alone(Shape::Okta, &to(url)));
        assert_eq!(read.is_ok(), taken, "{read:?}");
        if !taken {
            assert_eq!(read, Err(Refused::Recipient));
        }
    }
    // A browser does not post there.
    let text = Shape::Okta.signed(&to(TOKEN_URL), &signer(Shape::Okta));
    let browser = Expected {
        request: Asked::Unsolicited,
        ..expected()
    };
    let read = response::read(&post(&text.unwrap()), &browser);
    assert_eq!(read, Err(Refused::Destination));
}

#[test]
fn it_ends_with_the_earliest_end() {
    let text = Shape::Okta.unsigned(&unasked());
    let time = |name: &str| {
        let (_, rest) = text.split_once(name).unwrap();
        rest.split('"').nth(1).unwrap().to_owned()
    };
    let (now, end) = (time(" IssueInstant="), time(" SessionNotOnOrAfter="));
    let until = |time: &str| format!("SessionNotOnOrAfter=\"{time}\"");
    let text = swap(&text, &until(&end), &until(&now));
    let bare = element(&text, "Assertion");
    let text = signer(Shape::Okta).sign(&bare, ID).unwrap();
    assert_eq!(present(&text).unwrap().ends, NOW);
}

#[test]
fn what_answers_a_request_of_a_browser_is_no_grant() {
    for shape in SHAPES {
        assert_eq!(present(&honest(shape)), Err(Refused::InResponseTo));
        let read = present(&signed_alone(shape, &answer()));
        assert_eq!(read, Err(Refused::InResponseTo));
    }
}

#[test]
fn an_assertion_that_comes_alone_is_signed_itself() {
    let bare = element(&Shape::Okta.unsigned(&unasked()), "Assertion");
    assert_eq!(present(&bare), Err(Refused::Unsigned));
    // Taken out of an answer that alone was signed.
    let text = Shape::Keycloak.signed(&unasked(), &signer(Shape::Keycloak));
    let out = element(&text.unwrap(), "Assertion");
    assert_eq!(present(&out), Err(Refused::Unsigned));
    let changed = swap_all(&alone(Shape::Okta), NAME, "root@example.com");
    assert_eq!(
        present(&changed),
        Err(Refused::Signature(Of::Assertion, Flaw::Digest))
    );
}

#[test]
fn a_signed_assertion_inside_of_another_is_out_of_place() {
    let good = alone(Shape::Okta);
    let forged = element(&Shape::Okta.unsigned(&unasked()), "Assertion");
    let forged = swap_all(&forged, NAME, "root@example.com");
    let forged = forged.replace(ID, "_forged");
    let (head, tail) = forged.rsplit_once("</saml2:Assertion>").unwrap();
    let inside = format!("{head}<saml2:Advice>{good}</saml2:Advice></saml2:Assertion>{tail}");
    assert_eq!(present(&inside), Err(Refused::Misplaced));
    let (before, signature) = good.split_once("<ds:Signature").unwrap();
    let (signature, _) = signature.split_once("</ds:Signature>").unwrap();
    assert!(!before.is_empty());
    let moved = forged.replacen(
        "<saml2:Subject>",
        &format!("<ds:Signature{signature}</ds:Signature><saml2:Subject>"),
        1,
    );
    assert_eq!(
        present(&moved),
        Err(Refused::Signature(Of::Assertion, Flaw::Reference))
    );
    let other = format!("<x>{good}</x>");
    assert_eq!(present(&other), Err(Refused::Kind));
}

#[test]
fn it_may_be_encrypted_and_must_be_where_the_provider_has_to() {
    let theirs = certificate(&OURS);
    let how = Encryption {
        certificate: &theirs,
        oaep: Oaep::Sha256,
        content: Content::Aes256Gcm,
        method: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        beside: false,
    };
    let only = Expected {
        encrypted_only: true,
        ..expected_here()
    };
    let sealed = encrypted(&alone(Shape::Okta), &how).unwrap();
    let token = URL_SAFE_NO_PAD.encode(&sealed);
    assert_eq!(response::presented(&token, &only).unwrap().name_id, NAME);
    let plain = URL_SAFE_NO_PAD.encode(alone(Shape::Okta));
    assert_eq!(
        response::presented(&plain, &only),
        Err(Refused::NotEncrypted)
    );
    // Whoever can encrypt to us has signed nothing.
    let bare = element(&Shape::Okta.unsigned(&unasked()), "Assertion");
    let sealed = encrypted(&bare, &how).unwrap();
    assert_eq!(present(&sealed), Err(Refused::Sealed));
}

#[test]
fn what_is_too_long_or_no_base64_is_not_read() {
    let read = |token: &str| response::presented(token, &expected_here());
    assert_eq!(read(&"A".repeat(100_001)), Err(Refused::TooLong));
    assert_eq!(read("a.b"), Err(Refused::NotBase64));
    assert_eq!(read(""), Err(Refused::NotXml));
}
