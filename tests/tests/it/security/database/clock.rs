//! The service's time, which only `dev` may move. On SQLite alone: `serve` refuses the tests' PostgreSQL, which is not durable.

use cognate_store::{Batch, Store, StoreOptions};
use cognate_testkit::{Options, TestServer};

async fn refused(options: impl Fn() -> Options, store: StoreOptions) {
    TestServer::start(options()).await.unwrap().stop().await;
    let database = Store::open(&store).await.unwrap();
    let back = "INSERT INTO meta (name, value) VALUES ('clock_offset', '-86400000000')";
    let batch = Batch::new().run(back, vec![]);
    database.commit(batch).await.unwrap();
    database.close().await;
    let refusal = TestServer::start(options()).await.err().unwrap();
    assert!(refusal.to_string().contains("moves the clock"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_row_turns_the_clock_back_on_sqlite() {
    let folder = std::env::temp_dir().join(format!("cognate-clock-back-{}", std::process::id()));
    let options = || Options {
        folder: Some(folder.clone()),
        ..Options::serve()
    };
    refused(options, StoreOptions::sqlite(folder.join("cognate.db"))).await;
    let _ = std::fs::remove_dir_all(&folder);
}
