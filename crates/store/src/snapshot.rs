//! Reading many tables as they were at one moment, while others write.

use tokio::sync::mpsc;

use crate::{Query, Row, StoreError, Value, postgres, sqlite};

/// The rows of a portion at most.
const ROWS: usize = 1_000;
/// What a portion holds at most, in bytes, but for one large row.
const BYTES: usize = 1 << 20;

/// A view of the database that does not change: one read transaction on a connection of its own. It holds back what the
/// engine would forget (the log of SQLite, the vacuum of PostgreSQL), so it should be dropped soon.
pub struct Snapshot(pub(crate) Engine);

pub(crate) enum Engine {
    Sqlite(sqlite::Snapshot),
    Postgres(Box<postgres::Snapshot>),
}

impl Snapshot {
    /// Sends the rows of a query in portions, as fast as they are taken.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Closed`] when nobody takes portions any more.
    pub async fn stream(
        &mut self,
        (sql, params): Query,
        to: &mpsc::Sender<Vec<Row>>,
    ) -> Result<(), StoreError> {
        match &mut self.0 {
            Engine::Sqlite(snapshot) => snapshot.stream(sql, params, to).await,
            Engine::Postgres(snapshot) => snapshot.stream(sql, params, to).await,
        }
    }

    /// Returns all rows of a query, of which there are few.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn all(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        let (to, mut from) = mpsc::channel(1);
        let sent = async {
            let sent = self.stream(query, &to).await;
            drop(to);
            sent
        };
        let taken = async {
            let mut all = Vec::new();
            while let Some(rows) = from.recv().await {
                all.extend(rows);
            }
            all
        };
        let (sent, all) = tokio::join!(sent, taken);
        sent.map(|()| all)
    }
}

/// Collects rows into portions.
#[derive(Default)]
pub(crate) struct Portion {
    rows: Vec<Row>,
    bytes: usize,
}

impl Portion {
    /// Adds a row; returns the portion if it is full.
    pub(crate) fn add(&mut self, row: Row) -> Option<Vec<Row>> {
        let sizes = row.values().iter().map(|value| match value {
            Value::Null | Value::Int(_) => 8,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
        });
        self.bytes = self.bytes.saturating_add(sizes.sum());
        self.rows.push(row);
        (self.rows.len() >= ROWS || self.bytes >= BYTES).then(|| self.take())
    }

    /// Returns what there is.
    pub(crate) fn take(&mut self) -> Vec<Row> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}
