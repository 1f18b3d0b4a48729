//! A site without a server: an app on a new SQLite database, and limits that a test decides.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cognate_access::rates::Demand;
use cognate_access::{ClientAddress, RateError};
use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_domain::{ApiError, App, Caller, ClientInfo, Cx, Settings, dispatch};
use cognate_shapes::{Category, Op, validate};
use cognate_store::{Store, StoreOptions};
use cognate_web::route::Table;
use cognate_web::{Verdict, Visitor};
use http::{Method, Request, Response};
use serde_json::{Value, json};

/// The base URL of clients that come by http.
pub const BASE: &str = "http://localhost:9229";

/// A subject of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Address,
    Category(Category),
    User,
}

pub struct Site {
    pub app: Arc<App>,
    folder: std::path::PathBuf,
    /// The verdict on every address.
    pub address_refusal: Mutex<Option<RateError>>,
    /// The verdict on every demand.
    pub refusal: Mutex<Option<RateError>>,
    /// Everything that was counted so far.
    pub counted: Mutex<Vec<Counted>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl cognate_web::Site for Site {
    fn app(&self) -> &App {
        &self.app
    }

    fn admit_address(&self, _: ClientAddress) -> Result<(), RateError> {
        self.counted.lock().unwrap().push(Counted::Address);
        self.address_refusal.lock().unwrap().map_or(Ok(()), Err)
    }

    fn admit<'a>(&'a self, demand: Demand<'a>) -> Verdict<'a> {
        let category = demand.category.map(|c| Counted::Category(c.category));
        let user = demand.user.map(|_| Counted::User);
        self.counted.lock().unwrap().extend(category.or(user));
        let refusal = *self.refusal.lock().unwrap();
        Box::pin(async move { refusal.map_or(Ok(()), Err) })
    }
}

impl Site {
    pub async fn new(settings: Settings) -> Self {
        let folder = std::env::temp_dir().join(format!("cognate-web-{}", random::uuid_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&StoreOptions::sqlite(folder.join("test.db")))
            .await
            .unwrap();
        Self {
            app: App::open(settings, store, RootKey::generate())
                .await
                .unwrap(),
            folder,
            address_refusal: Mutex::default(),
            refusal: Mutex::default(),
            counted: Mutex::default(),
        }
    }

    /// Returns another node on the same database.
    pub async fn second(&self) -> Arc<App> {
        let root = RootKey::from_base64(self.app.root.to_base64().expose()).unwrap();
        App::open(Settings::dev(), self.app.store.clone(), root)
            .await
            .unwrap()
    }

    pub async fn call(&self, op: Op, input: Value) -> Value {
        let answer = self.try_call(op, input).await;
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub async fn try_call(&self, op: Op, mut input: Value) -> Result<Value, ApiError> {
        validate(op, &mut input).unwrap_or_else(|_| panic!("invalid input"));
        let caller = Caller::Key {
            id: "test".into(),
            region: "us-east-1".into(),
        };
        let from = ClientInfo {
            base_url: Some(BASE.into()),
            ..ClientInfo::default()
        };
        let cx = Cx::new(&self.app, op, caller, from, random::uuid_v4());
        let answer = dispatch(&cx, input).await?;
        let body = answer.body;
        Ok(body.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap()))
    }

    pub async fn pool(&self) -> String {
        let made = self
            .call(Op::CreateUserPool, json!({"PoolName": "site"}))
            .await;
        made["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    pub async fn fetch(
        &self,
        method: Method,
        path: &str,
        base: Option<&str>,
    ) -> Option<Response<Bytes>> {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Bytes::new()).unwrap();
        cognate_web::serve(self, request, visitor(base)).await
    }

    pub async fn get(&self, path: &str) -> Response<Bytes> {
        self.fetch(Method::GET, path, Some(BASE)).await.unwrap()
    }

    /// Returns what the audit trail says under the number of the error page to which an answer leads: the row's pool,
    /// operation, result and detail. All requests of a test have one number: the newest row is that of the last.
    pub async fn explained(&self, answer: &Response<Bytes>) -> [String; 4] {
        let location = header(answer, "location");
        let (_, reference) = location.split_once("reference=").unwrap();
        let sql = "SELECT pool_id, doc FROM audit ORDER BY at DESC, audit_id DESC";
        let rows = self.app.store.rows(sql, Vec::new()).await.unwrap();
        let mut rows = rows.iter().map(|row| {
            let doc: Value = serde_json::from_str(row.text(1).unwrap()).unwrap();
            (row.text(0).unwrap().to_owned(), doc)
        });
        let (pool, doc) = rows
            .find(|(_, doc)| doc["request_id"] == reference)
            .unwrap();
        let word = |name: &str| doc[name].as_str().unwrap_or_default().to_owned();
        [pool, word("operation"), word("result"), word("detail")]
    }

    /// Sends a request to a table of the test's own, from a client that came by http.
    pub async fn ask(&self, table: &Table, request: Request<Bytes>) -> Option<Response<Bytes>> {
        self.send(table, request, &visitor(Some(BASE))).await
    }

    /// Sends the same from a client that came by https.
    pub async fn ask_securely(&self, table: &Table, request: Request<Bytes>) -> Response<Bytes> {
        let visitor = visitor(Some("https://id.example"));
        self.send(table, request, &visitor).await.unwrap()
    }

    /// Sends a request as a server does, except that a body which the handler may not read is there too.
    pub async fn send(
        &self,
        table: &Table,
        request: Request<Bytes>,
        visitor: &Visitor,
    ) -> Option<Response<Bytes>> {
        let (parts, body) = request.into_parts();
        match table.admit(self, &parts, visitor) {
            Ok(_) => {
                let request = Request::from_parts(parts, body);
                table.serve(self, request, visitor.clone()).await
            }
            Err(refused) => Some(*refused),
        }
    }
}

/// Returns a client on this machine.
pub fn visitor(base: Option<&str>) -> Visitor {
    Visitor {
        address: ClientAddress::Local([127, 0, 0, 1].into()),
        user_agent: String::new(),
        host: "localhost".into(),
        base_url: base.map(str::to_owned),
        domain_url: base.map(str::to_owned),
        domain: None,
        request_id: "the-request".into(),
        slot: None,
    }
}

/// Returns a client that came by http to another host of this server.
pub fn visitor_at(host: &str) -> Visitor {
    Visitor {
        host: host.to_owned(),
        base_url: None,
        domain_url: Some(format!("http://{host}")),
        ..visitor(None)
    }
}

/// Returns a request without headers and body.
pub fn request(method: Method, path: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(path);
    request.body(Bytes::new()).unwrap()
}

/// Returns a GET with one header.
pub fn get_with(path: &str, name: &str, value: impl AsRef<[u8]>) -> Request<Bytes> {
    let request = Request::builder().uri(path).header(name, value.as_ref());
    request.body(Bytes::new()).unwrap()
}

/// Returns the body of a JSON answer.
pub fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// Returns the body of an answer as text.
pub fn text_of(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

/// Returns a header of an answer; empty if it has none.
pub fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}
