//! Sign-ins that succeed.

use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_federation::saml::idp::shapes::{RESPONSE, Shape};
use cognate_federation::saml::idp::{Encryption, encrypt};
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::TestApp;

#[each_engine]
async fn a_request_says_what_the_provider_needs(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    assert!(
        journey
            .location
            .starts_with("https://idp.example.com/sso?SAMLRequest=")
    );
    assert_eq!(parameter(&journey.location, "Signature"), None);
    assert_eq!(
        journey.said("AssertionConsumerServiceURL").unwrap(),
        format!("{BASE}/saml2/idpresponse")
    );
    assert_eq!(
        journey.said("Destination"),
        Some("https://idp.example.com/sso")
    );
    assert!(
        journey
            .asked
            .contains(&format!(">urn:amazon:cognito:sp:{}<", c.pool))
    );
    assert_eq!(journey.said("ForceAuthn"), None);
    let again = depart_with(t, &c, Some("login")).await;
    assert_eq!(again.said("ForceAuthn"), Some("true"));
    assert_ne!(journey.request_id(), again.request_id());
    // `_` and a UUID.
    let id = journey.request_id().strip_prefix('_').unwrap();
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
}

#[each_engine]
async fn a_request_is_signed_by_the_key_of_the_pools_certificate(t: &TestApp) {
    let c = company_with(
        t,
        json!({}),
        json!({"RequestSigningAlgorithm": "rsa-sha256"}),
    )
    .await;
    let journey = depart(t, &c).await;
    let shown = t
        .ok("GetSigningCertificate", json!({"UserPoolId": c.pool}))
        .await;
    let der = STANDARD
        .decode(shown["Certificate"].as_str().unwrap())
        .unwrap();
    let key = VerifyingKey::from_certificate(&der).unwrap();
    let (_, query) = journey.location.split_once('?').unwrap();
    let (said, _) = query.split_once("&Signature=").unwrap();
    let signature = parameter(&journey.location, "Signature").unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    assert!(key.verify(Alg::Rs256, said.as_bytes(), &signature));
    assert!(!key.verify(Alg::Rs256, query.as_bytes(), &signature));
}

#[each_engine]
async fn a_user_signs_in_a_first_and_a_second_time(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let claims = enter(t, &c, &journey, &honest(t, &c, &journey)).await;
    assert_eq!(claims["cognito:username"], format!("{CORP}_{JANE}"));
    assert_eq!(claims["email"], JANE);
    assert_eq!(
        claims["cognito:groups"],
        json!([format!("{}_{CORP}", c.pool)])
    );
    // The attributes change, the user does not.
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Keycloak, JANE);
    let text = text.replace(
        &format!(">{JANE}</saml:AttributeValue>"),
        ">jane.doe@corp.example</saml:AttributeValue>",
    );
    let xml = signed(&text, Shape::Keycloak, &KEY, &journey.assertion_id());
    let second = enter(t, &c, &journey, &xml).await;
    assert_eq!(second["sub"], claims["sub"]);
    assert_eq!(second["email"], "jane.doe@corp.example");
    let user = json!({"UserPoolId": c.pool, "Username": format!("{CORP}_{JANE}")});
    let user = t.ok("AdminGetUser", user).await;
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    let attributes = user["UserAttributes"].as_array().unwrap();
    let roles = json!({"Name": "nickname", "Value": "[one,two]"});
    assert!(attributes.contains(&roles), "{attributes:?}");
    let mut named = attributes.iter();
    let found = named.find(|attribute| attribute["Name"] == "identities");
    let found = found.unwrap()["Value"].as_str().unwrap();
    let identities: serde_json::Value = serde_json::from_str(found).unwrap();
    let identity = &identities[0];
    assert_eq!(identity["userId"], JANE);
    assert_eq!(identity["providerName"], CORP);
    assert_eq!(identity["providerType"], "SAML");
    assert_eq!(identity["issuer"], ISSUER);
}

#[each_engine]
async fn an_encrypted_assertion_signs_in(t: &TestApp) {
    let c = company_with(t, json!({}), json!({"EncryptedResponses": "true"})).await;
    let certificate = c.provider["ProviderDetails"]["ActiveEncryptionCertificate"].clone();
    let certificate = STANDARD.decode(certificate.as_str().unwrap()).unwrap();
    let how = Encryption {
        certificate: &certificate,
        oaep: Oaep::Sha1,
        content: Content::Aes256Gcm,
        method: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        beside: false,
    };
    let journey = depart(t, &c).await;
    let id = journey.assertion_id();
    let text = unsigned(t, &c, &journey, Shape::Adfs, JANE);
    let signer = Shape::Adfs.signer(&KEY, &flow::certificate(&KEY));
    let own = signer.sign(&text, &id).unwrap();
    let xml = encrypt(&own, &id, &how).unwrap();
    let claims = enter(t, &c, &journey, &xml).await;
    assert_eq!(claims["email"], JANE);
    // Nothing of it is read in the database while it waits.
    let journey = depart(t, &c).await;
    assert!(post(t, &journey, &honest(t, &c, &journey)).await);
    let pending = waiting(t, &journey, &journey.handle).await.unwrap();
    assert!(
        !pending
            .kept_answer()
            .unwrap()
            .to_string()
            .contains("corp.example")
    );
    // A plain assertion is refused, and so is an encrypted one that nobody signed.
    let (said, check) = match fetch(t, &journey).await.unwrap() {
        Err(refused) => (refused.error.description.unwrap(), refused.check),
        Ok(_) => panic!("taken"),
    };
    assert_eq!(
        said,
        "Invalid SAML response received: SAML Assertion is not encrypted. "
    );
    assert_eq!(
        check,
        "The provider's answer: the assertion is not encrypted. Check: saml.not_encrypted."
    );
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Adfs, JANE);
    let xml = encrypt(&text, &journey.assertion_id(), &how).unwrap();
    let (said, check) = refused(t, &journey, &xml).await;
    assert_eq!(
        said,
        "Invalid SAML response received: SAML Assertion signature is invalid. "
    );
    assert!(
        check.contains("encrypted assertion cannot be used"),
        "{check}"
    );
}

#[each_engine]
async fn a_key_that_the_provider_renews_between_request_and_answer_counts(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let both = json!({
        "UserPoolId": c.pool, "ProviderName": CORP,
        "ProviderDetails": {"MetadataFile": metadata(&[&KEY, &OTHER])},
    });
    t.ok("UpdateIdentityProvider", both).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE);
    let xml = signed(&text, Shape::Okta, &OTHER, &journey.assertion_id());
    enter(t, &c, &journey, &xml).await;
    // One signature alone is enough.
    let journey = depart(t, &c).await;
    let text = unsigned(t, &c, &journey, Shape::Okta, JANE);
    let signer = Shape::Okta.signer(&KEY, &flow::certificate(&KEY));
    let xml = signer.sign(&text, RESPONSE).unwrap();
    enter(t, &c, &journey, &xml).await;
}
