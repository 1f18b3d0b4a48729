//! Tests of the settings with which `serve` refuses to start.

use cognate_testkit::{Engine, Options, TestServer};

use crate::engines;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn serve_refuses_a_database_that_answers_before_a_commit_is_durable() {
    let url = engines::durable_postgres("early").await;
    let start = |url: String| {
        TestServer::start(Options {
            engine: Engine::Postgres(url),
            sealing_key: Some("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into()),
            ..Options::serve()
        })
    };
    let careless = format!("{url}%20-csynchronous_commit%3Doff");
    let error = start(careless).await.err().unwrap().to_string();
    assert_eq!(
        error,
        "the database answers before a commit is durable (synchronous_commit is off); switch synchronous_commit on"
    );
    start(url).await.unwrap().stop().await;
}
