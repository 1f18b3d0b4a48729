//! The policies: what is shown, kept and refused.

use cognate_domain::Settings;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{by_id, input, policy, policy_with};
use crate::support::TestApp;
use crate::support::users::{client, futures_all, pool, with};

const INVALID: &str = "InvalidParameterException";
const NOT_FOUND: &str = "ResourceNotFoundException";

async fn place(t: &TestApp) -> (String, String) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    (pool, client)
}

#[each_engine]
async fn a_policy_shows_what_was_set(t: &TestApp) {
    let (pool, client) = place(t).await;
    let set = json!({
        "UserPoolId": pool, "ClientId": client, "PolicyName": "Claude \u{1f916} (code)", "CacheDuration": 31_556_952,
        "URLPatterns": [
            "https://claude.ai/oauth/claude-code-client-metadata", "https://*.Example.com:8443/a*b!$%&'()+,-.;=@[]_~:/",
        ],
    });
    let made = t.ok("CreateCIMDPolicy", set.clone()).await["CIMDPolicy"].clone();
    let id = made["CIMDPolicyId"].as_str().unwrap();
    assert!(
        id.len() == 26
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    );
    let shown = json!({
        "CIMDPolicyId": id, "CreationDate": made["CreationDate"], "LastModifiedDate": made["CreationDate"],
    });
    assert_eq!(made, with(set, shown));
    let described = t.ok("DescribeCIMDPolicy", by_id(&pool, &made)).await;
    assert_eq!(described, json!({"CIMDPolicy": made}));
    // What is not named has its default.
    let bare = policy(t, &pool, &client, "https://a.example/*").await;
    assert_eq!(bare["CacheDuration"], json!(86_400));
    let listed = t.ok("ListCIMDPolicies", json!({"UserPoolId": pool})).await;
    let mut summaries: Vec<Value> = [made, bare]
        .into_iter()
        .map(|mut policy| {
            let members = policy.as_object_mut().unwrap();
            members.remove("UserPoolId");
            members.remove("URLPatterns");
            policy
        })
        .collect();
    summaries.sort_by_key(|policy| policy["CIMDPolicyId"].as_str().unwrap().to_owned());
    assert_eq!(listed, json!({"CIMDPolicies": summaries}));
}

#[each_engine]
async fn an_update_replaces_client_and_patterns_and_keeps_the_rest(t: &TestApp) {
    let (pool, one) = place(t).await;
    let two = client(t, &pool, json!({})).await;
    let over = json!({"CacheDuration": 100_000});
    let made = policy_with(t, &pool, &one, "https://a.example/*", over).await;
    t.advance(5).await;
    let set = json!({"ClientId": two, "URLPatterns": ["https://b.example/*"]});
    let update = with(by_id(&pool, &made), set.clone());
    let updated = t.ok("UpdateCIMDPolicy", update).await["CIMDPolicy"].clone();
    assert!(updated["LastModifiedDate"].as_f64() > made["LastModifiedDate"].as_f64());
    let at = json!({"LastModifiedDate": updated["LastModifiedDate"]});
    assert_eq!(updated, with(made, with(set.clone(), at)));
    let more = json!({"PolicyName": "q", "CacheDuration": 200_000});
    let update = with(by_id(&pool, &updated), with(set, more.clone()));
    let named = t.ok("UpdateCIMDPolicy", update).await["CIMDPolicy"].clone();
    let at = json!({"LastModifiedDate": named["LastModifiedDate"]});
    assert_eq!(named, with(updated, with(more, at)));
    let described = t.ok("DescribeCIMDPolicy", by_id(&pool, &named)).await;
    assert_eq!(described["CIMDPolicy"], named);
}

#[each_engine]
async fn a_policy_survives_its_app_client(t: &TestApp) {
    let (pool, client_id) = place(t).await;
    let mut made = policy(t, &pool, &client_id, "https://a.example/*").await;
    let delete = json!({"UserPoolId": pool, "ClientId": client_id});
    t.ok("DeleteUserPoolClient", delete).await;
    made.as_object_mut().unwrap().remove("ClientId");
    let described = t.ok("DescribeCIMDPolicy", by_id(&pool, &made)).await;
    assert_eq!(described["CIMDPolicy"], made);
    let listed = t.ok("ListCIMDPolicies", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["CIMDPolicies"][0].get("ClientId"), None);
    // Another one takes its place, and what was refused stays refused.
    let update = json!({"ClientId": client_id, "URLPatterns": ["https://a.example/*"]});
    let gone = format!("User pool client {client_id} does not exist.");
    t.refused(
        "UpdateCIMDPolicy",
        with(by_id(&pool, &made), update),
        NOT_FOUND,
        &gone,
    )
    .await;
    let other = client(t, &pool, json!({})).await;
    let update = json!({"ClientId": other, "URLPatterns": ["https://a.example/*"]});
    let updated = t
        .ok("UpdateCIMDPolicy", with(by_id(&pool, &made), update))
        .await;
    assert_eq!(updated["CIMDPolicy"]["ClientId"], json!(other));
}

#[each_engine]
async fn what_is_not_there_is_refused(t: &TestApp) {
    let (own, client_id) = place(t).await;
    let (other, foreign) = place(t).await;
    let made = policy(t, &own, &client_id, "https://a.example/*").await;
    let id = made["CIMDPolicyId"].as_str().unwrap();
    let set = json!({"ClientId": client_id, "URLPatterns": ["https://a.example/*"]});
    let state = json!({"URL": "https://a.example/c", "Action": "REFRESH"});
    let none = json!({});
    let operations = [
        ("DescribeCIMDPolicy", &none),
        ("DeleteCIMDPolicy", &none),
        ("UpdateCIMDPolicy", &set),
        ("ListClientMetadataURLs", &none),
        ("UpdateClientMetadataURLState", &state),
    ];
    for (op, more) in operations {
        for (pool, policy) in [(own.as_str(), "none"), (other.as_str(), id)] {
            let input = with(
                json!({"UserPoolId": pool, "CIMDPolicyId": policy}),
                more.clone(),
            );
            let text = format!("CIMD policy {policy} does not exist.");
            t.refused(op, input, NOT_FOUND, &text).await;
        }
    }
    let nowhere = "us-east-1_none";
    let text = format!("User pool {nowhere} does not exist.");
    for (op, more) in operations {
        let input = with(
            json!({"UserPoolId": nowhere, "CIMDPolicyId": id}),
            more.clone(),
        );
        t.refused(op, input, NOT_FOUND, &text).await;
    }
    t.refused(
        "ListCIMDPolicies",
        json!({"UserPoolId": nowhere}),
        NOT_FOUND,
        &text,
    )
    .await;
    let create = input(nowhere, &client_id, "https://b.example/*");
    t.refused("CreateCIMDPolicy", create, NOT_FOUND, &text)
        .await;
    // The app client is one of the pool.
    for client_id in [foreign.as_str(), "none"] {
        let text = format!("User pool client {client_id} does not exist.");
        let create = input(&own, client_id, "https://b.example/*");
        t.refused("CreateCIMDPolicy", create, NOT_FOUND, &text)
            .await;
        let update = json!({"ClientId": client_id, "URLPatterns": ["https://b.example/*"]});
        t.refused(
            "UpdateCIMDPolicy",
            with(by_id(&own, &made), update),
            NOT_FOUND,
            &text,
        )
        .await;
    }
}

#[each_engine]
async fn a_pattern_has_a_host_and_a_path(t: &TestApp) {
    let (pool, client) = place(t).await;
    let made = policy(t, &pool, &client, "https://a.example/*").await;
    for pattern in [
        "https://b.example",
        "https://b.example/",
        "https://b.example*",
        "https://jane@b.example/*",
        "https:///client-of-nobody",
    ] {
        let text = format!("URL pattern {pattern} must have a host and a path, and no user name.");
        t.refused(
            "CreateCIMDPolicy",
            input(&pool, &client, pattern),
            INVALID,
            &text,
        )
        .await;
        let update = json!({"ClientId": client, "URLPatterns": ["https://c.example/*", pattern]});
        t.refused(
            "UpdateCIMDPolicy",
            with(by_id(&pool, &made), update),
            INVALID,
            &text,
        )
        .await;
    }
    let grammar = r"^https://[!$-;=@-\[\]_a-z~]+$";
    for pattern in [
        "http://b.example/*",
        "https://b.example/?x",
        "https://b.example/\u{e4}",
    ] {
        let text = format!(
            "1 validation error detected: Value '[{pattern}]' at 'urlPatterns' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to \
             12, Member must satisfy regular expression pattern: {grammar}]"
        );
        let create = input(&pool, &client, pattern);
        t.refused("CreateCIMDPolicy", create, INVALID, &text).await;
    }
}

#[each_engine]
async fn two_policies_do_not_tie(t: &TestApp) {
    let (own, client) = place(t).await;
    let made = policy(t, &own, &client, "https://a.example/*").await;
    let id = made["CIMDPolicyId"].as_str().unwrap();
    let tied = |pattern: &str, id: &str| {
        format!("URL pattern {pattern} matches the same URLs as a pattern of CIMD policy {id}.")
    };
    for pattern in ["https://a.example/*", "https://a.example/*.json"] {
        t.refused(
            "CreateCIMDPolicy",
            input(&own, &client, pattern),
            INVALID,
            &tied(pattern, id),
        )
        .await;
    }
    let closer = policy(t, &own, &client, "https://a.example/c*").await;
    let update =
        json!({"ClientId": client, "URLPatterns": ["https://b.example/*", "https://a.example/*"]});
    t.refused(
        "UpdateCIMDPolicy",
        with(by_id(&own, &closer), update),
        INVALID,
        &tied("https://a.example/*", id),
    )
    .await;
    // A policy does not tie with itself, nor with those of another pool.
    let update =
        json!({"ClientId": client, "URLPatterns": ["https://a.example/*", "https://a.example/*x"]});
    t.ok("UpdateCIMDPolicy", with(by_id(&own, &made), update))
        .await;
    let (other, client) = place(t).await;
    policy(t, &other, &client, "https://a.example/*").await;
}

#[each_engine]
async fn of_two_that_tie_and_are_made_at_once_one_is_kept(t: &TestApp) {
    let (pool, client) = place(t).await;
    let create = |n: usize| {
        let pattern = format!("https://a.example/*{}", "*".repeat(n % 2));
        t.call("CreateCIMDPolicy", input(&pool, &client, &pattern))
    };
    let made = futures_all((0..4).map(create)).await;
    assert_eq!(made.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = made.into_iter().filter_map(Result::err);
    for (code, _) in refused {
        assert!(
            [INVALID, "ConcurrentModificationException"].contains(&code.as_str()),
            "{code}"
        );
    }
    let listed = t.ok("ListCIMDPolicies", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["CIMDPolicies"].as_array().unwrap().len(), 1);
}

#[each_engine]
async fn a_pool_has_fifty_policies_at_most(t: &TestApp) {
    let (pool, client) = place(t).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let made = policy(t, &pool, &client, &format!("https://{n}.example/*")).await;
        ids.push(made["CIMDPolicyId"].as_str().unwrap().to_owned());
    }
    ids.sort();
    // In pages, each once.
    let page = json!({"UserPoolId": pool, "MaxResults": 2});
    let first = t.ok("ListCIMDPolicies", page.clone()).await;
    let token = json!({"NextToken": first["NextToken"]});
    let second = t.ok("ListCIMDPolicies", with(page, token.clone())).await;
    assert_eq!(second.get("NextToken"), None);
    let listed = [&first, &second].map(|page| page["CIMDPolicies"].as_array().unwrap());
    let listed = listed
        .into_iter()
        .flatten()
        .map(|policy| policy["CIMDPolicyId"].as_str().unwrap());
    assert_eq!(listed.collect::<Vec<_>>(), ids);
    let (other, _) = place(t).await;
    let (code, _) = t
        .call(
            "ListCIMDPolicies",
            with(json!({"UserPoolId": other}), token),
        )
        .await
        .unwrap_err();
    assert_eq!(code, INVALID);
    let sql = "UPDATE resource_counts SET n = 50 WHERE pool_id = ?1 AND resource = 'cimd_policies'";
    let batch = Batch::new().run(sql, params![&pool]);
    t.app.store.commit(batch).await.unwrap();
    let one_more = input(&pool, &client, "https://more.example/*");
    t.refused(
        "CreateCIMDPolicy",
        one_more.clone(),
        "LimitExceededException",
        "Cannot have more than 50 CIMD policies for a user pool.",
    )
    .await;
    let gone = json!({"UserPoolId": pool, "CIMDPolicyId": ids[0]});
    assert_eq!(t.ok("DeleteCIMDPolicy", gone.clone()).await, json!({}));
    t.ok("CreateCIMDPolicy", one_more).await;
    let text = format!("CIMD policy {} does not exist.", ids[0]);
    t.refused("DeleteCIMDPolicy", gone, NOT_FOUND, &text).await;
}

#[tokio::test]
async fn the_lowest_plan_may_only_look_and_delete_where_plans_are_enforced() {
    let t = TestApp::sqlite().await;
    let (pool, client) = place(&t).await;
    let made = policy(&t, &pool, &client, "https://a.example/*").await;
    let tier = json!({"UserPoolId": pool, "UserPoolTier": "LITE"});
    t.ok("UpdateUserPool", tier).await;
    let strict = t
        .node_with(Settings {
            enforce_tiers: true,
            ..Settings::dev()
        })
        .await;
    let text = "The following feature is not available for the LITE pricing tier configured: Client ID Metadata Documents";
    let set = json!({"ClientId": client, "URLPatterns": ["https://b.example/*"]});
    let state = json!({"URL": "https://a.example/c", "Action": "REFRESH"});
    for (op, input) in [
        (
            "CreateCIMDPolicy",
            input(&pool, &client, "https://b.example/*"),
        ),
        ("UpdateCIMDPolicy", with(by_id(&pool, &made), set)),
        (
            "UpdateClientMetadataURLState",
            with(by_id(&pool, &made), state),
        ),
    ] {
        strict
            .refused(op, input, "FeatureUnavailableInTierException", text)
            .await;
    }
    strict.ok("DescribeCIMDPolicy", by_id(&pool, &made)).await;
    strict
        .ok("ListClientMetadataURLs", by_id(&pool, &made))
        .await;
    strict.ok("DeleteCIMDPolicy", by_id(&pool, &made)).await;
}

#[each_engine]
async fn a_row_that_another_program_wrote_is_refused(t: &TestApp) {
    let (pool, client_id) = place(t).await;
    let other = client(t, &pool, json!({})).await;
    let made = policy(t, &pool, &client_id, "https://a.example/*").await;
    let sql = "UPDATE cimd_policies SET client_id = ?2 WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&pool, &other]);
    t.app.store.commit(batch).await.unwrap();
    let (code, _) = t
        .call("DescribeCIMDPolicy", by_id(&pool, &made))
        .await
        .unwrap_err();
    assert_eq!(code, "InternalErrorException");
}
