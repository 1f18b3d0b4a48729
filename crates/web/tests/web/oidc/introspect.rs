//! `/oauth2/introspect`, 401 for a client that does not prove itself, and the token in the body of a userInfo request.

use super::*;

const PATH: &str = "/oauth2/introspect";

/// A client with a secret and the standard profile, for machines.
async fn machine(w: &World, pool: &str) -> Value {
    let server = json!({
        "UserPoolId": pool, "Identifier": "api", "Name": "api",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
    });
    w.site.call(Op::CreateResourceServer, server).await;
    let settings = json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"],
        "CallbackURLs": [], "LogoutURLs": [],
    });
    let made = client(&w.site, pool, settings).await;
    w.make_standard(&id(&made)).await;
    made
}

/// Asks about a token.
async fn told(w: &World, by: &Value, token: &str) -> Value {
    let found = w
        .post_as(Some(&basic(by)), PATH, &format!("token={token}"))
        .await;
    assert_eq!(found.status().as_u16(), 200, "{}", text_of(&found));
    assert_eq!(header(&found, "cache-control"), "no-store");
    json_of(&found)
}

#[tokio::test]
async fn live_tokens_of_the_pool_are_active_until_they_are_revoked() {
    let w = World::new().await;
    let asks = machine(&w, &w.pool).await;
    let tokens = w.sign_in(&w.standard).await;
    let found = told(&w, &asks, text(&tokens["AccessToken"])).await;
    assert_eq!(found["active"], true);
    assert_eq!(found["client_id"], json!(w.standard));
    assert_eq!(
        (text(&found["username"]), text(&found["token_type"])),
        ("jane", "Bearer")
    );
    assert_eq!(text(&found["scope"]), "aws.cognito.signin.user.admin");
    assert!(found["exp"].is_i64() && found["iat"].is_i64() && found["sub"].is_string());
    assert!(found["iss"].as_str().unwrap().ends_with(&w.pool));
    // A machine's own.
    let form = "grant_type=client_credentials";
    let own = json_of(&w.post_as(Some(&basic(&asks)), "/oauth2/token", form).await);
    let found = told(&w, &asks, text(&own["access_token"])).await;
    assert_eq!(
        (&found["active"], &found["scope"]),
        (&json!(true), &json!("api/read"))
    );
    let revoke = format!(
        "client_id={}&token={}",
        w.standard,
        text(&tokens["RefreshToken"])
    );
    assert_eq!(
        w.post("/oauth2/revoke", &revoke).await.status().as_u16(),
        200
    );
    let over = told(&w, &asks, text(&tokens["AccessToken"])).await;
    assert_eq!(over, json!({"active": false}));
    w.site.app.advance_clock(3_601 * 1_000_000).await.unwrap();
    let ended = told(&w, &asks, text(&own["access_token"])).await;
    assert_eq!(ended, json!({"active": false}));
}

#[tokio::test]
async fn a_refresh_token_is_told_to_its_own_client_alone() {
    let w = World::new().await;
    let asks = machine(&w, &w.pool).await;
    let own = client(&w.site, &w.pool, json!({"GenerateSecret": true})).await;
    w.make_standard(&id(&own)).await;
    let secret = text(&own["ClientSecret"]);
    let hash = cognate_crypto::hash::secret_hash(secret, "jane", &id(&own));
    let input = json!({
        "UserPoolId": w.pool, "ClientId": id(&own), "AuthFlow": "ADMIN_NO_SRP_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!", "SECRET_HASH": hash},
    });
    let tokens = w.site.call(Op::AdminInitiateAuth, input).await;
    let token = text(&tokens["AuthenticationResult"]["RefreshToken"]);
    let found = told(&w, &own, token).await;
    assert_eq!(
        (&found["active"], &found["client_id"]),
        (&json!(true), &json!(id(&own)))
    );
    assert_eq!(told(&w, &asks, token).await, json!({"active": false}));
    let off = json!({"UserPoolId": w.pool, "Username": "jane"});
    w.site.call(Op::AdminDisableUser, off).await;
    assert_eq!(told(&w, &own, token).await, json!({"active": false}));
}

#[tokio::test]
async fn nothing_is_told_about_other_pools_and_other_texts() {
    let w = World::new().await;
    let asks = machine(&w, &w.pool).await;
    let elsewhere = w.site.pool().await;
    let other = machine(&w, &elsewhere).await;
    let tokens = w.sign_in(&w.standard).await;
    let access = text(&tokens["AccessToken"]);
    let (head, _) = access.rsplit_once('.').unwrap();
    for (by, token) in [
        (&other, access),
        (&other, text(&tokens["RefreshToken"])),
        (&asks, text(&tokens["IdToken"])),
        (&asks, "x"),
        (&asks, "a.b.c"),
        (&asks, &format!("{head}.AAAA")),
    ] {
        assert_eq!(told(&w, by, token).await, json!({"active": false}));
    }
}

#[tokio::test]
async fn only_a_proven_client_with_a_secret_and_the_profile_may_ask() {
    let w = World::new().await;
    let asks = machine(&w, &w.pool).await;
    let plain = client(&w.site, &w.pool, json!({"GenerateSecret": true})).await;
    let wrong = format!("Basic {}", STANDARD.encode(format!("{}:wrong", id(&asks))));
    let public = format!("client_id={}&token=x", w.standard);
    let invalid_client = r#"{"error":"invalid_client"}"#;
    for (by, form, status, body) in [
        (None, "token=x", 401, invalid_client),
        (None, public.as_str(), 401, invalid_client),
        (Some(wrong), "token=x", 401, invalid_client),
        (
            Some(basic(&plain)),
            "token=x",
            400,
            r#"{"error":"unauthorized_client"}"#,
        ),
        (
            Some(basic(&asks)),
            "",
            400,
            r#"{"error":"invalid_request"}"#,
        ),
        (
            Some(basic(&asks)),
            "token=",
            400,
            r#"{"error":"invalid_request"}"#,
        ),
        (
            Some(basic(&asks)),
            "token=x&token=y",
            400,
            r#"{"error":"invalid_request"}"#,
        ),
    ] {
        let found = w.post_as(by.as_deref(), PATH, form).await;
        assert_eq!((found.status().as_u16(), text_of(&found)), (status, body));
        assert_eq!(header(&found, "www-authenticate").is_empty(), status == 400);
        // No page of another origin may ask.
        assert_eq!(header(&found, "access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_client_that_fails_to_prove_itself_by_basic_is_challenged() {
    let w = World::new().await;
    let standard = machine(&w, &w.pool).await;
    let plain = client(&w.site, &w.pool, json!({"GenerateSecret": true})).await;
    let wrong =
        |client: &Value| format!("Basic {}", STANDARD.encode(format!("{}:wrong", id(client))));
    let form = "grant_type=client_credentials";
    let by_form = format!("{form}&client_id={}&client_secret=wrong", id(&standard));
    for (by, form, status) in [
        (Some(wrong(&standard)), form, 401),
        (Some(wrong(&plain)), form, 400),
        (None, by_form.as_str(), 400),
        (
            Some(basic(&standard)),
            "grant_type=client_credentials&scope=nothing",
            400,
        ),
    ] {
        let found = w.post_as(by.as_deref(), "/oauth2/token", form).await;
        assert_eq!(found.status().as_u16(), status, "{}", text_of(&found));
        let challenge = header(&found, "www-authenticate");
        assert_eq!(challenge.starts_with("Basic realm="), status == 401);
    }
}

#[tokio::test]
async fn user_info_reads_one_token_from_header_or_form() {
    let w = World::new().await;
    let tokens = w.sign_in(&w.standard).await;
    let access = text(&tokens["AccessToken"]);
    let form = format!("access_token={access}");
    let bearer = format!("Bearer {access}");
    // The token is good and lacks the scope, so that 401 says that it was read.
    for (by, form, status) in [
        (None, form.as_str(), 401),
        (Some(bearer.as_str()), "", 401),
        (Some(bearer.as_str()), "x=y", 401),
        (Some(bearer.as_str()), form.as_str(), 400),
        (None, "access_token=", 400),
        (None, "", 400),
    ] {
        let found = w.post_as(by, "/oauth2/userInfo", form).await;
        assert_eq!(found.status().as_u16(), status, "{form}");
    }
    let url = w.get(&format!("/oauth2/userInfo?{form}")).await;
    assert_eq!(url.status().as_u16(), 400);
}

#[tokio::test]
async fn a_machine_may_name_the_service_that_its_token_is_for() {
    let w = World::new().await;
    let own = machine(&w, &w.pool).await;
    let server = json!({
        "UserPoolId": w.pool, "Identifier": "https://api.example", "Name": "api",
    });
    w.site.call(Op::CreateResourceServer, server).await;
    let form = "grant_type=client_credentials&resource=";
    let found = w
        .post_as(
            Some(&basic(&own)),
            "/oauth2/token",
            &format!("{form}https%3A%2F%2Fapi.example"),
        )
        .await;
    let access = json_of(&found)["access_token"].clone();
    assert_eq!(
        super::browser::claims(&access)["aud"],
        "https://api.example"
    );
    assert_eq!(
        told(&w, &own, text(&access)).await["aud"],
        "https://api.example"
    );
    let expected = r#"{"error":"invalid_target","error_description":"resource is not the Identifier of a resource server of the user pool. CreateResourceServer adds one."}"#;
    for bad in [
        "api",
        "http%3A%2F%2Fapi.example",
        "https%3A%2F%2Fapi.example%2F%23x",
        "https%3A%2F%2Fother.example",
    ] {
        let found = w
            .post_as(Some(&basic(&own)), "/oauth2/token", &format!("{form}{bad}"))
            .await;
        assert_eq!(text_of(&found), expected);
    }
}
