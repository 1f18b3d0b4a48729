//! Parameters, clients and their secrets.

use cognate_crypto::hash;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn missing_parameters_are_named_one_at_a_time(t: &TestApp) {
    let s = site(t).await;
    for (flow, parameters, missing) in [
        ("USER_PASSWORD_AUTH", json!({}), "USERNAME"),
        ("USER_PASSWORD_AUTH", json!({"PASSWORD": "x"}), "USERNAME"),
        (
            "USER_PASSWORD_AUTH",
            json!({"USERNAME": "", "PASSWORD": "x"}),
            "USERNAME",
        ),
        (
            "USER_PASSWORD_AUTH",
            json!({"USERNAME": "jane"}),
            "PASSWORD",
        ),
        ("USER_SRP_AUTH", json!({"SRP_A": "aa"}), "USERNAME"),
        ("USER_SRP_AUTH", json!({"USERNAME": "jane"}), "SRP_A"),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
    ] {
        let text = format!("Missing required parameter {missing}");
        t.refused(
            "InitiateAuth",
            initiate(&s.client, flow, parameters),
            "InvalidParameterException",
            &text,
        )
        .await;
    }
    let input = json!({"ClientId": s.client, "AuthFlow": "USER_PASSWORD_AUTH"});
    let text = "Missing required parameter USERNAME";
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
}

#[each_engine]
async fn unknown_clients_and_clients_of_other_pools_do_not_exist(t: &TestApp) {
    let (a, b) = (site(t).await, site(t).await);
    let text = "User pool client nosuchclient does not exist.";
    t.refused(
        "InitiateAuth",
        by_password("nosuchclient", "jane", PASSWORD),
        "ResourceNotFoundException",
        text,
    )
    .await;
    let mixed = Site {
        pool: a.pool.clone(),
        client: b.client.clone(),
    };
    let refused = admin(
        t,
        &mixed,
        "ADMIN_NO_SRP_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": "x"}),
    )
    .await;
    let text = format!("User pool client {} does not exist.", b.client);
    assert_eq!(
        refused.unwrap_err(),
        refusal(("ResourceNotFoundException", &text))
    );
    let gone = Site {
        pool: "us-east-1_000000000".into(),
        client: a.client,
    };
    let refused = admin(
        t,
        &gone,
        "ADMIN_NO_SRP_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": "x"}),
    )
    .await;
    let text = "User pool us-east-1_000000000 does not exist.";
    assert_eq!(
        refused.unwrap_err(),
        refusal(("ResourceNotFoundException", text))
    );
}

#[each_engine]
async fn a_client_with_a_secret_needs_its_hash_and_one_without_refuses_any(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (
        made["ClientId"].as_str().unwrap(),
        made["ClientSecret"].as_str().unwrap(),
    );
    let with_hash = |client: &str, hash: &str| {
        let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
        initiate(client, "USER_PASSWORD_AUTH", parameters)
    };
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    t.refused(
        "InitiateAuth",
        by_password(id, "jane", PASSWORD),
        "NotAuthorizedException",
        &missing,
    )
    .await;
    let wrong = format!("SecretHash does not match for the client: {id}");
    for hash in [
        "x".to_owned(),
        hash::secret_hash(secret, "john", id),
        hash::secret_hash("other", "jane", id),
    ] {
        t.refused(
            "InitiateAuth",
            with_hash(id, &hash),
            "NotAuthorizedException",
            &wrong,
        )
        .await;
    }
    let right = hash::secret_hash(secret, "jane", id);
    let result = t.ok("InitiateAuth", with_hash(id, &right)).await["AuthenticationResult"].clone();
    let wrong = format!("SecretHash does not match for the client: {}", s.client);
    t.refused(
        "InitiateAuth",
        with_hash(&s.client, &right),
        "NotAuthorizedException",
        &wrong,
    )
    .await;

    // Refresh accepts the hash over the user name and over the sub.
    let sub = claims(&result["AccessToken"])["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let refresh = |hash: Option<String>| {
        let mut parameters = json!({"REFRESH_TOKEN": result["RefreshToken"]});
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        initiate(id, "REFRESH_TOKEN_AUTH", parameters)
    };
    for name in ["jane", &sub] {
        t.ok(
            "InitiateAuth",
            refresh(Some(hash::secret_hash(secret, name, id))),
        )
        .await;
    }
    t.refused(
        "InitiateAuth",
        refresh(None),
        "NotAuthorizedException",
        &missing,
    )
    .await;
    let wrong = format!("SecretHash does not match for the client: {id}");
    let other = hash::secret_hash(secret, "john", id);
    t.refused(
        "InitiateAuth",
        refresh(Some(other)),
        "NotAuthorizedException",
        &wrong,
    )
    .await;
}
