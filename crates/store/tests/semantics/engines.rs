//! Runs a test on each engine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use cognate_store::{Store, StoreOptions, prepare_schema};

/// Makes `sqlite::name` and `postgres::name` of each `async fn name(store: &Store)`.
macro_rules! on_each_engine {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let folder = crate::engines::Folder::new();
                let store = crate::engines::sqlite(&folder).await;
                super::$name(&store).await;
                store.close().await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let Some(url) = crate::engines::postgres_url().await else { return };
                let store = crate::engines::postgres(&url).await;
                super::$name(&store).await;
                store.close().await;
            })+
        }
    };
}

/// The same for `async fn name(one: &Store, other: &Store)`: two nodes of one database. SQLite has one node, twice.
macro_rules! on_two_nodes {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let folder = crate::engines::Folder::new();
                let store = crate::engines::sqlite(&folder).await;
                super::$name(&store, &store.clone()).await;
                store.close().await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let Some(url) = crate::engines::postgres_url().await else { return };
                let one = crate::engines::postgres(&url).await;
                let other = crate::engines::postgres(&url).await;
                super::$name(&one, &other).await;
                one.close().await;
                other.close().await;
            })+
        }
    };
}
pub(crate) use {on_each_engine, on_two_nodes};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Returns a name that no other test uses at the same time.
fn unique() -> String {
    format!(
        "cognate_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// A folder that is gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn options(&self) -> StoreOptions {
        StoreOptions::sqlite(self.0.join("test.db"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

pub(crate) async fn sqlite(folder: &Folder) -> Store {
    Store::open(&folder.options()).await.unwrap()
}

pub(crate) async fn postgres(url: &str) -> Store {
    Store::open(&StoreOptions::postgres(url)).await.unwrap()
}

/// Returns the server for tests.
pub(crate) fn server_url() -> Option<String> {
    variable("TEST_POSTGRES_URL", "NOT TESTED ON POSTGRESQL")
}

/// Returns a pooler in transaction mode before an empty database of its own. It takes no schema in the connection
/// string.
pub(crate) fn pooler_url() -> Option<String> {
    variable("TEST_PGBOUNCER_URL", "NOT TESTED THROUGH PGBOUNCER")
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests have no settings file: the variables name the servers to use"
)]
fn variable(name: &str, absent: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        // Past the test runner's capture, so that it is seen although the test passes.
        writeln!(std::io::stderr(), "{absent}: {name} is not set").unwrap_or_default();
    }
    value
}

/// Returns a connection string for a schema of this test alone.
pub(crate) async fn postgres_url() -> Option<String> {
    let server = server_url()?;
    let nonce = std::time::Instant::now();
    // The number of the process can come again on another day, so an address is mixed in.
    let name = format!("{}_{:x}", unique(), std::ptr::from_ref(&nonce).addr());
    Some(prepare_schema(&server, &name).await.unwrap())
}
