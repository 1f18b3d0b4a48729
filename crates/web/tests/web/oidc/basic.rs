//! The Basic OP plan (endpoints.md 7.1), as far as it is about the server's answers.

use super::browser::{Browser, claims, parameter, query};
use super::*;

/// Returns `error` of an answer that goes to the client.
fn error(found: &Response<Bytes>) -> String {
    let location = header(found, "location");
    assert!(
        location.starts_with("https://app.example/cb?"),
        "{location}"
    );
    assert!(parameter(location, "code").is_none());
    parameter(location, "error").unwrap()
}

#[tokio::test]
async fn a_sign_in_gives_typed_claims_and_the_state_as_it_was() {
    let w = World::new().await;
    let mail = json!({"UserPoolId": w.pool, "Username": "jane", "UserAttributes": [
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
        {"Name": "updated_at", "Value": "1700000000"},
    ]});
    w.site.call(Op::AdminUpdateUserAttributes, mail).await;
    let state = "%22%3C%2B%20%25".repeat(8);
    let mut browser = Browser::new(&w);
    let more =
        format!("&nonce=n-1&state={state}&display=page&ui_locales=de&claims_locales=de&unknown=x");
    let (found, asked) = browser.authorize(&query(&w.standard, &more)).await;
    assert!(asked);
    let location = header(&found, "location").to_owned();
    assert_eq!(
        parameter(&location, "state").as_deref(),
        Some(state.as_str())
    );
    let found = w
        .redeem(&w.standard, &parameter(&location, "code").unwrap())
        .await;
    assert_eq!(
        (header(&found, "cache-control"), header(&found, "pragma")),
        ("no-store", "no-cache")
    );
    let tokens = json_of(&found);
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (&id["aud"], &id["nonce"]),
        (&json!(w.standard), &json!("n-1"))
    );
    assert!(id["at_hash"].is_string() && id["auth_time"].is_i64() && id["acr"].is_string());
    assert_eq!(
        (&id["email_verified"], &id["updated_at"]),
        (&json!(true), &json!(1_700_000_000))
    );
    let bearer = format!("Bearer {}", text(&tokens["access_token"]));
    for (by, form) in [
        (Some(bearer.as_str()), String::new()),
        (
            None,
            format!("access_token={}", text(&tokens["access_token"])),
        ),
    ] {
        let info = w.post_as(by, "/oauth2/userInfo", &form).await;
        assert_eq!(info.status(), 200);
        let info = json_of(&info);
        assert_eq!(info["sub"], id["sub"]);
        assert_eq!(
            (&info["email_verified"], &info["updated_at"]),
            (&json!(true), &json!(1_700_000_000))
        );
    }
    // Without a nonce there is none.
    let plain = Browser::new(&w).tokens("").await;
    assert!(claims(&plain["id_token"]).get("nonce").is_none());
}

#[tokio::test]
async fn prompts_ask_or_do_not() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let none = query(&w.standard, "&prompt=none&state=s");
    let (found, asked) = browser.authorize(&none).await;
    assert_eq!((error(&found).as_str(), asked), ("login_required", false));
    let first = browser.tokens("").await;
    let first = claims(&first["id_token"]);
    let silent = browser.tokens("&prompt=none").await;
    let silent = claims(&silent["id_token"]);
    assert_eq!(
        (&silent["sub"], &silent["auth_time"]),
        (&first["sub"], &first["auth_time"])
    );
    w.advance(5).await;
    let (_, asked) = browser
        .authorize(&query(&w.standard, "&prompt=login"))
        .await;
    assert!(asked);
    let again = browser.tokens("&prompt=none").await;
    let again = claims(&again["id_token"]);
    assert!(again["auth_time"].as_i64() > first["auth_time"].as_i64());
}

#[tokio::test]
async fn an_age_asks_again_when_it_is_over() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let first = claims(&browser.tokens("").await["id_token"]);
    w.advance(10).await;
    let (_, asked) = browser
        .authorize(&query(&w.standard, "&max_age=10000"))
        .await;
    assert!(!asked);
    let (found, _) = browser
        .authorize(&query(&w.standard, "&max_age=1&prompt=none"))
        .await;
    assert_eq!(error(&found), "login_required");
    // The service knows no such parameter.
    let (_, asked) = browser.authorize(&query(&w.cognito, "&max_age=1")).await;
    assert!(!asked);
    let (_, asked) = browser.authorize(&query(&w.standard, "&max_age=1")).await;
    assert!(asked);
    let again = claims(&browser.tokens("&prompt=none").await["id_token"]);
    assert!(again["auth_time"].as_i64() > first["auth_time"].as_i64());
    let (_, asked) = browser.authorize(&query(&w.standard, "&max_age=0")).await;
    assert!(asked);
    for age in ["-1", "x", "1.5"] {
        let (found, _) = browser
            .authorize(&query(&w.standard, &format!("&max_age={age}")))
            .await;
        assert_eq!(error(&found), "invalid_request", "{age}");
    }
}

#[tokio::test]
async fn a_hint_names_the_user_whom_the_client_means() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let tokens = browser.tokens("").await;
    let hint = text(&tokens["id_token"]);
    let silent = browser
        .tokens(&format!("&prompt=none&id_token_hint={hint}"))
        .await;
    assert_eq!(
        claims(&silent["id_token"])["sub"],
        claims(&tokens["id_token"])["sub"]
    );
    // Nobody is signed in here.
    let none = query(&w.standard, &format!("&prompt=none&id_token_hint={hint}"));
    let (found, _) = Browser::new(&w).authorize(&none).await;
    assert_eq!(error(&found), "login_required");
    // Somebody else was meant.
    let joe = w.sign_in_as("joe", &w.standard).await;
    let other = query(
        &w.standard,
        &format!("&prompt=none&id_token_hint={}", text(&joe["IdToken"])),
    );
    let (found, _) = browser.authorize(&other).await;
    assert_eq!(error(&found), "login_required");
    // Another client's, another kind, another text.
    let others = w.sign_in(&w.cognito).await;
    for hint in [text(&others["IdToken"]), text(&tokens["access_token"]), "x"] {
        let bad = query(&w.standard, &format!("&prompt=none&id_token_hint={hint}"));
        let (found, _) = browser.authorize(&bad).await;
        assert_eq!(error(&found), "invalid_request");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_told_to_the_client_or_on_a_page() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let base = format!(
        "client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        w.standard
    );
    for (query, expected) in [
        (base.clone(), "invalid_request"),
        (
            format!("{base}&response_type=code&scope=nothing"),
            "invalid_scope",
        ),
        (
            format!("{base}&response_type=code&request=x.y."),
            "request_not_supported",
        ),
        (
            format!("{base}&response_type=code&request_uri=https%3A%2F%2Fapp.example%2Fr"),
            "request_uri_not_supported",
        ),
        (
            format!("{base}&response_type=code&response_mode=fragment"),
            "invalid_request",
        ),
        (
            format!("{base}&response_type=code&response_mode=web_message"),
            "invalid_request",
        ),
    ] {
        let (found, asked) = browser.authorize(&query).await;
        assert_eq!(
            (error(&found).as_str(), asked),
            (expected, false),
            "{query}"
        );
    }
    let other = base.replace("app.example", "evil.example") + "&response_type=code";
    let found = browser.get(&format!("/oauth2/authorize?{other}")).await;
    assert!(header(&found, "location").starts_with("/error?"));
    // Levels of assurance are a wish.
    let (found, _) = browser
        .authorize(&query(
            &w.standard,
            "&acr_values=1+2+urn%3Acognito%3Aloa%3A1",
        ))
        .await;
    assert!(parameter(header(&found, "location"), "code").is_some());
}

#[tokio::test]
async fn a_code_that_is_used_again_ends_what_it_gave() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let code = browser.code(&query(&w.standard, "")).await;
    let tokens = json_of(&w.redeem(&w.standard, &code).await);
    let again = w.redeem(&w.standard, &code).await;
    assert_eq!(
        (again.status().as_u16(), text_of(&again)),
        (400, r#"{"error":"invalid_grant"}"#)
    );
    let bearer = format!("Bearer {}", text(&tokens["access_token"]));
    let info = w.post_as(Some(&bearer), "/oauth2/userInfo", "").await;
    assert_eq!(info.status(), 401);
}

#[tokio::test]
async fn a_refresh_keeps_user_and_time_and_belongs_to_its_client() {
    let w = World::new().await;
    let tokens = Browser::new(&w).tokens("").await;
    let form = format!(
        "grant_type=refresh_token&refresh_token={}",
        text(&tokens["refresh_token"])
    );
    let found = w
        .post("/oauth2/token", &format!("{form}&client_id={}", w.standard))
        .await;
    assert_eq!(found.status(), 200);
    assert_eq!(
        (header(&found, "cache-control"), header(&found, "pragma")),
        ("no-store", "no-cache")
    );
    let (before, after) = (
        claims(&tokens["id_token"]),
        claims(&json_of(&found)["id_token"]),
    );
    for name in ["sub", "aud", "iss", "auth_time"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    let other = w
        .post("/oauth2/token", &format!("{form}&client_id={}", w.cognito))
        .await;
    assert_eq!(
        (other.status().as_u16(), text_of(&other)),
        (400, r#"{"error":"invalid_grant"}"#)
    );
}

#[tokio::test]
async fn a_refresh_may_ask_for_fewer_scopes_in_the_standard_profile() {
    let w = World::new().await;
    for (client, narrows) in [(&w.standard, true), (&w.cognito, false)] {
        let code = Browser::new(&w).code(&query(client, "")).await;
        let tokens = json_of(&w.redeem(client, &code).await);
        let form = format!(
            "grant_type=refresh_token&client_id={client}&refresh_token={}",
            text(&tokens["refresh_token"])
        );
        let narrowed = json_of(
            &w.post("/oauth2/token", &format!("{form}&scope=email"))
                .await,
        );
        let scope = claims(&narrowed["access_token"])["scope"].clone();
        let all = json!("openid email profile");
        assert_eq!(scope, if narrows { json!("email") } else { all.clone() });
        assert_eq!(narrowed["id_token"].is_string(), !narrows);
        // The next one has all of them again.
        let next = json_of(&w.post("/oauth2/token", &form).await);
        assert_eq!(claims(&next["access_token"])["scope"], all);
        let more = w
            .post("/oauth2/token", &format!("{form}&scope=email+phone"))
            .await;
        match narrows {
            true => assert_eq!(text_of(&more), r#"{"error":"invalid_scope"}"#),
            false => assert_eq!(more.status(), 200),
        }
    }
}
