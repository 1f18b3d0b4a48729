//! Two nodes on one PostgreSQL: what one did, the other sees within the documented bound, and what may happen once
//! happens once.

use std::time::{Duration, Instant};

use cognate_crypto::seal::RootKey;
use cognate_crypto::srp::client::{Answer, Client, timestamp};
use cognate_server::access_keys::{self, Change};
use cognate_testkit::{Credentials, Engine, Options, Raw, TestServer};
use serde_json::{Value, json};

use crate::engines;

const PASSWORD: &str = "Passw0rd!";
/// The bound that docs/decisions/002 promises, and a margin for the test machine.
const BOUND: Duration = Duration::from_millis(1_000 + 500);

/// Two servers on one database.
struct Nodes {
    a: TestServer,
    b: TestServer,
}

async fn nodes(name: &str, serve: bool) -> Nodes {
    let url = engines::durable_postgres(&format!("nodes_{name}")).await;
    let key = RootKey::generate().to_base64().expose().clone();
    let options = || Options {
        engine: Engine::Postgres(url.clone()),
        sealing_key: Some(key.clone()),
        ..if serve {
            Options::serve()
        } else {
            Options::default()
        }
    };
    Nodes {
        a: TestServer::start(options()).await.unwrap(),
        b: TestServer::start(options()).await.unwrap(),
    }
}

/// Creates a pool, a client and a user with a password.
async fn world(raw: &Raw) -> (String, String) {
    let pool = raw
        .ok("CreateUserPool", json!({ "PoolName": "nodes" }))
        .await
        .unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client = json!({
        "UserPoolId": pool, "ClientName": "nodes",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let client = raw.ok("CreateUserPoolClient", client).await.unwrap();
    let client = client["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let user = json!({ "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS" });
    raw.ok("AdminCreateUser", user).await.unwrap();
    let password =
        json!({ "UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true });
    raw.ok("AdminSetUserPassword", password).await.unwrap();
    (pool, client)
}

async fn sign_in(raw: &Raw, client: &str) -> Value {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": "jane", "PASSWORD": PASSWORD },
    });
    raw.ok("InitiateAuth", input).await.unwrap()["AuthenticationResult"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_signed_out_token_is_refused_by_the_other_node_at_once() {
    let Nodes { a, b } = nodes("signout", false).await;
    let (_, client) = world(&a.raw()).await;
    let tokens = sign_in(&a.unsigned(), &client).await;
    let input = json!({ "AccessToken": tokens["AccessToken"] });
    b.unsigned().ok("GetUser", input.clone()).await.unwrap();
    a.unsigned()
        .ok("GlobalSignOut", input.clone())
        .await
        .unwrap();
    let refused = b.unsigned().call("GetUser", input).await.unwrap();
    assert_eq!(
        (refused.error().as_str(), refused.message().as_str()),
        ("NotAuthorizedException", "Access Token has been revoked")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_changed_client_is_obeyed_by_the_other_node_within_the_bound() {
    let Nodes { a, b } = nodes("client", false).await;
    let (pool, client) = world(&a.raw()).await;
    assert_eq!(sign_in(&b.unsigned(), &client).await["ExpiresIn"], 3600);
    let change = json!({
        "UserPoolId": pool, "ClientId": client, "AccessTokenValidity": 5,
        "TokenValidityUnits": { "AccessToken": "minutes" }, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    a.raw().ok("UpdateUserPoolClient", change).await.unwrap();
    let changed = Instant::now();
    while sign_in(&b.unsigned(), &client).await["ExpiresIn"] != 300 {
        assert!(
            changed.elapsed() < BOUND,
            "the other node still uses the old client"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn nothing_is_issued_for_a_deleted_pool_by_the_other_node() {
    let Nodes { a, b } = nodes("deleted", false).await;
    let (pool, client) = world(&a.raw()).await;
    sign_in(&b.unsigned(), &client).await;
    a.raw()
        .ok("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .unwrap();
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": "jane", "PASSWORD": PASSWORD },
    });
    let refused = b.unsigned().call("InitiateAuth", input).await.unwrap();
    assert_eq!(
        refused.error(),
        "ResourceNotFoundException",
        "{}",
        refused.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_disabled_access_key_is_refused_by_the_other_node_within_a_second() {
    let Nodes { a, b } = nodes("key", true).await;
    let app = &a.state().app;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cognito-idp:*","Resource":"*"}]}"#;
    let (created, batch) =
        access_keys::create(&app.root, "ci", Some(policy), app.clock.wall()).unwrap();
    app.store.commit(batch).await.unwrap();
    let raw = b.raw_as(Credentials::new(created.id.clone(), created.secret));
    let input = json!({ "MaxResults": 1 });
    raw.ok("ListUserPools", input.clone()).await.unwrap();
    access_keys::change(&app.store, &app.root, &created.id, Change::Disable)
        .await
        .unwrap();
    let disabled = Instant::now();
    loop {
        let reply = raw.call("ListUserPools", input.clone()).await.unwrap();
        if reply.status != 200 {
            assert_eq!(reply.error(), "UnrecognizedClientException");
            break;
        }
        assert!(
            disabled.elapsed() < BOUND,
            "the other node still accepts the key"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_challenge_of_one_node_ends_on_the_other_and_only_once() {
    let Nodes { a, b } = nodes("challenge", false).await;
    let (pool, client) = world(&a.raw()).await;
    for _ in 0..4 {
        let srp = Client::new();
        let begin = json!({
            "AuthFlow": "USER_SRP_AUTH", "ClientId": client,
            "AuthParameters": { "USERNAME": "jane", "SRP_A": srp.srp_a() },
        });
        let challenge =
            a.unsigned().ok("InitiateAuth", begin).await.unwrap()["ChallengeParameters"].clone();
        let text = |name: &str| challenge[name].as_str().unwrap();
        let seconds = u64::try_from(a.state().app.clock.service() / 1_000_000).unwrap();
        let stamp = timestamp(seconds);
        let signature = srp
            .answer(&Answer {
                pool_name: pool.split_once('_').unwrap().1,
                user_id: text("USER_ID_FOR_SRP"),
                password: PASSWORD,
                salt: text("SALT"),
                srp_b: text("SRP_B"),
                secret_block: text("SECRET_BLOCK"),
                timestamp: &stamp,
            })
            .unwrap();
        let finish = json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ClientId": client,
            "ChallengeResponses": {
                "USERNAME": text("USERNAME"), "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
                "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": stamp,
            },
        });
        let (one, other) = (a.unsigned(), b.unsigned());
        let (first, second) = tokio::join!(
            one.call("RespondToAuthChallenge", finish.clone()),
            other.call("RespondToAuthChallenge", finish)
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        let wins = [&first, &second].iter().filter(|r| r.status == 200).count();
        assert_eq!(wins, 1, "{} / {}", first.text(), second.text());
        let lost = if first.status == 200 { second } else { first };
        assert_eq!(lost.error(), "NotAuthorizedException", "{}", lost.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_name_taken_on_both_nodes_at_once_goes_to_one() {
    let Nodes { a, b } = nodes("name", false).await;
    let (pool, _) = world(&a.raw()).await;
    for i in 0..16 {
        let input = json!({ "UserPoolId": pool, "Username": format!("race-{i}"), "MessageAction": "SUPPRESS" });
        let (one, other) = (a.raw(), b.raw());
        let (first, second) = tokio::join!(
            one.call("AdminCreateUser", input.clone()),
            other.call("AdminCreateUser", input)
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        let lost = match (first.status.as_u16(), second.status.as_u16()) {
            (200, 400) => second,
            (400, 200) => first,
            _ => panic!("{} / {}", first.text(), second.text()),
        };
        assert_eq!(
            (lost.error().as_str(), lost.message().as_str()),
            ("UsernameExistsException", "User account already exists")
        );
    }
}
