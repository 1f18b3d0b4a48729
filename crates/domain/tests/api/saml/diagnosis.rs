//! `cognate providers test` for providers of SAML: metadata, certificates and answers.

use cognate_crypto::foreign::provider::ProviderKey;
use cognate_domain::oauth::provider::diagnosis::report::{Report, Verdict};
use cognate_domain::oauth::provider::diagnosis::{self, Asked};
use cognate_domain::oauth::provider::explain;
use cognate_federation::saml::idp::shapes::Shape;
use each_engine::each_engine;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::flow::*;
use super::*;
use crate::support::TestApp;
use crate::support::providers::Host;
use crate::support::signin::{site_with, with};

async fn report(t: &TestApp, pool: &str, answer: Option<&str>) -> Report {
    let urls = [BASE.to_owned()];
    let asked = Asked {
        pool,
        provider: CORP,
        answer,
        urls: &urls,
    };
    diagnosis::test(&t.app, asked).await.unwrap()
}

/// Returns the steps that are not good, but for what no test machine can reach.
fn faults(report: &Report) -> Vec<(&str, Verdict, &str)> {
    let faults = report.steps.iter().filter(|step| {
        step.verdict != Verdict::Ok && !step.says.starts_with("https://idp.example.com/sso")
    });
    faults
        .map(|step| (&*step.step, step.verdict, &*step.says))
        .collect()
}

fn names(report: &Report) -> Vec<(&str, Verdict)> {
    let faults = faults(report).into_iter();
    faults.map(|(name, verdict, _)| (name, verdict)).collect()
}

fn good(report: &Report, name: &str) -> Vec<String> {
    let good = report
        .steps
        .iter()
        .filter(|step| step.verdict == Verdict::Ok && step.step == name);
    good.map(|step| step.says.clone()).collect()
}

/// A pool whose provider has its metadata at a URL.
async fn hosted(t: &TestApp, details: serde_json::Value) -> (Company, Host) {
    let host = Host::start().await;
    host.serve("/metadata", metadata(&[&KEY]));
    let url = format!("{}/metadata", host.url);
    let details = with(json!({"MetadataURL": url}), details);
    let s = site_with(t, json!({}), json!({})).await;
    let request = crate::support::providers::provider(&s.pool, CORP, "SAML", details);
    let provider = crate::support::providers::create(t, request).await;
    let company = Company {
        pool: s.pool,
        client: String::new(),
        provider,
    };
    (company, host)
}

#[each_engine]
async fn metadata_in_order_has_no_fault_and_says_what_to_paste(t: &TestApp) {
    let (c, _host) = hosted(t, json!({"RequestSigningAlgorithm": "rsa-sha256"})).await;
    let report = report(t, &c.pool, None).await;
    assert!(faults(&report).is_empty(), "{:?}", faults(&report));
    assert_eq!(good(&report, "entity-id"), [format!("\"{ISSUER}\"")]);
    let paste = good(&report, "paste");
    assert_eq!(
        paste[0],
        format!("entity ID (audience): urn:amazon:cognito:sp:{}", c.pool)
    );
    assert!(paste[1].ends_with(&format!("{BASE}/saml2/idpresponse")));
    assert!(paste[2].ends_with(&format!(
        "{BASE}/saml2/metadata?user_pool_id={}&identity_provider=Corp",
        c.pool
    )));
    let active = c.provider["ProviderDetails"]["ActiveEncryptionCertificate"]
        .as_str()
        .unwrap();
    assert!(paste[3].starts_with("certificate of signed requests: MII"));
    assert_eq!(paste[4], format!("certificate to encrypt to: {active}"));
}

#[each_engine]
async fn each_fault_of_metadata_is_told_as_its_own(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let (c, host) = hosted(t, json!({})).await;
    let good = metadata(&[&KEY]);
    let role = "<IDPSSODescriptor ";
    let formats = "<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat><SingleSignOn";
    let logout = r#"<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example.com/s"/><SingleSignOn"#;
    for (text, step, verdict, says) in [
        ("<html>".to_owned(), "metadata", Fail, "not well-formed"),
        (
            "<html/>".to_owned(),
            "metadata",
            Fail,
            "one SAML 2.0 identity provider",
        ),
        (
            good.replace(ISSUER, "https://other.example/"),
            "entity-id",
            Fail,
            "https://other.example/",
        ),
        (
            good.replace(role, "<IDPSSODescriptor WantAuthnRequestsSigned=\"true\" "),
            "requests",
            Fail,
            "wants signed",
        ),
        (
            good.replace("<SingleSignOn", formats),
            "name-id",
            Warn,
            "transient",
        ),
        (good.replace("<SingleSignOn", logout), "slo", Warn, "SOAP"),
        (
            good.replace("https://idp.example.com/sso", "http://idp.example.com/sso"),
            "sso",
            Warn,
            "no https",
        ),
        (
            metadata(&[&KEY, &OTHER]),
            "certificates",
            Warn,
            "kept are others",
        ),
        (metadata(&[&OTHER]), "certificates", Fail, "kept are others"),
    ] {
        host.serve("/metadata", &text);
        let report = report(t, &c.pool, None).await;
        let told = faults(&report);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].0, told[0].1), (step, verdict), "{told:?}");
        assert!(told[0].2.contains(says), "{told:?}");
    }
    let post = good.replace("HTTP-Redirect", "HTTP-POST");
    host.serve("/metadata", post);
    assert_eq!(
        names(&report(t, &c.pool, None).await),
        [("metadata", Fail), ("sso", Fail)]
    );
    host.serve("/metadata", "x".repeat((1 << 20) + 1));
    let large = report(t, &c.pool, None).await;
    assert!(faults(&large)[0].2.contains("too large"));
}

#[each_engine]
async fn certificates_that_end_or_are_weak_are_told(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let (c, host) = hosted(t, json!({})).await;
    let now = t.app.clock.service() / 1_000_000;
    let fresh = STANDARD.encode(certificate(&KEY));
    fn until(key: &ProviderKey, end: i64) -> String {
        STANDARD.encode(key.certificate("idp.example.com", 0..end))
    }
    let (soon, over) = (until(&KEY, now + 86_400), until(&KEY, now - 86_400));
    let report_of = async |text: String| {
        host.serve("/metadata", text);
        report(t, &c.pool, None).await
    };
    let told = report_of(metadata(&[&KEY]).replace(&fresh, &soon)).await;
    assert!(faults(&told).iter().any(|(step, verdict, says)| {
        (*step, *verdict) == ("certificates", Warn) && says.contains("ends soon")
    }));
    let told = report_of(metadata(&[&KEY]).replace(&fresh, &over)).await;
    let told = faults(&told);
    assert_eq!(
        (told[0].0, told[0].1, told[0].2),
        ("metadata", Fail, "the certificates have expired")
    );
    assert!(told[1].2.contains("has ended") && told[2].2.contains("none is of use"));
}

#[each_engine]
async fn an_answer_is_told_check_by_check(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let c = company(t).await;
    let answered = async |xml: &str| {
        let mut report = report(t, &c.pool, Some(&STANDARD.encode(xml))).await;
        let is_check = |step: &str| step.starts_with("answer/") && step != "answer/attributes";
        report.steps.retain(|step| is_check(&step.step));
        report
    };
    let journey = depart(t, &c).await;
    let xml = honest(t, &c, &journey);
    let whole = answered(&xml).await;
    assert!(faults(&whole).is_empty(), "{:?}", faults(&whole));
    assert_eq!(whole.steps.len(), 16);
    let text = serde_json::to_string(&whole).unwrap();
    assert!(!text.contains(JANE), "{text}");
    // As a browser's tools show it.
    let encoded = STANDARD.encode(&xml);
    let encoded = utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string();
    let posted = format!("SAMLResponse={encoded}&RelayState=x");
    let report_ = report(t, &c.pool, Some(&posted)).await;
    let answers = report_.steps.iter();
    let answers = answers.filter(|step| step.step.starts_with("answer"));
    let bad: Vec<_> = answers.filter(|step| step.verdict != Verdict::Ok).collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!((&*bad[0].step, bad[0].verdict), ("answer/attributes", Warn));
    assert!(bad[0].says.contains("\"Role\"") && bad[0].says.contains("\"email\""));
    // Several faults at once.
    let wrong = unsigned(t, &c, &journey, Shape::Okta, JANE)
        .replace("Audience>urn:", "Audience>xrn:")
        .replace("127.0.0.1:9229", "old.example")
        .replace("https://idp.example.com/saml", "https://evil.example/");
    let told = answered(&signed(&wrong, Shape::Okta, &KEY, &journey.assertion_id())).await;
    assert_eq!(
        names(&told),
        [
            ("answer/destination", Fail),
            ("answer/issuer", Fail),
            ("answer/audience", Fail),
            ("answer/recipient", Fail)
        ]
    );
    let told = faults(&told);
    assert!(
        told[0]
            .2
            .contains(&format!("Expected: \"{BASE}/saml2/idpresponse\"")),
        "{}",
        told[0].2
    );
    assert!(
        told[0]
            .2
            .contains("Found: \"http://old.example/saml2/idpresponse\""),
        "{}",
        told[0].2
    );
    assert!(
        told[2].2.contains("Found: \"xrn:amazon:cognito:sp:"),
        "{}",
        told[2].2
    );
    // An answer of yesterday is over, and all else is still told.
    let text = answer_of(t, &c, Some("_r"), 86_400, Shape::Okta, JANE, "_a");
    let told = answered(&signed(&text, Shape::Okta, &KEY, "_a")).await;
    assert_eq!(names(&told), [("answer/time", Fail)]);
    // Behind a signature that does not hold nothing is looked at.
    let told = answered(&signed(
        &unsigned(t, &c, &journey, Shape::Okta, JANE),
        Shape::Okta,
        &OTHER,
        &journey.assertion_id(),
    ))
    .await;
    let told = names(&told);
    assert_eq!(told[0], ("answer/message-signature", Fail));
    assert!(told.len() == 15 && told[1..].iter().all(|(_, verdict)| *verdict == Warn));
    let told = answered(&unsigned(t, &c, &journey, Shape::Okta, JANE)).await;
    assert_eq!(names(&told)[0], ("answer/assertion-signature", Fail));
    // Nobody asked for it, and the provider may not begin.
    let text = answer_of(t, &c, None, 0, Shape::Okta, JANE, "_b");
    let told = answered(&signed(&text, Shape::Okta, &KEY, "_b")).await;
    assert_eq!(names(&told), [("answer/in-response-to", Fail)]);
    let told = answered("no XML").await;
    assert_eq!(names(&told)[0], ("answer/message", Fail));
}

#[each_engine]
async fn a_refusal_names_its_check_with_what_was_expected_and_found(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE)
        .replace("Audience>urn:amazon", "Audience>xrn:\u{202e}amazon");
    let xml = signed(&text, Shape::Okta, &KEY, &journey.assertion_id());
    let (_, check) = refused(t, &journey, &xml).await;
    let expected = format!(
        "The provider's answer: the audience is another. Check: saml.audience. \
         Expected: \"urn:amazon:cognito:sp:{pool}\". Found: \"xrn:amazon:cognito:sp:{pool}\".",
        pool = c.pool
    );
    assert_eq!(check, expected);
    assert_eq!(explain::named(&check), Some("saml.audience"));
    // The id of the request is nobody's business.
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE)
        .replace("InResponseTo=\"_", "InResponseTo=\"_0");
    let xml = signed(&text, Shape::Okta, &KEY, &journey.assertion_id());
    let (_, check) = refused(t, &journey, &xml).await;
    assert!(
        check.contains("Check: saml.in_response_to. Expected: \"the request of this sign-in\"."),
        "{check}"
    );
}

#[test]
fn every_check_has_a_name_of_its_own_and_words() {
    let mut all: Vec<&str> = explain::checks().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    for check in all {
        let known = explain::of(check).unwrap();
        assert!(
            !known.means.is_empty() && !known.change.is_empty(),
            "{check}"
        );
        let words = explain::marked("Words.", check, None);
        assert_eq!(explain::named(&words), Some(check));
        assert_eq!(
            explain::named(&format!("{words} Identity provider: \"x\".")),
            Some(check)
        );
    }
    assert_eq!(explain::named("Words."), None);
    assert_eq!(explain::of("none"), None);
}
