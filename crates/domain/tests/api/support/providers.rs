//! Identity providers for the tests: requests that create one, and a host that serves their documents.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::TestApp;
use crate::support::users::with;

/// A self-signed certificate for tests, good for a hundred years.
const CERTIFICATE: &str = "MIIBijCCATGgAwIBAgIUZvqZWT0FWOmh3hGiNHL2RT1jD/IwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMCAXDTI2MTEyMTEwMzEyMVoYDzIxMjYxMDI4MTAzMTIxWjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQKlpAqpto258mN4blaGFW9dTkPwSeWrYpwMfGJmhZH4UT262c8dv9JUF5VLPH3xsl56X1FwZ2qTKl927eN48p2o1MwUTAdBgNVHQ4EFgQUmOgkUSmNoW6tWobWnNZMZaR1LPgwHwYDVR0jBBgwFoAUmOgkUSmNoW6tWobWnNZMZaR1LPgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA5Dn0EMk/pDvZ/K+9bVqo4+Xi7x4b2f2uPQNNnWSYwfQIgPrLSu0G1qzIjiYkYFdsEk+fljq6TTZC7dlyexDCJJXM=";

/// Returns metadata of a SAML provider with these services.
pub fn metadata(services: &str) -> String {
    format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/saml"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{CERTIFICATE}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>{services}</IDPSSODescriptor></EntityDescriptor>"#
    )
}

/// Returns a service of a SAML provider that takes redirects.
pub fn redirect(service: &str, url: &str) -> String {
    format!(
        r#"<{service} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{url}"/>"#
    )
}

/// Returns metadata that is whole.
pub fn good_metadata() -> String {
    metadata(&redirect(
        "SingleSignOnService",
        "https://idp.example.com/sso",
    ))
}

/// Returns the request for a provider.
pub fn provider(pool: &str, name: &str, kind: &str, details: Value) -> Value {
    json!({"UserPoolId": pool, "ProviderName": name, "ProviderType": kind, "ProviderDetails": details})
}

/// Returns the details of a social provider.
pub fn social() -> Value {
    json!({"client_id": "id", "client_secret": "a-word-to-hide", "authorize_scopes": "email"})
}

/// Returns the details of an OIDC provider that needs no discovery.
pub fn oidc() -> Value {
    json!({
        "client_id": "id", "client_secret": "a-word-to-hide", "authorize_scopes": "openid",
        "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET",
        "authorize_url": "https://idp.example.com/authorize", "token_url": "https://idp.example.com/token",
        "attributes_url": "https://idp.example.com/user", "jwks_uri": "https://idp.example.com/jwks",
    })
}

/// Returns the request for an OIDC provider.
pub fn oidc_provider(pool: &str, name: &str, extra: Value) -> Value {
    with(provider(pool, name, "OIDC", oidc()), extra)
}

/// Creates a provider; what the answer shows.
pub async fn create(t: &TestApp, input: Value) -> Value {
    let answer = t.ok("CreateIdentityProvider", input).await;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    answer["IdentityProvider"].clone()
}

/// Returns the request that names a provider.
pub fn named(pool: &str, name: &str) -> Value {
    json!({"UserPoolId": pool, "ProviderName": name})
}

/// A host on this machine that serves documents by path.
pub struct Host {
    /// Its URL, without a slash at the end.
    pub url: String,
    documents: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<AtomicUsize>,
}

impl Host {
    /// Starts a host without documents.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let documents = Arc::new(Mutex::new(HashMap::<String, String>::new()));
        let served = documents.clone();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let mut buffer = [0; 4096];
                let n = stream.read(&mut buffer).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&buffer[..n]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let found = served.lock().unwrap().get(path).cloned();
                let answer = match found {
                    Some(text) => format!(
                        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
                        text.len()
                    ),
                    None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            url,
            documents,
            asked,
        }
    }

    /// Returns how often the host was asked for a document.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Serves a document under a path.
    pub fn serve(&self, path: &str, text: impl ToString) {
        let mut documents = self.documents.lock().unwrap();
        documents.insert(path.to_owned(), text.to_string());
    }

    /// Serves the discovery document of an OIDC provider, with these members over the usual ones.
    pub fn serve_discovery(&self, over: Value) {
        let url = &self.url;
        let document = json!({
            "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
        });
        self.serve("/.well-known/openid-configuration", with(document, over));
    }
}
