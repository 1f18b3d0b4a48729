//! The whole database as a file, and back: by the engine's own backup interface, for snapshots of a test server.
//!
//! A restore is one transaction of the writer's connection. A reader that has begun sees the state before it, a later one
//! the state behind it, and batches that were accepted earlier are committed before it.

use std::path::Path;
use std::sync::Arc;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use tokio::sync::oneshot;

use super::file_lock::create_private;
use super::writer::Message;
use super::{Shared, Sqlite, value};
use crate::migrate;
use crate::tables::meta;
use crate::{Restore, StoreError};

impl Sqlite {
    /// Copies the database as it is now into a new file that its owner alone may read.
    pub(crate) async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        self.shared.open()?;
        let (shared, path) = (Arc::clone(&self.shared), path.to_owned());
        let copied = tokio::task::spawn_blocking(move || copy(&shared, &path)).await;
        copied.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    /// Replaces the database by such a file, behind all batches that were accepted before.
    pub(crate) async fn restore(&self, restore: Restore) -> Result<(), StoreError> {
        self.shared.open()?;
        let (reply, answer) = oneshot::channel();
        self.writer
            .send(Message::Restore { restore, reply })
            .map_err(|_| StoreError::Closed)?;
        let ended = || StoreError::Unavailable("the writer ended".to_owned());
        answer.await.map_err(|_| ended())?
    }
}

fn failed(error: &rusqlite::Error) -> StoreError {
    value::store_error(error)
}

fn copy(shared: &Shared, path: &Path) -> Result<(), StoreError> {
    let file = create_private(path).and_then(|file| file.set_len(0));
    file.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let source = shared.connect_reader().map_err(|error| failed(&error))?;
    let open = || open(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let copied = open().and_then(|mut target| whole(&source, &mut target));
    // The copy says that it has a log beside it, as the original has. It must be one file.
    let alone = copied.and_then(|()| {
        let target = open()?;
        target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
    });
    alone.map_err(|error| failed(&error))
}

fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Copies all pages in one transaction of either side.
fn whole(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    let code = match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => return Ok(()),
        StepResult::Locked => rusqlite::ffi::SQLITE_LOCKED,
        _ => rusqlite::ffi::SQLITE_BUSY,
    };
    let code = rusqlite::ffi::Error::new(code);
    Err(rusqlite::Error::SqliteFailure(code, None))
}

/// Replaces the database of a connection. A file of another database or of another version of this program is refused.
pub(super) fn replace(connection: &mut Connection, restore: &Restore) -> Result<(), StoreError> {
    let source = open(&restore.from, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let source = source.map_err(|error| failed(&error))?;
    let same = facts(&source, restore).and_then(|theirs| {
        let ours = facts(connection, restore)?;
        Ok(ours == theirs)
    });
    match same {
        Ok(true) => {}
        Ok(false) => {
            let why = "the file is of another database or of another version of this program";
            return Err(StoreError::Refused(why.to_owned()));
        }
        Err(error) => return Err(StoreError::Refused(error.to_string())),
    }
    whole(&source, connection).map_err(|error| failed(&error))
}

/// What a file and a database must have in common: the migrations, and the named values of `restore`.
#[derive(PartialEq, Eq)]
struct Facts {
    migrations: Vec<(i64, i64)>,
    named: Vec<Option<String>>,
}

fn facts(connection: &Connection, restore: &Restore) -> rusqlite::Result<Facts> {
    let mut applied = connection.prepare(migrate::APPLIED)?;
    let migrations = applied
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut named = connection.prepare(meta::GET)?;
    let named = restore
        .same
        .iter()
        .map(|name| named.query_row([name], |row| row.get(0)).optional())
        .collect::<rusqlite::Result<_>>()?;
    Ok(Facts { migrations, named })
}
