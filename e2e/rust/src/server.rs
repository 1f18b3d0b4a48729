//! The server of the session, and the SDK that talks to it.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::{Credentials, Region};
use aws_smithy_http_client::Builder;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// A running `cognate dev`.
pub struct Server {
    endpoint: String,
}

impl Server {
    /// Returns the server that e2e/run.py started.
    #[allow(clippy::disallowed_methods, reason = "the session's one setting")]
    pub fn of_the_environment() -> Self {
        Self {
            endpoint: std::env::var("E2E_ENDPOINT").expect("e2e/run.py sets E2E_ENDPOINT"),
        }
    }

    /// Returns the address of the server.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the SDK with only its endpoint changed; it never repeats a request by itself.
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

    /// Returns the code of the newest message to a user, which must be the only one; waits up to ten seconds for it.
    pub async fn code(&self, pool: &str, user: &str) -> String {
        let url = format!(
            "{}/_dev/messages?pool={pool}&user={user}&wait=10",
            self.endpoint
        );
        let client: legacy::Client<_, Empty<Bytes>> =
            legacy::Client::builder(TokioExecutor::new()).build_http();
        let answer = client.get(url.parse().unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let messages = body["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 1, "{messages:?}");
        let code = messages[0]["code"].as_str().unwrap();
        assert!(
            code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
        code.to_owned()
    }
}
