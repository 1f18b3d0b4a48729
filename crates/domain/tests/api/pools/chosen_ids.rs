//! Ids that the caller chooses in `dev`, in every spelling; and that `serve` knows none of them.

use cognate_domain::{Mode, Settings};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::texts::exceptions::INVALID;

async fn pool(t: &TestApp, tags: Value) -> Value {
    let input = json!({"PoolName": "p", "UserPoolTags": tags});
    t.ok("CreateUserPool", input).await["UserPool"].clone()
}

async fn client(t: &TestApp, pool: &str, name: &str, secret: bool) -> Value {
    let input = json!({"UserPoolId": pool, "ClientName": name, "GenerateSecret": secret});
    t.ok("CreateUserPoolClient", input).await["UserPoolClient"].clone()
}

#[each_engine]
async fn tags_choose_ids_of_pools(t: &TestApp) {
    for (tags, id, kept) in [
        (
            json!({"_custom_id_": "us-east-1_One", "team": "a"}),
            "us-east-1_One",
            json!({"_custom_id_": "us-east-1_One", "team": "a"}),
        ),
        (
            json!({"ms-custom-id": "Two"}),
            "us-east-1_Two",
            json!({"ms-custom-id": "Two"}),
        ),
        (
            json!({"floci:override-id": "us-east-1_Three", "team": "a"}),
            "us-east-1_Three",
            json!({"team": "a"}),
        ),
    ] {
        let made = pool(t, tags).await;
        assert_eq!((&made["Id"], &made["UserPoolTags"]), (&json!(id), &kept));
    }
}

#[each_engine]
async fn tags_of_a_pool_choose_ids_and_secrets_of_its_clients(t: &TestApp) {
    let secret = "abcdefghijklmnopqrstuvwxyz";
    for (rule, id) in [
        ("use-name", "web"),
        ("append-to-name:_x", "web_x"),
        ("prepend-to-name:x_", "x_web"),
    ] {
        let tags = json!({
            "floci:override-cognito-client-id": rule, "floci:override-cognito-client-secret": secret, "team": "a",
        });
        let made = pool(t, tags).await;
        assert_eq!(made["UserPoolTags"], json!({"team": "a"}));
        let made = client(t, made["Id"].as_str().unwrap(), "web", true).await;
        assert_eq!(
            (&made["ClientId"], &made["ClientSecret"]),
            (&json!(id), &json!(secret))
        );
    }
    // A secret alone leaves ids as they are, and clients without a secret without one.
    let made = pool(t, json!({"floci:override-cognito-client-secret": secret})).await;
    let id = made["Id"].as_str().unwrap();
    let with = client(t, id, "a", true).await;
    assert_eq!(with["ClientSecret"], secret);
    assert_eq!(with["ClientId"].as_str().unwrap().len(), 26);
    assert_eq!(client(t, id, "b", false).await.get("ClientSecret"), None);
}

#[each_engine]
async fn tags_that_are_taken_off_come_back_by_no_other_operation_and_their_secret_is_sealed(
    t: &TestApp,
) {
    let secret = "abcdefghijklmnopqrstuvwxyz";
    let tags = json!({"floci:override-cognito-client-secret": secret, "team": "a"});
    let made = pool(t, tags.clone()).await;
    let id = made["Id"].as_str().unwrap();
    let input = json!({"UserPoolId": id, "UserPoolTags": tags});
    t.ok("UpdateUserPool", input).await;
    let input = json!({"ResourceArn": made["Arn"], "Tags": {
        "floci:override-id": "us-east-1_X", "floci:override-cognito-client-secret": secret, "b": "c",
    }});
    t.ok("TagResource", input).await;
    let found = t.ok("DescribeUserPool", json!({"UserPoolId": id})).await;
    assert_eq!(
        found["UserPool"]["UserPoolTags"],
        json!({"team": "a", "b": "c"})
    );
    let row = cognate_store::tables::pools::get(&t.app.store, id).await;
    assert!(!row.unwrap().unwrap().doc.contains(secret));
    // What was obeyed holds on.
    assert_eq!(client(t, id, "web", true).await["ClientSecret"], secret);
}

#[each_engine]
async fn client_metadata_chooses_the_sub_of_a_user(t: &TestApp) {
    let made = pool(t, json!({})).await;
    let id = made["Id"].as_str().unwrap();
    let sub = "11111111-2222-4333-8444-555555555555";
    let user = |name: &str, sub: &str| json!({"UserPoolId": id, "Username": name, "MessageAction": "SUPPRESS", "ClientMetadata": {"_custom_id_": sub}});
    let made = t.ok("AdminCreateUser", user("jane", sub)).await;
    let attributes = made["User"]["Attributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({"Name": "sub", "Value": sub})));
    let taken = format!("The sub {sub} is or was that of a user of this pool.");
    t.refused("AdminCreateUser", user("john", sub), INVALID, &taken)
        .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": id, "Username": "jane"}),
    )
    .await;
    t.refused("AdminCreateUser", user("john", sub), INVALID, &taken)
        .await;
    let form = "_custom_id_ in ClientMetadata is no sub: a UUID in lower case.";
    t.refused("AdminCreateUser", user("john", "x"), INVALID, form)
        .await;
}

#[each_engine]
async fn ids_that_cannot_be_are_refused(t: &TestApp) {
    pool(t, json!({"_custom_id_": "Taken1"})).await;
    let form = |tag: &str| {
        format!("The tag {tag} is no id of a pool in us-east-1: us-east-1_ and letters and digits.")
    };
    for (tags, text) in [
        (
            json!({"_custom_id_": "Taken1"}),
            "There is a user pool us-east-1_Taken1.".to_owned(),
        ),
        (json!({"_custom_id_": "eu-west-1_X"}), form("_custom_id_")),
        (json!({"ms-custom-id": "a-b"}), form("ms-custom-id")),
        (json!({"floci:override-id": "us-east-1_"}), form("floci:override-id")),
        (
            json!({"floci:override-cognito-client-id": "x"}),
            "floci:override-cognito-client-id is use-name, append-to-name:TEXT or prepend-to-name:TEXT.".to_owned(),
        ),
        (
            json!({"floci:override-cognito-client-secret": "a b"}),
            "floci:override-cognito-client-secret is no secret that a client can have.".to_owned(),
        ),
    ] {
        let input = json!({"PoolName": "p", "UserPoolTags": tags});
        t.refused("CreateUserPool", input, INVALID, &text).await;
    }
    let tags = json!({"floci:override-cognito-client-id": "use-name"});
    let id = pool(t, tags).await["Id"].as_str().unwrap().to_owned();
    client(t, &id, "web", false).await;
    let input = |name: &str| json!({"UserPoolId": id, "ClientName": name});
    let taken = "There is a client web.";
    t.refused("CreateUserPoolClient", input("web"), INVALID, taken)
        .await;
    let form = "The id of a client is letters, digits, _ and +.";
    t.refused("CreateUserPoolClient", input("a-b"), INVALID, form)
        .await;
}

#[tokio::test]
async fn in_serve_they_are_tags() {
    let settings = Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    };
    let t = TestApp::sqlite_with(settings).await;
    let tags = json!({"_custom_id_": "Abc", "floci:override-cognito-client-id": "use-name"});
    let made = pool(&t, tags.clone()).await;
    assert_ne!(made["Id"], "us-east-1_Abc");
    assert_eq!(made["UserPoolTags"], tags);
    let made = client(&t, made["Id"].as_str().unwrap(), "web", false).await;
    assert_ne!(made["ClientId"], "web");
}
