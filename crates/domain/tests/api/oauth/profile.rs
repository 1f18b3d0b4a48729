//! The profile of a client.

use cognate_domain::Fault;
use cognate_domain::oauth::profile;
use cognate_domain::records::client::OidcProfile::{Cognito, Standard};
use each_engine::each_engine;

use super::*;

#[each_engine]
async fn the_profile_survives_what_the_api_changes(t: &TestApp) {
    let s = site(t).await;
    let (store, root) = (&t.app.store, &t.app.root);
    let of = || profile::of(store, root, &s.client);
    assert_eq!(of().await.unwrap(), Cognito);
    profile::set(store, root, 1, &s.client, Standard)
        .await
        .unwrap();
    assert_eq!(of().await.unwrap(), Standard);
    let named = json!({"UserPoolId": s.pool, "ClientId": s.client});
    // The update resets every member of the API, and the profile is none.
    for other in [t.second_node().await, t.second_node().await] {
        other.ok("UpdateUserPoolClient", named.clone()).await;
        let shown = other.ok("DescribeUserPoolClient", named.clone()).await;
        assert!(!shown.to_string().to_lowercase().contains("profile"));
        assert_eq!(of().await.unwrap(), Standard);
    }
    // Equal settings are written alike whichever way the client came to them.
    profile::set(store, root, 2, &s.client, Cognito)
        .await
        .unwrap();
    assert_eq!(of().await.unwrap(), Cognito);
    let node = t.second_node().await;
    node.ok("DescribeUserPoolClient", named).await;
}

#[each_engine]
async fn only_a_client_of_a_pool_that_is_there_has_a_profile(t: &TestApp) {
    let s = site(t).await;
    let (store, root) = (&t.app.store, &t.app.root);
    let missing = |outcome: Result<(), Fault>| match outcome {
        Err(Fault::Api(error)) => error.message.into_owned(),
        other => panic!("{other:?}"),
    };
    let unknown = profile::set(store, root, 1, "unknown", Standard).await;
    assert_eq!(missing(unknown), "User pool client unknown does not exist.");
    // A row that some other program wrote is no client.
    let sql = "UPDATE clients SET doc = replace(doc, '\"name\"', '\"oidc_profile\":\"standard\",\"name\"') WHERE client_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![&s.client]);
    store.commit(batch).await.unwrap();
    for outcome in [
        profile::set(store, root, 1, &s.client, Standard).await,
        profile::of(store, root, &s.client).await.map(|_| ()),
    ] {
        assert!(matches!(outcome, Err(Fault::Internal(_))), "{outcome:?}");
    }
}
