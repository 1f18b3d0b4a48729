//! A client reads, changes and ends its own registration.

use cognate_domain::errors::oauth::REGISTRATION_TOKEN_NOT_GOOD;

use super::refused::count;
use super::*;

fn not_good() -> Refused {
    Refused::Token(REGISTRATION_TOKEN_NOT_GOOD)
}

async fn read(t: &TestApp, pool: &str, client: &str, token: &str) -> Result<Value, Refused> {
    let cx = cx(t, Endpoint::RegistrationRead);
    let work = || registration::read(&cx, pool, client, token);
    let outcome = run(&cx, About::default, work).await.unwrap();
    outcome.map(|shown| Value::Object(shown.members))
}

async fn change(
    t: &TestApp,
    pool: &str,
    (client, token): (&str, &str),
    body: &Value,
) -> Result<Value, Refused> {
    let cx = cx(t, Endpoint::RegistrationChange);
    let body = body.to_string();
    let work = || registration::change(&cx, pool, (client, token), body.as_bytes());
    let outcome = run(&cx, About::default, work).await.unwrap();
    outcome.map(|shown| Value::Object(shown.members))
}

async fn end(t: &TestApp, pool: &str, client: &str, token: &str) -> Result<(), Refused> {
    let cx = cx(t, Endpoint::RegistrationEnd);
    let work = || registration::end(&cx, pool, client, token);
    run(&cx, About::default, work).await.unwrap()
}

/// Returns the id of a client and the token of its registration.
fn keys(made: &Value) -> (&str, &str) {
    (
        text(&made["client_id"]),
        text(&made["registration_access_token"]),
    )
}

#[each_engine]
async fn a_client_reads_what_it_was_told(t: &TestApp) {
    let s = open(t).await;
    let body =
        json!({"redirect_uris": ["https://app.example/cb"], "client_name": "A \u{1f600} (b)"});
    for body in [sdk(), body] {
        let made = registered(t, &s.pool, None, &body).await;
        let (client, token) = keys(&made);
        assert_eq!(read(t, &s.pool, client, token).await, Ok(made.clone()));
    }
}

#[each_engine]
async fn a_change_replaces_all_and_the_token(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let (client, token) = keys(&made);
    let body = json!({
        "client_id": client, "redirect_uris": ["https://app.example/cb"], "scope": "openid",
        "client_name": "Other",
    });
    let changed = change(t, &s.pool, (client, token), &body).await.unwrap();
    let (same, next) = keys(&changed);
    assert_eq!(same, client);
    assert_eq!(changed["client_id_issued_at"], made["client_id_issued_at"]);
    assert_eq!(
        without_identity(changed.clone()),
        json!({
            "client_name": "Other", "redirect_uris": ["https://app.example/cb"],
            "grant_types": ["authorization_code"], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic", "scope": "openid",
        })
    );
    // It has a secret now, and what is kept is what was told.
    assert_eq!(read(t, &s.pool, client, token).await, Err(not_good()));
    assert_eq!(read(t, &s.pool, client, next).await, Ok(changed.clone()));
    let shown = describe(t, &s.pool, &changed["client_id"]).await;
    assert_eq!(shown["ClientSecret"], changed["client_secret"]);
    assert_eq!(shown["ClientName"], "Other");
    assert_eq!(
        shown["ExplicitAuthFlows"],
        json!(["ALLOW_REFRESH_TOKEN_AUTH"])
    );
    // The secret stays, unless it is given up.
    let again = with(
        body.clone(),
        json!({"client_secret": changed["client_secret"]}),
    );
    let again = change(t, &s.pool, (client, next), &again).await.unwrap();
    assert_eq!(again["client_secret"], changed["client_secret"]);
    let public = with(body, json!({"token_endpoint_auth_method": "none"}));
    let public = change(t, &s.pool, keys(&again), &public).await.unwrap();
    assert!(public.get("client_secret").is_none());
    let shown = describe(t, &s.pool, &public["client_id"]).await;
    assert!(shown.get("ClientSecret").is_none());
    assert_eq!(shown["RefreshTokenRotation"]["Feature"], "ENABLED");
    assert_eq!(shown["AllowedOAuthScopes"], json!(["openid"]));
}

#[each_engine]
async fn a_change_says_who_it_is_about_and_not_what_the_server_says(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let other = registered(t, &s.pool, None, &sdk()).await;
    let (client, token) = keys(&made);
    let own = with(sdk(), json!({"client_id": client}));
    let of_the_server = "registration_access_token, registration_client_uri, client_id_issued_at and \
                         client_secret_expires_at are set by the server.";
    for (extra, description) in [
        (
            json!({"client_id": other["client_id"]}),
            "client_id must be the client's.",
        ),
        (
            json!({"client_id": null}),
            "client_id must be the client's.",
        ),
        (
            json!({"client_secret": "x"}),
            "client_secret must be the client's.",
        ),
        (
            json!({"client_secret": ""}),
            "client_secret must be the client's.",
        ),
        (json!({"registration_access_token": token}), of_the_server),
        (
            json!({"registration_client_uri": "https://x.example/"}),
            of_the_server,
        ),
        (json!({"client_id_issued_at": 1}), of_the_server),
        (json!({"client_secret_expires_at": 0}), of_the_server),
    ] {
        let body = with(own.clone(), extra);
        let refused = change(t, &s.pool, (client, token), &body).await;
        let expected = Refused::Metadata(OAuthError {
            error: "invalid_client_metadata",
            description: Some(description.into()),
        });
        assert_eq!(refused, Err(expected), "{body}");
    }
    assert_eq!(read(t, &s.pool, client, token).await, Ok(made.clone()));
}

#[each_engine]
async fn a_registration_that_is_ended_is_gone_with_its_client(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let (client, token) = keys(&made);
    assert_eq!(end(t, &s.pool, client, token).await, Ok(()));
    assert_eq!(end(t, &s.pool, client, token).await, Err(not_good()));
    assert_eq!(read(t, &s.pool, client, token).await, Err(not_good()));
    let request = json!({"UserPoolId": s.pool, "ClientId": client});
    let text = format!("User pool client {client} does not exist.");
    t.refused(
        "DescribeUserPoolClient",
        request,
        "ResourceNotFoundException",
        &text,
    )
    .await;
    assert_eq!(count(t, &s.pool).await, 0);
}

#[each_engine]
async fn every_other_token_is_refused_and_costs_the_same(t: &TestApp) {
    let (s, elsewhere) = (open(t).await, open(t).await);
    let made = registered(t, &s.pool, None, &sdk()).await;
    let other = registered(t, &s.pool, None, &sdk()).await;
    let foreign = registered(t, &elsewhere.pool, None, &sdk()).await;
    let (client, token) = keys(&made);
    let mut costs = Vec::new();
    for (pool, client, token) in [
        (&s.pool, client, "x"),
        (&s.pool, client, ""),
        (&s.pool, client, keys(&other).1),
        (&s.pool, client, keys(&foreign).1),
        (&s.pool, "0000000000000000000000000z", token),
        // A client of an administrator.
        (&s.pool, s.client.as_str(), token),
        (&s.pool, s.client.as_str(), ""),
        (&elsewhere.pool, client, token),
        (&s.pool, keys(&foreign).0, keys(&foreign).1),
    ] {
        let before = t.app.store.work_of_all();
        assert_eq!(read(t, pool, client, token).await, Err(not_good()));
        let after = t.app.store.work_of_all();
        costs.push((
            after.reads - before.reads,
            after.statements - before.statements,
        ));
        let body = with(sdk(), json!({"client_id": client}));
        let changed = change(t, pool, (client, token), &body).await;
        assert_eq!(changed, Err(not_good()));
        assert_eq!(end(t, pool, client, token).await, Err(not_good()));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    assert_eq!(read(t, &s.pool, client, token).await, Ok(made.clone()));
}

#[each_engine]
async fn of_two_changes_at_once_one_is_made(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let (client, token) = keys(&made);
    let body = |name: &str| with(sdk(), json!({"client_id": client, "client_name": name}));
    let (one, two) = (body("one"), body("two"));
    let (one, two) = tokio::join!(
        change(t, &s.pool, (client, token), &one),
        change(t, &s.pool, (client, token), &two)
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    let won = won.unwrap();
    assert_eq!(lost, Err(not_good()));
    assert_eq!(
        read(t, &s.pool, client, keys(&won).1).await,
        Ok(won.clone())
    );
    let (client, token) = keys(&won);
    let (one, two) = tokio::join!(
        end(t, &s.pool, client, token),
        end(t, &s.pool, client, token)
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(count(t, &s.pool).await, 0);
}

/// Returns how many clients the pool counts that registered themselves.
async fn places(t: &TestApp, pool: &str) -> i64 {
    let sql = "SELECT n FROM resource_counts WHERE pool_id = ?1 AND resource = 'dynamic_clients'";
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    rows.unwrap()[0].int(0).unwrap()
}

#[each_engine]
async fn an_administrator_and_the_client_end_it_at_once_and_one_place_is_free(t: &TestApp) {
    let s = open(t).await;
    for left in 1..=5 {
        let made = registered(t, &s.pool, None, &sdk()).await;
        let stays = registered(t, &s.pool, None, &sdk()).await;
        let (client, token) = keys(&made);
        let input = json!({"UserPoolId": s.pool, "ClientId": client});
        let (own, by_administrator) = tokio::join!(
            end(t, &s.pool, client, token),
            t.call("DeleteUserPoolClient", input)
        );
        assert!(own.is_ok() != by_administrator.is_ok());
        assert_eq!(read(t, &s.pool, client, token).await, Err(not_good()));
        let (client, token) = keys(&stays);
        assert_eq!(read(t, &s.pool, client, token).await, Ok(stays.clone()));
        assert_eq!(count(t, &s.pool).await, left);
        assert_eq!(places(t, &s.pool).await, left);
    }
}

#[each_engine]
async fn changes_are_bounded_and_need_what_the_pool_allows(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let body = with(sdk(), json!({"client_id": made["client_id"]}));
    let changed = change(t, &s.pool, keys(&made), &body).await.unwrap();
    let sql = "UPDATE attempts SET n = 60 WHERE kind = 'changes of registration'";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![]);
    t.app.store.commit(batch).await.unwrap();
    for _ in 0..2 {
        let refused = change(t, &s.pool, keys(&changed), &body).await;
        assert_eq!(refused, Err(Refused::TooMany(3_600)));
    }
    let off = json!({"UserPoolId": s.pool, "DcrConfiguration": {"EnableStatus": "Disabled"}});
    t.ok("UpdateUserPool", off).await;
    let refused = change(t, &s.pool, keys(&changed), &body).await;
    let off = Refused::Denied(OAuthError {
        error: "access_denied",
        description: Some("Client registration is not enabled for this user pool.".into()),
    });
    assert_eq!(refused, Err(off));
    // Who came while it was on may still look, and leave.
    let (client, token) = keys(&changed);
    assert_eq!(read(t, &s.pool, client, token).await, Ok(changed.clone()));
    assert_eq!(end(t, &s.pool, client, token).await, Ok(()));
}

#[each_engine]
async fn a_row_of_another_program_is_refused(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let other = registered(t, &s.pool, None, &sdk()).await;
    let (client, _) = keys(&made);
    // The token of another client, put into the place of this one's.
    let sql = "UPDATE dynamic_clients SET created = created + 1 WHERE client_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![client]);
    t.app.store.commit(batch).await.unwrap();
    let cx = cx(t, Endpoint::RegistrationRead);
    let work = || registration::read(&cx, &s.pool, client, keys(&made).1);
    let fault = run(&cx, About::default, work).await.err().unwrap();
    assert_eq!(fault.code.as_str(), "InternalErrorException");
    let sql = "UPDATE dynamic_clients SET token_key = (SELECT token_key FROM dynamic_clients WHERE client_id = ?2) \
               WHERE client_id = ?1";
    let params = cognate_store::params![client, keys(&other).0];
    let batch = cognate_store::Batch::new().run(sql, params);
    t.app.store.commit(batch).await.unwrap();
    assert_eq!(
        read(t, &s.pool, client, keys(&other).1).await,
        Err(not_good())
    );
}
