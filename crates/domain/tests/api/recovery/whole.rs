//! A disaster, and the pool as it was before.

use cognate_crypto::random;
use cognate_crypto::webauthn::client::Authenticator;
use cognate_domain::audit::Entry;
use cognate_domain::jobs::group_deletion::GroupDeletion;
use cognate_domain::jobs::runner::Job;
use cognate_domain::records::user::{self as records, User};
use cognate_shapes::UserStatusType;
use cognate_store::Batch;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::groups::{group, join, member};
use crate::support::attributes::admin_update;
use crate::support::mfa::{App, later, register};
use crate::support::passkeys::{self, Page};
use crate::support::signin::{self, PASSWORD, by_password, set_password};
use crate::support::users::{attribute, futures_all, user, with};

fn of(s: &Site, name: &str, more: Value) -> Value {
    with(json!({"UserPoolId": s.pool, "Username": name}), more)
}

/// Creates users as AdminCreateUser does, but without passwords, a hundred in a batch.
async fn crowd(t: &TestApp, s: &Site, letter: &str, n: usize) {
    let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
    let (mut batch, now) = (Batch::new(), t.app.clock.service());
    for at in 0..n {
        let id = random::uuid_v4();
        let email = format!("{letter}{at}@example.com");
        let attributes = [("email", email.as_str()), ("name", letter)];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let status = UserStatusType::ForceChangePassword;
        let name = format!("{letter}{at}");
        let user = User::new(&pool, id, &name, attributes.into(), status, now);
        batch = records::create(batch, &pool, &user).unwrap();
        let entry = Entry {
            operation: "AdminCreateUser",
            user: Some(&user.id),
            ..Entry::default()
        };
        batch = entry.append(batch, &pool.id, now);
        if batch.len() > 1_000 || at + 1 == n {
            t.app
                .store
                .commit(std::mem::take(&mut batch))
                .await
                .unwrap();
        }
    }
}

/// Deletes, changes and creates `n` users each, and everything that they may have.
async fn disaster(t: &TestApp, n: usize) {
    let s = world(t, json!({"AliasAttributes": ["email"]})).await;
    let other = world(t, json!({})).await;
    crowd(t, &s, "gone", n).await;
    crowd(t, &s, "changed", n).await;
    crowd(t, &s, "kept", 3).await;
    crowd(t, &other, "foreign", 2).await;
    for name in ["jane", "joe", "jim", "ann", "bob", "kim"] {
        signin::user(t, &s.pool, name).await;
    }
    group(
        t,
        &s.pool,
        "Admins",
        json!({"Description": "first", "Precedence": 1}),
    )
    .await;
    group(
        t,
        &s.pool,
        "Readers",
        json!({"RoleArn": "arn:aws:iam::000000000000:role/r"}),
    )
    .await;
    for name in ["jane", "joe", "gone0", "changed0"] {
        join(t, &s.pool, "Admins", name).await;
        join(t, &s.pool, "Readers", name).await;
    }
    let google = json!({
        "UserPoolId": s.pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"},
    });
    t.ok("CreateIdentityProvider", google).await;
    for (name, value) in [("jane", "g-jane"), ("joe", "g-joe")] {
        t.ok("AdminLinkProviderForUser", link(&s, name, value))
            .await;
    }
    let (jane, joe) = (
        signin::sign_in(t, &s.client, "jane").await,
        signin::sign_in(t, &s.client, "joe").await,
    );
    let jane_app = register(t, &jane["AccessToken"]).await;
    let joe_app = register(t, &joe["AccessToken"]).await;
    for name in ["jane", "joe"] {
        let prefer = json!({"SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
        t.ok("AdminSetUserMFAPreference", of(&s, name, prefer))
            .await;
    }
    let kim = signin::sign_in(t, &s.client, "kim").await;
    let mut kim_key = Authenticator::es256(passkeys::RP);
    let joe_key = Authenticator::es256(passkeys::RP);
    passkeys::register(t, &kim["AccessToken"], &kim_key).await;
    passkeys::register(t, &joe["AccessToken"], &joe_key).await;
    let target = moment(t).await;
    let before = rows(t, &s.pool).await;
    let foreign = rows(t, &other.pool).await;

    later(t).await;
    // Several at once, as in a disaster.
    for chunk in (0..n).collect::<Vec<_>>().chunks(50) {
        let calls = chunk.iter().map(async |at| {
            t.ok("AdminDeleteUser", of(&s, &format!("gone{at}"), json!({})))
                .await;
            let wrong = [("email", "everybody@example.com"), ("name", "wrong")];
            let input = admin_update(&s.pool, &format!("changed{at}"), &wrong);
            t.ok("AdminUpdateUserAttributes", input).await;
        });
        futures_all(calls).await;
    }
    t.ok("AdminDisableUser", of(&s, "changed0", json!({})))
        .await;
    crowd(t, &s, "new", n).await;
    crowd(t, &s, "gone-again", 1).await;
    t.ok("AdminDeleteUser", of(&s, "gone-again0", json!({})))
        .await;
    crowd(t, &other, "later", 2).await;
    // Everything that users have.
    t.ok("AdminDeleteUser", of(&s, "joe", json!({}))).await;
    t.ok("AdminDeleteSoftwareToken", of(&s, "jane", json!({})))
        .await;
    let _ = register(t, &jane["AccessToken"]).await;
    let id = passkeys::b64(&kim_key.credential_id);
    let mine = json!({"AccessToken": kim["AccessToken"], "CredentialId": id});
    t.ok("DeleteWebAuthnCredential", mine).await;
    passkeys::register(t, &kim["AccessToken"], &Authenticator::es256(passkeys::RP)).await;
    let unlink = json!({"UserPoolId": s.pool, "User": {
        "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "g-jane",
    }});
    t.ok("AdminDisableProviderForUser", unlink).await;
    t.ok("AdminLinkProviderForUser", link(&s, "jim", "g-jane"))
        .await;
    t.ok("AdminLinkProviderForUser", link(&s, "ann", "g-ann"))
        .await;
    t.ok(
        "AdminRemoveUserFromGroup",
        member(&s.pool, "Admins", "jane"),
    )
    .await;
    group(t, &s.pool, "Intruders", json!({})).await;
    join(t, &s.pool, "Intruders", "ann").await;
    let update = json!({"UserPoolId": s.pool, "GroupName": "Readers", "Description": "wrong", "Precedence": 7});
    t.ok("UpdateGroup", update).await;
    join(t, &s.pool, "Readers", "ann").await;
    t.ok(
        "DeleteGroup",
        json!({"UserPoolId": s.pool, "GroupName": "Admins"}),
    )
    .await;
    group(t, &s.pool, "admins", json!({})).await;
    join(t, &s.pool, "admins", "bob").await;
    set_password(t, &s.pool, "bob", "Another1!").await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&s.pool, "bob", &[("name", "wrong")]),
    )
    .await;
    while sweep(t).await {}

    let wrong = rows(t, &s.pool).await;
    let m = n as i64;
    let id = initiate(t, &s.pool, target).await;
    assert_eq!(
        preview(t, &s.pool, &id).await,
        // jane, jim, ann and bob have changed; joe was deleted.
        changes([m + 1, m + 4, m], [1, 1, 2], [1, 1, 0], [2, 0, 1]),
    );
    // Nothing has changed until it is started.
    assert_eq!(rows(t, &s.pool).await, wrong);
    restore(t, &s.pool, &id).await;
    let later_foreign = rows(t, &other.pool).await;
    assert_eq!(later_foreign[0].len(), foreign[0].len() + 2);

    // Row for row, but for the user whose password is a newer one.
    let after = rows(t, &s.pool).await;
    for (table, (was, is)) in before.iter().zip(&after).enumerate() {
        let bob = |row: &&String| table == 0 && row.contains("Text(\"bob\")");
        let was: Vec<_> = was.iter().filter(|row| !bob(row)).collect();
        let is: Vec<_> = is.iter().filter(|row| !bob(row)).collect();
        assert_eq!(was, is, "{}", ROWS.get(table).unwrap_or(&"counter"));
    }
    let bob = user(t, &s.pool, "bob").await;
    assert_eq!(attribute(&bob, "name"), None);
    assert_eq!(bob["UserStatus"], "CONFIRMED");
    t.ok("InitiateAuth", by_password(&s.client, "bob", "Another1!"))
        .await;

    // What was brought back works: password and app, passkey, link, group; and writes go on.
    t.advance(90).await;
    for (name, app) in [("jane", &jane_app), ("joe", &joe_app)] {
        let asked = t
            .ok("InitiateAuth", by_password(&s.client, name, PASSWORD))
            .await;
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{asked}");
        let responses = json!({"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
        let given = json!({
            "ClientId": s.client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        let signed_in = t.ok("RespondToAuthChallenge", given).await;
        assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    }
    let groups = t
        .ok("AdminListGroupsForUser", of(&s, "joe", json!({})))
        .await;
    assert_eq!(groups["Groups"].as_array().unwrap().len(), 2);
    let asked = passkeys::asked(t, &s.client, "kim").await;
    let shown = Page::default().get(&asked.options, &mut kim_key);
    let given = passkeys::show(&s.client, "kim", &asked.session, &shown);
    t.ok("RespondToAuthChallenge", given).await;
    crowd(t, &s, "next", 1).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&s.pool, "gone0", &[("name", "x")]),
    )
    .await;
    let found = json!({"UserPoolId": s.pool, "Filter": "email = \"gone0@example.com\""});
    assert_eq!(
        t.ok("ListUsers", found).await["Users"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// Does the deletion of groups that waits; false if there is none.
async fn sweep(t: &TestApp) -> bool {
    let sql = "SELECT job_key FROM jobs WHERE kind = 'delete_group'";
    let rows = t.app.store.rows(sql, params![]).await.unwrap();
    for row in &rows {
        let key = row.text(0).unwrap();
        let mut job = GroupDeletion;
        while !job.portion(&t.app, key, "").await.unwrap().is_done() {}
        let done = "DELETE FROM jobs WHERE kind = 'delete_group' AND job_key = ?1";
        let batch = Batch::new().run(done, params![key]);
        t.app.store.commit(batch).await.unwrap();
    }
    !rows.is_empty()
}

fn link(s: &Site, name: &str, value: &str) -> Value {
    let identity = |provider: &str, value: &str| {
        json!({
            "ProviderName": provider, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value,
        })
    };
    json!({"UserPoolId": s.pool, "DestinationUser": identity("Cognito", name), "SourceUser": identity("Google", value)})
}

#[each_engine]
async fn a_pool_is_as_it_was_row_for_row(t: &TestApp) {
    disaster(t, 12).await;
}

#[tokio::test]
async fn a_thousand_of_each_come_back() {
    let t = TestApp::sqlite().await;
    disaster(&t, 1_000).await;
}

/// The row of an app is what the counter of its codes is kept in.
#[each_engine]
async fn a_code_that_was_used_is_not_good_again(t: &TestApp) {
    let s = world(t, json!({})).await;
    signin::user(t, &s.pool, "jane").await;
    let tokens = signin::sign_in(t, &s.client, "jane").await;
    let app: App = register(t, &tokens["AccessToken"]).await;
    let prefer = json!({"SoftwareTokenMfaSettings": {"Enabled": true}});
    t.ok("AdminSetUserMFAPreference", of(&s, "jane", prefer))
        .await;
    let target = moment(t).await;
    t.advance(20 * 60).await;
    later(t).await;
    let used = app.code(t);
    let respond = async |code: &str| {
        let asked = t
            .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        let given = json!({
            "ClientId": s.client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
            "ChallengeResponses": {"USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": code},
        });
        t.call("RespondToAuthChallenge", given).await
    };
    respond(&used).await.unwrap();
    t.ok("AdminDeleteUser", of(&s, "jane", json!({}))).await;
    // At once, so that the code would still be in its time.
    let input = json!({"UserPoolId": s.pool, "RestoreTimestamp": target});
    let made = t.ok("InitiatePointInTimeRecovery", input).await;
    let id = made["Restoration"]["RestoreId"].as_str().unwrap();
    preview(t, &s.pool, id).await;
    restore(t, &s.pool, id).await;
    let (code, _) = respond(&used).await.unwrap_err();
    assert_eq!(code, "ExpiredCodeException");
    later(t).await;
    respond(&app.code(t)).await.unwrap();
}
