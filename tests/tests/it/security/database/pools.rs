//! Pools, app clients, groups, domains and resource servers.

use cognate_store::params;
use serde_json::json;

use super::{faults, read, write};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    async fn a_client_with_a_secret_does_not_become_public(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({ "GenerateSecret": true })).await;
        user(&raw, &pool, "jane", json!([])).await;
        let input = by_password(&client, "jane", PASSWORD);
        assert_eq!(open.call("InitiateAuth", input.clone()).await.unwrap().error(), "NotAuthorizedException");
        write(server, "UPDATE clients SET sealed = NULL WHERE client_id = ?1", params![&client]).await;
        faults(&open, "InitiateAuth", input.clone()).await;
        write(server, "UPDATE clients SET sealed = NULL, mac = NULL WHERE client_id = ?1", params![&client]).await;
        faults(&open, "InitiateAuth", input).await;
        faults(&raw, "DescribeUserPoolClient", json!({ "UserPoolId": pool, "ClientId": client })).await;
    }

    async fn a_secret_that_was_taken_away_does_not_come_back(server) {
        let raw = server.raw();
        let Site { pool, client } = site(&raw, json!({}), json!({ "GenerateSecret": true })).await;
        let ids = json!({ "UserPoolId": pool, "ClientId": client });
        let old = read(server, "SELECT sealed FROM clients WHERE client_id = ?1", params![&client]).await;
        raw.ok("AddUserPoolClientSecret", ids.clone()).await.unwrap();
        write(server, "UPDATE clients SET sealed = ?2 WHERE client_id = ?1", vec![client.as_str().into(), old[0].clone()]).await;
        faults(&raw, "DescribeUserPoolClient", ids).await;
    }

    async fn settings_of_a_client_and_its_pool_are_its_own(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
        let other = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let doc = read(server, "SELECT doc FROM clients WHERE client_id = ?1", params![&other.client]).await;
        write(server, "UPDATE clients SET doc = ?2 WHERE client_id = ?1", vec![client.as_str().into(), doc[0].clone()]).await;
        faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
        // A client of another pool is none of this one.
        write(server, "UPDATE clients SET pool_id = ?2 WHERE client_id = ?1", params![&other.client, &pool]).await;
        write(server, "UPDATE client_pools SET pool_id = ?2 WHERE client_id = ?1", params![&other.client, &pool]).await;
        faults(&open, "InitiateAuth", by_password(&other.client, "jane", PASSWORD)).await;
    }

    async fn settings_of_a_pool_change_through_the_program_alone(server) {
        let raw = server.raw();
        let Site { pool, .. } = site(&raw, json!({}), json!({})).await;
        let strict = site(&raw, json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 20 } } }), json!({})).await;
        let describe = |pool: &str| json!({ "UserPoolId": pool });
        let doc = read(server, "SELECT doc FROM pools WHERE pool_id = ?1", params![&pool]).await;
        write(server, "UPDATE pools SET doc = ?2 WHERE pool_id = ?1", vec![strict.pool.as_str().into(), doc[0].clone()]).await;
        faults(&raw, "DescribeUserPool", describe(&strict.pool)).await;
        write(server, "UPDATE pools SET issuer = ?2 WHERE pool_id = ?1", params![&pool, r#"{"custom":"https://evil.example"}"#]).await;
        faults(&raw, "DescribeUserPool", describe(&pool)).await;
    }

    async fn a_deleted_pool_stays_deleted(server) {
        let raw = server.raw();
        let Site { pool, .. } = site(&raw, json!({}), json!({})).await;
        raw.ok("DeleteUserPool", json!({ "UserPoolId": pool })).await.unwrap();
        write(server, "UPDATE pools SET state = 0 WHERE pool_id = ?1", params![&pool]).await;
        faults(&raw, "DescribeUserPool", json!({ "UserPoolId": pool })).await;
    }

    async fn nobody_joins_a_group_by_a_row(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        for name in ["jane", "eve"] {
            user(&raw, &pool, name, json!([])).await;
        }
        for group in ["admins", "readers"] {
            raw.ok("CreateGroup", json!({ "UserPoolId": pool, "GroupName": group, "Precedence": 5 })).await.unwrap();
        }
        let join = |name: &str, group: &str| json!({ "UserPoolId": pool, "Username": name, "GroupName": group });
        raw.ok("AdminAddUserToGroup", join("jane", "admins")).await.unwrap();
        raw.ok("AdminAddUserToGroup", join("eve", "readers")).await.unwrap();
        let tokens = sign_in(&open, &client, "eve").await;
        let refresh = initiate(&client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": tokens["RefreshToken"] }));
        let again = async || {
            faults(&open, "InitiateAuth", by_password(&client, "eve", PASSWORD)).await;
            faults(&open, "InitiateAuth", refresh.clone()).await;
            faults(&raw, "AdminListGroupsForUser", json!({ "UserPoolId": pool, "Username": "eve" })).await;
        };
        // A row of her own, then jane's row in her name.
        let add = "INSERT INTO group_members (pool_id, group_id, user_id) SELECT g.pool_id, g.group_id, u.user_id \
             FROM user_groups g, users u WHERE g.pool_id = ?1 AND u.pool_id = ?1 AND g.name = 'admins' AND u.username = 'eve'";
        write(server, add, params![&pool]).await;
        again().await;
        let steal = "UPDATE group_members SET mac = (SELECT mac FROM group_members m WHERE m.pool_id = ?1 AND m.mac IS NOT NULL \
             AND m.group_id = group_members.group_id) WHERE pool_id = ?1 AND mac IS NULL";
        write(server, steal, params![&pool]).await;
        again().await;
        let admins = "DELETE FROM group_members WHERE pool_id = ?1 AND user_id = (SELECT user_id FROM users WHERE pool_id = ?1 AND username = 'eve') \
             AND group_id = (SELECT group_id FROM user_groups WHERE pool_id = ?1 AND name = 'admins')";
        write(server, admins, params![&pool]).await;
        open.ok("InitiateAuth", refresh.clone()).await.unwrap();
        // Her own group under another name, with another role, with another rank.
        write(server, "DELETE FROM user_groups WHERE pool_id = ?1 AND name = 'admins'", params![&pool]).await;
        for (there, back) in [
            ("UPDATE user_groups SET name = 'admins' WHERE pool_id = ?1", "UPDATE user_groups SET name = 'readers' WHERE pool_id = ?1"),
            ("UPDATE user_groups SET role = 'arn:aws:iam::000000000000:role/root' WHERE pool_id = ?1", "UPDATE user_groups SET role = NULL WHERE pool_id = ?1"),
            ("UPDATE user_groups SET precedence = 0 WHERE pool_id = ?1", "UPDATE user_groups SET precedence = 5 WHERE pool_id = ?1"),
        ] {
            write(server, there, params![&pool]).await;
            again().await;
            write(server, back, params![&pool]).await;
            open.ok("InitiateAuth", refresh.clone()).await.unwrap();
        }
    }

    async fn scopes_of_a_resource_server_are_its_own(server) {
        let raw = server.raw();
        let Site { pool, .. } = site(&raw, json!({}), json!({})).await;
        let input = json!({ "UserPoolId": pool, "Identifier": "api", "Name": "api", "Scopes": [{ "ScopeName": "read", "ScopeDescription": "r" }] });
        raw.ok("CreateResourceServer", input).await.unwrap();
        let ids = json!({ "UserPoolId": pool, "Identifier": "api" });
        raw.ok("DescribeResourceServer", ids.clone()).await.unwrap();
        let scopes = r#"[{"ScopeName":"admin","ScopeDescription":"a"}]"#;
        write(server, "UPDATE resource_servers SET scopes = ?2 WHERE pool_id = ?1", params![&pool, scopes]).await;
        faults(&raw, "DescribeResourceServer", ids).await;
    }

    async fn a_domain_stays_with_its_pool(server) {
        let raw = server.raw();
        let (mine, theirs) = (site(&raw, json!({}), json!({})).await.pool, site(&raw, json!({}), json!({})).await.pool);
        raw.ok("CreateUserPoolDomain", json!({ "UserPoolId": theirs, "Domain": "signin-here" })).await.unwrap();
        let describe = json!({ "Domain": "signin-here" });
        raw.ok("DescribeUserPoolDomain", describe.clone()).await.unwrap();
        write(server, "UPDATE domains SET pool_id = ?2 WHERE pool_id = ?1", params![&theirs, &mine]).await;
        faults(&raw, "DescribeUserPoolDomain", describe).await;
    }
}
