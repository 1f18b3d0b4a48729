//! Refused requests for an authorization in the audit trail.

use cognate_domain::oauth::authorization::{Cause, Parameters, Refusal};
use cognate_domain::oauth::refused;
use each_engine::each_engine;

use super::flow::*;
use super::*;

#[each_engine]
async fn a_refusal_is_explained_in_the_audit_trail(t: &TestApp) {
    let s = hosted(t).await;
    let uri = format!(
        "https://app.example/cb?code=hidden&hidden&{}",
        "y".repeat(400)
    );
    let base = Parameters {
        state: Some("hidden"),
        nonce: Some("hidden"),
        login_hint: Some("hidden"),
        ..ask(&s.client)
    };
    let mismatch = Parameters {
        redirect_uri: Some(&uri),
        ..base
    };
    let scope = Parameters {
        scope: Some("openid admin"),
        ..base
    };
    let unknown = Parameters {
        client_id: Some("1example23456789"),
        ..base
    };
    for (request, pool, result, words) in [
        (
            &mismatch,
            s.pool.as_str(),
            "RedirectMismatch",
            ["\"https://app.example/cb\u{2026}\"", "CallbackURLs"],
        ),
        (
            &scope,
            &s.pool,
            "invalid_scope",
            ["openid admin", "AllowedOAuthScopes"],
        ),
        (
            &unknown,
            "",
            "UnknownClient",
            ["1example23456789", "There is no app client"],
        ),
    ] {
        let refusal = checked(t, request).await.err().unwrap();
        let cx = cx(t, Endpoint::SignIn);
        let recorded = run(&cx, About::default, || {
            refused::record(&cx, request, &refusal)
        });
        recorded.await.unwrap();
        let sql = "SELECT pool_id, doc FROM audit ORDER BY at DESC, audit_id DESC LIMIT 50";
        let rows = t.app.store.scan(sql, Vec::new()).await.unwrap();
        let mut rows = rows.into_iter().map(|mut row| {
            let pool = row.take_text(0).unwrap();
            (
                pool,
                serde_json::from_str::<Value>(&row.take_text(1).unwrap()).unwrap(),
            )
        });
        let (of_pool, doc) = rows
            .find(|(_, doc)| doc["request_id"] == json!(cx.request_id))
            .unwrap();
        assert_eq!((of_pool.as_str(), &doc["result"]), (pool, &json!(result)));
        assert_eq!(doc["operation"], "SignInPage");
        let detail = text(&doc["detail"]);
        for word in words {
            assert!(detail.contains(word), "{detail}");
        }
        assert!(!detail.contains("hidden") && detail.len() < 700, "{detail}");
    }
}

#[each_engine]
async fn strangers_cannot_fill_the_audit_trail(t: &TestApp) {
    let request = Parameters {
        client_id: Some("1example23456789"),
        ..Parameters::default()
    };
    let refusal = Refusal::Page(Cause::UnknownClient);
    let count = || async {
        let sql = "SELECT COUNT(*) FROM audit WHERE pool_id = ''";
        t.app.store.rows(sql, Vec::new()).await.unwrap()[0]
            .int(0)
            .unwrap()
    };
    let before = count().await;
    for _ in 0..250 {
        let cx = cx(t, Endpoint::SignIn);
        refused::record(&cx, &request, &refusal).await.unwrap();
    }
    let added = count().await - before;
    assert!((200..=240).contains(&added), "{added}");
}
