//! Assertions of a pool's SAML providers that are traded for tokens of the pool.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::foreign::provider::ProviderKey;
use cognate_federation::saml::idp::shapes::Shape;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::get_derived_token::trader;
use super::*;
use crate::federation::flow::{recorded, seen, users};
use crate::saml::flow::{
    BASE, CORP, Company, ISSUER, JANE, KEY, OTHER, answer_of, bring, certificate, company,
    company_with, depart, honest, signed,
};
use crate::support::texts::exceptions::INVALID;

const BAD_SUBJECT: (&str, &str) = ("NotAuthorizedException", "Invalid Subject Token");
const BAD_ACTOR: (&str, &str) = ("NotAuthorizedException", "Invalid Actor Token");

async fn shop(t: &TestApp, c: &Company) -> String {
    let offers = json!({"SupportedIdentityProviders": [CORP]});
    let settings = with(trader(), offers);
    let settings = with(settings, json!({"AllowedOAuthScopes": ["openid"]}));
    let made = client_of(t, &c.pool, settings).await;
    made["ClientId"].as_str().unwrap().to_owned()
}

/// Returns an assertion alone that nobody asked for, without a signature.
fn bare(t: &TestApp, c: &Company, id: &str) -> String {
    let text = answer_of(t, c, None, 0, Shape::Okta, JANE, id);
    let (_, rest) = text.split_once("<saml2:Assertion ").unwrap();
    let (inside, _) = rest.split_once("</saml2:Assertion>").unwrap();
    format!("<saml2:Assertion {inside}</saml2:Assertion>")
}

fn sign(text: &str, id: &str, key: &ProviderKey) -> String {
    let signer = Shape::Okta.signer(key, &certificate(key));
    signer.sign(text, id).unwrap()
}

fn assertion(t: &TestApp, c: &Company, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(sign(&bare(t, c, id), id, &KEY))
}

fn trade(client: &str, token: &str) -> Value {
    json!({
        "ClientId": client, "SubjectToken": token, "SubjectTokenType": "SAML2", "SubjectTokenProviderName": CORP,
    })
}

async fn refused(t: &TestApp, input: Value, (code, text): (&str, &str)) {
    t.refused("GetDerivedToken", input, code, text).await;
}

#[each_engine]
async fn an_assertion_signs_its_user_in_once(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let token = assertion(t, &c, "_1");
    let wanted = json!({"RequestedTokenType": "ID_TOKEN", "Audiences": ["https://api.example"]});
    let input = with(trade(&client, &token), wanted);
    let answer = t.ok("GetDerivedToken", input.clone()).await;
    let id = claims(&answer["IssuedToken"]);
    let jane = seen(t, &c.pool, &format!("{CORP}_{JANE}")).await;
    for (name, value) in [
        ("sub", &jane["sub"]),
        ("email", &json!(JANE)),
        ("aud", &json!("https://api.example")),
        ("amr", &json!(["fed"])),
        ("cognito:username", &json!(format!("{CORP}_{JANE}"))),
    ] {
        assert_eq!(id[name], *value, "{name}");
    }
    // The assertion's own end, which is five minutes away.
    let left = id["exp"].as_i64().unwrap() - id["auth_time"].as_i64().unwrap();
    assert!((290..=300).contains(&left), "{left}");
    assert!(answer["ExpiresIn"].as_i64().unwrap() <= 300);
    refused(t, input.clone(), BAD_SUBJECT).await;
    assert!(recorded(t, &c.pool).await.contains("was used before"));
    // Nor in another encoding, in another answer or at another node.
    let xml = URL_SAFE_NO_PAD.decode(&token).unwrap();
    refused(t, trade(&client, &STANDARD.encode(&xml)), BAD_SUBJECT).await;
    let whole = answer_of(t, &c, None, 0, Shape::Okta, JANE, "_1");
    let whole = STANDARD.encode(signed(&whole, Shape::Okta, &KEY, "_1"));
    let other = t.second_node().await;
    refused(&other, trade(&client, &whole), BAD_SUBJECT).await;
    let whole = answer_of(t, &c, None, 0, Shape::Adfs, JANE, "_2");
    let signer = Shape::Adfs.signer(&KEY, &certificate(&KEY));
    let whole = STANDARD.encode(signer.sign(&whole, "_2").unwrap());
    t.ok("GetDerivedToken", trade(&client, &whole)).await;
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn of_two_trades_at_once_one_wins(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    t.ok("GetDerivedToken", trade(&client, &assertion(t, &c, "_1")))
        .await;
    let other = t.second_node().await;
    let input = trade(&client, &assertion(t, &c, "_2"));
    let (one, two) = tokio::join!(
        t.call("GetDerivedToken", input.clone()),
        other.call("GetDerivedToken", input)
    );
    let won = usize::from(one.is_ok()) + usize::from(two.is_ok());
    assert_eq!(won, 1, "{one:?} {two:?}");
}

#[each_engine]
async fn two_first_trades_at_once_make_one_user(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let other = t.second_node().await;
    let (one, two) = (assertion(t, &c, "_1"), assertion(t, &c, "_2"));
    let (one, two) = tokio::join!(
        t.ok("GetDerivedToken", trade(&client, &one)),
        other.ok("GetDerivedToken", trade(&client, &two))
    );
    let sub = |answer: &Value| claims(&answer["IssuedToken"])["sub"].clone();
    assert_eq!(sub(&one), sub(&two));
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn a_browser_and_a_client_do_not_share_an_assertion(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    // What answers a browser is its own.
    let journey = depart(t, &c).await;
    let answer = honest(t, &c, &journey);
    refused(t, trade(&client, &STANDARD.encode(&answer)), BAD_SUBJECT).await;
    assert!(recorded(t, &c.pool).await.contains("another request"));
    assert!(bring(t, &journey, &answer).await.is_ok());
    // An ID that a client has spent signs no browser in.
    let journey = depart(t, &c).await;
    let token = assertion(t, &c, &journey.assertion_id());
    t.ok("GetDerivedToken", trade(&client, &token)).await;
    let answer = honest(t, &c, &journey);
    let refused = bring(t, &journey, &answer).await.err().unwrap();
    assert_eq!(
        refused.check,
        "The provider's answer was used before. Check: answer.used."
    );
}

#[each_engine]
async fn each_check_ends_in_one_text_and_its_own_row(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let elsewhere = company(t).await;
    let changed = |from: &str, to: &str| {
        let text = bare(t, &c, "_1");
        assert!(text.contains(from), "{from}");
        URL_SAFE_NO_PAD.encode(sign(&text.replace(from, to), "_1", &KEY))
    };
    let plain = |text: String| URL_SAFE_NO_PAD.encode(text);
    let good = sign(&bare(t, &c, "_1"), "_1", &KEY);
    let forged = bare(t, &c, "_2").replace(JANE, "root@corp.example");
    let wrapped = forged.replace(
        "</saml2:Assertion>",
        &format!("<saml2:Advice>{good}</saml2:Advice></saml2:Assertion>"),
    );
    let acs = format!("Recipient=\"{BASE}/saml2/idpresponse\"");
    for (token, check) in [
        ("A".repeat(100_001), "too long"),
        ("a.b".to_owned(), "not base64"),
        (plain("not XML".to_owned()), "not XML"),
        (plain("<!DOCTYPE x><x/>".to_owned()), "not XML"),
        (plain(bare(t, &c, "_1")), "nothing is signed"),
        (
            plain(sign(&bare(t, &c, "_1"), "_1", &OTHER)),
            "signature of the assertion",
        ),
        (
            plain(good.replace(JANE, "root@corp.example")),
            "signature of the assertion",
        ),
        (plain(wrapped), "where none may be"),
        (assertion(t, &elsewhere, "_1"), "audience"),
        (changed(ISSUER, "https://evil.example"), "issuer"),
        (
            changed(&acs, "Recipient=\"https://evil.example/acs\""),
            "recipient",
        ),
        (changed(&acs, "Recipient=\"\""), "recipient"),
        (changed(":cm:bearer", ":cm:sender-vouches"), "confirm"),
        (
            changed(
                "<saml2:SubjectConfirmationData ",
                "<saml2:SubjectConfirmationData InResponseTo=\"_x\" ",
            ),
            "another request",
        ),
    ] {
        refused(t, trade(&client, &token), BAD_SUBJECT).await;
        let row = recorded(t, &c.pool).await;
        assert!(row.contains(check), "{check}: {row}");
        assert!(row.starts_with("The assertion: "), "{row}");
    }
    assert_eq!(users(t, &c.pool).await, 0);
    let token = changed(&acs, &format!("Recipient=\"{BASE}/oauth2/token\""));
    t.ok("GetDerivedToken", trade(&client, &token)).await;
    // An end within the difference of clocks is an end all the same.
    let late = assertion(t, &c, "_3");
    t.advance(310).await;
    refused(t, trade(&client, &late), BAD_SUBJECT).await;
    assert!(
        recorded(t, &c.pool)
            .await
            .starts_with("The token has ended.")
    );
    let early = answer_of(t, &c, None, -600, Shape::Okta, JANE, "_4");
    let early = STANDARD.encode(signed(&early, Shape::Okta, &KEY, "_4"));
    refused(t, trade(&client, &early), BAD_SUBJECT).await;
}

#[each_engine]
async fn a_provider_that_must_encrypt_cannot_leave_it(t: &TestApp) {
    let c = company_with(t, json!({}), json!({"EncryptedResponses": "true"})).await;
    let client = shop(t, &c).await;
    refused(t, trade(&client, &assertion(t, &c, "_1")), BAD_SUBJECT).await;
    assert!(recorded(t, &c.pool).await.contains("not encrypted"));
}

#[each_engine]
async fn an_assertion_of_whoever_acts_counts_once(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    user(t, &c.pool, "john").await;
    let john = sign_in(t, &c.client, "john").await;
    let by = |subject: Value, actor: &str| {
        let actor =
            json!({"ActorToken": actor, "ActorTokenType": "SAML2", "ActorTokenProviderName": CORP});
        with(subject, actor)
    };
    let own = json!({
        "ClientId": client, "SubjectToken": john["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
    });
    let token = assertion(t, &c, "_1");
    let answer = t.ok("GetDerivedToken", by(own.clone(), &token)).await;
    let act = json!({"iss": ISSUER, "sub": JANE});
    assert_eq!(claims(&answer["IssuedToken"])["act"], act);
    assert_eq!(users(t, &c.pool).await, 1);
    refused(t, by(own.clone(), &token), BAD_ACTOR).await;
    refused(t, trade(&client, &token), BAD_SUBJECT).await;
    // Nor is one assertion both.
    let both = assertion(t, &c, "_2");
    refused(t, by(trade(&client, &both), &both), BAD_SUBJECT).await;
    let (subject, actor) = (assertion(t, &c, "_3"), assertion(t, &c, "_4"));
    let answer = t
        .ok("GetDerivedToken", by(trade(&client, &subject), &actor))
        .await;
    assert_eq!(claims(&answer["IssuedToken"])["act"], act);
    refused(t, by(own, &actor), BAD_ACTOR).await;
}

#[each_engine]
async fn an_assertion_needs_its_provider(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let token = assertion(t, &c, "_1");
    let mut nameless = trade(&client, &token);
    nameless
        .as_object_mut()
        .unwrap()
        .remove("SubjectTokenProviderName");
    let text = "The provider name is required for tokens of type SAML2.";
    refused(t, nameless, (INVALID, text)).await;
    let input = with(
        trade(&client, &token),
        json!({"SubjectTokenType": "ID_TOKEN"}),
    );
    let text = "Tokens of type ID_TOKEN are not supported for identity providers of type SAML.";
    refused(t, input, (INVALID, text)).await;
}
