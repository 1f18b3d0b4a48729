//! The tokens for a code.

use cognate_domain::app::functions::Trigger;
use cognate_domain::oauth::reply::ReplyMode;

use super::*;
use crate::support::functions::arn;
use crate::support::played::Played;

#[each_engine]
async fn a_code_gives_the_tokens_of_its_scopes(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let reply = &finished.reply;
    let names: Vec<&str> = reply.parameters.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(
        (reply.redirect_uri.as_str(), reply.mode),
        (CALLBACK, ReplyMode::Query)
    );
    assert_eq!(reply.parameter("state"), Some("s %+&=\u{e4}"));
    assert_eq!(reply.parameter("iss"), Some(issuer(&s.pool).as_str()));
    let given = code(reply);
    let is_uuid = |(at, c): (usize, char)| match at {
        8 | 13 | 18 | 23 => c == '-',
        14 => c == '4',
        _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
    };
    assert!(given.len() == 36 && given.chars().enumerate().all(is_uuid));
    assert_eq!(finished.cookie.seconds, 3_600);
    // No session of tokens until the code is traded.
    assert_eq!(rows(t, "sessions", &s.pool).await, 0);
    assert_eq!(rows(t, "browser_sessions", &s.pool).await, 1);

    t.advance(60).await;
    let tokens = answer(traded(t, named(&s.client, None), exchange(given)).await);
    assert_eq!(tokens.expires_in, 3_600);
    assert_eq!(rows(t, "sessions", &s.pool).await, 1);
    let access = json!(tokens.access);
    assert_eq!(
        claim_names(&access),
        [
            "sub",
            "origin_jti",
            "event_id",
            "token_use",
            "acr",
            "amr",
            "scope",
            "auth_time",
            "iss",
            "exp",
            "iat",
            "version",
            "jti",
            "client_id",
            "username",
        ]
    );
    let said = claims(&access);
    assert_eq!(
        (&said["scope"], &said["version"]),
        (&json!("openid email"), &json!(2))
    );
    let (auth_time, iat) = (
        said["auth_time"].as_i64().unwrap(),
        said["iat"].as_i64().unwrap(),
    );
    assert!(iat >= auth_time + 60);
    let id = json!(tokens.id.unwrap());
    assert_eq!(claim_names(&id)[..2], ["at_hash", "sub"]);
    let id = claims(&id);
    assert_eq!(id["at_hash"], json!(at_hash(&tokens.access)));
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&json!("jane@example.com"), &json!(true))
    );
    assert_eq!(
        (&id["aud"], &id["auth_time"]),
        (&json!(s.client), &said["auth_time"])
    );
    assert_eq!(id["origin_jti"], said["origin_jti"]);
    for name in ["nonce", "name", "phone_number", "version"] {
        assert_eq!(id.get(name), None, "{name}");
    }
    // The scope of the account is missing.
    let refused = get_user(t, &access).await.unwrap_err();
    assert_eq!(
        refused,
        not_authorized("Access Token does not have required scopes")
    );
    let found = answer(info(t, &tokens.access).await);
    let expected = json!({
        "sub": said["sub"], "email": "jane@example.com", "email_verified": "true", "username": "jane",
    });
    assert_eq!(found, expected);
}

/// Returns the left half of a token's digest.
fn at_hash(access: &str) -> String {
    use base64::Engine as _;
    let digest = cognate_crypto::hash::sha256(access.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..16])
}

#[each_engine]
async fn scopes_audience_and_nonce_are_those_of_the_request(t: &TestApp) {
    let s = hosted(t).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "https://api.example/v1", "Name": "api",
    });
    t.ok("CreateResourceServer", server).await;
    let request = Parameters {
        scope: Some("openid profile aws.cognito.signin.user.admin"),
        nonce: Some("n-0S6_WzA2Mj"),
        resource: Some("https://api.example/v1"),
        ..ask(&s.client)
    };
    let tokens = tokens_for(t, &s.client, &request).await;
    let (access, id) = (claims(&json!(tokens.access)), claims(&json!(tokens.id)));
    assert_eq!(
        access["scope"],
        "openid profile aws.cognito.signin.user.admin"
    );
    assert_eq!(
        (&access["aud"], &id["aud"]),
        (&json!("https://api.example/v1"), &json!(s.client))
    );
    assert_eq!(id["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(
        (&id["name"], &id["phone_number"]),
        (&json!("Jane"), &json!("+12065550100"))
    );
    get_user(t, &json!(tokens.access)).await.unwrap();

    // Refreshes of both kinds keep scopes and audience, and have no nonce.
    let refresh = tokens.refresh.unwrap();
    let later = answer(refreshed(t, named(&s.client, None), &refresh).await);
    assert_eq!(later.refresh, None);
    let by_api = initiate(
        &s.client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": refresh}),
    );
    let by_api = t.ok("InitiateAuth", by_api).await["AuthenticationResult"].clone();
    for (new_access, new_id) in [
        (json!(later.access), json!(later.id)),
        (by_api["AccessToken"].clone(), by_api["IdToken"].clone()),
    ] {
        let (new_access, new_id) = (claims(&new_access), claims(&new_id));
        for name in ["scope", "aud", "version", "auth_time", "origin_jti", "sub"] {
            assert_eq!(new_access[name], access[name], "{name}");
        }
        assert_eq!(new_id["aud"], id["aud"]);
        assert_eq!(
            (new_id.get("nonce"), new_id.get("at_hash").is_some()),
            (None, true)
        );
    }
    // Without `openid` there is no ID token, at first and later.
    let request = Parameters {
        scope: Some("aws.cognito.signin.user.admin"),
        ..ask(&s.client)
    };
    let tokens = tokens_for(t, &s.client, &request).await;
    assert_eq!(tokens.id, None);
    get_user(t, &json!(tokens.access)).await.unwrap();
    assert_eq!(
        refusal(info(t, &tokens.access).await).error,
        "invalid_token"
    );
    let later = answer(refreshed(t, named(&s.client, None), &tokens.refresh.unwrap()).await);
    assert_eq!(later.id, None);
}

#[each_engine]
async fn the_function_changes_both_tokens_at_the_exchange_and_at_a_refresh(t: &TestApp) {
    let trigger = Trigger::PreTokenGeneration;
    let config =
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn(trigger)}});
    let s = hosted_with(t, json!({"LambdaConfig": config}), json!({})).await;
    let played = Played::install(t);
    played.answers(
        trigger,
        json!({"claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToAddOrOverride": {"tenant": "7"}},
            "accessTokenGeneration": {"claimsToAddOrOverride": {"tenant": "8"}, "scopesToAdd": ["api/extra"]},
        }}),
    );
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    // The page signs nothing, so that nobody is asked yet.
    assert_eq!(played.sources(), Vec::<String>::new());
    let request = exchange(code(&finished.reply));
    let tokens = answer(traded(t, named(&s.client, None), request).await);
    let refresh = tokens.refresh.clone().unwrap();
    let later = answer(refreshed(t, named(&s.client, None), &refresh).await);
    for tokens in [tokens, later] {
        let (access, id) = (claims(&json!(tokens.access)), claims(&json!(tokens.id)));
        assert_eq!(
            (&access["tenant"], &id["tenant"]),
            (&json!("8"), &json!("7"))
        );
        assert_eq!(access["scope"], "openid email api/extra");
    }
    assert_eq!(
        played.sources(),
        [
            "TokenGeneration_HostedAuth",
            "TokenGeneration_RefreshTokens"
        ]
    );
    for event in played.events() {
        assert_eq!(event["request"]["scopes"], json!(["openid", "email"]));
    }
    // A function that fails leaves the code as it is.
    played.answers(trigger, json!("nonsense"));
    let finished = page(t, &authorization).await;
    let given = code(&finished.reply);
    let refused = refusal(traded(t, named(&s.client, None), exchange(given)).await);
    assert_eq!(
        (refused.error, refused.description.is_some()),
        ("invalid_grant", true)
    );
    played.answers(trigger, json!({}));
    answer(traded(t, named(&s.client, None), exchange(given)).await);
}

#[each_engine]
async fn groups_are_those_of_the_exchange(t: &TestApp) {
    let s = hosted(t).await;
    for group in ["old", "new"] {
        t.ok(
            "CreateGroup",
            json!({"UserPoolId": s.pool, "GroupName": group}),
        )
        .await;
    }
    let member =
        |group: &str| json!({"UserPoolId": s.pool, "Username": "jane", "GroupName": group});
    t.ok("AdminAddUserToGroup", member("old")).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    t.ok("AdminRemoveUserFromGroup", member("old")).await;
    t.ok("AdminAddUserToGroup", member("new")).await;
    let request = exchange(code(&finished.reply));
    let tokens = answer(traded(t, named(&s.client, None), request).await);
    for token in [json!(tokens.access), json!(tokens.id)] {
        assert_eq!(claims(&token)["cognito:groups"], json!(["new"]));
    }
}

#[each_engine]
async fn a_rotating_client_gets_a_new_refresh_token_with_the_same_rights(t: &TestApp) {
    let rotating = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let s = hosted_with(t, json!({}), rotating).await;
    let tokens = tokens_for(t, &s.client, &ask(&s.client)).await;
    let first = tokens.refresh.unwrap();
    let next = answer(refreshed(t, named(&s.client, None), &first).await);
    assert_eq!(claims(&json!(next.access))["scope"], "openid email");
    assert!(next.refresh.is_some_and(|next| next != first));
}

#[each_engine]
async fn a_pool_that_tracks_devices_refreshes_what_a_page_gave(t: &TestApp) {
    let tracking = json!({"DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": true}});
    let s = hosted_with(t, tracking, json!({})).await;
    let tokens = tokens_for(t, &s.client, &ask(&s.client)).await;
    assert_eq!(claims(&json!(tokens.access)).get("device_key"), None);
    answer(refreshed(t, named(&s.client, None), &tokens.refresh.unwrap()).await);
}

#[each_engine]
async fn a_nonce_is_a_text_whatever_it_says(t: &TestApp) {
    let s = hosted(t).await;
    let plain = tokens_for(t, &s.client, &ask(&s.client)).await;
    let names = claim_names(&json!(plain.id));
    for nonce in [
        r#"x","cognito:groups":["admin"],"y":"z"#,
        "x\r\ny\u{0}",
        "eyJhbGciOiJub25lIn0.e30.",
        "\u{202e}\u{e4}\\",
    ] {
        let request = Parameters {
            nonce: Some(nonce),
            ..ask(&s.client)
        };
        let tokens = tokens_for(t, &s.client, &request).await;
        let said = claims(&json!(tokens.id));
        assert_eq!(said["nonce"], nonce);
        let mut found = claim_names(&json!(tokens.id));
        found.retain(|name| name != "nonce");
        assert_eq!(found, names, "{nonce}");
        // It is the ID token's alone.
        assert_eq!(claims(&json!(tokens.access)).get("nonce"), None);
    }
}
