//! The databases that the tests run on.

use cognate_testkit::{Engine, Options, TestServer};

/// Says that something was not tested, past the capture of the test's output, which nobody reads when a test passes.
pub fn not_run(what: &str, why: &str) {
    use std::io::Write as _;
    let line = format!("NOT RUN: {what}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// A schema of its own in the PostgreSQL that `TEST_POSTGRES_URL` names; None, said loudly, without one.
pub async fn postgres(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "the tests' one setting")]
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        not_run(
            &format!("{name} on PostgreSQL"),
            "TEST_POSTGRES_URL is not set",
        );
        return None;
    };
    let schema = format!("{name}_{}", std::process::id());
    Some(cognate_store::prepare_schema(&url, &schema).await.unwrap())
}

/// A `dev` server on SQLite.
#[allow(dead_code, reason = "several test programs share this file")]
pub async fn on_sqlite() -> TestServer {
    TestServer::dev().await.unwrap()
}

/// A `dev` server on PostgreSQL; None, said loudly, without one.
#[allow(dead_code, reason = "several test programs share this file")]
pub async fn on_postgresql(name: &str) -> Option<TestServer> {
    let engine = Engine::Postgres(postgres(name).await?);
    Some(
        TestServer::start(Options {
            engine,
            ..Options::default()
        })
        .await
        .unwrap(),
    )
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
            async fn postgresql() {
                let name: String = stringify!($name).chars().take(40).collect();
                let Some(server) = $crate::engines::on_postgresql(&name).await else { return };
                run(&server).await;
                server.stop().await;
            }
        }
    )*};
}
#[allow(unused_imports, reason = "several test programs share this file")]
pub(crate) use on_each_engine;
