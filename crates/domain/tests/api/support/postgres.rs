//! A PostgreSQL database for each test, copied from a template that was migrated once.
//!
//! The server is the one that TEST_POSTGRES_FAST_URL names, which may run without fsync, else the one of
//! TEST_POSTGRES_URL. Its user must be allowed to create databases, and the URL says `sslmode=disable`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cognate_store::{Store, StoreOptions};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

/// The advisory lock that a process holds while it makes the template.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;

/// How often a statement is tried again while the server closes the connections to a database.
const TRIES: usize = 50;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A database, deleted when this is dropped.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Copies the template, which the first process makes.
    pub async fn create() -> Self {
        let server = server();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self {
            name: format!("cognate_api_{}_{number}", std::process::id()),
            server,
        };
        let client = connect(&database.server).await;
        let template = template_name();
        let copy = format!("CREATE DATABASE {} TEMPLATE {template}", database.name);
        for _ in 0..3 {
            let error = match client.batch_execute(&copy).await {
                Ok(()) => return database,
                Err(error) => error,
            };
            match error.code() {
                Some(&SqlState::UNDEFINED_DATABASE) => {
                    make_template(&database.server, &template).await
                }
                // A killed process of the same number left it behind.
                Some(&SqlState::DUPLICATE_DATABASE) => delete(&client, &database.name).await,
                _ => panic!("{copy}: {error:?}"),
            }
        }
        panic!("{copy}: the template does not stay");
    }

    /// Returns options to open it with few connections: many tests run at once against one server.
    pub fn options(&self) -> StoreOptions {
        options(&in_database(&self.server, &self.name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A runtime of its own, since this one may be about to end.
        let deleted = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { delete(&connect(&server).await, &name).await });
        });
        if deleted.join().is_err() {
            eprintln!("the database {} is left behind", self.name);
        }
    }
}

/// Returns the URL of the server.
#[allow(clippy::disallowed_methods, reason = "the tests' one setting")]
fn server() -> String {
    std::env::var("TEST_POSTGRES_FAST_URL")
        .or_else(|_| std::env::var("TEST_POSTGRES_URL"))
        .expect("neither TEST_POSTGRES_FAST_URL nor TEST_POSTGRES_URL names a server")
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn delete(client: &Client, name: &str) {
    let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    client.batch_execute(&statement).await.unwrap();
}

/// Makes the template unless another process has. It gets its name once it is complete.
async fn make_template(server: &str, template: &str) {
    let client = connect(server).await;
    // Released when the connection ends.
    let lock = format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})");
    client.batch_execute(&lock).await.unwrap();
    let known = "SELECT 1 FROM pg_database WHERE datname = $1";
    if !client.query(known, &[&template]).await.unwrap().is_empty() {
        return;
    }
    let draft = format!("{template}_draft");
    delete(&client, &draft).await;
    let create = format!("CREATE DATABASE {draft}");
    client.batch_execute(&create).await.unwrap();
    let store = Store::open(&options(&in_database(server, &draft)))
        .await
        .unwrap();
    store.close().await;
    drop(store);
    let rename = format!("ALTER DATABASE {draft} RENAME TO {template}");
    for _ in 0..TRIES {
        match client.batch_execute(&rename).await {
            Ok(()) => return,
            Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{rename}: {error:?}"),
        }
    }
    panic!("{rename}: the draft is still in use");
}

/// Returns the template's name, which changes with the migrations.
fn template_name() -> String {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store");
    let mut files: Vec<PathBuf> = std::fs::read_dir(store.join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    // How their words become types of PostgreSQL.
    files.push(store.join("src/migrate.rs"));
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    format!("cognate_api_template_{:016x}", hasher.finish())
}

/// Returns the URL of another database of the server.
fn in_database(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = address.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}?{parameters}")
}

fn options(url: &str) -> StoreOptions {
    let mut options = StoreOptions::postgres(url);
    if let StoreOptions::Postgres(postgres) = &mut options {
        postgres.connections = 4;
    }
    options
}
