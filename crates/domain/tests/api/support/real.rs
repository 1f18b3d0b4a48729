//! A second server that plays the real pool: a whole app behind a listener, which a test can make lie or die.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_crypto::seal::PoolKey;
use cognate_domain::records::mac;
use cognate_domain::records::pool::Issuer;
use cognate_domain::records::upstream::Flow;
use cognate_domain::tokens::issuer;
use cognate_domain::upstream::settings::{self, BUDGET, Shown, Wanted};
use cognate_store::tables::pools;
use cognate_store::{Batch, params};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::TestApp;
use crate::support::signin::{Site, site_with};

/// What the real server does in place of what it would.
#[derive(Clone)]
pub enum Play {
    /// It answers this: status and body.
    Of(u16, String),
    /// It answers what it would, with this change.
    Edited(Arc<dyn Fn(Value) -> Value + Send + Sync>),
    /// It closes the connection.
    Reset,
}

struct State {
    t: TestApp,
    plays: Mutex<HashMap<String, Play>>,
    asked: Mutex<Vec<(String, Value)>>,
}

/// The real server.
pub struct Real {
    state: Arc<State>,
    pub url: String,
    /// Its pool and a client of it.
    pub site: Site,
}

impl Real {
    /// Starts it, with these settings of its pool and its client.
    pub async fn start(pool: Value, client: Value) -> Self {
        let t = TestApp::sqlite().await;
        let site = site_with(&t, pool, client).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let own = Issuer::Custom(format!("{url}/{}", site.pool));
        let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
        issuer::set(store, root, now, &site.pool, Some(&own))
            .await
            .unwrap();
        t.app.cache.clear();
        let state = Arc::new(State {
            t,
            plays: Mutex::default(),
            asked: Mutex::default(),
        });
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, served.clone()));
            }
        });
        Self { state, url, site }
    }

    /// Returns its app.
    pub fn t(&self) -> &TestApp {
        &self.state.t
    }

    /// Has an operation answer like this from now on; `*` for all.
    pub fn plays(&self, operation: &str, play: Play) {
        let mut plays = self.state.plays.lock().unwrap();
        plays.insert(operation.to_owned(), play);
    }

    /// Changes the answers of an operation.
    pub fn edits(&self, operation: &str, edit: impl Fn(Value) -> Value + Send + Sync + 'static) {
        self.plays(operation, Play::Edited(Arc::new(edit)));
    }

    /// Lets it answer as it would.
    pub fn relax(&self) {
        self.state.plays.lock().unwrap().clear();
    }

    /// Returns the operations since the last look, with their inputs.
    pub fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.state.asked.lock().unwrap())
    }

    /// Returns the names of the operations since the last look.
    pub fn operations(&self) -> Vec<String> {
        self.asked().into_iter().map(|(name, _)| name).collect()
    }

    /// Returns the settings by which our client stands for its client.
    pub fn wanted(&self, client: &str) -> Wanted {
        Wanted {
            user_pool: self.site.pool.clone(),
            endpoint: Some(self.url.clone()),
            issuer: None,
            clients: [(client.to_owned(), self.site.client.clone())].into(),
            secrets: Default::default(),
            access_key: None,
            flow: Flow::Srp,
            groups: Vec::new(),
            budget: BUDGET,
        }
    }

    /// Puts a pool in front of it.
    pub async fn behind(&self, t: &TestApp, site: &Site) -> Shown {
        set(t, &site.pool, &self.wanted(&site.client)).await
    }
}

/// Sets the upstream of a pool.
pub async fn set(t: &TestApp, pool: &str, wanted: &Wanted) -> Shown {
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    let outbound = Some(&t.app.outbound);
    let shown = settings::set(store, root, now, pool, wanted, outbound).await;
    t.app.cache.clear();
    t.app.upstreams.forget(pool);
    shown.unwrap()
}

/// Returns how far the users of a pool have come: moved, active, never seen.
pub async fn counts(t: &TestApp, pool: &str) -> (i64, i64, i64) {
    let shown = settings::status(&t.app.store, &t.app.root, pool).await;
    let shown = shown.unwrap().unwrap();
    (shown.moved, shown.active, shown.unseen)
}

/// Makes a site whose pool has the same id but for the region as another, with the settings of a new pool.
pub async fn twin(t: &TestApp, of: &str, pool: Value, client: Value) -> Site {
    let made = site_with(t, pool, json!({})).await;
    let (_, suffix) = of.split_once('_').unwrap();
    let id = format!("eu-central-1_{suffix}");
    let store = &t.app.store;
    let row = pools::get(store, &made.pool).await.unwrap().unwrap();
    let (region, key) = (row.region, PoolKey::generate());
    let wrapped = t.app.root.wrap_pool_key(&id, &key);
    let signed = mac::sign(&key, &id, &pools::signed(&id, &region, &row.doc, None));
    let batch = pools::insert(Batch::new(), &id, &region, &row.doc, &wrapped, signed, 1);
    store.commit(batch).await.unwrap();
    let client = crate::support::signin::client_of(t, &id, client).await;
    Site {
        client: client["ClientId"].as_str().unwrap().to_owned(),
        pool: id,
    }
}

/// Returns the number of rows of a table.
pub async fn rows(t: &TestApp, table: &'static str) -> i64 {
    let sql = match table {
        "users" => "SELECT COUNT(*) FROM users",
        "custom_auth" => "SELECT COUNT(*) FROM custom_auth",
        other => panic!("{other}"),
    };
    let rows = t.app.store.rows(sql, params![].to_vec()).await.unwrap();
    rows[0].int(0).unwrap()
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    while let Some((head, body)) = read(&mut stream).await {
        let first = head.lines().next().unwrap_or_default();
        let target = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let value = value.strip_prefix("AWSCognitoIdentityProviderService.")?;
            name.eq_ignore_ascii_case("x-amz-target")
                .then(|| value.trim().to_owned())
        });
        let operation = target.unwrap_or_else(|| "keys".to_owned());
        let input = serde_json::from_str(&body).unwrap_or(Value::Null);
        let asked = (operation.clone(), input);
        state.asked.lock().unwrap().push(asked.clone());
        let play = {
            let plays = state.plays.lock().unwrap();
            let own = plays.get(&operation).or_else(|| plays.get("*"));
            own.cloned()
        };
        let (status, text) = match play {
            Some(Play::Of(status, text)) => (status, text),
            Some(Play::Reset) => return,
            Some(Play::Edited(edit)) => {
                let (status, text) = answer(&state.t, &asked, first).await;
                let edited = edit(serde_json::from_str(&text).unwrap());
                (status, edited.to_string())
            }
            None => answer(&state.t, &asked, first).await,
        };
        let answer = format!(
            "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn answer(t: &TestApp, (operation, input): &(String, Value), first: &str) -> (u16, String) {
    if operation == "keys" {
        let path = first.split(' ').nth(1).unwrap_or_default();
        let pool = path.trim_start_matches('/').split('/').next().unwrap();
        let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
        let signers = t.app.cached_signers(&pool).await.unwrap();
        return (200, signers.jwks());
    }
    match t.call(operation, input.clone()).await {
        Ok(value) => (200, value.to_string()),
        Err((code, message)) => {
            let error = json!({"__type": code, "message": message});
            (400, error.to_string())
        }
    }
}

/// Reads a request: its head and its body.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let named = name.eq_ignore_ascii_case("content-length");
            named.then(|| value.trim().parse::<usize>().unwrap())
        });
        if body.len() >= length.unwrap_or(0) {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}
