//! The documents that are kept: how long, which, and what an administrator does with them.

use cognate_domain::resources::metadata::fetch::Missing;
use cognate_domain::resources::metadata::resolve::Unresolved;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{by_id, policy, policy_with};
use crate::support::TestApp;
use crate::support::metadata::{DocumentHost, document, json_answer, resolve, resolve_from};
use crate::support::users::{client, futures_all, pool, with};

const DAY: i64 = 86_400;

struct Place {
    pool: String,
    client: String,
    policy: Value,
    host: DocumentHost,
    url: String,
}

impl Place {
    async fn new(t: &TestApp) -> Self {
        let host = DocumentHost::start().await;
        let pool = pool(t, json!({})).await;
        let client = client(t, &pool, json!({})).await;
        let policy = policy(t, &pool, &client, &host.pattern("/*")).await;
        let url = host.url("/client.json");
        host.publishes(&url, json!({}));
        Self {
            pool,
            client,
            policy,
            host,
            url,
        }
    }

    async fn urls(&self, t: &TestApp) -> Value {
        t.ok("ListClientMetadataURLs", by_id(&self.pool, &self.policy))
            .await
    }

    fn state(&self, url: &str, action: &str) -> Value {
        let state = json!({"URL": self.host.named(url), "Action": action});
        with(by_id(&self.pool, &self.policy), state)
    }
}

#[each_engine]
async fn a_document_is_fetched_once_and_listed(t: &TestApp) {
    let here = Place::new(t).await;
    assert_eq!(here.urls(t).await, json!({"ClientMetadataURLs": []}));
    let found = resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(found.client_id, here.client);
    assert_eq!(found.metadata.name.as_deref(), Some("A client"));
    let asked = here.host.last().to_ascii_lowercase();
    assert!(
        asked.starts_with("get /client.json http/1.1\r\n"),
        "{asked}"
    );
    let accept =
        "\r\naccept: application/json, application/cimd+json;q=0.9, application/*+json;q=0.8\r\n";
    for line in [accept, "\r\naccept-encoding: identity\r\n"] {
        assert!(asked.contains(line), "{asked}");
    }
    for name in ["cookie", "referer", "authorization", "origin"] {
        assert!(!asked.contains(&format!("\r\n{name}:")), "{asked}");
    }
    resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(here.host.asked(&here.url), 1);
    let urls = here.urls(t).await;
    let listed = &urls["ClientMetadataURLs"][0];
    let cached = listed["CachedDate"].as_f64().unwrap();
    assert_eq!(
        urls,
        json!({"ClientMetadataURLs": [
            {"URL": here.url, "CachedDate": cached, "ExpirationDate": listed["ExpirationDate"]},
        ]})
    );
    let lasts = listed["ExpirationDate"].as_f64().unwrap() - cached;
    assert!((lasts - 86_400.0).abs() < 0.01, "{lasts}");
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%FetchClientMetadata%'";
    let rows = t.app.store.rows(sql, params![&here.pool]).await.unwrap();
    let [row] = rows.as_slice() else {
        panic!("{} rows", rows.len())
    };
    let row: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
    assert_eq!(
        (&row["detail"], &row["result"], &row["address"]),
        (&json!(here.url), &json!("ok"), &json!("127.0.0.1"))
    );
}

#[each_engine]
async fn the_answer_says_how_long_it_is_good_within_bounds_else_the_policy(t: &TestApp) {
    let host = DocumentHost::start().await;
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let over = json!({"CacheDuration": 3 * DAY});
    policy_with(t, &pool, &client, &host.pattern("/*"), over).await;
    for (n, (headers, days)) in [
        ("Cache-Control: public, max-age=172800\r\n", 2),
        ("Cache-Control: max-age=60\r\n", 3),
        ("Cache-Control: no-store\r\n", 3),
        (
            "Cache-Control: public\r\ncache-control: max-age=604800\r\n",
            7,
        ),
        ("", 3),
    ]
    .into_iter()
    .enumerate()
    {
        let url = host.url(&format!("/c{n}.json"));
        host.answers(&url, json_answer(&document(&url, json!({})), headers));
        resolve(t, &pool, &url).await.unwrap();
        t.advance(days * DAY - 60).await;
        resolve(t, &pool, &url).await.unwrap();
        assert_eq!(host.asked(&url), 1, "{headers}");
        t.advance(120).await;
        host.publishes(&url, json!({"client_name": "Another name"}));
        let found = resolve(t, &pool, &url).await.unwrap();
        assert_eq!(found.metadata.name.as_deref(), Some("Another name"));
        assert_eq!(host.asked(&url), 2, "{headers}");
    }
}

#[each_engine]
async fn a_document_is_fetched_again_or_taken_away_when_an_administrator_says_so(t: &TestApp) {
    let here = Place::new(t).await;
    let (op, gone) = (
        "UpdateClientMetadataURLState",
        "CachedCIMDURLDoesNotExistException",
    );
    let named = here.host.named(&here.url);
    let none = format!("No client metadata document is cached for URL {named}.");
    for action in ["REFRESH", "INVALIDATE"] {
        t.refused(op, here.state(&here.url, action), gone, &none)
            .await;
    }
    resolve(t, &here.pool, &here.url).await.unwrap();
    here.host
        .publishes(&here.url, json!({"client_name": "Second"}));
    t.advance(5).await;
    assert_eq!(t.ok(op, here.state(&here.url, "REFRESH")).await, json!({}));
    let found = resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(found.metadata.name.as_deref(), Some("Second"));
    assert_eq!(here.host.asked(&here.url), 2);
    // A refresh that fails keeps the document.
    here.host
        .answers(&here.url, "500 No\r\nContent-Length: 0\r\n\r\n".into());
    let failed = format!("The client metadata document at URL {named} could not be retrieved.");
    let listed = here.urls(t).await;
    t.refused(
        op,
        here.state(&here.url, "REFRESH"),
        "InvalidParameterException",
        &failed,
    )
    .await;
    assert_eq!(here.urls(t).await, listed);
    let found = resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(found.metadata.name.as_deref(), Some("Second"));
    // Taken away, it stays in the list and is fetched again when it is wanted.
    t.ok(op, here.state(&here.url, "INVALIDATE")).await;
    assert_eq!(
        here.urls(t).await,
        json!({"ClientMetadataURLs": [{"URL": here.url}]})
    );
    for action in ["REFRESH", "INVALIDATE"] {
        t.refused(op, here.state(&here.url, action), gone, &none)
            .await;
    }
    t.advance(61).await;
    here.host
        .publishes(&here.url, json!({"client_name": "Third"}));
    let found = resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(found.metadata.name.as_deref(), Some("Third"));
    // What no pattern stands for any more is not fetched.
    let set = json!({"ClientId": here.client, "URLPatterns": [here.host.pattern("/other*")]});
    t.ok(
        "UpdateCIMDPolicy",
        with(by_id(&here.pool, &here.policy), set),
    )
    .await;
    t.refused(op, here.state(&here.url, "REFRESH"), gone, &none)
        .await;
    let found = resolve(t, &here.pool, &here.url).await;
    assert_eq!(found.err(), Some(Unresolved::NoPolicy));
    // With the policy go its documents.
    t.ok("DeleteCIMDPolicy", by_id(&here.pool, &here.policy))
        .await;
    let sql = "SELECT 1 FROM cimd_documents WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, params![&here.pool]).await.unwrap();
    assert!(rows.is_empty());
}

#[each_engine]
async fn many_who_ask_at_once_cause_one_fetch(t: &TestApp) {
    let here = Place::new(t).await;
    let answer = json_answer(&document(&here.url, json!({})), "");
    let after = std::time::Duration::from_millis(100);
    here.host.answers_after(&here.url, answer, after);
    let found = futures_all((0..16).map(|_| resolve(t, &here.pool, &here.url))).await;
    assert!(found.into_iter().all(|found| found.is_ok()));
    assert_eq!(here.host.asked(&here.url), 1);
    assert_eq!(
        here.urls(t).await["ClientMetadataURLs"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[each_engine]
async fn a_url_that_failed_is_left_alone_for_a_minute_and_not_listed(t: &TestApp) {
    let here = Place::new(t).await;
    let url = here.host.url("/none.json");
    let missing = |found: Result<_, Unresolved>| match found {
        Err(Unresolved::Missing(missing)) => missing,
        _ => panic!("a document"),
    };
    let first = missing(resolve(t, &here.pool, &url).await.map(drop));
    assert_eq!(
        first,
        Missing::Unfit(cognate_domain::resources::metadata::document::Unfit::Status)
    );
    here.host.publishes(&url, json!({}));
    let second = missing(resolve(t, &here.pool, &url).await.map(drop));
    assert_eq!(second, Missing::FailedLately { answered: true });
    assert_eq!(here.host.asked(&url), 1);
    assert_eq!(here.urls(t).await, json!({"ClientMetadataURLs": []}));
    t.advance(61).await;
    assert!(resolve(t, &here.pool, &url).await.is_ok());
}

#[each_engine]
async fn a_policy_keeps_a_thousand_urls_and_lets_the_oldest_go(t: &TestApp) {
    let here = Place::new(t).await;
    let id = here.policy["CIMDPolicyId"].as_str().unwrap();
    // Rows that were never used count; their documents are not looked at here.
    let sql = "INSERT INTO cimd_documents (pool_id, policy_id, url, doc, cached, ends, used, ver) VALUES (?1, ?2, ?3, '', 0, 0, ?4, 1)";
    let mut batch = Batch::new();
    for n in 0..1_000 {
        batch = batch.run(
            sql,
            params![&here.pool, id, format!("https://{n:04}.example/c"), n],
        );
    }
    t.app.store.commit(batch).await.unwrap();
    resolve(t, &here.pool, &here.url).await.unwrap();
    let rows = t
        .app
        .store
        .rows("SELECT url FROM cimd_documents ORDER BY url", params![]);
    let rows = rows.await.unwrap();
    assert_eq!(rows.len(), 1_000);
    assert_eq!(rows[0].text(0).unwrap(), here.url);
    assert_eq!(rows[1].text(0).unwrap(), "https://0001.example/c");
}

#[each_engine]
async fn a_pool_keeps_two_thousand_urls_of_all_its_policies(t: &TestApp) {
    let here = Place::new(t).await;
    let other = policy(t, &here.pool, &here.client, "https://b.example/*").await;
    let third = policy(t, &here.pool, &here.client, "https://c.example/*").await;
    let elsewhere = Place::new(t).await;
    let sql = "INSERT INTO cimd_documents (pool_id, policy_id, url, doc, cached, ends, used, ver) VALUES (?1, ?2, ?3, '', 0, 0, ?4, 1)";
    let add = async |pool: &str, policy: &Value, from: i64, n: i64| {
        let id = policy["CIMDPolicyId"].as_str().unwrap();
        let rows = (from..from + n).fold(Batch::new(), |batch, n| {
            let url = format!("https://{n:04}.example/c");
            batch.run(sql, params![pool, id, url, n])
        });
        t.app.store.commit(rows).await.unwrap();
    };
    // What another pool has does not count.
    add(&elsewhere.pool, &elsewhere.policy, 0, 3).await;
    add(&here.pool, &other, 0, 999).await;
    add(&here.pool, &third, 999, 999).await;
    let kept = async || {
        let sql = "SELECT url FROM cimd_documents WHERE pool_id = ?1 ORDER BY used, url";
        let rows = t.app.store.rows(sql, params![&here.pool]).await.unwrap();
        (rows.len(), rows[0].text(0).unwrap().to_owned())
    };
    for (n, kept_then) in [(1_999, "0000"), (2_000, "0000"), (2_000, "0001")]
        .into_iter()
        .enumerate()
    {
        let url = here.host.url(&format!("/{n}.json"));
        here.host.publishes(&url, json!({}));
        resolve(t, &here.pool, &url).await.unwrap();
        let (count, oldest) = kept_then;
        assert_eq!(kept().await, (count, format!("https://{oldest}.example/c")));
    }
}

#[each_engine]
async fn urls_are_listed_page_by_page(t: &TestApp) {
    let here = Place::new(t).await;
    let mut urls = Vec::new();
    for n in 0..3 {
        let url = here.host.url(&format!("/{n}.json"));
        here.host.publishes(&url, json!({}));
        resolve(t, &here.pool, &url).await.unwrap();
        urls.push(url);
    }
    let page = with(by_id(&here.pool, &here.policy), json!({"MaxResults": 2}));
    let first = t.ok("ListClientMetadataURLs", page.clone()).await;
    let token = json!({"NextToken": first["NextToken"]});
    let second = t
        .ok("ListClientMetadataURLs", with(page, token.clone()))
        .await;
    assert_eq!(second.get("NextToken"), None);
    let listed = [&first, &second].map(|page| page["ClientMetadataURLs"].as_array().unwrap());
    let listed = listed
        .into_iter()
        .flatten()
        .map(|item| item["URL"].as_str().unwrap());
    assert_eq!(listed.collect::<Vec<_>>(), urls);
    // A token is good for its policy alone.
    let other = policy(t, &here.pool, &here.client, "https://b.example/*").await;
    let (code, _) = t
        .call(
            "ListClientMetadataURLs",
            with(by_id(&here.pool, &other), token),
        )
        .await
        .unwrap_err();
    assert_eq!(code, "InvalidParameterException");
}

#[each_engine]
async fn the_closest_pattern_decides_and_each_pool_for_itself(t: &TestApp) {
    let here = Place::new(t).await;
    let close = client(t, &here.pool, json!({})).await;
    let exact = client(t, &here.pool, json!({})).await;
    policy(t, &here.pool, &close, &here.host.pattern("/client*")).await;
    policy(t, &here.pool, &exact, &here.host.pattern("/client.json")).await;
    for (path, client) in [
        ("/other.json", &here.client),
        ("/client2.json", &close),
        ("/client.json", &exact),
        ("/client.json2", &close),
    ] {
        let url = here.host.url(path);
        here.host.publishes(&url, json!({}));
        let found = resolve(t, &here.pool, &url).await.unwrap();
        assert_eq!(found.client_id, *client, "{path}");
    }
    let other = pool(t, json!({})).await;
    let found = resolve(t, &other, &here.url).await;
    assert_eq!(found.err(), Some(Unresolved::NoPolicy));
    for url in ["https://127.0.0.1/", "http://a.example/client", "client:x"] {
        let found = resolve(t, &here.pool, url).await;
        assert_eq!(found.err(), Some(Unresolved::NotAUrl), "{url}");
    }
    // A policy whose app client is gone maps to nothing.
    let delete = json!({"UserPoolId": here.pool, "ClientId": exact});
    t.ok("DeleteUserPoolClient", delete).await;
    let found = resolve(t, &here.pool, &here.url).await;
    assert_eq!(found.err(), Some(Unresolved::NoPolicy));
}

#[tokio::test]
async fn one_address_causes_so_many_fetches() {
    let t = TestApp::sqlite().await;
    let here = Place::new(&t).await;
    let mut fetched = 0;
    for n in 0..40 {
        let url = here.host.url(&format!("/{n}.json"));
        match resolve_from(&t, &here.pool, &url, "192.0.2.1").await {
            Err(Unresolved::Missing(Missing::TooMany)) => {}
            _ => fetched += 1,
        }
    }
    assert_eq!(fetched, 30);
}

fn missing<T>(found: Result<T, Unresolved>) -> Missing {
    match found {
        Err(Unresolved::Missing(missing)) => missing,
        _ => panic!("a document"),
    }
}

#[each_engine]
async fn who_makes_up_urls_keeps_out_no_client_whose_document_is_kept(t: &TestApp) {
    let here = Place::new(t).await;
    resolve(t, &here.pool, &here.url).await.unwrap();
    t.advance(DAY + 60).await;
    here.host
        .publishes(&here.url, json!({"client_name": "Second"}));
    let other = here.host.url("/other.json");
    here.host.publishes(&other, json!({}));
    for n in 0..30 {
        let url = here.host.url(&format!("/{n}.json"));
        let from = format!("192.0.2.{n}");
        let found = resolve_from(t, &here.pool, &url, &from).await;
        assert!(matches!(missing(found), Missing::Unfit(_)));
    }
    let found = resolve(t, &here.pool, &other).await;
    assert_eq!(missing(found), Missing::TooMany);
    let found = resolve(t, &here.pool, &here.url).await.unwrap();
    assert_eq!(found.metadata.name.as_deref(), Some("Second"));
}

#[each_engine]
async fn a_document_that_is_over_is_good_while_nothing_can_be_learned_of_it(t: &TestApp) {
    let here = Place::new(t).await;
    let name = async || match resolve(t, &here.pool, &here.url).await {
        Ok(found) => Ok(found.metadata.name),
        Err(Unresolved::Missing(missing)) => Err(missing),
        Err(other) => panic!("{other:?}"),
    };
    let first = || Ok(Some("A client".to_owned()));
    assert_eq!(name().await, first());
    t.advance(DAY + 60).await;
    // No answer of HTTP.
    here.host.answers(&here.url, String::new());
    assert_eq!(name().await, first());
    let asked = here.host.asked(&here.url);
    assert!(asked > 1, "{asked}");
    assert_eq!(name().await, first());
    assert_eq!(here.host.asked(&here.url), asked);
    t.advance(6 * 3_600 - 120).await;
    assert_eq!(name().await, first());
    t.advance(120).await;
    let refused = name().await.unwrap_err();
    assert!(matches!(refused, Missing::Unreachable(_)), "{refused:?}");
    let refused = name().await.unwrap_err();
    assert_eq!(refused, Missing::FailedLately { answered: false });
    // A host that answers is believed, and for the minute after it.
    t.advance(61).await;
    here.host.publishes(&here.url, json!({}));
    assert_eq!(name().await, first());
    t.advance(DAY + 60).await;
    here.host
        .answers(&here.url, "404 None\r\nContent-Length: 0\r\n\r\n".into());
    let refused = name().await.unwrap_err();
    assert!(matches!(refused, Missing::Unfit(_)), "{refused:?}");
    let refused = name().await.unwrap_err();
    assert_eq!(refused, Missing::FailedLately { answered: true });
    // So is an administrator who takes the document away.
    t.advance(61).await;
    here.host.publishes(&here.url, json!({}));
    assert_eq!(name().await, first());
    t.ok(
        "UpdateClientMetadataURLState",
        here.state(&here.url, "INVALIDATE"),
    )
    .await;
    here.host.answers(&here.url, String::new());
    let refused = name().await.unwrap_err();
    assert!(matches!(refused, Missing::Unreachable(_)), "{refused:?}");
}
