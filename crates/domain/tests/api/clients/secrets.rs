//! AddUserPoolClientSecret, ListUserPoolClientSecrets, DeleteUserPoolClientSecret, and what two secrets mean for
//! sign-in.

use cognate_crypto::hash;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::{PASSWORD, client_of, initiate, site, user, with};
use crate::support::texts::exceptions::{INVALID, NOT_FOUND};
use crate::support::users::all_at_once;

const FULL: (&str, &str) = (
    "LimitExceededException",
    "Client secrets cannot exceed limit of 2 secrets.",
);
const LAST: &str = "Cannot delete the only client secret of an app client.";

/// Creates a pool with a confidential client; returns pool id, client id, its first secret.
async fn confidential(t: &TestApp) -> (String, String, String) {
    let s = site(t).await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (s.pool, text("ClientId"), text("ClientSecret"))
}

fn of(pool: &str, client: &str, extra: Value) -> Value {
    with(json!({"UserPoolId": pool, "ClientId": client}), extra)
}

async fn add(t: &TestApp, pool: &str, client: &str, extra: Value) -> Value {
    let answer = t
        .ok("AddUserPoolClientSecret", of(pool, client, extra))
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    answer["ClientSecretDescriptor"].clone()
}

async fn list(t: &TestApp, pool: &str, client: &str) -> Vec<Value> {
    let answer = t
        .ok(
            "ListUserPoolClientSecrets",
            of(pool, client, json!({"NextToken": null})),
        )
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["ClientSecrets"].as_array().unwrap().clone()
}

/// Returns a sign-in of jane with a hash made of `secret`.
fn signed(client: &str, secret: &str) -> Value {
    let hash = hash::secret_hash(secret, "jane", client);
    let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
    initiate(client, "USER_PASSWORD_AUTH", parameters)
}

#[each_engine]
async fn a_new_secret_is_shown_once_and_listed_without_its_value(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    let first = list(t, &pool, &client).await;
    assert_eq!(first.len(), 1);
    t.advance(60).await;
    let mut added = add(t, &pool, &client, json!({})).await;
    let value = added
        .as_object_mut()
        .unwrap()
        .remove("ClientSecretValue")
        .unwrap();
    let value = value.as_str().unwrap();
    assert!(
        value.len() == 52
            && value
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    );
    let created = added["ClientSecretCreateDate"].as_f64().unwrap();
    assert!(created >= first[0]["ClientSecretCreateDate"].as_f64().unwrap() + 60.0);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "an instant of this century"
    )]
    let id = format!("{client}--{}", created as i64);
    assert_eq!(
        added,
        json!({"ClientSecretId": id, "ClientSecretCreateDate": added["ClientSecretCreateDate"]})
    );
    assert_eq!(list(t, &pool, &client).await, [first[0].clone(), added]);
}

#[each_engine]
async fn a_secret_of_the_callers_own_is_never_shown(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    let added = add(t, &pool, &client, json!({"ClientSecret": "A_1+".repeat(6)})).await;
    let names: Vec<_> = added.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["ClientSecretCreateDate", "ClientSecretId"]);
    user(t, &pool, "jane").await;
    t.ok("InitiateAuth", signed(&client, &"A_1+".repeat(6)))
        .await;
}

#[each_engine]
async fn both_secrets_are_good_until_one_is_deleted(t: &TestApp) {
    let (pool, client, old) = confidential(t).await;
    user(t, &pool, "jane").await;
    let new = add(t, &pool, &client, json!({})).await["ClientSecretValue"]
        .as_str()
        .unwrap()
        .to_owned();
    for secret in [&old, &new] {
        let tokens =
            t.ok("InitiateAuth", signed(&client, secret)).await["AuthenticationResult"].clone();
        for other in [&old, &new] {
            let refresh = json!({"ClientId": client, "RefreshToken": tokens["RefreshToken"], "ClientSecret": other});
            t.ok("GetTokensFromRefreshToken", refresh).await;
            let sign_up = json!({
                "ClientId": client, "Username": "jane", "Password": PASSWORD,
                "SecretHash": hash::secret_hash(other, "jane", &client),
            });
            t.refused(
                "SignUp",
                sign_up,
                "UsernameExistsException",
                "User already exists",
            )
            .await;
        }
    }
    let first = list(t, &pool, &client).await[0]["ClientSecretId"].clone();
    let answer = t
        .ok(
            "DeleteUserPoolClientSecret",
            of(&pool, &client, json!({"ClientSecretId": first})),
        )
        .await;
    assert_eq!(answer, json!({}));
    let text = format!("SecretHash does not match for the client: {client}");
    t.refused(
        "InitiateAuth",
        signed(&client, &old),
        "NotAuthorizedException",
        &text,
    )
    .await;
    t.ok("InitiateAuth", signed(&client, &new)).await;
    let shown = t
        .ok("DescribeUserPoolClient", of(&pool, &client, json!({})))
        .await;
    assert_eq!(shown["UserPoolClient"]["ClientSecret"], new.as_str());
    assert_eq!(list(t, &pool, &client).await.len(), 1);
}

#[each_engine]
async fn two_secrets_of_one_second_have_two_ids(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    for _ in 0..3 {
        add(t, &pool, &client, json!({})).await;
        let listed = list(t, &pool, &client).await;
        assert_eq!(listed.len(), 2);
        assert_ne!(listed[0]["ClientSecretId"], listed[1]["ClientSecretId"]);
        t.ok(
            "DeleteUserPoolClientSecret",
            of(
                &pool,
                &client,
                json!({"ClientSecretId": listed[0]["ClientSecretId"]}),
            ),
        )
        .await;
        assert_eq!(list(t, &pool, &client).await, [listed[1].clone()]);
    }
}

#[each_engine]
async fn a_client_has_one_or_two_secrets_never_none_or_three(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    let only = list(t, &pool, &client).await[0]["ClientSecretId"].clone();
    let delete = of(&pool, &client, json!({"ClientSecretId": only}));
    t.refused("DeleteUserPoolClientSecret", delete, INVALID, LAST)
        .await;
    add(t, &pool, &client, json!({})).await;
    t.refused(
        "AddUserPoolClientSecret",
        of(&pool, &client, json!({})),
        FULL.0,
        FULL.1,
    )
    .await;
    let text = "Client secret does not exist";
    let delete = of(
        &pool,
        &client,
        json!({"ClientSecretId": format!("{client}--1")}),
    );
    t.refused("DeleteUserPoolClientSecret", delete, NOT_FOUND, text)
        .await;
    assert_eq!(list(t, &pool, &client).await.len(), 2);
}

#[each_engine]
async fn many_at_once_leave_two_secrets_and_at_least_one(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    let inputs = vec![of(&pool, &client, json!({})); 16];
    let added = all_at_once(t, "AddUserPoolClientSecret", inputs).await;
    assert_eq!(added.iter().filter(|a| a.is_ok()).count(), 1);
    for refusal in added.into_iter().filter_map(Result::err) {
        assert_eq!(refusal, (FULL.0.to_owned(), FULL.1.to_owned()));
    }
    let listed = list(t, &pool, &client).await;
    assert_eq!(listed.len(), 2);
    let ids = listed.iter().map(|secret| {
        of(
            &pool,
            &client,
            json!({"ClientSecretId": secret["ClientSecretId"]}),
        )
    });
    let deleted = all_at_once(t, "DeleteUserPoolClientSecret", ids.collect()).await;
    assert_eq!(deleted.iter().filter(|a| a.is_ok()).count(), 1);
    assert!(
        deleted.contains(&Err((INVALID.to_owned(), LAST.to_owned()))),
        "{deleted:?}"
    );
    assert_eq!(list(t, &pool, &client).await.len(), 1);
}

#[each_engine]
async fn a_public_client_gets_no_secret(t: &TestApp) {
    let s = site(t).await;
    let text = "Client secrets can only be added to an app client that has a client secret.";
    t.refused(
        "AddUserPoolClientSecret",
        of(&s.pool, &s.client, json!({})),
        INVALID,
        text,
    )
    .await;
    assert!(list(t, &s.pool, &s.client).await.is_empty());
    let delete = of(&s.pool, &s.client, json!({"ClientSecretId": "x"}));
    t.refused(
        "DeleteUserPoolClientSecret",
        delete,
        NOT_FOUND,
        "Client secret does not exist",
    )
    .await;
}

#[each_engine]
async fn pools_clients_tokens_and_values_are_checked(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    let (other, _, _) = confidential(t).await;
    for (op, extra) in [
        ("AddUserPoolClientSecret", json!({})),
        ("ListUserPoolClientSecrets", json!({})),
        ("DeleteUserPoolClientSecret", json!({"ClientSecretId": "x"})),
    ] {
        let gone = "User pool us-east-1_nosuchone does not exist.";
        t.refused(
            op,
            of("us-east-1_nosuchone", &client, extra.clone()),
            NOT_FOUND,
            gone,
        )
        .await;
        let text = format!("User pool client {client} does not exist.");
        t.refused(op, of(&other, &client, extra.clone()), NOT_FOUND, &text)
            .await;
        t.refused(
            op,
            of(&pool, "nosuch", extra),
            NOT_FOUND,
            "User pool client nosuch does not exist.",
        )
        .await;
    }
    let token = of(&pool, &client, json!({"NextToken": "made-up"}));
    t.refused(
        "ListUserPoolClientSecrets",
        token,
        INVALID,
        "Invalid pagination token.",
    )
    .await;
    let short = t
        .call(
            "AddUserPoolClientSecret",
            of(&pool, &client, json!({"ClientSecret": "short"})),
        )
        .await
        .unwrap_err();
    assert_eq!(short.0, INVALID);
    assert!(!short.1.contains("short"), "{}", short.1);
}

#[each_engine]
async fn every_secret_is_sealed_and_every_change_audited(t: &TestApp) {
    let (pool, client, _) = confidential(t).await;
    add(t, &pool, &client, json!({"ClientSecret": "s".repeat(24)})).await;
    let row = t.app.store.row(
        "SELECT doc, sealed FROM clients WHERE client_id = ?1",
        vec![client.as_str().into()],
    );
    let row = row.await.unwrap().unwrap();
    assert!(!row.text(0).unwrap().contains("ssss"));
    assert!(!row.bytes(1).unwrap().windows(4).any(|part| part == b"ssss"));
    let rows = t
        .app
        .store
        .rows("SELECT doc FROM audit", vec![])
        .await
        .unwrap();
    let docs: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(
        docs.iter()
            .filter(|doc| doc.contains("AddUserPoolClientSecret"))
            .count(),
        1
    );
    assert!(docs.iter().all(|doc| !doc.contains("ssss")));
}
