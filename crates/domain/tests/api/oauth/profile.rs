//! The profile of a client.

use cognate_domain::Fault;
use cognate_domain::oauth::profile;
use cognate_domain::records::client::OidcProfile::{Cognito, Standard};
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::mfa::{jane, later, mfa_site, register};

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

#[each_engine]
async fn a_session_below_the_level_that_is_wished_for_does_not_answer(t: &TestApp) {
    let site = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &site, &[]).await;
    user_with(t, &site.pool, "joe", json!([])).await;
    let tokens = sign_in(t, &site.client, "jane").await;
    register(t, &tokens["AccessToken"]).await;
    later(t).await;
    let user_auth = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let no_choice =
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let (store, root) = (&t.app.store, &t.app.root);
    for (flows, steps_up) in [(user_auth, true), (no_choice, false)] {
        let client = client_of(t, &site.pool, with(hosted_client(), flows)).await;
        let client = text(&client["ClientId"]);
        profile::set(store, root, 1, client, Standard)
            .await
            .unwrap();
        t.app.cache.forget(&site.pool, Some(client));
        let plain = authorized(t, &ask(client)).await;
        for (name, has_app) in [("jane", true), ("joe", false)] {
            let finished = page_at(t, &plain, name, HOST, None).await.unwrap();
            let session = session_of(t, &plain, HOST, cookie(&finished))
                .await
                .unwrap();
            for (wish, fits) in [
                (None, true),
                (Some("urn:cognito:loa:1"), true),
                (Some("of nobody"), true),
                // The first that can be reached counts, and whoever can reach none has done enough.
                (Some("urn:cognito:loa:1 urn:cognito:loa:4"), true),
                (Some("urn:cognito:loa:4"), !has_app || !steps_up),
                (
                    Some("urn:cognito:loa:4 urn:cognito:loa:1"),
                    !has_app || !steps_up,
                ),
            ] {
                let wished = oauth::authorization::Parameters {
                    acr_values: wish,
                    ..ask(client)
                };
                let wished = authorized(t, &wished).await;
                let now = t.app.clock.service();
                assert_eq!(
                    session.answers(&wished, now),
                    fits,
                    "{name} {wish:?} {steps_up}"
                );
            }
        }
    }
}
