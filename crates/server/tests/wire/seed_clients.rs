//! What a seed does not vouch for, what it keeps of secrets that others hold, what it compares, and by whose settings it is applied
//! where no server runs.

use std::path::Path;

use cognate_testkit::{Options, TestServer};
use http::Method;
use serde_json::{Value, json};

use super::lifecycle::Scratch;
use super::seeds::{cognate, complained};

/// Standard output of a command that ends well.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = cognate(folder, arguments);
    let errors = complained(&output);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of a command that is refused.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = cognate(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    complained(&output)
}

fn on(folder: &Path, options: Options) -> Options {
    Options {
        folder: Some(folder.to_owned()),
        ..options
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_registered_itself_is_not_exported_and_no_answer_about_one_is_a_seed() {
    let scratch = Scratch::new();
    let server = TestServer::start(on(&scratch.0, Options::default()));
    let server = server.await.unwrap();
    let raw = server.raw();
    let input = json!({"PoolName": "p", "DcrConfiguration": {"OpenDcrEnabled": true}});
    let pool = raw.ok("CreateUserPool", input).await.unwrap()["UserPool"]["Id"].clone();
    let pool = pool.as_str().unwrap();
    let domain = json!({"UserPoolId": pool, "Domain": "shop"});
    raw.ok("CreateUserPoolDomain", domain).await.unwrap();
    let input = json!({"UserPoolId": pool, "ClientName": "own"});
    let own = raw.ok("CreateUserPoolClient", input).await.unwrap();
    let body =
        json!({"redirect_uris": ["http://localhost/cb"], "token_endpoint_auth_method": "none"});
    let registered = server
        .unsigned()
        .fetch(
            Method::POST,
            &format!("/{pool}/oauth2/register"),
            &[("content-type", "application/json")],
            &body.to_string(),
        )
        .await
        .unwrap();
    assert_eq!(registered.status.as_u16(), 201, "{}", registered.text());
    let id = registered.json()["client_id"].as_str().unwrap().to_owned();

    let seed = done(
        &scratch.0,
        &["seed", "export", "--format", "json", "--with-secrets"],
    );
    let clients: Value = serde_json::from_str(&seed).unwrap();
    let clients = clients["pools"][0]["clients"].as_array().unwrap().clone();
    let ids: Vec<&Value> = clients.iter().map(|client| &client["id"]).collect();
    assert_eq!(ids, [&own["UserPoolClient"]["ClientId"]]);
    assert!(!seed.contains(&id));

    // The same of an answer of Describe.
    let key = json!({"UserPoolId": pool, "ClientId": id});
    let mut answer = raw.ok("DescribeUserPoolClient", key).await.unwrap();
    answer["UserPoolClient"]["UserPoolId"] = json!("us-east-1_Elsewhere");
    answer["UserPool"] = json!({"Id": "us-east-1_Elsewhere", "Name": "x"});
    let file = scratch.path("answer.json");
    std::fs::write(&file, answer.to_string()).unwrap();
    let output = cognate(&scratch.0, &["seed", "diff", &file]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = format!(
        "note: app client {id} is left out: it registered itself (ClientType DCR), and a client of a seed is one that an administrator vouches for\n\
         + user pool us-east-1_Elsewhere\n1 would be created, 0 would be changed\n"
    );
    assert_eq!(said, expected);

    // Nor does a seed take over the one that is there.
    let text =
        json!({"pools": [{"id": pool, "clients": [{"id": id, "settings": {"ClientName": "x"}}]}]});
    let file = scratch.path("seed.json");
    std::fs::write(&file, text.to_string()).unwrap();
    let why = refused(&scratch.0, &["seed", "apply", &file]);
    assert!(why.contains("the client registered itself"), "{why}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_secret_is_published_comes_out_as_one_and_gets_a_new_secret() {
    let scratch = Scratch::new();
    let server = TestServer::start(on(&scratch.0, Options::default()));
    let server = server.await.unwrap();
    let raw = server.raw();
    let pool = raw.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = pool.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let input = json!({
        "UserPoolId": pool, "ClientName": "c", "GenerateSecret": true, "PublishSecretsInAWSSecretsManager": true,
    });
    let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
    let id = made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answer = raw
        .ok(
            "DescribeUserPoolClient",
            json!({"UserPoolId": pool, "ClientId": id}),
        )
        .await
        .unwrap();
    let all = ["seed", "export", "--format", "json", "--with-secrets"];
    let seed = done(&scratch.0, &all);
    assert_eq!(seed, done(&scratch.0, &all[..4]));
    let client = serde_json::from_str::<Value>(&seed).unwrap()["pools"][0]["clients"][0].clone();
    assert_eq!(client["settings"]["GenerateSecret"], true);
    assert_eq!(
        client["settings"]["PublishSecretsInAWSSecretsManager"],
        true
    );
    assert_eq!(client.get("secret"), None);
    server.stop().await;

    // Into an empty server, twice, and out again; and from the answer of Describe.
    let other = Scratch::new();
    let file = other.path("seed.json");
    std::fs::write(&file, &seed).unwrap();
    let server = TestServer::start(on(&other.0, Options::default()).with("seed", &file));
    let server = server.await.unwrap();
    assert_eq!(done(&other.0, &["seed", "apply", &file]), "no changes\n");
    assert_eq!(done(&other.0, &all), seed);
    answer["UserPoolClient"]["ClientId"] = json!("described");
    std::fs::write(&file, answer.to_string()).unwrap();
    done(&other.0, &["seed", "apply", &file]);
    assert_eq!(done(&other.0, &["seed", "apply", &file]), "no changes\n");
    for id in [id.as_str(), "described"] {
        let key = json!({"UserPoolId": pool, "ClientId": id});
        let found = server
            .raw()
            .ok("DescribeUserPoolClient", key)
            .await
            .unwrap();
        let found = &found["UserPoolClient"];
        assert_eq!(found.get("ClientSecret"), None);
        let arn = found["ClientSecretArn"].as_str().unwrap();
        assert!(
            arn.contains(&format!("secret:cognito/{pool}/{id}")),
            "{arn}"
        );
    }
    // What the store has, a seed does not say.
    let seed = json!({"pools": [{"id": pool, "clients": [{"id": id, "settings": {"ClientName": "c"}, "secret": "abcdefghijklmnopqrstuvwxyz"}]}]});
    std::fs::write(&file, seed.to_string()).unwrap();
    let why = refused(&other.0, &["seed", "apply", &file]);
    assert!(
        why.contains("a store of secrets has the client's secret"),
        "{why}"
    );
    server.stop().await;
}

/// Names and tags that `dev` obeys, in a seed.
const SPELLED: &str = r#"
pools:
- id: us-east-1_Spelled
  settings:
    PoolName: p
    UserPoolTags:
      team: a
      floci:override-cognito-client-secret: abcdefghijklmnopqrstuvwxyz
  clients:
  - {id: web_app, settings: {ClientName: 'ms-custom-id:web_app'}}
  - {id: other+app, settings: {ClientName: '_custom_id_:other+app'}}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn names_and_tags_that_are_obeyed_are_no_change_the_second_time() {
    let scratch = Scratch::new();
    let file = scratch.path("seed.yaml");
    std::fs::write(&file, SPELLED).unwrap();
    let server = TestServer::start(on(&scratch.0, Options::default()).with("seed", &file));
    let server = server.await.unwrap();
    assert_eq!(done(&scratch.0, &["seed", "apply", &file]), "no changes\n");
    let raw = server.raw();
    let key = json!({"UserPoolId": "us-east-1_Spelled"});
    let pool = raw.ok("DescribeUserPool", key).await.unwrap();
    assert_eq!(pool["UserPool"]["UserPoolTags"], json!({"team": "a"}));
    let input =
        json!({"UserPoolId": "us-east-1_Spelled", "ClientName": "x", "GenerateSecret": true});
    let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
    assert_eq!(
        made["UserPoolClient"]["ClientSecret"],
        "abcdefghijklmnopqrstuvwxyz"
    );
    // A client that is to have a secret and has none is told, not passed over.
    let text = SPELLED.replace("{ClientName: 'ms", "{GenerateSecret: true, ClientName: 'ms");
    std::fs::write(&file, text).unwrap();
    let why = refused(&scratch.0, &["seed", "apply", &file]);
    assert!(
        why.contains("the client has no secret and cannot get one"),
        "{why}"
    );
    // Ids that tags and names may choose come out and go in again.
    let seed = done(&scratch.0, &["seed", "export", "--format", "json"]);
    server.stop().await;
    let other = Scratch::new();
    let file = other.path("seed.json");
    std::fs::write(&file, &seed).unwrap();
    let server = TestServer::start(on(&other.0, Options::default()).with("seed", &file));
    let server = server.await.unwrap();
    assert_eq!(
        done(&other.0, &["seed", "export", "--format", "json"]),
        seed
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_a_database_of_serve_is_changed_by_the_settings_of_serve() {
    let scratch = Scratch::new();
    let server = TestServer::start(on(&scratch.0, Options::serve()));
    server.await.unwrap().stop().await;
    let file = scratch.path("seed.yaml");
    // Tags are tags, as to the server.
    std::fs::write(
        &file,
        SPELLED
            .replace("ms-custom-id:", "")
            .replace("_custom_id_:", "x"),
    )
    .unwrap();
    done(&scratch.0, &["seed", "apply", &file]);
    let seed = done(&scratch.0, &["seed", "export", "--format", "json"]);
    let seed: Value = serde_json::from_str(&seed).unwrap();
    let tags = &seed["pools"][0]["settings"]["UserPoolTags"];
    assert_eq!(
        tags["floci:override-cognito-client-secret"],
        "abcdefghijklmnopqrstuvwxyz"
    );
    let settings = scratch.path("client.json");
    let publish = json!({"ClientName": "c", "GenerateSecret": true, "PublishSecretsInAWSSecretsManager": true});
    std::fs::write(&settings, publish.to_string()).unwrap();
    let create = [
        "client",
        "create",
        "--pool",
        "us-east-1_Spelled",
        "--id",
        "kept",
        &settings,
    ];
    let why = refused(&scratch.0, &create);
    assert!(why.contains("secrets_manager"), "{why}");
    // A name that `dev` alone takes.
    std::fs::write(
        &settings,
        json!({"ClientName": "ms-custom-id:a"}).to_string(),
    )
    .unwrap();
    let why = refused(&scratch.0, &create);
    assert!(why.contains("clientName"), "{why}");
    // Settings count: plans, lists of passwords, the account.
    let plus = json!({"PoolName": "l", "UserPoolTier": "LITE", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}});
    std::fs::write(&settings, plus.to_string()).unwrap();
    let create = ["pool", "create", "--id", "us-east-1_Lite", &settings];
    let why = refused(&scratch.0, &[&create[..], &["--enforce-tiers"]].concat());
    assert!(
        why.contains("FeatureUnavailableInTier") || why.contains("tier"),
        "{why}"
    );
    let why = refused(&scratch.0, &[&create[..], &["--account", "12"]].concat());
    assert!(why.contains("must be 12 digits"), "{why}");
    let made = done(
        &scratch.0,
        &[&create[..], &["--account", "123456789012"]].concat(),
    );
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        made["UserPool"]["Arn"],
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Lite"
    );
}
