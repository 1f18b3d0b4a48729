//! A host of client metadata documents in this process, which answers as a test says and counts what it was asked; and the
//! way from a URL to its client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cognate_domain::resources::metadata::resolve::{self, Resolved, Unresolved};
use cognate_domain::{Caller, Cx};
use cognate_domain::{ClientInfo, Endpoint};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::TestApp;
use crate::support::users::with;

/// The answer for a path: everything behind `HTTP/1.1 `, and how long it takes.
#[derive(Clone)]
struct Answer {
    text: String,
    after: Duration,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    asked: Vec<(String, String)>,
}

/// The host.
pub struct DocumentHost {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl DocumentHost {
    /// Starts a host on this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<State>>::default();
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let state = served.clone();
                tokio::spawn(async move {
                    let mut bytes = vec![0; 8192];
                    let n = stream.read(&mut bytes).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&bytes[..n]).into_owned();
                    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                    let answer = {
                        let mut state = state.lock().unwrap();
                        let answer = state.answers.get(&path).cloned();
                        state.asked.push((path, text));
                        answer
                    };
                    let answer = answer.unwrap_or(Answer {
                        text: "404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
                        after: Duration::ZERO,
                    });
                    tokio::time::sleep(answer.after).await;
                    let text = format!("HTTP/1.1 {}", answer.text);
                    let _ = stream.write_all(text.as_bytes()).await;
                });
            }
        });
        Self { port, state }
    }

    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns the pattern of paths.
    pub fn pattern(&self, paths: &str) -> String {
        format!("https://127.0.0.1:{}{paths}", self.port)
    }

    /// Returns the name by which operations take a URL.
    pub fn named(&self, url: &str) -> String {
        url.replacen("http:", "https:", 1)
    }

    fn path(&self, url: &str) -> String {
        let rest = url.split_once("://").unwrap().1;
        rest[rest.find('/').unwrap()..].to_owned()
    }

    /// Has a URL answer exactly this from now on: status, headers and body.
    pub fn answers(&self, url: &str, text: String) {
        self.answers_after(url, text, Duration::ZERO);
    }

    /// The same, after a time.
    pub fn answers_after(&self, url: &str, text: String, after: Duration) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(self.path(url), Answer { text, after });
    }

    /// Publishes a document with these members over the usual ones.
    pub fn publishes(&self, url: &str, over: Value) {
        self.answers(url, json_answer(&document(url, over), ""));
    }

    /// Returns how often a URL was asked for.
    pub fn asked(&self, url: &str) -> usize {
        let path = self.path(url);
        let state = self.state.lock().unwrap();
        state
            .asked
            .iter()
            .filter(|(asked, _)| *asked == path)
            .count()
    }

    /// Returns the last request, as it came.
    pub fn last(&self) -> String {
        let state = self.state.lock().unwrap();
        state.asked.last().unwrap().1.clone()
    }
}

/// Returns a document.
pub fn document(url: &str, over: Value) -> Value {
    let usual = json!({
        "client_id": url, "client_name": "A client", "redirect_uris": ["http://localhost/cb", "https://client.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
    });
    with(usual, over)
}

/// Returns the answer of a document. `headers`: more of them, each with its end.
pub fn json_answer(document: &Value, headers: &str) -> String {
    let body = document.to_string();
    format!(
        "200 OK\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Returns the client of a URL as an endpoint finds it.
pub async fn resolve(t: &TestApp, pool: &str, url: &str) -> Result<Resolved, Unresolved> {
    resolve_from(t, pool, url, "127.0.0.1").await
}

/// The same, for a request from this address.
pub async fn resolve_from(
    t: &TestApp,
    pool: &str,
    url: &str,
    ip: &str,
) -> Result<Resolved, Unresolved> {
    let info = ClientInfo {
        ip: ip.to_owned(),
        ..ClientInfo::default()
    };
    let id = "request".to_owned();
    let cx = Cx::new(&t.app, Endpoint::SignIn, Caller::Public, info, id);
    let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
    let about = cognate_domain::audit::About::default;
    let work = || Box::pin(resolve::resolve(&cx, &pool, url));
    cognate_domain::run(&cx, about, work).await.unwrap()
}
