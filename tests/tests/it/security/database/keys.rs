//! Signing keys of pools and access keys.

use cognate_crypto::jws::{SigningKey, header_json};
use cognate_server::access_keys::{self, Change};
use cognate_store::params;
use cognate_testkit::{Credentials, TestServer};
use serde_json::json;

use super::{faults, read, write};
use crate::engines::on_each_engine;
use crate::site::*;

const LISTER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cognito-idp:ListUserPools","Resource":"*"}]}"#;
const NO_KEY: &str = "UnrecognizedClientException";

/// Creates an access key that may list pools.
async fn lister(server: &TestServer) -> Credentials {
    let app = &server.state().app;
    let made = access_keys::create(&app.root, "ci", Some(LISTER), app.clock.wall());
    let (created, batch) = made.unwrap();
    app.store.commit(batch).await.unwrap();
    Credentials::new(created.id, created.secret)
}

/// Returns the error with which a call by the key is refused.
async fn refusal(server: &TestServer, key: &Credentials, operation: &str) -> String {
    let input = json!({ "MaxResults": 1 });
    let reply = server.raw_as(key.clone()).call(operation, input).await;
    reply.unwrap().error()
}

on_each_engine! {
    async fn a_public_key_of_somebody_else_is_not_believed(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let payload = cognate_crypto::jws::split(tokens["AccessToken"].as_str().unwrap()).unwrap().payload().unwrap();
        let key = SigningKey::generate();
        let kid = key.public().kid();
        let forged = key.sign_compact(header_json(&kid).as_bytes(), &payload);
        let input = json!({ "AccessToken": forged });
        // The forger's key beside the pool's own, then in the place of one of them.
        let add = "INSERT INTO signing_keys (pool_id, kid, key_use, state, public, sealed, created) VALUES (?1, ?2, 'access', 0, ?3, ?4, 1)";
        write(server, add, params![&pool, &kid, key.public().jwk_json(&kid), vec![1_u8]]).await;
        faults(&open, "GetUser", input.clone()).await;
        write(server, "DELETE FROM signing_keys WHERE pool_id = ?1 AND kid = ?2", params![&pool, &kid]).await;
        refused(&open, "GetUser", input, ("NotAuthorizedException", "Could not verify signature for Access Token")).await;
        let own = "SELECT kid, public FROM signing_keys WHERE pool_id = ?1 AND key_use = 'access'";
        let own = read(server, own, params![&pool]).await;
        let kid = match &own[0] { cognate_store::Value::Text(kid) => kid.clone(), other => panic!("{other:?}") };
        let forged = key.sign_compact(header_json(&kid).as_bytes(), &payload);
        let replace = "UPDATE signing_keys SET public = ?3 WHERE pool_id = ?1 AND kid = ?2";
        write(server, replace, params![&pool, &kid, key.public().jwk_json(&kid)]).await;
        faults(&open, "GetUser", json!({ "AccessToken": forged })).await;
        faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
        // As it was, all is well again.
        let sql = "UPDATE signing_keys SET public = ?3 WHERE pool_id = ?1 AND kid = ?2";
        write(server, sql, vec![pool.as_str().into(), own[0].clone(), own[1].clone()]).await;
        open.ok("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.unwrap();
    }

    async fn a_signing_key_stays_in_its_pool_its_use_and_its_state(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let input = json!({ "AccessToken": tokens["AccessToken"] });
        let other = site(&raw, json!({}), json!({})).await;
        user(&raw, &other.pool, "jane", json!([])).await;
        sign_in(&open, &other.client, "jane").await;
        for (there, back) in [
            ("UPDATE signing_keys SET key_use = 'access' WHERE pool_id = ?1 AND key_use = 'id'",
             "UPDATE signing_keys SET key_use = 'id' WHERE pool_id = ?1 AND kid = (SELECT kid FROM current_keys WHERE pool_id = ?1 AND key_use = 'id')"),
            ("UPDATE signing_keys SET state = 2 WHERE pool_id = ?1 AND key_use = 'access'",
             "UPDATE signing_keys SET state = 1 WHERE pool_id = ?1 AND key_use = 'access'"),
        ] {
            write(server, there, params![&pool]).await;
            faults(&open, "GetUser", input.clone()).await;
            write(server, back, params![&pool]).await;
            open.ok("GetUser", input.clone()).await.unwrap();
        }
        let copy = "INSERT INTO signing_keys (pool_id, kid, key_use, state, public, sealed, created, mac) \
             SELECT ?2, kid, key_use, 0, public, sealed, created, mac FROM signing_keys WHERE pool_id = ?1 AND key_use = 'access'";
        write(server, copy, params![&other.pool, &pool]).await;
        faults(&open, "GetUser", input).await;
    }

    async fn an_access_key_does_not_become_root(server) {
        let key = lister(server).await;
        assert_eq!(refusal(server, &key, "ListUserPools").await, "");
        let row = read(server, "SELECT doc FROM access_keys WHERE key_id = ?1", params![&key.id]).await;
        for doc in [
            r#"{"name":"ci","root":true}"#.to_owned(),
            json!({ "name": "ci", "policy": LISTER.replace("ListUserPools", "*") }).to_string(),
        ] {
            write(server, "UPDATE access_keys SET doc = ?2 WHERE key_id = ?1", params![&key.id, doc]).await;
            assert_eq!(refusal(server, &key, "ListUserPools").await, NO_KEY);
            assert_eq!(refusal(server, &key, "CreateUserPool").await, NO_KEY);
        }
        write(server, "UPDATE access_keys SET doc = ?2 WHERE key_id = ?1", vec![key.id.as_str().into(), row[0].clone()]).await;
        assert_eq!(refusal(server, &key, "ListUserPools").await, "");
    }

    async fn a_disabled_access_key_stays_disabled(server) {
        let (key, app) = (lister(server).await, &server.state().app);
        assert_eq!(refusal(server, &key, "ListUserPools").await, "");
        access_keys::change(&app.store, &app.root, &key.id, Change::Disable).await.unwrap();
        // The version of before too, so that what a server still holds of it does not count either.
        let sql = "UPDATE access_keys SET enabled = 1, ver = 1 WHERE key_id = ?1";
        let batch = cognate_store::Batch::new().run(sql, params![&key.id]);
        app.store.commit(batch).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
        assert_eq!(refusal(server, &key, "ListUserPools").await, NO_KEY);
        let enabled = access_keys::change(&app.store, &app.root, &key.id, Change::Enable).await;
        assert!(matches!(enabled, Err(access_keys::KeyError::Foreign(_))));
        access_keys::change(&app.store, &app.root, &key.id, Change::Delete).await.unwrap();
    }
}
