//! The databases that the tests run on.

use cognate_testkit::Engine;

/// A schema of its own in the PostgreSQL that `TEST_POSTGRES_URL` names; None, said loudly, without one.
pub async fn postgres(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "the tests' one setting")]
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("NOT RUN on PostgreSQL: TEST_POSTGRES_URL is not set");
        return None;
    };
    let schema = format!("{name}_{}", std::process::id());
    Some(cognate_store::prepare_schema(&url, &schema).await.unwrap())
}

/// Every engine that can be had: SQLite, and PostgreSQL where there is one.
#[allow(dead_code, reason = "used by some of the modules")]
pub async fn all(name: &str) -> Vec<Engine> {
    let mut engines = vec![Engine::Sqlite];
    engines.extend(postgres(name).await.map(Engine::Postgres));
    engines
}
