//! The server of one session, and the SDK that talks to it.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::{Credentials, Region};
use aws_smithy_http_client::Builder;
use cognate_testkit::{Engine, Options, TestServer};

/// A running server with a database of its own.
pub struct Server(TestServer);

impl Server {
    /// On SQLite.
    pub async fn on_sqlite() -> Self {
        Self(TestServer::dev().await.unwrap())
    }

    /// In a new schema of the PostgreSQL that TEST_POSTGRES_URL names, if it is set.
    pub async fn on_postgresql() -> Option<Self> {
        #[allow(clippy::disallowed_methods, reason = "the tests' one setting")]
        let url = std::env::var("TEST_POSTGRES_URL").ok()?;
        let schema = format!("sdk_rust_{}", std::process::id());
        let url = cognate_store::prepare_schema(&url, &schema).await.unwrap();
        let engine = Engine::Postgres(url);
        Some(Self(
            TestServer::start(Options {
                engine,
                ..Options::default()
            })
            .await
            .unwrap(),
        ))
    }

    /// The address of the server.
    pub fn endpoint(&self) -> &str {
        self.0.endpoint()
    }

    /// The SDK with only its endpoint changed; it never repeats a request by itself.
    pub fn sdk(&self) -> Client {
        let config = aws_sdk_cognitoidentityprovider::Config::builder()
            .endpoint_url(self.endpoint())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }

    /// The code of the newest message to a user, which must be the only one.
    pub async fn code(&self, pool: &str, user: &str) -> String {
        let filters = [("pool", pool), ("user", user), ("wait", "10")];
        let messages = self.0.mailbox().messages(&filters).await.unwrap();
        assert_eq!(messages.len(), 1, "{messages:?}");
        let code = messages[0]["code"].as_str().unwrap();
        assert!(
            code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
        code.to_owned()
    }

    /// Stops the server.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
