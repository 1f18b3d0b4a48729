//! What a client that nobody vouches for is not told, and may not change.

use super::*;

const SITE: &str = "https://client.example/cb";

async fn refused(s: &Site, t: &TestApp, parameters: &Parameters<'_>) -> Reply {
    match s.checked(t, parameters).await {
        Err(Refusal::Client(reply)) => reply,
        Err(Refusal::Page(cause)) => panic!("{cause:?}"),
        Ok(_) => panic!("accepted"),
    }
}

#[each_engine]
async fn a_browser_goes_to_a_strangers_site_with_a_code_alone(t: &TestApp) {
    let s = Site::new(t).await;
    let wrong = Parameters {
        scope: Some("unknown"),
        ..s.ask(&s.url)
    };
    let site = Parameters {
        redirect_uri: Some(SITE),
        ..wrong
    };
    let own = super::super::flow::ask(&s.client);
    let own = Parameters {
        scope: Some("unknown"),
        ..own
    };
    for (parameters, is_kept) in [(&site, true), (&wrong, false), (&own, false)] {
        let reply = refused(&s, t, parameters).await;
        assert_eq!(reply.parameter("error"), Some("invalid_scope"));
        assert_eq!(reply.is_kept, is_kept, "{}", reply.redirect_uri);
    }
    // The administrator finds why, and that the client was not told.
    let cx = s.cx(t, Endpoint::SignIn);
    let record = || {
        Box::pin(async {
            let refusal = authorization::check(&cx, &site, None).await?.err().unwrap();
            oauth::refused::record(&cx, &site, &refusal).await
        })
    };
    run(&cx, About::default, record).await.unwrap();
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%invalid_scope%'";
    let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]).await;
    let doc: Value = serde_json::from_str(rows.unwrap()[0].text(0).unwrap()).unwrap();
    assert_eq!(
        doc["detail"],
        format!(
            "A scope is not one of the client's; email, phone and profile go with openid only. scope=\"unknown\". The setting that \
             decides: AllowedOAuthScopes of the client. Client: {}. The client was not told, since nobody vouches for it and the user \
             has not let it in.",
            s.url
        )
    );
    // The silent request of a site whose user was not asked, before and after the user has let it in.
    let ask = Parameters {
        redirect_uri: Some(SITE),
        ..s.ask(&s.url)
    };
    let silent = Parameters {
        prompt: Some("none"),
        ..ask
    };
    let silent = s.authorized(t, &silent).await;
    assert!(silent.refuse(&INVALID_CLIENT).is_kept);
    let finished = page(t, &silent).await;
    let said = (false, Said::Nothing);
    let reply = replied(by_cookie_saying(t, &silent, cookie(&finished), said).await);
    assert_eq!(
        (reply.parameter("error"), reply.is_kept),
        (Some("consent_required"), true)
    );
    let asked = s.authorized(t, &ask).await;
    let allowed = let_in(t, &asked, cookie(&finished)).await;
    assert!(allowed.parameter("code").is_some() && !allowed.is_kept);
    let reply = replied(by_cookie_saying(t, &silent, cookie(&finished), said).await);
    assert!(reply.parameter("code").is_some() && !reply.is_kept);
}

#[each_engine]
async fn an_application_of_the_device_is_told_nothing_either(t: &TestApp) {
    let s = Site::new(t).await;
    let url = s.host.url("/app.json");
    let places = [
        "cursor://callback",
        "http://127.0.0.1/cb",
        "http://[::1]/cb",
    ];
    s.host.publishes(&url, json!({"redirect_uris": places}));
    for (place, is_kept) in places.into_iter().zip([true, false, false]) {
        let wrong = Parameters {
            scope: Some("unknown"),
            redirect_uri: Some(place),
            ..s.ask(&url)
        };
        assert_eq!(refused(&s, t, &wrong).await.is_kept, is_kept, "{place}");
    }
}

async fn writes(t: &TestApp, token: &str, name: &str) -> Result<Value, (String, String)> {
    let input = json!({
        "AccessToken": token, "UserAttributes": [{"Name": name, "Value": "Anne"}],
    });
    let written = t.call("UpdateUserAttributes", input).await;
    let input = json!({"AccessToken": token, "UserAttributeNames": [name]});
    let deleted = t.call("DeleteUserAttributes", input).await;
    assert_eq!(written.is_ok(), deleted.is_ok(), "{name}");
    written
}

#[each_engine]
async fn a_stranger_writes_what_an_administrator_listed(t: &TestApp) {
    let s = Site::new(t).await;
    let ask = Parameters {
        scope: Some("openid aws.cognito.signin.user.admin"),
        ..s.ask(&s.url)
    };
    let tokens = async || {
        let reply = s.let_in(t, &ask).await;
        answer(s.traded(t, &s.url, exchange(code(&reply))).await).access
    };
    let unwritable = (
        "NotAuthorizedException".to_owned(),
        "A client attempted to write unauthorized attribute".to_owned(),
    );
    let token = tokens().await;
    for name in ["name", "nickname"] {
        assert_eq!(
            writes(t, &token, name).await,
            Err(unwritable.clone()),
            "{name}"
        );
    }
    // It reads, as it was asked for.
    t.ok("GetUser", json!({"AccessToken": token})).await;
    // The application of the pool itself has its default.
    let own = Parameters {
        scope: ask.scope,
        ..super::super::flow::ask(&s.client)
    };
    let own = super::super::flow::tokens_for(t, &s.client, &own).await;
    writes(t, &own.access, "nickname").await.unwrap();
    let list = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "WriteAttributes": ["nickname"], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "aws.cognito.signin.user.admin"], "AllowedOAuthFlowsUserPoolClient": true,
        "CallbackURLs": [super::super::flow::CALLBACK], "SupportedIdentityProviders": ["COGNITO"],
    });
    t.ok("UpdateUserPoolClient", list).await;
    let token = tokens().await;
    writes(t, &token, "nickname").await.unwrap();
    assert_eq!(writes(t, &token, "name").await, Err(unwritable));
}
