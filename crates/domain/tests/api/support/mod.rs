//! The harness: an [`App`] on a fresh database of either engine, and calls as a client would make them.

pub mod attributes;
pub mod choice;
pub mod clients;
pub mod devices;
pub mod functions;
pub mod idp;
pub mod imports;
pub mod metadata;
pub mod mfa;
pub mod passkeys;
pub mod played;
pub mod player;
pub mod pools;
mod postgres;
pub mod providers;
pub mod real;
pub mod signin;
pub mod spare_keys;
pub mod texts;
pub mod triggers;
pub mod users;

use std::sync::Arc;

use cognate_crypto::seal::RootKey;
use cognate_crypto::secret::SecretString;
use cognate_domain::records::mac;
use cognate_domain::{App, Caller, ClientInfo, Cx, Settings, dispatch};
use cognate_shapes::{Auth, Op, validate};
use cognate_store::tables::pools as table;
use cognate_store::{Store, StoreOptions};
use postgres::Database;
use serde_json::Value;

/// The answer of a refused call: exception name and message.
pub type Refusal = (String, String);

/// An app of its own with its own database.
pub struct TestApp {
    /// The app.
    pub app: Arc<App>,
    /// The folder of the SQLite file, deleted with this; empty if another owns it or there is none.
    folder: std::path::PathBuf,
    /// The PostgreSQL database, deleted with this unless another owns it.
    _database: Option<Database>,
    /// The root key, for further nodes.
    root: SecretString,
    /// The address and the User-Agent that calls come from.
    caller: (&'static str, &'static str),
}

/// The origin of calls unless a test says otherwise.
const CALLER: (&str, &str) = ("127.0.0.1", "test");

impl TestApp {
    /// Opens an app on a fresh SQLite file.
    pub async fn sqlite() -> Self {
        Self::sqlite_with(Settings::dev()).await
    }

    /// Opens an app on a fresh SQLite file with these settings.
    pub async fn sqlite_with(settings: Settings) -> Self {
        // Not by the number of the process: one that was killed leaves its folder to the next that has its number.
        let name = format!("cognate-api-{}", cognate_crypto::random::uuid_v4());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let options = StoreOptions::sqlite(folder.join("test.db"));
        let mut t = Self::open(settings, &options).await;
        t.folder = folder;
        t
    }

    /// Opens an app on a fresh PostgreSQL database.
    pub async fn postgres() -> Self {
        let database = Database::create().await;
        let options = database.options();
        let mut t = Self::open(Settings::dev(), &options).await;
        t._database = Some(database);
        t
    }

    /// Opens an app on a database without a pool.
    async fn open(settings: Settings, options: &StoreOptions) -> Self {
        let store = Store::open(options).await.unwrap();
        let root = RootKey::generate();
        let text = root.to_base64();
        let app = App::open(settings, store, root).await.unwrap();
        spare_keys::add(&app).await;
        Self {
            app,
            folder: std::path::PathBuf::new(),
            _database: None,
            root: text,
            caller: CALLER,
        }
    }

    /// Signs the rows of a pool that a test wrote itself, with `mac` NULL; the pool's own row among them.
    pub async fn sign(&self, pool_id: &str) {
        let store = &self.app.store;
        let row = table::get(store, pool_id).await.unwrap().unwrap();
        let key = self.app.root.unwrap_pool_key(pool_id, &row.data_key);
        let key = key.unwrap();
        mac::sign_rows(store, &key, pool_id).await.unwrap();
        let signed = table::signed(pool_id, &row.region, &row.doc, row.issuer.as_deref());
        let sql = "UPDATE pools SET mac = ?2 WHERE pool_id = ?1";
        let params = cognate_store::params![pool_id, mac::sign(&key, pool_id, &signed)];
        let batch = cognate_store::Batch::new().run(sql, params);
        store.commit(batch).await.unwrap();
    }

    /// Opens another node on the same database: other caches, other gates.
    pub async fn second_node(&self) -> Self {
        self.node_with(Settings::dev()).await
    }

    /// Opens another node on the same database, with these settings.
    pub async fn node_with(&self, settings: Settings) -> Self {
        let root = RootKey::from_base64(self.root.expose()).unwrap();
        let store = self.app.store.clone();
        let app = App::open(settings, store, root).await.unwrap();
        Self {
            app,
            folder: std::path::PathBuf::new(),
            _database: None,
            root: self.root.duplicate(),
            caller: CALLER,
        }
    }

    /// Returns the same app, called from another address with another User-Agent.
    pub fn from(&self, ip: &'static str, user_agent: &'static str) -> Self {
        Self {
            app: self.app.clone(),
            folder: std::path::PathBuf::new(),
            _database: None,
            root: self.root.duplicate(),
            caller: (ip, user_agent),
        }
    }

    /// Calls an operation as a caller that may do everything; the input is validated as the server does.
    pub async fn call(&self, op: &str, input: Value) -> Result<Value, Refusal> {
        let op = Op::from_name(op).unwrap_or_else(|| panic!("no operation {op}"));
        let mut input = input;
        match validate::validate(op, &mut input) {
            Ok(()) => {}
            Err(validate::Rejection::Invalid(text)) => {
                return Err(("InvalidParameterException".into(), text));
            }
            Err(validate::Rejection::Serialization(text)) => {
                return Err(("SerializationException".into(), text.unwrap_or_default()));
            }
        }
        let caller = match op.auth() {
            Auth::Public => Caller::Public,
            _ => Caller::Key {
                id: "test".into(),
                region: "us-east-1".into(),
            },
        };
        let from = ClientInfo {
            ip: self.caller.0.into(),
            user_agent: self.caller.1.into(),
            base_url: Some("http://127.0.0.1:9229".into()),
            domain_pool: None,
            path_pool: None,
        };
        let cx = Cx::new(
            &self.app,
            op,
            caller,
            from,
            cognate_crypto::random::uuid_v4(),
        );
        match dispatch(&cx, input).await {
            Ok(answer) => Ok(answer
                .body
                .map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap())),
            Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
        }
    }

    /// Makes a call that must succeed.
    pub async fn ok(&self, op: &str, input: Value) -> Value {
        match self.call(op, input).await {
            Ok(value) => value,
            Err((code, message)) => panic!("{op} refused: {code}: {message}"),
        }
    }

    /// Makes a call that must be refused with exactly this.
    pub async fn refused(&self, op: &str, input: Value, code: &str, message: &str) {
        match self.call(op, input).await {
            Ok(value) => panic!("{op} was accepted: {value}"),
            Err(refusal) => assert_eq!(refusal, (code.to_owned(), message.to_owned()), "{op}"),
        }
    }

    /// Reads a client and its pool into the cache now: on a busy machine they would be read again in the middle of a call
    /// whose reads are counted.
    pub async fn hold(&self, pool: &str, client: &str) {
        self.app.cache.forget(pool, Some(client));
        self.app.cached_client(client).await.unwrap().unwrap();
        self.app.cached_pool(pool).await.unwrap().unwrap();
    }

    /// Moves the service clock ahead by `seconds`.
    pub async fn advance(&self, seconds: i64) {
        self.app.advance_clock(seconds * 1_000_000).await.unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
