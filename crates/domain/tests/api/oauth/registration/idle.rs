//! Clients that nobody answers for and that nobody uses any more: they go after a time, and earlier where a pool is full.

use cognate_domain::jobs::{runner::turn, unused_clients::UnusedClients};
use cognate_domain::oauth::code::CodeRequest;
use cognate_domain::oauth::consent::Question;
use cognate_domain::oauth::hosted::{Answered, Said};

use super::bounds::set_count;
use super::refused::count;
use super::*;
use crate::oauth::flow::{by_cookie_saying, cookie};

const DAY: i64 = 86_400;

/// Signs jane in by a client, who lets it in; returns its refresh token.
pub async fn used(t: &TestApp, client: &Value) -> String {
    let id = text(&client["client_id"]);
    let asked = ask_at(id, Some("openid"));
    let authorization = authorized(t, &asked).await;
    let finished = page(t, &authorization).await;
    let reply = match Question::of(&authorization) {
        None => finished.reply,
        Some(question) => {
            let said = (true, Said::Allow(&question.digest));
            match by_cookie_saying(t, &authorization, cookie(&finished), said).await {
                Answered::Reply(reply) => reply,
                Answered::Question(question) => panic!("{question:?}"),
            }
        }
    };
    let request = CodeRequest {
        redirect_uri: asked.redirect_uri,
        code_verifier: Some(VERIFIER),
        ..exchange(code(&reply))
    };
    answer(traded(t, named(id, None), request).await)
        .refresh
        .unwrap()
}

/// The clients of a pool that registered themselves.
async fn left(t: &TestApp, pool: &str) -> Vec<String> {
    let sql = "SELECT client_id FROM dynamic_clients WHERE pool_id = ?1 ORDER BY client_id";
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    let ids = rows.unwrap().into_iter();
    ids.map(|row| row.text(0).unwrap().to_owned()).collect()
}

fn ids<const N: usize>(clients: [&Value; N]) -> Vec<String> {
    let mut ids = clients.map(|client| text(&client["client_id"]).to_owned());
    ids.sort();
    ids.to_vec()
}

#[each_engine]
async fn those_that_nobody_answers_for_go_ninety_days_after_their_last_use(t: &TestApp) {
    let s = open(t).await;
    let idle = registered(t, &s.pool, None, &sdk()).await;
    let again = registered(t, &s.pool, None, &sdk()).await;
    let managed = registered(t, &s.pool, None, &sdk()).await;
    let (_, token) = registrar(t, &s.pool).await;
    let vouched = registered(t, &s.pool, Some(&token), &sdk()).await;
    for client in [&idle, &again, &managed, &vouched] {
        used(t, client).await;
    }
    let update = json!({
        "UserPoolId": s.pool, "ClientId": managed["client_id"], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "AllowedOAuthFlowsUserPoolClient": true,
        "CallbackURLs": ["http://127.0.0.1/callback"], "SupportedIdentityProviders": ["COGNITO"],
    });
    t.ok("UpdateUserPoolClient", update).await;
    // A use is noted once a day.
    t.advance(DAY - 60).await;
    used(t, &again).await;
    t.advance(120).await;
    used(t, &again).await;
    t.advance(89 * DAY - 120).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(count(t, &s.pool).await, 4);
    t.advance(120).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(left(t, &s.pool).await, ids([&again, &managed, &vouched]));
    t.advance(DAY).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(left(t, &s.pool).await, ids([&managed, &vouched]));
    // Their places are free, and the trail says what became of them.
    for (resource, n) in [("dynamic_clients", 2), ("open_clients", 1)] {
        let sql = "SELECT n FROM resource_counts WHERE pool_id = ?1 AND resource = ?2";
        let params = cognate_store::params![&s.pool, resource];
        let rows = t.app.store.rows(sql, params).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), n, "{resource}");
    }
    let sql =
        "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%RemoveUnusedClient%' ORDER BY at";
    let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]).await;
    let rows = rows.unwrap();
    let gone: Vec<Value> = rows
        .iter()
        .map(|row| serde_json::from_str::<Value>(row.text(0).unwrap()).unwrap()["detail"].clone())
        .collect();
    assert_eq!(
        gone,
        [idle["client_id"].clone(), again["client_id"].clone()]
    );
    // A client that administrators manage is not idle when it is used again, either.
    used(t, &managed).await;
    t.advance(91 * DAY).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(left(t, &s.pool).await, ids([&managed, &vouched]));
}

fn full() -> Refused {
    Refused::Metadata(OAuthError {
        error: "invalid_client_metadata",
        description: Some("The user pool has reached its limit of registered clients.".into()),
    })
}

#[each_engine]
async fn where_a_pool_is_full_an_unused_client_makes_room(t: &TestApp) {
    let s = open(t).await;
    let first = registered(t, &s.pool, None, &sdk()).await;
    t.advance(60).await;
    let second = registered(t, &s.pool, None, &sdk()).await;
    let working = registered(t, &s.pool, None, &sdk()).await;
    let refresh = used(t, &working).await;
    set_count(t, "open_clients", 2_500).await;
    // Each has an hour for its first sign-in.
    t.advance(3_600 - 120).await;
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    t.advance(60).await;
    let third = registered(t, &s.pool, None, &sdk()).await;
    assert_eq!(left(t, &s.pool).await, ids([&second, &working, &third]));
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    let cause = crate::oauth::flow::cause(t, &ask_at(text(&first["client_id"]), None)).await;
    assert_eq!(
        cause,
        cognate_domain::oauth::authorization::Cause::UnknownClient
    );
    t.advance(60).await;
    let fourth = registered(t, &s.pool, None, &sdk()).await;
    assert_eq!(left(t, &s.pool).await, ids([&working, &third, &fourth]));
    // However many come, one that is used stays.
    t.advance(7_200).await;
    for _ in 0..2 {
        registered(t, &s.pool, None, &sdk()).await;
    }
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    assert!(left(t, &s.pool).await.contains(&ids([&working])[0]));
    answer(refreshed(t, named(text(&working["client_id"]), None), &refresh).await);
    assert_eq!(count(t, &s.pool).await, 3);
}

#[each_engine]
async fn where_a_pool_is_full_of_used_ones_the_one_without_tokens_makes_room(t: &TestApp) {
    let s = open(t).await;
    let (_, token) = registrar(t, &s.pool).await;
    let vouched = registered(t, &s.pool, Some(&token), &sdk()).await;
    let first = registered(t, &s.pool, None, &sdk()).await;
    let second = registered(t, &s.pool, None, &sdk()).await;
    for client in [&vouched, &first] {
        used(t, client).await;
    }
    t.advance(DAY).await;
    let refresh = used(t, &second).await;
    set_count(t, "open_clients", 2_500).await;
    t.advance(31 * DAY - 60).await;
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    // Nothing of its tokens is good any more.
    t.advance(120).await;
    let third = registered(t, &s.pool, None, &sdk()).await;
    assert_eq!(left(t, &s.pool).await, ids([&vouched, &second, &third]));
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    let late = refusal(refreshed(t, named(text(&second["client_id"]), None), &refresh).await);
    assert_eq!(late.error, "invalid_grant");
    // Those that somebody answers for find room in the same way.
    set_count(t, "dynamic_clients", 5_000).await;
    t.advance(DAY).await;
    registered(t, &s.pool, Some(&token_again(t, &s.pool).await), &sdk()).await;
    assert!(!left(t, &s.pool).await.contains(&ids([&third])[0]));
    assert!(left(t, &s.pool).await.contains(&ids([&vouched])[0]));
}

async fn token_again(t: &TestApp, pool: &str) -> String {
    registrar(t, pool).await.1
}

#[each_engine]
async fn a_token_of_its_own_keeps_no_place_for_a_client(t: &TestApp) {
    let config =
        json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": ["code", "client_credentials"]});
    let s = pool_with(t, config.clone()).await;
    with_api(t, &s.pool, config).await;
    let machine = json!({"grant_types": ["client_credentials"]});
    let mut machines = Vec::new();
    for _ in 0..3 {
        machines.push(registered(t, &s.pool, None, &machine).await);
    }
    let own = async |client: &Value| {
        token_of(
            t,
            text(&client["client_id"]),
            text(&client["client_secret"]),
        )
        .await
    };
    let working = registered(t, &s.pool, None, &sdk()).await;
    used(t, &working).await;
    // As long as one has tokens it stays where there is room, and ninety days more.
    for _ in 0..2 {
        t.advance(29 * DAY).await;
        for client in &machines {
            own(client).await;
        }
    }
    used(t, &working).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(count(t, &s.pool).await, 4);
    let waits = registered(t, &s.pool, None, &sdk()).await;
    set_count(t, "open_clients", 2_500).await;
    t.advance(3_600 - 60).await;
    own(&machines[1]).await;
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    // Where there is none, those that nobody used go first, then those that nobody but themselves did.
    t.advance(120).await;
    let first = registered(t, &s.pool, None, &sdk()).await;
    assert!(!left(t, &s.pool).await.contains(&ids([&waits])[0]));
    let mut made = vec![first];
    for _ in 0..3 {
        made.push(registered(t, &s.pool, None, &sdk()).await);
    }
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    let mut expected: Vec<String> = made.iter().chain([&working]).map(id).collect();
    expected.sort();
    assert_eq!(left(t, &s.pool).await, expected);
}

fn id(client: &Value) -> String {
    text(&client["client_id"]).to_owned()
}

#[each_engine]
async fn a_client_without_a_token_of_its_own_goes_after_ninety_days(t: &TestApp) {
    let config = json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": ["client_credentials"]});
    let s = pool_with(t, config.clone()).await;
    with_api(t, &s.pool, config).await;
    let machine = json!({"grant_types": ["client_credentials"]});
    let made = registered(t, &s.pool, None, &machine).await;
    t.advance(DAY).await;
    for _ in 0..2 {
        token_of(t, text(&made["client_id"]), text(&made["client_secret"])).await;
    }
    t.advance(90 * DAY - 60).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(count(t, &s.pool).await, 1);
    t.advance(120).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(count(t, &s.pool).await, 0);
}

#[each_engine]
async fn a_use_that_is_noted_late_makes_no_managed_client_go(t: &TestApp) {
    let s = open(t).await;
    let (managed, unused) = (
        registered(t, &s.pool, None, &sdk()).await,
        registered(t, &s.pool, None, &sdk()).await,
    );
    for client in [&managed, &unused] {
        let update = json!({"UserPoolId": s.pool, "ClientId": client["client_id"]});
        t.ok("UpdateUserPoolClient", update).await;
    }
    let row = async |client: &Value| {
        let sql = "SELECT used, idle_since FROM dynamic_clients WHERE client_id = ?1";
        let params = cognate_store::params![id(client)];
        let rows = t.app.store.rows(sql, params).await.unwrap();
        (rows[0].int(0).unwrap(), rows[0].opt_int(1).unwrap())
    };
    // What a request writes that read the client before the administrator's update.
    let late = async |client: &Value, used: i64, days: i64| {
        let sql = "UPDATE dynamic_clients SET used = ?2, idle_since = ?3, created = ?3 WHERE client_id = ?1";
        let at = t.app.clock.service() - days * DAY * 1_000_000;
        let params = cognate_store::params![id(client), used, at];
        let batch = cognate_store::Batch::new().run(sql, params);
        assert_eq!(t.app.store.commit(batch).await.unwrap().touched(), 1);
    };
    late(&managed, 1, 91).await;
    late(&unused, 0, 91).await;
    turn::<UnusedClients>(&t.app, "node").await.unwrap();
    assert_eq!(left(t, &s.pool).await, ids([&managed, &unused]));
    for client in [&managed, &unused] {
        assert_eq!(row(client).await, (1, None));
    }
    // Nor do they make room.
    late(&managed, 1, 33).await;
    late(&unused, 0, 1).await;
    set_count(t, "open_clients", 2_500).await;
    assert_eq!(register(t, &s.pool, None, &sdk()).await.err(), Some(full()));
    for client in [&managed, &unused] {
        assert_eq!(row(client).await, (1, None));
    }
}
