//! Rows of the database that are altered, swapped or replaced by older ones: what who can write single rows, and has
//! neither the sealing key nor the program, tries to gain (docs/decisions/009). Each row is written past the program
//! and read with empty caches, as by a new server. What decides is refused, and nothing passes for a row that is not
//! there.

mod before_macs;
mod clock;
mod federation;
mod keys;
mod pools;
mod sessions;
mod users;

use cognate_store::{Batch, Value as Column};
use cognate_testkit::{Raw, TestServer};
use serde_json::Value;

/// Writes past the program, and lets nothing that was read before count. The statement touches a row.
async fn write(server: &TestServer, sql: &'static str, params: Vec<Column>) {
    let state = server.state();
    let outcome = state.app.store.commit(Batch::new().run(sql, params)).await;
    assert!(outcome.unwrap().counts[0] > 0, "{sql}");
    state.app.cache.clear();
    state.keys.forget();
}

/// Returns the first row of a read.
async fn read(server: &TestServer, sql: &'static str, params: Vec<Column>) -> Vec<Column> {
    let row = server.state().app.store.row(sql, params).await.unwrap();
    row.unwrap().values().to_vec()
}

/// Checks that the server faults on the rows that it read: no answer, and no refusal that a client could have caused.
async fn faults(raw: &Raw, operation: &str, input: Value) {
    let reply = raw.call(operation, input).await.unwrap();
    assert_eq!(
        (reply.status.as_u16(), reply.error().as_str()),
        (500, "InternalErrorException"),
        "{operation}: {}",
        reply.text()
    );
}
