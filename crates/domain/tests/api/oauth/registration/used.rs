//! Clients that registered themselves, among those of administrators: what operations do with them, and when they go.

use super::refused::count;
use super::*;

async fn listed(t: &TestApp, pool: &str, kind: Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut token = Value::Null;
    loop {
        let request =
            json!({"UserPoolId": pool, "ClientType": kind, "MaxResults": 1, "NextToken": token});
        let page = t.ok("ListUserPoolClients", request).await;
        for client in page["UserPoolClients"].as_array().unwrap() {
            found.push(text(&client["ClientId"]).to_owned());
        }
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => return found,
        }
    }
}

#[each_engine]
async fn lists_tell_them_apart(t: &TestApp) {
    let s = open(t).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let client = registered(t, &s.pool, None, &sdk()).await;
        made.push(text(&client["client_id"]).to_owned());
    }
    made.sort();
    assert_eq!(listed(t, &s.pool, json!("DCR")).await, made);
    assert_eq!(
        listed(t, &s.pool, json!("REGULAR")).await,
        [s.client.as_str()]
    );
    made.push(s.client.clone());
    made.sort();
    assert_eq!(listed(t, &s.pool, Value::Null).await, made);
}

#[each_engine]
async fn their_secrets_are_not_for_operations(t: &TestApp) {
    let s = open(t).await;
    let body = json!({"redirect_uris": ["https://app.example/cb"]});
    let made = registered(t, &s.pool, None, &body).await;
    let client = json!({"UserPoolId": s.pool, "ClientId": made["client_id"]});
    let id = format!("{}--1", text(&made["client_id"]));
    for (op, extra) in [
        ("AddUserPoolClientSecret", json!({})),
        ("ListUserPoolClientSecrets", json!({})),
        ("DeleteUserPoolClientSecret", json!({"ClientSecretId": id})),
    ] {
        t.refused(
            op,
            with(client.clone(), extra),
            "InvalidParameterException",
            "Client secret operations are not supported for app clients of type DCR.",
        )
        .await;
    }
}

#[each_engine]
async fn an_administrator_takes_a_client_over(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let update = json!({
        "UserPoolId": s.pool, "ClientId": made["client_id"], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "AllowedOAuthFlowsUserPoolClient": true,
        "CallbackURLs": ["http://localhost/cb"], "SupportedIdentityProviders": ["COGNITO"],
    });
    let updated = t.ok("UpdateUserPoolClient", update).await["UserPoolClient"].clone();
    assert_eq!(updated["ClientType"], "DCR");
    // Leaving flows out opens none.
    assert_eq!(
        updated["ExplicitAuthFlows"],
        json!(["ALLOW_REFRESH_TOKEN_AUTH"])
    );
    let (client, token) = (
        text(&made["client_id"]),
        text(&made["registration_access_token"]),
    );
    let cx = cx(t, Endpoint::RegistrationChange);
    let body = with(sdk(), json!({"client_id": client})).to_string();
    let work = || registration::change(&cx, &s.pool, (client, token), body.as_bytes());
    let refused = run(&cx, About::default, work).await.unwrap().err();
    let managed = Refused::Denied(OAuthError {
        error: "access_denied",
        description: Some("An administrator manages this client.".into()),
    });
    assert_eq!(refused, Some(managed));
    let read = || registration::read(&cx, &s.pool, client, token);
    let shown = run(&cx, About::default, read).await.unwrap().ok().unwrap();
    assert_eq!(shown.members["scope"], "openid");
    assert_eq!(
        shown.members["redirect_uris"],
        json!(["http://localhost/cb"])
    );
    t.ok(
        "DeleteUserPoolClient",
        json!({"UserPoolId": s.pool, "ClientId": client}),
    )
    .await;
    assert_eq!(count(t, &s.pool).await, 0);
    assert!(listed(t, &s.pool, json!("DCR")).await.is_empty());
}

#[each_engine]
async fn a_change_of_a_registration_is_in_the_trail(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at DESC LIMIT 1";
    let rows = t.app.store.rows(sql, cognate_store::params![s.pool]).await;
    let doc: Value = serde_json::from_str(rows.unwrap()[0].text(0).unwrap()).unwrap();
    assert_eq!(doc["operation"], "ClientRegistration");
    assert_eq!(doc["detail"], made["client_id"]);
    assert_eq!(doc["address"], "192.0.2.1");
    assert!(
        !doc.to_string()
            .contains(text(&made["registration_access_token"]))
    );
}

#[each_engine]
async fn those_that_nobody_uses_go_after_thirty_days(t: &TestApp) {
    use cognate_domain::jobs::{runner::turn, unused_clients::UnusedClients};
    let s = open(t).await;
    with_api(
        t,
        &s.pool,
        json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": ["code", "client_credentials"]}),
    )
    .await;
    let unused = registered(t, &s.pool, None, &sdk()).await;
    // A user signed in to it.
    let (_, token) = registrar(t, &s.pool).await;
    let signed = registered(t, &s.pool, Some(&token), &sdk()).await;
    let asked = ask_at(text(&signed["client_id"]), None);
    let finished = page(t, &authorized(t, &asked).await).await;
    let request = cognate_domain::oauth::code::CodeRequest {
        redirect_uri: asked.redirect_uri,
        code_verifier: Some(VERIFIER),
        ..exchange(code(&finished.reply))
    };
    answer(traded(t, named(text(&signed["client_id"]), None), request).await);
    // One that acts for itself.
    let machine = json!({"grant_types": ["client_credentials"]});
    let machine = registered(t, &s.pool, None, &machine).await;
    for _ in 0..2 {
        token_of(
            t,
            text(&machine["client_id"]),
            text(&machine["client_secret"]),
        )
        .await;
    }
    // One that an administrator looks after.
    let managed = registered(t, &s.pool, None, &sdk()).await;
    let update = json!({"UserPoolId": s.pool, "ClientId": managed["client_id"]});
    t.ok("UpdateUserPoolClient", update).await;
    t.advance(30 * 86_400 - 60).await;
    let late = registered(t, &s.pool, None, &sdk()).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(count(t, &s.pool).await, 5);
    t.advance(60).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    let mut left: Vec<_> = [&signed, &machine, &managed, &late]
        .map(|made| text(&made["client_id"]).to_owned())
        .to_vec();
    left.sort();
    assert_eq!(listed(t, &s.pool, json!("DCR")).await, left);
    let gone = authorization_cause(t, text(&unused["client_id"])).await;
    assert_eq!(
        gone,
        cognate_domain::oauth::authorization::Cause::UnknownClient
    );
    let sql = "SELECT n FROM resource_counts WHERE pool_id = ?1 AND resource = 'dynamic_clients'";
    let rows = t.app.store.rows(sql, cognate_store::params![s.pool]).await;
    assert_eq!(rows.unwrap()[0].int(0).unwrap(), 4);
}

async fn authorization_cause(
    t: &TestApp,
    client: &str,
) -> cognate_domain::oauth::authorization::Cause {
    super::super::flow::cause(t, &ask_at(client, None)).await
}

#[each_engine]
async fn one_whose_consent_is_not_remembered_is_taken_out_all_the_same(t: &TestApp) {
    use cognate_domain::oauth::withdrawal;
    use cognate_domain::records::{pool::Pool, user::User};
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let client = text(&made["client_id"]);
    let refresh = super::idle::used(t, &made).await;
    let pool = Pool::load(&t.app.store, &t.app.root, &s.pool).await;
    let pool = pool.unwrap().unwrap();
    let user = User::find(&t.app.store, &pool, "jane").await;
    let user = user.unwrap().unwrap();
    let sql = "DELETE FROM consents WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    let withdrawn = async |client: &str| {
        let now = t.app.clock.service();
        let done = withdrawal::withdraw(&t.app.store, &pool, &user, client, now);
        done.await.unwrap()
    };
    // Users are not asked about a client of an administrator.
    assert_eq!(withdrawn(&s.client).await, None);
    assert_eq!(withdrawn(client).await, Some(0));
    let late = refusal(refreshed(t, named(client, None), &refresh).await);
    assert_eq!(late.error, "invalid_grant");
}
