//! Floods of registrations.

use super::refused::count;
use super::*;
use crate::oauth::flow::{HOST, page_at};

async fn from(t: &TestApp, address: &str, pool: &str) -> Result<Registration, Refused> {
    send(t, address, pool, None, sdk().to_string().as_bytes()).await
}

/// Writes how many were counted, as if so many had been made.
async fn counted(t: &TestApp, kind: &str, n: i64) {
    let sql = "UPDATE attempts SET n = ?2 WHERE kind = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![kind, n]);
    assert!(t.app.store.commit(batch).await.unwrap().touched() > 0);
}

fn commits(t: &TestApp) -> u64 {
    t.app.store.work_of_all().statements
}

#[each_engine]
async fn an_address_registers_twenty_an_hour_and_then_costs_nothing(t: &TestApp) {
    let s = open(t).await;
    for _ in 0..20 {
        from(t, "2001:db8::1", &s.pool).await.ok().unwrap();
    }
    assert_eq!(
        from(t, "2001:db8::2", &s.pool).await.err(),
        Some(Refused::TooMany(3_600))
    );
    t.advance(600).await;
    let before = commits(t);
    for _ in 0..10 {
        let refused = from(t, "2001:db8::3", &s.pool).await.err();
        assert_eq!(refused, Some(Refused::TooMany(3_000)));
    }
    assert_eq!(commits(t), before);
    // Another node counts with this one.
    let other = t.second_node().await;
    let refused = from(&other, "2001:db8::1", &s.pool).await.err();
    assert_eq!(refused, Some(Refused::TooMany(3_000)));
    assert_eq!(count(t, &s.pool).await, 20);
    from(t, "2001:db8:0:1::1", &s.pool).await.ok().unwrap();
    t.advance(3_000).await;
    from(t, "2001:db8::1", &s.pool).await.ok().unwrap();
}

#[each_engine]
async fn a_pool_registers_six_hundred_an_hour_of_everybody_and_of_a_client_each(t: &TestApp) {
    let s = open(t).await;
    from(t, "192.0.2.1", &s.pool).await.ok().unwrap();
    counted(t, "open registrations", 600).await;
    let refused = from(t, "192.0.2.2", &s.pool).await.err();
    assert_eq!(refused, Some(Refused::TooMany(3_600)));
    // Who has a token is counted apart.
    let (_, token) = registrar(t, &s.pool).await;
    registered(t, &s.pool, Some(&token), &sdk()).await;
    counted(t, "registrations by token", 600).await;
    let refused = register(t, &s.pool, Some(&token), &sdk()).await.err();
    assert_eq!(refused, Some(Refused::TooMany(3_600)));
    let (_, token) = registrar(t, &s.pool).await;
    registered(t, &s.pool, Some(&token), &sdk()).await;
}

pub async fn set_count(t: &TestApp, resource: &str, n: i64) {
    let sql = "UPDATE resource_counts SET n = ?2 WHERE resource = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![resource, n]);
    assert_eq!(t.app.store.commit(batch).await.unwrap().touched(), 1);
}

#[each_engine]
async fn those_that_anybody_made_leave_room_for_others(t: &TestApp) {
    let s = open(t).await;
    let (_, token) = registrar(t, &s.pool).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    set_count(t, "open_clients", 2_500).await;
    let full = Refused::Metadata(OAuthError {
        error: "invalid_client_metadata",
        description: Some("The user pool has reached its limit of registered clients.".into()),
    });
    assert_eq!(
        register(t, &s.pool, None, &sdk()).await.err(),
        Some(full.clone())
    );
    registered(t, &s.pool, Some(&token), &sdk()).await;
    set_count(t, "dynamic_clients", 5_000).await;
    let refused = register(t, &s.pool, Some(&token), &sdk()).await.err();
    assert_eq!(refused, Some(full));
    // One that goes makes room for one, and administrators need none.
    let gone = json!({"UserPoolId": s.pool, "ClientId": made["client_id"]});
    t.ok("DeleteUserPoolClient", gone).await;
    registered(t, &s.pool, None, &sdk()).await;
    assert!(register(t, &s.pool, None, &sdk()).await.is_err());
    client_of(t, &s.pool, json!({})).await;
}

#[each_engine]
async fn many_at_once_are_all_registered_or_refused(t: &TestApp) {
    let s = open(t).await;
    let all = (0..30).map(|_| from(t, "192.0.2.1", &s.pool));
    let all = crate::support::users::futures_all(all).await;
    let made = all.iter().filter(|made| made.is_ok()).count();
    assert_eq!(made, 20);
    for refused in all.iter().filter_map(|made| made.as_ref().err()) {
        assert!(matches!(refused, Refused::TooMany(_)), "{refused:?}");
    }
    assert_eq!(count(t, &s.pool).await, 20);
}

/// Makes an open pool with an app whose users may register clients: jane, and john.
pub async fn with_users(t: &TestApp, config: Value) -> Site {
    let scopes = json!({"AllowedOAuthScopes": ["openid", "aws.cognito/dcr/register"]});
    let s = hosted_with(t, json!({"DcrConfiguration": config}), scopes).await;
    user(t, &s.pool, "john").await;
    s
}

/// Returns a token of a user with the scope that registers clients.
pub async fn token_of_user(t: &TestApp, s: &Site, name: &str) -> String {
    let asked = Parameters {
        scope: Some("openid aws.cognito/dcr/register"),
        ..ask(&s.client)
    };
    let authorization = authorized(t, &asked).await;
    let finished = page_at(t, &authorization, name, HOST, None).await.unwrap();
    let request = exchange(code(&finished.reply));
    answer(traded(t, named(&s.client, None), request).await).access
}

#[each_engine]
async fn a_user_registers_twenty_an_hour_and_keeps_nobody_else_out(t: &TestApp) {
    let s = with_users(t, json!({"OpenDcrEnabled": true})).await;
    let (jane, john) = (
        token_of_user(t, &s, "jane").await,
        token_of_user(t, &s, "john").await,
    );
    let by = async |address: &str, token: &str| {
        let body = sdk().to_string();
        let made = send(t, address, &s.pool, Some(token), body.as_bytes()).await;
        made.map(drop)
    };
    for n in 0..20 {
        // From wherever she asks.
        assert_eq!(by(&format!("192.0.2.{n}"), &jane).await, Ok(()));
    }
    let again = token_of_user(t, &s, "jane").await;
    for token in [&jane, &again] {
        let refused = by("198.51.100.1", token).await;
        assert!(
            matches!(refused, Err(Refused::TooMany(3_500..=3_600))),
            "{refused:?}"
        );
    }
    assert_eq!(by("198.51.100.1", &john).await, Ok(()));
    assert_eq!(count(t, &s.pool).await, 21);
    // An address has as many with tokens of users and without any.
    for _ in 0..18 {
        from(t, "198.51.100.1", &s.pool).await.ok().unwrap();
    }
    assert_eq!(by("198.51.100.1", &john).await, Ok(()));
    let refused = by("198.51.100.1", &john).await;
    assert!(
        matches!(refused, Err(Refused::TooMany(3_500..=3_600))),
        "{refused:?}"
    );
    assert_eq!(by("203.0.113.1", &john).await, Ok(()));
    // What a client gets by itself counts for no address.
    let (_, token) = registrar(t, &s.pool).await;
    assert_eq!(by("198.51.100.1", &token).await, Ok(()));
}

#[each_engine]
async fn who_finds_a_pool_full_is_counted_and_then_costs_nothing(t: &TestApp) {
    let s = open(t).await;
    registered(t, &s.pool, None, &sdk()).await;
    set_count(t, "open_clients", 2_500).await;
    for _ in 0..20 {
        let refused = from(t, "192.0.2.7", &s.pool).await.err();
        assert!(matches!(refused, Some(Refused::Metadata(_))), "{refused:?}");
    }
    let too_many = async || {
        let refused = from(t, "192.0.2.7", &s.pool).await.err();
        assert!(
            matches!(refused, Some(Refused::TooMany(3_500..=3_600))),
            "{refused:?}"
        );
    };
    too_many().await;
    let before = commits(t);
    for _ in 0..4 {
        too_many().await;
    }
    assert_eq!(commits(t), before);
}

#[each_engine]
async fn many_at_once_find_room_in_a_full_pool(t: &TestApp) {
    const MANY: usize = 24;
    let s = open(t).await;
    let all = async |net: &str| {
        let all = (0..MANY).map(|n| format!("{net}.{n}")).collect::<Vec<_>>();
        let all = all.iter().map(|address| from(t, address, &s.pool));
        let all = crate::support::users::futures_all(all).await.into_iter();
        let refused: Vec<_> = all.filter_map(Result::err).collect();
        assert_eq!(refused, []);
    };
    all("192.0.2").await;
    t.advance(7_200).await;
    set_count(t, "open_clients", 2_500).await;
    all("198.51.100").await;
    assert_eq!(count(t, &s.pool).await, i64::try_from(MANY).unwrap());
}
