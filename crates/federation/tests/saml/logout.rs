//! Logouts that a provider sends, in forms and in URLs, and our own in forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::provider::ProviderKey;
use cognate_crypto::foreign::{Alg, VerifyingKey};
use cognate_crypto::jws::SigningKey;
use cognate_federation::saml::idp::{Signer, in_url};
use cognate_federation::saml::incoming::{Incoming, Kind};
use cognate_federation::saml::logout::{
    self, Answer, Expected, Logout, LogoutOf, NotDone, Outcome,
};
use cognate_federation::saml::posting;
use cognate_federation::saml::refused::{Flaw, Of, Refused};
use cognate_federation::saml::request::Message;

use crate::support::*;

const SLO: &str = "https://auth.example/saml2/logout";
const NAMED: &str = "https://auth.example/saml2/logout?user_pool_id=us-east-1_abc";
const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

fn expecting() -> Expected<'static> {
    Expected {
        slo: &[SLO, NAMED],
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
        outcome: Outcome::Done,
    })
}

fn signed(text: &str) -> String {
    Signer::new(&KEY).sign(text, "_logout").unwrap()
}

/// Returns why a request does nothing.
fn reason(not_done: NotDone) -> Refused {
    match not_done {
        NotDone::Ignored(refused) => refused,
        NotDone::Denied { id, refused } => {
            assert_eq!(id, "_logout");
            refused
        }
    }
}

fn posted(kind: Kind, text: &str) -> Incoming {
    Incoming::posted(kind, &post(text), None).unwrap()
}

fn read_request(text: &str) -> Result<LogoutOf, Refused> {
    logout::read_request(&posted(Kind::Request, text), &expecting()).map_err(reason)
}

fn read_response(text: &str) -> Result<Option<String>, Refused> {
    logout::read_response(&posted(Kind::Response, text), REQUEST, &expecting())
}

#[test]
fn a_signed_logout_is_read() {
    let expected = LogoutOf {
        id: "_logout".into(),
        name_id: NAME.into(),
        name_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".into()),
        session_indexes: vec!["_session".into()],
        replay_until: NOW + 360 + 180,
    };
    assert_eq!(read_request(&signed(&request())), Ok(expected));
    assert_eq!(read_response(&signed(&response())), Ok(None));
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
                read_response(text).map(drop)
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
        ("Version=\"2.0\"", "Version=\"1.1\"", Refused::Version),
    ] {
        let read = read_response(&signed(&swap(&response(), from, to)));
        assert_eq!(read, Err(reason), "{from} {to}");
    }
    // The other name of the endpoint.
    assert!(read_request(&signed(&swap(&request(), SLO, NAMED))).is_ok());
    let many = "<samlp:SessionIndex>_session</samlp:SessionIndex>";
    let many = swap(&request(), many, &many.repeat(101));
    assert_eq!(read_request(&signed(&many)), Err(Refused::Sessions));
}

#[test]
fn a_provider_is_told_what_is_wrong_only_with_what_it_signed_for_us() {
    let read = |text: &str| {
        let read = logout::read_request(&posted(Kind::Request, text), &expecting());
        matches!(read.unwrap_err(), NotDone::Denied { .. })
    };
    assert!(read(&signed(&swap(&request(), NAME, ""))));
    for text in [
        swap(&request(), NAME, ""),
        signed(&swap(&request(), SLO, "https://auth.example/")),
        signed(&swap(&request(), ISSUER, "https://evil.example")),
    ] {
        assert!(!read(&text), "{text}");
    }
}

#[test]
fn a_provider_may_say_that_it_did_not_do_all() {
    let success = "urn:oasis:names:tc:SAML:2.0:status:Success";
    let partial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
    let responder = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    let code = format!("<samlp:StatusCode Value=\"{success}\"/>");
    let within = |outer: &str| {
        format!(
            "<samlp:StatusCode Value=\"{outer}\"><samlp:StatusCode Value=\"{partial}\"/></samlp:StatusCode>"
        )
    };
    for (status, said) in [
        (within(responder), format!("{responder} {partial}")),
        (within(success), format!("{success} {partial}")),
        (code.replace(success, responder), responder.to_owned()),
        (String::new(), "no status".to_owned()),
    ] {
        let read = read_response(&signed(&swap(&response(), &code, &status)));
        assert_eq!(read, Ok(Some(said)));
    }
    // What we say ourselves.
    let ours = |outcome| {
        logout::response(&Answer {
            id: "_logout",
            request: REQUEST,
            now: NOW,
            destination: SLO,
            issuer: ISSUER,
            outcome,
        })
    };
    let read = read_response(&signed(&ours(Outcome::Partial)));
    assert_eq!(read, Ok(Some(format!("{responder} {partial}"))));
    let read = read_response(&signed(&ours(Outcome::Denied)));
    let requester = "urn:oasis:names:tc:SAML:2.0:status:Requester";
    assert_eq!(read, Ok(Some(requester.to_owned())));
}

/// Returns a message in a URL, signed by a key.
fn url(name: &str, text: &str, key: &ProviderKey) -> String {
    in_url(name, text, Some("a b+&"), Some((key, Alg::Rs256, RSA)))
}

fn from_url(query: &str) -> Result<LogoutOf, Refused> {
    let incoming = Incoming::in_url(query)?.unwrap();
    logout::read_request(&incoming, &expecting()).map_err(reason)
}

#[test]
fn a_logout_in_a_url_is_read_if_its_query_is_signed() {
    let query = url("SAMLRequest", &request(), &KEY);
    let incoming = Incoming::in_url(&query).unwrap().unwrap();
    assert_eq!(incoming.kind, Kind::Request);
    assert_eq!(incoming.relay_state.as_deref(), Some("a b+&"));
    assert!(incoming.is_in_url());
    assert_eq!(incoming.claimed_issuer().unwrap(), ISSUER);
    assert_eq!(from_url(&query).unwrap().name_id, NAME);
    // Other parameters, and in another order.
    let (front, back) = query.split_once("&RelayState").unwrap();
    let turned = format!("lang=de&RelayState{back}&{front}");
    assert_eq!(from_url(&turned).unwrap().name_id, NAME);
    let answer = url("SAMLResponse", &response(), &KEY);
    let answer = Incoming::in_url(&answer).unwrap().unwrap();
    assert_eq!(answer.kind, Kind::Response);
    let read = logout::read_response(&answer, REQUEST, &expecting());
    assert_eq!(read, Ok(None));
    assert_eq!(
        logout::read_request(&answer, &expecting()),
        Err(Refused::Kind.into())
    );
    // By an elliptic curve.
    let p256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    let signer = Some((&*NEXT, Alg::Es256, p256));
    let query = in_url("SAMLRequest", &request(), None, signer);
    assert_eq!(from_url(&query).unwrap().name_id, NAME);
    assert!(Incoming::in_url("lang=de&RelayState=x").unwrap().is_none());
}

#[test]
fn a_logout_in_a_url_that_the_provider_did_not_sign_does_nothing() {
    let flaw = |flaw| Err(Refused::Signature(Of::Message, flaw));
    let query = url("SAMLRequest", &request(), &KEY);
    let evil = url("SAMLRequest", &request(), &EVIL);
    assert_eq!(from_url(&evil), flaw(Flaw::Value));
    let relay = query.replace("RelayState=a", "RelayState=b");
    assert_eq!(from_url(&relay), flaw(Flaw::Value));
    let (unsigned, _) = query.split_once("&Signature").unwrap();
    assert_eq!(from_url(unsigned), Err(Refused::Unsigned));
    // A document with a signature of its own is none here.
    let inside = in_url("SAMLRequest", &signed(&request()), None, None);
    assert_eq!(from_url(&inside), Err(Refused::Unsigned));
    let (front, back) = query.split_once("&SigAlg=").unwrap();
    let (_, signature) = back.split_once('&').unwrap();
    assert_eq!(
        from_url(&format!("{front}&{signature}")),
        flaw(Flaw::Algorithm)
    );
    let sha1 = in_url(
        "SAMLRequest",
        &request(),
        None,
        Some((
            &KEY,
            Alg::Rs256,
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        )),
    );
    assert_eq!(from_url(&sha1), flaw(Flaw::Algorithm));
    let short = query.replace("Signature=", "Signature=A");
    assert_eq!(from_url(&short), Err(Refused::NotBase64));
}

#[test]
fn a_query_with_more_than_one_message_is_refused() {
    let query = url("SAMLRequest", &request(), &KEY);
    for more in [
        "SAMLRequest=x",
        "SAMLResponse=x",
        "RelayState=x",
        "SigAlg=x",
        "Signature=x",
        "Relay%53tate=x",
    ] {
        let read = Incoming::in_url(&format!("{query}&{more}"));
        assert_eq!(read.err(), Some(Refused::Kind), "{more}");
    }
    let long = in_url("SAMLRequest", &request(), Some(&"x".repeat(1_025)), None);
    assert_eq!(Incoming::in_url(&long).err(), Some(Refused::TooLong));
    let long = Incoming::posted(Kind::Request, "x", Some(&"x".repeat(1_025)));
    assert_eq!(long.err(), Some(Refused::TooLong));
}

#[test]
fn little_that_becomes_much_is_refused() {
    let text = swap(&request(), ISSUER, &"x".repeat(80_000));
    let query = url("SAMLRequest", &text, &KEY);
    assert!(query.len() < 4_000);
    assert_eq!(from_url(&query), Err(Refused::NotDeflated));
    let plain = post(&request()).replace('+', "%2B");
    assert_eq!(
        from_url(&format!("SAMLRequest={plain}")),
        Err(Refused::NotDeflated)
    );
}

#[test]
fn our_messages_in_forms_are_signed_in_the_shape_that_we_read() {
    let key = SigningKey::generate();
    let fields = posting::fields(Message::Request(&request()), "relay", &key).unwrap();
    let [("SAMLRequest", message), ("RelayState", relay)] = fields.as_slice() else {
        panic!("{fields:?}");
    };
    assert_eq!(relay, "relay");
    let der = cognate_crypto::certificate::self_signed(&key, "pool", 0..7_000_000_000);
    let trusted = [VerifyingKey::from_certificate(&der.unwrap()).unwrap()];
    let expected = Expected {
        trusted: &trusted,
        ..expecting()
    };
    let incoming = Incoming::posted(Kind::Request, message, None).unwrap();
    let read = logout::read_request(&incoming, &expected).unwrap();
    assert_eq!(read.name_id, NAME);
    let text = String::from_utf8(STANDARD.decode(message).unwrap()).unwrap();
    let changed = posted(Kind::Request, &text.replace(NAME, "root"));
    assert!(logout::read_request(&changed, &expected).is_err());
    let fields = posting::fields(Message::Response(&response()), "", &key).unwrap();
    assert_eq!(fields.len(), 1);
    assert_eq!(posting::fields(Message::Response("<x/>"), "", &key), None);
}
