//! A provider of OpenID Connect that a test leads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{ISSUER, with};

/// What a provider's endpoint does.
#[derive(Clone)]
pub(super) enum Act {
    Says(u16, String),
    /// It closes the connection.
    Breaks,
}

#[derive(Default)]
struct Script {
    /// By path, before what an honest provider says.
    acts: BTreeMap<String, Act>,
    /// Members of the ID token over the honest ones.
    claims: Value,
    asked: usize,
}

/// A provider of OpenID Connect that a test leads. The code is the nonce of its token.
pub(super) struct Idp {
    pub(super) url: String,
    script: Arc<Mutex<Script>>,
}

impl Idp {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script {
            claims: json!({}),
            ..Script::default()
        }));
        let (played, key) = (script.clone(), ProviderKey::generate(Kind::P256));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = String::new();
                let mut buffer = [0; 8192];
                while !is_whole(&request) {
                    let n = stream.read(&mut buffer).await.unwrap_or(0);
                    if n == 0 {
                        break;
                    }
                    request.push_str(&String::from_utf8_lossy(&buffer[..n]));
                }
                let act = played.lock().unwrap().act(&request, &key);
                if let Act::Says(status, body) = act {
                    let head = format!(
                        "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).await;
                }
            }
        });
        Self { url, script }
    }

    pub(super) fn details(&self, more: Value) -> Value {
        let url = &self.url;
        let details = json!({
            "client_id": "ours", "client_secret": "a-secret", "authorize_scopes": "openid",
            "authorize_url": format!("{url}/authorize"), "token_url": format!("{url}/token"),
            "attributes_url": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"), "oidc_issuer": ISSUER,
        });
        with(details, more)
    }

    pub(super) fn plays(&self, path: &str, act: Act) {
        self.script
            .lock()
            .unwrap()
            .acts
            .insert(path.to_owned(), act);
    }

    pub(super) fn claims(&self, claims: Value) {
        self.script.lock().unwrap().claims = claims;
    }

    pub(super) fn asked(&self) -> usize {
        self.script.lock().unwrap().asked
    }

    pub(super) fn is_honest_again(&self) {
        let mut script = self.script.lock().unwrap();
        script.acts.clear();
        script.claims = json!({});
    }
}

/// A form ends with the length that was said.
fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.to_lowercase();
    let length = length.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

impl Script {
    fn act(&mut self, request: &str, key: &ProviderKey) -> Act {
        self.asked += 1;
        let path = request.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        if let Some(act) = self.acts.get(path) {
            return act.clone();
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = match path {
            "/jwks" => {
                let jwk = key.jwk("k");
                json!({"keys": [{"kty": jwk.kty, "kid": "k", "crv": jwk.crv, "x": jwk.x, "y": jwk.y}]})
            }
            "/user" => json!({"sub": self.claims.get("sub").cloned().unwrap_or("u1".into())}),
            _ => {
                let code = request.split("code=").nth(1).unwrap_or_default();
                let nonce = code.split('&').next().unwrap_or_default();
                let honest = json!({
                    "iss": ISSUER, "aud": "ours", "sub": "u1", "nonce": nonce, "exp": 9_000_000_000_i64,
                });
                let payload = with(honest, self.claims.clone());
                let input = format!(
                    "{}.{}",
                    part(&json!({"alg": "ES256", "kid": "k"})),
                    part(&payload)
                );
                let signature = URL_SAFE_NO_PAD.encode(key.sign(Alg::Es256, input.as_bytes()));
                json!({"access_token": "at", "id_token": format!("{input}.{signature}")})
            }
        };
        Act::Says(200, said.to_string())
    }
}
