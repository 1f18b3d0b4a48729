//! Logouts that a provider posts.

use cognate_federation::saml::idp::Signer;
use cognate_federation::saml::logout::{self, Answer, Expected, Logout, LogoutOf};
use cognate_federation::saml::refused::{Flaw, Of, Refused};

use crate::support::*;

const SLO: &str = "https://auth.example/saml2/logout";

fn expecting() -> Expected<'static> {
    Expected {
        slo: SLO,
        issuer: ISSUER,
        now: NOW,
        trusted: &TRUSTED,
    }
}

/// A provider's request; ours has the same form.
fn request() -> String {
    logout::request(&Logout {
        id: "_logout",
        now: NOW,
        destination: SLO,
        issuer: ISSUER,
        name_id: NAME,
        name_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
        name_qualifier: None,
        sp_name_qualifier: Some(AUDIENCE),
        session_index: Some("_session"),
    })
}

fn response() -> String {
    logout::response(&Answer {
        id: "_logout",
        request: REQUEST,
        now: NOW,
        destination: SLO,
        issuer: ISSUER,
    })
}

fn signed(text: &str) -> String {
    Signer::new(&KEY).sign(text, "_logout").unwrap()
}

fn read_request(text: &str) -> Result<LogoutOf, Refused> {
    logout::read_request(&post(text), &expecting())
}

fn read_response(text: &str) -> Result<(), Refused> {
    logout::read_response(&post(text), REQUEST, &expecting())
}

#[test]
fn a_signed_logout_is_read() {
    let expected = LogoutOf {
        id: "_logout".into(),
        name_id: NAME.into(),
        name_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".into()),
        session_indexes: vec!["_session".into()],
    };
    assert_eq!(read_request(&signed(&request())), Ok(expected));
    assert_eq!(read_response(&signed(&response())), Ok(()));
    let all = swap(
        &request(),
        "<samlp:SessionIndex>_session</samlp:SessionIndex>",
        "",
    );
    assert!(
        read_request(&signed(&all))
            .unwrap()
            .session_indexes
            .is_empty()
    );
}

#[test]
fn a_logout_that_is_not_signed_by_the_provider_does_nothing() {
    for (text, both) in [(request(), true), (response(), false)] {
        let read = |text: &str| {
            if both {
                read_request(text).map(drop)
            } else {
                read_response(text)
            }
        };
        assert_eq!(read(&text), Err(Refused::Unsigned));
        let evil = Signer::new(&EVIL).sign(&text, "_logout").unwrap();
        assert_eq!(
            read(&evil),
            Err(Refused::Signature(Of::Message, Flaw::Value))
        );
        let changed = swap_all(&signed(&text), SLO, "https://auth.example/other");
        assert_eq!(
            read(&changed),
            Err(Refused::Signature(Of::Message, Flaw::Digest))
        );
        let wrapped = format!("<x>{}</x>", signed(&text));
        assert_eq!(read(&wrapped), Err(Refused::Kind));
    }
    let other = signed(&request()).replace(NAME, "evil@idp.example");
    assert_eq!(
        read_request(&other),
        Err(Refused::Signature(Of::Message, Flaw::Digest))
    );
    // One kind is not the other, and neither is an answer to a sign-in.
    assert_eq!(read_request(&signed(&response())), Err(Refused::Kind));
    assert_eq!(read_response(&signed(&request())), Err(Refused::Kind));
    let login = honest(cognate_federation::saml::idp::shapes::Shape::Okta);
    assert_eq!(read_response(&login), Err(Refused::Kind));
}

#[test]
fn a_signed_logout_must_be_for_us_and_now() {
    let instant = "IssueInstant=\"2027-01-15T08:00:00Z\"";
    let until = |time: &str| format!("{instant} NotOnOrAfter=\"{time}\"");
    for (from, to, reason) in [
        (SLO, "https://auth.example/", Some(Refused::Destination)),
        (
            &format!(" Destination=\"{SLO}\""),
            "",
            Some(Refused::Destination),
        ),
        (ISSUER, "https://evil.example", Some(Refused::Issuer)),
        (
            &format!("<saml:Issuer>{ISSUER}</saml:Issuer>"),
            "",
            Some(Refused::Issuer),
        ),
        ("Version=\"2.0\"", "Version=\"1.0\"", Some(Refused::Version)),
        (instant, "", Some(Refused::IssueInstant)),
        (
            instant,
            "IssueInstant=\"2027-01-15T08:03:01Z\"",
            Some(Refused::IssueInstant),
        ),
        (
            instant,
            "IssueInstant=\"2027-01-15T07:51:00Z\"",
            Some(Refused::TooLate),
        ),
        (instant, "IssueInstant=\"2027-01-15T07:51:01Z\"", None),
        (
            instant,
            &until("2027-01-15T07:57:00Z"),
            Some(Refused::TooLate),
        ),
        (instant, &until("2027-01-15T07:57:01Z"), None),
        (instant, &until("never"), Some(Refused::TooLate)),
        (NAME, "", Some(Refused::NameId)),
        (
            "<samlp:SessionIndex>",
            "<saml:NameID>x</saml:NameID><samlp:SessionIndex>",
            Some(Refused::NameId),
        ),
        (
            "<samlp:SessionIndex>",
            "<saml:EncryptedID/><samlp:SessionIndex>",
            Some(Refused::NameId),
        ),
        ("_session", "<x/>", Some(Refused::Unnamed)),
    ] {
        let read = read_request(&signed(&swap(&request(), from, to)));
        assert_eq!(read.err(), reason, "{from} {to}");
    }
    for (from, to, reason) in [
        (REQUEST, "_other", Refused::InResponseTo),
        (
            &format!(" InResponseTo=\"{REQUEST}\""),
            "",
            Refused::InResponseTo,
        ),
        (SLO, ACS, Refused::Destination),
        (ISSUER, "https://evil.example", Refused::Issuer),
        (instant, "", Refused::IssueInstant),
        (
            "status:Success",
            "status:Responder",
            Refused::Status("urn:oasis:names:tc:SAML:2.0:status:Responder".into()),
        ),
    ] {
        let read = read_response(&signed(&swap(&response(), from, to)));
        assert_eq!(read, Err(reason), "{from} {to}");
    }
}
