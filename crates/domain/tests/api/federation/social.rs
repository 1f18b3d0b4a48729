//! Google, Facebook, Login with Amazon and Sign in with Apple, by answers of the form that they document.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::support::TestApp;
use crate::support::idp::{Answer, Idp};
use crate::support::signin::{claims as claims_of, header as header_of, with};

/// Makes a pool with a social provider at the stub's addresses.
async fn social(t: &TestApp, kind: &'static str, details: Value, mapping: Value) -> Company {
    let idp = Idp::start().await;
    let url = &idp.url;
    let base = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "email profile",
        "authorize_url": format!("{url}/authorize"), "token_url": format!("{url}/token"),
    });
    let mut details = with(base, details);
    for name in ["oidc_issuer", "jwks_uri", "attributes_url"] {
        if let Some(path) = details[name].as_str() {
            details[name] = format!("{url}{path}").into();
        }
    }
    let details = details.as_object().unwrap().iter();
    let details: serde_json::Map<_, _> = details
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let members = json!({"ProviderDetails": details, "AttributeMapping": mapping});
    company_of(t, idp, kind, kind, json!({}), members, json!({})).await
}

async fn google(t: &TestApp, mapping: Value) -> Company {
    let details =
        json!({"oidc_issuer": "", "jwks_uri": "/jwks", "attributes_url": "/people?personFields="});
    social(t, "Google", details, mapping).await
}

#[each_engine]
async fn google_says_it_in_the_id_token(t: &TestApp) {
    let mapping = json!({"email": "email", "email_verified": "email_verified", "name": "name", "picture": "picture"});
    let c = google(t, mapping).await;
    let journey = depart(t, &c).await;
    assert_eq!(journey.sent["scope"], "email profile");
    let jane = json!({
        "sub": "110169484474386276334", "email": "jane@gmail.example", "email_verified": true, "name": "Jane Doe",
        "picture": "https://lh3.example/a", "azp": "our-client", "hd": "gmail.example",
    });
    vouch(t, &c, &journey, &jane);
    let finished = back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    let claims = identity(t, &c, &finished).await;
    assert_eq!(claims["cognito:username"], "Google_110169484474386276334");
    assert_eq!(claims["picture"], "https://lh3.example/a");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["identities"][0]["providerType"], "Google");
    let form = c.idp.last("/token").form;
    let challenge = cognate_federation::oidc::authorize::challenge(&form["code_verifier"]);
    assert_eq!(journey.sent["code_challenge"], challenge);
    // Nothing that is mapped is missing in the token, so the People API is left alone.
    assert!(c.idp.asked("/people").is_empty());
}

#[each_engine]
async fn google_is_asked_for_what_the_token_lacks(t: &TestApp) {
    let c = google(t, json!({"email": "email", "nickname": "nicknames"})).await;
    let journey = depart(t, &c).await;
    vouch(
        t,
        &c,
        &journey,
        &json!({"sub": "7", "email": "jane@gmail.example"}),
    );
    let person =
        |name: &str| json!({"resourceName": name, "etag": "%E", "nicknames": [{"value": "J"}]});
    c.idp.answers("/people", Answer::ok(person("people/8")));
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(said.1, unconfirmed::INVALID_USER_INFO);
    c.idp.answers("/people", Answer::ok(person("people/7")));
    enter(t, &c, json!({"sub": "7", "email": "jane@gmail.example"})).await;
    let asked = c.idp.last("/people");
    assert_eq!(asked.query["personFields"], "nicknames");
    assert_eq!(asked.headers["authorization"], "Bearer at-1");
    assert_eq!(
        seen(t, &c.pool, "Google_7").await["nickname"],
        "{\"value\":\"J\"}"
    );
}

#[each_engine]
async fn google_s_refusal_has_a_text_of_its_own(t: &TestApp) {
    let c = google(t, json!({"email": "email"})).await;
    let journey = depart(t, &c).await;
    let body = json!({"error": "invalid_grant", "error_description": "Bad Request"});
    c.idp.answers("/token", Answer::Of(400, body.to_string()));
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(
        said,
        (
            "invalid_request".into(),
            "Google Error - 400 invalid_grant".into()
        )
    );
}

#[each_engine]
async fn facebook_is_called_by_get_with_a_proof(t: &TestApp) {
    let mapping = json!({"email": "email", "name": "name", "picture": "picture"});
    let details =
        json!({"attributes_url": "/me?fields=", "authorize_scopes": "public_profile, email"});
    let c = social(t, "Facebook", details, mapping).await;
    let journey = depart(t, &c).await;
    assert_eq!(
        journey.sent["scope"].replace(' ', ""),
        "public_profile,email"
    );
    assert!(!journey.sent.contains_key("nonce"));
    c.idp.gives(None);
    let picture = json!({"data": {"height": 50, "is_silhouette": false, "url": "https://fb.example/p", "width": 50}});
    let jane =
        json!({"id": "10155", "name": "Jane", "email": "jane@fb.example", "picture": picture});
    c.idp.answers("/me", Answer::ok(jane));
    let finished = back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    let claims = identity(t, &c, &finished).await;
    assert_eq!(claims["cognito:username"], "Facebook_10155");
    assert_eq!(
        (&claims["picture"], &claims["email_verified"]),
        (&json!("https://fb.example/p"), &json!(false))
    );
    let asked = c.idp.last("/token");
    assert_eq!((&*asked.method, &*asked.query["code"]), ("GET", "a-code"));
    assert_eq!(asked.query["client_secret"], "a-word-to-hide");
    let asked = c.idp.last("/me");
    let mut fields: Vec<_> = asked.query["fields"].split(',').collect();
    fields.sort_unstable();
    assert_eq!(fields, ["email", "id", "name", "picture"]);
    assert_eq!(asked.query["appsecret_proof"].len(), 64);
    // The address may be missing, and the subject may not.
    c.idp
        .answers("/me", Answer::ok(json!({"id": "10155", "name": "Jane"})));
    let journey = depart(t, &c).await;
    back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen(t, &c.pool, "Facebook_10155").await["email"],
        "jane@fb.example"
    );
    c.idp.answers("/me", Answer::ok(json!({"name": "Jane"})));
    let journey = depart(t, &c).await;
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(said.1, "username attribute mapping required");
    let error = json!({"error": {"message": "This code has expired.", "type": "OAuthException", "code": 100}});
    c.idp.answers("/token", Answer::Of(400, error.to_string()));
    let journey = depart(t, &c).await;
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(said.1, "Facebook Error - 400 error getting token");
}

#[each_engine]
async fn amazon_has_a_profile_and_no_id_token(t: &TestApp) {
    let details =
        json!({"attributes_url": "/user/profile", "authorize_scopes": "profile postal_code"});
    let mapping = json!({"email": "email", "name": "name"});
    let c = social(t, "LoginWithAmazon", details, mapping).await;
    let journey = depart(t, &c).await;
    // What is no ID token of this provider's counts for nothing.
    c.idp.gives(Some("a.b.c"));
    let jane = json!({"user_id": "amzn1.account.K2LI23KL2LK2", "email": "jane@amazon.example", "name": "Jane"});
    c.idp.answers("/user/profile", Answer::ok(jane));
    let finished = back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    let claims = identity(t, &c, &finished).await;
    assert_eq!(
        claims["cognito:username"],
        "LoginWithAmazon_amzn1.account.K2LI23KL2LK2"
    );
    assert_eq!(claims["email"], "jane@amazon.example");
    assert_eq!(c.idp.last("/token").method, "POST");
    assert_eq!(
        c.idp.last("/user/profile").headers["authorization"],
        "Bearer at-1"
    );
    c.idp
        .answers("/user/profile", Answer::Of(401, String::new()));
    let journey = depart(t, &c).await;
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(
        said.1,
        "LoginWithAmazon Error - 401 error getting user info"
    );
    // What the service tells of the token endpoint, by its own example.
    for (answer, text) in [
        (
            json!({"error": "invalid_request", "error_description": "The request is missing a required parameter : client_secret"})
                .to_string(),
            "LoginWithAmazon Error - 400 invalid_request The request is missing a required parameter : client_secret",
        ),
        (
            json!({"error": "invalid_client"}).to_string(),
            "LoginWithAmazon Error - 400 invalid_client",
        ),
        (
            "<html>".to_owned(),
            "LoginWithAmazon Error - 400 error getting token",
        ),
    ] {
        c.idp.answers("/token", Answer::Of(400, answer));
        let journey = depart(t, &c).await;
        let said = told(back(t, &journey, journey.with_code()).await.unwrap());
        assert_eq!(said, ("invalid_request".into(), text.into()));
    }
}

#[each_engine]
async fn apple_s_secret_is_a_token_and_its_name_comes_once(t: &TestApp) {
    let key = ProviderKey::generate(Kind::P256);
    let details = json!({
        "client_secret": null, "team_id": "TEAM", "key_id": "KEY", "private_key": STANDARD.encode(key.to_pkcs8()),
        "authorize_scopes": "email name", "oidc_issuer": "", "jwks_uri": "/jwks",
    });
    let mapping = json!({"email": "email", "email_verified": "email_verified", "given_name": "firstName", "family_name": "lastName"});
    let c = social(t, "SignInWithApple", details, mapping).await;
    let journey = depart(t, &c).await;
    assert_eq!(journey.sent["response_mode"], "form_post");
    let jane = json!({"sub": "000123.abc.0456", "email": "relay@privaterelay.example", "email_verified": "true"});
    vouch(t, &c, &journey, &jane);
    let user =
        json!({"name": {"firstName": "Jane", "lastName": "Doe"}, "email": "victim@example.com"});
    let mut answer = journey.with_code();
    answer.push(("user".into(), user.to_string()));
    back(t, &journey, answer).await.unwrap().unwrap();
    let name = "SignInWithApple_000123.abc.0456";
    let shown = seen(t, &c.pool, name).await;
    // Nobody signs what stands beside the code: a name, and no address.
    assert_eq!(
        (&shown["given_name"], &shown["family_name"]),
        (&json!("Jane"), &json!("Doe"))
    );
    assert_eq!(shown["email"], "relay@privaterelay.example");
    assert_eq!(shown["email_verified"], "true");
    let secret = json!(c.idp.last("/token").form["client_secret"]);
    assert_eq!(header_of(&secret), json!({"alg": "ES256", "kid": "KEY"}));
    let said = claims_of(&secret);
    assert_eq!(
        (&said["iss"], &said["sub"]),
        (&json!("TEAM"), &json!("our-client"))
    );
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        300
    );
    assert!(!key.sign(Alg::Es256, b"x").is_empty());
    // It asks nobody for a profile, and the second time no name comes.
    enter(t, &c, jane.clone()).await;
    assert_eq!(seen(t, &c.pool, name).await["given_name"], "Jane");
    assert!(c.idp.asked("/user").is_empty());
    // A name that is none ends nothing.
    for user in ["", "[]", "{\"name\":7}", "<script>"] {
        let journey = depart(t, &c).await;
        vouch(t, &c, &journey, &jane);
        let mut answer = journey.with_code();
        answer.push(("user".into(), user.into()));
        back(t, &journey, answer).await.unwrap().unwrap();
    }
    assert_eq!(seen(t, &c.pool, name).await["given_name"], "Jane");
    c.idp.answers(
        "/token",
        Answer::Of(400, json!({"error": "invalid_client"}).to_string()),
    );
    let journey = depart(t, &c).await;
    let said = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(said.1, "SignInWithApple Error - 400 invalid_client");
}
