//! An identity provider in this process: it speaks OAuth 2.0 and OpenID Connect, answers as a test says, and remembers what
//! it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::users::with;

/// What the provider does when it is asked for a path.
#[derive(Clone)]
pub enum Answer {
    /// It answers with a status and a body.
    Of(u16, String),
    /// It never answers.
    Silence,
    /// It closes the connection.
    Reset,
}

impl Answer {
    /// An answer of status 200.
    pub fn ok(body: impl ToString) -> Self {
        Self::Of(200, body.to_string())
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// The headers as they came, with names in lower case.
    pub headers: HashMap<String, String>,
    /// The members of the query.
    pub query: HashMap<String, String>,
    /// The members of the form.
    pub form: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    /// What codes give, before what the token endpoint answers to any.
    codes: HashMap<String, Answer>,
    asked: Vec<Asked>,
}

/// The provider.
pub struct Idp {
    /// Its URL, without a slash at the end.
    pub url: String,
    state: Arc<Mutex<State>>,
    key: Mutex<(String, Arc<ProviderKey>)>,
}

impl Idp {
    /// Starts a provider with a discovery document and one key, `k1`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, served.clone()));
            }
        });
        let key = Arc::new(ProviderKey::generate(Kind::P256));
        let idp = Self {
            url,
            state,
            key: Mutex::new(("k1".to_owned(), key)),
        };
        idp.discovery(json!({}));
        idp.publish(&[idp.jwk()]);
        idp
    }

    /// Has a path answer like this from now on.
    pub fn answers(&self, path: &str, answer: Answer) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(path.to_owned(), answer);
    }

    /// Serves the discovery document, with these members over the usual ones.
    pub fn discovery(&self, over: Value) {
        let url = &self.url;
        let document = json!({
            "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
        });
        let path = "/.well-known/openid-configuration";
        self.answers(path, Answer::ok(with(document, over)));
    }

    /// Returns the requests for a path since the start.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let state = self.state.lock().unwrap();
        let asked = state.asked.iter().filter(|asked| asked.path == path);
        asked.cloned().collect()
    }

    /// Returns the last request for a path.
    pub fn last(&self, path: &str) -> Asked {
        self.asked(path).pop().unwrap()
    }

    /// Signs with a new key from now on, and publishes nothing.
    pub fn turn_key(&self, kid: &str) {
        let key = Arc::new(ProviderKey::generate(Kind::P256));
        *self.key.lock().unwrap() = (kid.to_owned(), key);
    }

    /// Returns the public key, as a set has it.
    pub fn jwk(&self) -> Value {
        let (kid, key) = self.key.lock().unwrap().clone();
        let jwk = key.jwk(&kid);
        json!({"kty": jwk.kty, "kid": kid, "crv": jwk.crv, "x": jwk.x, "y": jwk.y})
    }

    /// Publishes a set of these keys.
    pub fn publish(&self, keys: &[Value]) {
        self.answers("/jwks", Answer::ok(json!({ "keys": keys })));
    }

    /// Returns the header of its tokens.
    pub fn header(&self) -> Value {
        json!({"alg": "ES256", "kid": self.key.lock().unwrap().0, "typ": "JWT"})
    }

    /// Signs a token.
    pub fn token(&self, header: &Value, payload: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(payload));
        let key = self.key.lock().unwrap().1.clone();
        let signature = key.sign(Alg::Es256, input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Gives tokens for every code: this ID token, if there is one.
    pub fn gives(&self, id_token: Option<&str>) {
        self.answers("/token", tokens(id_token));
    }

    /// Gives tokens for one code.
    pub fn gives_for(&self, code: &str, id_token: &str) {
        let mut state = self.state.lock().unwrap();
        state.codes.insert(code.to_owned(), tokens(Some(id_token)));
    }
}

fn tokens(id_token: Option<&str>) -> Answer {
    let mut body = json!({"access_token": "at-1", "refresh_token": "rt-1", "token_type": "Bearer", "expires_in": 3600});
    if let Some(token) = id_token {
        body["id_token"] = token.into();
    }
    Answer::ok(body)
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    let answer = {
        let mut state = state.lock().unwrap();
        let by_code = asked
            .form
            .get("code")
            .and_then(|code| state.codes.get(code));
        let answer = by_code.or_else(|| state.answers.get(&asked.path)).cloned();
        state.asked.push(asked);
        answer.unwrap_or(Answer::Of(404, String::new()))
    };
    match answer {
        Answer::Of(status, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Answer::Silence => tokio::time::sleep(std::time::Duration::from_secs(60)).await,
        Answer::Reset => {}
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length");
        if body.len() < length.map_or(0, |length| length.parse().unwrap()) {
            continue;
        }
        let (method, target) = (first.next()?, first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        return Some(Asked {
            method: method.to_owned(),
            path: path.to_owned(),
            query: members(query),
            form: members(body),
            headers,
        });
    }
}

/// Returns the members of a query or a form.
pub fn members(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let plain = text.replace('+', " ");
    let mut parts = plain.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
