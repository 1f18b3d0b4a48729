//! PublishSecretsInAWSSecretsManager: secrets that a store keeps for their applications.

use cognate_crypto::hash;
use cognate_domain::app::metrics::labels::SecretEnd;
use cognate_domain::jobs::client_secrets::ClientSecrets;
use cognate_domain::jobs::runner;
use cognate_domain::resources::clients::kept;
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, Mode, Settings};
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::store::{Say, Store};
use crate::support::TestApp;
use crate::support::signin::{PASSWORD, client_of, initiate, site, user, with};
use crate::support::texts::exceptions::INVALID;

const WEEK: i64 = 7 * 86_400;
const NOT_GENERATED: &str =
    "PublishSecretsInAWSSecretsManager applies only to app clients with a generated client secret.";
const MANAGED: &str = "The secrets of this app client are managed in AWS Secrets Manager. Set PublishSecretsInAWSSecretsManager to false to manage them here.";

/// A client, and jane in its pool.
struct Client {
    pool: String,
    id: String,
    made: Value,
}

impl Client {
    async fn new(t: &TestApp, more: Value) -> Self {
        let s = site(t).await;
        user(t, &s.pool, "jane").await;
        let settings = with(json!({"GenerateSecret": true}), more);
        let made = client_of(t, &s.pool, settings).await;
        Self {
            pool: s.pool,
            id: made["ClientId"].as_str().unwrap().to_owned(),
            made,
        }
    }

    async fn published(t: &TestApp) -> Self {
        Self::new(t, json!({"PublishSecretsInAWSSecretsManager": true})).await
    }

    fn name(&self) -> String {
        format!("cognito/{}/{}", self.pool, self.id)
    }

    fn ids(&self) -> Value {
        json!({"UserPoolId": self.pool, "ClientId": self.id})
    }

    async fn shown(&self, t: &TestApp) -> Value {
        let shown = t.ok("DescribeUserPoolClient", self.ids()).await;
        shown["UserPoolClient"].clone()
    }

    async fn update(&self, t: &TestApp, more: Value) -> Value {
        let flows = json!({"ExplicitAuthFlows": self.made["ExplicitAuthFlows"]});
        let input = with(with(self.ids(), flows), more);
        t.ok("UpdateUserPoolClient", input).await["UserPoolClient"].clone()
    }

    /// True if the client takes a secret.
    async fn takes(&self, t: &TestApp, secret: &str) -> bool {
        // What another node has changed is known a second later.
        t.app.cache.forget(&self.pool, Some(&self.id));
        let hash = hash::secret_hash(secret, "jane", &self.id);
        let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
        let input = initiate(&self.id, "USER_PASSWORD_AUTH", parameters);
        t.call("InitiateAuth", input).await.is_ok()
    }
}

async fn turn(t: &TestApp) {
    runner::turn::<ClientSecrets>(&t.app, "node").await.unwrap();
}

/// Publishes what waits for all nodes to know it.
async fn settled(t: &TestApp) {
    turn(t).await;
    t.advance(5).await;
    turn(t).await;
}

async fn jobs(t: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM jobs WHERE kind = 'client_secret'";
    let rows = t.app.store.rows(sql, params![]).await.unwrap();
    rows[0].int(0).unwrap()
}

/// Returns what the trail tells of published secrets.
async fn trail(t: &TestApp, client: &Client) -> Vec<String> {
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at";
    let rows = t.app.store.rows(sql, params![&client.pool]).await.unwrap();
    let docs = rows.iter().map(|row| row.text(0).unwrap().to_owned());
    let docs: Vec<String> = docs.collect();
    let values = docs
        .iter()
        .map(|doc| serde_json::from_str::<Value>(doc).unwrap());
    let own = values.filter(|doc| doc["detail"] == client.id);
    own.map(|doc| doc["operation"].as_str().unwrap().to_owned())
        .collect()
}

async fn find(t: &TestApp, region: &str, id: &str) -> Option<kept::Kept> {
    let caller = Caller::Key {
        id: "test".into(),
        region: region.into(),
    };
    let cx = Cx::new(
        &t.app,
        Endpoint::PublishedSecrets,
        caller,
        ClientInfo::default(),
        "r".into(),
    );
    kept::find(&cx, id).await.unwrap()
}

fn value_of(version: &kept::Version) -> String {
    let text: Value = serde_json::from_str(version.text.expose()).unwrap();
    text["clientSecretValue"].as_str().unwrap().to_owned()
}

#[each_engine]
async fn dev_keeps_published_secrets_itself(t: &TestApp) {
    let c = Client::published(t).await;
    assert!(c.made.get("ClientSecret").is_none());
    let arn = c.made["ClientSecretArn"].as_str().unwrap();
    let begin = format!(
        "arn:aws:secretsmanager:us-east-1:000000000000:secret:{}-",
        c.name()
    );
    assert!(
        arn.starts_with(&begin) && arn.len() == begin.len() + 6,
        "{arn}"
    );
    assert_eq!(c.shown(t).await, c.made);
    turn(t).await;
    assert_eq!(c.shown(t).await, c.made);
    for id in [arn, &c.name(), begin.trim_end_matches('-')] {
        let found = find(t, "us-east-1", id).await.unwrap();
        assert_eq!((&*found.arn, found.name), (arn, c.name()));
        let [version] = &found.versions[..] else {
            panic!("{id}")
        };
        let text: Value = serde_json::from_str(version.text.expose()).unwrap();
        let value = text["clientSecretValue"].clone();
        assert_eq!(
            text,
            json!({"userPoolId": c.pool, "userPoolClientId": c.id, "clientSecretValue": value})
        );
        assert!(c.takes(t, value.as_str().unwrap()).await);
    }
    // Nothing else, and nowhere else.
    let own = Client::new(t, json!({})).await;
    for id in [
        "",
        "cognito/",
        &own.name(),
        &format!("{arn}x"),
        &arn.replace("us-east-1", "eu-west-1"),
        &arn.replace("000000000000", "111111111111"),
        &c.name().replace("cognito", "other"),
    ] {
        assert!(find(t, "us-east-1", id).await.is_none(), "{id}");
    }
    assert!(find(t, "eu-west-1", arn).await.is_none());
    // Every seven days there is a new one, and the one before stays good until the next.
    let first = value_of(&find(t, "us-east-1", arn).await.unwrap().versions[0]);
    t.advance(WEEK + 1).await;
    turn(t).await;
    let found = find(t, "us-east-1", arn).await.unwrap();
    let values: Vec<_> = found.versions.iter().map(value_of).collect();
    assert_eq!(values[1], first);
    let stages: Vec<_> = found.versions.iter().map(|version| version.stage).collect();
    assert_eq!(stages, ["AWSCURRENT", "AWSPREVIOUS"]);
    assert!(c.takes(t, &values[0]).await && c.takes(t, &first).await);
    settled(t).await;
    t.advance(WEEK + 1).await;
    turn(t).await;
    assert!(!c.takes(t, &first).await && c.takes(t, &values[0]).await);
    assert_eq!(trail(t, &c).await, ["RotateClientSecret"; 2]);
    // The client's owner takes it back.
    let back = c
        .update(t, json!({"PublishSecretsInAWSSecretsManager": false}))
        .await;
    assert!(back.get("ClientSecretArn").is_none());
    assert!(c.takes(t, back["ClientSecret"].as_str().unwrap()).await);
    assert!(find(t, "us-east-1", arn).await.is_none());
    t.advance(61).await;
    turn(t).await;
    assert_eq!(jobs(t).await, 0);
}

#[each_engine]
async fn what_cannot_be_published_is_refused(t: &TestApp) {
    let s = site(t).await;
    let on = json!({"PublishSecretsInAWSSecretsManager": true});
    for more in [
        json!({}),
        json!({"GenerateSecret": false}),
        json!({"ClientSecret": "abcdefghijklmnopqrstuvwx"}),
    ] {
        let input = json!({"UserPoolId": s.pool, "ClientName": "c"});
        let input = with(with(input, on.clone()), more);
        t.refused("CreateUserPoolClient", input, INVALID, NOT_GENERATED)
            .await;
    }
    let ids = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let input = with(ids, on.clone());
    t.refused("UpdateUserPoolClient", input, INVALID, NOT_GENERATED)
        .await;
    let c = Client::published(t).await;
    let second = with(c.ids(), json!({"ClientSecretId": "x"}));
    for (op, input) in [
        ("AddUserPoolClientSecret", c.ids()),
        ("ListUserPoolClientSecrets", c.ids()),
        ("DeleteUserPoolClientSecret", second),
    ] {
        t.refused(op, input, INVALID, MANAGED).await;
    }
    // A server without a store publishes nothing.
    let serve = Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    };
    let serve = t.node_with(serve).await;
    let text = "Publishing client secrets in AWS Secrets Manager is not enabled: the setting secrets_manager of this server names no store.";
    let input = json!({"UserPoolId": s.pool, "ClientName": "c", "GenerateSecret": true});
    let refused = with(input.clone(), on.clone());
    serve
        .refused(
            "CreateUserPoolClient",
            refused,
            "OperationNotEnabledException",
            text,
        )
        .await;
    let own = serve.ok("CreateUserPoolClient", input).await["UserPoolClient"].clone();
    assert!(own["ClientSecret"].is_string());
    let ids = json!({"UserPoolId": s.pool, "ClientId": own["ClientId"]});
    serve
        .refused(
            "UpdateUserPoolClient",
            with(ids, on),
            "OperationNotEnabledException",
            text,
        )
        .await;
}

#[each_engine]
async fn a_store_gets_each_secret_and_loses_it_with_the_client(t: &TestApp) {
    let store = Store::of(t);
    let c = Client::published(t).await;
    // Until the store says more, what finds the secret as well.
    let arn = format!(
        "arn:aws:secretsmanager:eu-west-1:000000000000:secret:{}",
        c.name()
    );
    assert_eq!(c.made["ClientSecretArn"], arn);
    turn(t).await;
    let first = store.current(&c.name()).unwrap();
    assert!(c.takes(t, &first).await);
    let shown = c.shown(t).await;
    let arn = format!(
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}-Ab12Cd",
        c.name()
    );
    assert_eq!(shown, with(c.made.clone(), json!({"ClientSecretArn": arn})));
    // What an update leaves out stays, and so does what it says again.
    for more in [
        json!({}),
        json!({"PublishSecretsInAWSSecretsManager": true}),
    ] {
        assert_eq!(c.update(t, more).await["ClientSecretArn"], arn);
    }
    turn(t).await;
    assert_eq!(store.values(&c.name()), std::slice::from_ref(&first));
    t.advance(WEEK + 1).await;
    turn(t).await;
    // Not before every node knows it.
    assert_eq!(store.values(&c.name()), std::slice::from_ref(&first));
    t.advance(5).await;
    turn(t).await;
    let second = store.current(&c.name()).unwrap();
    assert_ne!(first, second);
    assert!(c.takes(t, &first).await && c.takes(t, &second).await);
    // Back, and there again: of two secrets the older goes.
    c.update(t, json!({"PublishSecretsInAWSSecretsManager": false}))
        .await;
    turn(t).await;
    assert_eq!(store.current(&c.name()), None);
    c.update(t, json!({"PublishSecretsInAWSSecretsManager": true}))
        .await;
    assert!(!c.takes(t, &first).await && c.takes(t, &second).await);
    t.advance(61).await;
    settled(t).await;
    let third = store.current(&c.name()).unwrap();
    assert!(third != second && c.takes(t, &third).await);
    // One of its own as well: the first rotation is the migration.
    let own = Client::new(t, json!({})).await;
    let old = own.made["ClientSecret"].as_str().unwrap();
    let moved = own
        .update(t, json!({"PublishSecretsInAWSSecretsManager": true}))
        .await;
    assert!(moved.get("ClientSecret").is_none());
    settled(t).await;
    let new = store.current(&own.name()).unwrap();
    assert!(new != old && own.takes(t, &new).await && own.takes(t, old).await);
    // Deleted with the client, and with the pool.
    t.ok("DeleteUserPoolClient", c.ids()).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": own.pool}))
        .await;
    turn(t).await;
    assert_eq!(
        (store.current(&c.name()), store.current(&own.name())),
        (None, None)
    );
    t.advance(61).await;
    turn(t).await;
    assert_eq!(jobs(t).await, 0);
}

#[each_engine]
async fn a_store_that_is_down_gets_the_secret_later(t: &TestApp) {
    let store = Store::of(t);
    let c = Client::published(t).await;
    store.says(&[Say::Down; 3]);
    for _ in 0..3 {
        turn(t).await;
        t.advance(31).await;
    }
    let published = store.values(&c.name());
    assert_eq!(published.len(), 0);
    assert_eq!(trail(t, &c).await, ["SecretStoreBroken"]);
    assert_eq!(t.app.metrics.client_secrets.get(SecretEnd::Failed), 3);
    turn(t).await;
    let first = store.current(&c.name()).unwrap();
    assert!(c.takes(t, &first).await);
    assert_eq!(trail(t, &c).await, ["SecretStoreBroken", "SecretStoreWell"]);
    // No further secret is made while the store lacks one: what it shows stays good.
    t.advance(WEEK + 1).await;
    turn(t).await;
    store.says(&[Say::Down; 4]);
    t.advance(5).await;
    for _ in 0..4 {
        turn(t).await;
        t.advance(WEEK).await;
    }
    assert_eq!(store.values(&c.name()), std::slice::from_ref(&first));
    assert!(c.takes(t, &first).await);
    turn(t).await;
    let second = store.current(&c.name()).unwrap();
    assert!(c.takes(t, &first).await && c.takes(t, &second).await);
}

#[each_engine]
async fn an_answer_that_is_lost_and_a_row_that_is_older_publish_again(t: &TestApp) {
    let store = Store::of(t);
    let c = Client::published(t).await;
    store.says(&[Say::Lost]);
    turn(t).await;
    t.advance(2).await;
    turn(t).await;
    let first = store.current(&c.name()).unwrap();
    assert_eq!(store.values(&c.name()), [first.clone(), first.clone()]);
    // A server that was restored knows nothing of what was published since.
    let sql = "UPDATE jobs SET cursor = '', lease_until = 0 WHERE kind = 'client_secret'";
    let batch = cognate_store::Batch::new().run(sql, params![]);
    t.app.store.commit(batch).await.unwrap();
    let mut secrets = store.0.secrets.lock().unwrap().clone();
    let newer = json!({"clientSecretValue": "of a server that is gone"});
    secrets.get_mut(&c.name()).unwrap().push(newer);
    *store.0.secrets.lock().unwrap() = secrets;
    turn(t).await;
    assert_eq!(store.current(&c.name()), Some(first));
    // A deletion of which nobody heard is repeated, and finds nothing.
    store.says(&[Say::Lost]);
    t.ok("DeleteUserPoolClient", c.ids()).await;
    turn(t).await;
    t.advance(2).await;
    turn(t).await;
    t.advance(61).await;
    turn(t).await;
    assert_eq!((store.current(&c.name()), jobs(t).await), (None, 0));
}

#[each_engine]
async fn two_nodes_make_one_secret(t: &TestApp) {
    let store = Store::of(t);
    let other = t.second_node().await;
    store.also_of(&other);
    let c = Client::published(t).await;
    let both = || async {
        let (one, two) = tokio::join!(
            runner::turn::<ClientSecrets>(&t.app, "one"),
            runner::turn::<ClientSecrets>(&other.app, "two")
        );
        one.and(two).unwrap();
    };
    both().await;
    let first = store.current(&c.name()).unwrap();
    assert_eq!(store.values(&c.name()).len(), 1);
    t.advance(WEEK + 1).await;
    other
        .app
        .clock
        .adopt(t.app.clock.service() - t.app.clock.wall());
    both().await;
    t.advance(5).await;
    other
        .app
        .clock
        .adopt(t.app.clock.service() - t.app.clock.wall());
    both().await;
    let values = store.values(&c.name());
    assert_eq!((values.len(), &values[0]), (2, &first));
    assert_eq!(trail(t, &c).await, ["RotateClientSecret"]);
    assert!(c.takes(t, &values[0]).await && c.takes(&other, &values[1]).await);
}

#[each_engine]
async fn a_publication_that_comes_late_is_taken_back(t: &TestApp) {
    let store = Store::of(t);
    let c = Client::published(t).await;
    store.says(&[Say::Wait]);
    let meanwhile = async {
        store.0.waiting.notified().await;
        c.update(t, json!({"PublishSecretsInAWSSecretsManager": false}))
            .await;
        store.0.go.notify_one();
    };
    tokio::join!(turn(t), meanwhile);
    assert!(store.current(&c.name()).is_some());
    // The node held the job; the next one sees what the row says.
    t.advance(61).await;
    turn(t).await;
    assert_eq!(store.current(&c.name()), None);
    assert!(c.shown(t).await["ClientSecret"].is_string());
}
