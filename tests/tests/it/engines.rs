//! The databases that the tests run on.

use cognate_testkit::{Engine, Options, TestServer};

/// Says that something was not tested, past the capture of the test's output, which nobody reads when a test passes.
pub fn not_run(what: &str, why: &str) {
    use std::io::Write as _;
    let line = format!("NOT RUN: {what}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// Returns a schema of its own in the PostgreSQL that keeps what it has answered for, which `serve` and the tests that
/// kill something need: `TEST_POSTGRES_URL`.
#[allow(dead_code, reason = "several test programs share this file")]
pub async fn durable_postgres(name: &str) -> String {
    let Some(url) = variable("TEST_POSTGRES_URL") else {
        panic!("{WITHOUT}")
    };
    schema(&url, name).await
}

/// Returns a schema of its own in the PostgreSQL that may lose everything when the machine stops:
/// `TEST_POSTGRES_FAST_URL`, or else `TEST_POSTGRES_URL`.
pub async fn postgres(name: &str) -> String {
    let fast = variable("TEST_POSTGRES_FAST_URL");
    let Some(url) = fast.or_else(|| variable("TEST_POSTGRES_URL")) else {
        panic!("{WITHOUT}")
    };
    schema(&url, name).await
}

/// For tests that run on both engines in one function: like [`durable_postgres`], or None, with a warning, without one.
pub async fn postgres_if_any(name: &str) -> Option<String> {
    let Some(url) = variable("TEST_POSTGRES_URL") else {
        not_run(
            &format!("{name} on PostgreSQL"),
            "TEST_POSTGRES_URL is not set",
        );
        return None;
    };
    Some(schema(&url, name).await)
}

/// The failure of an ignored test that is run without a database.
const WITHOUT: &str = "this test needs TEST_POSTGRES_URL";

#[allow(clippy::disallowed_methods, reason = "the tests' settings")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn schema(url: &str, name: &str) -> String {
    let schema = format!("{name}_{}", std::process::id());
    cognate_store::prepare_schema(url, &schema).await.unwrap()
}

/// A `dev` server on SQLite.
#[allow(dead_code, reason = "several test programs share this file")]
pub async fn on_sqlite() -> TestServer {
    TestServer::dev().await.unwrap()
}

/// A `dev` server on a database that a `postgres` function returned.
#[allow(dead_code, reason = "several test programs share this file")]
pub async fn on_postgresql(url: String) -> TestServer {
    TestServer::start(Options {
        engine: Engine::Postgres(url),
        ..Options::default()
    })
    .await
    .unwrap()
}

/// Makes two tests of each function of a server: `name::sqlite` and `name::postgresql`.
#[allow(unused_macros, reason = "several test programs share this file")]
macro_rules! on_each_engine {
    ($($(#[$about:meta])* async fn $name:ident($server:ident) $body:block)*) => {$(
        $(#[$about])*
        mod $name {
            use super::*;

            async fn run($server: &cognate_testkit::TestServer) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let server = $crate::engines::on_sqlite().await;
                run(&server).await;
                server.stop().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs TEST_POSTGRES_URL"]
            async fn postgresql() {
                let name: String = stringify!($name).chars().take(40).collect();
                let url = $crate::engines::postgres(&name).await;
                let server = $crate::engines::on_postgresql(url).await;
                run(&server).await;
                server.stop().await;
            }
        }
    )*};
}
#[allow(unused_imports, reason = "several test programs share this file")]
pub(crate) use on_each_engine;
