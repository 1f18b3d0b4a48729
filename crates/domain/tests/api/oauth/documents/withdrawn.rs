//! Consents that are taken back: by an administrator, and by the user's signing out everywhere.

use cognate_domain::oauth::withdrawal::{self, Line};
use cognate_domain::records::pool::Pool;
use cognate_domain::records::user::User;

use super::*;

async fn jane(t: &TestApp, s: &Site) -> (Pool, User) {
    let pool = Pool::load(&t.app.store, &t.app.root, &s.pool)
        .await
        .unwrap();
    let pool = pool.unwrap();
    let user = User::find(&t.app.store, &pool, "jane").await.unwrap();
    (pool, user.unwrap())
}

async fn listed(t: &TestApp, s: &Site) -> Vec<Line> {
    let (pool, user) = jane(t, s).await;
    withdrawal::list(&t.app.store, &pool, &user).await.unwrap()
}

async fn withdrawn(t: &TestApp, s: &Site, client: &str) -> Option<usize> {
    let (pool, user) = jane(t, s).await;
    let now = t.app.clock.service();
    let done = withdrawal::withdraw(&t.app.store, &pool, &user, client, now);
    done.await.unwrap()
}

#[each_engine]
async fn an_administrator_takes_one_client_out(t: &TestApp) {
    let s = Site::new(t).await;
    // A name with the characters that stand for others in patterns of SQL.
    let url = s.host.url("/a_client%25!.json");
    s.host.publishes(&url, json!({}));
    let other = s.host.url("/axclient%25!.json");
    s.host.publishes(&other, json!({}));
    let both = Parameters {
        redirect_uri: Some("https://client.example/cb"),
        ..s.ask(&url)
    };
    s.let_in(t, &both).await;
    let (tokens, others) = (s.tokens(t, &url).await, s.tokens(t, &other).await);
    let own = super::super::flow::ask(&s.client);
    let own = super::super::flow::tokens_for(t, &s.client, &own).await;
    let lines = listed(t, &s).await;
    let line = |client: &str, place: &str, of: &Line| Line {
        client: client.to_owned(),
        place: place.to_owned(),
        resource: None,
        scopes: vec!["email".into(), "openid".into()],
        ..of.clone()
    };
    let expected = [
        line(&url, "client.example", &lines[0]),
        line(&url, "localhost", &lines[1]),
        line(&other, "localhost", &lines[2]),
    ];
    assert_eq!(lines, expected);
    assert!(
        lines
            .iter()
            .all(|line| line.created > 0 && line.modified >= line.created)
    );
    // A code that waits.
    let waiting = s.let_in(t, &s.ask(&url)).await;
    for unknown in ["unknown", s.client.as_str(), ""] {
        assert_eq!(withdrawn(t, &s, unknown).await, None, "{unknown}");
    }
    assert_eq!(withdrawn(t, &s, &url).await, Some(2));
    assert_eq!(listed(t, &s).await, [expected[2].clone()]);
    for refused in [
        s.refreshed(t, &url, &tokens.refresh.unwrap()).await,
        s.traded(t, &url, exchange(code(&waiting))).await,
    ] {
        assert_eq!(refusal(refused).error, "invalid_grant");
    }
    // The others go on.
    answer(s.refreshed(t, &other, &others.refresh.unwrap()).await);
    let client = named(&s.client, None);
    answer(super::super::refreshed(t, client, &own.refresh.unwrap()).await);
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%WithdrawConsent%'";
    let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]).await;
    let rows = rows.unwrap();
    let doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    let (_, user) = jane(t, &s).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&doc["detail"], &doc["user"], &doc["caller"]),
        (&json!(url), &json!(user.id), &json!("command-line"))
    );
    // The user is asked again.
    let authorization = s.authorized(t, &s.ask(&url)).await;
    let finished = page(t, &authorization).await;
    let said = (true, Said::Nothing);
    asked(by_cookie_saying(t, &authorization, cookie(&finished), said).await);
}

#[each_engine]
async fn signing_out_everywhere_takes_all_of_them_out(t: &TestApp) {
    let s = Site::new(t).await;
    user_with(t, &s.pool, "joe", json!([])).await;
    let authorization = s.authorized(t, &s.ask(&s.url)).await;
    let host = super::super::flow::HOST;
    let joe = super::super::flow::page_at(t, &authorization, "joe", host, None);
    let joe = joe.await.unwrap();
    let_in(t, &authorization, cookie(&joe)).await;
    let admin = json!({"UserPoolId": s.pool, "Username": "jane"});
    let own = Parameters {
        scope: Some("aws.cognito.signin.user.admin"),
        ..super::super::flow::ask(&s.client)
    };
    let own = super::super::flow::tokens_for(t, &s.client, &own).await;
    for (operation, input) in [
        ("GlobalSignOut", json!({"AccessToken": own.access})),
        ("AdminUserGlobalSignOut", admin.clone()),
        ("AdminDisableUser", admin),
    ] {
        let token = s.tokens(t, &s.url).await.refresh.unwrap();
        assert_eq!(listed(t, &s).await.len(), 1, "{operation}");
        t.ok(operation, input).await;
        assert_eq!(listed(t, &s).await, [], "{operation}");
        let refused = refusal(s.refreshed(t, &s.url, &token).await);
        assert_eq!(refused.error, "invalid_grant", "{operation}");
    }
    // Another user's stays.
    let sql = "SELECT 1 FROM consents WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]).await;
    assert_eq!(rows.unwrap().len(), 1);
}

#[each_engine]
async fn a_client_is_taken_out_whose_consent_is_not_remembered(t: &TestApp) {
    let s = Site::new(t).await;
    let token = s.tokens(t, &s.url).await.refresh.unwrap();
    let waiting = s.let_in(t, &s.ask(&s.url)).await;
    let sql = "DELETE FROM consents WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    assert_eq!(withdrawn(t, &s, &s.url).await, Some(0));
    for refused in [
        s.refreshed(t, &s.url, &token).await,
        s.traded(t, &s.url, exchange(code(&waiting))).await,
    ] {
        assert_eq!(refusal(refused).error, "invalid_grant");
    }
    assert_eq!(withdrawn(t, &s, &s.client).await, None);
}
