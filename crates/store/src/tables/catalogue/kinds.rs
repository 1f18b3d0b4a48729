//! The description of a table in the catalogue.

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key, in order.
    pub key: &'static [&'static str],
    /// The other columns, in the order in which the migrations add them.
    pub columns: &'static [&'static str],
    /// The owner of its rows.
    pub scope: Scope,
    /// How its rows are deleted after their pool.
    pub purge: Purge,
    /// True if a reset empties it.
    pub reset: bool,
    /// When its rows may be swept.
    pub expiry: Expiry,
    /// The columns that are sealed, and by which key.
    pub sealed: &'static [Sealed],
    /// The columns under the row's MAC that follow those of the key; None for a table without a column `mac`.
    pub signed: Option<&'static [&'static str]>,
    /// The origin of its rows.
    pub origin: Origin,
}

/// The owner of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The database itself.
    Global,
    /// A pool, by the column `pool_id`.
    Pool,
    /// A user of a pool, by the column named here, which may also hold the pseudonym of an unknown user.
    User(&'static str),
}

/// How rows are deleted after their pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// They stay.
    Never,
    /// By the key, [`PURGE_ROWS`](crate::tables::pools::PURGE_ROWS) at a time.
    Portions,
    /// All at once: a pool has a handful at most.
    Whole,
    /// In portions by the rows of the table named here, which has the same key besides the pool's id and is purged
    /// later.
    With(&'static str),
}

/// When rows may be swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Never,
    /// At the time in the column, one bucket at a time.
    At(&'static str),
    /// At the time in the column, one bucket at a time, in one of the states only.
    InState(&'static str, &'static [i64]),
    /// At an age: the key, which is one column, begins with the bucket and the time.
    ByKey,
    /// When the column's time lies before the retention.
    Retention(&'static str),
}

/// A sealed column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its name.
    pub column: &'static str,
    /// The key that seals it.
    pub by: SealedBy,
}

/// The key of a sealed column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedBy {
    /// The key of the row's pool.
    PoolKey,
    /// The sealing key. When that changes, the column is opened and sealed again.
    SealingKey {
        /// The columns that are needed for it, besides key, sealed column and version.
        beside: [&'static str; 2],
        /// The condition of the rows that have something to open, if not all do.
        only: Option<&'static str>,
    },
    /// The sealing key. When that changes, the rows are deleted, and made again when they are missed.
    SealingKeyOrNone,
}

/// The origin of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They are what a backup must hold.
    Primary,
    /// They can be made again from the rows of the tables named here.
    Derived(&'static [&'static str]),
    /// They matter to running nodes alone.
    Transient,
}
