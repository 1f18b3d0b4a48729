//! DeleteUserPool and the purge of what a deleted pool leaves.

use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner::Job;
use cognate_store::tables::{guards, pools};
use cognate_store::{Batch, CommitError, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{describe, pool};

const DEPENDENTS: &[&str] = &[
    "INSERT INTO users (pool_id, user_id, username, status, enabled, doc, credential, created, modified, ver) \
     VALUES (?1, ?2, ?2, 'CONFIRMED', 1, '{}', NULL, 0, 0, 1)",
    "INSERT INTO logins (pool_id, name, kind, user_id) VALUES (?1, ?2, 'username', ?2)",
    "INSERT INTO user_attrs (pool_id, attr, value, user_id) VALUES (?1, 'email', ?2, ?2)",
    "INSERT INTO tombstones (pool_id, user_id, at) VALUES (?1, ?2, 0)",
    "INSERT INTO user_groups (pool_id, name, folded, group_id, created, modified, ver) VALUES (?1, ?2, ?2, ?2, 0, 0, 1)",
    "INSERT INTO group_members (pool_id, group_id, user_id) VALUES (?1, ?2, ?2)",
    "INSERT INTO resource_counts (pool_id, resource, n) VALUES (?1, ?2, 1)",
    "INSERT INTO resource_servers (pool_id, identifier, name, scopes, created, modified, ver) VALUES (?1, ?2, ?2, '[]', 0, 0, 1)",
    "INSERT INTO terms (pool_id, terms_id, client_id, name, doc, created, modified, ver) VALUES (?1, ?2, ?2, ?2, '{}', 0, 0, 1)",
    "INSERT INTO cimd_policies (pool_id, policy_id, client_id, doc, created, modified, ver) VALUES (?1, ?2, ?2, '{}', 0, 0, 1)",
    "INSERT INTO cimd_documents (pool_id, policy_id, url, doc, cached, ends, used, ver) VALUES (?1, ?2, ?2, '', 0, 0, 0, 1)",
    "INSERT INTO devices (pool_id, user_id, device_key, group_key, remembered, last_ip, created, modified, authenticated) \
     VALUES (?1, ?2, ?2, '-g', 1, '', 0, 0, 0)",
    "INSERT INTO passkeys (pool_id, credential_id, user_id, rp_id, public_key, sign_count, doc, created, used) \
     VALUES (?1, ?2, ?2, 'a.example', ?3, 0, '{}', 0, 0)",
    "INSERT INTO codes (pool_id, user_id, purpose, sealed, created, expires, failures, ver, bucket) \
     VALUES (?1, ?2, 'sign_up', ?3, 0, 0, 0, 1, 0)",
    "INSERT INTO software_tokens (pool_id, user_id, seed, last_step, pending, ver) VALUES (?1, ?2, ?3, 0, NULL, 1)",
    "INSERT INTO custom_auth (pool_id, user_id, row_id, sealed, expires, ver, bucket) VALUES (?1, ?2, ?2, ?3, 0, 1, 0)",
    "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) VALUES (?1, ?2, 'k', 1, 0, 0, 0, 0)",
    "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket) \
     VALUES (?1, ?2, ?2, 'c', '{}', 0, 0, 1, 0)",
    "INSERT INTO session_turns (pool_id, user_id, n) VALUES (?1, ?2, 1)",
    "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES (?1, ?2, 0, 0)",
    "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket) VALUES (?1, ?2, 0, ?2, '{}', 0, 0)",
    "INSERT INTO messages (pool_id, message_id, user_id, state, due, sealed, created, ver, bucket) \
     VALUES (?1, ?2, ?2, 3, 0, ?3, 0, 1, 0)",
    "INSERT INTO signing_keys (pool_id, kid, key_use, state, public, sealed, created) VALUES (?1, ?2, 'id', 2, '{}', ?3, 0)",
];

const LEFT: &[&str] = &[
    "SELECT 1 FROM users WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM logins WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM user_attrs WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM tombstones WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM user_groups WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM group_members WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM resource_counts WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM resource_servers WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM terms WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM cimd_policies WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM cimd_documents WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM devices WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM passkeys WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM codes WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM software_tokens WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM custom_auth WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM attempts WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM sessions WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM session_turns WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM spent WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM auth_events WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM messages WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM signing_keys WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM current_keys WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM user_counts WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM clients WHERE pool_id = ?1 LIMIT 1",
    "SELECT 1 FROM client_pools WHERE pool_id = ?1 LIMIT 1",
];

/// Puts `rows` rows into every table that hangs on a pool.
async fn fill(t: &TestApp, pool_id: &str, rows: usize) {
    for statement in DEPENDENTS {
        let mut batch = Batch::new();
        for n in 0..rows {
            // PostgreSQL wants exactly the parameters that a statement names.
            batch = if statement.contains("?3") {
                batch.run(statement, params![pool_id, format!("x{n}"), vec![1_u8]])
            } else {
                batch.run(statement, params![pool_id, format!("x{n}")])
            };
        }
        t.app.store.commit(batch).await.unwrap();
    }
    let batch = Batch::new()
        .run(
            "INSERT INTO current_keys (pool_id, key_use, kid) VALUES (?1, 'id', 'x')",
            params![pool_id],
        )
        .run(
            "INSERT INTO user_counts (pool_id, shard, n) VALUES (?1, 0, ?2)",
            params![pool_id, 3],
        )
        .run(
            "INSERT INTO user_counts (pool_id, shard, n) VALUES (?1, 1, ?2)",
            params![pool_id, -1],
        );
    t.app.store.commit(batch).await.unwrap();
}

/// Returns how many of the tables that depend on a pool hold a row of it.
async fn left(t: &TestApp, pool_id: &str) -> usize {
    let mut tables = 0;
    for statement in LEFT {
        tables += t
            .app
            .store
            .rows(statement, params![pool_id])
            .await
            .unwrap()
            .len();
    }
    tables
}

#[each_engine]
async fn a_protected_pool_is_not_deleted(t: &TestApp) {
    let id = pool(t, json!({"DeletionProtection": "ACTIVE"})).await;
    t.refused(
        "DeleteUserPool", json!({"UserPoolId": id}), "InvalidParameterException",
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
         inactivated first.",
    ).await;
    t.ok(
        "UpdateUserPool",
        json!({"UserPoolId": id, "DeletionProtection": "INACTIVE"}),
    )
    .await;
    assert_eq!(
        t.ok("DeleteUserPool", json!({"UserPoolId": id})).await,
        Value::Null
    );
}

#[each_engine]
async fn a_deleted_pool_is_gone_at_once_with_its_clients(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let client = t
        .ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": "c", "GenerateSecret": true}),
        )
        .await;
    let client = client["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    let gone = format!("User pool {id} does not exist.");
    for (op, more) in [
        ("DescribeUserPool", json!({})),
        ("UpdateUserPool", json!({})),
        ("DeleteUserPool", json!({})),
        ("ListUserPoolClients", json!({})),
        ("CreateUserPoolClient", json!({"ClientName": "d"})),
        ("DescribeUserPoolClient", json!({"ClientId": client})),
        ("UpdateUserPoolClient", json!({"ClientId": client})),
        ("DeleteUserPoolClient", json!({"ClientId": client})),
    ] {
        let mut request = more;
        request["UserPoolId"] = json!(id);
        t.refused(op, request, "ResourceNotFoundException", &gone)
            .await;
    }
    assert_eq!(
        t.ok("ListUserPools", json!({"MaxResults": 60})).await,
        json!({"UserPools": []})
    );
}

/// A sign-in holds its user until the commit, and nothing of the pool: what it adds to tables that the purge has passed is
/// deleted all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL"]
async fn a_sign_in_that_is_open_while_its_pool_is_purged_leaves_nothing() {
    const SLEEPS: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let t = TestApp::postgres().await;
    let id = pool(&t, json!({})).await;
    let user = Batch::new().run(DEPENDENTS[0], params![&id, "u"]);
    t.app.store.commit(user).await.unwrap();
    let sign_in = |pause: i64| {
        let batch = guards::require_pool_active_now(Batch::new(), &id);
        let batch = guards::require_user_unchanged(batch, &id, "u", 1);
        // Before the table of users and behind it; nothing sweeps either.
        let batch = batch.run(
            "INSERT INTO risk_profiles (pool_id, user_id, doc, ver) VALUES (?1, 'u', '{}', 1)",
            params![&id],
        );
        let batch = batch.run(
            "INSERT INTO tombstones (pool_id, user_id, at) VALUES (?1, 'u', 0)",
            params![&id],
        );
        batch.run("SELECT 1 FROM pg_sleep(?1)", params![pause])
    };
    let (store, slow) = (t.app.store.clone(), sign_in(2));
    let open = tokio::spawn(async move { store.commit(slow).await });
    while t.app.store.row(SLEEPS, params![]).await.unwrap().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    assert!(!open.is_finished(), "the deletion waits for no sign-in");
    let mut rounds = 1;
    while !PoolDeletion::default()
        .portion(&t.app, &id, "")
        .await
        .unwrap()
        .is_done()
    {
        rounds += 1;
    }
    open.await.unwrap().unwrap();
    let rows = "SELECT 1 FROM risk_profiles WHERE pool_id = ?1 UNION ALL SELECT 1 FROM tombstones WHERE pool_id = ?1";
    let rows = t.app.store.rows(rows, params![&id]).await.unwrap();
    assert_eq!((rows.len(), left(&t, &id).await, rounds), (0, 0, 3));
    // What begins later finds no active pool.
    let late = t.app.store.commit(sign_in(0)).await;
    assert_eq!(late, Err(CommitError::Conflict(guards::POOL_GONE)));
}

#[each_engine]
async fn the_purge_takes_every_row_of_the_pool_and_of_no_other(t: &TestApp) {
    let (gone, stays) = (pool(t, json!({})).await, pool(t, json!({})).await);
    for id in [&gone, &stays] {
        t.ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": "c"}),
        )
        .await;
        fill(t, id, 5).await;
    }
    // The count is the sum of the shards.
    assert_eq!(describe(t, &stays).await["EstimatedNumberOfUsers"], 2);
    assert!(
        PoolDeletion::default()
            .portion(&t.app, &stays, "")
            .await
            .unwrap()
            .is_done(),
        "an active pool is not purged"
    );
    t.ok("DeleteUserPool", json!({"UserPoolId": gone})).await;
    let jobs = t
        .app
        .store
        .rows(
            "SELECT job_key FROM jobs WHERE kind = 'delete_pool'",
            vec![],
        )
        .await
        .unwrap();
    assert_eq!(jobs[0].text(0).unwrap(), gone);
    while !PoolDeletion::default()
        .portion(&t.app, &gone, "")
        .await
        .unwrap()
        .is_done()
    {}
    assert_eq!(
        (left(t, &gone).await, left(t, &stays).await),
        (0, LEFT.len())
    );
    let row = t
        .app
        .store
        .row(
            "SELECT doc, data_key FROM pools WHERE pool_id = ?1",
            params![&gone],
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.text(0).unwrap(), row.bytes(1).unwrap()),
        ("{}", &[][..])
    );
    assert_eq!(pools::state(&t.app.store, &gone).await.unwrap(), Some(2));
    assert!(
        PoolDeletion::default()
            .portion(&t.app, &gone, "")
            .await
            .unwrap()
            .is_done(),
        "a second purge finds nothing to do"
    );
}

#[each_engine]
async fn a_client_made_while_its_pool_is_deleted_leaves_nothing(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let make = || {
        t.call(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": "c", "GenerateSecret": true}),
        )
    };
    let delete = t.call("DeleteUserPool", json!({"UserPoolId": id}));
    let (a, b, c, deleted, d, e, f) =
        tokio::join!(make(), make(), make(), delete, make(), make(), make());
    assert!(deleted.is_ok());
    let gone = format!("User pool {id} does not exist.");
    for answer in [a, b, c, d, e, f] {
        if let Err(refusal) = answer {
            assert_eq!(
                refusal,
                ("ResourceNotFoundException".to_owned(), gone.clone())
            );
        }
    }
    while !PoolDeletion::default()
        .portion(&t.app, &id, "")
        .await
        .unwrap()
        .is_done()
    {}
    assert_eq!(left(t, &id).await, 0);
    t.refused(
        "CreateUserPoolClient",
        json!({"UserPoolId": id, "ClientName": "c"}),
        "ResourceNotFoundException",
        &gone,
    )
    .await;
}

#[each_engine]
async fn the_purge_goes_in_portions(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let mut batch = Batch::new();
    let rows = pools::PURGE_ROWS * 5 / 2;
    for n in 0..rows {
        batch = batch.run(
            "INSERT INTO tombstones (pool_id, user_id, at) VALUES (?1, ?2, 0)",
            params![&id, format!("u{n}")],
        );
    }
    t.app.store.commit(batch).await.unwrap();
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    let mut portions = 1;
    while !PoolDeletion::default()
        .portion(&t.app, &id, "")
        .await
        .unwrap()
        .is_done()
    {
        portions += 1;
    }
    // The last one goes through all tables and finds nothing.
    assert_eq!(portions, 4);
    assert_eq!(left(t, &id).await, 0);
}
