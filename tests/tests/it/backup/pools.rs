//! Pools: into the server that lost them, and into another one that is in use.

use cognate_domain::records::pool::Issuer;
use cognate_domain::tokens::issuer;
use cognate_store::tables::pools;
use serde_json::json;

use super::{Archive, Empty, On, World, world};
use crate::site::*;

/// Checks that the pool is not there for anybody.
async fn assert_gone(server: &cognate_testkit::TestServer, world: &World) {
    let asked = by_password(&world.site.client, "jane", PASSWORD);
    let reply = server.unsigned().call("InitiateAuth", asked).await.unwrap();
    assert_eq!(
        reply.error(),
        "ResourceNotFoundException",
        "{}",
        reply.text()
    );
}

async fn comes_to_another_server(on: On, name: &str) {
    let there = Empty::on(On::Sqlite, &format!("{name}-from")).await;
    let server = there.start().await;
    let world = world(&server).await;
    let left = site(&server.raw(), json!({}), json!({})).await;
    let (app, own) = (
        &server.state().app,
        Issuer::Custom("https://id.example".into()),
    );
    issuer::set(
        &app.store,
        &app.root,
        app.clock.service(),
        &left.pool,
        Some(&own),
    )
    .await
    .unwrap();
    let published = json!({
        "UserPoolId": left.pool, "ClientName": "p", "GenerateSecret": true, "PublishSecretsInAWSSecretsManager": true,
    });
    let published = server.raw().ok("CreateUserPoolClient", published).await;
    let published = published.unwrap()["UserPoolClient"].clone();
    let whole = Archive::of(&server, &[]).await;
    let one = Archive::of(&server, &[&world.site.pool]).await;
    for row in one.rows("users") {
        assert_eq!(super::cell_text(&row[0]), world.site.pool);
    }
    assert!(one.rows("access_keys").is_empty() && one.rows("meta").is_empty());
    server.stop().await;

    let here = Empty::on(on, &format!("{name}-to")).await;
    let server = here.start().await;
    let own = site(&server.raw(), json!({}), json!({})).await;
    user(&server.raw(), &own.pool, "olga", json!([])).await;
    assert_gone(&server, &world).await;
    let restored = one.restore_into(&server, &[]).await.unwrap();
    assert_eq!(restored.pools, std::slice::from_ref(&world.site.pool));
    world.goes_on(&server).await;
    sign_in(&server.unsigned(), &own.client, "olga").await;
    // It is there now.
    let refused = one
        .restore_into(&server, &[])
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.ends_with("is here already"), "{refused}");
    world.goes_on(&server).await;
    // Another one, out of the archive of the whole server.
    let refused = whole
        .restore_into(&server, &[])
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("say which pool"), "{refused}");
    let refused = whole.restore_into(&server, &["us-east-1_nothing00"]).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("has no pool"), "{refused}");
    whole.restore_into(&server, &[&left.pool]).await.unwrap();
    user(&server.raw(), &left.pool, "lee", json!([])).await;
    sign_in(&server.unsigned(), &left.client, "lee").await;
    // Its issuer leads to it.
    let at = issuer::pool_at(&server.state().app, "id.example").await;
    assert_eq!(at.unwrap().unwrap().id, left.pool);
    // A secret is published again, for which the client has its job.
    let ids = json!({"UserPoolId": left.pool, "ClientId": published["ClientId"]});
    let shown = server.raw().ok("DescribeUserPoolClient", ids).await;
    assert_eq!(shown.unwrap()["UserPoolClient"], published);
    let jobs = "SELECT job_key FROM jobs WHERE kind = 'client_secret'";
    let store = &server.state().app.store;
    let rows = store.rows(jobs, cognate_store::params![]).await.unwrap();
    let key = format!("{}/{}", left.pool, published["ClientId"].as_str().unwrap());
    let keys: Vec<_> = rows
        .iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect();
    assert_eq!(keys, [key]);
    // The trail says so.
    let trail = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%RestoreUserPool%'";
    let store = &server.state().app.store;
    let rows = store
        .rows(trail, cognate_store::params![&left.pool])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    server.stop().await;
    there.forget();
    here.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_comes_to_another_server_on_sqlite() {
    comes_to_another_server(On::Sqlite, "pool-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_pool_comes_to_another_server_on_postgresql() {
    comes_to_another_server(On::Postgres, "pool-p").await;
}

async fn comes_back(on: On, name: &str) {
    let there = Empty::on(on, name).await;
    let server = there.start().await;
    let world = world(&server).await;
    let archive = Archive::of(&server, &[&world.site.pool]).await;
    let delete = json!({ "UserPoolId": world.site.pool });
    server.raw().ok("DeleteUserPool", delete).await.unwrap();
    assert_gone(&server, &world).await;
    let store = server.state().app.store.clone();
    // While its rows are being deleted, it waits for that; the job or the restore does it.
    let state = || async { pools::state(&store, &world.site.pool).await.unwrap() };
    assert_eq!(state().await, Some(1));
    let begin = std::time::Instant::now();
    loop {
        match archive.restore_into(&server, &[]).await {
            Ok(_) => break,
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("try again"), "{text}");
                assert!(begin.elapsed().as_secs() < 60, "{text}");
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(state().await, Some(0));
    world.goes_on(&server).await;
    server.stop().await;
    there.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_pool_comes_back_on_sqlite() {
    comes_back(On::Sqlite, "back-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_deleted_pool_comes_back_on_postgresql() {
    comes_back(On::Postgres, "back-p").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_and_domains_that_are_here_stay_what_they_are() {
    let there = Empty::on(On::Sqlite, "taken").await;
    let server = there.start().await;
    let world = world(&server).await;
    let (pool, client) = (&world.site.pool, &world.site.client);
    let domain = json!({ "UserPoolId": pool, "Domain": "auth-of-jane" });
    server
        .raw()
        .ok("CreateUserPoolDomain", domain.clone())
        .await
        .unwrap();
    let archive = Archive::of(&server, &[pool]).await;
    let delete = json!({ "UserPoolId": pool, "Domain": "auth-of-jane" });
    server
        .raw()
        .ok("DeleteUserPoolDomain", delete)
        .await
        .unwrap();
    server.stop().await;

    // A server where somebody else has the domain.
    let here = Empty::on(On::Sqlite, "taken-to").await;
    let server = here.start().await;
    let own = site(&server.raw(), json!({}), json!({})).await;
    let theirs = json!({ "UserPoolId": own.pool, "Domain": "auth-of-jane" });
    server
        .raw()
        .ok("CreateUserPoolDomain", theirs)
        .await
        .unwrap();
    let refused = archive
        .restore_into(&server, &[])
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("a row of domains is here already"),
        "{refused}"
    );
    assert_gone(&server, &world).await;
    let store = server.state().app.store.clone();
    assert_eq!(pools::state(&store, pool).await.unwrap(), Some(2), "undone");
    let lookup = json!({ "Domain": "auth-of-jane" });
    let found = server
        .raw()
        .ok("DescribeUserPoolDomain", lookup)
        .await
        .unwrap();
    assert_eq!(found["DomainDescription"]["UserPoolId"], json!(own.pool));
    // Where somebody else has the client, its entry survives that the restore is undone.
    let take = "INSERT INTO client_pools (client_id, pool_id) VALUES (?1, ?2)";
    let params = cognate_store::params![client, &own.pool];
    store
        .commit(cognate_store::Batch::new().run(take, params))
        .await
        .unwrap();
    let refused = archive
        .restore_into(&server, &[])
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("is here already"), "{refused}");
    let kept = "SELECT pool_id FROM client_pools WHERE client_id = ?1";
    let kept = store
        .rows(kept, cognate_store::params![client])
        .await
        .unwrap();
    assert_eq!(kept[0].text(0).unwrap(), own.pool);
    server.stop().await;
    there.forget();
    here.forget();
}
