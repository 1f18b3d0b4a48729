//! Messages that the provider did sign, and that are not for us, not now, or not about one user.

use cognate_federation::saml::idp::shapes::{ID, RESPONSE, Shape};
use cognate_federation::saml::refused::Refused;
use cognate_federation::saml::response::{self, Asked, Expected};

use crate::support::*;

/// Changes the answer before it is signed, in the assertion, the response, or both, and reads each.
#[track_caller]
fn each(change: impl Fn(&str) -> String, check: impl Fn(&str)) {
    let text = change(&Shape::Okta.unsigned(&answer()));
    let signer = signer(Shape::Okta);
    let inner = signer.sign(&text, ID).unwrap();
    check(&inner);
    check(&signer.sign(&text, RESPONSE).unwrap());
    check(&signer.sign(&inner, RESPONSE).unwrap());
}

#[track_caller]
fn wrong(from: &str, to: &str, reason: &Refused) {
    each(|text| swap(text, from, to), |text| refused(text, reason));
}

#[track_caller]
fn right(from: &str, to: &str) {
    each(
        |text| swap(text, from, to),
        |text| {
            taken(text);
        },
    );
}

fn at(seconds: i64) -> String {
    let of = |seconds: i64| {
        let text = Shape::Okta.unsigned(&cognate_federation::saml::idp::shapes::Answer {
            now: seconds,
            ..answer()
        });
        let (_, rest) = text.split_once("IssueInstant=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    of(seconds)
}

const CONDITIONS: &str = "<saml2:AudienceRestriction>";

#[test]
fn an_answer_for_somebody_else_is_refused() {
    let destination = format!("Destination=\"{ACS}\"");
    for other in [
        "Destination=\"https://evil.example/saml2/idpresponse\"".to_owned(),
        format!("Destination=\"{ACS}/\""),
        format!("Destination=\"{} \"", ACS.to_uppercase()),
        "Destination=\"\"".to_owned(),
    ] {
        wrong(&destination, &other, &Refused::Destination);
    }
    let recipient = format!("Recipient=\"{ACS}\"");
    for other in ["", "Recipient=\"\"", "Recipient=\"https://evil.example\""] {
        wrong(&recipient, other, &Refused::Recipient);
    }
    let audience = format!("<saml2:Audience>{AUDIENCE}</saml2:Audience>");
    let own = format!("<saml2:Audience> {AUDIENCE}\n</saml2:Audience>");
    let other = "<saml2:Audience>urn:amazon:cognito:sp:us-east-1_other</saml2:Audience>";
    for wrongly in [
        String::new(),
        other.to_owned(),
        format!("<saml2:Audience>{AUDIENCE}x</saml2:Audience>"),
        format!("<saml2:Audience>{AUDIENCE}<x/></saml2:Audience>"),
        // Each restriction must name us.
        format!("{own}</saml2:AudienceRestriction><saml2:AudienceRestriction>{other}"),
    ] {
        wrong(&audience, &wrongly, &Refused::Audience);
    }
    right(&audience, &own);
    right(&audience, &format!("{other}{own}"));
    let restriction = format!("{CONDITIONS}{audience}</saml2:AudienceRestriction>");
    wrong(&restriction, "", &Refused::Audience);
    wrong(&restriction, "<saml2:OneTimeUse/>", &Refused::Audience);
}

#[test]
fn a_destination_may_be_missing_where_the_response_is_not_signed() {
    let text = Shape::Okta.unsigned(&answer());
    let text = swap(&text, &format!("Destination=\"{ACS}\""), "");
    let inner = signer(Shape::Okta).sign(&text, ID).unwrap();
    taken(&inner);
    for text in [&text, &inner] {
        let signed = signer(Shape::Okta).sign(text, RESPONSE).unwrap();
        refused(&signed, &Refused::Destination);
    }
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let to = format!("InResponseTo=\"{REQUEST}\"");
    for (number, other) in [
        (1, "InResponseTo=\"_other\""),
        (1, ""),
        (1, "InResponseTo=\"\""),
        (2, "InResponseTo=\"_other\""),
        (2, ""),
    ] {
        let change = |text: &str| {
            assert_eq!(text.matches(&to).count(), 2);
            match number {
                1 => text.replacen(&to, other, 1),
                _ => {
                    let at = text.rfind(&to).unwrap();
                    format!("{}{other}{}", &text[..at], &text[at + to.len()..])
                }
            }
        };
        each(change, |text| refused(text, &Refused::InResponseTo));
    }
    let expected = Expected {
        request: Asked::Request("_another"),
        ..expected()
    };
    let read = response::read(&post(&honest(Shape::Okta)), &expected);
    assert_eq!(read, Err(Refused::InResponseTo));
}

#[test]
fn an_answer_of_another_issuer_is_refused() {
    let text = Shape::Okta.unsigned(&answer());
    assert_eq!(text.matches(ISSUER).count(), 2);
    let first = |to: &'static str| move |text: &str| text.replacen(&format!(">{ISSUER}<"), to, 1);
    for to in [
        ">https://evil.example<",
        "><",
        ">https://idp.example/metadata/<",
        ">https://idp.example/metadata<x/><",
    ] {
        each(first(to), |text| refused(text, &Refused::Issuer));
        let last = |text: &str| {
            let at = text.rfind(&format!(">{ISSUER}<")).unwrap();
            format!("{}{to}{}", &text[..at], &text[at + ISSUER.len() + 2..])
        };
        each(last, |text| refused(text, &Refused::Issuer));
    }
    each(
        |text| text.replace("nameid-format:entity", "nameid-format:persistent"),
        |text| refused(text, &Refused::Issuer),
    );
    // Of the response it may be missing, of the assertion not.
    let whole = |text: &str| element(text, "Issuer");
    each(
        |text| text.replacen(&whole(text), "", 1),
        |text| {
            taken(text);
        },
    );
    each(
        |text| {
            let assertion = element(text, "Assertion");
            let bare = swap(&assertion, &whole(&assertion), "");
            swap(text, &assertion, &bare)
        },
        |text| refused(text, &Refused::Issuer),
    );
    each(
        |text| {
            let assertion = element(text, "Assertion");
            let twice = whole(&assertion).repeat(2);
            swap(
                text,
                &assertion,
                &swap(&assertion, &whole(&assertion), &twice),
            )
        },
        |text| refused(text, &Refused::Issuer),
    );
}

#[test]
fn times_hold_with_three_minutes_of_tolerance() {
    let begin = format!("NotBefore=\"{}\"", at(NOW - 300));
    let end = format!("NotOnOrAfter=\"{}\"><saml2:Aud", at(NOW + 300));
    let bearer = format!("NotOnOrAfter=\"{}\" Recipient", at(NOW + 300));
    let session = format!("SessionNotOnOrAfter=\"{}\"", at(NOW + 300));
    let time = |name: &str, seconds: i64, rest: &str| format!("{name}=\"{}\"{rest}", at(seconds));
    let until = |seconds| time("NotOnOrAfter", seconds, "><saml2:Aud");
    let confirmed = |seconds| time("NotOnOrAfter", seconds, " Recipient");
    right(&begin, &time("NotBefore", NOW + 180, ""));
    wrong(
        &begin,
        &time("NotBefore", NOW + 181, ""),
        &Refused::TooEarly,
    );
    wrong(&begin, "NotBefore=\"soon\"", &Refused::TooEarly);
    right(&begin, "");
    right(&end, &until(NOW - 179));
    wrong(&end, &until(NOW - 180), &Refused::TooLate);
    wrong(&end, "NotOnOrAfter=\"\"><saml2:Aud", &Refused::TooLate);
    right(&end, "><saml2:Aud");
    right(&bearer, &confirmed(NOW - 179));
    wrong(&bearer, &confirmed(NOW - 180), &Refused::TooLate);
    wrong(&bearer, "Recipient", &Refused::Confirmation);
    wrong(
        &bearer,
        "NotOnOrAfter=\"x\" Recipient",
        &Refused::Confirmation,
    );
    let early = format!("NotBefore=\"{}\" {bearer}", at(NOW - 300));
    wrong(&bearer, &early, &Refused::Confirmation);
    right(&session, &time("SessionNotOnOrAfter", NOW - 179, ""));
    wrong(
        &session,
        &time("SessionNotOnOrAfter", NOW - 180, ""),
        &Refused::SessionOver,
    );
    wrong(&session, "SessionNotOnOrAfter=\"x\"", &Refused::SessionOver);
    let issued = format!("IssueInstant=\"{}\"", at(NOW));
    for (seconds, good) in [(NOW + 180, true), (NOW + 181, false), (NOW - 86_400, true)] {
        for from in 0..2 {
            let change = |text: &str| {
                let mut parts: Vec<&str> = text.split(&issued).collect();
                assert_eq!(parts.len(), 3);
                let (later, own) = (time("IssueInstant", seconds, ""), issued.clone());
                let joints = if from == 0 {
                    [later, own]
                } else {
                    [own, later]
                };
                let last = parts.pop().unwrap();
                format!("{}{}{}{}{last}", parts[0], joints[0], parts[1], joints[1])
            };
            each(change, |text| match good {
                true => drop(taken(text)),
                false => refused(text, &Refused::IssueInstant),
            });
        }
    }
    each(
        |text| swap_all(text, &issued, ""),
        |text| refused(text, &Refused::IssueInstant),
    );
}

#[test]
fn conditions_that_are_not_understood_are_refused() {
    let unknown = [
        "<saml2:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"x\"/>",
        "<x xmlns=\"urn:x\"/>",
        "<OneTimeUse xmlns=\"urn:x\"/>",
    ];
    for condition in unknown {
        wrong(
            CONDITIONS,
            &format!("{condition}{CONDITIONS}"),
            &Refused::Conditions,
        );
    }
    for known in [
        "<saml2:OneTimeUse/>",
        "<saml2:ProxyRestriction Count=\"0\"/>",
    ] {
        right(CONDITIONS, &format!("{known}{CONDITIONS}"));
    }
    each(
        |text| swap(text, &element(text, "Conditions"), ""),
        |text| refused(text, &Refused::Conditions),
    );
    each(
        |text| {
            swap(
                text,
                &element(text, "Conditions"),
                &element(text, "Conditions").repeat(2),
            )
        },
        |text| refused(text, &Refused::Conditions),
    );
}

#[test]
fn a_subject_must_be_confirmed_by_one_whole_confirmation() {
    let whole = |text: &str| element(text, "SubjectConfirmation");
    let replaced = |to: &dyn Fn(&str) -> String, reason: Option<&Refused>| {
        each(
            |text| swap(text, &whole(text), &to(&whole(text))),
            |text| match reason {
                Some(reason) => refused(text, reason),
                None => drop(taken(text)),
            },
        );
    };
    let none = Refused::Confirmation;
    let data = |own: &str| {
        element(
            &own.replace(
                ":SubjectConfirmationData",
                ":SubjectConfirmationData xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
            )
            .replacen(
                "SubjectConfirmation ",
                "SubjectConfirmation xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ",
                1,
            ),
            "SubjectConfirmationData",
        )
    };
    replaced(&|_| String::new(), Some(&none));
    replaced(
        &|own| own.replace("cm:bearer", "cm:holder-of-key"),
        Some(&none),
    );
    replaced(
        &|own| own.replace("cm:bearer", "cm:sender-vouches"),
        Some(&none),
    );
    replaced(
        &|own| {
            own.replace(
                "</saml2:SubjectConfirmation>",
                &format!("{}</saml2:SubjectConfirmation>", data(own)),
            )
        },
        Some(&none),
    );
    replaced(
        &|_| "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/>".into(),
        Some(&none),
    );
    let other = |own: &str| own.replace(ACS, "https://other.example");
    let late = |own: &str| own.replace(REQUEST, "_other");
    replaced(&|own| format!("{}{own}", other(own)), None);
    replaced(&|own| format!("{own}{}", other(own)), None);
    // Two halves do not add up, and the first says why.
    replaced(
        &|own| format!("{}{}", other(own), late(own)),
        Some(&Refused::Recipient),
    );
    replaced(
        &|own| format!("{}{}", late(own), other(own)),
        Some(&Refused::InResponseTo),
    );
    each(
        |text| swap(text, &element(text, "Subject"), ""),
        |text| refused(text, &none),
    );
    each(
        |text| {
            swap(
                text,
                &element(text, "Subject"),
                &element(text, "Subject").repeat(2),
            )
        },
        |text| refused(text, &none),
    );
}

#[test]
fn a_name_that_cannot_be_one_user_is_refused() {
    let full = format!(">{NAME}</saml2:NameID>");
    for text in [
        ">".to_owned(),
        "> \n\t".into(),
        format!(">{}", "x".repeat(129)),
        ">a&#x9;b".into(),
        ">a&#x7f;b".into(),
        format!(">{NAME}<x/>"),
        format!("><x>{NAME}</x>"),
        format!(">{NAME}<?x y?>"),
    ] {
        wrong(&full, &format!("{text}</saml2:NameID>"), &Refused::NameId);
    }
    right(&full, &format!("> \n{NAME} </saml2:NameID>"));
    right(&full, &format!("><![CDATA[{NAME}]]></saml2:NameID>"));
    for more in [
        "<saml2:NameID>evil@idp.example</saml2:NameID>",
        "<saml2:BaseID/>",
        "<saml2:EncryptedID/>",
    ] {
        wrong(&full, &format!("{full}{more}"), &Refused::NameId);
        wrong(
            "<saml2:NameID ",
            &format!("{more}<saml2:NameID "),
            &Refused::NameId,
        );
    }
    each(
        |text| swap(text, &element(text, "NameID"), ""),
        |text| refused(text, &Refused::NameId),
    );
    // Case is kept, and a name is not cut where a comment stands.
    each(
        |text| {
            swap(
                text,
                &full,
                ">Jane@IDP.example<!-- -->.evil.example</saml2:NameID>",
            )
        },
        |text| assert_eq!(read(text).unwrap().name_id, "Jane@IDP.example.evil.example"),
    );
}

#[test]
fn a_statement_that_somebody_signed_in_is_needed() {
    let statement = |text: &str| element(text, "AuthnStatement");
    each(
        |text| swap(text, &statement(text), ""),
        |text| refused(text, &Refused::AuthnStatement),
    );
    let other = |text: &str| {
        let own = statement(text);
        let second = own.replace("_session", "_second");
        swap(text, &own, &format!("{own}{second}"))
    };
    each(other, |text| {
        assert_eq!(taken(text).session_index.as_deref(), Some("_session"));
    });
    each(
        |text| swap(text, &statement(text), "<saml2:AuthnStatement/>"),
        |text| assert_eq!(taken(text).session_index, None),
    );
}

#[test]
fn versions_status_and_identifiers_are_checked() {
    let first = |to: &'static str| move |text: &str| text.replacen("Version=\"2.0\"", to, 1);
    for to in ["Version=\"1.1\"", "Version=\"2\"", ""] {
        each(first(to), |text| refused(text, &Refused::Version));
        let assertion = |text: &str| {
            let at = text.rfind("Version=\"2.0\"").unwrap();
            format!("{}{to}{}", &text[..at], &text[at + 13..])
        };
        each(assertion, |text| refused(text, &Refused::Version));
    }
    let denied = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    let status = |said: &str| Refused::Status(said.to_owned());
    wrong(
        "urn:oasis:names:tc:SAML:2.0:status:Success",
        denied,
        &status(denied),
    );
    wrong(
        "Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"",
        "",
        &status(""),
    );
    let code = "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    wrong(code, "", &status("no status"));
    wrong(code, &code.repeat(2), &status("no status"));
    // A success inside of a failure is a failure.
    let nested = format!("<saml2p:StatusCode Value=\"{denied}\">{code}</saml2p:StatusCode>");
    let said = format!("{denied} urn:oasis:names:tc:SAML:2.0:status:Success");
    wrong(code, &nested, &status(&said));
    // A failure needs neither signature nor assertion; what it says goes to a log.
    let text = Shape::Okta.unsigned(&answer());
    let bare = swap(&text, &element(&text, "Assertion"), "");
    refused(&bare, &Refused::Assertions);
    let failed = swap_all(
        &bare,
        "status:Success",
        "status:Requester&#xA;forged \u{e9}line",
    );
    let said = "urn:oasis:names:tc:SAML:2.0:status:Requesterforged line";
    refused(&failed, &status(said));
}
