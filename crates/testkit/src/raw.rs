//! A client of the wire protocol without an SDK: signed by the reference signer, or not signed at all.

use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

/// An access key.
#[derive(Clone)]
pub struct Credentials {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

impl Credentials {
    /// Creates a key from its two parts.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
        }
    }
}

/// A client for one server. Connections are kept and reused.
#[derive(Clone)]
pub struct Raw {
    http: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
    credentials: Option<Credentials>,
    region: String,
    service: &'static str,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// Returns the body as JSON; Null when it is empty or not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns a header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
    }

    /// Returns the exception's name; empty on success.
    pub fn error(&self) -> String {
        self.json()
            .get("__type")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    }

    /// Returns the error's text, under either spelling of its key.
    pub fn message(&self) -> String {
        let json = self.json();
        let text = json.get("message").or_else(|| json.get("Message"));
        text.and_then(Value::as_str).unwrap_or("").to_owned()
    }
}

impl Raw {
    /// Creates a client that signs with `credentials`, or not at all.
    pub fn new(endpoint: &str, credentials: Option<Credentials>) -> Self {
        // Shorter than the server waits for the first request of a connection, so that none is used while it is closed.
        let http = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(10))
            .pool_timer(TokioTimer::new())
            .build_http();
        Self {
            http,
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            credentials,
            region: "us-east-1".into(),
            service: "cognito-idp",
        }
    }

    /// Returns the same client signing for another region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Returns the same client signing for another service.
    #[must_use]
    pub fn for_service(self, service: &'static str) -> Self {
        Self { service, ..self }
    }

    /// Calls an operation.
    pub async fn call(&self, operation: &str, input: Value) -> anyhow::Result<Reply> {
        self.send(self.request(operation, input.to_string().into_bytes())?)
            .await
    }

    /// Calls an operation that has to succeed; the body as JSON.
    pub async fn ok(&self, operation: &str, input: Value) -> anyhow::Result<Value> {
        let reply = self.call(operation, input).await?;
        anyhow::ensure!(
            reply.status == StatusCode::OK,
            "{operation}: {} {}",
            reply.status,
            reply.text()
        );
        Ok(reply.json())
    }

    /// Returns the request of an operation, signed, for tests that change it before they send it.
    pub fn request(&self, operation: &str, body: Vec<u8>) -> anyhow::Result<Request<Full<Bytes>>> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
        ];
        self.request_with(&headers, body)
    }

    /// Returns a POST to the root with these headers, all signed.
    pub fn request_with(
        &self,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> anyhow::Result<Request<Full<Bytes>>> {
        let uri: http::Uri = format!("{}/", self.endpoint).parse()?;
        let host = uri
            .authority()
            .context("the endpoint has a host")?
            .as_str()
            .to_owned();
        let mut request = Request::post(uri.clone()).header("host", &host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Full::new(Bytes::from(body.clone())))?;
        if let Some(credentials) = &self.credentials {
            let all = [("host", host.as_str())]
                .into_iter()
                .chain(headers.iter().copied());
            let signable =
                SignableRequest::new("POST", uri.to_string(), all, SignableBody::Bytes(&body))?;
            let identity = aws_credential_types::Credentials::new(
                &credentials.id,
                &credentials.secret,
                None,
                None,
                "testkit",
            )
            .into();
            #[allow(
                clippy::disallowed_methods,
                reason = "signatures are made by the clock on the wall"
            )]
            let now = SystemTime::now();
            let params = v4::SigningParams::builder()
                .identity(&identity)
                .region(&self.region)
                .name(self.service)
                .time(now)
                .settings(SigningSettings::default())
                .build()?
                .into();
            let (instructions, _) = sign(signable, &params)?.into_parts();
            instructions.apply_to_request_http1x(&mut request);
        }
        Ok(request)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
        let (parts, body) = self.http.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Sends a request to a path, unsigned.
    pub async fn fetch(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Reply> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?)
            .await
    }
}
