//! An export that is imported again gives the same users, who sign in with what they signed in with before.

use cognate_domain::moving::apply::ledger::Outcome;
use cognate_domain::moving::apply::{Entry, Given, Wishes, apply};
use cognate_moving::export::Format;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::exporting::*;
use crate::support::mfa::later;
use crate::support::passkeys::{Page, RP, asked, configure, show};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// Empties a pool, as a server that has its settings and no user.
async fn empty(t: &TestApp, pool: &str) {
    for table in [
        "users",
        "logins",
        "user_attrs",
        "user_counts",
        "tombstones",
        "user_groups",
        "group_members",
        "software_tokens",
        "passkeys",
        "provider_links",
        "resource_counts",
    ] {
        let sql = format!("DELETE FROM {table} WHERE pool_id = ?1");
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let batch = Batch::new().run(sql, params![pool]);
        t.app.store.commit(batch).await.unwrap();
    }
}

/// Imports a file; what became of its rows.
async fn import(t: &TestApp, pool: &str, text: &str) -> Vec<Outcome> {
    let file = lines(text);
    let groups = file.groups.into_iter().map(Entry::Group);
    let users = file
        .users
        .into_iter()
        .map(|user| Entry::User(Box::new(user)));
    let given = (1..).zip(groups.chain(users));
    let given = given.map(|(line, entry)| Given { line, entry }).collect();
    let wishes = Wishes {
        from_pool: Some(file.header.pool_id),
        ..Wishes::default()
    };
    let now = t.app.clock.service();
    let done = apply(&t.app.store, &t.app.root, now, pool, &wishes, given).await;
    t.app.cache.forget(pool, None);
    let done = done.unwrap();
    assert!(done.iter().all(|row| row.reason.is_none()), "{done:?}");
    done.into_iter().map(|row| row.outcome).collect()
}

/// What the API says of all users.
async fn shown(t: &TestApp, pool: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for name in ["jane", "joe", "kim"] {
        let named = json!({"UserPoolId": pool, "Username": name});
        all.push(t.ok("AdminGetUser", named.clone()).await);
        all.push(t.ok("AdminListGroupsForUser", named).await);
    }
    all
}

/// Signs jane in by her password and asks for the code of her app.
async fn code(t: &TestApp, w: &World, code: &str) -> Result<Value, Refusal> {
    let begun = t
        .ok(
            "InitiateAuth",
            by_password(&w.site.client, "jane", PASSWORD),
        )
        .await;
    assert_eq!(begun["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let answer = json!({
        "ClientId": w.site.client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": begun["Session"],
        "ChallengeResponses": {"USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": code},
    });
    t.call("RespondToAuthChallenge", answer).await
}

#[each_engine]
async fn users_come_back_as_they_were_and_sign_in_as_before(t: &TestApp) {
    let mut w = world(t).await;
    let pool = w.site.pool.clone();
    later(t).await;
    let used = w.app.code(t);
    code(t, &w, &used).await.unwrap();
    let before = shown(t, &pool).await;
    let (file, _) = secret(t, ask(&pool, Format::Jsonl, &[])).await;
    empty(t, &pool).await;
    assert_eq!(import(t, &pool, &file).await, [Outcome::Created; 5]);
    assert_eq!(shown(t, &pool).await, before);
    // What a file says of users is the same.
    let (again, _) = secret(t, ask(&pool, Format::Jsonl, &[])).await;
    let (again, first) = (lines(&again), lines(&file));
    for (now, then) in again.users.iter().zip(&first.users) {
        assert_eq!(
            serde_json::to_value(now).unwrap(),
            serde_json::to_value(then).unwrap()
        );
    }
    assert_eq!(again.users.len(), first.users.len());

    // A code that was used before the export does not count again; the next one does.
    let again = code(t, &w, &used).await.unwrap_err();
    assert_eq!(again.0, "ExpiredCodeException");
    later(t).await;
    let tokens = code(t, &w, &w.app.code(t)).await.unwrap();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    let wrong = t
        .call("InitiateAuth", by_password(&w.site.client, "jane", FORMER))
        .await;
    assert_eq!(
        wrong.unwrap_err(),
        not_authorized("Incorrect username or password.")
    );
    let reused =
        json!({"UserPoolId": pool, "Username": "jane", "Password": FORMER, "Permanent": true});
    let refused = t.call("AdminSetUserPassword", reused).await.unwrap_err();
    assert_eq!(refused.0, "PasswordHistoryPolicyViolationException");

    // The passkey, which is no first factor while an app is.
    configure(t, &w.site, json!({"RelyingPartyId": RP})).await;
    let ask = asked(t, &w.site.client, "jane").await;
    let credential = Page::default().get(&ask.options, &mut w.device);
    let answer = show(&w.site.client, "jane", &ask.session, &credential);
    let tokens = t.ok("RespondToAuthChallenge", answer).await;
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());

    // The hash from elsewhere and the temporary password.
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": pool, "Username": "joe"}),
    )
    .await;
    let joe = t
        .ok("InitiateAuth", by_password(&w.site.client, "joe", "test"))
        .await;
    assert!(joe["AuthenticationResult"]["AccessToken"].is_string());
    let kim = t
        .ok("InitiateAuth", by_password(&w.site.client, "kim", FORMER))
        .await;
    assert_eq!(kim["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}
