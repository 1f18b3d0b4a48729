//! What the application is told when the provider's endpoints fail, and what the audit trail says (endpoints.md 1.5).

use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use each_engine::each_engine;
use serde_json::json;

use super::flow::*;
use crate::oauth::flow::code;
use crate::support::TestApp;
use crate::support::idp::Answer;

const REQUEST: &str = "invalid_request";

/// Signs in where a path of the provider answers like this.
async fn with_path(t: &TestApp, c: &Company, path: &str, answer: Answer) -> (String, String) {
    let journey = depart(t, c).await;
    vouch(t, c, &journey, &json!({}));
    c.idp.answers(path, answer);
    told(back(t, &journey, journey.with_code()).await.unwrap())
}

#[each_engine]
async fn a_token_endpoint_that_refuses_is_told_to_the_client(t: &TestApp) {
    let c = company(t).await;
    let status = |status: u16| format!("Corp Error - {status} error getting token");
    for (answer, text, check) in [
        (
            Answer::Of(
                400,
                json!({"error": "invalid_grant", "error_description": "jane"}).to_string(),
            ),
            status(400),
            "\"invalid_grant\"",
        ),
        (Answer::Of(500, "<html>".into()), status(500), "500"),
        (Answer::Of(302, String::new()), status(302), "302"),
        (
            Answer::ok(json!({"error": "bad_verification_code"})),
            status(200),
            "\"bad_verification_code\"",
        ),
        (
            Answer::ok("<html>"),
            unconfirmed::INVALID_TOKENS.into(),
            "no JSON object",
        ),
        (
            Answer::ok("{\"a\":1,\"a\":2}"),
            unconfirmed::INVALID_TOKENS.into(),
            "twice",
        ),
        (
            Answer::ok(json!({"access_token": "a"})),
            unconfirmed::INVALID_TOKENS.into(),
            "no id_token",
        ),
        (Answer::Reset, "Connection reset".into(), "token endpoint"),
    ] {
        let said = with_path(t, &c, "/token", answer).await;
        assert_eq!(said, (REQUEST.to_owned(), text));
        let row = recorded(t, &c.pool).await;
        assert!(
            row.contains(check) && row.contains("token endpoint"),
            "{row}"
        );
        // The provider's explanation may tell something of the user.
        assert!(!row.contains("jane"), "{row}");
        assert!(
            row.contains(&format!("\"Corp\". Client: {}.", c.client)),
            "{row}"
        );
    }
    assert_eq!(users(t, &c.pool).await, 0);
}

#[each_engine]
async fn keys_that_do_not_come_are_told_to_the_client(t: &TestApp) {
    let c = company(t).await;
    let big = "x".repeat((1 << 20) + 1);
    for (answer, text, check) in [
        (
            Answer::Of(500, String::new()),
            unconfirmed::NO_KEYS,
            "status 500",
        ),
        (
            Answer::Of(204, String::new()),
            unconfirmed::NO_KEYS,
            "status 204",
        ),
        (Answer::ok("<html>"), unconfirmed::NO_KEYS, "no usable keys"),
        (
            Answer::ok("{\"keys\":[]}"),
            unconfirmed::NO_KEYS,
            "no usable keys",
        ),
        (Answer::ok(big), unconfirmed::UNREACHABLE, "too large"),
        (Answer::Reset, "Connection reset", "key endpoint"),
    ] {
        let said = with_path(t, &c, "/jwks", answer).await;
        assert_eq!(said, (REQUEST.to_owned(), text.to_owned()));
        let row = recorded(t, &c.pool).await;
        assert!(row.contains(check), "{row}");
    }
    // Nothing of all that was kept.
    c.idp.publish(&[c.idp.jwk()]);
    enter(t, &c, json!({})).await;
}

#[each_engine]
async fn claims_that_do_not_come_are_told_to_the_client(t: &TestApp) {
    let c = company(t).await;
    let invalid = unconfirmed::INVALID_USER_INFO;
    for (answer, text, check) in [
        (
            Answer::Of(401, String::new()),
            "Corp Error - 401 error getting user info",
            "401",
        ),
        (
            Answer::Of(503, json!({"error": "x"}).to_string()),
            "Corp Error - 503 error getting user info",
            "503",
        ),
        (Answer::ok("[]"), invalid, "no JSON object"),
        (
            Answer::ok(json!({"sub": "another"})),
            invalid,
            "userInfo endpoint",
        ),
        (
            Answer::ok(json!({"email": "x"})),
            invalid,
            "userInfo endpoint",
        ),
        (Answer::Reset, "Connection reset", "userInfo endpoint"),
    ] {
        let said = with_path(t, &c, "/user", answer).await;
        assert_eq!(said, (REQUEST.to_owned(), text.to_owned()));
        let row = recorded(t, &c.pool).await;
        assert!(row.contains(check), "{row}");
    }
    assert_eq!(users(t, &c.pool).await, 0);
}

#[each_engine]
async fn a_provider_that_never_answers_has_five_seconds(t: &TestApp) {
    let (a, b, c) = (company(t).await, company(t).await, company(t).await);
    let began = std::time::Instant::now();
    let said = tokio::join!(
        with_path(t, &a, "/token", Answer::Silence),
        with_path(t, &b, "/jwks", Answer::Silence),
        with_path(t, &c, "/user", Answer::Silence),
    );
    assert!(began.elapsed().as_secs() < 20);
    for (said, text) in [
        (said.0, "Timeout occurred in calling IdP token endpoint"),
        (said.1, "error_description=Timeout in calling jwks uri"),
        (said.2, "Read timed out"),
    ] {
        assert_eq!(said, (REQUEST.to_owned(), text.to_owned()));
    }
    assert!(recorded(t, &a.pool).await.contains("no answer in time"));
}

#[each_engine]
async fn the_browser_s_answer_is_judged_before_anybody_is_called(t: &TestApp) {
    let c = company(t).await;
    let refused = unconfirmed::INVALID_ANSWER;
    for (members, error, text) in [
        (
            vec![
                ("error", "access_denied"),
                ("error_description", "the user said no"),
            ],
            "access_denied",
            "the user said no; error=access_denied",
        ),
        (
            vec![
                ("error", "access_denied"),
                ("error_code", "200"),
                ("error_description", "Permissions error"),
                ("error_reason", "user_denied"),
            ],
            "access_denied",
            "Permissions error; error=access_denied; error_code=200; error_reason=user_denied",
        ),
        (
            vec![("error", "access_denied")],
            "access_denied",
            "access_denied",
        ),
        (
            vec![
                ("error", "unauthorized_client"),
                ("error_description", "a\r\nb"),
            ],
            REQUEST,
            "ab; error=unauthorized_client",
        ),
        (vec![("error", "made up")], REQUEST, "made up"),
        (
            vec![("error", "access_denied"), ("code", "x")],
            "access_denied",
            "access_denied",
        ),
        (vec![], REQUEST, refused),
        (vec![("code", "")], REQUEST, refused),
        (vec![("code", "x"), ("code", "x")], REQUEST, refused),
        (vec![("code", "x"), ("state", "x")], REQUEST, refused),
        (
            vec![("code", "x"), ("iss", "https://other.example")],
            REQUEST,
            refused,
        ),
    ] {
        let journey = depart(t, &c).await;
        let mut answer = pairs(&members);
        answer.push(("state".to_owned(), journey.state().to_owned()));
        let said = told(back(t, &journey, answer).await.unwrap());
        assert_eq!(said, (error.to_owned(), text.to_owned()), "{members:?}");
        assert!(
            recorded(t, &c.pool)
                .await
                .starts_with("The provider's answer")
        );
    }
    assert!(c.idp.asked("/token").is_empty());
}

#[each_engine]
async fn a_provider_that_takes_the_header_alone_gets_the_secret_there(t: &TestApp) {
    let idp = crate::support::idp::Idp::start().await;
    idp.discovery(json!({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}));
    let details = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid",
        "oidc_issuer": idp.url, "attributes_request_method": "GET",
    });
    let members = json!({ "ProviderDetails": details });
    let c = company_of(t, idp, CORP, "OIDC", json!({}), members, json!({})).await;
    enter(t, &c, json!({})).await;
    let asked = c.idp.last("/token");
    assert!(!asked.form.contains_key("client_secret"));
    assert_eq!(
        asked.headers["authorization"],
        "Basic b3VyLWNsaWVudDphLXdvcmQtdG8taGlkZQ=="
    );
}

#[each_engine]
async fn a_provider_that_says_who_it_is_must_say_so(t: &TestApp) {
    let idp = crate::support::idp::Idp::start().await;
    idp.discovery(json!({"authorization_response_iss_parameter_supported": true, "code_challenge_methods_supported": ["S256"]}));
    let details = json!({
        "client_id": "our-client", "authorize_scopes": "openid", "oidc_issuer": idp.url, "attributes_request_method": "POST",
    });
    let members = json!({ "ProviderDetails": details });
    let c = company_of(t, idp, CORP, "OIDC", json!({}), members, json!({})).await;
    let silent = depart(t, &c).await;
    let said = told(back(t, &silent, silent.with_code()).await.unwrap());
    assert_eq!(said.1, unconfirmed::INVALID_ANSWER);
    let journey = depart(t, &c).await;
    vouch(t, &c, &journey, &json!({}));
    let mut answer = journey.with_code();
    answer.push(("iss".to_owned(), c.idp.url.clone()));
    let finished = back(t, &journey, answer).await.unwrap().unwrap();
    code(&finished.reply);
    // What it was asked: a client without a secret sends none, and the verifier is that of the challenge.
    let form = c.idp.last("/token").form;
    let challenge = cognate_federation::oidc::authorize::challenge(&form["code_verifier"]);
    assert_eq!(journey.sent["code_challenge"], challenge);
    assert_eq!(journey.sent["code_challenge_method"], "S256");
    assert!(!form.contains_key("client_secret"));
    let asked = c.idp.last("/user");
    assert_eq!(
        (&*asked.method, &*asked.headers["authorization"]),
        ("POST", "Bearer at-1")
    );
    // Without a length, providers take a form of nothing for no form.
    assert_eq!(asked.headers["content-length"], "0");
}

#[each_engine]
async fn the_calls_are_those_of_the_service(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    assert!(
        journey
            .location
            .starts_with(&format!("{}/authorize?", c.idp.url))
    );
    let sent = |name: &str| journey.sent.get(name).map(String::as_str);
    assert_eq!(sent("client_id"), Some("our-client"));
    assert_eq!(sent("response_type"), Some("code"));
    assert_eq!(sent("scope"), Some("openid email"));
    assert_eq!(
        sent("redirect_uri"),
        Some("http://127.0.0.1:9229/oauth2/idpresponse")
    );
    assert_eq!(
        (sent("code_challenge"), sent("client_secret")),
        (None, None)
    );
    vouch(t, &c, &journey, &json!({}));
    back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    let asked = c.idp.last("/token");
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.headers["user-agent"], "Amazon/Cognito");
    assert!(!asked.headers.contains_key("authorization"));
    let mut form: Vec<_> = asked
        .form
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    form.sort_unstable();
    assert_eq!(
        form,
        [
            ("client_id", "our-client"),
            ("client_secret", "a-word-to-hide"),
            ("code", "a-code"),
            ("grant_type", "authorization_code"),
            ("redirect_uri", "http://127.0.0.1:9229/oauth2/idpresponse"),
        ]
    );
    let asked = c.idp.last("/user");
    assert_eq!(
        (&*asked.method, &*asked.headers["authorization"]),
        ("GET", "Bearer at-1")
    );
    assert!(asked.query.is_empty());
    assert_eq!(c.idp.asked("/token").len() + c.idp.asked("/user").len(), 2);
}
