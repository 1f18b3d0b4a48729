//! Answers that are altered, replayed, of others, or to others.

use cognate_domain::oauth::provider::kept::Browser;
use cognate_federation::saml::idp::shapes::Shape;
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::TestApp;

const BAD_SIGNATURE: &str = "Invalid SAML response received: SAML Assertion signature is invalid. ";

#[each_engine]
async fn each_refusal_has_its_text_and_names_its_check(t: &TestApp) {
    let c = company(t).await;
    type Change = fn(String) -> String;
    let cases: [(Change, &str, &str); 7] = [
        (
            |text| text.replace("Audience>urn:", "Audience>xrn:"),
            "Audience restriction is invalid",
            "audience",
        ),
        (
            |text| text.replace("Recipient=\"http", "Recipient=\"xttp"),
            "Recipient is invalid",
            "recipient",
        ),
        (
            |text| text.replace("Destination=\"http", "Destination=\"xttp"),
            "Destination is invalid",
            "destination",
        ),
        (
            |text| text.replace("InResponseTo=\"_", "InResponseTo=\"_0"),
            "InResponseTo is invalid",
            "another request",
        ),
        (
            |text| text.replace("InResponseTo=", "Ignored="),
            "InResponseTo is invalid",
            "another request",
        ),
        (
            |text| text.replace(":status:Success", ":status:Responder"),
            "SAML Response status is not Success",
            "provider answers",
        ),
        (
            |text| text.replace("https://idp.example.com/saml", "https://evil.example/"),
            "Issuer is invalid",
            "issuer",
        ),
    ];
    for (change, said, failed) in cases {
        let journey = depart(t, &c).await;
        let text = change(unsigned(t, &c, &journey, Shape::Okta, JANE));
        let xml = signed(&text, Shape::Okta, &KEY, &journey.assertion_id());
        let (text, check) = refused(t, &journey, &xml).await;
        assert_eq!(text, format!("Invalid SAML response received: {said}. "));
        assert!(check.contains(failed), "{check}");
        // What is wrong with an answer ends the sign-in.
        assert!(!post(t, &journey, &honest(t, &c, &journey)).await);
    }
    let users = t.ok("ListUsers", json!({"UserPoolId": c.pool})).await;
    assert_eq!(users["Users"], json!([]));
}

#[each_engine]
async fn what_nobody_signed_or_another_key_is_refused(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE);
    assert_eq!(refused(t, &journey, &text).await.0, BAD_SIGNATURE);
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Adfs, JANE);
    let signer = Shape::Adfs.signer(&OTHER, &certificate(&OTHER));
    let xml = signer.sign(&text, &journey.assertion_id()).unwrap();
    assert_eq!(refused(t, &journey, &xml).await.0, BAD_SIGNATURE);
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE);
    let xml = signed(&text, Shape::Okta, &OTHER, &journey.assertion_id());
    let said = refused(t, &journey, &xml).await.0;
    assert_eq!(
        said,
        "Invalid SAML response received: SAML Response signature is invalid. "
    );
    let journey = depart(t, &c).await;
    let xml = honest(t, &c, &journey).replace(JANE, "root@corp.example");
    refused(t, &journey, &xml).await;
    let journey = depart(t, &c).await;
    refused(t, &journey, "not XML").await;
}

#[each_engine]
async fn an_answer_counts_once(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let xml = honest(t, &c, &journey);
    assert!(post(t, &journey, &xml).await);
    assert!(
        !post(t, &journey, &xml).await,
        "a second answer to the same request"
    );
    // Two requests of the browser on two nodes at once.
    let other = t.second_node().await;
    let one = waiting(t, &journey, &journey.handle).await.unwrap();
    let two = waiting(&other, &journey, &journey.handle).await.unwrap();
    let (one, two) = tokio::join!(end(t, &journey, &one), end(&other, &journey, &two));
    assert_eq!(usize::from(one.is_some()) + usize::from(two.is_some()), 1);
    assert!(one.or(two).unwrap().is_ok());
    assert!(fetch(t, &journey).await.is_none());
}

#[each_engine]
async fn an_assertion_is_spent_in_every_sign_in(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    enter(t, &c, &journey, &honest(t, &c, &journey)).await;
    let (first, second) = (depart(t, &c).await, depart(t, &c).await);
    // A provider that gives two answers one ID.
    let of = |journey: &Journey| {
        let text = unsigned(t, &c, journey, Shape::Okta, JANE);
        let text = text.replace(&journey.assertion_id(), "_the-same");
        signed(&text, Shape::Okta, &KEY, "_the-same")
    };
    assert!(post(t, &first, &of(&first)).await);
    assert!(post(t, &second, &of(&second)).await);
    let other = t.second_node().await;
    let (one, two) = tokio::join!(fetch(t, &first), fetch(&other, &second));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let refused = one.err().or(two.err()).unwrap();
    assert_eq!(
        refused.check,
        "The provider's answer was used before. Check: answer.used."
    );
    // Later, too, until it could not be posted any more.
    let third = depart(t, &c).await;
    assert!(bring(t, &third, &of(&third)).await.is_err());
}

#[each_engine]
async fn an_answer_of_one_sign_in_is_none_of_another(t: &TestApp) {
    let c = company(t).await;
    let (mine, theirs) = (depart(t, &c).await, depart(t, &c).await);
    // RelayState altered, to that of another sign-in.
    let (text, _) = refused(t, &theirs, &honest(t, &c, &mine)).await;
    assert_eq!(
        text,
        "Invalid SAML response received: InResponseTo is invalid. "
    );
    // Another pool with the same provider.
    let d = company(t).await;
    let other = depart(t, &d).await;
    let (text, _) = refused(t, &other, &honest(t, &c, &mine)).await;
    assert_eq!(
        text,
        "Invalid SAML response received: Destination is invalid. "
            .replace("Destination", "InResponseTo")
    );
    assert!(waiting(t, &mine, &other.handle).await.is_none());
    let altered = format!("{}x", &mine.handle[..mine.handle.len() - 1]);
    assert!(waiting(t, &mine, &altered).await.is_none() || altered == mine.handle);
    // Another browser; a sign-in without an answer.
    let pending = waiting(t, &mine, &mine.handle).await.unwrap();
    let browser = Browser {
        cookie: "another",
        base_url: BASE,
    };
    assert!(!pending.is_of(&mine.authorization.pool, browser));
    let elsewhere = Browser {
        base_url: "http://other.example",
        ..BROWSER
    };
    assert!(!pending.is_of(&mine.authorization.pool, elsewhere));
    assert!(fetch(t, &mine).await.is_none());
    enter(t, &c, &mine, &honest(t, &c, &mine)).await;
}

#[each_engine]
async fn an_answer_comes_within_five_minutes(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    t.advance(301).await;
    assert!(!post(t, &journey, &honest(t, &c, &journey)).await);
    let journey = depart(t, &c).await;
    t.advance(250).await;
    assert!(post(t, &journey, &honest(t, &c, &journey)).await);
    t.advance(60).await;
    assert!(fetch(t, &journey).await.is_none());
}

#[each_engine]
async fn what_the_attributes_lack_is_told_as_the_service_does(t: &TestApp) {
    let schema = json!({"Schema": [{"Name": "email", "Required": true, "Mutable": true}]});
    let c = company_with(t, schema, json!({})).await;
    let journey = depart(t, &c).await;
    let text =
        unsigned(t, &c, &journey, Shape::Okta, JANE).replace("Name=\"email\"", "Name=\"mail\"");
    let xml = signed(&text, Shape::Okta, &KEY, &journey.assertion_id());
    let (text, _) = refused(t, &journey, &xml).await;
    assert!(
        text.starts_with("Invalid SAML response received: Invalid user attributes: email: The attribute is required"),
        "{text}"
    );
}
