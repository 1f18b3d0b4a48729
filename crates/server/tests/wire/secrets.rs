//! Published client secrets: what a store is sent, and what `dev` answers for one.

use std::time::Duration;

use cognate_testkit::{FunctionServer, Options, Play, Raw, Reply, TestServer};
use serde_json::{Value, json};

const SECRET: &str = "the secret of a key for the store";

/// Returns pool id and client.
async fn published(raw: &Raw) -> (String, Value) {
    let pool = raw.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = pool.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let input = json!({
        "UserPoolId": pool, "ClientName": "c", "GenerateSecret": true, "PublishSecretsInAWSSecretsManager": true,
    });
    let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
    (pool, made["UserPoolClient"].clone())
}

/// Waits until the store has had so many calls.
async fn calls(store: &FunctionServer, count: usize) {
    for _ in 0..200 {
        if store.received().len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} calls", store.received().len());
}

fn play(status: u16, body: Value) -> Play {
    Play::Raw(status, Vec::new(), body.to_string().into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_gets_signed_calls() {
    let store = FunctionServer::start().await.unwrap();
    let name = |pool: &str, client: &Value| {
        format!("cognito/{pool}/{}", client["ClientId"].as_str().unwrap())
    };
    store.next(play(
        400,
        json!({"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}),
    ));
    store.next(play(
        200,
        json!({"ARN": "no ARN of it", "Name": "x", "VersionId": "y"}),
    ));
    store.always(play(200, json!({})));
    let options = Options::serve()
        .with("secrets_manager", &store.url())
        .with("secrets_manager_region", "eu-central-1")
        .with("secrets_manager_access_key_id", "AKIASTORE")
        .with("secrets_manager_secret_access_key", SECRET);
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let (pool, client) = published(&raw).await;
    let name = name(&pool, &client);
    let arn = format!("arn:aws:secretsmanager:eu-central-1:000000000000:secret:{name}");
    assert_eq!(client["ClientSecretArn"], arn);
    calls(&store, 2).await;
    let ids = json!({"UserPoolId": pool, "ClientId": client["ClientId"]});
    let shown = raw.ok("DescribeUserPoolClient", ids.clone()).await.unwrap();
    assert_eq!(shown["UserPoolClient"], client);
    raw.ok("DeleteUserPoolClient", ids).await.unwrap();
    calls(&store, 3).await;
    let received = store.received();
    let targets: Vec<_> = received
        .iter()
        .map(|call| call.header("x-amz-target"))
        .collect();
    assert_eq!(
        targets,
        [
            "secretsmanager.PutSecretValue",
            "secretsmanager.CreateSecret",
            "secretsmanager.DeleteSecret"
        ]
    );
    for call in &received {
        assert_eq!((&*call.method, &*call.path), ("POST", "/"));
        assert_eq!(call.header("content-type"), "application/x-amz-json-1.1");
        assert!(call.is_signed(SECRET, "eu-central-1", "secretsmanager"));
        assert!(call.header("authorization").contains("AKIASTORE/"));
    }
    let [put, create, delete] = &received[..] else {
        panic!("{targets:?}")
    };
    let (put, create) = (put.event(), create.event());
    let value = put["SecretString"].clone();
    let text: Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    assert_eq!(
        (&text["userPoolId"], &text["userPoolClientId"]),
        (&json!(pool), &client["ClientId"])
    );
    let token = put["ClientRequestToken"].clone();
    assert!((32..=64).contains(&token.as_str().unwrap().len()));
    assert_eq!(
        put,
        json!({"SecretId": name, "ClientRequestToken": token, "SecretString": value})
    );
    assert_eq!(
        create,
        json!({
            "Name": name, "ClientRequestToken": token, "SecretString": value,
            "Description": "The secret of a user pool's app client.",
        })
    );
    assert_eq!(
        delete.event(),
        json!({"SecretId": name, "ForceDeleteWithoutRecovery": true})
    );
    // Only dev answers for a store.
    let reply = ask(&raw, "GetSecretValue", json!({"SecretId": name})).await;
    assert_eq!(reply.error(), "UnknownOperationException");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_does_nothing_to_the_store_of_its_server() {
    let store = FunctionServer::start().await.unwrap();
    store.always(play(200, json!({})));
    let options = Options::default()
        .with("secrets_manager", &store.url())
        .with("secrets_manager_region", "eu-central-1");
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let (pool, client) = published(&raw).await;
    calls(&store, 1).await;
    let endpoint = format!("{}/_world/a", server.endpoint());
    let world = Raw::new(&endpoint, Some(server.root().clone()));
    // Another one, and a week, after which secrets are replaced: all that is the world's own.
    let (_, own) = published(&world).await;
    let arn = own["ClientSecretArn"].as_str().unwrap();
    assert!(arn.contains(":us-east-1:"), "{arn}");
    let week = r#"{"advance":"8d"}"#;
    let moved = world.fetch(http::Method::POST, "/_dev/clock", &[], week);
    assert_eq!(moved.await.unwrap().status, 200);
    let ids = json!({"UserPoolId": pool, "ClientId": client["ClientId"]});
    world.ok("DeleteUserPoolClient", ids).await.unwrap();
    // The job of the world comes by within a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let received = store.received();
    let targets: Vec<_> = received
        .iter()
        .map(|call| call.header("x-amz-target"))
        .collect();
    assert_eq!(targets, ["secretsmanager.PutSecretValue"]);
    // It answers for the store itself.
    let id = json!({"SecretId": own["ClientSecretArn"]});
    let found = ask(&world.for_service("secretsmanager"), "GetSecretValue", id).await;
    assert_eq!(found.status, 200);
    server.stop().await;
}

async fn ask(raw: &Raw, operation: &str, input: Value) -> Reply {
    let target = format!("secretsmanager.{operation}");
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", target.as_str()),
    ];
    let request = raw.request_with(&headers, input.to_string().into_bytes());
    raw.send(request.unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_answers_as_the_store_would() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = published(&server.raw()).await;
    let raw = server.raw().for_service("secretsmanager");
    let id = json!({"SecretId": client["ClientSecretArn"]});
    let reply = ask(&raw, "GetSecretValue", id.clone()).await;
    let found = reply.json();
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
    let name = format!("cognito/{pool}/{}", client["ClientId"].as_str().unwrap());
    let text = found["SecretString"].as_str().unwrap();
    let text: Value = serde_json::from_str(text).unwrap();
    assert_eq!(text["userPoolClientId"], client["ClientId"]);
    assert_eq!(
        found,
        json!({
            "ARN": client["ClientSecretArn"], "Name": name, "VersionId": found["VersionId"],
            "VersionStages": ["AWSCURRENT"], "SecretString": found["SecretString"],
            "CreatedDate": found["CreatedDate"],
        })
    );
    let made = client["CreationDate"].as_f64().unwrap();
    assert!((found["CreatedDate"].as_f64().unwrap() - made).abs() < 1.0);
    let described = ask(&raw, "DescribeSecret", json!({"SecretId": name}))
        .await
        .json();
    let version = found["VersionId"].as_str().unwrap();
    assert_eq!(
        described["VersionIdsToStages"],
        json!({version: ["AWSCURRENT"]})
    );
    assert_eq!(
        (
            &described["ARN"],
            &described["RotationEnabled"],
            described.get("SecretString")
        ),
        (&client["ClientSecretArn"], &json!(true), None)
    );
    let by_version = json!({"SecretId": name, "VersionId": version, "VersionStage": "AWSCURRENT"});
    assert_eq!(ask(&raw, "GetSecretValue", by_version).await.json(), found);

    let no_secret = "Secrets Manager can't find the specified secret.";
    let previous =
        "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS";
    for (input, code, text) in [
        (
            json!({"SecretId": "x"}),
            "ResourceNotFoundException",
            no_secret,
        ),
        (
            json!({"SecretId": name, "VersionStage": "AWSPREVIOUS"}),
            "ResourceNotFoundException",
            previous,
        ),
        (
            json!({"SecretId": name, "VersionId": "y"}),
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for VersionId: y",
        ),
        (json!({}), "InvalidParameterException", "Invalid secret id."),
        (
            json!({"SecretId": "x".repeat(2049)}),
            "InvalidParameterException",
            "Invalid secret id.",
        ),
        (json!({"SecretId": 5}), "SerializationException", ""),
    ] {
        let reply = ask(&raw, "GetSecretValue", input).await;
        assert_eq!((&*reply.error(), &*reply.message()), (code, text));
    }
    // Another region, a signature for another service, none, and a wrong one.
    let elsewhere = raw.clone().in_region("eu-west-1");
    let reply = ask(&elsewhere, "GetSecretValue", id.clone()).await;
    assert_eq!(reply.message(), no_secret);
    let reply = ask(&server.raw(), "GetSecretValue", id.clone()).await;
    assert_eq!(
        (&*reply.error(), &*reply.message()),
        (
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'secretsmanager'. "
        )
    );
    let reply = ask(&server.unsigned(), "GetSecretValue", id.clone()).await;
    assert_eq!(reply.error(), "MissingAuthenticationTokenException");
    let forged = cognate_testkit::Credentials::new("test", "wrong");
    let forged = server.raw_as(forged).for_service("secretsmanager");
    let reply = ask(&forged, "GetSecretValue", id.clone()).await;
    assert_eq!(reply.error(), "InvalidSignatureException");
    // The key for one service signs nothing for the other.
    let reply = raw
        .call("ListUserPools", json!({"MaxResults": 1}))
        .await
        .unwrap();
    assert_eq!(
        reply.message(),
        "Credential should be scoped to correct service: 'cognito-idp'. "
    );
    let reply = ask(&raw, "ListSecrets", json!({})).await;
    assert_eq!(reply.error(), "UnknownOperationException");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_rights_learns_of_no_client_and_reads_are_in_the_trail() {
    let options = Options::default().with("audit_reads", "true");
    let server = TestServer::start(options).await.unwrap();
    let (pool, client) = published(&server.raw()).await;
    let app = &server.state().app;
    let run = async |request: Value| {
        let request = serde_json::from_value(request).unwrap();
        cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request)
            .await
            .unwrap()
    };
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "cognito-idp:ListUserPools", "Resource": "*"},
    ]});
    let made = run(json!({"command": "create-key", "name": "poor", "policy": policy.to_string()}));
    let made = made.await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let poor = cognate_testkit::Credentials::new(text("id"), text("secret"));
    let poor = server.raw_as(poor).for_service("secretsmanager");
    let id = client["ClientId"].as_str().unwrap();
    let name = |client: &str| format!("cognito/{pool}/{client}");
    let mut told = Vec::new();
    for secret in [name(id), name("nobody")] {
        let reply = ask(&poor, "GetSecretValue", json!({"SecretId": secret})).await;
        assert_eq!(reply.error(), "AccessDeniedException");
        told.push(reply.message());
    }
    assert_eq!(told[0], told[1]);
    let other = ask(&poor, "GetSecretValue", json!({"SecretId": "x"})).await;
    assert_eq!(other.error(), "AccessDeniedException");

    let raw = server.raw().for_service("secretsmanager");
    let found = ask(&raw, "GetSecretValue", json!({"SecretId": name(id)})).await;
    assert_eq!(found.status.as_u16(), 200);
    let missing = ask(&raw, "DescribeSecret", json!({"SecretId": name("nobody")})).await;
    assert_eq!(missing.error(), "ResourceNotFoundException");
    server.state().refusals.flush(app).await;
    let query = json!({"command": "audit", "query": {}, "position": null, "lines": 100});
    let trail = run(query).await;
    let lines: Vec<String> = trail["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    let count = |words: &[&str]| {
        let has = |line: &&String| words.iter().all(|word| line.contains(word));
        lines.iter().filter(has).count()
    };
    let all = lines.join("\n");
    assert_eq!(
        count(&["PublishedSecrets", &pool, "ResourceNotFoundException"]),
        1,
        "{all}"
    );
    assert_eq!(count(&["PublishedSecrets", &pool]), 2, "{all}");
    assert!(
        count(&["DescribeUserPoolClient", "AccessDeniedException"]) > 0,
        "{all}"
    );
    server.stop().await;
}
